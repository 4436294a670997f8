// SPDX-License-Identifier: Apache-2.0
#include "record/privilege.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#define BIT(cap) (UINT64_C(1) << (cap))

#define ALWAYS	   (BIT(CAP_SYS_PTRACE) | BIT(CAP_DAC_READ_SEARCH))
#define OTHER_USER (BIT(CAP_CHOWN) | BIT(CAP_FOWNER) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_KILL))
/* A podman of another user's is started as that user, and ended if it takes too long. */
#define PROGRAMS (BIT(CAP_SETUID) | BIT(CAP_SETGID) | BIT(CAP_KILL))
/* A file that somebody else's directory has already is replaced. */
#define WRITABLE (BIT(CAP_DAC_OVERRIDE) | BIT(CAP_FOWNER))
/* libcap may be older than it. */
#define CAP_OF_BPF 39

static uint64_t permitted(cap_t caps)
{
	uint64_t set = 0;

	for (int c = 0; c < cap_max_bits() && c < 64; c++) {
		cap_flag_value_t v;

		if (cap_get_flag(caps, c, CAP_PERMITTED, &v) == 0 && v == CAP_SET)
			set |= BIT(c);
	}
	return set;
}

/* Makes these the effective ones; with `for_good`, the permitted ones as well. */
static int become(cap_t caps, uint64_t set, bool for_good)
{
	if (cap_clear_flag(caps, CAP_EFFECTIVE) < 0 || cap_clear_flag(caps, CAP_INHERITABLE) < 0 ||
	    (for_good && cap_clear_flag(caps, CAP_PERMITTED) < 0))
		return -1;
	for (cap_value_t c = 0; c < 64; c++) {
		if (!(set & BIT(c)))
			continue;
		if (cap_set_flag(caps, CAP_EFFECTIVE, 1, &c, CAP_SET) < 0 ||
		    (for_good && cap_set_flag(caps, CAP_PERMITTED, 1, &c, CAP_SET) < 0))
			return -1;
	}
	return cap_set_proc(caps);
}

/* By the effective capabilities, which access(2) does not go by. What is not there yet is not judged. */
static bool all_writable(const char *const *paths)
{
	for (; *paths; paths++)
		if (faccessat(AT_FDCWD, *paths, W_OK, AT_EACCESS) < 0 &&
		    (errno == EACCES || errno == EPERM))
			return false;
	return true;
}

/*
 * What is left is tried out, since it differs by kernel and machine: before 5.19, for one, all of bpf(2) is
 * refused where kernel.unprivileged_bpf_disabled is set (c8644cd0efe7).
 */
static int find_out(cap_t caps, const struct privilege_needs *needs, uint64_t have, uint64_t *set)
{
	if (become(caps, *set, false) < 0)
		return -1;
	if (needs->writable && !all_writable(needs->writable))
		*set |= WRITABLE & have;
	if (needs->bpf_works && !needs->bpf_works(needs->arg))
		*set |= BIT(CAP_OF_BPF) & have;
	return 0;
}

static int confine(void)
{
	/* Without CAP_SETPCAP the bounding set stays: no_new_privs is enough by itself. */
	for (cap_value_t c = 0; c < cap_max_bits(); c++)
		if (cap_drop_bound(c) < 0 && errno != EPERM)
			return -1;
	cap_reset_ambient();
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

int privilege_drop(const struct privilege_needs *needs, struct tr_err *err)
{
	cap_t caps = cap_get_proc();
	uint64_t have, set;
	int r = -1;

	if (caps) {
		have = permitted(caps);
		set = ALWAYS & have;
		if (needs->other_user)
			set |= OTHER_USER & have;
		if (needs->programs)
			set |= PROGRAMS & have;
		if ((needs->programs || confine() == 0) && find_out(caps, needs, have, &set) == 0 &&
		    become(caps, set, true) == 0)
			r = 0;
	}
	if (r < 0)
		tr_err_errno(err, TR_ERR_CANNOT, errno, "give up capabilities");
	cap_free(caps);
	return r;
}
