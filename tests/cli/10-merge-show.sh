#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# trammel merge and show: exit status, one line on stderr for each kind of bad input, every file as
# it was after a failure, and nothing of a container's on the terminal as it is.
. "$TRAMMEL_SOURCE/tests/lib/cli.sh"

# refuses STATUS PATTERN ARGS...: one line on stderr, nothing on stdout, no file changed or left
refuses() {
	local want=$1 pattern=$2 before
	shift 2
	before=$(state)
	expect "$want" "$@"
	says err "$pattern"
	[ "$(wc -l <err)" -eq 1 ] || fail "trammel $*: more than one line"
	[ -s out ] && fail "trammel $*: something on stdout"
	[ "$before" = "$(state)" ] || fail "trammel $*: changed a file"
}

state() {
	find . -type f ! -name out ! -name err -exec ls -li --time-style=full-iso {} + | sort
	find . -type f ! -name out ! -name err -exec cksum {} + | sort
}

a=0123456789abcdef0123456789abcdef b=fedcba9876543210fedcba9876543210

# trace ID SUBJECT ENDED LOSSES COMPLETE LINE...
trace() {
	local id=$1 subject=$2 ended=$3 losses=$4 complete=$5
	shift 5
	printf '{"trammel":"trace","version":1,"recordings":[{"id":"%s","subject":"%s","started":1700000000,"stopped":1700000042,"start_seen":true,"context":{"image":["%s:1"],"kernel":["6.1.0"]}}]}\n' \
		"$id" "$subject" "$subject"
	printf '%s\n' "$@"
	printf '{"end":true,"facts":%d,"complete":%s,"recordings":[{"id":"%s","ended":"%s","losses":{%s}}]}\n' \
		$# "$complete" "$id" "$ended" "$losses"
}
read_='{"fact":"syscall","abi":"x86_64","nr":0,"name":"read","recordings":[0],"first":1700000001,"phases":["main"],"exes":["/bin/web"],"flags":["done"]}'
write_='{"fact":"syscall","abi":"x86_64","nr":1,"name":"write","recordings":[0],"phases":["exec"],"exes":["/bin/\\x1b[2Jsh"],"flags":["done"]}'
clone3='{"fact":"syscall","abi":"x86_64","nr":435,"name":"clone3","recordings":[0],"exes":["/bin/web"],"flags":["denied"],"errnos":["ENOSYS"]}'
open_='{"fact":"file","path":"/etc/\\x1b]0;owned\\x07\\x0apasswd","act":"open","perms":"r","recordings":[0],"flags":["done"]}'
gone='{"fact":"file","path":"/nowhere","act":"open","perms":"r","recordings":[0],"flags":["failed"]}'
exec_='{"fact":"exec","path":"/start.sh","interp":"/bin/sh","recordings":[0],"flags":["done"]}'

trace $a web exited '' true "$read_" "$clone3" "$open_" "$gone" "$exec_" >one.trace
trace $b web exited '' true "$read_" "$write_" >two.trace
trace $b web exited '"ring":3,"path_deep":1' false "$write_" >lossy.trace
trace $b other exited '' true "$write_" >other.trace
{ head -n 2 one.trace; printf '{"fact":"sysc'; } >cut.trace
{ head -n 1 one.trace; printf '{"fact":"sysc\n%s\n' "$read_"; } >hole.trace
sed 's/"version":1/"version":7/' one.trace >newer.trace
: >empty.trace
echo '{"trammel":"tune","version":1}' >tune.json
mkdir a-directory
# Links, never the devices' own names: a rename that should not be replaces the link and not, for
# everybody on the machine, /dev/null.
ln -s /dev/full full
ln -s /dev/null null
echo precious >out.trace

# wrong usage and bad input
for cmd in merge show; do
	[ $cmd = merge ] && o="-o out.trace" || o=
	# shellcheck disable=SC2086 # $o is two words or none
	{
		refuses 2 "$cmd: a trace is missing" $cmd $o
		refuses 2 "$cmd: unknown option '--nope'" $cmd --nope $o one.trace
		refuses 2 "only one of the traces can be '-'" $cmd $o - -
		refuses 2 'none.trace: No such file' $cmd $o one.trace none.trace
		refuses 2 'a-directory: not a trace: it is a directory' $cmd $o a-directory
		refuses 2 'empty.trace: not a trace: it is empty' $cmd $o empty.trace
		refuses 2 "tune.json:1: not a trace: it says 'tune'" $cmd $o tune.json
		refuses 2 'newer.trace:1: a trace of version 7: this trammel reads up to version 1' \
			$cmd $o newer.trace
		refuses 2 'hole.trace:2: not JSON' $cmd $o one.trace hole.trace
		refuses 2 "one.trace is of 'web', but other.trace is of 'other'" \
			$cmd $o one.trace other.trace
		refuses 2 'standard input: not a trace: it is empty' $cmd $o -
	}
	expect 0 $cmd --help
	says out "Usage: trammel $cmd"
	says out 'Exit status: '
