// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verbs of an actor that is no kernel: segment, resend.
 *
 * Theory of operation.
 *
 *	SENT ──▶ TAKEN IN ──▶ DEALT WITH
 *
 * The frame is put on the link by the packet socket of the capture, so that no socket of TCP knows of it, and its
 * sender can be anybody. Behind it goes an echo request (ICMP) on the same processor, and so in the same queue: when
 * the kernel there has answered that, it has dealt with the segment, in its softirq, and what it had to say at once has
 * left before the reply; unless the two went by different processors (RPS, or the echo had to be sent again), so what
 * is in the queues of all is waited for as well (net/barrier.h). So that nothing came is seen, and never a matter of
 * how long one waits. What the kernel says later, of a timer (a delayed acknowledgement, a retransmission), is not an
 * answer in this sense. On a busy processor such a thing is there as well by the time at which we look, but stands
 * behind the reply to the echo request, as an answer does not, unless the two went by different processors: then it is
 * one where it came soon. Where programs run, what stands there may be theirs, or an answer all the same: what comes
 * while a program is just using the socket is put off until it lets go of it (sk_add_backlog(), include/net/sock.h).
 * That is waited for, and which of them it is cannot be told. Neither can it of data and a FIN that stand before it,
 * as a program on another processor may be that fast. Nothing counts as no answer where the segment was not seen
 * coming in, or there is no route for an answer.
 *
 * An answer is read as it leaves the other namespace: where that one is blocked, it gets no further, and was given all
 * the same. To an address that is nobody's it goes to the link-layer address of the sender, which the other namespace
 * is told before; there IP drops it, as the address is not its own.
 *
 * Numbers are counted from what the kernel at the other end has said itself (exchange.c). Where it has said nothing
 * yet, the cell is inconc.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/ethernet.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "actor/endpoint.h"
#include "actor/exchange.h"
#include "actor/look.h"
#include "actor/path.h"
#include "actor/settle.h"
#include "actor/verb.h"
#include "actor/which.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/mapped.h"
#include "model/crafted.h"

#define NONE "none" /* no answer */

#define IPV6_NEXT_HEADER 6 /* where it stands in the header (RFC 8200, section 3) */

/* An echo that is not answered for so long has been dropped; the next one will be. */
#define ECHO_PATIENCE_US (100 * CLOCK_US_PER_MS)

/* An acknowledgement is delayed by 40 ms at least (TCP_DELACK_MIN, include/net/tcp.h), and what else a timer makes the
 * kernel say has seldom its time just then. */
#define LATE_NS (30 * UINT64_C(1000000))

/* Until it is looked again whether a program has let go of the socket. */
#define PUT_OFF_WAIT_US CLOCK_US_PER_MS

/* Until it is asked again whether all has been dealt with, where nothing has come that would say so. */
#define DEALT_WAIT_US (100 * CLOCK_US_PER_MS)

static int flags_parse(const struct word_scope *scope, struct word *ret, struct error *e)
{
	(void)scope;
	struct crafted crafted = {.flags = 0};
	return crafted_parse_flags(ret->text, &crafted, e);
}

static const struct word_kind word_flags = {.what = "TCP flags", .parse = flags_parse};

static int end_parse(const struct word_scope *scope, struct word *ret, struct error *e)
{
	int r = word_address.parse(scope, ret, e);
	if (r == 0 && ret->address.host == HOST_ANY)
		return error_set(
			e, ERROR_USAGE, EINVAL, "'%s': a segment goes from one address to another, not *", ret->text);
	/* To a socket it means IPv4; in a packet of IPv6 it is taken by nobody (RFC 4291, section 2.5.5.2). */
	if (r == 0 && ret->address.host == HOST_IPV6 && IN6_IS_ADDR_V4MAPPED(&ret->address.ipv6)) {
		char text[INET6_ADDRSTRLEN];
		return error_set(e, ERROR_USAGE, EINVAL, "'%s': on a link this is an address of IPv4: write %s:%u",
			ret->text, mapped_text(&ret->address.ipv6, text), ret->address.port);
	}
	return r;
}

