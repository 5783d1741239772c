/* SPDX-License-Identifier: MIT */
/** All preconditions of a plan, looked at in one go, so that all that has changed is told. */
#include "base/cancel.h"
#include "plan/plan.h"
#include "plan/secret.h"
#include "plan/was.h"

#include "base/error.h"
#include "base/quote.h"
#include "base/seam.h"
#include <string.h>

/* ------------------------------------------------------------------------------- conflicts */

static struct os_plan_conflict *conflicts(const struct os_plan *plan, size_t *ret_count) {
    *ret_count = plan->conflicts.size / sizeof(struct os_plan_conflict);
    return (struct os_plan_conflict *)(void *)plan->conflicts.data;
}

void conflicts_free(struct os_plan *plan) {
    size_t count;
    struct os_plan_conflict *list = conflicts(plan, &count);
    for (size_t i = 0; i < count; i++) {
        free((void *)(uintptr_t)list[i].path);
        free((void *)(uintptr_t)list[i].expected);
        free((void *)(uintptr_t)list[i].found);
    }
    str_free(&plan->conflicts);
}

int plan_add_conflict(struct os_plan *plan, const char *path, struct str *expected,
                      struct str *found) {
    char *texts[3] = {mem_text(path, strlen(path)), NULL, NULL};
    int r = texts[0] ? str_take(expected, &texts[1]) : -ENOMEM;
    if (r >= 0)
        r = str_take(found, &texts[2]);
    struct os_plan_conflict conflict = {texts[0], texts[1], texts[2]};
    if (r >= 0)
        r = str_reserve(&plan->conflicts, sizeof conflict);
    if (r >= 0)
        str_append(&plan->conflicts, (const char *)&conflict, sizeof conflict);
    for (size_t i = 0; r < 0 && i < 3; i++)
        free(texts[i]);
    return r;
}

/* The directory that a path led to is another one by now. */
static int tell_moved(struct os_plan *plan, const struct plan_place *place) {
    AUTO_STR expected = STR_INIT, found = STR_INIT;
    str_append_text(&expected, "the directory that the plan saw");
    str_append_text(&found, "another one, or none");
    return plan_add_conflict(plan, place->before, &expected, &found);
}

static int tell_changed(struct os_plan *plan, int dir, const struct plan_place *place,
                        const struct plan_was *was) {
    AUTO_STR expected = STR_INIT, found = STR_INIT;
    was_words(&expected, was);
    int r = was_found_words(&found, dir, place->name);
    if (r >= 0 && !expected.failed && strcmp(expected.data, found.data) == 0)
        str_append_text(&found, ", with other content or attributes");
    return r < 0 ? r : plan_add_conflict(plan, place->path, &expected, &found);
}

/* What is mounted in a directory would go with it. */
static int check_mounts(struct os_plan *plan, const struct plan_net *net) {
    AUTO_FREE char *mount = NULL;
    AUTO_STR expected = STR_INIT, found = STR_INIT;
    const struct plan_entry *losing;
    int r = plan_find_mount(net, &losing, &mount);
    if (r < 0 || !losing)
        return r;
    str_append_text(&expected, "nothing mounted in it");
    str_append_text(&found, "a mount at ");
    quote_append(&found, mount);
    return plan_add_conflict(plan, losing->path.path, &expected, &found);
}

/* --------------------------------------------------------------------------------- checks */

/* One look at everything. Entries come in the order of their places, so the directory of one is mostly that of
 * the next: it is opened, and known again, once. */
struct look_at_all {
    struct os_plan *plan;
    struct plan_net net;
    const struct plan_place *opened;
    int dir;
};

static bool same_dir(const struct plan_place *a, const struct plan_place *b) {
    return a->parent.ino == b->parent.ino && a->parent.dev == b->parent.dev &&
           strcmp(a->before, b->before) == 0;
}

static int open_dir(struct look_at_all *l, const struct plan_place *place) {
    if (l->opened && same_dir(l->opened, place))
        return l->dir;
    seam_close_quietly(l->dir);
    l->dir = plan_open_place(&l->net, place);
    l->opened = l->dir < 0 ? NULL : place;
    return l->dir;
}

