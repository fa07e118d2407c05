// SPDX-License-Identifier: GPL-2.0-or-later
// model/pcapng: a file of packets: there and back, cut off, and malformed. What Wireshark says of one:
// test-wireshark.c.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "test_packets.h"

/* From memory of just that size, which lives as long as the arena. */
static int read_bytes(const void *bytes, size_t len, struct arena *arena, struct pcapng *ret, struct error *e)
{
	void *copy = arena_alloc(arena, len);
	assert_non_null(copy);
	memcpy(copy, bytes, len);
	int r = pcapng_read(copy, len, arena, ret, e);
	assert_true(r == 0 || r == -EINVAL);
	return r;
}

static void refuse(const struct text *t, const char *why)
{
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	CLEANUP(cleanup_error) struct error e = ERROR_INIT;
	struct pcapng back = {.n_packets = 77};
	assert_int_equal(read_bytes(t->data, t->len, &arena, &back, &e), -EINVAL);
	assert_int_equal(e.kind, ERROR_USAGE);
	if (!strstr(error_text(&e), why))
		fail_msg("'%s' instead of '%s'", error_text(&e), why);
	assert_int_equal(back.n_packets, 77); /* left alone */
}

static void assert_same_packet(const struct packet *a, const struct packet *b)
{
	assert_int_equal(a->at_ns, b->at_ns);
	assert_int_equal(a->namespace, b->namespace);
	assert_int_equal(a->loopback, b->loopback);
	assert_int_equal(a->outgoing, b->outgoing);
	assert_int_equal(a->len, b->len);
	assert_int_equal(a->n_bytes, b->n_bytes);
	assert_memory_equal(a->bytes, b->bytes, a->n_bytes);
}

static void assert_same_text(const char *a, const char *b)
{
	assert_int_equal(!a, !b);
	if (a)
		assert_string_equal(a, b);
}

static void assert_same(const struct pcapng *a, const struct pcapng *b)
{
	assert_same_text(a->about, b->about);
	assert_int_equal(a->n_namespaces, b->n_namespaces);
	for (size_t i = 0; i < a->n_namespaces; i++) {
		assert_string_equal(a->namespaces[i], b->namespaces[i]);
		assert_int_equal(a->dropped[i], b->dropped[i]);
	}
	assert_int_equal(a->n_packets, b->n_packets);
	assert_int_equal(!a->comments, !b->comments);
	for (size_t i = 0; i < a->n_packets; i++) {
		assert_same_packet(&a->packets[i], &b->packets[i]);
		if (a->comments)
			assert_same_text(a->comments[i], b->comments[i]);
	}
}

/* Written behind something else, read, and written again the same. */
static void there_and_back(const struct pcapng *file)
{
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	CLEANUP(text_done) struct text t = TEXT_INIT, again = TEXT_INIT;
	struct pcapng back;
	text_add(&t, "before");
	pcapng_write(file, &t);
	assert_int_equal((t.len - 6) % 4, 0);
	assert_int_equal(pcapng_read(t.data + 6, t.len - 6, &arena, &back, NULL), 0);
	assert_same(file, &back);
	pcapng_write(&back, &again);
	assert_int_equal(again.len, t.len - 6);
	assert_memory_equal(again.data, t.data + 6, again.len);
}

static void test_there_and_back(void **state)
{
	(void)state;
	struct pcapng file = test_capture();
	there_and_back(&file);
	file.comments = NULL;
	file.about = NULL;
	file.dropped[0] = UINT64_MAX;
	file.packets[3].n_bytes = 0;
	file.packets[3].len = UINT32_MAX;
	file.packets[3].at_ns = UINT64_MAX;
	there_and_back(&file);
	file.packets[0].loopback = true;
	file.packets[5].loopback = true;
	there_and_back(&file);
	file.n_packets = 0;
	there_and_back(&file);
	file.n_namespaces = 1;
	there_and_back(&file);
	file.n_namespaces = 0;
	there_and_back(&file);
}

