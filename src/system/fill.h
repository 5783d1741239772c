/* SPDX-License-Identifier: MIT */
/** How full file systems are, asked by helpers that can be left behind at one that hangs. */
#ifndef SYSTEM_FILL_H
#define SYSTEM_FILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/statvfs.h>

/** A question: how full is the file system that `path` leads to? */
struct question {
    const char *path; /* absolute */
    int result;       /* 0, −errno, or −ETIMEDOUT: it hangs */
    uint64_t total, used, free, inodes, inodes_free;
};

/**
 * Asks all of them at once: 0, or −errno where none could be asked.
 *
 * What has not answered within `seconds` is left to itself, and −ETIMEDOUT at once when it is asked
 * again, until the old question has been answered.
 */
int fill_ask(struct question *questions, size_t count, double seconds);

#endif
