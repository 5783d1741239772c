/* SPDX-License-Identifier: MIT */
/** From tables to resources: which kinds there are, and what can be said of each. */
#include "path/norm.h"
#include "state/acl.h"
#include "state/assertion.h"
#include "state/kinds.h"
#include "state/package.h"
#include "state/people.h"
#include "state/service.h"
#include "state/setting.h"

#include <ctype.h>
#include <grp.h>
#include <osier/path.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------------------ members */

#define IN IN_RESOURCE
#define OWNERS                                                                                     \
    {"owner", USER, IN(want.uid)}, {                                                               \
        "group", GROUP, IN(want.gid)                                                               \
    }
#define REPLACE                                                                                    \
    { "replace", FLAG, IN(want.replace) }
#define ATTRIBUTES                                                                                 \
    {"mode", MODE, IN(want.mode)}, OWNERS, {"xattrs", TABLE, IN(want.xattrs)},                     \
        {"acl", ACL, IN(want.acl)}, AFTER

static const struct member dir_members[] = {ATTRIBUTES, REPLACE, {NULL}};
static const struct member file_members[] = {ATTRIBUTES,
                                             REPLACE,
                                             {"content", CONTENT, IN(content)},
                                             {"source", TEXT, IN(source)},
                                             {"template", TEXT, IN(template)},
                                             {"secret", TEXT, IN(secret)},
                                             {"forget", TEXT, IN(forget)},
                                             {"check", TEXT, IN(check)},
                                             {"once", FLAG, IN(once)},
                                             {NULL}};
static const struct member link_members[] = {OWNERS, REPLACE, AFTER, {"to", TEXT, IN(to)}, {NULL}};
static const struct member absent_members[] = {AFTER, {NULL}};
static const struct member tree_members[] = {
    {"source", TEXT, IN(source)}, {"exactly", FLAG, IN(exactly)}, OWNERS, REPLACE, AFTER, {NULL}};
static const struct member archive_members[] = {{"source", TEXT, IN(source)},
                                                {"sha256", TEXT, IN(sha256)},
                                                {"strip", NUMBER, IN(strip)},
                                                {"exactly", FLAG, IN(exactly)},
                                                OWNERS,
                                                REPLACE,
                                                AFTER,
                                                {NULL}};
static const struct member run_members[] = {{"command", COMMAND, IN(command)},
                                            {"unless", COMMAND, IN(unless)},
                                            {"creates", TEXT, IN(creates)},
                                            {"cwd", TEXT, IN(cwd)},
                                            UNDO_ON_FAILURE,
                                            AFTER,
                                            {NULL}};

/* A table of lines or blocks has names of its own. */
const struct kind kind_dir = {"dir", dir_members, .exclusive = true, .plan = plan_dir};
const struct kind kind_file = {"file", file_members, .exclusive = true, .begin = begin_file,
                               .plan = plan_file};
const struct kind kind_link = {"link", link_members, .exclusive = true, .begin = begin_needed,
                               .plan = plan_link};
const struct kind kind_line = {"line", NULL, .part = true, .begin = begin_lines,
                               .plan = plan_lines};
const struct kind kind_block = {"block", NULL, .part = true, .begin = begin_blocks,
                                .plan = plan_blocks};
const struct kind kind_set = {"set", NULL, .part = true, .begin = begin_set, .plan = plan_set};
const struct kind kind_absent = {"absent", absent_members, .exclusive = true, .begin = begin_absent,
                                 .plan = plan_absent};
const struct kind kind_tree = {"tree", tree_members, .exclusive = true, .begin = begin_needed,
                               .plan = plan_tree};
const struct kind kind_archive = {"archive", archive_members, .exclusive = true,
                                  .begin = begin_needed, .plan = plan_archive};
const struct kind kind_run = {"run", run_members, .command = true, .begin = begin_needed};

static const struct kind *const kinds[] = {
    &kind_dir,     &kind_file,  &kind_link,    &kind_line,
    &kind_block,   &kind_set,   &kind_absent,  &kind_tree,
    &kind_archive, &kind_run,   &kind_sudoers, &kind_cron,
    &kind_limits,  &kind_timer, &kind_module,  &kind_authorized_keys,
    &kind_user,    &kind_group, &kind_package, &kind_service,
    &kind_sysctl,  &kind_host,  &kind_locale,  &kind_mount,
    &kind_swap,
};

