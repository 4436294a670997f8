# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# ./bootstrap demo: the main job on a real container, from the recording to the rehearsals. With an
# engine it is the four commands of the README; with none, runc runs a bundle of the same files.

DEMO=build/demo
DEMO_RUNS=3
DEMO_EXERCISE=tests/workloads/redis/exercise.sh

demo() {
	cd "$SOURCE" || exit 1
	rm -rf --one-file-system "$DEMO"
	mkdir -p "$DEMO"
	export PATH=$SOURCE/build/release:$PATH
	step "A container engine"
	if [ "${TRAMMEL_DEMO:-}" != runc ] && engine_up; then
		defer engine_down
		say "    $ENGINE engine: $(engine_describe)"
		demo_with_engine
	else
		say "    no engine can run here (${ENGINE_WHY:-TRAMMEL_DEMO=runc}): using runc on a bundle"
		. "$SOURCE/tests/lib/demo_runc.sh"
		demo_with_runc
	fi
}

# shown CMD...: says the command, as one would type it, and runs it with its output.
shown() {
	say "    \$ $(demo_quoted "$@")"
	run_job "$@"
}

# shown_quiet LOG CMD...: the same, with its output (the container's, mostly) in a log.
shown_quiet() {
	local log=$1
	shift
	say "    \$ $(demo_quoted "$@")"
	quiet "$log" "$@"
}

# Quotes only what a shell would not take as it is: the lines are there to be pasted.
demo_quoted() {
	local word line=
	for word in "$@"; do
		[[ $word =~ ^[A-Za-z0-9_./:=@,+-]+$ ]] || word="'${word//\'/\'\\\'\'}'"
		line+="$word "
	done
	printf '%s\n' "${line% }"
}

demo_with_engine() {
	local run=(docker run --rm --network none)

	step "An image from Debian packages: trammel-lab/redis"
	defer images_remove
	image_build redis || die "the image cannot be built"

	step "Recording redis at work"
	shown_quiet demo-record trammel record -o "$DEMO/redis.trace" --exercise "$DEMO_EXERCISE" \
		-- "${run[@]}" trammel-lab/redis || exit 1
	demo_profile

	step "Rehearsing: the same container under the profile, $DEMO_RUNS times"
	shown trammel rehearse -n "$DEMO_RUNS" --seccomp "$DEMO/seccomp.json" \
		--exercise "$DEMO_EXERCISE" -- "${run[@]}" trammel-lab/redis 2>"$LAB/log/demo-rehearse.log" || {
		tail -n 20 "$LAB/log/demo-rehearse.log" >&2
		die "not every rehearsal came through (log: build/lab/log/demo-rehearse.log)"
	}
	demo_summary "docker run --security-opt seccomp=$DEMO/seccomp.json ..."
}

# From the trace to a profile that is proved: needs no container.
demo_profile() {
	step "What was recorded"
	shown trammel show "$DEMO/redis.trace" || exit 1
	step "Making a seccomp profile of it"
	shown trammel emit seccomp -o "$DEMO/seccomp.json" "$DEMO/redis.trace" || exit 1
	step "Proving it, offline: is all that was recorded allowed?"
	shown trammel verify --seccomp "$DEMO/seccomp.json" "$DEMO/redis.trace" || exit 1
	trammel -j verify --seccomp "$DEMO/seccomp.json" "$DEMO/redis.trace" >"$DEMO/verify.json" || exit 1
	# For the comparison. No is an answer: an unconfined run may have made calls beyond it.
	trammel -j verify --seccomp docker-default "$DEMO/redis.trace" >"$DEMO/docker-default.json"
	[ $? -le 1 ] || exit 1
}

# demo_summary HOW-TO-USE
demo_summary() {
	say ""
	python3 - "$DEMO" "$DEMO_RUNS" "$1" <<'PYTHON'
import json
import sys

where, runs, use = sys.argv[1:]


def load(name):
    with open(f"{where}/{name}.json") as f:
        return json.load(f)


def unused(answer):
    """What it grants through the native ABI, and the recording has not."""
    return sum(1 for each in answer["also_allowed"] if each["abi"] == "x86_64")


ours, docker = load("verify"), load("docker-default")
print(f"""redis runs under a profile of its own.

  Recorded    {ours["recorded"]} different syscalls: redis, its clients, and what starts them
  Allowed     {ours["granted"]} syscalls, {unused(ours)} of them not recorded (runtimes and vDSO may need them)
  Docker's    default allows {docker["granted"]}, {unused(docker)} of them not recorded
  Proved      the compiled profile allows every syscall that was recorded
  Rehearsed   {runs} of {runs} runs came through under it, with nothing refused that was needed

  {where}/redis.trace     what was recorded
  {where}/seccomp.json    the profile: {use}
  {where}/verify.json     the proof, for programs""")
PYTHON
}
