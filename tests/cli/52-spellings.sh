#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# trammel emit oci, podman, k8s, spo, systemd: the same rules, by meaning and by their schemas.
. "$TRAMMEL_SOURCE/tests/lib/cli.sh"

id=0123456789abcdef0123456789abcdef
# trace SUBJECT: one with a call whose arguments were recorded
trace() {
	printf '{"trammel":"trace","version":1,"recordings":[{"id":"%s","subject":"%s","start_seen":true,"context":{"arguments":["socket"]}}]}\n' "$id" "$1"
	for call in read:0 write:1 socket:41 clone:56 exit_group:231; do
		printf '{"fact":"syscall","abi":"x86_64","nr":%d,"name":"%s","recordings":[0],"phases":["main"],"flags":["done"]}\n' "${call#*:}" "${call%:*}"
	done
	printf '{"fact":"socket","family":2,"type":1,"protocol":0,"recordings":[0],"phases":["main"],"flags":["done"]}\n'
	printf '{"end":true,"facts":6,"complete":true,"recordings":[{"id":"%s","ended":"exited","losses":{}}],"kinds":{"syscall":5,"socket":1}}\n' "$id"
}
trace 'My web_App!' >web.trace

expect 0 emit seccomp -o seccomp.json web.trace
for format in oci podman k8s spo; do
	expect 0 emit "$format" -o "$format.file" web.trace
	cp err "$format.err"
	expect 0 diff --any-change seccomp.json "$format.file"
	expect 0 verify --seccomp "$format.file" web.trace
	expect 0 emit "$format" web.trace
	cmp -s out "$format.file" || fail "emit $format writes something else to stdout"
done
says oci.err 'oci cannot say the reasons'
says k8s.err 'localhostProfile: trammel-my-web-app.json'
says spo.file '^  name: "trammel-my-web-app"$'
says spo.file '^  # observed'
says podman.file '"errno": "ENOSYS"'

# Kubernetes: all three files, and no other
expect 0 emit k8s -d k8s web.trace
[ "$(cd k8s && echo *)" = "trammel-my-web-app.json trammel-my-web-app.seccompprofile.yaml trammel-my-web-app.securitycontext.yaml" ] ||
	fail "emit k8s -d: $(ls k8s)"
