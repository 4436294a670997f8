#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The set of calls is the one that strace sees, of a command and of a container's whole main phase:
# forks, threads, execs, signal handlers and restarts included.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
command -v strace >/dev/null || skip "strace is not installed"
live_begin busybox pyapp
program acts
mkdir -p seen/bin
# strace with its libraries, to be started by their loader: no image has to hold it.
cp "$(command -v strace)" seen/bin/strace
ldd seen/bin/strace | grep -o '/[^ ]*' | xargs -I{} cp {} seen/bin/
loader=$(cd seen/bin && echo ld-linux*)

# same TRACE FILES-OF-STRACE...: both saw the same calls. Whether these three happen is up to the
# scheduler and to whether somebody traces.
same() {
	python3 - "$TRAMMEL_SOURCE/tests/lib" "$@" <<'END' || fail "$1 is not what strace saw"
import re, sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
from tracefile import Trace
by_chance = {"futex", "restart_syscall", "sched_yield"}
straced = set()
for name in sys.argv[3:]:
    for line in open(name, errors="replace"):
        call = re.match(r"([a-z_0-9]+)\(", line)
        if call:
            straced.add(call[1])
trace = Trace(sys.argv[2])
ours = trace.calls("main") | trace.refused()
if len(straced) < 10 or not trace.complete():
    sys.exit(f"too little to compare: {straced}")
missed, invented = straced - ours - by_chance, ours - straced - by_chance
if missed or invented:
    sys.exit(f"only strace: {missed}; only trammel: {invented}")
END
}

# As a plain command. Its first exec is what starts the recording, and no part of it.
acts=(fork vfork thread signal read exec execveat stop mount getpriority)
expect 0 record -o command.trace -- bin/acts "${acts[@]}"
strace -ff -o seen/command bin/acts "${acts[@]}" || fail "strace"
same command.trace seen/command.*

# As containers, once recorded and once traced from inside.
in_container() { # NAME IMAGE CMD...
	local name=$1 run=(docker run --rm --network none --user 0 "${BIN[@]}" -v "$WORK/seen:/seen")
	local image=$2
	shift 2
	expect 0 record -o "$name.trace" -- "${run[@]}" "trammel-lab/$image" "$@"
	"${run[@]}" "trammel-lab/$image" "/seen/bin/$loader" --library-path /seen/bin \
		/seen/bin/strace -ff -o "/seen/$name" "$@" >/dev/null 2>err || fail "strace in a container: $(cat err)"
	same "$name.trace" "seen/$name".*
}
in_container acts busybox /w/acts "${acts[@]}" keyctl
# shellcheck disable=SC2016
in_container shell busybox sh -c 'ls -l / | sort >/tmp/x; while read -r l; do : $(echo "$l"); done </tmp/x
	trap : USR1; (sleep 0.1; kill -USR1 $$) & wait; wait; rm /tmp/x; mkdir -p /tmp/a/b; chmod 700 /tmp/a'
in_container python pyapp python3 -c 'import socket, sqlite3, ssl, subprocess, threading
a, b = socket.socketpair(); a.send(b"x"); b.recv(1)
t = threading.Thread(target=subprocess.run, args=(["uname", "-m"],)); t.start(); t.join()
sqlite3.connect("/tmp/x.db").execute("create table t (a)")'
