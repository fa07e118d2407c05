// SPDX-License-Identifier: GPL-2.0-or-later
// Plans the links of a cell: their ends, addresses and routes.
#include "model/topology.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mapped.h"
#include "base/suggest.h"
#include "base/text.h"
#include "model/planner.h"

#define IPV4_FIRST 0x0A000000U /* 10.0.0.0 */
#define MAPPED_BITS 96         /* in front of an IPv4 address that is v4-mapped */

struct plan_end topology_end(size_t number, size_t namespace)
{
	size_t link = number / 2, host = number % 2 + 1;
	return (struct plan_end){
		.namespace = namespace,
		.ipv4.s_addr = htonl(IPV4_FIRST + (uint32_t)(link << 8 | host)),
		.ipv6 = {.s6_addr = {[0] = 0xfd, [7] = (uint8_t)link, [15] = (uint8_t)host}},
	};
}

/* Whether the first @bits of two addresses are the same. */
static bool has_prefix(const struct in6_addr *address, const struct in6_addr *prefix, unsigned bits)
{
	unsigned bytes = bits / 8, rest = bits % 8;
	uint8_t mask = (uint8_t)(0xff00U >> rest);
	return !memcmp(address, prefix, bytes) &&
	       (!rest || !((address->s6_addr[bytes] ^ prefix->s6_addr[bytes]) & mask));
}

/* @address with all behind its first @bits at 0. */
static struct in6_addr network_of(const struct in6_addr *address, unsigned bits)
{
	struct in6_addr network = *address;
	for (unsigned i = bits; i < 128; i++)
		network.s6_addr[i / 8] &= (uint8_t) ~(0x80U >> i % 8);
	return network;
}

/* The network of the link of @end, of the family that is asked for. */
static struct in6_addr network_of_end(const struct plan_end *end, bool is_ipv6, unsigned *ret_bits)
{
	struct in6_addr own = is_ipv6 ? end->ipv6 : mapped_from(end->ipv4);
	*ret_bits = is_ipv6 ? TOPOLOGY_IPV6_BITS : MAPPED_BITS + TOPOLOGY_IPV4_BITS;
	return network_of(&own, *ret_bits);
}

static bool has_address(const struct plan_end *end, const struct in6_addr *address)
{
	struct in6_addr ipv4 = mapped_from(end->ipv4);
	if (IN6_ARE_ADDR_EQUAL(&end->ipv6, address) || IN6_ARE_ADDR_EQUAL(&ipv4, address))
		return true;
	for (size_t i = 0; i < end->n_more; i++)
		if (IN6_ARE_ADDR_EQUAL(&end->more[i], address))
			return true;
	return false;
}

size_t topology_owner(const struct plan *plan, const struct in6_addr *address)
{
	for (size_t k = 0; k < plan->n_ends; k++)
		if (has_address(&plan->ends[k], address))
			return plan->ends[k].namespace;
	return TOPOLOGY_NONE;
}

/* The first end of @namespace, and where @other is one, the one whose other end is in it; NULL for none. */
static const struct plan_end *find_end(const struct plan *plan, size_t namespace, size_t other)
{
	for (size_t k = 0; k < plan->n_ends; k++)
		if (plan->ends[k].namespace == namespace &&
			(other == TOPOLOGY_NONE || plan->ends[k ^ 1].namespace == other))
			return &plan->ends[k];
	return NULL;
}

void topology_host(const struct plan *plan, size_t from, struct address *address)
{
	const struct plan_end none = topology_end(0, 0);
	const struct plan_end *end = find_end(plan, address->namespace, from);
	if (!end)
		end = find_end(plan, address->namespace, TOPOLOGY_NONE);
	if (!end) /* a namespace alone: it has no address, and the kernel will say so */
		end = &none;
	address->ipv4 = end->ipv4;
	address->ipv6 = end->ipv6;
}

size_t topology_find_end(const struct plan *plan, const uint8_t link_layer[static LINK_LAYER_BYTES])
{
	for (size_t k = 0; k < plan->n_ends; k++) {
		uint8_t of_end[LINK_LAYER_BYTES];
		link_layer_of(TOPOLOGY_IFINDEX_FIRST + (int)k, of_end);
		if (!memcmp(of_end, link_layer, sizeof of_end))
			return k;
	}
	return TOPOLOGY_NONE;
}

