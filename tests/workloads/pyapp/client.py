#!/usr/bin/python3
"""The client of app.py, run inside its container: exercises every page and checks the answers."""
import json
import sys
import urllib.error
import urllib.request

BASE = "http://127.0.0.1:{}"
PORT = 8000


def get(path, data=None):
    with urllib.request.urlopen(BASE.format(PORT) + path, data=data, timeout=10) as answer:
        return json.load(answer)


def exercise(rounds):
    for number in range(rounds):
        text = f"note {number}"
        added = get("/notes", text.encode())
        notes = {note["id"]: note["text"] for note in get("/notes")}
        if notes.get(added["id"]) != text:
            sys.exit(f"client: note {added['id']} did not come back")
    if not get("/uname")["machine"]:
        sys.exit("client: /uname is empty")
    try:
        get("/nowhere")
        sys.exit("client: /nowhere was found")
    except urllib.error.HTTPError as error:
        if error.code != 404:
            sys.exit(f"client: /nowhere: {error.code}")
    print(f"{rounds} notes written and read")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--ping"]:
        PORT = int(sys.argv[2]) if len(sys.argv) > 2 else PORT
        get("/health")
    else:
        exercise(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
