// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the kinds of words that any verb may take: sockets, addresses, numbers, durations, sysctls.
#include "model/word.h"
#include "base/text.h"
#include "base/suggest.h"
#include "base/cleanup.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "model/names.h"

#define SYSCTL_NAME_BYTES_MAX 128

int word_parse_number(const char *text, long long least, long long most, long long *ret, struct error *e)
{
	const char *digits = text + (*text == '-');
	size_t n_digits = strspn(digits, "0123456789");
	if (!n_digits || digits[n_digits])
		return error_set(e, ERROR_USAGE, EINVAL, "'%s' is no number", text);
	errno = 0;
	long long number = strtoll(text, NULL, 10);
	if (errno || number < least || number > most)
		return error_set(e, ERROR_USAGE, EINVAL, "%s is out of range: %lld to %lld", text, least, most);
	*ret = number;
	return 0;
}

static int word_parse_socket(const struct word_scope *scope, struct word *ret, struct error *e)
{
	(void)scope; /* which slot it has is for the plan to say, which knows what is open */
	if (name_is_dashed(ret->text))
		return 0;
	return error_set(e, ERROR_USAGE, EINVAL, "'%s' is no name of a socket: %s", ret->text, NAME_DASHED_RULE);
}

static int word_parse_program(const struct word_scope *scope, struct word *ret, struct error *e)
{
	(void)scope;
	if (name_is_dashed(ret->text))
		return 0;
	return error_set(e, ERROR_USAGE, EINVAL, "'%s' is no name of a program: %s", ret->text, NAME_DASHED_RULE);
}

static int word_parse_count(const struct word_scope *scope, struct word *ret, struct error *e)
{
	(void)scope;
	return word_parse_number(ret->text, 0, INT32_MAX, &ret->number, e);
}

#define WORD_BYTES_MAX (64LL << 20)
#define WORD_BYTES_BULKY (64LL << 10) /* a few packets */

static int word_parse_bytes(const struct word_scope *scope, struct word *ret, struct error *e)
{
	(void)scope;
	int r = word_parse_number(ret->text, 1, WORD_BYTES_MAX, &ret->number, e);
	ret->bulky = r == 0 && ret->number > WORD_BYTES_BULKY;
	return r;
}

static int word_parse_duration(const struct word_scope *scope, struct word *ret, struct error *e)
{
	(void)scope;
	return duration_parse(ret->text, &ret->duration_us, e);
}

/* "tcp_timestamps" and "ipv4.tcp_timestamps" mean something under net. */
static const char *sysctl_missing_prefix(const char *name)
{
	static const char *const families[] = {"ipv4.", "ipv6.", "core.", "unix.", "netfilter.", "mptcp."};
	for (size_t i = 0; i < sizeof families / sizeof *families; i++)
		if (!strncmp(name, families[i], strlen(families[i])))
			return "net.";
	return !strncmp(name, "tcp_", 4) || !strncmp(name, "ip_", 3) ? "net.ipv4." : NULL;
}

int sysctl_name_check(const char *name, struct error *e)
{
	size_t len = strlen(name);
	if (strncmp(name, "net.", 4)) {
		const char *prefix = sysctl_missing_prefix(name);
		if (prefix)
			return error_set(e, ERROR_USAGE, EINVAL,
				"'%s' is no sysctl of a namespace (did you mean '%s%s'?)", name, prefix, name);
		return error_set(e, ERROR_USAGE, EINVAL,
			"'%s' is no sysctl of a namespace: only those that begin with 'net.' belong to one", name);
	}
	for (const char *c = name; *c; c++)
		if (!isascii((unsigned char)*c) || (!isalnum((unsigned char)*c) && !strchr("_.-", *c)))
			return error_set(e, ERROR_USAGE, EINVAL,
				"'%s' is no name of a sysctl: letters, digits, _, - and dots between, as in "
				"net.ipv4.tcp_timestamps",
				name);
	if (strstr(name, "..") || name[len - 1] == '.')
		return error_set(e, ERROR_USAGE, EINVAL,
			"'%s' is no name of a sysctl: nothing stands between two dots or "
			"behind the last one",
			name);
	if (len > SYSCTL_NAME_BYTES_MAX)
		return error_set(
			e, ERROR_USAGE, EINVAL, "a sysctl's name is longer than %d bytes", SYSCTL_NAME_BYTES_MAX);
	return 0;
}

static int word_parse_sysctl(const struct word_scope *scope, struct word *ret, struct error *e)
{
	(void)scope;
	ret->ipv6 = !strncmp(ret->text, "net.ipv6.", strlen("net.ipv6."));
	return sysctl_name_check(ret->text, e);
}

static int parse_port(const char *word, const char *text, uint16_t *ret, struct error *e)
{
	long long port;
	if (!*text || strspn(text, "0123456789") != strlen(text) ||
		word_parse_number(text, 0, UINT16_MAX, &port, NULL) < 0)
		return error_set(e, ERROR_USAGE, EINVAL,
			"'%s' is no address: the port '%s' is no number from 0 to 65535", word, text);
	*ret = (uint16_t)port;
	return 0;
}