/* "10.0.1.1" or "fd00::1"; with a v4-mapped address for IPv4. */
static bool parse_host(const char *text, struct in6_addr *ret, bool *ret_is_ipv6)
{
	struct in_addr ipv4;
	*ret_is_ipv6 = strchr(text, ':');
	if (*ret_is_ipv6)
		return inet_pton(AF_INET6, text, ret) == 1 && !IN6_IS_ADDR_V4MAPPED(ret);
	if (inet_pton(AF_INET, text, &ipv4) != 1)
		return false;
	*ret = mapped_from(ipv4);
	return true;
}

static void add_network(const struct in6_addr *network, unsigned bits, struct text *t)
{
	char buffer[INET6_ADDRSTRLEN];
	text_addf(t, "%s/%u", mapped_text(network, buffer),
		IN6_IS_ADDR_V4MAPPED(network) ? bits - MAPPED_BITS : bits);
}

/* The networks of a namespace, for messages. */
static void add_networks(const struct plan *plan, size_t namespace, struct text *t)
{
	const char *before = "";
	for (size_t k = 0; k < plan->n_ends; k++)
		for (int is_ipv6 = 0; plan->ends[k].namespace == namespace && is_ipv6 < 2; is_ipv6++) {
			unsigned bits;
			struct in6_addr network = network_of_end(&plan->ends[k], is_ipv6, &bits);
			text_add(t, before);
			add_network(&network, bits, t);
			before = ", ";
		}
}

/* The first address of a network is the network's own or the routers' (RFC 4291, 2.6.1), the last one of IPv4 is all's.
 */
static bool is_of_nobody(const struct in6_addr *address, const struct in6_addr *network, bool is_ipv6)
{
	return IN6_ARE_ADDR_EQUAL(address, network) || (!is_ipv6 && address->s6_addr[15] == 0xff);
}

static int plan_address(const struct planner *p, size_t namespace, const struct template *t)
{
	struct plan *plan = p->plan;
	const char *text, *name = plan->namespaces[namespace].name;
	struct in6_addr address;
	bool is_ipv6;
	int rc = planner_expand(p, t, &text);
	if (rc < 0)
		return rc;
	if (!parse_host(text, &address, &is_ipv6)) {
		error_set(p->e, ERROR_USAGE, EINVAL,
			"'%s' is no address: an IPv4 or an IPv6 address is wanted, without a port", text);
		return planner_wrap(p, t);
	}
	size_t owner = topology_owner(plan, &address);
	if (owner != TOPOLOGY_NONE) {
		error_set(p->e, ERROR_USAGE, EINVAL, "%s is an address of %s already", text,
			plan->namespaces[owner].name);
		return planner_wrap(p, t);
	}
	for (size_t k = 0; k < plan->n_ends; k++) {
		struct plan_end *end = &plan->ends[k];
		unsigned bits;
		struct in6_addr network = network_of_end(end, is_ipv6, &bits);
		if (end->namespace != namespace || !has_prefix(&address, &network, bits))
			continue;
		if (is_of_nobody(&address, &network, is_ipv6)) {
			error_set(p->e, ERROR_USAGE, EINVAL, "%s is the address of no host in its network", text);
			return planner_wrap(p, t);
		}
		if (!end->more)
			end->more =
				arena_array(&plan->arena, p->s->namespaces[namespace].n_addresses, sizeof *end->more);
		if (!end->more)
			return error_no_memory(p->e);
		end->more[end->n_more++] = address;
		plan->ipv6 |= is_ipv6;
		return 0;
	}
	CLEANUP(text_done) struct text networks = TEXT_INIT;
	add_networks(plan, namespace, &networks);
	error_set(p->e, ERROR_USAGE, EINVAL, "%s is in no network of %s, which is in %s", text, name,
		networks.len ? text_get(&networks) : "none, as nobody is joined with it");
	return planner_wrap(p, t);
}

