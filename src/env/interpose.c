/* SPDX-License-Identifier: MIT */
/** libosier-env: libc's own names for the environment, on top of osier's store.
 *
 *  A program that is linked with it before libc, or preloads it, runs every getenv(3) and setenv(3)
 *  of every library through the one store, and so none of them can crash or miss a variable. Two
 *  things differ from libc: putenv(3) copies its text, so that nobody can free or change what
 *  another thread reads, and it refuses one without a name. What getenv(3) returned stays valid.
 */
#include <errno.h>
#include <osier/environ.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#define REPLACES_LIBC __attribute__((visibility("default")))

REPLACES_LIBC char *getenv(const char *name) {
    return *name ? (char *)os_environ_peek(name) : NULL;
}

REPLACES_LIBC char *secure_getenv(const char *name) {
    return getauxval(AT_SECURE) ? NULL : getenv(name);
}

/* Unlike osier's own calls, libc's take NULL for a bad name. */
static int bad_name(const char *name) {
    if (name && *name && !strchr(name, '='))
        return 0;
    errno = EINVAL;
    return -1;
}

REPLACES_LIBC int setenv(const char *name, const char *value, int overwrite) {
    if (bad_name(name))
        return -1;
    if (overwrite)
        return os_environ_set(name, value);
    char *now = os_environ_setdefault(name, value);
    free(now);
    return now ? 0 : -1;
}

REPLACES_LIBC int unsetenv(const char *name) {
    return bad_name(name) ? -1 : os_unsetenv(name);
}

REPLACES_LIBC int putenv(char *text) {
    char *list[] = {text, NULL};
    return strchr(text, '=') ? os_environ_update(list) : unsetenv(text);
}

REPLACES_LIBC int clearenv(void) {
    os_environ_clear();
    return 0;
}
