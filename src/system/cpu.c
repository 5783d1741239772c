/* SPDX-License-Identifier: MIT */
/** CPUs and load: how many the machine has, the process may use, and how busy they are. */
#include "system/cpu.h"
#include "base/cancel.h"
#include "base/error.h"
#include "base/procfile.h"
#include "base/seam.h"
#include "process/affinity.h"
#include "system/cgroup.h"
#include "system/machine.h"
#include <math.h>
#include <osier/system.h>
#include <unistd.h>

/* One run "5" or "7-9" of a list: where it ends, or NULL where there is none. */
static const char *list_run(const char *list, unsigned long *ret_first, unsigned long *ret_last) {
    char *end;
    *ret_first = *ret_last = strtoul(list, &end, 10);
    if (end > list && *end == '-') {
        list = end + 1;
        *ret_last = strtoul(list, &end, 10);
    }
    return end == list || *ret_last < *ret_first || *ret_last > 1UL << 30 ? NULL : end;
}

int cpu_list_count(const char *list) {
    unsigned long count = 0, first, last;
    const char *end;
    while ((end = list_run(list, &first, &last))) {
        count += last - first + 1;
        if (*end != ',')
            return *end == '\n' || *end == '\0' ? (int)count : 0;
        list = end + 1;
    }
    return 0;
}

void cpu_list_each(const char *list, void (*visit)(long first, long last, void *), void *data) {
    unsigned long first, last;
    const char *end;
    while ((end = list_run(list, &first, &last))) {
        visit((long)first, (long)last, data);
        if (*end != ',')
            return;
        list = end + 1;
    }
}

/* A recorded machine without that list: the CPUs of /proc/stat, as those are online. */
static int recorded_count(void) {
    AUTO_STR text = STR_INIT;
    int r = machine_load("/proc/stat", &text), count = 0;
    const char *at = r == 0 ? text.data : NULL;
    while (at && (at = procfile_field(at, "cpu")))
        count += *at >= '0' && *at <= '9';
    return r < 0 ? r : count ? count : -ENODATA;
}

/* As glibc's sysconf() has it; musl's counts what the calling thread may run on. */
static int online(void) {
    char list[4096];
    ssize_t size = machine_read("/sys/devices/system/cpu/online", list, sizeof list);
    int count = size > 0 && size < (ssize_t)sizeof list - 1 ? cpu_list_count(list) : 0;
    if (count)
        return count;
    return machine_is_live() == 0 ? (int)SYS(sysconf, _SC_NPROCESSORS_ONLN) : recorded_count();
}

int os_cpu_count(void) {
    UNCANCELLED;
    return PUBLIC(online(), "cpu_count", NULL, NULL);
}

static int usable(void) {
    AUTO_AFFINITY set = {.block = NULL};
    int r = affinity_load(&set, 0);
    return r < 0 ? r : (int)affinity_count(&set);
}

int os_process_cpu_count(void) {
    return PUBLIC(usable(), "process_cpu_count", NULL, NULL);
}

int os_cpu_quota(double *ret_cpus) {
    UNCANCELLED;
    return PUBLIC(cgroup_cpu_quota(ret_cpus), "cpu_quota", NULL, NULL);
}

int os_available_cpus(void) {
    UNCANCELLED;
    int count = usable();
    double quota = INFINITY;
    if (count > 1)
        cgroup_cpu_quota(&quota);
    if (quota < count)
        count = (int)quota + (quota > (int)quota); /* rounded up */
    return PUBLIC(count, "available_cpus", NULL, NULL);
}

/* "0.20 0.18 0.12 1/80 11206": how many of the three there are, or −errno. */
static int recorded_loads(double *loads) {
    char text[128], *at = text;
    ssize_t r = machine_read("/proc/loadavg", text, sizeof text);
    int count = 0;
    for (char *end; r > 0 && count < 3; count++, at = end) {
        loads[count] = procfile_decimal(at, &end);
        if (end == at)
            break;
    }
    return r < 0 ? (int)r : count;
}

int os_getloadavg(double ret_loads[3]) {
    int r = machine_is_live() == 0 ? SYS(getloadavg, ret_loads, 3) : recorded_loads(ret_loads);
    if (r >= 0 && r < 3)
        return (int)error_fail_message(-ENODATA, "getloadavg",
                                       "OSError: Load averages are unobtainable");
    return PUBLIC(r < 0 ? r : 0, "getloadavg", NULL, NULL);
}
