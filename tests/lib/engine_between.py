# SPDX-License-Identifier: Apache-2.0
"""Stands between a command and an engine: engine_between.py LISTEN ENGINE MODE SEEN.

Requests go through one at a time, as they are, and each one's method and path is a line in SEEN. An export's
answer is not: with "hang" it stops behind its first bytes until the command goes away, with "cut" it ends there.
"""

import socket
import sys


def head_of(conn):
    data = b""
    while b"\r\n\r\n" not in data:
        got = conn.recv(65536)
        if not got:
            return None
        data += got
    return data


def whole(conn, data):
    """The rest of a request whose head has a length."""
    head, _, body = data.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            while len(body) < int(value):
                body += conn.recv(65536)
    return head + b"\r\nConnection: close\r\n\r\n" + body


def answer(conn, engine, mode, seen):
    data = head_of(conn)
    if data is None:
        return
    request = data.split(b"\r\n")[0].decode().split(" ")[:2]
    with open(seen, "a") as out:
        print(*request, file=out)
    far = socket.socket(socket.AF_UNIX)
    far.connect(engine)
    far.sendall(whole(conn, data))
    while True:
        got = far.recv(4096)
        if not got:
            break
        try:
            conn.sendall(got)
        except BrokenPipeError:
            break
        if "/export" in request[1]:
            if mode == "hang":
                conn.recv(1)
            return


def main():
    listen, engine, mode, seen = sys.argv[1:]
    server = socket.socket(socket.AF_UNIX)
    server.bind(listen)
    server.listen(8)
    while True:
        conn, _ = server.accept()
        answer(conn, engine, mode, seen)
        conn.close()


main()
