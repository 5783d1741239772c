/* SPDX-License-Identifier: MIT */
/* The version at run time, and memory that is freed at the end of its block. */
#include <osier.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    printf("built for this version: %d\n", strcmp(os_version(), OSIER_VERSION) == 0);
    for (int i = 0; i < 2; i++) {
        os_autofree char *cwd = os_getcwd(); /* os_free_pointer(&cwd) at the end of each round */
        if (!cwd)
            return 1;
    }
    char *home = os_getenv("HOME", "/");
    os_free_pointer(&home); /* by hand, where the compiler lacks the attribute */
    return 0;
}

/* It prints:
 *     built for this version: 1
 */
