/* SPDX-License-Identifier: MIT */
/** Lists of texts in order. */
#include <osier/directories.h>
#include <stdlib.h>
#include <string.h>

static int compare_texts(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void os_sort(char **list) {
    size_t count = 0;
    while (list[count])
        count++;
    qsort(list, count, sizeof *list, compare_texts);
}
