// SPDX-License-Identifier: Apache-2.0
/* Names: made, taken away, changed, linked. */
#include <linux/fs.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

#include "oracle.h"

CASE(mkdir_plain, "mkdir")
{
	must(mkdir(at("new"), 0755));
}

CASE(mkdir_slash, "mkdir-slash")
{
	must(mkdir(at("new/"), 0755));
}

CASE(mkdir_cwd, "mkdir-cwd")
{
	must(chdir(at("dir")));
	must(mkdir("../full/new", 0755));
}

CASE(mkdirat_dirfd, "mkdirat-dirfd")
{
	int dir = must(open(at("dir"), O_PATH | O_DIRECTORY));

	must(mkdirat(dir, "new", 0700));
}

CASE(mkdir_symlink_parent, "mkdir-symlink-parent")
{
	must(mkdir(at("symdir/new"), 0755));
}

CASE(mkdir_volume, "mkdir-volume")
{
	must(mkdir(vol("new"), 0755));
}

NOTHING(mkdir_exists, "mkdir-exists")
{
	fails(mkdir(at("dir"), 0755), EEXIST);
}

NOTHING(mkdir_missing_parent, "mkdir-missing-parent")
{
	fails(mkdir(at("missing/new"), 0755), ENOENT);
}

CASE(rmdir_plain, "rmdir")
{
	must(rmdir(at("dir")));
}

CASE(rmdir_slash_volume, "rmdir-slash-volume")
{
	must(rmdir(vol("dir/")));
}

CASE(rmdir_not_empty, "rmdir-not-empty")
{
	fails(rmdir(at("full")), ENOTEMPTY);
}

CASE(rmdir_not_empty_volume, "rmdir-not-empty-volume")
{
	fails(rmdir(vol("full")), ENOTEMPTY);
}

NOTHING(rmdir_missing, "rmdir-missing")
{
	fails(rmdir(at("missing")), ENOENT);
}

NOTHING(rmdir_dot, "rmdir-dot")
{
	fails(rmdir(at("dir/.")), EINVAL);
}

CASE(rmdir_of_file, "rmdir-of-file")
{
	fails(rmdir(at("file")), ENOTDIR);
}

CASE(unlink_plain, "unlink")
{
	must(unlink(at("file")));
}

CASE(unlink_volume, "unlink-volume")
{
	must(unlink(vol("file")));
}

CASE(unlink_symlink, "unlink-symlink")
{
	must(unlink(at("sym")));
}

CASE(unlink_dotdot, "unlink-dotdot")
{
	must(unlink(at("full/../file")));
}

CASE(unlink_fifo, "unlink-fifo")
{
	must(unlink(vol("fifo")));
}

CASE(unlinkat_dirfd, "unlinkat-dirfd")
{
	int dir = must(open(at("full"), O_PATH | O_DIRECTORY));

	must(unlinkat(dir, "inner", 0));
}

CASE(unlinkat_removedir, "unlinkat-removedir")
{
	int dir = must(open(at(""), O_PATH | O_DIRECTORY));

	must(unlinkat(dir, "dir", AT_REMOVEDIR));
}

CASE(unlink_directory, "unlink-directory")
{
	fails(unlink(at("dir")), EISDIR);
}

NOTHING(unlink_missing, "unlink-missing")
{
	fails(unlink(at("missing")), ENOENT);
}

static void unlink_as_nobody(void)
{
	must(setuid(65534));
	fails(unlink(at("file")), EACCES);
}

CASE(unlink_refused_by_mode, "unlink-refused-by-mode")
{
	in_child(unlink_as_nobody);
}

CASE(rename_plain, "rename")
{
	must(rename(at("file"), at("new")));
}

CASE(rename_over, "rename-over")
{
	must(rename(at("file"), at("other")));
}

CASE(rename_volume, "rename-volume")
{
	must(rename(vol("file"), vol("dir/new")));
}

CASE(rename_directory, "rename-directory")
{
	must(rename(vol("full"), vol("new")));
}

CASE(rename_directory_over, "rename-directory-over")
{
	must(rename(vol("full"), vol("dir")));
}

/* A directory of an image layer: the program is to copy it instead. */
CASE(rename_directory_overlay, "rename-directory-overlay")
{
	if (rename(at("full"), at("new")) < 0)
		fails(-1, EXDEV);
}

CASE(rename_directory_not_empty, "rename-directory-not-empty")
{
	fails(rename(vol("dir"), vol("full")), ENOTEMPTY);
}

CASE(rename_symlink, "rename-symlink")
{
	must(rename(at("sym"), at("new")));
}

CASE(rename_cwd, "rename-cwd")
{
	must(chdir(at("full")));
	must(rename("inner", "../new"));
}

CASE(renameat_dirfds, "renameat-dirfds")
{
	int from = must(open(at("full"), O_PATH | O_DIRECTORY));
	int to = must(open(at("dir"), O_PATH | O_DIRECTORY));

	must(renameat(from, "inner", to, "new"));
}

CASE(rename_noreplace, "rename-noreplace")
{
	must(renameat2(AT_FDCWD, vol("file"), AT_FDCWD, vol("new"), RENAME_NOREPLACE));
}

