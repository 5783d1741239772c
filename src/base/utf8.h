/* SPDX-License-Identifier: MIT */
/** Characters in UTF-8, and bytes that are none: U+DC00 + the byte, as Python has them (PEP 383). */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The first character of `size` bytes: how many of them it has, 0 where there are none. */
size_t utf8_read(const char *text, size_t size, uint32_t *ret_code);

/** The same of a text that ends with a NUL, which is no character. */
static inline size_t utf8_next(const char *text, uint32_t *ret_code) {
    return utf8_read(text, *text ? 4 : 0, ret_code); /* the NUL ends what is too short */
}

/** Whether a code stands for a byte that is no UTF-8. */
static inline bool utf8_is_byte(uint32_t code) {
    return code >= 0xdc80 && code <= 0xdcff;
}

/** Whether all of a text is UTF-8. */
bool utf8_is_valid(const char *text, size_t size);

/** Writes a character, at most four bytes: where it ends. */
char *utf8_write(char *to, uint32_t code);

/** The number that `count` hexadecimal digits at `at` stand for, as in "\u00e9", or −1. */
int64_t utf8_hex(const char *at, const char *end, int count);

#endif
