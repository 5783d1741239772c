/* SPDX-License-Identifier: MIT */
/* What is at a path. */
#include <fcntl.h>
#include <inttypes.h>
#include <osier.h>
#include <stdio.h>

int main(void) {
    os_write_file("page", "<p>", 3, NULL);
    os_symlink("nowhere", "link", 0);
    int fd = os_open("page", O_RDONLY, 0);
    printf("exists: %d, there at all: %d, a link: %d\n", os_path_exists("link"),
           os_path_lexists("link"), os_path_islink("link"));
    printf("open: %d, mount points: %d %d\n", os_path_exists_fd(fd), os_path_ismount("/"),
           os_path_ismount("page"));
    printf("of Windows alone: %d %d\n", os_path_isjunction("page"), os_path_isdevdrive("page"));

    double read, changed, inode_changed;
    if (os_path_getatime("page", &read) < 0 || os_path_getmtime("page", &changed) < 0 ||
        os_path_getctime("page", &inode_changed) < 0)
        os_perror("page");
    printf("%" PRId64 " bytes, of this century: %d\n", os_path_getsize("page"),
           read > 978307200 && changed > 978307200 && inode_changed > 978307200);
    return os_close(fd);
}

/* It prints:
 *     exists: 0, there at all: 1, a link: 1
 *     open: 1, mount points: 1 0
 *     of Windows alone: 0 0
 *     3 bytes, of this century: 1
 */
