/* SPDX-License-Identifier: MIT */
/** Which records of a list are wanted: 'rss > 100M and username == "www-data"'. */
#ifndef CLI_FRAME_FILTER_H
#define CLI_FRAME_FILTER_H

#include "frame/field.h"

/** Comparisons of fields, joined by and, or, not and parentheses. */
struct filter;

/** Reads one; after a message, which sets `misused`, NULL. To filter_free(). */
struct filter *filter_read(struct call *call, const struct record *record, const char *text);

/** Whether it takes the record at `at`; no filter takes all. */
bool filter_takes(const struct filter *filter, const struct record *record, const char *at);

/** The bits of the fields that it compares. */
uint64_t filter_bits(const struct filter *filter);

void filter_free(struct filter *filter);

#endif
