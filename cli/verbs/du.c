/* SPDX-License-Identifier: MIT */
/** osier du: what takes the space in a tree. */
#include "contract.h"
#include "frame/arguments.h"
#include "frame/field.h"
#include "frame/message.h"
#include "frame/output.h"
#include "frame/progress.h"
#include "frame/text.h"
#include "picture/treemap.h"

#include <errno.h>
#include <inttypes.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A picture shows no more than so many of the largest: what is smaller has no room in it. */
enum { DEPTH = 1, PICTURE_TOP = 20000 };

/* ------------------------------------------------------------------------------ the table */

/* How the bars look: as wide as the terminal has room for, coloured where that is welcome. */
struct bars {
    int width;
    bool colour;
};

static struct bars bars_for_output(void) {
    enum { WIDE = 24, NARROW = 10, NUMBERS = 16, NAME = 24 };
    struct bars bars = {.width = WIDE};
    int columns = output_columns(), room = columns - NUMBERS - NAME;
    if (columns)
        bars.width = room >= WIDE ? WIDE : room >= NARROW ? room : 0;
    bars.colour = output_colour();
    return bars;
}

static void print_bar(const struct bars *bars, double part) {
    int full = (int)(part * bars->width + 0.5);
    if (bars->colour)
        fputs("\033[36m", stdout);
    for (int cell = 0; cell < bars->width; cell++) {
        if (bars->colour && cell == full)
            fputs("\033[90m", stdout);
        putchar(cell < full ? '#' : '.');
    }
    if (bars->colour)
        fputs("\033[0m", stdout);
    if (bars->width)
        putchar(' ');
}

static void print_table(const struct os_tree_usage *usage, bool apparent) {
    char size[16];
    struct bars bars = bars_for_output();
    uint64_t all = apparent ? usage->apparent : usage->allocated;
    for (size_t i = 0; i < usage->count; i++) {
        const struct os_tree_usage_entry *entry = &usage->list[i];
        uint64_t bytes = apparent ? entry->apparent : entry->allocated;
        double part = all ? (double)bytes / (double)all : 0;
        printf("%8s %5.1f%% ", human_size(size, sizeof size, bytes), part * 100);
        print_bar(&bars, part);
        emit_text(entry->path);
    }
    printf("%8s in %" PRIu64 " file%s and %" PRIu64 " director%s\n",
           human_size(size, sizeof size, all), usage->files, usage->files == 1 ? "" : "s",
           usage->directories, usage->directories == 1 ? "y" : "ies");
}

/* ------------------------------------------------------------------------------ measuring */

static struct os_tree_usage *measure(struct call *call, struct os_tree_usage_options *options,
                                     int *ret_status) {
    const char *path = arg_text(call, "PATH");
    struct progress progress = {.verb = "measuring"};
    progress_begin(&progress, &options->control);
    struct os_tree_usage *usage = os_tree_usage(path ? path : ".", options);
    *ret_status = progress_end(&progress, usage ? 0 : -1);
    return usage;
}

/* Writes a picture to a file, or to standard output for "-": its exit status. */
static int write_picture(const struct os_tree_usage *usage, const char *path, bool apparent,
                         bool html) {
    bool standard = strcmp(path, "-") == 0;
    FILE *file = standard ? stdout : fopen(path, "we");
    if (!file)
        return failed_at(errno, path);
    errno = 0;
    int r = treemap_write(file, usage, apparent, html);
    bool broken = fflush(file) != 0 || ferror(file);
    int error = r < 0 ? -r : errno ? errno : EIO;
    if (!standard && fclose(file) != 0 && !broken && r >= 0) {
        broken = true;
        error = errno;
    }
    return (r < 0 || broken) && !standard ? failed_at(error, path) : r < 0;
}

static int draw(struct call *call) {
    struct os_tree_usage_options options = {.size = sizeof options, .depth = -1};
    const char *html = arg_text(call, "html"), *svg = arg_text(call, "svg");
    bool apparent = is_set(call, "apparent");
    int status;
    fill_tree_usage_options(call, &options);
    options.files = true;
    options.top = PICTURE_TOP;
    struct os_tree_usage *usage = measure(call, &options, &status);
    if (usage && html)
        status |= write_picture(usage, html, apparent, /* html= */ true);
    if (usage && svg)
        status |= write_picture(usage, svg, apparent, /* html= */ false);
    free(usage);
    return status;
}

/**
 * Shows what takes the space in a tree.
 *
 * It is a table with bars, the largest first. A file with several hard links counts once. With --json all numbers are in bytes.
 *
 * @param path  what to measure
 * @param depth  list directories so many levels down
 * @param all  list files, too
 * @param top  list so many at most
 * @param apparent  count what can be read, not what the disk gives for it
 * @param one_file_system  leave out what is mounted below
 * @param html  write a treemap to look at in a browser to this file
 * @param svg  write it as a picture to this file
 * @alias usage
 * @group files
 * @since 0.1
 * @shell du [PATH=.] [--depth=N] [-a|--all] [--top=N] [--apparent] [-x|--one-file-system]
 * [--html=FILE] [--svg=FILE] -> custom
 */
int verb_du(struct call *call) {
    struct os_tree_usage_options options = {
        .size = sizeof options, .depth = DEPTH, .files = is_set(call, "all")};
    int status;
    fill_tree_usage_options(call, &options);
    if (call->misused)
        return STATUS_USAGE;
    if (is_set(call, "html") || is_set(call, "svg"))
        return draw(call);
    struct os_tree_usage *usage = measure(call, &options, &status);
    if (usage && output_style.json)
        emit_fields(&record_os_tree_usage, usage);
    else if (usage)
        print_table(usage, options.apparent);
    free(usage);
    return status;
}
