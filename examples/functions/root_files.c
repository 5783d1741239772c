/* SPDX-License-Identifier: MIT */
/* All that can be done in a root: no path and no link leads out of it. */
#include <fcntl.h>
#include <osier.h>
#include <stdio.h>
#include <string.h>

static int fill(struct os_root *root) {
    const struct os_time times[2] = {{0, 0}, {1000, 0}};
    uid_t uid = os_getuid();
    gid_t gid = os_getgid();
    int fd = os_root_open(root, "new", O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (fd < 0 || os_write(fd, "text\n", 5) != 5 || os_close(fd) < 0)
        return -1;
    return os_root_mkdir(root, "a", 0755) < 0 || os_root_rename(root, "new", "a/file") < 0 ||
                   os_root_link(root, "a/file", "a/second") < 0 ||
                   os_root_symlink(root, "a/file", "link") < 0 ||
                   os_root_chmod(root, "link", 0640, 0) < 0 ||
                   os_root_chown(root, "a/file", uid, gid, OS_NOFOLLOW) < 0 ||
                   os_root_utime(root, "a/file", OS_TIME_NOW, OS_TIME_NOW, 0) < 0 ||
                   os_root_utimens(root, "a/file", times, 0) < 0 ||
                   os_root_mkdir(root, "b", 0755) < 0 || os_root_rmdir(root, "b") < 0
               ? -1
               : 0;
}

int main(void) {
    struct os_stat_result stat;
    os_mkdir("upload", 0755);
    struct os_root *root = os_rootat(OS_CWD, "upload");
    if (!root || fill(root) < 0 || os_root_stat(root, "link", &stat, 0) < 0) {
        os_perror("upload");
        return 1;
    }
    os_autofree char *link = os_root_readlink(root, "link");
    os_autofree char **names = os_root_listdir(root, "a");
    os_sort(names);
    printf("link to %s: %o, %s %s\n", link, stat.st_mode & 0777, names[0], names[1]);
    os_root_close(root);
    return 0;
}

/* It prints:
 *     link to a/file: 640, file second
 */
