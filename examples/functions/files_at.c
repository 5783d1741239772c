/* SPDX-License-Identifier: MIT */
/* Makes and removes files in a directory that is held open, whatever becomes of its path. */
#include <fcntl.h>
#include <osier.h>
#include <stdio.h>

int main(void) {
    os_mkdir("srv", 0755);
    int srv = os_open("srv", O_RDONLY | O_DIRECTORY, 0);
    if (srv < 0 || os_mkdirat(srv, "cache", 0700) < 0 ||
        os_makedirsat(srv, "www/css/2", 0755, 0755, OS_EXIST_OK) < 0 ||
        os_makedirs_parents("srv/private/keys", 0700, 0700, 0) < 0) { /* both private */
        os_perror("srv");
        return 1;
    }
    os_write_fileat(srv, "a", "", 0, NULL);
    os_write_fileat(srv, "b", "", 0, NULL);
    os_write_fileat(srv, "c", "", 0, NULL);
    if (os_removeat(srv, "a") < 0 || os_unlinkat(srv, "b") < 0 || os_unlink("srv/c") < 0 ||
        os_rmdirat(srv, "cache") < 0) {
        os_perror("srv");
        return 1;
    }
    os_autofree char **names = os_listdir_fd(srv);
    os_sort(names);
    printf("%s %s\n", names[0], names[1]);
    return os_close(srv);
}

/* It prints:
 *     private www
 */
