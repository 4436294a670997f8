# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What watches a container while a benchmark puts it to work. Needs live.sh, $TRAMMEL and $BENCH.
#
#   watched ID           this container, from now on
#   watched_ns           the CPU time that all of it has taken
#   watch_names          the variants that this machine has; says why it lacks one
#   watch_with VARIANT   starts it, and waits until it watches
#   watch_ns             the CPU time that it has taken by itself
#   watch_end            ends it
#   watch_check VARIANT CALLS   fails if it saw nothing, or not even CALLS syscalls: its cost would say nothing.
#                        perf gives up what it cannot keep up with, and so need not have seen more than a tenth:
#                        how much of them it saw is in WATCH_SEEN, of 1
#   wait_until CMD...    at most 20 seconds
#
# The container has the last CPU ($WATCHED_CPU), which it shares with its clients alone; the tools have the others.

WATCHED='' WATCHED_PID='' WATCHED_USAGE=''
WATCHED_CPU=$(($(nproc) - 1))
OTHER_CPUS=0-$((WATCHED_CPU > 0 ? WATCHED_CPU - 1 : 0))
WATCHER='' # the process that watches

watched() {
	local path
	WATCHED=$1
	WATCHED_PID=$(docker inspect -f '{{.State.Pid}}' "$1")
	path=$(sed -n 's/^[0-9]*:\(.*,\)\?cpuacct\(,.*\)\?://p' "/proc/$WATCHED_PID/cgroup")
	WATCHED_USAGE=/sys/fs/cgroup/cpuacct$path/cpuacct.usage
	[ -n "$path" ] || WATCHED_USAGE=/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$WATCHED_PID/cgroup")/cpu.stat
	[ -r "$WATCHED_USAGE" ] || fail "no account of the container's CPU time: $WATCHED_USAGE"
}

watched_ns() {
	awk 'NF == 1 { print; exit } $1 == "usage_usec" { printf "%.0f\n", $2 * 1000; exit }' "$WATCHED_USAGE"
}

watch_ns() {
	cat "/proc/${WATCHER:-none}/task/"*/schedstat 2>/dev/null | awk '{ sum += $1 } END { printf "%.0f\n", sum }'
}

wait_until() {
	for _ in $(seq 400); do
		"$@" && return
		sleep 0.05
	done
	fail "gave up waiting: $* ($(tail -n 3 "$WORK/watch.log"))"
}

is_recording() { grep -q '^recording' "$WORK/watch.log"; }
is_counting() { grep -q '^Attach' "$WORK/watch.log"; }
is_holding() { grep -q ready "$WORK/watch.log"; }
is_traced() {
	local pid
	for pid in $(watched_pids); do
		! grep -q '^TracerPid:.0$' "/proc/$pid/task/"*/status || return 1
	done
}
# perf has its events open once it has mapped their buffers.
is_sampling() { grep -q 'anon_inode:\[perf_event\]' "/proc/$WATCHER/maps" 2>/dev/null; }
nobody_traces() { [ "$("$BENCH" programs)" = 0 ]; }

watch_start() {
	# Without a job of its own, what runs in the background would have no other input.
	taskset -c "$OTHER_CPUS" "$@" <&0 >"$WORK/watch.log" 2>&1 &
	WATCHER=$!
}

# Where nobody has mounted the tracing file system yet, it gets one of its own.
watch_start_tracefs() {
	# shellcheck disable=SC2016
	watch_start unshare --mount sh -c '
		[ -d /sys/kernel/tracing/events ] || mount -t tracefs tracefs /sys/kernel/tracing
		exec "$@"' sh "$@"
}

watch_names() {
	local variant
	printf "%s\n" nothing recorded unrecorded empty
	for variant in "strace strace" "perf-trace perf" "bpftrace bpftrace" "bpftrace-names bpftrace"; do
		if command -v "${variant#* }" >/dev/null; then
			echo "${variant% *}"
		else
			echo "Without ${variant% *}: ${variant#* } is not installed" >&2
		fi
	done
	echo "Without oci-seccomp-bpf-hook: $(hook_fails)" >&2
}

