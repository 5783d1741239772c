/* SPDX-License-Identifier: MIT */
/* What is at a path, at a link itself, behind a descriptor; and what the user may do with it. */
#include <fcntl.h>
#include <inttypes.h>
#include <osier.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void) {
    struct os_stat_result file, link, opened, at;
    os_write_file("page", "<p>", 3, NULL);
    os_symlink("page", "link", 0);
    int fd = os_open("page", O_RDONLY, 0);
    if (os_stat("link", &file, 0) < 0 || os_lstatat(OS_CWD, "link", &link) < 0 ||
        os_fstat(fd, &opened) < 0 || os_statat(OS_CWD, "link", &at, OS_NOFOLLOW) < 0) {
        os_perror("link");
        return 1;
    }
    printf("%" PRId64 " bytes behind a link: %d\n", file.st_size, S_ISLNK(link.st_mode));
    printf("the same file: %d, the same link: %d\n", file.st_ino == opened.st_ino,
           link.st_ino == at.st_ino);
    printf("may read: %d, may run: %d\n", os_access("page", R_OK, 0) == 0,
           os_accessat(OS_CWD, "page", X_OK, OS_EFFECTIVE_IDS) == 0);
    return os_close(fd);
}

/* It prints:
 *     3 bytes behind a link: 1
 *     the same file: 1, the same link: 1
 *     may read: 1, may run: 0
 */
