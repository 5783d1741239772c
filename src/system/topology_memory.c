/* SPDX-License-Identifier: MIT */
/** Caches of the CPUs, and NUMA nodes with their memory: what of it is near to which CPU. */
#include <osier/topology.h>

#include "base/cancel.h"
#include "base/error.h"
#include "base/seam.h"
#include "fs/dir.h"
#include "system/cpu.h"
#include "system/machine.h"
#include "system/numbered.h"
#include "system/rows.h"
#include <fcntl.h>
#include <stdio.h>

#define NODES "/sys/devices/system/node"

/* The one line of a file, "" where there is none. */
static int read_line(int dir, const char *name, struct str *line) {
    str_truncate(line, 0);
    int r = machine_load_at(dir, name, line);
    if (r == 0 && line->data)
        str_truncate(line, strcspn(line->data, "\n"));
    str_append(line, "", 0);
    return r < 0 && r != -ENOENT ? r : line->failed ? -ENOMEM : 0;
}

/* ------------------------------------------------------------------- caches */

static int read_unsigned(int dir, const char *name, unsigned *ret) {
    char text[32];
    ssize_t r = machine_read_at(dir, name, text, sizeof text);
    *ret = r > 0 ? (unsigned)strtoul(text, NULL, 10) : 0;
    return r < 0 && r != -ENOENT ? (int)r : 0;
}

/* "48K" */
static uint64_t size_of(const char *text) {
    static const char units[] = "KMG";
    char *end;
    uint64_t size = strtoull(text, &end, 10);
    const char *unit = *end ? strchr(units, *end) : NULL;
    return unit ? size << 10 * (unit - units + 1) : size;
}

/* "Data": how it is spelt here, and in the name of a cache. */
static const struct kind {
    const char *file, *type, *letter;
} kinds[] = {{"Data", "data", "d"}, {"Instruction", "instruction", "i"}, {"", "unified", ""}};

static int read_geometry(int dir, struct os_cpu_cache *cache) {
    int r = read_unsigned(dir, "ways_of_associativity", &cache->ways);
    if (r == 0)
        r = read_unsigned(dir, "number_of_sets", &cache->sets);
    return r < 0 ? r : read_unsigned(dir, "coherency_line_size", &cache->line);
}

/* A cache stands in the directory of each CPU that it serves: the first of them tells of it. */
static int add_cache(struct rows *rows, int cpu, int dir) {
    AUTO_STR cpus = STR_INIT;
    AUTO_STR line = STR_INIT;
    unsigned level = 0;
    char name[16];
    int r = read_line(dir, "shared_cpu_list", &cpus);
    if (r < 0 || (*cpus.data && strtol(cpus.data, NULL, 10) != cpu))
        return r;
    r = read_unsigned(dir, "level", &level);
    if (r < 0 || level == 0 || level > 99)
        return r;
    struct os_cpu_cache *cache = rows_add(rows);
    if (!cache)
        return -ENOMEM;
    cache->level = (int)level;
    r = read_line(dir, "type", &line);
    const struct kind *kind = kinds;
    while (r == 0 && *kind->file && strcmp(kind->file, line.data) != 0)
        kind++;
    if (r == 0)
        r = read_line(dir, "size", &line);
    if (r == 0)
        r = read_geometry(dir, cache);
    if (r < 0)
        return r;
    cache->size = size_of(line.data);
    int size = snprintf(name, sizeof name, "L%u%s", level, kind->letter);
    rows_text(rows, name, (size_t)size, &cache->name);
    rows_text(rows, kind->type, strlen(kind->type), &cache->type);
    if (!*cpus.data)
        size = snprintf(name, sizeof name, "%d", cpu);
    rows_text(rows, *cpus.data ? cpus.data : name, *cpus.data ? cpus.size : (size_t)size,
              &cache->cpus);
    return 0;
}

static int add_caches(struct rows *rows, int cpu) {
    AUTO_FREE int *indexes = NULL;
    char path[80];
    size_t count = 0;
    snprintf(path, sizeof path, CPU_FILES "/cpu%d/cache", cpu);
    int r = numbered_list(path, "index", &indexes, &count);
    for (size_t i = 0; r == 0 && i < count; i++) {
        snprintf(path, sizeof path, CPU_FILES "/cpu%d/cache/index%d", cpu, indexes[i]);
        AUTO_CLOSE int dir = machine_open(path, DIR_OPEN);
        r = dir < 0 ? dir : add_cache(rows, cpu, dir);
        r = r == -ENOENT || r == -ENOTDIR ? 0 : r; /* it went offline meanwhile */
    }
    return r;
}

