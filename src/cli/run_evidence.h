/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Of which runs `netrepro run` keeps evidence, and what becomes of it when it cannot be written. */
#ifndef CLI_RUN_EVIDENCE_H
#define CLI_RUN_EVIDENCE_H

#include "analyze/explanation.h"
#include "model/evidence_store.h"

/* Of which runs evidence is kept. It is collected of all of them, unless of none. */
enum evidence_policy {
	EVIDENCE_NOTABLE, /* that did not pass, or that a pair of cells in the explanation is about */
	EVIDENCE_NONE,
	EVIDENCE_ALL,
	EVIDENCE_POLICY_COUNT
};

/* evidence_policy_parse() - the policy of that name. Errors: ERROR_USAGE. */
int evidence_policy_parse(const char *name, enum evidence_policy *ret, struct error *e);

/* The evidence of one scenario that is being run. */
struct run_evidence {
	enum evidence_policy policy;
	struct evidence_store store;
	bool is_given_up; /* it could not be written: no more is kept */
};
#define RUN_EVIDENCE(of) ((struct run_evidence){.policy = (of), .store = EVIDENCE_STORE_INIT})

/* run_evidence_add() - one more line. That there is no room for it is said on standard error, and no failure. */
int run_evidence_add(struct run_evidence *evidence, const char *line, size_t len, struct error *e);

/* run_evidence_give_room() - for the results, which are worth more: forget packets that are written out; when asked once
 * more, forget evidence, and keep no more. @why is told then. */
void run_evidence_give_room(struct run_evidence *evidence, const struct error *why);

/**
 * run_evidence_finish() - keep what is worth it, which is known now
 * @quiet: do not say of how much none is kept
 *
 * Errors: those of evidence_store_finish(); ERROR_HOST where all was to be kept, and was not.
 */
int run_evidence_finish(struct run_evidence *evidence, struct explanation *explanation, bool quiet, struct error *e);

#endif
