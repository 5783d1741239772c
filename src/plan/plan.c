/* SPDX-License-Identifier: MIT */
/** A plan from its beginning to its end: its options, its steps, its notes. */
#include "plan/plan.h"
#include "base/cancel.h"
#include "plan/secret.h"

#include "base/error.h"
#include "base/json.h"
#include "base/options.h"
#include "fs/getcwd.h"

#include <osier/files.h>
#include <osier/params.h>
#include <osier/system.h>
#include <string.h>
#include <time.h>

/* ----------------------------------------------------------------------- begin and end */

static int random_id(char id[static 33]) {
    unsigned char bytes[16];
    static const char digits[] = "0123456789abcdef";
    if (os_urandom(bytes, sizeof bytes) < 0)
        return seam_failure();
    for (size_t i = 0; i < sizeof bytes; i++) {
        id[2 * i] = digits[bytes[i] >> 4];
        id[2 * i + 1] = digits[bytes[i] & 15];
    }
    return 0;
}

/* A relative path begins at the current directory, by its path; in another root, at that. Where it
 * can't be told, relative paths lead nowhere. */
static int find_cwd(struct overlay *o, bool inside) {
    AUTO_FREE char *cwd = NULL;
    struct where w;
    o->cwd = o->root;
    if (inside)
        return 0;
    int r = cwd_get(&cwd);
    if (r >= 0)
        r = resolve_object(o, cwd, ANY_SIZE | FOLLOW, &w);
    o->cwd = r >= 0 && is_dir(w.object) ? w.object : NULL;
    return r == -ENOMEM ? r : 0;
}

static int begin(struct os_plan *plan, const struct os_plan_options *given) {
    struct os_plan_options options;
    int r = options_copy(&options, sizeof options, given);
    if (r < 0)
        return r;
    const char *root = options.root ? options.root : "/";
    mode_t mask = options.set_umask ? options.umask & 0777 : 0;
    if (!options.set_umask) {
        r = os_umask_get();
        if (r < 0)
            return seam_failure();
        mask = (mode_t)r;
    }
    r = overlay_init(&plan->overlay, root, mask);
    if (r >= 0 && !(plan->root = mem_text(root, strlen(root))))
        r = -ENOMEM;
    if (r >= 0 && options.title &&
        !(plan->title = overlay_text(&plan->overlay, options.title, strlen(options.title))))
        r = -ENOMEM;
    if (r >= 0)
        r = find_cwd(&plan->overlay, options.root != NULL);
    plan->made = plan->overlay.time;
    return r < 0 ? r : random_id(plan->id);
}

struct os_plan *os_plan(const struct os_plan_options *options) {
    UNCANCELLED;
    struct os_plan *plan = mem_zalloc(sizeof *plan);
    int r = -ENOMEM;
    if (plan) {
        plan->overlay.root_fd = -1;
        r = begin(plan, options);
    }
    if (r < 0)
        plan = os_plan_close(plan);
    return PUBLIC_POINTER(r, plan, "plan", options ? options->root : NULL, NULL);
}

void plan_changed(struct os_plan *plan) {
    net_free(plan->net);
    plan->net = NULL;
    plan->hashed = false;
    free(plan->entries);
    plan->entries = NULL;
    plan->entry_count = 0;
    conflicts_free(plan);
    str_free(&plan->refusals);
    secrets_free(plan);
}

struct os_plan *os_plan_close(struct os_plan *plan) {
    UNCANCELLED;
    int saved = errno;
    if (!plan)
        return NULL;
    plan_changed(plan);
    loaded_free(plan->loaded);
    for (size_t i = 0; i < plan->step_count; i++)
        if (plan_steps(plan)[i].secret)
            secret_wipe(plan_steps(plan)[i].data, plan_steps(plan)[i].size);
    overlay_free(&plan->overlay);
    str_free(&plan->steps);
    free(plan->acts.list);
    arena_free(&plan->act_memory);
    free(plan->root);
    free(plan->failed);
    free(plan);
    errno = saved;
    return NULL;
}

/* ------------------------------------------------------------------------------- steps */

int plan_begin(struct os_plan *plan) {
    if (plan->loaded)
        return -EPERM;
    free(TAKE_POINTER(plan->failed));
    plan->overlay.step = plan->step_count;
    overlay_begin(&plan->overlay);
    return 0;
}

static int keep_text(struct overlay *o, const char **text) {
    if (!*text)
        return 0;
    *text = overlay_text(o, *text, strlen(*text));
    return *text ? 0 : -ENOMEM;
}

