#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One line a feature: id, state, detail.
"$TRAMMEL" --json features >/tmp/features.json
status=$?
python3 - <<'PYTHON'
import json

with open("/tmp/features.json") as f:
    answer = json.load(f)
for row in answer["features"]:
    print(row["id"], row["state"], row.get("detail", ""))
print("can_record", answer["can_record"])
print("backend", answer["backend"])
PYTHON
exit $status
