#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# trammel features without privilege: still the whole table, and 3. What it says about the machine is
# held against the machine.
set -u
fail() {
	echo "FAILED: $*"
	exit 1
}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# As nobody, where we are root; nobody may not reach every directory.
unprivileged() {
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "$@"
	else
		"$@"
	fi
}
chmod 755 "$work"
cp "$TRAMMEL" "$work/trammel"
export HOME=$work DOCKER_HOST=unix:///none/docker.sock CONTAINER_HOST=unix:///none/podman.sock
unset DOCKER_CONTEXT DOCKER_CONFIG CONTAINER_CONNECTION

unprivileged "$work/trammel" features >"$work/text" 2>"$work/err"
[ $? = 3 ] || fail "status without privilege"
[ ! -s "$work/err" ] || fail "it talks: $(cat "$work/err")"
grep -q 'Recording is not possible: no privilege' "$work/text" || fail "$(tail -n 1 "$work/text")"
if LC_ALL=C grep -q $'\033' "$work/text"; then
	fail "colours without a terminal"
fi

unprivileged "$work/trammel" --json features >"$work/json"
[ $? = 3 ] || fail "status of --json without privilege"
uname -r >"$work/release"
cat /sys/devices/system/clocksource/clocksource0/current_clocksource >"$work/clock" 2>/dev/null
python3 - "$work" <<'PYTHON' || exit 1
import json
import os
import sys

work = sys.argv[1]


def read(name):
    with open(f"{work}/{name}") as f:
        return f.read()


def check(what, truth):
    if not truth:
        sys.exit(f"FAILED: {what}")


answer = json.loads(read("json"))
rows = {row["id"]: row for row in answer["features"]}
check("can_record", answer["can_record"] is False)
check("why_not", "no privilege" in answer["why_not"])
check("backend", answer["backend"] == "tracepoints")
check("ids are unique", len(rows) == len(answer["features"]))
for row in rows.values():
    check(f"{row['id']}: state", row["state"] in ("yes", "no", "unknown"))
    check(f"{row['id']}: what is lost", row["lost"])
    # Nothing is said of what was not tried.
    if row["id"].startswith("bpf."):
        check(row["id"], row["state"] == "unknown" and row["detail"] == "no privilege")
check("privilege", rows["privilege"]["state"] == "no" and "CAP_BPF" in rows["privilege"]["detail"])
check("the kernel", rows["kernel.version"]["detail"].startswith(read("release").strip()))
check("BTF", rows["kernel.btf"]["state"] == ("yes" if os.path.exists("/sys/kernel/btf/vmlinux") else "no"))
if read("clock"):
    check("the clock", rows["kernel.vdso-clock"]["detail"] == read("clock").strip())
for engine in ("docker", "podman"):
    row = rows[f"engine.{engine}"]
    check(row["id"], row["state"] == "no" and f"/none/{engine}.sock" in row["detail"])

text = read("text")
for row in rows.values():
    # Where no hook can be used, none is listed.
    if row["id"].startswith("hook.") and rows["bpf.fentry"]["state"] != "yes":
        check(f"{row['id']} does not stand in the table", f" {row['id']} " not in text)
        continue
    check(f"{row['id']} stands in the table", f" {row['id']} " in text)
    if row["state"] == "no":
        check(f"{row['id']}: what is lost is said", "Without it" in text.split(f" {row['id']} ", 1)[1])
PYTHON

# An engine that is elsewhere is named, and no reason to fail.
DOCKER_HOST=tcp://192.0.2.1:2375 unprivileged "$work/trammel" features >"$work/text"
grep -q 'tcp://192.0.2.1:2375' "$work/text" || fail "the remote engine is not named"

"$TRAMMEL" features --nonsense 2>"$work/err"
[ $? = 2 ] || fail "status of an unknown option"
grep -q "unknown option '--nonsense'" "$work/err" || fail "$(cat "$work/err")"
"$TRAMMEL" features more 2>"$work/err"
[ $? = 2 ] || fail "status of an argument too many"
"$TRAMMEL" features >/dev/full 2>"$work/err"
[ $? = 3 ] || fail "status on a full disk"
grep -q "standard output" "$work/err" || fail "$(cat "$work/err")"
exit 0
