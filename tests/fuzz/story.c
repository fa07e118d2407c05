// SPDX-License-Identifier: GPL-2.0-or-later
// Fuzzes what is told of two cells: whatever came out of their steps and was seen beside them, each story is told, and
// whether the two part does not depend on which is the first.
//
// The first two bytes are the cells, then each eight are something that one of the two is given: a packet, a look, a
// socket of the last look, a counter, or how a step came out. A bit of the first one says whether there is a router.
#include <arpa/inet.h>
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "report/parting.h"
#include "report/story.h"
#include "fuzz_scenario.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char yaml[] = "name: x\nmatrix: {a: [0, 1], path: [veth, loopback]}\n"
			   "namespaces: {server: {}, client: {}}\n"
			   "steps:\n"
			   "- server: socket l\n- server: bind l *:1\n- server: listen l\n- client: socket c\n"
			   "- when: {a: 1}\n  do:\n  - client: setsockopt c SO_REUSEADDR $a\n"
			   "- client: connect c server:1\n  as: one\n- server: accept l s\n- client: close c\n"
			   "- server: tcp-state *:1\n  as: two\n";
/* With a router between three others. */
static const char routed[] = "name: x\nmatrix: {a: [0, 1], b: [0, 1]}\n"
			     "namespaces: {server: , router: , one: , two: }\n"
			     "links: [[server, router], [one, router], [two, router]]\n"
			     "steps:\n"
			     "- server: socket l\n- server: bind l *:1\n- server: listen l\n- one: socket c\n"
			     "- one: connect c server:1\n  as: one\n- two: socket c\n- when: {a: 1}\n  do:\n"
			     "  - two: connect c router:1\n- two: close c\n- server: tcp-state *:1\n  as: two\n";
static const char *const outcomes[] = {"ok", "ECONNREFUSED", "TIME-WAIT", "10.0.0.2:40000", "40001", "timeout", ""};
static const char *const counters[] = {"TcpActiveOpens", "TcpInSegs", "TcpExtTW", "IpInReceives"};
static struct scenario *scenarios[2], *scenario;

#define ITEMS_MAX 64
#define STEP_US 100
#define BEGAN_NS 1000000000
#define FRAME_BYTES (14 + 20 + 20 + 12)

/* A run of a cell; sightings, looks and counters are as many as there are bytes for. */
struct cell {
	struct arena arena;
	struct plan plan;
	struct result result;
	struct evidence evidence;
	struct story story;
	struct result_step steps[16];
	struct packet packets[ITEMS_MAX];
	uint8_t frames[ITEMS_MAX][FRAME_BYTES];
	struct evidence_look looks[ITEMS_MAX];
	struct tcp_socket sockets[ITEMS_MAX][4];
	struct evidence_counter counters[ITEMS_MAX];
};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	static const char *const texts[] = {yaml, routed};
	for (int i = 0; i < 2; i++)
		scenarios[i] = fuzz_scenario(texts[i]);
	return 0;
}

/* @what: which cell, and whether its evidence has a gap */
static void begin(struct cell *c, uint8_t what)
{
	uint64_t id = what % scenario->matrix.n_indices;
	*c = (struct cell){.arena = ARENA_INIT, .plan = PLAN_INIT, .story = STORY_INIT};
	assert(plan_make(&c->plan, scenario, id, NULL) == 0);
	c->result = (struct result){.cell = id, .replicate = 1, .steps = c->steps, .n_steps = c->plan.n_steps};
	for (size_t i = 0; i < c->plan.n_steps; i++)
		c->steps[i] = (struct result_step){
			.line = c->plan.steps[i].step->at.line,
			.action = arena_printf(&c->arena, "%s: %s", c->plan.actors[c->plan.steps[i].actor].name,
				c->plan.steps[i].text),
			.outcome = "ok",
			.at_us = STEP_US * (i + 1),
			.tries = 1,
		};
	c->evidence = (struct evidence){
		.cell = id,
		.replicate = 1,
		.gap = what & 128 ? "why" : NULL,
		.began_ns = BEGAN_NS,
		.looks = c->looks,
		.counters = c->counters,
		.capture = {.n_namespaces = c->plan.n_namespaces, .packets = c->packets},
	};
	for (size_t i = 0; i < c->plan.n_namespaces; i++)
		c->evidence.capture.namespaces[i] = c->plan.namespaces[i].name;
}

