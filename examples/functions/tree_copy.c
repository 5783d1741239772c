/* SPDX-License-Identifier: MIT */
/* Copies files: the content, with the mode, with everything. */
#include <inttypes.h>
#include <osier.h>
#include <stdio.h>

int main(void) {
    os_write_file("a", "text", 4, NULL);
    os_chmod("a", 0755, 0);
    os_utime("a", 0, 1000000000, 0);
    if (os_copyfile("a", "content", NULL) < 0 || os_copy("a", "mode", NULL) < 0 ||
        os_copy2("a", "all", NULL) < 0) {
        os_perror("copy");
        return 1;
    }
    struct os_stat_result mode, all;
    os_stat("mode", &mode, 0);
    os_stat("all", &all, 0);
    printf("mode %o, of second %" PRId64 "\n", mode.st_mode & 0777, all.st_mtime_sec);
    os_copymode("a", "content", 0);
    os_copystat("a", "content", 0);
    return os_path_getsize("content") != 4;
}

/* It prints:
 *     mode 755, of second 1
 */
