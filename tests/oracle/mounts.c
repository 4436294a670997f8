// SPDX-License-Identifier: Apache-2.0
/* Mounts, each in mounts of its own, and user namespaces. */
#include <linux/mount.h>
#include <linux/sched.h>

#include "oracle.h"

/* <sys/mount.h> and <linux/mount.h> contradict each other. */
int mount(const char *source, const char *target, const char *type, unsigned long flags,
	  const void *data);
int umount2(const char *target, int flags);
#define MNT_DETACH	2
#define MNT_EXPIRE	4
#define UMOUNT_NOFOLLOW 8

static void (*act)(void);

static void apart(void)
{
	must(unshare(CLONE_NEWNS));
	act();
}

static void mounting(void (*what)(void))
{
	act = what;
	in_child(apart);
}

static void tmpfs(void)
{
	must(mount("oracle-source", at("dir"), "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		   "size=64k"));
}

CASE(mount_tmpfs, "mount-tmpfs")
{
	mounting(tmpfs);
}

static void readonly(void)
{
	must(mount("none", at("dir"), "tmpfs", MS_RDONLY | MS_NOATIME, NULL));
}

CASE(mount_readonly, "mount-readonly")
{
	mounting(readonly);
}

static void proc(void)
{
	must(mount("proc", at("dir"), "proc", 0, NULL));
}

CASE(mount_proc, "mount-proc")
{
	mounting(proc);
}

static void symlinked(void)
{
	must(mount("none", at("symdir"), "tmpfs", 0, NULL));
}

CASE(mount_symlink, "mount-symlink")
{
	mounting(symlinked);
}

static void overlay(void)
{
	char options[1024];

	snprintf(options, sizeof(options), "lowerdir=%s:%s", vol("full"), vol("dir"));
	must(mount("overlay", at("dir"), "overlay", 0, options));
}

CASE(mount_overlay, "mount-overlay")
{
	mounting(overlay);
}

static void no_such_type(void)
{
	fails(mount("none", at("dir"), "oraclefs", 0, NULL), ENODEV);
	/* It is looked for after the hook and before the rules. */
	optional("mount mount %s none oraclefs 0x0", at("dir"));
}

CASE(mount_no_such_type, "mount-no-such-type")
{
	mounting(no_such_type);
}

static void bound(void)
{
	must(mount(vol("full"), at("dir"), NULL, MS_BIND, NULL));
}

CASE(mount_bind, "mount-bind")
{
	mounting(bound);
}

static void bound_recursively(void)
{
	must(mount(at("full"), at("dir"), "ignored", MS_BIND | MS_REC, NULL));
}

CASE(mount_rbind, "mount-rbind")
{
	mounting(bound_recursively);
}

static void file_bound(void)
{
	must(mount(vol("file"), at("file"), NULL, MS_BIND, NULL));
}

CASE(mount_bind_file, "mount-bind-file")
{
	mounting(file_bound);
}

static void remounted(void)
{
	must(mount("none", at("dir"), "tmpfs", 0, NULL));
	must(mount(NULL, at("dir"), NULL, MS_REMOUNT | MS_RDONLY, NULL));
}

CASE(mount_remount, "mount-remount")
{
	mounting(remounted);
}

static void remounted_bind(void)
{
	must(mount(at("full"), at("full"), NULL, MS_BIND, NULL));
	must(mount(NULL, at("full"), NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID, NULL));
}

CASE(mount_remount_bind, "mount-remount-bind")
{
	mounting(remounted_bind);
}

static void moved(void)
{
	must(mount("none", at("dir"), "tmpfs", 0, NULL));
	must(mount(at("dir"), at("full"), NULL, MS_MOVE, NULL));
}

CASE(mount_move, "mount-move")
{
	mounting(moved);
}

static void propagation(void)
{
	must(mount("none", at("dir"), "tmpfs", 0, NULL));
	must(mount(NULL, at("dir"), NULL, MS_SHARED, NULL));
	must(mount(NULL, at("dir"), NULL, MS_SLAVE, NULL));
	must(mount(NULL, at("dir"), NULL, MS_PRIVATE, NULL));
	must(mount(NULL, at("dir"), NULL, MS_UNBINDABLE, NULL));
	must(mount(NULL, at("dir"), NULL, MS_REC | MS_PRIVATE, NULL));
}

CASE(mount_propagation, "mount-propagation")
{
	mounting(propagation);
}

static void unmounted(void)
{
	must(mount("none", at("dir"), "tmpfs", 0, NULL));
	must(umount2(at("dir"), 0));
}

CASE(umount_plain, "umount")
{
	mounting(unmounted);
}

static void unmounted_lazily(void)
{
	must(mount("none", at("dir"), "tmpfs", 0, NULL));
	must(umount2(at("dir"), MNT_DETACH | UMOUNT_NOFOLLOW));
}

CASE(umount_detach, "umount-detach")
{
	mounting(unmounted_lazily);
}

static void unmounted_busy(void)
{
	must(mount("none", at("dir"), "tmpfs", 0, NULL));
	must(chdir(at("dir")));
	fails(umount2(at("dir"), 0), EBUSY);
}

CASE(umount_busy, "umount-busy")
{
	mounting(unmounted_busy);
}

CASE(umount_nothing, "umount-nothing")
{
	fails(umount2(at("dir"), 0), EINVAL);
}

static void pivoted(void)
{
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	must(mount(vol(""), vol(""), NULL, MS_BIND, NULL));
	must((int)syscall(SYS_pivot_root, vol(""), vol("dir")));
	must(chdir("/"));
	must(open("/file", O_RDONLY));
	must(open("/new", O_WRONLY | O_CREAT, 0644));
}

CASE(pivot_root_plain, "pivot-root")
{
	mounting(pivoted);
}

/* The calls of Linux 5.2. */
static void tree_moved(void)
{
	int tree = need(syscall(SYS_open_tree, AT_FDCWD, vol("full"), OPEN_TREE_CLONE));

	must((int)syscall(SYS_move_mount, tree, "", AT_FDCWD, at("dir"), MOVE_MOUNT_F_EMPTY_PATH));
	must(open(at("dir/inner"), O_RDONLY));
	/* Linux 6.8 asks. */
	optional("mount move %s * '' 0x2000", at("dir"));
}

CASE(move_mount_plain, "move-mount")
{
	mounting(tree_moved);
}

static void file_system_mounted(void)
{
	int fd = need(syscall(SYS_fsopen, "tmpfs", 0));

	must((int)syscall(SYS_fsconfig, fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0));
	fd = must((int)syscall(SYS_fsmount, fd, 0, MOUNT_ATTR_NODEV));
	must((int)syscall(SYS_move_mount, fd, "", AT_FDCWD, at("dir"), MOVE_MOUNT_F_EMPTY_PATH));
	optional("mount move %s * '' 0x2000", at("dir"));
}

CASE(fsmount_plain, "fsmount")
{
	mounting(file_system_mounted);
}

static void attributes(void)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };

	must(mount("none", at("dir"), "tmpfs", 0, NULL));
	need(syscall(SYS_mount_setattr, AT_FDCWD, at("dir"), 0, &attr, sizeof(attr)));
}

