/* SPDX-License-Identifier: MIT */
/** Pieces of a path, and owned copies of them. */
#ifndef PATH_SLICE_H
#define PATH_SLICE_H

#include <osier/types.h>

static inline struct os_slice slice_of(const char *start, const char *end) {
    return (struct os_slice){start, (size_t)(end - start)};
}

/** Copies one: 0 or −ENOMEM. */
int slice_copy(struct os_slice slice, char **ret_text);

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
