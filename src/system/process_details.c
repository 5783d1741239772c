/* SPDX-License-Identifier: MIT */
/** What a process has many of: variables, threads, open files, mappings. */
#include "system/process_handle.h"

#include "base/cancel.h"
#include "base/error.h"
#include "base/procfile.h"
#include "base/seam.h"
#include "fs/at.h"
#include "fs/dir.h"
#include "system/machine.h"
#include "system/process_stat.h"
#include "system/rows.h"
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

static int load(const struct os_process *process, const char *name, struct str *text) {
    return process_gone(process, machine_load_at(process->fd, name, text));
}

static int read_environ(const struct os_process *process, char ***ret_list) {
    AUTO_STR text = STR_INIT;
    AUTO_LIST list = {.count = 0};
    int r = load(process, "environ", &text);
    if (r < 0)
        return r;
    for (size_t at = 0; at < text.size;) {
        size_t size = strlen(text.data + at);
        if (size)
            list_add(&list, text.data + at, size);
        at += size + 1;
    }
    return list_take(&list, ret_list);
}

char **os_process_environ(const struct os_process *process) {
    UNCANCELLED;
    char **list = NULL;
    int r = read_environ(process, &list);
    return PUBLIC_POINTER(r, list, "process_environ", NULL, NULL);
}

/* The names in a directory of the process that are numbers, in order; −1 ends them. */
static int list_numbers(const struct os_process *process, const char *name, int **ret_numbers) {
    AUTO_FREE char **names = NULL;
    AUTO_CLOSE int fd = machine_open_at(process->fd, name, DIR_OPEN);
    int r = fd < 0 ? fd : dir_list(fd, &names);
    if (r < 0)
        return process_gone(process, r);
    size_t count = 0, kept = 0;
    while (names[count])
        count++;
    int *numbers = mem_alloc((count + 1) * sizeof *numbers);
    if (!numbers)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        char *end;
        long number = strtol(names[i], &end, 10);
        if (!*end && number >= 0 && number <= INT32_MAX)
            numbers[kept++] = (int)number;
    }
    numbers[kept] = -1;
    *ret_numbers = numbers;
    return 0;
}

static int read_thread(int tasks, int id, struct os_process_thread *thread) {
    char path[32], text[4096];
    struct process_stat stat;
    snprintf(path, sizeof path, "%d/stat", id);
    ssize_t r = machine_read_at(tasks, path, text, sizeof text);
    if (r < 0)
        return (int)r;
    if (!stat_parse(text, (size_t)r, &stat))
        return -ESRCH;
    *thread = (struct os_process_thread){
        .id = id,
        .status = {stat.status},
        .user_time = (int64_t)stat.fields[STAT_USER] * machine_tick(),
        .system_time = (int64_t)stat.fields[STAT_SYSTEM] * machine_tick()};
    return 0;
}

static bool vanished(int r) {
    return r == -ENOENT || r == -ESRCH;
}

