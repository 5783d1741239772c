/* SPDX-License-Identifier: MIT */
/** osier du: what takes the space in a tree. */
#include "contract.h"
#include "frame/arguments.h"
#include "frame/field.h"
#include "frame/interrupt.h"
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

/* A picture shows so many of the largest entries; smaller ones would have no room in it. */
enum { DEPTH = 1, PICTURE_TOP = 20000, MOST_ERRORS = 10 };

/* ------------------------------------------------------------------------------ the table */

/* The width of the bars, and whether they are coloured. */
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

/* What undo needs is told from what people have put there. */
static void print_path(const struct os_tree_usage_entry *entry) {
    char *text = NULL;
    if (entry->is_dir && os_plan_in_journal(entry->path) &&
        asprintf(&text, "%s  (what `osier undo` needs; `osier forget` frees it)", entry->path) >= 0)
        emit_text(text);
    else
        emit_text(entry->path);
    free(text);
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
        print_path(entry);
    }
    printf("%8s in %" PRIu64 " file%s and %" PRIu64 " director%s\n",
           human_size(size, sizeof size, all), usage->files, usage->files == 1 ? "" : "s",
           usage->directories, usage->directories == 1 ? "y" : "ies");
}

/* ------------------------------------------------------------------------------ measuring */

static struct os_tree_usage *measure_one(const char *path, struct os_tree_usage_options *options,
                                         int *status) {
    struct progress progress = {.verb = "measuring", .most_errors = MOST_ERRORS};
    progress_begin(&progress, &options->control);
    struct os_tree_usage *usage = os_tree_usage(path, options);
    *status |= progress_end(&progress, usage ? 0 : -1);
    return usage;
}

static int larger_apparent(const void *a, const void *b) {
    const struct os_tree_usage_entry *x = a, *y = b;
    return (x->apparent < y->apparent) - (x->apparent > y->apparent);
}

static int larger_allocated(const void *a, const void *b) {
    const struct os_tree_usage_entry *x = a, *y = b;
    return (x->allocated < y->allocated) - (x->allocated > y->allocated);
}

/* Adds the usage of one tree to the sum, which has room for its list; one without a list, such as
 * a file, is listed itself. */
static void add_usage(struct os_tree_usage *sum, const char *path,
                      const struct os_tree_usage *usage) {
    sum->apparent += usage->apparent;
    sum->allocated += usage->allocated;
    sum->directories += usage->directories;
    sum->files += usage->files;
    if (usage->count == 0)
        sum->list[sum->count++] =
            (struct os_tree_usage_entry){.path = path,
                                         .apparent = usage->apparent,
                                         .allocated = usage->allocated,
                                         .entries = usage->files + usage->directories,
                                         .is_dir = usage->directories > 0};
    memcpy(sum->list + sum->count, usage->list, usage->count * sizeof *usage->list);
    sum->count += usage->count;
}

/* The usage of several trees: the sum, and their lists as one. It belongs to the call. */
static struct os_tree_usage *measure_several(struct call *call,
                                             struct os_tree_usage_options *options, int *status) {
    struct os_tree_usage **parts = call_alloc(call, call->rest_count, sizeof *parts);
    size_t count = 0;
    for (size_t i = 0; parts && i < call->rest_count && !interrupted(); i++) {
        parts[i] = call_own(call, measure_one(call->rest[i], options, status));
        count += parts[i] ? parts[i]->count + 1 : 0;
    }
    struct os_tree_usage *sum = call_alloc(call, 1, sizeof *sum);
    struct os_tree_usage_entry *list = call_alloc(call, count, sizeof *list);
    if (!parts || !sum || !list)
        return NULL;
    sum->list = list;
    for (size_t i = 0; i < call->rest_count; i++)
        if (parts[i])
            add_usage(sum, call->rest[i], parts[i]);
    qsort(list, sum->count, sizeof *list, options->apparent ? larger_apparent : larger_allocated);
    sum->count = options->top && options->top < sum->count ? options->top : sum->count;
    return sum;
}

