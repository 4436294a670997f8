// SPDX-License-Identifier: Apache-2.0
/* The kernel's check of a seccomp filter, and an interpreter for what passed it. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "eval/insn.h"
#include "trammel/cbpf.h"
#include "util/mem.h"

/* The words are read at the offsets that <linux/seccomp.h> gives them. */
_Static_assert(sizeof(struct tr_seccomp_data) == 64, "struct seccomp_data has 64 bytes");
_Static_assert(offsetof(struct tr_seccomp_data, arch) == 4, "arch is the second word");
_Static_assert(offsetof(struct tr_seccomp_data, args) == 16, "args follow the ip");

void tr_filter_release(struct tr_filter *f)
{
	free(f->insns);
	f->insns = NULL;
	f->n = 0;
}

/*
 * The instructions that seccomp takes: kernel/seccomp.c: seccomp_check_filter. Classic BPF has more
 * (packet loads, BPF_MOD, ...), which it refuses.
 */
static bool code_known(uint16_t code)
{
	switch (code) {
	case BPF_LD | BPF_W | BPF_ABS:
	case BPF_LD | BPF_W | BPF_LEN:
	case BPF_LDX | BPF_W | BPF_LEN:
	case BPF_LD | BPF_IMM:
	case BPF_LDX | BPF_IMM:
	case BPF_LD | BPF_MEM:
	case BPF_LDX | BPF_MEM:
	case BPF_ST:
	case BPF_STX:
	case BPF_MISC | BPF_TAX:
	case BPF_MISC | BPF_TXA:
	case BPF_RET | BPF_K:
	case BPF_RET | BPF_A:
	case BPF_ALU | BPF_ADD | BPF_K:
	case BPF_ALU | BPF_ADD | BPF_X:
	case BPF_ALU | BPF_SUB | BPF_K:
	case BPF_ALU | BPF_SUB | BPF_X:
	case BPF_ALU | BPF_MUL | BPF_K:
	case BPF_ALU | BPF_MUL | BPF_X:
	case BPF_ALU | BPF_DIV | BPF_K:
	case BPF_ALU | BPF_DIV | BPF_X:
	case BPF_ALU | BPF_AND | BPF_K:
	case BPF_ALU | BPF_AND | BPF_X:
	case BPF_ALU | BPF_OR | BPF_K:
	case BPF_ALU | BPF_OR | BPF_X:
	case BPF_ALU | BPF_XOR | BPF_K:
	case BPF_ALU | BPF_XOR | BPF_X:
	case BPF_ALU | BPF_LSH | BPF_K:
	case BPF_ALU | BPF_LSH | BPF_X:
	case BPF_ALU | BPF_RSH | BPF_K:
	case BPF_ALU | BPF_RSH | BPF_X:
	case BPF_ALU | BPF_NEG:
	case BPF_JMP | BPF_JA:
	case BPF_JMP | BPF_JEQ | BPF_K:
	case BPF_JMP | BPF_JEQ | BPF_X:
	case BPF_JMP | BPF_JGT | BPF_K:
	case BPF_JMP | BPF_JGT | BPF_X:
	case BPF_JMP | BPF_JGE | BPF_K:
	case BPF_JMP | BPF_JGE | BPF_X:
	case BPF_JMP | BPF_JSET | BPF_K:
	case BPF_JMP | BPF_JSET | BPF_X:
		return true;
	default:
		return false;
	}
}

static bool is_scratch(uint16_t code)
{
	return code == BPF_ST || code == BPF_STX || code == (BPF_LD | BPF_MEM) ||
	       code == (BPF_LDX | BPF_MEM);
}

/* Why the instruction at pc is refused, or NULL. room is what follows it. */
static const char *insn_fault(const struct sock_filter *i, size_t room)
{
	if (!code_known(i->code))
		return "is not known to seccomp";
	if (i->code == (BPF_LD | BPF_W | BPF_ABS) &&
	    (i->k >= sizeof(struct tr_seccomp_data) || i->k & 3))
		return "loads from outside of seccomp_data, or not aligned";
	if (is_scratch(i->code) && i->k >= BPF_MEMWORDS)
		return "uses scratch memory that is not there";
	if (i->code == (BPF_ALU | BPF_DIV | BPF_K) && i->k == 0)
		return "divides by zero";
	if ((i->code == (BPF_ALU | BPF_LSH | BPF_K) || i->code == (BPF_ALU | BPF_RSH | BPF_K)) &&
	    i->k >= 32)
		return "shifts by more than 31";
	if (i->code == (BPF_JMP | BPF_JA) && i->k >= room)
		return "jumps behind the end";
	if (BPF_CLASS(i->code) == BPF_JMP && i->code != (BPF_JMP | BPF_JA) &&
	    (i->jt >= room || i->jf >= room))
		return "jumps behind the end";
	return NULL;
}

/*
 * Scratch memory must be written before it is read, on every way there (net/core/filter.c:
 * check_load_and_stores). Returns the offending instruction, or n.
 */