static int parse_ipv6(const char *word, char *host, struct address *ret, struct error *e)
{
	size_t len = strlen(host);
	if (len < 2 || host[len - 1] != ']')
		return error_set(e, ERROR_USAGE, EINVAL,
			"'%s' is no address: an IPv6 address ends with ']', as in [::1]:80", word);
	host[len - 1] = '\0';
	ret->host = HOST_IPV6;
	if (inet_pton(AF_INET6, host + 1, &ret->ipv6) != 1)
		return error_set(e, ERROR_USAGE, EINVAL, "'%s' is no address: '%s' is no IPv6 address", word, host + 1);
	return 0;
}

static int parse_host(
	const struct word_scope *scope, const char *word, char *host, struct address *ret, struct error *e)
{
	if (!strcmp(host, "*")) {
		ret->host = HOST_ANY;
		return 0;
	}
	if (*host == '[')
		return parse_ipv6(word, host, ret, e);
	if (strchr(host, ':'))
		return error_set(e, ERROR_USAGE, EINVAL,
			"'%s' is no address: an IPv6 address stands in brackets, as in [::1]:80", word);
	if (isdigit((unsigned char)*host)) {
		ret->host = HOST_IPV4;
		if (inet_pton(AF_INET, host, &ret->ipv4) != 1)
			return error_set(
				e, ERROR_USAGE, EINVAL, "'%s' is no address: '%s' is no IPv4 address", word, host);
		return 0;
	}
	ret->host = HOST_NAMESPACE;
	return scope->find_namespace(scope, host, &ret->namespace, e);
}

#define ADDRESS_BYTES_MAX 128

static int word_parse_address(const struct word_scope *scope, struct word *ret, struct error *e)
{
	char host[ADDRESS_BYTES_MAX];
	const char *colon = strrchr(ret->text, ':'), *bracket = strrchr(ret->text, ']');
	if (!colon || colon == ret->text || (bracket && bracket > colon))
		return error_set(e, ERROR_USAGE, EINVAL,
			"'%s' is no address: it is HOST:PORT, such as *:80, server:80, 127.0.0.1:80 or [::1]:80",
			ret->text);
	size_t len = (size_t)(colon - ret->text);
	if (len >= sizeof host)
		return error_set(e, ERROR_USAGE, EINVAL, "an address is longer than %zu bytes", sizeof host);
	memcpy(host, ret->text, len);
	host[len] = '\0';
	struct address *address = &ret->address;
	int rc = parse_host(scope, ret->text, host, address, e);
	if (rc < 0)
		return rc;
	ret->ipv6 = address->host == HOST_IPV6;
	return parse_port(ret->text, colon + 1, &address->port, e);
}

const struct word_kind word_new_socket = {
	.what = "a name for a socket", .socket = SOCKET_MAKES, .parse = word_parse_socket};
const struct word_kind word_socket = {.what = "a socket", .socket = SOCKET_USES, .parse = word_parse_socket};
const struct word_kind word_ended_socket = {.what = "a socket", .socket = SOCKET_ENDS, .parse = word_parse_socket};
const struct word_kind word_new_program = {
	.what = "a name for a program", .socket = SOCKET_MAKES, .is_program = true, .parse = word_parse_program};
const struct word_kind word_program = {
	.what = "a program", .socket = SOCKET_USES, .is_program = true, .parse = word_parse_program};
const struct word_kind word_address = {.what = "an address", .parse = word_parse_address};
const struct word_kind word_destination = {.what = "an address", .is_destination = true, .parse = word_parse_address};
const struct word_kind word_count = {.what = "a number", .parse = word_parse_count};
const struct word_kind word_bytes = {.what = "a number of bytes", .parse = word_parse_bytes};
const struct word_kind word_duration = {.what = "a duration", .parse = word_parse_duration};
const struct word_kind word_sysctl = {.what = "a sysctl", .parse = word_parse_sysctl};
const struct word_kind word_text = {.what = "a text"};

#define FEW_ENTRIES 9

static const char *entry_name(const void *table, size_t i, size_t size)
{
	return *(const char *const *)((const char *)table + i * size);
}

const void *word_find_entry(const char *text, const void *table, size_t n, size_t size, const char *what,
	struct error *e)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(text, entry_name(table, i, size)))
			return (const char *)table + i * size;
	struct suggestion near = SUGGESTION_FOR(text);
	CLEANUP(text_done) struct text known = TEXT_INIT;
	for (size_t i = 0; i < n; i++) {
		suggestion_consider(&near, entry_name(table, i, size));
		text_addf(&known, "%s%s", !i ? ": it is " : i + 1 < n ? ", " : " or ", entry_name(table, i, size));
	}
	const char *phrase = suggestion_phrase(&near);
	error_set(e, ERROR_USAGE, EINVAL, "unknown %s '%s'%s", what, text,
		*phrase ? phrase : n <= FEW_ENTRIES ? text_get(&known) : "");
	return NULL;
}
