#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# trammel diff of AppArmor profiles: what is more, by which rule, in every form, and which way the answer goes.
. "$TRAMMEL_SOURCE/tests/lib/cli.sh"
command -v apparmor_parser >/dev/null || [ -x /usr/sbin/apparmor_parser ] || {
	echo "skipped: apparmor_parser is not installed"
	exit 77
}

cat >a <<'EOF'
abi <abi/3.0>,
profile a {
  /data/** r,
  owner /own w,
  /etc/passwd r,
  /bin/x ix,
  capability kill,
  network inet stream,
  signal (receive) peer=unconfined,
  signal (send,receive) peer=a,
}
EOF
cat >b <<'EOF'
abi <abi/3.0>,
profile b {
  /data/** rw,
  deny /data/secret/** w,
  /own w,
  /usr/** mr,
  /bin/x ux,
  capability kill,
  capability chown,
  network inet,
  signal (receive) peer=unconfined,
  signal (send,receive) peer=b,
  signal (send) set=(term) peer=other,
  mount fstype=tmpfs options=(rw) tmpfs -> /data/x/,
  ptrace (read),
}
EOF
# The same in other words, under another name.
cat >same <<'EOF'
abi <abi/3.0>,
@{D}=/data
profile c {
  @{D}/** r,
  @{D}/more r,
  signal (send,receive) peer=c,
  /bin/x ix,
  network inet stream,
  signal receive peer="unconfined",
  capability kill,
  owner /own w,
  /etc/pass{w,}d r,
  deny /etc/passd r,
}
EOF

expect 0 diff --any-change a same
says out '^same grants nothing that a does not grant$'
expect 0 diff a a
expect 1 diff a b
says out '^b grants 10 things that a does not grant$'
while read -r text; do
	MATCH=-F says out "$text"
done <<'EOF'
  capability chown
    by b:9: capability chown,
  network inet dgram, raw, rdm, seqpacket, packet
    by b:10: network inet,
  signal (send) set=(term) peer=other
  ptrace (read) peer=any other
  mount fstype=tmpfs options=(rw) tmpfs -> /data/x/,
  w on /data/x
    by b:3: /data/** rw,
  w on /own, where they are another user's
  rm on /usr/x
  ux on /bin/x
EOF
# What is run with ix may be mapped, too.
says out '^a grants 2 things that b does not grant$'
says out '^  m on /bin/x$'
says out '^  r on /etc/passwd$'
expect 1 diff b a
expect 0 diff a same --any-change
grep -v passwd a | sed 's/profile a/profile less/; s/peer=a/peer=less/' >less
expect 0 diff a less
expect 1 diff --any-change a less

# Names that only a pattern knows: found, though no rule has any of them in words.
printf 'abi <abi/3.0>,\nprofile p {\n /d/[a-y]* r,\n}\n' >p
printf 'abi <abi/3.0>,\nprofile q {\n /d/[a-z]* r,\n}\n' >q
expect 1 diff p q
says out '^  r on /d/z'
says out 'by q:3: /d/\[a-z\]\* r,'

# The files of an image; built-in names.
printf 'usr/lib/one\nusr/lib/two\ndata/three\nodd\\nname\n' >list
expect 1 --json diff --files list a b
python3 - out <<'END' || fail "JSON is not as it should be"
import json, sys
o = json.load(open(sys.argv[1]))
assert o["of"] == "apparmor" and o["b_grants_more"] and o["complete"] and o["all_names"]
usr, = [r for r in o["more"] if r.get("rule") == "/usr/** mr,"]
assert usr["perms"] == "rm" and usr["line"] == 6 and usr["names_found"] == 3, usr
assert "/usr/lib/one" in usr["names"]
own, = [r for r in o["more"] if r["what"] == "/own"]
assert own["only_others_files"]
assert [(r["what"], r["kind"]) for r in o["less"]] == [("/etc/passwd", "file"), ("/bin/x", "file")]
assert not [r for r in o["more"] if "secret" in r["what"]]
END
expect 1 diff docker-default b
says_not out 'w on /data'
expect 0 diff --apparmor docker-default docker-default
expect 1 diff b docker-default
says out '^  capability audit_control, audit_read, .*and [0-9]* more: --all$'

expect 1 diff --markdown a b
says out '^### AppArmor: .a. to .b.$'
says out '^| .w on /data/x.* | .b:3: /data/\*\* rw,. |$'
expect 1 diff --sarif a b
python3 - out <<'END' || fail "SARIF is not as it should be"
import json, sys
run, = json.load(open(sys.argv[1]))["runs"]
r, = [r for r in run["results"] if "capability chown" in r["message"]["text"]]
assert r["ruleId"] == "diff-apparmor-more" and r["level"] == "error"
assert r["locations"][0]["physicalLocation"]["region"]["startLine"] == 9
assert [r for r in run["results"] if r["level"] == "note"]
END

# A trace is the profile that would be made of it.
acted '"fact":"file","path":"/data/f","act":"open","perms":"r"' \
	'"fact":"file","path":"/etc/more","act":"open","perms":"r"' >trace
expect 1 diff a trace
says out '^trace did 3 things that a does not grant$'
says out '^  r on /etc/more$'
says_not out '/data/f'
sed '$d' trace >endless
expect 1 diff a endless
says err 'incomplete'

# What does not go together.
echo '{"defaultAction": "SCMP_ACT_ERRNO"}' >s.json
expect 2 diff a s.json
expect 2 diff --files list s.json s.json
expect 2 diff --cap-add chown a b
expect 2 diff a missing
printf 'profile p {\n /x rr r,\n}\n' >broken
expect 2 diff a broken
says err 'broken:2: expected'
printf 'abi <abi/3.0>,\nprofile p {\n "/\033(0x::error::" r,\n}\n' >hostile
expect 1 diff a hostile
if grep -q "$(printf '\033')" out; then fail "an escape sequence came through"; fi
exit "$failed"
