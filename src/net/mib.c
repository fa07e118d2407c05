// SPDX-License-Identifier: GPL-2.0-or-later
// The counters that the kernel keeps for each namespace (snmp_seq_show() and netstat_seq_show(), net/ipv4/proc.c).
#include "net/mib.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "base/suggest.h"

/* Of the thread, not of the process: setns(2) moves a thread. TCP's own are in both; the shorter one comes first. */
static const char *const files[] = {"/proc/thread-self/net/snmp", "/proc/thread-self/net/netstat"};
#define N_FILES (sizeof files / sizeof *files)

/* Some 250 columns of a name and up to 20 digits are 10 KiB; most counters of a namespace are 0. */
#define TEXT_BYTES_MAX 32768

/*
 * What stands among the counters and is none: it does not begin at 0, or it goes down as well. The first seven are what
 * nstat(8) leaves out. In RFC 4293 and RFC 4022 the others of /proc/net/snmp are all Counter32 or Counter64 but for
 * ipReasmTimeout, which Linux counts up (ip_expire(), net/ipv4/ip_fragment.c).
 */
static const char *const no_counters[] = {
	"IpForwarding",    /* a setting: 1 or 2 (RFC 4293) */
	"IpDefaultTTL",    /* a setting: net.ipv4.ip_default_ttl */
	"TcpRtoAlgorithm", /* constants (RFC 4022; snmp_seq_show_tcp_udp(), net/ipv4/proc.c) */
	"TcpRtoMin",       /* ditto */
	"TcpRtoMax",       /* ditto */
	"TcpMaxConn",      /* ditto: -1, there is no limit */
	"TcpCurrEstab",    /* a gauge: connections in ESTABLISHED or CLOSE-WAIT now (tcp_set_state(), net/ipv4/tcp.c) */
	"MPTcpExtMPCurrEstab", /* the same of MPTCP (mptcp_set_state(), net/mptcp/protocol.c) */
};

/* Whether @column has that name, its line's in front. */
static bool is_named(const struct mib_column *column, const char *name)
{
	return strlen(name) == column->line_len + column->name_len &&
	       memcmp(name, column->line, column->line_len) == 0 &&
	       memcmp(name + column->line_len, column->name, column->name_len) == 0;
}

static bool is_counter(const struct mib_column *column)
{
	for (size_t i = 0; i < sizeof no_counters / sizeof *no_counters; i++)
		if (is_named(column, no_counters[i]))
			return false;
	return true;
}

static char *full_name(struct arena *arena, const struct mib_column *column)
{
	char *name = arena_alloc(arena, column->line_len + column->name_len + 1);
	if (!name)
		return NULL;
	memcpy(name, column->line, column->line_len);
	memcpy(name + column->line_len, column->name, column->name_len);
	return name;
}

/* A piece of the text that is being read from its front. */
struct piece {
	const char *at, *end;
};

/* The line that @text begins with, without its newline; @text is behind it afterwards. False when there is none. */
static bool next_line(struct piece *text, struct piece *ret)
{
	const char *newline = text->at < text->end ? memchr(text->at, '\n', (size_t)(text->end - text->at)) : NULL;
	if (!newline)
		return false;
	*ret = (struct piece){text->at, newline};
	text->at = newline + 1;
	return true;
}

/* The word that @line begins with, blanks before it passed over; empty at the end of the line. */
static struct piece next_word(struct piece *line)
{
	while (line->at < line->end && *line->at == ' ')
		line->at++;
	const char *from = line->at;
	while (line->at < line->end && *line->at != ' ')
		line->at++;
	return (struct piece){from, line->at};
}

static size_t piece_len(struct piece p)
{
	return (size_t)(p.end - p.at);
}

/*
 * A whole number with or without a sign, and nothing else. The kernel sums over the processors while they count, and
 * writes the sum without a sign: a gauge that is at -1 for this moment is written as 2^64 - 1, and is -1 here.
 */
static bool parse_value(struct piece word, int64_t *ret)
{
	bool is_negative = word.at < word.end && *word.at == '-';
	const char *at = word.at + is_negative;
	uint64_t value = 0;
	if (at == word.end)
		return false;
	for (; at < word.end; at++) {
		if (*at < '0' || *at > '9' || __builtin_mul_overflow(value, 10, &value) ||
			__builtin_add_overflow(value, (uint64_t)(*at - '0'), &value))
			return false;
	}
	if (is_negative && value > (uint64_t)INT64_MAX + 1)
		return false;
	*ret = (int64_t)(is_negative ? -value : value);
	return true;
}

static int error_form(struct error *e, struct piece line)
{
	size_t len = piece_len(line);
	return error_set(e, ERROR_HARNESS, EPROTO, "the kernel's counters are not as they were known, at '%.*s'",
		(int)(len < 40 ? len : 40), line.at);
}

/* One pair of lines. */
static int parse_pair(struct piece names, struct piece values,
	int (*visit)(void *context, const struct mib_column *column, struct error *e), void *context, struct error *e)
{
	struct piece whole = names, line = next_word(&names), again = next_word(&values);
	size_t len = piece_len(line);
	if (len < 2 || line.end[-1] != ':' || piece_len(again) != len || memcmp(line.at, again.at, len) != 0)
		return error_form(e, whole);
	struct mib_column column = {.line = line.at, .line_len = len - 1};
	for (;;) {
		struct piece name = next_word(&names), value = next_word(&values);
		if (name.at == name.end && value.at == value.end)
			return 0;
		if (name.at == name.end || !parse_value(value, &column.value))
			return error_form(e, whole);
		column.name = name.at;
		column.name_len = piece_len(name);
		int r = visit(context, &column, e);
		if (r)
			return r;
	}
}

