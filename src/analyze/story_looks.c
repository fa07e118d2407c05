// SPDX-License-Identifier: GPL-2.0-or-later
// What became of the sockets of a namespace from each look to the next.

#include "analyze/story_parts.h"

static bool is_same_socket(const struct tcp_socket *a, const struct tcp_socket *b)
{
	return a->local_port == b->local_port && a->remote_port == b->remote_port &&
	       IN6_ARE_ADDR_EQUAL(&a->local, &b->local) && IN6_ARE_ADDR_EQUAL(&a->remote, &b->remote);
}

/* What stands as the send queue of a listener is its backlog, which not every way of looking tells. */
static bool has_changed(const struct tcp_socket *a, const struct tcp_socket *b)
{
	return a->state != b->state || a->timer != b->timer || a->receive_queue != b->receive_queue ||
	       (a->send_queue != b->send_queue && b->state != TCP_STATE_LISTEN);
}

static bool is_end(const struct tcp_socket *socket, const struct segment *s, bool leaves)
{
	const struct in6_addr *local = leaves ? &s->from : &s->to, *remote = leaves ? &s->to : &s->from;
	return socket->local_port == (leaves ? s->from_port : s->to_port) &&
	       socket->remote_port == (leaves ? s->to_port : s->from_port) &&
	       IN6_ARE_ADDR_EQUAL(&socket->local, local) && IN6_ARE_ADDR_EQUAL(&socket->remote, remote);
}

/* Whose a socket is; STORY_NO_ACTOR where it cannot be told. */
static size_t owner_of(const struct story_builder *b, const struct evidence_look *look, const struct tcp_socket *socket)
{
	for (size_t i = b->story->n_connections; i-- > 0;)
		for (int end = 0; end < 2; end++)
			if (b->connections[i].ends[end].namespace == look->namespace &&
				is_end(socket, b->connections[i].first, !end))
				return b->connections[i].ends[end].actor;
	size_t only = story_only_actor(b->story, look->namespace);
	return only != STORY_NO_ACTOR ? only
				      : story_owner_of_port(b->story, look->namespace, socket->local_port, look->after);
}

static void add_change(const struct story_builder *b, struct story_look *to, enum story_changing how,
	const struct tcp_socket *socket, const struct tcp_socket *before)
{
	const struct evidence_look *look = to->look;
	to->changes[to->n_changes++] = (struct story_change){
		.how = how,
		.socket = socket,
		.before = before,
		.side = story_side_of_end(b->story, look->namespace, owner_of(b, look, socket)),
		.namespace = look->namespace,
	};
}

/* Sockets that cannot be told apart (listeners that share a port) are taken in their order. */
static const struct tcp_socket *take_before(
	const struct evidence_look *before, const struct tcp_socket *socket, bool *is_taken)
{
	for (size_t i = 0; i < before->n_sockets; i++)
		if (!is_taken[i] && is_same_socket(&before->sockets[i], socket)) {
			is_taken[i] = true;
			return &before->sockets[i];
		}
	return NULL;
}

static int compare_looks(const struct story_builder *b, const struct evidence_look *before, struct story_look *to)
{
	struct arena *arena = &b->story->arena;
	const struct evidence_look *look = to->look;
	bool *is_taken = arena_array(arena, before->n_sockets, sizeof *is_taken);
	to->changes = arena_array(arena, before->n_sockets + look->n_sockets, sizeof *to->changes);
	if (!is_taken || !to->changes)
		return error_no_memory(b->e);
	for (size_t i = 0; i < look->n_sockets; i++) {
		const struct tcp_socket *socket = &look->sockets[i], *was = take_before(before, socket, is_taken);
		if (!was || has_changed(was, socket))
			add_change(b, to, was ? STORY_CHANGED : STORY_APPEARED, socket, was);
	}
	for (size_t i = 0; i < before->n_sockets; i++)
		if (!is_taken[i])
			add_change(b, to, STORY_GONE, &before->sockets[i], &before->sockets[i]);
	return 0;
}

int story_add_looks(struct story_builder *b)
{
	static const struct evidence_look nothing;
	struct story *story = b->story;
	const struct evidence_look *before[SCENARIO_NAMESPACES_MAX];
	for (size_t i = 0; i < SCENARIO_NAMESPACES_MAX; i++)
		before[i] = &nothing;
	size_t n = story->evidence->n_looks;
	story->looks = arena_array(&story->arena, n, sizeof *story->looks);
	if (!story->looks)
		return error_no_memory(b->e);
	for (size_t i = 0; i < n; i++) {
		const struct evidence_look *look = &story->evidence->looks[i];
		struct story_look *to = &story->looks[story->n_looks++];
		to->look = look;
		int r = compare_looks(b, before[look->namespace], to);
		if (r < 0)
			return r;
		before[look->namespace] = look;
	}
	return 0;
}
