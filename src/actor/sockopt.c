// SPDX-License-Identifier: GPL-2.0-or-later
// Socket options by their names.
#include "actor/sockopt.h"

#include <errno.h>
#include <limits.h>
#include <linux/if.h>
#include <linux/in6.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/clock.h"

#define OPTION(level, name, kind)                                                                                      \
	{                                                                                                              \
#name, level, name, kind                                                                               \
	}

/* Options newer than the headers of Ubuntu 22.04: include/uapi/asm-generic/socket.h, include/uapi/linux/in.h. */
#ifndef SO_TXREHASH
#define SO_TXREHASH 74
#endif
#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51
#endif

static const struct sockopt sockopts[] = {
	OPTION(SOL_SOCKET, SO_ACCEPTCONN, SOCKOPT_INT),
	OPTION(SOL_SOCKET, SO_BINDTODEVICE, SOCKOPT_DEVICE),
	OPTION(SOL_SOCKET, SO_BINDTOIFINDEX, SOCKOPT_INT),
	OPTION(SOL_SOCKET, SO_BUSY_POLL, SOCKOPT_INT),
	OPTION(SOL_SOCKET, SO_DEBUG, SOCKOPT_INT),
	OPTION(SOL_SOCKET, SO_DOMAIN, SOCKOPT_INT),
	OPTION(SOL_SOCKET, SO_DONTROUTE, SOCKOPT_INT),
	OPTION(SOL_SOCKET, SO_ERROR, SOCKOPT_ERRNO),
	OPTION(SOL_SOCKET, SO_INCOMING_CPU, SOCKOPT_INT),
	OPTION(SOL_SOCKET, SO_KEEPALIVE, SOCKOPT_INT),
	OPTION(SOL_SOCKET, SO_LINGER, SOCKOPT_LINGER),
	OPTION(SOL_SOCKET, SO_MARK, SOCKOPT_INT),
	OPTION(SOL_SOCKET, SO_OOBINLINE, SOCKOPT_INT),
	OPTION(SOL_SOCKET, SO_PRIORITY, SOCKOPT_INT),
	OPTION(SOL_SOCKET, SO_PROTOCOL, SOCKOPT_INT),
	OPTION(SOL_SOCKET, SO_RCVBUF, SOCKOPT_INT),
	OPTION(SOL_SOCKET, SO_RCVBUFFORCE, SOCKOPT_INT),
	OPTION(SOL_SOCKET, SO_RCVLOWAT, SOCKOPT_INT),
	OPTION(SOL_SOCKET, SO_RCVTIMEO, SOCKOPT_TIMEVAL),
	OPTION(SOL_SOCKET, SO_REUSEADDR, SOCKOPT_INT),
	OPTION(SOL_SOCKET, SO_REUSEPORT, SOCKOPT_INT),
	OPTION(SOL_SOCKET, SO_SNDBUF, SOCKOPT_INT),
	OPTION(SOL_SOCKET, SO_SNDBUFFORCE, SOCKOPT_INT),
	OPTION(SOL_SOCKET, SO_SNDTIMEO, SOCKOPT_TIMEVAL),
	OPTION(SOL_SOCKET, SO_TXREHASH, SOCKOPT_INT),
	OPTION(SOL_SOCKET, SO_TYPE, SOCKOPT_INT),
	OPTION(SOL_SOCKET, SO_ZEROCOPY, SOCKOPT_INT),
	OPTION(IPPROTO_TCP, TCP_CORK, SOCKOPT_INT),
	OPTION(IPPROTO_TCP, TCP_DEFER_ACCEPT, SOCKOPT_INT),
	OPTION(IPPROTO_TCP, TCP_FASTOPEN, SOCKOPT_INT),
	OPTION(IPPROTO_TCP, TCP_FASTOPEN_CONNECT, SOCKOPT_INT),
	OPTION(IPPROTO_TCP, TCP_FASTOPEN_NO_COOKIE, SOCKOPT_INT),
	OPTION(IPPROTO_TCP, TCP_INQ, SOCKOPT_INT),
	OPTION(IPPROTO_TCP, TCP_KEEPCNT, SOCKOPT_INT),
	OPTION(IPPROTO_TCP, TCP_KEEPIDLE, SOCKOPT_INT),
	OPTION(IPPROTO_TCP, TCP_KEEPINTVL, SOCKOPT_INT),
	OPTION(IPPROTO_TCP, TCP_LINGER2, SOCKOPT_INT),
	OPTION(IPPROTO_TCP, TCP_MAXSEG, SOCKOPT_INT),
	OPTION(IPPROTO_TCP, TCP_NODELAY, SOCKOPT_INT),
	OPTION(IPPROTO_TCP, TCP_NOTSENT_LOWAT, SOCKOPT_INT),
	OPTION(IPPROTO_TCP, TCP_QUICKACK, SOCKOPT_INT),
	OPTION(IPPROTO_TCP, TCP_SAVE_SYN, SOCKOPT_INT),
	OPTION(IPPROTO_TCP, TCP_SYNCNT, SOCKOPT_INT),
	OPTION(IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, SOCKOPT_INT),
	OPTION(IPPROTO_TCP, TCP_TIMESTAMP, SOCKOPT_INT),
	OPTION(IPPROTO_TCP, TCP_TX_DELAY, SOCKOPT_INT),
	OPTION(IPPROTO_TCP, TCP_USER_TIMEOUT, SOCKOPT_INT),
	OPTION(IPPROTO_TCP, TCP_WINDOW_CLAMP, SOCKOPT_INT),
	OPTION(IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, SOCKOPT_INT),
	OPTION(IPPROTO_IP, IP_FREEBIND, SOCKOPT_INT),
	OPTION(IPPROTO_IP, IP_LOCAL_PORT_RANGE, SOCKOPT_UNSIGNED),
	OPTION(IPPROTO_IP, IP_MINTTL, SOCKOPT_INT),
	OPTION(IPPROTO_IP, IP_MTU, SOCKOPT_INT),
	OPTION(IPPROTO_IP, IP_MTU_DISCOVER, SOCKOPT_INT),
	OPTION(IPPROTO_IP, IP_RECVERR, SOCKOPT_INT),
	OPTION(IPPROTO_IP, IP_TOS, SOCKOPT_INT),
	OPTION(IPPROTO_IP, IP_TRANSPARENT, SOCKOPT_INT),
	OPTION(IPPROTO_IP, IP_TTL, SOCKOPT_INT),
	OPTION(IPPROTO_IPV6, IPV6_AUTOFLOWLABEL, SOCKOPT_INT),
	OPTION(IPPROTO_IPV6, IPV6_FREEBIND, SOCKOPT_INT),
	OPTION(IPPROTO_IPV6, IPV6_MTU, SOCKOPT_INT),
	OPTION(IPPROTO_IPV6, IPV6_MTU_DISCOVER, SOCKOPT_INT),
	OPTION(IPPROTO_IPV6, IPV6_RECVERR, SOCKOPT_INT),
	OPTION(IPPROTO_IPV6, IPV6_TCLASS, SOCKOPT_INT),
	OPTION(IPPROTO_IPV6, IPV6_TRANSPARENT, SOCKOPT_INT),
	OPTION(IPPROTO_IPV6, IPV6_UNICAST_HOPS, SOCKOPT_INT),
	OPTION(IPPROTO_IPV6, IPV6_V6ONLY, SOCKOPT_INT),
};