const struct kind *kind_of(const char *name) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
    for (size_t i = 0; assertion_kinds[i]; i++)
        if (strcmp(assertion_kinds[i]->name, name) == 0)
            return assertion_kinds[i];
    return NULL;
}

/* ------------------------------------------------------------------------------ their values */

static int wrong_type(struct os_state *state, const struct place *place, const char *name,
                      const char *expected, const struct data_value *v) {
    return problem(state, place, "%s is %s, not %s", name, expected, data_type_name(v->type));
}

/* A text with its names replaced; it has no NUL in it. */
static int take_text(struct os_state *state, const struct place *place, const char *name,
                     const struct data_value *v, const char **ret) {
    size_t size;
    if (v->type != DATA_TEXT)
        return wrong_type(state, place, name, "a text", v);
    int r = expand(state, place, v->text, v->size, ret, &size);
    return r >= 0 && strlen(*ret) != size ? problem(state, place, "%s has a NUL in it", name) : r;
}

static int take_line(struct os_state *state, const struct place *place, const char *name,
                     const struct data_value *v, const char **ret) {
    int r = take_text(state, place, name, v, ret);
    return r < 0                   ? r
           : strpbrk(*ret, "\r\n") ? problem(state, place, "%s is one line", name)
           : !**ret                ? problem(state, place, "%s is empty", name)
                                   : r;
}

static int take_mode(struct os_state *state, const struct place *place, const struct data_value *v,
                     struct resource *resource) {
    const char *text;
    char *end;
    if (v->type == DATA_INTEGER && v->integer >= 0 && v->integer <= 7777)
        return problem(state, place, "a mode is a text: mode = \"%04lld\"", (long long)v->integer);
    int r = take_text(state, place, "mode", v, &text);
    if (r < 0)
        return r;
    unsigned long mode = strtoul(text, &end, 8);
    if (!*text || *end || strspn(text, "01234567") != strlen(text) || mode > 07777)
        return problem(state, place, "'%s' is no mode; one is \"0644\"", text);
    resource->want.mode = (mode_t)mode;
    resource->want.has_mode = true;
    return 0;
}

/* The number of a user or group, by name or as it is. */
int find_id(const char *name, bool group, uint32_t *ret) {
    AUTO_STR room = STR_INIT;
    struct passwd user, *found_user = NULL;
    struct group entry, *found_group = NULL;
    int r;
    for (size_t size = 1024;; size *= 2) {
        if (str_reserve(&room, size) < 0)
            return -ENOMEM;
        r = group ? SYS_NUMBER(getgrnam_r, name, &entry, room.data, room.room, &found_group)
                  : SYS_NUMBER(getpwnam_r, name, &user, room.data, room.room, &found_user);
        if (r != -ERANGE)
            break;
    }
    if (!found_user && !found_group)
        return r == -ENOMEM ? r : -ENOENT;
    *ret = group ? found_group->gr_gid : found_user->pw_uid;
    return 0;
}

int find_owner(const struct os_state *state, const char *name, bool group, uint32_t *ret) {
    const struct person *person = person_of(state, name, group);
    if (!person || person->id == UINT32_MAX)
        return find_id(name, group, ret);
    *ret = person->id;
    return 0;
}

static int take_owner(struct os_state *state, const struct place *place, const struct data_value *v,
                      bool group, uint32_t *ret) {
    const char *name = NULL;
    if (v->type == DATA_INTEGER && v->integer >= 0 && v->integer < UINT32_MAX) {
        *ret = (uint32_t)v->integer;
        return 0;
    }
    int r = take_text(state, place, group ? "group" : "owner", v, &name);
    if (r < 0 || !name)
        return r;
    if (state->owner[group].name && strcmp(state->owner[group].name, name) == 0) {
        *ret = state->owner[group].id; /* mostly it is the one before */
        return 0;
    }
    r = find_owner(state, name, group, ret);
    if (r == -ENOENT)
        return problem(state, place, "there is no %s '%s'", group ? "group" : "user", name);
    if (r >= 0) {
        state->owner[group].name = name;
        state->owner[group].id = *ret;
    }
    return r;
}

