// SPDX-License-Identifier: GPL-2.0-or-later
// Reads `links`.
#include "model/read.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/suggest.h"
#include "base/text.h"

static int find_namespace(struct reader *r, const struct yaml *node, size_t *ret)
{
	const struct scenario *s = r->s;
	const char *name;
	int rc = read_line(r, node, "an end of a link", &name);
	if (rc < 0)
		return rc;
	struct suggestion near = SUGGESTION_FOR(name);
	CLEANUP(text_done) struct text known = TEXT_INIT;
	for (*ret = 0; *ret < s->n_namespaces; ++*ret) {
		if (!strcmp(s->namespaces[*ret].name, name))
			return 0;
		suggestion_consider(&near, s->namespaces[*ret].name);
		text_addf(&known, "%s%s", *ret ? ", " : "", s->namespaces[*ret].name);
	}
	const char *phrase = suggestion_phrase(&near);
	return scenario_error(s, node->at, r->e, "unknown namespace '%s'%s%s", name, *phrase ? phrase : ": there is ",
		*phrase ? "" : text_get(&known));
}

static bool joins(const struct link_spec *link, size_t namespace)
{
	return link->namespaces[0] == namespace || link->namespaces[1] == namespace;
}

static int read_link(struct reader *r, const struct yaml *node)
{
	struct scenario *s = r->s;
	struct link_spec link = {.at = node->at};
	int rc = read_kind(r, node, YAML_LIST, "a link");
	if (rc < 0)
		return rc;
	if (node->n != 2)
		return scenario_error(
			s, node->at, r->e, "a link has two ends, not %zu: [%s, …]", node->n, s->namespaces[0].name);
	rc = find_namespace(r, node->first, &link.namespaces[0]);
	if (rc >= 0)
		rc = find_namespace(r, node->first->next, &link.namespaces[1]);
	if (rc < 0)
		return rc;
	const char *one = s->namespaces[link.namespaces[0]].name, *two = s->namespaces[link.namespaces[1]].name;
	if (link.namespaces[0] == link.namespaces[1])
		return scenario_error(
			s, node->at, r->e, "'%s' is joined with itself: its own link is lo, which it has", one);
	for (size_t i = 0; i < s->n_links; i++)
		if (joins(&s->links[i], link.namespaces[0]) && joins(&s->links[i], link.namespaces[1]))
			return scenario_error(s, node->at, r->e,
				"'%s' and '%s' are joined by the link on line %u already", one, two,
				s->links[i].at.line);
	s->links[s->n_links++] = link;
	return 0;
}

/* Nobody is left alone by an oversight. */
static int check_all_joined(struct reader *r)
{
	const struct scenario *s = r->s;
	for (size_t i = 0; i < s->n_namespaces; i++) {
		size_t k = 0;
		while (k < s->n_links && !joins(&s->links[k], i))
			k++;
		if (k == s->n_links)
			return scenario_error(s, s->namespaces[i].at.line ? s->namespaces[i].at : s->links[0].at, r->e,
				"namespace '%s' is an end of no link: join it with another one, or take it away",
				s->namespaces[i].name);
	}
	return 0;
}

/* Without `links` two namespaces are joined by one. */
static int read_default_link(struct reader *r)
{
	struct scenario *s = r->s;
	if (s->n_namespaces > 2)
		return scenario_error(s, s->namespaces[0].at, r->e,
			"%zu namespaces, and no 'links:': say who is joined with whom, as in links: [[%s, %s], [%s, "
			"%s]]",
			s->n_namespaces, s->namespaces[0].name, s->namespaces[1].name, s->namespaces[1].name,
			s->namespaces[2].name);
	int rc = read_array(r, 1, sizeof *s->links, &s->links);
	if (rc >= 0 && s->n_namespaces == 2)
		s->links[s->n_links++] = (struct link_spec){.namespaces = {0, 1}};
	return rc;
}

int read_links(struct reader *r, const struct yaml *node)
{
	if (!node)
		return read_default_link(r);
	int rc = read_kind(r, node, YAML_LIST, "links");
	if (rc < 0)
		return rc;
	if (!node->n)
		return scenario_error(r->s, node->at, r->e,
			"links is empty: leave it out, and two namespaces are joined with each other");
	rc = read_array(r, node->n, sizeof *r->s->links, &r->s->links);
	if (rc < 0)
		return rc;
	YAML_EACH (entry, node) {
		rc = read_link(r, entry);
		if (rc < 0)
			return rc;
	}
	return check_all_joined(r);
}
