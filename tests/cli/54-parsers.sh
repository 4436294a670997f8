#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# AppArmor profiles that are emitted mean the same to the parsers of other Debian releases as to this machine's:
# the tests that compile them, with these in front of PATH. Their packages are fetched in the long form only, or
# by hand (docs/testing.md); where they are, this takes seconds.
set -u
export LAB=${TRAMMEL_LAB:-$TRAMMEL_SOURCE/build/lab}
. "$TRAMMEL_SOURCE/tests/lib/steps.sh"
. "$TRAMMEL_SOURCE/tests/lib/images.sh"
. "$TRAMMEL_SOURCE/tests/lib/releases.sh"
. "$TRAMMEL_SOURCE/tests/lib/parsers.sh"

failed=0 ran=0
for suite in trixie sid; do
	if [ -n "${TRAMMEL_LONG:-}" ] && ! parser_fetch "$suite"; then
		echo "skipped: the packages of $suite cannot be fetched"
		continue
	fi
	parser_there "$suite" || continue
	dir=$PWD/$suite
	parser_put "$suite" "$dir" || exit 1
	echo "== $suite: $("$dir/apparmor_parser" --version | head -1)"
	for t in test_apparmor_emit test_apparmor_floor test_apparmor_paths prop_apparmor prop_hostile; do
		PATH=$dir:$PATH "$TRAMMEL_BUILD/tests/$t" || failed=1
	done
	ran=$((ran + 1))
done
if [ $ran -lt 2 ] && [ $failed = 0 ]; then
	echo "skipped: what is emitted was compiled with $ran of the 2 other parsers (4.1 of trixie, 5.0 of sid):"
	echo "  bash tests/lib/parsers.sh fetches them (33 MB), and so does bootstrap test --long"
	exit 77
fi
exit $failed
