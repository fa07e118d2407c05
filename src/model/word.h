/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The grammar of a step: a verb and its words. What a verb does is not known here (actor/ does it); a verb's table row
 * says of which kinds its words are, and a kind says how a word is read. So the reader of scenarios checks every word
 * of every cell before the first cell runs, and a new verb or a new kind of word needs no change in it.
 */
#ifndef MODEL_WORD_H
#define MODEL_WORD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define VERB_WORDS_MAX 4 /* words behind the verb's name */

enum host_kind { HOST_ANY, HOST_NAMESPACE, HOST_IPV4, HOST_IPV6, HOST_KIND_COUNT };

/* HOST:PORT as a scenario writes it: "*:80", "server:80", "127.0.0.1:80", "[::1]:80". */
struct address {
	enum host_kind host;
	size_t namespace; /* of HOST_NAMESPACE; which of its addresses are meant, planning says (model/topology.h) */
	struct in_addr ipv4;
	struct in6_addr ipv6;
	uint16_t port; /* host byte order */
};

/* A word, read. Which member counts follows from its kind. */
struct word {
	const char *text; /* as it stands in this cell, $names replaced; NULL for an optional word left out */
	long long number;
	uint64_t duration_us;
	struct address address;
	size_t socket;       /* slot of the actor's socket or program */
	const void *entry;   /* row of the table that the word names (a socket option, a family …) */
	bool ipv6;           /* the cell must have IPv6 for it */
	bool bulky;          /* so much data that what captures packets must be prepared for it */
};

/* What reading a word may need to know of its cell. */
struct word_scope {
	/* The namespace that a host name stands for (a namespace's name, or an actor's: the one that it is in). */
	int (*find_namespace)(const struct word_scope *scope, const char *name, size_t *ret_namespace, struct error *e);
	const struct word *before; /* the words of the same step that stand before it, read already */
	size_t n_before;
};

enum socket_use {
	SOCKET_NONE,  /* the word names no socket */
	SOCKET_MAKES, /* names one that this step makes: it must not exist yet */
	SOCKET_USES,  /* names one that must exist */
	SOCKET_ENDS,  /* names one that must exist, and does not after this step */
	SOCKET_USE_COUNT
};

struct word_kind {
	const char *what; /* for messages, with its article: "an address" */
	enum socket_use socket;
	bool is_program;     /* what it names is a program that runs, and no socket: they share their names */
	bool is_destination; /* an address that is connected to */
	bool takes_rest;     /* the last word of its verb: the rest of the line, with one blank for each run of them */
	/* Fills @ret, whose text is set already. Errors are ERROR_USAGE and say what is wrong with the word, with a
	 * suggestion, and not where it stands. NULL where any text is good. */
	int (*parse)(const struct word_scope *scope, struct word *ret, struct error *e);
};

/* The row of a verb as far as the grammar goes; actor/verb.h embeds it. */
struct verb_syntax {
	const char *name;
	const char *usage; /* "bind SOCKET ADDRESS" */
	const char *help;  /* what it does and what it records, on one line */
	const struct word_kind *words[VERB_WORDS_MAX];
	unsigned n_required; /* of the words; the rest may be left out */
	bool ends_all_sockets; /* of its actor (restart) */
	bool only_measured;    /* only looks: worth nothing without `as`, an error there; a check may ask for it itself */
	bool never_measured;   /* records nothing, so `as` is an error */
	bool leaves_states;    /* changes no state of TCP, and lets no time go by in which one could change */
	bool is_timed;         /* its response has a duration that the verb itself gives */
	bool starts_program;   /* one of the host's, for which its user has to be asked */
	bool never_ok;         /* measured, it tells what it has seen, and never ok: nothing to repeat until then */
	const char *duration_is; /* of is_timed: what is said behind the duration; NULL: "left" */
	bool needs_capture;    /* asks for packets, which are to be seen from before the first step on */
	bool tells_port;       /* its outcome is HOST:PORT or PORT, which the kernel may have chosen: random */
	uint64_t deadline_us;  /* 0: the scenario's deadline for a step */
	/* Whether it can come out as @outcome, with an error that says what it can (model/outcome.h). NULL: as anything
	 * where it is only measured, otherwise as a system call does. */
	int (*check_outcome)(const char *outcome, struct error *e);
};

struct vocabulary {
	const struct verb_syntax *const *verbs; /* sorted by name */
	size_t n_verbs;
};

/* Kinds of words that any verb may take. */
extern const struct word_kind word_new_socket;   /* SOCKET_MAKES */
extern const struct word_kind word_socket;       /* SOCKET_USES */
extern const struct word_kind word_ended_socket; /* SOCKET_ENDS */
extern const struct word_kind word_new_program;  /* SOCKET_MAKES */
extern const struct word_kind word_program;      /* SOCKET_USES */
extern const struct word_kind word_address;      /* .address */
extern const struct word_kind word_destination;  /* .address, connected to */
extern const struct word_kind word_count;        /* .number, 0 … 2^31-1 */
extern const struct word_kind word_bytes;        /* .number, 1 … 64 MiB */
extern const struct word_kind word_duration;     /* .duration_us */
extern const struct word_kind word_sysctl;       /* net.…, nothing else: no other sysctl belongs to a namespace */
extern const struct word_kind word_text;         /* anything */

/* word_parse_number() - the whole of @text as a decimal number within the bounds, or an ERROR_USAGE that says which. */
int word_parse_number(const char *text, long long least, long long most, long long *ret, struct error *e);

/**
 * word_find_entry() - the row of a table that a word names
 * @table: @n rows of @size bytes, each beginning with its name, a const char *
 * @what: what they are, for the message: "socket option"
 *
 * Return: the row; or NULL with an ERROR_USAGE that suggests the nearest, or lists them all where they are few.
 */
const void *word_find_entry(const char *text, const void *table, size_t n, size_t size, const char *what,
	struct error *e);

/* sysctl_name_check() - that @name is one that a network namespace can have; ERROR_USAGE with what is wrong. */
int sysctl_name_check(const char *name, struct error *e);

#endif
