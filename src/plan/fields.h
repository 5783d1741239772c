/* SPDX-License-Identifier: MIT */
/** Members of JSON objects and of structures: one table says how both are called and written. */
#ifndef PLAN_FIELDS_H
#define PLAN_FIELDS_H

#include "base/json.h"
#include "plan/arena.h"
#include "plan/net.h"

enum field_kind {
    FIELD_BOOL,
    FIELD_NUMBER32, /* a number */
    FIELD_NUMBER,   /* of 64 bits: a text where a double doesn't hold it */
    FIELD_TYPE,     /* of a mode_t: "file", "dir" … */
    FIELD_MODE,     /* of a mode_t: "0644" */
    FIELD_TIME,     /* "2026-11-28T19:00:00.123456789Z" */
    FIELD_DIGEST,   /* 64 digits */
    FIELD_NAME,     /* a text, with "_b64" where it is no UTF-8 */
};

struct field {
    const char *key;
    enum field_kind kind;
    size_t offset;
    size_t flag;  /* of a bool or a bit that says that there is one; 0: where it isn't zero */
    unsigned bit; /* with it `flag` is an unsigned */
    bool always;  /* zero is written, too */
};

#define FIELDS(list) list, sizeof(list) / sizeof *(list)

/** Appends `,"key":value` for each that there is. */
void fields_write(struct str *s, const void *from, const struct field *fields, size_t count);

/** Reads one member that has a field: 1; 0 where no field has that name; −EBADMSG, −ENOMEM. */
int fields_read(struct arena *arena, const struct json_value *member, void *to,
                const struct field *fields, size_t count);

void field_time(struct str *s, struct timespec time);
void field_digest(struct str *s, const struct plan_digest *digest);
bool field_read_digest(const char *text, size_t size, struct plan_digest *ret);
bool field_read_number(const struct json_value *value, uint64_t *ret);

/** "file", "dir" …; and back: 0 for none of them. */
const char *field_type(mode_t mode);

#endif
