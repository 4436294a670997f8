# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# apparmor_parser of another Debian release, in front of this machine's: for a test of what is emitted.
#
#   parser_fetch SUITE       unpacks its packages below $LAB/parser, where they are not there yet
#   bash parsers.sh          fetches both, for tests/cli/54-parsers.sh
#   parser_put SUITE DIR     makes DIR/apparmor_parser, to be put in front of PATH
#
# parser_fetch needs steps.sh, images.sh and releases.sh. A parser runs with the libraries of its release, and
# with nothing of this machine's configuration.

parser_there() {
	[ -n "$(find "$LAB/parser/$1" -name apparmor_parser -path '*bin*' 2>/dev/null)" ]
}

parser_fetch() {
	parser_there "$1" ||
		release_unpack "$1" "$LAB/parser/$1" apparmor libapparmor1 libc6 libstdc++6 libgcc-s1
}

parser_put() {
	local root=$LAB/parser/$1 lib ld parser
	lib=$(echo "$root"/{lib,usr/lib}/x86_64-linux-gnu)
	ld=$(find "$root" -name ld-linux-x86-64.so.2 -path '*x86_64*')
	parser=$(find "$root" -name apparmor_parser -path '*bin*')
	[ -n "$ld" ] && [ -n "$parser" ] || return 1
	mkdir -p "$2"
	cat >"$2/apparmor_parser" <<-END
		#!/bin/sh
		exec '$ld' --library-path '${lib// /:}' '$parser' --config-file=/dev/null --base '$root/etc/apparmor.d' "\$@"
	END
	chmod 755 "$2/apparmor_parser"
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
	here=$(cd "$(dirname "$0")" && pwd)
	LAB=${TRAMMEL_LAB:-$(cd "$here/../.." && pwd)/build/lab}
	. "$here/steps.sh"
	. "$here/images.sh"
	. "$here/releases.sh"
	parser_fetch trixie && parser_fetch sid
fi
