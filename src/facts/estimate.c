// SPDX-License-Identifier: Apache-2.0
#include "facts/estimate.h"

#include <math.h>
#include <stdlib.h>

#include "util/mem.h"

#define Z_95 1.959963984540054 /* the normal distribution's 97.5th percentile */

struct counting {
	uint32_t kinds;
	struct estimate_counts c;
	bool *has_own; /* by recording; NULL if nobody asks */
};

static int count_fact(const struct tr_fact *fact, void *arg)
{
	struct counting *k = arg;
	size_t n = fact->ev.recordings.n;

	if (!(k->kinds & UINT32_C(1) << fact->kind) || !n)
		return 0;
	k->c.seen++;
	k->c.once += n == 1;
	k->c.twice += n == 2;
	k->c.incidences += n;
	if (k->has_own && n == 1)
		k->has_own[fact->ev.recordings.v[0]] = true;
	return 0;
}

struct estimate_counts estimate_count(const struct tr_facts *f, uint32_t kinds)
{
	struct counting k = { .kinds = kinds, .c.recordings = f->n_recordings };

	tr_facts_each(f, count_fact, &k);
	return k.c;
}

/* Colwell et al., equations for a sample of m with and without duplicates; a is (m - 1) / m. */
static double variance(const struct estimate_counts *c, double a, double all)
{
	double once = (double)c->once, twice = (double)c->twice, r;

	if (c->twice) {
		r = once / twice;
		return twice * (a * r * r / 2 + a * a * r * r * r + a * a * r * r * r * r / 4);
	}
	return a * once * (once - 1) / 2 + a * a * once * (2 * once - 1) * (2 * once - 1) / 4 -
	       a * a * once * once * once * once / (4 * all);
}

/* Nothing was seen only once: the bound is what was seen, the interval comes from how often. */
static void unseen_of_none(const struct estimate_counts *c, struct estimate_unseen *ret)
{
	double p = c->seen ? exp(-(double)c->incidences / (double)c->seen) : 0;
	double seen = (double)c->seen, var = seen * p * (1 - p);

	ret->about = ret->low = 0;
	ret->high = (seen + Z_95 * sqrt(var)) / (1 - p) - seen;
}

bool estimate_unseen(const struct estimate_counts *c, struct estimate_unseen *ret)
{
	double m = (double)c->recordings, a = (m - 1) / m, var, k;
	double once = (double)c->once, twice = (double)c->twice;

	*ret = (struct estimate_unseen){ 0 };
	if (c->recordings < 2)
		return false;
	if (c->twice)
		ret->about = a * once * once / (2 * twice);
	else
		ret->about = a * once * (once - 1) / 2;
	if (ret->about <= 0) {
		unseen_of_none(c, ret);
		return true;
	}
	var = variance(c, a, (double)c->seen + ret->about);
	k = exp(Z_95 * sqrt(log1p((var > 0 ? var : 0) / (ret->about * ret->about))));
	ret->low = ret->about / k;
	ret->high = ret->about * k;
	return true;
}

/* P(X <= k) of n trials with chance p. */
static double binomial_cdf(size_t k, size_t n, double p)
{
	double sum = 0;

	for (size_t i = 0; i <= k; i++)
		sum += exp(lgamma((double)n + 1) - lgamma((double)i + 1) -
			   lgamma((double)(n - i) + 1) + (double)i * log(p) +
			   (double)(n - i) * log1p(-p));
	return sum;
}

/* The p at which P(X <= k) of n falls to `level`: it falls as p grows. */
static double bound(size_t k, size_t n, double level)
{
	double low = 0, high = 1;

	for (int i = 0; i < 60; i++) {
		double p = (low + high) / 2;

		if (binomial_cdf(k, n, p) > level)
			low = p;
		else
			high = p;
	}
	return (low + high) / 2;
}

bool estimate_next(const struct tr_facts *f, uint32_t kinds, struct estimate_next *ret,
		   size_t *ret_own)
{
	tr_cleanup_free bool *has_own = tr_xcalloc(f->n_recordings + 1, sizeof(*has_own));
	struct counting k = { .kinds = kinds, .has_own = has_own };
	size_t own = 0, m = f->n_recordings;

	*ret = (struct estimate_next){ 0 };
	*ret_own = 0;
	if (m < 2)
		return false;
	tr_facts_each(f, count_fact, &k);
	for (size_t i = 0; i < m; i++)
		own += has_own[i];
	ret->chance = (double)own / (double)m;
	ret->low = own ? bound(own - 1, m, 0.975) : 0;
	ret->high = own < m ? bound(own, m, 0.025) : 1;
	*ret_own = own;
	return true;
}
