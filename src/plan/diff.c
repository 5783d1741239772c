/* SPDX-License-Identifier: MIT */
/** A plan for people: one line an entry, then what changes in text files, then how much in all. */
#include "plan/diff.h"
#include "base/cancel.h"

#include "base/error.h"
#include "base/options.h"
#include "base/quote.h"
#include "base/utf8.h"
#include "plan/plan.h"
#include "plan/was.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    LARGEST = 1 << 20, /* a text above that is told by its size */
    FEW_LINES = 100,   /* of a new file so many are shown, and how many more there are */
    DEFAULT_CONTEXT = 3,
};

struct report {
    struct os_plan *plan;
    struct plan_net net;
    struct os_plan_diff_options options;
    int (*write)(const char *text, size_t size, void *data);
    void *data;
    struct str out;
    size_t width; /* of the column of names */
    size_t counts[7];
    uint64_t new_objects, going_trees;
    size_t values, runs; /* of programs */
};

/* --------------------------------------------------------------------------------- colours */

static const char RED[] = "\033[31m", GREEN[] = "\033[32m", YELLOW[] = "\033[33m",
                  BLUE[] = "\033[34m", CYAN[] = "\033[36m", FAINT[] = "\033[2m", BOLD[] = "\033[1m",
                  PLAIN[] = "\033[0m";

static void color(struct report *r, const char *code) {
    if (r->options.color)
        str_append_text(&r->out, code);
}

/* Names and contents come from anywhere: what would act on a terminal is shown as what it is. */
static void append_safe(struct str *s, const char *text, size_t size) {
    for (size_t at = 0; at < size;) {
        uint32_t code = 0;
        size_t bytes = utf8_read(text + at, size - at, &code);
        bool shown = code == '\t' || (code && !utf8_is_byte(code) && quote_printable(code));
        bytes = bytes ? bytes : 1;
        if (shown)
            str_append(s, text + at, bytes);
        for (size_t i = at; !shown && i < at + bytes; i++)
            str_printf(s, "\\x%02x", (unsigned char)text[i]);
        at += bytes;
    }
}

static void append_name(struct str *s, const char *name) {
    append_safe(s, name, strlen(name));
}

static int flush(struct report *r) {
    if (r->out.failed)
        return -ENOMEM;
    if (r->out.size && r->write(r->out.data, r->out.size, r->data) < 0)
        return -ECANCELED;
    str_truncate(&r->out, 0);
    return 0;
}

/* ------------------------------------------------------------------------------- one entry */

static const struct {
    const char *sign, *word;
    const char *color;
} kinds[7] = {
    {"+", "create", GREEN}, {"±", "replace", YELLOW}, {"-", "remove", RED},     {">", "move", BLUE},
    {"%", "swap", BLUE},    {"~", "change", CYAN},    {"±", "rewrite", YELLOW},
};
static const char *const undo_texts[3] = {"", "  undo: by copy", "  no undo"};

/* "12 bytes", "4.0 KiB" */
static void append_size(struct str *s, uint64_t size) {
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double value = (double)size / 1024;
    size_t unit = 0;
    if (size < 1024) {
        str_printf(s, "%" PRIu64 " byte%s", size, size == 1 ? "" : "s");
        return;
    }
    for (; value >= 1023.95 && unit < 5; unit++)
        value /= 1024;
    str_printf(s, "%.1f %s", value, units[unit]);
}

static const char *type_word(mode_t mode) {
    return S_ISDIR(mode)    ? "directory"
           : S_ISLNK(mode)  ? "link"
           : S_ISFIFO(mode) ? "pipe"
           : S_ISSOCK(mode) ? "socket"
           : S_ISREG(mode)  ? "file"
                            : "device";
}

static void append_object(struct str *s, const struct os_plan_object *o) {
    str_append_text(s, type_word(o->mode));
    if (S_ISREG(o->mode) && o->secret)
        str_append_text(s, " (secret)");
    else if (S_ISREG(o->mode)) {
        str_append_char(s, ' ');
        append_size(s, o->size);
    } else if (S_ISLNK(o->mode) && o->link) {
        str_append_text(s, " -> ");
        append_name(s, o->link);
    } else if (S_ISDIR(o->mode) && (o->directories || o->files)) {
        str_printf(s, " with %" PRIu64 " in it", o->directories + o->files);
    }
}

static void append_pair(struct str *s, const char *what, const char *before, const char *after) {
    str_printf(s, "%s%s %s -> %s", s->size ? ", " : "", what, before, after);
}

