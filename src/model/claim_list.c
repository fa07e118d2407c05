// SPDX-License-Identifier: GPL-2.0-or-later
// Reads a list of what articles claim.
#include "model/claim_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "model/read.h"

static const char kind[] = "list of claims";

/* However it was broken into lines, it is said in one. */
static int read_sentence(struct reader *r, const struct yaml *node, const char *what, const char **ret)
{
	CLEANUP(text_done) struct text line = TEXT_INIT;
	const char *words = NULL;
	if (!node)
		return 0;
	int rc = read_text(r, node, what, &words);
	if (rc < 0)
		return rc;
	text_wrap(&line, 0, words, 0, SIZE_MAX);
	if (!line.failed && !line.len)
		return scenario_error(r->s, node->at, r->e, "%s is empty", what);
	*ret = line.failed ? NULL : arena_strdup(&r->s->arena, text_get(&line));
	return *ret ? 0 : error_no_memory(r->e);
}

/* A list of at least one entry. */
static int read_entries(struct reader *r, const struct yaml *node, const char *what, size_t size, void *ret)
{
	int rc = read_kind(r, node, YAML_LIST, what);
	if (rc >= 0 && !node->n)
		return scenario_error(r->s, node->at, r->e, "%s is an empty list", what);
	if (rc >= 0 && node->n > READ_ENTRIES_MAX)
		return scenario_error(r->s, node->at, r->e, "more than %d %s", READ_ENTRIES_MAX, what);
	return rc < 0 ? rc : read_array(r, node->n, size, ret);
}

static int read_listed(
	struct reader *r, const struct claim_list *list, const struct yaml *node, struct listed_claim *ret)
{
	const struct yaml *id, *says, *note;
	const struct read_field fields[] = {{"id", &id, true}, {"says", &says, true}, {"note", &note, false}};
	ret->at = node->at;
	int rc = read_fields(r, node, "a claim", fields, sizeof fields / sizeof *fields);
	if (rc >= 0)
		rc = read_line(r, id, "id", &ret->id);
	if (rc >= 0)
		rc = read_name(r, id->at, ret->id, "a claim", name_is_id, NAME_ID_RULE);
	if (rc < 0)
		return rc;
	const struct listed_claim *other = claim_list_find(list, ret->id);
	if (other && other != ret)
		return scenario_error(
			r->s, id->at, r->e, "two claims '%s', the first on line %u", ret->id, other->at.line);
	rc = read_sentence(r, says, "says", &ret->says);
	return rc < 0 ? rc : read_sentence(r, note, "note", &ret->note);
}

static int read_article(struct reader *r, struct claim_list *list, const struct yaml *node, struct article *ret)
{
	const struct yaml *title, *note, *claims;
	const struct read_field fields[] = {{"title", &title, true}, {"note", &note, false}, {"claims", &claims, true}};
	int rc = read_fields(r, node, "an article", fields, sizeof fields / sizeof *fields);
	if (rc >= 0)
		rc = read_sentence(r, title, "title", &ret->title);
	if (rc >= 0)
		rc = read_sentence(r, note, "note", &ret->note);
	if (rc >= 0)
		rc = read_entries(r, claims, "claims", sizeof *ret->claims, &ret->claims);
	if (rc >= 0 && list->n_claims + claims->n > READ_ENTRIES_MAX)
		return scenario_error(r->s, claims->at, r->e, "more than %d claims in one list", READ_ENTRIES_MAX);
	if (rc < 0)
		return rc;
	list->n_claims += claims->n;
	YAML_EACH (entry, claims) {
		rc = read_listed(r, list, entry, &ret->claims[ret->n_claims]);
		if (rc < 0)
			return rc;
		ret->n_claims++;
	}
	return 0;
}

static int read_list(struct reader *r, struct claim_list *list, const char *text, size_t len)
{
	const struct yaml *root, *title, *note, *articles;
	const struct read_field fields[] = {
		{"title", &title, true}, {"note", &note, false}, {"articles", &articles, true}};
	int rc = yaml_read(r->s, text, len, &root, r->e);
	if (rc >= 0)
		rc = read_fields(r, root, "a list of claims", fields, sizeof fields / sizeof *fields);
	if (rc >= 0)
		rc = read_sentence(r, title, "title", &list->title);
	if (rc >= 0)
		rc = read_sentence(r, note, "note", &list->note);
	if (rc >= 0)
		rc = read_entries(r, articles, "articles", sizeof *list->articles, &list->articles);
	if (rc < 0)
		return rc;
	YAML_EACH (entry, articles) {
		struct article *article = &list->articles[list->n_articles++];
		rc = read_article(r, list, entry, article);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int claim_list_read_text(const char *path, const char *text, size_t len, struct claim_list **ret, struct error *e)
{
	CLEANUP(cleanup_claim_list) struct claim_list *list = calloc(1, sizeof *list);
	if (!list)
		return error_no_memory(e);
	int rc = read_begin(path, kind, text, len, &list->file, e);
	if (rc < 0)
		return rc;
	struct reader r = {.s = list->file, .e = e};
	rc = read_list(&r, list, text, len);
	if (rc < 0)
		return rc;
	*ret = TAKE_POINTER(list);
	return 0;
}

int claim_list_read_file(const char *path, struct claim_list **ret, struct error *e)
{
	size_t size = SCENARIO_FILE_BYTES_MAX + 1, len = 0;
	CLEANUP(cleanup_free) char *buffer = malloc(size);
	if (!buffer)
		return error_no_memory(e);
	int rc = read_bytes(path, buffer, size, &len, e);
	return rc < 0 ? rc : claim_list_read_text(path, buffer, len, ret, e);
}

const struct listed_claim *claim_list_find(const struct claim_list *list, const char *id)
{
	for (size_t a = 0; a < list->n_articles; a++)
		for (size_t i = 0; i < list->articles[a].n_claims; i++)
			if (!strcmp(list->articles[a].claims[i].id, id))
				return &list->articles[a].claims[i];
	return NULL;
}

void claim_list_free(struct claim_list *list)
{
	if (!list)
		return;
	scenario_free(list->file);
	free(list);
}
