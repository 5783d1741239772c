/* SPDX-License-Identifier: MIT */
/** Writing a plan: JSON Lines with a digest at the end, so that what is cut off or mixed up shows. */
#include "plan/planfile.h"
#include "base/cancel.h"

#include "base/error.h"
#include "base/sha256.h"
#include "base/utf8.h"
#include "plan/beside.h"
#include "plan/net_walk.h"
#include "plan/secret.h"
#include "plan/was.h"

#include <osier/contents.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

/* ------------------------------------------------------------------------------ the members */

#define AT(type, member) offsetof(struct type, member)

const struct field head_fields[] = {
    {"id", FIELD_NAME, AT(planfile_head, id)},
    {"made", FIELD_TIME, AT(planfile_head, made), .always = true},
    {"host", FIELD_NAME, AT(planfile_head, host)},
    {"root", FIELD_NAME, AT(planfile_head, root)},
    {"umask", FIELD_MODE, AT(planfile_head, umask), .always = true},
    {"steps", FIELD_NUMBER, AT(planfile_head, steps), .always = true},
    {"title", FIELD_NAME, AT(planfile_head, title)},
    {"key", FIELD_NAME, AT(planfile_head, key)},
    {"forget", FIELD_BOOL, AT(planfile_head, forget)},
};
const struct field was_fields[] = {
    {"absent", FIELD_BOOL, AT(plan_was, absent)},
    {"type", FIELD_TYPE, AT(plan_was, mode)},
    {"mode", FIELD_MODE, AT(plan_was, mode)},
    {"uid", FIELD_NUMBER32, AT(plan_was, uid)},
    {"gid", FIELD_NUMBER32, AT(plan_was, gid)},
    {"size", FIELD_NUMBER, AT(plan_was, size)},
    {"nlink", FIELD_NUMBER, AT(plan_was, nlink)},
    {"rdev", FIELD_NUMBER, AT(plan_was, rdev)},
    {"ino", FIELD_NUMBER, AT(plan_was, id.ino)},
    {"mtime", FIELD_TIME, AT(plan_was, mtime)},
    {"ctime", FIELD_TIME, AT(plan_was, ctime)},
    {"racy", FIELD_BOOL, AT(plan_was, racy)},
    {"identity_only", FIELD_BOOL, AT(plan_was, identity_only)},
    {"attributes_only", FIELD_BOOL, AT(plan_was, attributes_only)},
    {"listing", FIELD_BOOL, AT(plan_was, listing)},
    {"tree", FIELD_BOOL, AT(plan_was, tree)},
    {"sha256", FIELD_DIGEST, AT(plan_was, content), .flag = AT(plan_was, has_content)},
    {"hmac", FIELD_DIGEST, AT(plan_was, content), .flag = AT(plan_was, sealed)},
    {"xattrs", FIELD_DIGEST, AT(plan_was, xattrs), .flag = AT(plan_was, has_xattrs)},
    {"to", FIELD_NAME, AT(plan_was, link)},
};
const struct field place_fields[] = {
    {"path", FIELD_NAME, AT(plan_place, path)},
    {"name", FIELD_NAME, AT(plan_place, name)},
    {"before", FIELD_NAME, AT(plan_place, before)},
    {"after", FIELD_NAME, AT(plan_place, after)},
    {"in", FIELD_NUMBER, AT(plan_place, parent.ino)},
    {"below", FIELD_NAME, AT(plan_place, made_below)},
};
const struct field object_fields[] = {
    {"type", FIELD_TYPE, AT(plan_object, mode), .always = true},
    {"mode", FIELD_MODE, AT(plan_object, mode), AT(plan_object, set), PLAN_SET_MODE},
    {"uid", FIELD_NUMBER32, AT(plan_object, uid), AT(plan_object, set), PLAN_SET_UID},
    {"gid", FIELD_NUMBER32, AT(plan_object, gid), AT(plan_object, set), PLAN_SET_GID},
    {"atime", FIELD_TIME, AT(plan_object, atime), AT(plan_object, set), PLAN_SET_ATIME},
    {"mtime", FIELD_TIME, AT(plan_object, mtime), AT(plan_object, set), PLAN_SET_MTIME},
    {"size", FIELD_NUMBER, AT(plan_object, size)},
    {"rdev", FIELD_NUMBER, AT(plan_object, rdev)},
};
const size_t head_count = sizeof head_fields / sizeof *head_fields,
             was_count = sizeof was_fields / sizeof *was_fields,
             place_count = sizeof place_fields / sizeof *place_fields,
             object_count = sizeof object_fields / sizeof *object_fields;

