#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""listen.py OUT: takes the kernel's audit records for itself, as auditd does, and writes them to OUT.

Nothing is lost that way: no rate limit, no ring that wraps. A line "ready" says that it has begun; SIGTERM
ends it, after what the kernel still holds. Exit 1 if the kernel lost a record all the same.
"""
import os
import select
import signal
import socket
import struct
import sys

NETLINK_AUDIT, AUDIT_GET, AUDIT_SET, NLM_F_REQUEST, NLM_F_ACK = 9, 1000, 1001, 1, 4
AUDIT_STATUS_PID, AUDIT_STATUS_BACKLOG_LIMIT = 4, 16
STATUS = struct.Struct("=11I")  # struct audit_status, linux/audit.h


class Audit:
    def __init__(self, out):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_AUDIT)
        self.socket.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)  # SO_RCVBUFFORCE
        self.socket.bind((0, 0))
        self.out = out
        self.status = None

    def ask(self, kind, payload=b""):
        header = struct.pack("=IHHII", 16 + len(payload), kind, NLM_F_REQUEST | NLM_F_ACK, 1, 0)
        self.socket.send(header + payload)

    def set(self, mask, pid):
        # enabled, failure, pid, rate and backlog limits: only what the mask names counts; 0 is no limit
        self.ask(AUDIT_SET, STATUS.pack(mask, 0, 0, pid, 0, 0, 0, 0, 0, 0, 0))

    def read(self):
        data = self.socket.recv(65536)
        _, kind, _, _, _ = struct.unpack_from("=IHHII", data)
        if kind == AUDIT_GET:
            self.status = struct.unpack_from("=11I", data[16:].ljust(STATUS.size, b"\0"))
        elif kind == 2:  # NLMSG_ERROR: an acknowledgement
            error = struct.unpack_from("=i", data, 16)[0]
            if error:
                sys.exit(f"listen.py: the kernel refuses: {os.strerror(-error)}")
        elif kind >= 1100:
            self.out.write(f"type={kind} ".encode() + data[16:].rstrip(b"\0\n") + b"\n")

    def drain(self, seconds):
        while select.select([self.socket], [], [], seconds)[0]:
            self.read()


def main(path):
    ended = []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(1))
    with open(path, "wb") as out:
        audit = Audit(out)
        audit.set(AUDIT_STATUS_PID | AUDIT_STATUS_BACKLOG_LIMIT, os.getpid())
        audit.drain(0.5)
        print("ready", flush=True)
        while not ended:
            audit.drain(0.2)
        audit.drain(1)
        audit.ask(AUDIT_GET)
        audit.drain(1)
        audit.set(AUDIT_STATUS_PID, 0)
        audit.drain(0.5)
    if not audit.status or audit.status[6]:
        sys.exit(f"listen.py: records were lost: {audit.status}")


if __name__ == "__main__":
    main(sys.argv[1])
