/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scenarios run together, and told one after the other. */
#ifndef CLI_RUN_SCENARIOS_H
#define CLI_RUN_SCENARIOS_H

#include "cli/run_session.h"

/**
 * run_scenarios() - run them, or show what would be run, and tell @totals what came of them
 *
 * They are told in their order, each as soon as it and all before it are over.
 * Return: an exit status; all is said.
 */
int run_scenarios(const struct run_options *o, struct scenario *const *scenarios, size_t n, struct totals *totals);

#endif