/* "10.0.1.0/24", "fd00:0:0:1::/64", or the address of a host. */
static bool parse_network(const char *text, struct plan_route *ret)
{
	char host[INET6_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	long long bits;
	if (len >= sizeof host)
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	if (!parse_host(host, &ret->to, &ret->is_ipv6))
		return false;
	bits = ret->is_ipv6 ? 128 : 32;
	if (slash && word_parse_number(slash + 1, 0, bits, &bits, NULL) < 0)
		return false;
	ret->bits = (unsigned)bits;
	struct in6_addr network = network_of(&ret->to, ret->bits + (ret->is_ipv6 ? 0 : MAPPED_BITS));
	return IN6_ARE_ADDR_EQUAL(&network, &ret->to);
}

static bool is_same_destination(const struct plan_route *a, const struct plan_route *b)
{
	return a->is_ipv6 == b->is_ipv6 && a->bits == b->bits && IN6_ARE_ADDR_EQUAL(&a->to, &b->to);
}

/* Add a route, whose destination is set, by the neighbour of end @end. */
static int add_route(const struct planner *p, size_t namespace, struct plan_route route, size_t end,
	const struct route_setting *from)
{
	struct plan *plan = p->plan;
	struct plan_namespace *to = &plan->namespaces[namespace];
	const struct plan_end *neighbour = &plan->ends[end ^ 1];
	for (size_t i = 0; i < to->n_routes; i++)
		if (is_same_destination(&to->routes[i], &route))
			return scenario_error(p->s, from->at, p->e, "'%s' has a route already, by the one on line %u",
				from->to, to->routes[i].at.line);
	for (size_t k = 0; k < plan->n_ends; k++) {
		unsigned bits;
		struct in6_addr network = network_of_end(&plan->ends[k], route.is_ipv6, &bits);
		if (plan->ends[k].namespace == namespace && IN6_ARE_ADDR_EQUAL(&network, &route.to) &&
			route.bits == bits - (route.is_ipv6 ? 0 : MAPPED_BITS))
			return scenario_error(p->s, from->at, p->e,
				"'%s' is a network that %s is in itself: it needs no route", from->to, to->name);
	}
	route.via = route.is_ipv6 ? neighbour->ipv6 : mapped_from(neighbour->ipv4);
	route.end = end;
	route.destination = from->to;
	route.neighbour = plan->namespaces[neighbour->namespace].name;
	route.at = from->at;
	to->routes[to->n_routes++] = route;
	return 0;
}

static bool is_in(const struct plan *plan, size_t namespace, size_t link)
{
	return plan->ends[2 * link].namespace == namespace || plan->ends[2 * link + 1].namespace == namespace;
}

/* Routes to all networks of the namespace @host in which @namespace is not itself. */
static int add_routes_to_host(
	const struct planner *p, size_t namespace, size_t host, size_t end, const struct route_setting *from)
{
	struct plan *plan = p->plan;
	size_t n = 0;
	int rc = 0;
	for (size_t link = 0; rc >= 0 && link < plan->n_ends / 2; link++) {
		if (!is_in(plan, host, link) || is_in(plan, namespace, link))
			continue;
		for (int is_ipv6 = 0; rc >= 0 && is_ipv6 < 2; is_ipv6++) {
			unsigned bits;
			struct plan_route route = {.is_ipv6 = is_ipv6};
			route.to = network_of_end(&plan->ends[2 * link], is_ipv6, &bits);
			route.bits = bits - (is_ipv6 ? 0 : MAPPED_BITS);
			rc = add_route(p, namespace, route, end, from);
			n++;
		}
	}
	if (rc >= 0 && !n)
		return scenario_error(p->s, from->at, p->e, "%s is in all networks of '%s' itself: it needs no route",
			plan->namespaces[namespace].name, from->to);
	return rc;
}

static size_t find_namespace(const struct plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->n_namespaces; i++)
		if (!strcmp(plan->namespaces[i].name, name))
			return i;
	return TOPOLOGY_NONE;
}

