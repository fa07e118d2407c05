/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text within XML. */
#ifndef REPORT_XML_H
#define REPORT_XML_H

#include <stdbool.h>

#include "base/text.h"

/**
 * text_add_xml() - @plain, so that an XML 1.0 reader gets it back
 * @is_attribute: within the quotes of an attribute; otherwise between tags
 *
 * What XML cannot say at all is replaced by U+FFFD: characters that it forbids (2.2), and bytes that are no UTF-8.
 */
void text_add_xml(struct text *t, const char *plain, bool is_attribute);

#endif
