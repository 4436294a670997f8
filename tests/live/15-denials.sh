#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a profile refuses is known as refused, by whom and how; and nothing else is: many things
# leave the kernel without having been seen to enter it.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
live_begin busybox
program acts
RUN=(docker run --rm --network none "${BIN[@]}")

# profile FILE ACTION [MORE]: Docker's "everything, but getpriority"
profile() {
	printf '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["getpriority"],"action":"%s"%s}]}\n' \
		"$2" "${3-}" >"$1"
}

# Docker's default refuses these two with EPERM.
expect 0 record -o denied.trace -- "${RUN[@]}" trammel-lab/busybox /w/acts mount keyctl fork
for call in mount keyctl; do
	holds denied.trace "set(call('$call')['flags']) == {'denied'}" \
		"call('$call')['errnos'] == ['EPERM']" "call('$call')['phases'] == ['main']" \
		"call('$call')['exes'] == ['/w/acts']"
done
holds denied.trace "[f['flags'] for f in facts if f['fact'] == 'arg' and f['name'] == 'keyctl'] == [['denied']]"
holds denied.trace "refused() == {'mount', 'keyctl'}" "complete()" "context('seccomp') == {'default'}"

# New children, restarts and the odd exits of exec are no refusals, under a filter that never does.
ALL=(fork vfork thread signal read exec execveat stop getpriority)
echo '{"defaultAction":"SCMP_ACT_ALLOW"}' >all.json
for options in "--security-opt seccomp=all.json" "" "--security-opt seccomp=unconfined"; do
	# shellcheck disable=SC2086
	expect 0 record -o clean.trace -- "${RUN[@]}" $options trammel-lab/busybox /w/acts "${ALL[@]}"
	# Docker's default does refuse clone3, so that libc takes clone.
	holds clean.trace "refused() <= ({'clone3'} if '$options' == '' else set())" "complete()" \
		"{'fork', 'vfork', 'rt_sigreturn', 'execveat', 'read', 'getpriority'} <= calls('main')"
done

# Nor are calls that were under way when recording began.
live_container --network none "${BIN[@]}" trammel-lab/busybox \
	sh -c 'while :; do /w/acts sleep read stop; done'
until_true 30 running "$CONTAINER" || fail "no container to attach to"
expect 0 record -o attached.trace --container "$CONTAINER" --duration 2
holds attached.trace "refused() == set()" "'nanosleep' in calls('main') or 'clock_nanosleep' in calls('main')"

# Each way to refuse.
profile errno.json SCMP_ACT_ERRNO ',"errnoRet":33'
expect 0 record -o errno.trace -- "${RUN[@]}" --security-opt seccomp=errno.json \
	trammel-lab/busybox /w/acts mount child
holds errno.trace "call('getpriority')['errnos'] == ['EDOM']" "refused() == {'getpriority'}" \
	"set(call('getpriority')['flags']) == {'denied'}"
for action in TRAP KILL KILL_PROCESS; do
	profile kill.json SCMP_ACT_$action
	expect 0 record -o kill.trace -- "${RUN[@]}" --security-opt seccomp=kill.json \
		trammel-lab/busybox /w/acts child doomed-thread
	holds kill.trace "set(call('getpriority')['flags']) == {'denied', 'signalled'}" \
		"refused() == {'getpriority'}" "not call('getpriority').get('errnos')"
done
# In a thread among others only the thread dies, at once: its call never leaves the kernel.
profile kill.json SCMP_ACT_KILL_THREAD
expect 0 record -o thread.trace -- "${RUN[@]}" --security-opt seccomp=kill.json \
	trammel-lab/busybox /w/acts doomed-thread
holds thread.trace "set(call('getpriority')['flags']) == {'denied', 'signalled'}"

# A filter of the workload's own is not the container's: what it refuses the profile need not allow.
expect 0 record -o inner.trace -- "${RUN[@]}" trammel-lab/busybox /w/acts inner getpriority mount
holds inner.trace "set(call('getpriority')['flags']) == {'inner-denied'}" \
	"set(call('mount')['flags']) == {'inner-denied'}" "'prctl' in calls('main')"
# So is it under the profile that comes out, which lets it load its filter.
emitted inner.trace inner.json
expect 0 rehearse -n 2 --seccomp inner.json -o under.trace -- "${RUN[@]}" trammel-lab/busybox \
	/w/acts inner getpriority mount
holds under.trace "set(call('getpriority')['flags']) == {'inner-denied'}"
# Before it, one is ours and after it not known whose.
expect 0 record -o both.trace -- "${RUN[@]}" trammel-lab/busybox \
	/w/acts getpriority mount inner getpriority
holds both.trace "set(call('mount')['flags']) == {'denied'}" \
	"set(call('getpriority')['flags']) == {'done', 'inner-denied'}"
expect 0 record -o own.trace -- "${RUN[@]}" --security-opt seccomp=unconfined \
	trammel-lab/busybox /w/acts inner getpriority
holds own.trace "refused() == set()"
