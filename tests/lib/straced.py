#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""straced.py TRACE RUN EXEC: whether each phase of the trace has the calls that strace saw in it.

RUN and EXEC are what `strace -f -ttt -T --decode-pids=pidns` wrote of a runtime that starts the container, and of
one that executes something in it. Exit 1 if they differ, and says where.
"""
import re
import sys

sys.dont_write_bytecode = True
from tracefile import Trace

LINE = re.compile(r"(\d+) +(\d+\.\d+) (?:([a-z_0-9]+)\((.*)|<\.\.\. ([a-z_0-9]+) resumed>(.*)|.*)$")
RESULT = re.compile(r"= (-?\w+)(?: /\* (\d+) in strace's PID NS \*/)?.*?(?:<(\d+\.\d+)>)?$")


class Call:
    def __init__(self, tid, began, name, text):
        self.tid, self.began, self.name, self.text = tid, began, name, text
        self.ended = self.result = None
        self.cut = False # by the end of its thread

    def end(self, text):
        self.text += text
        # Behind the last ")": what is printed of the arguments may hold anything.
        found = RESULT.search(self.text[self.text.rfind(")"):])
        if found:
            self.result = found[2] or found[1]
            self.ended = self.began + float(found[3] or 0)


def calls_of(path):
    calls, unfinished = [], {}
    for line in open(path, errors="replace"):
        found = LINE.match(line)
        if not found:
            sys.exit(f"strace wrote: {line}")
        tid, at, name, text, resumed, rest = found.groups()
        if name:
            call = Call(tid, float(at), name, text)
            calls.append(call)
            if "<unfinished ...>" in text:
                unfinished[tid] = call
            else:
                call.end("")
        elif resumed and tid in unfinished:
            unfinished.pop(tid).end(rest)
    for call in unfinished.values():
        call.cut = True
    return calls


def loads_filter(call):
    """runc without flags loads it by prctl, and others by seccomp, which may give it to all threads."""
    return call.result == "0" and (call.name == "seccomp" and "SECCOMP_SET_MODE_FILTER" in call.text or
                                   call.name == "prctl" and "PR_SET_SECCOMP" in call.text)


def phases(path):
    """Calls of the runtime under the filter, of what it executed, and those of which it is open whether they count."""
    calls = calls_of(path)
    loads = [call for call in calls if loads_filter(call)]
    if len(loads) != 1:
        sys.exit(f"{path}: {len(loads)} filters were loaded")
    load = loads[0]
    parents = {}
    for call in calls:
        if call.name in ("clone", "clone3", "fork", "vfork") and (call.result or "").isdigit() and call.result != "0":
            parents[call.result] = call
    entry = next(call for call in calls if call.name == "execve" and call.result == "0" and call.began > load.began
                 and call.tid == load.tid)

    def leader(tid):
        return leader(parents[tid].tid) if tid in parents and "CLONE_THREAD" in parents[tid].text else tid

    def filtered(tid):
        if tid == load.tid or "TSYNC" in load.text and leader(tid) == leader(load.tid):
            return True
        return tid in parents and parents[tid].began > load.began and filtered(parents[tid].tid)

    runtime, main, either = set(), set(), set()
    for call in calls:
        if call is load or call.began < load.began or not filtered(call.tid):
            continue
        # A thread that ends while it is stopped at its call never gets to make it.
        if call.tid != load.tid and call.began <= load.ended or call.cut and leader(call.tid) != call.tid:
            either.add(call.name)
        elif call.began <= entry.began or call.tid != load.tid and leader(call.tid) == leader(load.tid) \
                and call.began <= entry.ended:
            runtime.add(call.name)
        else:
            main.add(call.name)
    return runtime, main, either


def main():
    trace = Trace(sys.argv[1])
    run, execed = phases(sys.argv[2]), phases(sys.argv[3])
    wrong = False
    for phase, straced, either in (("runtime", run[0] | execed[0], run[2] | execed[2]),
                                   ("main", run[1], run[2]), ("exec", execed[1], execed[2])):
        ours = trace.calls(phase)
        print(f"{phase}: {len(straced)} calls", *sorted(either))
        if len(straced) < 3 or (straced ^ ours) - either:
            print("only strace:", *sorted(straced - ours), "only trammel:", *sorted(ours - straced))
            wrong = True
    sys.exit(wrong)


if __name__ == "__main__":
    main()
