#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Exit codes: the command's own; 125 for ours, before the command is touched; 126 and 127 as docker.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
live_begin busybox
RUN=(docker run --rm --network none trammel-lab/busybox)

# one_line: that is all that is said
one_line() {
	[ "$(wc -l <err)" = 1 ] || { show_output; fail "not one line on stderr"; }
}
untouched() {
	[ ! -e marker ] || fail "the command ran: $*"
	[ ! -e no.trace ] || fail "something was written: $*"
}

expect 0 record -o ok.trace -- true
expect 7 record -o ok.trace -- sh -c 'exit 7'
# shellcheck disable=SC2016
expect 137 record -o ok.trace -- sh -c 'kill -9 $$'
expect 3 record -o ok.trace -- "${RUN[@]}" sh -c 'exit 3'
holds ok.trace "complete()" "ended() == {'exited'}"
# shellcheck disable=SC2016
expect 5 record -o ok.trace --exercise 'exit 5' -- "${RUN[@]}" sh -c 'trap "exit 0" TERM; sleep 100 & wait'
holds ok.trace "ended() == {'exercise'}"

# Under sudo the command is the caller's, and so is what is written. Results alone are on stdout.
SUDO_UID=65534 SUDO_GID=65534 expect 0 record -o theirs.trace -- id -u
[ "$(cat out)" = 65534 ] || fail "the command ran as $(cat out)"
[ "$(stat -c %u theirs.trace)" = 65534 ] || fail "the trace belongs to $(stat -c %u theirs.trace)"
SUDO_UID=65534 SUDO_GID=65534 expect 0 record --as-root -o theirs.trace -- id -u
[ "$(cat out)" = 0 ] || fail "with --as-root the command ran as $(cat out)"
expect 0 record -o - -- "${RUN[@]}" echo hello
mv out stdout.trace
says err '^hello$'
holds stdout.trace "complete()" "'write' in calls('main')"

# docker's own failures
expect 125 record -o no.trace -- docker run --rm trammel-lab/no-such-image-at-all
says err 'no-such-image-at-all'
untouched "a missing image"
expect 127 record -o docker.trace -- "${RUN[@]}" no-such-command
expect 126 record -o docker.trace -- "${RUN[@]}" /etc/passwd

# ours
echo '{"defaultAction":"SCMP_ACT_ALLOW"}' >all.json
expect 127 record -o no.trace -- no-such-command
one_line
expect 126 record -o no.trace -- /etc/passwd
one_line
untouched "no command"
expect 125 record -o no.trace --containers -- true
says err 'nothing was recorded'
for host in tcp://127.0.0.1:1 ssh://nobody@nowhere.invalid; do
	DOCKER_HOST=$host expect 125 record -o no.trace --containers -- touch marker
	one_line
	says err "${host#*//}"
	untouched "$host"
	expect 125 record -o no.trace -- docker -H $host run --rm x
	one_line
	DOCKER_HOST=$host expect 3 rehearse -n 1 --seccomp all.json -- docker run --rm x
done
expect 125 record -o nowhere/no.trace -- touch marker
one_line
says err 'nowhere/no.trace'
expect 125 record -o no.trace --no-such-option -- touch marker
untouched "wrong usage"

# Nobody in particular may not.
# Not below $WORK: nobody may not go through the directories of a run.
open=$(mktemp -d /tmp/open.XXXXXX) || fail "no directory for nobody"
defer rm -rf "$open"
install -m 755 "$TRAMMEL" "$open/trammel"
mkdir -m 777 "$open/dir"
chmod 755 "$open"
setpriv --reuid 65534 --regid 65534 --clear-groups -- \
	sh -c "cd $open/dir && ../trammel record -o no.trace -- touch marker" >out 2>err </dev/null
[ $? = 125 ] || { show_output; fail "as nobody: not 125"; }
one_line
says err 'needs root'
[ -z "$(ls "$open/dir")" ] || fail "it was tried as nobody all the same"
