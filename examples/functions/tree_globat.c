/* SPDX-License-Identifier: MIT */
/* Patterns below a directory, and a name that holds signs of patterns. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    os_makedirs("data", 0755, 0);
    os_write_file("data/a[1].csv", "", 0, NULL);
    os_write_file("data/a1.csv", "", 0, NULL);
    os_autofree char *pattern = os_glob_escape("a[1].csv");
    os_autofree char **exact = os_globat(OS_CWD, "data", pattern, 0);
    os_autofree char **any = os_globat(OS_CWD, "data", "a[1].csv", 0);
    if (!exact || !any) {
        os_perror("glob");
        return 1;
    }
    printf("%s, or %s\n", exact[0], any[0]);
    return 0;
}

/* It prints:
 *     a[1].csv, or a1.csv
 */
