/* SPDX-License-Identifier: MIT */
/* Reads and replaces a file in a directory that is held open, wherever its path leads meanwhile. */
#include <fcntl.h>
#include <osier.h>
#include <stdio.h>

int main(void) {
    os_mkdir("etc", 0755);
    int etc = os_open("etc", O_RDONLY | O_DIRECTORY, 0);
    if (etc < 0 || os_rename("etc", "etc.old") < 0 ||
        os_write_fileat(etc, "app.conf", "port = 80\n", 10, NULL) < 0) {
        os_perror("app.conf");
        return 1;
    }
    os_autofree char *content = os_read_fileat(etc, "app.conf", NULL);
    printf("%s", content);
    printf("in etc.old: %d\n", os_path_exists("etc.old/app.conf") == 1);
    return os_close(etc);
}

/* It prints:
 *     port = 80
 *     in etc.old: 1
 */
