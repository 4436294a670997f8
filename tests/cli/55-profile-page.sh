#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The profile that docs/profiles.md goes through is the one that is emitted, and each line that it explains is
# in it.
. "$TRAMMEL_SOURCE/tests/lib/cli.sh"
page=$TRAMMEL_SOURCE/docs/profiles.md

expect 0 emit apparmor -o notes.aa "$TRAMMEL_SOURCE/tests/data/apparmor/notes.trace"
expect 0 verify --apparmor notes.aa "$TRAMMEL_SOURCE/tests/data/apparmor/notes.trace"
# shellcheck disable=SC2016 # backquotes are Markdown's
sed -n '/^```apparmor$/,/^```$/p' "$page" | sed '1d;$d' >shown.aa
cmp shown.aa notes.aa || fail "docs/profiles.md shows another profile: $(diff shown.aa notes.aa)"
lines=0
# shellcheck disable=SC2016
while IFS= read -r line; do
	lines=$((lines + 1))
	grep -qF -- "${line%%...*}" notes.aa || fail "docs/profiles.md explains a line that is not there: $line"
done < <(sed -n 's/^- `\([^`]*\)`.*/\1/p' "$page")
[ "$lines" -gt 15 ] || fail "only $lines lines are explained"
exit "$failed"
