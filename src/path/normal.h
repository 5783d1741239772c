/* SPDX-License-Identifier: MIT */
/** What of a path is as it should be already, looked for sixteen bytes at once. */
#ifndef PATH_NORMAL_H
#define PATH_NORMAL_H

#include "path/flavour.h"

/* How many of these bytes come before one behind which something has to be written in another way: a
 * separator of the other kind, one behind another, or a name that begins with a dot. */
static BOTH size_t normal_bytes(const struct flavour *flavour, const char *text) {
    block16 before, after;
    memcpy(&before, text, sizeof before);
    memcpy(&after, text + 1, sizeof after);
    block16 wrong = (block16)(before == (unsigned char)flavour->separator) &
                    (block16)((after == (unsigned char)flavour->separator) | (after == '.'));
    if (flavour->alternative != flavour->separator)
        wrong |= (block16)(after == (unsigned char)flavour->alternative);
    uint64_t words[2];
    memcpy(words, &wrong, sizeof words);
    return words[0]   ? first_found(words[0])
           : words[1] ? WORD + first_found(words[1])
                      : sizeof wrong;
}

/** How many bytes of a path are whole names as they should be, with one separator between two: all but a
 * separator at the end, or those before the last separator in front of anything else, be it a name
 * that only begins with a dot. None where there is little of that, which isn't worth it. */
static BOTH size_t normal_size(const struct flavour *flavour, const char *path, size_t size) {
    if (size <= sizeof(block16) || *path == '.')
        return 0;
    size_t at = 0, last = size - sizeof(block16) - 1; /* of a block that ends where the text does */
    for (size_t normal = sizeof(block16); normal == sizeof(block16) && at < size - 1;) {
        size_t next = at < last ? at : last;
        normal = normal_bytes(flavour, path + next);
        at = next + normal;
    }
    if (at == size - 1)
        return path[size - 1] == flavour->separator ? size - 1 : size;
    const char *separator = at < sizeof(block16) ? NULL : memrchr(path, flavour->separator, at + 1);
    return separator ? (size_t)(separator - path) : 0;
}

#endif
