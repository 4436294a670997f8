#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Completion: every command and option of --help is offered, every option's value too; the words that are
# offered are taken; and bash and zsh, typed at, put them in.
set -u
command -v python3 >/dev/null || { echo "skipped: no python3"; exit 77; }
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
mkdir traces.d
touch web.trace tune.json
exec python3 - <<'END'
import http.server, json, os, pty, re, select, shutil, signal, socket, socketserver, subprocess, sys, threading, time

trammel, source = os.environ["TRAMMEL"], os.environ["TRAMMEL_SOURCE"]
bad = []


def run(*args):
    return subprocess.run([trammel, *args], stdin=subprocess.DEVNULL, capture_output=True, text=True)


def offered(*words):
    r = run("complete", "--", *words)
    if r.returncode or r.stderr:
        bad.append(f"complete {words}: {r.returncode} {r.stderr}")
    return [line.split("\t")[0] for line in r.stdout.splitlines()]


def options(text):
    """The option table of --help: (letter, option, takes a value)."""
    return [(m[1], m[2], bool(m[3])) for m in re.finditer(r"^ +(?:-(\w), +)?(--[a-z-]+)(=?)", text, re.M)
            if m[0].startswith("  ")]


def check(command, text):
    words = [command] if command else []
    table = [o for o in options(text) if not re.match(r" +trammel ", o[1])]
    if len(table) < 1:
        bad.append(f"no options in the help of {command or 'trammel'}")
    for letter, option, value in table:
        if option + "=" * value not in offered(*words, option[:4]):
            bad.append(f"{command}: {option} is not offered")
        if not value:
            continue
        there = offered(*words, option + "=")
        if not there:
            bad.append(f"{command}: no value is known for {option}")
        if [w for w in there if not w.startswith((option + "=", ":"))]:
            bad.append(f"{command}: {option}= offers {there}")
        for spelled in [option, "-" + letter] if letter else [option]:
            if [w if w[0] == ":" else f"{option}={w}" for w in offered(*words, spelled, "")] != there:
                bad.append(f"{command}: {spelled} and {option}= are not offered the same")


def table_of(text):
    """Without the synopsis, whose lines are indented too."""
    return text.split("\n\n", 1)[1]


top = run("--help").stdout
commands = re.findall(r"^  ([a-z]+) +\S", top.split("\nOptions\n")[0], re.M)
if sorted(set(offered("")) - {"help"}) != sorted(commands) or len(commands) < 10:
    bad.append(f"commands: {offered('')}, and not {commands}")
check("", top.split("\nOptions\n")[1])
for c in commands:
    check(c, table_of(run(c, "--help").stdout))

# What is offered is taken: the complaint is then about the trace that is not there.
for command, option in [("emit", o) for o in ("args", "siblings", "arch", "ceiling", "default-action", "runtime")] + \
        [("verify", "runtime"), ("verify", "seccomp"), ("lint", "fail-on"), ("lint", "against")]:
    for word in offered(command, f"--{option}="):
        if word.startswith(":"):
            continue
        args = {"emit": ["emit", "seccomp", word], "lint": ["lint", word],
                "verify": ["verify", word] + ["--seccomp=docker-default"] * (option != "seccomp")}[command]
        r = run(*args, "nowhere")
        if r.returncode != 2 or "nowhere" not in r.stderr:
            bad.append(f"{command} does not take {word}: {r.stderr.strip()}")
if len(offered("emit", "--args=")) != 3 or len(offered("emit", "--runtime=")) < 6:
    bad.append("too few values are offered")

for words, want in [
    (["emit", "sec"], ["seccomp"]), (["emit", "bu"], ["bundle"]), (["emit", "seccomp", ""], [":files"]),
    (["-q", "me"], ["merge"]), (["--color", "al"], ["always"]), (["emit", "--args", "r"], ["risky"]),
    (["record", "-o", "x", "--", ""], [":commands"]), (["explain", ""], [":files"]),
    (["explain", "x", "openat"], ["openat", "openat2"]), (["explain", "x", "soc"],
     ["socket", "socketcall", "socketpair", "socket:"]), (["help", "cei"], ["ceiling"]),
    (["nonsense", ""], []), (["nonsense", "--"], []), (["emit", "--nonsense="], []),
    (["lint", "podman-default@4"], [":files", "podman-default@4.3", ":none"]),
]:
    if offered(*words) != want:
        bad.append(f"{words}: {offered(*words)}, and not {want}")
for words in ([], ["x"], ["complete"]):
    if run("complete", *words).returncode != 2:
        bad.append(f"complete {words} is taken")

# Names of containers, from an engine that we are; one of them is none that an engine would give.
names = {"1" * 64: "/web", "2" * 64: "/web-db", "3" * 64: "/evil\x1b[2J"}


