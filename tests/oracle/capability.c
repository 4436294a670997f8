// SPDX-License-Identifier: Apache-2.0
/* Capabilities: used, and only looked for. */
#include <linux/bpf.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/acct.h>
#include <sys/epoll.h>
#include <sys/io.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <sys/xattr.h>

#include "oracle.h"

CASE(cap_chown, "cap-chown")
{
	must(chown(vol("file"), 1000, 1000));
}

CASE(cap_dac_override, "cap-dac-override")
{
	must(open(vol("foreign"), O_WRONLY));
}

CASE(cap_dac_read_search, "cap-dac-read-search")
{
	must(open(vol("foreign"), O_RDONLY));
}

CASE(cap_fowner, "cap-fowner")
{
	must(chmod(vol("foreign"), 0640));
}

CASE(cap_fsetid, "cap-fsetid")
{
	must(chmod(vol("foreign"), 02755));
}

CASE(cap_setgid, "cap-setgid")
{
	must(setgid(1000));
}

CASE(cap_setuid, "cap-setuid")
{
	must(setuid(1000));
}

NOTHING(setuid_same, "setuid-same")
{
	must(setresuid(0, 0, 0));
}

CASE(cap_setpcap, "cap-setpcap")
{
	must(prctl(PR_CAPBSET_DROP, CAP_AUDIT_READ));
}

CASE(cap_net_admin, "cap-net-admin")
{
	must(sethostname("oracle", 6));
}

CASE(cap_ipc_lock, "cap-ipc-lock")
{
	struct rlimit limit = { .rlim_cur = 0, .rlim_max = 0 };
	static char page[4096];

	must(setrlimit(RLIMIT_MEMLOCK, &limit));
	must(mlock(page, sizeof(page)));
}

/* Refused for another reason, after the capability was asked for. */
CASE(cap_sys_module, "cap-sys-module")
{
	fails(syscall(SYS_init_module, "x", 1, ""), ENOEXEC);
}

CASE(cap_sys_rawio, "cap-sys-rawio")
{
	need(iopl(3));
}

CASE(cap_sys_chroot, "cap-sys-chroot")
{
	must(chroot(at("")));
}

CASE(cap_sys_pacct, "cap-sys-pacct")
{
	need(acct(NULL));
}

CASE(cap_sys_boot, "cap-sys-boot")
{
	fails(syscall(SYS_reboot, 1, 2, 3, NULL), EINVAL);
}

CASE(cap_sys_nice, "cap-sys-nice")
{
	must(setpriority(PRIO_PROCESS, 0, -5));
}

CASE(cap_sys_nice_policy, "cap-sys-nice-policy")
{
	struct sched_param param = { .sched_priority = 1 };

	if (sched_setscheduler(0, SCHED_FIFO, &param) < 0)
		skip("SCHED_FIFO: %s", strerror(errno));
}

CASE(cap_sys_resource, "cap-sys-resource")
{
	struct rlimit limit;

	must(getrlimit(RLIMIT_CORE, &limit));
	limit.rlim_cur = limit.rlim_max = 1;
	must(setrlimit(RLIMIT_CORE, &limit));
	limit.rlim_max = 2;
	must(setrlimit(RLIMIT_CORE, &limit));
}

CASE(cap_sys_time, "cap-sys-time")
{
	struct timex timex = { .modes = ADJ_ESTERROR };

	must(adjtimex(&timex));
}

CASE(cap_sys_tty_config, "cap-sys-tty-config")
{
	must(vhangup());
}

CASE(cap_mknod, "cap-mknod")
{
	must(mknod(vol("new"), S_IFCHR | 0600, makedev(1, 7)));
}

CASE(cap_lease, "cap-lease")
{
	must(fcntl(must(open(vol("foreign"), O_RDONLY)), F_SETLEASE, F_RDLCK));
}

CASE(cap_setfcap, "cap-setfcap")
{
	struct vfs_cap_data data = { .magic_etc = VFS_CAP_REVISION_2 };

	must(setxattr(at("file"), "security.capability", &data, sizeof(data), 0));
}

CASE(cap_syslog, "cap-syslog")
{
	must(klogctl(10, NULL, 0));
}

CASE(cap_wake_alarm, "cap-wake-alarm")
{
	int fd = timerfd_create(CLOCK_REALTIME_ALARM, 0);

	if (fd < 0)
		skip("CLOCK_REALTIME_ALARM: %s", strerror(errno));
}

CASE(cap_bpf, "cap-bpf")
{
	union bpf_attr attr = { .map_type = BPF_MAP_TYPE_LPM_TRIE,
				.key_size = 8,
				.value_size = 4,
				.max_entries = 1,
				.map_flags = BPF_F_NO_PREALLOC };

	need(syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)));
}

CASE(cap_sys_admin_domain, "cap-sys-admin-domain")
{
	must(setdomainname("oracle", 6));
}

CASE(cap_quiet_dirs, "cap-immutable")
{
	int flags = 0x10 /* FS_IMMUTABLE_FL */, none = 0, fd = must(open(vol("file"), O_RDONLY));

	if (syscall(SYS_ioctl, fd, 0x40086602 /* FS_IOC_SETFLAGS */, &flags) < 0)
		skip("FS_IOC_SETFLAGS: %s", strerror(errno));
	must((int)syscall(SYS_ioctl, fd, 0x40086602, &none));
}

/* It is looked for, and nobody fails without it. */
NOTHING(cap_probed_wakeup, "cap-probed-wakeup")
{
	struct epoll_event event = { .events = EPOLLIN };
	int ends[2], ep = must(epoll_create1(0));

	must(pipe(ends));
	must(epoll_ctl(ep, EPOLL_CTL_ADD, ends[0], &event));
}

NOTHING(cap_probed_brk, "cap-probed-memory")
{
	mapped(mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

NOTHING(cap_none_getters, "cap-none-getters")
{
	must(getpriority(PRIO_PROCESS, 0));
	must(umask(022));
	must((int)syscall(SYS_getresuid, &(uid_t){ 0 }, &(uid_t){ 0 }, &(uid_t){ 0 }));
}
