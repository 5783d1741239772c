/* SPDX-License-Identifier: MIT */
/** Faults in settings: of a recorded machine, whose files are configured, all or nothing. */
#include "faults.h"

#define TREE                                                                                       \
    "etc/ etc/sysctl.d/ etc/sysctl.d/10-a.conf=a.b=1 proc/ proc/sys/ proc/sys/a/ proc/sys/a/b=2"

static size_t count;

static void record(void) {
    assert_int_equal(os_set_root("."), 0);
}

static void forget(void) {
    os_set_root(NULL);
}

/* What may not be read has no value; names that go meanwhile are left out. */
FAULT(os_settings, .tree = TREE, .before = record, .after = forget,
      .absorbs = "openat read kernel_openat2", .filename = ANY_NAME) {
    return fault_free(
        os_settings(OS_SETTINGS_SYSCTL, NULL, OS_SETTINGS_VALUE | OS_SETTINGS_CONFIGURED, &count));
}

FAULT_CASE(os_settings, of_this_machine, .filename = ANY_NAME) {
    return fault_free(os_settings(OS_SETTINGS_HOSTNAME, NULL, OS_SETTINGS_VALUE, &count));
}

static void clear_state(void) {
    forget();
    fault_clear_journal();
}

static void make_state(void) {
    forget();
    fault_make_journal();
    record();
}

/* The kernel has another answer to most of a plan's calls. */
static int any(const char *call, int number) {
    (void)call, (void)number;
    return -1;
}

FAULT(os_set_setting, .tree = TREE, .before = make_state, .after = clear_state, .absorbs = "*",
      .filename = ANY_NAME, .maps = any, .few = true, .uncancelled = true) {
    uint64_t id = 0;
    int r = os_set_setting(OS_SETTINGS_SYSCTL, "a.b", "3", 0, NULL, &id);
    return r < 0 && id ? 0 : r; /* what is done stands, though a sync behind it may fail */
}

FAULT(os_set_settings, .tree = TREE, .before = make_state, .after = clear_state, .absorbs = "*",
      .filename = ANY_NAME, .maps = any, .few = true, .uncancelled = true) {
    char *const *words = OS_ARGV("a.b=3", "a.c=4");
    uint64_t id = 0;
    char **values = NULL;
    int r = os_set_settings(OS_SETTINGS_SYSCTL, words, 0, &values, &id);
    free(values);
    return r < 0 && id ? 0 : r;
}