done
refuses 2 "-o FILE is missing" merge one.trace
refuses 2 "option '-o' needs a value" merge one.trace -o
refuses 2 'a-directory: cannot write here' merge -o a-directory one.trace
refuses 2 'nowhere/x: cannot write here' merge -o nowhere/x one.trace
refuses 2 'expected a name' merge -o out.trace --subject '' one.trace
refuses 3 'full: No space left' merge -o full one.trace
[ -L full ] || fail "a device was replaced by a file"
expect 2 -j merge -o out.trace none.trace
says err '^{"error":"none.trace: No such file'
if [ "$(id -u)" -ne 0 ]; then
	cp one.trace unreadable.trace && chmod 0 unreadable.trace
	refuses 2 'unreadable.trace: Permission denied' merge -o out.trace unreadable.trace
	rm -f unreadable.trace
fi

# any order, grouping and repetition give the same bytes
expect 0 merge -o ab one.trace two.trace
says err 'ab: 6 facts of 2 recordings'
expect 0 merge -o ba two.trace one.trace two.trace
cmp -s ab ba || fail "the order makes a difference"
cp two.trace inplace
expect 0 merge -o inplace inplace one.trace
cmp -s ab inplace || fail "an input cannot be the output"
expect 0 merge -o again ab
cmp -s ab again || fail "a finished trace is not written as it was read"
expect 0 merge -o - ab one.trace
cmp -s ab out || fail "standard output differs"
"$TRAMMEL" merge -o piped - two.trace <one.trace 2>err || fail "standard input is not read"
cmp -s ab piped || fail "standard input differs"
[ "$(stat -c %a ab)" = 600 ] || fail "a trace is readable by others"
expect 0 merge -o null one.trace
[ -L null ] || fail "a device was replaced by a file"
if [ "$(id -u)" -eq 0 ]; then
	SUDO_UID=12345 SUDO_GID=12346 "$TRAMMEL" merge -o mine one.trace 2>err
	[ "$(stat -c %u:%g mine)" = 12345:12346 ] || fail "not the caller's under sudo"
fi
expect 0 merge -o renamed --subject '/a b' one.trace other.trace
expect 0 show renamed
says out '^/a b  '
expect 0 -j merge -o ab one.trace two.trace
python3 -c 'import json,sys; o = json.load(open("out")); sys.exit(o["facts"] != 6 or not o["complete"])' ||
	fail "merge: wrong JSON"

# nor do two architectures make one trace, whatever it is called
arch() {
	sed "s/\"start_seen\":true/&,\"context\":{\"arch\":[\"$1\"]}/" empty.trace
}
cat >empty.trace <<'END'
{"trammel":"trace","version":1,"recordings":[{"id":"0000000000000000000000000000000a","subject":"web","start_seen":true}]}
{"end":true,"facts":0,"complete":true,"kinds":{},"recordings":[{"id":"0000000000000000000000000000000a","ended":"exited"}]}
END
arch x86_64 >x86.trace
arch aarch64 | sed s/0a/0b/ >arm.trace
rm -f out.trace
for options in "" "--subject=s"; do
	# shellcheck disable=SC2086 # none, or one
	expect 2 merge $options -o out.trace x86.trace arm.trace
	says err 'x86.trace was recorded on x86_64, but arm.trace on aarch64: two architectures'
	[ ! -e out.trace ] || fail "two architectures were merged"
done
expect 0 merge -o out.trace x86.trace empty.trace x86.trace
rm out.trace

