// SPDX-License-Identifier: Apache-2.0
/* Files that are gone, elsewhere, somebody else's, or handed over; roots and mounts of one's own. */
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "oracle.h"

static const char *fd_path(int fd)
{
	static char names[4][64];
	static unsigned int next;
	char *name = names[next++ % 4];

	snprintf(name, sizeof(names[0]), "/proc/self/fd/%d", fd);
	return name;
}

static const char *proc_of(pid_t pid, const char *what)
{
	static char name[64];

	snprintf(name, sizeof(name), "/proc/%d/%s", (int)pid, what);
	return name;
}

CASE(deleted_reopened, "deleted-reopened")
{
	int fd = must(open(vol("file"), O_RDONLY));

	must(unlink(vol("file")));
	must(open(fd_path(fd), O_RDONLY));
}

CASE(deleted_reopened_overlay, "deleted-reopened-overlay")
{
	int fd = must(open(at("file"), O_RDONLY));

	must(unlink(at("file")));
	must(open(fd_path(fd), O_RDONLY));
}

CASE(deleted_chmod, "deleted-chmod")
{
	int fd = must(open(vol("file"), O_RDONLY));

	must(unlink(vol("file")));
	must(fchmod(fd, 0600));
	must(fchown(fd, 1000, 1000));
}

CASE(deleted_truncate, "deleted-truncate")
{
	int fd = must(open(vol("file"), O_RDWR));

	must(unlink(vol("file")));
	must(ftruncate(fd, 0));
}

CASE(deleted_directory, "deleted-directory")
{
	int dir = must(open(vol("dir"), O_RDONLY | O_DIRECTORY));

	must(rmdir(vol("dir")));
	fails(openat(dir, "new", O_WRONLY | O_CREAT, 0644), ENOENT);
	must(openat(dir, ".", O_RDONLY | O_DIRECTORY));
}

CASE(moved_while_open, "moved-while-open")
{
	int dir = must(open(vol("full"), O_PATH | O_DIRECTORY));

	must(rename(vol("full"), vol("moved")));
	must(openat(dir, "inner", O_WRONLY));
}

CASE(copy_up_write, "copy-up-write")
{
	int fd = must(open(at("file"), O_RDWR));

	want(must((int)write(fd, "y", 1)) == 1);
}

CASE(copy_up_chmod, "copy-up-chmod")
{
	must(chmod(at("full/inner"), 0600));
	must(open(at("full/inner"), O_RDONLY));
}

/* Opened before, read after the copy: the same file to the program. */
CASE(copy_up_while_open, "copy-up-while-open")
{
	int fd = must(open(at("file"), O_RDONLY));
	char byte;

	must(open(at("file"), O_WRONLY));
	must((int)read(fd, &byte, 1));
}

CASE(whiteout_recreated, "whiteout-recreated")
{
	must(unlink(at("file")));
	must(open(at("file"), O_RDONLY | O_CREAT, 0644));
}

CASE(opaque_directory, "opaque-directory")
{
	must(unlink(at("full/inner")));
	must(rmdir(at("full")));
	must(mkdir(at("full"), 0755));
}

CASE(proc_self_status, "proc-self-status")
{
	must(open("/proc/self/status", O_RDONLY));
}

CASE(proc_thread_self, "proc-thread-self")
{
	must(open("/proc/thread-self/stat", O_RDONLY));
}

CASE(proc_self_task, "proc-self-task")
{
	must(open("/proc/self/task", O_RDONLY | O_DIRECTORY));
}

CASE(proc_self_maps, "proc-self-maps")
{
	must(open("/proc/self/maps", O_RDONLY));
}

CASE(proc_self_mem, "proc-self-mem")
{
	must(open("/proc/self/mem", O_RDWR));
}

CASE(proc_self_write, "proc-self-write")
{
	int fd = must(open("/proc/self/oom_score_adj", O_WRONLY));

	must((int)write(fd, "500", 3));
}

