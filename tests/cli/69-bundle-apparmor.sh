#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The AppArmor half of a bundle: verify proves it and says what accepts more; where it cannot be proved, or put
# in force, nothing pretends that it was.
# shellcheck disable=SC2016 # backquotes are what is looked for
. "$TRAMMEL_SOURCE/tests/lib/cli.sh"
MATCH=-F
unset GITHUB_ACTIONS GITHUB_STEP_SUMMARY
[ "$(uname -m)" = x86_64 ] || { echo "skipped: the recordings here are of x86_64"; exit 77; }
PATH=$PATH:/usr/sbin:/sbin
command -v apparmor_parser >/dev/null || { echo "skipped: there is no apparmor_parser"; exit 77; }

# trace ID FACT...
trace() {
	local id=$1
	shift
	printf '{"trammel":"trace","version":1,"recordings":[{"id":"%s","subject":"web","start_seen":true,"context":{"backend":["hooks"],"arch":["x86_64"],"arguments":["clone","socket"],"kernel":["6.1.0"]}}]}\n' "$id"
	printf '%s\n' "$@"
	printf '{"end":true,"facts":%d,"complete":true,"recordings":[{"id":"%s","ended":"exited","losses":{}}]}\n' $# "$id"
}
call() { # NAME NR
	printf '{"fact":"syscall","abi":"x86_64","nr":%d,"name":"%s","recordings":[0],"phases":["main"],"exes":["/bin/web"],"flags":["done"]}' "$2" "$1"
}
file() { # PATH ACT PERMS
	printf '{"fact":"file","path":"%s","act":"%s","perms":"%s","recordings":[0],"phases":["main"],"exes":["/bin/web"],"flags":["done"],"where":["image"]}' "$1" "$2" "$3"
}
old=0123456789abcdef0123456789abcdef new=ffffffffffffffffffffffffffffffff
read=$(call read 0)
trace $old "$read" "$(file /etc/web.conf open r)" >old.trace
trace $new "$read" "$(file '/etc/::error::x\\x0a\\x1b[2J' open r)" >file.trace
trace $new "$read" "$(call connect 42)" "$(file /etc/web.d/more open r)" >both.trace
trace $new "$read" >calls.trace
expect 0 emit bundle -d web old.trace

# Both are proved
expect 0 verify web
says out 'Yes: web/seccomp.json allows all 1 recorded syscalls'
says out 'Yes: the AppArmor profile trammel-web of web/apparmor allows all 1 recorded acts'
[ -s err ] && fail "a warning of a bundle that is as it was made"
expect 0 --json verify web
python3 -c 'import json; j = json.load(open("out")); assert j["apparmor"]["name"] == "trammel-web" and j["allowed"], j' ||
	fail "JSON"

# What else confines it is there, too, for both ways to run it.
{ grep -q '^set -- --read-only ' web/docker-run.sh && grep -q '^    read_only: true$' web/compose.confined.yaml; } ||
	fail "docker-run.sh, compose.confined.yaml"

# More is needed under AppArmor alone: what, who, and the line that accepts it
accept='trammel emit bundle -d web file.trace'
expect 1 verify web file.trace
says out 'Yes: web/seccomp.json allows all'
says out 'denies 1 of 1 recorded acts'
says out 'missing: "/etc/\072\072error\072\072x\012\033\1332J" r,'
says out "  $accept"
[ "$(grep -c 'To accept it' out)" = 1 ] || fail "not one line to accept"
LC_ALL=C grep -q $'[\001-\010\013-\037]' out && fail "a control byte"
expect 1 --json verify web file.trace
python3 - "$accept" <<'END' || fail "JSON of what is denied"
import json, sys
j = json.load(open("out"))
assert not j["allowed"] and not j["denied"] and len(j["apparmor"]["denied"]) == 1, j
assert j["accept"] == sys.argv[1], j["accept"]
END
expect 1 verify --markdown web file.trace
says out '### AppArmor: `web/apparmor`'
says out "$accept"
expect 1 verify --sarif web file.trace
python3 - "$accept" <<'END' || fail "SARIF"
import json, sys
run = json.load(open("out"))["runs"][0]
(r,) = run["results"]
assert r["ruleId"] == "verify-apparmor-denied", r
assert r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "web/apparmor", r
assert sys.argv[1] in r["message"]["text"], r
END
export GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=$dir/summary
expect 1 verify web file.trace
[ "$(grep -c '^::error file=web/apparmor,.*title=trammel::' err)" = 1 ] || fail "no workflow command"
cat out err | grep -v '^::error file=web/apparmor,' | grep -nE '^\s*::|##\[' && fail "a name became a command"
says summary '### AppArmor: `web/apparmor`'
unset GITHUB_ACTIONS GITHUB_STEP_SUMMARY

