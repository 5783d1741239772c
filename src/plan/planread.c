/* SPDX-License-Identifier: MIT */
/** Reading a plan's file, strictly: what is not understood to the last member is not applied. */
#include "plan/planread.h"
#include "base/cancel.h"

#include "base/array.h"
#include "base/error.h"
#include "base/sha256.h"
#include "plan/was.h"

#include <fcntl.h>
#include <osier/contents.h>
#include <string.h>

static int done(int r) {
    return r < 0 ? r : 1;
}

/* --------------------------------------------------------------------------------- contents */

static int take_content(struct planread *r, const struct json_value *member, void *to) {
    struct content_line *content = to;
    AUTO_STR decoded = STR_INIT;
    const char *data = member->text;
    uint64_t have = member->size;
    uint64_t size;
    if (member_is(member, "content")) {
        bool read = member->type == JSON_TEXT && strncmp(member->text, "sha256:", 7) == 0 &&
                    field_read_digest(member->text + 7, member->size - 7, &content->digest);
        return read ? 1 : -EBADMSG;
    }
    if (member_is(member, "size")) {
        if (!field_read_number(member, &size))
            return -EBADMSG;
        content->size = (size_t)size;
        return 1;
    }
    if (member_is(member, "beside")) {
        content->beside = member->type == JSON_BOOL && *member->text == 't' && !content->data &&
                          content->size > BESIDE_ABOVE;
        return content->beside ? 1 : -EBADMSG;
    }
    if ((!member_is(member, "text") && !member_is(member, "base64")) || content->data ||
        content->beside)
        return content->data || content->beside ? -EBADMSG : 0;
    if (member->type != JSON_TEXT)
        return -EBADMSG;
    if (member_is(member, "base64")) {
        if (json_decode_base64(member->text, member->size, &decoded) < 0)
            return -EBADMSG;
        if (decoded.failed)
            return -ENOMEM;
        data = decoded.data;
        have = decoded.size;
    }
    if (have != content->size)
        return -EBADMSG;
    content->data = arena_text(r->arena, data, have);
    return content->data ? 1 : -ENOMEM;
}

/* A large one is looked at where it stands; of a journal's plan, it is gone. */
static int read_beside(struct planread *r, struct content_line *content) {
    struct plan_beside *beside = arena_alloc(r->arena, sizeof *beside);
    struct loaded_beside known = {beside, content->size};
    if (!beside)
        return -ENOMEM;
    *beside = (struct plan_beside){r->loaded->beside, content->digest};
    content->data = beside;
    if (r->loaded->of_journal) {
        r->loaded->lacking = true;
        return 0;
    }
    str_append(&r->loaded->besides, (const char *)&known, sizeof known);
    return r->loaded->besides.failed ? -ENOMEM : beside_check(beside, content->size);
}

static int read_content(struct planread *r, const struct json_value *line) {
    struct content_line content = {0};
    struct plan_digest digest;
    int result = planread_members(r, line, take_content, &content);
    if (result < 0 || (!content.data && !content.beside))
        return result < 0 ? result : -EBADMSG;
    if (content.beside) {
        result = read_beside(r, &content);
        if (result < 0)
            return result;
    } else {
        was_digest(content.data, content.size, &digest);
        if (memcmp(&digest, &content.digest, sizeof digest) != 0)
            return -EBADMSG;
    }
    str_append(&r->contents, (const char *)&content, sizeof content);
    return r->contents.failed ? -ENOMEM : 0;
}

static int compare_contents(const void *a, const void *b) {
    return memcmp(a, b, sizeof(struct plan_digest));
}

