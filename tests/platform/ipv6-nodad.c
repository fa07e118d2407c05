// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An IPv6 address added with IFA_F_NODAD can be bound at once; without it, it
 * is tentative while duplicate address detection runs (1 to 2 s), and bind
 * gives EADDRNOTAVAIL.
 *
 * Relied on: no cell waits for duplicate address detection. (That it can be
 * bound does not mean that it can be reached: see ipv6-ready.c.)
 */
#define _GNU_SOURCE 1

#include "platform.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <sys/socket.h>
#include <unistd.h>

/* 0 or -errno of a bind to the address. */
static int try_bind(const char *text)
{
	struct sockaddr_in6 address = {.sin6_family = AF_INET6};
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0), rc;

	assert_return_code(fd, errno);
	assert_int_equal(inet_pton(AF_INET6, text, &address.sin6_addr), 1);
	rc = bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 ? 0 : -errno;
	close(fd);
	return rc;
}

static void usable_at_once(void **state)
{
	int host = platform_leave_host();
	int server = platform_new_namespace();
	int client = platform_new_namespace();

	(void)state;
	if (access("/proc/self/net/if_inet6", F_OK) != 0)
		platform_skip("no IPv6 in this kernel");
	platform_veth(server, client);

	platform_address_add(PLATFORM_MAIN_IFINDEX, "fd00::2", IFA_F_NODAD);
	assert_int_equal(try_bind("fd00::2"), 0);
	platform_address_add(PLATFORM_MAIN_IFINDEX, "fd00::3", 0);
	assert_int_equal(try_bind("fd00::3"), -EADDRNOTAVAIL);

	close(client);
	close(server);
	close(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usable_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