/* The usage of the trees that were named; it belongs to the call. */
static struct os_tree_usage *measure(struct call *call, struct os_tree_usage_options *options,
                                     int *status) {
    if (call->rest_count > 1)
        return measure_several(call, options, status);
    return call_own(call, measure_one(call->rest_count ? *call->rest : ".", options, status));
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

/* Becomes osier-du, which is a program of its own so that this one needs no curses. */
static int browse(struct call *call) {
    if (call->rest_count > 1)
        return misuse_word(call->function,
                           "--interactive shows one tree; unexpected argument:", call->rest[1], "");
    const char *argv[6] = {"osier-du"};
    size_t count = 1;
    if (is_set(call, "apparent"))
        argv[count++] = "-a";
    if (is_set(call, "one-file-system"))
        argv[count++] = "-x";
    argv[count++] = "--";
    argv[count] = call->rest_count ? *call->rest : ".";
    os_autofree char *command = os_readlink("/proc/self/exe");
    os_autofree char *folder = command ? os_path_dirname(command) : NULL;
    os_autofree char *beside = folder ? os_path_join(folder, "osier-du") : NULL;
    os_autofree char *installed = folder ? os_path_join(folder, "../libexec/osier/osier-du") : NULL;
    if (beside && installed) {
        os_execv(beside, (char *const *)argv);
        os_execv(installed, (char *const *)argv);
    }
    if (errno != ENOENT)
        return failed_at(errno, "osier-du");
    return complain("du", NULL,
                    "--interactive needs osier-du beside it, which is built where ncurses is "
                    "(libncurses-dev); --html=FILE writes a page to walk through instead");
}

static int draw(struct call *call) {
    struct os_tree_usage_options options = {.size = sizeof options, .depth = -1};
    const char *html = arg_text(call, "html"), *svg = arg_text(call, "svg");
    if (html && svg && strcmp(html, "-") == 0 && strcmp(svg, "-") == 0)
        return misuse(call->function, "--html and --svg can't both be standard output");
    if (call->rest_count > 1)
        return misuse_word(call->function,
                           "a treemap shows one tree; unexpected argument:", call->rest[1], "");
    bool apparent = is_set(call, "apparent");
    int status = 0;
    fill_tree_usage_options(call, &options);
    options.files = true;
    options.top = PICTURE_TOP;
    struct os_tree_usage *usage = measure(call, &options, &status);
    if (usage && html)
        status |= write_picture(usage, html, apparent, /* html= */ true);
    if (usage && svg)
        status |= write_picture(usage, svg, apparent, /* html= */ false);
    return status;
}

/**
 * Shows what takes the space in a tree.
 *
 * It prints a table with bars, the largest first. A file with several hard links counts once.
 * Several trees are measured separately: what two of them share counts twice. --json prints bytes.
 * Of many errors, the first ten are printed, and the number of the others.
 *
 * @param paths  the trees to measure; the current directory if none is given
 * @param depth  list directories down to N levels; 1 if not given
 * @param all  list files, too
 * @param top  list N entries at most
 * @param apparent  count the sizes of files, not the disk space they take
 * @param one_file_system  skip what is mounted below
 * @param interactive  go through the tree on the terminal: look, sort, mark, delete
 * @param html  write a treemap for a browser to this file; - is standard output
 * @param svg  write a treemap as a picture to this file; - is standard output
 * @alias usage
 * @group files
 * @since 0.1
 * @shell du [PATHS...] [-d|--depth=N] [-a|--all] [--top=N] [--apparent] [-x|--one-file-system]
 * [-i|--interactive] [--html=FILE] [--svg=FILE] -> custom
 */
int verb_du(struct call *call) {
    struct os_tree_usage_options options = {
        .size = sizeof options, .depth = DEPTH, .files = is_set(call, "all")};
    int status = 0;
    fill_tree_usage_options(call, &options);
    if (call->misused)
        return STATUS_USAGE;
    if (is_set(call, "interactive"))
        return browse(call);
    if (is_set(call, "html") || is_set(call, "svg"))
        return draw(call);
    struct os_tree_usage *usage = measure(call, &options, &status);
    if (usage && output_style.json)
        emit_fields(&record_os_tree_usage, usage);
    else if (usage)
        print_table(usage, options.apparent);
    return status;
}