/* That a route's `via` is a neighbour. */
static int plan_via(const struct planner *p, size_t namespace, const struct route_setting *from, size_t *ret_end)
{
	const struct plan *plan = p->plan;
	const char *text, *before = "";
	int rc = planner_expand(p, &from->via, &text);
	if (rc < 0)
		return rc;
	size_t via = find_namespace(plan, text);
	const struct plan_end *end = via == TOPOLOGY_NONE || via == namespace ? NULL : find_end(plan, namespace, via);
	if (end) {
		*ret_end = (size_t)(end - plan->ends);
		return 0;
	}
	struct suggestion near = SUGGESTION_FOR(text);
	CLEANUP(text_done) struct text neighbours = TEXT_INIT;
	for (size_t k = 0; k < plan->n_ends; k++) {
		if (plan->ends[k].namespace != namespace)
			continue;
		const char *name = plan->namespaces[plan->ends[k ^ 1].namespace].name;
		text_addf(&neighbours, "%s%s", before, name);
		before = ", ";
		if (via == TOPOLOGY_NONE)
			suggestion_consider(&near, name);
	}
	const char *phrase = suggestion_phrase(&near);
	if (*phrase)
		error_set(p->e, ERROR_USAGE, EINVAL, "unknown namespace '%s'%s", text, phrase);
	else
		error_set(p->e, ERROR_USAGE, EINVAL, "'%s' is no neighbour of %s, which is joined with %s", text,
			plan->namespaces[namespace].name, neighbours.len ? text_get(&neighbours) : "nobody");
	return planner_wrap(p, &from->via);
}

static int plan_route(const struct planner *p, size_t namespace, const struct route_setting *from)
{
	size_t end = 0, host = find_namespace(p->plan, from->to);
	int rc = plan_via(p, namespace, from, &end);
	if (rc < 0)
		return rc;
	if (!strcmp(from->to, ROUTE_DEFAULT)) {
		const struct plan_route ipv4 = {.to = mapped_from((struct in_addr){0})}, ipv6 = {.is_ipv6 = true};
		rc = add_route(p, namespace, ipv4, end, from);
		return rc < 0 ? rc : add_route(p, namespace, ipv6, end, from);
	}
	if (host == namespace)
		return scenario_error(p->s, from->at, p->e, "'%s' has no route to itself", from->to);
	if (host != TOPOLOGY_NONE)
		return add_routes_to_host(p, namespace, host, end, from);
	struct plan_route route;
	if (!parse_network(from->to, &route))
		return scenario_error(p->s, from->at, p->e,
			"'%s' is no destination: it is 'default', a namespace, or a network such as 10.0.1.0/24 or "
			"fd00:0:0:1::/64",
			from->to);
	p->plan->ipv6 |= route.is_ipv6;
	return add_route(p, namespace, route, end, from);
}

/* A namespace as a destination makes two routes for each of its networks. */
static int plan_routes(const struct planner *p, size_t i)
{
	const struct namespace *from = &p->s->namespaces[i];
	struct plan_namespace *to = &p->plan->namespaces[i];
	to->routes = arena_array(&p->plan->arena, from->n_routes * (p->plan->n_ends + 2), sizeof *to->routes);
	if (!to->routes)
		return error_no_memory(p->e);
	for (size_t k = 0; k < from->n_routes; k++) {
		int rc = plan_route(p, i, &from->routes[k]);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int topology_plan(const struct planner *p)
{
	struct plan *plan = p->plan;
	const struct scenario *s = p->s;
	plan->ends = arena_array(&plan->arena, 2 * s->n_links, sizeof *plan->ends);
	if (!plan->ends)
		return error_no_memory(p->e);
	for (; plan->n_ends < 2 * s->n_links; plan->n_ends++)
		plan->ends[plan->n_ends] =
			topology_end(plan->n_ends, s->links[plan->n_ends / 2].namespaces[plan->n_ends % 2]);
	for (size_t i = 0; i < s->n_namespaces; i++)
		for (size_t k = 0; k < s->namespaces[i].n_addresses; k++) {
			int rc = plan_address(p, i, &s->namespaces[i].addresses[k]);
			if (rc < 0)
				return rc;
		}
	for (size_t i = 0; i < s->n_namespaces; i++) {
		int rc = s->namespaces[i].n_routes ? plan_routes(p, i) : 0;
		if (rc < 0)
			return rc;
	}
	return 0;
}
