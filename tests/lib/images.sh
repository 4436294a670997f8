# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Images without a registry: root file systems from Debian packages, kept as archives in $IMAGES
# under a hash of their recipe, and the Dockerfiles of tests/workloads/ on top of them.
#
#   image_rootfs NAME   makes the archive of a root file system (busybox, debian, web, bench) if it is missing;
#                       prints its path
#   image_build NAME... builds trammel-lab/NAME in the engine: a directory of tests/workloads/
#   images_remove       removes them from the engine
#
# Needs steps.sh and $LAB; $SOURCE is the tree.

IMAGES=${TRAMMEL_IMAGES:-$LAB/images}

# What the debian root has, and the web root. An mmdebstrap run takes half a minute, so workloads
# share them; the demo needs the first one only.
IMAGE_PACKAGES=redis-server,redis-tools,python3
IMAGE_WEB_PACKAGES=nginx,nodejs,busybox-static
IMAGE_BENCH_PACKAGES=gcc,libc6-dev,wrk
IMAGE_SUITE=bookworm

# Debian's package sources as this machine has them (mirrors and all), nobody else's. mmdebstrap
# would guess the public mirror, which a closed network does not reach.
debian_sources() {
	# shellcheck disable=SC2016 # apt expands them
	apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' \
		'Created-By: Packages' 'Origin: Debian' | grep -F " $IMAGE_SUITE" | sort -u
}

make_debian_rootfs() {
	local sources proxy='' options=()
	sources=$(debian_sources)
	if [ -z "$sources" ]; then
		apt-get update || return 1
		sources=$(debian_sources)
	fi
	eval "$(apt-config shell proxy Acquire::http::Proxy)"
	[ -z "$proxy" ] || options+=(--aptopt="Acquire::http::Proxy \"$proxy\"")
	printf '%s\n' "$sources" | mmdebstrap --quiet --variant=essential --format=tar \
		--include="$IMAGE_PACKAGES" --aptopt='APT::Install-Recommends "false"' \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' "${options[@]}" \
		"$IMAGE_SUITE" "$1" -
}

make_web_rootfs() {
	local IMAGE_PACKAGES=$IMAGE_WEB_PACKAGES
	make_debian_rootfs "$1"
}

make_bench_rootfs() {
	local IMAGE_PACKAGES=$IMAGE_BENCH_PACKAGES
	make_debian_rootfs "$1"
}

make_busybox_rootfs() {
	local root
	root=$(mktemp -d "$IMAGES/busybox.XXXXXX") || return 1
	mkdir -p "$root"/{bin,etc,proc,sys,dev,tmp,root} &&
		cp "$(command -v busybox)" "$root/bin/busybox" &&
		chroot "$root" /bin/busybox --install -s /bin &&
		echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd" &&
		chmod 1777 "$root/tmp" &&
		tar -C "$root" --sort=name -cf "$1" .
	local status=$?
	rm -rf "$root"
	return $status
}

image_recipe() {
	case $1 in
	debian) printf '%s\n' "$IMAGE_SUITE $IMAGE_PACKAGES"; declare -f make_debian_rootfs ;;
	web) printf '%s\n' "$IMAGE_SUITE $IMAGE_WEB_PACKAGES"; declare -f make_debian_rootfs ;;
	bench) printf '%s\n' "$IMAGE_SUITE $IMAGE_BENCH_PACKAGES"; declare -f make_debian_rootfs ;;
	busybox) dpkg-query -W busybox-static; declare -f make_busybox_rootfs ;;
	esac
}

image_rootfs() {
	local name=$1 archive
	mkdir -p "$IMAGES" "$LAB/log"
	archive=$IMAGES/$name-$(image_recipe "$name" | sha256sum | cut -c1-12).tar
	if [ ! -f "$archive" ]; then
		rm -f "$IMAGES/$name"-*.tar
		quiet "image-$name" "make_${name}_rootfs" "$archive.part" || return 1
		mv "$archive.part" "$archive"
	fi
	printf '%s\n' "$archive"
}

# The base each workload's Dockerfile starts from.
image_base() {
	case $1 in
	busybox | goapp) echo busybox ;;
	nginx | node) echo web ;;
	bench) echo bench ;;
	*) echo debian ;;
	esac
}

# image_context NAME: the directory that its Dockerfile is built in
image_context() {
	local from=$SOURCE/tests/workloads/$1 dir=$IMAGES/$1.context
	if [ "$1" != goapp ]; then
		echo "$from"
		return
	fi
	mkdir -p "$dir" && cp "$from/Dockerfile" "$dir/" || return 1
	# Without a module file, a network or the caller's settings: the standard library is all it needs.
	[ "$dir/goapp" -nt "$from/main.go" ] ||
		quiet "compile-$1" env -i PATH="$PATH" HOME="$dir" GOCACHE="$dir/.cache" GO111MODULE=off \
			CGO_ENABLED=0 GOFLAGS= GOTOOLCHAIN=local \
			go build -trimpath -o "$dir/goapp" "$from/main.go" || return 1
	rm -rf "$dir/.cache"
	echo "$dir"
}

image_present() {
	docker image inspect "$1" >/dev/null 2>&1
}

image_build() {
	local name base archive tag context
	for name in "$@"; do
		# Under emulation a build takes ten seconds even where there is nothing to do.
		[ -z "${TRAMMEL_VM:-}" ] || ! image_present "trammel-lab/$name" || continue
		base=$(image_base "$name")
		archive=$(image_rootfs "$base") || return 1
		tag=${archive##*-}
		tag=trammel-lab/base-$base:${tag%.tar}
		image_present "$tag" ||
			quiet "import-$base" docker import "$archive" "$tag" || return 1
		context=$(image_context "$name") || return 1
		# The classic builder: it needs no network and no second program.
		DOCKER_BUILDKIT=0 quiet "build-$name" docker build -q -t "trammel-lab/$name" \
			--build-arg "BASE=$tag" "$context" || return 1
	done
}

images_remove() {
	local ids
	ids=$(docker images -q 'trammel-lab/*' | sort -u)
	# shellcheck disable=SC2086
	[ -z "$ids" ] || docker rmi -f $ids >/dev/null 2>&1
}
