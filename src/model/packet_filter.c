// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A choice of TCP segments, in a part of libpcap's filter syntax.
 *
 * Theory of operation. pcap_compile() takes each word that it does not know for the name of a host, a network, a
 * service or a protocol, and looks it up: by DNS, and in files of the host. A scenario may come from a stranger, and is
 * read on the host. So the text is cut into tokens here, each of which must be of a closed set: the words below,
 * operators, numbers, addresses in numbers. What libpcap is given is not the text but these tokens, a blank between any
 * two, so that it cannot see a token which was not seen here.
 *
 * tcp[…], the bytes of the TCP header, means nothing to libpcap in an IPv6 packet: such a filter would take none of
 * them. So there are two programs, and that for IPv6 reads ip6[40 + …] in its place: the fixed header of IPv6 has 40
 * bytes (RFC 8200, section 3). Behind an extension header it takes nothing, as libpcap's `tcp` does not either.
 *
 * Between brackets stands an offset, and a size where one is wanted, and nothing that is calculated: so no filter reads
 * beyond what is kept of a packet that is not large (PACKET_BYTES_MAX). Of a large one less may be kept. A program that
 * reads beyond that ends, and has not taken the packet (pcap_offline_filter(3PCAP)); then the opposite of the filter
 * does not take it either, which is how it is told. What decides before that byte is read decides as it should.
 */
#include "model/packet_filter.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/ip6.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/suggest.h"
#include "base/text.h"

#define IPV6_HEADER_BYTES 40
#define TCP_FLAGS_OFFSET 13 /* RFC 9293, section 3.1 */
#define OFFSET_MAX 99       /* from the beginning of a header: the longest one has 60 bytes */

/* The names of flags are given as numbers (RFC 9293, RFC 3168): a libpcap that does not know one would look it up. */
static const struct filter_word {
	const char *name, *as;
} words[] = {
	{"and", "and"},
	{"dst", "dst"},
	{"greater", "greater"},
	{"host", "host"},
	{"ip", "ip"},
	{"ip6", "ip6"},
	{"len", "len"},
	{"less", "less"},
	{"mask", "mask"},
	{"net", "net"},
	{"not", "not"},
	{"or", "or"},
	{"port", "port"},
	{"src", "src"},
	{"tcp", "tcp"},
	{"tcp-ack", "0x10"},
	{"tcp-cwr", "0x80"},
	{"tcp-ece", "0x40"},
	{"tcp-fin", "0x01"},
	{"tcp-push", "0x08"},
	{"tcp-rst", "0x04"},
	{"tcp-syn", "0x02"},
	{"tcp-urg", "0x20"},
};
#define N_WORDS (sizeof words / sizeof *words)

/* The longer ones first. */
static const char *const operators[] = {"<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "(", ")", "!", "<", ">", "=",
	"&", "|", "^", "+", "-", "*", "/", "%"};
#define N_OPERATORS (sizeof operators / sizeof *operators)

enum { PROGRAM_IPV4, PROGRAM_IPV6, PROGRAM_COUNT };

struct packet_filter {
	struct bpf_program programs[PROGRAM_COUNT];
	struct bpf_program opposites[PROGRAM_COUNT]; /* of the filter in 'not (…)' */
};

/* What a text is cut into. */
struct cutter {
	const char *rest;
	const char *word; /* the token before, where it is one of the words */
	struct text programs[PROGRAM_COUNT];
	struct error *e;
};

static void cutter_done(struct cutter *c)
{
	for (size_t i = 0; i < PROGRAM_COUNT; i++)
		text_done(&c->programs[i]);
}

static void cleanup_pcap(pcap_t **pcap)
{
	if (*pcap)
		pcap_close(*pcap);
}

#define WORD_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-"

static void add_token(struct cutter *c, const char *token)
{
	for (size_t i = 0; i < PROGRAM_COUNT; i++)
		text_addf(&c->programs[i], "%s ", token);
}

static const struct filter_word *find_word(const char *token)
{
	for (size_t i = 0; i < N_WORDS; i++)
		if (!strcmp(token, words[i].name))
			return &words[i];
	return NULL;
}

/* 80, 0x50 */
static bool is_number(const char *token)
{
	bool is_hex = !strncmp(token, "0x", 2);
	const char *digits = is_hex ? token + 2 : token;
	size_t n = strspn(digits, is_hex ? "0123456789abcdefABCDEF" : "0123456789");
	return n && !digits[n] && n <= (is_hex ? 8 : 10);
}

