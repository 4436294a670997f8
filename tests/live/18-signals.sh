#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# However a recording is ended, there is a trace that says so; and if there was no time to, a journal.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
live_begin busybox
program acts
name=trammel-test-$$
RUN=(docker run --rm --network none "${BIN[@]}" --name "$name" trammel-lab/busybox /w/acts vfork pause)

# started TRACE CMD...: a recorder in the background, its container at work
started() {
	local trace=$1
	shift
	"$TRAMMEL" record -o "$trace" "$@" >out 2>err </dev/null &
	RECORDER=$!
	until_true 30 grep -q '"name":"pause"' "$trace" || {
		show_output
		fail "nothing reaches the journal"
	}
}

# A signal to us is passed on to the command, whose end is recorded.
for signal in INT TERM; do
	started $signal.trace -- "${RUN[@]}"
	kill -$signal $RECORDER
	wait $RECORDER
	status=$?
	[ $status = 0 ] || fail "after SIG$signal: exit $status, wanted the command's"
	holds $signal.trace "complete()" "ended() == {'interrupted'}" \
		"{'vfork', 'pause', 'rt_sigreturn', 'exit_group'} <= calls('main')" "recordings()[0]['start_seen']"
	expect 0 emit seccomp $signal.trace
done

# It ends an exercise, too, and what was exercised.
rm -f err
started exercised.trace --exercise 'exec sleep 100' -- "${RUN[@]}"
until_true 30 grep -q 'exercising it' err || fail "it is not exercised"
SECONDS=0
kill -TERM $RECORDER
wait $RECORDER
[ $SECONDS -lt 10 ] || fail "it took $SECONDS s to end"
holds exercised.trace "complete()" "'exit_group' in calls('main')"

# Of a container that is not ours only the recording ends.
live_container --network none "${BIN[@]}" trammel-lab/busybox /w/acts vfork pause
until_true 30 running "$CONTAINER" || fail "it does not run"
started attached.trace --container "$CONTAINER"
kill -TERM $RECORDER
wait $RECORDER || fail "after SIGTERM, attached: exit $?"
running "$CONTAINER" || fail "the signal reached a container that is not ours"
holds attached.trace "complete()" "ended() == {'interrupted'}" "'pause' in calls('main')"

# No chance to finish: what there is is read, and called what it is.
started killed.trace -- "${RUN[@]}"
sleep 1.2
kill -KILL $RECORDER
wait $RECORDER 2>/dev/null
docker stop -t 5 "$name" >/dev/null
holds killed.trace "not end" "recordings()[0]['start_seen']" "{'vfork', 'pause'} <= calls('main')" "'capset' in calls('runtime')"
expect 4 show killed.trace
says out 'vfork'
says out '[Ii]ncomplete'
expect 4 emit seccomp killed.trace
says err 'killed.trace|incomplete'
[ ! -s out ] || fail "a profile beside a refusal"
expect 0 emit seccomp --allow-incomplete killed.trace
# Even if the end was torn off in the middle of a line.
head -c -20 killed.trace >torn.trace
expect 4 show torn.trace
says out 'capset'
