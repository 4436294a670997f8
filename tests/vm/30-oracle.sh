#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What AppArmor of a real kernel asks for, act by act, against what is recorded: tests/oracle.
# And under some of the rules that this leads to, enforced: what the kernel allows and refuses, the evaluator does.
# 30-oracle.sh [BACKEND...]; ORACLE_SEEDS: of which rules; ORACLE_OUT is a directory for the reports, and for the data with ORACLE_KEEP=1.
set -u
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d "${TMPDIR:-/tmp}/oracle.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
battery=${TRAMMEL_BUILD:-$here/../../build/release}/tests/oracle
mkdir "$tmp/tree"
seeds=6
[ -z "${TRAMMEL_LONG:-}" ] || seeds=$(seq -s " " 12)
python3 "$here/../oracle/tree.py" "$battery/oracle" "$battery/dynamic" "$tmp/tree" || exit 1
{
	printf 'export ORACLE_TREE=%q\n' "$tmp/tree"
	printf 'export ORACLE_BACKENDS=%q ORACLE_CASES=%q ORACLE_KEEP=%q\n' "${*:-hooks tracepoints}" \
		"${ORACLE_CASES:-}" "${ORACLE_KEEP:-}"
	printf 'export ORACLE_SEEDS=%q\n' "${ORACLE_SEEDS-$seeds}"
	printf '. %q\n' "$here/guest/oracle.sh"
} >"$tmp/job"
VM_TIMEOUT=${VM_TIMEOUT:-600} bash "$here/run.sh" "$tmp/job" >"$tmp/out" 2>&1
status=$?
sed '/^-- data/,/^-- end/d' "$tmp/out"
if [ -n "${ORACLE_OUT:-}" ]; then
	mkdir -p "$ORACLE_OUT"
	awk -v dir="$ORACLE_OUT" '
		$1 == "--" && $2 == "oracle" { to = dir "/" $3 ".txt"; printf "" >to; next }
		$1 == "--" { to = ""; next }
		to { print >to }' "$tmp/out"
	if [ -n "${ORACLE_KEEP:-}" ]; then
		sed -n '/^-- data/,/^-- end/p' "$tmp/out" | sed '1d;$d' | base64 -d | tar xz -C "$ORACLE_OUT"
	fi
fi
exit $status
