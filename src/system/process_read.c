/* SPDX-License-Identifier: MIT */
/** One process read: the files below /proc/PID that the fields asked for need, and no other. */
#include "system/gather.h"

#include "base/array.h"
#include "base/kernel.h"
#include "base/procfile.h"
#include "base/seam.h"
#include "fs/at.h"
#include "fs/dir.h"
#include "system/machine.h"
#include "system/process_kept.h"
#include "system/process_stat.h"
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define PF_KTHREAD     0x00200000
#define STAT_SIZE      4096 /* the kernel makes a page of text at once */
#define SHORT_NAME     15   /* bytes of a name that the kernel keeps for a program */
#define ALL_FIELDS     ((OS_PROCESS_CPU_LIFETIME << 1) - 1)
#define FROM_STAT      (OS_PROCESS_STAT | OS_PROCESS_CPU_PERCENT | OS_PROCESS_CPU_LIFETIME)
#define NOTHING_TO_ASK (OS_PROCESS_CMDLINE | OS_PROCESS_EXE | OS_PROCESS_MEMORY)

/* The process that is being read. */
struct one {
    struct gather *g;
    const struct reading *reading;
    int dir; /* /proc/PID */
    struct os_process_info *info;
    struct kept *kept; /* what stays open of it, or NULL */
};

/* One file of it in one read(2), with a NUL behind it: how many bytes, or −errno. */
static ssize_t read_file(struct one *p, enum kept_file file, char *buffer, size_t size) {
    return p->kept ? kept_read(p->kept, p->dir, file, buffer, size)
                   : machine_read_at(p->dir, kept_names[file], buffer, size);
}

int reading_init(struct reading *reading, unsigned fields) {
    if (fields & ~(unsigned)ALL_FIELDS)
        return -EINVAL;
    *reading = (struct reading){.fields = fields | OS_PROCESS_STAT,
                                .tick = machine_tick(),
                                .page = machine_page(),
                                .footprint_limit = UINT64_MAX,
                                .live = machine_is_live() == 0};
    if (fields & OS_PROCESS_CPU_LIFETIME && machine_uptime(&reading->uptime) < 0)
        reading->uptime = 0;
    return machine_boot_time(&reading->boot);
}

void reading_keep(struct reading *reading, atomic_int *budget) {
    static const struct {
        unsigned field;
        enum kept_file file;
    } files[] = {{OS_PROCESS_CMDLINE, KEPT_CMDLINE},
                 {OS_PROCESS_MEMORY, KEPT_STATM},
                 {OS_PROCESS_IDS, KEPT_STATUS},
                 {OS_PROCESS_IO, KEPT_IO},
                 {OS_PROCESS_DELAY, KEPT_SCHEDSTAT}};
    unsigned fields = reading->fields, rest = fields & ~(unsigned)FROM_STAT;
    reading->budget = budget;
    reading->keeps = 1u << KEPT_STAT;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (fields & files[i].field) {
            reading->keeps |= 1u << files[i].file;
            rest &= ~files[i].field;
        }
    reading->own_euid = reading->live && fields & OS_PROCESS_EUID && !(fields & OS_PROCESS_IDS);
    if (reading->own_euid)
        rest &= ~(unsigned)OS_PROCESS_EUID;
    if (rest || fields & OS_PROCESS_IO) /* which may be refused, and is asked for again then */
        reading->keeps |= 1u << KEPT_DIRECTORY;
}

/* Puts a text where it stays, for a member of the record. */
static void keep(struct gather *g, const char *text, size_t size, const char **ret) {
    *ret = (const char *)(uintptr_t)(g->text.size + 1);
    str_append(&g->text, text, size);
    str_append(&g->text, "", 1);
}

static int64_t ticks(const struct one *p, uint64_t count) {
    return (int64_t)count * p->reading->tick;
}

