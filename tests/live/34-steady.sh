#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What Linux 7 is given in place of programs that it would preempt, forced here: it sees the same calls, with the
# same arguments, files, names and refusals.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
live_begin busybox
program acts
# shellcheck disable=SC2016 # for the shell in the container
run=(docker run --rm --network none "${BIN[@]}" trammel-lab/busybox sh -c '
	/w/acts vfork mount poll; echo x >/tmp/new; mv /tmp/new /tmp/old; ln -s old /tmp/link; cat /tmp/link /etc/hostname
	chmod 600 /tmp/old; sleep 1; rm /tmp/link; cat /nowhere; mkdir /tmp/d; cd /tmp/d; touch ../up; exit 0')
expect 0 record --backend tracepoints -o plain.trace -- "${run[@]}"
TRAMMEL_FAULT_STEADY=1 expect 0 record --backend tracepoints -o steady.trace -- "${run[@]}"
holds steady.trace "complete()" "refused() == {'mount'}" "'vfork' in calls('main')" "files('/tmp/old', 'rename-to')"
cat >same.py <<'END'
import json, sys

def keys(path):
    """Main's facts. runc acts before, in other ways each time (a signal among its threads that comes, or comes not):
    what it shares with main keeps main's half only."""
    skipped = {"recordings", "first", "last", "after", "flags", "phases", "exes"}
    with open(path) as trace:
        facts = [fact for fact in map(json.loads, trace) if "fact" in fact]
    return {
        json.dumps({k: v for k, v in fact.items() if k not in skipped}
                   | {"exes": [exe for exe in fact.get("exes", []) if not exe.endswith("runc")]}, sort_keys=True)
        for fact in facts if "main" in fact["phases"]
    }

plain, steady = map(keys, sys.argv[1:])
print(len(plain), *sorted(plain ^ steady), sep="\n")
sys.exit(plain != steady or len(plain) < 20)
END
python3 same.py plain.trace steady.trace >differ || fail "not the same: $(cat differ)"
