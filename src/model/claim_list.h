/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What articles claim, as a list, whether or not some scenario settles it: `netrepro claims` goes by it.
 *
 *	title: What two articles say of SO_REUSEADDR
 *	articles:
 *	  - title: the first one
 *	    claims:
 *	      - id: C1
 *	        says: …
 */
#ifndef MODEL_CLAIM_LIST_H
#define MODEL_CLAIM_LIST_H

#include "model/scenario.h"

struct listed_claim {
	const char *id, *says;
	const char *note; /* for readers; NULL for none */
	struct mark at;
};

struct article {
	const char *title;
	const char *note;            /* for readers; NULL for none */
	struct listed_claim *claims; /* in the article's order */
	size_t n_claims;
};

struct claim_list {
	struct scenario *file; /* owned: the path of the file, and the arena in which all that hangs here is */
	const char *title;
	const char *note;         /* for readers; NULL for none */
	struct article *articles; /* in the order of the file */
	size_t n_articles;
	size_t n_claims; /* of all articles */
};

/**
 * claim_list_read_file() - read and check a list of claims
 * @ret: filled on success; to be freed with claim_list_free()
 *
 * An ID stands in a list once. Errors are ERROR_USAGE and begin with "path:line:column: ".
 */
int claim_list_read_file(const char *path, struct claim_list **ret, struct error *e);

/* claim_list_read_text() - the same from memory; @path is for messages. */
int claim_list_read_text(const char *path, const char *text, size_t len, struct claim_list **ret, struct error *e);

/* claim_list_find() - a claim by its ID; NULL for none. */
const struct listed_claim *claim_list_find(const struct claim_list *list, const char *id);

void claim_list_free(struct claim_list *list);
static inline void cleanup_claim_list(struct claim_list **list)
{
	claim_list_free(*list);
}

#endif
