/* SPDX-License-Identifier: MIT */
/* Walks through a tree, leaves out one directory of it, and prints the paths of all files. */
#include <errno.h>
#include <osier.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    os_makedirs("project/.git/objects", 0755, 0);
    os_makedirs("project/src", 0755, 0);
    os_write_file("project/src/main.c", "int main;\n", 10, NULL);
    os_write_file("project/.git/config", "", 0, NULL);

    struct os_walk *walk = os_walk("project", NULL);
    struct os_walk_entry *at;
    while ((at = os_walk_next(walk))) {
        const char *name = strrchr(at->dirpath, '/');
        if (name && strcmp(name, "/.git") == 0) {
            os_walk_prune(walk);
            continue;
        }
        for (char **file = at->filenames; *file; file++)
            printf("%s/%s\n", at->dirpath, *file);
    }
    if (errno)
        os_perror("walk");
    os_walk_close(walk);
    return 0;
}

/* It prints:
 *     project/src/main.c
 */
