/* SPDX-License-Identifier: MIT */
/** The plan's file, version 1: the members that writer and reader share. */
#ifndef PLAN_PLANFILE_H
#define PLAN_PLANFILE_H

#include "plan/fields.h"
#include "plan/plan.h"

enum { PLANFILE_VERSION = 1 };

/** Of the first line, but for what kind of file it is. */
struct planfile_head {
    const char *id, *host, *root, *title;
    const char *key; /* which one the HMACs of secrets are made with, or NULL */
    struct timespec made;
    mode_t umask;
    bool forget;
    uint64_t steps;
};

extern const struct field head_fields[], was_fields[], place_fields[], object_fields[],
    entry_fields[];
extern const size_t head_count, was_count, place_count, object_count, entry_count;

extern const char *const kind_words[7], *const undo_words[3];

/** An object in the file is known by its entry, and by its place in that entry's tree, from 1 on; 0
 *  is the entry's own. */
struct object_number {
    const struct plan_object *object;
    size_t entry, number;
};

#endif