int mib_parse(const char *text, size_t len,
	int (*visit)(void *context, const struct mib_column *column, struct error *e), void *context, struct error *e)
{
	struct piece rest = {text, text + len}, names, values;
	while (next_line(&rest, &names)) {
		if (!next_line(&rest, &values))
			return error_form(e, names);
		int r = parse_pair(names, values, visit, context, e);
		if (r)
			return r;
	}
	return rest.at < rest.end ? error_form(e, rest) : 0;
}

/*
 * Such a file is made whole at the first read(2) (single_open_net(), fs/proc/proc_net.c; seq_read_iter(),
 * fs/seq_file.c): what it says is of one moment, and the second read(2) finds the end.
 * Return: how many bytes there were.
 */
static ssize_t read_file(const char *path, char text[static TEXT_BYTES_MAX], struct error *e)
{
	CLEANUP(cleanup_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n = fd < 0 ? -1 : 1;
	while (n != 0 && len < TEXT_BYTES_MAX) {
		if (n < 0 && (fd < 0 || errno != EINTR))
			return error_errno(e, ERROR_HARNESS, errno, "the kernel's counters: %s", path);
		n = read(fd, text + len, TEXT_BYTES_MAX - len);
		if (n > 0)
			len += (size_t)n;
	}
	if (len == TEXT_BYTES_MAX)
		return error_errno(e, ERROR_HARNESS, EFBIG, "the kernel's counters: %s", path);
	return (ssize_t)len;
}

static int visit_file(const char *path, int (*visit)(void *context, const struct mib_column *column, struct error *e),
	void *context, struct error *e)
{
	char text[TEXT_BYTES_MAX];
	ssize_t len = read_file(path, text, e);
	if (len < 0)
		return (int)len;
	int r = mib_parse(text, (size_t)len, visit, context, e);
	return r == -EPROTO ? error_wrap(e, "%s", path) : r;
}

struct gathering {
	struct arena *arena;
	struct mib_counter *all; /* owned */
	size_t n;
};

static int gather(void *context, const struct mib_column *column, struct error *e)
{
	struct gathering *g = context;
	if (column->value == 0 || !is_counter(column))
		return 0;
	char *name = full_name(g->arena, column);
	struct mib_counter *all = name ? grow_by_one(g->all, g->n, sizeof *all) : NULL;
	if (!all)
		return error_no_memory(e);
	g->all = all;
	g->all[g->n++] = (struct mib_counter){.name = name, .value = column->value};
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct mib_counter *)a)->name, ((const struct mib_counter *)b)->name);
}

int mib_read(struct arena *arena, struct mib_counter **ret, size_t *ret_n, struct error *e)
{
	struct gathering g = {.arena = arena};
	int r = 0;
	for (size_t i = 0; i < N_FILES && r == 0; i++)
		r = visit_file(files[i], gather, &g, e);
	CLEANUP(cleanup_free) struct mib_counter *all = g.all;
	if (r < 0)
		return r;
	struct mib_counter *kept = arena_array(arena, g.n, sizeof *kept);
	if (!kept)
		return error_no_memory(e);
	if (g.n) {
		memcpy(kept, all, g.n * sizeof *kept);
		qsort(kept, g.n, sizeof *kept, compare_names);
	}
	*ret = kept;
	*ret_n = g.n;
	return 0;
}

struct search {
	const char *name;
	int64_t value;
	struct arena *arena;
	struct suggestion suggestion;
};

/* Return: 1 where it is the one. */
static int compare(void *context, const struct mib_column *column, struct error *e)
{
	struct search *s = context;
	if (!is_named(column, s->name))
		return 0;
	if (!is_counter(column))
		return error_set(
			e, ERROR_ABSENT, ENOENT, "'%s' is no counter: it does not begin at 0 and count up", s->name);
	s->value = column->value;
	return 1;
}

static int consider(void *context, const struct mib_column *column, struct error *e)
{
	struct search *s = context;
	if (!is_counter(column))
		return 0;
	const char *name = full_name(s->arena, column);
	if (!name)
		return error_no_memory(e);
	suggestion_consider(&s->suggestion, name);
	/* Who leaves the name of the line off means this one, far as it is. */
	if (strlen(s->name) == column->name_len && strncasecmp(s->name, column->name, column->name_len) == 0) {
		s->suggestion.best = name;
		s->suggestion.distance = 0;
	}
	return 0;
}

/*
 * Of these the kernel shows those that are not 0 (icmpmsg_put(), net/ipv4/proc.c): one for each type of ICMP, which has
 * 8 bits.
 */
static bool is_counted_when_seen(const char *name)
{
	static const char *const prefixes[] = {"IcmpMsgInType", "IcmpMsgOutType"};
	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
		size_t len = strlen(prefixes[i]);
		if (strncmp(name, prefixes[i], len) != 0)
			continue;
		const char *digits = name + len;
		size_t n = strspn(digits, "0123456789");
		return n > 0 && n <= 3 && !digits[n] && (digits[0] != '0' || n == 1) && atoi(digits) <= UINT8_MAX;
	}
	return false;
}

int mib_find(const char *name, int64_t *ret, struct error *e)
{
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	struct search s = {.name = name, .arena = &arena, .suggestion = SUGGESTION_FOR(name)};
	int r = 0;
	for (size_t i = 0; i < N_FILES && r == 0; i++)
		r = visit_file(files[i], compare, &s, e);
	if (r > 0 || (r == 0 && is_counted_when_seen(name))) {
		*ret = s.value;
		return 0;
	}
	for (size_t i = 0; i < N_FILES && r == 0; i++)
		r = visit_file(files[i], consider, &s, e);
	if (r < 0)
		return r;
	return error_set(
		e, ERROR_ABSENT, ENOENT, "this kernel has no counter '%s'%s", name, suggestion_phrase(&s.suggestion));
}
