// SPDX-License-Identifier: GPL-2.0-or-later
// A cell that is held between its steps: where it stops, what it goes on to, and that no deadline runs meanwhile.
#include "own.h"

#include <poll.h>

#include "actor/verb.h"
#include "base/clock.h"
#include "net/namespace.h"
#include "run/cell.h"

static const char scenario_text[] = "name: hold\n"
				    "steps:\n"
				    "  - server: socket listener\n"
				    "  - server: bind listener *:80\n"
				    "    as: bound\n"
				    "  - server: listen listener\n"
				    "  - server: accept listener child\n"
				    "    as: accepted\n"
				    "    deadline: 100ms\n";

static const char sleeps_text[] = "name: sleeps\n"
				  "steps:\n"
				  "  - server: sleep 1ms\n"
				  "  - server: sleep 1ms\n"
				  "  - server: sleep 1ms\n";

static const char repeats_text[] = "name: repeats\n"
				   "steps:\n"
				   "  - server: socket s\n"
				   "  - server: bind s 10.0.0.99:80\n"
				   "    as: bound\n"
				   "    for: 3s\n"
				   "    every: 500ms\n";

struct held {
	struct scenario *scenario;
	struct whereabouts whereabouts;
	struct cell *cell;
};

/* Until it waits for nothing any more. */
static enum cell_status settle(struct held *h)
{
	enum cell_status status;
	while ((status = cell_advance(h->cell, &h->whereabouts)) == CELL_WAITS)
		poll(NULL, 0, 1);
	return status;
}

static void make_of(struct held *h, const char *text, size_t hold_at)
{
	struct error e = ERROR_INIT;
	*h = (struct held){.whereabouts.home = namespace_open_own(NULL)};
	if (scenario_read_text("hold", text, strlen(text), verb_vocabulary(), 1, &h->scenario, &e) < 0)
		fail_msg("%s", error_text(&e));
	h->cell = cell_start(h->scenario, (struct run_id){.replicate = 1}, clock_now_us(), false);
	assert_non_null(h->cell);
	h->cell->hold_at = hold_at;
}

static void make(struct held *h, size_t hold_at)
{
	make_of(h, scenario_text, hold_at);
}

static void end(struct held *h)
{
	struct error e = ERROR_INIT;
	assert_int_equal(cell_free(h->cell, &e), 0);
	scenario_free(h->scenario);
	close(h->whereabouts.home);
}

static void test_stops_and_goes_on(void **state)
{
	(void)state;
	struct held h;
	make(&h, 0);
	assert_int_equal(settle(&h), CELL_HELD);
	assert_null(cell_step_outcome(h.cell, 0));
	assert_int_equal(settle(&h), CELL_HELD); /* also when it is asked again */
	cell_let_go(h.cell, 2);
	assert_int_equal(settle(&h), CELL_HELD);
	assert_string_equal(cell_step_outcome(h.cell, 1), "ok");
	assert_null(cell_step_outcome(h.cell, 2));
	cell_let_go(h.cell, SIZE_MAX);
	assert_int_equal(settle(&h), CELL_DONE);
	assert_string_equal(cell_step_outcome(h.cell, 3), "timeout");
	assert_non_null(strstr(h.cell->line, "\"pass\""));
	end(&h);
}

/* As long as it is not told otherwise. */
static void test_is_not_held(void **state)
{
	(void)state;
	struct held h;
	make(&h, SIZE_MAX);
	assert_int_equal(settle(&h), CELL_DONE);
	assert_non_null(strstr(h.cell->line, "\"pass\""));
	end(&h);
}

/* The clock is not waited for: what it would have shown is put in the place of what it did. */
static void test_no_deadline_runs(void **state)
{
	(void)state;
	struct held h;
	const uint64_t long_us = 1000 * CLOCK_US_PER_S;
	make(&h, 3);
	assert_int_equal(settle(&h), CELL_HELD);
	h.cell->deadline_us -= long_us;
	h.cell->held_since_us -= long_us;
	assert_int_equal(settle(&h), CELL_HELD);
	cell_let_go(h.cell, SIZE_MAX);
	assert_int_equal(settle(&h), CELL_DONE);
	assert_string_equal(cell_step_outcome(h.cell, 3), "timeout");
	assert_non_null(strstr(h.cell->line, "\"pass\""));
	end(&h);
}

/* The last step is no place to be held at: the verdict is due. */
static void test_end_is_the_end(void **state)
{
	(void)state;
	struct held h;
	make(&h, 4);
	assert_int_equal(settle(&h), CELL_DONE);
	end(&h);
}

/* Of three sleeps each goes on @late_us later than it was to. */
static void be_late(struct held *h, uint64_t late_us)
{
	make_of(h, sleeps_text, 0);
	assert_int_equal(settle(h), CELL_HELD);
	for (size_t step = 1; step <= 3; step++) {
		cell_let_go(h->cell, step);
		assert_int_equal(cell_advance(h->cell, &h->whereabouts), CELL_WAITS);
		h->cell->wake_us -= late_us;
		h->cell->run.wait_until_us -= late_us;
		settle(h);
	}
	cell_let_go(h->cell, SIZE_MAX);
	settle(h);
	assert_non_null(h->cell->line);
}

/* Also where it was never for long: durations are too long by the sum. */
static void test_is_held_up_in_all(void **state)
{
	(void)state;
	struct held h;
	be_late(&h, 400 * CLOCK_US_PER_MS);
	assert_non_null(strstr(h.cell->line, "\"error\""));
	assert_non_null(strstr(h.cell->line, "its worker was held up for 1.2"));
	end(&h);
	be_late(&h, 200 * CLOCK_US_PER_MS);
	assert_non_null(strstr(h.cell->line, "\"pass\""));
	end(&h);
}

/* Not so where a step is repeated: an attempt that is late makes nothing longer but itself. */
static void test_attempts_are_late(void **state)
{
	(void)state;
	struct held h;
	make_of(&h, repeats_text, SIZE_MAX);
	enum cell_status status;
	size_t n = 0;
	while ((status = cell_advance(h.cell, &h.whereabouts)) == CELL_WAITS) {
		if (h.cell->phase != CELL_STEPS)
			continue;
		h.cell->wake_us = clock_now_us() - 400 * CLOCK_US_PER_MS;
		h.cell->step_began_us -= 900 * CLOCK_US_PER_MS;
		n++;
	}
	assert_true(n >= 3);
	assert_non_null(strstr(h.cell->line, "\"pass\""));
	assert_non_null(strstr(h.cell->line, "EADDRNOTAVAIL"));
	end(&h);
}

int main(void)
{
	own_enter();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stops_and_goes_on),
		cmocka_unit_test(test_is_not_held),
		cmocka_unit_test(test_no_deadline_runs),
		cmocka_unit_test(test_end_is_the_end),
		cmocka_unit_test(test_is_held_up_in_all),
		cmocka_unit_test(test_attempts_are_late),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
