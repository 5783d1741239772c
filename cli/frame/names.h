/* SPDX-License-Identifier: MIT */
/** Names that people type for numbers: constants, signals, errors, users and groups, modes. */
#ifndef CLI_FRAME_NAMES_H
#define CLI_FRAME_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The number of one name of `size` bytes: a constant of os, "SIGTERM", "ENOENT". */
bool read_name(const char *name, size_t size, uintmax_t *ret_value);

/** The number of a user, or of a group. */
bool read_user(const char *name, uintmax_t *ret_value);
bool read_group(const char *name, uintmax_t *ret_value);

/** What a symbolic mode such as "u+x,go-w" makes of the mode `before` of a directory or another
 *  file; a part without "ugoa" leaves out what the umask does. */
bool read_symbolic_mode(const char *text, unsigned before, bool directory, uintmax_t *ret_value);

#endif