NOTHING(rename_noreplace_exists, "rename-noreplace-exists")
{
	fails(renameat2(AT_FDCWD, vol("file"), AT_FDCWD, vol("other"), RENAME_NOREPLACE), EEXIST);
}

CASE(rename_exchange, "rename-exchange")
{
	must(renameat2(AT_FDCWD, vol("file"), AT_FDCWD, vol("other"), RENAME_EXCHANGE));
}

CASE(rename_exchange_directory, "rename-exchange-directory")
{
	must(renameat2(AT_FDCWD, vol("file"), AT_FDCWD, vol("full"), RENAME_EXCHANGE));
}

CASE(rename_whiteout, "rename-whiteout")
{
	if (renameat2(AT_FDCWD, vol("file"), AT_FDCWD, vol("new"), RENAME_WHITEOUT) < 0) {
		fails(-1, EINVAL);
		skip("RENAME_WHITEOUT: this file system has none");
	}
}

NOTHING(rename_missing, "rename-missing")
{
	fails(rename(at("missing"), at("new")), ENOENT);
}

NOTHING(rename_other_device, "rename-other-device")
{
	fails(rename(at("file"), vol("new")), EXDEV);
}

CASE(rename_same_inode, "rename-same-inode")
{
	must(rename(vol("hard"), vol("hard2")));
}

NOTHING(rename_into_itself, "rename-into-itself")
{
	fails(rename(vol("full"), vol("full/new")), EINVAL);
}

CASE(link_plain, "link")
{
	must(link(at("file"), at("new")));
}

CASE(link_volume, "link-volume")
{
	must(link(vol("file"), vol("dir/new")));
}

CASE(link_symlink_itself, "link-symlink-itself")
{
	must(linkat(AT_FDCWD, vol("sym"), AT_FDCWD, vol("new"), 0));
}

CASE(linkat_follow, "linkat-follow")
{
	must(linkat(AT_FDCWD, vol("sym"), AT_FDCWD, vol("new"), AT_SYMLINK_FOLLOW));
}

CASE(linkat_dirfds, "linkat-dirfds")
{
	int from = must(open(vol("full"), O_PATH | O_DIRECTORY));
	int to = must(open(vol("dir"), O_PATH | O_DIRECTORY));

	must(linkat(from, "inner", to, "new", 0));
}

CASE(linkat_proc_fd, "linkat-proc-fd")
{
	int fd = must(open(vol("file"), O_RDONLY));
	char name[64];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	must(linkat(AT_FDCWD, name, AT_FDCWD, vol("new"), AT_SYMLINK_FOLLOW));
}

CASE(linkat_empty_path, "linkat-empty-path")
{
	int fd = must(open(vol("file"), O_PATH));

	must(linkat(fd, "", AT_FDCWD, vol("new"), AT_EMPTY_PATH));
}

CASE(link_directory, "link-directory")
{
	fails(link(vol("dir"), vol("new")), EPERM);
}

NOTHING(link_exists, "link-exists")
{
	fails(link(vol("file"), vol("other")), EEXIST);
}

NOTHING(link_other_device, "link-other-device")
{
	fails(link(at("file"), vol("new")), EXDEV);
}

CASE(symlink_plain, "symlink")
{
	must(symlink("/somewhere/else", at("new")));
}

CASE(symlinkat_dirfd, "symlinkat-dirfd")
{
	int dir = must(open(at("dir"), O_PATH | O_DIRECTORY));

	must(symlinkat("..", dir, "new"));
}

NOTHING(symlink_exists, "symlink-exists")
{
	fails(symlink("x", at("file")), EEXIST);
}

CASE(mknod_fifo, "mknod-fifo")
{
	must(mknod(at("new"), S_IFIFO | 0644, 0));
}

CASE(mkfifoat_dirfd, "mkfifoat-dirfd")
{
	int dir = must(open(vol("dir"), O_PATH | O_DIRECTORY));

	must(mkfifoat(dir, "new", 0600));
}

CASE(mknod_socket, "mknod-socket")
{
	must(mknod(at("new"), S_IFSOCK | 0644, 0));
}

CASE(mknod_regular, "mknod-regular")
{
	must(mknod(at("new"), S_IFREG | 0644, 0));
}

CASE(mknod_char, "mknod-char")
{
	must(mknod(at("new"), S_IFCHR | 0600, makedev(1, 3)));
}

CASE(mknod_block, "mknod-block")
{
	must(mknod(vol("new"), S_IFBLK | 0600, makedev(7, 0)));
}

NOTHING(mknod_exists, "mknod-exists")
{
	fails(mknod(at("file"), S_IFIFO | 0644, 0), EEXIST);
}

static int unix_bind(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = must(socket(AF_UNIX, SOCK_STREAM, 0));

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	declare("bound unix stream %s 0", path);
	return bind(fd, (struct sockaddr *)&un, sizeof(un));
}

CASE(bind_unix_path, "bind-unix-path")
{
	must(unix_bind(at("new")));
}

CASE(bind_unix_cwd, "bind-unix-cwd")
{
	must(chdir(vol("dir")));
	must(unix_bind("new"));
}

CASE(bind_unix_exists, "bind-unix-exists")
{
	fails(unix_bind(at("file")), EADDRINUSE);
}
