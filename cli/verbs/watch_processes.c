/* SPDX-License-Identifier: MIT */
/** osier watch procs: processes by what they use now, and how many came and went. */
#include "contract.h"
#include "frame/arguments.h"
#include "frame/message.h"
#include "frame/output.h"
#include "frame/record.h"
#include "verbs/watch.h"

#include <errno.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

struct watching {
    struct call call;
    const struct rounds *rounds;
    struct os_process_watch *watch;
    char top[16];
};

/* What the screen shows where the user doesn't say. */
static void show_busiest(struct watching *w) {
    struct os_terminal_size terminal;
    const struct {
        const char *option, *value;
    } defaults[] = {
        {"fields", "pid,username,status,cpu_percent,rss,num_threads,name"},
        {"sort", "-cpu_percent,-rss"},
        {"top", w->top},
    };
    enum { HEAD = 5 }; /* lines above the list, and the one of the cursor */
    bool known = os_get_terminal_size(1, &terminal) == 0 && terminal.lines > HEAD;
    snprintf(w->top, sizeof w->top, "%d", known ? terminal.lines - HEAD : 24 - HEAD);
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++) {
        const char **value = &w->call.values[arg_index(&w->call, defaults[i].option)];
        *value = *value ? *value : defaults[i].value;
    }
}

static void emit_news(const struct os_process_news *news) {
    emit_begin_record();
    emit_key("started");
    emit_unsigned(news->started);
    emit_key("ended");
    emit_unsigned(news->ended);
    emit_key("unseen");
    emit_unsigned(news->unseen);
    emit_key("elapsed");
    emit_integer(news->elapsed);
    emit_key("processes");
}

static void print_news(const struct os_process_news *news, size_t count) {
    printf("%zu processes", count);
    if (news->elapsed)
        printf("; %zu started, %zu ended, and %llu that nobody saw, in %.2f s", news->started,
               news->ended, (unsigned long long)news->unseen, (double)news->elapsed / 1e9);
    fputs("\n\n", stdout);
}

static int ask(void *data) {
    struct watching *w = data;
    struct os_process_news news;
    size_t count;
    struct os_process_info *list = os_process_watch_read(w->watch, &news, &count);
    if (!list)
        return failed();
    bool object = w->rounds->news && output_style.json;
    if (object)
        emit_news(&news);
    else if (w->rounds->screen)
        print_news(&news, count);
    int status = emit_records(&w->call, &record_os_process_info, list, count);
    if (object)
        emit_end_record();
    free(list);
    return status;
}

/* Descriptors stay open of as many processes as can be. */
static void raise_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* The first table that people see has percentages, too. */
static bool look_before(struct watching *w) {
    const struct timespec moment = {.tv_nsec = 200000000};
    struct os_process_news news;
    size_t count;
    struct os_process_info *list = os_process_watch_read(w->watch, &news, &count);
    free(list);
    return list && (nanosleep(&moment, NULL) == 0 || errno == EINTR);
}

static int watch(struct watching *w) {
    struct os_processes_options options = {.size = sizeof options};
    fill_processes_options(&w->call, &options);
    if (w->rounds->screen)
        show_busiest(w);
    unsigned fields = (unsigned)record_bits(&w->call, &record_os_process_info, true);
    if (w->call.misused)
        return STATUS_USAGE;
    raise_limit();
    w->watch = os_process_watch_open(fields, &options);
    if (!w->watch || (w->rounds->screen && !look_before(w)))
        return failed();
    return repeat(w->rounds, ask, w);
}

int watch_processes(const struct rounds *rounds, const struct question *question) {
    struct watching w = {.rounds = rounds};
    int status = STATUS_USAGE;
    if (call_parse(&w.call, question->function, question->words))
        status = w.call.help ? ask_question(question) : watch(&w);
    os_process_watch_close(w.watch);
    call_free(&w.call);
    return status;
}