cmp -s k8s/trammel-my-web-app.json k8s.file || fail "the localhostProfile differs"
cmp -s k8s/trammel-my-web-app.seccompprofile.yaml spo.file || fail "the manifest differs"
says k8s/trammel-my-web-app.securitycontext.yaml 'localhostProfile: trammel-my-web-app.json'
expect 0 emit k8s -d k8s --name web.v2 web.trace
[ -s k8s/web.v2.json ] || fail "--name"
# a subject can be anything, a name cannot
for subject in '../../etc/x' '---' '' 'ÄÖÜ' "$(printf 'a%.0s' {1..400})"; do
	trace "$subject" >odd.trace
	rm -rf odd
	expect 0 emit k8s -d odd odd.trace
	for f in odd/*; do
		[[ ${f#odd/} =~ ^trammel(-[a-z0-9-]*[a-z0-9])?\.(json|seccompprofile.yaml|securitycontext.yaml)$ ]] ||
			fail "'$subject': $f"
	done
done

# systemd
expect 0 emit systemd -o web.conf web.trace
says err 'systemd cannot say the arguments of .*socket'
says err 'a drop-in of the unit'
says web.conf '^SystemCallErrorNumber=EPERM$'
says web.conf '^SystemCallArchitectures=x86-64$'
says web.conf '^# allowed with any arguments.*socket'
says web.conf '^SystemCallFilter=~clone3:ENOSYS '
# What another file says is forgotten, and systemd's own set is taken out, before anything is allowed.
[ "$(grep -m 3 '^SystemCallFilter=' web.conf | paste -sd' ')" = \
	'SystemCallFilter= SystemCallFilter=@default SystemCallFilter=~@default' ] || fail "the first lines"
expect 0 emit systemd --default-action log web.trace
says out '^SystemCallLog=accept '
says out '^SystemCallFilter=accept '
expect 0 emit systemd --default-action kill web.trace
says out '^SystemCallErrorNumber=$'
if command -v systemd-analyze >/dev/null; then
	{ echo "[Unit]"; echo "Description=test"; cat web.conf; echo "ExecStart=/bin/true"; } >web.service
	systemd-analyze verify --man=no ./web.service >out 2>&1
	# Names that are newer than it, it says, and goes on.
	if grep 'web.service' out | grep -v 'Failed to parse system call, ignoring'; then fail "systemd does not like it"; fi
fi

# into a configuration: nothing else changes, and nothing of an older profile stays
printf '{"ociVersion":"1.0.2","process":{"args":["sh","/x/y"],"rlimit":1.50,"big":18446744073709551615},"linux":{"seccomp":{"defaultAction":"SCMP_ACT_ALLOW","flags":["SECCOMP_FILTER_FLAG_LOG"]},"namespaces":[{"type":"pid"}]},"hostname":"h"}' >config.json
cp config.json old.json
expect 0 emit oci --into config.json web.trace
cmp -s config.json old.json || fail "--into writes without -o"
expect 0 emit oci --into config.json -o config.json web.trace
expect 0 diff --any-change seccomp.json config.json
if grep -q FLAG_LOG config.json; then fail "the older profile's flags stay"; fi
same() {
	jq -S 'del(.linux.seccomp)' "$1"
}
if command -v jq >/dev/null; then
	[ "$(same config.json)" = "$(same old.json)" ] || fail "--into changes more"
fi
says config.json '1.50'
says config.json '18446744073709551615'
echo '{"ociVersion":"1.0.2"}' >bare.json
expect 0 emit oci --into bare.json -o bare.json web.trace
expect 0 diff --any-change oci.file bare.json
"$TRAMMEL" emit oci --into - web.trace <bare.json >out 2>err || fail "--into -"
cmp -s out bare.json || fail "--into - writes something else"

# A name is no part of these, and may be given all the same.
for spelling in seccomp podman oci systemd; do
	expect 0 emit $spelling -o unnamed web.trace
	expect 0 emit $spelling --name My_web -o named web.trace
	says err 'no name in it'
	cmp -s unnamed named || fail "$spelling: --name changes something"
done

# what others take it for
printf '{"defaultAction":"SCMP_ACT_ALLOW","linux":{"seccomp":{"defaultAction":"SCMP_ACT_ERRNO"}}}' >both.json
expect 2 lint both.json
says err 'it is a profile, and has another one at linux.seccomp'
expect 2 rehearse --seccomp oci.file -- docker run x
says err 'the profile stands at linux.seccomp in it'
expect 2 rehearse --seccomp spo.file -- docker run x
says err 'the profile stands at spec in it'

# against the schemas
if python3 -c 'import jsonschema, yaml' 2>/dev/null; then
	python3 -W ignore - "$TRAMMEL_SOURCE/tests/data" oci.file spo.file k8s.file <<'END' || fail "not by the schema"
import json, os, sys
import jsonschema, yaml
data, oci, spo, k8s = sys.argv[1:]
folder = os.path.join(data, "oci-runtime-spec")
load = lambda name: json.load(open(os.path.join(folder, name)))
store = {name: load(name) for name in os.listdir(folder) if name.endswith(".json")}
base = "file://" + folder + "/"
resolver = jsonschema.RefResolver(base, {}, store={base + n: s for n, s in store.items()})
schema = {"$ref": base + "config-linux.json#/linux"}
validator = jsonschema.Draft4Validator(schema, resolver=resolver)
check = lambda config: validator.validate(config["linux"])
config = json.load(open(oci))
check(config)
check({"linux": {"seccomp": json.load(open(k8s))}})
config["linux"]["seccomp"]["syscalls"][0]["action"] = "SCMP_ACT_MAYBE"
try:
    check(config)
except jsonschema.ValidationError:
    pass
else:
    sys.exit("the schema takes everything")
crd = yaml.safe_load(open(os.path.join(data, "spo", "seccompprofile.yaml")))
manifest = yaml.safe_load(open(spo))
group, version = manifest["apiVersion"].split("/")
assert group == crd["spec"]["group"] and manifest["kind"] == crd["spec"]["names"]["kind"]
one, = [v for v in crd["spec"]["versions"] if v["name"] == version and v["served"]]
jsonschema.Draft4Validator(one["schema"]["openAPIV3Schema"]).validate(manifest)
known = one["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
assert set(manifest["spec"]) <= set(known), set(manifest["spec"]) - set(known)
END
else
	echo "not checked against the schemas: python3 has no jsonschema or yaml"
fi

bad() {
	expect 2 "$@"
	[ ! -s out ] || fail "trammel $*: talks on stdout"
}
bad emit yaml web.trace
bad emit oci -d dir web.trace
bad emit oci --into missing.json web.trace
bad emit oci --into web.trace web.trace
bad emit podman --into bare.json web.trace
bad emit oci --into - -
for text in '{"defaultAction":"SCMP_ACT_ERRNO"}' '[]' '1' 'null' '{"linux":[]}' '{"linux":null}' '{'; do
	echo "$text" >odd.json
	bad emit oci --into odd.json web.trace
done
bad emit k8s -d dir -o file web.trace
bad emit seccomp --name ../web web.trace
bad -j emit spo web.trace
bad -j emit systemd -o - web.trace
bad emit k8s --name '../web' web.trace
bad emit spo --name Web web.trace
bad emit spo --name '' web.trace
touch file
bad emit k8s -d file web.trace
exit "$failed"
