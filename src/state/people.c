/* SPDX-License-Identifier: MIT */
/** Users and groups: looked at in /etc/passwd and /etc/group, changed by useradd and its like.
 *
 *  A new one gets its number here, by the rules of login.defs(5), so that a plan can say who will own what before
 *  there is anybody. */
#include "state/people.h"

#include "io/contents.h"
#include "state/against.h"
#include "state/dropins.h"
#include "state/view.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PASSWD_FILE "/etc/passwd"
#define GROUP_FILE  "/etc/group"
#define SHADOW_FILE "/etc/shadow"

/* ------------------------------------------------------------------------------ the files */

static int load(const char *path, struct str *s) {
    AUTO_FREE char *data = NULL;
    size_t size = 0;
    AUTO_CLOSE int fd = SYS(open, path, O_RDONLY | O_CLOEXEC);
    int r = fd < 0 ? fd : contents_read(TAKE_FD(fd), &data, &size);
    if (r < 0 && r != -ENOENT)
        return r;
    str_append(s, data ? data : "", size);
    return s->failed ? -ENOMEM : 0;
}

/* A line of such a file, taken apart at its colons; false at the end. */
enum { MOST_FIELDS = 9 };
static bool next_line(char **rest, char *fields[MOST_FIELDS]) {
    char *line = strsep(rest, "\n");
    for (size_t i = 0; line && i < MOST_FIELDS; i++)
        fields[i] = strsep(&line, ":");
    return fields[0];
}

static bool find_line(struct str *text, const char *name, char *fields[MOST_FIELDS]) {
    memset(fields, 0, MOST_FIELDS * sizeof *fields);
    for (char *rest = text->data; rest && next_line(&rest, fields);
         memset(fields, 0, MOST_FIELDS * sizeof *fields))
        if (strcmp(fields[0], name) == 0 && fields[2])
            return true;
    return false;
}

static bool read_number(const char *text, uint32_t *ret) {
    char *end;
    unsigned long long number = text && *text ? strtoull(text, &end, 10) : UINT64_MAX;
    if (number >= UINT32_MAX || !text || strspn(text, "0123456789") != strlen(text))
        return false;
    *ret = (uint32_t)number;
    return true;
}

/* The name of a group by its number; the number where it has none. */
static int append_group(uint32_t gid, struct str *s) {
    AUTO_STR text = STR_INIT;
    char *fields[MOST_FIELDS] = {NULL};
    uint32_t id;
    int r = load(GROUP_FILE, &text);
    for (char *rest = text.data; r >= 0 && rest && next_line(&rest, fields);
         memset(fields, 0, sizeof fields))
        if (read_number(fields[2], &id) && id == gid) {
            str_append_text(s, fields[0]);
            return 0;
        }
    str_printf(s, "%u", gid);
    return r;
}

