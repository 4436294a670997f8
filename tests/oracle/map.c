// SPDX-License-Identifier: Apache-2.0
/* Files in memory, and memory that is a file in disguise. */
#include <linux/memfd.h>
#include <mqueue.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/shm.h>

#include "oracle.h"

#define PAGE 4096
#define HUGE (2 << 20)

static void *map(const char *path, int open_flags, int prot, int flags)
{
	void *p = mmap(NULL, PAGE, prot, flags, must(open(path, open_flags)), 0);

	mapped(p);
	return p;
}

CASE(mmap_read, "mmap-read")
{
	map(at("file"), O_RDONLY, PROT_READ, MAP_PRIVATE);
}

CASE(mmap_read_shared, "mmap-read-shared")
{
	map(at("file"), O_RDWR, PROT_READ, MAP_SHARED);
}

CASE(mmap_exec, "mmap-exec")
{
	map(at("file"), O_RDONLY, PROT_READ | PROT_EXEC, MAP_PRIVATE);
}

CASE(mmap_exec_only, "mmap-exec-only")
{
	map(at("file"), O_RDONLY, PROT_EXEC, MAP_SHARED);
}

CASE(mmap_exec_volume, "mmap-exec-volume")
{
	map(vol("file"), O_RDONLY, PROT_READ | PROT_EXEC, MAP_PRIVATE);
}

CASE(mmap_private_write, "mmap-private-write")
{
	map(at("file"), O_RDONLY, PROT_READ | PROT_WRITE, MAP_PRIVATE);
}

CASE(mmap_shared_write, "mmap-shared-write")
{
	map(at("file"), O_RDWR, PROT_READ | PROT_WRITE, MAP_SHARED);
}

CASE(mmap_refused, "mmap-refused")
{
	int fd = must(open(at("file"), O_RDONLY));

	want(mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED && errno == EACCES);
}

NOTHING(mmap_anonymous, "mmap-anonymous")
{
	void *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
		       -1, 0);

	mapped(p);
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	mapped(p);
	must(mprotect(p, PAGE, PROT_READ | PROT_EXEC));
}

CASE(mmap_dev_zero, "mmap-dev-zero")
{
	map("/dev/zero", O_RDWR, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE);
}

/* What a dynamic linker does. */
CASE(mmap_library, "mmap-library")
{
	int fd = must(open(at("file"), O_RDONLY | O_CLOEXEC));
	char *p = mmap(NULL, 3 * PAGE, PROT_READ, MAP_PRIVATE | MAP_DENYWRITE, fd, 0);

	mapped(p);
	mapped(mmap(p + PAGE, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, fd, 0));
	mapped(mmap(p + 2 * PAGE, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd, 0));
	must(mprotect(p + 2 * PAGE, PAGE, PROT_READ));
	close(fd);
}

CASE(mprotect_exec, "mprotect-exec")
{
	must(mprotect(map(vol("file"), O_RDONLY, PROT_READ, MAP_PRIVATE), PAGE,
		      PROT_READ | PROT_EXEC));
}

/* Overlayfs maps its own file of the layer below, which belongs to whoever mounted it: nobody is asked. */
CASE(mprotect_exec_overlay, "mprotect-exec-overlay")
{
	must(mprotect(map(at("file"), O_RDONLY, PROT_READ, MAP_PRIVATE), PAGE,
		      PROT_READ | PROT_EXEC));
}

/* The descriptor is gone by then. */
CASE(mprotect_exec_closed, "mprotect-exec-closed")
{
	int fd = must(open(vol("file"), O_RDONLY));
	void *p = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE, fd, 0);

	mapped(p);
	close(fd);
	must(mprotect(p, PAGE, PROT_EXEC));
}