# diff says the same, of the pair of them and of AppArmor alone
for options in "" --apparmor; do
	# shellcheck disable=SC2086
	{
		expect 1 diff $options web file.trace
		says out 'file.trace did 1 thing that web does not grant'
		says out '  r on /etc/'
		says out "  $accept"
		[ "$(grep -c 'To accept it' out)" = 1 ] || fail "diff $options: not one line to accept"
		LC_ALL=C grep -q $'[\001-\010\013-\037]' out && fail "diff $options: a control byte"
		expect 1 -j diff $options web file.trace
		python3 - "$accept" <<'END' || fail "diff $options: JSON"
import json, sys
j = json.load(open("out"))
aa = j.get("apparmor", j)
assert j["b_grants_more"] and j["accept"] == aa["accept"] == sys.argv[1], j
assert aa["of"] == "apparmor" and len(aa["more"]) == 1 and (aa is j or not j["more"]), j
END
		expect 1 diff --markdown $options web file.trace
		says out '### AppArmor: `web` to `file.trace`'
		[ "$(grep -c "$accept" out)" = 1 ] || fail "diff $options: Markdown: not one line to accept"
		expect 1 diff --sarif $options web file.trace
		python3 - "$accept" <<'END' || fail "diff $options: SARIF"
import json, sys
run = json.load(open("out"))["runs"][0]
(r,) = [r for r in run["results"] if r["level"] == "error"]
assert run["tool"]["driver"]["rules"][r["ruleIndex"]]["id"] == r["ruleId"] == "diff-apparmor-more", r
assert r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "web/apparmor", r
assert sys.argv[1] in r["message"]["text"], r
END
	}
done
export GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=$dir/diff-summary
expect 1 diff web file.trace
[ "$(grep -c '^::error file=web/apparmor,.*title=trammel::' err)" = 1 ] || fail "diff: no workflow command"
says diff-summary '### AppArmor: `web` to `file.trace`'
unset GITHUB_ACTIONS GITHUB_STEP_SUMMARY
expect 0 diff --any-change web web
says out 'AppArmor: web grants nothing that web does not grant'
expect 1 diff web both.trace
[ "$(grep -c 'To accept it' out)" = 1 ] || fail "diff: not one line to accept both"
says out 'connect'
says out '  r on /etc/web.d/more'
expect 0 diff docker-default web
says out 'AppArmor: web grants nothing that docker-default does not grant'
expect 0 diff --any-change web web/seccomp.json
says out 'AppArmor'
says_not out '  r on '

# lint looks at both, and tells which of them has it
expect 0 lint web
says out 'web: 0 high'
says out 'web/apparmor: 0 high'
expect 0 lint --apparmor web
says out 'web/apparmor: 0 high'
says_not out 'web: '
cp -r web wider
sed -i 's/^  include if exists/  capability sys_admin,\n&/' wider/apparmor
expect 1 lint wider
MATCH=-E says out '^wider/apparmor:[0-9]+: high: capability sys_admin'
expect 1 lint --against podman-default wider
expect 1 -j lint wider
python3 -c 'import json; j = json.load(open("out")); assert j["failed"] and [f["file"] for f in j["files"]] == ["wider", "wider/apparmor"], j' || fail "JSON of lint"

