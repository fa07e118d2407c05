/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A YAML file as a tree of texts, lists and maps that know their places. libfyaml reads it; what no scenario needs is
 * refused: anchors, aliases, tags, merge keys, more than one document, keys that are no text, depth, control
 * characters.
 */
#ifndef MODEL_YAML_H
#define MODEL_YAML_H

#include <stdbool.h>

#include "model/scenario.h"

#define YAML_DEPTH_MAX 32
#define YAML_NODES_MAX 100000
#define YAML_EMPTY_LINES_MAX 100 /* in a row: the time that libfyaml takes for them grows with their square */
#define YAML_TEXT_BYTES_MAX 8192 /* of one text or key: messages quote them */

enum yaml_kind { YAML_TEXT, YAML_LIST, YAML_MAP, YAML_KIND_COUNT };

struct yaml {
	enum yaml_kind kind;
	struct mark at;
	const char *text; /* of a text: as written, without its quotes; "" where nothing stands */
	bool verbatim;    /* the file holds @text as it is, so that places inside of it are known */
	const char *key;  /* as an entry of a map: its key */
	struct mark key_at;
	struct yaml *first; /* what a list or a map holds, n of them */
	struct yaml *next;  /* the next of the same list or map */
	size_t n;
};

/* for each entry of a list or map */
#define YAML_EACH(child, node) for (const struct yaml *child = (node)->first; child; child = child->next)

/**
 * yaml_read() - @text as a tree in the scenario's arena
 *
 * Errors are ERROR_USAGE and begin with "path:line:column: ".
 */
int yaml_read(struct scenario *s, const char *text, size_t len, const struct yaml **ret, struct error *e);

/* yaml_find() - an entry of a map by its key; NULL when there is none. */
const struct yaml *yaml_find(const struct yaml *map, const char *key);

/* yaml_is_empty() - nothing stands there, or an empty list or map. */
bool yaml_is_empty(const struct yaml *node);

/* yaml_mark() - the place of the byte @offset of a text. */
struct mark yaml_mark(const struct yaml *node, size_t offset);

/**
 * yaml_find_duplicate() - the first entry of a map whose key, or text of a list, was there before
 * @ret_duplicate: NULL when there is none
 * @ret_first: the one that it repeats
 *
 * Return: 0, or -ENOMEM.
 */
int yaml_find_duplicate(const struct yaml *node, const struct yaml **ret_duplicate, const struct yaml **ret_first);

#endif