static int sockopt_parse(const struct word_scope *scope, struct word *ret, struct error *e)
{
	(void)scope;
	ret->entry = word_find_entry(
		ret->text, sockopts, sizeof sockopts / sizeof *sockopts, sizeof *sockopts, "socket option", e);
	return ret->entry ? 0 : -EINVAL;
}

const struct word_kind word_sockopt = {.what = "a socket option", .parse = sockopt_parse};

/* What stands for no device; the kernel's word for it is "". */
#define NO_DEVICE "none"

/* Whether there is one of this name the kernel will say. */
static int parse_device(const char *text, const struct sockopt *option, struct error *e)
{
	if (strlen(text) < IFNAMSIZ)
		return 0;
	return error_set(e, ERROR_USAGE, EINVAL,
		"'%s' is no value for %s: the name of a link has at most %d bytes; 'none' takes it away", text,
		option->name, IFNAMSIZ - 1);
}

static int sockopt_value_parse(const struct word_scope *scope, struct word *ret, struct error *e)
{
	const struct sockopt *option = scope->before[scope->n_before - 1].entry;
	switch (option->kind) {
	case SOCKOPT_INT:
	case SOCKOPT_ERRNO: /* can be asked for, and not set: what the kernel says to that is the answer */
		return word_parse_number(ret->text, INT_MIN, INT_MAX, &ret->number, e);
	case SOCKOPT_UNSIGNED:
		return word_parse_number(ret->text, 0, UINT_MAX, &ret->number, e);
	case SOCKOPT_TIMEVAL:
		return duration_parse(ret->text, &ret->duration_us, e);
	case SOCKOPT_LINGER:
		ret->number = -1;
		if (!strcmp(ret->text, "off"))
			return 0;
		int r = word_parse_number(ret->text, 0, INT_MAX, &ret->number, e);
		return r < 0 ? error_set(e, ERROR_USAGE, EINVAL,
				       "'%s' is no value for %s: whole seconds, or 'off', are wanted", ret->text,
				       option->name)
			     : 0;
	case SOCKOPT_DEVICE:
		return parse_device(ret->text, option, e);
	case SOCKOPT_KIND_COUNT:
		break;
	}
	return 0;
}

