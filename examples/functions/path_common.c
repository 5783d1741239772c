/* SPDX-License-Identifier: MIT */
/* What paths have in common, made absolute, and with the home directory in them. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    const char *const paths[] = {"/usr/lib/a", "/usr/lint/b", NULL};
    os_autofree char *folder = os_path_commonpath(paths);
    os_autofree char *text = os_path_commonprefix(paths);
    printf("%s, %s\n", folder, text);

    os_putenv("HOME", "/home/ada");
    os_autofree char *home = os_path_expanduser("~/notes");
    os_autofree char *absolute = os_path_abspath("notes");
    os_autofree char *cwd = os_getcwd();
    const char *const both[] = {cwd, absolute, NULL};
    os_autofree char *common = os_path_commonpath(both);
    printf("%s, in the current directory: %d\n", home, os_path_samefile(common, cwd) == 1);
    return 0;
}

/* It prints:
 *     /usr, /usr/li
 *     /home/ada/notes, in the current directory: 1
 */
