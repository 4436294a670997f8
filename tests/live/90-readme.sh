#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The README's session, command by command as it stands there.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/guide.sh"
live_begin redis
guide_run "$SOURCE/README.md" 9
guide_says '^redis: [0-9]+ syscalls, [0-9]+ acts on files, [0-9]+ programs? run; [0-9]+ refused; written to redis.trace$'
guide_says '^  complete: [0-9]+ syscalls, [0-9]+ files, [0-9]+ programs?'
guide_says '^[0-9]+ syscalls allowed: [0-9]+ observed, [0-9]+ more that runtimes make, [0-9]+ more that any'
guide_says '^Yes: redis.json allows all [0-9]+ recorded syscalls$'
guide_says '^[0-9]+ rules on files for [0-9]+ names \(--paths exact\)'
guide_says '^Yes: the AppArmor profile trammel-redis of redis.aa allows all [0-9]+ recorded acts$'
guide_says '^Allowed, and by nothing recorded: of [0-9]+ files in the image$'
guide_says '^  0 to write \(of 0 that may be\)$'
guide_says '^Size: [0-9]+ syscalls of x86_64 are granted \(docker-default: 301\)'
guide_says '^5 of 5 came through\.$'
guide_says '^The failure rate is below 46 %'
guide_says 'refused: mkdir \(x86_64\) with EPERM'
guide_says '^0 of 1 came through\.$'
grep -q '^2 of 2 came through' all || fail "the second recording did not help"

# "Use it": the container of that block is still there, under a filter.
id=$(guide_new | head -n 1)
[ -n "$id" ] || fail "the container under the profile does not run"
pid=$(docker inspect -f '{{.State.Pid}}' "$id")
grep -q '^Seccomp:[[:space:]]*2$' "/proc/$pid/status" || fail "the container has no filter"
