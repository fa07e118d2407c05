// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the description of a TCP segment.
#include "model/crafted.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "model/packet.h"
#include "model/word.h"

#define BLANKS " \t"
#define WINDOW_DEFAULT 65535
#define WINDOW_SCALE_MAX 14 /* RFC 7323, section 2.3 */

static const struct flag {
	const char *name;
	uint8_t bit;
} flags[] = {
	{"ACK", SEGMENT_ACK},
	{"CWR", SEGMENT_CWR},
	{"ECE", SEGMENT_ECE},
	{"FIN", SEGMENT_FIN},
	{"PSH", SEGMENT_PSH},
	{"RST", SEGMENT_RST},
	{"SYN", SEGMENT_SYN},
	{"URG", SEGMENT_URG},
};

int crafted_parse_flags(const char *text, struct crafted *ret, struct error *e)
{
	CLEANUP(cleanup_free) char *copy = strdup(text);
	uint8_t all = 0;
	if (!copy)
		return error_no_memory(e);
	char *rest = strcmp(text, "none") ? copy : NULL;
	for (char *name; (name = strsep(&rest, ",|"));) {
		const struct flag *flag =
			word_find_entry(name, flags, sizeof flags / sizeof *flags, sizeof *flags, "TCP flag", e);
		if (!flag)
			return -EINVAL;
		if (all & flag->bit)
			return error_set(e, ERROR_USAGE, EINVAL, "the flag %s stands twice in '%s'", flag->name, text);
		all |= flag->bit;
	}
	ret->flags = all;
	return 0;
}

/* "", "+1", "-2147483648", behind the name of what it is counted from. */
static int parse_offset(const char *text, uint32_t *ret, struct error *e)
{
	long long offset = 0;
	if (*text && ((*text != '+' && *text != '-') || text[1] == '-'))
		return -EINVAL;
	int r = *text ? word_parse_number(text + (*text == '+'), -(long long)UINT32_MAX, UINT32_MAX, &offset, e) : 0;
	*ret = (uint32_t)offset;
	return r;
}

/* @base: what it may be counted from */
static int parse_number(const char *key, const char *base, bool may_be_absent, const char *text,
	struct crafted_number *ret, struct error *e)
{
	CLEANUP(cleanup_error) struct error why = ERROR_INIT;
	long long number;
	*ret = (struct crafted_number){.is_given = true};
	if (may_be_absent && !strcmp(text, "none")) {
		ret->is_absent = true;
		return 0;
	}
	if (!strncmp(text, base, strlen(base)) && parse_offset(text + strlen(base), &ret->offset, &why) == 0) {
		ret->is_relative = true;
		return 0;
	}
	if (word_parse_number(text, 0, UINT32_MAX, &number, NULL) == 0) {
		ret->offset = (uint32_t)number;
		return 0;
	}
	return error_set(e, ERROR_USAGE, EINVAL, "'%s=%s': it is a number from 0 to 4294967295, or %s, %s+1, %s-1 …%s",
		key, text, base, base, base, may_be_absent ? ", or none" : "");
}

static int parse_sequence(const char *text, struct crafted *ret, struct error *e)
{
	return parse_number("seq", "RCV.NXT", false, text, &ret->sequence, e);
}

static int parse_acknowledgement(const char *text, struct crafted *ret, struct error *e)
{
	return parse_number("ack", "SND.NXT", false, text, &ret->acknowledgement, e);
}

static int parse_timestamp(const char *text, struct crafted *ret, struct error *e)
{
	return parse_number("ts", "TS.Recent", true, text, &ret->timestamp, e);
}

static int parse_echo(const char *text, struct crafted *ret, struct error *e)
{
	return parse_number("ecr", "TSval", false, text, &ret->echo, e);
}

static int parse_plain(const char *key, const char *text, long long most, long long *ret, struct error *e)
{
	CLEANUP(cleanup_error) struct error why = ERROR_INIT;
	if (word_parse_number(text, 0, most, ret, &why) == 0)
		return 0;
	return error_set(e, ERROR_USAGE, EINVAL, "'%s=%s': it is a number from 0 to %lld", key, text, most);
}