/* Each use finds its content, and each content is used. */
static int resolve_contents(struct planread *r) {
    struct content_line *contents = (struct content_line *)(void *)r->contents.data;
    struct content_use *uses = (struct content_use *)(void *)r->uses.data;
    size_t count = r->contents.size / sizeof *contents, use_count = r->uses.size / sizeof *uses;
    if (count > 1)
        qsort(contents, count, sizeof *contents, compare_contents);
    for (size_t i = 0; i < use_count; i++) {
        struct content_line *found =
            count ? bsearch(&uses[i].digest, contents, count, sizeof *contents, compare_contents)
                  : NULL;
        if (!found)
            return -EBADMSG;
        found->used = true;
        if (found->beside && !uses[i].beside)
            return -EBADMSG;
        if (found->beside)
            *uses[i].beside = found->data;
        else
            *uses[i].data = found->data;
        if (uses[i].have)
            *uses[i].have = found->size;
        else
            *uses[i].size = found->size;
    }
    for (size_t i = 0; i < count; i++)
        if (!contents[i].used || (i && compare_contents(&contents[i - 1], &contents[i]) == 0))
            return -EBADMSG;
    return 0;
}

/* ------------------------------------------------------------------------------------ lines */

static int read_steps(struct planread *r, const struct json_value *list, struct plan_entry *e) {
    if (list->type != JSON_LIST)
        return -EBADMSG;
    size_t *steps = arena_alloc(r->arena, list->count * sizeof *steps);
    if (!steps)
        return -ENOMEM;
    e->steps = steps;
    e->step_count = list->count;
    for (size_t i = 0; i < list->count; i++)
        if (planread_number(list + 1 + i, &steps[i]) < 0 || steps[i] >= r->plan->step_count)
            return -EBADMSG;
    return 1;
}

static int find_word(const struct json_value *value, const char *const *words, size_t count) {
    for (size_t i = 0; value->type == JSON_TEXT && i < count; i++)
        if (strcmp(value->text, words[i]) == 0)
            return (int)i;
    return -EBADMSG;
}

struct entry_reader {
    struct plan_entry *entry;
    const struct json_value *is;
    bool kind, was, undo, number;
};

static int take_entry(struct planread *r, const struct json_value *member, void *to) {
    struct entry_reader *e = to;
    size_t number = 0;
    int result;
    if (member_is(member, "entry")) {
        result = planread_number(member, &number);
        e->number = result > 0 && number == r->entry_count;
        return e->number ? 1 : -EBADMSG;
    }
    if (member_is(member, "kind")) {
        result = find_word(member, kind_words, 7);
        e->entry->kind = result < 0 ? PLAN_CREATE : (enum plan_kind)result;
        e->kind = true;
        return done(result);
    }
    if (member_is(member, "undo")) {
        result = find_word(member, undo_words, 3);
        e->entry->undo = result < 0 ? PLAN_UNDO_EXACT : (enum plan_undo)result;
        e->undo = true;
        return done(result);
    }
    if (member_is(member, "at"))
        return planread_place(r, member, &e->entry->path);
    if (member_is(member, "to"))
        return planread_place(r, member, &e->entry->path2);
    if (member_is(member, "was")) {
        e->was = true;
        e->entry->was.absent = false;
        return planread_was(r, member, &e->entry->was);
    }
    if (member_is(member, "was2")) {
        e->entry->was2.absent = false;
        return planread_was(r, member, &e->entry->was2);
    }
    if (member_is(member, "is")) {
        e->is = member;
        return 1;
    }
    if (member_is(member, "needs")) {
        result = planread_number(member, &number);
        e->entry->needs = (long)number;
        return result > 0 && number < r->entry_count ? 1 : -EBADMSG;
    }
    if (member_is(member, "aside")) {
        e->entry->aside = member->type == JSON_BOOL && *member->text == 't';
        return e->entry->aside ? 1 : -EBADMSG;
    }
    return member_is(member, "steps") ? read_steps(r, member, e->entry) : 0;
}

