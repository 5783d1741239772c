/* SPDX-License-Identifier: MIT */
/** osier try --checkpoint: a copy first, then the command for real, then the difference. */
#include "verbs/try_checkpoint.h"

#include "calls/trees.h"
#include "frame/arguments.h"
#include "frame/interrupt.h"
#include "frame/message.h"
#include "verbs/plan_apply.h"

#include <errno.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NOT_EXECUTABLE = 126, NOT_FOUND = 127 };

/* A directory, and its copy beside it, from where one rename puts it back. */
struct checkpoint {
    char *directory, *copy;
    bool made;
};

bool ask_to_keep(void) {
    char answer[16];
    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
        return false;
    fprintf(stderr, "\nKeep these changes? [y/N] ");
    return fgets(answer, sizeof answer, stdin) && (*answer == 'y' || *answer == 'Y');
}

static int go_on(const struct os_progress *progress, void *data) {
    (void)progress, (void)data;
    return interrupted();
}

/* "/srv/app" is copied to "/srv/.app.osier-checkpoint". */
static int find_copy(struct call *call, const char *path, struct checkpoint *c) {
    c->directory = call_own(call, os_path_realpath(path, OS_PATH_STRICT));
    if (!c->directory)
        return failed();
    char *slash = strrchr(c->directory, '/');
    if (!slash[1])
        return complain("try", path, "the root directory can't be put back as a whole");
    size_t size = strlen(c->directory) + sizeof "..osier-checkpoint";
    c->copy = call_alloc(call, 1, size);
    if (!c->copy)
        return STATUS_NO;
    snprintf(c->copy, size, "%.*s.%s.osier-checkpoint", (int)(slash + 1 - c->directory),
             c->directory, slash + 1);
    return STATUS_YES;
}

static int copy(struct checkpoint *c) {
    const struct os_copytree_options options = {.size = sizeof options,
                                                .symlinks = true,
                                                .owner = true,
                                                .hard_links = true,
                                                .special_files = true,
                                                .control.on_progress = go_on};
    if (os_path_lexists(c->copy)) {
        complain("try", c->copy, "an earlier checkpoint is there: put it back, or remove it");
        return STATUS_REFUSED;
    }
    c->made = true;
    return os_copytree(c->directory, c->copy, &options) < 0 ? failed() : STATUS_YES;
}

static void forget(struct checkpoint *list, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (list[i].made && os_rmtree(list[i].copy, NULL) < 0)
            failed();
}

static int run(struct call *call, double timeout) {
    const struct os_run_options options = {.size = sizeof options,
                                           .timeout = timeout,
                                           .tree = timeout > 0 ? OS_RUN_TREE : OS_RUN_NO_TREE};
    struct os_run_result result;
    interrupt_share();
    int r = os_run(call->rest, &options, &result), number = errno;
    interrupt_unshare(r < 0 ? 0 : result.returncode);
    if (r < 0) {
        errno = number;
        if (number == ETIMEDOUT)
            return STATUS_TIMED_OUT;
        failed();
        return number == ENOENT || number == ENOTDIR ? NOT_FOUND : NOT_EXECUTABLE;
    }
    int code = result.returncode;
    bool late = result.timed_out;
    os_run_result_free(&result);
    return late ? STATUS_TIMED_OUT : code < 0 ? STATUS_SIGNAL - code : code;
}

/* How many places differ, which are shown; −1 after a message. */
static long show(const struct checkpoint *c) {
    const struct os_tree_compare_options options = {
        .size = sizeof options, .modes = true, .owners = true};
    struct os_tree_compare *compare = os_tree_compare(c->copy, c->directory, &options);
    if (!compare)
        return failed(), -1;
    long count = (long)compare->count;
    if (count) {
        printf("%s:\n", c->directory);
        emit_os_tree_compare(compare);
        fflush(stdout);
    }
    free(compare);
    return count;
}

static int put_back(const struct checkpoint *list, size_t count) {
    struct os_plan *plan = os_plan(&(struct os_plan_options){.size = sizeof(struct os_plan_options),
                                                             .title = "try: put back"});
    int r = plan ? 0 : -1;
    for (size_t i = 0; i < count && r >= 0; i++) {
        if (os_path_lexists(list[i].directory))
            r = os_plan_rmtree(plan, list[i].directory, NULL);
        if (r >= 0)
            r = os_plan_rename(plan, list[i].copy, list[i].directory);
    }
    int status =
        r < 0 ? failed() : apply_plan("try", plan, /* wait= */ true, /* open_files= */ true);
    os_plan_close(plan);
    for (size_t i = 0; i < count && status != STATUS_YES; i++)
        complain("try", list[i].copy, "what was there before is here");
    return status;
}

static int settle(const struct checkpoint *list, size_t count, enum checkpoint_end end, int status,
                  bool *ret_back) {
    long differences = 0;
    *ret_back = false;
    for (size_t i = 0; i < count; i++) {
        long more = os_path_lexists(list[i].directory) ? show(&list[i]) : 1;
        differences += more < 0 ? 1 : more;
    }
    if (!differences)
        return status;
    bool keeps = end == CHECKPOINT_KEEP ? status == 0 : end == CHECKPOINT_ASK && ask_to_keep();
    if (keeps)
        return status;
    *ret_back = true;
    int back = put_back(list, count);
    return back == STATUS_YES ? status : back;
}

int try_with_checkpoint(struct call *call, const char *const *directories, enum checkpoint_end end,
                        double timeout) {
    size_t count = 0;
    int status = STATUS_YES;
    while (directories[count])
        count++;
    struct checkpoint *list = call_alloc(call, count, sizeof *list);
    for (size_t i = 0; list && i < count && status == STATUS_YES; i++)
        status = find_copy(call, directories[i], &list[i]);
    for (size_t i = 0; list && i < count && status == STATUS_YES; i++)
        status = copy(&list[i]);
    if (!list || status != STATUS_YES) {
        if (list)
            forget(list, count);
        return list ? status : STATUS_NO;
    }
    complain("try", NULL, "this is no rehearsal: the command runs for real");
    bool back;
    status = settle(list, count, end, run(call, timeout), &back);
    if (!back)
        forget(list, count);
    return status;
}