/* As much as is kept of a packet at most, and every padding. */
static void test_lengths(void **state)
{
	(void)state;
	static uint8_t bytes[PACKET_BYTES_MAX];
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 7);
	for (uint32_t n = 0; n <= PACKET_BYTES_MAX; n++) {
		struct packet packet = {.at_ns = n, .outgoing = true, .len = n, .n_bytes = n, .bytes = bytes};
		char comment[PACKET_BYTES_MAX + 1];
		const char *comments[] = {comment};
		memset(comment, 'x', n);
		comment[n] = '\0';
		there_and_back(&(struct pcapng){
			.namespaces = {"a"},
			.n_namespaces = 1,
			.packets = &packet,
			.n_packets = 1,
			.comments = comments,
		});
	}
}

/* A comment that no option has room for is cut between two characters. */
static void test_long_comment(void **state)
{
	(void)state;
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	CLEANUP(text_done) struct text t = TEXT_INIT, about = TEXT_INIT;
	text_add(&about, "1");
	for (int i = 0; i < 40000; i++)
		text_add(&about, "\xc3\xa4");
	struct pcapng file = {.about = about.data}, back;
	pcapng_write(&file, &t);
	assert_int_equal(read_bytes(t.data, t.len, &arena, &back, NULL), 0);
	assert_int_equal(strlen(back.about), 65531);
	assert_memory_equal(back.about, about.data, 65531);
}

/* Where a file is cut off it is none, also between two blocks: what is behind the packets says that they are all there. */
static void test_every_beginning(void **state)
{
	(void)state;
	CLEANUP(text_done) struct text t = TEXT_INIT;
	struct pcapng file = test_capture();
	pcapng_write(&file, &t);
	size_t boundary = 0, n_boundaries = 0;
	for (size_t len = 0; len <= t.len; len++) {
		CLEANUP(arena_done) struct arena arena = ARENA_INIT;
		struct pcapng back;
		bool is_boundary = len == boundary && len;
		n_boundaries += is_boundary;
		bool is_file = is_boundary && (n_boundaries == 1 || len == t.len); /* of no interface, or the whole */
		assert_int_equal(read_bytes(t.data, len, &arena, &back, NULL), is_file ? 0 : -EINVAL);
		if (len == boundary && len < t.len) {
			uint32_t block;
			memcpy(&block, t.data + len + 4, sizeof block);
			boundary += block;
		}
	}
	/* The section, veth twice, lo once, the packets, statistics twice. */
	assert_int_equal(n_boundaries, 1 + 3 + TEST_PACKETS + 2);
}

/* Whatever a bit becomes: it is a file or it is none, and what is read of it lies within it. */
static void test_every_bit_flipped(void **state)
{
	(void)state;
	CLEANUP(text_done) struct text t = TEXT_INIT;
	struct pcapng file = test_capture();
	pcapng_write(&file, &t);
	for (size_t bit = 0; bit < t.len * 8; bit++) {
		CLEANUP(arena_done) struct arena arena = ARENA_INIT;
		struct pcapng back;
		t.data[bit / 8] = (char)(t.data[bit / 8] ^ 1 << bit % 8);
		if (pcapng_read(t.data, t.len, &arena, &back, NULL) == 0)
			for (size_t i = 0; i < back.n_packets; i++) {
				const struct packet *packet = &back.packets[i];
				const char *bytes = (const char *)packet->bytes;
				struct segment segment;
				assert_true(bytes >= t.data && bytes + packet->n_bytes <= t.data + t.len);
				assert_true(packet->namespace < back.n_namespaces);
				segment_parse(packet, &segment);
			}
		t.data[bit / 8] = (char)(t.data[bit / 8] ^ 1 << bit % 8);
	}
}

/* A file made of blocks by hand. */
static void add_block(struct text *t, uint32_t type, const void *body, size_t n)
{
	uint32_t len = (uint32_t)(n + 12), head[2] = {type, len};
	text_add_bytes(t, head, sizeof head);
	text_add_bytes(t, body, n);
	text_add_bytes(t, &len, sizeof len);
}

static void add_section(struct text *t)
{
	static const struct {
		uint32_t magic;
		uint16_t major, minor;
		uint32_t len[2];
	} body = {0x1A2B3C4D, 1, 0, {UINT32_MAX, UINT32_MAX}};
	add_block(t, 0x0A0D0D0A, &body, sizeof body);
}

struct interface {
	uint16_t link_type, reserved;
	uint32_t bytes_max;
	uint16_t tsresol, tsresol_len;
	uint8_t digits[4];
	uint16_t name, name_len;
	char text[12];
};

