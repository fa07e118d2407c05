// SPDX-License-Identifier: GPL-2.0-or-later
// What a pane knows of its lab.
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mapped.h"
#include "base/suggest.h"
#include "base/text.h"
#include "cli/lab_pane.h"

void lab_view_take(struct lab_view *view, struct lab_message *message)
{
	if (message->kind != LAB_PLACES || message->len != sizeof view->places)
		return;
	memcpy(&view->places, message->payload, sizeof view->places);
	for (size_t i = 0; i < SCENARIO_NAMESPACES_MAX; i++) {
		fd_close(&view->namespaces[i]);
		if (i < message->n_fds)
			view->namespaces[i] = TAKE_FD(message->fds[i]);
	}
}

int lab_view_open(struct lab_view *view, struct error *e)
{
	struct lab_message message;
	*view = (struct lab_view){.lab = lab_connect(e)};
	for (size_t i = 0; i < SCENARIO_NAMESPACES_MAX; i++)
		view->namespaces[i] = -1;
	if (view->lab < 0)
		return view->lab;
	int r = lab_receive(view->lab, &message, e);
	if (r == 0)
		r = error_set(e, ERROR_HARNESS, EPIPE, "the lab has gone");
	if (r > 0)
		lab_view_take(view, &message);
	return r < 0 ? r : 0;
}

const struct lab_actor *lab_view_find(const struct lab_view *view, const char *name, struct error *e)
{
	struct suggestion near = SUGGESTION_FOR(name);
	for (size_t i = 0; i < view->places.n_actors; i++) {
		if (!strcmp(view->places.actors[i].name, name))
			return &view->places.actors[i];
		suggestion_consider(&near, view->places.actors[i].name);
	}
	CLEANUP(text_done) struct text names = TEXT_INIT;
	for (size_t i = 0; i < view->places.n_actors; i++)
		text_addf(&names, "%s%s", i ? ", " : "", view->places.actors[i].name);
	error_set(e, ERROR_USAGE, ENOENT, "there is no actor '%s'%s; there is: %s", name, suggestion_phrase(&near),
		text_get(&names));
	return NULL;
}

static void add_address(const struct in6_addr *address, struct text *t)
{
	char buffer[INET6_ADDRSTRLEN];
	if (IN6_IS_ADDR_UNSPECIFIED(address))
		return;
	text_addf(t, " %s", mapped_text(address, buffer));
}

void lab_view_title(const struct lab_places *places, size_t namespace, struct text *t)
{
	const char *separator = "";
	for (size_t i = 0; i < places->n_actors; i++)
		if (places->actors[i].namespace == namespace) {
			text_addf(t, "%s%s", separator, places->actors[i].name);
			separator = ", ";
		}
	if (!*separator)
		text_addf(t, "(nobody) in %s", places->namespaces[namespace].name);
	add_address(&places->namespaces[namespace].ipv4, t);
	add_address(&places->namespaces[namespace].ipv6, t);
}