static void fill_stat(struct one *p, const struct process_stat *stat) {
    struct os_process_info *info = p->info;
    const uint64_t *f = stat->fields;
    info->pid = (pid_t)stat->pid;
    info->ppid = (pid_t)f[STAT_PPID];
    info->pgrp = (pid_t)f[STAT_PGRP];
    info->session = (pid_t)f[STAT_SESSION];
    info->terminal = (unsigned)f[STAT_TTY];
    info->status[0] = stat->status;
    info->kernel_thread = (f[STAT_FLAGS] & PF_KTHREAD) != 0;
    info->minor_faults = f[STAT_MINOR_FAULTS];
    info->major_faults = f[STAT_MAJOR_FAULTS];
    info->cpu_times = (struct os_process_times){
        ticks(p, f[STAT_USER]), ticks(p, f[STAT_SYSTEM]), ticks(p, f[STAT_CHILDREN_USER]),
        ticks(p, f[STAT_CHILDREN_SYSTEM]), ticks(p, f[STAT_IOWAIT])};
    info->nice = (int)f[STAT_NICE];
    info->num_threads = (int)f[STAT_THREADS];
    info->start_ticks = f[STAT_START];
    info->create_time = p->reading->boot + ticks(p, f[STAT_START]);
    info->memory_info.vms = f[STAT_VSIZE];
    info->rss = info->memory_info.rss = f[STAT_RSS] * p->reading->page;
    info->cpu_num = (int)f[STAT_CPU];
    info->valid |= OS_PROCESS_STAT;
    keep(p->g, stat->name, stat->name_size, &info->name);
}

/* How much of one CPU it has used since it was started, as ps(1) shows it. */
static void fill_lifetime(struct one *p) {
    const struct os_process_times *used = &p->info->cpu_times;
    int64_t age = p->reading->uptime - ticks(p, p->info->start_ticks);
    if (!p->reading->uptime || age < p->reading->tick)
        return;
    p->info->cpu_percent_lifetime = 100.0 * (double)(used->user + used->system) / (double)age;
    p->info->valid |= OS_PROCESS_CPU_LIFETIME;
}

static int parse_stat(struct one *p, const char *text, ssize_t size) {
    struct process_stat stat;
    if (size < 0)
        return (int)size;
    if (!stat_parse(text, (size_t)size, &stat))
        return -EBADMSG;
    fill_stat(p, &stat);
    if (p->reading->fields & OS_PROCESS_CPU_LIFETIME)
        fill_lifetime(p);
    if (p->kept)
        kept_compare(p->kept, p->reading->tick, p->info);
    return 0;
}

static int read_stat(struct one *p) {
    char text[STAT_SIZE];
    return parse_stat(p, text, read_file(p, KEPT_STAT, text, sizeof text));
}

/* Appends what a read from there gives; its end is where that is less than it could be. */
static ssize_t append_all(struct str *text, int fd) {
    size_t start = text->size, room = STAT_SIZE;
    for (ssize_t r = 0;; room *= 2) {
        if (str_reserve(text, room) < 0)
            return -ENOMEM;
        r = SYS(pread, fd, text->data + text->size, room, (off_t)(text->size - start));
        if (r == -ESPIPE) /* a FIFO of a recorded machine holds nothing */
            r = 0;
        if (r < 0) {
            str_truncate(text, start);
            return r;
        }
        text->size += (size_t)r;
        text->data[text->size] = '\0';
        if ((size_t)r < room)
            return (ssize_t)(text->size - start);
    }
}

static ssize_t append_cmdline(struct one *p) {
    struct kept *kept = p->kept;
    int fd = kept ? kept_open(kept, p->dir, KEPT_CMDLINE)
                  : machine_open_at(p->dir, kept_names[KEPT_CMDLINE], O_RDONLY);
    ssize_t r = fd < 0 ? fd : append_all(&p->g->text, fd);
    if (!kept || fd != kept->files[KEPT_CMDLINE])
        seam_close_quietly(fd);
    return r;
}

/* Cuts a command line into words: at NULs, or at spaces where a program wrote one text over it. */
static size_t cut_words(char *line, size_t *size) {
    bool written_over = line[*size - 1] != '\0';
    *size += written_over;
    size_t words = 0;
    for (size_t i = 0; i < *size; i++) {
        if (written_over && line[i] == ' ')
            line[i] = '\0';
        words += line[i] == '\0';
    }
    return words;
}

