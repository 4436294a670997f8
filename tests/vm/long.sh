# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The long form: tests in a machine of another kind.
#
#   long_machine NAME=VALUE... -- SCRIPT...   boots one with these settings of run.sh's, runs each script in it,
#                           and ends with the status for ctest; only under `bootstrap test --long`
#
#   long_only               skips the test unless in the long form
#   long_live NAME NAME=VALUE...   runs a live test with these set in the machine that run.sh has
#
# A script is named below the tree: one of tests/vm, or one of tests/vm/guest by itself.
set -u
RUN=$TRAMMEL_SOURCE/tests/vm/run.sh

long_only() {
	[ -z "${TRAMMEL_LONG:-}" ] || return 0
	echo "skipped: only in the long form (bootstrap test --long)"
	exit 77
}

long_live() {
	local script=$TRAMMEL_SOURCE/tests/live/$1.sh job status
	shift
	job=$(mktemp) || return
	printf 'export %s\n. %q\n' "$*" "$script" >"$job"
	bash "$RUN" "$job"
	status=$?
	rm -f "$job"
	return $status
}

long_halt() {
	bash "$RUN" --down
}

long_machine() {
	local script status failed=0
	long_only
	while [ "$1" != -- ]; do
		export "${1?}"
		shift
	done
	shift
	trap long_halt EXIT
	trap 'exit 143' INT TERM HUP
	bash "$RUN" --up || exit
	for script; do
		echo "== $script"
		SECONDS=0
		case $script in
		*/guest/*) bash "$RUN" "$TRAMMEL_SOURCE/$script" ;;
		*) bash "$TRAMMEL_SOURCE/$script" ;;
		esac
		status=$?
		echo "== $script: status $status after $SECONDS s"
		[ $status = 0 ] || failed=1
	done
	exit $failed
}