static int compare_names(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names of a list "a,b", sorted and each once, appended so. */
static int append_names(const char *names, struct str *s) {
    AUTO_FREE char *copy = mem_text(names, strlen(names));
    size_t count = 0, room = 1;
    for (const char *c = names; *c; c++)
        room += *c == ',';
    AUTO_FREE char **list = mem_alloc(room * sizeof *list);
    if (!copy || !list)
        return -ENOMEM;
    for (char *rest = copy, *name; (name = strsep(&rest, ","));)
        if (*name)
            list[count++] = name;
    qsort(list, count, sizeof *list, compare_names);
    for (size_t i = 0; i < count; i++)
        if (!i || strcmp(list[i], list[i - 1]) != 0)
            str_printf(s, "%s%s", i ? "," : "", list[i]);
    str_append(s, "", 0);
    return s->failed ? -ENOMEM : 0;
}

static bool has_name(const char *names, const char *name) {
    size_t size = strlen(name);
    for (const char *at = names; at && *at; at = strchr(at, ','), at = at ? at + 1 : NULL)
        if (strncmp(at, name, size) == 0 && (at[size] == ',' || !at[size]))
            return true;
    return false;
}

/* The groups that have a user as a member. */
static int append_groups(const char *user, struct str *s) {
    AUTO_STR text = STR_INIT, names = STR_INIT;
    char *fields[MOST_FIELDS] = {NULL};
    int r = load(GROUP_FILE, &text);
    for (char *rest = text.data; r >= 0 && rest && next_line(&rest, fields);
         memset(fields, 0, sizeof fields))
        if (fields[3] && has_name(fields[3], user))
            str_printf(&names, "%s,", fields[0]);
    str_append(&names, "", 0);
    return r < 0 ? r : names.failed ? -ENOMEM : append_names(names.data, s);
}

/* ------------------------------------------------------------------------------ users */

/* What a user has besides the name, and how a value of "" tells it: "uid=1000:group=a:groups=b,c:comment=:home=/x:shell=/y".
 * No part can have a colon in it, as passwd(5) hasn't either. */
enum { UID, OWN_GROUP, GROUPS, COMMENT, HOME, SHELL, PARTS };
static const char *const part_names[PARTS] = {"uid", "group", "groups", "comment", "home", "shell"};
static const char *const part_options[PARTS] = {"-u", "-g", "-G", "-c", "-d", "-s"};

static int append_part(int part, const char *name, char *fields[MOST_FIELDS], struct str *s) {
    uint32_t gid;
    switch (part) {
    case OWN_GROUP:
        return read_number(fields[3], &gid) ? append_group(gid, s) : -EBADMSG;
    case GROUPS:
        return append_groups(name, s);
    default:
        str_append_text(s, fields[part == UID       ? 2
                                  : part == COMMENT ? 4
                                  : part == HOME    ? 5
                                                    : 6]
                               ? fields[part == UID       ? 2
                                        : part == COMMENT ? 4
                                        : part == HOME    ? 5
                                                          : 6]
                               : "");
        return 0;
    }
}

static int append_user(const char *name, char *fields[MOST_FIELDS], struct str *now) {
    int r = 0;
    for (int part = 0; r >= 0 && part < PARTS; part++) {
        str_printf(now, "%s%s=", part ? ":" : "", part_names[part]);
        r = append_part(part, name, fields, now);
    }
    return r;
}

/* Whether no password lets them in. */
static int look_locked(const char *name, struct str *now) {
    AUTO_STR text = STR_INIT;
    char *fields[MOST_FIELDS];
    int r = load(SHADOW_FILE, &text);
    if (r < 0)
        return r;
    bool locked = find_line(&text, name, fields) && (*fields[1] == '!' || *fields[1] == '*');
    str_append_text(now, locked ? "yes" : "no");
    return 0;
}

static int look_user(const char *name, const char *what, struct str *now) {
    AUTO_STR text = STR_INIT;
    char *fields[MOST_FIELDS];
    if (strcmp(what, "locked") == 0)
        return look_locked(name, now);
    int r = load(PASSWD_FILE, &text);
    if (r < 0 || !find_line(&text, name, fields))
        return r;
    if (!*what)
        return append_user(name, fields, now);
    for (int part = 0; part < PARTS; part++)
        if (strcmp(what, part_names[part]) == 0)
            return append_part(part, name, fields, now);
    return -EINVAL;
}

static void add_words(struct list *argv, const char *a, const char *b) {
    list_add_text(argv, a);
    if (b)
        list_add_text(argv, b);
}

/* userdel(8) takes a group of that name away, too, which is another resource's business. */
static const char remove_user[] = "userdel -- \"$1\" && { grep -q \"^$1:\" /etc/group || [ -z "
                                  "\"$2\" ] || groupadd -g \"$2\" -- \"$1\"; }";

static int add_removal(const char *name, const char *from, struct list *argv) {
    AUTO_STR text = STR_INIT;
    char *fields[MOST_FIELDS];
    AUTO_STR own = STR_INIT;
    str_printf(&own, ":group=%s:", name);
    int r = load(GROUP_FILE, &text);
    if (r < 0 || own.failed)
        return r < 0 ? r : -ENOMEM;
    if (!strstr(from, own.data)) {
        add_words(argv, "userdel", "--");
        add_words(argv, name, NULL);
        return 0;
    }
    bool there = find_line(&text, name, fields);
    add_words(argv, "sh", "-c");
    add_words(argv, remove_user, "userdel");
    add_words(argv, name, there ? fields[2] : "");
    return 0;
}

/* The end of the numbers that programs' users have. */
static uint32_t definition(const char *name, uint32_t otherwise);

static int add_creation(const char *name, const char *to, struct list *argv) {
    AUTO_FREE char *copy = mem_text(to, strlen(to));
    char *rest = copy, *part;
    if (!copy)
        return -ENOMEM;
    add_words(argv, "useradd", "-M");
    list_add_text(argv, "-N");
    while ((part = strsep(&rest, ":"))) {
        char *value = strchr(part, '=');
        uint32_t uid;
        if (!value)
            return -EINVAL;
        *value++ = '\0';
        for (int i = 0; i < PARTS; i++)
            if (strcmp(part, part_names[i]) == 0 && (*value || i == COMMENT))
                add_words(argv, part_options[i], value);
        if (strcmp(part, "uid") == 0 && read_number(value, &uid) &&
            uid < definition("UID_MIN", 1000))
            list_add_text(argv, "-r");
    }
    add_words(argv, "--", name);
    return 0;
}

static int change_user(const char *name, const char *what, const char *from, const char *to,
                       struct list *argv) {
    if (!*what)
        return *to ? add_creation(name, to, argv) : add_removal(name, from, argv);
    list_add_text(argv, "usermod");
    if (strcmp(what, "locked") == 0)
        list_add_text(argv, strcmp(to, "yes") == 0 ? "-L" : "-U");
    for (int i = 0; i < PARTS; i++)
        if (strcmp(what, part_names[i]) == 0)
            add_words(argv, part_options[i], to);
    add_words(argv, "--", name);
    return 0;
}

/* Ahead of whatever runs as them; and away behind all that did. */
static enum os_plan_when when_person(const char *what, const char *to) {
    return *what || *to ? OS_PLAN_SETUP : OS_PLAN_LAST;
}

const struct driver driver_user = {"user", look_user, change_user, when_person};

/* ------------------------------------------------------------------------------ groups */

static int look_group(const char *name, const char *what, struct str *now) {
    AUTO_STR text = STR_INIT;
    char *fields[MOST_FIELDS];
    (void)what;
    int r = load(GROUP_FILE, &text);
    if (r >= 0 && find_line(&text, name, fields))
        str_printf(now, "gid=%s", fields[2]);
    return r;
}

static int change_group(const char *name, const char *what, const char *from, const char *to,
                        struct list *argv) {
    uint32_t gid;
    (void)what;
    add_words(argv, !*from ? "groupadd" : !*to ? "groupdel" : "groupmod", NULL);
    if (*to) {
        if (!read_number(to + strlen("gid="), &gid))
            return -EINVAL;
        if (!*from && gid < definition("GID_MIN", 1000))
            list_add_text(argv, "-r");
        add_words(argv, "-g", to + strlen("gid="));
    }
    add_words(argv, "--", name);
    return 0;
}

const struct driver driver_group = {"group", look_group, change_group, when_person};

/* ------------------------------------------------------------------------------ numbers */

/* A number of login.defs(5). */
static uint32_t definition(const char *name, uint32_t otherwise) {
    AUTO_STR text = STR_INIT;
    uint32_t found = otherwise;
    size_t size = strlen(name);
    if (load("/etc/login.defs", &text) < 0)
        return otherwise;
    for (char *rest = text.data, *line; (line = strsep(&rest, "\n"));) {
        line += strspn(line, " \t");
        if (strncmp(line, name, size) != 0 || !strchr(" \t", line[size]) || !line[size])
            continue;
        line += size + strspn(line + size, " \t");
        line[strcspn(line, " \t#")] = '\0';
        if (!read_number(line, &found))
            found = otherwise;
    }
    return found;
}

/* Whether a user, or with `group` a group, has a number, or will have it. */
static int is_taken(const struct os_state *state, struct str *texts[2], bool group, uint32_t id) {
    const struct person *list = (const struct person *)(const void *)state->people.data;
    for (size_t i = 0; i < state->people.size / sizeof *list; i++)
        if (list[i].group == group && list[i].id == id)
            return true;
    char number[16];
    snprintf(number, sizeof number, "%u", id);
    for (const char *line = texts[group]->data; line && *line;
         line += strcspn(line, "\n"), line += *line == '\n') {
        const char *colon = strchr(line, ':');
        colon = colon ? strchr(colon + 1, ':') : NULL;
        size_t size = strlen(number);
        if (colon && strncmp(colon + 1, number, size) == 0 && colon[size + 1] == ':')
            return true;
    }
    return false;
}

/* A free number: for programs from above, as useradd(8) has it, else from below. With `both`, for the group of that
 * name as well. */
static int free_number(const struct os_state *state, bool group, bool both, bool system,
                       uint32_t *ret) {
    AUTO_STR passwd = STR_INIT, groups = STR_INIT;
    struct str *texts[2] = {&passwd, &groups};
    uint32_t least = definition(group    ? system ? "SYS_GID_MIN" : "GID_MIN"
                                : system ? "SYS_UID_MIN"
                                         : "UID_MIN",
                                system ? 101 : 1000);
    uint32_t most = definition(group    ? system ? "SYS_GID_MAX" : "GID_MAX"
                               : system ? "SYS_UID_MAX"
                                        : "UID_MAX",
                               system ? 999 : 60000);
    int r = load(PASSWD_FILE, &passwd);
    if (r >= 0)
        r = load(GROUP_FILE, &groups);
    for (uint32_t i = 0; r >= 0 && least <= most && i <= most - least; i++) {
        uint32_t id = system ? most - i : least + i;
        if (!is_taken(state, texts, group, id) && (!both || !is_taken(state, texts, !group, id))) {
            *ret = id;
            return 0;
        }
    }
    return r < 0 ? r : -ENOSPC;
}

/* ------------------------------------------------------------------------------ who there will be */

const struct person *person_of(const struct os_state *state, const char *name, bool group) {
    const struct person *list = (const struct person *)(const void *)state->people.data;
    for (size_t i = 0; i < state->people.size / sizeof *list; i++)
        if (list[i].group == group && strcmp(list[i].name, name) == 0)
            return &list[i];
    return NULL;
}

/* What a table says, where it is right; what isn't is told when it is read as a resource. */
static const struct data_value *said(const struct source *source, const struct data_value *table,
                                     const char *name, int type) {
    const struct data_value *v =
        table->type == DATA_TABLE ? data_find(&source->data, table, name, strlen(name)) : NULL;
    return v && (int)v->type == type ? v : NULL;
}

static bool said_yes(const struct source *source, const struct data_value *table,
                     const char *name) {
    const struct data_value *v = said(source, table, name, DATA_BOOL);
    return v && v->yes;
}

static int add_person(struct os_state *state, const struct person *person) {
    str_append(&state->people, (const char *)person, sizeof *person);
    return state->people.failed ? -ENOMEM : 0;
}

/* The number that is said, that somebody has, or one that is free. */
static int find_number(struct os_state *state, const struct source *source,
                       const struct data_value *table, bool both, struct person *person) {
    const struct data_value *v = said(source, table, person->group ? "gid" : "uid", DATA_INTEGER);
    char *fields[MOST_FIELDS];
    AUTO_STR text = STR_INIT;
    int r = load(person->group ? GROUP_FILE : PASSWD_FILE, &text);
    bool there = r >= 0 && find_line(&text, person->name, fields);
    if (there && !person->group) {
        person->home = arena_text(&state->arena, fields[5] ? fields[5] : "/",
                                  strlen(fields[5] ? fields[5] : "/"));
        if (!person->home || !read_number(fields[3], &person->gid))
            return person->home ? 0 : -ENOMEM;
    }
    if (v && v->integer >= 0 && v->integer < UINT32_MAX)
        person->id = (uint32_t)v->integer;
    else if (!there || !read_number(fields[2], &person->id))
        r = r < 0 ? r
                  : free_number(state, person->group, both, said_yes(source, table, "system"),
                                &person->id);
    return r == -ENOSPC ? 0 : r;
}

static int find_group(struct os_state *state, const struct source *source,
                      const struct data_value *table, const char *name) {
    struct person person = {.name = name, .group = true, .id = UINT32_MAX};
    int r = find_number(state, source, table, false, &person);
    return r < 0 ? r : add_person(state, &person);
}

/* A user without a group gets one of that name, and of that number, where it is free. */
static int find_user(struct os_state *state, const struct source *source,
                     const struct data_value *table, const char *name) {
    struct person person = {.name = name, .id = UINT32_MAX, .gid = UINT32_MAX};
    const struct data_value *group = said(source, table, "group", DATA_TEXT);
    const struct data_value *home = said(source, table, "home", DATA_TEXT);
    const char *own = group ? group->text : name;
    size_t size;
    struct place place = {source, table->at};
    uint32_t gid;
    bool alone = !group && !person_of(state, name, true) && find_id(name, true, &gid) < 0;
    int r = group ? expand(state, &place, group->text, group->size, &own, &size) : 0;
    if (r >= 0)
        r = find_number(state, source, table, alone, &person);
    if (r >= 0 && home)
        r = expand(state, &place, home->text, home->size, &person.home, &size);
    if (r >= 0 && !person.home) {
        AUTO_STR path = STR_INIT;
        str_printf(&path, said_yes(source, table, "system") ? "/nonexistent" : "/home/%s", name);
        person.home = path.failed ? NULL : arena_text(&state->arena, path.data, path.size);
        r = person.home ? 0 : -ENOMEM;
    }
    bool keeps = !group && person.gid != UINT32_MAX; /* the user is there, and has one */
    const struct person *known = r < 0 || keeps ? NULL : person_of(state, own, true);
    if (known)
        person.gid = known->id;
    else if (r >= 0 && !keeps && alone) {
        const struct person mine = {.name = name, .group = true, .id = person.id};
        person.gid = person.id;
        r = add_person(state, &mine);
    } else if (r >= 0 && !keeps && find_id(own, true, &gid) == 0)
        person.gid = gid;
    return r < 0 ? r : add_person(state, &person);
}

static int find_all(struct os_state *state, const struct source *source, const char *kind) {
    const struct data_value *all = said(source, source->data.values, kind, DATA_TABLE);
    const struct data_value *v = all ? data_first(&source->data, all) : NULL;
    int r = 0;
    for (; r >= 0 && v; v = data_next(&source->data, v)) {
        struct place place = {source, v->key_at};
        const char *name;
        size_t size;
        r = expand(state, &place, v->key, v->key_size, &name, &size);
        if (r >= 0 && !said_yes(source, v, "absent"))
            r = (*kind == 'g' ? find_group : find_user)(state, source, v, name);
        r = r == -EBADMSG ? 0 : r; /* it is told when it is read */
    }
    return r;
}

int find_people(struct os_state *state) {
    int r = 0;
    void (*on_problem)(const struct os_state_problem *, void *) = state->on_problem;
    state->on_problem = NULL;
    for (int users = 0; users < 2; users++)
        for (size_t i = 0; r >= 0 && i < source_count(state); i++)
            if (sources_of(state)[i]->fits && !is_tmpfiles(sources_of(state)[i]))
                r = find_all(state, sources_of(state)[i], users ? "user" : "group");
    state->on_problem = on_problem;
    return r;
}

/* ------------------------------------------------------------------------------ their tables */

struct user_table {
    int64_t uid;
    const char *group, *home, *shell, *comment;
    const struct data_value *groups;
    bool system, locked, create_home, exactly;
    /* What begin_user() makes of it. */
    const char *const *list; /* of groups, then NULL */
};
struct group_table {
    int64_t gid;
    bool system;
};

static bool is_said(const struct resource *resource, const char *name) {
    return resource->table &&
           data_find(&resource->place.source->data, resource->table, name, strlen(name));
}

static bool is_plain(const char *name) {
    size_t size = strlen(name);
    return size && size <= 32 && *name != '-' && *name != '.' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") ==
               size &&
           strspn(name, "0123456789") != size;
}

static int check_name(struct os_state *state, const struct resource *resource, const char *name) {
    return is_plain(name)
               ? 0
               : problem(
                     state, &resource->place,
                     "'%s' is no name of a user or group: letters, digits, _ - . and at most 32",
                     name);
}

static int check_number(struct os_state *state, const struct resource *resource, const char *name,
                        int64_t number) {
    struct place place = member_place(resource, name);
    return !is_said(resource, name) || (number >= 0 && number < UINT32_MAX)
               ? 0
               : problem(state, &place, "%s is a number from 0 on", name);
}

/* What stands in a line of passwd(5) has no colon in it, and is one line. */
static int check_field(struct os_state *state, const struct resource *resource, const char *name,
                       const char *value, bool path) {
    struct place place = member_place(resource, name);
    bool odd = value && (strpbrk(value, ":\r\n") || (path && *value != '/'));
    return odd ? problem(state, &place,
                         path ? "%s is an absolute path without a colon"
                              : "%s is one line without a colon",
                         name)
               : 0;
}

static int begin_group(struct os_state *state, struct resource *resource) {
    const struct group_table *group = resource->own;
    int r = check_name(state, resource, resource->name);
    return r < 0 ? r : check_number(state, resource, "gid", group->gid);
}

/* The group of a user who has none said, and that isn't there. */
static int add_own_group(struct os_state *state, const struct resource *user) {
    struct resource own = *user;
    struct group_table *group = arena_alloc(&state->arena, sizeof *group);
    if (!group)
        return -ENOMEM;
    own.kind = &kind_group;
    own.own = group;
    own.after = NULL;
    own.same = 0;
    return add_resource(state, &own);
}

/* Whether the state has a table for a group. */
static bool has_table(const struct os_state *state, const char *name) {
    for (size_t i = 0; i < source_count(state); i++) {
        const struct source *source = sources_of(state)[i];
        const struct data_value *all = source->fits && source->data.count
                                           ? said(source, source->data.values, "group", DATA_TABLE)
                                           : NULL;
        if (all && data_find(&source->data, all, name, strlen(name)))
            return true;
    }
    return false;
}

static int begin_user(struct os_state *state, struct resource *resource) {
    static const char *const none[] = {NULL};
    struct user_table *user = resource->own;
    user->list = none;
    int r = check_name(state, resource, resource->name);
    if (r >= 0)
        r = check_number(state, resource, "uid", user->uid);
    if (r >= 0)
        r = check_field(state, resource, "home", user->home, true);
    if (r >= 0)
        r = check_field(state, resource, "shell", user->shell, true);
    if (r >= 0)
        r = check_field(state, resource, "comment", user->comment, false);
    if (r >= 0 && user->group)
        r = check_name(state, resource, user->group);
    if (r >= 0 && user->groups)
        r = take_texts(state, resource, "groups", user->groups, &user->list);
    for (const char *const *name = user->list; r >= 0 && *name; name++)
        r = check_name(state, resource, *name);
    uint32_t gid;
    if (r >= 0 && !resource->gone && !user->group && !has_table(state, resource->name) &&
        find_id(resource->name, false, &gid) < 0 && find_id(resource->name, true, &gid) < 0)
        r = add_own_group(state, resource);
    return r;
}

/* A user comes behind the groups; a group goes behind the users. */
static int user_needs(const struct resource *resource, const struct resource *other) {
    return other->kind == &kind_group && !resource->gone && !other->gone;
}
static int group_needs(const struct resource *resource, const struct resource *other) {
    return other->kind == &kind_user && resource->gone && other->gone;
}

/* ------------------------------------------------------------------------------ plans */

static int plan_group(struct os_state *state, const struct resource *resource) {
    AUTO_STR wanted = STR_INIT;
    const struct person *person = person_of(state, resource->name, true);
    if (!resource->gone && (!person || person->id == UINT32_MAX))
        return problem(state, &resource->place, "no number is free for the group");
    if (!resource->gone)
        str_printf(&wanted, "gid=%u", person->id);
    str_append(&wanted, "", 0);
    return wanted.failed ? -ENOMEM : want_value(state, resource, "", wanted.data);
}

/* The groups that a user shall have: those that are said, and without `exactly` those that there are. */
static int wanted_groups(const struct resource *resource, struct str *s) {
    const struct user_table *user = resource->own;
    AUTO_STR names = STR_INIT;
    int r = user->exactly ? 0 : append_groups(resource->name, &names);
    for (const char *const *name = user->list; *name; name++)
        str_printf(&names, ",%s", *name);
    str_append(&names, "", 0);
    return r < 0 ? r : names.failed ? -ENOMEM : append_names(names.data, s);
}

static int plan_new_user(struct os_state *state, const struct resource *resource,
                         const struct person *person) {
    const struct user_table *user = resource->own;
    AUTO_STR wanted = STR_INIT;
    const char *group = user->group ? user->group : resource->name;
    const char *shell = user->shell ? user->shell : user->system ? "/usr/sbin/nologin" : "/bin/sh";
    if (person->id == UINT32_MAX)
        return problem(state, &resource->place, "no number is free for the user");
    str_printf(&wanted, "uid=%u:group=%s:groups=", person->id, group);
    int r = wanted_groups(resource, &wanted);
    str_printf(&wanted, ":comment=%s:home=%s:shell=%s", user->comment ? user->comment : "",
               person->home, shell);
    return r < 0 ? r : wanted.failed ? -ENOMEM : want_value(state, resource, "", wanted.data);
}

static int plan_parts(struct os_state *state, const struct resource *resource) {
    const struct user_table *user = resource->own;
    AUTO_STR groups = STR_INIT, uid = STR_INIT;
    int r = user->groups || user->exactly ? wanted_groups(resource, &groups) : 0;
    str_printf(&uid, "%lld", (long long)user->uid);
    if (uid.failed)
        r = -ENOMEM;
    const char *const wanted[PARTS] = {is_said(resource, "uid") ? uid.data : NULL,
                                       user->group,
                                       groups.data,
                                       user->comment,
                                       user->home,
                                       user->shell};
    for (int part = 0; r == 0 && part < PARTS; part++)
        if (wanted[part])
            r = want_value(state, resource, part_names[part], wanted[part]);
    return r;
}

/* The home of a new user, with what /etc/skel has; one that is there is left as it is. */
static int plan_home(struct os_state *state, const struct resource *resource,
                     const struct person *person) {
    struct os_stat_result st;
    struct resource home = *resource;
    int r = view_lstat(state, person->home, &st);
    if (r != -ENOENT && r != -ENOTDIR)
        return r < 0 && r != -ENOMEM ? problem_errno(state, resource, NULL) : r;
    home.name = person->home;
    home.exactly = false;
    home.want = (struct want){.uid = person->id, .gid = person->gid, .new_mode = 0755};
    r = view_lstat(state, "/etc/skel", &st);
    if (r == 0)
        r = copy_tree(state, &home, "/etc/skel");
    home.want.mode = 0700;
    home.want.has_mode = true;
    return r == 0 || r == -ENOENT ? ensure_dir(state, &home, home.name, &home.want) : r;
}

static int check_group(struct os_state *state, const struct resource *resource, const char *member,
                       const char *name) {
    struct place place = member_place(resource, member);
    uint32_t gid;
    int r = find_owner(state, name, true, &gid);
    return r == -ENOENT
               ? problem(state, &place, "there is no group '%s'; [group.%s] makes one", name, name)
               : r;
}

static int check_groups(struct os_state *state, const struct resource *resource) {
    const struct user_table *user = resource->own;
    int r = user->group ? check_group(state, resource, "group", user->group) : 0;
    for (const char *const *name = user->list; r >= 0 && *name; name++)
        r = check_group(state, resource, "groups", *name);
    return r;
}

static int plan_user(struct os_state *state, const struct resource *resource) {
    const struct user_table *user = resource->own;
    const struct person *person = person_of(state, resource->name, false);
    AUTO_STR now = STR_INIT;
    if (resource->gone || !person)
        return want_value(state, resource, "", "");
    int groups = check_groups(state, resource);
    int r = groups < 0 ? groups : look_user(resource->name, "uid", &now);
    if (r < 0)
        return r == -ENOMEM || r == -EBADMSG
                   ? r
                   : problem(state, &resource->place, "%s: %s", PASSWD_FILE, strerror(-r));
    bool there = now.size;
    note_look(state, person->home, true); /* what was made of /etc/skel is the user's */
    r = there ? plan_parts(state, resource) : plan_new_user(state, resource, person);
    bool home = is_said(resource, "create_home") ? user->create_home : !user->system && !there;
    if (r == 0 && home)
        r = plan_home(state, resource, person);
    if (r == 0 && is_said(resource, "locked") && (there || !user->locked))
        r = want_value(state, resource, "locked", user->locked ? "yes" : "no");
    return r;
}

/* ------------------------------------------------------------------------------ kinds */

#define IN(member) offsetof(struct resource, member)
#define ALL                                                                                        \
    {"absent", FLAG, IN(gone)}, {"undo_on_failure", FLAG, IN(undone)}, {                           \
        "after", LIST, IN(after)                                                                   \
    }
static const struct member user_members[] = {
    {"uid", NUMBER, offsetof(struct user_table, uid), true},
    {"group", TEXT, offsetof(struct user_table, group), true},
    {"groups", COMMAND, offsetof(struct user_table, groups), true},
    {"exactly", FLAG, offsetof(struct user_table, exactly), true},
    {"home", TEXT, offsetof(struct user_table, home), true},
    {"create_home", FLAG, offsetof(struct user_table, create_home), true},
    {"shell", TEXT, offsetof(struct user_table, shell), true},
    {"comment", TEXT, offsetof(struct user_table, comment), true},
    {"system", FLAG, offsetof(struct user_table, system), true},
    {"locked", FLAG, offsetof(struct user_table, locked), true},
    ALL,
    {NULL}};
static const struct member group_members[] = {
    {"gid", NUMBER, offsetof(struct group_table, gid), true},
    {"system", FLAG, offsetof(struct group_table, system), true},
    ALL,
    {NULL}};

const struct kind kind_user = {"user",
                               user_members,
                               .named = true,
                               .own_size = sizeof(struct user_table),
                               .driver = &driver_user,
                               .begin = begin_user,
                               .needs = user_needs,
                               .plan = plan_user};
const struct kind kind_group = {"group",
                                group_members,
                                .named = true,
                                .own_size = sizeof(struct group_table),
                                .driver = &driver_group,
                                .begin = begin_group,
                                .needs = group_needs,
                                .plan = plan_group};