static int take_acl(struct os_state *state, const struct resource *resource,
                    const struct place *place, const struct data_value *v, const struct acl **ret) {
    AUTO_STR all = STR_INIT;
    const char *const *texts;
    if (v->type != DATA_TEXT && v->type != DATA_LIST)
        return wrong_type(state, place, "acl", "a text or a list of texts", v);
    int r = take_texts(state, resource, "acl", v, &texts);
    for (; r >= 0 && *texts; texts++)
        str_printf(&all, "%s,", *texts);
    return r < 0 ? r : all.failed ? -ENOMEM : acl_take(state, place, all.size ? all.data : "", ret);
}

static int take_value(struct os_state *state, struct resource *resource,
                      const struct member *member, const struct data_value *v, char *to) {
    struct place place = {resource->place.source, v->at};
    switch (member->type) {
    case TEXT:
        return take_text(state, &place, member->name, v, (const char **)(void *)to);
    case LINE:
        return take_line(state, &place, member->name, v, (const char **)(void *)to);
    case TEXTS:
        return v->type != DATA_TEXT && v->type != DATA_LIST
                   ? wrong_type(state, &place, member->name, "a text or a list of texts", v)
                   : take_texts(state, resource, member->name, v, (const char *const **)(void *)to);
    case ANY:
        *(const struct data_value **)(void *)to = v;
        return 0;
    case CONTENT:
        return v->type != DATA_TEXT ? wrong_type(state, &place, member->name, "a text", v)
                                    : expand(state, &place, v->text, v->size, &resource->content,
                                             &resource->content_size);
    case MODE:
        return take_mode(state, &place, v, resource);
    case USER:
    case GROUP:
        return take_owner(state, &place, v, member->type == GROUP, (uint32_t *)(void *)to);
    case FLAG:
        *(bool *)to = v->yes;
        return v->type == DATA_BOOL ? 0
                                    : wrong_type(state, &place, member->name, "true or false", v);
    case NUMBER:
        *(int64_t *)(void *)to = v->integer;
        return v->type == DATA_INTEGER
                   ? 0
                   : wrong_type(state, &place, member->name, "a whole number", v);
    case REAL:
        *(double *)(void *)to = v->type == DATA_INTEGER ? (double)v->integer : v->number;
        return v->type == DATA_INTEGER || v->type == DATA_FLOAT
                   ? 0
                   : wrong_type(state, &place, member->name, "a number", v);
    case ACL:
        return take_acl(state, resource, &place, v, (const struct acl **)(void *)to);
    default:
        *(const struct data_value **)(void *)to = v;
        return v->type == DATA_LIST && member->type != TABLE     ? 0
               : v->type == DATA_TEXT && member->type == COMMAND ? 0
               : v->type == DATA_TABLE && member->type == TABLE
                   ? 0
                   : wrong_type(state, &place, member->name,
                                member->type == LIST      ? "a list"
                                : member->type == COMMAND ? "a text or a list of texts"
                                                          : "a table",
                                v);
    }
}

static int take_member(struct os_state *state, struct resource *resource,
                       const struct member *member, const struct data_value *v) {
    char *base = resource->assertion ? (char *)resource->assertion
                 : member->own       ? (char *)resource->own
                                     : (char *)resource;
    return take_value(state, resource, member, v, base + member->offset);
}

bool is_said(const struct resource *resource, const char *name) {
    return resource->table && resource->table->type == DATA_TABLE &&
           data_find(&resource->place.source->data, resource->table, name, strlen(name));
}

static int unknown_member(struct os_state *state, const struct resource *resource,
                          const struct data_value *v) {
    AUTO_STR known = STR_INIT;
    struct place place = {resource->place.source, v->key_at};
    for (const struct member *m = resource->kind->members; m->name; m++)
        str_printf(&known, "%s%s", known.size ? ", " : "", m->name);
    return known.failed ? -ENOMEM
                        : problem(state, &place, "a %s has no '%s'; it has %s",
                                  resource->kind->name, v->key, known.data);
}

static int take_members(struct os_state *state, struct resource *resource) {
    const struct data *data = &resource->place.source->data;
    const struct data_value *v = data_first(data, resource->table);
    int result = 0;
    for (; v && result != -ENOMEM; v = data_next(data, v)) {
        const struct member *member = resource->kind->members;
        while (member->name && strcmp(member->name, v->key) != 0)
            member++;
        int r = member->name ? take_member(state, resource, member, v)
                             : unknown_member(state, resource, v);
        result = r < 0 ? r : result;
    }
    return result;
}

