#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Makes the .bin files beside it: battery.aa, compiled by the parsers of three Debian releases, for the
# features of abi 3.0 and for others that change the format. They are kept because the machine has one
# parser. Usage: make.sh LAB, a directory for the packages.
set -eu
LAB=$(realpath "$1")
cd "$(dirname "$0")"
export LAB
. ../../lib/steps.sh
. ../../lib/images.sh
. ../../lib/releases.sh

compile() { # NAME ROOT FEATURES TEXT
	local root=$2 lib ld parser
	lib=$(echo "$root"/{lib,usr/lib}/x86_64-linux-gnu)
	ld=$(find "$root" -name ld-linux-x86-64.so.2 -path '*x86_64*')
	parser=$(find "$root" -name apparmor_parser -path '*bin*')
	"$ld" --library-path "${lib// /:}" "$parser" -QKS \
		--config-file=/dev/null --base "$root/etc/apparmor.d" --kernel-features "$root/$3" "$4" >"$1.bin"
}

for suite in bookworm trixie sid; do
	release_unpack "$suite" "$LAB/parser/$suite" apparmor libapparmor1 libc6 libstdc++6 libgcc-s1
done
compile parser-3.0 "$LAB/parser/bookworm" etc/apparmor.d/abi/3.0 battery.aa
compile parser-4.1 "$LAB/parser/trixie" etc/apparmor.d/abi/3.0 battery.aa
compile parser-4.1-table "$LAB/parser/trixie" etc/apparmor.d/abi/4.0 battery.aa
compile parser-5.0 "$LAB/parser/sid" etc/apparmor.d/abi/3.0 battery.aa
compile parser-5.0-table "$LAB/parser/sid" usr/share/apparmor-features/features battery.aa
