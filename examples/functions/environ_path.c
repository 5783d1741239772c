/* SPDX-License-Identifier: MIT */
/* Where programs are looked for, here and in an environment that a child will get. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    char *const env[] = {"PATH=/opt/app/bin:/usr/bin", NULL};
    os_autofree char **here = os_get_exec_path(NULL);
    os_autofree char **there = os_get_exec_path(env);
    if (!here || !there) {
        os_perror("PATH");
        return 1;
    }
    for (char **folder = there; *folder; folder++)
        printf("%s\n", *folder);
    return !*here;
}

/* It prints:
 *     /opt/app/bin
 *     /usr/bin
 */
