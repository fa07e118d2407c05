// SPDX-License-Identifier: GPL-2.0-or-later
// The formats in which a run is told.
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/suggest.h"
#include "report/summary.h"

static const struct format formats[] = {
	{"text", summary_text, true}, /* the default */
	{"json", summary_json, false},
	{"markdown", summary_markdown, false},
};
#define N_FORMATS (sizeof formats / sizeof *formats)

const struct format *format_find(const char *option, const char *name, struct error *e)
{
	struct suggestion near = SUGGESTION_FOR(name ? name : "");
	CLEANUP(text_done) struct text all = TEXT_INIT;
	for (size_t i = 0; i < N_FORMATS; i++) {
		if (!name || !strcmp(name, formats[i].name))
			return &formats[i];
		suggestion_consider(&near, formats[i].name);
		text_addf(&all, "%s%s", i == 0 ? "" : i + 1 < N_FORMATS ? ", " : " or ", formats[i].name);
	}
	error_set(e, ERROR_USAGE, EINVAL, "--%s: there is no format '%s'%s: it is %s", option, name,
		suggestion_phrase(&near), text_get(&all));
	return NULL;
}
