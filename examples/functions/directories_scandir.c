/* SPDX-License-Identifier: MIT */
/* Tells of each entry of a directory whether it is one itself, mostly without a stat. */
#include <errno.h>
#include <osier.h>
#include <stdio.h>

int main(void) {
    os_mkdir("docs", 0755);
    os_write_file("notes", "", 0, NULL);
    struct os_scandir *scan = os_scandir(".");
    struct os_dir_entry *entry;
    int directories = 0, others = 0;
    while ((entry = os_scandir_next(scan)))
        *(os_dir_entry_is_dir(entry, OS_NOFOLLOW) == 1 ? &directories : &others) += 1;
    if (errno)
        os_perror("scandir");
    os_scandir_close(scan);
    printf("%d directory, %d other\n", directories, others);
    return 0;
}

/* It prints:
 *     1 directory, 1 other
 */