class Engine(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


class Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = {}
        path = re.sub(r"^/v[0-9.]+", "", self.path)
        if path.startswith("/info") or path.startswith("/version"):
            with open(f"{source}/tests/data/engine/docker-20.10-{path[1:5].replace('vers', 'version')}.json") as f:
                body = json.load(f)
            body.update(KernelVersion=os.uname().release, Name=os.uname().nodename)
        elif path.startswith("/containers/json"):
            body = [{"Id": i} for i in names]
        else:
            with open(f"{source}/tests/data/engine/docker-20.10-full.json") as f:
                body = json.load(f)
            body = body[0] if isinstance(body, list) else body
            body["Id"] = path.split("/")[2]
            body["Name"] = names[body["Id"]]
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args):
        pass

    def address_string(self):
        return "unix"


engine = Engine(os.path.abspath("engine.sock"), Answers)
threading.Thread(target=engine.serve_forever, daemon=True).start()
os.environ["DOCKER_HOST"] = "unix://" + os.path.abspath("engine.sock")
os.environ["CONTAINER_HOST"] = "unix:///nowhere"
for words, want in [(["record", "--container="], ["--container=web", "--container=web-db", ":none"]),
                    (["record", "--container", "web-"], ["web-db", ":none"]),
                    (["diff", "container:web-"], [":files", "container:web-db", ":none"])]:
    if offered(*words) != want:
        bad.append(f"{words}: {offered(*words)}, and not {want}")
hang = socket.socket(socket.AF_UNIX)
hang.bind("hang.sock")
hang.listen()
os.environ["DOCKER_HOST"] = "unix://" + os.path.abspath("hang.sock")
if run("complete", "--", "record", "--container=").returncode != -signal.SIGALRM:
    bad.append("an engine that hangs holds up the terminal")

# Shells. What runs in the end is a function of theirs that prints its words.
env = {"PATH": os.environ["PATH"], "TERM": "dumb", "HOME": os.getcwd(), "TRAMMEL": trammel,
       "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "")}
function = ('trammel() { if [ "$1" = complete ]; then command "$TRAMMEL" "$@"; else '
            'printf "<%s>" "$@"; echo :$((6*7)); fi; }')
typed = [
    ("trammel em\tsec\tweb.tr\t", "<emit><seccomp><web.trace>"),
    ("trammel emit seccomp --def\tk\tw\t", "<emit><seccomp><--default-action=kill><web.trace>"),
    ("trammel emit seccomp --ceiling no\t", "<emit><seccomp><--ceiling><none>"),
    ("trammel emit seccomp --tune=tu\t", "<emit><seccomp><--tune=tune.json>"),
    ("trammel emit seccomp --tune tu\t", "<emit><seccomp><--tune><tune.json>"),
    ("trammel record -d tr\t", "<record><-d><traces.d>"),
    ("trammel diff docker-default@20\t", "<diff><docker-default@20.10>"),
    ("trammel help exi\t", "<help><exit-status>"),
    ("trammel explain web.trace sysca\t", "<explain><web.trace><syscall:>"),
    ("trammel --col\tnev\tshow w\t", "<--color=never><show><web.trace>"),
]


def read_until(fd, text, limit=60):
    got, end = "", time.time() + limit
    while text not in got and time.time() < end:
        if select.select([fd], [], [], 0.2)[0]:
            try:
                got += os.read(fd, 65536).decode(errors="replace")
            except OSError:
                break
    return got


def type_at(name, argv, setup):
    pid, fd = pty.fork()
    if not pid:
        os.execvpe(argv[0], argv, env)
    os.write(fd, ("\n".join(setup) + "\necho ready$((1+1))\n").encode())
    if "ready2" not in read_until(fd, "ready2"):
        bad.append(f"{name} does not start")
    for line, want in typed:
        # A busy machine gets more time between the keys.
        for pause in (0.2, 1, 4):
            for key in re.findall(r"[^\t]+|\t", line):
                os.write(fd, key.encode())
                time.sleep(pause)
            os.write(fd, b"\n")
            got = read_until(fd, ":42")
            said = re.search(r"(?:<[^<>\r\n]*>)+(?=:42)", got)
            if said and said.group().replace("/>", ">") == want:
                break
        else:
            bad.append(f"{name}: {line!r}: {said and said.group() or got!r}, and not {want}")
    os.write(fd, b"exit\n")
    os.close(fd)
    os.waitpid(pid, 0)


completion = os.path.join(source, "src", "cli", "completion")
type_at("bash", ["bash", "--norc", "--noprofile", "-i"],
        ["bind 'set bell-style none' 2>/dev/null", "PS1='$ '", function, f". '{completion}/trammel.bash'"])
if shutil.which("zsh"):
    type_at("zsh", ["zsh", "-f", "-i"],
            ["unsetopt beep; PS1='$ '", function, "autoload -Uz compinit && compinit -u -D",
             f"_trammel() {{ . '{completion}/trammel.zsh'; }}", "compdef _trammel trammel"])
else:
    print("no zsh: its completion was not tried")
print("\n".join(bad))
sys.exit(bool(bad))
END
