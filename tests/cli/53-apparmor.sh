#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# trammel emit apparmor: what it writes compiles, whatever the names are, and what it says is true.
. "$TRAMMEL_SOURCE/tests/lib/cli.sh"

# trace FILE SUBJECT RECORDINGS FACT...: so many recordings, each with its number in its id
trace() {
	local file=$1 subject=$2 n=$3 head='' foot='' id i
	shift 3
	for i in $(seq "$n"); do
		id=$(printf '%032x' "$i")
		head+="${head:+,}{\"id\":\"$id\",\"subject\":\"$subject\",\"start_seen\":true}"
		foot+="${foot:+,}{\"id\":\"$id\",\"ended\":\"exited\",\"losses\":{}}"
	done
	{
		echo "{\"trammel\":\"trace\",\"version\":1,\"recordings\":[$head]}"
		printf '%s\n' "$@"
		kinds=$(printf '%s\n' "$@" | sed 's/^{"fact":"\([a-z]*\)".*/\1/' | sort | uniq -c |
			awk '{ printf "%s\"%s\":%d", (NR == 1 ? "" : ","), $2, $1 }')
		echo "{\"end\":true,\"facts\":$#,\"complete\":true,\"recordings\":[$foot],\"kinds\":{$kinds}}"
	} >"$file"
}

# file PATH ACT PERMS WHERE [RECORDINGS]
file() {
	printf '{"fact":"file","path":"%s","act":"%s","perms":"%s","recordings":[%s],"phases":["main"],"exes":["/bin/app"],"flags":["done"],"where":["%s"]}' \
		"$1" "$2" "$3" "${5:-0}" "$4"
}

compiles() {
	command -v apparmor_parser >/dev/null || PATH=$PATH:/usr/sbin:/sbin
	command -v apparmor_parser >/dev/null || return 0
	apparmor_parser -QKS --kernel-features /etc/apparmor.d/abi/3.0 "$1" >/dev/null 2>err || fail "$1 does not compile"
}

trace web.trace 'My web' 1 \
	"$(file /etc/passwd open r image)" \
	"$(file /usr/lib/libc.so mmap m image)" \
	"$(file /usr/lib/libc.so open r image)" \
	"$(file '/tmp/a\\x0a  capability sys_admin,\\x0a' create w tmpfs)" \
	"$(file /proc/12/status open r proc)" \
	'{"fact":"capability","nr":0,"name":"chown","need":"needed","recordings":[0],"phases":["main"],"exes":["/bin/\\x1b[2J"],"flags":["done"]}' \
	'{"fact":"network","family":2,"type":1,"recordings":[0],"phases":["main"],"flags":["done"]}'

expect 0 emit apparmor web.trace
says err 'docker run --security-opt apparmor=trammel-my-web'
compiles out
cp out plain
says plain '^profile "trammel-my-web" flags=(attach_disconnected,mediate_deleted) {$'
says plain '^abi <abi/3.0>,$'
says plain '^  "/etc/passwd" r,'
says plain '^  "/usr/lib/libc.so" mr,'
says plain '^  "/proc/@{pid}/status" r,'
says plain '^  capability chown,'
says_not plain '^ *capability sys_admin'
says plain '^  network inet stream,'
says plain '^  signal (send, receive) peer="trammel-my-web",'
says plain '^  include if exists <local/trammel-my-web>$'
! grep -q "$(printf '\033')" plain || fail "an escape of the terminal is in the profile"

# the same to a file, with its own name; a report as JSON
expect 0 emit apparmor --name other.v2 --paths exact -o other web.trace
compiles other
says other '^profile "other.v2" '
expect 0 -j emit apparmor -o again web.trace
cmp -s again plain || fail "--json writes another profile"
says out '"paths": *"exact"'
says out '"states_max": *65535'

# names that change: one recording has a hint, two make a pattern
changing=("$(file /tmp/app-17.pid create w tmpfs 0)" "$(file /tmp/app-23.pid create w tmpfs 0)")
trace one.trace web 1 "${changing[@]}"
expect 0 emit apparmor -o one.aa one.trace
says one.aa '"/tmp/app-17.pid" w,'
says err 'may have another name next time: /tmp/app-\[0-9\]{1,10}.pid .*: app-17.pid, app-23.pid'
says err 'a second recording'
changing[1]=${changing[1]/'"recordings":[0]'/'"recordings":[1]'}
trace two.trace web 2 "${changing[@]}"
expect 0 -j emit apparmor -o two.aa two.trace
says two.aa '"/tmp/app-@{number}.pid" w,'
says_not two.aa 'app-17'
says out '"what": *"/tmp/app-\[0-9\]{1,10}.pid"'
compiles two.aa
expect 0 emit apparmor --paths exact -o two.aa two.trace
says two.aa '"/tmp/app-17.pid" w,'

