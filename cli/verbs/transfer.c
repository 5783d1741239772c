/* SPDX-License-Identifier: MIT */
/** The sources and destinations of cp and mv. */
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

struct identity {
    uint64_t dev, ino;
};

/* What this call has created, and from which sources. */
struct made {
    struct copy {
        struct identity source, copy;
        const char *path;
    } * items;
    size_t count;
};

static bool identify(const char *path, struct identity *ret_identity) {
    struct os_stat_result st;
    if (os_lstat(path, &st) < 0)
        return false;
    *ret_identity = (struct identity){st.st_dev, st.st_ino};
    return true;
}

static bool is_same(struct identity a, struct identity b) {
    return a.dev == b.dev && a.ino == b.ino;
}

static bool was_made(const struct call *call, const struct made *made, const char *path) {
    struct identity there;
    bool found = identify(path, &there);
    bool dry = is_dry_run(call) || call->plan; /* nothing is created yet */
    for (size_t i = 0; i < made->count; i++)
        if (dry ? strcmp(made->items[i].path, path) == 0
                : found && is_same(made->items[i].copy, there))
            return true;
    return false;
}

/* The path of the copy of the same file. */
static const char *find_twin(const struct made *made, struct identity source) {
    for (size_t i = 0; i < made->count; i++)
        if (is_same(made->items[i].source, source))
            return made->items[i].path;
    return NULL;
}

static int refuse_made(const struct call *call, const struct transfer *transfer) {
    char *src = os_quote(transfer->src), *path = os_quote(transfer->path);
    fprintf(stderr, "osier: %s: will not overwrite just-created %s with %s\n", call->function->name,
            path ? path : "?", src ? src : "?");
    free(src);
    free(path);
    return STATUS_NO;
}

static int transfer_one(struct call *call, struct made *made, struct transfer *transfer,
                        int (*act)(struct call *, const struct transfer *)) {
    struct copy copy = {.path = transfer->path};
    bool there = os_path_lexists(transfer->path);
    if (was_made(call, made, transfer->path))
        return refuse_made(call, transfer);
    if (is_set(call, "no-clobber") && there)
        return STATUS_YES;
    if (identify(transfer->src, &copy.source))
        transfer->twin = find_twin(made, copy.source);
    int status = act(call, transfer);
    bool is_made = is_dry_run(call) || call->plan || identify(transfer->path, &copy.copy);
    if (is_made && (status == STATUS_YES || !there))
        made->items[made->count++] = copy;
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
               ? complain(call->function->name, call->rest[i], "interrupted, not begun")
               : status;
}
