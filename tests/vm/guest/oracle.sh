#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ORACLE_BACKENDS: which ones; ORACLE_TREE: what tree.py made. Runs the battery of tests/oracle once for each, in a container under a profile
# that allows everything and has it told, while it is recorded. ORACLE_CASES: only these. ORACLE_KEEP: print
# the raw data, too, as a compressed archive in base64.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
ORACLE=$TRAMMEL_SOURCE/tests/oracle
TRACING=/sys/kernel/tracing
BATTERY=${TRAMMEL_BUILD:-$TRAMMEL_SOURCE/build/release}/tests/oracle

at() {
	echo "  $(cut -d' ' -f1 /proc/uptime) s: $*"
}

# One rule: an exec leads to the same profile again. Without any, complain mode makes up another profile for
# each program, and asks again for what the program before it had open.
load_profile() {
	cat >profile <<'PROFILE'
abi <abi/3.0>,
profile trammel-oracle flags=(complain,attach_disconnected,mediate_deleted) {
	audit /{,**} px -> trammel-oracle,
}
profile trammel-giver flags=(attach_disconnected,mediate_deleted) {
	file,
	network,
	capability,
	signal,
}
PROFILE
	apparmor_parser -r profile || fail "the profile does not load"
	defer apparmor_parser -R profile
}

# AppArmor's question about a capability, and whether it is only a look (opts). The audit tells of each only
# once on each CPU (security/apparmor/capability.c).
trace_capabilities() {
	local cap=%si opts=%dx release
	release=$(uname -r)
	# Linux 6.7 put the credentials in front.
	if [ "$(printf '%s\n' 6.7 "$release" | sort -V | head -n 1)" = 6.7 ]; then
		cap=%dx opts=%cx
	fi
	echo 20000 >"$TRACING"/buffer_size_kb
	printf '%s\n' "p:oracle/capable aa_capable cap=$cap:s32 opts=$opts:u32" \
		"r:oracle/answered aa_capable ret=\$retval:s32" >"$TRACING"/kprobe_events ||
		fail "no probe on aa_capable"
	echo 1 >"$TRACING"/events/oracle/enable
	defer untrace_capabilities
}

# shellcheck disable=SC2317 # called at exit
untrace_capabilities() {
	echo 0 >"$TRACING"/events/oracle/enable
	echo >"$TRACING"/kprobe_events
}

huge_pages() {
	echo 8 >/proc/sys/vm/nr_hugepages
	defer eval 'echo 0 >/proc/sys/vm/nr_hugepages'
	mkdir -p huge
	mount -t hugetlbfs none huge && defer umount "$PWD/huge"
}

# battery DIR PROFILE WORD COMMAND...: the battery's WORD under the profile, its container started by COMMAND. Leaves
# cases, audit, caps, out and err in DIR.
battery() {
	local dir=$1 profile=$2 word=$3 listen gives status
	shift 3
	mkdir -p "$dir" volume
	mount -t tmpfs none volume || fail "no volume"
	tar xpf "$ORACLE_TREE/volume.tar" -C volume
	"$BATTERY/oracle" list >"$dir/cases"
	mkdir -p outside/{un,}confined
	python3 "$ORACLE/give.py" "$PWD/volume/unconfined" "$PWD/outside/unconfined" >give.un &
	gives=$!
	aa-exec -p trammel-giver python3 "$ORACLE/give.py" "$PWD/volume/confined" "$PWD/outside/confined" >give.out &
	gives="$gives $!"
	python3 "$ORACLE/listen.py" "$dir/audit" >listen.out &
	listen=$!
	until_true 60 grep -q ready listen.out || fail "the kernel's audit cannot be heard"
	until_true 60 grep -q ready give.out || fail "nobody hands descriptors over"
	until_true 60 grep -q ready give.un || fail "nobody hands descriptors over"
	echo >"$TRACING"/trace
	# shellcheck disable=SC2086
	timeout ${ORACLE_TIMEOUT:-500} "$@" docker run --rm --network none \
		--cap-add ALL --security-opt seccomp=unconfined --security-opt "apparmor=$profile" \
		--tmpfs /scratch -v "$PWD/volume:/volume" -v "$PWD/volume:/readonly:ro" -v "$PWD/huge:/huge" \
		trammel-lab/oracle /oracle "$word" ${ORACLE_CASES:-} >"$dir/out" 2>"$dir/err" </dev/null
	status=$?
	# shellcheck disable=SC2086
	kill "$listen" $gives
	# shellcheck disable=SC2086
	wait $gives
	wait "$listen" || fail "the audit was not heard to its end"
	cat "$TRACING"/trace >"$dir/caps"
	umount volume || fail "the volume is still in use"
	awk '$1 == "capable" && $3 != 0 { exit 1 }' "$TRACING"/kprobe_profile || fail "calls of aa_capable were missed"
	grep -q '^.*entries-in-buffer/entries-written: \([0-9]*\)/\1 ' "$dir/caps" || fail "the trace overran"
	return $status
}

