/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What two runs were, on what, and under which conditions: where that is not the same. It explains a change of results,
 * and is none itself.
 */
#ifndef ANALYZE_FINGERPRINT_H
#define ANALYZE_FINGERPRINT_H

#include "model/results.h"
#include "model/scenario.h"

enum fingerprint_kind {
	FINGERPRINT_RUN,         /* netrepro, the kernel, the privilege, the options */
	FINGERPRINT_SCENARIO,    /* its name or text: one entry for the SHA-256 where the text differs */
	FINGERPRINT_PART,        /* … and what of it came, went or changed: factors, levels, responses */
	FINGERPRINT_ENVIRONMENT, /* sysctls of a new network namespace */
	FINGERPRINT_KIND_COUNT
};

struct fingerprint_difference {
	enum fingerprint_kind kind;
	const char *name;  /* "kernel release", "factor path", "net.ipv4.tcp_fin_timeout" */
	const char *is[2]; /* in each run; NULL where it has none */
};

struct fingerprint {
	struct arena arena; /* owns what hangs here and is not borrowed of the two runs */
	struct fingerprint_difference *all;
	size_t n;
};

/* One of two runs that are held against each other. */
struct fingerprint_run {
	const struct run_record *record;
	const struct scenario *scenario;
};

/**
 * fingerprint_compare() - what differs, by kind and then in the order of the scenario or by name
 * @ret: to be given back with fingerprint_done(), also after a failure; borrows from the runs
 *
 * Where the scenario lies is no difference, nor are the seed, which sets an order alone, and when it was run.
 */
int fingerprint_compare(struct fingerprint *ret, const struct fingerprint_run runs[static 2], struct error *e);
void fingerprint_done(struct fingerprint *fingerprint);

#endif
