/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A TCP segment as a scenario describes it: flags, and numbers that are given or counted from what was seen. */
#ifndef MODEL_CRAFTED_H
#define MODEL_CRAFTED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* A number that is given, or the one that the receiver was seen to be at, and something more or less. */
struct crafted_number {
	bool is_given;    /* the description names it */
	bool is_absent;   /* `none`: of a timestamp */
	bool is_relative; /* counted from what was seen, otherwise from 0 */
	uint32_t offset;  /* modulo 2^32, as all numbers of TCP are */
};

struct crafted {
	uint8_t flags;
	/* In the words of RFC 9293, section 3.3.1, and RFC 7323, section 4.3, of the receiver of the segment: */
	struct crafted_number sequence;        /* from RCV.NXT: what the receiver expects, as it has acknowledged */
	struct crafted_number acknowledgement; /* from SND.NXT: what the receiver will send next */
	struct crafted_number timestamp;       /* from TS.Recent: the last timestamp that the receiver echoed */
	struct crafted_number echo;            /* from TSval: the last timestamp of the receiver's own */
	uint16_t window;
	uint32_t n_data;  /* zeroes */
	uint16_t mss;     /* 0: without the option */
	int window_scale; /* -1: without the option */
	bool sack_permitted;
};

/* As long as fits in a segment that need not be cut in two on a link with an MTU of 1500. */
#define CRAFTED_DATA_MAX 1400

/* crafted_parse_flags() - "SYN", "SYN|FIN", "FIN,ACK", or "none", into @ret->flags. Errors: ERROR_USAGE. */
int crafted_parse_flags(const char *text, struct crafted *ret, struct error *e);

/**
 * crafted_parse() - "seq=RCV.NXT+1 ack=SND.NXT ts=TS.Recent-1 ecr=0 win=1000 data=10 mss=1460 wscale=7 sack=yes"
 * @text: words that are separated by blanks, none of which must be there, each at most once; NULL for none
 * @ret: its flags are set already; all else is filled
 *
 * Without `seq` it is RCV.NXT, without `ack` SND.NXT where ACK is set and otherwise 0; without `ts` there is no
 * timestamp; without `ecr` it is TSval where ACK is set and otherwise 0. Errors: ERROR_USAGE.
 */
int crafted_parse(const char *text, struct crafted *ret, struct error *e);

#endif
