// SPDX-License-Identifier: GPL-2.0-or-later
// What came out of one run of one cell, and its line in the results file.
#include "model/result.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

const char *const verdict_names[] = {
	[VERDICT_PASS] = "pass",
	[VERDICT_FAIL] = "fail",
	[VERDICT_INCONC] = "inconc",
	[VERDICT_ERROR] = "error",
	[VERDICT_SKIP] = "skip",
};
static_assert(sizeof verdict_names / sizeof *verdict_names == VERDICT_COUNT, "a name for each verdict");

json_t *result_levels_to_json(const struct matrix *m, const size_t *levels)
{
	json_t *object = json_object();
	bool good = object;
	for (size_t i = 0; good && i < m->n_factors; i++)
		good = json_put(object, m->factors[i].name, json_string(m->factors[i].levels[levels[i]].name));
	if (good)
		return object;
	json_decref(object);
	return NULL;
}

static json_t *step_to_json(const struct result_step *step)
{
	json_t *object = json_pack("{s:i, s:s, s:s, s:I, s:I}", "line", (int)step->line, "do", step->action, "out",
		step->outcome, "at_us", (json_int_t)step->at_us, "took_us", (json_int_t)step->took_us);
	if (!object || step->tries <= 1 || json_put(object, "tries", json_integer(step->tries)))
		return object;
	json_decref(object);
	return NULL;
}

static json_t *steps_to_json(const struct result *result)
{
	json_t *array = json_array();
	bool good = array;
	for (size_t i = 0; good && i < result->n_steps; i++)
		good = json_append(array, step_to_json(&result->steps[i]));
	if (good)
		return array;
	json_decref(array);
	return NULL;
}

char *result_to_line(const struct scenario *s, const size_t *levels, const struct result *result)
{
	char id[24];
	snprintf(id, sizeof id, "%" PRIu64, result->cell);
	CLEANUP(cleanup_json) json_t *responses = json_object();
	CLEANUP(cleanup_json) json_t *durations = json_object();
	bool good = responses && durations;
	for (size_t i = 0; good && i < result->n_values; i++) {
		const struct result_value *value = &result->values[i];
		good = json_put(responses, value->response, json_string(value->text)) &&
		       (!value->timed ||
			       json_put(durations, value->response, json_integer((json_int_t)value->took_us)));
	}
	if (!good)
		return NULL;
	CLEANUP(cleanup_json)
	json_t *line = json_pack("{s:s, s:s, s:o, s:i, s:s, s:O, s:O*, s:s?, s:I, s:I, s:o}", "type", "cell", "id", id,
		"levels", result_levels_to_json(&s->matrix, levels), "replicate", (int)result->replicate, "verdict",
		verdict_names[result->verdict], "responses", responses, "durations_us",
		json_object_size(durations) ? durations : NULL, "reason", result->reason, "elapsed_us",
		(json_int_t)result->elapsed_us, "end_us", (json_int_t)result->end_us, "steps", steps_to_json(result));
	struct text t = TEXT_INIT;
	json_write(line, JSON_COMPACT | JSON_PRESERVE_ORDER, &t);
	text_add(&t, "\n");
	if (t.failed)
		text_done(&t);
	return t.data;
}

static int not_a_line(struct error *e, const char *what)
{
	return error_set(e, ERROR_USAGE, EINVAL, "not a line that netrepro wrote: %s", what);
}

bool verdict_find(const char *name, enum verdict *ret)
{
	for (int i = 0; i < VERDICT_COUNT; i++)
		if (name && !strcmp(name, verdict_names[i])) {
			*ret = (enum verdict)i;
			return true;
		}
	return false;
}

bool result_id_parse(const char *id, uint64_t *ret)
{
	if (!id || *id < '0' || *id > '9')
		return false;
	char *end;
	errno = 0;
	*ret = strtoull(id, &end, 10);
	return !errno && !*end;
}

