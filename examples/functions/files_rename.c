/* SPDX-License-Identifier: MIT */
/* Puts a new version in the place of the old one, in a step that nobody sees half done. */
#include <errno.h>
#include <osier.h>
#include <stdio.h>

int main(void) {
    os_mkdir("current", 0755);
    os_mkdir("next", 0755);
    os_write_file("next/version", "2\n", 2, NULL);
    if (os_rename_noreplace("next", "current") < 0 && errno == EEXIST)
        printf("current is there\n");
    if (os_rename_exchange("next", "current") < 0) {
        os_perror("exchange");
        return 1;
    }
    printf("version is in current: %d\n", os_path_isfile("current/version") == 1);
    return os_rmtree("next", NULL) < 0;
}

/* It prints:
 *     current is there
 *     version is in current: 1
 */