static int read_cmdline(struct one *p) {
    struct str *text = &p->g->text;
    size_t start = text->size;
    ssize_t r = append_cmdline(p);
    if (r < 0)
        return (int)r;
    p->info->cmdline = (char *const *)(uintptr_t)(start + 1);
    size_t size = (size_t)r;
    p->info->cmdline_count = size ? cut_words(text->data + start, &size) : 0;
    text->size = start + size;
    str_append(text, "", 1);
    p->g->words += p->info->cmdline_count + 1;
    return 0;
}

static char *text_of(const struct one *p, const void *place) {
    return p->g->text.data + (uintptr_t)place - 1;
}

/* The kernel keeps 15 bytes of a name; the command line has all of it where it begins like that. */
static int read_name(struct one *p) {
    struct str *text = &p->g->text;
    if (text->failed)
        return -ENOMEM;
    if (p->info->kernel_thread || strlen(text_of(p, p->info->name)) < SHORT_NAME)
        return 0;
    size_t start = text->size;
    bool have = p->info->valid & OS_PROCESS_CMDLINE;
    ssize_t r = have ? 0 : append_cmdline(p);
    if (r < 0)
        return (int)r;
    const char *word = have ? text_of(p, p->info->cmdline) : text->data + start;
    if (!have && r == 0)
        word = "";
    const char *slash = strrchr(word, '/');
    const char *last = slash ? slash + 1 : word;
    AUTO_FREE char *base = mem_text(last, strlen(last));
    str_truncate(text, start);
    const char *name = text_of(p, p->info->name);
    if (base && strncmp(base, name, strlen(name)) == 0)
        keep(p->g, base, strlen(base), &p->info->name);
    return base ? 0 : -ENOMEM;
}

static int read_memory(struct one *p) {
    char text[256];
    ssize_t r = read_file(p, KEPT_STATM, text, sizeof text);
    if (r < 0)
        return (int)r;
    uint64_t pages[7] = {0};
    char *at = text;
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        pages[i] = strtoull(at, &at, 10) * p->reading->page;
    p->info->rss = pages[1];
    p->info->memory_info =
        (struct os_process_memory){pages[1], pages[0], pages[2], pages[3], pages[5]};
    return 0;
}

static const char *read_ids(const char *text, const char *label, struct os_process_ids *ids) {
    const char *at = procfile_field(text, label);
    char *end = (char *)at;
    if (!at)
        return text;
    ids->real = strtoll(end, &end, 10);
    ids->effective = strtoll(end, &end, 10);
    ids->saved = strtoll(end, &end, 10);
    return end + strcspn(end, "\n") + (*end == '\n');
}

static int64_t read_count(const char *text, const char *label) {
    const char *at = procfile_field(text, label);
    return at ? strtoll(at, NULL, 10) : -1;
}

static int parse_status(struct one *p, const char *text) {
    struct os_process_info *info = p->info;
    info->uids.real = -1;
    const char *at = read_ids(text, "Uid:", &info->uids);
    at = read_ids(at, "Gid:", &info->gids);
    info->num_ctx_switches.voluntary = read_count(at, "voluntary_ctxt_switches:");
    info->num_ctx_switches.involuntary = read_count(at, "nonvoluntary_ctxt_switches:");
    info->euid = (uint64_t)info->uids.effective;
    info->valid |= info->uids.real < 0 ? 0 : OS_PROCESS_EUID;
    return info->uids.real < 0 ? -EBADMSG : 0;
}

static int read_status(struct one *p) {
    char text[STAT_SIZE];
    ssize_t r = read_file(p, KEPT_STATUS, text, sizeof text);
    if (r < (ssize_t)sizeof text - 1)
        return r < 0 ? (int)r : parse_status(p, text);
    AUTO_STR whole = STR_INIT; /* of a user in very many groups */
    ssize_t loaded = p->dir < 0 ? append_all(&whole, p->kept->files[KEPT_STATUS])
                                : machine_load_at(p->dir, "status", &whole);
    return loaded < 0 ? (int)loaded : parse_status(p, whole.data);
}

