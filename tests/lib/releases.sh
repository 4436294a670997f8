# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Packages of other Debian releases, beside the machine's own: nothing is installed, and apt's own lists
# stay as they are.
#
#   release_unpack SUITE DIR PACKAGE...   unpacks them, without what they depend on, below DIR
#
# Needs steps.sh, images.sh and $LAB. The machine's mirror of Debian is used; the suite's index is kept in
# $LAB/releases for a day.

release_apt() {
	local apt=$LAB/releases/$1
	shift
	apt-get -q -o Dir::State="$apt/state" -o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache" \
		-o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null \
		-o APT::Sandbox::User=root "$@"
}

release_index() {
	local suite=$1 apt=$LAB/releases/$1 source
	[ -z "$(find "$apt/done" -mtime -1 2>/dev/null)" ] || return 0
	mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial" "$apt/debs"
	touch "$apt/status"
	source=$(debian_sources | awk '$3 !~ /security/ && $2 !~ /security/ { print $2; exit }')
	[ -n "$source" ] || return 1
	printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' \
		"$source" "$suite" >"$apt/sources.list"
	quiet "release-$suite" release_apt "$suite" -o APT::Get::List-Cleanup=0 update || return 1
	touch "$apt/done"
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