/* Read at the place where it stays: what is resolved later points into it. */
static int read_entry(struct planread *r, const struct json_value *line) {
    if (r->entry_count == r->entry_room)
        return -EBADMSG;
    struct plan_entry *entry = &r->entries[r->entry_count];
    struct entry_reader e = {.entry = entry};
    *entry = (struct plan_entry){.needs = -1, .was2.absent = true};
    entry->path.made_by = entry->path2.made_by = -1;
    int result = planread_members(r, line, take_entry, &e);
    if (result < 0)
        return result;
    bool two = entry->kind == PLAN_MOVE || entry->kind == PLAN_SWAP;
    bool one = entry->kind != PLAN_REMOVE && !two;
    if (!e.kind || !e.was || !e.undo || !e.number || !entry->path.path || !entry->steps ||
        one != (e.is != NULL) || two != (entry->path2.path != NULL) ||
        (entry->kind == PLAN_CREATE) != entry->was.absent)
        return -EBADMSG;
    bool made = entry->kind == PLAN_CREATE || entry->kind == PLAN_REPLACE;
    result = one ? planread_object(r, e.is, &entry->is, made) : 0;
    r->entry_count++;
    return result < 0 ? result : 0;
}

struct saw_reader {
    struct plan_saw *saw;
    bool was, number;
};

static int take_saw(struct planread *r, const struct json_value *member, void *to) {
    struct saw_reader *s = to;
    size_t number;
    if (member_is(member, "saw")) {
        s->number = planread_number(member, &number) > 0 &&
                    number == r->saws.size / sizeof(struct plan_saw);
        return s->number ? 1 : -EBADMSG;
    }
    if (member_is(member, "at"))
        return planread_place(r, member, &s->saw->place);
    s->was |= member_is(member, "was");
    return member_is(member, "was") ? planread_was(r, member, &s->saw->was) : 0;
}

static int read_saw(struct planread *r, const struct json_value *line) {
    struct plan_saw saw = {0};
    struct saw_reader s = {.saw = &saw};
    int result = planread_members(r, line, take_saw, &s);
    if (result < 0 || !saw.place.path || !s.was || !s.number)
        return result < 0 ? result : -EBADMSG;
    str_append(&r->saws, (const char *)&saw, sizeof saw);
    return r->saws.failed ? -ENOMEM : 0;
}

/* The arguments that a step may have, and of what type each is. */
static const struct {
    const char *key;
    enum json_type type, other;
} step_arguments[] = {
    {"mode", JSON_TEXT, JSON_TEXT},          {"exist_ok", JSON_BOOL, JSON_BOOL},
    {"nofollow", JSON_BOOL, JSON_BOOL},      {"type", JSON_TEXT, JSON_TEXT},
    {"device", JSON_NUMBER, JSON_TEXT},      {"uid", JSON_NUMBER, JSON_NUMBER},
    {"gid", JSON_NUMBER, JSON_NUMBER},       {"atime_ns", JSON_NUMBER, JSON_TEXT},
    {"mtime_ns", JSON_NUMBER, JSON_TEXT},    {"name", JSON_TEXT, JSON_TEXT},
    {"name_b64", JSON_TEXT, JSON_TEXT},      {"create", JSON_BOOL, JSON_BOOL},
    {"replace", JSON_BOOL, JSON_BOOL},       {"length", JSON_NUMBER, JSON_TEXT},
    {"keep_mode", JSON_BOOL, JSON_BOOL},     {"keep_owner", JSON_BOOL, JSON_BOOL},
    {"follow", JSON_BOOL, JSON_BOOL},        {"noreplace", JSON_BOOL, JSON_BOOL},
    {"owner", JSON_BOOL, JSON_BOOL},         {"special_files", JSON_BOOL, JSON_BOOL},
    {"symlinks", JSON_BOOL, JSON_BOOL},      {"ignore_dangling_symlinks", JSON_BOOL, JSON_BOOL},
    {"dirs_exist_ok", JSON_BOOL, JSON_BOOL}, {"hard_links", JSON_BOOL, JSON_BOOL},
    {"ignore_errors", JSON_BOOL, JSON_BOOL}, {"leave_journals", JSON_BOOL, JSON_BOOL},
    {"ignore", JSON_LIST, JSON_LIST},        {"new_owner", JSON_BOOL, JSON_BOOL},
    {"file_mode", JSON_TEXT, JSON_TEXT},     {"dir_mode", JSON_TEXT, JSON_TEXT},
    {"content", JSON_TEXT, JSON_TEXT},       {"one_file_system", JSON_BOOL, JSON_BOOL},
    {"secret", JSON_TEXT, JSON_TEXT},        {"secret_b64", JSON_TEXT, JSON_TEXT},
};

