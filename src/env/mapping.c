/* SPDX-License-Identifier: MIT */
/** os.environ, getenv, putenv, unsetenv: the public face of the environment. */
#include "base/error.h"
#include "base/seam.h"
#include "base/str.h"
#include "env/environ.h"
#include "env/exec_path.h"
#include <osier/environ.h>
#include <string.h>

#define ILLEGAL_NAME "ValueError: illegal environment variable name"

/* Ends a function that sets `key` when the name can't be one: an empty name is the OSError of
 * setenv(3), '=' in it is Python's ValueError. */
#define REFUSE_BAD_NAME(key, operation, failed)                                                    \
    do {                                                                                           \
        if (!*(key)) {                                                                             \
            error_fail(-EINVAL, operation, NULL, NULL);                                            \
            return failed;                                                                         \
        }                                                                                          \
        if (strchr(key, '=')) {                                                                    \
            error_fail_message(-EINVAL, operation, ILLEGAL_NAME);                                  \
            return failed;                                                                         \
        }                                                                                          \
    } while (0)

char *os_getenv(const char *key, const char *default_value) {
    char *value = NULL;
    int r = env_get(key, strlen(key), &value);
    if (r == 0 && default_value) {
        value = mem_text(default_value, strlen(default_value));
        r = value ? 1 : -ENOMEM;
    }
    if (r == 0)
        errno = 0;
    return PUBLIC_POINTER(r, value, "getenv", NULL, NULL);
}

int os_putenv(const char *key, const char *value) {
    REFUSE_BAD_NAME(key, "putenv", -1);
    return PUBLIC(env_set(key, strlen(key), value, /* overwrite= */ true), "putenv", NULL, NULL);
}

/* unsetenv(3) takes '=' for the same error as an empty name, and so does Python. */
static int unset(const char *key) {
    if (!*key || strchr(key, '='))
        return -EINVAL;
    return env_unset(key, strlen(key));
}

int os_unsetenv(const char *key) {
    int r = unset(key);
    return PUBLIC(r > 0 ? 0 : r, "unsetenv", NULL, NULL);
}

char **os_environ(void) {
    char **list = NULL;
    int r = env_snapshot(&list);
    return PUBLIC_POINTER(r, list, "environ", NULL, NULL);
}

char *os_environ_get(const char *key) {
    char *value = NULL;
    int r = env_get(key, strlen(key), &value);
    if (r == 0)
        error_fail_key("environ_get", key);
    return PUBLIC_POINTER(r, value, "environ_get", NULL, NULL);
}

const char *os_environ_peek(const char *key) {
    return env_find(key, strlen(key));
}

int os_environ_set(const char *key, const char *value) {
    REFUSE_BAD_NAME(key, "environ_set", -1);
    int r = env_set(key, strlen(key), value, /* overwrite= */ true);
    return PUBLIC(r, "environ_set", NULL, NULL);
}

int os_environ_del(const char *key) {
    int r = unset(key);
    if (r == 0)
        return (int)error_fail_key("environ_del", key);
    return PUBLIC(r > 0 ? 0 : r, "environ_del", NULL, NULL);
}

char *os_environ_setdefault(const char *key, const char *value) {
    size_t size = strlen(key);
    char *now = NULL;
    int r = env_get(key, size, &now);
    if (r == 0) {
        REFUSE_BAD_NAME(key, "environ_setdefault", NULL);
        r = env_set_default(key, size, value, &now);
    }
    return PUBLIC_POINTER(r, now, "environ_setdefault", NULL, NULL);
}

char *os_environ_pop(const char *key, const char *default_value) {
    char *value = NULL;
    int r = *key && !strchr(key, '=') ? env_pop(key, strlen(key), &value) : 0;
    if (r == 0 && !default_value)
        error_fail_key("environ_pop", key);
    if (r == 0 && default_value) {
        value = mem_text(default_value, strlen(default_value));
        r = value ? 1 : -ENOMEM;
    }
    return PUBLIC_POINTER(r, value, "environ_pop", NULL, NULL);
}

int os_environ_update(char *const list[]) {
    for (size_t i = 0; list[i]; i++) {
        if (*list[i] == '=')
            return (int)error_fail(-EINVAL, "environ_update", NULL, NULL);
        if (!strchr(list[i], '='))
            return (int)error_fail_message(-EINVAL, "environ_update", ILLEGAL_NAME);
    }
    return PUBLIC(env_set_all((const char *const *)list), "environ_update", NULL, NULL);
}

void os_environ_clear(void) {
    env_clear();
}

char **os_environ_keys(void) {
    char **list = NULL;
    int r = env_snapshot(&list);
    for (size_t i = 0; r >= 0 && list[i]; i++)
        *strchr(list[i], '=') = '\0';
    return PUBLIC_POINTER(r, list, "environ_keys", NULL, NULL);
}

int64_t os_environ_size(void) {
    return PUBLIC(env_count(), "environ_size", NULL, NULL);
}

bool os_environ_contains(const char *key) {
    return env_find(key, strlen(key)) != NULL;
}

size_t os_environ_retained(void) {
    return env_retained();
}

int os_reload_environ(void) {
    return PUBLIC(env_adopt(), "reload_environ", NULL, NULL);
}

char **os_get_exec_path(char *const env[]) {
    char **list = NULL;
    AUTO_FREE char *path = NULL;
    int r = exec_path(env, &path);
    if (r == 0)
        r = exec_path_split(path, NULL, &list);
    return PUBLIC_POINTER(r, list, "get_exec_path", NULL, NULL);
}
