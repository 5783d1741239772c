/* SPDX-License-Identifier: MIT */
/** A program of somebody else's: what it is built by is what is tested. */
#include <errno.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    char *path = os_path_join("srv", "app");
    if (!path || strcmp(path, "srv/app") != 0 || strcmp(os_version(), OSIER_VERSION) != 0)
        return 1;
    free(path);
    if (os_mkdir("/", 0777) != -1 || errno != EEXIST)
        return 2;
    path = os_error_text();
    puts(path);
    free(path);
    return 0;
}
