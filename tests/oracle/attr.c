// SPDX-License-Identifier: Apache-2.0
/* What is changed about a file that is there, what is only asked about it, and locks. */
#include <dirent.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/statfs.h>
#include <sys/xattr.h>

#include "oracle.h"

CASE(truncate_plain, "truncate")
{
	must(truncate(at("file"), 1));
}

CASE(truncate_longer_volume, "truncate-longer-volume")
{
	must(truncate(vol("file"), 4096));
}

CASE(truncate_symlink, "truncate-symlink")
{
	must(truncate(at("sym"), 0));
}

CASE(truncate_cwd, "truncate-cwd")
{
	must(chdir(at("full")));
	must(truncate("inner", 0));
}

NOTHING(truncate_missing, "truncate-missing")
{
	fails(truncate(at("missing"), 0), ENOENT);
}

NOTHING(truncate_directory, "truncate-directory")
{
	fails(truncate(at("dir"), 0), EISDIR);
}

CASE(ftruncate_plain, "ftruncate")
{
	must(ftruncate(must(open(at("file"), O_RDWR)), 1));
}

CASE(fallocate_plain, "fallocate")
{
	must(fallocate(must(open(vol("file"), O_WRONLY)), 0, 0, 8192));
}

CASE(fallocate_punch, "fallocate-punch")
{
	must(fallocate(must(open(vol("file"), O_RDWR)), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		       0, 4096));
}

CASE(chmod_plain, "chmod")
{
	must(chmod(at("file"), 0600));
}

CASE(chmod_directory, "chmod-directory")
{
	must(chmod(at("dir"), 0700));
}

CASE(chmod_symlink, "chmod-symlink")
{
	must(chmod(at("sym"), 0600));
}

CASE(chmod_cwd, "chmod-cwd")
{
	must(chdir(at("full")));
	must(chmod("./inner", 0600));
}

NOTHING(chmod_missing, "chmod-missing")
{
	fails(chmod(at("missing"), 0600), ENOENT);
}

CASE(fchmod_plain, "fchmod")
{
	must(fchmod(must(open(at("file"), O_RDONLY)), 0600));
}

CASE(fchmodat_dirfd, "fchmodat-dirfd")
{
	int dir = must(open(at("full"), O_PATH | O_DIRECTORY));

	must(fchmodat(dir, "inner", 0600, 0));
}

CASE(fchmodat2_plain, "fchmodat2")
{
	int dir = must(open(at("full"), O_PATH | O_DIRECTORY));

	need(syscall(452, dir, "inner", 0600, AT_SYMLINK_NOFOLLOW));
}

static void chmod_as_nobody(void)
{
	must(setuid(65534));
	fails(chmod(at("file"), 0666), EPERM);
}

CASE(chmod_refused_by_owner, "chmod-refused-by-owner")
{
	in_child(chmod_as_nobody);
}

CASE(chown_plain, "chown")
{
	must(chown(at("file"), 1000, 1000));
}

CASE(chown_group, "chown-group")
{
	must(chown(at("file"), (uid_t)-1, 1000));
}

CASE(chown_nobody, "chown-nobody")
{
	must(chown(at("file"), (uid_t)-1, (gid_t)-1));
}

CASE(chown_symlink, "chown-symlink")
{
	must(chown(at("sym"), 1000, 1000));
}

CASE(chown_directory, "chown-directory")
{
	must(chown(vol("dir"), 1000, 1000));
}

CASE(lchown_symlink, "lchown-symlink")
{
	must(lchown(at("sym"), 1000, 1000));
}

CASE(fchown_plain, "fchown")
{
	must(fchown(must(open(at("file"), O_RDONLY)), 1000, 1000));
}

CASE(fchownat_dirfd, "fchownat-dirfd")
{
	int dir = must(open(at("full"), O_PATH | O_DIRECTORY));

	must(fchownat(dir, "inner", 1000, 1000, 0));
}

CASE(fchownat_empty_path, "fchownat-empty-path")
{
	must(fchownat(must(open(at("file"), O_PATH)), "", 1000, 1000, AT_EMPTY_PATH));
}

NOTHING(utimes_plain, "utimes")
{
	struct timespec times[2] = { { .tv_sec = 1 }, { .tv_sec = 2 } };

	must(utimensat(AT_FDCWD, at("file"), times, 0));
	must(utimensat(AT_FDCWD, at("sym"), NULL, AT_SYMLINK_NOFOLLOW));
}

CASE(futimes, "futimes")
{
	must(futimens(must(open(at("file"), O_RDONLY)), NULL));
}

NOTHING(xattr_read, "xattr-read")
{
	char value[64];

	must(listxattr(at("file"), NULL, 0));
	fails(getxattr(at("file"), "security.none", value, sizeof(value)), ENODATA);
}

CASE(xattr_trusted, "xattr-trusted")
{
	need(setxattr(vol("file"), "trusted.oracle", "x", 1, 0));
	must(removexattr(vol("file"), "trusted.oracle"));
}

