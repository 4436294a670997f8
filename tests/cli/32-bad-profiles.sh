#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every malformed profile of tests/golden/bad is refused with one line that says where and what was
# expected, by every command that reads one.
. "$TRAMMEL_SOURCE/tests/lib/cli.sh"
bad=$TRAMMEL_SOURCE/tests/golden/bad

id=0123456789abcdef0123456789abcdef
printf '{"trammel":"trace","version":1,"recordings":[{"id":"%s","subject":"web","start_seen":true}]}\n' $id >t.trace
printf '{"fact":"syscall","abi":"x86_64","nr":0,"name":"read","recordings":[0],"phases":["main"],"flags":["done"]}\n' >>t.trace
printf '{"end":true,"facts":1,"complete":true,"recordings":[{"id":"%s","ended":"exited","losses":{}}],"kinds":{"syscall":1}}\n' $id >>t.trace
cat >good.json <<'END'
{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"],
 "syscalls": [{"names": ["read", "write"], "action": "SCMP_ACT_ALLOW"}]}
END

# refuses FILE LINE PATH WHAT ARGS...: exit 2, silence on stdout, one line on stderr
refuses() {
	local file=$1 want="$1:$2: ${3:+$3: }" what=$4
	shift 4
	"$TRAMMEL" "$@" >out 2>err </dev/null
	[ $? = 2 ] || fail "trammel $*: exit $?, wanted 2"
	[ ! -s out ] || fail "trammel $*: talks on stdout"
	[ "$(wc -l <err)" = 1 ] || fail "trammel $*: not one line"
	grep -qF -- "$want" err || fail "trammel $*: wanted '$want'"
	grep -qF -- "$what" err || fail "trammel $*: wanted '$what'"
}

# What is sound is taken: the refusals below are about what is wrong.
for args in "lint good.json" "verify --seccomp good.json t.trace" "diff good.json good.json"; do
	# shellcheck disable=SC2086
	"$TRAMMEL" $args >out 2>err || fail "trammel $args"
done

n=0
while IFS='|' read -r file line path what; do
	case $file in '#'*) continue ;; esac
	n=$((n + 1))
	[ -e "$bad/$file" ] || fail "$file is not there"
	cp "$bad/$file" "$file"
	refuses "$file" "$line" "$path" "$what" lint "$file"
	refuses "$file" "$line" "$path" "$what" verify --seccomp "$file" t.trace
	refuses "$file" "$line" "$path" "$what" diff good.json "$file"
done <"$bad/expected"
[ $n -gt 80 ] || fail "only $n profiles"
for file in "$bad"/*.*; do
	grep -q "^${file##*/}|" "$bad/expected" || fail "${file##*/}: nothing is expected of it"
done

# from standard input it has a name, too
"$TRAMMEL" lint - <"$bad/rule-action.json" >out 2>err
[ $? = 2 ] || fail "lint -: exit"
grep -q 'standard input:6: syscalls\[1\].action: expected an action' err || fail "lint -: no name"

# and for programs it is JSON
"$TRAMMEL" --json lint "$bad/rule-action.json" >out 2>err
python3 - err <<'END' || fail "--json: not as it should be"
import json, sys
assert "rule-action.json:6: syscalls[1].action: expected" in json.load(open(sys.argv[1]))["error"]
END
exit "$failed"