static int check_one(struct look_at_all *l, const struct plan_place *place,
                     const struct plan_was *was) {
    if (!place->path || !place->before)
        return 0;
    int dir = open_dir(l, place);
    if (dir < 0)
        return dir == -ESTALE ? tell_moved(l->plan, place) : dir;
    int r = plan_check_was(dir, place->name, was);
    return r == -ESTALE ? tell_changed(l->plan, dir, place, was) : r;
}

static int check_source(struct look_at_all *l, const struct plan_source *source) {
    return source ? check_one(l, &source->place, &source->was) : 0;
}

/* The sources of all that is in a new tree. */
static int check_sources(struct look_at_all *l, const struct plan_object *top) {
    AUTO_STR stack = STR_INIT;
    int r = check_source(l, top->source);
    str_append(&stack, (const char *)&top, sizeof top);
    while (r >= 0 && stack.size) {
        memcpy(&top, stack.data + stack.size - sizeof top, sizeof top);
        str_truncate(&stack, stack.size - sizeof top);
        for (size_t i = 0; r >= 0 && i < top->child_count; i++) {
            const struct plan_object *object = top->children[i].object;
            if (!object)
                continue;
            r = check_source(l, object->source);
            if (object->child_count)
                str_append(&stack, (const char *)&object, sizeof object);
        }
    }
    return r >= 0 && stack.failed ? -ENOMEM : r;
}

static int check_entry(struct look_at_all *l, const struct plan_entry *e) {
    bool two = e->kind == PLAN_MOVE || e->kind == PLAN_SWAP;
    bool freed = e->needs >= 0; /* by an entry before this one: nothing is known of it yet */
    int r = e->aside || (freed && !two) ? 0 : check_one(l, &e->path, &e->was);
    if (r >= 0 && two && !freed)
        r = check_one(l, &e->path2, &e->was2);
    return r < 0 || two || e->kind == PLAN_REMOVE ? r : check_sources(l, &e->is);
}

/* What a program is to change has to be as it was; what is as it shall be already need not be. */
static int check_act(struct os_plan *plan, const struct os_plan_act *act) {
    AUTO_STR path = STR_INIT, expected = STR_INIT, found = STR_INIT;
    struct act_look look;
    int r = act_look(act, false, &look);
    if (r < 0 || !look.odd || look.known) {
        str_free(&look.found);
        return r;
    }
    act_name(&path, look.odd);
    str_append_text(&expected, look.odd->was);
    str_append_text(&found, look.found.data);
    str_free(&look.found);
    return path.failed ? -ENOMEM : plan_add_conflict(plan, path.data, &expected, &found);
}

int plan_check(struct os_plan *plan) {
    struct look_at_all l = {.plan = plan, .dir = -1};
    conflicts_free(plan);
    int r = plan_net(plan, &l.net);
    if (r >= 0 && l.net.root_fd < 0)
        r = l.net.root_fd;
    if (r >= 0)
        r = secrets_check(plan);
    for (size_t i = 0; r >= 0 && i < l.net.count; i++)
        r = check_entry(&l, &l.net.entries[i]);
    for (size_t i = 0; r >= 0 && i < l.net.saw_count; i++)
        r = check_one(&l, &l.net.saws[i].place, &l.net.saws[i].was);
    seam_close_quietly(l.dir);
    for (size_t i = 0; r >= 0 && i < plan->acts.count; i++)
        r = check_act(plan, &plan->acts.list[i]);
    if (r >= 0)
        r = check_mounts(plan, &l.net);
    return r < 0 ? r : plan->conflicts.size ? -ESTALE : 0;
}

int os_plan_check(struct os_plan *plan) {
    UNCANCELLED;
    int r = plan_check(plan);
    const struct os_plan_conflict *list;
    size_t count = os_plan_conflicts(plan, &list);
    return PUBLIC(r, "plan_check", count ? list[0].path : plan->failed, NULL);
}

size_t os_plan_conflicts(struct os_plan *plan, const struct os_plan_conflict **ret_list) {
    size_t count;
    *ret_list = conflicts(plan, &count);
    return count;
}
