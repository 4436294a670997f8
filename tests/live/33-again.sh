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
cat >again.py <<'END'
import os
for i in range(20000):
    os.close(os.open("made/file", os.O_WRONLY | os.O_CREAT))
    os.unlink("made/file")
END
TRAMMEL_FAULT_EVENTS=4000 expect 0 -q record -o again.trace -- python3 again.py
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
