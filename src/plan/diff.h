/* SPDX-License-Identifier: MIT */
/** Two texts compared line by line. */
#ifndef PLAN_DIFF_H
#define PLAN_DIFF_H

#include <stddef.h>

/**
 * Tells in what two texts differ, in the form of diff -u without its head.
 *
 * @param put  is told each line without its end: '@' and a hunk's head, ' ', '-', '+'; negative ends it
 * @return 0, −ENOMEM, or what `put` has given
 */
int text_diff(const char *a, size_t a_size, const char *b, size_t b_size, size_t context,
              int (*put)(void *data, char sign, const char *line, size_t size), void *data);

#endif
