/* SPDX-License-Identifier: MIT */
/** How far a long call has come, on the terminal; and its end by Ctrl-C. */
#include "progress.h"
#include "call.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BAR = 30, BAR_LEAST = 5, INTERRUPTED = 128, SECOND = 1000000000 };

/* --------------------------------------------------------------------------- interruption */

static volatile sig_atomic_t caught;

static void interrupt(int signal) {
    caught = signal;
}

void interrupt_begin(void) {
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    static bool begun;
    /* The second Ctrl-C ends the program at once. */
    struct sigaction action = {.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND}, old;
    for (size_t i = 0; i < sizeof signals / sizeof *signals && !begun; i++)
        if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
    begun = true;
}

bool interrupted(void) {
    return caught != 0;
}

void interrupt_end(void) {
    if (!caught)
        return;
    signal(caught, SIG_DFL); /* so that whoever waits for it, a loop of a shell, sees it */
    raise(caught);
}

/* -------------------------------------------------------------------------------- the bar */

bool progress_shown(void) {
    static int shown = -1;
    const char *term = getenv("TERM");
    if (shown < 0)
        shown = isatty(STDERR_FILENO) && !(term && strcmp(term, "dumb") == 0);
    return shown > 0;
}

const char *human_size(char *buffer, size_t size, uint64_t bytes) {
    static const char units[] = "BKMGTPE";
    double value = (double)bytes;
    int unit = 0;
    for (; value >= 999.5 && (unit > 0 || bytes >= 1024); unit++)
        value /= 1024;
    if (unit == 0)
        snprintf(buffer, size, "%" PRIu64 " B", bytes);
    else
        snprintf(buffer, size, "%.*f %ciB", value < 9.95 ? 1 : 0, value, units[unit]);
    return buffer;
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * SECOND + time.tv_nsec;
}

/* A line that grows as long as the terminal has room for its next part. */
struct line {
    char text[256];
    int size, room;
};

__attribute__((format(printf, 2, 3))) static void add(struct line *line, const char *format, ...) {
    char part[128];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(part, sizeof part, format, args);
    va_end(args);
    if (size < 0 || line->size + size > line->room || size >= (int)sizeof part) {
        line->room = line->size; /* what comes later would not make sense without it */
        return;
    }
    memcpy(line->text + line->size, part, (size_t)size + 1);
    line->size += size;
}

static void add_bar(struct line *line, double part) {
    char bar[BAR + 1];
    int width = line->room - line->size - (int)strlen(" [] 100%");
    width = width > BAR ? BAR : width;
    for (int i = 0; i < width; i++)
        bar[i] = i < (int)(part * width) ? '#' : '.';
    if (width >= BAR_LEAST)
        add(line, " [%.*s]", width, bar);
    add(line, " %3.0f%%", part * 100);
}

static void add_rest(struct line *line, const struct progress *progress,
                     const struct os_progress *done) {
    char size[24], all[24];
    int64_t took = now() - progress->begun_ns;
    double speed = took > SECOND ? (double)done->bytes * SECOND / (double)took : 0;
    if (done->bytes && progress->bytes)
        add(line, ", %s of %s", human_size(size, sizeof size, done->bytes),
            human_size(all, sizeof all, progress->bytes));
    else if (done->bytes)
        add(line, ", %s", human_size(size, sizeof size, done->bytes));
    if (speed >= 1)
        add(line, ", %s/s", human_size(size, sizeof size, (uint64_t)speed));
    if (speed >= 1 && done->bytes < progress->bytes)
        add(line, ", %.0f s left", (double)(progress->bytes - done->bytes) / speed);
}

static void draw(struct progress *progress, const struct os_progress *done) {
    struct os_terminal_size terminal;
    struct line line = {.room = 79};
    uint64_t entries = done->directories + done->entries;
    if (os_get_terminal_size(STDERR_FILENO, &terminal) == 0 && terminal.columns > 0)
        line.room = terminal.columns - 1;
    line.room = line.room < (int)sizeof line.text ? line.room : (int)sizeof line.text - 1;
    add(&line, "%s", progress->verb);
    if (progress->bytes) {
        double part = (double)done->bytes / (double)progress->bytes;
        add_bar(&line, part > 1 ? 1 : part);
    }
    if (entries)
        add(&line, "%s%" PRIu64 " %s", progress->bytes ? ", " : " ", entries,
            entries == 1 ? "entry" : "entries");
    add_rest(&line, progress, done);
    fprintf(stderr, "\r%s\033[K", line.text);
    progress->drawn = true;
}

static void wipe(struct progress *progress) {
    if (progress->drawn)
        fputs("\r\033[K", stderr);
    progress->drawn = false;
}

int progress_tell(struct progress *progress, const struct os_progress *done) {
    if (!progress->quiet && progress_shown() && !interrupted())
        draw(progress, done);
    return interrupted();
}

/* --------------------------------------------------------------------------------- a call */

static int on_progress(const struct os_progress *done, void *data) {
    return progress_tell(data, done);
}

/* Told at once; the call goes on with the rest. */
static int on_error(const struct os_error *error, void *data) {
    struct progress *progress = data;
    bool follows = progress->failed && error->number == ENOTEMPTY; /* from what was told already */
    if ((error->number == ENOENT && progress->missing_fine) || progress->silent || follows ||
        error->number == ECANCELED)
        return 0;
    char *name = error->filename ? os_quote(error->filename) : NULL;
    char *other = error->filename2 ? os_quote(error->filename2) : NULL;
    wipe(progress);
    fprintf(stderr, "osier: %s: [Errno %d] %s%s%s%s%s\n", os_error_name(error->number),
            error->number, os_strerror(error->number), name ? ": " : "", name ? name : "",
            other ? " -> " : "", other ? other : "");
    free(name);
    free(other);
    progress->failed = true;
    return 0;
}

void progress_begin(struct progress *progress, struct os_tree_control *control) {
    interrupt_begin();
    progress->begun_ns = now();
    control->on_progress = on_progress;
    control->on_error = on_error;
    control->data = progress;
}

int progress_end(struct progress *progress, int r) {
    int saved = errno;
    wipe(progress);
    errno = saved;
    bool told = progress->failed || (interrupted() && saved == ECANCELED);
    if (r < 0 && !told)
        failed();
    return r < 0 || progress->failed;
}
