/* SPDX-License-Identifier: MIT */
/** Lists of processes, read by one thread or several. */
#include "system/process_list.h"

#include "base/array.h"
#include "base/cancel.h"
#include "base/error.h"
#include "base/options.h"
#include "base/procfile.h"
#include "base/seam.h"
#include "fs/dir.h"
#include "process/affinity.h"
#include "system/gather.h"
#include "system/machine.h"
#include "system/process_kept.h"
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#define THREADS_MAX  16
#define THREADS_HELP 2   /* more read hardly faster: the kernel makes the texts under locks */
#define FEW          512 /* processes that one thread reads in less than it takes to start others */
#define CHUNK        16  /* processes that a thread takes at a time */

static int add_pid(struct pids *pids, pid_t pid) {
    int r = ARRAY_ROOM(pids->items, pids->room, pids->count + 1, 512);
    if (r < 0)
        return r;
    pids->items[pids->count++] = pid;
    return 0;
}

/* The number that a name is, or 0. */
static pid_t number(const char *name) {
    int64_t value = 0;
    for (; *name >= '0' && *name <= '9' && value <= INT32_MAX; name++)
        value = value * 10 + (*name - '0');
    return *name || value > INT32_MAX ? 0 : (pid_t)value;
}

static int compare_pids(const void *a, const void *b) {
    pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;
    return (x > y) - (x < y);
}

/* In order and without a second one of each. */
static void sort_pids(struct pids *pids) {
    size_t kept = 0;
    for (size_t i = 1; i < pids->count; i++)
        if (pids->items[i] <= pids->items[i - 1]) {
            qsort(pids->items, pids->count, sizeof *pids->items, compare_pids);
            break;
        }
    for (size_t i = 0; i < pids->count; i++)
        if (i == 0 || pids->items[i] != pids->items[kept - 1])
            pids->items[kept++] = pids->items[i];
    pids->count = kept;
}

static int list_pids(int proc, struct pids *pids) {
    _Alignas(uint64_t) char buffer[DIR_BUFFER];
    struct dir d;
    struct dir_entry entry;
    int r;
    dir_start(&d, proc, buffer, sizeof buffer);
    while ((r = dir_read(&d, &entry)) > 0) {
        pid_t pid = number(entry.name);
        if (pid && (r = add_pid(pids, pid)) < 0)
            return r;
    }
    sort_pids(pids);
    return r;
}

static int copy_pids(const struct os_processes_options *options, struct pids *pids) {
    int r = 0;
    for (size_t i = 0; r == 0 && i < options->pids_count; i++)
        if (options->pids[i] > 0)
            r = add_pid(pids, options->pids[i]);
    sort_pids(pids);
    return r;
}

pid_t *os_pids(size_t *ret_count) {
    UNCANCELLED;
    struct pids pids = {0};
    AUTO_CLOSE int proc = machine_open("/proc", DIR_OPEN);
    int r = proc < 0 ? proc : list_pids(proc, &pids);
    if (r == 0 && !pids.items)
        r = (pids.items = mem_alloc(0)) ? 0 : -ENOMEM;
    if (r < 0)
        free(pids.items);
    else
        *ret_count = pids.count;
    return PUBLIC_POINTER(r, pids.items, "pids", NULL, NULL);
}

/* A thread has a directory, too, that is not listed: whose number its group's is, is a process. */
static bool is_process(pid_t pid) {
    char path[32], text[4096];
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    if (machine_read(path, text, sizeof text) < 0)
        return false;
    const char *group = procfile_field(text, "Tgid:");
    return !group || strtol(group, NULL, 10) == pid;
}

bool os_pid_exists(pid_t pid) {
    UNCANCELLED;
    return pid > 0 && is_process(pid);
}

struct worker {
    struct job *job;
    struct gather gather;
    pthread_t thread;
};

static int read_chunk(struct worker *w, size_t from) {
    const struct pids *pids = w->job->pids;
    size_t end = from + CHUNK < pids->count ? from + CHUNK : pids->count;
    for (size_t i = from; i < end; i++) {
        char name[16];
        snprintf(name, sizeof name, "%d", (int)pids->items[i]);
        struct kept *kept = w->job->kept ? &w->job->kept[i] : NULL;
        int r = gather_process(&w->gather, w->job->reading, w->job->proc, name, kept);
        if (r < 0)
            return r;
    }
    return 0;
}

