/* SPDX-License-Identifier: MIT */
/** Faults in configuration values, CPUs, load, random bytes and constants. */
#include "faults.h"

#include <fcntl.h>

NO_FAULT(os_confstr_names)
NO_FAULT(os_sysconf_names)
NO_FAULT(os_pathconf_names)
NO_FAULT(os_constant)
NO_FAULT(os_constant_text)
NO_FAULT(os_constants)

static int64_t value;

FAULT(os_confstr) {
    return fault_free(os_confstr("CS_PATH"));
}

FAULT(os_confstr_number, .operation = "confstr") {
    return fault_free(os_confstr_number(_CS_PATH));
}

FAULT(os_sysconf) {
    return os_sysconf("SC_OPEN_MAX", &value);
}

FAULT(os_sysconf_number, .operation = "sysconf") {
    return os_sysconf_number(_SC_OPEN_MAX, &value);
}

FAULT(os_pathconf, .filename = ".") {
    return os_pathconf(".", "PC_NAME_MAX", &value);
}

FAULT(os_pathconf_number, .operation = "pathconf", .filename = ".") {
    return os_pathconf_number(".", _PC_NAME_MAX, &value);
}

FAULT(os_fpathconf) {
    return os_fpathconf(0, "PC_NAME_MAX", &value);
}

FAULT(os_fpathconf_number, .operation = "fpathconf") {
    return os_fpathconf_number(0, _PC_NAME_MAX, &value);
}

FAULT(os_cpu_count, .absorbs = "open read") {
    return os_cpu_count();
}

FAULT(os_process_cpu_count) {
    return os_process_cpu_count();
}

FAULT(os_cpu_quota) {
    double cpus;
    return os_cpu_quota(&cpus);
}

FAULT(os_available_cpus, .absorbs = "open read malloc") {
    return os_available_cpus();
}

FAULT(os_getloadavg) {
    double loads[3];
    return os_getloadavg(loads);
}

FAULT(os_getrandom) {
    char bytes[16];
    return os_getrandom(bytes, sizeof bytes, 0) < 0 ? -1 : 0;
}

FAULT(os_urandom, .absorbs = "kernel_getrandom") { /* where /dev/urandom gives them */
    char bytes[16] = {0};
    return os_urandom(bytes, sizeof bytes);
}

FAULT(os_disk_usage, .filename = ".") {
    struct os_disk_usage_result usage;
    return os_disk_usage(".", &usage);
}

FAULT(os_which, .absorbs = "access stat") {
    return fault_free(os_which("sh", X_OK, "/nowhere:/bin:/usr/bin")) < 0 && errno ? -1 : 0;
}

FAULT_CASE(os_which, by_environment, .absorbs = "access stat") {
    return fault_free(os_which("sh", X_OK, NULL)) < 0 && errno ? -1 : 0;
}
