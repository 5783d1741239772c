/* SPDX-License-Identifier: MIT */
/** Which core, socket and NUMA node each CPU belongs to: /sys/devices/system/cpu and node. */
#include <osier/topology.h>

#include "base/cancel.h"
#include "base/error.h"
#include "base/procfile.h"
#include "base/seam.h"
#include "system/cpu.h"
#include "system/machine.h"
#include "system/numbered.h"
#include <math.h>
#include <stdio.h>

#define EVERYTHING (OS_CPU_PLACE | OS_CPU_NODE | OS_CPU_SPEED)

/* The CPUs, in order, while it is found out what belongs to them. */
struct cpus {
    struct os_cpu *list;
    size_t count;
    int *threads; /* of each that is the first of its core: how many of it there were */
    int cores, sockets, node;
};

static int compare_number(const void *number, const void *cpu) {
    int a = *(const int *)number, b = ((const struct os_cpu *)cpu)->cpu;
    return (a > b) - (a < b);
}

static struct os_cpu *find(const struct cpus *c, int number) {
    return bsearch(&number, c->list, c->count, sizeof *c->list, compare_number);
}

/* A file of a CPU that holds a number, which stays as it is where there is none. */
static int read_number(int cpu, const char *name, int *number) {
    AUTO_STR path = STR_INIT;
    uint64_t read = 0;
    str_printf(&path, CPU_FILES "/cpu%d/%s", cpu, name);
    int r = path.failed ? -ENOMEM : machine_number(path.data, &read);
    if (r == 0)
        *number = (int)(int64_t)read;
    return r == -ENOENT || r == -ENODEV || r == -EINVAL ? 0 : r;
}

/* ------------------------------------------------------------------- which there are */

/* Where there is no directory of each: those of /proc/stat, which are online. */
static int list_by_stat(int **ret_numbers, size_t *ret_count) {
    AUTO_STR text = STR_INIT;
    int r = machine_load("/proc/stat", &text);
    int *numbers = r < 0 ? NULL : mem_alloc((text.size / 4 + 1) * sizeof *numbers);
    size_t count = 0;
    if (!numbers)
        return r < 0 ? r : -ENOMEM;
    for (const char *at = text.data; at && (at = procfile_field(at, "cpu"));)
        if (*at >= '0' && *at <= '9')
            numbers[count++] = (int)strtol(at, NULL, 10);
    *ret_numbers = numbers;
    *ret_count = count;
    return 0;
}

static void mark_online(long first, long last, void *data) {
    struct cpus *c = data;
    for (size_t i = 0; i < c->count; i++)
        if (c->list[i].cpu >= first && c->list[i].cpu <= last)
            c->list[i].online = true;
}

/* By the list of all, else by what each says; CPUs that can't be taken away say nothing. */
static int read_online(struct cpus *c) {
    AUTO_STR list = STR_INIT;
    int r = machine_load(CPU_FILES "/online", &list);
    if (r == 0 && list.data)
        cpu_list_each(list.data, mark_online, c);
    for (size_t i = 0; r == -ENOENT && i < c->count; i++) {
        int online = 1, failed = read_number(c->list[i].cpu, "online", &online);
        c->list[i].online = online != 0;
        r = failed < 0 ? failed : r;
    }
    return r == -ENOENT ? 0 : r;
}

static int list_cpus(struct cpus *c) {
    AUTO_FREE int *numbers = NULL;
    int r = numbered_list(CPU_FILES, "cpu", &numbers, &c->count);
    if (r == 0 && c->count == 0) {
        free(TAKE_POINTER(numbers));
        r = list_by_stat(&numbers, &c->count);
        r = r == 0 && c->count == 0 ? -ENODATA : r;
    }
    if (r < 0)
        return r;
    c->list = mem_zalloc(c->count * sizeof *c->list);
    c->threads = mem_zalloc(c->count * sizeof *c->threads);
    if (!c->list || !c->threads)
        return -ENOMEM;
    for (size_t i = 0; i < c->count; i++)
        c->list[i].cpu = numbers[i];
    return read_online(c);
}

/* ------------------------------------------------------------------- sockets and cores */

/* Of those that belong together the first, which is before this one in the list; else this one. */
static size_t find_first(const struct cpus *c, size_t i, int leader) {
    const struct os_cpu *first = find(c, leader);
    size_t at = first ? (size_t)(first - c->list) : i;
    return at < i && first->valid & OS_CPU_PLACE ? at : i;
}