# what is too old leaves
digest() { # FILE ID SECOND DIGEST CALL-NUMBER CALL
	cat >"$1" <<END
{"trammel":"trace","version":1,"recordings":[{"id":"$2","subject":"web","started":$3,"stopped":$3,"start_seen":true,"context":{"image.digest":["$4"]}}]}
{"fact":"syscall","abi":"x86_64","nr":$5,"name":"$6","recordings":[0],"phases":["main"],"flags":["done"]}
{"end":true,"facts":1,"complete":true,"kinds":{"syscall":1},"recordings":[{"id":"$2","ended":"exited"}]}
END
}
digest old.trace 00000000000000000000000000000001 1700000000 sha256:aaaaaaaa 0 read
digest new.trace 00000000000000000000000000000002 1700000100 sha256:bbbbbbbb 1 write
expect 0 merge -o out.trace --keep 1 old.trace new.trace
says err 'left out as too old: 1 recording, and 1 fact that no other saw'
expect 0 show out.trace
says out '^  write$'
expect 0 merge -o out.trace --keep 2 old.trace new.trace
expect 0 show out.trace
says out '^  read write$'
expect 0 merge -o out.trace --since bbbbbb new.trace old.trace
expect 0 show out.trace
says out '^  write$'
expect 2 merge -o out.trace --since cccccc new.trace old.trace
says err "no recording is of an image with the digest 'cccccc'"
expect 0 show out.trace
digest risky.trace 00000000000000000000000000000003 1700000200 sha256:cccccccc 165 mount
expect 0 show risky.trace
says out '^Risky'
says out '^  mount'
says out '^    high: mounts'
expect 0 --json show new.trace risky.trace
python3 -c 'import json,sys; o = json.load(open("out")); sys.exit([r["call"] for r in o["risky"]] != ["mount"])' ||
	fail "show: what is risky is not in the JSON"
for n in 0 -1 x ''; do
	expect 2 merge -o out.trace --keep "$n" new.trace
done

# what is incomplete stays so, and is said
expect 0 merge -o out.trace one.trace lossy.trace
says err 'warning: recording fedcba987654 is incomplete: 3 events were dropped'
says err 'path_deep'
expect 4 show out.trace
says out 'Incomplete: 1 of 2'
says out '3 events were dropped: the ring buffer was full, or they were too many (ring)'
expect 0 merge -o out.trace cut.trace
says err 'it has no end'
expect 4 show out.trace
expect 4 show cut.trace
says out 'it has no end: the recorder was killed, or is still at work'
says out 'Syscalls of x86_64: 1'

echo '{"trammel":"trace","version":1,"recordings":[]}' >begun.trace
expect 4 show begun.trace
says out 'Incomplete: none, the recorder was killed as it began'

# the page
expect 0 show one.trace
says out '^web  recorded 2023-11-14 22:13:20 UTC for 42 s'
says out 'image  *web:1'
says out 'Complete: nothing was lost'
says out '^  read$'
says out 'clone3  *x86_64  *ENOSYS  */bin/web'
says out '/start.sh (by /bin/sh)'
says out 'and 1 that were only asked for'
says out 'The last new fact came 1 s after the start, 41 s before the end'
says out 'One recording says nothing about what the next will show'
grep -q owned out && fail "files are listed without --files"
expect 0 show one.trace two.trace
says out 'Of 2 recordings, 2 showed something that no other did'
says out 'shows something new is about 100 % .at 95 %: 16 to 100 %.'
expect 0 show --files --by-exe one.trace two.trace
says out 'etc/\\x1b]0;owned\\x07\\x0apasswd'
says out '/bin/\\x1b\[2Jsh (syscalls: 1)'
for options in "--color=never" "--json"; do
	LC_ALL=C expect 0 $options show --files --by-exe one.trace two.trace
	LC_ALL=C grep -q '[^[:print:]	]' out && fail "$options: a control character got out"
