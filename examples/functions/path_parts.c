/* SPDX-License-Identifier: MIT */
/* Takes paths apart, and joins those of a list. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    const char *const list[] = {"/srv", "app", "main.c", NULL};
    os_autofree char *path = os_path_joinv(list);
    os_autofree char **halves = os_path_split(path);
    os_autofree char **root = os_path_splitroot(path);
    os_autofree char **drive = os_path_splitdrive(path);
    os_autofree char *folded = os_path_normcase(path);
    printf("%s | %s\n", halves[0], halves[1]);
    printf("root %s, then %s\n", root[1], root[2]);
    printf("drive \"%s\", as it was: %s\n", drive[0], folded); /* other on Windows alone */
    return 0;
}

/* It prints:
 *     /srv/app | main.c
 *     root /, then srv/app/main.c
 *     drive "", as it was: /srv/app/main.c
 */
