/* SPDX-License-Identifier: MIT */
/** The net change as programs outside of the library see it. */
#include "base/cancel.h"
#include "plan/plan.h"

#include "base/error.h"

_Static_assert((int)OS_PLAN_INPLACE == (int)PLAN_INPLACE &&
                   (int)OS_PLAN_NEVER == (int)PLAN_UNDO_NONE,
               "the public words are those of net.h, in their order");

static struct os_plan_object tell_was(const struct plan_was *was) {
    return (struct os_plan_object){
        .absent = was->absent,
        .mode = was->mode,
        .uid = was->uid,
        .gid = was->gid,
        .size = was->size,
        .nlink = was->nlink,
        .link = was->link,
    };
}

/* How many objects a new tree has. */
static int count_tree(const struct plan_object *top, struct os_plan_object *ret) {
    AUTO_STR stack = STR_INIT;
    str_append(&stack, (const char *)&top, sizeof top);
    while (stack.size && !stack.failed) {
        memcpy(&top, stack.data + stack.size - sizeof top, sizeof top);
        str_truncate(&stack, stack.size - sizeof top);
        for (size_t i = 0; i < top->child_count; i++) {
            const struct plan_object *object = top->children[i].object;
            if (!object)
                continue;
            ret->secret |= object->secret != NULL;
            ret->directories += S_ISDIR(object->mode);
            ret->files += !S_ISDIR(object->mode);
            if (object->child_count)
                str_append(&stack, (const char *)&object, sizeof object);
        }
    }
    return stack.failed ? -ENOMEM : 0;
}

/* What isn't set stays as it was. */
static int tell_is(const struct plan_entry *e, struct os_plan_object *ret) {
    bool twin = e->is.content == PLAN_CONTENT_HARD && e->is.hard;
    const struct plan_object *is = twin ? e->is.hard : &e->is;
    if (e->kind == PLAN_REMOVE) {
        *ret = (struct os_plan_object){.absent = true};
        return 0;
    }
    *ret = tell_was(&e->was);
    if (e->kind == PLAN_MOVE || e->kind == PLAN_SWAP)
        return 0;
    ret->absent = false;
    ret->mode = (is->mode & S_IFMT) | (is->set & PLAN_SET_MODE ? is->mode : ret->mode) % 010000;
    ret->uid = is->set & PLAN_SET_UID ? is->uid : ret->uid;
    ret->gid = is->set & PLAN_SET_GID ? is->gid : ret->gid;
    ret->secret = is->secret;
    if (e->kind == PLAN_META)
        return 0;
    ret->size = is->size;
    ret->link = is->content == PLAN_CONTENT_LINK ? is->data : NULL;
    ret->nlink = e->kind == PLAN_INPLACE ? ret->nlink : 1;
    const struct plan_was *linked =
        is->content == PLAN_CONTENT_HARD && is->source ? &is->source->was : NULL;
    if (linked) {
        *ret = tell_was(linked);
        ret->nlink++;
    }
    return count_tree(is, ret);
}

static const char *origin_of(const struct os_plan *plan, const struct plan_entry *e) {
    return e->step_count ? plan_steps(plan)[e->steps[0]].origin : NULL;
}

static int tell_entry(const struct os_plan *plan, const struct plan_entry *e,
                      struct os_plan_entry *ret) {
    bool two = e->kind == PLAN_MOVE || e->kind == PLAN_SWAP;
    *ret = (struct os_plan_entry){
        .kind = (enum os_plan_kind)e->kind,
        .undo = plan->forget ? OS_PLAN_NEVER : (enum os_plan_undo)e->undo,
        .path = e->path.path,
        .path2 = two ? e->path2.path : NULL,
        .was = tell_was(&e->was),
        .was2 = tell_was(&e->was2),
        .step_count = e->step_count,
        .steps = e->steps,
        .origin = origin_of(plan, e),
    };
    return tell_is(e, &ret->is);
}

static int tell_entries(struct os_plan *plan) {
    struct plan_net net;
    int r = plan_net(plan, &net);
    if (r < 0 || plan->entries)
        return r;
    struct os_plan_entry *list = mem_alloc(net.count * sizeof *list);
    if (!list)
        return -ENOMEM;
    for (size_t i = 0; r >= 0 && i < net.count; i++)
        r = tell_entry(plan, &net.entries[i], &list[i]);
    if (r < 0) {
        free(list);
        return r;
    }
    plan->entries = list;
    plan->entry_count = net.count;
    return 0;
}

int os_plan_entries(struct os_plan *plan, const struct os_plan_entry **ret_list,
                    size_t *ret_count) {
    UNCANCELLED;
    int r = tell_entries(plan);
    if (r >= 0) {
        *ret_list = plan->entries;
        *ret_count = plan->entry_count;
    }
    return PUBLIC(r, "plan_entries", plan->failed, NULL);
}