static int compare_threads(const void *a, const void *b) {
    const struct os_process_thread *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

static int read_threads(const struct os_process *process, struct os_process_thread **ret_threads,
                        size_t *ret_count) {
    AUTO_FREE int *ids = NULL;
    int r = list_numbers(process, "task", &ids);
    size_t room = 0, count = 0;
    while (r == 0 && ids[room] >= 0)
        room++;
    AUTO_FREE struct os_process_thread *threads = r == 0 ? mem_alloc(room * sizeof *threads) : NULL;
    AUTO_CLOSE int tasks = threads ? machine_open_at(process->fd, "task", DIR_OPEN) : -1;
    if (r < 0 || !threads || tasks < 0)
        return r < 0 ? r : !threads ? -ENOMEM : process_gone(process, tasks);
    for (size_t i = 0; i < room; i++) {
        r = read_thread(tasks, ids[i], &threads[count]);
        count += r == 0;
        if (r < 0 && !vanished(r))
            return r;
    }
    if (count == 0)
        return -ESRCH;
    qsort(threads, count, sizeof *threads, compare_threads);
    *ret_threads = TAKE_POINTER(threads);
    *ret_count = count;
    return 0;
}

struct os_process_thread *os_process_threads(const struct os_process *process, size_t *ret_count) {
    UNCANCELLED;
    struct os_process_thread *threads = NULL;
    int r = read_threads(process, &threads, ret_count);
    return PUBLIC_POINTER(r, threads, "process_threads", NULL, NULL);
}

/* ------------------------------------------------------------------- open files */

/* Where and how it is open, from lines "pos:\t0" and "flags:\t0100002", the flags octal. */
static void parse_fdinfo(const char *text, struct os_open_file *file) {
    const char *position = procfile_field(text, "pos:");
    const char *flags = procfile_field(text, "flags:");
    file->position = position ? strtoll(position, NULL, 10) : 0;
    file->flags = flags ? (int)strtoul(flags, NULL, 8) : 0;
}

static int read_file(const struct os_process *process, struct os_open_file *file,
                     struct rows *rows) {
    char path[32], text[1024];
    AUTO_FREE char *target = NULL;
    snprintf(path, sizeof path, "fdinfo/%d", file->fd);
    ssize_t size = machine_read_at(process->fd, path, text, sizeof text);
    if (size < 0)
        return (int)size;
    snprintf(path, sizeof path, "fd/%d", file->fd);
    int r = at_readlink(process->fd, path, &target);
    if (r < 0 && r != -ENAMETOOLONG)
        return r;
    parse_fdinfo(text, file);
    rows_text(rows, target ? target : "", target ? strlen(target) : 0, &file->path);
    return 0;
}

static int compare_files(const void *a, const void *b) {
    const struct os_open_file *x = a, *y = b;
    return (x->fd > y->fd) - (x->fd < y->fd);
}

static int read_files(const struct os_process *process, struct os_open_file **ret_files,
                      size_t *ret_count) {
    static const size_t texts[] = {offsetof(struct os_open_file, path), SIZE_MAX};
    AUTO_FREE int *numbers = NULL;
    AUTO_ROWS rows = {.size = sizeof **ret_files};
    int r = list_numbers(process, "fd", &numbers);
    for (size_t i = 0; r == 0 && numbers && numbers[i] >= 0; i++) {
        struct os_open_file *file = rows_add(&rows);
        if (!file)
            return -ENOMEM;
        file->fd = numbers[i];
        r = read_file(process, file, &rows);
        if (r < 0)
            rows_drop(&rows);
        r = vanished(r) ? 0 : r;
    }
    if (r == 0)
        r = process_is_there(process);
    if (r == 0)
        r = rows_take(&rows, texts, ret_files, ret_count);
    if (r == 0)
        qsort(*ret_files, *ret_count, sizeof **ret_files, compare_files);
    return r;
}

struct os_open_file *os_process_open_files(const struct os_process *process, size_t *ret_count) {
    UNCANCELLED;
    struct os_open_file *files = NULL;
    int r = read_files(process, &files, ret_count);
    return PUBLIC_POINTER(r, files, "process_open_files", NULL, NULL);
}

/* ------------------------------------------------------------------- mappings */

/* Which member a line "Rss:  4 kB" is about. */
static uint64_t *member_of(struct os_memory_map *map, const char *line, size_t size) {
    const struct {
        const char *label;
        uint64_t *member;
    } members[] = {
        {"Rss", &map->rss},
        {"Size", &map->size},
        {"Pss", &map->pss},
        {"Shared_Clean", &map->shared_clean},
        {"Shared_Dirty", &map->shared_dirty},
        {"Private_Clean", &map->private_clean},
        {"Private_Dirty", &map->private_dirty},
        {"Referenced", &map->referenced},
        {"Anonymous", &map->anonymous},
        {"Swap", &map->swap},
    };
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (strlen(members[i].label) == size && memcmp(members[i].label, line, size) == 0)
            return members[i].member;
    return NULL;
}

/* "55d0-55e0 r-xp 00000000 08:01 1234   /usr/bin/sh": 1, or 0 for a line of another kind. */
static bool parse_mapping(char *line, struct os_memory_map *map) {
    char *end;
    uint64_t start = strtoull(line, &end, 16);
    if (end == line || *end != '-')
        return false;
    *map = (struct os_memory_map){.start = start, .end = strtoull(end + 1, &end, 16)};
    if (*end != ' ')
        return false;
    char *perms = end + 1, *rest = perms;
    for (int i = 0; i < 4; i++) {
        rest += strcspn(rest, " ");
        if (i == 0 && *rest)
            *rest++ = '\0';
        rest += strspn(rest, " ");
    }
    map->perms = perms;
    map->path = rest;
    return true;
}

/* How many lines are not "Label: …": at least as many as there are mappings. */
static size_t count_mappings(const char *text) {
    size_t count = 0;
    while (text && *text) {
        count += text[strcspn(text, ": \n")] != ':';
        text = strchr(text, '\n');
        text = text ? text + 1 : NULL;
    }
    return count;
}

static size_t parse_maps(char *text, struct os_memory_map *maps) {
    size_t count = 0;
    char *line;
    while ((line = strsep(&text, "\n"))) {
        size_t label = strcspn(line, ": ");
        if (line[label] == ':' && count) {
            uint64_t *member = member_of(&maps[count - 1], line, label);
            if (member)
                *member = strtoull(line + label + 1, NULL, 10) * 1024;
        } else if (parse_mapping(line, &maps[count])) {
            count++;
        }
    }
    return count;
}

static int read_maps(const struct os_process *process, struct os_memory_map **ret_maps,
                     size_t *ret_count) {
    AUTO_STR text = STR_INIT;
    int r = load(process, "smaps", &text);
    if (r < 0)
        return r;
    size_t size = count_mappings(text.data) * sizeof **ret_maps;
    if (text.size == 0 && process_is_there(process) < 0)
        return -ESRCH;
    char *block = mem_alloc(size + text.size + 1);
    if (!block)
        return -ENOMEM;
    memcpy(block + size, text.size ? text.data : "", text.size + 1);
    *ret_maps = (struct os_memory_map *)(void *)block;
    *ret_count = parse_maps(block + size, *ret_maps);
    return 0;
}

struct os_memory_map *os_process_memory_maps(const struct os_process *process, size_t *ret_count) {
    UNCANCELLED;
    struct os_memory_map *maps = NULL;
    int r = read_maps(process, &maps, ret_count);
    return PUBLIC_POINTER(r, maps, "process_memory_maps", NULL, NULL);
}