CASE(proc_self_comm, "proc-self-comm")
{
	int fd = must(open("/proc/self/comm", O_WRONLY));

	must((int)write(fd, "oracle-x", 8));
}

CASE(proc_self_cwd, "proc-self-cwd")
{
	must(chdir(at("full")));
	must(open("/proc/self/cwd/inner", O_RDONLY));
}

CASE(proc_self_root, "proc-self-root")
{
	char name[512];

	snprintf(name, sizeof(name), "/proc/self/root%s", at("file"));
	must(open(name, O_WRONLY));
}

CASE(proc_other_status, "proc-other-status")
{
	pid_t pid = stay();

	must(open(proc_of(pid, "status"), O_RDONLY));
	end(pid);
}

CASE(proc_other_fd, "proc-other-fd")
{
	int fd = must(open(at("file"), O_RDWR));
	pid_t pid = stay();
	char what[32];

	close(fd);
	snprintf(what, sizeof(what), "fd/%d", fd);
	must(open(proc_of(pid, what), O_RDONLY));
	end(pid);
}

CASE(proc_sys, "proc-sys")
{
	must(open("/proc/sys/kernel/hostname", O_RDONLY));
}

CASE(proc_net, "proc-net")
{
	must(open("/proc/net/dev", O_RDONLY));
}

CASE(sys_file, "sys-file")
{
	must(open("/sys/kernel/mm/transparent_hugepage/enabled", O_RDONLY));
}

static void in_chroot(void)
{
	must(chroot(at("full")));
	must(chdir("/"));
	must(open("/inner", O_RDWR));
	must(open("/new", O_WRONLY | O_CREAT, 0644));
	must(mkdir("/newdir", 0755));
	must(rename("/new", "/newdir/moved"));
	must(unlink("/newdir/moved"));
	must(symlink("inner", "/newsym"));
}

CASE(chroot_acts, "chroot-acts")
{
	in_child(in_chroot);
}

/* A directory outside of the root, still open. */
static void out_of_chroot(void)
{
	int dir = must(open(at(""), O_PATH | O_DIRECTORY));

	must(chroot(at("full")));
	must(openat(dir, "file", O_WRONLY));
	must(mkdirat(dir, "new", 0755));
}

CASE(chroot_outside, "chroot-outside")
{
	in_child(out_of_chroot);
}

static void other_mounts(void)
{
	must(unshare(CLONE_NEWNS));
	must(open(at("file"), O_RDWR));
	must(open(vol("new"), O_WRONLY | O_CREAT, 0644));
}

CASE(mount_namespace, "mount-namespace")
{
	in_child(other_mounts);
}

static void bound_elsewhere(void)
{
	must(unshare(CLONE_NEWNS));
	must(mount(vol("full"), at("dir"), NULL, MS_BIND, NULL));
	must(open(at("dir/inner"), O_RDONLY));
	must(open(vol("full/inner"), O_WRONLY));
	must(mkdir(at("dir/new"), 0755));
}

CASE(mount_namespace_bind, "mount-namespace-bind")
{
	in_child(bound_elsewhere);
}

/* A directory of the mounts left behind. */
static void from_old_mounts(void)
{
	int dir = must(open(at("full"), O_PATH | O_DIRECTORY));

	must(unshare(CLONE_NEWNS));
	must(openat(dir, "inner", O_RDWR));
	must(mkdirat(dir, "new", 0755));
}

CASE(mount_namespace_old_directory, "mount-namespace-old-directory")
{
	in_child(from_old_mounts);
}

static void from_hidden(void)
{
	int dir = must(open(at("full"), O_PATH | O_DIRECTORY));

	must(unshare(CLONE_NEWNS));
	must(mount("tmpfs", at("full"), "tmpfs", 0, NULL));
	must(open(at("full/inner"), O_WRONLY | O_CREAT, 0644));
	must(openat(dir, "inner", O_RDONLY));
}

CASE(mount_over_open_directory, "mount-over-open-directory")
{
	in_child(from_hidden);
}

