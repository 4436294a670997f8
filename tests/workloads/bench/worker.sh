#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What tests/bench/works.sh has done in a container. Each line in /box/go is one piece of work and how much
# of it; the line in /box/done says how many units that were. It is one process for all of them, so that nothing
# but the work is in between.
set -e
exec 3<>/box/go 4<>/box/done

# 50,000 files of a line each, in fifty directories.
make_files() {
	[ ! -d /files ] || return 0
	dir=0
	while [ $dir -lt 50 ]; do
		mkdir -p /files/$dir
		file=0
		while [ $file -lt 1000 ]; do
			echo "the line of file $file in $dir" >/files/$dir/$file
			file=$((file + 1))
		done
		dir=$((dir + 1))
	done
}

# Ten times the same tree, of some thousand files.
make_trees() {
	[ ! -d /trees ] || return 0
	mkdir /trees
	for tree in 0 1 2 3 4 5 6 7 8 9; do
		cp -r /usr/include /trees/$tree
	done
}

forks() {
	n=0
	while [ $n -lt "$1" ]; do
		/bin/true
		n=$((n + 1))
	done
	echo "$1"
}

# Of the first N directories, for a thousand files each
files() {
	dirs=''
	n=0
	while [ $((n * 1000)) -lt "$1" ]; do
		dirs="$dirs /files/$n"
		n=$((n + 1))
	done
	# shellcheck disable=SC2086
	! grep -r 'a line that is nowhere' $dirs || exit 1
	echo $((n * 1000))
}

trees() {
	dirs=''
	n=0
	while [ $n -lt "$1" ]; do
		dirs="$dirs /trees/$n"
		n=$((n + 1))
	done
	# shellcheck disable=SC2086
	find $dirs -type f -printf '%s %p\n' | wc -l
	# Into a file that is thrown away tar would not even read them.
	# shellcheck disable=SC2086
	tar -cf - $dirs | cat >/dev/null
}

compile() {
	for file in acts clock flood forks into_cgroup thread_exec; do
		gcc -O2 -pthread -o /tmp/program /programs/$file.c
	done
	echo 6
}

while read -r what much <&3; do
	units=$($what "$much")
	echo "units $units" >&4
done
