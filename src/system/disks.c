/* SPDX-License-Identifier: MIT */
/** Block devices: /proc/diskstats, and what /sys/class/block says of each. */
#include <osier/disks.h>

#include "base/cancel.h"
#include "base/error.h"
#include "base/procfile.h"
#include "base/seam.h"
#include "fs/dir.h"
#include "system/machine.h"
#include "system/rates.h"
#include "system/rows.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SECTOR      512 /* of these statistics, whatever the disk's is */
#define MILLISECOND 1000000

/* Opens a directory or a file of the device; "cciss/c0d0" is "cciss!c0d0" there. */
static int open_below(const char *device, const char *name, int flags) {
    char path[160];
    int size = snprintf(path, sizeof path, "/sys/class/block/%s/%s", device, name);
    if (size < 0 || (size_t)size >= sizeof path)
        return -ENOENT;
    for (char *c = path + strlen("/sys/class/block/"); c < path + size - strlen(name) - 1; c++)
        *c = *c == '/' ? '!' : *c;
    return machine_open(path, flags);
}

/* A file of it in one line: false where there is none. */
static bool read_below(const char *device, const char *name, char *text, size_t room) {
    AUTO_CLOSE int fd = open_below(device, name, O_RDONLY);
    ssize_t size = fd < 0 ? fd : SYS(read, fd, text, room - 1);
    text[size > 0 ? size : 0] = '\0';
    text[strcspn(text, "\n")] = '\0';
    return size > 0;
}

/* What it is made of, with commas. */
static int add_slaves(struct rows *rows, const char *device, struct os_disk *disk) {
    _Alignas(uint64_t) char buffer[4096];
    AUTO_STR names = STR_INIT;
    struct dir d;
    struct dir_entry entry;
    AUTO_CLOSE int fd = open_below(device, "slaves", DIR_OPEN);
    int r = fd < 0 ? 0 : 1;
    if (fd >= 0)
        dir_start(&d, fd, buffer, sizeof buffer);
    while (r > 0 && (r = dir_read(&d, &entry)) > 0) {
        str_append(&names, ",", names.size ? 1 : 0);
        str_append_text(&names, entry.name);
    }
    if (names.failed)
        return -ENOMEM;
    if (names.size)
        rows_text(rows, names.data, names.size, &disk->below);
    return 0;
}

/* By what it has in /sys, and where that is silent by what the kernel calls it. */
static const char *type_of(const char *device) {
    static const char *const files[][2] = {{"partition", "partition"},
                                           {"dm/name", "dm"},
                                           {"md/level", "md"},
                                           {"loop/backing_file", "loop"}};
    static const char *const names[][2] = {
        {"loop", "loop"}, {"ram", "ram"}, {"sr", "rom"}, {"dm-", "dm"}, {"md", "md"}};
    char text[32];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (read_below(device, files[i][0], text, sizeof text))
            return files[i][1];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(device, names[i][0], strlen(names[i][0])) == 0)
            return names[i][1];
    return "disk";
}

static int add_rest(struct rows *rows, const char *device, struct os_disk *disk) {
    char text[256];
    const char *type = type_of(device);
    if (read_below(device, "size", text, sizeof text))
        disk->size = strtoull(text, NULL, 10) * SECTOR;
    rows_text(rows, device, strlen(device), &disk->name);
    rows_text(rows, type, strlen(type), &disk->type);
    if (read_below(device, "dm/name", text, sizeof text))
        rows_text(rows, text, strlen(text), &disk->label);
    int r = add_slaves(rows, device, disk);
    disk->counted = r == 0 && !disk->below && strcmp(type, "partition") != 0;
    return r;
}

