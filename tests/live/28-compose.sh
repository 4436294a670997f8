#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Compose itself, both of them, and test suites: a trace for each service or image, whatever becomes of its
# containers; nothing of image builds, nor of whoever else is at work on the engine.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
. "$TRAMMEL_SOURCE/tests/lib/releases.sh"
live_begin busybox redis
program acts
bare first
unset COMPOSE_PROJECT_NAME COMPOSE_FILE
LABEL=com.docker.compose
export DOCKER_HOST=${DOCKER_HOST:-$(docker context inspect -f '{{.Endpoints.docker.Host}}')}

# The second one is a plugin, which the docker command looks for in its configuration, too.
plugin() {
	export DOCKER_CONFIG=$WORK/config
	mkdir -p config/cli-plugins
	docker compose version >/dev/null 2>&1 && return
	release_unpack trixie "$LAB/releases/trixie/compose" docker-compose || return
	ln -s "$LAB/releases/trixie/compose/usr/libexec/docker/cli-plugins/docker-compose" config/cli-plugins/
	docker compose version >/dev/null
}
have=()
if command -v docker-compose >/dev/null; then have+=(docker-compose); else echo "without docker-compose 1"; fi
if plugin; then have+=("docker compose"); else echo "without docker compose 2"; fi
[ ${#have[@]} -gt 0 ] || skip "there is no compose"

# A project: of three, of one that ends, of one that is started again, of one that has to be built. What is
# built does what no container does.
mkdir -p shop/app
cp bin/first shop/app
cat >shop/app/Dockerfile <<'END'
FROM trammel-lab/busybox
COPY first /first
RUN /first; sleep 0.3; echo built >/built
CMD ["cat", "/built"]
END
cat >shop/docker-compose.yml <<END
services:
  web:
    image: trammel-lab/busybox
    network_mode: none
    volumes: ["$WORK/bin:/w:ro"]
    command: sh -c 'trap "exit 0" TERM; /w/acts keyctl; while :; do sleep 0.1; done'
  once:
    image: trammel-lab/busybox
    network_mode: none
    volumes: ["$WORK/bin:/w:ro"]
    command: /w/acts vfork
  flaky:
    image: trammel-lab/busybox
    network_mode: none
    restart: on-failure
    volumes: ["$WORK/bin:/w:ro"]
    command: sh -c 'if [ -e /tmp/again ]; then /w/acts vfork; else touch /tmp/again; /w/acts fork; exit 1; fi'
  built:
    build: {context: app, network: none}
    network_mode: none
END

# lives SERVICE STATUS N: that many containers of it are in this state.
lives() {
	[ "$(docker ps -aq --filter "label=$LABEL.service=$1" --filter "status=$2" | wc -l)" = "$3" ]
}
again() {
	[ "$(docker inspect -f '{{.RestartCount}}' \
		"$(docker ps -aq --filter "label=$LABEL.service=flaky")")" = 1 ]
}
{
	declare -f lives again until_true
	echo "LABEL=$LABEL"
	echo "alien() { docker run --rm --network none ${BIN[*]} \"\$@\" trammel-lab/busybox /w/first; }"
} >helpers

# Once all is up and done: somebody else at work. And the same for one service, and another project's.
cat >all.sh <<END
. $WORK/helpers
until_true 40 lives web running 3 && until_true 40 lives once exited 1 &&
	until_true 40 lives built exited 1 && until_true 40 again &&
	until_true 40 lives flaky exited 1 && alien --name stranger-$$
END
cat >one.sh <<END
. $WORK/helpers
until_true 40 lives web running 1 &&
	alien --name other-$$ --label $LABEL.project=others --label $LABEL.service=theirs
END

# removed PROJECT: its containers and what was built for them.
removed() {
	docker ps -aq --filter "label=$LABEL.project=$1" | xargs -r docker rm -f >/dev/null
	docker rmi -f "$1_built" "$1-built" >/dev/null 2>&1
}
defer removed shop
defer removed mine

for compose in "${have[@]}"; do
	read -ra words <<<"$compose"
	at=${compose// /-}
	file=(-f "$WORK/shop/docker-compose.yml")
	removed shop
	expect 0 record -d "$at" --exercise "bash $WORK/all.sh" -- \
		"${words[@]}" "${file[@]}" up --scale web=3
	[ "$(subjects "$at")" = "built flaky once web" ] || fail "$compose: $(ls "$at")"
	says err "stranger-$$ is not of this compose project: it is left out"
	[ "$compose" != docker-compose ] || says err 'builds an image: it is left out'
	for each in "$at"/*.trace; do
		holds "$each" "complete()" "ended() == {'exercise'}" "'getpriority' not in calls()" \
			"all(r['start_seen'] for r in recordings())" "context('compose.project') == {'shop'}"
	done
	holds "$at/web.trace" "len(recordings()) == 3" "len(context('container')) == 3" \
		"refused() == {'keyctl'}" "len(call('keyctl')['recordings']) == 3"
	holds "$at/once.trace" "len(recordings()) == 1" "{'vfork'} <= calls('main')"
	holds "$at/flaky.trace" "len(recordings()) == 1" "{'fork', 'vfork'} <= calls('main')"
	holds "$at/built.trace" "len(recordings()) == 1" "'/bin/cat' in execs() or '/bin/busybox' in execs()"
	emitted "$at/web.trace" "$at/web.json"
	removed shop

	# In the background, under a name: what another project starts is not of it.
	expect 0 record -d "$at-mine" --exercise "bash $WORK/one.sh" -- \
		"${words[@]}" "${file[@]}" -p mine up -d web
	[ "$(subjects "$at-mine")" = web ] || fail "$compose -p: $(ls "$at-mine")"
	says err "other-$$ is not of this compose project: it is left out"
	holds "$at-mine/web.trace" "complete()" "len(recordings()) == 1" "refused() == {'keyctl'}"
	lives web running 0 || fail "$compose: it runs on"
	removed mine
done

# Under sudo: compose, and what it is exercised by, are the caller's, and so are the traces.
mkdir -p path theirs
cat >path/docker-compose <<END
#!/bin/sh
id -u >command
exec ${have[0]} "\$@"
END
chmod 755 path/docker-compose
chown 65534 theirs
chmod 711 "$WORK"
[ "${DOCKER_HOST#unix:///tmp/trammel-engine.}" = "$DOCKER_HOST" ] || chmod 711 "$(dirname "${DOCKER_HOST#unix://}")"
cd theirs || exit 1
SUDO_UID=65534 SUDO_GID=$(stat -Lc %g "${DOCKER_HOST#unix://}") \
	expect 0 record -d traces --exercise 'id -u >exercise; sleep 1' -- \
	"$WORK/path/docker-compose" "${file[@]}" up web
[ "$(cat command exercise | paste -sd' ')" = "65534 65534" ] || fail "run as $(cat command exercise)"
[ "$(stat -c %u traces traces/web.trace | paste -sd' ')" = "65534 65534" ] || fail "$(ls -ln traces)"
holds traces/web.trace "complete()" "refused() == {'keyctl'}"
cd "$WORK" || exit 1

# A test suite: fifteen short ones at once, by image, and what it builds is none of them.
cat >suite <<END
docker build -q --no-cache --network none shop/app >/dev/null || exit 1
for i in 1 2 3 4 5 6 7 8; do
	docker run --rm --network none ${BIN[*]} trammel-lab/busybox /w/acts vfork &
done
for i in 1 2 3 4 5 6 7; do
	docker run --rm --network none ${BIN[*]} --entrypoint /w/acts trammel-lab/redis fork &
done
wait
END
DOCKER_BUILDKIT=0 expect 0 record --containers -d suite.d -- sh suite
[ "$(subjects suite.d)" = "busybox redis" ] || fail "in the suite: $(ls suite.d)"
says err 'builds an image: it is left out'
holds suite.d/busybox.trace "complete()" "len(recordings()) == 8" "len(context('container')) == 8" \
	"all(r['start_seen'] for r in recordings())" "len(call('vfork')['recordings']) == 8" \
	"'fork' not in calls('main')" "'getpriority' not in calls()"
holds suite.d/redis.trace "complete()" "len(recordings()) == 7" "len(context('container')) == 7" \
	"all(r['start_seen'] for r in recordings())" "len(call('fork')['recordings']) == 7" \
	"'vfork' not in calls('main')"
