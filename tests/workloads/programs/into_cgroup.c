// SPDX-License-Identifier: Apache-2.0
/*
 * into_cgroup DIR CMD...: runs CMD as some runtimes do: in a child that is born in the cgroup, which it
 * was never moved to, and that has a mount namespace of its own.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct clone_args args = { .flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD };
	int status, fd = argc > 2 ? open(argv[1], O_RDONLY | O_DIRECTORY) : -1;
	pid_t pid;

	if (fd < 0)
		return 2;
	args.cgroup = (__u64)fd;
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0) {
		if (unshare(CLONE_NEWNS) == 0)
			execv(argv[2], argv + 2);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid) {
		perror("into_cgroup");
		return 1;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
