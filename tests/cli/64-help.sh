#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# trammel help: a page for every command and topic, from the program itself, and from man on a terminal
# where it has the page.
. "$TRAMMEL_SOURCE/tests/lib/cli.sh"

"$TRAMMEL" help >out || fail "help"
"$TRAMMEL" --help | cmp -s - out || fail "help is not --help"
n=0
while read -r topic _; do
	"$TRAMMEL" help "$topic" >page 2>err || fail "help $topic: $(cat err)"
	[ "$(wc -l <page)" -gt 3 ] || fail "help $topic says nothing"
	grep -n '\*\*\|`' page && fail "help $topic: markup"
	n=$((n + 1))
done < <("$TRAMMEL" help topics)
[ $n -gt 18 ] || fail "only $n topics"
for command in $("$TRAMMEL" --help | sed -n '/^Options/q; s/^  \([a-z]*\) .*/\1/p'); do
	"$TRAMMEL" help "$command" >page || fail "help $command"
	for option in $("$TRAMMEL" "$command" --help | grep -oE '^ +(-., +)?--[a-z-]+' | grep -oE -- '--.*'); do
		grep -q -- "$option" page || fail "help $command lacks $option"
	done
done
"$TRAMMEL" help ceiling | grep -q '^THE CEILING$' || fail "the section"
"$TRAMMEL" help ceiling | grep -q 'A TRIAL' && fail "more than the section"
"$TRAMMEL" help tune-file | grep -q '"fact": "syscall:ptrace"' || fail "code"
"$TRAMMEL" help trace | cmp -s - <("$TRAMMEL" help traces) || fail "trace is not traces"
for word in nonsense '' trace-file; do
	"$TRAMMEL" help "$word" >out 2>err
	[ $? -eq 2 ] || fail "help '$word' is taken"
done
grep -q "no help on 'trace-file'" err || fail "what the error says"
"$TRAMMEL" help emit verify >out 2>err
[ $? -eq 2 ] || fail "two topics are taken"

if command -v script >/dev/null; then
	mkdir bin
	# What man is asked: whether it has the page, then for the page.
	# shellcheck disable=SC2016 # for the script
	printf '#!/bin/sh\n[ "$1" = -w ] && exec test "$3" = "$HAS"\necho "man $*"\n' >bin/man
	chmod +x bin/man
	HAS=trammel-emit PATH=$PWD/bin:$PATH script -qec "'$TRAMMEL' help emit" typed </dev/null >out
	grep -q '^man 8 trammel-emit' out || fail "man is not asked: $(cat out)"
	HAS=none PATH=$PWD/bin:$PATH script -qec "'$TRAMMEL' --color=never help emit" typed </dev/null >out
	grep -q 'trammel-emit - make a profile from traces' out || fail "nothing where man has no page"
	HAS=trammel-emit PATH=$PWD/bin:$PATH "$TRAMMEL" help emit | grep -q '^man' && fail "man into a pipe"
fi
exit "$failed"
