/* SPDX-License-Identifier: MIT */
/** What the CPUs have done since the machine started, from /proc/stat. */
#include <osier/cpu.h>

#include "base/cancel.h"
#include "base/error.h"
#include "base/procfile.h"
#include "base/seam.h"
#include "system/machine.h"

/* A line "cpu0 1 2 3 …", in ticks; "cpu" without a number is all of them. */
static bool parse_cpu(const char *line, int64_t tick, struct os_cpu_times *ret) {
    if (strncmp(line, "cpu", 3) != 0)
        return false;
    char *end = (char *)line + 3;
    *ret = (struct os_cpu_times){.cpu = -1};
    if (*end != ' ')
        ret->cpu = (int)strtol(end, &end, 10);
    int64_t *const members[] = {&ret->user,   &ret->nice,      &ret->system,  &ret->idle,
                                &ret->iowait, &ret->irq,       &ret->softirq, &ret->steal,
                                &ret->guest,  &ret->guest_nice};
    for (size_t i = 0; i < sizeof members / sizeof *members && *end == ' '; i++)
        *members[i] = (int64_t)strtoull(end, &end, 10) * tick;
    return true;
}

static const char *next_line(const char *text) {
    text = strchr(text, '\n');
    return text && text[1] ? text + 1 : NULL;
}

static int parse_cpus(const char *text, struct os_cpu_times **ret_times, size_t *ret_count) {
    size_t lines = 0, count = 0;
    for (const char *line = text; line && strncmp(line, "cpu", 3) == 0; line = next_line(line))
        lines++;
    if (!lines)
        return -ENODATA;
    struct os_cpu_times *times = mem_alloc(lines * sizeof *times);
    if (!times)
        return -ENOMEM;
    int64_t tick = machine_tick();
    for (const char *line = text; count < lines; line = next_line(line))
        parse_cpu(line, tick, &times[count++]);
    *ret_times = times;
    *ret_count = count;
    return 0;
}

static int read_times(struct os_cpu_times **ret_times, size_t *ret_count) {
    AUTO_STR text = STR_INIT;
    int r = machine_load("/proc/stat", &text);
    return r < 0 ? r : parse_cpus(text.data, ret_times, ret_count);
}

struct os_cpu_times *os_cpu_times(size_t *ret_count) {
    UNCANCELLED;
    struct os_cpu_times *times = NULL;
    int r = read_times(&times, ret_count);
    return PUBLIC_POINTER(r, times, "cpu_times", NULL, NULL);
}

static uint64_t line_of(const char *text, const char *label) {
    const char *at = procfile_field(text, label);
    return at ? strtoull(at, NULL, 10) : 0;
}

static int read_stats(struct os_cpu_stats_result *ret) {
    AUTO_STR text = STR_INIT;
    int r = machine_load("/proc/stat", &text);
    if (r < 0)
        return r;
    if (!procfile_field(text.data, "ctxt "))
        return -ENODATA;
    *ret = (struct os_cpu_stats_result){
        .ctx_switches = line_of(text.data, "ctxt "),
        .interrupts = line_of(text.data, "intr "),
        .soft_interrupts = line_of(text.data, "softirq "),
        .forks = line_of(text.data, "processes "),
        .running = line_of(text.data, "procs_running "),
        .blocked = line_of(text.data, "procs_blocked "),
    };
    return 0;
}

int os_cpu_stats(struct os_cpu_stats_result *ret_stats) {
    UNCANCELLED;
    return PUBLIC(read_stats(ret_stats), "cpu_stats", NULL, NULL);
}

int os_boot_time(int64_t *ret_nanoseconds) {
    return PUBLIC(machine_boot_time(ret_nanoseconds), "boot_time", NULL, NULL);
}

static int read_uptime(double *ret_seconds) {
    char text[64], *end;
    ssize_t r = machine_read("/proc/uptime", text, sizeof text);
    if (r < 0)
        return (int)r;
    double seconds = procfile_decimal(text, &end);
    if (end == text)
        return -ENODATA;
    *ret_seconds = seconds;
    return 0;
}

int os_uptime(double *ret_seconds) {
    UNCANCELLED;
    return PUBLIC(read_uptime(ret_seconds), "uptime", NULL, NULL);
}