/* Between any two of the hosts, seen anywhere, over any link or none. */
static void set_way(const struct cell *c, struct packet *packet, uint8_t *frame, const uint8_t *bytes)
{
	static const uint8_t hosts[][4] = {{10, 0, 0, 1}, {10, 0, 0, 2}, {10, 0, 1, 1}, {10, 0, 2, 1}};
	if (packet->loopback)
		return;
	packet->namespace = (bytes[2] >> 4 & 3) % c->plan.n_namespaces;
	link_layer_of(TOPOLOGY_IFINDEX_FIRST + (bytes[6] >> 5 ^ 1), frame);
	link_layer_of(TOPOLOGY_IFINDEX_FIRST + (bytes[6] >> 5), frame + 6);
	frame[22] = bytes[7] & 1;
	memcpy(frame + 26, hosts[bytes[4] & 3], 4);
	memcpy(frame + 30, hosts[bytes[5] & 3], 4);
}

/* IPv4 and TCP (RFC 791, RFC 9293), between few ports, with few numbers, or no TCP at all. */
static void add_packet(struct cell *c, const uint8_t *bytes)
{
	size_t n = c->evidence.capture.n_packets;
	bool loopback = bytes[1] & 1, has_timestamps = bytes[1] & 2;
	uint8_t *frame = c->frames[n], *ip = frame + 14, *tcp = ip + 20;
	if (n == ITEMS_MAX)
		return;
	memcpy(frame + 12, bytes[1] & 64 ? "\x08\x06" : "\x08\x00", 2);
	ip[0] = 0x45;
	ip[3] = (uint8_t)(20 + (has_timestamps ? 32 : 20) + bytes[7]);
	ip[9] = IPPROTO_TCP;
	memcpy(ip + 12,
		loopback       ? "\x7f\0\0\1\x7f\0\0\1"
		: bytes[1] & 4 ? "\x0a\0\0\1\x0a\0\0\2"
			       : "\x0a\0\0\2\x0a\0\0\1",
		8);
	tcp[1] = bytes[2] & 3;
	tcp[3] = bytes[2] >> 2 & 3;
	tcp[4] = tcp[8] = bytes[2] & 128 ? 0xff : 0;
	tcp[7] = bytes[4];
	tcp[11] = bytes[5];
	tcp[12] = has_timestamps ? 0x80 : 0x50;
	tcp[13] = bytes[6];
	memcpy(tcp + 20, "\1\1\10\12\0\0\0\1\0\0\0\2", 12);
	c->packets[n] = (struct packet){
		.at_ns = BEGAN_NS + UINT64_C(4000) * bytes[3],
		.namespace = (bytes[1] >> 3 & 1) % c->plan.n_namespaces,
		.loopback = loopback,
		.outgoing = loopback || bytes[1] & 16,
		.len = FRAME_BYTES + bytes[7],
		.n_bytes = bytes[1] & 32 ? bytes[7] % FRAME_BYTES : FRAME_BYTES,
		.bytes = frame,
	};
	if (c->plan.n_namespaces > 2)
		set_way(c, &c->packets[n], frame, bytes);
	c->evidence.capture.n_packets++;
}

static void add_socket(struct cell *c, const uint8_t *bytes)
{
	size_t n_looks = c->evidence.n_looks;
	struct evidence_look *look = n_looks ? &c->looks[n_looks - 1] : NULL;
	if (!look || look->n_sockets == 4)
		return;
	struct tcp_socket *s = &look->sockets[look->n_sockets++];
	*s = (struct tcp_socket){
		.state = (enum tcp_state)(bytes[1] & 31),
		.family = bytes[2] & 1 ? AF_INET6 : AF_INET,
		.local_port = bytes[3] & 3,
		.remote_port = bytes[3] >> 2 & 3,
		.timer = (enum tcp_timer)(bytes[2] >> 1 & 7),
		.expires_ms = bytes[4] == 255 ? INT64_MAX : bytes[4],
		.receive_queue = bytes[5],
		.send_queue = bytes[6] == 255 ? UINT32_MAX : bytes[6],
	};
	memset(&s->local.s6_addr[10], 0xff, 2);
	memset(&s->remote.s6_addr[10], 0xff, 2);
	s->local.s6_addr[12] = s->remote.s6_addr[12] = bytes[2] & 16 ? 10 : 127;
	s->local.s6_addr[15] = bytes[2] >> 5 & 1;
	s->remote.s6_addr[15] = bytes[2] >> 6 & 1;
}

static void add_look(struct cell *c, const uint8_t *bytes)
{
	size_t n = c->evidence.n_looks;
	if (n == ITEMS_MAX)
		return;
	c->evidence.n_looks++;
	c->looks[n] = (struct evidence_look){
		.after = bytes[1] == 255 ? INT32_MAX : bytes[1] & 15,
		.namespace = bytes[2] % c->plan.n_namespaces,
		.at_us = bytes[3] == 255 ? INT64_MAX : 4u * bytes[3],
		.sockets = c->sockets[n],
	};
}

