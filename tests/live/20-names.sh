#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Acts on names, by tracepoints: what the kernel found by a name, and what it asked for of it, whatever the
# call went through to get there; and what is asked for without a name.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
live_begin pyapp
mkdir -p data/volume
cat >data/names.py <<'END'
import ctypes, errno, os, sys, time
libc = ctypes.CDLL(None, use_errno=True)
AT_FDCWD, AT_SYMLINK_FOLLOW, AT_EMPTY_PATH = -100, 0x400, 0x1000

def call(name, *args):
    if getattr(libc, name)(*args) < 0:
        raise OSError(ctypes.get_errno(), name)

def fails(how, act, *args, **more):
    try:
        act(*args, **more)
    except OSError as e:
        assert e.errno == how, e
        return
    raise SystemExit(f"{act} {args} did not fail")

def settle():
    """Names are followed after the fact: what changes within a moment may be followed as it is then."""
    time.sleep(0.3)

def acts(top):
    """The same everywhere: on the image's files, a volume, a tmpfs."""
    os.mkdir(top); os.chdir(top)
    os.mkdir("real"); os.symlink("real", "lnk"); os.symlink(top + "/real", "abs")
    for name in "file", "other", "last":
        open("real/" + name, "w").close()
    os.rename("lnk/file", "abs/moved")
    os.mkdir("real/dir"); os.rename(top + "/abs/dir", top + "/lnk/../real/dir2")
    os.symlink("moved", "real/tomoved"); settle()
    os.chmod("lnk/tomoved", 0o600); os.chown("abs/tomoved", 0, 0); os.lchown("real/tomoved", 0, 0)
    os.truncate("lnk/tomoved", 3); settle()
    os.link("lnk/moved", "abs/hard")
    call("linkat", AT_FDCWD, b"real/tomoved", AT_FDCWD, b"real/hard2", AT_SYMLINK_FOLLOW)
    call("renameat2", AT_FDCWD, b"real/other", AT_FDCWD, b"lnk/dir2", 2)
    settle()
    fd = os.open("real/last", os.O_RDWR)
    os.fchmod(fd, 0o600); os.fchown(fd, 0, 0); os.ftruncate(fd, 1)
    at = os.open("real", os.O_RDONLY)
    os.mkdir("made", dir_fd=at); os.mkfifo("fifo", dir_fd=at); os.unlink("fifo", dir_fd=at)
    os.rename("made", "made2", src_dir_fd=at, dst_dir_fd=at); settle()
    call("fchownat", os.open("real/hard", os.O_PATH), b"", 0, 0, AT_EMPTY_PATH)
    # What is gone has no path any more, but the name it had.
    gone = os.open("real/last", os.O_RDWR); os.unlink("real/last"); os.fchmod(gone, 0o644)
    # Asked for, and then not done; and not asked for at all.
    fails(errno.ENOTEMPTY, os.rmdir, "real")
    fails(errno.EISDIR, os.unlink, "lnk/made2")
    fails(errno.ENOTDIR, os.rmdir, "lnk/hard")
    fails(errno.EISDIR, os.rename, "real/hard2", "real/made2")
    fails(errno.ENOENT, os.unlink, "real/nothing"); fails(errno.EEXIST, os.mkdir, "real/made2")
    fails(errno.ENOTDIR, os.mkdir, "real/hard/in"); fails(errno.ENOENT, os.rename, "none", "real/x")
    fails(errno.EXDEV, os.rename, "real/hard2", "/proc/x")
    os.symlink("loop", "loop"); fails(errno.ELOOP, os.mkdir, "loop/x"); settle()

for top in sys.argv[1:]:
    acts(top)

# A root of its own: names begin there, and lead nowhere else.
os.chdir("/tmp"); os.mkdir("/tmp/jail"); os.mkdir("/tmp/jail/etc")
sys.stdout.flush()
if os.fork() == 0:
    os.chroot("/tmp/jail"); os.chdir("/")
    os.symlink("/etc", "/link"); os.mkdir("/../link/below"); os.mkdir("up"); os.rename("up", "/../../up2")
    os.chmod("/link", 0o700); settle()
    os._exit(0)
