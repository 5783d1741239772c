/* SPDX-License-Identifier: MIT */
/* Whether two paths, descriptors or results of stat are of one file. */
#include <fcntl.h>
#include <osier.h>
#include <stdio.h>

int main(void) {
    os_write_file("page", "", 0, NULL);
    os_link("page", "again", 0);
    int a = os_open("page", O_RDONLY, 0), b = os_open("again", O_RDONLY, 0);
    struct os_stat_result one, two;
    os_fstat(a, &one);
    os_fstat(b, &two);
    printf("%d %d %d\n", os_path_samefile("page", "again"), os_path_sameopenfile(a, b),
           os_path_samestat(&one, &two));
    os_close(a);
    return os_close(b);
}

/* It prints:
 *     1 1 1
 */