# what patterns reach of the image
printf 'tmp/\ntmp/app-5.pid\netc/passwd\n' >image.list
expect 0 emit apparmor -o two.aa two.trace
says err 'was not looked at: --files LIST'
# Where the trace names the image, and there is a way to an engine (nobody asks it), what asks it is said.
hex=$(printf 'a%.0s' $(seq 64))
named() { sed "s|\"start_seen\":true|&,\"context\":{\"image\":[\"$1\"],\"image.digest\":[\"sha256:$hex\"]}|" two.trace >named.trace; }
export DOCKER_CONFIG=$PWD DOCKER_HOST=unix://$PWD/image.list
named 'host:5000/app/web:1.2'
expect 0 emit apparmor -o two.aa named.trace
says err 'was not looked at: --files image:host:5000/app/web:1.2 asks the engine'
named "web; rm -rf '\$HOME'"
expect 0 emit apparmor -o two.aa named.trace
says err "was not looked at: --files image:sha256:$hex asks the engine"
printf 'trammel-image-files 1 sha256:bb\nf 644 /tmp/app-5.pid\n' >other.list
expect 0 emit apparmor --files other.list -o two.aa named.trace
says err "files of the image sha256:bb, and sha256:$hex is what was recorded"
expect 2 emit apparmor --files image:-x -o two.aa named.trace
unset DOCKER_HOST
expect 0 emit apparmor --files image.list -o two.aa two.trace
says err 'reaches files of the image that were not used so: /tmp/app-.*: /tmp/app-5.pid'
rm two.aa
expect 1 emit apparmor --files image.list --reach-budget w=0 -o two.aa two.trace
says err '/tmp/app-5.pid'
says err 'reach-budget w=1'
[ ! -e two.aa ] || fail "a profile was written all the same"
expect 0 -j emit apparmor --files image.list --reach-budget w=1 -o two.aa two.trace
says out '"reached": *\['
says out '"perms": *"w"'
expect 2 emit apparmor --reach-budget q=1 two.trace
expect 2 emit apparmor --files nowhere two.trace
expect 2 emit seccomp --files image.list two.trace
says err 'is for emit apparmor'
expect 0 emit apparmor --tolerate-upgrades -o web.aa web.trace

# what Docker's default denies: said, not written, and accepted by the line that is printed
against=("$(file /etc/passwd open r image)" "$(file '/proc/sys/vm/a\\x0a' open w proc)")
trace against.trace web 1 "${against[@]}"
expect 1 emit apparmor -o against.aa against.trace
says err 'file:/proc/sys/vm/a.x0a: docker-default denies it (deny /proc/sys/\[^k\]\*\* w).*; made by /bin/app'
says err '"accept":'
[ ! -e against.aa ] || fail "a profile was written all the same"
fact=$(sed -n 's/^{.*"fact":"\([^"]*\)".*/\1/p; s/.*"accept":\[{"fact":"\([^"]*\)".*/\1/p' err | sed 's/\\\\/\\/g')
expect 0 emit apparmor --accept "$fact" --why 'a setting' -o against.aa against.trace
says against.aa '# left out: deny /proc/sys/\[^k\]\*\*'
says against.aa 'a setting'
compiles against.aa
expect 0 verify --apparmor against.aa against.trace
printf '{"accept":[{"fact":"%s","why":"a setting"}]}' "${fact//\\/\\\\}" >tune.json
expect 0 emit apparmor --tune tune.json -o tuned.aa against.trace
cmp -s tuned.aa against.aa || fail "a tune file makes another profile"
expect 0 emit apparmor --floor none -o none.aa against.trace
says_not none.aa deny
expect 0 verify --apparmor none.aa against.trace
says plain '^  audit deny /proc/kcore rwklx,'
expect 2 emit apparmor --floor wide against.trace
expect 2 emit seccomp --floor none against.trace
says err 'is for emit apparmor'
expect 2 emit apparmor --accept file:x against.trace
says err 'cannot be accepted'

# usage
expect 2 -j emit apparmor web.trace
says err 'needs -o FILE'
for name in '' 'a b' '/bin/sh' 'a"' unconfined; do
	expect 2 emit apparmor --name "$name" web.trace
	says err 'emit: --name: expected'
done
expect 2 emit apparmor --paths wide web.trace
says err 'expected exact or evidence'
expect 2 emit seccomp --paths exact web.trace
says err 'is for emit apparmor'
expect 2 emit apparmor --args all web.trace
expect 2 emit apparmor
says err 'a trace is missing'
trace_of read write >calls.trace
expect 2 emit apparmor calls.trace
says err 'no acts on files'

# too large for the kernel: said, and nothing is written
mapfile -t facts < <(awk -v fact="$(file /srv/@/@-@ open r image)" 'BEGIN {
	for (i = 1; i <= 9000; i++) {
		line = fact
		sub("@", i * 7919 % 100003, line)
		sub("@", i * 104729 % 1000003, line)
		sub("@", i * 15485863 % 999983, line)
		print line
	}
}')
trace large.trace large 1 "${facts[@]}"
expect 3 emit apparmor -o large.aa large.trace
says err 'too many states for the kernel (9000 names'
[ ! -e large.aa ] || fail "a profile was written all the same"
exit "$failed"
