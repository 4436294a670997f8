// SPDX-License-Identifier: Apache-2.0
/* Opening files: every mode, every way to name one. */
#include <linux/openat2.h>
#include <pthread.h>

#include "oracle.h"

CASE(open_rdonly, "open-rdonly")
{
	must(open(at("file"), O_RDONLY));
}

CASE(open_wronly, "open-wronly")
{
	must(open(at("file"), O_WRONLY));
}

CASE(open_rdwr, "open-rdwr")
{
	must(open(at("file"), O_RDWR));
}

CASE(open_append, "open-append")
{
	int fd = must(open(at("file"), O_WRONLY | O_APPEND));

	must(write(fd, "x", 1));
}

CASE(open_append_rdwr, "open-append-rdwr")
{
	must(open(at("file"), O_RDWR | O_APPEND));
}

/* For the ioctls of a device: the mode must allow to read and to write, the file is opened for neither. */
NOTHING(open_mode_three, "open-mode-three")
{
	must(open(at("file"), O_ACCMODE));
}

CASE(open_creat_new_rdonly, "open-creat-new-rdonly")
{
	must(open(at("new"), O_RDONLY | O_CREAT, 0644));
}

CASE(open_creat_new_rdwr, "open-creat-new-rdwr")
{
	must(open(at("new"), O_RDWR | O_CREAT, 0644));
}

CASE(open_creat_new_append, "open-creat-new-append")
{
	must(open(at("new"), O_WRONLY | O_CREAT | O_APPEND, 0644));
}

CASE(open_creat_existing_rdonly, "open-creat-existing-rdonly")
{
	must(open(at("file"), O_RDONLY | O_CREAT, 0644));
}

CASE(open_creat_existing_rdwr, "open-creat-existing-rdwr")
{
	must(open(at("file"), O_RDWR | O_CREAT, 0644));
}

CASE(open_excl_new, "open-excl-new")
{
	must(open(at("new"), O_WRONLY | O_CREAT | O_EXCL, 0600));
}

/* Whoever may not create is refused before anybody looks whether there is such a file. */
CASE(open_excl_existing, "open-excl-existing")
{
	fails(open(at("file"), O_WRONLY | O_CREAT | O_EXCL, 0600), EEXIST);
}

/* Unless it is known already. */
NOTHING(open_excl_cached, "open-excl-cached")
{
	must(access(at("file"), F_OK));
	fails(open(at("file"), O_WRONLY | O_CREAT | O_EXCL, 0600), EEXIST);
}

CASE(open_trunc, "open-trunc")
{
	must(open(at("file"), O_WRONLY | O_TRUNC));
}

CASE(open_trunc_rdonly, "open-trunc-rdonly")
{
	must(open(at("file"), O_RDONLY | O_TRUNC));
}

CASE(open_trunc_creat_new, "open-trunc-creat-new")
{
	must(open(at("new"), O_WRONLY | O_CREAT | O_TRUNC, 0644));
}

CASE(creat_existing, "creat-existing")
{
	must(creat(at("file"), 0644));
}

CASE(creat_new, "creat-new")
{
	must(creat(at("new"), 0644));
}

NOTHING(open_path, "open-path")
{
	must(open(at("file"), O_PATH));
}

CASE(open_path_reopened, "open-path-reopened")
{
	int fd = must(open(at("file"), O_PATH));
	char name[64];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	must(open(name, O_RDWR));
}

CASE(open_directory, "open-directory")
{
	must(open(at("full"), O_RDONLY | O_DIRECTORY));
}

CASE(open_directory_slash, "open-directory-slash")
{
	must(open(at("full/"), O_RDONLY));
}

NOTHING(open_not_directory, "open-not-directory")
{
	fails(open(at("file"), O_RDONLY | O_DIRECTORY), ENOTDIR);
}

NOTHING(open_directory_write, "open-directory-write")
{
	fails(open(at("dir"), O_WRONLY), EISDIR);
}

NOTHING(open_missing, "open-missing")
{
	fails(open(at("missing"), O_RDONLY), ENOENT);
}

NOTHING(open_missing_parent, "open-missing-parent")
{
	fails(open(at("missing/new"), O_WRONLY | O_CREAT, 0644), ENOENT);
}

NOTHING(open_nofollow, "open-nofollow")
{
	fails(open(at("sym"), O_RDONLY | O_NOFOLLOW), ELOOP);
}

CASE(open_symlink, "open-symlink")
{
	must(open(at("sym"), O_RDONLY));
}

