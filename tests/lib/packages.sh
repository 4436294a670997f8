# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The Debian packages that building, running an engine and testing need. `a|b` is satisfied by
# either; a is what is installed (docker.io must not push out a docker-ce that is in use).
#
#   packages_missing LIST...      prints what is not installed: build, run, test
#   packages_install PACKAGE...

# shellcheck disable=SC2034 # the lists are read by name

PACKAGES_build=(
	gcc libc6-dev cmake ninja-build 'pkg-config|pkgconf' python3 check
	clang bpftool # the BPF programs and their skeleton
	libbpf-dev libseccomp-dev libelf-dev libjson-c-dev libyaml-dev libcap-dev
	'libcurl4-openssl-dev|libcurl4-gnutls-dev'
	go-md2man # manual pages
)
# shellcheck disable=SC2034
PACKAGES_run=(
	'docker.io|docker-ce|moby-engine' 'runc|containerd.io'
	mmdebstrap busybox-static # images without a registry
)
# shellcheck disable=SC2034
PACKAGES_test=(
	libclang-rt-14-dev # libFuzzer for Debian 12's clang
	clang-format shellcheck
	zsh # its completion
	python3-jsonschema python3-yaml jq # the schemas of other formats
	systemd # a unit's filter in force; it need not be what started the machine
	strace crun podman
	docker-compose # the first one; the second comes out of a later release
	golang-go # a static Go program as a workload
	golang-github-containers-common # podman's default seccomp profile
	qemu-system-x86 # the virtual machine of tests/vm
	apparmor # its kernel has AppArmor, and dockerd then starts nothing without the parser
)

package_installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

packages_missing() {
	local list entry name found
	for list in "$@"; do
		local -n entries=PACKAGES_$list
		for entry in "${entries[@]}"; do
			found=
			for name in ${entry//|/ }; do
				! package_installed "$name" || found=1
			done
			[ -n "$found" ] || printf '%s ' "${entry%%|*}"
		done
	done
}

packages_install() {
	export DEBIAN_FRONTEND=noninteractive
	quiet apt-update apt-get update -q &&
		quiet apt-install apt-get install -y -q --no-install-recommends \
			-o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 "$@"
}
