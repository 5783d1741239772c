/* SPDX-License-Identifier: MIT */
/* Moves a tree, to another file system too, and sets modes and owners all the way down. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    os_makedirs("site/css", 0755, 0);
    os_write_file("site/css/a.css", "", 0, NULL);
    if (os_move("site", "public", NULL) < 0 || os_chmodtree("public", 0644, 0755, NULL) < 0 ||
        os_chowntree("public", os_getuid(), os_getgid(), NULL) < 0) {
        os_perror("site");
        return 1;
    }
    printf("moved: %d\n", os_path_isfile("public/css/a.css") == 1);
    return os_rmtreeat(OS_CWD, "public", NULL);
}

/* It prints:
 *     moved: 1
 */
