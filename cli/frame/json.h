/* SPDX-License-Identifier: MIT */
/**
 * The values of JSON, in a form that no reader alters.
 *
 * Three rules hold for all JSON of the command. Text that is not UTF-8 comes with its exact bytes
 * in base64. An integer beyond 2^53, which many readers would round, is a string of its digits. A
 * time in nanoseconds, whose name ends in `_ns`, is such a string always.
 */
#ifndef CLI_FRAME_JSON_H
#define CLI_FRAME_JSON_H

#include <stddef.h>
#include <stdint.h>

/** A string; what is not UTF-8 becomes U+FFFD. */
void json_string(const char *text, size_t size);

/** Bytes in base64, as a string. */
void json_base64(const void *bytes, size_t size);

/** A name that is not UTF-8 as a key: its readable form, '=' and its bytes in base64. */
void json_odd_name(const char *name, size_t size);

/** A number, or beyond 2^53 a string of its digits. */
void json_integer(intmax_t value);
void json_unsigned_integer(uintmax_t value);

#endif
