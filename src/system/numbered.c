/* SPDX-License-Identifier: MIT */
/** Directories of /sys whose names end with a number: cpu0, cpu1, node0, policy4. */
#include "system/numbered.h"

#include "base/seam.h"
#include "fs/dir.h"
#include "system/machine.h"
#include <fcntl.h>

/* Lists a directory of the machine; what is not there is empty. */
static int list(const char *path, char ***ret_names) {
    AUTO_CLOSE int fd = machine_open(path, DIR_OPEN);
    if (fd == -ENOENT || fd == -ENOTDIR) {
        *ret_names = mem_zalloc(sizeof **ret_names);
        return *ret_names ? 0 : -ENOMEM;
    }
    return fd < 0 ? fd : dir_list(fd, ret_names);
}

/* The number behind a prefix, "cpu12"; −1 for another name. */
static int number_of(const char *name, const char *prefix) {
    size_t size = strlen(prefix);
    if (strncmp(name, prefix, size) != 0 || name[size] < '0' || name[size] > '9')
        return -1;
    char *end;
    long number = strtol(name + size, &end, 10);
    return *end || number > INT32_MAX ? -1 : (int)number;
}

static int compare(const void *a, const void *b) {
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

int numbered_list(const char *path, const char *prefix, int **ret_numbers, size_t *ret_count) {
    AUTO_FREE char **names = NULL;
    int r = list(path, &names);
    if (r < 0)
        return r;
    size_t room = 0, count = 0;
    while (names[room])
        room++;
    int *numbers = mem_alloc((room + 1) * sizeof *numbers);
    if (!numbers)
        return -ENOMEM;
    for (size_t i = 0; i < room; i++)
        if ((numbers[count] = number_of(names[i], prefix)) >= 0)
            count++;
    qsort(numbers, count, sizeof *numbers, compare);
    *ret_numbers = numbers;
    *ret_count = count;
    return 0;
}