/* Which family two ends have: a name goes with either. 0: they do not go together. */
static int family_of(const struct address *from, const struct address *to)
{
	bool is_ipv6 = from->host == HOST_IPV6 || to->host == HOST_IPV6;
	bool is_ipv4 = from->host == HOST_IPV4 || to->host == HOST_IPV4;
	return is_ipv6 && is_ipv4 ? 0 : is_ipv6 ? AF_INET6 : AF_INET;
}

static int other_end_parse(const struct word_scope *scope, struct word *ret, struct error *e)
{
	int r = end_parse(scope, ret, e);
	const struct word *from = &scope->before[scope->n_before - 1];
	if (r == 0 && !family_of(&from->address, &ret->address))
		return error_set(
			e, ERROR_USAGE, EINVAL, "'%s' and '%s' are not both IPv4 or both IPv6", from->text, ret->text);
	return r;
}

static const struct word_kind word_end = {.what = "an address", .parse = end_parse};
static const struct word_kind word_other_end = {.what = "an address", .parse = other_end_parse};

static int crafted_word_parse(const struct word_scope *scope, struct word *ret, struct error *e)
{
	struct crafted crafted = {.flags = 0};
	crafted_parse_flags(scope->before[0].text, &crafted, NULL);
	return crafted_parse(ret->text, &crafted, e);
}

static const struct word_kind word_crafted = {.what = "KEY=VALUE…", .takes_rest = true, .parse = crafted_word_parse};

static void set_end(const struct address *address, int family, struct in6_addr *ret, uint16_t *port)
{
	struct sockaddr_storage filled;
	endpoint_fill(address, family, &filled);
	*ret = endpoint_host(&filled);
	*port = address->port;
}

static int number(const struct crafted_number *n, bool is_known, uint32_t base, const char *what, const struct word *to,
	uint32_t *ret, struct error *e)
{
	*ret = n->offset;
	if (!n->is_relative)
		return 0;
	if (!is_known)
		return error_set(e, ERROR_UNMET, ENODATA,
			"%s of %s is not known: it has said nothing of it yet; give a number", what, to->text);
	*ret += base;
	return 0;
}

static int set_numbers(const struct step_run *run, const struct path *path, const struct crafted *crafted,
	struct segment *s, struct error *e)
{
	struct exchange x;
	const struct word *to = &run->step->words[2];
	exchange_find(run->testbed, path->at, s, &x);
	int r = number(&crafted->sequence, x.has_acknowledged, x.receive_next, "RCV.NXT", to, &s->sequence, e);
	if (r == 0)
		r = number(&crafted->acknowledgement, x.has_sent, x.send_next, "SND.NXT", to, &s->acknowledgement, e);
	s->has_timestamps = !crafted->timestamp.is_absent;
	if (r < 0 || !s->has_timestamps)
		return r;
	r = number(&crafted->timestamp, x.has_timestamps, x.recent, "TS.Recent", to, &s->timestamp, e);
	return r == 0 ? number(&crafted->echo, x.has_timestamps, x.timestamp, "TSval", to, &s->timestamp_echo, e) : r;
}

/* The segment that the words of the step describe. */
static int describe(const struct step_run *run, struct segment *ret, struct path *path, struct error *e)
{
	const struct word *words = run->step->words;
	struct crafted crafted = {.flags = 0};
	int r = crafted_parse_flags(words[0].text, &crafted, e);
	if (r == 0)
		r = crafted_parse(words[3].text, &crafted, e);
	if (r < 0)
		return r;
	*ret = (struct segment){
		.family = family_of(&words[1].address, &words[2].address),
		.flags = crafted.flags,
		.window = crafted.window,
		.n_data = crafted.n_data,
		.mss = crafted.mss,
		.window_scale = crafted.window_scale,
		.sack_permitted = crafted.sack_permitted,
	};
	set_end(&words[1].address, ret->family, &ret->from, &ret->from_port);
	set_end(&words[2].address, ret->family, &ret->to, &ret->to_port);
	r = path_find(run->testbed, run->actor->in, &ret->to, path, e);
	return r == 0 ? set_numbers(run, path, &crafted, ret, e) : r;
}

