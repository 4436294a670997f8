#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the recorder is to the machine: with hardly a capability once it records, gone without a trace
# however it ends, and no trouble to another one.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
live_begin busybox
program acts
OPTIONS=(--rm --network none "${BIN[@]}" trammel-lab/busybox)

# field FILE NAME: of /proc/PID/status
field() { awk -v name="$2:" '$1 == name { print $2 }' "$1"; }
is() { [ "$1" = "$2" ] || fail "$3: '$1', wanted '$2'"; }

# CAP_DAC_READ_SEARCH and CAP_SYS_PTRACE; nothing that an exec could give back. CMD and the exercise have all.
# shellcheck disable=SC2016 # for the commands
expect 0 record -o own.trace -- sh -c 'cat /proc/$PPID/status >recorder; cat /proc/self/status >command'
holds own.trace "complete()"
is "$(field recorder CapEff)" 0000000000080004 "the recorder's capabilities"
is "$(field recorder CapPrm)" 0000000000080004 "the recorder's permitted capabilities"
is "$(field recorder CapBnd)" 0000000000000000 "the recorder's bounding set"
is "$(field recorder NoNewPrivs)" 1 "the recorder's no_new_privs"
for set in CapEff CapBnd NoNewPrivs; do
	is "$(field command $set)" "$(field /proc/self/status $set)" "the command's $set"
done
expect 0 record -o own.trace --exercise 'cat /proc/self/status >exercise' -- \
	docker run "${OPTIONS[@]}" /w/acts pause
holds own.trace "complete()" "ended() == {'exercise'}"
for set in CapEff CapBnd NoNewPrivs; do
	is "$(field exercise $set)" "$(field /proc/self/status $set)" "the exercise's $set"
done
# Under sudo its files are the caller's.
mkdir theirs && chown 65534:65534 theirs && chmod 700 theirs
SUDO_UID=65534 SUDO_GID=65534 expect 0 record -o theirs/own.trace -- true
is "$(stat -c %u theirs/own.trace)" 65534 "the owner of the caller's trace"
mkdir others && chown 65534 others
expect 0 record -o others/own.trace -- true

# It still reaches programs that are nobody's to read but their owner's.
mkdir secret && cp /bin/true secret/program && chown -R 65534 secret && chmod -R u=rx,go= secret
chmod 711 "$WORK"
expect 0 record --backend tracepoints -o secret.trace -- \
	setpriv --reuid 65534 --clear-groups secret/program
holds secret.trace "complete()" "[f for f in files(act='interpreter') if 'ld-linux' in f['path']]"

# bpf_ids FILE: which programs, links and maps a process holds
bpf_ids() { cat /proc/"$1"/fdinfo/* 2>/dev/null | awk '/^(prog|link|map)_id:/ { print $1, $2 }' | sort -u; }
gone() {
	local what id
	while read -r what id; do
		! bpftool "${what%_id:}" show id "$id" >/dev/null 2>&1 || return 1
	done <held
}
for signal in KILL SEGV TERM; do
	rm -f out-of-it
	# shellcheck disable=SC2016 # for the command
	"$TRAMMEL" record -o "$signal.trace" --exercise 'exec sleep 1000' -- \
		sh -c 'echo $$ >out-of-it; exec sleep 1000' >out 2>err </dev/null &
	recorder=$!
	until_true 30 test -s out-of-it || fail "it does not record: $(cat err)"
	bpf_ids $recorder >held
	[ "$(grep -c prog_id held)" -gt 5 ] || fail "its programs are not found: $(cat held)"
	! gone || fail "bpftool does not know them while it records"
	kill -$signal $recorder
	wait $recorder 2>/dev/null
	until_true 10 gone || fail "after SIG$signal something stays loaded: $(cat held)"
	kill "$(cat out-of-it)" 2>/dev/null # SIGTERM is passed on to it, the others are not
done
! pgrep -f "$TRAMMEL record -o (KILL|SEGV)" || fail "a process of the killed recorder stays"

# Two at a time, each of its own container, and a third of all.
"$TRAMMEL" record --all -d all >all.out 2>&1 </dev/null &
all=$!
until_true 30 sh -c "grep -q 'anon_inode:bpf_link\|link_id' /proc/$all/fdinfo/*" || fail "record --all: $(cat all.out)"
sleep 1
for act in fork vfork; do
	"$TRAMMEL" record -o "$act.trace" --duration 4 -- docker run "${OPTIONS[@]}" /w/acts "$act" pause \
		>"$act.out" 2>&1 </dev/null &
	eval "${act}_pid=$!"
done
# shellcheck disable=SC2154 # by eval
wait "$fork_pid" || fail "$(cat fork.out)"
# shellcheck disable=SC2154
wait "$vfork_pid" || fail "$(cat vfork.out)"
kill -TERM $all
wait $all || fail "record --all ended with $?: $(cat all.out)"
holds fork.trace "complete()" "len(recordings()) == 1" "'fork' in calls('main')" "'vfork' not in calls()"
holds vfork.trace "complete()" "len(recordings()) == 1" "'vfork' in calls('main')" "'fork' not in calls()"
holds all/busybox.trace "complete()" "len(recordings()) == 2" "{'fork', 'vfork'} <= calls('main')" \
	"all(r['start_seen'] for r in recordings())"

# Full: it ends by itself, and well. To it a container is a cgroup with an id for a name.
CGROUP=/sys/fs/cgroup
[ ! -d $CGROUP/pids ] || CGROUP=$CGROUP/pids
CGROUP=$CGROUP/trammel-test-$$
mkdir "$CGROUP" || fail "no cgroup"
remove_cgroups() { find "$CGROUP" -depth -type d -exec rmdir {} +; }
defer remove_cgroups
DOCKER_HOST=unix://$WORK/none "$TRAMMEL" record --all -d full >full.out 2>&1 </dev/null &
full=$!
until_true 30 sh -c "grep -q 'link_id' /proc/$full/fdinfo/*" || fail "record --all: $(cat full.out)"
sleep 1
for i in $(seq 250); do
	id=$(printf %064x "$i")
	mkdir "$CGROUP/$id"
	# shellcheck disable=SC2016
	bash -c 'echo $$ >"$1/cgroup.procs"; exec unshare -m true' bash "$CGROUP/$id"
	kill -0 $full 2>/dev/null || break
done
wait $full || fail "full, it ended with $?: $(tail -n 3 full.out)"
says full.out '^2[45][0-9] containers were met'

# Nothing came: that is no failure of a service's.
"$TRAMMEL" record --all -d none --duration 1 >out 2>err || fail "$(cat err)"
says err 'no container came'
expect 125 record --all -d none -- true
