#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh SCRIPT: runs SCRIPT as root in a virtual machine with Debian's own kernel, this machine's
# files underneath (changes stay in the virtual machine) and cgroup v2, AppArmor and BPF LSM. Prints
# what SCRIPT prints and exits with its status; 77, with the reason, where there can be no machine;
# 124 after VM_TIMEOUT seconds (300).
set -u
SOURCE=$(cd "$(dirname "$0")/../.." && pwd)
LAB=${TRAMMEL_LAB:-$SOURCE/build/lab}
VM=$LAB/vm
export PATH=$PATH:/usr/sbin:/sbin
. "$SOURCE/tests/lib/steps.sh"

# In the order they go in. What a kernel has built in is left out.
MODULES="virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci netfs fscache
	9pnet 9pnet_virtio 9p overlay"

skip() {
	echo "skipped: $*"
	exit 77
}

kernel_package() {
	apt-cache depends linux-image-amd64 2>/dev/null | awk '$1 == "Depends:" { print $2; exit }'
}

# shellcheck disable=SC2317 # called by quiet
# Debian's kernel, downloaded and unpacked (not installed) once for each version.
fetch_kernel() {
	local package=$1 dir=$VM/$1.part
	rm -rf "$VM"/linux-image-*
	mkdir -p "$dir" && cd "$dir" || return 1
	# As root: apt's own user may not reach a directory in somebody's home.
	apt-get download -o APT::Sandbox::User=root "$package" ||
		{ apt-get update && apt-get download -o APT::Sandbox::User=root "$package"; } || return 1
	dpkg -x ./*.deb . && rm -f ./*.deb && cd / && mv "$dir" "$VM/$package"
}

# initramfs DIR KERNEL: busybox, the modules, and the job.
make_initramfs() {
	local dir=$1 kernel=$2 module file
	mkdir -p "$dir"/{bin,modules}
	cp "$(command -v busybox)" "$dir/bin/busybox"
	install -m 755 "$SOURCE/tests/vm/init" "$dir/init"
	install -m 755 "$SOURCE/tests/vm/entry" "$dir/entry"
	for module in $MODULES; do
		file=$(find "$kernel/lib/modules" -name "$module.ko" | head -n 1)
		[ -n "$file" ] || continue
		cp "$file" "$dir/modules/"
		echo "$module" >>"$dir/modules/order"
	done
	printf '%s\n' "$3" >"$dir/job"
	(cd "$dir" && find . | busybox cpio -o -H newc 2>/dev/null) | gzip -1 >"$dir.cpio"
}

job_file() {
	printf 'VM_ID=%q VM_JOB=%q\n' "$1" "$2"
	printf 'export TRAMMEL_SOURCE=%q TRAMMEL_BUILD=%q TRAMMEL=%q TRAMMEL_LAB=/run/lab\n' \
		"$SOURCE" "${TRAMMEL_BUILD:-$SOURCE/build/release}" \
		"${TRAMMEL:-$SOURCE/build/release/trammel}"
	printf 'export TRAMMEL_IMAGES=%q\n' "${TRAMMEL_IMAGES:-$LAB/images}"
}

main() {
	local script package kernel id tmp status
	[ -f "${1-}" ] || die "usage: run.sh SCRIPT"
	script=$(realpath "$1")
	[ "$(id -u)" = 0 ] || skip "the virtual machine shares / over 9p: that needs root"
	command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86_64 is not installed"
	command -v busybox >/dev/null || skip "busybox is not installed"
	catch_exits
	mkdir -p "$VM"
	package=$(kernel_package)
	if [ -z "$package" ]; then
		quiet vm-update apt-get update
		package=$(kernel_package)
	fi
	[ -n "$package" ] || skip "no package source has linux-image-amd64"
	kernel=$VM/$package
	[ -d "$kernel" ] || quiet vm-kernel fetch_kernel "$package" ||
		skip "the kernel package $package cannot be had"
	id=$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')
	tmp=$(mktemp -d "${TMPDIR:-/tmp}/vm.XXXXXX")
	defer rm -rf "$tmp"
	make_initramfs "$tmp/root" "$kernel" "$(job_file "$id" "$script")"
	# No KVM is asked for: it is missing in most virtual machines, CI's among them.
	run_job timeout -k 5 "${VM_TIMEOUT:-300}" qemu-system-x86_64 -accel tcg,thread=multi -cpu max \
		-smp 2 -m "${VM_MEMORY:-3072}" -nic none -no-reboot -display none -monitor none \
		-serial "file:$LAB/vm.log" -serial stdio \
		-kernel "$(echo "$kernel"/boot/vmlinuz-*)" -initrd "$tmp/root.cpio" \
		-virtfs local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap \
		-append "console=ttyS0 panic=-1 quiet ${VM_APPEND:-}"
	status=$?
	[ $status = 124 ] && die "no end after ${VM_TIMEOUT:-300} s (console: $LAB/vm.log)"
	# Carriage returns: ttyS0 is a terminal.
	status=$(tr -d '\r' <"$LAB/vm.log" | awk -v id="$id" '$1 == "vm-status" && $2 == id { print $3 }')
	if [ -z "$status" ]; then
		tail -n 20 "$LAB/vm.log" >&2
		die "the virtual machine ended before its job (console: $LAB/vm.log)"
	fi
	exit "$status"
}

main "$@"