NOTHING(stat_family, "stat-family")
{
	struct statx stx;
	struct stat st;
	char link[64];
	int fd = must(open(at("file"), O_PATH));

	must(stat(at("file"), &st));
	must(lstat(at("sym"), &st));
	must(fstat(fd, &st));
	must(fstatat(AT_FDCWD, at("full/inner"), &st, 0));
	must(statx(AT_FDCWD, at("file"), 0, STATX_ALL, &stx));
	must(statx(fd, "", AT_EMPTY_PATH, STATX_ALL, &stx));
	must(readlink(at("sym"), link, sizeof(link)));
}

NOTHING(stat_missing, "stat-missing")
{
	struct stat st;

	fails(stat(at("missing"), &st), ENOENT);
	fails(access(at("missing"), R_OK), ENOENT);
}

NOTHING(access_plain, "access")
{
	must(access(at("file"), R_OK | W_OK));
	must(access(at("dir"), X_OK));
	must((int)syscall(SYS_faccessat2, AT_FDCWD, at("file"), W_OK, AT_EACCESS));
}

NOTHING(statfs_plain, "statfs")
{
	struct statfs fs;

	must(statfs(at("file"), &fs));
	must(fstatfs(must(open(at("file"), O_PATH)), &fs));
}

NOTHING(chdir_plain, "chdir")
{
	must(chdir(at("full")));
	must(fchdir(must(open(at("dir"), O_PATH | O_DIRECTORY))));
}

NOTHING(inotify_plain, "inotify")
{
	int fd = must(inotify_init1(IN_CLOEXEC));

	must(inotify_add_watch(fd, at("file"), IN_ALL_EVENTS));
}

CASE(opendir_plain, "opendir")
{
	DIR *dir = opendir(at("full"));

	want(dir != NULL);
	want(readdir(dir) != NULL);
	closedir(dir);
}

CASE(opendir_root, "opendir-root")
{
	DIR *dir = opendir("/");

	want(dir != NULL);
	closedir(dir);
}

CASE(sendfile_plain, "sendfile")
{
	int from = must(open(at("file"), O_RDONLY));
	int to = must(open(at("new"), O_WRONLY | O_CREAT, 0644));

	want(must((int)sendfile(to, from, NULL, 4)) == 4);
}

CASE(copy_file_range_plain, "copy-file-range")
{
	int from = must(open(vol("file"), O_RDONLY));
	int to = must(open(vol("new"), O_RDWR | O_CREAT, 0644));

	need(copy_file_range(from, NULL, to, NULL, 4, 0));
}

CASE(ioctl_flags, "ioctl-flags")
{
	int fd = must(open(vol("file"), O_RDONLY)), flags = FS_NOATIME_FL;

	if (ioctl(fd, FS_IOC_SETFLAGS, &flags) < 0)
		skip("FS_IOC_SETFLAGS: %s", strerror(errno));
}

CASE(flock_shared, "flock-shared")
{
	must(flock(must(open(at("file"), O_RDONLY)), LOCK_SH));
}

CASE(flock_exclusive, "flock-exclusive")
{
	must(flock(must(open(at("file"), O_RDONLY)), LOCK_EX));
}

CASE(flock_directory, "flock-directory")
{
	must(flock(must(open(at("dir"), O_RDONLY)), LOCK_SH | LOCK_NB));
}

CASE(flock_unlock_only, "flock-unlock-only")
{
	must(flock(must(open(at("file"), O_RDONLY)), LOCK_UN));
}

static int posix_lock(int fd, int cmd, short type)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1 };

	return fcntl(fd, cmd, &lock);
}

CASE(lock_posix_read, "lock-posix-read")
{
	must(posix_lock(must(open(at("file"), O_RDONLY)), F_SETLK, F_RDLCK));
}

CASE(lock_posix_write, "lock-posix-write")
{
	must(posix_lock(must(open(at("file"), O_WRONLY)), F_SETLKW, F_WRLCK));
}

CASE(lock_posix_unlock, "lock-posix-unlock")
{
	must(posix_lock(must(open(at("file"), O_RDONLY)), F_SETLK, F_UNLCK));
}

CASE(lock_posix_get, "lock-posix-get")
{
	must(posix_lock(must(open(at("file"), O_RDWR)), F_GETLK, F_WRLCK));
}

CASE(lock_ofd_read, "lock-ofd-read")
{
	must(posix_lock(must(open(at("file"), O_RDWR)), F_OFD_SETLK, F_RDLCK));
}

CASE(lock_ofd_write, "lock-ofd-write")
{
	must(posix_lock(must(open(at("file"), O_RDWR)), F_OFD_SETLK, F_WRLCK));
}

/* Refused, since the descriptor cannot write: before anybody is asked. */
CASE(lock_refused, "lock-refused")
{
	fails(posix_lock(must(open(at("file"), O_RDONLY)), F_SETLK, F_WRLCK), EBADF);
}

static int held;

static void lock_held_by_parent(void)
{
	fails(flock(must(open(at("file"), O_RDONLY)), LOCK_EX | LOCK_NB), EWOULDBLOCK);
}

CASE(flock_held_by_another, "flock-held-by-another")
{
	held = must(open(at("file"), O_RDONLY));
	must(flock(held, LOCK_SH));
	in_child(lock_held_by_parent);
}

CASE(lease_read, "lease-read")
{
	must(fcntl(must(open(vol("file"), O_RDONLY)), F_SETLEASE, F_RDLCK));
}
