# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# A Docker engine for the demo and the tests: the machine's own where it answers and is local, else
# a private one from Debian's packages. The private engine has its own network namespace, so that
# it leaves no bridge, no firewall rule and no sysctl behind on the machine.
#
#   engine_up     exports DOCKER_HOST (private engine) and sets ENGINE to "machine" or "private";
#                 returns 1, with the reason in ENGINE_WHY, where no engine can run
#   engine_down   ends what engine_up started
#   engine_net CMD...   CMD where the containers' addresses are
#
# Needs steps.sh and $LAB.

ENGINE=
# shellcheck disable=SC2034 # for the caller
ENGINE_WHY=
ENGINE_RUN= # sockets and pid files: a short path, since a socket's path has at most 107 bytes

# The docker client may be there without an engine, or point at another machine's.
engine_of_machine() {
	local host kernel

	command -v docker >/dev/null || return 1
	host=${DOCKER_HOST:-$(docker context inspect -f '{{.Endpoints.docker.Host}}' 2>/dev/null)}
	case $host in
	unix://*) ;;
	*) return 1 ;;
	esac
	# A virtual machine's engine (Docker Desktop) has another kernel than ours.
	kernel=$(timeout 20 docker info -f '{{.KernelVersion}}' 2>/dev/null) || return 1
	[ "$kernel" = "$(uname -r)" ]
}

engine_answers() {
	[ -n "$(docker info -f '{{.ServerVersion}}' 2>/dev/null)" ]
}

# Unmounts everything below a directory, deepest first. Never touches anything else's mounts.
unmount_below() {
	local dir=$1 point
	while read -r point; do
		umount -l "$point" 2>/dev/null
	done < <(awk -v d="$dir/" 'index($5, d) == 1 { print $5 }' /proc/self/mountinfo | sort -r)
}

# Ends a private engine from the record it left in $LAB/engine, its containers first.
engine_stop_private() {
	local dir=$LAB/engine run pid
	[ -f "$dir/run" ] || return 0
	run=$(cat "$dir/run")
	pid=$(cat "$run/docker.pid" 2>/dev/null)
	# A pid file that outlived its process may name somebody else's.
	if [ -n "$pid" ] && tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF "$run/"; then
		if DOCKER_HOST=unix://$run/docker.sock timeout 20 docker ps -q >"$run/ps" 2>/dev/null &&
			[ -s "$run/ps" ]; then
			DOCKER_HOST=unix://$run/docker.sock timeout 60 \
				xargs docker rm -f <"$run/ps" >/dev/null 2>&1
		fi
		kill -TERM "$pid" 2>/dev/null
		for _ in $(seq 150); do
			[ -d "/proc/$pid" ] || break
			sleep 0.1
		done
		kill -KILL "$pid" 2>/dev/null
	fi
	unmount_below "$run"
	unmount_below "$dir"
	rm -rf --one-file-system "$run" "$dir"
	# The engine's parent cgroups; a directory that somebody still uses refuses.
	for dir in /sys/fs/cgroup/docker /sys/fs/cgroup/*/docker; do
		rmdir "$dir" 2>/dev/null
	done
	return 0
}

# engine_start OPTIONS...: starts dockerd in a new network namespace and waits until it answers.
engine_start() {
	local dir=$LAB/engine pid
	rm -f "$ENGINE_RUN/docker.pid"
	# Its own session: a signal meant for the tests must not end it before its containers. Without
	# the caller's descriptors (9 is bootstrap's lock), which it would keep open.
	# shellcheck disable=SC2016
	setsid unshare --net -- sh -c 'busybox ip link set lo up; exec "$@"' sh \
		dockerd -H "unix://$ENGINE_RUN/docker.sock" --data-root "$dir/data" \
		--exec-root "$ENGINE_RUN/exec" --pidfile "$ENGINE_RUN/docker.pid" "$@" \
		</dev/null >"$LAB/log/dockerd.log" 2>&1 9>&- &
	pid=$!
	disown "$pid" # a test's `wait` is not for it
	for _ in $(seq 300); do
		engine_answers && return 0
		kill -0 "$pid" 2>/dev/null || return 1
		sleep 0.2
	done
	kill -TERM "$pid"
	return 1
}

# A kernel without these has containers all the same, with no network but their own loopback.
engine_has_network() {
	unshare --net -- sh -c 'iptables -t nat -S && iptables -t filter -S &&
		busybox ip link add name trammel0 type bridge' >/dev/null 2>&1
}

engine_up() {
	local options=()
	engine_stop_private # one that a killed run left
	if engine_of_machine; then
		ENGINE=machine
		return 0
	fi
	if ! command -v dockerd >/dev/null; then
		ENGINE_WHY="dockerd is not installed"
		return 1
	fi
	if [ "$(id -u)" != 0 ]; then
		ENGINE_WHY="starting an engine needs root"
		return 1
	fi
	mkdir -p "$LAB/engine" "$LAB/log"
	ENGINE_RUN=$(mktemp -d /tmp/trammel-engine.XXXXXX)
	echo "$ENGINE_RUN" >"$LAB/engine/run"
	unset DOCKER_CONTEXT
	export DOCKER_HOST=unix://$ENGINE_RUN/docker.sock
	engine_has_network || options=(--iptables=false --ip6tables=false --bridge=none)
	if engine_start "${options[@]}"; then
		ENGINE=private
		return 0
	fi
	# shellcheck disable=SC2034
	ENGINE_WHY="dockerd does not start: $(grep -vE 'level=(info|warning)' "$LAB/log/dockerd.log" | tail -n 1)"
	engine_stop_private
	unset DOCKER_HOST
	return 1
}

engine_down() {
	[ "$ENGINE" = private ] && engine_stop_private
	ENGINE=
}

# A private engine's containers have their addresses in its namespace.
engine_net() {
	case ${DOCKER_HOST:-} in
	unix:///tmp/trammel-engine.*)
		nsenter --net="/proc/$(cat "$(dirname "${DOCKER_HOST#unix://}")/docker.pid")/ns/net" -- "$@"
		;;
	*) "$@" ;;
	esac
}

engine_describe() {
	docker info -f 'Docker {{.ServerVersion}}, {{.Driver}}, cgroup v{{.CgroupVersion}} ({{.CgroupDriver}})'
}
