/* SPDX-License-Identifier: MIT */
/** Records: the structs of the headers, printed by tables that tools/contract makes of them. */
#ifndef CLI_FRAME_RECORD_H
#define CLI_FRAME_RECORD_H

#include "frame/field.h"

/** Prints one record: "name=value" lines, or a JSON object. Heeds --fields. The exit status. */
int emit_record(struct call *call, const struct record *record, const void *at);

/** Prints `count` records that stand one after another: a table, or JSON. Heeds --fields,
 *  --filter, --sort, --top, --jsonl and --no-header. The exit status. */
int emit_records(struct call *call, const struct record *record, const void *list, size_t count);

/** The bits of all fields that will be printed, compared or sorted by: what the library has to read for one
 *  record, or for a list of them. An unknown field sets `misused`, after a message. */
uint64_t record_bits(struct call *call, const struct record *record, bool list);

#endif