CASE(open_symlink_directory, "open-symlink-directory")
{
	must(open(at("symdir/inner"), O_RDONLY));
}

CASE(open_symlink_creates, "open-symlink-creates")
{
	must(open(at("dangling"), O_WRONLY | O_CREAT, 0644));
}

CASE(open_dotdot, "open-dotdot")
{
	must(open(at("full/../dir/.././file"), O_RDONLY));
}

CASE(open_cwd, "open-cwd")
{
	must(chdir(at("full")));
	must(open("inner", O_RDONLY));
}

CASE(open_cwd_dotdot_creates, "open-cwd-dotdot-creates")
{
	must(chdir(at("full")));
	must(open("../new", O_WRONLY | O_CREAT, 0644));
}

CASE(open_dirfd, "open-dirfd")
{
	int dir = must(open(at("full"), O_PATH | O_DIRECTORY));

	must(openat(dir, "inner", O_RDONLY));
}

CASE(open_dirfd_creates, "open-dirfd-creates")
{
	int dir = must(open(at("dir"), O_PATH | O_DIRECTORY));

	must(openat(dir, "../dir/new", O_RDWR | O_CREAT | O_EXCL, 0644));
}

CASE(open_dirfd_absolute, "open-dirfd-absolute")
{
	must(openat(-100000, at("file"), O_WRONLY));
}

static long openat2(int dir, const char *path, uint64_t flags, uint64_t resolve)
{
	struct open_how how = { .flags = flags, .resolve = resolve };

	if (flags & O_CREAT)
		how.mode = 0644;
	return syscall(SYS_openat2, dir, path, &how, sizeof(how));
}

CASE(openat2_plain, "openat2-plain")
{
	need(openat2(AT_FDCWD, at("file"), O_RDWR, 0));
}

CASE(openat2_beneath, "openat2-beneath")
{
	int dir = must(open(at("full"), O_PATH | O_DIRECTORY));

	need(openat2(dir, "inner", O_RDONLY, RESOLVE_BENEATH));
}

NOTHING(openat2_beneath_refused, "openat2-beneath-refused")
{
	int dir = must(open(at("full"), O_PATH | O_DIRECTORY));

	fails(openat2(dir, "../file", O_RDONLY, RESOLVE_BENEATH), EXDEV);
}

/* An absolute name, taken below the directory. */
CASE(openat2_in_root, "openat2-in-root")
{
	int dir = must(open(at(""), O_PATH | O_DIRECTORY));

	need(openat2(dir, "/../full/inner", O_RDONLY, RESOLVE_IN_ROOT));
}

CASE(openat2_in_root_creates, "openat2-in-root-creates")
{
	int dir = must(open(at(""), O_PATH | O_DIRECTORY));

	need(openat2(dir, "/new", O_WRONLY | O_CREAT, RESOLVE_IN_ROOT));
}

NOTHING(openat2_no_symlinks, "openat2-no-symlinks")
{
	fails(openat2(AT_FDCWD, at("sym"), O_RDONLY, RESOLVE_NO_SYMLINKS), ELOOP);
}

CASE(openat2_no_xdev, "openat2-no-xdev")
{
	int dir = must(open(at(""), O_PATH | O_DIRECTORY));

	need(openat2(dir, "file", O_RDONLY, RESOLVE_NO_XDEV));
}

static int by_handle(const char *mount, const char *path, int flags)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} u;
	int id, dir;

	u.handle.handle_bytes = MAX_HANDLE_SZ;
	need(name_to_handle_at(AT_FDCWD, path, &u.handle, &id, 0));
	dir = must(open(mount, O_RDONLY | O_DIRECTORY));
	return open_by_handle_at(dir, &u.handle, flags);
}

CASE(open_by_handle, "open-by-handle")
{
	must(by_handle("/volume", vol("file"), O_RDWR));
}

CASE(open_by_handle_nested, "open-by-handle-nested")
{
	must(by_handle("/volume", vol("full/inner"), O_RDONLY));
}

CASE(open_tmpfile, "open-tmpfile")
{
	must(open(vol("dir"), O_TMPFILE | O_RDWR, 0600));
}

CASE(open_tmpfile_overlay, "open-tmpfile-overlay")
{
	need(open(at("dir"), O_TMPFILE | O_WRONLY, 0600));
}

CASE(tmpfile_linked, "tmpfile-linked")
{
	int fd = must(open(vol("dir"), O_TMPFILE | O_WRONLY, 0600));
	char name[64];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	must(linkat(AT_FDCWD, name, AT_FDCWD, vol("linked"), AT_SYMLINK_FOLLOW));
}