const char *const kind_words[7] = {"create", "replace", "remove", "move",
                                   "swap",   "meta",    "inplace"};
const char *const undo_words[3] = {"exact", "copy", "none"};

/* ------------------------------------------------------------------------------- contents */

/* A content that the plan brings. */
struct brought {
    struct plan_digest digest;
    const void *data;
    size_t size;
};

struct writer {
    struct os_plan *plan;
    struct plan_net net;
    struct str text;
    struct str contents; /* struct brought */
    struct str numbers;  /* struct object_number, in the order of their objects once sorted */
    size_t lines;
    const struct plan_entry *entry; /* that is being written */
    const char *secret;             /* the place of the first secret that nobody else has */
    struct secret_key key;          /* where there are others, */
    struct str places;              /* and the entries that bring one: struct plan_entry * */
};

static void bring(struct writer *w, const void *data, size_t size) {
    struct brought brought = {.data = data, .size = size};
    was_digest(data, size, &brought.digest);
    str_append(&w->contents, (const char *)&brought, sizeof brought);
    str_append_text(&w->text, "\"sha256:");
    field_digest(&w->text, &brought.digest);
    str_append_char(&w->text, '"');
}

static int compare_brought(const void *a, const void *b) {
    return memcmp(a, b, sizeof(struct plan_digest));
}

static void append_number(struct writer *w, size_t number) {
    str_append_number(&w->text, number, 10, 1);
}

/* A line of a kind that is numbered, from 1 on. */
static void begin_line(struct writer *w, const char *kind, size_t number) {
    str_append_text(&w->text, "{\"");
    str_append_text(&w->text, kind);
    str_append_text(&w->text, "\":");
    append_number(w, number + 1);
}

/* A member whose value is a word of osier's own. */
static void append_word(struct writer *w, const char *key, const char *word) {
    str_append_text(&w->text, ",\"");
    str_append_text(&w->text, key);
    str_append_text(&w->text, "\":\"");
    str_append_text(&w->text, word);
    str_append_char(&w->text, '"');
}

static void end_line(struct writer *w) {
    str_append_text(&w->text, "}\n");
    w->lines++;
}

/* Text that can be read as such: without control characters but for the ends of lines and tabs. */
static bool is_text(const char *data, size_t size) {
    for (size_t i = 0; i < size; i++)
        if (((unsigned char)data[i] < ' ' && data[i] != '\n' && data[i] != '\t') || data[i] == 127)
            return false;
    return utf8_is_valid(data, size);
}

static void write_contents(struct writer *w) {
    struct brought *list = (struct brought *)(void *)w->contents.data;
    size_t count = w->contents.failed ? 0 : w->contents.size / sizeof *list;
    if (count > 1)
        qsort(list, count, sizeof *list, compare_brought);
    for (size_t i = 0; i < count; i++) {
        if (i && compare_brought(&list[i - 1], &list[i]) == 0)
            continue;
        str_append_text(&w->text, "{\"content\":\"sha256:");
        field_digest(&w->text, &list[i].digest);
        str_append_text(&w->text, "\",\"size\":");
        append_number(w, list[i].size);
        if (list[i].size > BESIDE_ABOVE)
            str_append_text(&w->text, ",\"beside\":true");
        else if (is_text(list[i].data, list[i].size)) {
            str_append_text(&w->text, ",\"text\":");
            json_append(&w->text, list[i].data, list[i].size);
        } else {
            str_append_text(&w->text, ",\"base64\":\"");
            json_append_base64(&w->text, list[i].data, list[i].size);
            str_append_char(&w->text, '"');
        }
        end_line(w);
    }
}

