#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# trammel emit bundle: the same bytes from the same facts, nothing of the recording machine in them,
# and a failure that leaves everything as it was.
. "$TRAMMEL_SOURCE/tests/lib/cli.sh"

state() { # of a directory: names, modes and bytes
	(cd "$1" && find . -mindepth 1 -printf '%p %m %s\n' -type f -exec sha256sum {} + | sort)
}

a=0123456789abcdef0123456789abcdef b=ffffffffffffffffffffffffffffffff
digest_a=sha256:aaaa digest_b=sha256:bbbb

# trace ID STARTED DIGEST FACT...
trace() {
	local id=$1 started=$2 digest=$3
	shift 3
	printf '{"trammel":"trace","version":1,"recordings":[{"id":"%s","subject":"web","started":%d,"stopped":%d,"seconds":60,"start_seen":true,"context":{"arch":["x86_64"],"cgroup":["docker-1234.scope"],"command":["web --token=s3cret/x"],"compose.project":["home-of-jo"],"container":["sad_turing"],"container.id":["%064d"],"image":["web:1"],"image.digest":["%s"],"kernel":["6.1.0"],"hostname":["build7"]}}]}\n' \
		"$id" "$started" $((started + 59)) 7 "$digest"
	printf '%s\n' "$@"
	printf '{"end":true,"facts":%d,"complete":true,"recordings":[{"id":"%s","ended":"exited","losses":{}}]}\n' $# "$id"
}
call() { # NAME NR WHEN [AFTER]
	printf '{"fact":"syscall","abi":"x86_64","nr":%d,"name":"%s","recordings":[0],"first":%d,"last":%d%s,"phases":["main"],"exes":["/bin/web"],"flags":["done"]}' \
		"$2" "$1" "$3" "$(($3 + 5))" "${4:+,\"after\":$4}"
}
file() {
	printf '{"fact":"file","path":"%s","act":"open","perms":"r","recordings":[0],"first":1700000009,"phases":["main"],"flags":["done"],"where":["image"]}' "$1"
}
trace $a 1700000000 $digest_a "$(call read 0 1700000001 2)" "$(call write 1 1700000030 31)" \
	"$(file /run/token=s3cret/key)" "$(file /run/token=s3cret/other)" >one.trace
trace $b 1600000000 $digest_b "$(call read 0 1600000003 4)" "$(call connect 42 1600000050 51)" >two.trace
trace $b 1600000000 $digest_b "$(call mount 165 1600000003)" "$(call "read'\$(id)" 9999 1600000003)" >mount.trace
sed 's/"web"/"db"/' two.trace >db.trace

# What is in it
expect 0 emit bundle -d web one.trace two.trace
says err '^web: 5 facts of 2 recordings$'
[ -s out ] && fail "something on stdout"
[ "$(cd web && echo *)" = "apparmor bundle.json compose.confined.yaml docker-run.sh recorded.trace seccomp.json" ] || fail "files: $(ls -A web)"
[ "$(stat -c %a web web/recorded.trace web/seccomp.json web/apparmor web/bundle.json | paste -sd' ')" = "700 600 644 644 644" ] ||
	fail "modes"
grep -rE '1[67]000000|1[67]00000|docker-1234|sad_turing|home-of-jo|build7|00000007' web &&
	fail "something of the recording machine is in it"
python3 - "$a" "$b" <<'END' || fail "what is in it"
import hashlib, json, sys
a, b = sys.argv[1:]
j = json.load(open("web/bundle.json"))
assert (j["trammel"], j["version"], j["subject"]) == ("bundle", 1, "web"), j
assert j["images"] == ["sha256:aaaa", "sha256:bbbb"], j
assert j["options"] == {"runtime": "all", "args": "risky", "siblings": "on",
                        "ceiling": "docker-default", "default-action": "errno"}, j
for name, digest in j["files"].items():
    assert hashlib.sha256(open("web/" + name, "rb").read()).hexdigest() == digest, name
