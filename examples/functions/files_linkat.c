/* SPDX-License-Identifier: MIT */
/* A second name of a file, and links in a directory that is held open. */
#include <fcntl.h>
#include <inttypes.h>
#include <osier.h>
#include <stdio.h>

int main(void) {
    os_mkdir("srv", 0755);
    os_write_file("srv/1.0", "", 0, NULL);
    int srv = os_open("srv", O_RDONLY | O_DIRECTORY, 0);
    if (os_link("srv/1.0", "backup", 0) < 0 || os_linkat(srv, "1.0", srv, "1.0.again", 0) < 0 ||
        os_symlinkat("1.0", srv, "current", 0) < 0) {
        os_perror("srv");
        return 1;
    }
    struct os_stat_result stat;
    os_stat("backup", &stat, 0);
    os_autofree char *text = os_readlinkat(srv, "current");
    printf("%" PRIu64 " names; current is %s\n", stat.st_nlink, text);
    return os_close(srv);
}

/* It prints:
 *     3 names; current is 1.0
 */
