/* SPDX-License-Identifier: MIT */
/** Pressure of the machine and of control groups: /proc/pressure and the files "….pressure". */
#include <osier/pressure.h>

#include "base/cancel.h"
#include "base/error.h"
#include "base/procfile.h"
#include "base/seam.h"
#include "system/machine.h"
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

static const char *const names[] = {
    [OS_RESOURCE_CPU] = "cpu",
    [OS_RESOURCE_MEMORY] = "memory",
    [OS_RESOURCE_IO] = "io",
    [OS_RESOURCE_IRQ] = "irq",
};

static int path_of(enum os_resource resource, const char *cgroup, struct str *ret) {
    if ((unsigned)resource >= sizeof names / sizeof *names)
        return -EINVAL;
    if (cgroup)
        str_printf(ret, "%s/%s.pressure", cgroup, names[resource]);
    else
        str_printf(ret, "/proc/pressure/%s", names[resource]);
    return ret->failed ? -ENOMEM : 0;
}

/* The number behind "avg10=". */
static double share(const char *line, const char *label) {
    const char *at = strstr(line, label);
    char *end;
    if (!at)
        return 0;
    return procfile_decimal(at + strlen(label), &end);
}

static bool parse_line(const char *text, const char *label, struct os_pressure_line *ret) {
    const char *line = procfile_field(text, label);
    const char *total = line ? strstr(line, "total=") : NULL;
    if (line)
        *ret = (struct os_pressure_line){
            share(line, "avg10="), share(line, "avg60="), share(line, "avg300="),
            total ? (int64_t)strtoull(total + strlen("total="), NULL, 10) * 1000 : 0};
    return line != NULL;
}

static int read_pressure(enum os_resource resource, const char *cgroup,
                         struct os_pressure_result *ret) {
    char text[512];
    AUTO_STR path = STR_INIT;
    int r = path_of(resource, cgroup, &path);
    ssize_t size = r < 0 ? r : machine_read(path.data, text, sizeof text);
    if (size < 0)
        return (int)size;
    struct os_pressure_result pressure = {.some = {.total = 0}};
    bool some = parse_line(text, "some", &pressure.some);
    if (!parse_line(text, "full", &pressure.full) && !some)
        return -ENODATA;
    *ret = pressure;
    return 0;
}

int os_pressure(enum os_resource resource, const char *cgroup,
                struct os_pressure_result *ret_pressure) {
    UNCANCELLED;
    return PUBLIC(read_pressure(resource, cgroup, ret_pressure), "pressure", cgroup, NULL);
}

static int watch(enum os_resource resource, const char *cgroup, bool full, int64_t stall,
                 int64_t window) {
    char trigger[80];
    AUTO_STR path = STR_INIT;
    int r = machine_is_live();
    if (r == 0)
        r = path_of(resource, cgroup, &path);
    if (r < 0)
        return r;
    AUTO_CLOSE int fd = machine_open(path.data, O_RDWR | O_NONBLOCK);
    if (fd < 0)
        return fd;
    int size = snprintf(trigger, sizeof trigger, "%s %" PRId64 " %" PRId64, full ? "full" : "some",
                        stall / 1000, window / 1000);
    ssize_t written = SYS(write, fd, trigger, (size_t)size + 1);
    return written < 0 ? (int)written : TAKE_FD(fd);
}

int os_pressure_watch(enum os_resource resource, const char *cgroup, bool full, int64_t stall,
                      int64_t window) {
    UNCANCELLED;
    return PUBLIC(watch(resource, cgroup, full, stall, window), "pressure_watch", cgroup, NULL);
}
