#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""compare.py [--only-battery] DIR BACKEND [KNOWN]: what the kernel asked for against what was recorded.

DIR has cases (what the battery lists), audit (listen.py's), caps (the tracing of aa_capable), out (what the
battery said) and BACKEND.trace. KNOWN is a table of what the backend is known to miss, or to have in excess: a case
and an item as patterns, the row of profiles/backend-misses.csv that says why, and "sometimes" if not always. Prints recall and excess for each kind, then each miss and excess. Exit 1:
something was missed that is not in the table, something is in the table that was not missed, something was
recorded that needs no rule, or a case did not do what it is there for. With --only-battery the last alone.
"""
import collections
import fnmatch
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))

import audit  # noqa: E402
from tracefile import Trace  # noqa: E402

# linux/capability.h
CAPABILITIES = """chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable
net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace
sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write
audit_control setfcap mac_override mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf
checkpoint_restore""".split()
# sys/socket.h, in the kernel's words
FAMILIES = {1: "unix", 2: "inet", 10: "inet6", 16: "netlink", 17: "packet", 31: "bluetooth", 38: "alg",
            40: "vsock"}  # fmt: skip
TYPES = {1: "stream", 2: "dgram", 3: "raw", 4: "rdm", 5: "seqpacket", 6: "dccp", 10: "packet"}
# security/apparmor/include/sig_names.h
SIGNALS = """exists hup int quit ill trap abrt bus fpe kill usr1 segv usr2 pipe alrm term stkflt chld cont stop
stp ttin ttou urg xcpu xfsz vtalrm prof winch io pwr sys""".split()
KINDS = "file link capability network signal ptrace mount userns io_uring bound".split()
# The first program of a container is started by the runtime, whom the profile does not bind.
ENTRY = ("file", b"/oracle", "x")


def unescape(text):
    """The bytes of a path in a trace."""
    return re.sub(
        rb"\\(\\|x[0-9a-fA-F]{2})",
        lambda m: b"\\" if m[1] == b"\\" else bytes([int(m[1][1:], 16)]),
        text.encode(),
    )


class Recorded:
    """items: item -> the cases it is known to come from."""

    def __init__(self, path, cases):
        self.items = collections.defaultdict(set)
        self.doubtful = set()  # capabilities of which need and probe could not be told apart
        self.probed = set()
        # Asked for only if whoever is on the other side is under another profile: nobody knows whether it will be.
        self.perhaps = set()
        self.cases = cases
        trace = Trace(path)
        self.backends = trace.context("backend")
        self.told = trace.context("backend.misses")
        self.complete = trace.complete()
        for fact in trace.facts:
            if "main" in fact["phases"]:
                getattr(self, fact["fact"], lambda fact: None)(fact)

    def add(self, fact, *item):
        if item[0] == "file" and item[1].startswith(audit.MARK):
            return
        known = {os.path.basename(exe) for exe in fact.get("exes", [])} & self.cases
        self.items[item] |= known

    def file(self, fact):
        path = unescape(fact["path"])
        for letter in fact["perms"]:
            item = ("file", path, letter)
            if fact["act"] == "receive":
                self.perhaps.add(item)
            else:
                self.add(fact, *item)
        if fact["act"] == "link" and "target" in fact:
            self.add(fact, "link", path, unescape(fact["target"]))

    def exec(self, fact):
        self.add(fact, "file", unescape(fact["path"]), "x")

    def capability(self, fact):
        name = CAPABILITIES[fact["nr"]]
        if fact["need"] == "needed":
            self.add(fact, "capability", name)
        else:
            (self.doubtful if fact["need"] == "unknown" else self.probed).add(name)

    def network(self, fact):
        family = FAMILIES.get(fact["family"], str(fact["family"]))
        kind = TYPES.get(fact["type"], str(fact["type"]))
        if "address" in fact:
            address, port = unescape(fact["address"]).decode("utf-8", "replace"), fact.get("port", 0)
            self.add(fact, "bound", family, kind, address, str(port))
        self.add(fact, "network", family, kind)

    def signal(self, fact):
        number = fact["signal"]
        name = SIGNALS[number] if number < len(SIGNALS) else f"rtmin+{number - 32}"
        self.add(fact, "signal", fact["access"], name, fact["peer"])

    def ptrace(self, fact):
        item = ("ptrace", fact["access"], fact["peer"])
        if fact["peer"] == "other" and fact["access"] in ("readby", "tracedby"):
            self.perhaps.add(item)
        else:
            self.add(fact, *item)

    def mount(self, fact):
        text = [unescape(fact.get(key, "")) for key in ("path", "source", "fstype")]
        self.add(fact, *audit.mount_key(fact["op"], *text, int(fact.get("mount_flags", "0x0"), 16)))

    def userns(self, fact):
        self.add(fact, "userns")

    def io_uring(self, fact):
        self.add(fact, "io_uring", fact["op"])


class Battery:
    """What the cases said of themselves."""

    def __init__(self, directory):
        with open(f"{directory}/cases", encoding="utf-8") as f:
            self.asks = {name: what == "asks" for name, what in (line.split() for line in f)}
        self.verdicts, self.declared, self.why = {}, collections.defaultdict(set), []
        self.optional = set()
        with open(f"{directory}/out", encoding="utf-8", errors="backslashreplace") as f:
            for line in f:
                self.line(line.rstrip("\n"))

    def line(self, line):
        found = re.match(r"(ok|skip|FAIL|declared|optional) ([\w-]+)(?:: (.*))?$", line)
        if not found:
            return
        if found[1] == "declared":
            self.declared[tuple(found[3].split(" "))].add(found[2])
            return
        if found[1] == "optional":
            self.optional.add(found[3])
            return
        self.verdicts[found[2]] = found[1]
        if found[1] != "ok":
            self.why.append(line)

    def may(self, text):
        return any(fnmatch.fnmatchcase(text, pattern) for pattern in self.optional)

    def wrong(self, asked):
        """Cases that did not do what they are there for."""
        did = set().union(*asked.items.values(), *self.declared.values())
        for name, asks in self.asks.items():
            verdict = self.verdicts.get(name)
            if verdict is None or verdict == "FAIL":
                yield f"{name}: {verdict or 'did not run'}"
            elif verdict == "ok" and asks and name not in did:
                yield f"{name}: the kernel asked for nothing"
            elif not asks and name in did:
                items = [show(item) for item, cases in asked.items.items() if name in cases]
                yield f"{name}: the kernel asked for something: {'; '.join(items)}"


def show(item):
    parts = [part.decode("utf-8", "backslashreplace") if isinstance(part, bytes) else part for part in item]
    return " ".join(repr(part) if re.search(r"[^!-~]", part) or not part else part for part in parts)


def truth(asked, battery):
    """All that has to be recorded."""
    items = {item: set(cases) for item, cases in asked.items.items()}
    for item, cases in battery.declared.items():
        items.setdefault(item, set()).update(cases)
    return items


class Known:
    """Rows for what the trace itself does not say it may miss, as on a kernel that tells more, explain nothing."""

    def __init__(self, path, told):
        self.all, self.rows, self.met = [], [], set()
        if path:
            with open(path, encoding="utf-8") as f:
                self.all = [line.rstrip("\n").split("\t") for line in f if line[0] not in "#\n"]
            self.rows = [row for row in self.all if row[2] in told]

    def explains(self, item, cases):
        text, found = show(item), False
        for i, (case, pattern, *_) in enumerate(self.rows):
            if fnmatch.fnmatchcase(text, pattern) and any(fnmatch.fnmatchcase(c, case) for c in cases or "?"):
                self.met.add(i)
                found = True
        return found

    def unsaid(self):
        """Reasons that the product does not give."""
        here = os.path.dirname(os.path.abspath(__file__))
        with open(f"{here}/../../profiles/backend-misses.csv", encoding="utf-8") as f:
            ids = {line.split(",")[0] for line in f}
        return {row[2] for row in self.all} - ids

    def unmet(self):
        return [row for i, row in enumerate(self.rows) if i not in self.met and row[3:] != ["sometimes"]]


def same_move(item, found):
    """Linux 6.8 to 6.12 tell of no source of a mount that was nowhere before, later ones do."""
    return item[:2] == ("mount", "move") and not item[3] and any(i[:3] == item[:3] for i in found)


def table(true, misses, excess):
    print(f"{'kind':<12}{'asked':>7}{'found':>7}{'recall':>9}{'excess':>8}")
    rows = [(kind, lambda item, kind=kind: item[0] == kind) for kind in KINDS] + [("all", lambda item: True)]
    for name, of in rows:
        asked, missed = len(list(filter(of, true))), len(list(filter(of, misses)))
        over = len(list(filter(of, excess)))
        if asked or over:
            recall = f"{100 * (asked - missed) / asked:.1f} %" if asked else "-"
            print(f"{name:<12}{asked:>7}{asked - missed:>7}{recall:>9}{over:>8}")


def listed(title, items, known=None):
    items = sorted(items.items(), key=lambda pair: (pair[0][0], sorted(pair[1]), show(pair[0])))
    if items:
        print(f"\n{title}:")
    for item, cases in items:
        print(f"  {show(item)}\t{' '.join(sorted(cases)) or '?'}")


def by_path(item, names):
    """A case's files have its name in their paths."""
    for part in item[1:]:
        for piece in part.split(b"/") if isinstance(part, bytes) else ():
            if piece.decode("utf-8", "replace") in names:
                return {piece.decode()}
    return set()


