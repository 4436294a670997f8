#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The unit file is one that systemd takes whole, and is as closed as it says.
set -u
fail() {
	echo "$0: $*"
	exit 1
}
command -v systemd-analyze >/dev/null || {
	echo "skipped: systemd-analyze is not installed"
	exit 77
}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cp "$TRAMMEL_BUILD/trammel-record.service" "$dir/"
# What it says of other units is not about ours.
systemd-analyze verify --man=no --recursive-errors=no "$dir/trammel-record.service" >"$dir/out" 2>&1 ||
	fail "systemd does not take it: $(cat "$dir/out")"
! grep -F trammel-record "$dir/out" || fail "systemd warns of it"
# Which program, options and all: trammel has them.
read -r -a words < <(sed -n 's/^ExecStart=.*trammel \(.*\) -d .*/\1/p' "$dir/trammel-record.service")
[ "${words[*]}" = "--quiet record --all --checkpoint 5m" ] || fail "it runs: ${words[*]}"
"$TRAMMEL" "${words[@]}" --help >/dev/null || fail "trammel does not know these options"
systemd-analyze security --offline=yes --threshold=30 --no-pager "$dir/trammel-record.service" >"$dir/out" 2>&1 ||
	fail "it is more open than it was: $(cat "$dir/out")"
