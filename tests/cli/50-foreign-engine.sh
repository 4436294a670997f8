#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An engine that is not this machine's, or cannot be known, is refused before the command is started.
set -u
fail() {
	echo "FAILED: $*"
	exit 1
}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
unset DOCKER_HOST DOCKER_CONTEXT CONTAINER_HOST CONTAINER_CONNECTION
# Under sudo the caller's home would be asked, which is not ours to write to.
unset SUDO_UID SUDO_GID SUDO_USER
export HOME=$work DOCKER_CONFIG=$work/docker

# Nobody may start these.
mkdir bin docker
for command in docker podman; do
	printf '#!/bin/sh\ntouch "%s/started"\n' "$work" >bin/$command
	chmod 755 bin/$command
done
export PATH=$work/bin:$PATH

# refused WORDS CMD...: 125, WORDS on stderr, no command started, no trace
refused() {
	local words=$1 status
	shift
	"$TRAMMEL" record -o trace -- "$@" >out 2>err
	status=$?
	[ $status = 125 ] || fail "$*: status $status: $(cat err)"
	grep -qF -- "$words" err || fail "$*: no '$words' in: $(cat err)"
	[ "$(wc -l <err)" = 1 ] || fail "$*: more than one line: $(cat err)"
	[ ! -e started ] || fail "$*: it was started"
	[ ! -e trace ] || fail "$*: there is a trace"
}

remote="is not on this machine"
DOCKER_HOST=tcp://192.0.2.1:2375 refused "$remote" docker run image
DOCKER_HOST=ssh://root@192.0.2.1 refused "$remote" docker compose up
refused "$remote" docker -H tcp://192.0.2.1:2375 run image
refused "there is no docker context 'gone'" docker --context gone run image
CONTAINER_HOST=ssh://core@192.0.2.1/run/podman.sock refused "$remote" podman run image
CONTAINER_CONNECTION=machine refused "$remote" podman run image

name=far
hash=$(printf %s "$name" | sha256sum | cut -d' ' -f1)
mkdir -p "docker/contexts/meta/$hash"
echo '{"Name":"far","Endpoints":{"docker":{"Host":"ssh://root@192.0.2.1"}}}' \
	>"docker/contexts/meta/$hash/meta.json"
refused "$remote" docker --context far run image
DOCKER_CONTEXT=far refused "$remote" docker run image
echo '{"currentContext":"far"}' >docker/config.json
refused "the docker context 'far' is 'ssh://root@192.0.2.1'" docker run image
echo '{"currentContext":' >docker/config.json
refused "config.json" docker run image
exit 0
