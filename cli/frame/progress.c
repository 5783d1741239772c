/* SPDX-License-Identifier: MIT */
/** The progress of a long call, on the terminal. */
#include "frame/progress.h"
#include "frame/interrupt.h"
#include "frame/message.h"
#include "frame/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BAR = 30, BAR_LEAST = 5, SECOND = 1000000000 };

/* -------------------------------------------------------------------------------- the bar */

bool progress_shown(void) {
    static int shown = -1;
    const char *term = getenv("TERM");
    if (shown < 0)
        shown = isatty(STDERR_FILENO) && !(term && strcmp(term, "dumb") == 0);
    return shown > 0;
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
        line->room = line->size; /* the later parts make no sense without it */
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

/* Prints an error at once; the call continues. */
static int on_error(const struct os_error *error, void *data) {
    struct progress *progress = data;
    bool follows =
        progress->failed && error->number == ENOTEMPTY; /* follows from an error that was printed */
    if ((error->number == ENOENT && progress->missing_fine) || progress->silent || follows ||
        error->number == ECANCELED)
        return 0;
    progress->failed = true;
    progress->errors++;
    if (progress->most_errors && progress->errors > progress->most_errors)
        return 0;
    wipe(progress);
    failed_as(error);
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
    if (progress->most_errors && progress->errors > progress->most_errors)
        fprintf(stderr, "osier: %zu more errors\n", progress->errors - progress->most_errors);
    errno = saved;
    bool told = progress->failed || (interrupted() && saved == ECANCELED);
    if (r < 0 && !told)
        failed();
    return r < 0 || progress->failed;
}