/* The user by a pidfd, a third of what the file of all ids costs. The number is this very process's
 * where its directory still answers afterwards: whoever calls this reads `stat` next. */
static void ask_user(struct one *p, const char *name) {
    struct kernel_pidfd_info told = {.mask = KERNEL_PIDFD_INFO_CREDS};
    if (!p->reading->by_number || p->g->mute)
        return;
    AUTO_CLOSE int fd = SYS(kernel_pidfd_open, (pid_t)strtol(name, NULL, 10), 0);
    int r = fd < 0 ? fd : SYS(kernel_pidfd_get_info, fd, &told);
    if (r < 0 || !(told.mask & KERNEL_PIDFD_INFO_CREDS)) {
        p->g->mute = r != -ESRCH;
        return;
    }
    p->info->uids = (struct os_process_ids){told.ruid, told.euid, told.suid};
    p->info->euid = told.euid;
    p->info->valid |= OS_PROCESS_USERNAME | OS_PROCESS_EUID;
}

/* Whose name is the user's is looked up once all are read. */
static int read_user(struct one *p) {
    return p->info->valid & OS_PROCESS_IDS ? 0 : read_status(p);
}

static int read_owner(struct one *p) {
    struct stat st;
    if (!p->reading->live)
        return read_status(p);
    int r = SYS(fstat, p->dir, &st);
    p->info->euid = r < 0 ? 0 : st.st_uid;
    return r;
}

/* What stands behind a label of a text of lines "label: number", times `unit`. */
static uint64_t labelled(const char *text, const char *label, uint64_t unit) {
    const char *at = procfile_field(text, label);
    return at ? strtoull(at, NULL, 10) * unit : 0;
}

static int read_io(struct one *p) {
    char text[1024];
    ssize_t r = read_file(p, KEPT_IO, text, sizeof text);
    if (r < 0)
        return (int)r;
    p->info->io_counters =
        (struct os_process_io){labelled(text, "syscr:", 1),      labelled(text, "syscw:", 1),
                               labelled(text, "read_bytes:", 1), labelled(text, "write_bytes:", 1),
                               labelled(text, "rchar:", 1),      labelled(text, "wchar:", 1)};
    return 0;
}

static int count_entries(int dir, int *ret_count) {
    _Alignas(uint64_t) char buffer[8192];
    AUTO_CLOSE int fd = machine_open_at(dir, "fd", DIR_OPEN);
    if (fd < 0)
        return fd;
    struct dir d;
    struct dir_entry entry;
    int r, count = 0;
    dir_start(&d, fd, buffer, sizeof buffer);
    while ((r = dir_read(&d, &entry)) > 0)
        count++;
    *ret_count = count;
    return r;
}

/* From Linux 6.2 on the size of the directory is their number. */
static int read_fds(struct one *p) {
    struct stat st = {0};
    int r = p->reading->live ? SYS(fstatat, p->dir, "fd", &st, 0) : 0;
    if (r < 0)
        return r;
    p->info->num_fds = (int)st.st_size;
    return st.st_size > 0 ? 0 : count_entries(p->dir, &p->info->num_fds);
}

static int read_link(struct one *p, const char *name, const char **ret_text) {
    AUTO_FREE char *target = NULL;
    int r = at_readlink(p->dir, name, &target);
    if (r == 0)
        keep(p->g, target, strlen(target), ret_text);
    return r;
}

static int read_exe(struct one *p) {
    return read_link(p, "exe", &p->info->exe);
}

static int read_cwd(struct one *p) {
    return read_link(p, "cwd", &p->info->cwd);
}

/* The line "0::PATH" of version 2, or where that is the root the first one of version 1. */
static int read_cgroup(struct one *p) {
    AUTO_STR text = STR_INIT;
    int r = machine_load_at(p->dir, "cgroup", &text);
    if (r < 0)
        return r;
    const char *path = procfile_field(text.data, "0::");
    if (!path || path[1] == '\n' || !path[1]) {
        const char *first = text.data ? strchr(text.data, ':') : NULL;
        first = first ? strchr(first + 1, ':') : NULL;
        path = first ? first + 1 : path;
    }
    if (path)
        keep(p->g, path, strcspn(path, "\n"), &p->info->cgroup);
    return path ? 0 : -ENODATA;
}

