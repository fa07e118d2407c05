// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A YAML file as a tree, read with libfyaml.
 *
 * Theory of operation: libfyaml's parser gives events, and they are hung into the tree below the container that is open
 * on top of a stack of fixed depth: no recursion, and nothing is built of what is refused. Its own documents are not
 * used: they would resolve anchors and merge keys first and lose places. Bytes are checked before it sees them.
 */
#include "model/yaml.h"

#include <errno.h>
#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "model/encoding.h"

struct yaml_builder {
	struct scenario *s;
	const char *source; /* what is read */
	const struct yaml *root;
	struct yaml *open[YAML_DEPTH_MAX], *last[YAML_DEPTH_MAX]; /* containers, and their last entries */
	size_t depth, n_nodes;
	const char *key;          /* of the open map that still wants its value */
	struct mark key_at, near; /* @near: the last place seen */
	bool done;
	struct error *e;
};

static void cleanup_parser(struct fy_parser **parser)
{
	if (*parser)
		fy_parser_destroy(*parser);
}

static void cleanup_diag(struct fy_diag **diag)
{
	if (*diag)
		fy_diag_destroy(*diag);
}

static struct mark yaml_event_mark(struct yaml_builder *b, struct fy_event *event)
{
	const struct fy_mark *at = fy_event_start_mark(event);
	if (at && at->line >= 0 && at->column >= 0)
		b->near = (struct mark){.line = (unsigned)at->line + 1, .column = (unsigned)at->column + 1};
	return b->near;
}

/* The place of the @sign in front of a token, whose own mark may lie behind it. */
static struct mark yaml_sign_mark(const struct yaml_builder *b, struct fy_token *token, char sign)
{
	const struct fy_mark *at = fy_token_start_mark(token);
	if (!at)
		return b->near;
	bool behind = at->input_pos && at->column > 0 && b->source[at->input_pos - 1] == sign;
	return (struct mark){.line = (unsigned)at->line + 1, .column = (unsigned)at->column + !behind};
}

static int yaml_refuse_decoration(struct yaml_builder *b, struct fy_token *anchor, struct fy_token *tag)
{
	if (anchor)
		return scenario_error(b->s, yaml_sign_mark(b, anchor, '&'), b->e,
			"an anchor (&): a %s has none, write the value out", b->s->kind);
	if (tag)
		return scenario_error(b->s, yaml_sign_mark(b, tag, '!'), b->e,
			"a tag (!): a %s has none, every value is text as written", b->s->kind);
	return 0;
}

static int yaml_add(struct yaml_builder *b, const struct yaml *value, struct yaml **ret)
{
	if (++b->n_nodes > YAML_NODES_MAX)
		return scenario_error(b->s, value->at, b->e, "more than %d values in one file", YAML_NODES_MAX);
	struct yaml *node = arena_alloc(&b->s->arena, sizeof *node);
	if (!node)
		return error_no_memory(b->e);
	*node = *value;
	*ret = node;
	if (!b->depth) {
		b->root = node;
		return 0;
	}
	struct yaml *container = b->open[b->depth - 1];
	node->key = b->key;
	node->key_at = b->key_at;
	b->key = NULL;
	if (b->last[b->depth - 1])
		b->last[b->depth - 1]->next = node;
	else
		container->first = node;
	b->last[b->depth - 1] = node;
	container->n++;
	return 0;
}

static bool yaml_wants_key(const struct yaml_builder *b)
{
	return b->depth && b->open[b->depth - 1]->kind == YAML_MAP && !b->key;
}

static int yaml_open(struct yaml_builder *b, enum yaml_kind kind, struct mark at)
{
	if (yaml_wants_key(b))
		return scenario_error(b->s, at, b->e, "a key must be a text, not a list or a map");
	if (b->depth == YAML_DEPTH_MAX)
		return scenario_error(b->s, at, b->e, "lists and maps nested deeper than %d", YAML_DEPTH_MAX);
	struct yaml *node;
	int rc = yaml_add(b, &(struct yaml){.kind = kind, .at = at}, &node);
	if (rc < 0)
		return rc;
	b->open[b->depth] = node;
	b->last[b->depth++] = NULL;
	return 0;
}

static int yaml_close(struct yaml_builder *b)
{
	const struct yaml *node = b->open[--b->depth], *duplicate, *first;
	if (node->kind != YAML_MAP)
		return 0;
	if (yaml_find_duplicate(node, &duplicate, &first) < 0)
		return error_no_memory(b->e);
	if (duplicate)
		return scenario_error(b->s, duplicate->key_at, b->e, "duplicate key '%s', first on line %u",
			duplicate->key, first->key_at.line);
	return 0;
}

/* Whether the file holds the text of a token as it is. The marks of a quoted one are inside its quotes. */
static bool yaml_is_verbatim(struct fy_token *token, size_t len)
{
	const struct fy_mark *start = token ? fy_token_start_mark(token) : NULL;
	const struct fy_mark *end = token ? fy_token_end_mark(token) : NULL;
	return start && end && start->line == end->line && end->input_pos - start->input_pos == len;
}

