# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
# What a test of the command line begins with: . "$TRAMMEL_SOURCE/tests/lib/cli.sh". It is then in a new
# directory, $dir, that is removed at exit. What fails is said, and the test goes on: it ends with
# `exit "$failed"`.
#
#   expect STATUS ARGS...    runs trammel, its output in out and err
#   says FILE REGEX          a line of the file matches; basic ones, or what $MATCH tells grep (-E, -F)
#   says_not FILE REGEX      none does
#   fail WHAT                and shows the last output
#   trace_of NAME...         prints the trace of a container that made these calls of x86_64, by a
#                            program whose name is hostile
#   acted MEMBERS...         prints the trace of a container in which /bin/web did these facts, seen by the
#                            hooks: '"fact":"file","path":"/etc/a","act":"open","perms":"r"'
set -u
dir=$(mktemp -d) || exit 1
# Some tests take the right to write away.
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
cd "$dir" || exit 1
failed=0
MATCH=

fail() {
	echo "FAIL: $*"
	head -n 50 out err 2>&1 | sed 's/^/  | /'
	failed=1
}

expect() {
	local want=$1 got
	shift
	"$TRAMMEL" "$@" >out 2>err </dev/null
	got=$?
	[ "$got" -eq "$want" ] || fail "trammel $*: exit $got, wanted $want"
}

says() {
	grep -q ${MATCH:+"$MATCH"} -- "$2" "$1" || fail "no '$2' in $1"
}

says_not() {
	! grep -q ${MATCH:+"$MATCH"} -- "$2" "$1" || fail "'$2' in $1"
}

trace_of() {
	local id=0123456789abcdef0123456789abcdef n=0 name nr
	printf '{"trammel":"trace","version":1,"recordings":[{"id":"%s","subject":"web","start_seen":true}]}\n' $id
	for name; do
		nr=$(awk -F, -v n="$name" '$1 == n { print $2 }' "$TRAMMEL_SOURCE/src/tables/syscalls.csv")
		printf '{"fact":"syscall","abi":"x86_64","nr":%d,"name":"%s","recordings":[0],"phases":["main"],"flags":["done"],"exes":["/bin/a\\u001b[2J"]}\n' \
			"$nr" "$name"
		n=$((n + 1))
	done
	printf '{"end":true,"facts":%d,"complete":true,"recordings":[{"id":"%s","ended":"exited","losses":{}}],"kinds":{"syscall":%d}}\n' \
		$n $id $n
}

acted() {
	local id=0123456789abcdef0123456789abcdef
	printf '{"trammel":"trace","version":1,"recordings":[{"id":"%s","subject":"web","start_seen":true,"context":{"backend":["hooks"]}}]}\n' $id
	printf '{%s,"recordings":[0],"phases":["main"],"exes":["/bin/web"],"flags":["done"]}\n' "$@"
	printf '{"end":true,"facts":%d,"complete":true,"recordings":[{"id":"%s","ended":"exited","losses":{}}]}\n' $# $id
}
