/* SPDX-License-Identifier: Apache-2.0 */
/* What single instructions do to numbers: shared by the interpreter and the search of returns. */
#ifndef EVAL_INSN_H
#define EVAL_INSN_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * One ALU operation on constants. Returns false for a division by zero: the kernel then leaves the
 * program with 0 (net/core/filter.c: bpf_convert_filter). Shifts take the low five bits of their
 * count, as eBPF's 32-bit shifts do.
 */
static inline bool insn_alu(uint16_t code, uint32_t a, uint32_t b, uint32_t *ret)
{
	switch (BPF_OP(code)) {
	case BPF_ADD:
		*ret = a + b;
		return true;
	case BPF_SUB:
		*ret = a - b;
		return true;
	case BPF_MUL:
		*ret = a * b;
		return true;
	case BPF_DIV:
		*ret = b ? a / b : 0;
		return b != 0;
	case BPF_AND:
		*ret = a & b;
		return true;
	case BPF_OR:
		*ret = a | b;
		return true;
	case BPF_XOR:
		*ret = a ^ b;
		return true;
	case BPF_LSH:
		*ret = a << (b & 31);
		return true;
	case BPF_RSH:
		*ret = a >> (b & 31);
		return true;
	default: /* BPF_NEG; a checked filter has no other */
		*ret = -a;
		return true;
	}
}

static inline bool insn_jumps(uint16_t code, uint32_t a, uint32_t b)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ:
		return a == b;
	case BPF_JGT:
		return a > b;
	case BPF_JGE:
		return a >= b;
	default: /* BPF_JSET */
		return (a & b) != 0;
	}
}

#endif