/* -------------------------------------------------------------------------------- objects */

/* An object whose members begin with a comma each, the first of which makes room for the brace. */
static void close_object(struct writer *w, size_t start) {
    if (!w->text.failed && w->text.size > start)
        w->text.data[start] = '{';
    str_append_text(&w->text, "}");
}

static size_t open_object(struct writer *w, const char *key) {
    str_append_text(&w->text, ",\"");
    str_append_text(&w->text, key);
    str_append_text(&w->text, "\":");
    return w->text.size;
}

static void write_place_members(struct writer *w, const struct plan_place *place) {
    fields_write(&w->text, place, place_fields, place_count);
    if (place->made_by >= 0)
        str_printf(&w->text, ",\"made_by\":%ld", place->made_by + 1);
}

static void write_place(struct writer *w, const char *key, const struct plan_place *place) {
    size_t start = open_object(w, key);
    write_place_members(w, place);
    close_object(w, start);
}

static void write_was(struct writer *w, const char *key, const struct plan_was *was) {
    size_t start = open_object(w, key);
    fields_write(&w->text, was, was_fields, was_count);
    close_object(w, start);
}

/* What a secret takes the place of may be one, too: its digest could be guessed at. */
static bool gets_secret(const struct writer *w, const char *path) {
    const struct plan_entry *const *list = (const void *)w->places.data;
    for (size_t i = 0; i < w->places.size / sizeof(void *); i++)
        if (strcmp(list[i]->path.path, path) == 0)
            return true;
    return false;
}

static void write_was_at(struct writer *w, const struct plan_place *place,
                         const struct plan_was *was) {
    struct plan_was told = *was;
    if (was->has_content && gets_secret(w, place->path)) {
        secret_seal(&w->key, &was->content, sizeof was->content, &told.content);
        told.has_content = false;
        told.sealed = true;
    }
    write_was(w, "was", &told);
}

static void note_places(struct writer *w) {
    for (size_t i = 0; i < w->net.count; i++) {
        const struct plan_entry *e = &w->net.entries[i];
        if (e->is.secret)
            str_append(&w->places, (const char *)&e, sizeof e);
    }
    w->text.failed |= w->places.failed;
}

static void write_source(struct writer *w, const char *key, const struct plan_source *source) {
    size_t start = open_object(w, key);
    write_place_members(w, &source->place);
    write_was(w, "was", &source->was);
    close_object(w, start);
}

static void write_xattrs(struct writer *w, const struct plan_object *object) {
    if (!object->xattr_count)
        return;
    str_append_text(&w->text, ",\"xattrs\":[");
    for (size_t i = 0; i < object->xattr_count; i++) {
        const struct plan_xattr *x = &object->xattrs[i];
        str_printf(&w->text, "%s{\"content\":", i ? "," : "");
        if (x->value)
            bring(w, x->value, x->size);
        else
            str_append_text(&w->text, "null");
        json_append_name(&w->text, "name", x->name);
        str_append_char(&w->text, '}');
    }
    str_append_char(&w->text, ']');
}

static int compare_numbers(const void *a, const void *b) {
    uintptr_t x = (uintptr_t)((const struct object_number *)a)->object;
    uintptr_t y = (uintptr_t)((const struct object_number *)b)->object;
    return x < y ? -1 : x > y;
}

static void write_hard(struct writer *w, const struct plan_object *object) {
    struct object_number key = {.object = object->hard};
    const struct object_number *found =
        w->numbers.size ? bsearch(&key, w->numbers.data, w->numbers.size / sizeof key, sizeof key,
                                  compare_numbers)
                        : NULL;
    if (found)
        str_printf(&w->text, ",\"hard\":[%zu,%zu]", found->entry + 1, found->number);
    else
        w->text.failed = true;
}

