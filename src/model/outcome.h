/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a step can come out as. A rule that waits for what no verb ever says would call every cell a failure: a typo
 * that looks like a finding. So each verb knows what it may say, and the reader of rules asks it.
 */
#ifndef MODEL_OUTCOME_H
#define MODEL_OUTCOME_H

#include "base/error.h"

/**
 * outcome_check_call() - whether a system call can come out as this: "ok", an errno's name, "timeout", or one of @also
 * @also: ended by NULL; NULL for none
 *
 * Errors: ERROR_USAGE, "never comes out as …" with a suggestion, or with what it does come out as.
 */
int outcome_check_call(const char *outcome, const char *const also[], struct error *e);

/* outcome_check_words() - the same of one of @words alone, ended by NULL */
int outcome_check_words(const char *outcome, const char *const words[], struct error *e);

/* outcome_check_number() - the same of a whole number */
int outcome_check_number(const char *outcome, struct error *e);

/* outcome_check_any() - for verbs that may say anything: only what looks like an errno's name has to be one */
int outcome_check_any(const char *outcome, struct error *e);

#endif
