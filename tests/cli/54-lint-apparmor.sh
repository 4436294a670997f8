#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# trammel lint of AppArmor profiles: what it finds, where, and how far it is told from the engine's default.
. "$TRAMMEL_SOURCE/tests/lib/cli.sh"
command -v apparmor_parser >/dev/null || [ -x /usr/sbin/apparmor_parser ] || {
	echo "skipped: apparmor_parser is not installed"
	exit 77
}

cat >good <<'EOF'
# A comment.
abi <abi/3.0>,
profile good flags=(attach_disconnected,mediate_deleted) {
  "/usr/bin/web" mrix,
  "/data/**" rw,
  capability net_bind_service,
  network inet stream,
  signal (receive) peer="unconfined",
  signal (send, receive) peer="good",
  mount fstype=tmpfs options=(rw) tmpfs -> /data/x/,
}
EOF
cat >bad <<'EOF'
@{dir}=/data
profile bad flags=(complain) {
  capability sys_admin,
  /bin/sh ux,
  /bin/a Px,
  /bin/b PUx,
  @{dir}/** rw,
  /data/x r,
  /data/run/* mix,
  deny /data/secret/** rw,
  /data/secret/a r,
  mount,
  ptrace (trace, read),
  signal,
  network alg,
  change_profile -> **,
  /proc/sys/** rw,
  network inet tcp,
  unix,
  dbus,
  deny capability sys_time,
  capability sys_time,
}
EOF

expect 0 lint good
says out '^good: 0 high, 0 medium, 0 low$'
expect 1 lint --all bad
while read -r line level rule; do
	says out "^bad:$line: $level: .*\\[$rule\\]\$"
done <<'EOF'
2 high apparmor-mode
3 high apparmor-capability
4 high apparmor-exec-unconfined
6 high apparmor-exec-unconfined
5 medium apparmor-exec-profile
16 high apparmor-change-profile
12 high apparmor-mount
13 high apparmor-ptrace
14 medium apparmor-signal
15 high apparmor-network
17 high apparmor-floor
8 low apparmor-swallowed
11 medium apparmor-denied
18 low apparmor-left
22 medium apparmor-denied
EOF
says out '^bad: medium: .*\[apparmor-no-abi\]$'
says out '^bad: low: /data/run/.* may be written, and run or mapped as code \[apparmor-writable-code\]$'
says out '^bad:8: low: /data/x r,: line 7 allows as much'
says out '^bad:11: medium: .*denied by line 10 '
says_not out '^bad:7: low'
says_not out '^bad:\(19\|20\): .*\(swallowed\|denied\)'

# Held against another default, what that does not have is no longer low.
expect 0 lint --apparmor docker-default
says_not out ': high: '
expect 0 lint --apparmor --all docker-default
says out '^docker-default:10: low: .*\[apparmor-all-capabilities\]$'
says out '^docker-default:20: low: .*line 14 allows as much \[apparmor-swallowed\]$'
says_not out 'network alg'
expect 1 lint --apparmor --against good --all docker-default
says out '^docker-default:10: medium: .*\[apparmor-all-capabilities\]$'
says out '^docker-default:11: high: .*/proc/bus.*\[apparmor-floor\]$'
expect 0 lint docker-default
says_not out 'apparmor'

# Both kinds beside each other; other exits.
echo '{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": []}' >s.json
expect 0 lint good s.json
says out '^s.json: 0 high'
expect 0 lint --fail-on never bad
expect 1 lint --fail-on medium bad
expect 2 lint --against s.json good
printf 'profile p {\n\n /a zz,\n}\n' >broken
expect 2 lint broken
says err 'broken:3: expected permissions'
printf 'profile p {\n /a w,\n /a wa,\n}\n' >refused
expect 2 lint refused
says err 'refused'
"$TRAMMEL" lint --apparmor - <good >out 2>err || fail "from stdin"

# In an include, which is not the file's own.
mkdir -p local
printf '/proc/sys/** w,\ncapability sys_module,\n' >local/more
printf 'abi <abi/3.0>,\nprofile p {\n include "%s/local/more"\n}\n' "$dir" >including
expect 1 lint including
says out '^including: high: capability sys_module .* (.*/local/more:2) \[apparmor-capability\]$'

# Names that would be something else to a terminal.
printf 'abi <abi/3.0>,\nprofile p {\n "/\033(0x::error::" ux,\n}\n' >hostile
expect 1 lint hostile
says out '^hostile:3: high: '
if grep -q "$(printf '\033')" out; then fail "an escape sequence came through"; fi

expect 1 --json lint bad good
python3 - out <<'END' || fail "JSON is not as it should be"
import json, sys
o = json.load(open(sys.argv[1]))
bad, good = o["files"]
assert o["failed"] and not good["findings"], good
assert {"rule": "apparmor-mode", "level": "high", "line": 2, "subject": "bad",
        "text": "complain mode: nothing is refused, it is only logged"} in bad["findings"]
levels = ["high", "medium", "low"]
order = [levels.index(f["level"]) for f in bad["findings"]]
assert order == sorted(order)
END
expect 1 lint --sarif bad
python3 - out <<'END' || fail "SARIF is not as it should be"
import json, sys
run, = json.load(open(sys.argv[1]))["runs"]
rules = [r["id"] for r in run["tool"]["driver"]["rules"]]
r, = [r for r in run["results"] if r["ruleId"] == "apparmor-change-profile"]
assert rules[r["ruleIndex"]] == "apparmor-change-profile" and r["level"] == "error"
assert r["locations"][0]["physicalLocation"]["region"]["startLine"] == 16
END
expect 1 lint --markdown bad
says out '^### AppArmor: held against'
exit "$failed"
