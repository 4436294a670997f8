# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The whole test suite, lane after lane, and one count over all of them. Used by bootstrap.

RESULTS=$LAB/results
LANES=()

# lane NAME BUILD JOBS CTEST-OPTIONS...: runs ctest; its verdict is in the results, for the count.
lane() {
	local name=$1 build=$2 jobs=$3
	shift 3
	step "Tests: $name"
	LANES+=("$RESULTS/$name.xml")
	run_job ctest --test-dir "$SOURCE/build/$build" -j "$jobs" --output-on-failure \
		--no-tests=error --test-output-size-passed 100000 \
		--output-junit "$RESULTS/$name.xml" "$@" 9>&-
}

# What live tests find in their environment; with no engine they are skipped, with this reason.
suite_engine() {
	step "Engine and images"
	export TRAMMEL_IMAGES=$LAB/images
	if engine_up; then
		defer engine_down
		defer images_remove
		say "    $ENGINE engine: $(engine_describe)"
		if image_build busybox redis pyapp; then
			export TRAMMEL_ENGINE=$ENGINE
		else
			export TRAMMEL_NO_ENGINE="the test images cannot be built"
		fi
	else
		export TRAMMEL_NO_ENGINE=$ENGINE_WHY
		say "    no engine: $ENGINE_WHY"
	fi
}

# One machine for all its tests; ctest ends it, unless it is ended itself.
lane_vm() {
	defer bash "$SOURCE/tests/vm/run.sh" --down
	lane "$@"
}

tally() {
	python3 "$SOURCE/tests/lib/tally.py" "${LANES[@]}"
}

suite_all() {
	local cores
	cores=$(nproc)
	rm -rf "$RESULTS"
	mkdir -p "$RESULTS"
	export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1
	export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
	lane release release "$cores" -L '^(source|unit|prop|fuzz|cli)$'
	lane sanitize sanitize "$cores" -L '^(unit|prop|fuzz|cli)$'
	lane fuzz fuzz "$cores" -L '^fuzz$'
	suite_engine
	lane live release 1 -L '^live$'
	lane_vm vm release 1 -L '^vm$'
	tally
}

suite_only() {
	rm -rf "$RESULTS"
	mkdir -p "$RESULTS"
	case $1 in
	*live*) suite_engine ;;
	esac
	lane_vm only release 1 -R "$1"
	tally
}