static struct interface interface_named(const char *name)
{
	struct interface i = {
		.link_type = 1,
		.bytes_max = 256,
		.tsresol = 9,
		.tsresol_len = 1,
		.digits = {9},
		.name = 2,
		.name_len = (uint16_t)strlen(name),
	};
	memcpy(i.text, name, strlen(name));
	return i;
}

static void add_interface(struct text *t, const char *name)
{
	struct interface i = interface_named(name);
	add_block(t, 1, &i, sizeof i);
}

struct sighting {
	uint32_t interface, time[2], n_bytes, len;
	char bytes[4];
	uint16_t flags, flags_len;
	uint32_t direction;
};

static const struct sighting good_packet = {0, {1, 2}, 3, 60, "xyz", 2, 4, 1};

static void test_unknown_is_passed_over(void **state)
{
	(void)state;
	const struct {
		struct sighting packet;
		uint16_t option, option_len;
		char value[8];
		uint16_t end, end_len;
		char behind[4]; /* the end of the options: of no meaning */
	} more = {good_packet, 0x8bad, 5, "strange", 0, 0, "\xff\xff\xff"};
	static const uint32_t statistics[] = {0, 1, 2};
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	CLEANUP(text_done) struct text t = TEXT_INIT;
	struct pcapng back;
	add_section(&t);
	add_block(&t, 0x0BAD, "", 0);
	add_interface(&t, "server");
	add_block(&t, 4, "names  ", 8);
	add_block(&t, 6, &more, sizeof more);
	add_block(&t, 5, statistics, sizeof statistics); /* without options */
	add_interface(&t, "server lo");                  /* behind the first packet */
	assert_int_equal(read_bytes(t.data, t.len, &arena, &back, NULL), 0);
	assert_null(back.about);
	assert_null(back.comments);
	assert_int_equal(back.n_namespaces, 1);
	assert_int_equal(back.dropped[0], 0);
	assert_int_equal(back.n_packets, 1);
	const struct packet wanted = {(uint64_t)1 << 32 | 2, 0, false, false, 60, 3, (const uint8_t *)"xyz"};
	assert_same_packet(&back.packets[0], &wanted);
}

static void test_sections(void **state)
{
	(void)state;
	CLEANUP(text_done) struct text t = TEXT_INIT, swapped = TEXT_INIT, other = TEXT_INIT, none = TEXT_INIT;
	add_section(&t);
	add_section(&t);
	refuse(&t, "several sections");
	add_section(&swapped);
	for (int i = 0; i < 2; i++) {
		char kept = swapped.data[8 + i];
		swapped.data[8 + i] = swapped.data[11 - i];
		swapped.data[11 - i] = kept;
	}
	refuse(&swapped, "another byte order");
	swapped.data[8] = 0;
	refuse(&swapped, "its byte order is none");
	add_section(&other);
	other.data[12] = other.data[13] = 7;
	refuse(&other, "another version");
	add_interface(&none, "server");
	refuse(&none, "does not begin with a section");
	add_section(&none);
	refuse(&none, "does not begin with a section");
}

static void refuse_interfaces(const struct interface *interfaces, size_t n, const char *why)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	add_section(&t);
	for (size_t i = 0; i < n; i++)
		add_block(&t, 1, &interfaces[i], sizeof interfaces[i]);
	refuse(&t, why);
}

static void test_interfaces(void **state)
{
	(void)state;
	struct interface server = interface_named("server"), bad = server;
	bad.link_type = 113;
	refuse_interfaces(&bad, 1, "not Ethernet");
	bad = server, bad.digits[0] = 6;
	refuse_interfaces(&bad, 1, "not in nanoseconds");
	bad = server, bad.tsresol = 77;
	refuse_interfaces(&bad, 1, "not in nanoseconds");
	bad = server, bad.tsresol_len = 2;
	refuse_interfaces(&bad, 1, "not in nanoseconds");
	bad = server, bad.name = 77;
	refuse_interfaces(&bad, 1, "without a name");
	bad = server, bad.name_len = 13;
	refuse_interfaces(&bad, 1, "longer than its block");
	bad = interface_named("");
	refuse_interfaces(&bad, 1, "of no namespace");
	bad = interface_named("no name");
	refuse_interfaces(&bad, 1, "of no namespace");
	bad = interface_named("server lo");
	refuse_interfaces(&bad, 1, "a loopback without its namespace");
	refuse_interfaces((struct interface[]){server, server}, 2, "twice");
	refuse_interfaces((struct interface[]){server, bad, bad}, 3, "twice");
	static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "one-too-many"};
	struct interface many[SCENARIO_NAMESPACES_MAX + 1];
	assert_int_equal(sizeof names / sizeof *names, sizeof many / sizeof *many);
	for (size_t i = 0; i < sizeof many / sizeof *many; i++)
		many[i] = interface_named(names[i]);
	refuse_interfaces(many, SCENARIO_NAMESPACES_MAX + 1, "of no namespace");

	CLEANUP(text_done) struct text t = TEXT_INIT;
	add_section(&t);
	add_block(&t, 1, &server, 4);
	refuse(&t, "an interface is cut off");
}

