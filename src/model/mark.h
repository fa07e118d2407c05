/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A place in a scenario file. */
#ifndef MODEL_MARK_H
#define MODEL_MARK_H

struct mark {
	unsigned line, column; /* both from 1; 0 when there is no such place */
};

#endif