# Both need more: one line for both
expect 1 verify web both.trace
[ "$(grep -c 'To accept it' out)" = 1 ] || fail "not one line to accept both"
says out 'connect'
says out 'missing: "/etc/web.d/more" r,'
expect 1 verify --markdown web both.trace
[ "$(grep -c 'To accept it' out)" = 1 ] || fail "Markdown: not one line to accept both"
PATH=$(dirname "$TRAMMEL"):$PATH bash -c "$(sed -n 's/^trammel emit/trammel emit/p' out)" >o 2>err || fail "the line does not run"
expect 0 verify web both.trace
expect 1 verify web file.trace

# What must be accepted for either profile is in the one line
trace $new "$(call mount 165)" "$(file /proc/sys/kernel/core_pattern open w)" >floor.trace
both="trammel emit bundle -d web floor.trace --accept syscall:mount --accept file:/proc/sys/kernel/core_pattern --why 'WHY'"
expect 1 verify web floor.trace
says out "  $both"
expect 1 emit bundle -d web floor.trace
says err "to accept it, and say why: $both"
says err 'file:/proc/sys/kernel/core_pattern'
cp -r web accepted
PATH=$(dirname "$TRAMMEL"):$PATH bash -c "${both/web/accepted}" >o 2>err || fail "the line does not run"
expect 0 verify accepted floor.trace
expect 0 emit bundle -d floorless old.trace --floor none
expect 0 emit bundle -d floorless floor.trace --accept syscall:mount --why it-mounts
grep -q '"floor":"none"' floorless/bundle.json || fail "the floor is not kept"

# A recording of syscalls alone says nothing of AppArmor, and this is said
expect 0 verify web calls.trace
says err 'AppArmor: not proved: nothing is recorded that AppArmor is asked about'
expect 0 --json verify web calls.trace
python3 -c 'import json; j = json.load(open("out")); assert "apparmor" not in j and j["apparmor_unproved"], j' || fail "JSON"

expect 0 diff web calls.trace
says err 'AppArmor: not compared: calls.trace: no acts on files were recorded'
says out 'what AppArmor allows: not compared'
expect 2 diff --apparmor web calls.trace

# Nor does a machine that cannot compile it
mkdir none
printf '#!/nonexistent/interpreter\n' >none/apparmor_parser
chmod +x none/apparmor_parser
PATH=$dir/none:$PATH expect 3 verify web
says out 'Yes: web/seccomp.json allows all'
says_not out 'the AppArmor profile'
says err 'AppArmor: not proved: '
PATH=$dir/none:$PATH expect 3 diff web old.trace
says out 'old.trace made no syscalls that web does not grant'
says err 'AppArmor: not compared: '
trace $new "$read" "$(call mount 165)" "$(file /etc/web.conf open r)" >mount.trace
PATH=$dir/none:$PATH expect 1 diff web mount.trace
PATH=$dir/none:$PATH expect 3 lint web
says err 'AppArmor: not looked at: '
PATH=$dir/none:$PATH expect 1 verify web mount.trace
PATH=$dir/none:$PATH expect 3 verify --markdown web
says out '### AppArmor: not proved'

# Without one, that is among what is not covered
expect 0 emit bundle -d plain calls.trace
expect 0 verify plain
MATCH=-E says out 'what AppArmor refuses: no acts on files'
[ -s err ] && fail "a warning of a bundle that was made so"
expect 0 diff web plain
says out 'not compared: plain has no AppArmor profile: no acts'
[ -s err ] && fail "diff: a warning of a bundle that was made so"
expect 2 diff --apparmor web plain
says err 'plain: has no AppArmor profile: no acts on files were recorded'
expect 0 lint plain
says err 'plain has no AppArmor profile: no acts on files were recorded'
expect 2 verify plain --name x
says err 'plain has no AppArmor profile: no acts on files were recorded'