static int take_step(struct planread *r, const struct json_value *member, void *to) {
    static const struct field fields[] = {
        {"op", FIELD_NAME, offsetof(struct step, op)},
        {"path2", FIELD_NAME, offsetof(struct step, path2)},
        {"path", FIELD_NAME, offsetof(struct step, path)},
        {"from", FIELD_NAME, offsetof(struct step, origin)},
    };
    size_t number;
    if (member_is(member, "step"))
        return planread_number(member, &number) > 0 && number == r->plan->step_count ? 1 : -EBADMSG;
    int result = fields_read(r->arena, member, to, FIELDS(fields));
    if (result)
        return result;
    for (size_t i = 0; i < sizeof step_arguments / sizeof *step_arguments; i++)
        if (member_is(member, step_arguments[i].key))
            return member->type == step_arguments[i].type || member->type == step_arguments[i].other
                       ? 1
                       : -EBADMSG;
    return 0;
}

static int read_step(struct planread *r, const struct json_value *line) {
    struct step step = {0};
    int result = planread_members(r, line, take_step, &step);
    if (result < 0 || !step.op || !step.path)
        return result < 0 ? result : -EBADMSG;
    str_append(&r->plan->steps, (const char *)&step, sizeof step);
    if (r->plan->steps.failed)
        return -ENOMEM;
    r->plan->step_count++;
    return 0;
}

static int read_act(struct planread *r) {
    struct acts *acts = &r->plan->acts;
    int result = ARRAY_ROOM(acts->list, acts->room, acts->count + 1, 8);
    if (result >= 0)
        result = act_parse(&r->json, r->arena, acts->count + 1, &acts->list[acts->count]);
    acts->count += result >= 0;
    return result;
}

static int take_head(struct planread *r, const struct json_value *member, void *to) {
    if (member_is(member, "osier"))
        return member->type == JSON_TEXT && strcmp(member->text, "plan") == 0 ? 1 : -EBADMSG;
    if (member_is(member, "version")) {
        if (member->type != JSON_NUMBER)
            return -EBADMSG;
        return strcmp(member->text, "1") == 0 ? 1 : -EPROTONOSUPPORT;
    }
    return fields_read(r->arena, member, to, head_fields, head_count);
}

static int read_head(struct planread *r, const struct json_value *line) {
    struct planfile_head *head = &r->loaded->head;
    int result = planread_members(r, line, take_head, head);
    if (result < 0)
        return result;
    if (!json_member(&r->json, line, "osier") || !json_member(&r->json, line, "version") ||
        !head->id || strlen(head->id) != sizeof r->plan->id - 1 || !head->root)
        return -EBADMSG;
    strcpy(r->plan->id, head->id);
    r->plan->title = head->title;
    r->plan->made = head->made;
    r->plan->forget = head->forget;
    return 0;
}

static int read_line(struct planread *r, const char *line, size_t size) {
    int result = json_read_next(line, size, &r->json);
    if (result < 0)
        return result;
    const struct json_value *object = r->json.values;
    if (object->type != JSON_OBJECT || !object->count)
        return -EBADMSG;
    const char *first = (object + 1)->key;
    if (r->lines == 0)
        return read_head(r, object);
    return strcmp(first, "step") == 0      ? read_step(r, object)
           : strcmp(first, "entry") == 0   ? read_entry(r, object)
           : strcmp(first, "act") == 0     ? read_act(r)
           : strcmp(first, "saw") == 0     ? read_saw(r, object)
           : strcmp(first, "content") == 0 ? read_content(r, object)
                                           : -EPROTONOSUPPORT;
}