/* What of an object's attributes changes, old -> new. */
static void append_changes(struct str *s, const struct plan_entry *e) {
    char before[32], after[32];
    const struct plan_object *is = &e->is;
    if (is->set & PLAN_SET_MODE && (is->mode & 07777) != (e->was.mode & 07777)) {
        snprintf(before, sizeof before, "%04o", (unsigned)e->was.mode & 07777);
        snprintf(after, sizeof after, "%04o", (unsigned)is->mode & 07777);
        append_pair(s, "mode", before, after);
    }
    uid_t uid = is->set & PLAN_SET_UID ? is->uid : e->was.uid;
    gid_t gid = is->set & PLAN_SET_GID ? is->gid : e->was.gid;
    if (uid != e->was.uid || gid != e->was.gid) {
        snprintf(before, sizeof before, "%u:%u", e->was.uid, e->was.gid);
        snprintf(after, sizeof after, "%u:%u", uid, gid);
        append_pair(s, "owner", before, after);
    }
    if (is->set & (PLAN_SET_ATIME | PLAN_SET_MTIME))
        str_printf(s, "%stimes", s->size ? ", " : "");
    for (size_t i = 0; i < is->xattr_count; i++) {
        if (!is->xattrs[i].value && e->kind == PLAN_REPLACE)
            continue; /* the new file doesn't get what its directory would give it */
        str_printf(s, "%s%c", s->size ? ", " : "", is->xattrs[i].value ? '+' : '-');
        append_name(s, is->xattrs[i].name);
    }
}

/* The column behind the names: what it is, or what becomes of it. */
static void append_what(struct str *s, const struct plan_entry *e, const struct os_plan_entry *p) {
    switch (e->kind) {
    case PLAN_CREATE:
        append_object(s, &p->is);
        str_printf(s, ", %04o %u:%u", (unsigned)p->is.mode & 07777, p->is.uid, p->is.gid);
        break;
    case PLAN_REMOVE:
    case PLAN_MOVE:
        append_object(s, &p->was);
        if (S_ISDIR(p->was.mode))
            str_append_text(s, " with all in it");
        if (e->kind == PLAN_MOVE && !p->was2.absent) {
            str_append_text(s, ", over a ");
            append_object(s, &p->was2);
        }
        break;
    case PLAN_SWAP:
        str_append_text(s, "each takes the other's place");
        break;
    case PLAN_REPLACE:
    case PLAN_INPLACE:
        append_object(s, &p->was);
        str_append_text(s, " -> ");
        append_object(s, &p->is);
        break;
    default:
        break;
    }
    if ((e->kind == PLAN_CREATE || e->kind == PLAN_REPLACE) && e->is.content == PLAN_CONTENT_HARD)
        str_append_text(s, ", a further name");
    if (e->kind == PLAN_META || e->kind == PLAN_REPLACE || e->kind == PLAN_INPLACE)
        append_changes(s, e);
    if (e->kind == PLAN_REPLACE && e->was.nlink > 1 && S_ISREG(e->was.mode))
        str_printf(s, ", breaks a hard link (%" PRIu64 " names)", e->was.nlink);
    if (e->kind == PLAN_INPLACE && e->was.nlink > 1)
        str_printf(s, ", by all its %" PRIu64 " names", e->was.nlink);
}

static void append_paths(struct str *s, const struct os_plan_entry *p) {
    append_name(s, p->path);
    if (p->path2) {
        str_append_text(s, p->kind == OS_PLAN_SWAP ? " <-> " : " -> ");
        append_name(s, p->path2);
    }
}

/* How many columns of a terminal a text takes. */
static size_t columns(const struct str *s) {
    size_t n = 0;
    for (size_t at = 0; at < s->size;) {
        uint32_t code;
        at += utf8_read(s->data + at, s->size - at, &code);
        n += (size_t)os_character_width(code);
    }
    return n;
}

