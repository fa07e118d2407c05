// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the line of a run's evidence. The file may be a stranger's: everything in it is checked.
#include "model/evidence.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <resolv.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/mapped.h"
#include "model/names.h"
#include "model/result.h"

#define ADDRESS_TEXT (INET6_ADDRSTRLEN + 8) /* with [], a colon and a port */

static int not_a_line(struct error *e, const char *what)
{
	return error_set(e, ERROR_USAGE, EINVAL, "not evidence that netrepro wrote: %s", what);
}

/* @json is a whole number of at most @most; NULL is none. */
static bool read_number(const json_t *json, uint64_t most, uint64_t *ret)
{
	json_int_t number = json_integer_value(json);
	if (!json_is_integer(json) || number < 0 || (uint64_t)number > most)
		return false;
	*ret = (uint64_t)number;
	return true;
}

/* The same of a member that is left out where it is 0. */
static bool read_number_if_any(const json_t *json, uint64_t most, uint64_t *ret)
{
	*ret = 0;
	return !json || read_number(json, most, ret);
}

/* "prefix-12" */
static bool read_numbered(const char *text, const char *prefix, int *ret)
{
	uint64_t number;
	size_t len = strlen(prefix);
	if (strncmp(text, prefix, len) != 0 || !result_id_parse(text + len, &number) || number > UINT8_MAX)
		return false;
	*ret = (int)number;
	return true;
}

static bool read_state(const char *text, enum tcp_state *ret)
{
	int number = TCP_STATE_ESTABLISHED;
	while (number < TCP_STATE_COUNT && strcmp(text, tcp_state_name((enum tcp_state)number)) != 0)
		number++;
	if (number == TCP_STATE_COUNT && !read_numbered(text, "state-", &number))
		return false;
	*ret = (enum tcp_state)number;
	return true;
}

static bool read_timer(const char *text, enum tcp_timer *ret)
{
	int number = TCP_TIMER_NONE + 1;
	while (number < TCP_TIMER_COUNT && strcmp(text, tcp_timer_name((enum tcp_timer)number)) != 0)
		number++;
	if (number == TCP_TIMER_COUNT && !read_numbered(text, "timer-", &number))
		return false;
	*ret = (enum tcp_timer)number;
	return true;
}

static bool read_host(const char *text, int *ret_family, struct in6_addr *ret)
{
	size_t len = strlen(text);
	*ret = MAPPED_ANY;
	*ret_family = AF_INET;
	if (!strcmp(text, "*") || inet_pton(AF_INET, text, &ret->s6_addr[12]) == 1)
		return true;
	char bare[ADDRESS_TEXT];
	if (*text != '[' || text[len - 1] != ']')
		return false;
	memcpy(bare, text + 1, len - 1);
	bare[len - 2] = '\0';
	*ret_family = AF_INET6;
	return inet_pton(AF_INET6, bare, ret) == 1;
}

static bool read_address(const json_t *json, int *ret_family, struct in6_addr *ret, uint16_t *ret_port)
{
	const char *text = json_string_value(json);
	const char *colon = text ? strrchr(text, ':') : NULL;
	char host[ADDRESS_TEXT];
	uint64_t port;
	if (!colon || colon == text || (size_t)(colon - text) >= sizeof host || !result_id_parse(colon + 1, &port) ||
		port > UINT16_MAX)
		return false;
	memcpy(host, text, (size_t)(colon - text));
	host[colon - text] = '\0';
	*ret_port = (uint16_t)port;
	return read_host(host, ret_family, ret);
}

/* A listener has no peer: its remote address is the wildcard of its family. */
static bool read_remote(const json_t *json, struct tcp_socket *s)
{
	int family = s->family;
	if (s->state != TCP_STATE_LISTEN)
		return read_address(json, &family, &s->remote, &s->remote_port) && family == s->family;
	if (family == AF_INET)
		s->remote = MAPPED_ANY;
	return !json;
}

