/* SPDX-License-Identifier: MIT */
/** Pieces of a path, and owned copies of them. */
#ifndef PATH_SLICE_H
#define PATH_SLICE_H

#include "base/seam.h"
#include <osier/types.h>
#include <string.h>

static inline struct os_slice slice_of(const char *start, const char *end) {
    return (struct os_slice){start, (size_t)(end - start)};
}

/** memcpy() of what names mostly are, up to 64 bytes, as two moves that may overlap: the end. */
static inline char *slice_put(char *to, struct os_slice slice) {
    struct two {
        uint64_t words[2];
    };
    struct four {
        uint64_t words[4];
    };
    size_t size = slice.size;
#define COPY_AS(type)                                                                              \
    do {                                                                                           \
        type first, last;                                                                          \
        memcpy(&first, slice.data, sizeof first);                                                  \
        memcpy(&last, slice.data + size - sizeof last, sizeof last);                               \
        memcpy(to, &first, sizeof first);                                                          \
        memcpy(to + size - sizeof last, &last, sizeof last);                                       \
    } while (0)
    if (size >= sizeof(uint64_t)) {
        if (size <= 2 * sizeof(uint64_t))
            COPY_AS(uint64_t);
        else if (size <= 2 * sizeof(struct two))
            COPY_AS(struct two);
        else if (size <= 2 * sizeof(struct four))
            COPY_AS(struct four);
        else
            memcpy(to, slice.data, size);
    } else if (size >= sizeof(uint32_t)) {
        COPY_AS(uint32_t);
    } else if (size >= sizeof(uint16_t)) {
        COPY_AS(uint16_t);
    } else if (size == 1) {
        *to = *slice.data;
    }
#undef COPY_AS
    return to + size;
}

/** Copies one into a block of its own: 0 or −ENOMEM. */
static inline int slice_copy(struct os_slice slice, char **ret_text) {
    char *text = mem_alloc(slice.size + 1);
    if (!text)
        return -ENOMEM;
    *slice_put(text, slice) = '\0';
    *ret_text = text;
    return 0;
}

/** Copies `count` of them into a list in one block: 0 or −ENOMEM. */
int slice_list(const struct os_slice *slices, size_t count, char ***ret_list);

/**
 * The next component of a path.
 *
 * @param position  where to go on; moves behind the component
 * @param ret_name  a component that is neither empty nor "."
 * @return false at the end
 */
bool slice_next(const char **position, struct os_slice *ret_name);

/** Whether a component is "..". */
static inline bool slice_is_parent(struct os_slice name) {
    return name.size == 2 && name.data[0] == '.' && name.data[1] == '.';
}

#endif
