// SPDX-License-Identifier: GPL-2.0-or-later
// Packets as a pcapng file: draft-ietf-opsawg-pcapng, "PCAP Now Generic (pcapng) Capture File Format".
//
// One section: its header, an interface description for each interface, the packets, the statistics. A block is its
// type, its length, its body, and its length again; a body ends with options, each a code, a length and a value. All of
// them begin at a multiple of 4 bytes.
#include "model/pcapng.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/names.h"

/* Types of blocks. */
#define BLOCK_SECTION 0x0A0D0D0AU
#define BLOCK_INTERFACE 1U
#define BLOCK_STATISTICS 5U
#define BLOCK_PACKET 6U

#define BYTE_ORDER_MAGIC 0x1A2B3C4DU
#define LINKTYPE_ETHERNET 1
#define NANOSECONDS 9 /* if_tsresol: 10^-9 s */

/* Codes of options, each of its block. */
#define OPTION_END 0
#define OPTION_COMMENT 1
#define SECTION_USERAPPL 4
#define INTERFACE_NAME 2
#define INTERFACE_DESCRIPTION 3
#define INTERFACE_TSRESOL 9
#define PACKET_FLAGS 2
#define STATISTICS_IFDROP 5

#define OPTION_BYTES_MAX 65532 /* what the length of an option can say, and its padding */

/* Directions in epb_flags. */
#define DIRECTION_MASK 3U
#define DIRECTION_INBOUND 1U
#define DIRECTION_OUTBOUND 2U

#define LO_SUFFIX " lo"
#define INTERFACES_MAX (2 * SCENARIO_NAMESPACES_MAX)

/* The fixed parts of the bodies of blocks. */
struct section_body {
	uint32_t magic;
	uint16_t major, minor;
	uint32_t len[2]; /* all ones: not said */
};

struct interface_body {
	uint16_t link_type, reserved;
	uint32_t bytes_max;
};

struct packet_body {
	uint32_t interface;
	uint32_t time_high, time_low;
	uint32_t n_bytes, len;
};

struct statistics_body {
	uint32_t interface;
	uint32_t time_high, time_low;
};

struct option_head {
	uint16_t code, len;
};