static int read_place(struct cpus *c, size_t i) {
    static const char *const socket_files[] = {"package_cpus_list", "core_siblings_list"};
    struct os_cpu *cpu = &c->list[i];
    int core = cpu_leader(cpu->cpu, cpu_core_files);
    if (core < 0)
        return core == -ENOENT ? 0 : core; /* it is offline */
    cpu->socket_id = cpu->core_id = -1;
    int r = read_number(cpu->cpu, "topology/physical_package_id", &cpu->socket_id);
    if (r == 0)
        r = read_number(cpu->cpu, "topology/core_id", &cpu->core_id);
    int socket = r < 0 ? r : cpu_leader(cpu->cpu, socket_files);
    if (socket < 0 && socket != -ENOENT)
        return socket;
    size_t first = find_first(c, i, core);
    cpu->core = first == i ? c->cores++ : c->list[first].core;
    cpu->thread = c->threads[first]++;
    first = find_first(c, i, socket);
    cpu->socket = socket < 0 ? cpu->socket_id : first == i ? c->sockets++ : c->list[first].socket;
    cpu->valid |= OS_CPU_PLACE;
    return 0;
}

static int read_places(struct cpus *c) {
    int r = 0;
    for (size_t i = 0; r == 0 && i < c->count; i++)
        r = read_place(c, i);
    return r;
}

/* ------------------------------------------------------------------- nodes and speeds */

static void mark_node(long first, long last, void *data) {
    struct cpus *c = data;
    for (size_t i = 0; i < c->count; i++)
        if (c->list[i].cpu >= first && c->list[i].cpu <= last) {
            c->list[i].node = c->node;
            c->list[i].valid |= OS_CPU_NODE;
        }
}

static int read_nodes(struct cpus *c) {
    AUTO_FREE int *nodes = NULL;
    size_t count = 0;
    int r = numbered_list("/sys/devices/system/node", "node", &nodes, &count);
    for (size_t i = 0; r == 0 && i < count; i++) {
        char path[64];
        AUTO_STR list = STR_INIT;
        snprintf(path, sizeof path, "/sys/devices/system/node/node%d/cpulist", nodes[i]);
        r = machine_load(path, &list);
        c->node = nodes[i];
        if (r == 0 && list.data)
            cpu_list_each(list.data, mark_node, c);
        r = r == -ENOENT ? 0 : r;
    }
    return r;
}

static void set_speed(struct os_cpu *cpu, const struct os_cpu_freq *speed) {
    cpu->mhz = speed->current;
    cpu->mhz_min = speed->min > 0 ? speed->min : NAN;
    cpu->mhz_max = speed->max > 0 ? speed->max : NAN;
    cpu->valid |= OS_CPU_SPEED;
}

/* By what the driver of its speed says; where there is none by /proc/cpuinfo. */
static int read_speeds(struct cpus *c) {
    AUTO_FREE struct os_cpu_freq *others = NULL;
    size_t count = 0, known = 0;
    int r = 0;
    for (size_t i = 0; r == 0 && i < c->count; i++) {
        char policy[40];
        struct os_cpu_freq speed = {.current = 0};
        snprintf(policy, sizeof policy, "cpu%d/cpufreq", c->list[i].cpu);
        r = cpu_read_policy(policy, &speed);
        if (speed.current > 0)
            set_speed(&c->list[i], &speed);
        known += speed.current > 0;
    }
    if (r == 0 && !known)
        r = cpu_read_cpuinfo(&others, &count);
    for (size_t i = 0; i < count; i++) {
        struct os_cpu *cpu = find(c, others[i].cpu);
        if (cpu)
            set_speed(cpu, &others[i]);
    }
    return r == -ENOENT ? 0 : r;
}

static int read_topology(unsigned fields, struct cpus *c) {
    int r = fields & ~(unsigned)EVERYTHING ? -EINVAL : list_cpus(c);
    if (r == 0 && fields & OS_CPU_PLACE)
        r = read_places(c);
    if (r == 0 && fields & OS_CPU_NODE)
        r = read_nodes(c);
    if (r == 0 && fields & OS_CPU_SPEED)
        r = read_speeds(c);
    return r;
}

struct os_cpu *os_cpu_topology(unsigned fields, size_t *ret_count) {
    UNCANCELLED;
    struct cpus c = {.list = NULL};
    int r = read_topology(fields, &c);
    free(c.threads);
    if (r < 0)
        free(TAKE_POINTER(c.list));
    else
        *ret_count = c.count;
    return PUBLIC_POINTER(r, c.list, "cpu_topology", NULL, NULL);
}