done
# What was used at most, of all recordings, and who gained rights
sed 's/"kernel":/"memory.peak":["104857600"],"pids.peak":["9"],&/; /"exec"/s/"done"/&,"gained"/' one.trace >most.trace
sed 's/"kernel":/"memory.peak":["314572800"],&/' two.trace >more.trace
expect 0 show most.trace
says out '^  memory.peak  *100 MiB$'
says out '^  /start.sh (by /bin/sh)  gained rights: set-id, or capabilities of the file$'
expect 0 show most.trace more.trace
says out '^  memory.peak  *300 MiB (the most in 2 of 2 recordings)$'
says out '^  pids.peak  *9 (the most in 1 of 2 recordings)$'
expect 0 show one.trace
says_not out 'gained'
# Files as a tree: what is below a directory is together, and a directory on the way has a row of its own.
id=0123456789abcdef0123456789abcdef
{
	printf '{"trammel":"trace","version":1,"recordings":[{"id":"%s","subject":"web","start_seen":true}]}\n' $id
	while IFS='|' read -r path perms flags where; do
		printf '{"fact":"file","path":"%s","act":"open","perms":"%s","recordings":[0],"phases":["main"],"flags":[%s],"where":["%s"],"exes":["/bin/a"]}\n' \
			"$path" "$perms" "$flags" "$where"
	done <<'EOF'
/data-2/x|r|"done"|image
/data/|r|"done","owner"|volume
/data/a|w|"done","owner","not-owner"|volume
/data/deep/er/one|r|"done","not-owner"|volume
/data/deep/er/t\\x1b[2Jwo|r|"failed"|volume
/tmp/single/file|w|"done","owner"|tmpfs
EOF
	printf '{"end":true,"facts":6,"complete":true,"recordings":[{"id":"%s","ended":"exited","losses":{}}],"kinds":{"file":6}}\n' $id
} >tree.trace
expect 0 --color=never show --files tree.trace
sed -n '/owner *place/,/^$/p' out | sed '1d;/^$/d' >tree
cat >want <<'EOF'
                              /
  r      own     volume         data/
  w      both    volume           a
                                  deep/er/
  r      others  volume             one
  r      unknown volume             t\x1b[2Jwo (in vain)
  r      unknown image          data-2/x
  w      own     tmpfs          tmp/single/file
EOF
diff want tree >out || fail "show --files is another tree"
expect 0 --json show tree.trace
python3 -c 'import json
f = {f["path"]: f for f in json.load(open("out"))["files"]}
assert (f["/data/a"]["owner"], f["/data/a"]["places"]) == ("both", ["volume"]), f
assert (f["/data-2/x"]["owner"], f["/data-2/x"]["places"]) == ("unknown", ["image"]), f' || fail "show --json: files"
expect 4 --json show one.trace lossy.trace
python3 - <<'END' || fail "show: wrong JSON"
import json
o = json.load(open("out"))
assert o["subject"] == "web" and o["complete"] is False
assert o["syscalls"] == {"x86_64": ["read", "write"]}
assert [f["name"] for f in o["refused"]] == ["clone3"]
assert o["counts"]["file"]["all"] == 2 and len(o["files"]) == 2
look = o["outlook"]
assert look["known"] == sorted(look["known"]) and look["known"][-1] == o["facts"]
assert look["recordings_with_news"] == 2 and look["unseen_low"] <= look["unseen"] <= look["unseen_high"]
bad = [r for r in o["recordings"] if not r["complete"]]
assert len(bad) == 1 and bad[0]["losses"] == {"ring": 3, "path_deep": 1} and len(bad[0]["incomplete"]) == 2
assert {e["path"]: e["syscalls"] for e in o["executables"]}["/bin/web"] == ["read", "clone3"]
END
"$TRAMMEL" show one.trace >/dev/full 2>err
[ $? -eq 3 ] || fail "a full disk is not said"

# where no times are kept: how long, and how far into it
timeless() { # ID ORDER SECONDS FACT...
	printf '{"trammel":"trace","version":1,"recordings":[{"id":"%s","subject":"web","seconds":%d,"order":%d,"start_seen":true}]}\n' \
		"$1" "$3" "$2"
	local id=$1
	shift 3
	printf '%s\n' "$@"
	printf '{"end":true,"facts":%d,"complete":true,"recordings":[{"id":"%s","ended":"exited","losses":{}}]}\n' $# "$id"
}
call() { # NR AFTER
	printf '{"fact":"syscall","abi":"x86_64","nr":%d,"recordings":[0],"after":%d,"flags":["done"]}' "$1" "$2"
}
timeless $a 2 100 "$(call 0 1)" "$(call 1 91)" >second.trace
timeless $b 1 300 "$(call 0 7)" >first.trace
expect 0 show second.trace
says out 'recorded for 1 min 40 s'
says out 'last new fact came 1 min 30 s into 1 min 40 s'
expect 0 merge -o both.trace second.trace first.trace
grep -q '"nr":0,"name":"read","recordings":\[0,1\],"after":1,' both.trace || fail "after is not the earliest"
expect 0 show both.trace
says out '2 recordings$'
says out 'last new fact came 6 min 30 s into 6 min 40 s'
expect 0 --json show both.trace
python3 - <<'END' || fail "growth of recordings without times"
import json
o = json.load(open("out"))["outlook"]
known = o["known"]
assert o["recorded_seconds"] == 400 and o["last_new_after_seconds"] == 390, o
assert known[0] == 1 and known[38] == 1 and known[39] == 2, known
END

exit "$failed"
