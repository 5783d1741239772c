/* SPDX-License-Identifier: MIT */
/* Changes several variables in one step, for all threads, and takes the whole as a value. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    char *const settings[] = {"HOST=db1", "PORT=5432", NULL};
    os_environ_clear();
    if (os_environ_update(settings) < 0 || os_reload_environ() < 0) {
        os_perror("environ");
        return 1;
    }
    os_autofree char **all = os_environ(); /* a child may be started with it */
    for (char **variable = all; *variable; variable++)
        printf("%s\n", *variable);
    printf("the port is %s\n", os_environ_peek("PORT")); /* no copy: valid for ever */
    printf("what was taken is kept: %d\n", os_environ_retained() > 0);
    return 0;
}

/* It prints:
 *     HOST=db1
 *     PORT=5432
 *     the port is 5432
 *     what was taken is kept: 1
 */
