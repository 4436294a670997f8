#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a recording costs a redis server in a container, beside what strace and bpftrace cost it.
#
#   redis.sh SAMPLES ROUNDS REQUESTS SETTLE
#
# A round measures each variant once, in an order that changes from round to round: SET and GET,
# REQUESTS of each (a tenth under strace), by redis-benchmark in a second container on another CPU.
# The value is the server's CPU time for a request, over all its threads. At the end, the
# recorder's memory after SETTLE seconds. Appends to SAMPLES; see report.py.
set -u
: "${TRAMMEL:?}" "${TRAMMEL_SOURCE:?}" "${BENCH:?}"
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
SAMPLES=$1 ROUNDS=$2 REQUESTS=$3 SETTLE=$4
TOOL= # the process that watches the server

# The server has the last CPU to itself; its client, the tools and this script have the others.
server_cpu=$(($(nproc) - 1))
other_cpus=0-$((server_cpu > 0 ? server_cpu - 1 : 0))

start_redis() {
	live_container --name "trammel-bench-$$" --network none --no-healthcheck \
		--cpuset-cpus "$server_cpu" trammel-lab/redis \
		redis-server --dir /var/lib/redis --save ''
	server=$CONTAINER
	pid=$(docker inspect -f '{{.State.Pid}}' "$server")
	live_container --network "container:$server" --no-healthcheck \
		--cpuset-cpus "$other_cpus" trammel-lab/redis sleep 1000000
	client=$CONTAINER
	for _ in $(seq 100); do
		[ "$(docker exec "$client" redis-cli ping 2>/dev/null)" = PONG ] && return
		sleep 0.1
	done
	fail "redis does not answer"
}

server_ns() {
	cat "/proc/$pid/task/"*/schedstat | awk '{ sum += $1 } END { printf "%.0f\n", sum }'
}

# Prints the requests a second over both kinds.
load() {
	docker exec "$client" redis-benchmark --csv -t set,get -n "$1" | tr -d '"' |
		awk -F, '$2 + 0 > 0 { s += 1 / $2; n++ } END { if (n) printf "%.1f\n", n / s }'
}

# wait_until CMD...: at most 20 seconds.
wait_until() {
	for _ in $(seq 200); do
		"$@" && return
		sleep 0.1
	done
	fail "gave up waiting: $* ($(tail -n 3 "$WORK/tool.log"))"
}

tool_start() {
	taskset -c "$other_cpus" "$@" >"$WORK/tool.log" 2>&1 &
	TOOL=$!
}

tool_stop() {
	[ -n "$TOOL" ] || return 0
	kill -INT "$TOOL" 2>/dev/null
	wait "$TOOL"
	TOOL=
}

is_recording() { grep -q '^recording' "$WORK/tool.log"; }
is_counting() { grep -q '^Attach' "$WORK/tool.log"; }
is_holding() { grep -q ready "$WORK/tool.log"; }
is_traced() { ! grep -q '^TracerPid:.0$' "/proc/$pid/task/"*/status; }
nobody_traces() { [ "$("$BENCH" programs)" = 0 ]; }

record() {
	rm -f "$WORK/redis.trace"
	tool_start "$TRAMMEL" record -o "$WORK/redis.trace" --container "$server"
	wait_until is_recording
}

watch_with() {
	case $1 in
	nothing) ;;
	empty)
		mkfifo "$WORK/hold"
		tool_start "$BENCH" hold <>"$WORK/hold"
		wait_until is_holding
		;;
	recorded) record ;;
	bpftrace)
		# Where nobody has mounted the tracing file system yet, bpftrace gets one of its own.
		# shellcheck disable=SC2016
		tool_start unshare --mount sh -c '
			[ -d /sys/kernel/tracing/events ] || mount -t tracefs tracefs /sys/kernel/tracing
			exec bpftrace -e "$1"' sh \
			'tracepoint:raw_syscalls:sys_enter { @[args->id] = count(); }'
		wait_until is_counting
		sleep 0.5
		;;
	strace)
		tool_start strace -f -c -p "$pid"
		wait_until is_traced
		;;
	esac
}

# Whether the tool saw what it was there for: else its cost says nothing.
check_tool() {
	case $1 in
	recorded) grep -q '"epoll_wait"' "$WORK/redis.trace" ;;
	bpftrace) grep -q '^@\[' "$WORK/tool.log" ;;
	strace) grep -q 'epoll_wait' "$WORK/tool.log" ;;
	esac || fail "$1 saw nothing: $(tail -n 3 "$WORK/tool.log")"
}

measure() {
	local variant=$1 number=$2 requests=$REQUESTS before after rate
	[ "$variant" != strace ] || requests=$((REQUESTS / 10))
	[ -n "${BENCH_ANY:-}" ] || wait_until nobody_traces
	watch_with "$variant"
	load $((requests / 20 + 1)) >/dev/null
	before=$(server_ns)
	rate=$(load "$requests")
	after=$(server_ns)
	tool_stop
	rm -f "$WORK/hold"
	case $variant in nothing | empty) ;; *) check_tool "$variant" ;; esac
	awk -v v="$variant" -v n="$number" -v ns=$((after - before)) -v r="$rate" -v q="$requests" \
		'BEGIN { printf "redis\t%s\t%d\t%.6g\nredis rate\t%s\t%d\t%s\n", v, n, ns / 2e9 / q, v, n, r }' \
		>>"$SAMPLES"
}

# What the recorder holds while it records: resident, and in the kernel's maps. Some of the maps it
# sees in its address space, the ring twice: VmRSS has these views, too.
memory_of() {
	local pid=$1
	awk '/^(VmRSS|RssAnon|RssFile):/ { sub(":", "", $1); print $1, $2 * 1024 }' "/proc/$pid/status"
	awk '/^[0-9a-f]+-/ { view = /bpf-map/ }
		view && /^Rss:/ { sum += $2 }
		END { print "views", sum * 1024 }' "/proc/$pid/smaps"
	cat "/proc/$pid/fdinfo/"* 2>/dev/null | awk '/^pos:/ { map = 0 }
		/^map_type:/ { map = 1 }
		map && /^memlock:/ { bytes = $2 }
		map && /^map_id:/ && !seen[$2]++ { sum += bytes }
		END { print "maps", sum }'
}

measure_memory() {
	record
	load "$REQUESTS" >/dev/null
	sleep "$SETTLE"
	memory_of "$TOOL" | awk '{ printf "memory\t%s\t0\t%d\n", $1, $2 }' >>"$SAMPLES"
	tool_stop
	check_tool recorded
}

live_begin redis
defer tool_stop
variants=(nothing recorded empty bpftrace strace)
command -v bpftrace >/dev/null || variants=("${variants[@]/bpftrace/}")
start_redis
load 2000 >/dev/null
for ((round = 0; round < ROUNDS; round++)); do
	for ((i = 0; i < ${#variants[@]}; i++)); do
		variant=${variants[(i + round) % ${#variants[@]}]}
		[ -z "$variant" ] || measure "$variant" "$round"
	done
done
measure_memory
