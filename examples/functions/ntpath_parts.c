/* SPDX-License-Identifier: MIT */
/* Paths of Windows as text, on any system: taken apart and put together. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    const char *path = "C:\\srv/app\\main.tar.gz";
    os_autofree char *name = os_ntpath_basename(path);
    os_autofree char *folder = os_ntpath_dirname(path);
    os_autofree char **halves = os_ntpath_split(path);
    os_autofree char **extension = os_ntpath_splitext(path);
    os_autofree char **drive = os_ntpath_splitdrive(path);
    os_autofree char **root = os_ntpath_splitroot("\\\\server\\share\\a");
    printf("%s in %s\n", name, folder);
    printf("%s | %s\n", halves[0], halves[1]);
    printf("%s, %s, %s\n", extension[1], drive[0], root[0]);

    const char *const parts[] = {"D:", "logs", "today", NULL};
    os_autofree char *joined = os_ntpath_join("C:\\a", "b", "..", "c");
    os_autofree char *list = os_ntpath_joinv(parts);
    os_autofree char *plain = os_ntpath_normpath(joined);
    os_autofree char *relative = os_ntpath_relpath("C:\\a\\c", "C:\\a\\b");
    printf("%s, %s, %s, %s\n", joined, list, plain, relative);
    return 0;
}

/* It prints:
 *     main.tar.gz in C:\srv/app
 *     C:\srv/app | main.tar.gz
 *     .gz, C:, \\server\share
 *     C:\a\b\..\c, D:logs\today, C:\a\c, ..\c
 */
