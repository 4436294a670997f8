#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# As root, beside an engine: what features says is what the engine says and what recording does.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
# shellcheck disable=SC2119 # no image is needed
live_begin

"$TRAMMEL" --json features >features.json 2>features.err
status=$?
[ ! -s features.err ] || fail "it talks: $(head -c 500 features.err)"
docker info -f '{{json .}}' >info.json || fail "docker info"
"$TRAMMEL" record -o true.trace -- /bin/true >record.out 2>&1
recorded=$?
python3 - "$status" "$recorded" <<'PYTHON' || { cat record.out; exit 1; }
import json
import sys

status, recorded = map(int, sys.argv[1:])


def check(what, truth):
    if not truth:
        sys.exit(f"FAILED: {what}")


with open("features.json") as f:
    answer = json.load(f)
with open("info.json") as f:
    info = json.load(f)
rows = {row["id"]: row for row in answer["features"]}
docker = rows["engine.docker"]
check("docker is found", docker["state"] == "yes")
check("its version", f"Docker {info['ServerVersion']}" in docker["detail"])
check("its storage", info["Driver"] in docker["detail"])
check("privilege", rows["privilege"]["state"] == "yes")
check("the status is the answer", status == (0 if answer["can_record"] else 3))
check("recording does what was said", (recorded == 0) == answer["can_record"])
if answer["can_record"]:
    for row in rows.values():
        check(f"{row['id']} is required, and there", row["state"] == "yes" or not row["required"])
PYTHON