# run BACKEND: leaves BACKEND.trace, too, in a directory of that name.
run() {
	local status
	battery "$PWD/$1" trammel-oracle run "$TRAMMEL" record --backend "$1" -o "$PWD/$1/$1.trace" --
	status=$?
	cat "$1/err"
	# 125: something was lost, which the comparison tells.
	[ $status -lt 2 ] || [ $status = 125 ] || fail "status $status"
}

# refused SEED: the battery again under some of the rules that its own recording leads to, enforced. What the kernel
# then allows and refuses, the evaluator does, of the very bytes that were loaded.
refused() {
	local dir=$PWD/refused.$1
	python3 "$ORACLE/subset.py" emitted "$1" >subset
	mkdir -p "$dir"
	"$TRAMMEL_BUILD/tests/ask" load subset "$dir/blob" || fail "the subset $1 does not load"
	battery "$dir" trammel-oracle-some try env
	[ $? -lt 124 ] || {
		tail -n 3 "$dir/out" "$dir/err"
		fail "the battery does not come to its end"
	}
	echo "-- refused $1"
	PYTHONPATH=$TRAMMEL_SOURCE/tests/lib python3 "$ORACLE/agree.py" "$dir" trammel-oracle-some \
		"$TRAMMEL_BUILD/tests/ask" answer "$dir/blob" trammel-oracle-some
}

# judge BACKEND: what it misses is in the table, for the hooks nothing; and the comparison that says so would
# notice.
judge() {
	local known=()
	[ "$1" != tracepoints ] || known=("$ORACLE/known-misses.tsv")
	echo "-- oracle $1"
	python3 "$ORACLE/compare.py" "$1" "$1" "${known[@]}" || return
	[ -n "${ORACLE_CASES:-}" ] || python3 "$ORACLE/prove.py" "$1" "$1" "${known[@]}"
}

# Names that tracepoints tell of are followed a moment later: on a busy machine that may be too late, and once
# more is allowed.
tried() {
	run "$1"
	at "recorded with $1"
	judge "$1" && return
	[ "$1" = tracepoints ] || return
	echo "-- end"
	run "$1"
	at "recorded with $1 again"
	judge "$1"
}

# shellcheck disable=SC2119
live_begin
echo "kernel $(uname -r)"
[ -x "$BATTERY/oracle" ] || fail "no $BATTERY/oracle"
load_profile
trace_capabilities
huge_pages
docker import "$ORACLE_TREE/image.tar" trammel-lab/oracle >import.out || fail "no image"
defer docker rmi -f trammel-lab/oracle
at "ready"
bad=0
for backend in $ORACLE_BACKENDS; do
	tried "$backend" || bad=1
	echo "-- end"
done
if [ -n "${ORACLE_SEEDS:-}" ] && [ -s hooks/hooks.trace ]; then
	"$TRAMMEL" emit apparmor --allow-incomplete --floor none --name trammel-oracle-some -o emitted hooks/hooks.trace || fail "emit"
	defer apparmor_parser -R subset
	for seed in $ORACLE_SEEDS; do
		refused "$seed" || bad=1
		at "under the rules of seed $seed"
		echo "-- end"
	done
fi
[ -z "${ORACLE_KEEP:-}" ] || {
	echo "-- data"
	shopt -s nullglob
	# shellcheck disable=SC2086
	tar cz $ORACLE_BACKENDS refused.* | base64
	echo "-- end"
}
exit $bad
