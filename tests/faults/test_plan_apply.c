/* SPDX-License-Identifier: MIT */
/** Faults in applying and undoing: whatever fails, all is done or nothing is. */
#include "faults.h"

#include <sys/stat.h>

/* What is done stands, though the call may fail when a sync behind it does; the log says so. */
static long stands(int r, uint64_t id) {
    int saved = errno;
    char doubt[100];
    snprintf(doubt, sizeof doubt, "%s/log/%08d/not-durable", fault_journal(), (int)id);
    if (id)
        assert_int_equal(access(doubt, F_OK), r < 0 ? 0 : -1);
    errno = saved;
    return r < 0 && id ? 0 : r;
}

static long apply(void) {
    struct os_plan *plan = os_plan(NULL);
    uint64_t id = 0;
    int r = plan ? os_plan_write_file(plan, "f", "new", 3, NULL) : -1;
    if (r >= 0)
        r = os_plan_apply(plan, NULL, &id);
    os_plan_close(plan);
    return stands(r, id);
}

static void apply_before(void) {
    fault_make_journal();
    assert_int_equal(apply(), 0);
}

/* A fault may be answered in another way, as most of the kernel's calls have one. */
static int any(const char *call, int number) {
    (void)call;
    (void)number;
    return -1;
}

#define JOURNAL                                                                                    \
    .operation = ANY_NAME, .filename = ANY_NAME, .tree = "f=old", .after = fault_clear_journal,    \
    .absorbs = "*", .maps = any, .few = true, .uncancelled = true

FAULT(os_plan_apply, JOURNAL, .before = fault_make_journal) {
    return apply();
}

FAULT(os_undo, JOURNAL, .before = apply_before) {
    uint64_t id = 0;
    int r = os_undo(0, NULL, &id);
    return stands(r, id);
}

FAULT(os_recover, JOURNAL, .before = apply_before) {
    return os_recover(NULL);
}

FAULT(os_forget, JOURNAL, .before = apply_before) {
    const struct os_forget_options options = {.size = sizeof options, .all = true};
    return os_forget(&options);
}

static long look_back(void) {
    struct os_history *history = os_history();
    if (!history)
        return -1;
    while (os_history_next(history))
        ;
    int number = errno;
    os_history_close(history);
    errno = number;
    return number ? -1 : 0;
}

FAULT(os_history, JOURNAL, .before = apply_before) {
    return look_back();
}
FAULT(os_history_next, JOURNAL, .before = apply_before) {
    return look_back();
}
FAULT(os_history_close, JOURNAL, .before = apply_before) {
    return look_back();
}

FAULT(os_history_plan, JOURNAL, .before = apply_before) {
    struct os_plan *plan = os_history_plan(1);
    int number = errno;
    os_plan_close(plan);
    errno = number;
    return plan ? 0 : -1;
}