/* --------------------------------------------------------------------------------- the whole */

/* The last line has the digest of all before it: the size of that, or −EBADMSG. */
static ssize_t check_end(const struct loaded *loaded) {
    const char *text = loaded->text;
    size_t size = loaded->size;
    if (size < 2 || text[size - 1] != '\n')
        return -EBADMSG;
    size_t start = size - 1;
    while (start > 0 && text[start - 1] != '\n')
        start--;
    struct plan_digest digest;
    AUTO_STR expected = STR_INIT;
    size_t lines = 0;
    for (const char *at = text; (at = memchr(at, '\n', (size_t)(text + start - at))); at++)
        lines++;
    was_digest(text, start, &digest);
    str_printf(&expected, "{\"end\":{\"lines\":%zu,\"sha256\":\"", lines);
    field_digest(&expected, &digest);
    str_append_text(&expected, "\"}}\n");
    if (expected.failed)
        return -ENOMEM;
    bool same =
        expected.size == size - start && memcmp(expected.data, text + start, expected.size) == 0;
    return same && lines ? (ssize_t)start : -EBADMSG;
}

/* For all lines that say that they are an entry. */
static int make_room(struct planread *r) {
    static const char begin[] = "\n{\"entry\":";
    const char *at = r->loaded->text;
    while ((at = strstr(at, begin))) {
        r->entry_room++;
        at += sizeof begin - 1;
    }
    r->entries = arena_alloc(r->arena, r->entry_room * sizeof *r->entries);
    return r->entries ? 0 : -ENOMEM;
}

static int read_lines(struct planread *r) {
    ssize_t end = check_end(r->loaded);
    if (end < 0)
        return (int)end;
    const char *at = r->loaded->text;
    if (make_room(r) < 0)
        return -ENOMEM;
    while (at < r->loaded->text + end) {
        const char *line_end = memchr(at, '\n', (size_t)(r->loaded->text + end - at));
        int result = read_line(r, at, (size_t)(line_end - at));
        if (result < 0)
            return result;
        r->lines++;
        at = line_end + 1;
    }
    return r->plan->step_count == r->loaded->head.steps ? 0 : -EBADMSG;
}

