# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The test machine: Debian's own kernel under QEMU, without KVM, on this machine's files. It boots once
# and then takes jobs, which go in and out as files of a directory that it shares with this machine.
#
#   machine_of DIR        which one is meant below, by its directory; else the one that stays, of this tree
#                         and such as VM_SUITE, VM_INIT, VM_MEMORY, VM_CPU and VM_APPEND ask for
#   machine_up            boots one in the background; returns 77, with the reason in MACHINE_WHY, where
#                         there can be none
#   machine_is_up         there is one that is alive
#   machine_run SCRIPT    runs a copy of SCRIPT as root in it, prints what it prints as it comes, and returns its
#                         status; 124 after VM_TIMEOUT seconds (300) in the machine
#   machine_down          ends it
#
# VM_SUITE is another Debian release, whose kernel it is then; VM_INIT=systemd makes systemd the first process of
# it, with no service but ours. Needs steps.sh, images.sh, releases.sh, $SOURCE
# and $LAB.

VM=$LAB/vm
CONSOLE=$LAB/vm.log
: "${VM_SUITE:=}" "${VM_CPU:=max}" "${VM_MEMORY:=3072}" "${VM_APPEND:=}" "${VM_INIT:=}" "${VM_TIMEOUT:=300}"
# It ends by itself then. In the long form what shares it goes on for hours.
: "${VM_LIFE:=${TRAMMEL_LONG:+14400}}" "${VM_LIFE:=7200}"
MACHINE=$VM/machine-$(printf %s "$VM_SUITE $VM_INIT $VM_CPU $VM_MEMORY $VM_APPEND" | cksum | cut -d' ' -f1)
[ -z "$VM_SUITE$VM_INIT$VM_APPEND" ] || CONSOLE=$LAB/vm-${MACHINE##*-}.log
# shellcheck disable=SC2034 # for the caller
MACHINE_WHY=

# What is needed to reach the host's files; the rest is what these depend on.
VM_MODULES="virtio_pci 9pnet_virtio 9p overlay"

machine_of() {
	MACHINE=$1
	CONSOLE=$LAB/vm-own.log
}

kernel_package() {
	if [ -n "$VM_SUITE" ]; then
		release_index "$VM_SUITE" && release_depends "$VM_SUITE" linux-image-amd64
	else
		LC_ALL=C apt-cache depends linux-image-amd64 2>/dev/null | awk '$1 == "Depends:" { print $2 }'
	fi | grep -m 1 '^linux-image-[0-9]'
}

# shellcheck disable=SC2317 # called by quiet
# Debian's kernel, downloaded and unpacked (not installed) once for each version.
fetch_kernel() {
	local package=$1 dir=$VM/$1.part
	rm -rf "$dir"
	mkdir -p "$dir" && cd "$dir" || return 1
	# As root: apt's own user may not reach a directory in somebody's home.
	apt-get download -o APT::Sandbox::User=root "$package" ||
		{ apt-get update && apt-get download -o APT::Sandbox::User=root "$package"; } || return 1
	dpkg -x ./*.deb . && rm -f ./*.deb && cd / && mv "$dir" "$VM/$package"
}

# Sets KERNEL, the directory of the unpacked kernel package.
have_kernel() {
	local package parts
	package=$(kernel_package)
	if [ -z "$package" ] && [ -z "$VM_SUITE" ]; then
		quiet vm-update apt-get update
		package=$(kernel_package)
	fi
	MACHINE_WHY="no package source has linux-image-amd64${VM_SUITE:+ of $VM_SUITE}"
	[ -n "$package" ] || return 1
	KERNEL=$VM/$package
	MACHINE_WHY="the kernel package $package cannot be had"
	[ ! -d "$KERNEL" ] || return 0
	if [ -n "$VM_SUITE" ]; then
		rm -rf "$KERNEL.part"
		# Newer ones come in parts, all named after the version.
		mapfile -t parts < <(release_depends "$VM_SUITE" "$package" | grep -F "${package#linux-image-}")
		release_unpack "$VM_SUITE" "$KERNEL.part" "$package" "${parts[@]}" &&
			mv "$KERNEL.part" "$KERNEL"
	else
		quiet vm-kernel fetch_kernel "$package"
	fi
}

# add_module DIR NAME: after all that it depends on. What a kernel has built in is left out.
add_module() {
	local modules=$1/modules name=$2 file deps dep
	[ ! -e "$modules/$name.ko" ] || return 0
	file=$(find "$KERNEL" -name "$name.ko*" | head -n 1)
	case $file in
	'') return 0 ;;
	*.xz) xz -dc "$file" >"$modules/$name.ko" ;;
	*.zst) zstd -qdc "$file" >"$modules/$name.ko" ;;
	*) cp "$file" "$modules/$name.ko" ;;
	esac || return 1
	deps=$(tr '\0' '\n' <"$modules/$name.ko" | sed -n 's/^depends=//p')
	for dep in ${deps//,/ }; do
		add_module "$1" "$dep" || return 1
	done
	echo "$name" >>"$modules/order"
}

# make_initramfs DIR: busybox, the modules, and what is run.
make_initramfs() {
	local dir=$1 module
	mkdir -p "$dir"/{bin,modules}
	cp "$(command -v busybox)" "$dir/bin/busybox"
	install -m 755 "$SOURCE/tests/vm/init" "$dir/init"
	install -m 755 "$SOURCE/tests/vm/entry" "$dir/entry"
	for module in $VM_MODULES; do
		add_module "$dir" "$module" || return 1
	done
	(cd "$dir" && find . | busybox cpio -o -H newc 2>/dev/null) | gzip -1 >"$dir.cpio"
}

machine_lives() {
	local pid
	# A pid file that outlived its process may name somebody else's.
	pid=$(cat "$MACHINE/pid" 2>/dev/null) && [ -n "$pid" ] &&
		tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF "$MACHINE/"
}

machine_is_up() {
	[ -e "$MACHINE/jobs/up" ] && machine_lives
}

console_tail() {
	say "    the end of $CONSOLE:"
	tail -n 60 "$CONSOLE" | tr -d '\r' | sed 's/^/    | /' >&2
}

# Under emulation both cost a fifth of the time: no attacker is kept out by what is made against processors,
# and the clock need not be read from a device. Each is as a real machine's.
VM_LIGHT="mitigations=off tsc=reliable clocksource=tsc"

# No KVM is asked for: it is missing in most virtual machines, CI's among them. Nothing of the caller's is
# held open by it (9 is bootstrap's lock), and it has an end even if nobody is left to end it.
start_qemu() {
	local speed=(-accel "tcg,thread=multi" -smp 2)
	# A clock that advances by a nanosecond for each instruction.
	[ -z "${VM_COUNTED:-}" ] || speed=(-accel "tcg,thread=single" -smp 1 -icount "shift=0,sleep=off")
	setsid timeout -k 5 "$VM_LIFE" qemu-system-x86_64 "${speed[@]}" -cpu "$VM_CPU" \
		-m "$VM_MEMORY" -nic none -no-reboot -display none -monitor none \
		-serial "file:$CONSOLE" -pidfile "$MACHINE/pid" \
		-kernel "$(find "$KERNEL" -name "vmlinuz*" -type f | head -n 1)" -initrd "$MACHINE/root.cpio" \
		-virtfs local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap \
		-virtfs "local,path=$MACHINE/jobs,mount_tag=jobs,security_model=none" \
		-append "console=ttyS0 panic=-1 loglevel=5 softlockup_all_cpu_backtrace=1 fstab=no vm.init=$VM_INIT $VM_LIGHT $VM_APPEND" \
		</dev/null >"$MACHINE/qemu.log" 2>&1 9>&- &
	QEMU=$!
	disown "$QEMU"
}

machine_up() {
	local end=$((SECONDS + 180)) program
	[ "$(id -u)" = 0 ] || MACHINE_WHY="the virtual machine shares / over 9p: that needs root"
	for program in qemu-system-x86_64 busybox; do
		command -v "$program" >/dev/null || MACHINE_WHY="$program is not installed"
	done
	[ -z "$MACHINE_WHY" ] || return 77
	mkdir -p "$VM"
	have_kernel || return 77
	rm -rf --one-file-system "$MACHINE"
	mkdir -p "$MACHINE/jobs"
	make_initramfs "$MACHINE/root"
	start_qemu
	until [ -e "$MACHINE/jobs/up" ]; do
		if [ $SECONDS -gt $end ] || ! kill -0 "$QEMU" 2>/dev/null; then
			cat "$MACHINE/qemu.log" >&2
			console_tail
			machine_kill
			say "the virtual machine does not come up"
			return 1
		fi
		sleep 0.2
	done
}

machine_kill() {
	! machine_lives || kill -KILL "$(cat "$MACHINE/pid")"
	rm -rf --one-file-system "$MACHINE"
}

machine_down() {
	if machine_lives; then
		touch "$MACHINE/jobs/halt"
		for _ in $(seq 50); do
			machine_lives || break
			sleep 0.2
		done
	fi
	machine_kill
}

# machine_run's script is no part of it: it comes with the job. Changes when something that a job may use does.
tree_stamp() {
	find "$SOURCE/tests" "${TRAMMEL:-$SOURCE/build/release/trammel}" -type f -printf '%p %s %T@\n' |
		sort | cksum | tr ' ' .
}

job_file() {
	printf 'VM_LIMIT=%q\nVM_STAMP=%q\nVM_JOB=%q\n' "$VM_TIMEOUT" "$(tree_stamp)" "/run/jobs/$1.sh"
	printf 'export TRAMMEL_SOURCE=%q TRAMMEL_BUILD=%q TRAMMEL=%q TRAMMEL_LAB=/run/lab TRAMMEL_VM=1\n' \
		"$SOURCE" "${TRAMMEL_BUILD:-$SOURCE/build/release}" \
		"${TRAMMEL:-$SOURCE/build/release/trammel}"
	printf 'export TRAMMEL_IMAGES=%q TRAMMEL_LONG=%q\n' "${TRAMMEL_IMAGES:-$LAB/images}" \
		"${TRAMMEL_LONG:-}"
}

# The limit is the machine's to keep; one that hangs as a whole is ended by us a little later. Each cat goes on
# where the last one ended.
await_job() {
	local at=$1 end=$((SECONDS + VM_TIMEOUT + 120))
	until [ -e "$at.status" ]; do
		if ! machine_lives && [ ! -e "$at.status" ]; then
			cat <&7
			console_tail
			say "the virtual machine ended before its job"
			return 1
		fi
		if [ $SECONDS -gt $end ]; then
			console_tail
			machine_kill
			say "the virtual machine hangs"
			return 124
		fi
		cat <&7
		sleep 0.2
	done
	cat <&7
	return "$(cat "$at.status")"
}

job_cancel() {
	[ ! -e "$1.job" ] || [ -e "$1.status" ] || touch "$1.cancel"
}

# One job at a time, whoever asks.
machine_run() {
	local at status
	exec 8>"$MACHINE/lock"
	flock 8
	at=$MACHINE/jobs/$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')
	: >"$at.out"
	exec 7<"$at.out"
	# A copy: the machine may know another text by the script's own path.
	cp "$1" "$at.sh"
	job_file "${at##*/}" >"$at.part"
	defer job_cancel "$at"
	mv "$at.part" "$at.job"
	await_job "$at"
	status=$?
	exec 7<&- 8>&-
	[ $status != 124 ] || say "no end after $VM_TIMEOUT s"
	rm -f "$at".*
	return $status
}
