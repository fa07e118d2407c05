/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The evidence of one run of one cell: what was seen beside the outcomes of its steps, and its line in the evidence
 * file, DIR/evidence.jsonl, one JSON object a line:
 *
 *	{"type":"evidence","id":"72","replicate":1,"verdict":"pass","began_ns":…,"namespaces":["server","client"],
 *	 "looks":[{"after":4,"in":"server","at_us":52,"sockets":[{"state":"LISTEN","local":"*:12345", …}]}, …],
 *	 "counters":{"server":{"TcpActiveOpens":1, …}, …},"dropped":{"server":0, …},"left_out":0,"pcapng":"…"}
 *
 * Times are on the clock of the steps: microseconds since the cell began.
 */
#ifndef MODEL_EVIDENCE_H
#define MODEL_EVIDENCE_H

#include "base/arena.h"
#include "base/error.h"
#include "model/pcapng.h"
#include "model/result.h"
#include "model/tcp_socket.h"

/* Sightings of packets of one cell that are kept; a cell of the usual kind has some dozens. */
#define EVIDENCE_PACKETS_MAX 4096

/* The sockets of a namespace, where they are not the same as at the look before. */
struct evidence_look {
	size_t after;     /* steps that were done by then: 0 is before the first one */
	size_t namespace; /* index */
	uint64_t at_us;
	struct tcp_socket *sockets; /* that listen or have a peer; in the kernel's order of states, then by port */
	size_t n_sockets;
};

/* A counter of the kernel that moved in a namespace while the cell ran. */
struct evidence_counter {
	size_t namespace;
	const char *name; /* as in net/mib.h */
	int64_t moved;
};

struct evidence {
	uint64_t cell;
	uint32_t replicate;
	enum verdict verdict;
	const char *gap; /* what could not be collected, and why; NULL where all was */
	uint64_t began_ns;           /* CLOCK_REALTIME when the cell began */
	struct evidence_look *looks; /* in the order of time */
	size_t n_looks;
	struct evidence_counter *counters; /* by namespace, then by name */
	size_t n_counters;
	uint64_t left_out;  /* packets that were seen and not kept, as there were too many */
	const char *pcapng; /* the file as it can be written out; owned by the arena */
	size_t pcapng_len;
	struct pcapng capture; /* the same, read: names of the namespaces, packets, what was dropped */
};

/* evidence_packet_us() - when a packet was seen, on the clock of the steps; 0 for before the cell began. */
uint64_t evidence_packet_us(const struct evidence *evidence, const struct packet *packet);

/**
 * evidence_to_line() - its line, with its newline
 *
 * `pcapng` is written, and of `capture` only the names and what was dropped.
 * Return: owned by the caller; NULL when memory is out.
 */
char *evidence_to_line(const struct evidence *evidence);

/**
 * evidence_from_line() - read it back, packets included
 * @arena: owns what @ret points to
 *
 * Errors: ERROR_USAGE with -EINVAL for no such line.
 */
int evidence_from_line(const char *line, size_t len, struct arena *arena, struct evidence *ret, struct error *e);

/* Whose evidence it is, and how that run ended. */
struct evidence_head {
	uint64_t cell;
	uint32_t replicate;
	enum verdict verdict;
};

/* evidence_line_head() - the same read from the beginning of its line, fast. Return: whether it is such a line. */
bool evidence_line_head(const char *line, size_t len, struct evidence_head *ret);

/**
 * evidence_line_pcapng() - the pcapng file alone, appended to @ret, fast
 *
 * Return: 1, 0 where it has none, or -errno (-EINVAL: ERROR_USAGE).
 */
int evidence_line_pcapng(const char *line, size_t len, struct text *ret, struct error *e);

#endif