static void tell_entry(struct report *r, const struct plan_entry *e,
                       const struct os_plan_entry *p) {
    AUTO_STR paths = STR_INIT, what = STR_INIT;
    append_paths(&paths, p);
    append_what(&what, e, p);
    color(r, kinds[e->kind].color);
    str_printf(&r->out, "%s %-7s ", kinds[e->kind].sign, kinds[e->kind].word);
    color(r, BOLD);
    str_append(&r->out, paths.data ? paths.data : "", paths.size);
    color(r, PLAIN);
    for (size_t i = columns(&paths); i < r->width; i++)
        str_append_char(&r->out, ' ');
    str_append_text(&r->out, "  ");
    str_append(&r->out, what.data ? what.data : "", what.size);
    color(r, FAINT);
    str_append_text(&r->out, undo_texts[e->undo]);
    if (p->origin) {
        str_append_text(&r->out, "  (");
        append_name(&r->out, p->origin);
        str_append_char(&r->out, ')');
    }
    color(r, PLAIN);
    str_append_char(&r->out, '\n');
    r->out.failed |= paths.failed || what.failed;
    r->counts[e->kind]++;
    r->new_objects += e->kind == PLAN_CREATE ? 1 + p->is.directories + p->is.files : 0;
    r->going_trees += (e->kind == PLAN_REMOVE || e->kind == PLAN_REPLACE) && S_ISDIR(p->was.mode);
}

/* A few long names don't push the column off the screen. */
static void measure(struct report *r, const struct os_plan_entry *list, size_t count) {
    enum { WIDEST = 48 };
    for (size_t i = 0; i < count; i++) {
        AUTO_STR paths = STR_INIT;
        append_paths(&paths, &list[i]);
        size_t width = columns(&paths);
        if (width > r->width && width <= WIDEST)
            r->width = width;
    }
}

/* ------------------------------------------------------------------------------- contents */

static bool is_text(const char *data, size_t size) {
    return size <= LARGEST && !memchr(data, 0, size);
}