CASE(tmpfile_linked_empty_path, "tmpfile-linked-empty-path")
{
	int fd = must(open(vol("dir"), O_TMPFILE | O_WRONLY, 0600));

	must(linkat(fd, "", AT_FDCWD, vol("linked"), AT_EMPTY_PATH));
}

CASE(open_noatime, "open-noatime")
{
	must(open(at("file"), O_RDONLY | O_NOATIME));
}

CASE(open_fifo, "open-fifo")
{
	must(open(vol("fifo"), O_RDWR | O_NONBLOCK));
}

/* The hook comes before the file's own open, which refuses. */
CASE(open_socket_file, "open-socket-file")
{
	must(mknod(vol("socket"), S_IFSOCK | 0600, 0));
	fails(open(vol("socket"), O_RDONLY), ENXIO);
}

CASE(open_dev_null, "open-dev-null")
{
	must(open("/dev/null", O_RDWR));
}

CASE(open_dev_ptmx, "open-dev-ptmx")
{
	must(open("/dev/ptmx", O_RDWR | O_NOCTTY));
}

CASE(open_bind_of_file, "open-bind-of-file")
{
	must(open("/etc/hosts", O_RDONLY));
}

NOTHING(open_readonly_mount, "open-readonly-mount")
{
	fails(open("/readonly/open-readonly-mount/file", O_WRONLY), EROFS);
}

CASE(open_readonly_mount_read, "open-readonly-mount-read")
{
	must(open("/readonly/open-readonly-mount-read/file", O_RDONLY));
}

NOTHING(open_text_busy, "open-text-busy")
{
	fails(open("/cases/open-text-busy", O_WRONLY), ETXTBSY);
}

static void as_nobody(void)
{
	must(setuid(65534));
	fails(open(at("private"), O_RDONLY), EACCES);
}

/* A refusal by owner and mode comes first: no rule is needed for what it refuses. */
CASE(open_refused_by_mode, "open-refused-by-mode")
{
	in_child(as_nobody);
}

CASE(open_many_names, "open-many-names")
{
	static const char *const names[] = { "a b",	 "a\"b",     "a\nb",	"a\\b",
					     "\xc3\xa9", "\xff\xfe", "a*b[c]?", "{a,b}",
					     "@{pid}",	 "#1",	     " ",	"a (deleted)" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		must(open(at(names[i]), O_WRONLY | O_CREAT, 0644));
}

CASE(open_longest_name, "open-longest-name")
{
	char name[256];

	memset(name, 'n', 255);
	name[255] = '\0';
	must(open(at(name), O_RDWR | O_CREAT, 0644));
}

/* Two names of one file. */
CASE(open_hard_links, "open-hard-links")
{
	must(open(vol("hard"), O_RDONLY));
	must(open(vol("hard2"), O_RDONLY));
}

/* Two mounts of one file: /readonly is the volume, too. */
CASE(open_two_mounts, "open-two-mounts")
{
	must(open(vol("file"), O_RDONLY));
	must(open("/readonly/open-two-mounts/file", O_RDONLY));
}

CASE(open_deep, "open-deep")
{
	int dir = must(open(at("dir"), O_PATH | O_DIRECTORY));
	int i;

	for (i = 0; i < 40; i++) {
		must(mkdirat(dir, "deeper", 0755));
		dir = must(openat(dir, "deeper", O_PATH | O_DIRECTORY));
	}
	must(openat(dir, "new", O_WRONLY | O_CREAT, 0644));
}

static void *open_in_thread(void *path)
{
	must(open(path, O_RDONLY));
	return NULL;
}

CASE(open_by_thread, "open-by-thread")
{
	static char path[512];
	pthread_t thread;

	snprintf(path, sizeof(path), "%s", at("file"));
	want(pthread_create(&thread, NULL, open_in_thread, path) == 0);
	want(pthread_join(thread, NULL) == 0);
}

static void open_the_file(void)
{
	must(open(at("file"), O_WRONLY));
}

CASE(open_by_child, "open-by-child")
{
	in_child(open_the_file);
}

CASE(open_scratch, "open-scratch")
{
	must(open("/scratch/open-scratch", O_RDWR | O_CREAT, 0644));
}

CASE(open_volume, "open-volume")
{
	must(open(vol("file"), O_WRONLY | O_APPEND));
}

NOTHING(read_inherited, "read-inherited")
{
	char byte;

	want(read(STDIN_FILENO, &byte, 1) >= 0);
	want(write(STDERR_FILENO, "", 0) == 0);
}
