/* SPDX-License-Identifier: MIT */
/* Takes a path apart without any memory: the slices point into it. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    const char *path = "/var/log/syslog.1.gz";
    struct os_slice head, tail, root, extension;
    os_path_split_slices(path, &head, &tail);
    os_path_splitext_slices(path, &root, &extension);
    struct os_slice name = os_path_basename_slice(path);
    printf("%.*s | %.*s\n", (int)head.size, head.data, (int)tail.size, tail.data);
    printf("%.*s has %.*s\n", (int)name.size, name.data, (int)extension.size, extension.data);
    return 0;
}
