/* SPDX-License-Identifier: MIT */
/* Works in a directory that no path, "..", or link leads out of. */
#include <errno.h>
#include <osier.h>
#include <stdio.h>

int main(void) {
    os_mkdir("upload", 0755);
    struct os_root *root = os_root("upload");
    if (!root || os_root_makedirs(root, "a/b", 0755, OS_EXIST_OK) < 0 ||
        os_root_write_file(root, "a/b/file", "data", 4, NULL) < 0) {
        os_perror("upload");
        return 1;
    }
    if (os_root_remove(root, "../../etc/passwd") < 0)
        printf("%s\n", errno == EXDEV ? "it leads out of the root" : os_strerror(errno));
    os_autofree char *data = os_root_read_file(root, "a/b/file", NULL);
    printf("%s\n", data);
    os_root_rmtree(root, "a", NULL);
    os_root_close(root);
    return 0;
}

/* It prints:
 *     it leads out of the root
 *     data
 */
