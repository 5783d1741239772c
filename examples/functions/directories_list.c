/* SPDX-License-Identifier: MIT */
/* The names in a directory that is open, in order. */
#include <fcntl.h>
#include <osier.h>
#include <stdio.h>

int main(void) {
    os_mkdir("srv", 0755);
    int srv = os_open("srv", O_RDONLY | O_DIRECTORY, 0);
    os_write_fileat(srv, "b", "", 0, NULL);
    os_write_fileat(srv, "a", "", 0, NULL);
    os_autofree char **names = os_listdir_fd(srv);
    if (!names) {
        os_perror("srv");
        return 1;
    }
    os_sort(names);
    for (char **name = names; *name; name++)
        printf("%s\n", *name);
    return os_close(srv);
}

/* It prints:
 *     a
 *     b
 */
