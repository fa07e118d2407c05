/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The scenarios that a fuzzer's inputs are about: read once, by the reader itself. */
#ifndef FUZZ_SCENARIO_H
#define FUZZ_SCENARIO_H

#include <stdlib.h>
#include <string.h>

#include "actor/verb.h"
#include "model/scenario.h"

#define FUZZ_SCENARIOS_MAX 2

static struct scenario *fuzz_scenarios[FUZZ_SCENARIOS_MAX];
static size_t n_fuzz_scenarios;

static void fuzz_free_scenarios(void)
{
	while (n_fuzz_scenarios)
		scenario_free(fuzz_scenarios[--n_fuzz_scenarios]);
}

/* fuzz_scenario() - the scenario in @yaml. It is freed when the fuzzer ends. */
static struct scenario *fuzz_scenario(const char *yaml)
{
	struct scenario *s;
	if (n_fuzz_scenarios == FUZZ_SCENARIOS_MAX ||
		scenario_read_text("x.yaml", yaml, strlen(yaml), verb_vocabulary(), 1000, &s, NULL) < 0)
		abort();
	if (!n_fuzz_scenarios)
		atexit(fuzz_free_scenarios);
	fuzz_scenarios[n_fuzz_scenarios++] = s;
	return s;
}

#endif
