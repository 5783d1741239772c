/* SPDX-License-Identifier: MIT */
/* Walks with a descriptor of each directory: what is removed is what was seen. */
#include <errno.h>
#include <osier.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    os_makedirs("src/sub", 0755, 0);
    os_write_file("src/a.o", "", 0, NULL);
    os_write_file("src/sub/b.o", "", 0, NULL);
    os_write_file("src/sub/b.c", "", 0, NULL);
    int removed = 0;
    struct os_walk *walk = os_fwalk(OS_CWD, "src", NULL);
    struct os_walk_entry *at;
    while ((at = os_walk_next(walk)))
        for (char **name = at->filenames; *name; name++) {
            const char *dot = strrchr(*name, '.');
            if (dot && strcmp(dot, ".o") == 0)
                removed += os_unlinkat(at->dir_fd, *name) == 0;
        }
    if (errno)
        os_perror("src");
    os_walk_close(walk);
    printf("%d removed\n", removed);
    return 0;
}

/* It prints:
 *     2 removed
 */
