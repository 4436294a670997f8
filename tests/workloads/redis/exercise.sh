#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Puts a redis container to work. trammel runs it on the host, with the container's id in
# TRAMMEL_CONTAINER, once the container is up. REDIS_EXEC is how to run a command in it.
set -e
inside="${REDIS_EXEC:-docker exec} $TRAMMEL_CONTAINER"
for _ in 1 2 3 4 5 6 7 8 9 10; do
	$inside redis-cli ping >/dev/null 2>&1 && break
	sleep 0.5
done
$inside redis-benchmark -q -n 2000 -t ping,set,get,incr,lpush,rpop,sadd,hset,zadd,lrange_100,mset
$inside redis-cli set greeting hello ex 1
# A snapshot by a child process, the append-only file, a key that expires meanwhile.
$inside redis-cli bgsave
$inside redis-cli config set appendonly yes
$inside redis-cli set farewell bye
sleep 2
$inside redis-cli bgrewriteaof
$inside redis-cli info server >/dev/null
sleep 1
