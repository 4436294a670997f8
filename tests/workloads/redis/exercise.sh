#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Puts a redis container to work. trammel runs it on the host, with the container's id in
# TRAMMEL_CONTAINER, once the container is up. INSIDE is how to run a command where redis is.
set -e
inside="${INSIDE:-docker exec $TRAMMEL_CONTAINER}"

# idle FIELD: waits until nothing of that kind is under way
idle() {
	for _ in $(seq 100); do
		$inside redis-cli info persistence | grep -q "^$1:0" && return 0
		sleep 0.1
	done
	return 1
}

# One that comes too early is refused, now and then: its way out is part of the work.
$inside redis-cli -p 1 ping 2>/dev/null && exit 1
for _ in $(seq 20); do
	[ "$($inside redis-cli ping 2>/dev/null)" != PONG ] || break
	sleep 0.2
done
$inside redis-benchmark -q -n 2000 -t ping,set,get,incr,lpush,rpop,sadd,hset,zadd,lrange_100,mset
$inside redis-cli set greeting hello px 500
# A snapshot by a child process, the append-only file, a key that expires meanwhile.
$inside redis-cli bgsave
idle rdb_bgsave_in_progress
$inside redis-cli config set appendonly yes
idle aof_rewrite_in_progress
$inside redis-cli set farewell bye
$inside redis-cli bgrewriteaof
idle aof_rewrite_in_progress
$inside redis-cli info server >/dev/null
sleep 0.5
