// SPDX-License-Identifier: GPL-2.0-or-later
// Which steps of two stories belong together, and whether these came out alike.
#include "analyze/pairing.h"

#include <stdio.h>
#include <string.h>

struct pairing pairing_of(const struct story *a, const struct story *b)
{
	return (struct pairing){{a, b}, !strcmp(a->scenario->sha256, b->scenario->sha256)};
}

size_t pairing_place(const struct pairing *p, int side, size_t step)
{
	return step && p->is_one_scenario ? p->stories[side]->places[step - 1] : step;
}

/* Whether a cell was to make the step at this place, whether it came to that or not. */
static bool has_place(const struct story *story, size_t place)
{
	for (size_t i = 0; i < story->plan->n_steps; i++)
		if (story->places[i] == place)
			return true;
	return false;
}

static const char *action_of(const struct pairing *p, int side, size_t step)
{
	return p->stories[side]->steps[step - 1].made->action;
}

bool pairing_next(const struct pairing *p, size_t done[2], struct step_pair *ret)
{
	*ret = (struct step_pair){.place = SIZE_MAX};
	size_t places[2];
	for (int side = 0; side < 2; side++) {
		bool has = done[side] < p->stories[side]->n_steps;
		places[side] = has ? pairing_place(p, side, done[side] + 1) : SIZE_MAX;
		ret->place = places[side] < ret->place ? places[side] : ret->place;
	}
	if (ret->place == SIZE_MAX)
		return false;
	for (int side = 0; side < 2; side++)
		if (places[side] == ret->place)
			ret->steps[side] = ++done[side];
	if (ret->steps[0] && ret->steps[1])
		ret->is_same =
			p->is_one_scenario || !strcmp(action_of(p, 0, ret->steps[0]), action_of(p, 1, ret->steps[1]));
	else
		ret->by_factor = p->is_one_scenario && !has_place(p->stories[!!ret->steps[0]], ret->place);
	return true;
}

/* A step that names an address with this port has chosen it; otherwise the kernel has. */
static bool is_chosen_port(const struct story *story, const char *port)
{
	for (size_t i = 0; i < story->plan->n_steps; i++)
		for (size_t w = 0; w < story->plan->steps[i].n_words; w++) {
			char digits[8];
			snprintf(digits, sizeof digits, "%u", story->plan->steps[i].words[w].address.port);
			if (!strcmp(digits, port))
				return true;
		}
	return false;
}

/* Where the port begins in "HOST:PORT" or "PORT"; what is neither has none, which is its end. */
static const char *find_port(const char *outcome)
{
	const char *colon = strrchr(outcome, ':'), *port = colon ? colon + 1 : outcome;
	return *port && strspn(port, "0123456789") == strlen(port) ? port : outcome + strlen(outcome);
}

bool pairing_has_same_outcome(const struct pairing *p, const size_t steps[2])
{
	const struct story_step *a = &p->stories[0]->steps[steps[0] - 1], *b = &p->stories[1]->steps[steps[1] - 1];
	const char *x = a->made->outcome, *y = b->made->outcome;
	if (!strcmp(x, y))
		return true;
	if (!a->planned->step->verb->tells_port)
		return false;
	const char *port_x = find_port(x), *port_y = find_port(y);
	return *port_x && *port_y && port_x - x == port_y - y && !strncmp(x, y, (size_t)(port_x - x)) &&
	       !(is_chosen_port(p->stories[0], port_x) && is_chosen_port(p->stories[1], port_y));
}
