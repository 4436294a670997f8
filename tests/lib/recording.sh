# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Recording in tests, and asking traces what they mean. Needs live.sh.
#
#   expect STATUS ARGS...    runs $TRAMMEL ARGS, its output in out and err; fails on another status, and
#                            after $LIMIT seconds (120)
#   holds TRACE EXPR...      all of them are true of the trace: see tracefile.py
#   says FILE REGEX          a line of the file matches
#   program NAME [CC-OPTION...]   compiles tests/workloads/programs/NAME.c, statically, to bin/NAME;
#                            it is the same for a container that has "${BIN[@]}" among its options
#   bare NAME [CC-OPTION...]   the same without a libc: nothing is called but what the source says
#   emitted TRACE PROFILE    emits and verifies
#   subjects DIR             the names of its traces
#   until_true SECONDS CMD...   waits for CMD to succeed

BIN=()

program() {
	local name=$1
	shift
	mkdir -p bin
	"${CC:-cc}" -O1 -g -Wall -Werror -static -pthread "$@" -o "bin/$name" \
		"$TRAMMEL_SOURCE/tests/workloads/programs/$name.c" || fail "$name.c does not compile"
	# shellcheck disable=SC2034 # for the test
	BIN=(-v "$WORK/bin:/w:ro")
}

bare() {
	program "$@" -nostdlib -ffreestanding -fno-stack-protector -fno-pie -no-pie
}

show_output() {
	sed 's/^/  | /' out err
}

expect() {
	local want=$1 got
	shift
	timeout "${LIMIT:-120}" "$TRAMMEL" "$@" >out 2>err </dev/null
	got=$?
	[ "$got" = "$want" ] && return
	show_output
	fail "trammel $*: exit $got, wanted $want"
}

says() {
	grep -qE -- "$2" "$1" && return
	show_output
	fail "no '$2' in $1"
}

holds() {
	python3 "$TRAMMEL_SOURCE/tests/lib/tracefile.py" "$@" && return
	fail "in $1"
}

# Every rule of the profile holds against the trace it was made of.
emitted() {
	expect 0 emit seccomp -o "$2" "$1"
	expect 0 verify --seccomp "$2" "$1"
}

subjects() {
	(cd "$1" && ls -- *.trace) | sed 's/\.trace$//' | paste -sd' '
}

until_true() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}

running() {
	[ "$(docker inspect -f '{{.State.Running}}' "$1" 2>/dev/null)" = true ]
}