static void add_counter(struct cell *c, const uint8_t *bytes)
{
	if (c->evidence.n_counters < ITEMS_MAX)
		c->counters[c->evidence.n_counters++] = (struct evidence_counter){
			bytes[1] % c->plan.n_namespaces, counters[bytes[2] & 3], (int8_t)bytes[3]};
}

static void set_step(struct cell *c, const uint8_t *bytes)
{
	struct result_step *step = &c->steps[bytes[1] % c->plan.n_steps];
	step->outcome = outcomes[bytes[2] % (sizeof outcomes / sizeof *outcomes)];
	step->at_us = 4u * bytes[3];
	step->took_us = bytes[4] == 255 ? INT64_MAX : bytes[4] * UINT64_C(1000);
	step->tries = 1u + bytes[5];
	/* One that ended early. */
	if (bytes[6] & 1)
		c->result.n_steps = bytes[1] % c->plan.n_steps;
	c->evidence.left_out = bytes[7] & 1;
}

static void add(struct cell *c, const uint8_t *bytes)
{
	static void (*const adders[])(struct cell * c, const uint8_t *bytes) = {
		add_packet, add_packet, add_look, add_socket, add_counter, set_step};
	adders[(bytes[0] >> 1) % (sizeof adders / sizeof *adders)](c, bytes);
}

static void is_json(const struct text *t)
{
	CLEANUP(cleanup_json) json_t *json = json_loads(text_get(t), JSON_REJECT_DUPLICATES, NULL);
	assert(!t->failed && json);
}

static void tell(const struct cell *c, bool in_colour)
{
	const struct story_view view = {
		.story = &c->story, .program = "netrepro", .folder = "x", .kernel = "6", .privilege = "root"};
	CLEANUP(text_done) struct text text = TEXT_INIT, json = TEXT_INIT;
	assert(story_text(&view, style_get(in_colour), &text) == 0 && story_json(&view, &json) == 0);
	is_json(&json);
}

static void compare(const struct cell *a, const struct cell *b)
{
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	CLEANUP(text_done) struct text text = TEXT_INIT, json = TEXT_INIT, phrase = TEXT_INIT;
	struct divergence d, back;
	struct alignment rows;
	size_t levels[2][MATRIX_FACTORS_MAX];
	assert(divergence_find(&a->story, &b->story, &arena, &d, NULL) == 0);
	assert(divergence_find(&b->story, &a->story, &arena, &back, NULL) == 0);
	assert((d.kind == DIVERGENCE_NONE) == (back.kind == DIVERGENCE_NONE));
	assert(alignment_make(&a->story, &b->story, &d, &arena, &rows, NULL) == 0);
	assert(rows.first <= rows.n_rows);
	matrix_cell(&scenario->matrix, a->result.cell, levels[0]);
	matrix_cell(&scenario->matrix, b->result.cell, levels[1]);
	const struct parting_view view = {
		.cells = {{"x", &a->story, "6", levels[0], 1}, {"y", &b->story, "6", levels[1], 1}},
		.divergence = &d,
		.alignment = &rows,
		.program = "netrepro",
	};
	parting_text(&view, style_get(false), false, &text);
	parting_json(&view, &json);
	is_json(&json);
	divergence_phrase(&d, (const char *const[]){"A", "B"}, &phrase);
	assert(phrase.len);
}

static void end(struct cell *c)
{
	story_done(&c->story);
	plan_done(&c->plan);
	arena_done(&c->arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct cell cells[2];
	if (size < 2)
		return 0;
	scenario = scenarios[data[0] >> 5 & 1];
	for (int i = 0; i < 2; i++)
		begin(&cells[i], data[i]);
	for (size_t i = 2; i + 8 <= size; i += 8)
		add(&cells[data[i] & 1], data + i);
	bool are_told = true;
	for (int i = 0; i < 2; i++) {
		struct cell *c = &cells[i];
		const struct evidence *evidence = data[i] & 64 ? NULL : &c->evidence;
		/* Steps that go back in time are refused. */
		if (story_make(&c->story, scenario, &c->plan, &c->result, evidence, NULL) == 0)
			tell(c, i);
		else
			are_told = false;
	}
	if (are_told) {
		compare(&cells[0], &cells[1]);
		compare(&cells[0], &cells[0]);
	}
	for (int i = 0; i < 2; i++)
		end(&cells[i]);
	return 0;
}
