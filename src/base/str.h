/* SPDX-License-Identifier: MIT */
/** Growing strings and lists of strings, with one place to ask whether memory ran out.
 *
 *  Appending never fails visibly: a string that ran out of memory remembers it and ignores what
 *  comes after, and str_take() or list_take() tells. So the code that builds one reads straight.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    char *data;  /* NUL-terminated once anything was appended, else NULL */
    size_t size; /* without the NUL */
    size_t room; /* bytes allocated */
    bool failed; /* memory ran out at some append */
};

#define STR_INIT                                                                                   \
    (struct str) {                                                                                 \
        0                                                                                          \
    }

void str_append(struct str *s, const char *text, size_t size);
void str_append_char(struct str *s, char c);
void str_printf(struct str *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Appends a number with at least `width` digits of a base up to 10: as printf(3) does, in a tenth of
 *  the time. */
void str_append_number(struct str *s, uint64_t number, unsigned base, unsigned width);

static inline void str_append_text(struct str *s, const char *text) {
    str_append(s, text, strlen(text));
}

/** Makes room for `extra` more bytes and the NUL: −ENOMEM if there is none. */
int str_reserve(struct str *s, size_t extra);

/** Shortens to `size` bytes. */
void str_truncate(struct str *s, size_t size);

/** Whether two have the same bytes. */
bool str_equal(const struct str *a, const struct str *b);

/** Hands over the text (an empty string is a block too): 0, or −ENOMEM with nothing left behind. */
int str_take(struct str *s, char **ret_text);

/** Takes over a block of `size` bytes and a NUL in the place of what is there. */
void str_replace(struct str *s, char *text, size_t size);

/** Frees what is there; fine for one that was taken, and for one that is all zero. */
void str_free(struct str *s);
#define AUTO_STR __attribute__((cleanup(str_free))) struct str

/** A list under construction: all texts in one string, each with its NUL. */
struct list {
    struct str text;
    size_t count;
};

void list_add(struct list *l, const char *text, size_t size);

static inline void list_add_text(struct list *l, const char *text) {
    list_add(l, text, strlen(text));
}

/** Hands over a NULL-terminated array and its texts in one block: 0, or −ENOMEM. */
int list_take(struct list *l, char ***ret_list);

void list_free(struct list *l);
#define AUTO_LIST __attribute__((cleanup(list_free))) struct list

#endif
