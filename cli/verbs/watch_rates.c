/* SPDX-License-Identifier: MIT */
/** osier watch disks and links: what of it happens in a second, as two looks tell. */
#include "contract.h"
#include "frame/arguments.h"
#include "frame/message.h"
#include "frame/record.h"
#include "verbs/watch.h"

#include <errno.h>
#include <osier.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void *read_disks(struct call *call, unsigned bits, size_t *ret_count) {
    (void)call, (void)bits;
    return os_disks(ret_count);
}

static void rate_disks(void *now, size_t count, const void *before, size_t before_count,
                       int64_t elapsed) {
    os_disk_rates(now, count, before, before_count, elapsed);
}

static void *read_links(struct call *call, unsigned bits, size_t *ret_count) {
    return os_net_links(bits, arg_text(call, "netns"), ret_count);
}

static void rate_links(void *now, size_t count, const void *before, size_t before_count,
                       int64_t elapsed) {
    os_net_rates(now, count, before, before_count, elapsed);
}

/* The calls whose lists have rates, and what the screen shows where the user doesn't say. */
static const struct rated {
    const char *function;
    const struct record *record;
    void *(*read)(struct call *call, unsigned bits, size_t *ret_count);
    void (*rate)(void *now, size_t count, const void *before, size_t before_count, int64_t elapsed);
    const char *fields;
} rated[] = {
    {"os.disks", &record_os_disk, read_disks, rate_disks,
     "name,busy_percent,read_rate,write_rate,read_ops_rate,write_ops_rate"},
    {"os.net_links", &record_os_net_link, read_links, rate_links,
     "ifname,rx_rate,tx_rate,rx_packets_rate,tx_packets_rate"},
};

struct watching {
    struct call call;
    const struct rated *rated;
    unsigned bits;
    void *list;
    size_t count;
    int64_t stamp;
};

/* The next list, with rates if there was one before. */
static bool look(struct watching *w) {
    struct timespec now;
    size_t count = 0;
    clock_gettime(CLOCK_BOOTTIME, &now);
    int64_t stamp = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    void *list = w->rated->read(&w->call, w->bits, &count);
    if (list && w->list)
        w->rated->rate(list, count, w->list, w->count, stamp - w->stamp);
    if (list) {
        free(w->list);
        w->list = list;
        w->count = count;
        w->stamp = stamp;
    }
    return list != NULL;
}

static int ask(void *data) {
    struct watching *w = data;
    return look(w) ? emit_records(&w->call, w->rated->record, w->list, w->count) : failed();
}

static int watch(struct watching *w, const struct rounds *rounds) {
    const struct timespec moment = {.tv_nsec = 200000000};
    const char **fields = &w->call.values[arg_index(&w->call, "fields")];
    if (rounds->screen && !*fields)
        *fields = w->rated->fields;
    w->bits = (unsigned)record_bits(&w->call, w->rated->record, true);
    if (w->call.misused)
        return STATUS_USAGE;
    if (rounds->screen && !look(w)) /* the first table that people see has rates, too */
        return failed();
    if (rounds->screen)
        nanosleep(&moment, NULL);
    return repeat(rounds, ask, w);
}

bool has_rates(const struct question *question) {
    for (size_t i = 0; question->function && i < sizeof rated / sizeof *rated; i++)
        if (strcmp(rated[i].function, question->function->name) == 0)
            return true;
    return false;
}

int watch_rates(const struct rounds *rounds, const struct question *question) {
    struct watching w = {.rated = rated};
    int status = STATUS_USAGE;
    while (strcmp(w.rated->function, question->function->name) != 0)
        w.rated++;
    if (call_parse(&w.call, question->function, question->words))
        status = w.call.help ? ask_question(question) : watch(&w, rounds);
    free(w.list);
    call_free(&w.call);
    return status;
}
