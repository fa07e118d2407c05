/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The story of a cell as a sequence diagram. */
#ifndef REPORT_STORY_DIAGRAM_H
#define REPORT_STORY_DIAGRAM_H

#include "analyze/story.h"
#include "base/text.h"
#include "report/style.h"

#define STORY_COLUMNS 100 /* of a story as text, at most */

/* story_diagram() - two life lines, steps and packets and states between them, and an empty line behind. */
void story_diagram(const struct story *story, const struct style *style, struct text *t);

#endif
