// SPDX-License-Identifier: GPL-2.0-or-later
// The evidence of one run of one cell, and its line in the evidence file.
//
// The line is written as text, piece by piece: every run of a cell pays for it, and a tree of JSON values would cost
// several times as much. What is written needs no escape: names are those of namespaces (model/names.h), of states
// and timers (model/tcp_socket.h) and of the kernel's counters, which the kernel composes of letters and digits
// (net/ipv4/proc.c). The reader (evidence_read.c) holds them to that.
#include "model/evidence.h"

#include <arpa/inet.h>
#include <resolv.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "model/result.h"

#define NS_PER_US 1000

uint64_t evidence_packet_us(const struct evidence *evidence, const struct packet *packet)
{
	return packet->at_ns > evidence->began_ns ? (packet->at_ns - evidence->began_ns) / NS_PER_US : 0;
}

static void add_number(struct text *t, uint64_t number)
{
	char digits[20];
	size_t first = sizeof digits;
	do {
		digits[--first] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	text_add_bytes(t, digits + first, sizeof digits - first);
}

/* @before is what stands in front of it: a comma, its key, a colon. */
static void add_member(struct text *t, const char *before, uint64_t number)
{
	text_add(t, before);
	add_number(t, number);
}

static void add_name(struct text *t, const char *before, const char *name)
{
	text_add(t, before);
	text_add(t, "\"");
	text_add(t, name);
	text_add(t, "\"");
}

static void add_ipv4(struct text *t, const struct in6_addr *mapped)
{
	const uint8_t *bytes = &mapped->s6_addr[12];
	if (!bytes[0] && !bytes[1] && !bytes[2] && !bytes[3]) {
		text_add(t, "*");
		return;
	}
	for (size_t i = 0; i < 4; i++)
		add_member(t, i ? "." : "", bytes[i]);
}

static void add_address(struct text *t, const char *before, int family, const struct in6_addr *address, uint16_t port)
{
	char text[INET6_ADDRSTRLEN];
	text_add(t, before);
	if (family == AF_INET) {
		add_ipv4(t, address);
	} else {
		text_add(t, "[");
		text_add(t, inet_ntop(AF_INET6, address, text, sizeof text));
		text_add(t, "]");
	}
	add_member(t, ":", port);
	text_add(t, "\"");
}

static void add_timer(struct text *t, const struct tcp_socket *s)
{
	const char *name = tcp_timer_name(s->timer);
	if (name)
		add_name(t, ",\"timer\":", name);
	else
		text_addf(t, ",\"timer\":\"timer-%d\"", (int)s->timer);
	add_member(t, ",\"expires_ms\":", s->expires_ms);
}

static void add_socket(struct text *t, const struct tcp_socket *s)
{
	const char *state = tcp_state_name(s->state);
	if (state)
		add_name(t, "{\"state\":", state);
	else
		text_addf(t, "{\"state\":\"state-%d\"", (int)s->state);
	add_address(t, ",\"local\":\"", s->family, &s->local, s->local_port);
	if (s->state != TCP_STATE_LISTEN)
		add_address(t, ",\"remote\":\"", s->family, &s->remote, s->remote_port);
	if (s->timer != TCP_TIMER_NONE)
		add_timer(t, s);
	if (s->receive_queue)
		add_member(t, ",\"receive_queue\":", s->receive_queue);
	if (s->send_queue)
		add_member(t, ",\"send_queue\":", s->send_queue);
	text_add(t, "}");
}

static void add_looks(struct text *t, const struct evidence *evidence)
{
	text_add(t, ",\"looks\":[");
	for (size_t i = 0; i < evidence->n_looks; i++) {
		const struct evidence_look *look = &evidence->looks[i];
		add_member(t, i ? ",{\"after\":" : "{\"after\":", look->after);
		add_name(t, ",\"in\":", evidence->capture.namespaces[look->namespace]);
		add_member(t, ",\"at_us\":", look->at_us);
		text_add(t, ",\"sockets\":[");
		for (size_t j = 0; j < look->n_sockets; j++) {
			text_add(t, j ? "," : "");
			add_socket(t, &look->sockets[j]);
		}
		text_add(t, "]}");
	}
	text_add(t, "]");
}

static void add_counters(struct text *t, const struct evidence *evidence, size_t namespace)
{
	const char *before = "";
	for (size_t i = 0; i < evidence->n_counters; i++) {
		const struct evidence_counter *counter = &evidence->counters[i];
		if (counter->namespace != namespace)
			continue;
		add_name(t, before, counter->name);
		text_add(t, counter->moved < 0 ? ":-" : ":");
		add_number(t, counter->moved < 0 ? -(uint64_t)counter->moved : (uint64_t)counter->moved);
		before = ",";
	}
}

static void add_base64(struct text *t, const char *bytes, size_t len)
{
	enum { PIECE = 3072 }; /* a multiple of 3: none but the last piece is filled up */
	char text[PIECE / 3 * 4 + 1];
	for (size_t at = 0; at < len; at += PIECE) {
		size_t n = len - at < PIECE ? len - at : PIECE;
		int n_text = b64_ntop((const unsigned char *)bytes + at, n, text, sizeof text);
		text_add_bytes(t, text, (size_t)n_text);
	}
}

/* The one text that may hold anything. */
static void add_gap(struct text *t, const char *gap)
{
	CLEANUP(cleanup_json) json_t *string = json_string(gap);
	text_add(t, ",\"gap\":");
	json_write(string, JSON_ENCODE_ANY | JSON_ENSURE_ASCII, t);
}

char *evidence_to_line(const struct evidence *evidence)
{
	const struct pcapng *capture = &evidence->capture;
	struct text t = TEXT_INIT;
	add_member(&t, "{\"type\":\"evidence\",\"id\":\"", evidence->cell);
	add_member(&t, "\",\"replicate\":", evidence->replicate);
	add_name(&t, ",\"verdict\":", verdict_names[evidence->verdict]);
	add_member(&t, ",\"began_ns\":", evidence->began_ns);
	text_add(&t, ",\"namespaces\":[");
	for (size_t i = 0; i < capture->n_namespaces; i++)
		add_name(&t, i ? "," : "", capture->namespaces[i]);
	text_add(&t, "]");
	add_looks(&t, evidence);
	text_add(&t, ",\"counters\":{");
	for (size_t i = 0; i < capture->n_namespaces; i++) {
		add_name(&t, i ? "," : "", capture->namespaces[i]);
		text_add(&t, ":{");
		add_counters(&t, evidence, i);
		text_add(&t, "}");
	}
	text_add(&t, "},\"dropped\":{");
	for (size_t i = 0; i < capture->n_namespaces; i++) {
		add_name(&t, i ? "," : "", capture->namespaces[i]);
		add_member(&t, ":", capture->dropped[i]);
	}
	add_member(&t, "},\"left_out\":", evidence->left_out);
	if (evidence->gap)
		add_gap(&t, evidence->gap);
	if (evidence->pcapng) {
		text_add(&t, ",\"pcapng\":\"");
		add_base64(&t, evidence->pcapng, evidence->pcapng_len);
		text_add(&t, "\"");
	}
	text_add(&t, "}\n");
	if (t.failed)
		text_done(&t);
	return t.data;
}
