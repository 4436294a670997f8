# SPDX-License-Identifier: Apache-2.0
"""What AppArmor was asked, from its audit records and from its own function for capabilities.

An item is what a rule would have to grant, as a tuple that begins with its kind:
    file PATH LETTER            letters of rules: r w k l m x
    link NEW OLD
    capability NAME
    network FAMILY TYPE
    signal ACCESS NAME PEER     PEER: self or other
    ptrace ACCESS PEER
    mount OP PATH SOURCE FSTYPE FLAGS
    userns, io_uring OP, bound FAMILY TYPE ADDRESS PORT: told by the cases themselves where the kernel has no
    rules for them
"""
import collections
import re

PROFILE = "trammel-oracle"
# The battery executes /cases/NAME: where one case ends in the log, and the next begins.
MARK = b"/cases/"

# Letters of requests (security/apparmor/file.c) to those of rules: w is also append, create and delete.
LETTERS = dict(zip("rwxkml", "rwxkml")) | dict.fromkeys("acd", "w")

# Flags of mount(2) as security/apparmor/mount.c writes them.
MOUNT_FLAGS = {
    "ro": 0x1, "rw": 0, "nosuid": 0x2, "nodev": 0x4, "noexec": 0x8, "sync": 0x10, "remount": 0x20,
    "mand": 0x40, "dirsync": 0x80, "noatime": 0x400, "nodiratime": 0x800, "bind": 0x1000,
    "rbind": 0x5000, "move": 0x2000, "silent": 0x8000, "acl": 0x10000, "unbindable": 0x20000,
    "runbindable": 0x24000, "private": 0x40000, "rprivate": 0x44000, "slave": 0x80000,
    "rslave": 0x84000, "shared": 0x100000, "rshared": 0x104000, "relatime": 0x200000,
    "iversion": 0x800000, "strictatime": 0x1000000,
}  # fmt: skip
MS_REC, PROPAGATION = 0x4000, 0x1E0000

FIELD = re.compile(rb'(\w+)=(?:"([^"]*)"|(\S+))')
# Written in hexadecimal if there is an odd byte in them; numbers and words otherwise.
STRINGS = b"name srcname target comm fstype peer info".split()


def fields(line):
    """One record's fields: bytes for what may be any bytes, text for the rest."""
    found = {}
    for key, quoted, bare in FIELD.findall(line):
        value = quoted or bare
        if key in STRINGS:
            if bare and not quoted and re.fullmatch(rb"(?:[0-9A-F]{2})+", bare):
                value = bytes.fromhex(bare.decode())
            found[key.decode()] = value
        else:
            found[key.decode()] = value.decode("ascii", "backslashreplace")
    return found


def mount_key(op, path, source, fstype, flags):
    """What of a mount a rule is about; flags that an op does not look at are left out."""
    path, source = path.rstrip(b"/") or b"/", source.rstrip(b"/")
    if op == "bind":
        flags &= 0x1000 | MS_REC
    elif op == "move":
        flags = 0x2000
    elif op == "propagation":
        flags &= PROPAGATION | MS_REC
    if op in ("umount", "pivot_root"):
        flags = 0
    if op in ("remount", "propagation", "umount"):
        source = b""
    return ("mount", op, path, source, fstype if op == "mount" else b"", hex(flags))


def mount_op(flags):
    if flags & 0x20:
        return "remount"
    if flags & 0x1000:
        return "bind"
    if flags & PROPAGATION:
        return "propagation"
    return "move" if flags & 0x2000 else "mount"


class Asked:
    """items: item -> the cases that made the kernel ask; probed: capabilities only looked for."""

    def __init__(self):
        self.items = collections.defaultdict(set)
        self.probed = collections.defaultdict(set)
        self.operations = collections.Counter()
        self.case = "?"
        self.strange = []

    def add(self, *item):
        self.items[item].add(self.case)

    def read(self, path):
        with open(path, "rb") as lines:
            records = [line for line in lines if b" apparmor=" in line]
        records.sort(key=lambda line: int(re.search(rb"audit\([\d.]+:(\d+)\)", line)[1]))
        for line in records:
            record = fields(line)
            if record.get("profile", "").split("//")[0] == PROFILE and record["apparmor"] != "STATUS":
                self.record(record, line)

    def record(self, record, line):
        self.operations[record["operation"]] += 1
        if record["operation"] == "exec" and record["name"].startswith(MARK):
            self.case = record["name"][len(MARK) :].decode()
            return
        kind = {
            "capable": self.capability, "signal": self.signal, "ptrace": self.ptrace, "mount": self.mount,
            "umount": self.mount, "pivotroot": self.mount,
        }.get(record["operation"])  # fmt: skip
        if kind:
            kind(record)
        elif "family" in record:
            self.add("network", record["family"], record["sock_type"])
        elif "name" in record and "requested_mask" in record:
            self.file(record)
        else:
            self.strange.append(line)

    def file(self, record):
        for letter in record["requested_mask"]:
            self.add("file", record["name"], LETTERS[letter])
        if "l" in record["requested_mask"]:
            self.add("link", record["name"], record["target"])

    def capability(self, record):
        if record.get("info") == b"optional: no audit":
            self.probed[record["capname"]].add(self.case)
        else:
            self.add("capability", record["capname"])

    @staticmethod
    def peer(record):
        return "self" if record["peer"].split(b"//")[0] == PROFILE.encode() else "other"

    def signal(self, record):
        for access in record["requested_mask"].split():
            self.add("signal", access, record["signal"], self.peer(record))

    def ptrace(self, record):
        for access in record["requested_mask"].split():
            self.add("ptrace", access, self.peer(record))

    def mount(self, record):
        flags = 0
        for word in record.get("flags", "").split(", "):
            flags |= MOUNT_FLAGS.get(word, 0)
        op = {"umount": "umount", "pivotroot": "pivot_root"}.get(record["operation"]) or mount_op(flags)
        self.items[
            mount_key(op, record["name"], record.get("srcname", b""), record.get("fstype", b""), flags)
        ].add(self.case)

    def read_capabilities(self, path, names, cases):
        """Each call of aa_capable, as traced: the audit tells of a capability only once a CPU.

        names: of capabilities, by number; cases: by number, as the battery calls its tasks.
        """
        with open(path, encoding="utf-8", errors="backslashreplace") as lines:
            for line in lines:
                found = re.search(r"^\s*(.+)-\d+\s.* cap=(\d+) opts=(\d+)", line)
                if not found:
                    continue
                comm = re.fullmatch(r"oracle-(\d+)", found[1])
                self.case = cases[int(comm[1])] if comm else f"({found[1]})"
                if int(found[3]) & 2:  # CAP_OPT_NOAUDIT: nobody is told of a refusal
                    self.probed[names[int(found[2])]].add(self.case)
                else:
                    self.add("capability", names[int(found[2])])
