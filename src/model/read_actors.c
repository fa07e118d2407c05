// SPDX-License-Identifier: GPL-2.0-or-later
// Reads `namespaces` and `actors`.
#include "model/read.h"
#include "model/topology.h"

#include <string.h>

static int read_sysctls(struct reader *r, const struct yaml *node, struct namespace *ns)
{
	int rc = read_kind(r, node, YAML_MAP, "sysctl");
	if (rc >= 0)
		rc = read_array(r, node->n, sizeof *ns->sysctls, &ns->sysctls);
	if (rc < 0)
		return rc;
	YAML_EACH (entry, node) {
		struct sysctl_setting *setting = &ns->sysctls[ns->n_sysctls++];
		*setting = (struct sysctl_setting){.name = entry->key, .at = entry->key_at};
		rc = sysctl_name_check(entry->key, r->e);
		if (rc < 0)
			return scenario_error(r->s, entry->key_at, r->e, "%s", error_text(r->e));
		rc = read_template(r, entry, "the value of a sysctl", &setting->value);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int read_addresses(struct reader *r, const struct yaml *node, struct namespace *ns)
{
	int rc = read_kind(r, node, YAML_LIST, "addresses");
	if (rc < 0)
		return rc;
	if (!node->n || node->n > TOPOLOGY_MORE_MAX)
		return scenario_error(r->s, node->at, r->e, "%zu addresses: a namespace may be given 1 to %d more",
			node->n, TOPOLOGY_MORE_MAX);
	rc = read_array(r, node->n, sizeof *ns->addresses, &ns->addresses);
	if (rc < 0)
		return rc;
	YAML_EACH (entry, node) {
		rc = read_template(r, entry, "an address", &ns->addresses[ns->n_addresses++]);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int read_routes(struct reader *r, const struct yaml *node, struct namespace *ns)
{
	int rc = read_kind(r, node, YAML_MAP, "routes");
	if (rc < 0)
		return rc;
	if (!node->n || node->n > TOPOLOGY_MORE_MAX)
		return scenario_error(r->s, node->at, r->e, "%zu routes: a namespace may be given 1 to %d", node->n,
			TOPOLOGY_MORE_MAX);
	rc = read_array(r, node->n, sizeof *ns->routes, &ns->routes);
	if (rc < 0)
		return rc;
	YAML_EACH (entry, node) {
		struct route_setting *route = &ns->routes[ns->n_routes++];
		*route = (struct route_setting){.to = entry->key, .at = entry->key_at};
		rc = read_template(r, entry, "the neighbour of a route", &route->via);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int read_namespace(struct reader *r, const struct yaml *node, struct namespace *ret)
{
	*ret = (struct namespace){.name = node->key, .at = node->key_at};
	int rc = read_name(r, node->key_at, node->key, "a namespace", name_is_dashed, NAME_DASHED_RULE);
	if (rc < 0 || yaml_is_empty(node))
		return rc;
	const struct yaml *sysctl, *addresses, *routes;
	const struct read_field fields[] = {
		{"sysctl", &sysctl, false},
		{"addresses", &addresses, false},
		{"routes", &routes, false},
	};
	rc = read_fields(r, node, "a namespace", fields, sizeof fields / sizeof *fields);
	if (rc >= 0 && sysctl)
		rc = read_sysctls(r, sysctl, ret);
	if (rc >= 0 && addresses)
		rc = read_addresses(r, addresses, ret);
	return rc >= 0 && routes ? read_routes(r, routes, ret) : rc;
}

static const char *const default_namespaces[] = {"server", "client"};
#define N_DEFAULT_NAMESPACES (sizeof default_namespaces / sizeof *default_namespaces)

int read_namespaces(struct reader *r, const struct yaml *node)
{
	struct scenario *s = r->s;
	int rc = read_array(r, SCENARIO_NAMESPACES_MAX, sizeof *s->namespaces, &s->namespaces);
	if (rc < 0)
		return rc;
	if (!node) {
		for (; s->n_namespaces < N_DEFAULT_NAMESPACES; s->n_namespaces++)
			s->namespaces[s->n_namespaces].name = default_namespaces[s->n_namespaces];
		return 0;
	}
	rc = read_kind(r, node, YAML_MAP, "namespaces");
	if (rc < 0)
		return rc;
	if (!node->n || node->n > SCENARIO_NAMESPACES_MAX)
		return scenario_error(r->s, node->at, r->e,
			"%zu namespaces: a scenario has 1 to %d; leave 'namespaces:' out for server and client",
			node->n, SCENARIO_NAMESPACES_MAX);
	YAML_EACH (entry, node) {
		rc = read_namespace(r, entry, &s->namespaces[s->n_namespaces]);
		if (rc < 0)
			return rc;
		s->n_namespaces++;
	}
	return 0;
}

size_t read_find_actor(const struct scenario *s, const char *name)
{
	for (size_t i = 0; i < s->n_actors; i++)
		if (!strcmp(s->actors[i].name, name))
			return i;
	return SIZE_MAX;
}

/* Keys of a step: an actor of such a name could not act. */
static const char *const step_keys[] = {"as", "for", "every", "deadline", "when", "do"};

static int read_actor(struct reader *r, const struct yaml *node)
{
	struct scenario *s = r->s;
	int rc = read_name(r, node->key_at, node->key, "an actor", name_is_dashed, NAME_DASHED_RULE);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < sizeof step_keys / sizeof *step_keys; i++)
		if (!strcmp(node->key, step_keys[i]))
			return scenario_error(s, node->key_at, r->e,
				"an actor cannot be called '%s', which is a key of a step", node->key);
	size_t i = read_find_actor(s, node->key);
	if (i == SIZE_MAX)
		i = s->n_actors++;
	struct actor_spec *actor = &s->actors[i];
	*actor = (struct actor_spec){
		.name = node->key, .in = {.text = node->key, .at = node->key_at}, .at = node->key_at};
	if (yaml_is_empty(node))
		return 0;
	const struct yaml *in;
	rc = read_fields(r, node, "an actor", (const struct read_field[]){{"in", &in, true}}, 1);
	return rc < 0 ? rc : read_template(r, in, "in", &actor->in);
}

int read_actors(struct reader *r, const struct yaml *node)
{
	struct scenario *s = r->s;
	int rc = node ? read_kind(r, node, YAML_MAP, "actors") : 0;
	if (rc < 0)
		return rc;
	if (node && node->n > READ_ACTORS_MAX)
		return scenario_error(s, node->at, r->e, "more than %d actors", READ_ACTORS_MAX);
	rc = read_array(r, s->n_namespaces + (node ? node->n : 0), sizeof *s->actors, &s->actors);
	if (rc < 0)
		return rc;
	for (; s->n_actors < s->n_namespaces; s->n_actors++) {
		const struct namespace *ns = &s->namespaces[s->n_actors];
		s->actors[s->n_actors] =
			(struct actor_spec){.name = ns->name, .in = {.text = ns->name, .at = ns->at}, .at = ns->at};
	}
	if (node)
		YAML_EACH (entry, node) {
			rc = read_actor(r, entry);
			if (rc < 0)
				return rc;
		}
	return 0;
}
