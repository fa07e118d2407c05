// SPDX-License-Identifier: GPL-2.0-or-later
// net/mib: the text of /proc/net/snmp and netstat, good and malformed; the kernel is not asked.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "net/mib.h"

/* "TcpActiveOpens=1 …" */
static int note(void *context, const struct mib_column *column, struct error *e)
{
	(void)e;
	text_addf(context, "%.*s%.*s=%lld ", (int)column->line_len, column->line, (int)column->name_len, column->name,
		(long long)column->value);
	return 0;
}

/* From memory that ends where the text does, so that the sanitizer sees a read beyond it. */
static int parse(const char *text, size_t len, struct text *noted, struct error *e)
{
	char *copy = malloc(len ? len : 1);
	assert_non_null(copy);
	memcpy(copy, text, len);
	int r = mib_parse(copy, len, note, noted, e);
	free(copy);
	return r;
}

static const struct good {
	const char *text, *columns;
} goods[] = {
	{"", ""},
	{"Tcp: ActiveOpens MaxConn\nTcp: 1 -1\n", "TcpActiveOpens=1 TcpMaxConn=-1 "},
	{"Ip: A\nIp: 0\nTcp: B C\nTcp: 7 8\n", "IpA=0 TcpB=7 TcpC=8 "},
	{"IcmpMsg:\nIcmpMsg:\n", ""},
	{"Ip: A \nIp:  9223372036854775807 \n", "IpA=9223372036854775807 "},
	{"Ip: A\nIp: -9223372036854775808\n", "IpA=-9223372036854775808 "},
	/* A gauge, summed up while it was moving. */
	{"Ip: A\nIp: 18446744073709551615\n", "IpA=-1 "},
	/* A word with a colon is a name like any other. */
	{"Ip: A:\nIp: 1\n", "IpA:=1 "},
};

static void test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(goods) / sizeof(goods[0]); i++) {
		CLEANUP(text_done) struct text noted = TEXT_INIT;
		CLEANUP(cleanup_error) struct error e = ERROR_INIT;
		int r = parse(goods[i].text, strlen(goods[i].text), &noted, &e);
		if (r < 0)
			fail_msg("%zu: %s", i, error_text(&e));
		assert_string_equal(text_get(&noted), goods[i].columns);
	}
}

static const char *const bads[] = {
	"Tcp: A B\n",                          /* no line of values */
	"Tcp: A B\nTcp: 1 2",                  /* which does not end */
	"Tcp: A B",                            /* one that does not end */
	"Tcp: A B\nTcp: 1\n",                  /* fewer values than names */
	"Tcp: A\nTcp: 1 2\n",                  /* more */
	"Tcp: A\nTcp:\n",                      /* none */
	"Tcp:\nTcp: 1\n",                      /* no names */
	"Tcp: A\nIp: 1\n",                     /* of another line */
	"Tcp: A\nTcpExt: 1\n",                 /* ditto, with the same beginning */
	"Tcp A\nTcp 1\n",                      /* no colon */
	": A\n: 1\n",                          /* no name */
	"\n\n",                                /* nothing */
	"Tcp: A\n\nTcp: 1\n",                  /* an empty line in between */
	"Tcp: A\nTcp: x\n",                    /* no number */
	"Tcp: A\nTcp: 1x\n",                   /* ditto */
	"Tcp: A\nTcp: -\n",                    /* ditto */
	"Tcp: A\nTcp: +1\n",                   /* ditto */
	"Tcp: A\nTcp: 0x1\n",                  /* ditto */
	"Tcp: A\nTcp: 1.5\n",                  /* ditto */
	"Tcp: A\nTcp: -9223372036854775809\n", /* too large */
	"Tcp: A\nTcp: 18446744073709551616\n", /* ditto */
	"Tcp: A\nTcp: 1\njunk",
	"\xff\xfe\n\xff\xfe\n",
};

static void test_malformed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
		CLEANUP(text_done) struct text noted = TEXT_INIT;
		CLEANUP(cleanup_error) struct error e = ERROR_INIT;
		int r = parse(bads[i], strlen(bads[i]), &noted, &e);
		if (r != -EPROTO)
			fail_msg("%zu: %d for '%s'", i, r, bads[i]);
		assert_int_equal(e.kind, ERROR_HARNESS);
		assert_non_null(strstr(error_text(&e), "the kernel's counters are not as they were known, at '"));
	}
}

static void test_bytes_of_0(void **state)
{
	(void)state;
	static const char text[] = "T\0: A\0B\nT\0: 1\nTcp: A\nTcp: 1\0\n";
	CLEANUP(text_done) struct text noted = TEXT_INIT;
	assert_int_equal(parse(text, sizeof(text) - 1, &noted, NULL), -EPROTO);
}

static int stop_at_second(void *context, const struct mib_column *column, struct error *e)
{
	(void)column, (void)e;
	return ++*(int *)context == 2 ? 42 : 0;
}

static void test_visit_ends_it(void **state)
{
	(void)state;
	static const char text[] = "Tcp: A B C\nTcp: 1 2 3\n";
	int n = 0;
	assert_int_equal(mib_parse(text, sizeof(text) - 1, stop_at_second, &n, NULL), 42);
	assert_int_equal(n, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_bytes_of_0),
		cmocka_unit_test(test_visit_ends_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