/*
 * The text of a scalar, in the arena. libfyaml 0.7.12 leaks memory over escaped quotes ('it''s') when it is asked for
 * such a text, so these are undone here.
 */
static int yaml_token_text(
	struct yaml_builder *b, struct mark at, struct fy_token *token, const char **ret, size_t *ret_len)
{
	const struct fy_mark *start = fy_token_start_mark(token), *end = fy_token_end_mark(token);
	size_t len = start && end ? end->input_pos - start->input_pos : 0;
	const char *from = len ? b->source + start->input_pos : "";
	if (fy_token_scalar_style(token) != FYSS_SINGLE_QUOTED || !memmem(from, len, "''", 2)) {
		*ret = fy_token_get_text(token, ret_len);
		return *ret ? 0 : error_no_memory(b->e);
	}
	if (start->line != end->line)
		return scenario_error(b->s, at, b->e,
			"a quote in a text in single quotes of more than one line: put it in double quotes");
	char *text = arena_alloc(&b->s->arena, len + 1), *to = text;
	if (!text)
		return error_no_memory(b->e);
	for (size_t i = 0; i < len; i++) {
		*to++ = from[i];
		i += from[i] == '\'';
	}
	*ret = text;
	*ret_len = (size_t)(to - text);
	return 0;
}

static int yaml_scalar(struct yaml_builder *b, struct fy_event *event, struct mark at)
{
	struct fy_token *token = event->scalar.value;
	size_t len = 0;
	const char *text = "";
	int rc = token ? yaml_token_text(b, at, token, &text, &len) : 0;
	if (rc < 0)
		return rc;
	if (len > YAML_TEXT_BYTES_MAX)
		return scenario_error(b->s, at, b->e, "a text longer than %d bytes", YAML_TEXT_BYTES_MAX);
	struct encoding_fault fault;
	if (encoding_find_fault(text, len, &fault)) /* what an escape such as "\0" made */
		return scenario_error(b->s, at, b->e, "%s in a text", fault.what);
	char *copy = arena_strndup(&b->s->arena, text, len);
	if (!copy)
		return error_no_memory(b->e);
	if (!yaml_wants_key(b)) {
		struct yaml *node;
		bool verbatim = yaml_is_verbatim(token, len);
		return yaml_add(
			b, &(struct yaml){.kind = YAML_TEXT, .at = at, .text = copy, .verbatim = verbatim}, &node);
	}
	if (!strcmp(copy, "<<"))
		return scenario_error(b->s, at, b->e, "a merge key (<<): a %s has none, write the entries out",
			b->s->kind);
	if (strchr(copy, '\n'))
		return scenario_error(b->s, at, b->e, "a key of more than one line");
	b->key = copy;
	b->key_at = at;
	return 0;
}

static int yaml_event(struct yaml_builder *b, struct fy_event *event)
{
	struct mark at = yaml_event_mark(b, event);
	int rc;
	switch (event->type) {
	case FYET_DOCUMENT_START:
		return b->root ? scenario_error(b->s, at, b->e, "a second document (---): a file holds one %s",
					 b->s->kind)
			       : 0;
	case FYET_ALIAS:
		return scenario_error(b->s, yaml_sign_mark(b, event->alias.anchor, '*'), b->e,
			"an alias (*): a %s has none, write the value out, or put the text in quotes",
			b->s->kind);
	case FYET_SCALAR:
		rc = yaml_refuse_decoration(b, event->scalar.anchor, event->scalar.tag);
		return rc < 0 ? rc : yaml_scalar(b, event, at);
	case FYET_SEQUENCE_START:
		rc = yaml_refuse_decoration(b, event->sequence_start.anchor, event->sequence_start.tag);
		return rc < 0 ? rc : yaml_open(b, YAML_LIST, at);
	case FYET_MAPPING_START:
		rc = yaml_refuse_decoration(b, event->mapping_start.anchor, event->mapping_start.tag);
		return rc < 0 ? rc : yaml_open(b, YAML_MAP, at);
	case FYET_SEQUENCE_END:
	case FYET_MAPPING_END:
		return yaml_close(b);
	case FYET_STREAM_END:
		b->done = true;
		return 0;
	case FYET_NONE:
	case FYET_STREAM_START:
	case FYET_DOCUMENT_END:
		return 0;
	}
	return 0;
}

/* What libfyaml says is wrong. */
static int yaml_parse_error(struct yaml_builder *b, struct fy_diag *diag)
{
	void *iterator = NULL;
	const struct fy_diag_error *first = fy_diag_errors_iterate(diag, &iterator);
	if (!first || !first->msg)
		return scenario_error(b->s, b->near, b->e, "not YAML");
	struct mark at = b->near;
	if (first->line > 0 && first->column > 0)
		at = (struct mark){.line = (unsigned)first->line, .column = (unsigned)first->column};
	return scenario_error(b->s, at, b->e, "not YAML: %s", first->msg);
}

