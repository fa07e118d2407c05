// SPDX-License-Identifier: GPL-2.0-or-later
// The way on which a frame that an actor sends by itself reaches an address.
#include "actor/path.h"

#include <errno.h>

#include "base/mapped.h"

static const struct testbed_namespace *find_owner(const struct testbed *t, const struct in6_addr *address)
{
	for (size_t i = 0; i < t->n_namespaces; i++)
		if (testbed_has_address(&t->namespaces[i], address))
			return &t->namespaces[i];
	return NULL;
}

/* The namespace at the other end of the link of @end. */
static const struct testbed_namespace *find_next(const struct testbed *t, const struct veth_end *end)
{
	return &t->namespaces[testbed_namespace_of(t, testbed_other_end(t, end))];
}

int path_find(const struct testbed *t, const struct testbed_namespace *from, const struct in6_addr *to,
	struct path *ret, struct error *e)
{
	char text[INET6_ADDRSTRLEN];
	mapped_text(to, text);
	struct path path = {.at = find_owner(t, to)};
	if (!path.at || path.at == from || testbed_has_address(from, to))
		return error_set(e, ERROR_UNMET, EHOSTUNREACH,
			"%s is %s: a segment is sent over a link, to an address of another namespace", text,
			path.at ? "an address of its own namespace" : "nobody's address");
	for (size_t i = 0; i < from->n_ends && !path.is_direct; i++)
		if (find_next(t, from->ends[i]) == path.at) {
			path.own = from->ends[i];
			path.is_direct = true;
		}
	if (!path.own && from->n_ends != 1)
		return error_set(e, ERROR_UNMET, EHOSTUNREACH,
			"namespace '%s' has %zu links, and none to '%s', which has %s: by which to send is not known",
			from->name, from->n_ends, path.at->name, text);
	path.own = path.own ? path.own : from->ends[0];
	path.neighbour = testbed_other_end(t, path.own);
	path.next = find_next(t, path.own);
	link_layer_of(path.neighbour->ifindex, path.link_layer);
	if (IN6_IS_ADDR_V4MAPPED(to))
		path.echo_to = mapped_ipv4(to);
	else
		path.echo_to = path.is_direct ? path.neighbour->ipv4 : path.at->ends[0]->ipv4;
	*ret = path;
	return 0;
}
