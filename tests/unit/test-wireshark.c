// SPDX-License-Identifier: GPL-2.0-or-later
// model/pcapng: what Wireshark's own reader, tshark, makes of a file of ours.
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "test_packets.h"

static char folder[] = "/tmp/netrepro-test-wireshark.XXXXXX";

/* Where TMPDIR is elsewhere, the shell goes by it, too: all commands run in the folder, which is its own configuration.
 */
static int run(const char *command)
{
	CLEANUP(text_done) struct text t = TEXT_INIT;
	text_addf(&t, "cd %s && export WIRESHARK_CONFIG_DIR=. LC_ALL=C.UTF-8 TZ=UTC && { %s; } >out 2>err", folder,
		command);
	assert_false(t.failed);
	return system(t.data);
}

/* The whole of a file in the folder, into @t. */
static void read_file(const char *name, struct text *t)
{
	char path[sizeof folder + 32], bytes[4096];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	CLEANUP(cleanup_fclose) FILE *file = fopen(path, "re");
	assert_non_null(file);
	size_t n;
	while ((n = fread(bytes, 1, sizeof bytes, file)) > 0)
		text_add_bytes(t, bytes, n);
}

/* What the command prints; it succeeds, and says nothing on its standard error, but that root should not run it. */
static void expect(const char *command, const char *wanted)
{
	static const char as_root[] = "Running as user \"root\" and group \"root\". This could be dangerous.\n";
	CLEANUP(text_done) struct text out = TEXT_INIT, err = TEXT_INIT;
	int status = run(command);
	read_file("out", &out);
	read_file("err", &err);
	if (strcmp(text_get(&err), as_root) != 0)
		assert_string_equal(text_get(&err), "");
	assert_int_equal(status, 0);
	assert_string_equal(text_get(&out), wanted);
}

static int make_folder(void **state)
{
	(void)state;
	CLEANUP(text_done) struct text t = TEXT_INIT;
	char path[sizeof folder + 32];
	if (!mkdtemp(folder))
		return -1;
	struct pcapng file = test_capture();
	pcapng_write(&file, &t);
	snprintf(path, sizeof path, "%s/x.pcapng", folder);
	CLEANUP(cleanup_fclose) FILE *x = fopen(path, "we");
	return x && fwrite(t.data, 1, t.len, x) == t.len ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	char command[sizeof folder + 16];
	snprintf(command, sizeof command, "rm -rf %s", folder);
	return system(command);
}

static void need_tshark(void)
{
	if (run("command -v tshark && command -v capinfos") == 0)
		return;
	print_message("SKIP: tshark is not installed\n");
	skip();
}

/* Interfaces, directions, nanoseconds, lengths, relative sequence numbers, comments. */
static void test_packets(void **state)
{
	(void)state;
	need_tshark();
	expect("tshark -r x.pcapng -o tcp.relative_sequence_numbers:TRUE -T fields -E separator=/s -e "
	       "frame.interface_name "
	       "-e frame.packet_flags_direction -e frame.time_epoch -e frame.len -e frame.cap_len -e tcp.seq -e "
	       "tcp.ack "
	       "-e frame.comment",
		"client 0x00000002 1700000000.123456789 66 66 0 0 client: connect \xe2\x86\x92 server\n"
		"server 0x00000001 1700000000.123457790 66 66 0 0 \n"
		"server 0x00000002 1700000000.123458791 66 66 0 1 \n"
		"client 0x00000001 1700000000.123459792 66 66 0 1 \n"
		"client 0x00000002 1700000000.123460793 66 66 1 1 \n"
		"server 0x00000001 1700000000.123461794 66 66 1 1 \n"
		"server 0x00000002 1700000000.123462795 66 66 1 1 \n"
		"client 0x00000001 1700000000.123463796 66 66 1 1 \n"
		"client 0x00000002 1700000000.123464797 66 66 1 2 \n"
		"server 0x00000001 1700000000.123465798 66 66 1 2 \n"
		"server 0x00000002 1700000000.123466799 66 66 2 2 \n"
		"client 0x00000001 1700000000.123467800 66 66 2 2 \n"
		"client lo 0x00000002 1700000000.123468801 4000 65 0 0 by itself\n");
}

