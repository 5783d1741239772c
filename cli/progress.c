/* SPDX-License-Identifier: MIT */
/** How far a long call has come, on the terminal. */
#include "progress.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BAR = 30 };

static volatile sig_atomic_t interrupted;

static void interrupt(int signal) {
    (void)signal;
    interrupted = 1;
}

bool progress_shown(void) {
    return isatty(STDERR_FILENO);
}

const char *human_size(char *buffer, size_t size, uint64_t bytes) {
    static const char units[] = "BKMGTPE";
    double value = (double)bytes;
    int unit = 0;
    for (; value >= 1024; unit++)
        value /= 1024;
    if (unit == 0)
        snprintf(buffer, size, "%" PRIu64 " B", bytes);
    else
        snprintf(buffer, size, "%.*f %ciB", value < 10 ? 1 : 0, value, units[unit]);
    return buffer;
}

static void draw(struct progress *progress, const struct os_progress *done) {
    char size[32];
    fprintf(stderr, "\r\033[K%s ", progress->verb);
    if (progress->bytes) {
        double part = (double)done->bytes / (double)progress->bytes;
        int full = part > 1 ? BAR : (int)(part * BAR);
        fputc('[', stderr);
        for (int i = 0; i < BAR; i++)
            fputc(i < full ? '#' : '.', stderr);
        fprintf(stderr, "] %3.0f%% ", part > 1 ? 100.0 : part * 100);
    }
    fprintf(stderr, "%" PRIu64 " entries", done->directories + done->entries);
    if (done->bytes)
        fprintf(stderr, ", %s", human_size(size, sizeof size, done->bytes));
    progress->drawn = true;
}

static int on_progress(const struct os_progress *done, void *data) {
    struct progress *progress = data;
    if (progress_shown())
        draw(progress, done);
    return interrupted;
}

/* Told at once; the call goes on with the rest. */
static int on_error(const struct os_error *error, void *data) {
    struct progress *progress = data;
    if (error->number == ENOENT && progress->missing_fine)
        return 0;
    char *name = error->filename ? os_quote(error->filename) : NULL;
    char *other = error->filename2 ? os_quote(error->filename2) : NULL;
    fprintf(stderr, "%sosier: %s: [Errno %d] %s%s%s%s%s\n", progress->drawn ? "\r\033[K" : "",
            os_error_name(error->number), error->number, os_strerror(error->number),
            name ? ": " : "", name ? name : "", other ? " -> " : "", other ? other : "");
    free(name);
    free(other);
    progress->drawn = false;
    progress->failed = true;
    return 0;
}

void progress_begin(struct progress *progress, struct os_tree_control *control) {
    struct sigaction action = {.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGINT, &action, NULL); /* the second Ctrl-C ends the program at once */
    control->on_progress = on_progress;
    control->on_error = on_error;
    control->data = progress;
}

void progress_end(struct progress *progress) {
    int saved = errno;
    if (progress->drawn)
        fputs("\r\033[K", stderr);
    progress->drawn = false;
    errno = saved;
}
