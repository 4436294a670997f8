#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh [--runs N] [--releases] [--only RE] [--results FILE] [--markdown FILE]
# Profiles of real workloads, under real runtimes: each workload is recorded once as root and once as
# another user, under docker run; one profile is emitted of the two recordings, with emit's defaults;
# and under that profile the workload is rehearsed N (1) times in each row of a table in which any two of
#
#   runtime    docker (with the runtime it has), runc and crun on a bundle of the image's files; with
#              --releases also those of other Debian releases
#   nnp        no-new-privileges
#   user       root, another
#   way        how the container is talked to: from outside, by exec, or by a health check and exec
#
# meet (pairs.py). Exit 1 if one rehearsal did not come through. What was measured goes to FILE, a line
# of JSON a row; --markdown is the tables of it.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
. "$TRAMMEL_SOURCE/tests/lib/releases.sh"
. "$TRAMMEL_SOURCE/tests/lib/bundle.sh"
WORKLOADS=redis,nginx,pyapp,node,goapp
RUNTIMES=docker,runc,crun
RELEASES_OF="runc@bullseye runc@trixie crun@trixie runc@sid crun@sid"
runs=1 only=. results='' markdown='' releases=''
while [ $# -gt 0 ]; do
	case $1 in
	--releases) releases=1 ;;
	--runs | --only | --results | --markdown)
		[ $# -gt 1 ] || fail "$1 needs a value"
		declare "${1#--}=$2"
		shift
		;;
	*) fail "unknown option '$1'" ;;
	esac
	shift
done
[ -z "$results" ] || results=$(realpath "$results")
[ -z "$markdown" ] || markdown=$(realpath "$markdown")
live_begin busybox
bundles=$WORK/bundles
HERE=$SOURCE/tests/matrix
export TRAMMEL_SOURCE HERE bundles

# as USER WORKLOAD: what -u takes
as() {
	case $1:$2 in
	root:*) echo 0 ;;
	other:nginx) echo www-data ;;
	other:*) sed -n 's/^USER //p' "$SOURCE/tests/workloads/$2/Dockerfile" ;;
	esac
}

# A runtime that is not here is no failure, and is said; so it is for the compiler.
have_runtimes() {
	local each suite
	command -v go >/dev/null || { WORKLOADS=${WORKLOADS%,goapp}; echo "skipped: golang-go is not installed"; }
	command -v crun >/dev/null || { RUNTIMES=docker,runc; echo "skipped: crun is not installed"; }
	for each in ${releases:+$RELEASES_OF}; do
		suite=${each#*@}
		if release_root "$suite" runc crun >/dev/null; then
			RUNTIMES+=,$each
		else
			echo "skipped: $each cannot be had"
		fi
	done
}

# runtime_of NAME: "runc@trixie" as RUNTIME and RELEASE
runtime_of() {
	RUNTIME=${1%@*} RELEASE=
	[ "$RUNTIME" = "$1" ] || RELEASE=$(release_root "${1#*@}" runc crun)
}

version_of() {
	if [ "$1" = docker ]; then
		echo "$(docker info -f '{{.ServerVersion}} {{.DefaultRuntime}}') $(runtime_version runc)"
	else
		runtime_of "$1"
		runtime_version "$RUNTIME" "$RELEASE"
	fi
}

# One profile of the two recordings, with what emit does unasked.
prepare() {
	local workload=$1 user
	image_build "$workload" || fail "cannot build the image $workload"
	bundle_make "trammel-lab/$workload" "$bundles/$workload" || fail "no bundle of $workload"
	for user in root other; do
		expect 0 record -o "$workload.$user.trace" --exercise "$HERE/exercise.sh $workload docker health" -- \
			docker run --rm --network none -u "$(as $user "$workload")" "trammel-lab/$workload"
	done
	expect 0 merge -o "$workload.trace" "$workload".{root,other}.trace
	emitted "$workload.trace" "$workload.json"
}

# rehearse_row WORKLOAD RUNTIME NNP USER WAY: its exit status is rehearse's; the answer is in out
rehearse_row() {
	local workload=$1 runtime=$2 nnp=$3 user dir=$bundles/$1 way=$5 options command
	user=$(as "$4" "$workload")
	options=(-n "$runs" --seccomp "$workload.json" --trace "$workload.trace"
		--exercise "$HERE/exercise.sh $workload $runtime $way $dir")
	if [ "$runtime" = docker ]; then
		command=(docker run --rm --network none -u "$user" --security-opt "no-new-privileges=$nnp")
		[ "$way" = health ] || command+=(--no-healthcheck)
		command+=("trammel-lab/$workload")
	else
		runtime_of "$runtime"
		python3 "$SOURCE/tests/lib/bundle_config.py" "$dir" "trammel-$$" "$workload.json" \
			"$user" "$nnp" || fail "no configuration for $workload"
		export RUNTIME RELEASE BUNDLE_NAME=trammel-$$
		bundle_run "$dir" "trammel-$$" "$RUNTIME" "$RELEASE"
		options+=(--cgroup "/trammel-$$")
		command=("${BUNDLE_RUN[@]}")
	fi
	"$TRAMMEL" --json rehearse "${options[@]}" -- "${command[@]}" >out 2>err </dev/null
}

have_runtimes
for runtime in ${RUNTIMES//,/ }; do
	printf '%s\t%s\n' "$runtime" "$(version_of "$runtime")" >>versions
done
python3 "$HERE/pairs.py" "workload=$WORKLOADS" "runtime=$RUNTIMES" nnp=false,true user=root,other \
	way=outside,exec,health | grep -E "$only" >rows
failed=0 prepared=
while IFS=$'\t' read -r workload runtime nnp user way <&3; do
	[ "$prepared" = "$workload" ] || prepare "$workload"
	prepared=$workload
	rehearse_row "$workload" "$runtime" "$nnp" "$user" "$way"
	status=$?
	python3 "$HERE/result.py" out "$workload" "$runtime" "$nnp" "$user" "$way" >>measured ||
		{ failed=$((failed + 1)); show_output; }
	[ $status = 0 ] || [ $status = 1 ] || fail "rehearse: status $status: $(tail -n 3 err)"
done 3<rows
[ -s measured ] || fail "no row of that name"
[ -z "$results" ] || cp measured "$results"
[ -z "$markdown" ] || python3 "$HERE/table.py" measured versions >"$markdown" || fail "no tables"
[ $failed = 0 ] || fail "$failed rows did not come through"
