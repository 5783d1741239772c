/* SPDX-License-Identifier: MIT */
/* The environment as Python's os.environ: a mapping. */
#include <errno.h>
#include <inttypes.h>
#include <osier.h>
#include <stdio.h>

int main(void) {
    os_environ_clear();
    os_environ_set("HOST", "db1");
    os_autofree char *host = os_environ_get("HOST");                /* os.environ["HOST"] */
    os_autofree char *port = os_environ_setdefault("PORT", "5432"); /* set, as it is missing */
    os_autofree char *mode = os_environ_pop("MODE", "safe");        /* no such variable */
    printf("%s %s %s\n", host, port, mode);
    os_autofree char **keys = os_environ_keys();
    for (char **key = keys; *key; key++)
        printf("%s is set: %d\n", *key, os_environ_contains(*key));
    if (os_environ_del("NONE") < 0)
        printf("a missing one: %d\n", errno != 0);
    printf("%" PRId64 " variables\n", os_environ_size());
    return 0;
}

/* It prints:
 *     db1 5432 safe
 *     HOST is set: 1
 *     PORT is set: 1
 *     a missing one: 1
 *     2 variables
 */
