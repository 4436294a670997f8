#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The list of an image's files, asked of the engine: it is what docker export prints of a container never
# started, and nothing that was made for it stays, however it ends.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
live_begin busybox
IMAGE=trammel-lab/busybox
OWN=trammel-lab/files-$$

# What is in the engine: the same before and behind.
all_of_engine() {
	docker ps -aq --no-trunc | sort
	docker volume ls -q | sort
	docker images -q --no-trunc | sort -u
}
same_as_before() {
	all_of_engine >now
	cmp before now || fail "$1: something is left: $(diff before now)"
}

# An image with a volume where it has files, and a container of it that wrote.
mkdir -p tree/data
echo one >tree/data/first
echo two >tree/second
cp "$(command -v busybox)" tree/busybox
tar -C tree -c . | docker import --change 'VOLUME /data' - "$OWN" >/dev/null || fail "no image"
defer docker rmi -f "$OWN"
live_container --network none --name "wrote-$$" "$OWN" /busybox sh -c 'echo x >/third; exec /busybox sleep 600'
defer docker rm -f "wrote-$$"
expect 0 record -o own.trace -- docker run --rm --network none "$OWN" /busybox cat /second
all_of_engine >before

docker create --name "list-$$" "$OWN" / >/dev/null || fail "docker makes no container"
docker export "list-$$" >list.tar || fail "docker exports nothing"
docker rm -v "list-$$" >/dev/null
expect 0 verify --apparmor docker-default --all --files list.tar own.trace
mv out want
for word in "image:$OWN" "image:$(docker inspect -f '{{.Id}}' "$OWN")" "container:wrote-$$"; do
	expect 0 verify --apparmor docker-default --all --files "$word" own.trace
	cmp out want || fail "$word: not what docker export prints: $(diff out want)"
	grep -q 'these are the files of' err && fail "$word: taken for another image: $(cat err)"
	same_as_before "$word"
done
says out '^    /data/first$'
grep -q third out && fail "what a container wrote is not the image's"
expect 0 emit bundle -d own.trammel --files "image:$OWN" own.trace
says own.trammel/image.files "^trammel-image-files 1 $(docker inspect -f '{{.Id}}' "$OWN")$"
says own.trammel/image.files '^f 644 /data/first$'

# Of another image than the one that was recorded, and of none.
expect 2 emit bundle -d other.trammel --files image:$IMAGE own.trace
says err 'is what was recorded'
expect 0 verify --apparmor docker-default --files image:$IMAGE own.trace
says err 'is what was recorded'
expect 2 verify --apparmor docker-default --files image:no/such-$$ own.trace
says err "has no image 'no/such-$$'"
expect 2 verify --apparmor docker-default --files image:--all own.trace
says err 'is no name of an image'
expect 2 verify --apparmor docker-default --files "container:no-$$" own.trace
says err "there is no container 'no-$$'"
# Unasked there is a hint, and nobody asks the engine.
expect 0 verify --apparmor docker-default own.trace
says err "--files image:$OWN asks the engine"
same_as_before "names that are none"

# The answer is cut off, or does not end and somebody does not want to wait.
between() {
	rm -f between.sock seen
	python3 "$SOURCE/tests/lib/engine_between.py" between.sock "${DOCKER_HOST#unix://}" "$1" seen &
	BETWEEN=$!
	until_true 10 test -S between.sock || fail "nobody stands between"
}
DOCKER_HOST=${DOCKER_HOST:-unix:///var/run/docker.sock}
between cut
DOCKER_HOST=unix://$PWD/between.sock expect 3 verify --apparmor docker-default --files "image:$OWN" own.trace
kill "$BETWEEN"
says seen '^DELETE /containers/trammel-files-'
same_as_before "an answer that is cut off"
for signal in INT TERM; do
	between hang
	DOCKER_HOST=unix://$PWD/between.sock env --default-signal=INT "$TRAMMEL" verify --apparmor docker-default \
		--files "image:$OWN" own.trace >out 2>err &
	asking=$!
	until_true 20 grep -q /export seen || fail "no export was asked for: $(cat err)"
	kill -$signal $asking
	wait $asking
	status=$?
	kill "$BETWEEN"
	[ $status = $((128 + $(kill -l $signal))) ] || fail "SIG$signal: exit $status: $(cat err)"
	says seen '^DELETE /containers/trammel-files-'
	same_as_before "SIG$signal"
done
exit 0
