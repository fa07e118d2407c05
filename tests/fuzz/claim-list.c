// SPDX-License-Identifier: GPL-2.0-or-later
// Fuzzes the reader of lists of claims: whatever the bytes, it reads them or says what is wrong; and what is read is
// told.
#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "report/claims.h"
#include "fuzz_scenario.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char yaml[] = "name: x\nsteps:\n- server: socket s\n  as: one\nclaims:\n"
			   "- {id: C1a, says: it (so), predicts: {one: [{is: ok}]}, verdict: supported}\n"
			   "- {id: C1b, says: it, predicts: {one: [{is: ok}]}, verdict: refuted}\n"
			   "- {id: C2, says: it, predicts: {one: [{is: ok}]}}\n";
static struct scenario *scenario;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	scenario = fuzz_scenario(yaml);
	return 0;
}

/* Each listed claim once, then those of the scenario that are in no list; each claim of the scenario is some part. */
static void check(const struct settlements *s, const struct claim_list *list)
{
	size_t n_parts = 0;
	assert(s->n_listed == list->n_claims);
	for (size_t i = 0; i < s->n; i++) {
		assert(!s->all[i].listed == (i >= s->n_listed));
		assert(i < s->n_listed || s->all[i].n_parts);
		n_parts += s->all[i].n_parts;
	}
	assert(n_parts == scenario->n_claims);
}

static void tell(const struct claim_list *list)
{
	static const char *const formats[] = {"text", "markdown", "json"};
	const struct claim_source source = {.scenario = scenario};
	struct settlements s;
	assert(settlements_init(&s, &list, 1, &source, 1, false, NULL) == 0);
	check(&s, list);
	const struct claims_view view = {.settlements = &s,
		.lists = &list,
		.n_lists = 1,
		.sources = &source,
		.n_sources = 1,
		.program = "netrepro"};
	for (size_t i = 0; i < 3; i++) {
		CLEANUP(text_done) struct text t = TEXT_INIT;
		assert(claims_format_find(formats[i], NULL)->write(&view, style_get(i & 1), false, &t, NULL) == 0);
		assert(t.len && t.data[t.len - 1] == '\n');
	}
	settlements_done(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	CLEANUP(cleanup_claim_list) struct claim_list *list = NULL;
	int rc = claim_list_read_text("l.yaml", (const char *)data, size, &list, &e);
	assert(rc == 0 ? list != NULL : list == NULL && e.text && (e.kind == ERROR_USAGE || e.code == ENOMEM));
	if (rc < 0 && e.kind == ERROR_USAGE)
		assert(!strncmp(e.text, "l.yaml:", strlen("l.yaml:")));
	if (list)
		tell(list);
	return 0;
}
