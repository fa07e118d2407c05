// SPDX-License-Identifier: GPL-2.0-or-later
// Of which runs evidence is kept, and what becomes of it when it cannot be written.
#include "cli/run_evidence.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/suggest.h"

static const char *const policies[] = {
	[EVIDENCE_NOTABLE] = "notable",
	[EVIDENCE_NONE] = "none",
	[EVIDENCE_ALL] = "all",
};
static_assert(sizeof policies / sizeof *policies == EVIDENCE_POLICY_COUNT, "a name for each");

int evidence_policy_parse(const char *name, enum evidence_policy *ret, struct error *e)
{
	struct suggestion near = SUGGESTION_FOR(name);
	for (int i = 0; i < EVIDENCE_POLICY_COUNT; i++) {
		suggestion_consider(&near, policies[i]);
		if (strcmp(name, policies[i]))
			continue;
		*ret = (enum evidence_policy)i;
		return 0;
	}
	return error_set(e, ERROR_USAGE, EINVAL, "--evidence: '%s' is none of none, notable and all%s", name,
		suggestion_phrase(&near));
}

void run_evidence_give_room(struct run_evidence *evidence, const struct error *why)
{
	if (evidence_store_forget_packets(&evidence->store))
		return;
	bool is_said = evidence->is_given_up;
	evidence->is_given_up = true;
	evidence_store_give_room(&evidence->store);
	if (is_said)
		return;
	/* Not the text of @why: of results it says that the run ends, and it goes on. */
	const char *name = strerrorname_np(why->code), *path = evidence->store.path;
	fprintf(stderr,
		"netrepro: no more evidence is kept in %s, and what was is given up as the results need room: %s "
		"(%s)\n",
		path ? path : "a temporary file", strerror(why->code), name ? name : "?");
}

int run_evidence_add(struct run_evidence *evidence, const char *line, size_t len, struct error *e)
{
	CLEANUP(cleanup_error) struct error why = ERROR_INIT;
	if (evidence->is_given_up)
		return 0;
	int r = evidence_store_add(&evidence->store, line, len, evidence->policy == EVIDENCE_ALL, &why);
	if (r == 0)
		return 0;
	if (why.kind != ERROR_HOST)
		return error_set(e, why.kind, why.code, "%s", error_text(&why));
	run_evidence_give_room(evidence, &why);
	return 0;
}

/* The explanation shows it, or cannot explain it: then how its runs differ is what one wants to see. */
static bool is_notable(void *context, uint64_t cell)
{
	const struct explanation *explanation = context;
	size_t row = table_find(&explanation->table, cell);
	return row != TABLE_NO_ROW &&
	       (examples_have(&explanation->examples, row) || table_is_unstable(&explanation->table, row));
}

int run_evidence_finish(struct run_evidence *evidence, struct explanation *explanation, bool quiet, struct error *e)
{
	struct evidence_store *store = &evidence->store;
	bool keeps_all = evidence->policy == EVIDENCE_ALL;
	if (evidence->is_given_up && keeps_all)
		return error_set(e, ERROR_HOST, ENOSPC, "--evidence all: the evidence is not complete, as said above");
	if (store->n_passed_over && !quiet)
		fprintf(stderr,
			"netrepro: of %" PRIu64
			" runs that passed no evidence is kept, as that of all of them would take more than %d MiB "
			"meanwhile; --evidence all keeps it\n",
			store->n_passed_over, EVIDENCE_PENDING_MAX >> 20);
	return evidence_store_finish(store, keeps_all ? NULL : is_notable, explanation, e);
}
