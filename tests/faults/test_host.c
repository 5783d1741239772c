/* SPDX-License-Identifier: MIT */
/** Faults in what is told of the machine itself; what isn't there is none. */
#include "faults.h"

#define TREE                                                                                       \
    "etc/ etc/os-release=A=b proc/ proc/modules proc/self/ proc/self/limits run/ run/utmp=x "      \
    "sys/ sys/class/ sys/class/hwmon/ sys/class/thermal/ sys/class/power_supply/ "                 \
    "sys/class/power_supply/B/ sys/class/power_supply/B/type=Battery"

static size_t count;

static void record(void) {
    assert_int_equal(os_set_root("."), 0);
}

static void forget(void) {
    os_set_root(NULL);
}

/* openat2(2) may be forbidden by a filter: then the path is walked by hand. */
#define MACHINE .tree = TREE, .before = record, .after = forget

FAULT(os_release, MACHINE, .filename = ANY_NAME, .absorbs = "kernel_openat2") {
    return fault_free(os_release());
}

/* What can't be read of it tells nothing. */
FAULT(os_virtualization, MACHINE, .absorbs = "*") {
    struct os_virtualization_result result;
    return os_virtualization(&result);
}

FAULT(os_modules, MACHINE, .absorbs = "kernel_openat2") {
    return fault_free(os_modules(&count));
}

FAULT(os_limits, MACHINE, .absorbs = "kernel_openat2") {
    return fault_free(os_limits(0, &count));
}

FAULT(os_logins, MACHINE, .absorbs = "kernel_openat2") {
    return fault_free(os_logins(&count));
}

FAULT(os_sensors, MACHINE, .absorbs = "kernel_openat2") {
    return fault_free(os_sensors(&count));
}

/* A battery that goes meanwhile is none. */
FAULT(os_batteries, MACHINE, .absorbs = "kernel_openat2 openat read") {
    return fault_free(os_batteries(&count));
}