/* Where it comes from, and what it is known by. */
static void write_secret(struct writer *w, const struct plan_object *object) {
    struct plan_digest mac;
    if (!secret_can_be_had_again(object)) {
        w->secret = w->secret ? w->secret : w->entry->path.path;
        str_append_text(&w->text, ",\"secret\":true,\"content\":");
        bring(w, "", 0);
        return;
    }
    json_append_name(&w->text, "secret", object->secret->source);
    secret_seal(&w->key, object->data, (size_t)object->have, &mac);
    str_append_text(&w->text, ",\"hmac\":\"");
    field_digest(&w->text, &mac);
    str_append_char(&w->text, '"');
}

static void write_content(struct writer *w, const struct plan_object *object) {
    switch (object->content) {
    case PLAN_CONTENT_MEMORY:
        if (object->secret) {
            write_secret(w, object);
            break;
        }
        str_append_text(&w->text, ",\"content\":");
        bring(w, object->data, (size_t)object->have);
        break;
    case PLAN_CONTENT_SOURCE:
        str_printf(&w->text, ",\"have\":%llu", (unsigned long long)object->have);
        write_source(w, "source", object->source);
        break;
    case PLAN_CONTENT_LINK:
        json_append_name(&w->text, "to", object->data);
        break;
    case PLAN_CONTENT_HARD:
        if (object->hard)
            write_hard(w, object);
        else
            write_source(w, "hard_link", object->source);
        break;
    case PLAN_CONTENT_COPY:
        write_source(w, "copy", object->source);
        break;
    default:
        break;
    }
}

static void write_object(struct writer *w, const struct plan_object *object) {
    struct plan_object secret; /* how long it is is nobody's business */
    if (object->secret) {
        memcpy(&secret, object, sizeof secret);
        secret.size = 0;
    }
    fields_write(&w->text, object->secret ? &secret : object, object_fields, object_count);
    write_xattrs(w, object);
    write_content(w, object);
}

/* ---------------------------------------------------------------------------------- trees */

static void number_object(struct writer *w, const struct plan_object *object, size_t entry,
                          size_t number) {
    struct object_number n = {object, entry, number};
    str_append(&w->numbers, (const char *)&n, sizeof n);
}

static void number_entry(struct writer *w, size_t entry) {
    const struct plan_object *object = &w->net.entries[entry].is;
    struct net_walk t = {0};
    const struct plan_child *child;
    size_t number = 0;
    number_object(w, object, entry, 0);
    net_walk_into(&t, object);
    while ((child = net_walk_next(&t))) {
        number++;
        if (child->object)
            number_object(w, child->object, entry, number);
    }
    w->text.failed |= net_walk_end(&t) < 0;
}

static void number_all(struct writer *w) {
    for (size_t i = 0; i < w->net.count; i++)
        number_entry(w, i);
    if (!w->numbers.failed && w->numbers.size)
        qsort(w->numbers.data, w->numbers.size / sizeof(struct object_number),
              sizeof(struct object_number), compare_numbers);
    w->text.failed |= w->numbers.failed;
}

static void write_tree(struct writer *w, const struct plan_object *object) {
    struct net_walk t = {0};
    const struct plan_child *child;
    if (!object->child_count)
        return;
    str_append_text(&w->text, ",\"tree\":[");
    net_walk_into(&t, object);
    for (bool first = true; (child = net_walk_next(&t)); first = false) {
        str_append_text(&w->text, first ? "" : ",");
        size_t start = w->text.size;
        json_append_name(&w->text, "path", t.path.data ? t.path.data : "");
        if (child->object)
            write_object(w, child->object);
        else
            str_append_text(&w->text, ",\"left_out\":true");
        close_object(w, start);
    }
    w->text.failed |= net_walk_end(&t) < 0;
    str_append_char(&w->text, ']');
}

/* ---------------------------------------------------------------------------------- lines */

