/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the scenario reader share. Each part reads one kind of key and fills its part of the scenario. */
#ifndef MODEL_READ_H
#define MODEL_READ_H

#include "model/names.h"
#include "model/scenario.h"
#include "model/yaml.h"

/* Bounds that no scenario of people meets: a stranger's file shall take little time and memory, whatever is in it. */
#define READ_LEVELS_MAX 10000     /* of one factor */
#define READ_ENTRIES_MAX 1000     /* of exclude, and of include */
#define READ_STEPS_MAX 1000       /* in a scenario, those in `when` blocks included */
#define READ_CONDITIONS_MAX 10000 /* in a scenario */
#define READ_ACTORS_MAX 16
#define READ_LEVEL_BYTES_MAX 64
#define READ_PRODUCT_MAX 50000000 /* combinations that are looked at one by one */

struct reader {
	struct scenario *s;
	const struct vocabulary *vocabulary;
	uint64_t max_cells;
	struct mark matrix_at;
	size_t n_conditions, n_steps; /* so far */
	struct error *e;
};

/* One key of a map. */
struct read_field {
	const char *name;
	const struct yaml **ret; /* NULL in it when the key is not there */
	bool required;
};

/* read_bytes() - of a file, to its end, or until @size bytes are there. */
int read_bytes(const char *path, char *buffer, size_t size, size_t *ret_len, struct error *e);

/**
 * read_begin() - the path and the text of a file, with an arena, as a scenario in which nothing else stands yet
 * @kind: SCENARIO_KIND, or what the file is: "list of claims"; must outlive it
 * @ret: to be freed with scenario_free()
 */
int read_begin(
	const char *path, const char *kind, const char *text, size_t len, struct scenario **ret, struct error *e);

/* read_fields() - the entries of the map @node by their keys; @what it is, with its article, for messages. */
int read_fields(
	struct reader *r, const struct yaml *node, const char *what, const struct read_field *fields, size_t n_fields);

/* read_kind() - that @node is a text, a list or a map, whatever @what it is. */
int read_kind(struct reader *r, const struct yaml *node, enum yaml_kind kind, const char *what);

/* read_text() - a text that is not empty, in the scenario's arena. */
int read_text(struct reader *r, const struct yaml *node, const char *what, const char **ret);

/* read_line() - the same on one line. */
int read_line(struct reader *r, const struct yaml *node, const char *what, const char **ret);

/* read_template() - a line with $names in it, each of which some factor or level binds. */
int read_template(struct reader *r, const struct yaml *node, const char *what, struct template *ret);

/* read_check_template() - that the $names of a template are there. */
int read_check_template(struct reader *r, const struct template *t);

/* read_name() - that @name is one; @is_name says it, and @rule says it to people. */
int read_name(struct reader *r, struct mark at, const char *name, const char *what, bool (*is_name)(const char *),
	const char *rule);

/* read_array() - @n elements in the scenario's arena. */
int read_array(struct reader *r, size_t n, size_t size, void *ret);

/* read_check_distinct() - that no text stands twice in a list. */
int read_check_distinct(struct reader *r, const struct yaml *node);

/* read_duration() - a duration that is the same in all cells. */
int read_duration(struct reader *r, const struct yaml *node, const char *what, uint64_t *ret_us);

/* read_values() - a text, or a list of at least one, all of them different. */
int read_values(struct reader *r, const struct yaml *node, const char *what, const char ***ret, size_t *ret_n);

/* read_conditions() - {factor: level, factor: [level, level]}; @node NULL gives none, which always hold. */
int read_conditions(struct reader *r, const struct yaml *node, const char *what, struct conditions *ret);

/* read_find_response() - the number of a response that a key or a text names; the steps have been read. */
int read_find_response(struct reader *r, struct mark at, const char *name, size_t *ret);

/* read_rule_lists() - a map of responses to their rules; @node NULL gives none. */
int read_rule_lists(struct reader *r, const struct yaml *node, const char *what, struct rule_list **ret, size_t *ret_n);

/* read_level_name() - that @name can be a level. */
int read_level_name(struct reader *r, struct mark at, const char *name);

/* read_factor() - the number of a factor that a key or a text names. */
int read_factor(struct reader *r, struct mark at, const char *name, size_t *ret);

/* read_unknown_level() - the error for a level that a factor does not have. */
int read_unknown_level(struct reader *r, struct mark at, const struct factor *factor, const char *level);

/* read_variable_owner() - the factor whose levels bind @name; NULL when none does. */
const struct factor *read_variable_owner(const struct scenario *s, const char *name);

/**
 * read_asked_step() - the step that an entry of check asks for
 * @node: its action, keyed by its actor
 * @ret_step: NULL where an entry before has asked the same
 */
int read_asked_step(struct reader *r, const struct yaml *node, size_t *ret_response, struct step **ret_step);

/* The parts, in the order in which they must be read. @node is NULL where the key is not there. */
int read_matrix(struct reader *r, const struct yaml *node, const struct yaml *include);
int read_include(struct reader *r, const struct yaml *node);
int read_exclude(struct reader *r, const struct yaml *node);
int read_check_matrix(struct reader *r); /* that it has cells, not too many, and that no entry is idle */
int read_namespaces(struct reader *r, const struct yaml *node);
int read_links(struct reader *r, const struct yaml *node);
int read_actors(struct reader *r, const struct yaml *node);
int read_steps(struct reader *r, const struct yaml *node, const struct yaml *check);
int read_deadlines(struct reader *r, const struct yaml *node);
int read_check(struct reader *r, const struct yaml *node);
int read_expect(struct reader *r, const struct yaml *node);
int read_claims(struct reader *r, const struct yaml *node);
int read_mechanism(struct reader *r, const struct yaml *node);
int read_check_cells(struct reader *r); /* that every cell can be planned, and that rules speak of what is recorded */

/* read_find_actor() - SIZE_MAX when there is none. */
size_t read_find_actor(const struct scenario *s, const char *name);

#endif
