/* SPDX-License-Identifier: MIT */
/** A list of processes that is read again and again, by what stays open of each. */
#include "base/array.h"
#include "base/cancel.h"
#include "base/error.h"
#include "base/options.h"
#include "base/procfile.h"
#include "base/seam.h"
#include "fs/dir.h"
#include "system/machine.h"
#include "system/process_kept.h"
#include "system/process_list.h"
#include <sys/resource.h>
#include <time.h>

struct os_process_watch {
    unsigned fields;
    struct os_processes_options options;
    int proc;
    struct pids pids;
    struct kept *kept; /* of each of them */
    size_t room;
    atomic_int budget;
    int64_t stamp;  /* when it was read last; 0: never */
    uint64_t forks; /* and what the kernel had counted then */
};

/* Half of the descriptors that the program may have: a tree's nodes take a quarter at most. */
static int descriptors_to_keep(void) {
    struct rlimit limit;
    if (SYS(getrlimit, RLIMIT_NOFILE, &limit) < 0)
        return 0;
    return limit.rlim_cur / 2 < INT32_MAX ? (int)(limit.rlim_cur / 2) : INT32_MAX;
}

static int copy_pids(struct os_processes_options *options) {
    size_t size = options->pids_count * sizeof *options->pids;
    pid_t *copy = options->pids ? mem_alloc(size) : NULL;
    if (options->pids && !copy)
        return -ENOMEM;
    if (copy)
        memcpy(copy, options->pids, size);
    options->pids = copy;
    return 0;
}

static int open_watch(struct os_process_watch *watch, const struct os_processes_options *given) {
    struct os_processes_options options;
    struct reading reading;
    int r = options_copy(&options, sizeof options, given);
    if (r == 0)
        r = processes_start(watch->fields, &options, &reading);
    if (r == 0)
        r = copy_pids(&options);
    if (r < 0)
        return r;
    options.ret_hidden = NULL;
    watch->options = options;
    atomic_init(&watch->budget, descriptors_to_keep());
    watch->proc = machine_open("/proc", DIR_OPEN);
    return watch->proc < 0 ? watch->proc : 0;
}

struct os_process_watch *os_process_watch_open(unsigned fields,
                                               const struct os_processes_options *options) {
    UNCANCELLED;
    struct os_process_watch *watch = mem_zalloc(sizeof *watch);
    int r = -ENOMEM;
    if (watch) {
        watch->fields = fields;
        watch->proc = -1;
        r = open_watch(watch, options);
    }
    if (r < 0)
        watch = os_process_watch_close(watch);
    return PUBLIC_POINTER(r, watch, "process_watch_open", NULL, NULL);
}

struct os_process_watch *os_process_watch_close(struct os_process_watch *watch) {
    UNCANCELLED;
    int saved = errno;
    if (watch) {
        for (size_t i = 0; i < watch->pids.count; i++)
            kept_close(&watch->kept[i], &watch->budget);
        seam_close_quietly(watch->proc);
        free((pid_t *)watch->options.pids);
        free(watch->pids.items);
        free(watch->kept);
    }
    free(watch);
    errno = saved;
    return NULL;
}

/* ------------------------------------------------------------------------- which there are now */

/* What is known of those that are still listed moves to them; of the others everything is closed.
 * Both lists are in the order of the numbers. */
static void move_kept(struct os_process_watch *watch, const struct pids *pids, struct kept *kept,
                      struct os_process_news *news) {
    size_t old = 0;
    for (size_t i = 0; i <= pids->count; i++) {
        bool last = i == pids->count;
        for (; old < watch->pids.count && (last || watch->kept[old].pid < pids->items[i]); old++) {
            news->ended += watch->kept[old].known;
            kept_close(&watch->kept[old], &watch->budget);
        }
        if (last)
            break;
        if (old < watch->pids.count && watch->kept[old].pid == pids->items[i])
            kept[i] = watch->kept[old++];
        else
            kept_start(&kept[i], pids->items[i]);
        kept[i].seen = false;
    }
}

