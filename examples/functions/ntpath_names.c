/* SPDX-License-Identifier: MIT */
/* Paths of Windows compared, checked, and with variables in them. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    const char *const paths[] = {"C:\\srv\\app", "c:/SRV/web", NULL};
    os_autofree char *folded = os_ntpath_normcase("C:/Srv");
    os_autofree char *path = os_ntpath_commonpath(paths);
    os_autofree char *prefix = os_ntpath_commonprefix(paths);
    os_putenv("APP", "main");
    os_autofree char *expanded = os_ntpath_expandvars("%APP%.exe");
    printf("%s, %s, \"%s\", %s\n", folded, path, prefix, expanded);
    printf("absolute: %d %d\n", os_ntpath_isabs("C:\\srv"), os_ntpath_isabs("C:srv"));
    printf("reserved: %d %d\n", os_ntpath_isreserved("a\\NUL"), os_ntpath_isreserved("a\\null"));
    return 0;
}

/* It prints:
 *     c:\srv, C:\srv, "", main.exe
 *     absolute: 1 0
 *     reserved: 1 0
 */
