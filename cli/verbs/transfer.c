/* SPDX-License-Identifier: MIT */
/** What cp and mv share: each source, and the path that it goes to. */
#include "verbs/transfer.h"
#include "frame/arguments.h"
#include "frame/interrupt.h"
#include "frame/message.h"
#include "verbs/actions.h"
#include "verbs/paths.h"

#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What this call has made. */
struct made {
    struct identity {
        uint64_t dev, ino;
        const char *path; /* of --dry-run, which makes nothing */
    } * items;
    size_t count;
};

static bool was_made(const struct call *call, const struct made *made, const char *path) {
    struct os_stat_result st;
    bool there = os_lstat(path, &st) == 0;
    for (size_t i = 0; i < made->count; i++)
        if (is_dry_run(call)
                ? strcmp(made->items[i].path, path) == 0
                : there && made->items[i].dev == st.st_dev && made->items[i].ino == st.st_ino)
            return true;
    return false;
}

static void note_made(const struct call *call, struct made *made, const char *path) {
    struct os_stat_result st = {0};
    if (is_dry_run(call) || os_lstat(path, &st) == 0)
        made->items[made->count++] = (struct identity){st.st_dev, st.st_ino, path};
}

static int refuse_made(const struct call *call, const struct transfer *transfer) {
    char *src = os_quote(transfer->src), *path = os_quote(transfer->path);
    fprintf(stderr, "osier: %s: %s was just made, %s does not overwrite it\n", call->function->name,
            path ? path : "?", src ? src : "?");
    free(src);
    free(path);
    return STATUS_NO;
}

static int transfer_one(struct call *call, struct made *made, const struct transfer *transfer,
                        int (*act)(struct call *, const struct transfer *)) {
    if (was_made(call, made, transfer->path))
        return refuse_made(call, transfer);
    if (is_set(call, "no-clobber") && os_path_lexists(transfer->path))
        return STATUS_YES;
    bool there = os_path_lexists(transfer->path);
    int status = act(call, transfer);
    if (status == STATUS_YES || !there)
        note_made(call, made, transfer->path);
    return status;
}

int each_to_last(struct call *call, int (*act)(struct call *, const struct transfer *)) {
    if (call->rest_count < 2)
        return misuse(call->function, "missing destination");
    const char *last = call->rest[call->rest_count - 1];
    if (call->rest_count > 2 && !os_path_isdir(last))
        return misuse_word(call->function, "", last, " is not a directory");
    struct made made = {call_alloc(call, call->rest_count, sizeof *made.items), 0};
    int status = made.items ? STATUS_YES : STATUS_NO;
    size_t i = 0;
    begin_actions(call);
    for (; made.items && i + 1 < call->rest_count && !interrupted(); i++) {
        struct transfer transfer = {.src = call->rest[i], .dst = last};
        bool same = is_real_dir(transfer.src) && os_path_samefile(transfer.src, last) == 1;
        transfer.into = os_path_isdir(last) && !same;
        transfer.path =
            call_own(call, transfer.into ? path_inside(transfer.src, last) : strdup(last));
        status |= transfer.path ? transfer_one(call, &made, &transfer, act) : failed();
    }
    end_actions(call);
    return i + 1 < call->rest_count
               ? complain(call->function->name, call->rest[i], "interrupted before")
               : status;
}
