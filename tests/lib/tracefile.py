#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Asks a trace: tracefile.py FILE EXPRESSION... Exit 1 if one of them is not true, and says what is.

Expressions are Python's, over the names that ask() defines.
"""
import json
import sys


class Trace:
    def __init__(self, path):
        with open(path, "rb") as lines:
            rows = [json.loads(line) for line in lines]
        self.header = rows[0]
        self.end = rows[-1] if rows[-1].get("end") else None
        self.told = [row["recording"] for row in rows if "recording" in row]
        self.facts = [row for row in rows if "fact" in row]

    def recordings(self):
        """A journal tells of them as it goes, the last time best."""
        return list({r["id"]: r for r in self.header["recordings"] + self.told}.values())

    def syscalls(self):
        return [fact for fact in self.facts if fact["fact"] == "syscall"]

    def calls(self, phase=None, abi="x86_64", flag="done", exe=None, recording=None):
        """Names of the calls, or numbers where there is no name."""
        return {
            fact.get("name", fact["nr"])
            for fact in self.syscalls()
            if fact["abi"] == abi
            and (flag is None or flag in fact.get("flags", []))
            and (phase is None or phase in fact["phases"])
            and (exe is None or exe in fact.get("exes", []))
            and (recording is None or recording in fact["recordings"])
        }

    def call(self, name, abi="x86_64"):
        """The fact of one call by name or number; an empty one if it was not seen."""
        empty = {"flags": [], "phases": [], "exes": [], "errnos": []}
        for fact in self.syscalls():
            if fact["abi"] == abi and name in (fact.get("name"), fact["nr"]):
                return {**empty, **fact}
        return empty

    def refused(self):
        return {
            fact.get("name", fact["nr"])
            for fact in self.syscalls()
            if {"denied", "inner-denied"} & set(fact.get("flags", []))
        }

    def files(self, path=None, act=None):
        return [
            fact
            for fact in self.facts
            if fact["fact"] == "file"
            and path in (None, fact["path"])
            and act in (None, fact["act"])
        ]

    def perms(self, path, act=None):
        """The union of the permissions asked for on a path."""
        return set("".join(fact["perms"] for fact in self.files(path, act)))

    def where(self, path):
        return {place for fact in self.files(path) for place in fact.get("where", [])}

    def execs(self):
        """path: interpreter, or None for a binary."""
        return {f["path"]: f.get("interp") for f in self.facts if f["fact"] == "exec"}

    def complete(self):
        return bool(self.end and self.end["complete"])

    def losses(self):
        """Of all recordings, by cause."""
        sums = {}
        for recording in self.end["recordings"]:
            for cause, n in recording["losses"].items():
                sums[cause] = sums.get(cause, 0) + n
        return sums

    def ended(self):
        return {recording["ended"] for recording in self.end["recordings"]}

    def kinds(self, kind, *members):
        """What the facts of one kind have as these members, in tuples."""
        return {
            tuple(fact.get(member) for member in members)
            for fact in self.facts
            if fact["fact"] == kind
        }

    def context(self, key):
        return {v for r in self.recordings() for v in r["context"].get(key, [])}


def ask(path, expressions):
    trace = Trace(path)
    names = {name: getattr(trace, name) for name in dir(trace) if not name.startswith("_")}
    wrong = [text for text in expressions if not eval(text, dict(names))]
    if not wrong:
        return 0
    print(f"{path}: not so: " + "\n  nor: ".join(wrong))
    for phase in "runtime", "main", "exec":
        print(f"  {phase}:", *sorted(map(str, trace.calls(phase=phase, abi="x86_64"))))
    print("  lost:", trace.end and trace.losses())
    odd = [
        fact
        for fact in trace.facts
        if fact["fact"] != "syscall" or fact["abi"] != "x86_64" or "done" not in fact["flags"]
    ]
    for fact in odd[:200]:
        known = "abi", "name", "nr", "path", "interp", "act", "perms", "phases", "flags", "errnos"
        print(" ", fact["fact"], *(fact[key] for key in known if key in fact))
    if len(odd) > 200:
        print(f"  and {len(odd) - 200} more")
    return 1


if __name__ == "__main__":
    sys.exit(ask(sys.argv[1], sys.argv[2:]))