static int look(struct os_process_watch *watch, struct os_process_news *news) {
    struct pids pids = {0};
    off_t begin = SYS(lseek, watch->proc, 0, SEEK_SET);
    int r = begin < 0 ? (int)begin : processes_find(watch->proc, &watch->options, &pids);
    struct kept *kept = r < 0 ? NULL : mem_alloc(pids.count * sizeof *kept);
    if (!kept) {
        free(pids.items);
        return r < 0 ? r : -ENOMEM;
    }
    move_kept(watch, &pids, kept, news);
    free(watch->pids.items);
    free(watch->kept);
    watch->pids = pids;
    watch->kept = kept;
    return 0;
}

/* ------------------------------------------------------------------------------- what is new */

/* How many processes and threads the machine has started; 0 where no file tells. */
static int count_forks(uint64_t *ret_forks) {
    AUTO_STR text = STR_INIT;
    int r = machine_load("/proc/stat", &text);
    const char *at = r == 0 ? procfile_field(text.data, "processes ") : NULL;
    if (r != -ENOMEM)
        *ret_forks = at ? strtoull(at, NULL, 10) : 0;
    return r == -ENOMEM ? r : 0;
}

/* Who was known and is no more, is new, or has more threads. */
static void count_news(const struct os_process_watch *watch, struct os_process_news *news,
                       uint64_t *ret_known) {
    uint64_t known = 0;
    for (size_t i = 0; i < watch->pids.count; i++) {
        const struct kept *kept = &watch->kept[i];
        news->ended += kept->seen ? kept->replaced : kept->known;
        if (!kept->seen)
            continue;
        news->started += kept->fresh;
        known += kept->more > 0 ? (uint64_t)kept->more : 0;
    }
    *ret_known = known;
}

/* Those that could not be read this time are known no more. */
static void forget_unseen(struct os_process_watch *watch) {
    for (size_t i = 0; i < watch->pids.count; i++)
        if (!watch->kept[i].seen)
            watch->kept[i].known = false;
}

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_BOOTTIME, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void tell_news(struct os_process_watch *watch, uint64_t forks,
                      struct os_process_news *news) {
    uint64_t known;
    int64_t stamp = now();
    count_news(watch, news, &known);
    if (watch->stamp) {
        uint64_t more = forks - watch->forks;
        news->unseen = more > known ? more - known : 0;
        news->elapsed = stamp - watch->stamp;
    } else {
        *news = (struct os_process_news){0};
    }
    watch->stamp = stamp;
    watch->forks = forks;
}

static int read_watch(struct os_process_watch *watch, struct os_process_news *ret_news,
                      struct os_process_info **ret_items, size_t *ret_count) {
    struct reading reading;
    struct os_process_news news = {0};
    uint64_t forks = 0;
    int r = processes_start(watch->fields, &watch->options, &reading);
    if (r == 0)
        r = look(watch, &news);
    if (r == 0 && ret_news)
        r = count_forks(&forks);
    if (r < 0)
        return r;
    reading_keep(&reading, &watch->budget);
    struct job job = {
        .reading = &reading, .proc = watch->proc, .pids = &watch->pids, .kept = watch->kept};
    r = processes_gather(&job, &watch->options, ret_items, ret_count);
    if (r == 0 && ret_news) {
        tell_news(watch, forks, &news);
        *ret_news = news;
    }
    if (r == 0)
        forget_unseen(watch);
    return r;
}

struct os_process_info *os_process_watch_read(struct os_process_watch *watch,
                                              struct os_process_news *ret_news, size_t *ret_count) {
    UNCANCELLED;
    struct os_process_info *items = NULL;
    int r = read_watch(watch, ret_news, &items, ret_count);
    return PUBLIC_POINTER(r, items, "process_watch_read", NULL, NULL);
}
