// SPDX-License-Identifier: GPL-2.0-or-later
// netrepro doctor: what this host can and cannot do.
#include "cli/cli.h"
static int run(const struct command *command, int argc, char **argv) { (void)command; (void)argc; (void)argv; return 0; }
const struct command command_doctor = {.name = "doctor", .summary = "what this host can and cannot do, and why", .run = run};
