/* SPDX-License-Identifier: MIT */
/* The paths that match a pattern, at any depth. */
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    os_makedirs("src/base", 0755, 0);
    os_write_file("src/main.c", "", 0, NULL);
    os_write_file("src/base/error.c", "", 0, NULL);
    char **paths = os_glob("src/**/*.c", OS_RECURSIVE);
    size_t count = 0;
    while (paths && paths[count])
        count++;
    printf("%zu files\n", count);
    free(paths);
    return !paths;
}

/* It prints:
 *     2 files
 */