static void write_head(struct writer *w) {
    struct utsname host;
    const struct os_plan *plan = w->plan;
    struct planfile_head head;
    memset(&head, 0, sizeof head); /* with its padding: gcc takes that for read */
    head.id = plan->id;
    head.host = uname(&host) == 0 ? host.nodename : NULL;
    head.root = plan->root;
    head.title = plan->title;
    head.made = plan->made;
    head.umask = plan->overlay.umask;
    head.steps = plan->step_count;
    head.forget = plan->forget;
    head.key = w->key.id[0] ? w->key.id : NULL;
    str_printf(&w->text, "{\"osier\":\"plan\",\"version\":%d", PLANFILE_VERSION);
    fields_write(&w->text, &head, head_fields, head_count);
    end_line(w);
}

static void write_step(struct writer *w, size_t number, const struct step *step) {
    struct plan_digest digest;
    begin_line(w, "step", number);
    append_word(w, "op", step->op);
    json_append_name(&w->text, "path", step->path);
    if (step->path2)
        json_append_name(&w->text, "path2", step->path2);
    if (step->arguments)
        str_append_text(&w->text, step->arguments);
    if (step->data && !step->secret) {
        was_digest(step->data, step->size, &digest);
        str_append_text(&w->text, ",\"content\":\"sha256:");
        field_digest(&w->text, &digest);
        str_append_char(&w->text, '"');
    }
    if (step->origin)
        json_append_name(&w->text, "from", step->origin);
    end_line(w);
}

static void write_entry(struct writer *w, size_t number, const struct plan_entry *e) {
    bool two = e->kind == PLAN_MOVE || e->kind == PLAN_SWAP;
    w->entry = e;
    begin_line(w, "entry", number);
    append_word(w, "kind", kind_words[e->kind]);
    write_place(w, "at", &e->path);
    if (two)
        write_place(w, "to", &e->path2);
    write_was_at(w, &e->path, &e->was);
    if (two)
        write_was(w, "was2", &e->was2);
    if (e->kind != PLAN_REMOVE && !two) {
        size_t start = open_object(w, "is");
        write_object(w, &e->is);
        write_tree(w, &e->is);
        close_object(w, start);
    }
    if (e->needs >= 0)
        str_printf(&w->text, ",\"needs\":%ld", e->needs + 1);
    if (e->aside)
        str_append_text(&w->text, ",\"aside\":true");
    str_append_text(&w->text, ",\"steps\":[");
    for (size_t i = 0; i < e->step_count; i++) {
        str_append_text(&w->text, i ? "," : "");
        append_number(w, e->steps[i] + 1);
    }
    str_append_char(&w->text, ']');
    append_word(w, "undo", undo_words[w->plan->forget ? PLAN_UNDO_NONE : e->undo]);
    end_line(w);
}

static void write_saw(struct writer *w, size_t number, const struct plan_saw *saw) {
    begin_line(w, "saw", number);
    write_place(w, "at", &saw->place);
    write_was_at(w, &saw->place, &saw->was);
    end_line(w);
}

static void write_end(struct writer *w) {
    struct plan_digest digest;
    was_digest(w->text.data, w->text.size, &digest);
    str_printf(&w->text, "{\"end\":{\"lines\":%zu,\"sha256\":\"", w->lines);
    field_digest(&w->text, &digest);
    str_append_text(&w->text, "\"}}\n");
}

static void write_all_lines(struct writer *w) {
    number_all(w);
    if (w->key.id[0])
        note_places(w);
    write_head(w);
    for (size_t i = 0; i < w->plan->step_count; i++)
        write_step(w, i, &plan_steps(w->plan)[i]);
    for (size_t i = 0; i < w->net.count; i++)
        write_entry(w, i, &w->net.entries[i]);
    for (size_t i = 0; i < w->plan->acts.count; i++) {
        act_append(&w->text, &w->plan->acts.list[i], i + 1);
        w->lines++;
    }
    for (size_t i = 0; i < w->net.saw_count; i++)
        write_saw(w, i, &w->net.saws[i]);
    write_contents(w);
    if (!w->text.failed)
        write_end(w);
}