static bool read_socket(const json_t *json, struct tcp_socket *ret)
{
	struct tcp_socket s = {.timer = TCP_TIMER_NONE};
	const char *state = json_string_value(json_object_get(json, "state"));
	const json_t *timer = json_object_get(json, "timer"), *expires = json_object_get(json, "expires_ms");
	uint64_t receive_queue, send_queue;
	bool good = state && read_state(state, &s.state) &&
		    read_address(json_object_get(json, "local"), &s.family, &s.local, &s.local_port) &&
		    read_remote(json_object_get(json, "remote"), &s) && !timer == !expires &&
		    (!timer || (json_is_string(timer) && read_timer(json_string_value(timer), &s.timer) &&
				       read_number(expires, INT64_MAX, &s.expires_ms))) &&
		    read_number_if_any(json_object_get(json, "receive_queue"), UINT32_MAX, &receive_queue) &&
		    read_number_if_any(json_object_get(json, "send_queue"), UINT32_MAX, &send_queue);
	if (!good)
		return false;
	s.receive_queue = (uint32_t)receive_queue;
	s.send_queue = (uint32_t)send_queue;
	*ret = s;
	return true;
}

static bool find_namespace(const struct pcapng *capture, const char *name, size_t *ret)
{
	for (size_t i = 0; name && i < capture->n_namespaces; i++)
		if (!strcmp(capture->namespaces[i], name)) {
			*ret = i;
			return true;
		}
	return false;
}

static int read_namespaces(const json_t *line, struct arena *arena, struct evidence *ret, struct error *e)
{
	const json_t *names = json_object_get(line, "namespaces"), *dropped = json_object_get(line, "dropped");
	size_t n = json_array_size(names);
	struct pcapng *capture = &ret->capture;
	if (!json_is_array(names) || n > SCENARIO_NAMESPACES_MAX || !json_is_object(dropped) ||
		json_object_size(dropped) != n)
		return not_a_line(e, "it has no namespaces, or not what was dropped in each");
	for (size_t i = 0, other; i < n; i++) {
		const char *name = json_string_value(json_array_get(names, i));
		if (!name || !name_is_dashed(name) || find_namespace(capture, name, &other))
			return not_a_line(e, "the name of a namespace is none, or is there twice");
		if (!read_number(json_object_get(dropped, name), INT64_MAX, &capture->dropped[i]))
			return not_a_line(e, "how much was dropped is no number");
		capture->namespaces[i] = arena_strdup(arena, name);
		if (!capture->namespaces[i])
			return error_no_memory(e);
		capture->n_namespaces++;
	}
	return 0;
}

static int read_look(const json_t *json, const struct pcapng *capture, struct arena *arena, struct evidence_look *ret,
	struct error *e)
{
	const json_t *sockets = json_object_get(json, "sockets");
	uint64_t after;
	if (!read_number(json_object_get(json, "after"), INT_MAX, &after) ||
		!find_namespace(capture, json_string_value(json_object_get(json, "in")), &ret->namespace) ||
		!read_number(json_object_get(json, "at_us"), INT64_MAX, &ret->at_us) || !json_is_array(sockets))
		return not_a_line(e, "a look is none");
	ret->after = (size_t)after;
	ret->n_sockets = json_array_size(sockets);
	ret->sockets = arena_array(arena, ret->n_sockets, sizeof *ret->sockets);
	if (!ret->sockets)
		return error_no_memory(e);
	for (size_t i = 0; i < ret->n_sockets; i++)
		if (!read_socket(json_array_get(sockets, i), &ret->sockets[i]))
			return not_a_line(e, "a socket is none");
	return 0;
}