/* Have the answers come back on the link, also to an address that is nobody's. */
static int make_known(const struct step_run *run, const struct path *path, const struct segment *s, struct error *e)
{
	struct testbed *t = run->testbed;
	struct netlink route = NETLINK_INIT;
	uint8_t link_layer[LINK_LAYER_BYTES];
	if (testbed_has_address(run->actor->in, &s->from))
		return 0;
	int r = testbed_enter(t, path->next, e);
	if (r == 0)
		r = netlink_open(&route, NETLINK_ROUTE, e);
	if (r < 0)
		return r;
	link_layer_of(path->own->ifindex, link_layer);
	r = link_set_neighbour(&route, path->neighbour, &s->from, link_layer, e);
	netlink_close(&route);
	return r;
}

static bool is_same(const struct segment *a, const struct segment *b)
{
	return a->family == b->family && a->from_port == b->from_port && a->to_port == b->to_port &&
	       IN6_ARE_ADDR_EQUAL(&a->from, &b->from) && IN6_ARE_ADDR_EQUAL(&a->to, &b->to) && a->flags == b->flags &&
	       a->sequence == b->sequence && a->acknowledgement == b->acknowledgement && a->n_data == b->n_data;
}

/* Whether programs have sockets in @in. */
static bool has_programs(const struct testbed *t, const struct testbed_namespace *in)
{
	for (size_t i = 0; i < t->n_actors; i++)
		for (size_t j = 0; t->actors[i].in == in && j < t->actors[i].n_sockets; j++)
			if (t->actors[i].sockets[j].program)
				return true;
	return false;
}

/*
 * The first that was said between the ends of @sent, the other way, since it has come in at @at; it was sent as packet
 * @i. In one namespace packets stand in their order, whatever the clock does.
 *
 * @ret_cannot_tell: it was said so late that it may be of a timer, or when a program may have said it
 * Return: whether it has come in.
 */
static bool find_answer(const struct step_run *run, size_t i, const struct segment *sent,
	const struct testbed_namespace *at, char ret[static OUTCOME_TEXT], bool *ret_cannot_tell)
{
	const struct testbed *t = run->testbed;
	const struct witness *w = &t->witness;
	bool has_come = false;
	uint64_t came_ns = 0;
	snprintf(ret, OUTCOME_TEXT, NONE);
	*ret_cannot_tell = false;
	for (i++; i < w->n_packets; i++) {
		struct segment segment;
		char flags[SEGMENT_FLAGS_TEXT];
		unsigned maker;
		const struct packet *packet = &w->packets[i];
		if (&t->namespaces[packet->namespace] != at || !segment_parse(packet, &segment))
			continue;
		if (!has_come && !packet->outgoing && is_same(sent, &segment)) {
			has_come = true;
			came_ns = packet->at_ns;
		}
		if (!has_come || !packet->outgoing || frame_maker(packet, &maker) ||
			!segment_is_reverse(sent, &segment))
			continue;
		enum witness_order order = witness_order(t, i);
		bool has_words = segment.n_data || segment.flags & SEGMENT_FIN; /* that a program may have given it */
		if ((order != WITNESS_BEFORE || has_words) && has_programs(t, at)) {
			*ret_cannot_tell = true;
			break;
		}
		if (order == WITNESS_BEHIND)
			break;
		snprintf(ret, OUTCOME_TEXT, "%s", segment_flags_text(segment.flags, flags));
		*ret_cannot_tell = order == WITNESS_EITHER && packet->at_ns - came_ns >= LATE_NS;
		break;
	}
	return has_come;
}

/* That the kernel of the namespace that is to take a segment has a way to @from: otherwise it says nothing, whatever it
 * thinks of the segment. */
