#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# trammel explain: what it says of what is recorded, what is not, and what nobody knows; as text and JSON.
. "$TRAMMEL_SOURCE/tests/lib/cli.sh"
MATCH=-E

[ "$(uname -m)" = x86_64 ] || { echo "skipped: the trace is of x86_64"; exit 77; }
id=0123456789abcdef0123456789abcdef
{
	printf '{"trammel":"trace","version":1,"recordings":[{"id":"%s","subject":"web","started":1000,"start_seen":true,"context":{"image.digest":["sha256:aa"]}}]}\n' $id
	for call in read:0 statx:332 openat:257 mount:165; do
		printf '{"fact":"syscall","abi":"x86_64","nr":%d,"name":"%s","recordings":[0],"first":1004,"last":1009,"after":5,"phases":["main"],"flags":["done"],"exes":["/bin/a\\u001b[2J"]}\n' \
			"${call#*:}" "${call%:*}"
	done
	for n in 1 2 3 4 5 6 7 8 9; do
		printf '{"fact":"file","path":"/srv/%d\\\\x1b[2J","act":"open","perms":"r","recordings":[0],"phases":["main"],"flags":["done"],"exes":["/bin/a\\u001b[2J"]}\n' $n
	done
	printf '{"end":true,"facts":13,"complete":true,"recordings":[{"id":"%s","ended":"exited","losses":{}}],"kinds":{"syscall":4,"file":9}}\n' $id
} >web.trace

expect 0 explain web.trace openat
says out '^syscall openat$'
says out '^  recorded +in 1 of 1 recording$'
says out '^  by +/bin/a\\x1b\[2J$'
says out '^  first seen +in second 5 of a recording \(1970-01-01 00:16:44 UTC\)$'
says out '^  images +sha256:aa$'
says out '^  the same act +open /srv/1\\x1b\[2J for r$'
says out 'and 1 more: --all$'
says out '^  allowed +observed: the workload$'
says out '^  without it +syscall openat gets EPERM$'
expect 0 explain --all web.trace openat
says out 'open /srv/9'
grep -q 'more: --all' out && fail "--all is not all"
expect 0 explain web.trace '/srv/3\x1b[2J' statx
says out '^file /srv/3\\x1b\[2J$'
says out '^  the same act +syscall openat$'
says out '^  without it +syscall statx gets ENOSYS$'
says out '^  fallback +glibc'
expect 0 explain web.trace mount
says out '^  not accepted +beyond docker-default'
expect 1 explain web.trace fsync
says out '^  recorded +never, in 1 recording$'
says out '^  refused +it gets EPERM, as what no rule allows does$'
expect 1 explain web.trace read fsync
expect 1 explain web.trace /nowhere
expect 2 explain web.trace opnat
says err "'opnat' is no syscall.*: did you mean openat"
expect 2 explain web.trace $'\e[2J'
grep -q $'\e' err && fail "an escape reached the terminal"
expect 2 explain web.trace
expect 2 explain
expect 2 explain nowhere.trace read
expect 2 explain --tune - - read

# The tune file's decisions are part of the profile.
echo '{"deny": [{"fact": "syscall:read", "why": "x"}], "allow": [{"fact": "syscall:fsync", "why": "y\u001b[2J"}]}' >tune.json
expect 0 explain --tune tune.json web.trace read fsync
says out '^  refused +it gets EPERM'
says out '^  allowed +allowed by hand: y\\x1b\[2J$'

"$TRAMMEL" -j explain --tune tune.json web.trace openat fsync clone3 file:/srv >out 2>err
[ $? -eq 1 ] || fail "status with --json"
python3 - <<'END' || fail "--json"
import json, sys
openat, fsync, clone3, srv = json.load(open("out"))
w = openat["without"]
sys.exit(not (openat["what"] == "syscall:openat" and openat["found"] and
    (openat["recordings"], openat["of_recordings"], openat["first_second"]) == (1, 1, 5) and
    openat["digests"] == ["sha256:aa"] and len(openat["same_act"]) == 9 and
    openat["same_act"][0]["path"] == "/srv/1\\x1b[2J" and
    [d["name"] for d in w["denied"]] == ["openat"] and w["answer"]["errno_name"] == "EPERM" and
    not fsync["facts"] and not fsync["without"]["denied"] and fsync["rules"] and
    clone3["found"] and not clone3["rules"] and clone3["answer"]["errno_name"] == "ENOSYS" and
    not srv["found"] and len(srv["like"]) == 5))
END

# A bundle has its options and decisions in it.
expect 0 emit bundle -d web.bundle --tune tune.json --siblings off --accept syscall:mount --why 'it mounts' web.trace
expect 1 explain web.bundle open
says out '^  refused'
expect 0 explain web.trace open
says out '^  allowed +siblings: '
expect 0 explain web.bundle fsync mount
says out '^  allowed +allowed by hand: y'
says out '^  allowed +accepted: .*'
says out 'it mounts$'
expect 0 explain web.bundle openat
says out '^  first seen +in second 5 of a recording$'

# A trace that makes no profile is explained all the same.
{
	printf '{"trammel":"trace","version":1,"recordings":[{"id":"%s","subject":"web"}]}\n' $id
	printf '{"fact":"file","path":"/x","act":"open","perms":"r","recordings":[0],"phases":["main"],"flags":["done"]}\n'
} >cut.trace
expect 0 explain cut.trace /x
says err '^warning: no seccomp profile can be made of it'
sed '$s/"facts":13/"facts":14/; $s/"kinds":{/&"exec":1,/; $i {"fact":"exec","path":"/bin/su","recordings":[0],"phases":["main"],"flags":["done","gained"]}' web.trace >gained.trace
expect 0 explain gained.trace /bin/su
says out '^  as +run /bin/su, which gained rights: set-id, or capabilities of the file$'
"$TRAMMEL" explain - read <web.trace >out 2>err || fail "standard input"
exit "$failed"