static int read_looks(const json_t *line, struct arena *arena, struct evidence *ret, struct error *e)
{
	const json_t *looks = json_object_get(line, "looks");
	if (!json_is_array(looks))
		return not_a_line(e, "it has no looks");
	ret->n_looks = json_array_size(looks);
	ret->looks = arena_array(arena, ret->n_looks, sizeof *ret->looks);
	if (!ret->looks)
		return error_no_memory(e);
	for (size_t i = 0; i < ret->n_looks; i++) {
		int r = read_look(json_array_get(looks, i), &ret->capture, arena, &ret->looks[i], e);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_counters_of(
	const json_t *moved, size_t namespace, struct arena *arena, struct evidence *ret, struct error *e)
{
	const char *name;
	json_t *number;
	json_object_foreach((json_t *)moved, name, number)
	{
		if (!name_is_variable(name) || !json_is_integer(number))
			return not_a_line(e, "a counter is none");
		struct evidence_counter *counter = &ret->counters[ret->n_counters++];
		*counter = (struct evidence_counter){
			.namespace = namespace,
			.name = arena_strdup(arena, name),
			.moved = json_integer_value(number),
		};
		if (!counter->name)
			return error_no_memory(e);
	}
	return 0;
}

static int read_counters(const json_t *line, struct arena *arena, struct evidence *ret, struct error *e)
{
	const json_t *counters = json_object_get(line, "counters");
	const struct pcapng *capture = &ret->capture;
	size_t n = 0;
	if (!json_is_object(counters) || json_object_size(counters) != capture->n_namespaces)
		return not_a_line(e, "it has no counters, or not those of each namespace");
	for (size_t i = 0; i < capture->n_namespaces; i++) {
		const json_t *moved = json_object_get(counters, capture->namespaces[i]);
		if (!json_is_object(moved))
			return not_a_line(e, "it has no counters of a namespace");
		n += json_object_size(moved);
	}
	ret->counters = arena_array(arena, n, sizeof *ret->counters);
	if (!ret->counters)
		return error_no_memory(e);
	for (size_t i = 0; i < capture->n_namespaces; i++) {
		int r = read_counters_of(json_object_get(counters, capture->namespaces[i]), i, arena, ret, e);
		if (r < 0)
			return r;
	}
	return 0;
}

/* What the file says twice, it says the same. */
static bool captures_agree(const struct pcapng *a, const struct pcapng *b)
{
	if (a->n_namespaces != b->n_namespaces)
		return false;
	for (size_t i = 0; i < a->n_namespaces; i++)
		if (strcmp(a->namespaces[i], b->namespaces[i]) != 0 || a->dropped[i] != b->dropped[i])
			return false;
	return true;
}

static int read_capture(const json_t *line, struct arena *arena, struct evidence *ret, struct error *e)
{
	const json_t *pcapng = json_object_get(line, "pcapng");
	size_t room = json_string_length(pcapng) / 4 * 3;
	if (!pcapng)
		return 0;
	if (!json_is_string(pcapng) || json_string_length(pcapng) % 4)
		return not_a_line(e, "its packets are not in base64");
	unsigned char *bytes = arena_alloc(arena, room);
	if (!bytes)
		return error_no_memory(e);
	int len = b64_pton(json_string_value(pcapng), bytes, room);
	if (len < 0)
		return not_a_line(e, "its packets are not in base64");
	struct pcapng capture;
	int r = pcapng_read(bytes, (size_t)len, arena, &capture, e);
	if (r < 0)
		return error_wrap(e, "not evidence that netrepro wrote");
	if (!captures_agree(&capture, &ret->capture))
		return not_a_line(e, "its packets are of other namespaces, or others were dropped");
	/* What is made of them takes time that grows faster than their number. */
	if (capture.n_packets > EVIDENCE_PACKETS_MAX)
		return not_a_line(e, "it has more packets than are kept of a cell");
	ret->pcapng = (char *)bytes;
	ret->pcapng_len = (size_t)len;
	ret->capture = capture;
	return 0;
}

static int read_gap(const json_t *line, struct arena *arena, struct evidence *ret, struct error *e)
{
	const json_t *gap = json_object_get(line, "gap");
	if (!gap)
		return 0;
	if (!json_is_string(gap))
		return not_a_line(e, "what it lacks is no text");
	ret->gap = arena_strdup(arena, json_string_value(gap));
	return ret->gap ? 0 : error_no_memory(e);
}

int evidence_from_line(const char *line, size_t len, struct arena *arena, struct evidence *ret, struct error *e)
{
	CLEANUP(cleanup_json) json_t *json = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	/* What jansson says quotes the line, control characters included. */
	if (!json)
		return not_a_line(e, "it is no JSON");
	struct evidence evidence = {.cell = 0};
	const char *type = json_string_value(json_object_get(json, "type"));
	uint64_t replicate;
	if (!type || strcmp(type, "evidence") != 0)
		return not_a_line(e, "it is of another type");
	if (!result_id_parse(json_string_value(json_object_get(json, "id")), &evidence.cell))
		return not_a_line(e, "its id is no number");
	if (!read_number(json_object_get(json, "replicate"), INT_MAX, &replicate) || !replicate)
		return not_a_line(e, "it has no replicate");
	if (!verdict_find(json_string_value(json_object_get(json, "verdict")), &evidence.verdict))
		return not_a_line(e, "its verdict is none");
	if (!read_number(json_object_get(json, "began_ns"), INT64_MAX, &evidence.began_ns) ||
		!read_number(json_object_get(json, "left_out"), INT64_MAX, &evidence.left_out))
		return not_a_line(e, "it does not say when it began, or what was left out");
	evidence.replicate = (uint32_t)replicate;
	int r = read_gap(json, arena, &evidence, e);
	if (r == 0)
		r = read_namespaces(json, arena, &evidence, e);
	if (r == 0)
		r = read_looks(json, arena, &evidence, e);
	if (r == 0)
		r = read_counters(json, arena, &evidence, e);
	if (r == 0)
		r = read_capture(json, arena, &evidence, e);
	if (r < 0)
		return r;
	*ret = evidence;
	return 0;
}

/* Pass over @literal at @at, within @end. */
static bool skip(const char **at, const char *end, const char *literal)
{
	size_t len = strlen(literal);
	if ((size_t)(end - *at) < len || memcmp(*at, literal, len) != 0)
		return false;
	*at += len;
	return true;
}

/* What stands at @at up to the next @stop, as a text. */
static bool take(const char **at, const char *end, char stop, char *ret, size_t size)
{
	const char *found = memchr(*at, stop, (size_t)(end - *at));
	if (!found || (size_t)(found - *at) >= size)
		return false;
	memcpy(ret, *at, (size_t)(found - *at));
	ret[found - *at] = '\0';
	*at = found;
	return true;
}

bool evidence_line_head(const char *line, size_t len, struct evidence_head *ret)
{
	char id[24], replicate[24], verdict[16];
	const char *at = line, *end = line + len;
	uint64_t number;
	if (!skip(&at, end, "{\"type\":\"evidence\",\"id\":\"") || !take(&at, end, '"', id, sizeof id) ||
		!skip(&at, end, "\",\"replicate\":") || !take(&at, end, ',', replicate, sizeof replicate) ||
		!skip(&at, end, ",\"verdict\":\"") || !take(&at, end, '"', verdict, sizeof verdict))
		return false;
	if (!result_id_parse(id, &ret->cell) || !result_id_parse(replicate, &number) || !number || number > INT_MAX ||
		!verdict_find(verdict, &ret->verdict))
		return false;
	ret->replicate = (uint32_t)number;
	return end[-1] == '\n';
}

/* The pcapng is the last member of its line, and has no character that JSON would escape. */
int evidence_line_pcapng(const char *line, size_t len, struct text *ret, struct error *e)
{
	static const char key[] = ",\"pcapng\":\"";
	const char *found = memmem(line, len, key, strlen(key));
	if (!found)
		return 0;
	const char *text = found + strlen(key), *end = memchr(text, '"', (size_t)(line + len - text));
	size_t room = end ? (size_t)(end - text) / 4 * 3 : 0;
	CLEANUP(cleanup_free) char *copy = strndup(text, end ? (size_t)(end - text) : 0);
	CLEANUP(cleanup_free) unsigned char *bytes = malloc(room + 1);
	if (!copy || !bytes)
		return error_no_memory(e);
	int n = b64_pton(copy, bytes, room + 1);
	if (!end || n < 0)
		return not_a_line(e, "its packets are not in base64");
	text_add_bytes(ret, bytes, (size_t)n);
	return ret->failed ? error_no_memory(e) : 1;
}
