#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A unit of a real systemd with what emit systemd wrote for it: what its process is under, read from the
# kernel, is what the profile says. The manager is a user's, in a mount namespace of its own.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
MANAGER=/lib/systemd/systemd
[ -x $MANAGER ] || skip "systemd is not installed"
# shellcheck disable=SC2119 # no image
TRAMMEL_ENGINE=none live_begin
program acts

expect 0 record -o web.trace --duration 2 -- "$WORK/bin/acts" vfork pause
# Of names and errnos a unit can say everything.
NAMES=(--args none --runtime systemd --siblings off --ceiling none)
expect 0 emit seccomp "${NAMES[@]}" -o names.json web.trace
expect 0 emit systemd "${NAMES[@]}" -o names.conf web.trace
! grep '^warning: systemd cannot say' err || fail "a unit can say it"
expect 0 emit seccomp -o web.json web.trace
expect 0 emit systemd --runtime all -o web.conf web.trace
sed -n 's/^warning: systemd cannot say the arguments of \(.*\): they.*/\1/p' err >lost

# unit NAME: a service, with somebody else's drop-in before ours
unit() {
	mkdir -p "config/systemd/user/$1.service.d"
	printf '[Unit]\nDefaultDependencies=no\n[Service]\nType=exec\nExecStart=%s\n' \
		"$WORK/bin/acts vfork pause" >"config/systemd/user/$1.service"
	printf '[Service]\nSystemCallFilter=~mount vfork\nSystemCallErrorNumber=EACCES\n' \
		>"config/systemd/user/$1.service.d/10-other.conf"
	cp "$1.conf" "config/systemd/user/$1.service.d/20-ours.conf"
}
unit names
unit web
printf '[Unit]\nDefaultDependencies=no\n' >config/systemd/user/none.target

# What the manager makes is below a cgroup of the test's own.
CGROUP=/sys/fs/cgroup
[ ! -d $CGROUP/systemd ] || CGROUP=$CGROUP/systemd
CGROUP=$CGROUP/trammel-test-$$

# A machine that has this directory is one that was booted with systemd.
cat >manager.sh <<END
mkdir $CGROUP && echo \$\$ >$CGROUP/cgroup.procs || exit 1
mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system /run/user && chmod 700 /run/user || exit 1
export XDG_RUNTIME_DIR=/run/user XDG_CONFIG_HOME=$WORK/config HOME=$WORK
$MANAGER --user --unit=none.target &
manager=\$!
for _ in \$(seq 100); do
	systemctl --user is-active -q none.target && break
	sleep 0.1
done
for unit in names web; do
	systemctl --user start \$unit.service
	systemctl --user show -P MainPID \$unit.service >\$unit.pid
done
touch started
until [ -e done ]; do
	sleep 0.1
done
systemctl --user stop names.service web.service
kill \$manager
wait \$manager
END
stop_manager() {
	touch "$WORK/done"
	wait "$MANAGER_JOB"
	find "$CGROUP" -depth -type d -exec rmdir {} + 2>/dev/null
}
unshare --mount --propagation private bash manager.sh >start.log 2>&1 &
MANAGER_JOB=$!
defer stop_manager
until_true 30 test -e started || fail "no manager: $(cat start.log)"

# running NAME: its process
running_unit() {
	local pid
	pid=$(cat "$1.pid")
	[ "${pid:-0}" != 0 ] || fail "$1 does not run: $(cat start.log)"
	echo "$pid"
}
names=$(running_unit names) || fail "$names"
web=$(running_unit web) || fail "$web"

expect 0 diff names.json "pid:$names"
expect 0 diff "pid:$names" names.json
grep -q ' numbers without a name' out || fail "it says nothing of what is answered otherwise"
# Of errnos only those of names are lost that this systemd's libseccomp does not know.
{ cat names.conf && echo ExecStart=/bin/true; } >check.service
systemd-analyze verify --man=no ./check.service >unknown 2>&1
expect 0 --json diff names.json "pid:$names"
python3 - out names.json unknown <<'END' || fail "an errno is lost"
import json, re, sys
said, profile = (json.load(open(name)) for name in sys.argv[1:3])
unknown = set(re.findall(r"Failed to parse system call, ignoring: (\w+)", open(sys.argv[3]).read()))
meant = {name for rule in profile["syscalls"] if "errnoRet" in rule for name in rule["names"]}
other = {row["name"] for row in said["otherwise"] if "name" in row}
assert {"clone3", "openat2"} <= meant and len(meant - unknown) > 10, meant
assert not meant & other - unknown, meant & other - unknown
END
# Arguments are; which, has been said.
expect 1 --json diff web.json "pid:$web"
[ "$(jq -r '[.more[].name] | unique | join(", ")' out)" = "$(cat lost)" ] || fail "it is wider for others"
expect 0 diff "pid:$web" web.json
