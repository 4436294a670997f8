#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# No function over 100 lines, no file over 800. A function's body is what stands between a `{` and a
# `}` that begin their lines: the formatter sees to that.
set -u
cd "$TRAMMEL_SOURCE" || exit 1
find src bpf include tests -name '*.[ch]' -print0 | xargs -0 awk '
	FNR == 1 { start = 0 }
	/^\{/ { start = FNR }
	/^\}/ && start {
		length_ = FNR - start + 1
		if (length_ > 100) { print FILENAME ":" start ": a function of " length_ " lines"; bad = 1 }
		functions++
		start = 0
	}
	FNR == 801 { print FILENAME ": over 800 lines"; bad = 1 }
	END {
		if (!functions) { print "no function found: is this test looking at the right place?"; bad = 1 }
		exit bad
	}' || exit 1
find bootstrap src tests cmake \( -name '*.sh' -o -name '*.py' -o -name bootstrap -o -name '*.cmake' \) \
	-exec wc -l {} + | awk '$2 != "total" && $1 > 800 { print $2 ": over 800 lines"; bad = 1 } END { exit bad }'