static int check_way_back(const struct step_run *run, const struct path *path, const struct segment *s, struct error *e)
{
	const struct sockaddr_in in = {
		.sin_family = AF_INET, .sin_port = htons(s->from_port), .sin_addr = mapped_ipv4(&s->from)};
	const struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6, .sin6_port = htons(s->from_port), .sin6_addr = s->from};
	int r = testbed_enter(run->testbed, path->at, e);
	if (r < 0)
		return r;
	/* Nothing is sent: only a route is looked for. */
	CLEANUP(cleanup_close) int fd = socket(s->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return error_errno(e, ERROR_HARNESS, errno, "a socket that asks for a route");
	const struct sockaddr *to =
		s->family == AF_INET ? (const struct sockaddr *)&in : (const struct sockaddr *)&in6;
	if (connect(fd, to, s->family == AF_INET ? sizeof in : sizeof in6) == 0)
		return 0;
	char text[INET6_ADDRSTRLEN];
	return error_errno(e, ERROR_UNMET, errno, "namespace '%s' could not answer, as it has no way to %s",
		path->at->name, mapped_text(&s->from, text));
}

static unsigned number_of_actor(const struct step_run *run)
{
	return (unsigned)(run->actor - run->testbed->actors);
}

/* Where the packet stands that was sent, and its echo's number, in the step's progress. */
static enum step_status send_frame(struct step_run *run, const struct path *path, const struct segment *segment,
	const uint8_t *frame, size_t len, struct error *e)
{
	struct testbed *t = run->testbed;
	look_note_crafted(t, segment);
	t->dealt_us = 0; /* what was known of what went before says nothing of this one */
	if (witness_send(t, run->actor->in, path, frame, len, e) < 0)
		return STEP_FAILED;
	run->progress = (uint64_t)t->witness.n_packets << 16 | t->witness.n_echoes;
	run->phase = 1;
	return STEP_DONE;
}

static enum step_status lost_to_capture(struct error *e)
{
	error_set(e, ERROR_UNMET, ENOBUFS,
		"packets were lost to the capture: whether there was an answer cannot be told");
	return STEP_FAILED;
}

/* Of @sent, which was sent as packet @i, and has been dealt with. */
static enum step_status tell_answer(struct step_run *run, size_t i, const struct segment *sent,
	const struct testbed_namespace *at, struct error *e)
{
	char answer[OUTCOME_TEXT];
	bool cannot_tell;
	if (!find_answer(run, i, sent, at, answer, &cannot_tell)) {
		error_set(e, ERROR_UNMET, EHOSTUNREACH,
			"the segment has not come in at namespace '%s': what is between did not pass it on "
			"(forwarding, rp_filter, block)",
			at->name);
		return STEP_FAILED;
	}
	if (step_is_measured(run) && cannot_tell) {
		error_set(e, ERROR_UNMET, ETIME,
			has_programs(run->testbed, at)
				? "a program uses the socket, or the processors are too busy: whether what namespace "
				  "'%s' has said is an answer, or of the program or a timer, cannot be told"
				: "the processors are too busy: whether what namespace '%s' has said is an answer, or "
				  "of a timer, cannot be told",
			at->name);
		return STEP_FAILED;
	}
	return step_is_measured(run) ? step_observed(run, "%s", answer) : step_ok(run);
}

/* Whether it is put off, as a program is just using the socket that it is for. */
static int is_put_off(const struct step_run *run, const struct segment *sent, const struct path *path, struct error *e)
{
	const struct tcp_socket wanted = {
		.family = sent->family,
		.local = sent->to,
		.remote = sent->from,
		.local_port = sent->to_port,
		.remote_port = sent->from_port,
	};
	struct testbed *t = run->testbed;
	struct testbed_namespace *at = &t->namespaces[path->at - t->namespaces];
	return has_programs(t, at) ? look_has_backlog(t, at, &wanted, e) : 0;
}

