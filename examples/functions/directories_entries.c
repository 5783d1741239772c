/* SPDX-License-Identifier: MIT */
/* What each entry of an open directory is, and what stat(2) tells of it. */
#include <fcntl.h>
#include <inttypes.h>
#include <osier.h>
#include <stdio.h>

int main(void) {
    os_mkdir("srv", 0755);
    os_write_file("srv/page", "<p>", 3, NULL);
    os_symlink("page", "srv/link", 0);
    int fd = os_open("srv", O_RDONLY | O_DIRECTORY, 0);
    struct os_scandir *scan = os_scandir_fd(fd);
    struct os_dir_entry *entry;
    int files = 0;
    while ((entry = os_scandir_next(scan))) {
        const struct os_stat_result *stat = os_dir_entry_stat(entry, 0);
        if (os_dir_entry_is_symlink(entry) == 1)
            printf("%s leads to %" PRId64 " bytes\n", os_dir_entry_path(entry), stat->st_size);
        else if (os_dir_entry_is_file(entry, 0) == 1 && os_dir_entry_inode(entry) == stat->st_ino &&
                 !os_dir_entry_is_junction(entry))
            files++;
    }
    os_scandir_close(scan);
    printf("%d file\n", files);
    return os_close(fd);
}

/* It prints:
 *     link leads to 3 bytes
 *     1 file
 */
