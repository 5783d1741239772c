/* SPDX-License-Identifier: MIT */
/** osier usage: what takes the space. */
#include "output.h"
#include "progress.h"
#include "treemap.h"
#include "verbs.h"

#include <errno.h>
#include <inttypes.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>

enum { BAR = 24, DEPTH = 1, PICTURE_DEPTH = 4, BAD_USE = 64 };

static bool is_set(const struct call *call, const char *name) {
    return arg_text(call, name) != NULL;
}

static int number(struct call *call, const char *name, int otherwise) {
    return is_set(call, name) ? ARG_INTEGER(call, arg_index(call, name), int, 0) : otherwise;
}

static void emit_numbers(uint64_t apparent, uint64_t allocated) {
    emit_key("apparent");
    emit_unsigned(apparent);
    emit_key("allocated");
    emit_unsigned(allocated);
}

static void print_json(const struct os_usage *usage) {
    emit_begin_record();
    emit_numbers(usage->apparent, usage->allocated);
    emit_key("directories");
    emit_unsigned(usage->directories);
    emit_key("files");
    emit_unsigned(usage->files);
    emit_key("list");
    emit_begin_list();
    emit_key(NULL);
    for (size_t i = 0; i < usage->count; i++) {
        const struct os_usage_entry *entry = &usage->list[i];
        emit_begin_record();
        emit_key("path");
        emit_text(entry->path);
        emit_numbers(entry->apparent, entry->allocated);
        emit_key("entries");
        emit_unsigned(entry->entries);
        emit_key("depth");
        emit_unsigned(entry->depth);
        emit_key("is_dir");
        emit_bool(entry->is_dir);
        emit_end_record();
    }
    emit_end_list();
    emit_end_record();
}

static void print_table(const struct os_usage *usage, bool apparent) {
    char size[16];
    uint64_t all = apparent ? usage->apparent : usage->allocated;
    for (size_t i = 0; i < usage->count; i++) {
        const struct os_usage_entry *entry = &usage->list[i];
        uint64_t bytes = apparent ? entry->apparent : entry->allocated;
        double part = all ? (double)bytes / (double)all : 0;
        printf("%8s %5.1f%% ", human_size(size, sizeof size, bytes), part * 100);
        for (int cell = 0; cell < BAR; cell++)
            putchar(cell < (int)(part * BAR + 0.5) ? '#' : '.');
        putchar(' ');
        emit_text(entry->path);
    }
    printf("%8s in %" PRIu64 " files and %" PRIu64 " directories\n",
           human_size(size, sizeof size, all), usage->files, usage->directories);
}

static struct os_usage *measure(struct call *call, int depth, int top, bool files,
                                int *ret_status) {
    struct os_usage_options options = {
        .size = sizeof options,
        .depth = depth,
        .top = top > 0 ? (size_t)top : 0,
        .files = files,
        .apparent = is_set(call, "apparent"),
        .control.one_file_system = is_set(call, "one-file-system"),
    };
    struct progress progress = {.verb = "measuring"};
    progress_begin(&progress, &options.control);
    const char *path = arg_text(call, "PATH");
    struct os_usage *usage = os_usage(path ? path : ".", &options);
    progress_end(&progress);
    *ret_status = progress.failed;
    return usage;
}

/* Writes a picture: its exit status. */
static int write_picture(struct call *call, const char *path, bool html) {
    int status;
    struct os_usage *usage =
        measure(call, number(call, "depth", PICTURE_DEPTH), 0, /* files= */ true, &status);
    if (!usage)
        return failed();
    FILE *file = fopen(path, "we");
    if (file)
        treemap_write(file, usage, is_set(call, "apparent"), html);
    free(usage);
    bool broken = !file || ferror(file);
    if (file && fclose(file) != 0)
        broken = true;
    if (broken) {
        int error = errno;
        char *name = os_quote(path);
        fprintf(stderr, "osier: %s: [Errno %d] %s: %s\n", os_error_name(error), error,
                os_strerror(error), name ? name : "?");
        free(name);
    }
    return broken ? 1 : status;
}

int verb_usage(struct call *call) {
    int depth = number(call, "depth", DEPTH), top = number(call, "top", 0), status = 0;
    if (call->misused)
        return BAD_USE;
    if (is_set(call, "html"))
        status |= write_picture(call, arg_text(call, "html"), /* html= */ true);
    if (is_set(call, "svg"))
        status |= write_picture(call, arg_text(call, "svg"), /* html= */ false);
    if (is_set(call, "html") || is_set(call, "svg"))
        return status;
    struct os_usage *usage = measure(call, depth, top, is_set(call, "all"), &status);
    if (!usage)
        return failed();
    if (output_style.json)
        print_json(usage);
    else
        print_table(usage, is_set(call, "apparent"));
    free(usage);
    return status;
}