static int compare_numbers(const void *a, const void *b) {
    const struct object_number *x = a, *y = b;
    if (x->entry != y->entry)
        return x->entry < y->entry ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

static int resolve_hard(struct planread *r) {
    struct hard_use *uses = (struct hard_use *)(void *)r->hard.data;
    size_t count = r->numbers.size / sizeof(struct object_number);
    if (r->numbers.failed)
        return -ENOMEM;
    for (size_t i = 0; i < r->hard.size / sizeof *uses; i++) {
        struct object_number key = {NULL, uses[i].entry, uses[i].number};
        const struct object_number *found =
            count ? bsearch(&key, r->numbers.data, count, sizeof key, compare_numbers) : NULL;
        bool right = found && found->object && found->object->content != PLAN_CONTENT_HARD &&
                     !S_ISDIR(found->object->mode);
        if (!right)
            return -EBADMSG;
        *uses[i].hard = found->object;
    }
    return 0;
}

/* The entry that makes a place is one that makes something. */
static bool is_made(const struct plan_net *net, const struct plan_place *place) {
    if (place->made_by < 0)
        return true;
    if ((size_t)place->made_by >= net->count)
        return false;
    enum plan_kind kind = net->entries[place->made_by].kind;
    return kind == PLAN_CREATE || kind == PLAN_REPLACE;
}

static int take_net(struct planread *r) {
    struct plan_net *net = &r->loaded->net;
    struct plan_saw *saws = arena_alloc(r->arena, r->saws.size);
    if (!saws)
        return -ENOMEM;
    if (r->saws.size)
        memcpy(saws, r->saws.data, r->saws.size);
    net->count = r->entry_count;
    net->saw_count = r->saws.size / sizeof *saws;
    net->entries = r->entries;
    net->saws = saws;
    net->root = r->loaded->head.root;
    for (size_t i = 0; i < net->count; i++)
        if (!is_made(net, &net->entries[i].path) || !is_made(net, &net->entries[i].path2))
            return -EBADMSG;
    return 0;
}

static int read_plan(struct planread *r) {
    int result = read_lines(r);
    if (result >= 0)
        result = resolve_contents(r);
    if (result >= 0)
        result = resolve_hard(r);
    if (result >= 0)
        result = take_net(r);
    json_free(&r->json);
    str_free(&r->saws);
    str_free(&r->uses);
    str_free(&r->contents);
    str_free(&r->hard);
    str_free(&r->numbers);
    return result;
}

static int planread(struct os_plan *plan, const char *path, bool of_journal, char *text,
                    size_t size) {
    struct loaded *loaded = mem_zalloc(sizeof *loaded);
    if (!loaded) {
        free(text);
        return -ENOMEM;
    }
    loaded->text = text;
    loaded->size = size;
    plan->loaded = loaded;
    loaded->of_journal = of_journal;
    loaded->beside = beside_open(path);
    struct planread reader = {.plan = plan, .loaded = loaded, .arena = &loaded->arena};
    return read_plan(&reader);
}

void loaded_free(struct loaded *loaded) {
    if (!loaded)
        return;
    secrets_forget(loaded);
    str_free(&loaded->besides);
    seam_close_quietly(loaded->beside);
    arena_free(&loaded->arena);
    free(loaded->text);
    free(loaded);
}

/* The root is opened when it is needed: a plan can be looked at where its root isn't. */
int loaded_net(struct os_plan *plan, struct plan_net *ret_net) {
    struct loaded *loaded = plan->loaded;
    if (plan->overlay.root_fd < 0)
        plan->overlay.root_fd = SYS(open, loaded->net.root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    loaded->net.root_fd = plan->overlay.root_fd;
    *ret_net = loaded->net;
    return 0;
}

bool loaded_lacks_contents(const struct os_plan *plan) {
    return plan->loaded && plan->loaded->lacking;
}

int loaded_put_beside(const struct os_plan *plan, int dir) {
    const struct loaded_beside *list = (const void *)plan->loaded->besides.data;
    int r = 0;
    for (size_t i = 0; r >= 0 && i < plan->loaded->besides.size / sizeof *list; i++)
        r = beside_put_copy(dir, list[i].beside, list[i].size);
    return r;
}

int loaded_text(const struct os_plan *plan, char **ret_text, size_t *ret_size) {
    *ret_size = plan->loaded->size;
    *ret_text = mem_text(plan->loaded->text, plan->loaded->size);
    return *ret_text ? 0 : -ENOMEM;
}

int plan_load(const char *path, bool of_journal, struct os_plan **ret_plan) {
    size_t size;
    char *text = os_read_file(path, &size);
    if (!text)
        return seam_failure();
    struct os_plan *plan = mem_zalloc(sizeof *plan);
    int r = -ENOMEM;
    if (plan) {
        plan->overlay.root_fd = -1;
        r = planread(plan, path, of_journal, text, size);
    } else {
        free(text);
    }
    *ret_plan = r < 0 ? os_plan_close(plan) : plan;
    return r;
}

struct os_plan *os_plan_load(const char *path) {
    UNCANCELLED;
    struct os_plan *plan = NULL;
    int r = plan_load(path, /* of_journal= */ false, &plan);
    return PUBLIC_POINTER(r, plan, "plan_load", path, NULL);
}
