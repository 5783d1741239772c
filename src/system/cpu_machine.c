/* SPDX-License-Identifier: MIT */
/** How the machine's CPUs are built, and how fast they run: /sys/devices/system/cpu. */
#include <osier/cpu.h>

#include "base/cancel.h"
#include "base/error.h"
#include "base/procfile.h"
#include "base/seam.h"
#include "system/cpu.h"
#include "system/machine.h"
#include "system/numbered.h"
#include <stdio.h>

int cpu_leader(int cpu, const char *const files[2]) {
    char text[32], *end; /* as the first number is enough */
    ssize_t r = -ENOENT;
    for (size_t i = 0; r == -ENOENT && i < 2; i++) {
        AUTO_STR path = STR_INIT;
        str_printf(&path, CPU_FILES "/cpu%d/topology/%s", cpu, files[i]);
        r = path.failed ? -ENOMEM : machine_read(path.data, text, sizeof text);
    }
    long leader = r < 0 ? 0 : strtol(text, &end, 10);
    return r < 0 ? (int)r : end == text || leader < 0 || leader > INT32_MAX ? -ENOENT : (int)leader;
}

const char *const cpu_core_files[2] = {"core_cpus_list", "thread_siblings_list"};

/* Where there is no topology: "cpu cores" of each "physical id" in /proc/cpuinfo, added up. */
static int count_by_cpuinfo(void) {
    AUTO_STR text = STR_INIT;
    int r = machine_load("/proc/cpuinfo", &text), cores = 0;
    if (r < 0)
        return r == -ENOENT ? 0 : r;
    long seen[64];
    size_t count = 0;
    const char *at = text.data;
    while (at && (at = procfile_field(at, "physical id\t: "))) {
        long id = strtol(at, NULL, 10);
        const char *number = procfile_field(at, "cpu cores\t: ");
        size_t i = 0;
        while (i < count && seen[i] != id)
            i++;
        if (i == count && count < 64 && number) {
            seen[count++] = id;
            cores += (int)strtol(number, NULL, 10);
        }
        at = strchr(at, '\n');
    }
    return cores;
}

static int count_cores(void) {
    AUTO_FREE int *cpus = NULL;
    size_t count = 0;
    int r = numbered_list(CPU_FILES, "cpu", &cpus, &count), cores = 0;
    for (size_t i = 0; r >= 0 && i < count; i++) {
        r = cpu_leader(cpus[i], cpu_core_files);
        cores += r == cpus[i];
        r = r == -ENOENT ? 0 : r;
    }
    return r < 0 ? r : cores ? cores : count_by_cpuinfo();
}

int os_cpu_count_cores(void) {
    UNCANCELLED;
    return PUBLIC(count_cores(), "cpu_count_cores", NULL, NULL);
}

/* ------------------------------------------------------------------- frequencies */

/* A file of a policy, in kHz, as MHz: 0, −errno; 0 MHz where there is none. */
static int read_mhz(const char *policy, const char *name, double *ret) {
    AUTO_STR path = STR_INIT;
    uint64_t khz = 0;
    str_printf(&path, CPU_FILES "/%s/%s", policy, name);
    int r = path.failed ? -ENOMEM : machine_number(path.data, &khz);
    *ret = (double)khz / 1000;
    return r == -ENOMEM ? r : 0;
}

int cpu_read_policy(const char *policy, struct os_cpu_freq *ret) {
    int r = read_mhz(policy, "scaling_cur_freq", &ret->current);
    if (r == 0 && ret->current == 0)
        r = read_mhz(policy, "cpuinfo_cur_freq", &ret->current);
    if (r == 0)
        r = read_mhz(policy, "scaling_min_freq", &ret->min);
    return r < 0 ? r : read_mhz(policy, "scaling_max_freq", &ret->max);
}

/* What stands behind one of the labels at the start of a line, or NULL. */
static const char *labelled(const char *line, const char *const *labels) {
    for (; *labels; labels++)
        if (strncmp(line, *labels, strlen(*labels)) == 0)
            return line + strlen(*labels);
    return NULL;
}

/* The speeds of all CPUs in /proc/cpuinfo, as x86, s390 and POWER tell them: how many there are.
 * `freqs` has room for them, or is NULL to count. */
static size_t parse_cpuinfo(const char *line, struct os_cpu_freq *freqs) {
    static const char *const numbers[] = {"processor\t: ", "cpu number      : ", NULL};
    static const char *const speeds[] = {
        "cpu MHz\t\t: ", "cpu MHz dynamic : ", "clock\t\t: ", NULL};
    size_t count = 0;
    int cpu = 0;
    for (char *end; line; line = (line = strchr(line, '\n')) ? line + 1 : NULL) {
        const char *number = labelled(line, numbers), *speed = labelled(line, speeds);
        if (number)
            cpu = (int)strtol(number, NULL, 10);
        if (speed && freqs)
            freqs[count] =
                (struct os_cpu_freq){.cpu = cpu, .current = procfile_decimal(speed, &end)};
        count += speed != NULL;
    }
    return count;
}

int cpu_read_cpuinfo(struct os_cpu_freq **ret_freqs, size_t *ret_count) {
    AUTO_STR text = STR_INIT;
    int r = machine_load("/proc/cpuinfo", &text);
    if (r < 0 && r != -ENOENT)
        return r;
    size_t count = parse_cpuinfo(text.data, NULL);
    struct os_cpu_freq *freqs = mem_zalloc(count * sizeof *freqs);
    if (!freqs)
        return -ENOMEM;
    parse_cpuinfo(text.data, freqs);
    *ret_freqs = freqs;
    *ret_count = count;
    return 0;
}

static int read_freqs(struct os_cpu_freq **ret_freqs, size_t *ret_count) {
    AUTO_FREE int *policies = NULL;
    size_t count = 0;
    int r = numbered_list(CPU_FILES "/cpufreq", "policy", &policies, &count);
    if (r < 0 || count == 0)
        return r < 0 ? r : cpu_read_cpuinfo(ret_freqs, ret_count);
    AUTO_FREE struct os_cpu_freq *freqs = mem_zalloc(count * sizeof *freqs);
    for (size_t i = 0; freqs && r == 0 && i < count; i++) {
        char policy[40];
        snprintf(policy, sizeof policy, "cpufreq/policy%d", policies[i]);
        freqs[i].cpu = policies[i];
        r = cpu_read_policy(policy, &freqs[i]);
    }
    if (r < 0 || !freqs)
        return r < 0 ? r : -ENOMEM;
    *ret_freqs = TAKE_POINTER(freqs);
    *ret_count = count;
    return 0;
}

struct os_cpu_freq *os_cpu_freq(size_t *ret_count) {
    UNCANCELLED;
    struct os_cpu_freq *freqs = NULL;
    int r = read_freqs(&freqs, ret_count);
    return PUBLIC_POINTER(r, freqs, "cpu_freq", NULL, NULL);
}
