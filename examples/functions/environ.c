/* SPDX-License-Identifier: MIT */
/* The environment, safe for threads: what is got is a copy. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    if (os_putenv("APP_HOME", "/srv/app") < 0) {
        os_perror("putenv");
        return 1;
    }
    os_autofree char *home = os_getenv("APP_HOME", NULL);
    os_autofree char *port = os_getenv("APP_PORT", "8080");
    os_autofree char *path = os_path_expandvars("$APP_HOME/etc:$APP_NONE");
    printf("%s, port %s\n%s\n", home, port, path);
    return os_unsetenv("APP_HOME") < 0;
}

/* It prints:
 *     /srv/app, port 8080
 *     /srv/app/etc:$APP_NONE
 */