/* 10.0.0.1; and of a network 10.0.0, 10.0 */
static bool is_ipv4_address(const char *token)
{
	unsigned n = 0;
	for (;;) {
		char *end;
		if (*token < '0' || *token > '9' || strtoul(token, &end, 10) > 255 || end - token > 3)
			return false;
		n++;
		if (!*end)
			return n >= 2 && n <= 4;
		if (*end != '.')
			return false;
		token = end + 1;
	}
}

static bool is_ipv6_address(const char *token)
{
	struct in6_addr address;
	return inet_pton(AF_INET6, token, &address) == 1;
}

static int unknown_word(struct cutter *c, const char *token)
{
	static const char *const wants_number[] = {"host", "net", "port", "mask"};
	for (size_t i = 0; c->word && i < sizeof wants_number / sizeof *wants_number; i++)
		if (!strcmp(c->word, wants_number[i]))
			return error_set(c->e, ERROR_USAGE, EINVAL,
				"'%s': behind '%s' a filter has a number, or an address in numbers, as no name is "
				"looked up",
				token, c->word);
	struct suggestion near = SUGGESTION_FOR(token);
	for (size_t i = 0; i < N_WORDS; i++)
		suggestion_consider(&near, words[i].name);
	const char *phrase = suggestion_phrase(&near);
	return error_set(c->e, ERROR_USAGE, EINVAL, "unknown word '%s' of a filter%s%s", token, phrase,
		*phrase ? ""
			: ": there are ip, ip6, tcp, src, dst, host, net, mask, port, len, less, greater, and, or, "
			  "not, "
			  "tcp[…] and its flags (tcp-syn …), numbers, and addresses written in numbers");
}

static int cut_word(struct cutter *c)
{
	char token[INET6_ADDRSTRLEN + 1];
	size_t len = strspn(c->rest, WORD_LETTERS);
	snprintf(token, sizeof token, "%.*s", (int)len, c->rest);
	const struct filter_word *word = find_word(token);
	if (len >= sizeof token || (!word && !is_number(token) && !is_ipv4_address(token) && !is_ipv6_address(token)))
		return unknown_word(c, token);
	add_token(c, word ? word->as : token);
	c->word = word ? word->name : NULL;
	c->rest += len;
	return 0;
}

static void skip_blanks(struct cutter *c)
{
	c->rest += strspn(c->rest, " \t\r\n");
}

/* A number of at most two digits; -1 for none. */
static int take_number(struct cutter *c)
{
	size_t n = strspn(c->rest, "0123456789");
	int number = n && n <= 2 ? atoi(c->rest) : -1;
	c->rest += n;
	skip_blanks(c);
	return number;
}

/* "tcp[13]", "tcp[tcpflags]", "ip[2:2]" from its bracket on. */
static int cut_bytes(struct cutter *c, const char *protocol)
{
	static const char flags[] = "tcpflags";
	bool is_tcp = !strcmp(protocol, "tcp");
	int offset, size = 1;
	c->rest++;
	skip_blanks(c);
	if (is_tcp && !strncmp(c->rest, flags, strlen(flags))) {
		offset = TCP_FLAGS_OFFSET;
		c->rest += strlen(flags);
		skip_blanks(c);
	} else {
		offset = take_number(c);
	}
	if (*c->rest == ':') {
		c->rest++;
		skip_blanks(c);
		size = take_number(c);
	}
	if (*c->rest != ']' || offset < 0 || (size != 1 && size != 2 && size != 4))
		return error_set(c->e, ERROR_USAGE, EINVAL,
			"between the brackets of %s[…] stands an offset up to %d, and behind a ':' a size of 1, 2 or "
			"4, as "
			"in tcp[13] or tcp[2:2]%s",
			protocol, OFFSET_MAX, is_tcp ? "; or tcpflags" : "");
	c->rest++;
	text_addf(&c->programs[PROGRAM_IPV4], "%s [ %d : %d ] ", protocol, offset, size);
	if (is_tcp)
		text_addf(&c->programs[PROGRAM_IPV6], "ip6 [ %d : %d ] ", IPV6_HEADER_BYTES + offset, size);
	else
		text_addf(&c->programs[PROGRAM_IPV6], "%s [ %d : %d ] ", protocol, offset, size);
	return 0;
}

/* "tcp [" and the like; otherwise nothing is taken. Return: 1 when it was that. */
static int cut_accessor(struct cutter *c)
{
	static const char *const protocols[] = {"ip6", "ip", "tcp"};
	size_t len = strspn(c->rest, WORD_LETTERS);
	size_t behind = len + strspn(c->rest + len, " \t\r\n");
	for (size_t i = 0; c->rest[behind] == '[' && i < sizeof protocols / sizeof *protocols; i++)
		if (len == strlen(protocols[i]) && !memcmp(c->rest, protocols[i], len)) {
			c->rest += behind;
			int r = cut_bytes(c, protocols[i]);
			return r < 0 ? r : 1;
		}
	return 0;
}

