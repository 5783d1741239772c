/* SPDX-License-Identifier: MIT */
/** Memory and swap, from /proc/meminfo and /proc/vmstat. */
#include "system/memory.h"

#include "base/cancel.h"
#include "base/error.h"
#include "base/procfile.h"
#include "base/seam.h"
#include "system/machine.h"

#define SWAP_PAGE 4096 /* pswpin and pswpout count pages of this size */

/* A line "MemTotal:  123 kB" in bytes; 0 where there is none. */
static uint64_t line_of(const char *text, const char *label) {
    const char *at = procfile_field(text, label);
    return at ? strtoull(at, NULL, 10) * 1024 : 0;
}

/* What stands in the third column of a line "size  4  123" of ZFS's statistics. */
static uint64_t arc_value(const char *text, const char *label) {
    const char *at = procfile_field(text, label);
    char *end = (char *)at;
    if (!at || (*at != ' ' && *at != '\t'))
        return 0;
    strtoull(at, &end, 10);
    return strtoull(end, NULL, 10);
}

/* What the cache of ZFS has above its minimum, which the kernel takes for used; no ZFS is none. */
static int read_arc(uint64_t *ret_bytes) {
    AUTO_STR text = STR_INIT;
    int r = machine_load("/proc/spl/kstat/zfs/arcstats", &text);
    uint64_t size = r == 0 ? arc_value(text.data, "size") : 0;
    uint64_t least = r == 0 ? arc_value(text.data, "c_min") : 0;
    *ret_bytes = size > least ? size - least : 0;
    return r == -ENOMEM ? r : 0;
}

static void parse_memory(const char *text, struct os_virtual_memory_result *m) {
    m->total = line_of(text, "MemTotal:");
    m->free = line_of(text, "MemFree:");
    m->buffers = line_of(text, "Buffers:");
    m->cached = line_of(text, "Cached:") + line_of(text, "SReclaimable:");
    m->shared = line_of(text, "Shmem:");
    m->active = line_of(text, "Active:");
    m->inactive = line_of(text, "Inactive:");
    m->slab = line_of(text, "Slab:");
    m->available = line_of(text, "MemAvailable:");
    if (!m->available) /* a kernel older than 3.14 */
        m->available = m->free + line_of(text, "Cached:");
    if (m->available > m->total) /* as some containers have it */
        m->available = m->free;
}

int memory_read(struct os_virtual_memory_result *ret) {
    AUTO_STR text = STR_INIT;
    struct os_virtual_memory_result m = {0};
    int r = machine_load("/proc/meminfo", &text);
    if (r == 0)
        r = read_arc(&m.arc);
    if (r < 0)
        return r;
    parse_memory(text.data, &m);
    if (!m.total)
        return -ENODATA;
    m.available += m.arc;
    if (m.available > m.total)
        m.available = m.total;
    m.used = m.total - m.available;
    *ret = m;
    return 0;
}

int os_virtual_memory(struct os_virtual_memory_result *ret_memory) {
    UNCANCELLED;
    return PUBLIC(memory_read(ret_memory), "virtual_memory", NULL, NULL);
}

static uint64_t events(const char *text, const char *label) {
    const char *at = procfile_field(text, label);
    return at ? strtoull(at, NULL, 10) * SWAP_PAGE : 0;
}

static int read_swap(struct os_swap_memory_result *ret) {
    AUTO_STR memory = STR_INIT;
    AUTO_STR counters = STR_INIT;
    int r = machine_load("/proc/meminfo", &memory);
    if (r < 0)
        return r;
    if (!procfile_field(memory.data, "MemTotal:"))
        return -ENODATA;
    r = machine_load("/proc/vmstat", &counters);
    if (r < 0 && r != -ENOENT)
        return r;
    uint64_t total = line_of(memory.data, "SwapTotal:"), free_ = line_of(memory.data, "SwapFree:");
    *ret = (struct os_swap_memory_result){
        .total = total,
        .used = total > free_ ? total - free_ : 0,
        .free = free_,
        .sin = events(counters.data, "pswpin "),
        .sout = events(counters.data, "pswpout "),
    };
    return 0;
}

int os_swap_memory(struct os_swap_memory_result *ret_swap) {
    UNCANCELLED;
    return PUBLIC(read_swap(ret_swap), "swap_memory", NULL, NULL);
}

static size_t count_lines(const char *text) {
    size_t lines = 0;
    for (; text && *text; lines++) {
        text = strchr(text, '\n');
        text = text ? text + 1 : NULL;
    }
    return lines;
}

/* "MemTotal:  123 kB", "pgfault 123": false for a line of another form. */
static bool parse_line(char *line, char behind_name, struct os_named_number *ret) {
    char *begin = strchr(line, behind_name), *end;
    if (!begin)
        return false;
    *begin = '\0';
    int64_t number = (int64_t)strtoull(begin + 1, &end, 10);
    *ret = (struct os_named_number){line, strcmp(end, " kB") == 0 ? number * 1024 : number};
    return end > begin + 1;
}

static int read_lines(const char *path, char behind_name, struct os_named_number **ret_lines,
                      size_t *ret_count) {
    AUTO_STR text = STR_INIT;
    int r = machine_load(path, &text);
    if (r < 0)
        return r;
    size_t size = count_lines(text.data) * sizeof **ret_lines, count = 0;
    char *block = mem_alloc(size + text.size + 1), *line;
    if (!block)
        return -ENOMEM;
    struct os_named_number *lines = (struct os_named_number *)(void *)block;
    char *rest = memcpy(block + size, text.data, text.size + 1);
    while ((line = strsep(&rest, "\n")) && *line)
        count += parse_line(line, behind_name, &lines[count]);
    if (!count) {
        free(block);
        return -ENODATA;
    }
    *ret_lines = lines;
    *ret_count = count;
    return 0;
}

struct os_named_number *os_meminfo(size_t *ret_count) {
    UNCANCELLED;
    struct os_named_number *lines = NULL;
    int r = read_lines("/proc/meminfo", ':', &lines, ret_count);
    return PUBLIC_POINTER(r, lines, "meminfo", NULL, NULL);
}

struct os_named_number *os_vmstat(size_t *ret_count) {
    UNCANCELLED;
    struct os_named_number *lines = NULL;
    int r = read_lines("/proc/vmstat", ' ', &lines, ret_count);
    return PUBLIC_POINTER(r, lines, "vmstat", NULL, NULL);
}
