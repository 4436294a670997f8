#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The README's session, command by command as it stands there, on a real engine. A block is run if
# `<!-- run -->` stands before it, or `<!-- run: status N -->`; only the image's name is another.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
live_begin redis
command -v python3 >/dev/null || skip "no python3"
[ "$(uname -m)" = x86_64 ] || skip "the README is about x86-64"

python3 "$SOURCE/tests/lib/blocks.py" "$SOURCE/README.md" 8 redis=trammel-lab/redis ||
	fail "the README's blocks cannot be read"

# As root: what sudo would do. The containers that are meant to stay are removed at the end.
mkdir bin
ln -s "$TRAMMEL" bin/trammel
# shellcheck disable=SC2016 # for the script
printf '#!/bin/sh\nexec "$@"\n' >bin/sudo
chmod +x bin/sudo
unset SUDO_UID SUDO_GID SUDO_USER
export PATH=$PWD/bin:$PATH
docker ps -aq --no-trunc | sort >before
remove_new() {
	docker ps -aq --no-trunc | sort | comm -13 "$WORK/before" - | xargs -r docker rm -f >/dev/null 2>&1
}
defer remove_new

for block in block-*.sh; do
	want=${block##*-}
	want=${want%.sh}
	echo "--- $(sed 1d "$block")"
	run_job sh "$block" >out 2>&1
	got=$?
	cat out
	[ "$got" = "$want" ] || fail "status $got, and the README says $want"
	cat out >>all
done

# says PATTERN: a line of the README's output, with other numbers
says() {
	grep -qE "$1" all || fail "the session does not say '$1'"
	grep -qE "$1" "$SOURCE/README.md" || fail "the README does not say '$1'"
}
says '^redis: [0-9]+ syscalls, [0-9]+ acts on files, [0-9]+ programs? run; [0-9]+ refused; written to redis.trace$'
says '^  complete: [0-9]+ syscalls, [0-9]+ files, [0-9]+ programs?'
says '^[0-9]+ syscalls allowed: [0-9]+ observed, [0-9]+ more that runtimes make, [0-9]+ more that any'
says '^Yes: redis.json allows all [0-9]+ recorded syscalls$'
says '^Size: [0-9]+ syscalls of x86_64 are granted \(docker-default: 301\)'
says '^5 of 5 came through\.$'
says '^The failure rate is below 46 %'
says 'refused: mkdir \(x86_64\) with EPERM'
says '^0 of 1 came through\.$'
grep -q '^2 of 2 came through' all || fail "the second recording did not help"

# "Use it": the container of that block is still there, under a filter.
id=$(docker ps -q --no-trunc | sort | comm -13 before - | head -n 1)
[ -n "$id" ] || fail "the container under the profile does not run"
pid=$(docker inspect -f '{{.State.Pid}}' "$id")
grep -q '^Seccomp:[[:space:]]*2$' "/proc/$pid/status" || fail "the container has no filter"
