/* SPDX-License-Identifier: MIT */
/* Makes a directory with its parents, lists one of them, and removes it with the parents. */
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    if (os_makedirs("srv/app", 0755, OS_EXIST_OK) < 0 || os_mkdir("srv/app/etc", 0755) < 0) {
        os_perror("srv/app");
        return 1;
    }
    char **names = os_listdir("srv/app");
    for (char **name = names; name && *name; name++)
        printf("%s\n", *name);
    free(names);
    if (os_rmdir("srv/app/etc") < 0 || os_removedirs("srv/app") < 0)
        os_perror("srv/app");
    return os_path_exists("srv") == 1;
}

/* It prints:
 *     etc
 */
