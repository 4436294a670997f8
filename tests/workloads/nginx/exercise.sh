#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Puts an nginx container to work: pages, a large one, one that is missing, a proxy with bodies that
# do not fit into memory, several clients at once, a reload. INSIDE is how to run a command where nginx
# is, OUTSIDE says that this is not in the container.
set -e
inside="${INSIDE:-docker exec $TRAMMEL_CONTAINER}"
site=http://127.0.0.1:8080
get="$inside busybox wget -q -O /dev/null"

# shellcheck disable=SC2016
$inside busybox sh -ec '
	site=$1 get="busybox wget -q -O /dev/null"
	# One that comes too early is refused, now and then: its way out is part of the work.
	! $get http://127.0.0.1:1/
	for _ in $(seq 20); do
		! $get $site/health || break
		sleep 0.2
	done
	[ "$(busybox wget -q -O - $site/)" = "hello, it is nginx" ]
	for _ in $(seq 20); do
		$get $site/
	done
	$get $site/large
	$get $site/behind/large
	$get --header "Accept-Encoding: gzip" $site/index.html
	! $get $site/nowhere
	$get --post-file /usr/sbin/nginx $site/behind/post
	for _ in 1 2 3 4; do
		$get $site/large &
	done
	wait' sh $site
[ -z "${OUTSIDE:-}" ] || exit 0
$inside nginx -s reload
sleep 0.5
$get $site/
$inside nginx -s reopen
sleep 0.3
$get $site/
