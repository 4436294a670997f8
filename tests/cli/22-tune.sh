#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The tune file: what emit makes of it and says about it, what verify calls denied by hand, and that
# the manual's examples are valid by the schema that is installed.
. "$TRAMMEL_SOURCE/tests/lib/cli.sh"
MATCH=-E

trace_of read open mount fsync >web.trace
cat >tune.json <<'END'
{
  "options": {"runtime": {"value": "none", "why": "r"}, "siblings": {"value": "off", "why": "s"}},
  "allow": [{"fact": "syscall:fdatasync", "why": "a \"disk\"\u001b[2J"}, {"fact": "syscall:read", "why": "x"}],
  "deny": [{"fact": "syscall:mount", "why": "never\u001b[2J"}]
}
END
expect 0 emit seccomp --tune tune.json -o p.json web.trace
says err '^warning: syscall:mount: denied by hand \(never\\x1b\[2J\), and made in 1 of 1 recording by the workload, by /bin/a\\x1b\[2J: there it will fail$'
says err '^warning: decided by hand, and changes nothing: allow syscall:read$'
says err ': 3 observed, 1 by hand, 0 more that runtimes make'
python3 - <<'END' || fail "p.json is not what the tune file says"
import json, sys
rules = {n: r for r in json.load(open("p.json"))["syscalls"] for n in r["names"]}
sys.exit(not (rules["fdatasync"]["comment"] == 'allowed by hand: a "disk"\x1b[2J' and
    "mount" not in rules and "openat" not in rules and rules["open"]["action"] == "SCMP_ACT_ALLOW"))
END
expect 0 emit seccomp --tune tune.json --siblings on -o q.json web.trace
grep -q openat q.json || fail "--siblings on does not win over the file"
expect 2 emit seccomp --tune tune.json --tune tune.json web.trace
expect 2 emit seccomp --args some web.trace
says err '^trammel: emit: --args: expected none, risky or all, found .some. '

if [ "$(uname -m)" = x86_64 ]; then
	expect 1 verify --seccomp p.json web.trace
	expect 0 verify --seccomp p.json --tune tune.json web.trace
	says out '^Yes: p.json denies none of 4 recorded syscalls but for 1 that are denied by hand$'
	says out '^    decided by hand: never\\x1b\[2J$'
	"$TRAMMEL" -j verify --seccomp p.json --tune tune.json web.trace |
		python3 -c 'import json, sys
d = json.load(sys.stdin)
h = d["denied_by_hand"]
sys.exit(not (d["allowed"] and not d["denied"] and [x["name"] for x in h] == ["mount"] and h[0]["errno"] == 1))' ||
		fail "verify --json"
	# The file is no licence for what it does not name.
	trace_of read open mount fsync lseek >more.trace
	expect 1 verify --seccomp p.json --tune tune.json more.trace
	says out '^No: p.json denies 1 of 5'
	expect 0 emit seccomp --accept syscall:mount -o r.json web.trace
	expect 0 verify --seccomp r.json --tune tune.json web.trace
	says err '^warning: 1 recorded syscall that the tune file denies is allowed'
	expect 2 verify --seccomp p.json --tune nowhere.json web.trace
	expect 2 verify --seccomp p.json --tune - - web.trace
fi

# The examples of the manual: what the schema takes, the reader takes; and the other way round.
python3 - "$TRAMMEL_SOURCE/docs/trammel-tune.5.md" <<'END' || fail "no examples in the manual"
import json, re, sys
text = open(sys.argv[1]).read()
blocks = re.findall(r"(?:^    .*\n|^\n(?=    ))+", text[text.index("## EXAMPLES"):], re.M)
n = 0
for b in blocks:
    with open(f"example-{n}.json", "w") as f:
        json.dump(json.loads(b), f)
    n += 1
sys.exit(n < 2)
END
for example in example-*.json tune.json; do
	expect 0 emit seccomp --tune "$example" --accept syscall:mount --ceiling none web.trace
done
if python3 -c 'import jsonschema' 2>/dev/null; then
	python3 - "$TRAMMEL_SOURCE/profiles/tune.schema.json" "$TRAMMEL" <<'END' || fail "the schema"
import glob, json, subprocess, sys, warnings
warnings.simplefilter("ignore")
import jsonschema
schema = json.load(open(sys.argv[1]))
validator = jsonschema.validators.validator_for(schema)
validator.check_schema(schema)
validator = validator(schema)
bad = []
for f in glob.glob("example-*.json") + ["tune.json"]:
    bad += [f"{f}: {e.message}" for e in validator.iter_errors(json.load(open(f)))]
wrong = [
    [], {"acept": []}, {"accept": {}}, {"accept": [{"fact": "syscall:mount"}]},
    {"accept": [{"fact": "mount", "why": "x"}]}, {"deny": [{"fact": "syscall:mount", "why": ""}]},
    {"pin": [{"fact": "syscall:socket", "why": "x"}]},
    {"pin": [{"fact": "arg:socket:6:1", "why": "x"}]},
    {"pin": [{"fact": "arg:socket:0:1", "mask": "3", "why": "x"}]},
    {"allow": [{"fact": "syscall:read", "errno": "EPERM", "why": "x"}]},
    {"options": {"args": {"value": "some", "why": "x"}}}, {"options": {"args": {"value": "all"}}},
    {"options": {"siblings": "off"}}, {"options": {"colour": {"value": "x", "why": "x"}}},
    {"options": {"arch": {"value": "riscv64", "why": "x"}}},
    {"options": {"default-action": {"value": "allow", "why": "x"}}},
]
for w in wrong:
    if validator.is_valid(w):
        bad.append(f"the schema takes {w}")
    with open("wrong.json", "w") as f:
        json.dump(w, f)
    r = subprocess.run([sys.argv[2], "emit", "seccomp", "--tune", "wrong.json", "web.trace"],
                       capture_output=True)
    if r.returncode != 2:
        bad.append(f"the reader takes {w}")
print("\n".join(bad))
sys.exit(bool(bad))
END
else
	echo "no python3-jsonschema: the examples are not held against the schema"
fi
exit "$failed"
