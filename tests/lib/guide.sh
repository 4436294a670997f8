# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Runs a document's commands as they stand there, on a real engine. Needs live.sh.
#
# A block is run if `<!-- run -->` stands before it, or `<!-- run: status N -->`; with `<!-- run: with apparmor -->` where
# kernel and engine have AppArmor, or with "without" where they have not: what is left out is said. Only images' names
# are others (redis is trammel-lab/redis). It happens in guide/, and the test is there afterwards.
#
#   guide_run FILE BLOCKS    at least so many blocks; what they print goes into all
#   guide_says REGEX         a line that was printed matches, and one of the document

# As root: what sudo would do, with -E and without. The containers that are meant to stay are removed at
# the end.
guide_commands() {
	mkdir -p bin guide
	ln -s "$TRAMMEL" bin/trammel
	# shellcheck disable=SC2016 # for the script
	printf '#!/bin/sh\n[ "$1" != -E ] || shift\nexec "$@"\n' >bin/sudo
	chmod +x bin/sudo
	unset SUDO_UID SUDO_GID SUDO_USER
	export PATH=$PWD/bin:$PATH
	docker ps -aq --no-trunc | sort >before
	defer guide_remove_new
}

# The containers that the document has made and left.
guide_new() {
	docker ps -aq --no-trunc | sort | comm -13 "$WORK/before" -
}

guide_remove_new() {
	guide_new | xargs -r docker rm -f >/dev/null 2>&1
}

guide_has_apparmor() {
	[ -d /sys/kernel/security/apparmor ] && docker info -f '{{.SecurityOptions}}' 2>/dev/null | grep -q apparmor
}

# guide_leaves_out BLOCK
guide_leaves_out() {
	case $1 in
	*-with-*) ! guide_has_apparmor || return 1 ;;
	*-without-*) guide_has_apparmor || return 1 ;;
	*) return 1 ;;
	esac
	echo "skipped: $1 of $GUIDE: it is for machines ${1:9:-5} AppArmor, and this is none"
}

guide_run() {
	local block want got
	GUIDE=$1
	command -v python3 >/dev/null || skip "no python3"
	[ "$(uname -m)" = x86_64 ] || skip "the document is about x86-64"
	guide_commands
	cd guide || exit 1
	python3 "$SOURCE/tests/lib/blocks.py" "$1" "$2" redis=trammel-lab/redis \
		busybox=trammel-lab/busybox || fail "the blocks of $1 cannot be read"
	for block in block-*.sh; do
		guide_leaves_out "$block" && continue
		want=${block##*-}
		want=${want%.sh}
		echo "--- $(sed 1d "$block")"
		run_job sh "$block" >out 2>&1
		got=$?
		cat out
		[ "$got" = "$want" ] || fail "status $got, and $1 says $want"
		cat out >>all
	done
}

guide_says() {
	grep -qE "$1" all || fail "it does not say '$1'"
	grep -qE "$1" "$GUIDE" || fail "$GUIDE does not say '$1'"
}
