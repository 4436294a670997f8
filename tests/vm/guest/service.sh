#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# trammel-record.service under a real systemd: two containers come and go, it is asked for a checkpoint's
# worth of time, killed, started again by systemd, stopped. Its hardening is in force, and in no way of it.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
live_begin busybox
UNIT=trammel-record.service
units=/run/systemd/system

# Nothing else is started for it: the machine whose files these are may be a container, without the rest of
# what a boot is made of. As installed else, but for where the program and this test's engine are, and how long a checkpoint lasts.
mkdir -p "$units/$UNIT.d"
sed "s|[^' ]*/bin/trammel |$TRAMMEL |; s|--checkpoint 5m|--checkpoint 5|" \
	"$TRAMMEL_BUILD/trammel-record.service" >"$units/$UNIT"
grep -q "exec $TRAMMEL .*--checkpoint 5 " "$units/$UNIT" || fail "the unit: $(grep ExecStart= "$units/$UNIT")"
printf '[Unit]\nDefaultDependencies=no\n[Service]\nEnvironment=DOCKER_HOST=%s\nPrivateTmp=no\n' "$DOCKER_HOST" >"$units/$UNIT.d/engine.conf"
systemctl daemon-reload
stop_it() { systemctl stop $UNIT; }
defer stop_it

state() { systemctl show -P "$1" $UNIT; }
# started: it holds its BPF links
started() {
	pid=$(state MainPID)
	[ "$pid" != 0 ] && grep -qs '^link_id' /proc/"$pid"/fdinfo/* && grep -q 'CapEff:.*80004' /proc/"$pid"/status
}
journal() { systemctl status --no-pager $UNIT; grep -a trammel /run/journal 2>/dev/null | tail -n 20; }
systemctl start $UNIT || fail "it does not start: $(journal)"
until_true 240 started || fail "it does not record: $(journal; cat "/proc/$pid/status")"
grep -q 'NoNewPrivs:.*1' "/proc/$pid/status" || fail "no no_new_privs"
first=$(ls /var/lib/trammel)
[ "$(stat -c %a /var/lib/trammel)" = 700 ] || fail "/var/lib/trammel is for all to read"

live_container --network none trammel-lab/busybox sh -c 'uname -a; while :; do sleep 1; done'
until_true 60 test -s "/var/lib/trammel/$first/busybox.trace" || fail "no checkpoint: $(journal; ls -lR /var/lib/trammel)"
memory=$(state MemoryCurrent)
echo "memory: $((memory >> 20)) MB"
[ "$memory" -lt $((512 << 20)) ] || fail "it takes $memory bytes"

# Killed: what the checkpoint had is whole; the next start has a directory of its own, and loses nothing of it.
systemctl kill -s KILL $UNIT
until_true 60 sh -c "[ \"\$(find /var/lib/trammel -mindepth 1 -maxdepth 1 | wc -l)\" = 2 ]" || fail "it is not started again: $(journal)"
until_true 240 started || fail "it does not record again: $(journal)"
cp "/var/lib/trammel/$first/busybox.trace" killed.trace
holds killed.trace "complete()" "'uname' in calls('main')" "context('image') == {'trammel-lab/busybox'}" \
	"ended() == {'checkpoint'}"
docker run --rm --network none trammel-lab/busybox uname -m || fail "docker run"
systemctl stop $UNIT
[ "$(state Result)" = success ] || fail "it did not end well: $(state Result), $(journal)"
last=$(find /var/lib/trammel -mindepth 1 -maxdepth 1 -printf "%f\n" | sort | tail -n 1)
[ "$last" != "$first" ] || fail "there is no second directory"
holds "/var/lib/trammel/$last/busybox.trace" "complete()" "len(recordings()) == 1" "'uname' in calls('main')" \
	"recordings()[0]['start_seen']"