static int parse_window(const char *text, struct crafted *ret, struct error *e)
{
	long long number = 0;
	int r = parse_plain("win", text, UINT16_MAX, &number, e);
	ret->window = (uint16_t)number;
	return r;
}

static int parse_data(const char *text, struct crafted *ret, struct error *e)
{
	long long number = 0;
	int r = parse_plain("data", text, CRAFTED_DATA_MAX, &number, e);
	ret->n_data = (uint32_t)number;
	return r;
}

static int parse_mss(const char *text, struct crafted *ret, struct error *e)
{
	long long number = 0;
	int r = parse_plain("mss", text, UINT16_MAX, &number, e);
	ret->mss = (uint16_t)number;
	return r;
}

static int parse_window_scale(const char *text, struct crafted *ret, struct error *e)
{
	long long number = 0;
	int r = parse_plain("wscale", text, WINDOW_SCALE_MAX, &number, e);
	ret->window_scale = (int)number;
	return r;
}

static int parse_sack(const char *text, struct crafted *ret, struct error *e)
{
	ret->sack_permitted = !strcmp(text, "yes");
	if (ret->sack_permitted || !strcmp(text, "no"))
		return 0;
	return error_set(e, ERROR_USAGE, EINVAL, "'sack=%s': it is yes or no", text);
}

static const struct part {
	const char *key;
	int (*parse)(const char *text, struct crafted *ret, struct error *e);
} parts[] = {
	{"ack", parse_acknowledgement},
	{"data", parse_data},
	{"ecr", parse_echo},
	{"mss", parse_mss},
	{"sack", parse_sack},
	{"seq", parse_sequence},
	{"ts", parse_timestamp},
	{"win", parse_window},
	{"wscale", parse_window_scale},
};
#define N_PARTS (sizeof parts / sizeof *parts)

/* What is said of it where the description does not. */
static void set_defaults(struct crafted *ret)
{
	bool has_ack = ret->flags & SEGMENT_ACK;
	if (!ret->sequence.is_given)
		ret->sequence.is_relative = true;
	if (!ret->acknowledgement.is_given)
		ret->acknowledgement.is_relative = has_ack;
	if (!ret->timestamp.is_given)
		ret->timestamp.is_absent = true;
	if (!ret->echo.is_given)
		ret->echo.is_relative = has_ack;
}

static int parse_part(char *word, unsigned *seen, struct crafted *ret, struct error *e)
{
	char *value = strchr(word, '=');
	if (!value)
		return error_set(e, ERROR_USAGE, EINVAL, "'%s' is no KEY=VALUE, as in seq=RCV.NXT+1", word);
	*value++ = '\0';
	const struct part *part = word_find_entry(word, parts, N_PARTS, sizeof *parts, "part of a segment", e);
	if (!part)
		return -EINVAL;
	if (*seen & 1U << (part - parts))
		return error_set(e, ERROR_USAGE, EINVAL, "'%s=' stands twice", part->key);
	*seen |= 1U << (part - parts);
	return part->parse(value, ret, e);
}

int crafted_parse(const char *text, struct crafted *ret, struct error *e)
{
	*ret = (struct crafted){.flags = ret->flags, .window = WINDOW_DEFAULT, .window_scale = -1};
	CLEANUP(cleanup_free) char *copy = strdup(text ? text : "");
	if (!copy)
		return error_no_memory(e);
	unsigned seen = 0;
	char *rest = copy;
	int r = 0;
	for (char *word; r == 0 && (word = strsep(&rest, BLANKS));)
		if (*word)
			r = parse_part(word, &seen, ret, e);
	set_defaults(ret);
	if (r == 0 && ret->echo.is_given && ret->timestamp.is_absent)
		r = error_set(e, ERROR_USAGE, EINVAL, "'ecr=' without 'ts=': the two are one option");
	return r;
}
