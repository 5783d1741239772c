/* SPDX-License-Identifier: MIT */
/** Arrays that grow: a pointer to items, and how many there is room for. */
#include "base/array.h"

#include "base/seam.h"
#include <stdint.h>
#include <string.h>

int array_grow(void *items, size_t size, size_t *room, size_t need, size_t first) {
    size_t more = *room ? 2 * *room : first;
    if (more < need)
        more = need;
    void *block;
    memcpy(&block, items, sizeof block); /* a pointer of whatever type */
    block = more <= PTRDIFF_MAX / size ? mem_realloc(block, more * size) : NULL;
    if (!block)
        return -ENOMEM;
    memcpy(items, &block, sizeof block);
    *room = more;
    return 0;
}
