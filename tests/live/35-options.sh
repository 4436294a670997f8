#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What emit docker and emit compose ask for is what the container needs: it runs with exactly that and does the
# same; one option less, or one more, and it fails as the reason said.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
live_begin busybox redis
IMAGE=trammel-lab/busybox

# ran STATUS CMD...: its output in ran.out and ran.err
ran() {
	local want=$1 got
	shift
	timeout 60 "$@" >ran.out 2>ran.err </dev/null
	got=$?
	[ "$got" = "$want" ] && return
	sed 's/^/  | /' ran.out ran.err
	fail "$*: exit $got, wanted $want"
}

# without PATTERN: run.sh without the line
without() {
	grep -qE -- "$1" run.sh || fail "no '$1' in run.sh: $(cat run.sh)"
	grep -vE -- "$1" run.sh >less.sh
}

# It writes where an image has nothing and where it has something, runs what it wrote, and gives a file away.
# shellcheck disable=SC2016 # for the container
WORK_IT='busybox cp /bin/busybox /tmp/busybox && /tmp/busybox echo tool ran || exit 40
busybox cat /etc/passwd >/etc/copy && busybox test -s /etc/copy || exit 41
busybox echo mine >/tmp/file && busybox chown 7:8 /tmp/file && busybox stat -c "%u %g" /tmp/file || exit 42
busybox cat /conf/said && busybox sleep 0.5
exit 7'
mkdir conf
echo "said and done" >conf/said
expect 7 record -o busy.trace -- docker run --rm --network none -v "$PWD/conf:/conf" $IMAGE sh -c "$WORK_IT"
holds busy.trace "complete()" \
	"all(int(r['context'][k][0]) > 0 for r in recordings() for k in ('memory.peak', 'pids.peak'))" \
	"recordings()[0]['context']['mounts.source'] == ['/conf:$PWD/conf']" \
	"not any('gained' in f.get('flags', []) for f in facts)"
expect 0 emit seccomp -o trammel-busybox.json busy.trace
# An engine without AppArmor would pass over it, and one with it has not the profile.
expect 0 emit docker --without apparmor -o run.sh busy.trace
for line in '--read-only ' '--tmpfs /tmp:exec ' '--mount type=volume,target=/etc ' '--network none ' \
	"--mount type=bind,source=$PWD/conf,target=/conf,readonly " '--pids-limit [0-9]+ ' '--memory [0-9]+ ' \
	'--security-opt no-new-privileges '; do
	says run.sh "^set -- $line"
done
printf 'tool ran\n7 8\nsaid and done\n' >want
ran 7 sh run.sh --rm $IMAGE sh -c "$WORK_IT"
cmp ran.out want || fail "it does not do the same: $(cat ran.out ran.err)"

without '--tmpfs /tmp'
ran 40 sh less.sh --rm $IMAGE sh -c "$WORK_IT"
says ran.err 'Read-only file system'
without 'target=/etc '
ran 41 sh less.sh --rm $IMAGE sh -c "$WORK_IT"
sed 's|--tmpfs /tmp:exec|--tmpfs /tmp|' run.sh >less.sh
ran 40 sh less.sh --rm $IMAGE sh -c "$WORK_IT"
says ran.err 'Permission denied'
# Where the kernel told that it was needed it is given back; else it was not taken away.
if grep -q -- '--cap-add CHOWN "' run.sh; then
	without '--cap-add CHOWN "'
	ran 42 sh less.sh --rm $IMAGE sh -c "$WORK_IT"
else
	says run.sh '^# not --cap-drop CHOWN: '
	ran 42 sh run.sh --rm --cap-drop CHOWN $IMAGE sh -c "$WORK_IT"
fi
ran 7 sh run.sh --rm $IMAGE sh -c 'echo x >/conf/x || exit 7'
says ran.err 'Read-only file system'

