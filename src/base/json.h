/* SPDX-License-Identifier: MIT */
/** JSON (RFC 8259), read into one array and written into a string.
 *
 *  Names of files need not be UTF-8. One that isn't is written under the key with "_b64" behind it,
 *  in base64.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/json_scan.h"
#include "base/str.h"
#include <stdint.h>

/** A value; those in a list or an object stand right behind it. */
struct json_value {
    enum json_type type;
    const char *key;  /* in an object, else NULL; with a NUL behind it */
    const char *text; /* of a text, decoded; of others as it is written; NULL of a list or object */
    size_t size;      /* of `text`, which may have a NUL in it */
    size_t count;     /* how many members a list or object has */
    size_t after;     /* the index of the value that comes after this one and all in it */
};

struct json {
    char *text; /* what the values point into */
    struct json_value *values;
    size_t count, room, text_room;
};

/** Reads one value, the first of `ret`: 0; −EBADMSG for what is no JSON, or has a key twice; −ENOMEM.
 *  json_free() follows in any case. */
int json_read(const char *text, size_t size, struct json *ret);
void json_free(struct json *json);

/** The same where another one was read before, or all is zero: with the memory of that. */
int json_read_next(const char *text, size_t size, struct json *json);
#define AUTO_JSON __attribute__((cleanup(json_free))) struct json

/** The member of an object, or NULL. */
const struct json_value *json_member(const struct json *json, const struct json_value *object,
                                     const char *key);

/** A member that is a text, or NULL. */
const char *json_text(const struct json *json, const struct json_value *object, const char *key);

/** A member that is a whole number, or a text that holds one: 0; −EBADMSG where it is missing or out
 *  of the range. */
int json_unsigned(const struct json *json, const struct json_value *object, const char *key,
                  uint64_t most, uint64_t *ret);
int json_signed(const struct json *json, const struct json_value *object, const char *key,
                int64_t *ret);

/** The name of a file, in either form, to free(): 0; −ENOENT where it is missing, −EBADMSG, −ENOMEM.
 */
int json_name(const struct json *json, const struct json_value *object, const char *key,
              char **ret_name);

/** Appends a text with its quotation marks; bytes that are no UTF-8 are lost. */
void json_append(struct str *s, const char *text, size_t size);

/** Appends `,"key":"text"`, or `,"key_b64":"…"`. */
void json_append_name(struct str *s, const char *key, const char *text);

void json_append_base64(struct str *s, const void *data, size_t size);

/** Appends the bytes that base64 stands for: 0 or −EBADMSG. */
int json_decode_base64(const char *text, size_t size, struct str *s);

#endif