static void refuse_packet(const struct sighting *packet, size_t n, const char *why)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	add_section(&t);
	add_interface(&t, "server");
	add_block(&t, 6, packet, n);
	refuse(&t, why);
}

static void test_packets(void **state)
{
	(void)state;
	struct sighting bad = good_packet;
	refuse_packet(&bad, 16, "a packet is cut off");
	refuse_packet(&bad, 20, "longer than its block");
	refuse_packet(&bad, 24, "without its direction");
	refuse_packet(&bad, 28, "an option is longer");
	bad.interface = 1;
	refuse_packet(&bad, sizeof bad, "an interface that is not there");
	bad = good_packet, bad.len = 2;
	refuse_packet(&bad, sizeof bad, "more was kept than there is");
	bad = good_packet, bad.len = bad.n_bytes = UINT32_MAX;
	refuse_packet(&bad, sizeof bad, "more was kept than there is");
	bad = good_packet, bad.n_bytes = 40;
	refuse_packet(&bad, sizeof bad, "longer than its block");
	bad = good_packet, bad.direction = 0;
	refuse_packet(&bad, sizeof bad, "without its direction");
	bad.direction = 3;
	refuse_packet(&bad, sizeof bad, "without its direction");
	bad = good_packet, bad.flags = 77;
	refuse_packet(&bad, sizeof bad, "without its direction");
	bad = good_packet, bad.flags_len = 3;
	refuse_packet(&bad, sizeof bad, "without its direction");
}

static void test_statistics(void **state)
{
	(void)state;
	static const struct {
		uint32_t interface, time[2];
		struct {
			uint16_t code, len;
			uint32_t number[2];
		} options[2];
	} good = {0, {1, 2}, {{4, 8, {77, 77}}, {5, 8, {7, 7}}}}; /* isb_ifrecv, isb_ifdrop */
	static const uint32_t statistics[] = {1, 0, 0};
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	CLEANUP(text_done) struct text t = TEXT_INIT, cut = TEXT_INIT;
	struct pcapng back;
	add_section(&t);
	add_interface(&t, "server");
	add_block(&t, 5, &good, sizeof good);
	assert_int_equal(read_bytes(t.data, t.len, &arena, &back, NULL), 0);
	assert_int_equal(back.dropped[0], (uint64_t)7 << 32 | 7);
	add_block(&t, 5, statistics, sizeof statistics);
	refuse(&t, "an interface that is not there");
	add_section(&cut);
	add_block(&cut, 5, statistics, 8);
	refuse(&cut, "statistics are cut off");
}

static void test_blocks(void **state)
{
	(void)state;
	static const uint32_t lengths[] = {0, 4, 8, 13, 14, 15, 20, 1U << 31, UINT32_MAX - 3, UINT32_MAX};
	CLEANUP(text_done) struct text t = TEXT_INIT;
	add_section(&t);
	size_t at = t.len;
	add_block(&t, 0x0BAD, "1234", 4);
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		memcpy(t.data + at + 4, &lengths[i], 4);
		refuse(&t, "a length that cannot be");
	}
	memcpy(t.data + at + 4, &(uint32_t){12}, 4);
	refuse(&t, "two lengths");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_long_comment),
		cmocka_unit_test(test_every_beginning),
		cmocka_unit_test(test_every_bit_flipped),
		cmocka_unit_test(test_unknown_is_passed_over),
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_interfaces),
		cmocka_unit_test(test_packets),
		cmocka_unit_test(test_statistics),
		cmocka_unit_test(test_blocks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
