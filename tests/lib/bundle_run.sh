#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundle_run.sh DIR NAME RUNTIME [RELEASE]: becomes `RUNTIME run`, in a mount namespace of its own that
# its caller has made. See bundle.sh.
set -eu
dir=$1 name=$2 runtime=$3 release=${4-}
root=/run/trammel-test-$runtime

echo $$ >"$dir/run.pid"
rm -f "$dir/container.pid"
# What a run that failed has left.
rm -rf "${root:?}/$name" ${release:+"${release:?}$root/$name"}
mount -t tmpfs tmpfs "$dir/rw"
mkdir "$dir/rw/upper" "$dir/rw/work"
mount -t overlay -o "lowerdir=$dir/lower,upperdir=$dir/rw/upper,workdir=$dir/rw/work" overlay "$dir/rootfs"
# crun refuses a hybrid of cgroups v1 and v2.
if [ "$runtime" = crun ] && [ "$(stat -fc %T /sys/fs/cgroup)" != cgroup2fs ]; then
	umount -R /sys/fs/cgroup
	mount -t cgroup2 none /sys/fs/cgroup
fi
set -- "$runtime" --root "$root" run --pid-file "$dir/container.pid" -b "$dir" "$name"
[ -n "$release" ] || exec "$@"
# The root of this mount namespace, not only of this process: whoever enters a container by setns(2)
# gets the former. The bundle is at the same place in it.
mount --bind "$release" "$release"
for each in /proc /sys /dev; do
	mkdir -p "$release$each"
	mount --rbind "$each" "$release$each"
done
mount -t tmpfs tmpfs "$release/run"
mkdir -p "$release$dir"
mount --rbind "$dir" "$release$dir"
cp "$(command -v busybox)" "$release/run/busybox"
cd "$release"
# One on top of the other (pivot_root(2)): the former root is in the new one's place until it goes.
pivot_root . .
/run/busybox umount -l .
cd /
exec "$@"
