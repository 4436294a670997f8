# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The demo where no engine can run: runc on a bundle made of the same root file system. runc takes
# a profile from the bundle's own configuration.

DEMO_ID=trammel-demo-$$

# runc_config [PROFILE]: writes $DEMO/bundle/config.json.
runc_config() {
	(cd "$DEMO/bundle" && rm -f config.json && runc spec) || return 1
	python3 - "$DEMO/bundle" "$@" <<'PYTHON'
import json
import sys

bundle, profile = sys.argv[1], sys.argv[2:]
with open(f"{bundle}/config.json") as f:
    config = json.load(f)
with open(f"{bundle}/rootfs/etc/passwd") as f:
    user = next(line.split(":") for line in f if line.startswith("redis:"))
process = config["process"]
process["terminal"] = False
process["args"] = ["redis-server", "--dir", "/var/lib/redis"]
process["user"] = {"uid": int(user[2]), "gid": int(user[3])}
config["root"]["readonly"] = False
if profile:
    with open(profile[0]) as f:
        seccomp = json.load(f)
    # The runtime's format is Docker's without the comments.
    for rule in seccomp["syscalls"]:
        rule.pop("comment", None)
    config["linux"]["seccomp"] = seccomp
with open(f"{bundle}/config.json", "w") as f:
    json.dump(config, f, indent=2)
PYTHON
}

runc_end() {
	runc kill "$DEMO_ID" KILL >/dev/null 2>&1
	runc delete -f "$DEMO_ID" >/dev/null 2>&1
}

# Records one run of the bundle. runc names the container's cgroup after the container.
runc_record() {
	shown_quiet "$1" trammel record -o "$2" --cgroup "$DEMO_ID" --subject redis \
		--exercise "$DEMO_EXERCISE" -- runc run --bundle "$DEMO/bundle" "$DEMO_ID"
}

demo_with_runc() {
	local archive run clean=0
	command -v runc >/dev/null || die "neither an engine nor runc is here"
	step "A bundle from Debian packages: $DEMO/bundle"
	archive=$(image_rootfs debian) || die "the root file system cannot be made"
	mkdir -p "$DEMO/bundle/rootfs"
	quiet demo-rootfs tar -C "$DEMO/bundle/rootfs" -xf "$archive" || exit 1
	runc_config || exit 1
	defer runc_end
	export INSIDE="runc exec $DEMO_ID"

	step "Recording redis at work"
	runc_record demo-record "$DEMO/redis.trace" || exit 1
	demo_profile

	step "Rehearsing: the same bundle under the profile, $DEMO_RUNS times"
	runc_config "$DEMO/seccomp.json" || exit 1
	for run in $(seq "$DEMO_RUNS"); do
		runc_end
		runc_record "demo-rehearse-$run" "$DEMO/rehearsal-$run.trace" || die "rehearsal $run failed"
		demo_runc_clean "$DEMO/rehearsal-$run.trace" && clean=$((clean + 1))
	done
	[ "$clean" = "$DEMO_RUNS" ] || die "$clean of $DEMO_RUNS rehearsals came through"
	demo_summary "linux.seccomp in $DEMO/bundle/config.json"
}

# A syscall that was done in training and refused in the rehearsal is one the profile lacks.
demo_runc_clean() {
	python3 - "$DEMO/redis.trace" "$1" <<'PYTHON'
import json
import sys


def denied(path):
    with open(path) as f:
        facts = [json.loads(line) for line in f]
    return {(x["abi"], x["name"]) for x in facts
            if x.get("fact") == "syscall" and "denied" in x.get("flags", [])
            # clone3, to which Docker's default and every profile of ours answers like this
            and x.get("errnos") != [38]}


new = denied(sys.argv[2]) - denied(sys.argv[1])
for abi, name in sorted(new):
    print(f"    refused: {name} ({abi})", file=sys.stderr)
sys.exit(1 if new else 0)
PYTHON
}
