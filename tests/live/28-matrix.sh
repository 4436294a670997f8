#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Profiles of real workloads under this machine's runtimes: tests/matrix/run.sh, each row once. In the
# long form, each 20 times, and under the runtimes of other Debian releases. The tables are left in
# build/lab/matrix.md, for docs/runtimes.md.
fail() {
	echo "FAILED: $*"
	exit 1
}
# Any two values meet, told by another way than the rows were made, and not all of all do.
python3 - "$TRAMMEL_SOURCE/tests/matrix/pairs.py" <<'END' || fail "pairs.py"
import itertools, subprocess, sys
factors = [["a", "b", "c", "d"], ["A", "B", "C"], ["0", "1"], ["x", "y", "z"]]
args = [f"f{i}=" + ",".join(values) for i, values in enumerate(factors)]
run = lambda: subprocess.run([sys.argv[1], *args], check=True, capture_output=True, text=True).stdout
rows = [line.split("\t") for line in run().splitlines()]
assert run() == run()
assert 12 <= len(rows) <= 20 and all(v in f for row in rows for v, f in zip(row, factors)), rows
for i, k in itertools.combinations(range(len(factors)), 2):
    for a, b in itertools.product(factors[i], factors[k]):
        assert any(row[i] == a and row[k] == b for row in rows), (a, b)
END
options=(--markdown "${TRAMMEL_LAB:-$TRAMMEL_SOURCE/build/lab}/matrix.md")
[ -z "${TRAMMEL_LONG:-}" ] || options+=(--runs 20 --releases)
exec bash "$TRAMMEL_SOURCE/tests/matrix/run.sh" "${options[@]}"