CASE(mount_setattr_plain, "mount-setattr")
{
	mounting(attributes);
}

static void mount_as_nobody(void)
{
	must(setuid(65534));
	fails(mount("none", at("dir"), "tmpfs", 0, NULL), EPERM);
}

CASE(mount_refused, "mount-refused")
{
	in_child(mount_as_nobody);
}

static void own_users(void)
{
	if (unshare(CLONE_NEWUSER) < 0)
		skip("a user namespace: %s", strerror(errno));
}

CASE(userns_unshare, "userns-unshare")
{
	in_child(own_users);
	declare("userns");
}

static void own_users_as_nobody(void)
{
	must(setuid(65534));
	own_users();
}

CASE(userns_as_nobody, "userns-as-nobody")
{
	in_child(own_users_as_nobody);
	declare("userns");
}

CASE(userns_clone, "userns-clone")
{
	struct clone_args args = { .flags = CLONE_NEWUSER, .exit_signal = SIGCHLD };
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	if (pid == 0)
		_exit(0);
	if (pid < 0)
		skip("a user namespace: %s", strerror(errno));
	must(waitpid(pid, NULL, 0));
	declare("userns");
}

static void mount_in_userns(void)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		skip("a user namespace: %s", strerror(errno));
	must(mount("none", at("dir"), "tmpfs", 0, NULL));
	must(open(at("dir"), O_RDONLY | O_DIRECTORY));
}

CASE(userns_mount, "userns-mount")
{
	in_child(mount_in_userns);
	declare("userns");
}