assert sorted(j["files"]) == ["apparmor", "compose.confined.yaml", "docker-run.sh", "recorded.trace", "seccomp.json"], j
assert "no_apparmor" not in j, j
lines = [json.loads(l) for l in open("web/recorded.trace")]
recs = {r["id"]: r for r in lines[0]["recordings"]}
assert recs[b]["order"] == 1 and recs[a]["order"] == 2, recs  # by when they began
assert recs[a]["seconds"] == 60 and "started" not in recs[a] and "stopped" not in recs[a], recs
assert recs[a]["context"]["image"] == ["web:1"], recs
after = {f["name"]: f["after"] for f in lines if f.get("fact") == "syscall"}
assert after == {"read": 2, "write": 31, "connect": 51}, after
END

# The same bytes: from traces in another order, on top of itself, bit by bit, and with what is old again
state web >want
expect 0 emit bundle -d again two.trace one.trace
state again | diff want - >out || fail "another order made other bytes"
before=$(stat -c '%i %Y %n' web/*)
expect 0 emit bundle -d web
expect 0 emit bundle -d web web one.trace
says err '0 facts and 0 recordings new'
state web | diff want - >out || fail "on top of itself: other bytes"
[ "$before" = "$(stat -c '%i %Y %n' web/*)" ] || fail "what is the same was written again"
expect 0 emit bundle -d bits two.trace
expect 0 emit bundle -d bits one.trace
says err '3 facts and 1 recording new'
state bits | diff want - >out || fail "bit by bit: other bytes"
expect 0 emit bundle -d from-bundle web
state from-bundle | diff want - >out || fail "from a bundle: other bytes"

# A bundle is read wherever a trace is
for words in "show web" "show again web" "merge -o m.trace web again" "emit seccomp -o s.json web" \
	"emit apparmor -o aa web" "verify --seccomp web/seccomp.json web"; do
	# shellcheck disable=SC2086 # words
	expect 0 $words
done
cmp -s s.json web/seccomp.json || fail "emit seccomp made another profile"
cmp -s aa web/apparmor || fail "emit apparmor made another profile"
cmp -s m.trace web/recorded.trace || fail "merging bundles changed the trace"
mkdir empty
expect 2 show empty
says err 'empty: not a trace: it is a directory, and no bundle'

# Options stay until others are given
expect 0 emit bundle -d bits --args none --siblings off --arch arm64 --default-action kill
says err 'aarch64: never recorded'
expect 0 emit bundle -d bits one.trace
python3 - <<'END' || fail "options are not kept"
import json
o = json.load(open("bits/bundle.json"))["options"]
assert o == {"runtime": "all", "args": "none", "siblings": "off", "arch": "arm64",
             "ceiling": "docker-default", "default-action": "kill"}, o
assert json.load(open("bits/seccomp.json"))["defaultAction"] == "SCMP_ACT_KILL_PROCESS"
END
expect 0 emit bundle -d bits --args risky --args all --siblings on
grep -q '"args":"all"' bits/bundle.json || fail "the last option is not the one that counts"
expect 2 emit bundle -d bits --args some
says err "args: expected none, risky or all, found 'some'"
sed -i 's/"args":"all"/"args":"some"/' bits/bundle.json
expect 2 emit bundle -d bits
says err "bits/bundle.json: options.args: expected none"
sed -i 's/"args":"some"/"future":"yes"/' bits/bundle.json
expect 2 emit bundle -d bits
says err "bits/bundle.json: options.future: an option that this trammel does not know"

# A failure leaves everything as it was
refuses() { # STATUS PATTERN ARGS...
	local status=$1 pattern=$2
	shift 2
	state web >before
	expect "$status" "$@"
	says err "$pattern"
	state web | diff before - >out || fail "trammel $*: changed the bundle"
}
refuses 2 "two subjects" emit bundle -d web db.trace
refuses 2 "nowhere.trace" emit bundle -d web nowhere.trace
refuses 2 "needs --why" emit bundle -d web mount.trace --accept syscall:mount
refuses 1 "^to accept it, and say why: trammel emit bundle -d web mount.trace --accept syscall:mount --why 'WHY'" \
	emit bundle -d web mount.trace
says err 'or, with the reason, in web/tune.json: '
expect 1 emit bundle -d fresh mount.trace
[ -e fresh ] && fail "a bundle that could not be made left its directory"
if [ "$(id -u)" != 0 ]; then
	chmod 500 web
	refuses 2 "cannot write here" emit bundle -d web two.trace --args none
	chmod 700 web
fi
mkdir taken && echo mine >taken/seccomp.json
expect 2 emit bundle -d taken one.trace
says err "taken/seccomp.json is there already"
[ "$(cat taken/seccomp.json)" = mine ] || fail "somebody's file was replaced"
[ "$(ls -A taken)" = seccomp.json ] || fail "left behind: $(ls -A taken)"
expect 0 emit bundle -d taken --force one.trace

# Decisions
expect 0 emit bundle -d web mount.trace --accept syscall:mount --why "it mounts its own /proc; don't ask"
grep -q "don't ask" web/tune.json || fail "the reason is not kept"
grep '"comment": "accepted' web/seccomp.json | grep -q "don't ask" || fail "the reason is not in the profile"
python3 -c 'import json; assert "tune.json" in json.load(open("web/bundle.json"))["files"]' || fail "tune.json has no digest"
printf '{"accept":[\n  {"fact":"syscall:mount","why":"mine"}\n]}' >web/tune.json
cp web/tune.json mine.json
expect 0 emit bundle -d web
cmp -s web/tune.json mine.json || fail "the tune file was rewritten"
grep -q 'mine' web/seccomp.json || fail "the tune file was not found by itself"
expect 0 emit bundle -d web --accept syscall:mount --why "another reason"
cmp -s web/tune.json mine.json || fail "accepting again changed the tune file"
expect 0 emit bundle -d web --tune mine.json
echo '{"accept":[]}' >other.json
refuses 2 "decisions of its own" emit bundle -d web --tune other.json
expect 0 emit bundle -d tuned --tune mine.json mount.trace
cmp -s tuned/tune.json mine.json || fail "--tune is not in the bundle"

# What the tune file sets is for it alone, and goes when it goes
printf '{"options":{"siblings":{"value":"off","why":"one libc"}}}' >tuned/tune.json
expect 0 emit bundle -d tuned one.trace --runtime runc --accept syscall:mount --why mine
grep -q '"siblings"' tuned/bundle.json && fail "bundle.json says what the tune file sets"
grep -q '"comment": "siblings' tuned/seccomp.json && fail "the tune file's option does not hold"
grep -q 'one libc' tuned/tune.json || fail "accepting lost what was there"
expect 2 emit bundle -d tuned --siblings on
says err "--siblings: the bundle's tune file sets it"
python3 - <<'END'
import json
j = json.load(open("tuned/tune.json"))
del j["options"]
json.dump(j, open("tuned/tune.json", "w"))
END
expect 0 emit bundle -d tuned
grep -q '"siblings":"on"' tuned/bundle.json || fail "the option came not back"
grep -q '"runtime":"runc"' tuned/bundle.json || fail "an option was forgotten"

# A profile that was edited is not lost
sed -i 's/"connect"/"bind"/' web/seccomp.json
refuses 2 "web/seccomp.json was edited since it was made" emit bundle -d web --args none
expect 0 emit bundle -d web --force
grep -q '"connect"' web/seccomp.json || fail "--force did not replace it"
echo '# mine' >>web/apparmor
refuses 2 "web/apparmor was edited since it was made" emit bundle -d web --name other
expect 0 emit bundle -d web --force
grep -q mine web/apparmor && fail "--force did not replace the AppArmor profile"

# The AppArmor profile: its options stay, it can be left out, and where there is none this is said
expect 0 emit bundle -d confined one.trace --name my-web --paths exact
says err 'trammel load confined loads it; docker run --security-opt apparmor=my-web uses it'
expect 0 emit bundle -d confined two.trace
says confined/apparmor '^profile "my-web" '
python3 -c 'import json; o = json.load(open("confined/bundle.json"))["options"]; assert (o["name"], o["paths"]) == ("my-web", "exact"), o' ||
	fail "its options are not kept"
expect 0 emit bundle -d confined --apparmor off
says err '^no AppArmor profile: --apparmor off$'
[ -e confined/apparmor ] && fail "it was not removed"
expect 0 emit bundle -d confined one.trace
[ -e confined/apparmor ] && fail "--apparmor off did not stay"
expect 0 emit bundle -d confined --apparmor on
says confined/apparmor '^profile "my-web" '
echo '# mine' >>confined/apparmor
refuses_removal=$(sha256sum confined/*)
expect 2 emit bundle -d confined --apparmor off
says err 'would be removed'
[ "$refuses_removal" = "$(sha256sum confined/*)" ] || fail "a refusal changed the bundle"
expect 0 emit bundle -d confined --apparmor off --force
expect 2 emit bundle -d confined --apparmor maybe
expect 2 emit seccomp --apparmor on one.trace
expect 2 emit bundle -d confined --name 'a b'
sed -i 's/"paths":"exact"/"paths":"wide"/' confined/bundle.json
expect 2 emit bundle -d confined
says err 'confined/bundle.json: options.paths: expected exact or evidence'
# The options of a run are those that emit docker gives of the same, with the bundle's own profiles.
mkdir bin
printf '#!/bin/sh\nprintf "%%s\\n" "$@"\n' >bin/docker
chmod +x bin/docker
DOCKER=bin/docker sh web/docker-run.sh image one two >ran || fail "docker-run.sh"
expect 0 emit docker --seccomp web/seccomp.json -o same.sh web
(cd / && DOCKER=$dir/bin/docker sh "$dir/same.sh" image one two) | sed "s|$dir/||" >same
cmp ran same || fail "options of the bundle: $(diff ran same)"
{ grep -qx 'seccomp=web/seccomp.json' ran && grep -qx 'apparmor=trammel-web' ran; } ||
	fail "what docker-run.sh runs: $(cat ran)"
python3 - <<'END' || fail "compose.confined.yaml"
import yaml
s = yaml.safe_load(open("web/compose.confined.yaml"))["services"]["web"]
assert {"seccomp=seccomp.json", "apparmor=trammel-web"} <= set(s["security_opt"]), s
END
echo edited >>web/docker-run.sh
expect 2 emit bundle -d web
says err 'web/docker-run.sh was edited'
expect 0 emit bundle -d web --force
expect 0 emit bundle -d calls two.trace
says err '^no AppArmor profile: no acts on files were recorded'
grep -q '"no_apparmor":"no acts on files' calls/bundle.json || fail "why there is none is not kept"
# names that were redacted are no names: a profile that was there is not dropped for it
expect 0 emit bundle -d secret one.trace
expect 2 emit bundle -d secret --redact 'token=[^/ ]*'
says err 'the bundle has an AppArmor profile, and there can be none any more'
expect 0 emit bundle -d secret --redact 'token=[^/ ]*' --apparmor off
grep -r s3cret secret && fail "the secret is still there"

# Redacting: equal things stay equal, here and later
expect 0 emit bundle -d safe --redact 'token=[^/ ]*' one.trace
says err '^3 strings redacted'
says err '^no AppArmor profile: names of files were redacted'
grep -e '^set.*\(--read-only\|--tmpfs\|--user\|apparmor\)' safe/docker-run.sh && fail "options for names that no file has"
grep -q '^set.*seccomp' safe/docker-run.sh || fail "no seccomp in docker-run.sh"
grep -r s3cret safe && fail "the secret is still there"
python3 - <<'END' || fail "redacted"
import json, re
text = open("safe/recorded.trace").read()
tokens = set(re.findall("redacted-[0-9a-f]{8}", text))
assert len(tokens) == 1, tokens
t = tokens.pop()
paths = sorted(json.loads(l)["path"] for l in text.split("\n") if '"fact":"file"' in l)
assert paths == [f"/run/{t}/key", f"/run/{t}/other"], paths
END
state safe >want
expect 0 emit bundle -d safe one.trace
state safe | diff want - >out || fail "the bundle forgot what to redact"
expect 0 emit bundle -d safe --redact '[a-z0-9-]+' one.trace
cp safe/recorded.trace before
expect 0 emit bundle -d safe two.trace
expect 0 emit bundle -d safe one.trace
expect 2 emit bundle -d safe --redact '(' one.trace
says err 'no regular expression'

# merge replaces the same, and a bundle can forget
expect 0 merge --redact 'token=[^/ ]*' -o redacted.trace one.trace
says err '^3 strings redacted'
grep -q s3cret redacted.trace && fail "merge: the secret is still there"
expect 0 emit bundle -d forget one.trace two.trace
expect 0 merge --keep 1 -o forget/recorded.trace forget
expect 0 verify --seccomp forget/seccomp.json forget
expect 0 verify forget
says err 'forget/recorded.trace changed since the profile was made'
expect 0 emit bundle -d forget
grep -q '"connect"' forget/seccomp.json && fail "what only the old build did is still allowed"
expect 0 -q verify forget
[ -s err ] && fail "a warning of a bundle that is as it was made"

# What it was made of does not vanish unseen: the profile would forget.
mv forget/recorded.trace kept.trace
state forget >as-it-was
refuses 2 'forget/recorded.trace: what the bundle was made of' emit bundle -d forget one.trace
refuses 2 'forget/recorded.trace: what the bundle was made of' emit bundle -d forget --force
state forget | cmp -s as-it-was - || fail "a bundle that lost its trace was changed"
expect 0 emit bundle -d forget --force kept.trace
expect 0 verify forget

# Names that hold anything
weird=$'a b\'c"$(touch pwned)\n\e[31m'
mkdir "$weird"
cp mount.trace "$weird/t"
expect 1 emit bundle -d "$weird/b" "$weird/t"
line=$(sed -n 's/^to accept it, and say why: //p' err)
printf '%s' "$line" | LC_ALL=C grep -q $'[\001-\037]' && fail "a control byte reaches the terminal"
line=${line//\'WHY\'/\'because\'}
PATH=$(dirname "$TRAMMEL"):$PATH bash -c "$line" 2>err || fail "the printed line does not run: $line"
[ -e "$weird/b/tune.json" ] || fail "the printed line did something else"
[ -e pwned ] && fail "a name was run"

# Wrong usage
expect 2 emit bundle one.trace
says err '-d DIR is missing'
expect 2 emit bundle -d nothing
says err 'nothing is no bundle yet'
expect 2 emit bundle -o x -d y one.trace
expect 2 emit seccomp -d y one.trace
expect 2 emit bundle -d one.trace one.trace
for bad in '[]' '{"trammel":"trace"}' '{"trammel":"bundle","version":2,"subject":"web","files":{}}' \
	'{"trammel":"bundle","version":1,"files":{}}' '{"trammel":"bundle","version":1,"subject":"web","files":{"seccomp.json":"12"}}' \
	'{"trammel":"bundle","version":1,"subject":"web","files":[]}' '<<<<<<< HEAD'; do
	echo "$bad" >again/bundle.json
	expect 2 emit bundle -d again
	says err 'again/bundle.json'
done
exit "$failed"