/* "8 0 sda READS MERGED SECTORS MS WRITES MERGED SECTORS MS IN-FLIGHT BUSY-MS …" */
static int add_line(char *line, struct rows *rows) {
    enum {
        READS,
        READ_MERGED,
        READ,
        READ_MS,
        WRITES,
        WRITE_MERGED,
        WRITTEN,
        WRITE_MS,
        FLIGHT,
        BUSY
    };
    uint64_t n[BUSY + 1];
    char *fields[3 + BUSY + 1], *end;
    size_t count = 0;
    while (count < sizeof fields / sizeof *fields && line)
        if (*(fields[count] = strsep(&line, " ")))
            count++;
    if (count < sizeof fields / sizeof *fields)
        return 0;
    for (size_t i = 0; i <= BUSY; i++) {
        n[i] = strtoull(fields[3 + i], &end, 10);
        if (*end || end == fields[3 + i])
            return 0;
    }
    struct os_disk *disk = rows_add(rows);
    if (!disk)
        return -ENOMEM;
    *disk = (struct os_disk){
        .dev_major = (unsigned)strtoul(fields[0], NULL, 10),
        .dev_minor = (unsigned)strtoul(fields[1], NULL, 10),
        .read_count = n[READS],
        .write_count = n[WRITES],
        .read_bytes = n[READ] * SECTOR,
        .write_bytes = n[WRITTEN] * SECTOR,
        .read_merged_count = n[READ_MERGED],
        .write_merged_count = n[WRITE_MERGED],
        .read_time = (int64_t)n[READ_MS] * MILLISECOND,
        .write_time = (int64_t)n[WRITE_MS] * MILLISECOND,
        .busy_time = (int64_t)n[BUSY] * MILLISECOND,
        .in_flight = n[FLIGHT],
    };
    return add_rest(rows, fields[2], disk);
}

static int read_disks(struct os_disk **ret_disks, size_t *ret_count) {
    static const size_t texts[] = {offsetof(struct os_disk, name), offsetof(struct os_disk, type),
                                   offsetof(struct os_disk, label), offsetof(struct os_disk, below),
                                   SIZE_MAX};
    AUTO_STR text = STR_INIT;
    AUTO_ROWS rows = {.size = sizeof **ret_disks};
    int r = machine_load("/proc/diskstats", &text);
    char *rest = text.data, *line;
    while (r == 0 && (line = strsep(&rest, "\n")))
        r = add_line(line, &rows);
    return r < 0 ? r : rows_take(&rows, texts, ret_disks, ret_count);
}

struct os_disk *os_disks(size_t *ret_count) {
    UNCANCELLED;
    struct os_disk *disks = NULL;
    int r = read_disks(&disks, ret_count);
    return PUBLIC_POINTER(r, disks, "disks", NULL, NULL);
}

/* Mostly it stands where it stood. */
static const struct os_disk *find(const struct os_disk *list, size_t count, size_t at,
                                  const struct os_disk *disk) {
    for (size_t i = 0; i < count; i++) {
        const struct os_disk *one = &list[(at + i) % count];
        if (one->dev_major == disk->dev_major && one->dev_minor == disk->dev_minor &&
            strcmp(one->name, disk->name) == 0)
            return one;
    }
    return NULL;
}

static bool set_rates(struct os_disk *now, const struct os_disk *before, int64_t elapsed) {
    double busy = 0; /* nanoseconds of each second */
    const struct rate rates[] = {
        {before->read_bytes, now->read_bytes, &now->read_rate},
        {before->write_bytes, now->write_bytes, &now->write_rate},
        {before->read_count, now->read_count, &now->read_ops_rate},
        {before->write_count, now->write_count, &now->write_ops_rate},
        {(uint64_t)before->busy_time, (uint64_t)now->busy_time, &busy},
    };
    bool set = rates_set(rates, sizeof rates / sizeof *rates, elapsed);
    if (set) /* the kernel counts it in ticks, of which one may belong to the time before */
        now->busy_percent = busy / 1e7 < 100 ? busy / 1e7 : 100;
    return set;
}

void os_disk_rates(struct os_disk *disks, size_t count, const struct os_disk *before,
                   size_t before_count, int64_t elapsed) {
    for (size_t i = 0; i < count; i++) {
        const struct os_disk *then = find(before, before_count, i, &disks[i]);
        if (then && set_rates(&disks[i], then, elapsed))
            disks[i].valid |= OS_DISK_RATES;
    }
}