def main(directory, backend, known=None, only_battery=False):
    battery = Battery(directory)
    asked = audit.Asked()
    asked.read(f"{directory}/audit")
    asked.read_capabilities(f"{directory}/caps", CAPABILITIES, list(battery.asks))
    recorded = Recorded(f"{directory}/{backend}.trace", set(battery.asks))
    true, known = truth(asked, battery), Known(known, recorded.told)

    doubtful = {("capability", name) for name in recorded.doubtful}
    found = set(recorded.items) | doubtful | recorded.perhaps
    misses = {i: c for i, c in true.items() if i not in found and not same_move(i, found)}
    excess = {
        i: c or by_path(i, battery.asks)
        for i, c in recorded.items.items()
        if i not in true and i != ENTRY and not battery.may(show(i))
    }
    told = {i: c for i, c in misses.items() if known.explains(i, c)}
    over = {i: c for i, c in excess.items() if not known.explains(i, c)}
    untold = {i: c for i, c in misses.items() if i not in told}
    wrong = list(battery.wrong(asked)) + [f"no rule for this record: {line}" for line in asked.strange]
    if recorded.backends != {backend}:
        wrong.append(f"the trace is of the backend {recorded.backends}")
    if not recorded.complete:
        wrong.append("the recording is incomplete")
    wrong += [f"no row {name} in profiles/backend-misses.csv" for name in (known.unsaid() if known.all else ())]

    count = collections.Counter(battery.verdicts.values())
    print(f"backend {backend}: {len(battery.asks)} cases, {count['ok']} done, {count['skip']} skipped")
    table(true, misses, excess)
    for line in battery.why:
        print(line)
    for line in wrong:
        print(f"WRONG {line}")
    listed("missed, and not in the table", untold)
    listed("missed, as the table says", told)
    listed("in excess, and not in the table", over)
    listed("in excess, as the table says", {i: c for i, c in excess.items() if i not in over})
    for row in known.unmet():
        print(f"in the table, and not missed: {row[0]} {row[1]}")
    return 1 if wrong or not only_battery and (untold or over or known.unmet()) else 0


if __name__ == "__main__":
    arguments = [argument for argument in sys.argv[1:] if argument != "--only-battery"]
    sys.exit(main(*arguments, only_battery=len(arguments) < len(sys.argv) - 1))