os.wait()
# A directory that was removed while it was somebody's.
os.mkdir("/tmp/late"); os.chdir("/tmp/late"); os.rmdir("/tmp/late"); fails(errno.ENOENT, os.mkdir, "in")
os.chdir("/tmp")
# O_TMPFILE, where the file system has it, gets its name from /proc.
if os.path.exists("/scratch"):
    t = os.open("/scratch", os.O_TMPFILE | os.O_RDWR)
    call("linkat", AT_FDCWD, b"/proc/self/fd/%d" % t, AT_FDCWD, b"/scratch/named", AT_SYMLINK_FOLLOW)
# Whoever may not write somewhere is told so behind the question; whoever may not look, before it.
os.mkdir("/tmp/shut", 0o700); os.mkdir("/tmp/open", 0o755); open("/tmp/open/file", "w").close()
if os.fork() == 0:
    os.setuid(33)
    fails(errno.EACCES, os.mkdir, "/tmp/open/mine"); fails(errno.EACCES, os.unlink, "/tmp/open/file")
    fails(errno.EACCES, os.unlink, "/tmp/shut/file"); fails(errno.EPERM, os.chmod, "/tmp/open/file", 0)
    fails(errno.EACCES, os.open, "/tmp/open/created", os.O_CREAT | os.O_WRONLY); settle()
    os._exit(0)
os.wait()
END

cat >data/asked.py <<'END'
import ctypes, fcntl, mmap, os, signal, socket
libc = ctypes.CDLL(None, use_errno=True)
with socket.socket() as s:
    s.bind(("127.0.0.1", 7099)); s.listen()
socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).close()
socket.socketpair()
s = socket.socket(socket.AF_UNIX); s.bind("/tmp/./socket")
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(b"\0hidden")
signal.signal(signal.SIGUSR1, lambda *_: None); os.kill(os.getpid(), signal.SIGUSR1); os.kill(1, 0)
with open("/tmp/locked", "w") as f:
    fcntl.flock(f, fcntl.LOCK_SH); fcntl.lockf(f, fcntl.LOCK_EX)
with open("/tmp/shared", "w") as f:
    fcntl.flock(f, fcntl.LOCK_SH); fcntl.fcntl(f, fcntl.F_GETFD)
libc.mmap.restype = ctypes.c_void_p
# On a file system of its own: on overlayfs the kernel maps another file, and asks nothing.
open("/data/mapped", "wb").write(bytes(4096))
with open("/data/mapped", "rb") as f:
    at = libc.mmap(None, 4096, mmap.PROT_READ, mmap.MAP_PRIVATE, f.fileno(), 0)
    assert libc.mprotect(ctypes.c_void_p(at), 4096, mmap.PROT_READ | mmap.PROT_EXEC) == 0
if os.fork() == 0:
    libc.ptrace(0, 0, 0, 0)
    os._exit(0)
os.wait()
END

expect 0 record --backend tracepoints -o names.trace -- docker run --rm --network none --user 0 \
	--security-opt seccomp=unconfined -v "$WORK/data:/data" --tmpfs /scratch:exec trammel-lab/pyapp \
	python3 /data/names.py /opt/top /scratch/top /data/volume/top
