/* SPDX-License-Identifier: MIT */
/** What a command has changed: asked for, and made real. */
#include "try/changes.h"

#include "base/cancel.h"
#include "base/error.h"
#include "base/seam.h"
#include <string.h>

/* ------------------------------------------------------------------------------ conflicts */

/* A file that is compared, and then replaced by another one, is looked at twice in a row: it is told once. */
static bool was_added(const struct os_try *t, const char *path, const char *found) {
    const struct os_plan_conflict *list = (const void *)t->conflicts.data;
    size_t count = t->conflicts.size / sizeof *list;
    return count && strcmp(list[count - 1].path, path) == 0 &&
           strcmp(list[count - 1].found, found) == 0;
}

int conflict_add(struct os_try *t, const char *path, const char *expected, const char *found) {
    if (was_added(t, path, found))
        return 0;
    char *texts[] = {mem_text(path, strlen(path)), mem_text(expected, strlen(expected)),
                     mem_text(found, strlen(found))};
    const struct os_plan_conflict conflict = {texts[0], texts[1], texts[2]};
    if (texts[0] && texts[1] && texts[2] && str_reserve(&t->conflicts, sizeof conflict) >= 0) {
        str_append(&t->conflicts, (const char *)&conflict, sizeof conflict);
        return 0;
    }
    for (size_t i = 0; i < 3; i++)
        free(texts[i]);
    return -ENOMEM;
}

void conflicts_end(struct os_try *t) {
    struct os_plan_conflict *list = (void *)t->conflicts.data;
    for (size_t i = 0; i < t->conflicts.size / sizeof *list; i++) {
        free((char *)(uintptr_t)list[i].path);
        free((char *)(uintptr_t)list[i].expected);
        free((char *)(uintptr_t)list[i].found);
    }
    str_free(&t->conflicts);
}

size_t os_try_conflicts(struct os_try *t, const struct os_plan_conflict **ret_list) {
    *ret_list = (const void *)t->conflicts.data;
    return t->conflicts.size / sizeof **ret_list;
}

/* -------------------------------------------------------------------------------- the plan */

struct os_plan *os_try_plan(struct os_try *t) {
    UNCANCELLED;
    if (t->plan)
        return t->plan;
    int r = changes_read(t);
    if (r < 0) {
        conflicts_end(t);
        str_free(&t->gone);
    }
    return PUBLIC_POINTER(r, t->plan, "try_plan", t->failed, NULL);
}

int os_try_keep(struct os_try *t, const struct os_plan_apply_options *options, uint64_t *ret_id) {
    UNCANCELLED;
    struct os_plan *plan = os_try_plan(t);
    if (!plan)
        return -1;
    /* What goes with all in it may have got something new since the plan was asked for. */
    int r = t->conflicts.size ? 0 : changes_check_gone(t);
    if (r >= 0 && t->conflicts.size) {
        const struct os_plan_conflict *first = (const void *)t->conflicts.data;
        return PUBLIC(-ESTALE, "try_keep", first->path, NULL);
    }
    if (r < 0)
        return PUBLIC(r, "try_keep", NULL, NULL);
    plan->overlay.takes = true;
    plan_changed(plan);
    return os_plan_apply(plan, options, ret_id);
}
