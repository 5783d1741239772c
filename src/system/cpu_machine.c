/* SPDX-License-Identifier: MIT */
/** How the machine's CPUs are built, and how fast they run: /sys/devices/system/cpu. */
#include <osier/cpu.h>

#include "base/cancel.h"
#include "base/error.h"
#include "base/procfile.h"
#include "base/seam.h"
#include "fs/dir.h"
#include "system/machine.h"
#include <fcntl.h>

#define CPUS "/sys/devices/system/cpu"

/* Lists a directory of the machine; what is not there is empty. */
static int list(const char *path, char ***ret_names) {
    AUTO_CLOSE int fd = machine_open(path, DIR_OPEN);
    if (fd == -ENOENT) {
        *ret_names = mem_zalloc(sizeof **ret_names);
        return *ret_names ? 0 : -ENOMEM;
    }
    return fd < 0 ? fd : dir_list(fd, ret_names);
}

/* The number behind a prefix, "cpu12"; −1 for another name. */
static int numbered(const char *name, const char *prefix) {
    size_t size = strlen(prefix);
    if (strncmp(name, prefix, size) != 0 || name[size] < '0' || name[size] > '9')
        return -1;
    char *end;
    long number = strtol(name + size, &end, 10);
    return *end || number > INT32_MAX ? -1 : (int)number;
}

/* Which CPUs are one core with this one: "0,4"; the text itself tells cores apart. */
static int read_siblings(int cpu, struct str *ret) {
    static const char *const files[] = {"core_cpus_list", "thread_siblings_list"};
    int r = -ENOENT;
    for (size_t i = 0; r == -ENOENT && i < 2; i++) {
        AUTO_STR path = STR_INIT;
        str_printf(&path, CPUS "/cpu%d/topology/%s", cpu, files[i]);
        r = path.failed ? -ENOMEM : machine_load(path.data, ret);
    }
    return r;
}

/* Of its siblings the first stands for a core. */
static int is_first(int cpu) {
    AUTO_STR siblings = STR_INIT;
    int r = read_siblings(cpu, &siblings);
    if (r < 0)
        return r == -ENOENT ? 0 : r;
    return siblings.data && strtol(siblings.data, NULL, 10) == cpu;
}

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
    AUTO_FREE char **names = NULL;
    int r = list(CPUS, &names), cores = 0;
    for (size_t i = 0; r >= 0 && names[i]; i++) {
        int cpu = numbered(names[i], "cpu");
        if (cpu >= 0 && (r = is_first(cpu)) > 0)
            cores++;
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
    str_printf(&path, CPUS "/cpufreq/%s/%s", policy, name);
    int r = path.failed ? -ENOMEM : machine_number(path.data, &khz);
    *ret = (double)khz / 1000;
    return r == -ENOMEM ? r : 0;
}

static int read_policy(const char *name, struct os_cpu_freq *ret) {
    *ret = (struct os_cpu_freq){.cpu = numbered(name, "policy")};
    int r = read_mhz(name, "scaling_cur_freq", &ret->current);
    if (r == 0 && ret->current == 0)
        r = read_mhz(name, "cpuinfo_cur_freq", &ret->current);
    if (r == 0)
        r = read_mhz(name, "scaling_min_freq", &ret->min);
    return r < 0 ? r : read_mhz(name, "scaling_max_freq", &ret->max);
}

static int compare_freqs(const void *a, const void *b) {
    const struct os_cpu_freq *x = a, *y = b;
    return (x->cpu > y->cpu) - (x->cpu < y->cpu);
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

static int read_cpuinfo(struct os_cpu_freq **ret_freqs, size_t *ret_count) {
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
    AUTO_FREE char **names = NULL;
    int r = list(CPUS "/cpufreq", &names);
    size_t room = 0, count = 0;
    while (r == 0 && names[room])
        room++;
    AUTO_FREE struct os_cpu_freq *freqs = mem_alloc(room * sizeof *freqs);
    if (!freqs)
        return -ENOMEM;
    for (size_t i = 0; r == 0 && i < room; i++)
        if (numbered(names[i], "policy") >= 0)
            r = read_policy(names[i], &freqs[count++]);
    if (r < 0 || count == 0)
        return r < 0 ? r : read_cpuinfo(ret_freqs, ret_count);
    qsort(freqs, count, sizeof *freqs, compare_freqs);
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
