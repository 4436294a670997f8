#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# trammel verify --apparmor --files: what of an image a profile allows beyond what was recorded.
. "$TRAMMEL_SOURCE/tests/lib/cli.sh"

PATH=$PATH:/usr/sbin:/sbin
command -v apparmor_parser >/dev/null || { echo "skipped: there is no apparmor_parser"; exit 77; }

id=0123456789abcdef0123456789abcdef
cat >web.trace <<END
{"trammel":"trace","version":1,"recordings":[{"id":"$id","subject":"web","start_seen":true}]}
{"fact":"file","path":"/etc/web.conf","act":"open","perms":"r","recordings":[0],"phases":["main"],"flags":["done"]}
{"end":true,"facts":1,"complete":true,"recordings":[{"id":"$id","ended":"exited"}]}
END
printf 'abi <abi/3.0>,\nprofile web {\n /etc/** r,\n /srv/** rw,\n /bin/** ix,\n}\n' >web.aa

# a real image's files, with a name that nobody should print
mkdir -p image/etc image/srv image/bin
touch image/etc/web.conf image/etc/other image/srv/data image/bin/sh "image/etc/$(printf 'a\n\033[2J\\b')"
tar -C image -c . | tar -t >files

expect 0 verify --apparmor web.aa --files files web.trace
says out 'of 9 files in the image'
says out '^  3 to read (of 4 that may be)$'
says out '^    /etc/a\\x0a\\x1b\[2J\\\\b$'
says out '^  1 to write (of 1 that may be)$'
says out '^  1 to run or map as code (of 1 that may be)$'
says out '^  0 both to write and to run or map, recorded or not$'
says out 'no name may be both written and run or mapped'
says out 'all [0-9]* places are kept away, and mounts and network alg$'
if grep -q "$(printf '\033')" out; then fail "an escape sequence came through"; fi
tar -C image -c . | tar -t | "$TRAMMEL" verify --apparmor web.aa --files - web.trace >out 2>err || fail "list on stdin"

# The archive itself says more: what leads elsewhere is neither read nor run.
ln -s other image/etc/link
tar -C image -c . >image.tar
expect 0 verify --apparmor web.aa --files image.tar web.trace
says out 'of 10 files in the image'
says out '^  3 to read (of 4 that may be)$'
tar -C image -c . | tar -t >linked
expect 0 verify --apparmor web.aa --files linked web.trace
says out '^  4 to read (of 5 that may be)$'
head -c 1000 image.tar >cut.tar
expect 2 verify --apparmor web.aa --files cut.tar web.trace
says err 'cut.tar: not a whole tar archive'

expect 0 --json verify --apparmor docker-default --files files web.trace
python3 - <<'END' || fail "JSON is not as it should be"
import json
a = json.load(open("out"))["apparmor"]
f = a["also_allowed"]
assert f["listed"] == 9 and len(f["readable"]) == 8 and len(f["writable"]) == 9, f
assert f["executable"] == f["writable_code"] and "/etc/web.conf" in f["executable"], f
assert a["writable_code"]
assert "/proc/bus/pci/00/00.0" in [x["path"] for x in a["docker_denies_let_through"]]
assert a["docker_denied_acts_allowed"] == []
END

# Its denies that are of no file: any mount, and a family. A mount of one thing at one place is none of them.
sed 's/^}/ mount options=(rw,bind) "\/srv" -> "\/mnt",\n}/' web.aa >narrow.aa
expect 0 verify --apparmor narrow.aa web.trace
says out 'places are kept away, and mounts and network alg$'
sed 's/^}/ mount,\n network alg,\n}/' web.aa >wide.aa
expect 0 verify --apparmor wide.aa web.trace
says out "denies: 0 of [0-9]* places are let through, and 5 of 5 kinds of mounts and sockets$"
says out '^  mount bind: shows anything'
says out '^  network alg: '
expect 0 --json verify --apparmor wide.aa web.trace
python3 - <<'END' || fail "JSON without the acts"
import json
acts = json.load(open("out"))["apparmor"]["docker_denied_acts_allowed"]
assert [x["act"] for x in acts] == ["mount bind", "mount move", "mount new", "mount remount", "network alg"], acts
assert all(x["why"] for x in acts)
END
expect 0 verify --markdown --apparmor web.aa --files files web.trace
says out '^No name may be both written and run or mapped; 0 of the'
says out '^Of 9 files in the image, beyond what was recorded: 3 to read, 1 to write'

# ten of many, or all
for i in $(seq 30); do echo "etc/file$i"; done >many
expect 0 verify --apparmor web.aa --files many web.trace
says out 'and 20 more: --all'
expect 0 verify --apparmor web.aa --files many --all web.trace
says_not out 'more: --all'
says out '/etc/file30'

printf 'etc/a\nbad\\q\n' >bad
expect 2 verify --apparmor web.aa --files bad web.trace
says err 'bad:2: expected a name as tar -t prints it'
expect 2 verify --apparmor web.aa --files missing web.trace
expect 2 verify --apparmor - --files - web.trace
expect 2 verify --seccomp docker-default --files files web.trace
exit "$failed"
