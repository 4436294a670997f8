#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Files by the paths that a profile would name: those of the container, whatever led there.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
live_begin busybox pyapp
mkdir -p data/scripts
echo hello >data/in
echo old >data/old
printf '#!/bin/sh\nexec /data/scripts/second "$@"\n' >data/scripts/first
printf '#! /usr/bin/python3 -S\nimport os\nos.chdir("/data"); open("in").close()\n' >data/scripts/second
chmod 755 data/scripts/*

cat >data/work.py <<'END'
import ctypes, mmap, os, subprocess, sys
def touch(path, flags, **more):
    os.close(os.open(path, flags, **more))
touch("/data/in", os.O_RDONLY)
touch("/scratch/t", os.O_RDWR | os.O_CREAT)
touch("/proc/self/status", os.O_RDONLY)
touch("/tmp/created", os.O_WRONLY | os.O_CREAT | os.O_EXCL)
touch("/tmp/created", os.O_WRONLY | os.O_APPEND)
touch("/data/old", os.O_WRONLY | os.O_TRUNC)
touch("/dev/null", os.O_RDWR)
os.symlink("../data/in", "/tmp/link")
os.rename("/data/in", "/data/moved"); os.rename("/data/moved", "/data/in")
touch("/tmp/link", os.O_RDONLY)
os.listdir("/data/scripts")
os.makedirs("/tmp/a/b")
os.chdir("/tmp/a")
touch("b/../../a/./relative", os.O_WRONLY | os.O_CREAT)
at = os.open("/tmp/a/b", os.O_PATH)
touch("at", os.O_WRONLY | os.O_CREAT, dir_fd=at)
touch(b"/tmp/new\nline\x1b[31m\xff", os.O_WRONLY | os.O_CREAT)
touch("/tmp/" + "long" * 60 + "/".join([""] + ["d"] * 0), os.O_WRONLY | os.O_CREAT)
try:
    touch("/nowhere/at/all", os.O_RDONLY)
except FileNotFoundError:
    pass
pipe = os.pipe(); os.memfd_create("secret")
# openat2, as libc does not wrap it: r(2), RESOLVE_NO_SYMLINKS
how = (ctypes.c_uint64 * 3)(os.O_RDONLY, 0, 4)
assert ctypes.CDLL(None).syscall(437, -100, b"/etc/hostname", how, 24) >= 0
with open("/bin/busybox" if os.path.exists("/bin/busybox") else "/bin/true", "rb") as f:
    ctypes.CDLL(None).mmap.restype = ctypes.c_void_p
    assert ctypes.CDLL(None).mmap(None, 4096, 5, 2, f.fileno(), 0)
    mapped = os.path.realpath(f.name)
touch("/tmp/created", os.O_RDONLY)
os.chown("/tmp/created", 33, 33)
touch("/tmp/created", os.O_RDONLY)
# What is known of one name, directory or way to open tells nothing of another.
os.mkdir("/tmp/again")
touch("/tmp/again/one", os.O_WRONLY | os.O_CREAT)
for path, flags in ("one", os.O_RDONLY), ("one", os.O_RDWR), ("two", os.O_WRONLY), ("two", os.O_RDONLY):
    for _ in range(3):
        touch("/tmp/again/" + path, flags)
    if flags == os.O_RDWR:
        os.rename("/tmp/again/one", "/tmp/again/two")
os.rename("/tmp/again", "/tmp/anew")
touch("/tmp/anew/two", os.O_RDONLY)
os.chdir("/data/scripts")
subprocess.run(["./first"], check=True)
END
expect 0 record -o files.trace -- docker run --rm --network none --user 0 -v "$WORK/data:/data" \
	--tmpfs /scratch trammel-lab/pyapp python3 /data/work.py

P=/usr/lib/x86_64-linux-gnu
holds files.trace "complete()" \
	"perms('/data/in', 'open') == {'r'}" "where('/data/in') == {'volume'}" \
	"perms('/scratch/t', 'create') == {'r', 'w'}" "where('/scratch/t') == {'tmpfs'}" \
	"[f for f in files() if __import__('re').fullmatch('/proc/[0-9]+/status', f['path'])]" \
	"not files('/proc/self/status')" \
	"perms('/tmp/created', 'create') == {'w'}" "where('/tmp/created') == {'image'}" \
	"perms('/tmp/created', 'open') == {'r', 'w'}" \
	"{x for f in files('/tmp/created', 'open') for x in f['flags']} == {'done', 'owner', 'not-owner'}" \
	"perms('/tmp/again/one', 'open') == perms('/tmp/again/two', 'open') == {'r', 'w'}" \
	"perms('/tmp/anew/two', 'open') == {'r'}" \
	"perms('/data/old', 'truncate') == {'w'}" "where('/dev/null') == {'dev'}" \
	"{f['act'] for f in files('/tmp/link')} == {'symlink'}" \
	"{f['act'] for f in files('/data/moved')} == {'rename-to', 'rename-from'}" \
	"perms('/data/scripts/') == {'r'}" "files('/tmp/a/relative', 'create')" "files('/tmp/a/b/at', 'create')" \
	"files('/etc/hostname', 'open')" "where('/etc/hostname') == {'volume'}" \
	"not any('nowhere' in f['path'] or 'secret' in f['path'] or 'pipe' in f['path'] for f in files())" \
	"any(len(f['path']) == 245 for f in files())" \
	"all(f['path'].startswith('/') for f in files())" "all(f['exes'] for f in files())"
# What is mapped to be run, and what the kernel itself opens to run something.
holds files.trace "'m' in perms('$P/libc.so.6', 'mmap')" "'r' in perms('$P/libc.so.6', 'open')" \
	"files('$P/ld-linux-x86-64.so.2', 'interpreter')" "not perms('$P/ld-linux-x86-64.so.2', 'interpreter')" "'m' in perms('/usr/bin/true', 'mmap')" \
	"execs()['/usr/bin/python3.11'] is None" \
	"execs()['/data/scripts/first'] == '/usr/bin/dash'" \
	"execs()['/data/scripts/second'] == '/usr/bin/python3.11'" \
	"files('/usr/bin/dash', 'interpreter')" \
	"'/usr/bin/dash' in files('/data/scripts/first', 'open')[0]['exes']"

# Any byte may be in a name: it comes through, and moves nobody's terminal.
holds files.trace "files('/tmp/new\\\\x0aline\\\\x1b[31m\\\\xff')"
expect 0 show --files files.trace
says out 'new.x0aline'
! grep -q "$(printf '\033')" out || fail "show prints a raw escape"
"$TRAMMEL" --json show files.trace >out || fail "show --json"
python3 -c 'import json; json.load(open("out"))' || fail "show --json is no JSON"
! grep -q "$(printf '\033')" out files.trace || fail "a raw escape in JSON"

# Less is recorded where less is asked for.
expect 0 record --level syscalls -o calls.trace -- docker run --rm --network none trammel-lab/busybox ls /
holds calls.trace "not files() and not execs()" "'execve' in calls('runtime')" "'getdents64' in calls('main')"
# It tells nothing of capabilities: none is dropped for it.
holds calls.trace "not context('backend')"
expect 0 emit docker -o calls.run calls.trace
! grep -q -e '--cap-drop' calls.run || fail "capabilities are dropped that nobody asked for"
