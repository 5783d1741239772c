/* SPDX-License-Identifier: MIT */
/* Renames in directories that are held open, makes and cleans up those on the way. */
#include <fcntl.h>
#include <osier.h>
#include <stdio.h>

int main(void) {
    os_mkdir("new", 0755);
    os_mkdir("done", 0755);
    os_write_file("new/a", "a", 1, NULL);
    os_write_file("new/b", "b", 1, NULL);
    os_write_file("new/c", "c", 1, NULL);
    int from = os_open("new", O_RDONLY | O_DIRECTORY, 0);
    int to = os_open("done", O_RDONLY | O_DIRECTORY, 0);
    if (os_renameat(from, "a", to, "a") < 0 || os_replaceat(from, "b", to, "a") < 0 ||
        os_replace("done/a", "done/b") < 0 ||
        os_renames("new/c", "archive/2026/c") < 0 || /* makes archive/2026, removes the empty new */
        os_renameat2(to, "b", OS_CWD, "archive/b", 1 /* RENAME_NOREPLACE */) < 0) {
        os_perror("rename");
        return 1;
    }
    os_autofree char *b = os_read_file("archive/b", NULL);
    printf("archive/b holds %s, new is gone: %d\n", b, os_path_exists("new") == 0);
    os_close(from);
    return os_close(to);
}

/* It prints:
 *     archive/b holds b, new is gone: 1
 */
