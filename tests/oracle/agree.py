#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""agree.py DIR PROFILE COMMAND...: what the kernel allowed and refused against what the evaluator says.

DIR has cases, audit, caps (with the answers of aa_capable) and out, of a battery that ran under PROFILE, enforced, each
rule of which tells of what it allows. COMMAND answers questions (tests/vm/ask.c). Prints how many of each kind were
answered with yes and no, and each answer that differs. Exit 1 if one does, or if a kind was not asked for.
"""
import collections
import re
import subprocess
import sys

import audit
from compare import CAPABILITIES, FAMILIES, SIGNALS, TYPES

# Letters of a record (security/apparmor/file.c) to bits of a request (include/perms.h).
BITS = {"x": 0x1, "w": 0x2, "r": 0x4, "a": 0x8, "c": 0x10, "d": 0x20, "k": 0x8000, "m": 0x10000, "l": 0x40000}
WORDS = {"send": 0x2, "receive": 0x4, "trace": 0x2, "read": 0x4, "tracedby": 0x8, "readby": 0x10}
CREATE = 0x10
FAMILY = {name: number for number, name in FAMILIES.items()}
TYPE = {name: number for number, name in TYPES.items()}
# What every run has to ask, and be answered with both.
KINDS = "file exec capability network signal".split()


def word(value):
    """As trammel escapes it; "-" for none."""
    if isinstance(value, str):
        value = value.encode()
    return "".join(chr(b) if chr(b).isalnum() and b < 128 or b in b"/._" else f"\\x{b:02x}" for b in value) or "-"


class Questions:
    def __init__(self):
        self.asked = []  # (kind, question, bits, whether they were allowed, the record)
        self.skipped = collections.Counter()

    def add(self, kind, words, bits, allowed, record):
        self.asked.append((kind, "\t".join(words), bits, allowed, record))

    def record(self, record, line):
        """One of the kernel's records."""
        allowed = {"AUDIT": True, "DENIED": False}.get(record["apparmor"])
        info = record.get("info", b"").decode("utf-8", "replace")
        if allowed is None or info.startswith("Failed name lookup"):
            self.skipped[info or record["apparmor"]] += 1
            return
        operation = record["operation"]
        if operation == "capable":
            return  # read_capabilities() has all of them
        if operation in ("mount", "umount", "pivotroot"):
            self.mount(record, allowed, line)
        elif operation in ("signal", "ptrace"):
            self.task(record, allowed, line)
        elif "family" in record:
            words = ["network", str(FAMILY[record["family"]]), str(TYPE[record["sock_type"]])]
            self.add("network", words, CREATE, allowed, line)
        elif "requested_mask" in record and "name" in record:
            self.file(record, allowed, line)
        else:
            self.skipped[f"operation {operation}"] += 1

    def file(self, record, allowed, line):
        owner = "1" if record["fsuid"] == record["ouid"] else "0"
        name = record["name"]
        if record["operation"] == "link":
            self.add("link", ["link", owner, word(name), word(record["target"])], 1, allowed, line)
            return
        mask = record["requested_mask" if allowed else "denied_mask"]
        kind = "exec" if record["operation"] == "exec" else "file"
        for letter in mask:
            self.add(kind, ["file", owner, word(name)], BITS[letter], allowed, line)

    def task(self, record, allowed, line):
        for what in record["requested_mask"].split():
            words = [record["operation"], word(record["peer"])]
            if record["operation"] == "signal":
                words.insert(1, str(signal_number(record["signal"])))
            self.add(record["operation"], words, WORDS[what], allowed, line)

    def mount(self, record, allowed, line):
        name, source = word(record["name"]), word(record.get("srcname", b""))
        if record["operation"] == "umount":
            self.add("mount", ["umount", name], 1, allowed, line)
        elif record["operation"] == "pivotroot":
            self.add("mount", ["pivot_root", name, source], 1, allowed, line)
        else:
            flags = 0
            for flag in record.get("flags", "").split(", "):
                flags |= audit.MOUNT_FLAGS.get(flag, 0)
            options = record.get("options", "")
            words = ["mount", name, source, word(record.get("fstype", b"")), hex(flags), word(options)]
            self.add("mount", words, 1, allowed, line)

    def capabilities(self, path):
        """Each call of aa_capable by a case, and what it returned."""
        asked = {}
        with open(path, encoding="utf-8", errors="backslashreplace") as lines:
            for line in lines:
                found = re.search(r"^\s*oracle-\d+-(\d+)\s.* capable: .*cap=(\d+)", line)
                if found:
                    asked[found[1]] = int(found[2])
                found = re.search(r"^\s*oracle-\d+-(\d+)\s.* answered: .*ret=(-?\d+)", line)
                if found and found[1] in asked:
                    cap = asked.pop(found[1])
                    text = f"capability {CAPABILITIES[cap]}: {found[2]}"
                    self.add("capability", ["capability", str(cap)], 1, found[2] == "0", text)


def signal_number(name):
    if name.startswith("rtmin+"):
        return 32 + int(name[6:])
    return SIGNALS.index(name)


def main(directory, profile, *command):
    questions = Questions()
    with open(f"{directory}/audit", "rb") as lines:
        for line in lines:
            if b" apparmor=" in line:
                record = audit.fields(line)
                if record.get("profile") == profile:
                    questions.record(record, line.decode("utf-8", "backslashreplace").strip())
    questions.capabilities(f"{directory}/caps")
    unlike = sorted({row[1] for row in questions.asked})
    text = "".join(f"{question}\n" for question in unlike)
    answers = subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout.split()
    answer = {question: int(bits, 16) for question, bits in zip(unlike, answers, strict=True)}

    count, differ = collections.Counter(), {}
    for kind, question, bits, allowed, line in questions.asked:
        count[kind, allowed] += 1
        if bool(answer[question] & bits) != allowed:
            differ.setdefault((question, bits), (allowed, line))
    for kind in sorted({kind for kind, _ in count}):
        print(f"{kind:<12}{count[kind, True]:>7} allowed{count[kind, False]:>7} refused")
    for what, n in sorted(questions.skipped.items()):
        print(f"not asked: {what}: {n}")
    for (question, bits), (allowed, line) in differ.items():
        print(f"DIFFER {question!r} {bits:#x}: the kernel {'allows' if allowed else 'refuses'}: {line}")
    missing = [kind for kind in KINDS for allowed in (True, False) if not count[kind, allowed]]
    for kind in missing:
        print(f"WRONG no {kind} with both answers")
    print(f"{len(questions.asked)} answers of the kernel, {len(unlike)} different questions, {len(differ)} differ")
    return 1 if differ or missing else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