# Why oci-seccomp-bpf-hook cannot take part. It compiles its program when a container starts, with the
# kernel's headers.
hook_fails() {
	local hook=/usr/libexec/oci/hooks.d/oci-seccomp-bpf-hook
	if [ ! -x $hook ]; then
		echo "it is not installed"
	elif [ ! -e /sys/kernel/kheaders.tar.xz ] && [ ! -e "/lib/modules/$(uname -r)/build" ]; then
		echo "this kernel's headers are neither in it nor installed"
	else
		echo "it works only from a container's start on, and this measures containers that run"
	fi
}

watch_with() {
	case $1 in
	nothing) ;;
	empty)
		rm -f "$WORK/hold"
		mkfifo "$WORK/hold"
		watch_start "$BENCH" hold <>"$WORK/hold"
		wait_until is_holding
		! nobody_traces || fail "the empty programs are gone again"
		;;
	recorded)
		rm -f "$WORK/trace"
		watch_start "$TRAMMEL" record -o "$WORK/trace" --container "$WATCHED"
		wait_until is_recording
		;;
	unrecorded)
		watch_start "$TRAMMEL" record -o "$WORK/trace" -- sleep 1000000
		wait_until is_recording
		;;
	bpftrace)
		watch_start_tracefs bpftrace -e 'tracepoint:raw_syscalls:sys_enter { @[args->id] = count(); }'
		wait_until is_counting
		sleep 0.5
		;;
	bpftrace-names)
		# What a profile is made of: calls, and the names that files are opened and programs executed by, as the
		# program gave them.
		export BPFTRACE_MAP_KEYS_MAX=65536 BPFTRACE_STRLEN=200
		watch_start_tracefs bpftrace -e '
			tracepoint:raw_syscalls:sys_enter { @[args->id] = count(); }
			tracepoint:syscalls:sys_enter_open, tracepoint:syscalls:sys_enter_openat { @opened[str(args->filename)] = count(); }
			tracepoint:sched:sched_process_exec { @executed[str(args->filename)] = count(); }'
		wait_until is_counting
		sleep 0.5
		;;
	strace)
		watch_start strace -f -c -p "$(watched_pids)"
		wait_until is_traced
		;;
	perf-trace)
		# Of a process it finds the threads, but no children; --cgroup costs what a CPU costs.
		watch_start_tracefs perf trace -s -C "$WATCHED_CPU"
		wait_until is_sampling
		sleep 0.5
		;;
	esac
}

watched_pids() {
	docker top "$WATCHED" -eo pid | grep '[0-9]'
}

watch_end() {
	WATCH_STATUS=0
	[ -n "$WATCHER" ] || return 0
	kill -INT "$WATCHER" 2>/dev/null
	wait "$WATCHER" || WATCH_STATUS=$?
	WATCHER=
}

# How many syscalls it counted, in its own words.
watch_counted() {
	case $1 in
	bpftrace | bpftrace-names) awk -F ': ' '/^@\[/ { sum += $2 } END { print sum + 0 }' "$WORK/watch.log" ;;
	strace) awk '$NF == "total" { print $4 }' "$WORK/watch.log" ;;
	perf-trace) awk '$1 ~ /^[a-z]/ && $2 + 0 && $3 ~ /^[0-9]+$/ { sum += $2 } END { print sum + 0 }' "$WORK/watch.log" ;;
	esac
}

watch_check() {
	local counted least=$2
	WATCH_SEEN=1
	case $1 in
	recorded)
		[ "$WATCH_STATUS" = 0 ] && python3 "$TRAMMEL_SOURCE/tests/lib/tracefile.py" "$WORK/trace" 'complete()' &&
			return
		;;
	*)
		counted=$(watch_counted "$1")
		[ "${counted:-0}" -lt "$2" ] || return 0
		# shellcheck disable=SC2034 # for rounds.sh
		WATCH_SEEN=$(awk -v n="${counted:-0}" -v all="$2" 'BEGIN { printf "%.3f", n / all }')
		[ "$1" != perf-trace ] || least=$((least / 10))
		[ "${counted:-0}" -lt "$least" ] || return 0
		echo "$1 counted ${counted:-no} syscalls where there were $2" >&2
		;;
	esac
	fail "$1 did not see the work (status $WATCH_STATUS): $(tail -n 3 "$WORK/watch.log")"
}
