/* SPDX-License-Identifier: MIT */
/* Takes a path apart without any memory: the slices point into it. */
#include <osier.h>
#include <stdio.h>

static void show(struct os_slice slice) {
    printf("[%.*s]", (int)slice.size, slice.data);
}

int main(void) {
    const char *path = "/var/log/syslog.1.gz";
    struct os_slice a, b, c;
    show(os_path_dirname_slice(path)), show(os_path_basename_slice(path));
    os_path_split_slices(path, &a, &b);
    show(a), show(b);
    os_path_splitext_slices(path, &a, &b);
    show(b);
    os_path_splitdrive_slices(path, &a, &b);
    show(a);
    os_path_splitroot_slices(path, &a, &b, &c);
    show(a), show(b), show(c);
    printf("\n");
    return 0;
}

/* It prints:
 *     [/var/log][syslog.1.gz][/var/log][syslog.1.gz][.gz][][][/][var/log/syslog.1.gz]
 */
