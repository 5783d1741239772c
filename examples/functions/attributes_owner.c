/* SPDX-License-Identifier: MIT */
/* Gives files to a user and a group, by path, by descriptor, and a link itself. */
#include <fcntl.h>
#include <osier.h>
#include <stdio.h>

int main(void) {
    uid_t uid = os_getuid();
    gid_t gid = os_getgid();
    os_write_file("data", "", 0, NULL);
    os_symlink("data", "link", 0);
    int fd = os_open("data", O_RDONLY, 0), here = os_open(".", O_RDONLY | O_DIRECTORY, 0);
    if (os_chown("data", uid, gid, 0) < 0 || os_chownat(here, "data", uid, (gid_t)-1, 0) < 0 ||
        os_lchown("link", uid, gid) < 0 || os_fchown(fd, uid, gid) < 0) {
        os_perror("chown");
        return 1;
    }
    struct os_stat_result stat;
    os_stat("data", &stat, 0);
    printf("%s\n", stat.st_uid == uid && stat.st_gid == gid ? "ours" : "somebody else's");
    os_close(fd);
    return os_close(here);
}

/* It prints:
 *     ours
 */
