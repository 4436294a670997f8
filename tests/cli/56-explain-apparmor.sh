#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# trammel explain in AppArmor's terms: which rule, and what is denied without it.
. "$TRAMMEL_SOURCE/tests/lib/cli.sh"
MATCH=-E
command -v apparmor_parser >/dev/null || [ -x /usr/sbin/apparmor_parser ] || {
	echo "skipped: apparmor_parser is not installed"
	exit 77
}

acted '"fact":"file","path":"/etc/conf","act":"open","perms":"r"' \
	'"fact":"file","path":"/data/f\\x1b[2J","act":"open","perms":"r"' \
	'"fact":"file","path":"/data/f\\x1b[2J","act":"create","perms":"w"' \
	'"fact":"file","path":"/data/f\\x1b[2J","act":"unlink","perms":"w"' \
	'"fact":"capability","nr":0,"name":"cap_chown","need":"needed"' \
	'"fact":"network","family":2,"type":1' \
	'"fact":"network","family":2,"type":2' \
	'"fact":"signal","signal":15,"name":"SIGTERM","access":"send","peer":"self"' >web.trace

expect 0 explain web.trace /etc/conf
says out '^  apparmor +"/etc/conf" r,'
says out '^  without it +open /etc/conf for r is denied$'
expect 0 explain web.trace '/data/f\x1b[2J'
says out '^  apparmor +"/data/f\\033\\1332J" rw,'
says out '^  without it +open /data/f\\x1b\[2J for r is denied$'
says out '^ +unlink /data/f\\x1b\[2J for w is denied$'
says out '^ +create /data/f\\x1b\[2J for w is denied$'
says_not out '/etc/conf'
expect 0 explain web.trace cap:chown
says out '^  apparmor +capability chown,'
says out '^  without it +.*chown.* is denied$'
expect 0 explain web.trace inet
says out '^  apparmor +network inet stream,'
says out '^ +network inet dgram,'
[ "$(grep -c 'is denied$' out)" = 2 ] || fail "both types of sockets are denied without their rules"
expect 0 explain web.trace signal:SIGTERM
says out '^  apparmor +signal \(send'
says out '^  without it +.*is denied$'
expect 1 explain web.trace /nowhere
says_not out 'apparmor'

expect 0 --json explain web.trace /etc/conf cap:chown
python3 - <<'END' || fail "--json"
import json
conf, chown = json.load(open("out"))
assert conf["apparmor"]["asked"] and len(conf["apparmor"]["rules"]) == 1, conf
assert conf["apparmor"]["without"] == ["open /etc/conf for r"], conf
assert chown["apparmor"]["rules"][0].startswith("capability chown,")
END

# Where there is no act on files there is no such profile, and nothing is said of one.
trace_of read >calls.trace
expect 0 explain calls.trace read
says_not out 'apparmor'
exit "$failed"
