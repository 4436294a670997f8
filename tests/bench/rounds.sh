#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a recording costs a workload in a container, beside what other tools cost it.
#
#   rounds.sh SAMPLES ROUNDS LESS WORK...
#
# A round measures each variant once, in an order that changes from round to round. The value is the CPU time of
# all the container for a unit of work, and the tool's own CPU time meanwhile. LESS divides the work.
# The work `memory` is none: it is what the recorder holds while redis is at work and ten seconds (or LESS
# of that) after. Appends to SAMPLES; see report.py.
set -u
: "${TRAMMEL:?}" "${TRAMMEL_SOURCE:?}" "${BENCH:?}"
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/bench/watch.sh"
. "$TRAMMEL_SOURCE/tests/bench/works.sh"
SAMPLES=$1 ROUNDS=$2 LESS=$3
shift 3

# amount NAME VARIANT: of redis, say, 20,000 requests, and a tenth of them under strace
amount() {
	local much=${WORK_MUCH[$1]} less=$LESS
	[ "$2" != strace ] || less=$((less * WORK_FEWER[$1]))
	[ "$less" -lt "$much" ] || less=$much
	echo $((much / less))
}

check_tool() {
	local name=$1 variant=$2 units=$3
	watch_check "$variant" $((units * ${WORK_CALLS[$name]}))
	[ "$variant" != recorded ] ||
		python3 "$TRAMMEL_SOURCE/tests/lib/tracefile.py" "$WORK/trace" "${WORK_HOLDS[$name]//UNITS/$units}" ||
		fail "$name: the recording lacks something of the work"
}

# Does it WORK_TURNS times: into NS, UNITS and RATE what the cheapest took. What else happens on the machine only
# ever adds, and does it to some.
best_turn() {
	local name=$1 much=$2 turn begin ns units rate
	NS=0 UNITS=0 RATE=
	for ((turn = 0; turn < WORK_TURNS[$name]; turn++)); do
		begin=$(watched_ns)
		read -r units rate <<<"$(work "$name" "$much")"
		ns=$(($(watched_ns) - begin))
		[ "${units:-0}" -gt 0 ] || fail "$name: nothing was done"
		((UNITS > 0 && ns * UNITS >= NS * units)) || NS=$ns UNITS=$units RATE=$rate
	done
}

measure() {
	local name=$1 variant=$2 number=$3 own
	[ -n "${BENCH_ANY:-}" ] || wait_until nobody_traces
	watch_with "$variant"
	own=$(watch_ns)
	best_turn "$name" "$(amount "$name" "$variant")"
	own=$((($(watch_ns) - own) / ${WORK_TURNS[$name]}))
	watch_end
	WATCH_SEEN=1
	case $variant in
	nothing | empty | unrecorded) own= ;;
	*) check_tool "$name" "$variant" "$UNITS" ;;
	esac
	awk -v w="$name" -v v="$variant" -v n="$number" -v ns="$NS" -v own="$own" -v units="$UNITS" -v rate="$RATE" \
		-v seen="$WATCH_SEEN" 'BEGIN {
		printf "%s\t%s\t%d\t%.6g\n", w, v, n, ns / 1e9 / units
		if (own != "") printf "%s tool\t%s\t%d\t%.6g\n", w, v, n, own / 1e9 / units
		if (seen < 1) printf "%s seen\t%s\t%d\t%s\n", w, v, n, seen
		if (rate != "") printf "%s rate\t%s\t%d\t%s\n", w, v, n, rate
	}' >>"$SAMPLES"
}

measure_rounds() {
	local name=$1 round i at
	for ((round = 0; round < ROUNDS; round++)); do
		for ((i = 0; i < ${#VARIANTS[@]}; i++)); do
			at=$(((i + round) % ${#VARIANTS[@]}))
			# Backwards in every other one: not each variant after the same one always.
			((round % 2 == 0)) || at=$((${#VARIANTS[@]} - 1 - at))
			measure "$name" "${VARIANTS[at]}" "$round"
		done
	done
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
	watch_with recorded
	work redis "$(amount redis recorded)" >/dev/null
	sleep $((LESS < 10 ? 10 / LESS : 1))
	memory_of "$WATCHER" | awk '{ printf "memory\t%s\t0\t%d\n", $1, $2 }' >>"$SAMPLES"
	watch_end
	check_tool redis recorded 1
}

images() {
	case " $* " in *' redis '* | *' memory '*) echo redis ;; esac
	case " $* " in *' nginx '*) echo nginx ;; esac
	case " $* " in *' nginx '* | *' forks '* | *' trees '* | *' compile '* | *' files '*) echo bench ;; esac
}

mapfile -t VARIANTS < <(watch_names | if [ -n "${BENCH_VARIANTS:-}" ]; then grep -xF "${BENCH_VARIANTS//,/$'\n'}"; else cat; fi)
[ "${#VARIANTS[@]}" -gt 0 ] || {
	echo "tests/bench/workloads: none of the variants '$BENCH_VARIANTS' is known here" >&2
	exit 2
}
# shellcheck disable=SC2046
live_begin $(images "$@")
defer watch_end
for name; do
	echo "$name" >&2
	if [ "$name" = memory ]; then
		work_begin redis
		measure_memory
	else
		work_begin "$name"
		measure_rounds "$name"
	fi
	work_end
done
