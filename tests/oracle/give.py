#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""give.py SOCKET DIR: hands descriptors of this process to whoever connects and says which kind.

r: DIR/given-read, opened to read; w: DIR/given-write, opened to write; s: one end of a pair of sockets.
"""
import os
import socket
import sys

KEPT = []


def descriptor(kind, where):
    if kind == b"s":
        ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        KEPT.append(ends[0])
        return ends[1].detach()
    name, flags = {b"r": ("given-read", os.O_RDONLY), b"w": ("given-write", os.O_WRONLY)}[kind]
    with open(f"{where}/{name}", "w") as f:
        f.write("given\n")
    return os.open(f"{where}/{name}", flags)


def main(path, where):
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(path)
    server.listen(4)
    print("ready", flush=True)
    while True:
        peer, _ = server.accept()
        kind = peer.recv(1)
        if kind:
            fd = descriptor(kind, where)
            socket.send_fds(peer, [b"x"], [fd])
            os.close(fd)
        peer.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