holds names.trace "complete()"
for place in opt:image scratch:tmpfs data/volume:volume; do
	top=/${place%:*}/top where=${place#*:}
	holds names.trace "perms('$top/', 'mkdir') == {'w'}" "perms('$top/lnk', 'symlink') == {'w'}" \
		"perms('$top/real/file', 'rename-from') == {'r', 'w'}" \
		"perms('$top/real/moved', 'rename-to') == {'w'}" "where('$top/real/moved') == {'$where'}" \
		"perms('$top/real/dir/', 'rename-from') == {'r', 'w'}" "files('$top/real/dir2/', 'rename-to')" \
		"perms('$top/real/moved', 'chmod') == perms('$top/real/moved', 'chown') == {'w'}" \
		"perms('$top/real/moved', 'truncate') == {'w'}" "files('$top/real/tomoved', 'chown')" \
		"not files('$top/real/tomoved', 'chmod') and not files('$top/real/tomoved', 'truncate')" \
		"[f['target'] for f in files('$top/real/hard', 'link')] == ['$top/real/moved']" \
		"[f['target'] for f in files('$top/real/hard2', 'link')] == ['$top/real/moved']" \
		"perms('$top/real/hard', 'link') == {'l'}" \
		"perms('$top/real/other', 'rename-from') == perms('$top/real/dir2/', 'rename-from') == {'r', 'w'}" \
		"{f['act'] for f in files('$top/real/last')} >= {'chmod', 'chown', 'truncate', 'unlink'}" \
		"files('$top/real/made/', 'mkdir')" "files('$top/real/made/', 'rename-from')" \
		"files('$top/real/fifo', 'mknod')" "files('$top/real/fifo', 'unlink')" \
		"files('$top/real/hard', 'chown')" \
		"files('$top/real/', 'rmdir')[0]['flags'].count('failed') == 1" \
		"'done' not in files('$top/real/', 'rmdir')[0]['flags']" \
		"files('$top/real/made2/', 'unlink')" "files('$top/real/hard', 'rmdir')" \
		"not any('nothing' in f['path'] or 'none' in f['path'] for f in files())" \
		"not files('$top/real/made2/', 'mkdir') and not files('$top/real/hard/in/')" \
		"not any('/lnk/' in f['path'] or '/abs/' in f['path'] or 'loop/' in f['path'] for f in files())"
done
holds names.trace "files('/tmp/jail/link', 'symlink')" "files('/tmp/jail/etc/below/', 'mkdir')" \
	"files('/tmp/jail/up2/', 'rename-to')" "files('/tmp/jail/etc/', 'chmod')" "not files('/etc/', 'chmod')" \
	"not files('/tmp/late/in/') and not files('/in/')" \
	"[f['target'].rpartition('#')[0] for f in files('/scratch/named', 'link')] == ['/scratch/']" \
	"'failed' in files('/tmp/open/mine/', 'mkdir')[0]['flags']" \
	"'failed' in files('/tmp/open/file', 'unlink')[0]['flags']" "not files('/tmp/shut/file')" \
	"'failed' in files('/tmp/open/file', 'chmod')[0]['flags']" \
	"'failed' in files('/tmp/open/created', 'create')[0]['flags']"

expect 0 record --backend tracepoints -o asked.trace -- docker run --rm --network none --user 0 \
	--cap-add SYS_PTRACE -v "$WORK/data:/data" trammel-lab/pyapp python3 /data/asked.py
holds asked.trace "complete()" \
	"kinds('network', 'family', 'type') == {(2, 1), (10, 2), (1, 1), (1, 2)}" \
	"kinds('network', 'address', 'port') - {(None, None)} == {('127.0.0.1', 7099), ('/tmp/./socket', 0), ('@hidden', 0)}" \
	"files('/tmp/socket', 'mknod')" \
	"kinds('signal', 'signal', 'access', 'peer') >= {(10, 'send', 'self'), (10, 'receive', 'self'), (0, 'send', 'self')}" \
	"perms('/tmp/locked', 'lock') == {'k', 'w'}" "perms('/tmp/shared', 'lock') == {'k'}" \
	"perms('/data/mapped', 'mprotect') == {'m'}" \
	"kinds('ptrace', 'access', 'peer') >= {('trace', 'self'), ('tracedby', 'self')}"

# A signal from outside is received; nobody of the container sent it.
cat >stop.sh <<'END'
id=$(docker run -d --network none trammel-lab/pyapp python3 -c "
import signal, time
signal.signal(signal.SIGTERM, lambda *_: exit(0))
print(1, flush=True)
time.sleep(60)") || exit 1
until docker logs "$id" | grep -q 1; do sleep 0.1; done
docker stop "$id" >/dev/null
docker rm "$id" >/dev/null
END
expect 0 record --backend tracepoints --containers -o stopped.trace -- sh stop.sh
holds stopped.trace "('SIGTERM', 'receive', 'other') in kinds('signal', 'name', 'access', 'peer')" \
	"('SIGTERM', 'send', 'self') not in kinds('signal', 'name', 'access', 'peer')"
