/* SPDX-License-Identifier: MIT */
/** The small text files of /proc and /sys, read whole. */
#ifndef BASE_PROCFILE_H
#define BASE_PROCFILE_H

#include "base/kernel.h"
#include "base/str.h"
#include <sys/types.h>

/** Reads the first `size` − 1 bytes at most and ends them with NUL: how many, or −errno. It is one
 *  read(2), which gives a file of a few lines whole: for those that have no more. */
ssize_t procfile_read(const char *path, char *buffer, size_t size);

/** Appends the whole file: 0, or −errno. */
int procfile_load(const char *path, struct str *s);
/** The same of what is open, to its end. */
int procfile_load_fd(int fd, struct str *s);

/** What stands behind `label` at the start of a line of `text`, or NULL. */
const char *procfile_field(const char *text, const char *label);

/** A decimal number "12.75", with a point whatever the locale; 0 that ends at `text` where there is none. */
double procfile_decimal(const char *text, char **ret_end);

/** Spaces and the like stand in mountinfo as octal numbers, "\040": puts them back. */
void procfile_unescape(char *text);

/** The number that an entry of /proc has for a name, or −1. */
IN_CHILD static inline int procfile_number(const char *name) {
    int number = 0;
    for (; *name >= '0' && *name <= '9'; name++)
        number = number * 10 + *name - '0';
    return *name ? -1 : number;
}

#endif
