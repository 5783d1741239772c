/* SPDX-License-Identifier: MIT */
/** Faults in the environment. */
#include "faults.h"

/* A new text for every run, so that the store has to allocate. */
static char changed[30];
static int64_t count;

static void prepare(void) {
    static int run;
    snprintf(changed, sizeof changed, "X=%d", ++run);
    os_unsetenv("X");
    os_unsetenv("B");
    os_putenv("A", "1");
    count = os_environ_size();
}

static long unchanged(long r) {
    int saved = errno;
    if (r < 0)
        assert_int_equal(os_environ_size(), count);
    errno = saved;
    return r;
}

#define STORE .before = prepare, .keeps_memory = true

FAULT(os_getenv, STORE) {
    return fault_free(os_getenv("A", NULL));
}
FAULT_CASE(os_getenv, default_value, STORE) {
    return fault_free(os_getenv("NOPE", "x"));
}
FAULT(os_putenv, STORE) {
    return unchanged(os_putenv("X", changed));
}
FAULT(os_unsetenv, STORE) {
    return os_unsetenv("A");
}
FAULT(os_environ, STORE) {
    return fault_free(os_environ());
}
FAULT(os_environ_get, STORE) {
    return fault_free(os_environ_get("A"));
}
NO_FAULT(os_environ_peek)
FAULT(os_environ_set, STORE) {
    return unchanged(os_environ_set("X", changed));
}
FAULT(os_environ_del, STORE) {
    return os_environ_del("A");
}
FAULT(os_environ_setdefault, STORE) {
    return unchanged(fault_free(os_environ_setdefault("X", changed)));
}
FAULT(os_environ_pop, STORE) {
    return unchanged(fault_free(os_environ_pop("A", NULL)));
}
FAULT(os_environ_update, STORE) {
    char b[] = "B=2", *list[] = {b, changed, NULL};
    return unchanged(os_environ_update(list));
}
NO_FAULT(os_environ_clear)
FAULT(os_environ_keys, STORE) {
    return fault_free(os_environ_keys());
}
FAULT(os_environ_size, STORE) {
    return os_environ_size();
}
NO_FAULT(os_environ_contains)
NO_FAULT(os_environ_retained)
FAULT(os_reload_environ, STORE) {
    return os_reload_environ();
}
FAULT(os_get_exec_path, STORE) {
    return fault_free(os_get_exec_path(NULL));
}