const struct word_kind word_sockopt_value = {.what = "its value", .parse = sockopt_value_parse};

int sockopt_set(int fd, const struct sockopt *option, const struct word *value)
{
	union {
		int number;
		struct linger linger;
		struct timeval timeval;
		char device[IFNAMSIZ];
	} data = {.number = (int)value->number};
	socklen_t len = sizeof data.number;
	switch (option->kind) {
	case SOCKOPT_LINGER:
		data.linger = (struct linger){.l_onoff = value->number >= 0};
		if (value->number > 0)
			data.linger.l_linger = (int)value->number;
		len = sizeof data.linger;
		break;
	case SOCKOPT_TIMEVAL:
		data.timeval.tv_sec = (time_t)(value->duration_us / CLOCK_US_PER_S);
		data.timeval.tv_usec = (suseconds_t)(value->duration_us % CLOCK_US_PER_S);
		len = sizeof data.timeval;
		break;
	case SOCKOPT_DEVICE:
		snprintf(data.device, sizeof data.device, "%s", strcmp(value->text, NO_DEVICE) ? value->text : "");
		len = (socklen_t)strlen(data.device);
		break;
	case SOCKOPT_INT:
	case SOCKOPT_ERRNO:
	case SOCKOPT_UNSIGNED: /* the same bits */
	case SOCKOPT_KIND_COUNT:
		break;
	}
	return setsockopt(fd, option->level, option->option, &data, len) < 0 ? errno : 0;
}

int sockopt_get(int fd, const struct sockopt *option, char text[static SOCKOPT_TEXT])
{
	union {
		int number;
		struct linger linger;
		struct timeval timeval;
		char device[IFNAMSIZ];
	} data;
	memset(&data, 0, sizeof data);
	socklen_t len = option->kind == SOCKOPT_LINGER    ? sizeof data.linger
			: option->kind == SOCKOPT_TIMEVAL ? sizeof data.timeval
			: option->kind == SOCKOPT_DEVICE  ? sizeof data.device
							  : sizeof data.number;
	if (getsockopt(fd, option->level, option->option, &data, &len) < 0)
		return errno;
	switch (option->kind) {
	case SOCKOPT_LINGER:
		if (data.linger.l_onoff)
			snprintf(text, SOCKOPT_TEXT, "%d", data.linger.l_linger);
		else
			snprintf(text, SOCKOPT_TEXT, "off");
		break;
	case SOCKOPT_TIMEVAL: {
		char duration[DURATION_TEXT];
		uint64_t us = (uint64_t)data.timeval.tv_sec * CLOCK_US_PER_S + (uint64_t)data.timeval.tv_usec;
		snprintf(text, SOCKOPT_TEXT, "%s", us ? duration_format(us, duration) : "0");
		break;
	}
	case SOCKOPT_DEVICE: /* without a device the kernel writes nothing, and says so by the length */
		snprintf(text, SOCKOPT_TEXT, "%.*s", IFNAMSIZ, len && data.device[0] ? data.device : NO_DEVICE);
		break;
	case SOCKOPT_UNSIGNED:
		snprintf(text, SOCKOPT_TEXT, "%u", (unsigned)data.number);
		break;
	case SOCKOPT_ERRNO:
		if (data.number && strerrorname_np(data.number)) {
			snprintf(text, SOCKOPT_TEXT, "%s", strerrorname_np(data.number));
			break;
		}
		/* fall through */
	case SOCKOPT_INT:
	case SOCKOPT_KIND_COUNT:
		snprintf(text, SOCKOPT_TEXT, "%d", data.number);
		break;
	}
	return 0;
}
