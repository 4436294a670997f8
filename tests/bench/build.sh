# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What the benchmarks begin with: builds trammel and the driver, and exports where they are; `machine` says in
# a line what it is measured on. $SOURCE is the tree.

if [ "$(id -u)" != 0 ]; then
	echo "skipped: needs root"
	exit 77
fi
export TRAMMEL_SOURCE=$SOURCE TRAMMEL_BUILD=${TRAMMEL_BUILD:-$SOURCE/build/release}
if [ ! -f "$TRAMMEL_BUILD/build.ninja" ]; then
	(cd "$SOURCE" && cmake --preset release >/dev/null) || exit 1
fi
ninja -C "$TRAMMEL_BUILD" trammel bench >&2 || exit 1
export TRAMMEL=$TRAMMEL_BUILD/trammel BENCH=$TRAMMEL_BUILD/tests/bench

machine() {
	printf 'Linux %s, %s, %s CPUs of %s, load %s; trammel %s\n' "$(uname -r)" "$(uname -m)" "$(nproc)" \
		"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
		"$(cut -d' ' -f1-3 /proc/loadavg)" "$(git -C "$SOURCE" describe --always --dirty 2>/dev/null)"
}
