/* SPDX-License-Identifier: MIT */
/* Paths as text: joined, made plain, taken apart, told relative to another. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    os_autofree char *joined = os_path_join("/srv", "app", "../www/./index.html");
    os_autofree char *plain = joined ? os_path_normpath(joined) : NULL;
    if (!plain)
        return 1;
    os_autofree char *name = os_path_basename(plain);
    os_autofree char *folder = os_path_dirname(plain);
    os_autofree char **parts = os_path_splitext(plain);
    os_autofree char *relative = os_path_relpath(plain, "/srv/app");
    printf("%s\n%s in %s\n", plain, name, folder);
    printf("%s and %s\n%s\n", parts[0], parts[1], relative);
    return os_path_isabs(relative);
}

/* It prints:
 *     /srv/www/index.html
 *     index.html in /srv/www
 *     /srv/www/index and .html
 *     ../www/index.html
 */