/* Until the program lets go of the socket. */
static enum step_status wait_for_program(struct step_run *run, struct error *e)
{
	if (run->expired) {
		error_set(e, ERROR_UNMET, ETIMEDOUT, "a program has not let go of the socket that the segment is for: "
						     "it has not been dealt with");
		return STEP_FAILED;
	}
	run->wait_until_us = clock_now_us() + PUT_OFF_WAIT_US;
	return STEP_WAIT_UNTIL;
}

/* Until the receiver has answered the echo request. */
static enum step_status wait_for_echo(struct step_run *run, const struct path *path, int capture_fd, struct error *e)
{
	if (run->expired) {
		error_set(e, ERROR_UNMET, ETIMEDOUT,
			"namespace '%s' answers no echo request, so when it has dealt with the segment cannot be told",
			path->at->name);
		return STEP_FAILED;
	}
	uint64_t now_us = clock_now_us();
	bool is_lost = run->wait_until_us && now_us >= run->wait_until_us;
	if (is_lost && witness_ask_again(run->testbed, run->actor->in, path, e) < 0)
		return STEP_FAILED;
	if (is_lost || !run->wait_until_us)
		run->wait_until_us = now_us + ECHO_PATIENCE_US;
	return step_wait(run, capture_fd, EPOLLIN);
}

/* Until what was in the queues of the other processors has been dealt with as well. */
static enum step_status wait_for_processors(struct step_run *run, struct error *e)
{
	if (run->expired) {
		error_set(e, ERROR_UNMET, ETIMEDOUT,
			"the processors are too busy: when the segment has been dealt with cannot be told");
		return STEP_FAILED;
	}
	run->wait_until_us = clock_now_us() + DEALT_WAIT_US;
	return step_wait(run, run->testbed->barrier.fd, EPOLLIN);
}

/* Until the segment has been dealt with; the answer then. */
static enum step_status await(struct step_run *run, struct error *e)
{
	struct testbed *t = run->testbed;
	struct witness *w = &t->witness;
	struct segment sent;
	struct path path;
	size_t i = (size_t)(run->progress >> 16) - 1;
	if (witness_drain(t, e) < 0)
		return STEP_FAILED;
	/* One that was not kept, the segment itself perhaps: there may have been an answer. */
	if (w->left_out)
		return lost_to_capture(e);
	segment_parse(&w->packets[i], &sent);
	if (path_find(t, run->actor->in, &sent.to, &path, e) < 0)
		return STEP_FAILED;
	const struct capture *capture = &w->captures[path.at - t->namespaces];
	if (capture->dropped)
		return lost_to_capture(e);
	if (!witness_is_taken_in(w, (uint16_t)run->progress))
		return wait_for_echo(run, &path, capture->fd, e);
	int dealt = testbed_has_dealt(t, run->began_us, e);
	if (dealt <= 0)
		return dealt < 0 ? STEP_FAILED : wait_for_processors(run, e);
	int put_off = is_put_off(run, &sent, &path, e);
	if (put_off)
		return put_off < 0 ? STEP_FAILED : wait_for_program(run, e);
	/* Once more: what was said in the meantime. */
	if (witness_drain(t, e) < 0)
		return STEP_FAILED;
	return w->left_out || capture->dropped ? lost_to_capture(e) : tell_answer(run, i, &sent, path.at, e);
}

static enum step_status run_segment(struct step_run *run, struct error *e)
{
	if (run->phase)
		return await(run, e);
	struct segment segment;
	struct path path;
	uint8_t frame[SEGMENT_FRAME_MAX];
	if (witness_drain(run->testbed, e) < 0 || describe(run, &segment, &path, e) < 0 ||
		check_way_back(run, &path, &segment, e) < 0 || make_known(run, &path, &segment, e) < 0)
		return STEP_FAILED;
	size_t len = segment_write(&segment, path.link_layer, number_of_actor(run), frame);
	enum step_status status = send_frame(run, &path, &segment, frame, len, e);
	return status == STEP_DONE ? await(run, e) : status;
}