static int read_values(
	const json_t *responses, const json_t *durations, struct arena *arena, struct result *ret, struct error *e)
{
	ret->values = arena_array(arena, json_object_size(responses), sizeof *ret->values);
	if (!ret->values)
		return error_no_memory(e);
	const char *name;
	json_t *text;
	json_object_foreach((json_t *)responses, name, text)
	{
		if (!json_is_string(text))
			return not_a_line(e, "a response that is no text");
		struct result_value *value = &ret->values[ret->n_values++];
		value->response = arena_strdup(arena, name);
		value->text = arena_strdup(arena, json_string_value(text));
		if (!value->response || !value->text)
			return error_no_memory(e);
		const json_t *took = durations ? json_object_get(durations, name) : NULL;
		if (took && json_integer_value(took) < 0)
			return not_a_line(e, "a duration below 0");
		value->timed = json_is_integer(took);
		value->took_us = value->timed ? (uint64_t)json_integer_value(took) : 0;
	}
	return 0;
}

struct scan {
	const char *at, *end;
};

static bool scan_literal(struct scan *scan, const char *literal)
{
	size_t len = strlen(literal);
	if ((size_t)(scan->end - scan->at) < len || memcmp(scan->at, literal, len))
		return false;
	scan->at += len;
	return true;
}