static int yaml_parse(struct yaml_builder *b, const char *text, size_t len)
{
	struct fy_diag_cfg diag_cfg;
	fy_diag_cfg_default(&diag_cfg);
	diag_cfg.fp = NULL;
	diag_cfg.level = FYET_ERROR;
	CLEANUP(cleanup_diag) struct fy_diag *diag = fy_diag_create(&diag_cfg);
	if (!diag)
		return error_no_memory(b->e);
	fy_diag_set_collect_errors(diag, true);
	struct fy_parse_cfg cfg = {.flags = FYPCF_QUIET | FYPCF_DEFAULT_VERSION_1_2 | FYPCF_JSON_NONE, .diag = diag};
	CLEANUP(cleanup_parser) struct fy_parser *parser = fy_parser_create(&cfg);
	if (!parser || fy_parser_set_string(parser, text, len))
		return error_no_memory(b->e);
	while (!b->done) {
		struct fy_event *event = fy_parser_parse(parser);
		if (!event)
			return yaml_parse_error(b, diag);
		int rc = yaml_event(b, event);
		fy_parser_event_free(parser, event);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int yaml_check_empty_lines(struct yaml_builder *b, size_t len)
{
	unsigned line = 1, n_empty = 0;
	bool empty = true;
	for (const char *c = b->source; c < b->source + len; c++) {
		if (*c != '\n' && *c != '\r') {
			empty &= *c == ' ' || *c == '\t';
			continue;
		}
		n_empty = empty ? n_empty + 1 : 0;
		if (n_empty > YAML_EMPTY_LINES_MAX)
			return scenario_error(b->s, (struct mark){line, 1}, b->e, "more than %d empty lines in a row",
				YAML_EMPTY_LINES_MAX);
		line += *c == '\n';
		empty = true;
	}
	return 0;
}

int yaml_read(struct scenario *s, const char *text, size_t len, const struct yaml **ret, struct error *e)
{
	struct yaml_builder b = {.s = s, .source = text, .e = e, .near = {.line = 1, .column = 1}};
	struct encoding_fault fault;
	if (encoding_find_fault(text, len, &fault))
		return scenario_error(s, fault.at, e, "%s: a %s is UTF-8 text", fault.what, s->kind);
	int rc = yaml_check_empty_lines(&b, len);
	if (rc >= 0)
		rc = yaml_parse(&b, text, len);
	if (rc < 0)
		return rc;
	if (!b.root || (b.root->kind == YAML_TEXT && !*b.root->text))
		return strcmp(s->kind, SCENARIO_KIND) ? scenario_error(s, b.near, e,
								"nothing stands in this file, which is to be a %s",
								s->kind)
						      : scenario_error(s, b.near, e,
								"nothing stands in this file: a scenario has at least "
								"name and steps");
	*ret = b.root;
	return 0;
}

const struct yaml *yaml_find(const struct yaml *map, const char *key)
{
	YAML_EACH (entry, map)
		if (!strcmp(entry->key, key))
			return entry;
	return NULL;
}

bool yaml_is_empty(const struct yaml *node)
{
	return node->kind == YAML_TEXT ? !*node->text : !node->n;
}

struct mark yaml_mark(const struct yaml *node, size_t offset)
{
	struct mark at = node->at;
	if (!node->verbatim)
		return at;
	for (size_t i = 0; i < offset && node->text[i]; i++)
		at.column += ((unsigned char)node->text[i] & 0xC0) != 0x80;
	return at;
}

struct numbered {
	const struct yaml *node;
	size_t place;
};

static const char *yaml_label(const struct yaml *node)
{
	return node->key ? node->key : node->text ? node->text : "";
}

static int compare_numbered(const void *a, const void *b)
{
	const struct numbered *left = a, *right = b;
	int order = strcmp(yaml_label(left->node), yaml_label(right->node));
	return order ? order : (left->place > right->place) - (left->place < right->place);
}

int yaml_find_duplicate(const struct yaml *node, const struct yaml **ret_duplicate, const struct yaml **ret_first)
{
	*ret_duplicate = *ret_first = NULL;
	if (node->n < 2)
		return 0;
	CLEANUP(cleanup_free) struct numbered *sorted = calloc(node->n, sizeof *sorted);
	if (!sorted)
		return -ENOMEM;
	size_t n = 0, earliest = SIZE_MAX;
	YAML_EACH (child, node) {
		sorted[n] = (struct numbered){.node = child, .place = n};
		n++;
	}
	qsort(sorted, n, sizeof *sorted, compare_numbered);
	for (size_t i = 1; i < n; i++)
		if (!strcmp(yaml_label(sorted[i - 1].node), yaml_label(sorted[i].node)) && sorted[i].place < earliest) {
			earliest = sorted[i].place;
			*ret_first = sorted[i - 1].node;
			*ret_duplicate = sorted[i].node;
		}
	return 0;
}
