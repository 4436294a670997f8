# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Numbered steps with quiet logs, jobs that a signal can end, and cleaning up in reverse order.
# Sourced by bootstrap and by the scripts under tests/. Needs $LAB, a directory to keep logs in.

STEP=0
JOB=
DEFERRED=()

say() {
	printf '%s\n' "$*" >&2
}

step() {
	STEP=$((STEP + 1))
	say "[$STEP] $*"
}

die() {
	say "${0##*/}: $*"
	exit 1
}

# A job is a process group of its own, waited for with `wait`: a signal to this shell is then
# handled at once, not when the job is done, and the whole group can be ended. It is in the
# background of a terminal, which would stop it where it sets the terminal up (apt does).
run_job() {
	local status
	set -m
	(
		trap '' TTIN TTOU
		"$@"
	) </dev/null &
	JOB=$!
	set +m
	wait "$JOB"
	status=$?
	JOB=
	return $status
}

# quiet NAME CMD...: CMD with its output in $LAB/log/NAME.log; the log's end is shown if it fails.
quiet() {
	local log=$LAB/log/$1.log status
	shift
	mkdir -p "$LAB/log"
	run_job "$@" >"$log" 2>&1 && return 0
	status=$?
	say "    failed with status $status: $*"
	say "    the end of $log:"
	tail -n 30 "$log" | sed 's/^/    | /' >&2
	return $status
}

end_job() {
	[ -n "$JOB" ] || return 0
	kill -TERM -- "-$JOB" 2>/dev/null
	kill -CONT -- "-$JOB" 2>/dev/null # one that is stopped ends, too
	for _ in $(seq 50); do
		kill -0 -- "-$JOB" 2>/dev/null || break
		sleep 0.1
	done
	kill -KILL -- "-$JOB" 2>/dev/null
	JOB=
}

# defer CMD...: run at exit, last first, whatever the exit is.
defer() {
	DEFERRED+=("$(printf '%q ' "$@")")
}

run_deferred() {
	local i
	trap '' INT TERM HUP
	end_job
	for ((i = ${#DEFERRED[@]} - 1; i >= 0; i--)); do
		eval "${DEFERRED[i]}"
	done
	DEFERRED=()
}

catch_exits() {
	trap 'status=$?; trap - EXIT; run_deferred; exit $status' EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
}