static int read_delay(struct one *p) {
    char text[128], *at = text;
    ssize_t r = read_file(p, KEPT_SCHEDSTAT, text, sizeof text);
    if (r < 0)
        return (int)r;
    strtoull(at, &at, 10);
    p->info->run_delay = (int64_t)strtoull(at, NULL, 10);
    return 0;
}

static int read_footprint(struct one *p) {
    char text[STAT_SIZE];
    if (p->info->rss > p->reading->footprint_limit)
        return -ENODATA;
    ssize_t r = machine_read_at(p->dir, "smaps_rollup", text, sizeof text);
    if (r < 0)
        return (int)r;
    p->info->memory_footprint = (struct os_process_footprint){
        .uss = labelled(text, "Private_Clean:", 1024) + labelled(text, "Private_Dirty:", 1024) +
               labelled(text, "Private_Hugetlb:", 1024),
        .pss = labelled(text, "Pss:", 1024),
        .swap = labelled(text, "Swap:", 1024)};
    return 0;
}

/* In this order: the name may need the command line. */
static const struct {
    unsigned field;
    int (*read)(struct one *p);
} readers[] = {
    {OS_PROCESS_CMDLINE, read_cmdline},
    {OS_PROCESS_NAME, read_name},
    {OS_PROCESS_MEMORY, read_memory},
    {OS_PROCESS_IDS, read_status},
    {OS_PROCESS_USERNAME, read_user},
    {OS_PROCESS_EUID, read_owner},
    {OS_PROCESS_IO, read_io},
    {OS_PROCESS_FDS, read_fds},
    {OS_PROCESS_EXE, read_exe},
    {OS_PROCESS_CWD, read_cwd},
    {OS_PROCESS_CGROUP, read_cgroup},
    {OS_PROCESS_DELAY, read_delay},
    {OS_PROCESS_FOOTPRINT, read_footprint},
};

/* What one file said: 1: go on, whatever else it said; 0: the process is no more; −errno where
 * memory or descriptors ran out. */
static int settle(struct one *p, unsigned field, int r) {
    if (r == -ENOMEM || r == -EMFILE || r == -ENFILE)
        return r;
    if (r == 0)
        p->info->valid |= field;
    else if (r == -EACCES || r == -EPERM)
        p->info->refused |= field;
    else if (r == -ESRCH)
        return p->dir >= 0 && SYS(kernel_faccessat, p->dir, "stat", F_OK) == 0;
    return 1;
}

/* Kernel threads have no program, so there is nothing to be read of one; nor has a zombie. */
static unsigned fields_of(const struct one *p) {
    unsigned fields = p->reading->fields;
    if (p->info->status[0] == 'Z') {
        p->info->valid |= fields & (OS_PROCESS_NAME | OS_PROCESS_MEMORY); /* of which it has none */
        return fields & ~(unsigned)(NOTHING_TO_ASK | OS_PROCESS_NAME | OS_PROCESS_FOOTPRINT);
    }
    if (p->info->kernel_thread) {
        p->info->valid |= fields & NOTHING_TO_ASK;
        if (fields & OS_PROCESS_EXE)
            keep(p->g, "", 0, &p->info->exe);
        return fields & ~(unsigned)(NOTHING_TO_ASK | OS_PROCESS_FOOTPRINT);
    }
    return fields;
}

static int read_fields(struct one *p) {
    unsigned fields = fields_of(p);
    int r = 1;
    for (size_t i = 0; r > 0 && i < sizeof readers / sizeof *readers; i++)
        if (fields & ~p->info->valid & readers[i].field)
            r = settle(p, readers[i].field, readers[i].read(p));
    return r;
}

