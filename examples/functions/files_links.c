/* SPDX-License-Identifier: MIT */
/* A symbolic link: made, read, followed and not followed. */
#include <osier.h>
#include <stdio.h>
#include <sys/stat.h>

int main(void) {
    struct os_stat_result link;
    os_mkdir("release-2", 0755);
    if (os_symlink("release-2", "current", 0) < 0 || os_lstat("current", &link) < 0) {
        os_perror("current");
        return 1;
    }
    os_autofree char *text = os_readlink("current");
    os_autofree char *cwd = os_getcwd();
    os_autofree char *real = os_path_realpath("current", OS_PATH_STRICT);
    os_autofree char *relative = os_path_relpath(real, cwd);
    printf("%s, %s\n", text, S_ISLNK(link.st_mode) ? "a link" : "no link");
    printf("%s, %s\n", relative, os_path_isdir("current") == 1 ? "a directory" : "no directory");
    return os_remove("current") < 0;
}

/* It prints:
 *     release-2, a link
 *     release-2, a directory
 */