static int add_step(struct os_plan *plan, struct step *step) {
    struct overlay *o = &plan->overlay;
    step->origin = plan->origin;
    if (keep_text(o, &step->path) < 0 || keep_text(o, &step->path2) < 0)
        return -ENOMEM;
    size_t before = plan->steps.size;
    str_append(&plan->steps, (const char *)step, sizeof *step);
    if (plan->steps.failed) {
        plan->steps.failed = false;
        str_truncate(&plan->steps, before);
        return -ENOMEM;
    }
    return 0;
}

int plan_end(struct os_plan *plan, int r, struct step step) {
    const char *path = step.path, *path2 = step.path2;
    size_t before = plan->steps.size;
    if (plan->loaded)
        return PUBLIC(r, step.op, path, path2);
    if (r >= 0)
        r = add_step(plan, &step);
    r = overlay_end(&plan->overlay, r);
    if (r >= 0) {
        plan->step_count++;
        plan_changed(plan);
        return 0;
    }
    str_truncate(&plan->steps, before);
    return PUBLIC(r, step.op, plan->failed ? plan->failed : path, plan->failed ? NULL : path2);
}

int plan_ask(struct os_plan *plan) {
    return plan_begin(plan);
}

int plan_answered(struct os_plan *plan, int r) {
    if (plan->loaded)
        return r;
    bool marked = plan->overlay.log.size > 0;
    int ended = overlay_end(&plan->overlay, r < 0 ? r : 0);
    if (r >= 0 && ended >= 0 && marked)
        plan_changed(plan);
    return ended < 0 ? ended : r;
}

int plan_add_act(struct os_plan *plan, const struct os_plan_act *act) {
    struct os_plan_act noted = *act;
    if (plan->loaded)
        return -EPERM;
    noted.origin = plan->origin;
    return acts_add(&plan->acts, &plan->act_memory, &noted);
}

size_t os_plan_acts(const struct os_plan *plan, const struct os_plan_act **ret_list) {
    *ret_list = plan->acts.list;
    return plan->acts.count;
}

int plan_saw(struct os_plan *plan, const struct where *where) {
    struct node *node = where_node(where);
    if (!node || node->saw)
        return 0;
    if (KEEP(&plan->overlay, node->saw) < 0)
        return -ENOMEM;
    node->saw = true;
    return 0;
}

/* ---------------------------------------------------------------------- their arguments */

void argument_mode(struct str *s, const char *key, mode_t mode) {
    str_printf(s, ",\"%s\":\"%04o\"", key, (unsigned)mode & 07777);
}

void argument_number(struct str *s, const char *key, int64_t number) {
    bool exact = number > -(INT64_C(1) << 53) && number < INT64_C(1) << 53;
    str_printf(s, exact ? ",\"%s\":%lld" : ",\"%s\":\"%lld\"", key, (long long)number);
}

void argument_flag(struct str *s, const char *key, bool set) {
    if (set)
        str_printf(s, ",\"%s\":true", key);
}

void argument_text(struct str *s, const char *key, const char *text) {
    json_append_name(s, key, text);
}

const char *arguments_end(struct os_plan *plan, struct str *s) {
    struct overlay *o = &plan->overlay;
    const char *text = s->failed ? NULL : overlay_text(o, s->data ? s->data : "", s->size);
    if (!text)
        o->touches.failed = true; /* overlay_end() says that memory is lacking */
    str_free(s);
    return text;
}

/* --------------------------------------------------------------------------------- notes */

int os_plan_note(struct os_plan *plan, const char *origin) {
    UNCANCELLED;
    const char *text = origin;
    int r = keep_text(&plan->overlay, &text);
    if (r >= 0)
        plan->origin = text;
    return PUBLIC(r, "plan_note", NULL, NULL);
}

void os_plan_secret(struct os_plan *plan) {
    plan->secret = true;
    plan->secret_source = NULL;
}

void os_plan_forget(struct os_plan *plan) {
    if (!plan->loaded)
        plan_changed(plan);
    plan->forget = true;
}

int os_plan_secret_from(struct os_plan *plan, const char *source) {
    UNCANCELLED;
    bool known = strncmp(source, "file:", 5) == 0 || strncmp(source, "env:", 4) == 0 ||
                 strncmp(source, "command:", 8) == 0;
    int r = known ? keep_text(&plan->overlay, &source) : -EINVAL;
    if (r >= 0) {
        plan->secret = true;
        plan->secret_source = source;
    }
    return PUBLIC(r, "plan_secret_from", NULL, NULL);
}

size_t os_plan_count(const struct os_plan *plan) {
    return plan->step_count;
}

int os_plan_step(const struct os_plan *plan, size_t number, struct os_plan_step *ret_step) {
    if (number >= plan->step_count)
        return PUBLIC(-EINVAL, "plan_step", NULL, NULL);
    const struct step *step = &plan_steps(plan)[number];
    *ret_step = (struct os_plan_step){step->op, step->path, step->path2, step->origin};
    return 0;
}
