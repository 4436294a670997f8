/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much is still unseen, judged by how much few recordings saw. All of it takes recordings for draws
 * from one population: runs of one test suite say how well that suite is known, and nothing about what
 * the suite does not do.
 *
 * The lower bound for what is unseen is Chao's for incidence data: A. Chao, "Estimating the population
 * size for capture-recapture data with unequal catchability", Biometrics 43 (1987) 783-791, with its
 * bias-corrected form, variances and log-normal interval as in R. K. Colwell et al., "Models and
 * estimators linking individual-based and sample-based rarefaction, extrapolation and comparison of
 * assemblages", Journal of Plant Ecology 5 (2012) 3-21, and the EstimateS user's guide, appendix B.
 */
#ifndef FACTS_ESTIMATE_H
#define FACTS_ESTIMATE_H

#include "trammel/facts.h"

/* What is counted: facts seen in exactly one and exactly two of m recordings, and in all of any. */
struct estimate_counts {
	size_t recordings; /* m */
	size_t seen;
	size_t once, twice;
	size_t incidences; /* sum over the facts of the recordings that saw them */
};

/* Facts beyond those that were seen: an estimate, and its interval at 95 %. */
struct estimate_unseen {
	double about, low, high;
};

/* The chance that the next recording shows a fact that none has yet, with its interval at 95 %. */
struct estimate_next {
	double chance, low, high;
};

/* Counts the facts whose kind is in `kinds` (1 << TR_FACT_*). */
struct estimate_counts estimate_count(const struct tr_facts *f, uint32_t kinds);

/*
 * False with fewer than two recordings: nothing can be said. Where none was seen only once, the
 * estimate is 0 and the interval says how far that can be trusted.
 */
bool estimate_unseen(const struct estimate_counts *c, struct estimate_unseen *ret);

/*
 * Of m recordings, u saw something that no other did. Leaving out each in turn, that is how often the
 * m-th recording was news to the others: an unbiased estimate for it, whatever it is that is drawn.
 * The interval is Clopper and Pearson's (Biometrika 26 (1934) 404-413). *ret_own is u. False with
 * fewer than two recordings.
 */
bool estimate_next(const struct tr_facts *f, uint32_t kinds, struct estimate_next *ret,
		   size_t *ret_own);

#endif
