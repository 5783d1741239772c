/* SPDX-License-Identifier: MIT */
/* Paths of POSIX by the names that say so, beside those of ntpath. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    const char *path = "/srv/app/main.tar.gz", *const list[] = {"/srv", "web", NULL};
    const char *const both[] = {path, "/srv/web", NULL};
    os_autofree char *name = os_posixpath_basename(path);
    os_autofree char *folder = os_posixpath_dirname(path);
    os_autofree char **halves = os_posixpath_split(path);
    os_autofree char **extension = os_posixpath_splitext(path);
    os_autofree char **drive = os_posixpath_splitdrive(path);
    os_autofree char **root = os_posixpath_splitroot(path);
    printf("%s in %s, %s | %s, %s \"%s\" %s\n", name, folder, halves[0], halves[1], extension[1],
           drive[0], root[1]);

    os_autofree char *joined = os_posixpath_join("/srv", "app", "..", "web");
    os_autofree char *joined_list = os_posixpath_joinv(list);
    os_autofree char *plain = os_posixpath_normpath(joined);
    os_autofree char *folded = os_posixpath_normcase(plain);
    os_autofree char *relative = os_posixpath_relpath(plain, "/srv/app");
    printf("%s, %s, %s, %s, %s\n", joined, joined_list, plain, folded, relative);

    os_putenv("APP", "main");
    os_autofree char *common = os_posixpath_commonpath(both);
    os_autofree char *prefix = os_posixpath_commonprefix(both);
    os_autofree char *expanded = os_posixpath_expandvars("$APP.c");
    printf("%s, %s, %s, absolute: %d\n", common, prefix, expanded, os_posixpath_isabs(plain));
    return 0;
}

/* It prints:
 *     main.tar.gz in /srv/app, /srv/app | main.tar.gz, .gz "" /
 *     /srv/app/../web, /srv/web, /srv/web, /srv/web, ../web
 *     /srv, /srv/, main.c, absolute: 1
 */
