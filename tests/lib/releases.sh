# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Packages of other Debian releases, beside the machine's own: nothing is installed, and apt's own lists
# stay as they are.
#
#   release_index SUITE                   knows what packages it has
#   release_depends SUITE PACKAGE         prints what one depends on, a line each
#   release_unpack SUITE DIR PACKAGE...   unpacks them, without what they depend on, below DIR
#
#   release_root SUITE PACKAGE...         unpacks them and all they depend on; prints the directory, a root
#                                         to run them in
#
# Needs steps.sh, images.sh and $LAB. The machine's mirror of Debian is used; the suite's index is kept in
# $LAB/releases for a day.

release_apt() {
	local apt=$LAB/releases/$1
	shift
	"${APT:-apt-get}" -q -o Dir::State="$apt/state" -o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache" \
		-o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null \
		-o APT::Sandbox::User=root "$@"
}

# The line for sources.list that has a suite. A mirror that stands still, or an old release, is as good: what
# it has is signed.
release_source() {
	local uri
	uri=$(debian_sources | awk '$3 !~ /security/ && $2 !~ /security/ { print $2; exit }')
	[ -n "$uri" ] || return 1
	printf 'deb [signed-by=%s check-valid-until=no] %s %s main\n' \
		/usr/share/keyrings/debian-archive-keyring.gpg "$uri" "$1"
}

release_index() {
	local suite=$1 apt=$LAB/releases/$1
	[ -z "$(find "$apt/done" -mtime -1 2>/dev/null)" ] || return 0
	mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial" "$apt/debs"
	touch "$apt/status"
	release_source "$suite" >"$apt/sources.list" || return 1
	quiet "release-$suite" release_apt "$suite" -o APT::Get::List-Cleanup=0 update || return 1
	touch "$apt/done"
}

release_depends() {
	APT=apt-cache LC_ALL=C release_apt "$1" depends "$2" | awk '$1 == "Depends:" { print $2 }'
}

release_unpack() {
	local suite=$1 dir=$2 package
	shift 2
	release_index "$suite" || return 1
	mkdir -p "$dir"
	for package; do
		(
			cd "$LAB/releases/$suite/debs" && rm -f "${package}"_*.deb &&
				quiet "release-$suite-$package" release_apt "$suite" download "$package" &&
				dpkg -x "${package}"_*.deb "$dir"
		) || return 1
	done
}

# mmdebstrap finds out what they depend on, and runs nothing of it: a few seconds.
extract_root() {
	# shellcheck disable=SC2016 # mmdebstrap expands it
	release_source "$1" | mmdebstrap --quiet --variant=extract --include="$2" \
		--aptopt='APT::Install-Recommends "false"' \
		--setup-hook='cd "$1" && mkdir -p usr/bin usr/sbin usr/lib usr/lib64 proc sys run &&
			ln -s usr/bin usr/sbin usr/lib usr/lib64 .' \
		"$1" "$3" -
}

release_root() {
	local suite=$1 dir=${TRAMMEL_ROOTS:-$LAB/roots}/$1 packages
	shift
	packages=$(printf '%s,' "$@")
	if [ "$(cat "$dir.packages" 2>/dev/null)" != "$packages" ] || [ ! -d "$dir" ]; then
		mkdir -p "${dir%/*}"
		rm -rf "$dir" "$dir.part"
		quiet "root-$suite" extract_root "$suite" "${packages%,}" "$dir.part" &&
			mv "$dir.part" "$dir" || return 1
		printf '%s\n' "$packages" >"$dir.packages"
	fi
	printf '%s\n' "$dir"
}