static size_t find_unset_load(const struct sock_filter *insns, size_t n)
{
	uint16_t valid = 0, masks[BPF_MAXINSNS];

	memset(masks, 0xff, n * sizeof(masks[0]));
	for (size_t pc = 0; pc < n; pc++) {
		const struct sock_filter *i = &insns[pc];

		valid &= masks[pc];
		if (i->code == BPF_ST || i->code == BPF_STX) {
			valid |= (uint16_t)(1u << i->k);
		} else if (is_scratch(i->code)) {
			if (!(valid & 1u << i->k))
				return pc;
		} else if (BPF_CLASS(i->code) == BPF_JMP) {
			if (BPF_OP(i->code) == BPF_JA) {
				masks[pc + 1 + i->k] &= valid;
			} else {
				masks[pc + 1 + i->jt] &= valid;
				masks[pc + 1 + i->jf] &= valid;
			}
			valid = 0xffff;
		}
	}
	return n;
}

int tr_filter_check(const struct sock_filter *insns, size_t n, struct tr_err *err)
{
	size_t unset;

	if (n == 0 || n > BPF_MAXINSNS)
		return tr_err_set(err, TR_ERR_INPUT,
				  "a filter has 1 to %d instructions, this one has %zu",
				  BPF_MAXINSNS, n);
	for (size_t pc = 0; pc < n; pc++) {
		const char *fault = insn_fault(&insns[pc], n - pc - 1);

		if (fault)
			return tr_err_set(err, TR_ERR_INPUT, "instruction %zu (code %#x) %s", pc,
					  insns[pc].code, fault);
	}
	if (BPF_CLASS(insns[n - 1].code) != BPF_RET)
		return tr_err_set(err, TR_ERR_INPUT, "the last instruction is not a return");
	unset = find_unset_load(insns, n);
	if (unset < n)
		return tr_err_set(err, TR_ERR_INPUT,
				  "instruction %zu loads scratch memory that may not be set",
				  unset);
	return 0;
}

struct machine {
	uint32_t a, x, m[BPF_MEMWORDS];
};

static uint32_t load_word(const struct tr_seccomp_data *data, uint32_t offset)
{
	uint32_t word;

	memcpy(&word, (const char *)data + offset, sizeof(word));
	return word;
}

/* Everything that is neither arithmetic, a jump nor a return. */
static void move(struct machine *m, const struct sock_filter *i, const struct tr_seccomp_data *data)
{
	switch (i->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		m->a = load_word(data, i->k);
		break;
	case BPF_LD | BPF_W | BPF_LEN:
		m->a = sizeof(*data);
		break;
	case BPF_LDX | BPF_W | BPF_LEN:
		m->x = sizeof(*data);
		break;
	case BPF_LD | BPF_IMM:
		m->a = i->k;
		break;
	case BPF_LDX | BPF_IMM:
		m->x = i->k;
		break;
	case BPF_LD | BPF_MEM:
		m->a = m->m[i->k];
		break;
	case BPF_LDX | BPF_MEM:
		m->x = m->m[i->k];
		break;
	case BPF_ST:
		m->m[i->k] = m->a;
		break;
	case BPF_STX:
		m->m[i->k] = m->x;
		break;
	case BPF_MISC | BPF_TAX:
		m->x = m->a;
		break;
	case BPF_MISC | BPF_TXA:
		m->a = m->x;
		break;
	default:
		break;
	}
}

uint32_t tr_filter_run(const struct tr_filter *f, const struct tr_seccomp_data *data,
		       unsigned *ret_steps)
{
	struct machine m = { 0 };
	unsigned steps = 0;
	size_t pc = 0;
	uint32_t ret = 0;

	/* Jumps only lead forward and the last instruction returns: this ends. */
	for (;;) {
		const struct sock_filter *i = &f->insns[pc++];
		uint32_t b = BPF_SRC(i->code) == BPF_X ? m.x : i->k;

		steps++;
		if (BPF_CLASS(i->code) == BPF_RET) {
			ret = BPF_RVAL(i->code) == BPF_A ? m.a : i->k;
			break;
		}
		if (BPF_CLASS(i->code) == BPF_JMP) {
			if (BPF_OP(i->code) == BPF_JA)
				pc += i->k;
			else
				pc += insn_jumps(i->code, m.a, b) ? i->jt : i->jf;
		} else if (BPF_CLASS(i->code) == BPF_ALU) {
			if (!insn_alu(i->code, m.a, b, &m.a))
				break;
		} else {
			move(&m, i, data);
		}
	}
	if (ret_steps)
		*ret_steps = steps;
	return ret;
}

bool tr_filter_kept(const struct tr_filter *f, uint32_t arch, int32_t nr)
{
	uint32_t a = 0;

	for (size_t pc = 0; pc < f->n; pc++) {
		const struct sock_filter *i = &f->insns[pc];

		switch (i->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			if (i->k != offsetof(struct tr_seccomp_data, nr) &&
			    i->k != offsetof(struct tr_seccomp_data, arch))
				return false;
			a = i->k == offsetof(struct tr_seccomp_data, nr) ? (uint32_t)nr : arch;
			break;
		case BPF_RET | BPF_K:
			return i->k == SECCOMP_RET_ALLOW;
		case BPF_JMP | BPF_JA:
			pc += i->k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
		case BPF_JMP | BPF_JGE | BPF_K:
		case BPF_JMP | BPF_JGT | BPF_K:
		case BPF_JMP | BPF_JSET | BPF_K:
			pc += insn_jumps(i->code, a, i->k) ? i->jt : i->jf;
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= i->k;
			break;
		default:
			return false;
		}
	}
	return false;
}