/* What a file of the disk holds, up to `most` bytes of it: 0 or −errno. */
static int read_disk(const struct report *r, const struct plan_place *place, uint64_t most,
                     struct str *ret) {
    AUTO_CLOSE int dir = plan_open_place(&r->net, place);
    AUTO_CLOSE int fd =
        dir < 0 ? dir
                : SYS(openat, dir, place->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    return fd < 0 ? fd : disk_read(fd, most < LARGEST + 1 ? most : LARGEST + 1, ret);
}

static int read_new(const struct report *r, const struct plan_object *is, struct str *ret) {
    if (is->content == PLAN_CONTENT_MEMORY)
        str_append(ret, is->data, (size_t)is->have);
    else if (is->content == PLAN_CONTENT_SOURCE)
        return read_disk(r, &is->source->place, is->have, ret);
    return ret->failed ? -ENOMEM : 0;
}

static void put_line(struct report *r, char sign, const char *line, size_t size) {
    color(r, sign == '+' ? GREEN : sign == '-' ? RED : "");
    str_append_char(&r->out, sign);
    append_safe(&r->out, line, size);
    color(r, sign == ' ' ? "" : PLAIN);
    str_append_char(&r->out, '\n');
}

static int put_diff_line(void *data, char sign, const char *line, size_t size) {
    struct report *r = data;
    if (sign == '@') {
        color(r, CYAN);
        str_append(&r->out, line, size);
        color(r, PLAIN);
        str_append_char(&r->out, '\n');
        return 0;
    }
    put_line(r, sign, line, size);
    return flush(r);
}

static void head_of(struct report *r, const char *path, bool old, bool new) {
    str_append_char(&r->out, '\n');
    color(r, BOLD);
    str_append_text(&r->out, "--- ");
    append_name(&r->out, old ? path : "/dev/null");
    str_append_text(&r->out, "\n+++ ");
    append_name(&r->out, new ? path : "/dev/null");
    color(r, PLAIN);
    str_append_char(&r->out, '\n');
}

static void tell_binary(struct report *r, const struct str *old, const struct str *new) {
    str_append_text(&r->out, "binary, ");
    append_size(&r->out, old->size);
    str_append_text(&r->out, " -> ");
    append_size(&r->out, new->size);
    str_append_char(&r->out, '\n');
}

static int diff_texts(struct report *r, const char *path, const struct str *old, bool had,
                      const struct str *new) {
    const char *a = old->data ? old->data : "", *b = new->data ? new->data : "";
    if (had && old->size == new->size &&memcmp(a, b, old->size) == 0)
        return 0;
    head_of(r, path, had, true);
    if (!is_text(a, old->size) || !is_text(b, new->size)) {
        tell_binary(r, old, new);
        return flush(r);
    }
    size_t context = r->options.context ? r->options.context : DEFAULT_CONTEXT;
    int result = text_diff(a, old->size, b, new->size, context, put_diff_line, r);
    return result < 0 ? result : flush(r);
}

static int tell_file(struct report *r, const char *path, const struct plan_entry *old,
                     const struct plan_object *is) {
    AUTO_STR before = STR_INIT, after = STR_INIT;
    bool has_content = is->content == PLAN_CONTENT_MEMORY || is->content == PLAN_CONTENT_SOURCE;
    if (!has_content || is->secret || !S_ISREG(is->mode))
        return 0;
    bool had = old && S_ISREG(old->was.mode) && !old->was.absent;
    bool copied = !had && is->content == PLAN_CONTENT_SOURCE;
    if (copied || (had && old->was.size > LARGEST) || is->size > LARGEST)
        return 0;
    int result = had ? read_disk(r, &old->path, UINT64_MAX, &before) : 0;
    if (result >= 0)
        result = read_new(r, is, &after);
    return result < 0 ? result : diff_texts(r, path, &before, had, &after);
}

/* The files of a new tree, each by its own path. */
struct below {
    const struct plan_object *object;
    size_t path; /* where it starts in `paths` */
};

static int tell_tree(struct report *r, const char *top, const struct plan_object *object) {
    AUTO_STR stack = STR_INIT, paths = STR_INIT;
    struct below at = {object, 0};
    str_append(&paths, top, strlen(top) + 1);
    str_append(&stack, (const char *)&at, sizeof at);
    int result = 0;
    while (result >= 0 && stack.size && !stack.failed && !paths.failed) {
        memcpy(&at, stack.data + stack.size - sizeof at, sizeof at);
        str_truncate(&stack, stack.size - sizeof at);
        result = tell_file(r, paths.data + at.path, NULL, at.object);
        for (size_t i = at.object->child_count; i > 0; i--) {
            const struct plan_child *child = &at.object->children[i - 1];
            struct below next = {child->object, paths.size};
            AUTO_STR path = STR_INIT;
            if (!child->object)
                continue;
            str_append_text(&path, paths.data + at.path);
            str_append_char(&path, '/');
            str_append_text(&path, child->name);
            str_append(&paths, path.data ? path.data : "", path.size + 1);
            str_append(&stack, (const char *)&next, sizeof next);
            paths.failed |= path.failed;
        }
    }
    return result < 0 ? result : stack.failed || paths.failed ? -ENOMEM : 0;
}

static int tell_content(struct report *r, const struct plan_entry *e) {
    if (e->kind == PLAN_CREATE || (e->kind == PLAN_REPLACE && S_ISDIR(e->is.mode)))
        return tell_tree(r, e->path.path, &e->is);
    if (e->kind == PLAN_REPLACE || e->kind == PLAN_INPLACE)
        return tell_file(r, e->path.path, e, &e->is);
    return 0;
}

/* -------------------------------------------------------------------------------- programs */

static void tell_value(struct report *r, const struct os_plan_value *v,
                       const struct os_plan_act *act) {
    AUTO_STR name = STR_INIT;
    act_name(&name, v);
    color(r, CYAN);
    str_append_text(&r->out, "* set     ");
    color(r, BOLD);
    append_name(&r->out, name.data ? name.data : "");
    color(r, PLAIN);
    str_append_text(&r->out, "  ");
    append_name(&r->out, *v->was ? v->was : "nothing");
    str_append_text(&r->out, " -> ");
    append_name(&r->out, *v->is ? v->is : "nothing");
    color(r, FAINT);
    str_append_text(&r->out, act->undo ? "  undo: compensate" : undo_texts[PLAN_UNDO_NONE]);
    r->out.failed |= name.failed;
}

static void tell_run(struct report *r, const struct os_plan_act *act) {
    color(r, CYAN);
    str_append_text(&r->out, "* run    ");
    color(r, BOLD);
    for (char *const *arg = act->argv; *arg; arg++) {
        str_append_char(&r->out, ' ');
        append_name(&r->out, *arg);
    }
    color(r, PLAIN);
}

static void tell_origin(struct report *r, const char *origin) {
    if (origin) {
        color(r, FAINT);
        str_append_text(&r->out, "  (");
        append_name(&r->out, origin);
        str_append_char(&r->out, ')');
        color(r, PLAIN);
    }
    str_append_char(&r->out, '\n');
}

/* Whoever looks after a plan sees what will be read, or run, for its secrets. */
static int tell_secrets(struct report *r) {
    const struct os_plan_secret *list;
    size_t count;
    if (os_plan_secrets(r->plan, &list, &count) < 0)
        return seam_failure();
    for (size_t i = 0; i < count; i++) {
        if (!list[i].source)
            continue;
        color(r, CYAN);
        str_append_text(&r->out, "* secret  ");
        color(r, BOLD);
        append_name(&r->out, list[i].path);
        color(r, PLAIN);
        str_append_text(&r->out, "  from ");
        append_name(&r->out, list[i].source);
        str_append_char(&r->out, '\n');
    }
    return 0;
}

static void tell_act(struct report *r, const struct os_plan_act *act) {
    for (size_t i = 0; i < act->value_count; i++) {
        if (!value_changes(&act->values[i]))
            continue;
        tell_value(r, &act->values[i], act);
        color(r, PLAIN);
        tell_origin(r, act->origin);
        r->values++;
    }
    if (!act->value_count && act->argv) {
        tell_run(r, act);
        tell_origin(r, act->origin);
        r->runs++;
    }
}

/* --------------------------------------------------------------------------------- totals */

static void tell_number(struct report *r, size_t number, const char *words, bool *any) {
    if (number)
        str_printf(&r->out, "%s%zu %s", *any ? ", " : "", number, words);
    *any = *any || number;
}

static void tell_totals(struct report *r) {
    static const char *const words[7] = {"created",        "replaced", "removed",  "moved",
                                         "changed places", "changed",  "rewritten"};
    bool any = false;
    if (!r->net.count && !r->plan->acts.count) {
        str_append_text(&r->out, "nothing changes\n");
        return;
    }
    str_append_char(&r->out, '\n');
    for (size_t i = 0; i < 7; i++)
        if (r->counts[i]) {
            str_printf(&r->out, "%s%zu %s", any ? ", " : "", r->counts[i], words[i]);
            if (i == PLAN_CREATE && r->new_objects > r->counts[i])
                str_printf(&r->out, " (%" PRIu64 " objects)", r->new_objects);
            any = true;
        }
    tell_number(r, r->values, r->values == 1 ? "value set by a program" : "values set by programs",
                &any);
    tell_number(r, r->runs, r->runs == 1 ? "program told of it" : "programs told of it", &any);
    str_append_text(&r->out, r->plan->forget ? "; forgotten at once, without undo\n" : "\n");
}

/* What can be known of its end, in the words of Python's errors. */
static int tell_refusals(struct report *r) {
    int result = plan_refusals(r->plan);
    const struct os_plan_refusal *list = (const void *)r->plan->refusals.data;
    size_t count = r->plan->refusals.size / sizeof *list;
    for (size_t i = 0; result >= 0 && i < count; i++) {
        bool room = list[i].error == ENOSPC;
        color(r, RED);
        str_printf(&r->out, "%s: %s: [Errno %d] %s: ", room ? "may fail" : "will be refused",
                   os_error_name(list[i].error), list[i].error, os_strerror(list[i].error));
        quote_append(&r->out, list[i].path);
        if (room) {
            str_append_text(&r->out, ", ");
            append_size(&r->out, list[i].needed);
            str_append_text(&r->out, " are new, and ");
            append_size(&r->out, list[i].room);
            str_append_text(&r->out, " free");
        }
        if (list[i].error == EXDEV)
            str_append_text(&r->out,
                            ", a directory of a lower layer: it goes only in a plan that has "
                            "nothing else in it or in its place");
        color(r, PLAIN);
        str_append_char(&r->out, '\n');
    }
    return result;
}

static int report(struct report *r, const struct os_plan_entry *list, size_t count) {
    int result = 0;
    measure(r, list, count);
    for (size_t i = 0; result >= 0 && i < count; i++) {
        tell_entry(r, &r->net.entries[i], &list[i]);
        result = flush(r);
    }
    if (result >= 0)
        result = tell_secrets(r);
    for (size_t i = 0; i < r->plan->acts.count; i++)
        tell_act(r, &r->plan->acts.list[i]);
    for (size_t i = 0; result >= 0 && i < count && !r->options.list_only; i++)
        result = tell_content(r, &r->net.entries[i]);
    if (result >= 0)
        tell_totals(r);
    if (result >= 0)
        result = tell_refusals(r);
    return result < 0 ? result : flush(r);
}

int os_plan_diff(struct os_plan *plan, const struct os_plan_diff_options *options,
                 int (*write)(const char *text, size_t size, void *data), void *data) {
    UNCANCELLED;
    struct report r = {.plan = plan, .write = write, .data = data};
    const struct os_plan_entry *list;
    size_t count;
    int result = options_copy(&r.options, sizeof r.options, options);
    if (result >= 0 && os_plan_entries(plan, &list, &count) < 0)
        return -1;
    if (result >= 0)
        result = plan_net(plan, &r.net);
    if (result >= 0)
        result = report(&r, list, count);
    str_free(&r.out);
    return PUBLIC(result, "plan_diff", plan->failed, NULL);
}