static int cut_operator(struct cutter *c)
{
	for (size_t i = 0; i < N_OPERATORS; i++) {
		size_t len = strlen(operators[i]);
		if (!strncmp(c->rest, operators[i], len)) {
			add_token(c, operators[i]);
			c->rest += len;
			return 1;
		}
	}
	return 0;
}

static int cut(struct cutter *c)
{
	for (skip_blanks(c); *c->rest; skip_blanks(c)) {
		int r = cut_operator(c);
		if (r == 0)
			r = cut_accessor(c);
		if (r == 0 && !strspn(c->rest, WORD_LETTERS))
			return *c->rest == '[' ? error_set(c->e, ERROR_USAGE, EINVAL,
							 "a filter has '[' behind ip, ip6 or tcp alone")
					       : error_set(c->e, ERROR_USAGE, EINVAL,
							 "a filter cannot be read from '%.20s' on", c->rest);
		if (r == 0)
			r = cut_word(c);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < PROGRAM_COUNT; i++)
		if (c->programs[i].failed)
			return error_no_memory(c->e);
	return 0;
}

/* Not optimised: what that does to a filter made to be hard takes long, and the packets are few. */
static int compile(const struct cutter *c, struct packet_filter *filter)
{
	CLEANUP(cleanup_pcap) pcap_t *pcap = pcap_open_dead(DLT_EN10MB, PACKET_BYTES_MAX);
	if (!pcap)
		return error_no_memory(c->e);
	for (size_t i = 0; i < PROGRAM_COUNT; i++) {
		CLEANUP(text_done) struct text opposite = TEXT_INIT;
		text_addf(&opposite, "not (%s)", text_get(&c->programs[i]));
		if (opposite.failed)
			return error_no_memory(c->e);
		if (pcap_compile(pcap, &filter->programs[i], text_get(&c->programs[i]), 0, PCAP_NETMASK_UNKNOWN) < 0 ||
			pcap_compile(pcap, &filter->opposites[i], text_get(&opposite), 0, PCAP_NETMASK_UNKNOWN) < 0)
			return error_set(c->e, ERROR_USAGE, EINVAL, "no filter: %s", pcap_geterr(pcap));
	}
	return 0;
}

int packet_filter_new(const char *text, struct packet_filter **ret, struct error *e)
{
	CLEANUP(cutter_done) struct cutter c = {.rest = text, .e = e};
	if (strlen(text) > PACKET_FILTER_BYTES_MAX)
		return error_set(e, ERROR_USAGE, EINVAL, "a filter is longer than %d bytes", PACKET_FILTER_BYTES_MAX);
	int r = cut(&c);
	if (r < 0)
		return r;
	if (!c.programs[PROGRAM_IPV4].len) /* which would take all */
		return error_set(e, ERROR_USAGE, EINVAL, "a filter is empty");
	CLEANUP(cleanup_packet_filter) struct packet_filter *filter = calloc(1, sizeof *filter);
	if (!filter)
		return error_no_memory(e);
	r = compile(&c, filter);
	if (r == 0)
		*ret = TAKE_POINTER(filter);
	return r;
}

/* Return: which of the programs a packet is for, or -1 for one that no filter takes. */
static int program_for(const struct packet *packet)
{
	struct segment segment;
	if (!segment_parse(packet, &segment))
		return -1;
	if (segment.family == AF_INET)
		return PROGRAM_IPV4;
	return packet->bytes[ETH_HLEN + offsetof(struct ip6_hdr, ip6_nxt)] == IPPROTO_TCP ? PROGRAM_IPV6 : -1;
}

static bool takes(const struct bpf_program *program, const struct packet *packet)
{
	struct pcap_pkthdr header = {.caplen = packet->n_bytes, .len = packet->len};
	return pcap_offline_filter(program, &header, packet->bytes);
}

bool packet_filter_takes(const struct packet_filter *filter, const struct packet *packet)
{
	int i = program_for(packet);
	return i >= 0 && takes(&filter->programs[i], packet);
}

bool packet_filter_can_tell(const struct packet_filter *filter, const struct packet *packet)
{
	int i = program_for(packet);
	return packet->n_bytes == packet->len || i < 0 || takes(&filter->programs[i], packet) ||
	       takes(&filter->opposites[i], packet);
}

void packet_filter_free(struct packet_filter *filter)
{
	if (!filter)
		return;
	for (size_t i = 0; i < PROGRAM_COUNT; i++) {
		pcap_freecode(&filter->programs[i]);
		pcap_freecode(&filter->opposites[i]);
	}
	free(filter);
}
