/* SPDX-License-Identifier: MIT */
/** Structures of options that may grow: the caller's may be older or newer than the library's. */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

#include <errno.h>
#include <stddef.h>
#include <string.h>

/**
 * Copies a caller's options, which begin with their `size_t size`.
 *
 * @param to  all of it is set: to zero where the caller has nothing
 * @param from  the caller's, or NULL for the defaults
 * @return 0; −EINVAL without a size; −E2BIG when it sets something that this library doesn't know
 */
static inline int options_copy(void *to, size_t to_size, const void *from) {
    memset(to, 0, to_size);
    if (!from)
        return 0;
    size_t size;
    memcpy(&size, from, sizeof size);
    if (size < sizeof size)
        return -EINVAL;
    for (size_t i = to_size; i < size; i++)
        if (((const char *)from)[i])
            return -E2BIG;
    memcpy(to, from, size < to_size ? size : to_size);
    return 0;
}

#endif
