/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small vocabulary for the tests of model/, which must not know actor/. */
#ifndef TEST_VOCABULARY_H
#define TEST_VOCABULARY_H

#include "model/scenario.h"

extern const struct vocabulary test_vocabulary;

/* test_read() - a scenario from its text, called "t.yaml" in messages; at most 1000 cells. */
int test_read(const char *yaml, struct scenario **ret, struct error *e);

/* test_must_read() - the same, where it must succeed; to be freed. */
struct scenario *test_must_read(const char *yaml);

/* test_must_fail() - that reading gives exactly this message. */
void test_must_fail(const char *yaml, const char *message);

#endif
