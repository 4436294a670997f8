#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A container that does more than can be kept costs a bounded amount of memory, and is the only one whose
# recording suffers.
#
# How much of a flood is kept is up to how fast it is read: at least what the buffer takes of one recording's
# (7/8 of it, whoever reads), at most the events of one recording. What is kept and what is counted as lost are
# all that was done, exactly.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
# FLOODS_FILES: how many; where a million take too long, and redis cannot be had, a busybox by its name floods.
N=${FLOODS_FILES:-1000000}
if [ -n "${FLOODS_FILES:-}" ]; then
	live_begin busybox
	docker tag trammel-lab/busybox trammel-lab/redis || fail "docker tag"
	defer docker rmi -f trammel-lab/redis
else
	live_begin busybox redis
fi
program flood
program acts
# A health check would be more acts, sometimes.
OPTIONS=(--network none --no-healthcheck "${BIN[@]}" --tmpfs /t:exec)
mkdir made
# per DIR: how many acts there are of each file that is made and removed there: below an overlay, the hooks are
# asked for a file twice.
per() {
	expect 0 record -o ten.trace -- bin/flood files "$1" 10
	PER=$(($(grep -c "$1/" ten.trace) / 10))
}
tmpfs=$(mktemp -d /dev/shm/floods.XXXXXX) || fail "no tmpfs"
defer rm -rf "$tmpfs"
per "$tmpfs"
[ -z "${LIVE_BACKEND:-}" ] || holds ten.trace "context('backend') == {'$LIVE_BACKEND'}"

# The one floods; the other, which began before, makes each of its acts again and again, and new ones when
# there is no more room.
cat >two.sh <<END
docker run --rm ${OPTIONS[*]} --name quiet-$$ trammel-lab/busybox sh -c '
	/w/flood again /t 300 1
	until [ -e /t/go ]; do sleep 0.1; done
	/w/flood again /t 600 2000; /w/flood calls 200 3
	/w/acts vfork mount; cat /etc/hostname' &
docker run --rm ${OPTIONS[*]} --entrypoint sh trammel-lab/redis -c '
	/w/flood calls 100000 1; /w/flood files /t $N'
docker exec quiet-$$ touch /t/go
wait
END
# peak ARGS...: trammel ARGS, which are to end with 125; its memory's peak in KiB is then in $PEAK
peak() {
	python3 - "$TRAMMEL" "$@" >peak 2>err <<'END' || fail "trammel $*: $(cat err)"
import resource, subprocess, sys
status = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=sys.stderr, timeout=600).returncode
if status != 125:
    sys.exit(f"exit {status}, wanted 125")
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
END
	PEAK=$(cat peak)
	echo "peak: $PEAK KiB"
}
peak record --containers -d two -- sh two.sh
[ "$PEAK" -lt 300000 ] || fail "$PEAK KiB of memory"
says err 'redis: [0-9]+ events were dropped'
! grep -q '^warning: busybox' err || fail "the other's is incomplete, too"
holds two/busybox.trace "complete()" "losses() == {}" \
	"sum(f['path'].startswith('/t/') and f['perms'] == 'r' for f in files()) == 600" \
	"refused() == {'mount', *range(100000, 100200)}" "'vfork' in calls('main')" "files('/etc/hostname', 'open')"
# Of 8 MiB, the calls take 48 bytes each, and what is done to a file 168 for both acts.
holds two/redis.trace "not complete()" "losses().keys() == {'ring'}" "125000 < len(facts) < 400100" \
	"sum(f['path'].startswith('/t/') for f in files()) + len(refused()) + losses()['ring'] == $PER * $N + 100000"

# While the recorder stands still, the flood does not fill all of the buffer: there is room for one that
# starts behind it.
for name in flood modest; do
	echo "$name-$$" >>.containers
done
TRAMMEL_FAULT_RING=2097152 expect 125 record --containers -d still -- sh -c "
	kill -STOP \$PPID
	docker run --name flood-$$ ${OPTIONS[*]} --entrypoint /w/flood trammel-lab/redis files /t 50000
	docker run --name modest-$$ ${OPTIONS[*]} trammel-lab/busybox sh -c '/w/flood files /t 300; /w/acts mount'
	kill -CONT \$PPID"
holds still/redis.trace "list(losses()) == ['ring']" \
	"sum(f['path'].startswith('/t/') for f in files()) + losses()['ring'] == $PER * 50000"
holds still/busybox.trace "complete()" "recordings()[0]['start_seen']" "refused() == {'mount'}" \
	"sum(f['path'].startswith('/t/') for f in files()) == $PER * 300" "'/w/acts' in execs()"

# Long paths count for more.
per "$PWD/made"
long=made/$(printf "%0250d/" $(seq 15))
mkdir -p "$long"
peak record -o long.trace -- bin/flood files "$PWD/$long" 50000
[ "$PEAK" -lt 300000 ] || fail "$PEAK KiB of memory"
# 4 KiB each.
holds long.trace "1700 < len(facts) < 30000" \
	"sum('/made/' in f['path'] for f in files()) + losses()['ring'] == $PER * 50000"

# More containers than there are places: of the 256, six are left.
groups=/sys/fs/cgroup
[ ! -d $groups/pids ] || groups=$groups/pids
cat >many.sh <<END
docker run --rm ${OPTIONS[*]} trammel-lab/busybox /w/acts vfork || exit
for i in \$(seq 8); do
	group=$groups/\$(printf '%024d%040x' $$ \$i)
	mkdir \$group && sh -c "echo \\\$\\\$ >\$group/cgroup.procs" && rmdir \$group || exit
done
END
TRAMMEL_FAULT_RECORDINGS=250 expect 125 record --containers -d many -- sh many.sh
says err 'busybox: 3 containers found no free place'
holds many/busybox.trace "losses() == {'recording': 3}" "'vfork' in calls('main')"
