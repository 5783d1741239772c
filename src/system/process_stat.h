/* SPDX-License-Identifier: MIT */
/** The line of /proc/PID/stat taken apart. */
#ifndef SYSTEM_PROCESS_STAT_H
#define SYSTEM_PROCESS_STAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Where in `fields` what stands, counted as proc(5) does. */
enum stat_field {
    STAT_PPID = 4,
    STAT_PGRP = 5,
    STAT_SESSION = 6,
    STAT_TTY = 7,
    STAT_FLAGS = 9,
    STAT_MINOR_FAULTS = 10,
    STAT_MAJOR_FAULTS = 12,
    STAT_USER = 14,
    STAT_SYSTEM = 15,
    STAT_CHILDREN_USER = 16,
    STAT_CHILDREN_SYSTEM = 17,
    STAT_NICE = 19,
    STAT_THREADS = 20,
    STAT_START = 22,
    STAT_VSIZE = 23,
    STAT_RSS = 24,
    STAT_CPU = 39,
    STAT_IOWAIT = 42,
    STAT_FIELDS = 53
};

struct process_stat {
    uint64_t pid;
    const char *name; /* in the text; may hold any byte but NUL, ")" and newlines too */
    size_t name_size;
    char status;
    uint64_t fields[STAT_FIELDS]; /* negative numbers as their two's complement; 0: not there */
};

/** Whether the text is such a line, at least up to the start time. */
bool stat_parse(const char *text, size_t size, struct process_stat *ret);

#endif
