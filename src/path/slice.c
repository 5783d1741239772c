/* SPDX-License-Identifier: MIT */
/** Pieces of a path, and owned copies of them. */
#include "path/slice.h"

#include "base/seam.h"
#include "path/flavour.h"

int slice_list(const struct os_slice *slices, size_t count, char ***ret_list) {
    size_t size = (count + 1) * sizeof(char *);
    for (size_t i = 0; i < count; i++)
        size += slices[i].size + 1;
    char **list = mem_alloc(size);
    if (!list)
        return -ENOMEM;
    char *text = (char *)(list + count + 1);
    for (size_t i = 0; i < count; i++) {
        list[i] = text;
        text = slice_put(text, slices[i]);
        *text++ = '\0';
    }
    list[count] = NULL;
    *ret_list = list;
    return 0;
}

bool slice_next(const char **position, struct os_slice *ret_name) {
    return next_name(&POSIX, position, ret_name);
}