/* "key":12 with at most 18 digits, so that it fits. */
static bool scan_number(struct scan *scan, const char *key)
{
	if (!scan_literal(scan, key))
		return false;
	const char *first = scan->at;
	while (scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9')
		scan->at++;
	return scan->at > first && scan->at - first <= 18 && (*first != '0' || scan->at - first == 1);
}

/* "key":"text" without escapes, in ASCII. */
static bool scan_string(struct scan *scan, const char *key)
{
	if (!scan_literal(scan, key) || !scan_literal(scan, "\""))
		return false;
	while (scan->at < scan->end && *scan->at >= ' ' && *scan->at < 0x7f && *scan->at != '"' && *scan->at != '\\')
		scan->at++;
	return scan_literal(scan, "\"");
}

bool result_line_cell(const char *line, size_t len, uint64_t *ret)
{
	struct scan scan = {.at = line, .end = line + len};
	char id[24];
	if (!scan_literal(&scan, "{\"type\":\"cell\",\"id\":\""))
		return false;
	const char *quote = memchr(scan.at, '"', (size_t)(scan.end - scan.at));
	if (!quote || (size_t)(quote - scan.at) >= sizeof id)
		return false;
	memcpy(id, scan.at, (size_t)(quote - scan.at));
	id[quote - scan.at] = '\0';
	return result_id_parse(id, ret);
}

/* As step_to_json() gives it. */
static bool scan_step(struct scan *scan)
{
	if (!scan_number(scan, "{\"line\":") || !scan_string(scan, ",\"do\":") || !scan_string(scan, ",\"out\":") ||
		!scan_number(scan, ",\"at_us\":") || !scan_number(scan, ",\"took_us\":"))
		return false;
	return scan_literal(scan, "}") || (scan_number(scan, ",\"tries\":") && scan_literal(scan, "}"));
}

/*
 * How long a line is without its steps, which nobody reads back and which are most of it; 0 where it does not end with
 * steps just as they are written here, byte for byte: then it must be read as any JSON.
 */
static size_t length_before_steps(const char *line, size_t len)
{
	static const char key[] = ",\"steps\":[";
	const char *found = memmem(line, len, key, strlen(key));
	if (!found)
		return 0;
	struct scan scan = {.at = found + strlen(key), .end = line + len};
	if (!scan_literal(&scan, "]")) {
		do {
			if (!scan_step(&scan))
				return 0;
		} while (scan_literal(&scan, ","));
		if (!scan_literal(&scan, "]"))
			return 0;
	}
	bool whole =
		scan_literal(&scan, "}") && (scan.at == scan.end || (scan_literal(&scan, "\n") && scan.at == scan.end));
	return whole ? (size_t)(found - line) : 0;
}

/* The line as JSON; its steps may be missing. */
static json_t *load_line(const char *line, size_t len, struct arena *arena)
{
	size_t head = length_before_steps(line, len);
	char *copy = head ? arena_strndup(arena, line, head + 1) : NULL;
	if (copy) {
		copy[head] = '}';
		json_t *json = json_loadb(copy, head + 1, JSON_REJECT_DUPLICATES, NULL);
		if (json_object_size(json) && !json_object_get(json, "steps"))
			return json;
		json_decref(json);
	}
	return json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
}

int result_from_line(const char *line, size_t len, struct arena *arena, struct result *ret, struct error *e)
{
	CLEANUP(cleanup_json) json_t *json = load_line(line, len, arena);
	/* What jansson says quotes the line, control characters included. */
	if (!json)
		return not_a_line(e, "it is no JSON");
	const char *type = json_string_value(json_object_get(json, "type"));
	if (!type)
		return not_a_line(e, "it has no type");
	if (strcmp(type, "cell"))
		return 0;
	struct result result = {.cell = 0};
	const json_t *responses = json_object_get(json, "responses");
	const json_t *reason = json_object_get(json, "reason");
	json_int_t replicate = json_integer_value(json_object_get(json, "replicate"));
	if (!result_id_parse(json_string_value(json_object_get(json, "id")), &result.cell))
		return not_a_line(e, "its id is no number");
	if (!verdict_find(json_string_value(json_object_get(json, "verdict")), &result.verdict))
		return not_a_line(e, "its verdict is none");
	if (replicate < 1 || replicate > INT_MAX || !json_is_object(responses))
		return not_a_line(e, "it has no replicate, or no responses");
	result.replicate = (uint32_t)replicate;
	result.elapsed_us = (uint64_t)json_integer_value(json_object_get(json, "elapsed_us"));
	result.end_us = (uint64_t)json_integer_value(json_object_get(json, "end_us"));
	if (json_is_string(reason)) {
		result.reason = arena_strdup(arena, json_string_value(reason));
		if (!result.reason)
			return error_no_memory(e);
	}
	int r = read_values(responses, json_object_get(json, "durations_us"), arena, &result, e);
	if (r < 0)
		return r;
	*ret = result;
	return 1;
}

static bool read_step(const json_t *json, struct arena *arena, struct result_step *ret)
{
	const char *action = json_string_value(json_object_get(json, "do"));
	const char *outcome = json_string_value(json_object_get(json, "out"));
	const json_t *line = json_object_get(json, "line"), *tries = json_object_get(json, "tries");
	const json_t *at_us = json_object_get(json, "at_us"), *took_us = json_object_get(json, "took_us");
	json_int_t n_tries = tries ? json_integer_value(tries) : 1;
	if (!action || !outcome || !json_is_integer(line) || !json_is_integer(at_us) || !json_is_integer(took_us) ||
		json_integer_value(line) < 1 || json_integer_value(line) > INT_MAX || json_integer_value(at_us) < 0 ||
		json_integer_value(took_us) < 0 || n_tries < 1 || n_tries > UINT_MAX)
		return false;
	*ret = (struct result_step){
		.line = (unsigned)json_integer_value(line),
		.action = arena_strdup(arena, action),
		.outcome = arena_strdup(arena, outcome),
		.at_us = (uint64_t)json_integer_value(at_us),
		.took_us = (uint64_t)json_integer_value(took_us),
		.tries = (unsigned)n_tries,
	};
	return true;
}

int result_steps_from_line(const char *line, size_t len, struct arena *arena, struct result *result, struct error *e)
{
	CLEANUP(cleanup_json) json_t *json = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	const char *type = json_string_value(json_object_get(json, "type"));
	const json_t *list = json_object_get(json, "steps");
	/* What jansson says quotes the line, control characters included. */
	if (!json)
		return not_a_line(e, "it is no JSON");
	if (!type || strcmp(type, "cell") != 0 || !json_is_array(list))
		return not_a_line(e, "it is no cell's, or has no steps");
	size_t n = json_array_size(list);
	struct result_step *steps = arena_array(arena, n, sizeof *steps);
	if (!steps)
		return error_no_memory(e);
	for (size_t i = 0; i < n; i++) {
		if (!read_step(json_array_get(list, i), arena, &steps[i]))
			return not_a_line(e, "a step is none");
		if (!steps[i].action || !steps[i].outcome)
			return error_no_memory(e);
	}
	result->steps = steps;
	result->n_steps = n;
	return 0;
}
