/* SPDX-License-Identifier: MIT */
/* Takes a path of Windows apart without any memory: the slices point into it. */
#include <osier.h>
#include <stdio.h>

static void show(struct os_slice slice) {
    printf("[%.*s]", (int)slice.size, slice.data);
}

int main(void) {
    const char *path = "C:\\srv\\main.c";
    struct os_slice a, b, c;
    show(os_ntpath_dirname_slice(path)), show(os_ntpath_basename_slice(path));
    os_ntpath_split_slices(path, &a, &b);
    show(a), show(b);
    os_ntpath_splitext_slices(path, &a, &b);
    show(b);
    os_ntpath_splitdrive_slices(path, &a, &b);
    show(a);
    os_ntpath_splitroot_slices(path, &a, &b, &c);
    show(a), show(b), show(c);
    printf("\n");
    return 0;
}

/* It prints:
 *     [C:\srv][main.c][C:\srv][main.c][.c][C:][C:][\][srv\main.c]
 */