CASE(mprotect_exec_half, "mprotect-exec-half")
{
	char *p;
	int fd = must(open(vol("file"), O_RDONLY));
	int fd2 = must(open(vol("other"), O_RDONLY));

	p = mmap(NULL, 4 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	mapped(p);
	mapped(mmap(p + 2 * PAGE, 2 * PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd2, 0));
	must(mprotect(p + PAGE, 2 * PAGE, PROT_READ | PROT_EXEC));
}

CASE(mprotect_write_private, "mprotect-write-private")
{
	must(mprotect(map(at("file"), O_RDONLY, PROT_READ, MAP_PRIVATE), PAGE,
		      PROT_READ | PROT_WRITE));
}

CASE(mprotect_write_shared, "mprotect-write-shared")
{
	must(mprotect(map(vol("file"), O_RDWR, PROT_READ, MAP_SHARED), PAGE,
		      PROT_READ | PROT_WRITE));
}

CASE(pkey_mprotect_exec, "pkey-mprotect-exec")
{
	must(pkey_mprotect(map(vol("file"), O_RDONLY, PROT_READ, MAP_PRIVATE), PAGE,
			   PROT_READ | PROT_EXEC, -1));
}

CASE(read_implies_exec, "read-implies-exec")
{
	must(personality(READ_IMPLIES_EXEC));
	map(at("file"), O_RDONLY, PROT_READ, MAP_PRIVATE);
}

CASE(read_implies_exec_mprotect, "read-implies-exec-mprotect")
{
	void *p = map(vol("file"), O_RDONLY, PROT_READ, MAP_PRIVATE);

	must(personality(READ_IMPLIES_EXEC));
	must(mprotect(p, PAGE, PROT_READ | PROT_WRITE));
}

static void need_hugepages(void)
{
	char text[16] = "";
	int fd = must(open("/proc/sys/vm/nr_hugepages", O_RDONLY));

	must((int)read(fd, text, sizeof(text) - 1));
	if (atoi(text) < 2)
		skip("the machine has no huge pages");
}

CASE(mmap_hugetlb, "mmap-hugetlb")
{
	need_hugepages();
	mapped(mmap(NULL, HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB,
		    -1, 0));
}

CASE(mmap_hugetlb_shared_exec, "mmap-hugetlb-shared-exec")
{
	need_hugepages();
	mapped(mmap(NULL, HUGE, PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0));
}

CASE(memfd_hugetlb, "memfd-hugetlb")
{
	int fd;

	need_hugepages();
	fd = need(memfd_create("oracle-huge", MFD_HUGETLB));
	must(ftruncate(fd, HUGE));
	mapped(mmap(NULL, HUGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
}

CASE(hugetlbfs_file, "hugetlbfs-file")
{
	int fd;

	need_hugepages();
	fd = open("/huge/hugetlbfs-file", O_RDWR | O_CREAT, 0600);
	if (fd < 0)
		skip("/huge: %s", strerror(errno));
	mapped(mmap(NULL, HUGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
}

NOTHING(memfd_plain, "memfd")
{
	int fd = need(memfd_create("oracle", 0));

	must(ftruncate(fd, PAGE));
	mapped(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
}

NOTHING(memfd_exec_map, "memfd-exec-map")
{
	int fd = need(memfd_create("oracle", 0));

	must(ftruncate(fd, PAGE));
	mapped(mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0));
}

NOTHING(memfd_reopened, "memfd-reopened")
{
	int fd = need(memfd_create("oracle", 0));
	char name[64];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	must(open(name, O_RDWR));
}

NOTHING(shm_sysv, "shm-sysv")
{
	int id = must(shmget(IPC_PRIVATE, PAGE, IPC_CREAT | 0600));

	want(shmat(id, NULL, 0) != (void *)-1);
	must(shmctl(id, IPC_RMID, NULL));
}

NOTHING(pipes, "pipes")
{
	int ends[2];

	must(pipe(ends));
	must((int)write(ends[1], "x", 1));
	must((int)syscall(SYS_eventfd2, 0, 0));
	must((int)syscall(SYS_epoll_create1, 0));
}

CASE(pipe_reopened, "pipe-reopened")
{
	char name[64];
	int ends[2];

	must(pipe(ends));
	snprintf(name, sizeof(name), "/proc/self/fd/%d", ends[0]);
	must(open(name, O_WRONLY));
	must(open(at("file"), O_RDONLY));
}

CASE(shm_posix, "shm-posix")
{
	int fd = must(shm_open("/shm-posix", O_RDWR | O_CREAT, 0600));

	must(ftruncate(fd, PAGE));
	mapped(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
	must(shm_unlink("/shm-posix"));
}

CASE(mqueue_create, "mqueue-create")
{
	struct mq_attr attr = { .mq_maxmsg = 2, .mq_msgsize = 8 };

	need(mq_open("/mqueue-create", O_RDWR | O_CREAT, 0600, &attr));
}

CASE(mqueue_open, "mqueue-open")
{
	struct mq_attr attr = { .mq_maxmsg = 2, .mq_msgsize = 8 };
	mqd_t queue = need(mq_open("/mqueue-open", O_WRONLY | O_CREAT, 0600, &attr));

	must(mq_send(queue, "x", 1, 0));
	must(mq_open("/mqueue-open", O_RDONLY));
}

CASE(mqueue_unlink, "mqueue-unlink")
{
	struct mq_attr attr = { .mq_maxmsg = 2, .mq_msgsize = 8 };

	need(mq_open("/mqueue-unlink", O_WRONLY | O_CREAT, 0600, &attr));
	must(mq_unlink("/mqueue-unlink"));
}

CASE(mmap_deleted_exec, "mmap-deleted-exec")
{
	int fd = must(open(at("file"), O_RDONLY));

	must(unlink(at("file")));
	mapped(mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0));
}

CASE(mmap_written_exec, "mmap-written-exec")
{
	int fd = must(open(at("new"), O_RDWR | O_CREAT | O_EXCL, 0700));

	must(ftruncate(fd, PAGE));
	mapped(mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0));
}