static size_t padded(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

static void add_padded(struct text *t, const void *bytes, size_t len)
{
	text_add_bytes(t, bytes, len);
	text_add_bytes(t, "\0\0", padded(len) - len);
}

/* Return: where the block begins, for block_end(). */
static size_t block_begin(struct text *t, uint32_t type, const void *body, size_t len)
{
	size_t at = t->len;
	uint32_t head[2] = {type, 0};
	text_add_bytes(t, head, sizeof head);
	text_add_bytes(t, body, len);
	return at;
}

static void block_end(struct text *t, size_t at)
{
	uint32_t len = (uint32_t)(t->len - at + sizeof len);
	text_add_bytes(t, &len, sizeof len);
	if (!t->failed)
		memcpy(t->data + at + sizeof(uint32_t), &len, sizeof len);
}

static void add_option(struct text *t, uint16_t code, const void *value, size_t len)
{
	struct option_head head = {.code = code, .len = (uint16_t)len};
	text_add_bytes(t, &head, sizeof head);
	add_padded(t, value, len);
}

/* A text in UTF-8, as much as an option has room for. */
static void add_text_option(struct text *t, uint16_t code, const char *s)
{
	size_t len = strnlen(s, OPTION_BYTES_MAX);
	while (len && ((unsigned char)s[len] & 0xC0) == 0x80) /* not within a character */
		len--;
	add_option(t, code, s, len);
}

static void end_options(struct text *t)
{
	add_option(t, OPTION_END, "", 0);
}

static void write_section(const struct pcapng *file, struct text *t)
{
	const struct section_body body = {
		.magic = BYTE_ORDER_MAGIC,
		.major = 1,
		.len = {UINT32_MAX, UINT32_MAX},
	};
	size_t at = block_begin(t, BLOCK_SECTION, &body, sizeof body);
	if (file->about)
		add_text_option(t, OPTION_COMMENT, file->about);
	add_text_option(t, SECTION_USERAPPL, "netrepro " NETREPRO_VERSION);
	end_options(t);
	block_end(t, at);
}

static void write_interface(const char *namespace, bool loopback, struct text *t)
{
	const struct interface_body body = {.link_type = LINKTYPE_ETHERNET, .bytes_max = PACKET_BYTES_MAX};
	const uint8_t resolution = NANOSECONDS;
	char name[NAME_BYTES_MAX + sizeof LO_SUFFIX], description[NAME_BYTES_MAX + 32];
	snprintf(name, sizeof name, "%.*s%s", NAME_BYTES_MAX, namespace, loopback ? LO_SUFFIX : "");
	snprintf(description, sizeof description, "the %s of namespace %.*s", loopback ? "loopback" : "veth",
		NAME_BYTES_MAX, namespace);
	size_t at = block_begin(t, BLOCK_INTERFACE, &body, sizeof body);
	add_text_option(t, INTERFACE_NAME, name);
	add_text_option(t, INTERFACE_DESCRIPTION, description);
	add_option(t, INTERFACE_TSRESOL, &resolution, 1);
	end_options(t);
	block_end(t, at);
}

static void write_packet(const struct packet *packet, uint32_t interface, const char *comment, struct text *t)
{
	const struct packet_body body = {
		.interface = interface,
		.time_high = (uint32_t)(packet->at_ns >> 32),
		.time_low = (uint32_t)packet->at_ns,
		.n_bytes = packet->n_bytes,
		.len = packet->len,
	};
	const uint32_t flags = packet->outgoing ? DIRECTION_OUTBOUND : DIRECTION_INBOUND;
	size_t at = block_begin(t, BLOCK_PACKET, &body, sizeof body);
	add_padded(t, packet->bytes, packet->n_bytes);
	if (comment)
		add_text_option(t, OPTION_COMMENT, comment);
	add_option(t, PACKET_FLAGS, &flags, sizeof flags);
	end_options(t);
	block_end(t, at);
}

static void write_statistics(uint32_t interface, uint64_t at_ns, uint64_t dropped, struct text *t)
{
	const struct statistics_body body = {
		.interface = interface,
		.time_high = (uint32_t)(at_ns >> 32),
		.time_low = (uint32_t)at_ns,
	};
	size_t at = block_begin(t, BLOCK_STATISTICS, &body, sizeof body);
	add_option(t, STATISTICS_IFDROP, &dropped, sizeof dropped);
	end_options(t);
	block_end(t, at);
}

void pcapng_write(const struct pcapng *file, struct text *t)
{
	bool has_loopback[SCENARIO_NAMESPACES_MAX] = {false};
	uint32_t veth[SCENARIO_NAMESPACES_MAX], loopback[SCENARIO_NAMESPACES_MAX], n_interfaces = 0;
	for (size_t i = 0; i < file->n_packets; i++)
		has_loopback[file->packets[i].namespace] |= file->packets[i].loopback;
	write_section(file, t);
	for (size_t i = 0; i < file->n_namespaces; i++) {
		veth[i] = n_interfaces++;
		write_interface(file->namespaces[i], false, t);
		if (!has_loopback[i])
			continue;
		loopback[i] = n_interfaces++;
		write_interface(file->namespaces[i], true, t);
	}
	for (size_t i = 0; i < file->n_packets; i++) {
		const struct packet *packet = &file->packets[i];
		const uint32_t *interfaces = packet->loopback ? loopback : veth;
		write_packet(packet, interfaces[packet->namespace], file->comments ? file->comments[i] : NULL, t);
	}
	uint64_t last_ns = file->n_packets ? file->packets[file->n_packets - 1].at_ns : 0;
	for (size_t i = 0; i < file->n_namespaces; i++)
		write_statistics(veth[i], last_ns, file->dropped[i], t);
}

/* What was read so far. */
struct reading {
	struct arena *arena;
	struct pcapng file;
	struct {
		size_t namespace;
		bool loopback;
	} interfaces[INTERFACES_MAX];
	size_t n_interfaces;
	const char **comments; /* of file.packets; NULL while there are none */
	struct error *e;
	bool has_statistics[SCENARIO_NAMESPACES_MAX];
};

/* Bytes that are yet to be read. */
struct rest {
	const uint8_t *at;
	size_t len;
};

struct option {
	uint16_t code;
	size_t len;
	const uint8_t *value;
};

static int not_a_file(struct error *e, const char *what)
{
	return error_set(e, ERROR_USAGE, EINVAL, "not a pcapng file that netrepro wrote: %s", what);
}

/* Take @n bytes away from the beginning, as they are and where they are. */
static bool take_place(struct rest *rest, size_t n, const uint8_t **ret)
{
	if (n > rest->len)
		return false;
	*ret = rest->at;
	rest->at += n;
	rest->len -= n;
	return true;
}

static bool take(struct rest *rest, void *ret, size_t n)
{
	const uint8_t *at;
	if (!take_place(rest, n, &at))
		return false;
	memcpy(ret, at, n);
	return true;
}

/* Return: 1 with the next option, 0 at their end, or -EINVAL. */
static int next_option(struct rest *rest, struct option *ret, struct error *e)
{
	struct option_head head;
	if (!rest->len)
		return 0;
	if (!take(rest, &head, sizeof head))
		return not_a_file(e, "an option is cut off");
	if (head.code == OPTION_END)
		return 0;
	*ret = (struct option){.code = head.code, .len = head.len};
	if (!take_place(rest, padded(head.len), &ret->value))
		return not_a_file(e, "an option is longer than its block");
	return 1;
}

static int keep_text(struct reading *r, const struct option *option, const char **ret)
{
	*ret = arena_strndup(r->arena, (const char *)option->value, option->len);
	return *ret ? 0 : error_no_memory(r->e);
}

static int read_section(struct reading *r, struct rest body)
{
	struct section_body head;
	if (!take(&body, &head, sizeof head))
		return not_a_file(r->e, "its header is cut off");
	if (head.major != 1)
		return not_a_file(r->e, "it is of another version");
	struct option option;
	int rc;
	while ((rc = next_option(&body, &option, r->e)) > 0)
		if (option.code == OPTION_COMMENT && keep_text(r, &option, &r->file.about) < 0)
			return -ENOMEM;
	return rc;
}

/* "server" is a new namespace, and "server lo" is of one that is there. */
static int add_interface(struct reading *r, const char *name)
{
	struct pcapng *file = &r->file;
	const char *blank = strchr(name, ' ');
	bool is_loopback = blank && !strcmp(blank, LO_SUFFIX);
	size_t len = is_loopback ? (size_t)(blank - name) : strlen(name), namespace = 0;
	while (namespace < file->n_namespaces &&
		(strlen(file->namespaces[namespace]) != len || memcmp(file->namespaces[namespace], name, len)))
	namespace ++;
	for (size_t i = 0; i < r->n_interfaces; i++)
		if (r->interfaces[i].namespace == namespace && r->interfaces[i].loopback == is_loopback)
			return not_a_file(r->e, "an interface is there twice");
	if (is_loopback != (namespace < file->n_namespaces))
		return not_a_file(r->e, "a loopback without its namespace");
	if (!is_loopback) {
		if (file->n_namespaces == SCENARIO_NAMESPACES_MAX || !name_is_dashed(name))
			return not_a_file(r->e, "an interface is of no namespace");
		file->namespaces[file->n_namespaces++] = name;
	}
	r->interfaces[r->n_interfaces].namespace = namespace;
	r->interfaces[r->n_interfaces++].loopback = is_loopback;
	return 0;
}

static int read_interface(struct reading *r, struct rest body)
{
	struct interface_body head;
	if (!take(&body, &head, sizeof head))
		return not_a_file(r->e, "an interface is cut off");
	if (head.link_type != LINKTYPE_ETHERNET)
		return not_a_file(r->e, "an interface that is not Ethernet");
	const char *name = NULL;
	bool in_nanoseconds = false;
	struct option option;
	int rc;
	while ((rc = next_option(&body, &option, r->e)) > 0) {
		if (option.code == INTERFACE_TSRESOL)
			in_nanoseconds = option.len == 1 && *option.value == NANOSECONDS;
		else if (option.code == INTERFACE_NAME && keep_text(r, &option, &name) < 0)
			return -ENOMEM;
	}
	if (rc < 0)
		return rc;
	if (!name || !in_nanoseconds)
		return not_a_file(r->e, "an interface without a name, or not in nanoseconds");
	return add_interface(r, name);
}

static int keep_comment(struct reading *r, const struct option *option, size_t packet)
{
	if (!r->comments)
		r->comments = arena_array(r->arena, r->file.n_packets, sizeof *r->comments);
	if (!r->comments)
		return error_no_memory(r->e);
	return keep_text(r, option, &r->comments[packet]);
}

/* Fills the packet @number of those that are there. */
static int read_packet(struct reading *r, struct rest body, size_t number)
{
	struct packet_body head;
	struct packet packet;
	if (!take(&body, &head, sizeof head))
		return not_a_file(r->e, "a packet is cut off");
	if (head.interface >= r->n_interfaces)
		return not_a_file(r->e, "a packet of an interface that is not there");
	if (head.n_bytes > PACKET_BYTES_MAX || head.n_bytes > head.len)
		return not_a_file(r->e, "a packet of which more was kept than there is");
	packet = (struct packet){
		.at_ns = (uint64_t)head.time_high << 32 | head.time_low,
		.namespace = r->interfaces[head.interface].namespace,
		.loopback = r->interfaces[head.interface].loopback,
		.len = head.len,
		.n_bytes = head.n_bytes,
	};
	if (!take_place(&body, padded(head.n_bytes), &packet.bytes))
		return not_a_file(r->e, "a packet is longer than its block");
	uint32_t flags = 0;
	struct option option;
	int rc;
	while ((rc = next_option(&body, &option, r->e)) > 0) {
		if (option.code == PACKET_FLAGS && option.len == sizeof flags)
			memcpy(&flags, option.value, sizeof flags);
		else if (option.code == OPTION_COMMENT && keep_comment(r, &option, number) < 0)
			return -ENOMEM;
	}
	if (rc < 0)
		return rc;
	flags &= DIRECTION_MASK;
	if (flags != DIRECTION_INBOUND && flags != DIRECTION_OUTBOUND)
		return not_a_file(r->e, "a packet without its direction");
	packet.outgoing = flags == DIRECTION_OUTBOUND;
	r->file.packets[number] = packet;
	return 0;
}

static int read_statistics(struct reading *r, struct rest body)
{
	struct statistics_body head;
	if (!take(&body, &head, sizeof head))
		return not_a_file(r->e, "statistics are cut off");
	if (head.interface >= r->n_interfaces)
		return not_a_file(r->e, "statistics of an interface that is not there");
	uint64_t *dropped = &r->file.dropped[r->interfaces[head.interface].namespace];
	r->has_statistics[r->interfaces[head.interface].namespace] = true;
	struct option option;
	int rc;
	while ((rc = next_option(&body, &option, r->e)) > 0)
		if (option.code == STATISTICS_IFDROP && option.len == sizeof *dropped)
			memcpy(dropped, option.value, sizeof *dropped);
	return rc;
}

/* Return: 1 with the next block, 0 where there is none, or -EINVAL. */
static int next_block(struct rest *rest, uint32_t *ret_type, struct rest *ret_body, struct error *e)
{
	const size_t around = 3 * sizeof(uint32_t);
	uint32_t head[2], again;
	if (!rest->len)
		return 0;
	struct rest block = *rest;
	if (!take(&block, head, sizeof head))
		return not_a_file(e, "a block is cut off");
	if (head[1] % 4 || head[1] < around || head[1] > rest->len)
		return not_a_file(e, "a block has a length that cannot be, or is cut off");
	*ret_type = head[0];
	*ret_body = (struct rest){.at = block.at, .len = head[1] - around};
	memcpy(&again, block.at + ret_body->len, sizeof again);
	if (again != head[1])
		return not_a_file(e, "a block has two lengths");
	rest->at += head[1];
	rest->len -= head[1];
	return 1;
}

/* The first block tells the byte order, in which its own length stands as well. */
static int check_byte_order(struct rest rest, struct error *e)
{
	uint32_t head[3];
	if (!take(&rest, head, sizeof head) || head[0] != BLOCK_SECTION)
		return not_a_file(e, "it does not begin with a section");
	if (head[2] == __builtin_bswap32(BYTE_ORDER_MAGIC))
		return not_a_file(e, "it is of a machine with another byte order");
	if (head[2] != BYTE_ORDER_MAGIC)
		return not_a_file(e, "its byte order is none");
	return 0;
}

/* All blocks are whole; how many packets there are. */
static int count_packets(struct rest rest, size_t *ret, struct error *e)
{
	uint32_t type;
	struct rest body;
	int rc;
	for (*ret = 0; (rc = next_block(&rest, &type, &body, e)) > 0;)
		*ret += type == BLOCK_PACKET;
	return rc;
}

static int read_blocks(struct reading *r, struct rest rest)
{
	size_t n_sections = 0, n_packets = 0;
	uint32_t type;
	struct rest body;
	int rc;
	while ((rc = next_block(&rest, &type, &body, r->e)) > 0) {
		switch (type) {
		case BLOCK_SECTION:
			rc = n_sections++ ? not_a_file(r->e, "it has several sections") : read_section(r, body);
			break;
		case BLOCK_INTERFACE:
			rc = read_interface(r, body);
			break;
		case BLOCK_PACKET:
			rc = read_packet(r, body, n_packets++);
			break;
		case BLOCK_STATISTICS:
			rc = read_statistics(r, body);
			break;
		}
		if (rc < 0)
			return rc;
	}
	return rc;
}

int pcapng_read(const void *data, size_t len, struct arena *arena, struct pcapng *ret, struct error *e)
{
	struct rest rest = {.at = data, .len = len};
	struct reading r = {.arena = arena, .e = e};
	int rc = check_byte_order(rest, e);
	if (rc == 0)
		rc = count_packets(rest, &r.file.n_packets, e);
	if (rc < 0)
		return rc;
	r.file.packets = arena_array(arena, r.file.n_packets, sizeof *r.file.packets);
	if (!r.file.packets)
		return error_no_memory(e);
	rc = read_blocks(&r, rest);
	if (rc < 0)
		return rc;
	/* They stand behind the packets: without them there may have been more. */
	for (size_t i = 0; i < r.file.n_namespaces; i++)
		if (!r.has_statistics[i])
			return not_a_file(e, "the statistics at its end are missing");
	r.file.comments = r.comments;
	*ret = r.file;
	return 0;
}
