// SPDX-License-Identifier: Apache-2.0
/* Programs started: by which name, through which interpreter, from which file system. */
#include <pthread.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/sendfile.h>

#include "oracle.h"

#define EXITS(act) in_child_exits(act, ORACLE_HELPER_STATUS)

static char *none[] = { NULL };
static const char *program;

static void exec_program(void)
{
	must(execve(program, nothing_argv(program), none));
}

static void exec_it(const char *path)
{
	program = path;
	EXITS(exec_program);
}

CASE(exec_binary, "exec-binary")
{
	exec_it(at("prog"));
}

CASE(exec_volume, "exec-volume")
{
	exec_it(vol("prog"));
}

CASE(exec_symlink, "exec-symlink")
{
	must(symlink("prog", at("progsym")));
	exec_it(at("progsym"));
}

CASE(exec_cwd, "exec-cwd")
{
	must(chdir(at("full")));
	exec_it("./../prog");
}

CASE(exec_script, "exec-script")
{
	exec_it(at("script"));
}

CASE(exec_script_of_script, "exec-script-of-script")
{
	exec_it(at("script2"));
}

static void exec_script_dirfd(void)
{
	int dir = must(open(at(""), O_PATH | O_DIRECTORY));

	must((int)syscall(SYS_execveat, dir, "script", nothing_argv("script"), none, 0));
}

CASE(execveat_script, "execveat-script")
{
	EXITS(exec_script_dirfd);
}

static void exec_fails_enoent(void)
{
	fails(execve(program, nothing_argv(program), none), ENOENT);
}

CASE(exec_script_no_interpreter, "exec-script-no-interpreter")
{
	program = at("scriptbad");
	in_child(exec_fails_enoent);
}

NOTHING(exec_missing, "exec-missing")
{
	program = at("missing");
	in_child(exec_fails_enoent);
}

static void exec_fails_eacces(void)
{
	fails(execve(program, nothing_argv(program), none), EACCES);
}

NOTHING(exec_not_executable, "exec-not-executable")
{
	program = at("file");
	in_child(exec_fails_eacces);
}

NOTHING(exec_directory, "exec-directory")
{
	program = at("dir");
	in_child(exec_fails_eacces);
}

/* Docker mounts it noexec. */
CASE(exec_noexec_mount, "exec-noexec-mount")
{
	program = "/scratch/exec-noexec-mount";
	close(must(open(program, O_WRONLY | O_CREAT, 0755)));
	in_child(exec_fails_eacces);
}

static void exec_fails_enoexec(void)
{
	fails(execve(program, nothing_argv(program), none), ENOEXEC);
}

CASE(exec_garbage, "exec-garbage")
{
	program = at("garbage");
	in_child(exec_fails_enoexec);
}

CASE(exec_setuid, "exec-setuid")
{
	exec_it(at("setuid"));
}

static void setuid_as_nobody(void)
{
	must(setgid(65534));
	must(setuid(65534));
	must(execve(at("setuid"), nothing_argv(at("setuid")), none));
}

CASE(exec_setuid_as_nobody, "exec-setuid-as-nobody")
{
	EXITS(setuid_as_nobody);
}

/* Its ELF interpreter and a library of its own, from the image. */
CASE(exec_dynamic, "exec-dynamic")
{
	if (access(at("dynamic"), X_OK) < 0)
		skip("there is no dynamic program");
	exec_it(at("dynamic"));
}

/* The linker as a program: it maps what it is given. */
static void exec_linker(void)
{
	char path[512], linker[512], what[] = "nothing", *argv[] = { linker, path, what, NULL };

	snprintf(linker, sizeof(linker), "%s", at("ld.so"));
	snprintf(path, sizeof(path), "%s", at("dynamic"));
	must(execve(linker, argv, none));
}

CASE(exec_by_linker, "exec-by-linker")
{
	if (access(at("dynamic"), X_OK) < 0)
		skip("there is no dynamic program");
	EXITS(exec_linker);
}

static void exec_in_chroot(void)
{
	must(chroot(at("")));
	must(chdir("/"));
	must(execve("/prog", nothing_argv("/prog"), none));
}

CASE(exec_chroot, "exec-chroot")
{
	EXITS(exec_in_chroot);
}

static void exec_dirfd(void)
{
	int dir = must(open(at("full"), O_PATH | O_DIRECTORY));

	must((int)syscall(SYS_execveat, dir, "../prog", nothing_argv("prog"), none, 0));
}

CASE(execveat_dirfd, "execveat-dirfd")
{
	EXITS(exec_dirfd);
}

static void exec_empty_path(void)
{
	int fd = must(open(at("prog"), O_PATH | O_CLOEXEC));

	must((int)syscall(SYS_execveat, fd, "", nothing_argv("prog"), none, AT_EMPTY_PATH));
}

CASE(execveat_empty_path, "execveat-empty-path")
{
	EXITS(exec_empty_path);
}

static void exec_descriptor(void)
{
	must(fexecve(must(open(at("prog"), O_RDONLY)), nothing_argv("prog"), none));
}

CASE(fexecve_plain, "fexecve")
{
	EXITS(exec_descriptor);
}

static void exec_memfd(void)
{
	int from = must(open(at("prog"), O_RDONLY)),
	    fd = need(memfd_create("oracle-exec", MFD_CLOEXEC));
	struct stat st;

	must(fstat(from, &st));
	for (off_t left = st.st_size; left > 0;)
		left -= must((int)sendfile(fd, from, NULL, (size_t)left));
	must(fexecve(fd, nothing_argv("memfd"), none));
}

CASE(fexecve_memfd, "fexecve-memfd")
{
	EXITS(exec_memfd);
}

static void exec_deleted(void)
{
	int fd = must(open(vol("prog"), O_PATH | O_CLOEXEC));

	must(unlink(vol("prog")));
	must((int)syscall(SYS_execveat, fd, "", nothing_argv("prog"), none, AT_EMPTY_PATH));
}

CASE(exec_deleted_file, "exec-deleted-file")
{
	EXITS(exec_deleted);
}

/* That program then executes itself by that name. */
static void exec_again(void)
{
	char path[512], again[] = "again", *argv[] = { path, again, NULL };

	snprintf(path, sizeof(path), "%s", program);
	must(execve(program, argv, none));
}

CASE(exec_proc_self_exe, "exec-proc-self-exe")
{
	program = at("prog");
	EXITS(exec_again);
}

static void *exec_in_thread(void *path)
{
	must(execve(path, nothing_argv(path), none));
	return NULL;
}

static void thread_execs(void)
{
	static char path[512];
	pthread_t thread;

	snprintf(path, sizeof(path), "%s", at("prog"));
	want(pthread_create(&thread, NULL, exec_in_thread, path) == 0);
	for (;;)
		pause();
}

CASE(exec_by_thread, "exec-by-thread")
{
	EXITS(thread_execs);
}

CASE(exec_spawn, "exec-spawn")
{
	int status;
	pid_t pid;

	want(posix_spawn(&pid, at("prog"), NULL, NULL, nothing_argv(at("prog")), none) == 0);
	must(waitpid(pid, &status, 0));
	want(WIFEXITED(status) && WEXITSTATUS(status) == ORACLE_HELPER_STATUS);
}

CASE(exec_odd_name, "exec-odd-name")
{
	must(symlink("unused", at("x")));
	must(link(vol("prog"), vol("pro\"g\n\xff")));
	exec_it(vol("pro\"g\n\xff"));
}
