#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What cannot be kept is counted, each time and once, and said wherever the recording is used: here each
# cause is made to happen so often that the number is known.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
# shellcheck disable=SC2119 # it needs no image
live_begin
program flood
bare arguments

OPTIONS=()
# lost CAUSE TEXT CMD...: it is recorded, and incomplete for this cause alone; the trace is CAUSE.trace
lost() {
	local cause=$1 text=$2
	shift 2
	expect 125 record "${OPTIONS[@]}" -o "$cause.trace" -- "$@"
	says err "$text"
	holds "$cause.trace" "not complete()" "end['complete'] is False" "list(losses()) == ['$cause']"
	expect 4 show "$cause.trace"
	says out "$text.*\($cause\)"
	expect 4 emit seccomp "$cause.trace"
	[ ! -s out ] || fail "a profile of an incomplete recording"
	expect 0 emit seccomp --allow-incomplete "$cause.trace"
}
# What is in kept stays: of a file that is there already, the hooks are not asked whether it may be made.
mkdir made kept
# How many acts there are of each file that is made and removed. A few others, of the shell's, come later.
expect 0 record -o ten.trace -- bin/flood files made 10
PER=$(($(grep -c '/made/' ten.trace) / 10))
[ -z "${LIVE_BACKEND:-}" ] || holds ten.trace "context('backend') == {'$LIVE_BACKEND'}"

# The buffer is full, as the recorder stands still. Some of it is left to others.
# shellcheck disable=SC2016 # for the command
TRAMMEL_FAULT_RING=262144 lost ring 'events were dropped' sh -c '
	kill -STOP $PPID; bin/flood files made 5000; kill -CONT $PPID'
holds ring.trace "0 <= sum('/made/' in f['path'] for f in files()) + losses()['ring'] - $PER * 5000 < 20" \
	"1500 < sum('/made/' in f['path'] for f in files()) < $PER * 4000"

# A recording has handed over all it may, and what comes after that is still known as lost.
TRAMMEL_FAULT_EVENTS=300 lost ring 'events were dropped' bin/flood files made 1000
holds ring.trace "0 <= sum('/made/' in f['path'] for f in files()) + losses()['ring'] - $PER * 1000 < 20" \
	"200 < sum('/made/' in f['path'] for f in files()) < 300" "'exit_group' in calls('main')"
# Nor are syscalls: they do not travel as events.
TRAMMEL_FAULT_EVENTS=1 expect 125 record -o none.trace -- bin/flood calls 0 0
holds none.trace "'exit_group' in calls('main') and 'execve' not in calls('main')"

# A table is full: what cannot be counted is lost, and what can come again is not.
TRAMMEL_FAULT_TABLES=64 lost map 'a table was full' bin/arguments
holds map.trace "len([f for f in facts if f['fact'] in ('arg', 'socket')]) + losses()['map'] == 154" \
	"len([f for f in facts if f['fact'] in ('arg', 'socket')]) > 20"
TRAMMEL_FAULT_TABLES=64 expect 0 record -o calls.trace -- bin/flood calls 1000 3
holds calls.trace "complete()" "set(range(100000, 101000)) <= calls()"
TRAMMEL_FAULT_TABLES=64 expect 0 record -o files.trace -- bin/flood again kept 500 3
holds files.trace "complete()" "sum('/kept/' in f['path'] and f['perms'] == 'r' for f in files()) == 500"

# Paths with too many names, and too long ones.
# shellcheck disable=SC2046 # many words
deep=$(printf 'd/%.0s' $(seq 150))
mkdir -p "$deep" && echo x >"$deep/f"
lost path_deep 'more components than' cat "$deep/f"
holds path_deep.trace "losses() == {'path_deep': 1}" "not any(f['path'].endswith('/f') for f in files())"
# Where a program is started matters only to a script that is named from there.
printf '#!/bin/sh\n' >"$deep/script" && chmod +x "$deep/script"
cd "$deep" || exit 1
expect 0 record -o "$WORK/true.trace" -- /bin/true
lost path_deep 'more components than' ./script
holds path_deep.trace "losses()['path_deep'] >= 2" "execs().keys() == set()"
cd "$WORK" || exit 1
python3 - <<'END' || fail "no long path"
import os
os.mkdir("long"); os.chdir("long")
for _ in range(17):
    os.mkdir("x" * 250); os.chdir("x" * 250)
open("f", "w").close()
END
lost path_long 'longer than PATH_MAX' bin/flood long long 17
holds path_long.trace "losses() == {'path_long': 1}"

# What a call points to is gone when it returns. The hooks backend need not read it.
mkfifo fifo
OPTIONS=(--backend tracepoints)
lost string 'could not be read from the memory' bin/flood unmapped fifo
OPTIONS=()
holds string.trace "losses() == {'string': 1}" "'openat2' in calls('main')"

# Processes that could not be marked: each /bin/true.
TRAMMEL_FAULT_MARKS=1 TRAMMEL_FAULT_LATE=1 lost mark 'could not be marked' \
	sh -c '/bin/true; /bin/true; /bin/true; exit 0'
holds mark.trace "losses() == {'mark': 3}" "not any(path.endswith('/true') for path in execs())"

# A program of ours was interrupted by itself.
TRAMMEL_FAULT_SCRATCH=100 lost missed 'skipped a program of the recorder' bin/flood files made 1000
holds missed.trace "losses()['missed'] >= 10" \
	"0 <= sum('/made/' in f['path'] for f in files()) + losses()['missed'] - $PER * 1000 < 20"

# The kernel does not say whose a task is, for the moment: it is asked again, now and then in vain.
TRAMMEL_FAULT_STORAGE=100 lost missed 'skipped a program of the recorder' bin/flood files made 1000
holds missed.trace "losses()['missed'] >= 10" \
	"0 <= sum('/made/' in f['path'] for f in files()) + losses()['missed'] - $PER * 1000 < 20"