# With the image's files it is known what a tmpfs would hide.
grep -q 'asks the engine' err || fail "no hint: $(cat err)"
mkdir tree tree/bin tree/tmp
cp "$(command -v busybox)" tree/bin/busybox
echo kept >tree/tmp/never-read
tar -C tree -c . | docker import - "trammel-lab/hides-$$" >/dev/null || fail "no image"
defer docker rmi -f "trammel-lab/hides-$$"
HIDES=("trammel-lab/hides-$$" /bin/busybox sh -c '/bin/busybox echo x >/tmp/x')
expect 0 record -o hides.trace -- docker run --rm --network none "${HIDES[@]}"
expect 0 emit seccomp -o trammel-hides.json hides.trace
expect 0 emit docker --without apparmor --seccomp trammel-hides.json -o hides.sh hides.trace
says hides.sh '^set -- --tmpfs /tmp '
says err "--files image:trammel-lab/hides-$$ asks the engine"
expect 0 emit docker --without apparmor --seccomp trammel-hides.json --files "image:trammel-lab/hides-$$" \
	-o hides.sh hides.trace
says hides.sh '^set -- --mount type=volume,target=/tmp '
says hides.sh 'the first is /tmp/never-read'
ran 0 sh hides.sh --rm "${HIDES[@]}"

# The same over a compose file, from another directory than the project's.
if command -v docker-compose >/dev/null; then
	expect 0 emit compose --without apparmor --seccomp "$PWD/trammel-busybox.json" -o over.yaml busy.trace
	cat >compose.yaml <<-YAML
		services:
		  busybox:
		    image: $IMAGE
		    command: ["sh", "-c", "busybox cat /conf/said; busybox echo x >/tmp/x; busybox echo x >/x || exit 7"]
		    volumes: ["./conf:/conf"]
	YAML
	ran 7 docker-compose -p "trammel-$$" -f compose.yaml -f over.yaml run --rm busybox
	says ran.out 'said and done'
	ran 0 docker-compose -p "trammel-$$" -f compose.yaml -f over.yaml down -v
fi

# A program that gains rights as it starts, by another user than root.
mkdir -p bin
cat >bin/who.c <<'PROGRAM'
#include <stdio.h>
#include <unistd.h>
int main(void) { return printf("%d\n", (int)geteuid()) < 0; }
PROGRAM
"${CC:-cc}" -static -o bin/who bin/who.c || fail "no program"
chmod 755 bin
chmod 4755 bin/who
expect 0 record -o gain.trace -- docker run --rm --network none --user 1000 -v "$PWD/bin:/w:ro" $IMAGE /w/who
if grep -q '^0$' out; then
	holds gain.trace "complete()" \
		"[f['path'] for f in facts if f['fact'] == 'exec' and 'gained' in f['flags']] == ['/w/who']"
	expect 0 emit seccomp -o trammel-busybox.json gain.trace
	expect 0 emit docker --without apparmor -o run.sh gain.trace
	says run.sh '^# not --security-opt no-new-privileges: /w/who '
	ran 0 sh run.sh --rm $IMAGE /w/who
	says ran.out '^0$'
	ran 0 sh run.sh --rm --security-opt no-new-privileges $IMAGE /w/who
	says ran.out '^1000$'
else
	echo "note: what is mounted from $PWD cannot be set-id"
fi

# A service, with a user of its own, a directory that is its, docker exec and an orderly end.
# shellcheck disable=SC2016 # for the exercise
expect 0 record -o redis.trace --exercise '
	inside="docker exec $TRAMMEL_CONTAINER redis-cli"
	until $inside ping; do sleep 0.1; done
	$inside set key value && $inside save && $inside get key' -- docker run -d --network none trammel-lab/redis
expect 0 emit seccomp -o trammel-redis.json redis.trace
expect 0 emit docker --without apparmor -o run.sh redis.trace
for line in '--cap-drop ALL ' '--user redis ' '--mount type=volume,target=/var/lib/redis ' '--read-only '; do
	says run.sh "^set -- $line"
done
says run.sh '^# not --network none: '
says run.sh '^# not --publish 6379/tcp: '
ran 0 sh run.sh -d --network none trammel-lab/redis
id=$(cat ran.out)
echo "$id" >>"$WORK/.containers"
until_true 20 docker exec "$id" redis-cli ping || fail "redis does not answer: $(docker logs "$id" 2>&1)"
for words in 'set key value' save 'get key'; do
	# shellcheck disable=SC2086 # several words
	ran 0 docker exec "$id" redis-cli $words
done
says ran.out '^value$'
ran 0 docker stop "$id"
[ "$(docker inspect -f '{{.State.ExitCode}} {{.State.OOMKilled}}' "$id")" = "0 false" ] ||
	fail "no orderly end: $(docker logs "$id" 2>&1)"
docker rm -fv "$id" >/dev/null
exit 0