/* Whether an error means that there is no such process, or none that may be looked at: then 0. */
static int absent(struct gather *g, int r) {
    if (r == -EACCES || r == -EPERM) {
        g->hidden++;
        g->refusal = r;
    } else if (r != -ENOENT && r != -ESRCH && r != -ENOTDIR && r != -EBADMSG) {
        return r;
    }
    return 0;
}

/* One file is of one process, whoever has the number. */
static int read_stat_alone(struct one *p, int proc, const char *name) {
    char path[32], text[STAT_SIZE];
    snprintf(path, sizeof path, "%s/stat", name);
    return parse_stat(p, text, machine_read_at(proc, path, text, sizeof text));
}

/* The process's directory is open, or its `stat` alone: what is asked by its number is asked before that
 * says that the number is its own. */
static int read_first(struct one *p, int proc, const char *name) {
    struct stat st;
    ask_user(p, name);
    if (p->dir < 0 && p->reading->own_euid && SYS(fstatat, proc, name, &st, 0) == 0) {
        p->info->euid = st.st_uid;
        p->info->valid |= OS_PROCESS_EUID;
    }
    return read_stat(p);
}

static int read_one(struct one *p, int proc, const char *name) {
    int r;
    if (p->reading->fields & ~(unsigned)FROM_STAT) {
        AUTO_CLOSE int dir = machine_open_at(proc, name, O_RDONLY | O_DIRECTORY);
        p->dir = dir;
        r = dir < 0 ? dir : read_first(p, proc, name);
        return r < 0 ? absent(p->g, r) : read_fields(p);
    }
    r = read_stat_alone(p, proc, name);
    return r < 0 ? absent(p->g, r) : 1;
}

/* Of a process that is read for the first time, or that another one was read in the place of. */
static int read_anew(struct one *p, int proc, const char *name) {
    struct kept *kept = p->kept;
    atomic_int *budget = p->reading->budget;
    bool directory = p->reading->fields & ~(unsigned)FROM_STAT;
    p->info->valid = 0;
    kept_close(kept, budget);
    kept_grant(kept, budget, p->reading->keeps);
    if (!directory && !kept->keeps) {
        int r = read_stat_alone(p, proc, name);
        return r < 0 ? absent(p->g, r) : 1;
    }
    AUTO_CLOSE int dir = machine_open_at(proc, name, O_RDONLY | O_DIRECTORY);
    p->dir = dir;
    int r = dir < 0 ? dir : read_first(p, proc, name);
    r = r < 0 ? absent(p->g, r) : read_fields(p);
    if (r > 0)
        kept_complete(kept, TAKE_FD(dir));
    else
        kept_close(kept, budget);
    return r;
}

/* By what is open of it, which is of the process that was read before, whoever has its number. */
static int read_kept(struct one *p, int proc, const char *name) {
    bool again = kept_is_complete(p->kept);
    p->dir = p->kept->dir;
    int r = again ? read_first(p, proc, name) : -ESRCH;
    if (again && (r == -ESRCH || r == -ENOENT))
        p->kept->start = UINT64_MAX; /* who has the number now may be of the same tick */
    if (r == -ESRCH || r == -ENOENT)
        return read_anew(p, proc, name);
    return r < 0 ? absent(p->g, r) : read_fields(p);
}

int gather_process(struct gather *g, const struct reading *reading, int proc, const char *name,
                   struct kept *kept) {
    int r = ARRAY_ROOM(g->items, g->room, g->count + 1, 64);
    if (r < 0)
        return r;
    struct os_process_info *info = &g->items[g->count];
    struct one p = {.g = g, .reading = reading, .info = info, .kept = kept};
    size_t text = g->text.size, words = g->words;
    *info = (struct os_process_info){.num_fds = -1, .run_delay = -1};
    r = kept ? read_kept(&p, proc, name) : read_one(&p, proc, name);
    if (g->text.failed)
        return -ENOMEM;
    if (r > 0) {
        g->count++;
    } else {
        str_truncate(&g->text, text);
        g->words = words;
    }
    return r;
}

void gather_free(struct gather *g) {
    free(g->items);
    str_free(&g->text);
    *g = (struct gather){.items = NULL};
}
