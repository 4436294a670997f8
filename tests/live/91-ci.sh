#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# docs/ci.md as it stands there, on a real engine; then the shell steps of the GitHub action and of the
# GitLab template: green, red with the call named when the application needs more, and green once accepted.
# shellcheck disable=SC2016 # backquotes in what is looked for
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/guide.sh"
live_begin busybox
python3 -c 'import yaml' 2>/dev/null || skip "no python3-yaml"
export DOCKER_BUILDKIT=0
unset GITHUB_ACTIONS GITHUB_STEP_SUMMARY

export WORK
remove_web() { docker rmi -f web >/dev/null 2>&1; }
defer remove_web

guide_run "$SOURCE/docs/ci.md" 9
guide_says '^recording web in container '
guide_says '^web.trammel: ([0-9]+|\.\.\.) facts of 1 recording'
guide_says '^  Of 2 recordings, '
guide_says '^2 of 2 came through\.$'
guide_says '^Yes: web.trammel/seccomp.json allows all ([0-9]+|\.\.\.) recorded syscalls'
guide_says '^No: web.trammel/seccomp.json denies 1 of ([0-9]+|\.\.\.) recorded syscalls$'
guide_says '^Yes: the AppArmor profile trammel-web of web.trammel/apparmor allows all ([0-9]+|\.\.\.) recorded acts'
guide_says '^Allowed, and by nothing recorded: of ([0-9]+|\.\.\.) files in the image$'
guide_says '^    missing: owner "/tmp/pipe" w,$'
guide_says '^  mknodat +x86_64 +EPERM +main: /bin/busybox$'
guide_says '^  trammel emit bundle -d web.trammel traces/web.trace$'
grep -q '"mknodat"' before/seccomp.json || fail "what was accepted is not in the profile"
cd "$WORK" || exit 1

# The steps of the others, for the same application: as it is, changed, and accepted.
cat >steps.py <<'END'
import sys, yaml
kind, path = sys.argv[1:]
with open(path, encoding="utf-8") as f:
    y = yaml.safe_load(f)
if kind == "github":
    steps = [s for s in y["runs"]["steps"] if "run" in s]
    assert y["runs"]["using"] == "composite" and len(steps) == 2, steps
    values = {"bundle": "web.trammel", "run": "./run-tests", "sarif": "out.sarif"}
    for name, i in y["inputs"].items():
        assert i.get("required") or "default" in i, name
        values.setdefault(name, i.get("default"))
    for n, s in enumerate(steps):
        # A value in the text of a script would be read as a script.
        assert s["shell"] == "bash" and "${{" not in s["run"], s
        with open(f"github-{n}.step", "w", encoding="utf-8") as f:
            f.write(s["run"])
        for key, value in s["env"].items():
            name = value.removeprefix("${{ inputs.").removesuffix(" }}")
            print(f"export {key}='{values[name]}'")
        print(f"bash --noprofile --norc -e -o pipefail \"$WORK/github-{n}.step\"")
else:
    job = y[".trammel"]
    print("set -e")
    for key, value in (job["variables"] | {"TRAMMEL_BUNDLE": "web.trammel", "TRAMMEL_RUN": "./run-tests"}).items():
        print(f"export {key}='{value}'")
    print("\n".join(job["script"]))
END

# ci NAME WANT: the steps, in the application's directory; what they said is in NAME.out
ci() {
	rm -rf trammel-traces
	run_job env GITHUB_ACTIONS="$github" GITHUB_STEP_SUMMARY="$PWD/summary" \
		bash -e -o pipefail "$WORK/$kind.sh" >"$1.out" 2>&1
	got=$?
	cat "$1.out"
	[ "$got" = "$2" ] || fail "$kind, $1: status $got, wanted $2"
}

for kind in github gitlab; do
	[ "$kind" = github ] && file=action.yml github=true || file=ci/gitlab/trammel.gitlab-ci.yml github=
	python3 steps.py "$kind" "$SOURCE/$file" >"$kind.sh" || fail "$file: no steps"
	mkdir "$kind"
	cd "$kind" || exit 1
	cp ../guide/Dockerfile ../guide/run-tests .
	grep -v mkfifo ../guide/app.sh >app.sh
	if [ "$kind" = github ]; then
		ci first 1
		grep -q '^  trammel emit bundle -d web.trammel trammel-traces$' first.out ||
			fail "how to make the bundle is not said"
	else
		mkdir trammel-traces
		trammel record --containers -d trammel-traces -- ./run-tests || fail "cannot record"
	fi
	trammel emit bundle -d web.trammel trammel-traces || fail "no bundle"
	ci green 0
	grep -q '::error' green.out && fail "an error without one"
	echo 'mkfifo /tmp/pipe' >>app.sh
	ci red 1
	grep -q '^  mknodat  *x86_64 ' red.out || fail "the call is not named"
	line=$(sed -n 's/^  \(trammel emit bundle .*\)/\1/p' red.out)
	if [ "$kind" = github ]; then
		grep -q '^::error file=web.trammel/seccomp.json,line=[1-9][0-9]*,title=trammel::mknodat ' red.out ||
			fail "no annotation"
		grep -q '^| `mknodat` | x86_64 | EPERM | `/bin/busybox, ' summary || fail "no summary"
		grep -q '"verify-denied"' out.sarif || fail "no SARIF"
	fi
	bash -c "$line" || fail "cannot accept: $line"
	ci accepted 0
	cd "$WORK" || exit 1
done