# The image's files are kept beside it, and looked at unasked
mkdir -p root/etc
touch root/etc/web.conf root/etc/other
ln -s other root/etc/link
image() { # TRACE DIGEST
	sed "s/\"kernel\":/\"image.digest\":[\"$2\"],&/" "$1"
}
image old.trace sha256:aa >image.trace
tar -C root -c . >root.tar
"$TRAMMEL" emit bundle -d listed image.trace --files - <root.tar 2>err || fail "the list from standard input"
[ "$(head -n 1 listed/image.files)" = "trammel-image-files 1 sha256:aa" ] || fail "not the image that was recorded"
grep -q '"image.files":"[0-9a-f]\{64\}"' listed/bundle.json || fail "its digest is not kept"
says listed/image.files 'l 777 /etc/link'
expect 0 verify listed
says out 'of 5 files in the image'
before=$(sha256sum listed/*)
expect 0 emit bundle -d listed image.trace
[ "$before" = "$(sha256sum listed/*)" ] || fail "the list was not kept as it is"
image file.trace sha256:bb >image2.trace
expect 0 emit bundle -d listed image2.trace
says err 'image.files is of the image sha256:aa, and sha256:bb was recorded last'
echo 'trammel-image-files 1 sha256:cc
d 755 /
f 644 /etc/other' >other.files
expect 2 emit bundle -d listed --files other.files
says err 'other.files lists the files of the image sha256:cc, and sha256:bb is what was recorded'
sed -i s/cc/bb/ other.files
expect 0 emit bundle -d listed --files other.files
expect 0 verify listed
says out 'of 2 files in the image'
[ -s err ] && fail "a warning of a bundle that is as it was made"
rm listed/image.files
expect 0 verify listed
says err 'image.files is not here'
says_not out 'files in the image'
expect 0 emit bundle -d listed
says err 'image.files is gone'
expect 0 verify listed
[ -s err ] && fail "a warning of a list that the bundle has no more"
expect 2 emit bundle -d listed - --files -
expect 2 emit bundle -d listed --files missing

# Edited, or gone
sed -i 's/^ *"\/etc\/web.conf" r,.*//' web/apparmor
expect 1 verify web
says err 'web/apparmor was edited since it was made'
rm web/apparmor
expect 2 verify web
says err 'web/apparmor: it was made with the bundle, and is gone'
expect 0 emit bundle -d web

expect 2 unload plain
says err 'plain: has no AppArmor profile: no acts on files were recorded'

# Where there is no AppArmor
if [ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" = Y ]; then
	echo "this machine has AppArmor: what is said without it is not tested"
	exit "$failed"
fi
expect 3 load web
says err 'AppArmor is not enabled in this kernel'
expect 3 diff --apparmor web "pid:$$"
says err "pid:$$: AppArmor is not enabled in this kernel"
expect 3 lint --apparmor "pid:$$"
expect 2 lint --apparmor pid:x
expect 3 rehearse --apparmor web/apparmor --seccomp web/seccomp.json -- docker run --rm image
"$TRAMMEL" rehearse web -- docker run --rm image >out 2>err </dev/null
says err 'not under AppArmor, only under seccomp: '
"$TRAMMEL" rehearse web --cgroup /none -- true >out 2>err </dev/null
says err 'only under seccomp: with --cgroup'
# No engine is no answer about the profile. (Where nothing can be recorded, that comes first.)
mkdir bin
printf '#!/bin/sh\necho "Cannot connect to the Docker daemon" >&2\nexit 125\n' >bin/docker
chmod +x bin/docker
DOCKER_HOST=unix://$dir/none.sock PATH=$dir/bin:$PATH "$TRAMMEL" rehearse -n 2 web -- docker run --rm image \
	>out 2>err </dev/null
[ $? -eq 3 ] || fail "rehearse without an engine"
says err 'trammel: '
exit "$failed"