static bool has_sources(const struct os_plan *plan) {
    for (size_t i = 0; i < plan->step_count; i++)
        if (plan_steps(plan)[i].secret && plan_steps(plan)[i].secret->source)
            return true;
    return false;
}

/* What doesn't stand in the text, each once: they are sorted. */
static int put_beside(const struct writer *w, int dir) {
    const struct brought *list = (const void *)w->contents.data;
    size_t count = w->contents.size / sizeof *list;
    int r = 0;
    for (size_t i = 0; r >= 0 && i < count; i++)
        if (list[i].size > BESIDE_ABOVE && (!i || compare_brought(&list[i - 1], &list[i]) != 0))
            r = beside_put(dir, &list[i].digest, list[i].data, list[i].size);
    return r;
}

/* `dir`: where large contents go; −1: nowhere. */
static int make_text(struct os_plan *plan, bool for_journal, int dir, char **ret_text,
                     size_t *ret_size) {
    if (plan->loaded) {
        int r = dir < 0 ? 0 : loaded_put_beside(plan, dir);
        return r < 0 ? r : loaded_text(plan, ret_text, ret_size);
    }
    struct writer w = {.plan = plan};
    int r = plan_hash(plan);
    if (r >= 0)
        r = plan_net(plan, &w.net);
    if (r >= 0 && has_sources(plan))
        r = secret_key(/* make= */ true, &w.key);
    if (r >= 0)
        write_all_lines(&w);
    secret_wipe(w.key.bytes, sizeof w.key.bytes);
    if (r >= 0 && (w.text.failed || w.contents.failed))
        r = -ENOMEM;
    if (r >= 0 && w.secret && !for_journal) {
        free(plan->failed);
        plan->failed = mem_text(w.secret, strlen(w.secret));
        r = plan->failed ? -EPERM : -ENOMEM;
    }
    if (r >= 0 && dir >= 0)
        r = put_beside(&w, dir);
    str_free(&w.places);
    str_free(&w.contents);
    str_free(&w.numbers);
    *ret_size = w.text.size;
    if (r >= 0)
        return str_take(&w.text, ret_text);
    str_free(&w.text);
    return r;
}

int plan_text(struct os_plan *plan, bool for_journal, char **ret_text, size_t *ret_size) {
    return make_text(plan, for_journal, -1, ret_text, ret_size);
}

/* -------------------------------------------------------------------------------- public */

char *os_plan_text(struct os_plan *plan, size_t *ret_size) {
    UNCANCELLED;
    char *text = NULL;
    size_t size = 0;
    int r = plan_text(plan, /* for_journal= */ false, &text, &size);
    if (r >= 0 && ret_size)
        *ret_size = size;
    return PUBLIC_POINTER(r, text, "plan_text", plan->failed, NULL);
}

int os_plan_save(struct os_plan *plan, const char *path) {
    UNCANCELLED;
    const struct os_write_file_options options = {.size = sizeof options, .mode = 0600};
    AUTO_FREE char *text = NULL;
    size_t size;
    AUTO_CLOSE int dir = beside_open(path);
    int r = dir < 0 ? dir : make_text(plan, /* for_journal= */ false, dir, &text, &size);
    return r < 0 ? PUBLIC(r, "plan_save", plan->failed ? plan->failed : path, NULL)
                 : os_write_file(path, text, size, &options);
}

static int digest_text(struct os_plan *plan, char **ret_text) {
    AUTO_FREE char *text = NULL;
    AUTO_STR hex = STR_INIT;
    struct plan_digest digest;
    size_t size;
    int r = plan_text(plan, /* for_journal= */ false, &text, &size);
    if (r < 0)
        return r;
    was_digest(text, size, &digest);
    field_digest(&hex, &digest);
    return str_take(&hex, ret_text);
}

char *os_plan_digest(struct os_plan *plan) {
    UNCANCELLED;
    char *text = NULL;
    int r = digest_text(plan, &text);
    return PUBLIC_POINTER(r, text, "plan_digest", plan->failed, NULL);
}
