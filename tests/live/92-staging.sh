#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# docs/staging.md, command by command as it stands there.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/guide.sh"
live_begin redis
# A profile that the guide leaves in the kernel.
guide_unload() { ! guide_has_apparmor || trammel unload trammel-redis >/dev/null 2>&1; }
defer guide_unload
guide_run "$SOURCE/docs/staging.md" 10
guide_says 'The last new fact came [0-9]+ s after the start'
guide_says '^  complete: [0-9]+ syscalls, [0-9]+ files, [0-9]+ programs?'
grep -q '^Of 2 recordings\|  Of 2 recordings' all || fail "two days are not compared"
grep -q '3 of 3 came through' all || fail "the rehearsal did not come through"
guide_says '^Yes: the AppArmor profile trammel-redis of cache.trammel/apparmor allows all [0-9]+ recorded acts$'
guide_says '^Yes: cache.trammel/seccomp.json allows all [0-9]+ recorded syscalls$'
grep -q fsync all || fail "nothing was explained"
id=$(guide_new | head -n 1)
pid=$(docker inspect -f '{{.State.Pid}}' "$id")
grep -q '^Seccomp:[[:space:]]*2$' "/proc/$pid/status" || fail "the service has no filter"
! guide_has_apparmor || grep -qx 'trammel-redis (enforce)' "/proc/$pid/attr/current" ||
	fail "the service is under no AppArmor profile of ours"
