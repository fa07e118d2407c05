/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a lab and those who take part in it say to each other: a message a packet of an AF_UNIX socket (SOCK_SEQPACKET)
 * with an abstract name, in a network namespace that is the lab's own. So it is on no disk, and nobody outside can
 * speak to it.
 */
#ifndef RUN_LAB_MESSAGE_H
#define RUN_LAB_MESSAGE_H

#include <netinet/in.h>
#include <stddef.h>

#include "base/error.h"
#include "model/names.h"
#include "model/scenario.h"

enum lab_message_kind {
	/* to the lab */
	LAB_WALKER,  /* here is the one that makes the steps: the lab ends with it */
	LAB_REQUEST, /* a struct lab_request, of the walker alone; answered by LAB_TEXT …, LAB_READY */

	/* from the lab */
	LAB_PLACES, /* a struct lab_places, with a descriptor of each namespace: on connecting, and when they are new */
	LAB_TEXT,   /* what is to be shown: whole lines */
	LAB_READY,  /* the next request may come; the step that is next, in words */
	LAB_MESSAGE_KIND_COUNT
};

struct lab_request {
	enum lab_request_what { LAB_ADVANCE, LAB_RESTART, LAB_LIST } what;
	size_t until; /* of LAB_ADVANCE: make the steps up to this one (from 1); 0: the next one; SIZE_MAX: all */
};

#define LAB_ACTORS_MAX 16 /* of a scenario: READ_ACTORS_MAX */

/* Where the actors are. */
struct lab_places {
	size_t n_namespaces, n_actors;
	struct lab_namespace {
		char name[NAME_BYTES_MAX + 1];
		struct in6_addr ipv4, ipv6; /* of its end of its first link, IPv4 as v4-mapped; unspecified: none */
	} namespaces[SCENARIO_NAMESPACES_MAX];
	struct lab_actor {
		char name[NAME_BYTES_MAX + 1];
		size_t namespace;
	} actors[LAB_ACTORS_MAX];
	unsigned generation; /* how often the cell was made */
};

#define LAB_MESSAGE_BYTES_MAX 8192

struct lab_message {
	enum lab_message_kind kind;
	size_t len;
	_Alignas(max_align_t) char payload[LAB_MESSAGE_BYTES_MAX + 1]; /* ended by a NUL that does not count */
	int fds[SCENARIO_NAMESPACES_MAX]; /* owned by the receiver, close-on-exec; -1: none */
	size_t n_fds;
};

/* lab_listen() - the socket of a lab, in the network namespace that the caller is in. Return: a descriptor. */
int lab_listen(struct error *e);

/* lab_connect() - to the lab of the network namespace that the caller is in. Return: a descriptor. */
int lab_connect(struct error *e);

/* lab_send() - a message, waiting until there is room. Return: 0 or -errno. */
int lab_send(int fd, enum lab_message_kind kind, const void *payload, size_t len, const int *fds, size_t n_fds);

/* lab_send_text() - as many messages as it takes, each of whole lines where they are no longer than a message. */
int lab_send_text(int fd, const char *text);

/**
 * lab_receive() - wait for a message
 *
 * Return: 1; 0 where the other side has gone; -errno (-EPROTO for what is none).
 */
int lab_receive(int fd, struct lab_message *ret, struct error *e);

/* lab_message_close() - the descriptors that came with it, but for those that were taken (-1). */
void lab_message_close(struct lab_message *message);

#endif
