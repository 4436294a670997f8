# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What a live test begins with: . "$TRAMMEL_SOURCE/tests/lib/live.sh"; live_begin IMAGE...
# Under bootstrap the engine and the images are there already; run by itself, a test makes its own.
#
#   live_begin [IMAGE...]   needs root, an engine and trammel-lab/IMAGE (or none), else skips; goes to a
#                           new directory, $WORK, that is removed at exit
#   live_container ARG...   docker run -d ARG..., its id into $CONTAINER; removed at exit
#   engine_net CMD...       CMD in the engine's network namespace, where containers' addresses are
#   skip REASON, fail REASON
#
# A test that is ended by a signal cleans up, too (steps.sh).

LAB=${TRAMMEL_LAB:-$TRAMMEL_SOURCE/build/lab}
SOURCE=$TRAMMEL_SOURCE
export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
. "$SOURCE/tests/lib/steps.sh"
. "$SOURCE/tests/lib/engine.sh"
. "$SOURCE/tests/lib/images.sh"

skip() {
	echo "skipped: $*"
	exit 77
}

fail() {
	echo "FAILED: $*"
	exit 1
}

live_begin() {
	[ "$(id -u)" = 0 ] || skip "needs root"
	[ -z "${TRAMMEL_NO_ENGINE:-}" ] || skip "$TRAMMEL_NO_ENGINE"
	catch_exits
	WORK=$(mktemp -d "${TMPDIR:-/tmp}/live.XXXXXX") || fail "no directory to work in"
	defer rm -rf "$WORK"
	defer live_remove_containers
	cd "$WORK" || fail "cannot enter $WORK"
	if [ -n "${TRAMMEL_VM:-}" ]; then
		live_engine_of_machine
	elif [ -z "${TRAMMEL_ENGINE:-}" ]; then
		engine_up || skip "$ENGINE_WHY"
		defer engine_down
	fi
	[ $# = 0 ] || image_build "$@" || fail "cannot build the images: $*"
}

# In the virtual machine all scripts share one engine, which is no part of the first one's job: what that
# leaves behind is ended with its cgroup.
live_engine_of_machine() {
	local run cgroup
	run=$(cat "$LAB/engine/run" 2>/dev/null)
	export DOCKER_HOST=unix://$run/docker.sock
	[ -z "$run" ] || ! engine_answers || return 0
	unset DOCKER_HOST
	cgroup=/sys/fs/cgroup$(cut -d: -f3 /proc/self/cgroup)
	echo $$ >/sys/fs/cgroup/cgroup.procs
	# Twice: containerd may take longer for its first start there than dockerd waits.
	engine_up || engine_up || skip "$ENGINE_WHY"
	echo $$ >"$cgroup/cgroup.procs"
}

live_remove_containers() {
	[ ! -s "$WORK/.containers" ] || xargs docker rm -f <"$WORK/.containers" >/dev/null 2>&1
}

live_container() {
	CONTAINER=$(docker run -d "$@") || fail "docker run -d $*"
	echo "$CONTAINER" >>"$WORK/.containers"
}
