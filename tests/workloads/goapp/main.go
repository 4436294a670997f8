// SPDX-License-Identifier: Apache-2.0

// goapp serve: a small web application: files, a child process, timers, and enough goroutines and
// garbage that the scheduler preempts and the collector runs. goapp ping, goapp client: its clients.
package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"
)

const notes = "/tmp/notes.txt"

var base = "http://127.0.0.1:9000"

func fail(w http.ResponseWriter, err error) {
	http.Error(w, err.Error(), http.StatusInternalServerError)
}

func writeNote(w http.ResponseWriter, r *http.Request) {
	f, err := os.OpenFile(notes, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		fail(w, err)
		return
	}
	defer f.Close()
	if r.Method == http.MethodPost {
		if _, err := io.Copy(f, r.Body); err != nil {
			fail(w, err)
			return
		}
		if err := f.Sync(); err != nil {
			fail(w, err)
		}
		return
	}
	io.Copy(w, f)
}

func runChild(w http.ResponseWriter, r *http.Request) {
	out, err := exec.Command("/goapp", "echo", "a child").Output()
	if err != nil {
		fail(w, err)
		return
	}
	w.Write(out)
}

// Loops without calls, which only a signal can preempt, and memory that is garbage at once.
func work(w http.ResponseWriter, r *http.Request) {
	var group sync.WaitGroup
	sums := make([]string, 64)
	for i := range sums {
		group.Add(1)
		go func(i int) {
			defer group.Done()
			n := i
			for k := 0; k < 3000000; k++ {
				n = n*31 + k
			}
			kept := make([][]byte, 0)
			for k := 0; k < 64; k++ {
				kept = append(kept, make([]byte, 16<<10))
			}
			sums[i] = fmt.Sprintf("%x", sha256.Sum256(append(kept[0], byte(n))))
			time.Sleep(time.Millisecond)
		}(i)
	}
	group.Wait()
	fmt.Fprintln(w, strings.Join(sums, "\n"))
}

func serve() error {
	http.HandleFunc("/health", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "well") })
	http.HandleFunc("/notes", writeNote)
	http.HandleFunc("/child", runChild)
	http.HandleFunc("/work", work)
	server := &http.Server{Addr: "0.0.0.0:9000"}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	ended := make(chan error, 1)
	go func() {
		<-stop
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		ended <- server.Shutdown(ctx)
	}()
	fmt.Println("listening on 9000")
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		return err
	}
	return <-ended
}

func get(path string, body string) (string, error) {
	client := http.Client{Timeout: 20 * time.Second}
	var answer *http.Response
	var err error
	if body == "" {
		answer, err = client.Get(base + path)
	} else {
		answer, err = client.Post(base+path, "text/plain", strings.NewReader(body))
	}
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", path, answer.Status)
	}
	return string(text), err
}

func exercise() error {
	for i := 0; i < 5; i++ {
		note := fmt.Sprintf("note %d\n", i)
		if _, err := get("/notes", note); err != nil {
			return err
		}
		if text, err := get("/notes", ""); err != nil || !strings.Contains(text, note) {
			return fmt.Errorf("note %d did not come back: %v", i, err)
		}
	}
	for _, path := range []string{"/child", "/work"} {
		if _, err := get(path, ""); err != nil {
			return err
		}
	}
	var group sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		group.Add(1)
		go func(i int) {
			defer group.Done()
			_, errs[i] = get("/work", "")
		}(i)
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	if _, err := get("/nowhere", ""); err == nil {
		return fmt.Errorf("/nowhere was found")
	}
	return nil
}

func main() {
	var err error
	switch strings.Join(os.Args[1:], " ") {
	case "serve":
		err = serve()
	case "ping 1":
		base = "http://127.0.0.1:1"
		_, err = get("/health", "")
	case "ping":
		_, err = get("/health", "")
	case "client":
		err = exercise()
	case "echo a child":
		fmt.Println("a child")
	default:
		err = fmt.Errorf("expected serve, ping or client")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "goapp:", err)
		os.Exit(1)
	}
}
