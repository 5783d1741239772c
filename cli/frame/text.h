/* SPDX-License-Identifier: MIT */
/** Text as it is shown: characters of UTF-8, and sizes for people. */
#ifndef CLI_FRAME_TEXT_H
#define CLI_FRAME_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** How many bytes the UTF-8 character at `at` has, of at most `left`; 0 where there is none: a NUL is a character,
 *  a surrogate and what is beyond U+10FFFF are none. */
size_t utf8_character(const char *at, size_t left, uint32_t *ret_code);

/** Whether all of a text is UTF-8. */
bool is_utf8(const char *text, size_t size);

/** Whether a character controls a terminal, breaks a line or reorders text. */
bool is_control(uint32_t code);

/** "1.5 GiB" in a buffer of at least 16 bytes. */
const char *human_size(char *buffer, size_t size, uint64_t bytes);

/** The shortest digits that read back as the same number, in a buffer of at least 32 bytes. */
char *exact_float(char *buffer, double value);

#endif