/* As lscpu(1) has them: by level, then data before instructions, then by CPU. */
static int compare_caches(const void *a, const void *b) {
    const struct os_cpu_cache *x = a, *y = b;
    int order = (x->level > y->level) - (x->level < y->level);
    long p = strtol(x->cpus, NULL, 10), q = strtol(y->cpus, NULL, 10);
    return order ? order : (order = strcmp(x->name, y->name)) ? order : (p > q) - (p < q);
}

static int read_caches(struct os_cpu_cache **ret_caches, size_t *ret_count) {
    static const size_t texts[] = {offsetof(struct os_cpu_cache, name),
                                   offsetof(struct os_cpu_cache, type),
                                   offsetof(struct os_cpu_cache, cpus), SIZE_MAX};
    AUTO_ROWS rows = {.size = sizeof **ret_caches};
    AUTO_FREE int *cpus = NULL;
    size_t count = 0;
    int r = numbered_list(CPU_FILES, "cpu", &cpus, &count);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = add_caches(&rows, cpus[i]);
    if (r == 0)
        r = rows_take(&rows, texts, ret_caches, ret_count);
    if (r == 0)
        qsort(*ret_caches, *ret_count, sizeof **ret_caches, compare_caches);
    return r;
}

struct os_cpu_cache *os_cpu_caches(size_t *ret_count) {
    UNCANCELLED;
    struct os_cpu_cache *caches = NULL;
    int r = read_caches(&caches, ret_count);
    return PUBLIC_POINTER(r, caches, "cpu_caches", NULL, NULL);
}

/* ------------------------------------------------------------------- nodes */

/* "Node 0 MemTotal:  123 kB" in bytes. */
static uint64_t memory_of(const char *text, const char *label) {
    const char *at = text ? strstr(text, label) : NULL;
    return at ? strtoull(at + strlen(label), NULL, 10) * 1024 : 0;
}

/* "10 21 31": in the order of the nodes that there are. */
static void add_distances(struct rows *rows, struct os_numa_node *node, const char *text,
                          const int *nodes, size_t count) {
    char *end;
    rows_array(rows, &node->distances);
    for (size_t i = 0; i < count; i++, text = end) {
        struct os_numa_distance one = {nodes[i], (unsigned)strtoul(text, &end, 10)};
        if (end == text)
            return;
        str_append(&rows->text, (const char *)&one, sizeof one);
        node->distances_count++;
    }
}

static int add_node(struct rows *rows, const int *nodes, size_t count, size_t i) {
    AUTO_STR text = STR_INIT;
    AUTO_STR memory = STR_INIT;
    char path[64];
    snprintf(path, sizeof path, NODES "/node%d", nodes[i]);
    AUTO_CLOSE int dir = machine_open(path, DIR_OPEN);
    int r = dir < 0 ? dir : machine_load_at(dir, "meminfo", &memory);
    r = r == -ENOENT && dir >= 0 ? 0 : r;
    if (r == 0)
        r = read_line(dir, "cpulist", &text);
    struct os_numa_node *node = r < 0 ? NULL : rows_add(rows);
    if (!node)
        return r < 0 ? r : -ENOMEM;
    node->node = nodes[i];
    node->total = memory_of(memory.data, " MemTotal:");
    node->free = memory_of(memory.data, " MemFree:");
    node->used = node->total > node->free ? node->total - node->free : 0;
    rows_text(rows, text.data, text.size, &node->cpus);
    r = read_line(dir, "distance", &text);
    if (r == 0)
        add_distances(rows, node, text.data, nodes, count);
    return r;
}

static int read_nodes(struct os_numa_node **ret_nodes, size_t *ret_count) {
    static const size_t parts[] = {offsetof(struct os_numa_node, cpus),
                                   offsetof(struct os_numa_node, distances), SIZE_MAX};
    AUTO_ROWS rows = {.size = sizeof **ret_nodes};
    AUTO_FREE int *nodes = NULL;
    size_t count = 0;
    int r = numbered_list(NODES, "node", &nodes, &count);
    for (size_t i = 0; r == 0 && i < count; i++) {
        r = add_node(&rows, nodes, count, i);
        r = r == -ENOENT || r == -ENOTDIR ? 0 : r;
    }
    return r < 0 ? r : rows_take(&rows, parts, ret_nodes, ret_count);
}

struct os_numa_node *os_numa_nodes(size_t *ret_count) {
    UNCANCELLED;
    struct os_numa_node *nodes = NULL;
    int r = read_nodes(&nodes, ret_count);
    return PUBLIC_POINTER(r, nodes, "numa_nodes", NULL, NULL);
}
