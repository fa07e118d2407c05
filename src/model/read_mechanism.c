// SPDX-License-Identifier: GPL-2.0-or-later
// Reads `mechanism`: where in the kernel a response is decided, as its authors have read it there.
#include "model/read.h"

int read_mechanism(struct reader *r, const struct yaml *node)
{
	struct scenario *s = r->s;
	if (!node)
		return 0;
	int rc = read_kind(r, node, YAML_MAP, "mechanism");
	if (rc >= 0 && !node->n)
		rc = scenario_error(s, node->at, r->e, "mechanism is empty: leave it out");
	if (rc >= 0)
		rc = read_array(r, node->n, sizeof *s->mechanisms, &s->mechanisms);
	if (rc < 0)
		return rc;
	YAML_EACH (entry, node) {
		struct mechanism *mechanism = &s->mechanisms[s->n_mechanisms++];
		mechanism->at = entry->key_at;
		rc = read_find_response(r, entry->key_at, entry->key, &mechanism->response);
		if (rc >= 0)
			rc = read_text(r, entry, "the mechanism of a response", &mechanism->text);
		if (rc < 0)
			return rc;
	}
	return 0;
}
