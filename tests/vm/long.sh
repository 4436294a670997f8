# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The long form: tests in a machine of another kind.
#
#   long_machine NAME=VALUE... -- SCRIPT...   boots one with these settings of run.sh's, runs each script in it,
#                           and ends with the status for ctest; only under `bootstrap test --long`
#
# A script is named below the tree: one of tests/vm, or one of tests/vm/guest by itself.
set -u
RUN=$TRAMMEL_SOURCE/tests/vm/run.sh

long_halt() {
	bash "$RUN" --down
}

long_machine() {
	local script status failed=0
	if [ -z "${TRAMMEL_LONG:-}" ]; then
		echo "skipped: only in the long form (bootstrap test --long)"
		exit 77
	fi
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
