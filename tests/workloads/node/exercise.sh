#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Puts a node container to work. INSIDE is how to run a command where it is.
set -e
inside="${INSIDE:-docker exec $TRAMMEL_CONTAINER}"
# One that comes too early is refused, now and then: its way out is part of the work.
$inside node /app/client.js --ping 1 2>/dev/null && exit 1
for _ in $(seq 20); do
	! $inside node /app/client.js --ping 2>/dev/null || break
	sleep 0.2
done
$inside node /app/client.js 5
sleep 0.2
