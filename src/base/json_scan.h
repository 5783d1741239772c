/* SPDX-License-Identifier: MIT */
/** The one reader of JSON (RFC 8259): what comes next, and where. base/json.h makes an array of that,
 *  src/data a document. */
#ifndef BASE_JSON_SCAN_H
#define BASE_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_TEXT, JSON_LIST, JSON_OBJECT };

struct json_scan {
    const char *at, *end;
    char *to;   /* where the next text goes; there is room for one byte more than is read */
    bool first; /* nothing was read as yet of the list or object that is open */
    const char *words, *wrong; /* after a failure: what is wrong, and where */
};

/** A value with its key, or the end of a list or object. Texts have a NUL behind them, and may have one
 *  in them. */
struct json_token {
    enum json_type type;
    bool ends;          /* no value, but the end of the list or object that is open */
    bool whole;         /* of a number: it has no point and no exponent */
    const char *key;    /* in an object, else NULL */
    const char *key_at; /* where its quotation mark stands */
    size_t key_size;
    const char *text; /* of a text, decoded; of a number, true, false and null as it is written */
    size_t size;
    const char *at; /* where the value begins */
};

/** The next token, where `around` is the kind of what is open, JSON_NULL at the outset: 0 or −EBADMSG.
 *  What is in a list or object comes after it. */
int json_scan_next(struct json_scan *s, enum json_type around, struct json_token *ret);

/** Whether nothing follows: 0 or −EBADMSG. */
int json_scan_end(struct json_scan *s);

/** Says what is wrong at `at`: −EBADMSG. */
int json_scan_fail(struct json_scan *s, const char *at, const char *words);

#endif