/* ------------------------------------------------------------------------------ resources */

/* The path of a resource: absolute, or of a home directory. */
static int take_path(struct os_state *state, struct resource *resource,
                     const struct data_value *v) {
    const char *path;
    size_t size;
    AUTO_FREE char *normal = NULL, *own = NULL;
    int r = expand(state, &resource->place, v->key, v->key_size, &path, &size);
    if (r < 0)
        return r;
    if (strlen(path) != size)
        return problem(state, &resource->place, "a path has no NUL in it");
    if (*path == '~' && (own = os_path_expanduser(path)) == NULL)
        return seam_failure();
    if (*(own ? own : path) != '/')
        return problem(state, &resource->place, "'%s' is no absolute path", path);
    r = path_normal(own ? own : path, &normal);
    if (r >= 0)
        resource->name =
            strcmp(normal, path) == 0 ? path : arena_text(&state->arena, normal, strlen(normal));
    return r < 0 ? r : resource->name ? 0 : -ENOMEM;
}

/* The name of an assertion that is about no path. */
static int take_name(struct os_state *state, struct resource *resource,
                     const struct data_value *v) {
    size_t size;
    int r = expand(state, &resource->place, v->key, v->key_size, &resource->name, &size);
    return r >= 0 && strlen(resource->name) != size
               ? problem(state, &resource->place, "a name has no NUL in it")
               : r;
}

const char *drop_in_path(struct os_state *state, const struct kind *kind, const char *name) {
    size_t folder = strlen(kind->folder), size = strlen(name), suffix = strlen(kind->suffix);
    char *path = arena_alloc(&state->arena, folder + 1 + size + suffix + 1);
    if (path)
        snprintf(path, folder + 1 + size + suffix + 1, "%s/%s%s", kind->folder, name, kind->suffix);
    return path;
}

const char *resource_name(const struct resource *resource, char room[static LONGEST_NAME + 1]) {
    const struct kind *kind = resource->kind;
    if (!kind->folder)
        return resource->name;
    const char *name = resource->name + strlen(kind->folder) + 1;
    size_t size = strlen(name) - strlen(kind->suffix);
    memcpy(room, name, size);
    room[size] = '\0';
    return room;
}

/* A name that stands for a file: of letters, digits and what is in `kind->letters`. */
static int take_drop_in(struct os_state *state, struct resource *resource,
                        const struct data_value *v) {
    int r = take_name(state, resource, v);
    const struct kind *kind = resource->kind;
    size_t size = r < 0 ? 0 : strlen(resource->name);
    for (const char *c = resource->name; r >= 0 && *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr(kind->letters, *c))
            size = 0;
    if (r >= 0 &&
        (!size || size > LONGEST_NAME || *resource->name == '.' || *resource->name == '-'))
        return problem(state, &resource->place,
                       "'%s' can't name a file in %s: letters, digits, %s and no more",
                       resource->name, kind->folder, kind->letters);
    if (r >= 0)
        resource->name = drop_in_path(state, kind, resource->name);
    return r < 0 ? r : resource->name ? 0 : -ENOMEM;
}

int add_resource(struct os_state *state, const struct resource *resource) {
    str_append(&state->resources, (const char *)resource, sizeof *resource);
    if (state->resources.failed)
        return -ENOMEM;
    return enter_resource(state, (uint32_t)resource_count(state) - 1);
}

/* Tables of names say under a name of its own what they come after. */
static int take_after(struct os_state *state, struct resource *resource) {
    static const struct member after = {AFTER_KEY, LIST, IN_RESOURCE(after)};
    const struct data_value *v =
        data_find(&resource->place.source->data, resource->table, AFTER_KEY, strlen(AFTER_KEY));
    return v ? take_member(state, resource, &after, v) : 0;
}

