#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tally.py RESULT.xml...: the failed and skipped tests of ctest's JUnit files, and one count.

The caller names every lane's file: a missing, broken or empty one counts as a failure.
"""
import os
import sys
import xml.etree.ElementTree as ET


def reasons(text):
    return [line.strip() for line in text.splitlines() if line.lower().startswith("skipped")]


def read(path, count):
    lane = os.path.splitext(os.path.basename(path))[0]
    try:
        cases = ET.parse(path).getroot().findall("testcase")
    except (OSError, ET.ParseError) as error:
        print(f"FAILED  {lane}: no result ({error})")
        count["failed"] += 1
        return
    if not cases:
        print(f"FAILED  {lane}: it has no test")
        count["failed"] += 1
    for case in cases:
        name, status = case.get("name"), case.get("status")
        output = case.findtext("system-out") or ""
        if status == "run":
            count["passed"] += 1
            for reason in reasons(output):
                print(f"note    {lane}: {name}: {reason}")
        elif case.find("skipped") is not None and status != "fail":
            count["skipped"] += 1
            said = reasons(output) or output.strip().splitlines()[-1:] or ["no reason given"]
            print(f"skipped {lane}: {name}: {said[0]}")
        else:
            count["failed"] += 1
            print(f"FAILED  {lane}: {name}")


def main():
    count = {"passed": 0, "failed": 0, "skipped": 0}
    print()
    for path in sys.argv[1:]:
        read(path, count)
    print("{passed} passed, {failed} failed, {skipped} skipped".format(**count))
    sys.exit(1 if count["failed"] or not count["passed"] else 0)


if __name__ == "__main__":
    main()
