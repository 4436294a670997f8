#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh FUZZER CORPUS...: FUZZ_SECONDS (10) of libFuzzer from the seed corpus. What it finds interesting
# goes to a copy; what makes it fail is kept beside the build, and its path printed.
set -u
fuzzer=$1
shift
out=$TRAMMEL_BUILD/fuzz-out/$(basename "$fuzzer")
mkdir -p "$out/new" "$out/failures"
exec "$fuzzer" -max_total_time="${FUZZ_SECONDS:-10}" -timeout=10 -rss_limit_mb=2048 \
	-print_final_stats=1 -artifact_prefix="$out/failures/" "$out/new" "$@"
