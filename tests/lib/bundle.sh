# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# OCI bundles of the test images, and running them by any runtime, this machine's or that of another
# Debian release. Needs live.sh and releases.sh.
#
#   bundle_make IMAGE DIR     DIR/lower is the image's root file system, DIR/image.json its configuration
#   bundle_run DIR NAME RUNTIME [RELEASE]      a command that runs it as container NAME with what
#                             DIR/config.json says, on a fresh layer over DIR/lower: BUNDLE_RUN
#   bundle_exec DIR NAME RUNTIME               one to put before a command in it: BUNDLE_EXEC
#   bundle_outside DIR        one to put before a command beside it, in its network: BUNDLE_OUTSIDE
#   runtime_version RUNTIME [RELEASE]          what it says it is
#
# config.json is made by bundle_config.py. RUNTIME is runc or crun, RELEASE what release_root printed.

bundle_make() {
	local id
	mkdir -p "$2/lower" "$2/rootfs" "$2/rw" || return 1
	docker image inspect "$1" >"$2/image.json" && id=$(docker create --network none "$1") || return 1
	docker export "$id" | tar -xf - -C "$2/lower"
	docker rm "$id" >/dev/null
	[ -d "$2/lower/etc" ]
}

# shellcheck disable=SC2034 # for the caller
bundle_run() {
	BUNDLE_RUN=(unshare --mount --propagation private
		bash "$SOURCE/tests/lib/bundle_run.sh" "$@")
}

# In the mount namespace of the one that runs it: there are the root of the release, and for crun a
# cgroup file system that it likes.
# shellcheck disable=SC2034 # for the caller
bundle_exec() {
	local pid
	pid=$(cat "$1/run.pid") || return 1
	BUNDLE_EXEC=(nsenter --mount="/proc/$pid/ns/mnt" -- "$3" --root "/run/trammel-test-$3" exec "$2")
}

# shellcheck disable=SC2034 # for the caller
bundle_outside() {
	local pid
	# The runtime writes it once it has started the container.
	for _ in $(seq 50); do
		[ ! -s "$1/container.pid" ] || break
		sleep 0.1
	done
	pid=$(cat "$1/container.pid") || return 1
	BUNDLE_OUTSIDE=(nsenter --net="/proc/$pid/ns/net" -- chroot "$1/lower")
}

runtime_version() {
	# shellcheck disable=SC2016 # for the inner shell
	if [ -n "${2-}" ]; then
		unshare --mount --propagation private sh -c '
			mount -t proc proc "$2/proc" && exec chroot "$2" "$1" --version' sh "$1" "$2"
	else
		"$1" --version
	fi | awk 'NR == 1 { sub(/\+.*/, "", $NF); print $NF }'
}
