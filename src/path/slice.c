/* SPDX-License-Identifier: MIT */
/** Pieces of a path, and owned copies of them. */
#include "path/slice.h"

#include "base/seam.h"
#include <string.h>

int slice_copy(struct os_slice slice, char **ret_text) {
    char *text = mem_text(slice.data, slice.size);
    if (!text)
        return -ENOMEM;
    *ret_text = text;
    return 0;
}

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
        memcpy(text, slices[i].data, slices[i].size);
        text += slices[i].size;
        *text++ = '\0';
    }
    list[count] = NULL;
    *ret_list = list;
    return 0;
}

bool slice_next(const char **position, struct os_slice *ret_name) {
    const char *start = *position;
    for (;;) {
        while (*start == '/')
            start++;
        const char *end = start;
        while (*end != '/' && *end != '\0')
            end++;
        *position = end;
        *ret_name = slice_of(start, end);
        if (end == start)
            return false;
        if (end - start > 1 || *start != '.')
            return true;
        start = end;
    }
}
