// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A verb that reads a sysctl of the actor's namespace: getsysctl.
 *
 * One that this kernel lacks makes the cell `skip`, as it does for the verb sysctl; unless the step says that it is
 * optional: then whether it is there is the question, and that it is not the answer. That the kernel does not let
 * anybody read one (net.ipv4.route.flush) is its answer to the step, too, and so data.
 */
#include <errno.h>
#include <string.h>

#include "actor/verb.h"
#include "net/sysctl.h"

#define SYSCTL_EMPTY "none" /* of a list, as net.ipv4.ip_local_reserved_ports */
#define SYSCTL_ABSENT "absent"
#define OPTIONAL "optional"

/* A results file is shown to others, and a scenario may come from somebody else. */
static int readable_sysctl_parse(const struct word_scope *scope, struct word *ret, struct error *e)
{
	int r = word_sysctl.parse(scope, ret, e);
	if (r == 0 && sysctl_is_secret(ret->text))
		return error_set(e, ERROR_USAGE, EINVAL,
			"'%s' is a secret of the host, and a results file is no place for it", ret->text);
	return r;
}

static const struct word_kind word_readable_sysctl = {.what = "a sysctl", .parse = readable_sysctl_parse};

static int optional_parse(const struct word_scope *scope, struct word *ret, struct error *e)
{
	(void)scope;
	return !strcmp(ret->text, OPTIONAL)
		       ? 0
		       : error_set(e, ERROR_USAGE, EINVAL,
				 "'%s' is not '" OPTIONAL "', the one word that may stand behind the sysctl's name: "
				 "then '" SYSCTL_ABSENT "' is recorded where the kernel lacks it",
				 ret->text);
}

static const struct word_kind word_optional = {.what = "'" OPTIONAL "'", .parse = optional_parse};

static enum step_status run_getsysctl(struct step_run *run, struct error *e)
{
	const char *name = run->step->words[0].text;
	char value[SYSCTL_VALUE_MAX];
	if (testbed_enter(run->testbed, run->actor->in, e) < 0)
		return STEP_FAILED;
	int r = sysctl_read(name, value, e);
	if (r < 0 && e->kind == ERROR_ABSENT && run->step->words[1].text) {
		error_clear(e);
		return step_observed(run, SYSCTL_ABSENT);
	}
	if (r < 0)
		return e->code == EACCES || e->code == EPERM ? step_errno(run, e->code) : STEP_FAILED;
	if (strlen(value) >= OUTCOME_TEXT) {
		error_set(e, ERROR_HARNESS, EFBIG, "sysctl %s: its value is longer than %d bytes", name,
			OUTCOME_TEXT - 1);
		return STEP_FAILED;
	}
	return step_observed(run, "%s", *value ? value : SYSCTL_EMPTY);
}

VERB(getsysctl) = {
	.syntax = {
		.name = "getsysctl",
		.usage = "getsysctl NAME [optional]",
		.help = "record a sysctl of the namespace; none: it is empty; absent: there is none (optional)",
		.words = {&word_readable_sysctl, &word_optional},
		.n_required = 1,
		.leaves_states = true,
		.only_measured = true,
	},
	.run = run_getsysctl,
};