static void *work(void *argument) {
    struct worker *w = argument;
    size_t from;
    while ((from = atomic_fetch_add(&w->job->taken, CHUNK)) < w->job->pids->count) {
        int r = atomic_load(&w->job->failed), none = 0;
        if (r == 0)
            r = read_chunk(w, from);
        if (r < 0) {
            atomic_compare_exchange_strong(&w->job->failed, &none, r);
            break;
        }
    }
    return NULL;
}

/* Without the others the caller reads all: that none can be started is no error. */
static size_t start(struct worker *workers, size_t count) {
    sigset_t all, before;
    size_t started = 1;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are the program's own threads' */
    while (started < count &&
           SYS_NUMBER(pthread_create, &workers[started].thread, NULL, work, &workers[started]) == 0)
        started++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

static int run(struct job *job, struct worker *workers, size_t count) {
    for (size_t i = 0; i < count; i++)
        workers[i] = (struct worker){.job = job};
    size_t started = count > 1 ? start(workers, count) : 1;
    work(&workers[0]);
    for (size_t i = 1; i < started; i++)
        pthread_join(workers[i].thread, NULL);
    return atomic_load(&job->failed);
}

static size_t threads_for(int threads, size_t count) {
    if (threads > 0)
        return threads < THREADS_MAX ? (size_t)threads : THREADS_MAX;
    struct affinity set = {.block = NULL};
    if (count < FEW || affinity_load(&set, 0) < 0)
        return 1;
    size_t cpus = affinity_count(&set);
    affinity_free(&set);
    return cpus < THREADS_HELP ? 1 : THREADS_HELP;
}

int processes_find(int proc, const struct os_processes_options *options, struct pids *pids) {
    pids->count = 0;
    return options->pids ? copy_pids(options, pids) : list_pids(proc, pids);
}

/* Whether a process's number in /proc is what it is to this process: so it is where this one's own
 * stands there alone, in no namespace below. */
static bool numbers_are_own(void) {
    char text[4096];
    if (!machine_proc_is_own() || machine_read("/proc/self/status", text, sizeof text) < 0)
        return false;
    const char *at = procfile_field(text, "NSpid:\t");
    return at && at[strspn(at, "0123456789")] == '\n';
}

int processes_start(unsigned fields, const struct os_processes_options *options,
                    struct reading *ret_reading) {
    const uint64_t most = (uint64_t)4 << 30;
    if (options->threads < 0 || (options->pids_count && !options->pids))
        return -EINVAL;
    int r = reading_init(ret_reading, fields);
    if (r < 0)
        return r;
    ret_reading->footprint_limit = options->footprint_limit ? options->footprint_limit : most;
    ret_reading->by_number =
        (fields & (OS_PROCESS_USERNAME | OS_PROCESS_IDS)) == OS_PROCESS_USERNAME &&
        numbers_are_own();
    return 0;
}

int processes_gather(struct job *job, const struct os_processes_options *options,
                     struct os_process_info **ret_items, size_t *ret_count) {
    struct worker workers[THREADS_MAX];
    struct gather gathers[THREADS_MAX];
    size_t count = threads_for(options->threads, job->pids->count), hidden = 0;
    int r = run(job, workers, count);
    for (size_t i = 0; i < count; i++) {
        gathers[i] = workers[i].gather;
        hidden += gathers[i].hidden;
    }
    if (r == 0 && job->reading->fields & OS_PROCESS_USERNAME)
        r = gather_users(gathers, count);
    if (r == 0) {
        if (options->ret_hidden)
            *options->ret_hidden = hidden;
        return gather_take(gathers, count, ret_items, ret_count);
    }
    for (size_t i = 0; i < count; i++)
        gather_free(&gathers[i]);
    return r;
}

int processes_read(unsigned fields, const struct os_processes_options *given,
                   struct os_process_info **ret_items, size_t *ret_count) {
    struct os_processes_options options;
    struct reading reading;
    struct pids pids = {0};
    int r = options_copy(&options, sizeof options, given);
    if (r == 0)
        r = processes_start(fields, &options, &reading);
    if (r < 0)
        return r;
    AUTO_CLOSE int proc = machine_open("/proc", DIR_OPEN);
    r = proc < 0 ? proc : processes_find(proc, &options, &pids);
    struct job job = {.reading = &reading, .proc = proc, .pids = &pids};
    if (r == 0)
        r = processes_gather(&job, &options, ret_items, ret_count);
    free(pids.items);
    return r;
}

struct os_process_info *os_processes(unsigned fields, const struct os_processes_options *options,
                                     size_t *ret_count) {
    UNCANCELLED;
    struct os_process_info *items = NULL;
    int r = processes_read(fields, options, &items, ret_count);
    return PUBLIC_POINTER(r, items, "processes", NULL, NULL);
}
