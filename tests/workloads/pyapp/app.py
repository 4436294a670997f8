#!/usr/bin/python3
"""A small web application: notes in sqlite, a thread for each request, and a child process."""
import json
import os
import signal
import sqlite3
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DATABASE = os.environ.get("DATABASE", "/tmp/notes.db")


def database():
    connection = sqlite3.connect(DATABASE, timeout=10)
    connection.execute("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT)")
    return connection


class Handler(BaseHTTPRequestHandler):
    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/health":
            self.answer(200, {"ok": True})
        elif self.path == "/notes":
            with database() as connection:
                rows = connection.execute("SELECT id, text FROM notes ORDER BY id").fetchall()
            self.answer(200, [{"id": row[0], "text": row[1]} for row in rows])
        elif self.path == "/uname":
            # A child process: fork, exec, pipe and wait belong to the workload.
            done = subprocess.run(["uname", "-m"], capture_output=True, check=True)
            self.answer(200, {"machine": done.stdout.decode().strip()})
        else:
            self.answer(404, {"error": "no such page"})

    def do_POST(self):
        if self.path != "/notes":
            self.answer(404, {"error": "no such page"})
            return
        length = min(int(self.headers.get("Content-Length", 0)), 65536)
        text = self.rfile.read(length).decode(errors="replace")
        with database() as connection:
            row = connection.execute("INSERT INTO notes (text) VALUES (?)", (text,)).lastrowid
        self.answer(201, {"id": row})


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with ThreadingHTTPServer(("0.0.0.0", 8000), Handler) as server:
        print("listening on 8000", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
