#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Standard output that takes nothing: whoever asked has no answer, and is told so by the status. And
# whoever closes one of the three streams finds nothing of what is said in a file.
. "$TRAMMEL_SOURCE/tests/lib/cli.sh"

trace_of read write openat >one.trace
expect 0 emit seccomp -o p.json one.trace

unsaid() { # ARGS...: 3 on a full disk and on a closed stream, with the reason
	"$TRAMMEL" "$@" >/dev/full 2>err </dev/null
	[ $? -eq 3 ] || fail "$*: the status on a full disk"
	says err 'standard output'
	"$TRAMMEL" "$@" >&- 2>err </dev/null
	[ $? -eq 3 ] || fail "$*: the status without a standard output"
	says err 'standard output'
}

for json in '' -j; do
	# shellcheck disable=SC2086 # a word or none
	{
		unsaid $json show one.trace
		unsaid $json explain one.trace read
		unsaid $json verify --seccomp p.json one.trace
		unsaid $json diff p.json docker-default
		unsaid $json lint p.json
		unsaid $json emit seccomp one.trace
		unsaid $json merge -o - one.trace
	}
done
for spelling in --markdown --sarif; do
	unsaid verify $spelling --seccomp p.json one.trace
	unsaid diff $spelling p.json docker-default
	unsaid lint $spelling p.json
done
unsaid --version
unsaid --help
unsaid emit --help
unsaid help topics

# What is wrong otherwise stays what it is.
"$TRAMMEL" verify --seccomp none.json one.trace >&- 2>err
[ $? -eq 2 ] || fail "bad input, and no standard output"
"$TRAMMEL" merge -o quiet.trace one.trace >/dev/full 2>err || fail "nothing was to be printed"

# What cannot be written is said before the command runs, not when its recording is lost.
mkdir a-directory
"$TRAMMEL" record -o a-directory -- touch ran 2>err
[ $? -eq 125 ] || fail "a directory in place of a trace"
says err 'a-directory: cannot write here: Is a directory'
"$TRAMMEL" record -d p.json -- touch ran 2>err
[ $? -eq 125 ] || fail "a file in place of a directory"
says err 'p.json: cannot write here: Not a directory'
[ ! -e ran ] || fail "the command ran, and nothing can be written"

# The numbers of closed streams are given to no file.
expect 0 merge -o whole.trace one.trace
"$TRAMMEL" -v merge -o closed.trace one.trace <&- >&- 2>&- || fail "merge without any stream"
cmp -s whole.trace closed.trace || fail "what was said is in the trace"
"$TRAMMEL" merge -o - - <&- >out 2>err
[ $? -eq 2 ] || fail "a closed standard input was read"
says err 'standard input: '
exit "$failed"
