/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A scenario as it stands in its file: plain data, read once, never changed after. */
#ifndef MODEL_SCENARIO_H
#define MODEL_SCENARIO_H

#include "base/arena.h"
#include "base/clock.h"
#include "model/claim.h"
#include "model/matrix.h"
#include "model/word.h"

#define SCENARIO_NAMESPACES_MAX 8
#define SCENARIO_FILE_BYTES_MAX (1 << 18) /* a page or ten; libfyaml may take 350 times as much */
#define SCENARIO_SHA256_TEXT 65
#define SCENARIO_STEP_DEADLINE_US (5 * CLOCK_US_PER_S)
#define SCENARIO_CELL_DEADLINE_US (60 * CLOCK_US_PER_S) /* and the sleeps and repeats of the cell on top of it */

/* A text with $names in it, to be replaced in each cell. */
struct template {
	const char *text; /* NULL when not given */
	struct mark at;
};

struct sysctl_setting {
	const char *name; /* "net.ipv4.tcp_timestamps" */
	struct template value;
	struct mark at;
};

struct route_setting {
	const char *to;      /* ROUTE_DEFAULT, a network, or a namespace */
	struct template via; /* the name of a namespace */
	struct mark at;
};
#define ROUTE_DEFAULT "default"

struct namespace {
	const char *name;
	struct sysctl_setting *sysctls;
	size_t n_sysctls;
	struct template *addresses; /* beside those that its links give it */
	size_t n_addresses;
	struct route_setting *routes;
	size_t n_routes;
	struct mark at;
};

/* A veth between two namespaces. */
struct link_spec {
	size_t namespaces[2];
	struct mark at;
};

struct actor_spec {
	const char *name;
	struct template in; /* the name of a namespace */
	struct mark at;
};

struct step {
	struct mark at;
	const struct verb_syntax *verb; /* NULL for a `when` block */

	/* a `when` block */
	struct conditions when;
	struct step *body;
	size_t n_body;

	/* an action */
	size_t actor;
	const char *text; /* verb and words, as written */
	struct template *words;
	size_t n_words;
	size_t response;           /* SCENARIO_NO_RESPONSE for set-up */
	struct template repeat_for; /* on a measured step: repeat until ok, for as long as this … */
	struct template every;      /* … each time after this long */
	struct template deadline;
	const struct rule_list *asked_by; /* of a check that asks itself: only cells of which it speaks have the step */
};
#define SCENARIO_NO_RESPONSE SIZE_MAX

/* step_is_made() - whether cells with these levels have the action @step where they have its block. */
bool step_is_made(const struct step *step, const size_t *levels);

struct response {
	const char *name; /* of what a check asks itself: its text, "client: packets timestamps SYN" */
	const struct step *first; /* the first step that records it */
	bool timed;               /* it has a duration as well: some step repeats until ok, or its verb gives one */
};

/* response_duration_is() - what is said behind the duration of a response, such as "left", where its verb gives it;
 * NULL where it is how long a step took. */
static inline const char *response_duration_is(const struct response *response)
{
	const struct verb_syntax *verb = response->first->verb;
	return !verb->is_timed ? NULL : verb->duration_is ? verb->duration_is : "left";
}

/* Where in the kernel a response is decided, in words: the function, and the version in which that was read. */
struct mechanism {
	size_t response;
	const char *text; /* may have more than one line */
	struct mark at;
};

#define SCENARIO_KIND "scenario"

struct scenario {
	struct arena arena; /* owns all that hangs here */
	const char *path;   /* as the user gave it */
	const char *kind;   /* SCENARIO_KIND, or what a file is that is read like one: "list of claims"; for messages */
	const char *text;   /* of the file, whole */
	char sha256[SCENARIO_SHA256_TEXT]; /* of the text, in hexadecimal */
	const char *name, *question;
	struct matrix matrix;
	struct namespace *namespaces;
	size_t n_namespaces;
	struct link_spec *links; /* without `links`: the one that joins two namespaces */
	size_t n_links;
	struct actor_spec *actors;
	size_t n_actors;
	struct step *steps;
	size_t n_steps;
	struct step *check_steps; /* what checks ask themselves; made after all others */
	size_t n_check_steps;
	struct response *responses;
	size_t n_responses;
	struct rule_list *checks; /* manipulation checks: otherwise the cell is inconc; one list a response */
	size_t n_checks;
	struct rule_list *expects; /* laws that must hold: otherwise the cell is fail; one list a response */
	size_t n_expects;
	struct claim *claims;
	size_t n_claims;
	struct mechanism *mechanisms; /* one a response, and not of all */
	size_t n_mechanisms;
	uint64_t step_deadline_us, cell_deadline_us;
	/* Some cell needs them; then all cells have them, so that none is a hidden factor. */
	bool ipv6, loopback, bulky;
	bool captures; /* of the packets */
	uint64_t longest_wait_us; /* of all its cells: `waits_us` of a plan */
	/* The first step that starts a program; NULL: none does. */
	const struct template *program;
};

/**
 * scenario_read_file() - read and check a scenario
 * @path: of the file; messages begin with it
 * @vocabulary: the verbs that its steps may use; must outlive the scenario
 * @max_cells: a matrix with more cells is refused
 * @ret: filled on success; to be freed with scenario_free()
 *
 * Everything is checked, for every cell: a scenario that is read runs. Errors are ERROR_USAGE and begin with
 * "path:line:column: ".
 */
int scenario_read_file(const char *path, const struct vocabulary *vocabulary, uint64_t max_cells,
	struct scenario **ret, struct error *e);

/* scenario_read_text() - the same from memory; @path is for messages. */
int scenario_read_text(const char *path, const char *text, size_t len, const struct vocabulary *vocabulary,
	uint64_t max_cells, struct scenario **ret, struct error *e);

/* scenario_sha256() - of the text of a scenario, in hexadecimal. */
void scenario_sha256(const char *text, size_t len, char ret[static SCENARIO_SHA256_TEXT]);

void scenario_free(struct scenario *s);
static inline void cleanup_scenario(struct scenario **s)
{
	scenario_free(*s);
}

/* scenario_is_question() - whether a response is what a check asks itself: it proves a condition, and is no outcome. */
bool scenario_is_question(const struct scenario *s, size_t response);

/* scenario_error() - an ERROR_USAGE at a place of the scenario's file: "path:line:column: " and the message. */
int scenario_error(const struct scenario *s, struct mark at, struct error *e, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/**
 * scenario_restrict() - "factor=level[,level]" as a condition, as --set gives it
 * @restriction: to which the condition is added, from @arena; a second --set of the same factor is an error
 */
int scenario_restrict(const struct scenario *s, const char *set, struct arena *arena, struct conditions *restriction,
	struct error *e);

/* scenario_choose() - "factor=level,factor=level,level,…": the same of several factors at once. */
int scenario_choose(const struct scenario *s, const char *levels, struct arena *arena, struct conditions *restriction,
	struct error *e);

#endif
