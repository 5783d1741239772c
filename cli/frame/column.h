/* SPDX-License-Identifier: MIT */
/** Fields of records by their names: "rss", "memory_info.rss". */
#ifndef CLI_FRAME_COLUMN_H
#define CLI_FRAME_COLUMN_H

#include "frame/field.h"

/** A field of a record, or of a record in it. */
struct column {
    const char *name;
    size_t size; /* of the name */
    const struct field *field;
    size_t offset; /* of the struct that it stands in */
    uint64_t bit;  /* its own, or that of the struct that it stands in */
    bool descending;
    bool unasked; /* nobody has named it, and it is dear: it is not read */
};

/** Looks for a field by its name, in the records that stand in `record` too: sets its place. */
bool column_find(const struct record *record, const char *name, size_t size, struct column *column);

/** The struct that the column's field stands in; NULL where it was not read. */
const void *column_base(const struct record *record, const struct column *column, const char *at);

#endif
