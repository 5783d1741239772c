/* SPDX-License-Identifier: MIT */
/** TOML's plain values, for its reader. */
#ifndef DATA_TOML_H
#define DATA_TOML_H

#include "data/reader.h"

/** A text in any of the four kinds of quotation marks, at r->at. */
int toml_text(struct reader *r, const char **ret_text, uint32_t *ret_size);

/** A text between single marks, for keys, likewise. */
int toml_key_text(struct reader *r, const char **ret_text, uint32_t *ret_size);

/** A text, number, boolean, date or time. */
int toml_plain(struct reader *r, struct data_value *v);

/** A character that may stand in comments and texts: no control character but the tab. */
static inline bool toml_may_stand(char c) {
    unsigned char byte = (unsigned char)c;
    return (byte >= 0x20 && byte != 0x7f) || byte == '\t';
}

/** The size of the end of a line at `at`, or 0. */
static inline size_t toml_line_end(const struct reader *r, const char *at) {
    return at < r->end && *at == '\n'                           ? 1
           : r->end - at >= 2 && at[0] == '\r' && at[1] == '\n' ? 2
                                                                : 0;
}

#endif
