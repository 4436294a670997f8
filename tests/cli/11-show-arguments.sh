#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# trammel show: values of selector arguments, and where they are open-ended; what emit makes of these.
. "$TRAMMEL_SOURCE/tests/lib/cli.sh"

id=0123456789abcdef0123456789abcdef
python3 - $id <<'END'
import json, sys
def trace(file, looked):
    facts = []
    def add(**fact):
        facts.append({**fact, "recordings": [0], "phases": ["main"], "exes": ["/bin/web"], "flags": ["done"]})
    numbers = {"read": 0, "mprotect": 10, "ioctl": 16, "socket": 41, "clone": 56, "fcntl": 72, "prctl": 157}
    for name, nr in numbers.items():
        add(fact="syscall", abi="x86_64", nr=nr, name=name)
    def arg(name, index, value):
        add(fact="arg", abi="x86_64", nr=numbers[name], name=name, index=index, value=hex(value))
    arg("mprotect", 2, 5)
    for value in range(33):
        arg("ioctl", 1, 0x6000 + value)
    arg("clone", 0, 0x3d0f00)
    for value in 1, 3:
        arg("fcntl", 1, value)
    arg("prctl", 0, 15)
    add(fact="arg", abi="x86_64", nr=157, name="prctl", index=0, overflow=True)
    add(fact="socket", family=1, type=1, protocol=0)
    context = {"arch": ["x86_64"]}
    if looked:
        context["arguments"] = sorted(set(numbers) - {"read"})
    header = {"trammel": "trace", "version": 1, "recordings": [
        {"id": sys.argv[1], "subject": "web", "start_seen": True, "context": context}]}
    kinds = {}
    for fact in facts:
        kinds[fact["fact"]] = kinds.get(fact["fact"], 0) + 1
    footer = {"end": True, "facts": len(facts), "complete": True, "recordings": [
        {"id": sys.argv[1], "ended": "exited", "losses": {}}], "kinds": kinds}
    with open(file, "w") as out:
        for line in header, *facts, footer:
            out.write(json.dumps(line) + "\n")
trace("args.trace", True)
trace("blind.trace", False)
END

expect 0 show args.trace
says out '^Arguments that select'
says out '^  clone: 0x3d0f00$'
says out '^  fcntl: 0x1 0x3$'
says out '^  socket: 1/1/0$'
says out '^  ioctl: 0x6000 0x6001 '
says out 'and 17 more (too many to'
says out '^  prctl: 0xf (and more, which were not kept: open-ended'
says out '^  mprotect: 0x5 (all the bits that matter'
# socketpair could have been made with the socket's family, and was not
says_not out 'socketpair'
expect 0 --json show args.trace
python3 - out <<'END' || fail "JSON is not as it should be"
import json, sys
args = {a["name"]: a for a in json.load(open(sys.argv[1]))["arguments"]}
assert {n: a["outcome"] for n, a in args.items()} == {
    "clone": "narrowed", "fcntl": "narrowed", "ioctl": "open", "mprotect": "whole", "prctl": "open",
    "socket": "narrowed"}, args
assert len(args["ioctl"]["values"]) == 33 and args["prctl"]["values"] == ["0xf"]
END
expect 0 show blind.trace
says out 'not looked at in every'

# what is open-ended is allowed plainly, but for what has to be accepted; and that is said
expect 0 emit seccomp --args all --runtime none -o web.json args.trace
says err 'too many were seen: ioctl prctl$'
expect 0 verify --seccomp web.json args.trace
python3 - web.json <<'END' || fail "the profile is not as it should be"
import json, sys
rules = [r for r in json.load(open(sys.argv[1]))["syscalls"] if r["action"] == "SCMP_ACT_ALLOW"]
plain = {n for r in rules if not r.get("args") for n in r["names"]}
assert {"prctl", "mprotect", "read"} <= plain and not {"ioctl", "fcntl", "clone", "socket"} & plain, plain
ioctl = [r["args"] for r in rules if "ioctl" in r["names"]]
def allowed(command):
    return any(all(command & a["value"] == a.get("valueTwo", 0) for a in rule) for rule in ioctl)
assert allowed(0x6000) and allowed(0x9999) and not allowed(0x5412) and not allowed(0x541c)
END
expect 0 emit seccomp -o web.json blind.trace
says err 'did not look at them: .*ioctl'
exit "$failed"