static void lazily_unmounted(void)
{
	int dir;

	must(unshare(CLONE_NEWNS));
	must(mount("tmpfs", at("dir"), "tmpfs", 0, NULL));
	close(must(open(at("dir/new"), O_WRONLY | O_CREAT, 0644)));
	dir = must(open(at("dir"), O_PATH | O_DIRECTORY));
	must(umount2(at("dir"), MNT_DETACH));
	must(openat(dir, "new", O_RDWR));
}

CASE(unmounted_while_open, "unmounted-while-open")
{
	in_child(lazily_unmounted);
}

static void below_detached(void)
{
	int tree;

	must(unshare(CLONE_NEWNS));
	tree = need(open_tree(AT_FDCWD, vol("full"), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC));
	must(openat(tree, "inner", O_RDWR));
	must(mkdirat(tree, "new", 0755));
}

CASE(detached_tree, "detached-tree")
{
	in_child(below_detached);
}

static void new_file_system(void)
{
	int fs = need(fsopen("tmpfs", FSOPEN_CLOEXEC)), dir;

	must(fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0));
	dir = must(fsmount(fs, FSMOUNT_CLOEXEC, 0));
	must(openat(dir, "oracle-detached", O_RDWR | O_CREAT, 0644));
}

CASE(detached_file_system, "detached-file-system")
{
	in_child(new_file_system);
}

static int send_descriptor(int through, int fd)
{
	char byte = 'x', control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	return (int)sendmsg(through, &msg, 0);
}

static int receive_descriptor(int from)
{
	char byte, control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	int fd = -1;

	if (recvmsg(from, &msg, 0) < 0)
		return -1;
	if (CMSG_FIRSTHDR(&msg))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(int));
	return fd;
}

static void hand_over(int fd)
{
	int pair[2], got;
	char byte;

	must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	must(send_descriptor(pair[0], fd));
	close(fd);
	got = must(receive_descriptor(pair[1]));
	must((int)read(got, &byte, 1));
}

CASE(passed_read, "passed-read")
{
	hand_over(must(open(at("file"), O_RDONLY)));
}

CASE(passed_read_write, "passed-read-write")
{
	hand_over(must(open(at("file"), O_RDWR)));
}

/*
 * From two processes outside of the container (see the guest's script). What one under no profile has
 * opened is delegated: nobody is asked. What one under another profile has opened is asked for again.
 */
static void from_outside(const char *giver, char kind)
{
	int fd, s = must(socket(AF_UNIX, SOCK_STREAM, 0));
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	char byte;

	snprintf(un.sun_path, sizeof(un.sun_path), "/volume/%s", giver);
	must(connect(s, (struct sockaddr *)&un, sizeof(un)));
	must((int)write(s, &kind, 1));
	fd = must(receive_descriptor(s));
	if (kind == 'r')
		must((int)read(fd, &byte, 1));
	else
		must((int)write(fd, "x", 1));
}

CASE(passed_by_unconfined, "passed-by-unconfined")
{
	from_outside("unconfined", 'r');
	from_outside("unconfined", 'w');
}

CASE(passed_by_confined_read, "passed-by-confined-read")
{
	from_outside("confined", 'r');
}

CASE(passed_by_confined_write, "passed-by-confined-write")
{
	from_outside("confined", 'w');
}

/* The only one of its kind in the container. */
CASE(passed_socket, "passed-socket")
{
	from_outside("unconfined", 's');
}

CASE(pidfd_getfd_plain, "pidfd-getfd")
{
	int fd = must(open(at("file"), O_RDONLY)), pidfd;
	pid_t pid = stay();

	close(fd);
	pidfd = must((int)syscall(SYS_pidfd_open, pid, 0));
	must((int)syscall(SYS_pidfd_getfd, pidfd, fd, 0));
	end(pid);
}

CASE(dup_and_lock, "dup-and-lock")
{
	int fd = must(open(at("file"), O_RDWR));

	must(dup2(fd, 77));
	close(fd);
	must(lockf(77, F_TLOCK, 0));
}
