#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A file that is made and removed again and again is one path, and costs one event; a directory that gets
# another name gives new paths to what is below it.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
# shellcheck disable=SC2119 # no images
live_begin
mkdir made
# Many more rounds than there is room for events.
# shellcheck disable=SC2016 # for the shell that is recorded
TRAMMEL_FAULT_EVENTS=200 expect 0 -q record -o again.trace -- sh -c '
	i=0; while [ $i -lt 2000 ]; do i=$((i + 1)); echo $i >made/file; rm made/file; done'
holds again.trace "complete()" "perms('$PWD/made/file') == {'w'}"

expect 0 -q record -o renamed.trace -- sh -c '
	mkdir -p made/a/b && echo >made/a/b/file && cat made/a/b/file
	mv made/a made/c && cat made/c/b/file
	mv made/c/b made/c/d && cat made/c/d/file'
for name in a/b c/b c/d; do
	holds renamed.trace "'r' in perms('$PWD/made/$name/file')"
done
# The same names, made anew elsewhere.
# shellcheck disable=SC2016 # for the shell that is recorded
expect 0 -q record -o anew.trace -- sh -c '
	for i in 1 2 3 4 5 6 7 8; do
		mkdir -p made/n$i/b && echo >made/n$i/b/file && cat made/n$i/b/file && rm -r made/n$i
	done'
for i in 1 2 3 4 5 6 7 8; do
	holds anew.trace "'r' in perms('$PWD/made/n$i/b/file')"
done