static int read_resource(struct os_state *state, const struct source *source,
                         const struct kind *kind, const struct data_value *v) {
    struct resource resource = {.kind = kind,
                                .place = {source, v->key_at},
                                .table = v,
                                .undone = true,
                                .want = {.new_mode = 0755, .uid = (uid_t)-1, .gid = (gid_t)-1}};
    if (v->type != DATA_TABLE && !kind->plain)
        return problem(state, &resource.place, "this is a table: [%s.\"%s\"]", kind->name, v->key);
    int r = 0;
    if (kind->judge && !(resource.assertion = new_assertion(state)))
        return -ENOMEM;
    if (kind->own_size && !(resource.own = arena_alloc(&state->arena, kind->own_size)))
        return -ENOMEM;
    if (kind->command)
        resource.name = v->key; /* nothing is expanded: it is only a name for people */
    else
        r = (kind->folder  ? take_drop_in
             : kind->named ? take_name
                           : take_path)(state, &resource, v);
    int members = r == -ENOMEM            ? r
                  : v->type != DATA_TABLE ? 0
                  : kind->members         ? take_members(state, &resource)
                                          : take_after(state, &resource);
    r = r < 0 ? r : members;
    if (r >= 0 && kind->begin)
        r = kind->begin(state, &resource);
    return r < 0 ? r : add_resource(state, &resource);
}

static int unknown_kind(struct os_state *state, const struct place *place, const char *name) {
    AUTO_STR known = STR_INIT;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        str_printf(&known, "%s%s", i ? ", " : "", kinds[i]->name);
    for (size_t i = 0; assertion_kinds[i]; i++)
        str_printf(&known, "%s%s", i ? ", " : "; ", assertion_kinds[i]->name);
    return known.failed ? -ENOMEM
                        : problem(state, place,
                                  "there is no kind '%s'; known are %s; and vars, only, include",
                                  name, known.data);
}

static int read_kind(struct os_state *state, const struct source *source,
                     const struct data_value *table) {
    const struct kind *kind = kind_of(table->key);
    struct place place = {source, table->key_at};
    if (!kind)
        return unknown_kind(state, &place, table->key);
    if (table->type != DATA_TABLE)
        return problem(state, &place, "this is a table: [%s.\"%s\"]", kind->name,
                       kind->named || kind->folder ? "name" : "/path");
    int result = 0;
    const struct data_value *v = data_first(&source->data, table);
    for (; v && result != -ENOMEM; v = data_next(&source->data, v)) {
        int r = read_resource(state, source, kind, v);
        result = r < 0 ? r : result;
    }
    return result;
}

int read_resources(struct os_state *state, const struct source *source) {
    int result = 0;
    const struct data_value *v = data_first(&source->data, source->data.values);
    for (; v && result != -ENOMEM; v = data_next(&source->data, v)) {
        bool other = strcmp(v->key, "vars") == 0 || strcmp(v->key, "only") == 0 ||
                     strcmp(v->key, "include") == 0;
        int r = other ? 0 : read_kind(state, source, v);
        result = r < 0 ? r : result;
    }
    return result;
}

/* ------------------------------------------------------------------------------ together */

int begin_file(struct os_state *state, struct resource *resource) {
    int count =
        !!resource->content + !!resource->source + !!resource->template + !!resource->secret;
    resource->want.new_mode = resource->secret ? 0600 : 0644;
    if (count > 1)
        return problem(state, &resource->place,
                       "content, source, template and secret: only one of them");
    if (resource->secret && strncmp(resource->secret, "file:", 5) != 0 &&
        strncmp(resource->secret, "env:", 4) != 0 && strncmp(resource->secret, "command:", 8) != 0)
        return problem(
            state, &resource->place,
            "a secret is \"file:PATH\", \"env:NAME\" or \"command:LINE\", not the secret itself");
    if (resource->forget && strcmp(resource->forget, "at once") != 0)
        return problem(state, &resource->place, "forget is \"at once\", or isn't there");
    return 0;
}

int begin_needed(struct os_state *state, struct resource *resource) {
    const struct kind *kind = resource->kind;
    const char *lacking = kind == &kind_link && !resource->to       ? "to"
                          : kind == &kind_run && !resource->command ? "command"
                          : (kind == &kind_tree || kind == &kind_archive) && !resource->source
                              ? "source"
                              : NULL;
    return lacking ? problem(state, &resource->place, "a %s has a %s", kind->name, lacking) : 0;
}

int begin_absent(struct os_state *state, struct resource *resource) {
    return strcmp(resource->name, "/") == 0
               ? problem(state, &resource->place, "the root directory can't be absent")
               : 0;
}
