#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# podman's containers, which no daemon starts: from their first act to a rehearsal under a profile.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
command -v podman >/dev/null || skip "podman is not installed"
command -v runc >/dev/null || skip "runc is not installed"
# shellcheck disable=SC2119 # the image is podman's own
live_begin
program acts
bare first
unset CONTAINER_HOST
image=localhost/trammel-test-$$:1
archive=$(image_rootfs busybox) || fail "no root file system"
podman import -q "$archive" "$image" >/dev/null 2>err || skip "podman cannot make an image: $(tail -n 1 err)"
remove_image() { podman rmi -f "$image" >/dev/null 2>&1; }
defer remove_image
# The limits are named where podman would raise its own, which not every machine lets it.
OPTIONS=(--runtime runc --network none --ulimit nofile=1024:1024 --ulimit nproc=1000:1000)
RUN=(podman run --rm "${OPTIONS[@]}" "${BIN[@]}")
"${RUN[@]}" "$image" true 2>err || skip "podman cannot run a container here: $(tail -n 1 err)"

expect 0 record -o first.trace -- "${RUN[@]}" "$image" /w/first
holds first.trace "complete()" "calls('main') == {'getpriority', 'exit_group'}" "len(recordings()) == 1" \
	"{'execve', 'capset'} <= calls('runtime')" "recordings()[0]['start_seen']" \
	"{f['path'] for f in facts if f['fact'] in ('file', 'exec')} == {'/w/first'}" \
	"context('image') == {'$image'}" "any('podman' in e.lower() for e in context('engine'))"

# shellcheck disable=SC2016
exercise='podman exec $TRAMMEL_CONTAINER /w/acts vfork'
expect 0 record -o podman.trace --exercise "$exercise" -- "${RUN[@]}" "$image" /w/acts fork pause
holds podman.trace "complete()" "'vfork' in calls('exec')" "'vfork' not in calls('main')" \
	"{'fork', 'pause'} <= calls('main')" "refused() == set()" \
	"calls() & {'pivot_root', 'setns', 'unshare'} == set()"
emitted podman.trace podman.json
expect 0 --json rehearse -n 3 --seccomp podman.json --exercise "$exercise" -- \
	"${RUN[@]}" "$image" /w/acts fork pause
expect 0 emit podman -o own.json podman.trace
expect 0 --json rehearse -n 1 --seccomp own.json --exercise "$exercise" -- \
	"${RUN[@]}" "$image" /w/acts fork pause
expect 1 --json rehearse -n 1 --seccomp podman.json --exercise "$exercise" -- \
	"${RUN[@]}" "$image" /w/acts getpriority pause
python3 -c 'import json; said = json.load(open("out"))
assert [r["syscall"] for r in said["each"][0]["refused"]] == ["getpriority"], said' || fail "rehearsing it"

# What podman made of its own spelling is what Docker's says.
in_force=$("${RUN[@]}" -d --security-opt seccomp=own.json "$image" /w/acts fork pause) ||
	fail "podman under its own spelling"
remove_it() { podman rm -f "$in_force" >/dev/null 2>&1; }
defer remove_it
expect 0 diff --any-change podman.json "container:$in_force"
expect 0 lint --fail-on high "container:$in_force"

# Its image's files, asked of it: what its own export has, and nothing stays that was made for that.
podman create --name "list-$$" "$image" / >/dev/null || fail "podman makes no container"
podman export "list-$$" >list.tar || fail "podman exports nothing"
podman rm "list-$$" >/dev/null
expect 0 record -o files.trace -- "${RUN[@]}" "$image" ls /
before=$(podman ps -aq --external; podman volume ls -q)
expect 0 verify --apparmor docker-default --all --files list.tar files.trace
mv out want
for word in "image:$image" "container:$in_force"; do
	expect 0 verify --apparmor docker-default --all --files "$word" files.trace
	cmp out want || fail "$word: not what podman export prints: $(diff out want)"
	grep -q 'these are the files of' err && fail "$word: taken for another image: $(cat err)"
done
[ "$(podman ps -aq --external; podman volume ls -q)" = "$before" ] || fail "what listed files is still there"
expect 2 verify --apparmor docker-default --files image:no/such files.trace
