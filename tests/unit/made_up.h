/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run of a cell that never was: its steps and its evidence made up, for the tests of stories. */
#ifndef MADE_UP_H
#define MADE_UP_H

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "actor/verb.h"
#include "analyze/story.h"
#include "base/cleanup.h"

#define MADE_UP_MAX 64
#define MADE_UP_BEGAN_NS 1700000000000000000ULL
#define MADE_UP_STEP_US 100 /* step 1 begins then, step 2 at twice that … */

struct made_up {
	struct scenario *s;
	struct plan plan;
	struct result result;
	struct result_step steps[MADE_UP_MAX];
	struct arena arena;
	struct evidence evidence;
	struct packet packets[MADE_UP_MAX];
	uint8_t frames[MADE_UP_MAX][14 + 20 + 40];
	struct evidence_look looks[MADE_UP_MAX];
	struct tcp_socket sockets[MADE_UP_MAX][4];
	struct evidence_counter counters[MADE_UP_MAX];
	struct story story;
};

/* A segment between hosts 10.0.0.1 and 10.0.0.2, or within 127.0.0.1 where they are 0. */
struct made_up_segment {
	unsigned from, from_port, to, to_port;
	uint32_t sequence, acknowledgement;
	uint8_t flags;
	unsigned data;
	bool timestamps;
};

static inline void made_up_begin(struct made_up *m, const char *yaml, uint64_t cell)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	memset(m, 0, sizeof *m);
	m->plan = PLAN_INIT;
	if (scenario_read_text("t.yaml", yaml, strlen(yaml), verb_vocabulary(), 1000, &m->s, &e) < 0 ||
		plan_make(&m->plan, m->s, cell, &e) < 0)
		fail_msg("%s", error_text(&e));
	m->result = (struct result){.cell = cell, .replicate = 1, .steps = m->steps, .n_steps = m->plan.n_steps};
	for (size_t i = 0; i < m->plan.n_steps; i++)
		m->steps[i] = (struct result_step){
			.line = m->plan.steps[i].step->at.line,
			.action = arena_printf(&m->arena, "%s: %s", m->plan.actors[m->plan.steps[i].actor].name,
				m->plan.steps[i].text),
			.outcome = "ok",
			.at_us = MADE_UP_STEP_US * (i + 1),
			.took_us = 50,
			.tries = 1,
		};
	m->evidence = (struct evidence){
		.cell = cell,
		.replicate = 1,
		.began_ns = MADE_UP_BEGAN_NS,
		.looks = m->looks,
		.counters = m->counters,
		.capture = {.n_namespaces = m->plan.n_namespaces, .packets = m->packets},
	};
	for (size_t i = 0; i < m->plan.n_namespaces; i++)
		m->evidence.capture.namespaces[i] = m->plan.namespaces[i].name;
}

static inline void made_up_put(uint8_t *at, uint32_t value, size_t n)
{
	while (n--) {
		at[n] = (uint8_t)value;
		value >>= 8;
	}
}

/* IPv4 and TCP without checksums, which nobody looks at (RFC 791, RFC 9293, RFC 7323). */
static inline uint32_t made_up_frame(uint8_t *frame, const struct made_up_segment *s)
{
	unsigned header = s->timestamps ? 32 : 20;
	uint8_t *ip = frame + 14, *tcp = ip + 20;
	made_up_put(frame + 12, 0x0800, 2);
	ip[0] = 0x45;
	made_up_put(ip + 2, 20 + header + s->data, 2);
	ip[8] = 64;
	ip[9] = IPPROTO_TCP;
	made_up_put(ip + 12, s->from ? 0x0a000000 + s->from : INADDR_LOOPBACK, 4);
	made_up_put(ip + 16, s->to ? 0x0a000000 + s->to : INADDR_LOOPBACK, 4);
	made_up_put(tcp, s->from_port, 2);
	made_up_put(tcp + 2, s->to_port, 2);
	made_up_put(tcp + 4, s->sequence, 4);
	made_up_put(tcp + 8, s->acknowledgement, 4);
	tcp[12] = (uint8_t)(header / 4 << 4);
	tcp[13] = s->flags;
	made_up_put(tcp + 14, 1000, 2);
	if (s->timestamps)
		memcpy(tcp + 20, "\1\1\10\12\0\0\0\1\0\0\0\2", 12);
	return 14 + 20 + header;
}

/* One sighting. */
static inline void made_up_sighting(
	struct made_up *m, uint64_t at_us, size_t namespace, bool outgoing, const struct made_up_segment *s)
{
	size_t i = m->evidence.capture.n_packets++;
	uint32_t kept = made_up_frame(m->frames[i], s);
	m->packets[i] = (struct packet){
		.at_ns = MADE_UP_BEGAN_NS + at_us * 1000,
		.namespace = namespace,
		.loopback = !s->from,
		.outgoing = outgoing,
		.len = kept + s->data,
		.n_bytes = kept,
		.bytes = m->frames[i],
	};
}

/* Over the veth: host 1 is namespace 0. It comes in 5 us later. */
static inline void made_up_crossing(struct made_up *m, uint64_t at_us, const struct made_up_segment *s)
{
	made_up_sighting(m, at_us, s->from - 1, true, s);
	made_up_sighting(m, at_us + 5, 2 - s->from, false, s);
}

static inline struct tcp_socket made_up_socket(
	enum tcp_state state, unsigned local, uint16_t local_port, unsigned remote, uint16_t remote_port)
{
	struct tcp_socket socket = {
		.state = state, .family = AF_INET, .local_port = local_port, .remote_port = remote_port};
	struct in6_addr *ends[] = {&socket.local, &socket.remote};
	const unsigned hosts[] = {local, remote};
	for (int i = 0; i < 2; i++) {
		made_up_put(&ends[i]->s6_addr[10], 0xffff, 2);
		made_up_put(&ends[i]->s6_addr[12], hosts[i] ? 0x0a000000 + hosts[i] : 0, 4);
	}
	return socket;
}

/* A look at a namespace after a step; its sockets are to be added to it. */
static inline void made_up_look(struct made_up *m, size_t after, size_t namespace)
{
	size_t i = m->evidence.n_looks++;
	m->looks[i] = (struct evidence_look){
		.after = after,
		.namespace = namespace,
		.at_us = MADE_UP_STEP_US * after + 60,
		.sockets = m->sockets[i],
	};
}

static inline void made_up_add_socket(struct made_up *m, struct tcp_socket socket)
{
	struct evidence_look *look = &m->looks[m->evidence.n_looks - 1];
	look->sockets[look->n_sockets++] = socket;
}

static inline void made_up_counter(struct made_up *m, size_t namespace, const char *name)
{
	m->counters[m->evidence.n_counters++] = (struct evidence_counter){namespace, name, 1};
}

static inline void made_up_story(struct made_up *m, bool has_evidence)
{
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	if (story_make(&m->story, m->s, &m->plan, &m->result, has_evidence ? &m->evidence : NULL, &e) < 0)
		fail_msg("%s", error_text(&e));
}

static inline void made_up_end(struct made_up *m)
{
	story_done(&m->story);
	plan_done(&m->plan);
	scenario_free(m->s);
	arena_done(&m->arena);
}

#endif
