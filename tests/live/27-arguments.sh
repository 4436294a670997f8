#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Selector arguments: what a program that makes the same calls with ever new ones leaves in a trace, what
# show and emit say of it, and that the container runs under what comes out.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
[ "$(uname -m)" = x86_64 ] || skip "needs x86_64"
live_begin busybox
bare arguments

expect 0 record -o many.trace -- docker run --rm --network none "${BIN[@]}" \
	trammel-lab/busybox /w/arguments
# 48 values of each are kept for one executable, and that there were more
holds many.trace "complete()" \
	"sum(f['fact'] == 'arg' and f['name'] == 'prctl' and '/w/arguments' in f.get('exes', []) for f in facts) == 49" \
	"any(f['fact'] == 'arg' and f['name'] == 'prctl' and f.get('overflow') for f in facts)" \
	"any(f['fact'] == 'arg' and f['name'] == 'fcntl' and f.get('overflow') for f in facts)" \
	"not any(f['fact'] == 'arg' and f['name'] == 'ioctl' and f.get('overflow') for f in facts)" \
	"{(f['family'], f['type'], f['protocol']) for f in facts if f['fact'] == 'socket'} >= {(1, 1, 0), (16, 3, 0)}"
expect 0 --json show many.trace
python3 - out <<'END' || fail "show does not say what becomes of them"
import json, sys
args = {a["name"]: a for a in json.load(open(sys.argv[1]))["arguments"]}
assert args["prctl"]["outcome"] == args["fcntl"]["outcome"] == "open", args
assert args["ioctl"]["outcome"] == args["socket"]["outcome"] == "narrowed", args
assert {"0x5413", "0x7700005413"} <= set(args["ioctl"]["values"])
END
expect 0 show many.trace
says out 'prctl:'
says out 'open-ended'

# prctl and fcntl are narrowed with --args all only, and then they could be and are not
expect 0 emit seccomp --args all -o many.json many.trace
says err 'too many were seen: .*fcntl.* prctl'
expect 0 verify --seccomp many.json many.trace
says out '^Yes'
python3 - many.json <<'END' || fail "the profile asks for what is open-ended, or not for what is not"
import json, sys
rules = [r for r in json.load(open(sys.argv[1]))["syscalls"] if r["action"] == "SCMP_ACT_ALLOW"]
def conditions(name):
    return [r.get("args") for r in rules if name in r["names"]]
assert conditions("prctl") == [None] or conditions("prctl") == [[]], conditions("prctl")
assert conditions("fcntl") in ([None], [[]]), conditions("fcntl")
assert all(conditions("ioctl")) and all(conditions("socket"))
assert 0x5413 in [a[0].get("valueTwo") for a in conditions("ioctl")]
END

# It runs under it, and what was not seen is refused.
expect 0 rehearse -n 3 --seccomp many.json -- docker run --rm --network none "${BIN[@]}" \
	trammel-lab/busybox /w/arguments
if docker run --rm --network none --security-opt "seccomp=$PWD/many.json" trammel-lab/busybox \
	/bin/busybox ping -c 1 127.0.0.1 >/dev/null 2>&1; then
	fail "a raw socket went through"
fi

# Two processes that meet a value at once: it is told once, nothing is lost, and the end of what is
# kept is seen. Copies of the program, for what an executable showed before is known.
if [ "$(nproc)" = 1 ]; then
	echo "note: one CPU: nobody meets a value at once"
fi
bare meet
mkdir met
for i in $(seq 40); do
	cp bin/meet "met/$i"
done
# shellcheck disable=SC2016 # for the command
expect 0 record -o met.trace -- sh -c 'for program in met/*; do "$program"; done'
holds met.trace "complete()" \
	"all(sum(f['fact'] == 'arg' and f['name'] == name and exe in f.get('exes', []) for f in facts) == n
	     for name, n in (('prctl', 40), ('fcntl', 40), ('ioctl', 40), ('keyctl', 49))
	     for exe in {e for f in facts for e in f.get('exes', []) if '/met/' in e})" \
	"len({e for f in facts for e in f.get('exes', []) if '/met/' in e}) == 40"
exit 0
