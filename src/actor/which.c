// SPDX-License-Identifier: GPL-2.0-or-later
// A choice of TCP segments: by their kind, or by a filter.
#include "actor/which.h"

#include <errno.h>
#include <string.h>

#include "base/suggest.h"

/* A kind is of which of these flags all are there and none. */
static const struct which_kind {
	const char *name;
	uint8_t with, without;
	bool with_data;
} kinds[] = {
	{.name = "any"},
	{.name = "data", .with_data = true},
	{.name = "FIN", .with = SEGMENT_FIN},
	{.name = "RST", .with = SEGMENT_RST},
	{.name = "SYN", .with = SEGMENT_SYN, .without = SEGMENT_ACK},
	{.name = "SYN-ACK", .with = SEGMENT_SYN | SEGMENT_ACK},
};

/* In front of a filter; it stands where a kind could. */
#define WHERE "where"

static const char *filter_in(const char *text)
{
	return !strncmp(text, WHERE " ", strlen(WHERE " ")) ? text + strlen(WHERE " ") : NULL;
}

static int which_parse(const struct word_scope *scope, struct word *ret, struct error *e)
{
	(void)scope;
	const char *filter_text = filter_in(ret->text);
	if (filter_text) {
		struct packet_filter *filter;
		int r = packet_filter_new(filter_text, &filter, e);
		if (r == 0)
			packet_filter_free(filter);
		return r;
	}
	if (!strcmp(ret->text, WHERE))
		return error_set(e, ERROR_USAGE, EINVAL,
			"behind 'where' stands a filter, as in where tcp port 80 and tcp[tcpflags] & tcp-rst != 0");
	struct suggestion near = SUGGESTION_FOR(ret->text);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (!strcmp(ret->text, kinds[i].name)) {
			ret->entry = &kinds[i];
			return 0;
		}
		suggestion_consider(&near, kinds[i].name);
	}
	const char *phrase = suggestion_phrase(&near);
	return error_set(e, ERROR_USAGE, EINVAL, "unknown kind of packet '%s'%s", ret->text,
		*phrase ? phrase : ": it is any, data, FIN, RST, SYN or SYN-ACK, or where FILTER");
}

const struct word_kind word_which = {
	.what = "a kind of packet, or where FILTER", .takes_rest = true, .parse = which_parse};

static bool is_of_kind(const struct which_kind *kind, const struct segment *segment)
{
	return (segment->flags & kind->with) == kind->with && !(segment->flags & kind->without) &&
	       (!kind->with_data || segment->n_data);
}

int which_init(struct which *which, const struct word *word, struct error *e)
{
	const char *filter_text = filter_in(word->text);
	*which = (struct which){.kind = word->entry};
	return filter_text ? packet_filter_new(filter_text, &which->filter, e) : 0;
}

int which_takes(
	const struct which *which, const struct packet *packet, const struct segment *segment, struct error *e)
{
	if (!which->filter)
		return is_of_kind(which->kind, segment);
	if (packet_filter_can_tell(which->filter, packet))
		return packet_filter_takes(which->filter, packet);
	return error_set(e, ERROR_UNMET, EMSGSIZE,
		"the filter reads more of a packet than the %u bytes that are kept of it: whether it is meant cannot "
		"be told",
		packet->n_bytes);
}

void which_done(struct which *which)
{
	packet_filter_free(which->filter);
	which->filter = NULL;
}