static void test_nothing_is_malformed(void **state)
{
	(void)state;
	need_tshark();
	expect("tshark -r x.pcapng -Y _ws.malformed", "");
	expect("tshark -r x.pcapng -Y 'tcp && frame.interface_id == 2' -T fields -e frame.interface_description",
		"the loopback of namespace client\n");
}

static void test_what_the_file_says_of_itself(void **state)
{
	(void)state;
	need_tshark();
	expect("capinfos -M x.pcapng | grep -E '^(Number of packets|File "
	       "timestamp|Strict|Capture (application|comment))|Name|Description|Encaps|stat e' | "
	       "sed -E 's/ +/ /g'",
		"File timestamp precision: nanoseconds (9)\n"
		"Number of packets: 13\n"
		"Strict time order: True\n"
		"Capture application: netrepro " NETREPRO_VERSION "\n"
		"Capture comment: cell 72 of a test\n"
		" Name = server\n Description = the veth of namespace server\n Encapsulation = Ethernet (1 - ether)\n"
		" Number of stat entries = 1\n"
		" Name = client\n Description = the veth of namespace client\n Encapsulation = Ethernet (1 - ether)\n"
		" Number of stat entries = 1\n"
		" Name = client lo\n Description = the loopback of namespace client\n"
		" Encapsulation = Ethernet (1 - ether)\n Number of stat entries = 0\n");
}

/* What it has read it can write: the same as we have written, and in particular what was dropped. */
static void test_written_by_wireshark(void **state)
{
	(void)state;
	need_tshark();
	CLEANUP(arena_done) struct arena arena = ARENA_INIT;
	CLEANUP(text_done) struct text t = TEXT_INIT;
	struct pcapng file = test_capture(), back;
	expect("tshark -2 -r x.pcapng -w again.pcapng", "");
	read_file("again.pcapng", &t);
	assert_int_equal(pcapng_read(t.data, t.len, &arena, &back, NULL), 0);
	assert_string_equal(back.about, file.about);
	assert_int_equal(back.n_namespaces, 2);
	assert_string_equal(back.namespaces[0], "server");
	assert_string_equal(back.namespaces[1], "client");
	assert_int_equal(back.dropped[0], 0);
	assert_int_equal(back.dropped[1], 7);
	assert_int_equal(back.n_packets, TEST_PACKETS);
	assert_string_equal(back.comments[TEST_PACKETS - 1], "by itself");
	for (size_t i = 0; i < TEST_PACKETS; i++) {
		assert_int_equal(back.packets[i].at_ns, file.packets[i].at_ns);
		assert_int_equal(back.packets[i].namespace, file.packets[i].namespace);
		assert_int_equal(back.packets[i].loopback, file.packets[i].loopback);
		assert_int_equal(back.packets[i].outgoing, file.packets[i].outgoing);
		assert_int_equal(back.packets[i].len, file.packets[i].len);
		assert_int_equal(back.packets[i].n_bytes, file.packets[i].n_bytes);
	}
}

/* Each segment is seen twice, which Wireshark takes for retransmissions; not in a file of one side. */
static void test_one_side(void **state)
{
	(void)state;
	need_tshark();
	expect("tshark -r x.pcapng -Y 'frame.interface_name == \"server\"' -w server.pcapng", "");
	expect("tshark -r server.pcapng -T fields -E separator=, -e frame.packet_flags_direction -e tcp.seq -e tcp.ack",
		"0x00000001,0,0\n0x00000002,0,1\n0x00000001,1,1\n0x00000002,1,1\n0x00000001,1,2\n0x00000002,2,2\n");
	expect("tshark -r server.pcapng -Y tcp.analysis.flags", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_packets),
		cmocka_unit_test(test_nothing_is_malformed),
		cmocka_unit_test(test_what_the_file_says_of_itself),
		cmocka_unit_test(test_written_by_wireshark),
		cmocka_unit_test(test_one_side),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
