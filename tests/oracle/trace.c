// SPDX-License-Identifier: Apache-2.0
/* One process looks into another. */
#include <linux/kcmp.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/uio.h>

#include "oracle.h"

static const char *proc_of(pid_t pid, const char *what)
{
	static char name[64];

	snprintf(name, sizeof(name), "/proc/%d/%s", (int)pid, what);
	return name;
}

CASE(ptrace_attach, "ptrace-attach")
{
	pid_t pid = stay();

	must((int)ptrace(PTRACE_ATTACH, pid, NULL, NULL));
	must(waitpid(pid, NULL, 0));
	must((int)ptrace(PTRACE_DETACH, pid, NULL, NULL));
	end(pid);
}

CASE(ptrace_seize, "ptrace-seize")
{
	pid_t pid = stay();

	must((int)ptrace(PTRACE_SEIZE, pid, NULL, NULL));
	must((int)ptrace(PTRACE_INTERRUPT, pid, NULL, NULL));
	must(waitpid(pid, NULL, 0));
	must((int)ptrace(PTRACE_DETACH, pid, NULL, NULL));
	end(pid);
}

static void traced(void)
{
	must((int)ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

CASE(ptrace_traceme, "ptrace-traceme")
{
	in_child(traced);
}

CASE(ptrace_exec, "ptrace-exec")
{
	char *none[] = { NULL };
	int status;
	pid_t pid = must(fork());

	if (pid == 0) {
		traced();
		must(execve(at("prog"), nothing_argv(at("prog")), none));
	}
	must(waitpid(pid, &status, 0));
	want(WIFSTOPPED(status));
	must((int)ptrace(PTRACE_CONT, pid, NULL, NULL));
	must(waitpid(pid, &status, 0));
	want(WIFEXITED(status) && WEXITSTATUS(status) == ORACLE_HELPER_STATUS);
}

static char shared[8] = "mine";

CASE(process_vm_readv_plain, "process-vm-readv")
{
	char copy[8];
	struct iovec here = { copy, sizeof(copy) }, there = { shared, sizeof(shared) };
	pid_t pid = stay();

	need(process_vm_readv(pid, &here, 1, &there, 1, 0));
	end(pid);
}

CASE(process_vm_writev_plain, "process-vm-writev")
{
	struct iovec here = { shared, sizeof(shared) }, there = { shared, sizeof(shared) };
	pid_t pid = stay();

	need(process_vm_writev(pid, &here, 1, &there, 1, 0));
	end(pid);
}

CASE(proc_other_mem, "proc-other-mem")
{
	pid_t pid = stay();
	int fd = must(open(proc_of(pid, "mem"), O_RDONLY));

	must((int)pread(fd, shared, sizeof(shared), (off_t)(uintptr_t)shared));
	end(pid);
}

CASE(proc_other_maps, "proc-other-maps")
{
	pid_t pid = stay();
	char text[64];

	must((int)read(must(open(proc_of(pid, "maps"), O_RDONLY)), text, sizeof(text)));
	end(pid);
}

CASE(proc_other_environ, "proc-other-environ")
{
	pid_t pid = stay();

	must(open(proc_of(pid, "environ"), O_RDONLY));
	end(pid);
}

CASE(proc_other_exe, "proc-other-exe")
{
	pid_t pid = stay();
	char text[256];

	must((int)readlink(proc_of(pid, "exe"), text, sizeof(text)));
	end(pid);
}

NOTHING(proc_own_exe, "proc-own-exe")
{
	char text[256];

	must((int)readlink("/proc/self/exe", text, sizeof(text)));
}

CASE(kcmp_plain, "kcmp")
{
	pid_t pid = stay();

	need(syscall(SYS_kcmp, getpid(), pid, KCMP_FILES, 0, 0));
	end(pid);
}

CASE(robust_list, "robust-list")
{
	pid_t pid = stay();
	size_t len;
	void *head;

	must((int)syscall(SYS_get_robust_list, pid, &head, &len));
	end(pid);
}

NOTHING(prlimit_other, "prlimit-other")
{
	struct rlimit limit = { .rlim_cur = 64, .rlim_max = 128 };
	pid_t pid = stay();

	must(prlimit(pid, RLIMIT_NOFILE, &limit, NULL));
	end(pid);
}

NOTHING(setrlimit_lower, "setrlimit-lower")
{
	struct rlimit limit = { .rlim_cur = 64, .rlim_max = 128 };

	must(setrlimit(RLIMIT_NOFILE, &limit));
}

NOTHING(ptrace_self, "ptrace-self")
{
	fails(ptrace(PTRACE_ATTACH, getpid(), NULL, NULL), EPERM);
}