/* "SYN,ACK": in the order in which flags are told. */
static int check_answer(const char *outcome, struct error *e)
{
	struct crafted crafted = {.flags = 0};
	char flags[SEGMENT_FLAGS_TEXT];
	CLEANUP(cleanup_error) struct error why = ERROR_INIT;
	if (crafted_parse_flags(outcome, &crafted, &why) == 0 &&
		!strcmp(segment_flags_text(crafted.flags, flags), outcome))
		return 0;
	if (why.text)
		return error_set(
			e, ERROR_USAGE, EINVAL, "never comes out as '%s', but as flags or none: %s", outcome, why.text);
	return error_set(e, ERROR_USAGE, EINVAL, "never comes out as '%s', but as '%s'", outcome, flags);
}

VERB(segment) = {
	.syntax =
		{
			.name = "segment",
			.usage = "segment FLAGS HOST:PORT HOST:PORT [KEY=VALUE…]",
			.help = "send a crafted segment from the one to the other; record the answer",
			.words = {&word_flags, &word_end, &word_other_end, &word_crafted},
			.n_required = 3,
			.check_outcome = check_answer,
			.needs_capture = true,
		},
	.run = run_segment,
};

/* The last that has left the namespace of the step's actor. */
static const struct packet *find_sent(const struct step_run *run, struct error *e)
{
	const struct testbed *t = run->testbed;
	const struct witness *w = &t->witness;
	CLEANUP(which_done) struct which which;
	if (which_init(&which, &run->step->words[0], e) < 0)
		return NULL;
	for (size_t i = w->n_packets; i-- > 0;) {
		struct segment segment;
		const struct packet *packet = &w->packets[i];
		if (&t->namespaces[packet->namespace] != run->actor->in || !packet->outgoing || packet->loopback ||
			!segment_parse(packet, &segment))
			continue;
		int r = which_takes(&which, packet, &segment, e);
		if (r)
			return r > 0 ? packet : NULL;
	}
	error_set(e, ERROR_UNMET, ENODATA, "no such segment has left namespace '%s'", run->actor->in->name);
	return NULL;
}

/* That of what was seen nothing is missing, and that TCP stands right behind IP. */
static int check_whole(const struct packet *packet, struct error *e)
{
	if (packet->n_bytes < packet->len)
		return error_set(e, ERROR_UNMET, EMSGSIZE,
			"the segment is longer than what is kept of it (%u bytes), and cannot be sent again",
			packet->n_bytes);
	const uint8_t *ip = packet->bytes + ETHER_HDR_LEN;
	if (ip[0] >> 4 == 6 && ip[IPV6_NEXT_HEADER] != IPPROTO_TCP)
		return error_set(e, ERROR_UNMET, EPROTONOSUPPORT,
			"the segment has extension headers of IPv6, and cannot be sent again");
	return 0;
}

static enum step_status run_resend(struct step_run *run, struct error *e)
{
	if (run->phase)
		return await(run, e);
	uint8_t frame[PACKET_BYTES_MAX];
	struct segment segment;
	struct path path;
	if (witness_drain(run->testbed, e) < 0)
		return STEP_FAILED;
	const struct packet *packet = find_sent(run, e);
	if (!packet || check_whole(packet, e) < 0 || !segment_parse(packet, &segment) ||
		path_find(run->testbed, run->actor->in, &segment.to, &path, e) < 0)
		return STEP_FAILED;
	size_t len = packet->len;
	memcpy(frame, packet->bytes, len);
	segment_rewrite(frame, len, path.link_layer, number_of_actor(run));
	enum step_status status = send_frame(run, &path, &segment, frame, len, e);
	return status == STEP_DONE ? await(run, e) : status;
}

VERB(resend) = {
	.syntax =
		{
			.name = "resend",
			.usage = "resend KIND|where FILTER",
			.help = "send the last segment that left once more, as it was; record the answer",
			.words = {&word_which},
			.n_required = 1,
			.check_outcome = check_answer,
			.needs_capture = true,
		},
	.run = run_resend,
};
