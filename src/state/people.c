/* SPDX-License-Identifier: MIT */
/** Users and groups of a state: their tables, and what of their accounts (accounts.h) shall be otherwise.
 *
 *  A new one gets its number here, by the rules of login.defs(5), so that a plan can say who will own what before
 *  there is anybody. */
#include "state/people.h"

#include "state/accounts.h"
#include "state/against.h"
#include "state/dropins.h"
#include "state/view.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------ numbers */

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
    uint32_t least = account_definition(group    ? system ? "SYS_GID_MIN" : "GID_MIN"
                                        : system ? "SYS_UID_MIN"
                                                 : "UID_MIN",
                                        system ? 101 : 1000);
    uint32_t most = account_definition(group    ? system ? "SYS_GID_MAX" : "GID_MAX"
                                       : system ? "SYS_UID_MAX"
                                                : "UID_MAX",
                                       system ? 999 : 60000);
    int r = account_load(PASSWD_FILE, &passwd);
    if (r >= 0)
        r = account_load(GROUP_FILE, &groups);
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
    char *fields[ACCOUNT_FIELDS];
    AUTO_STR text = STR_INIT;
    int r = account_load(person->group ? GROUP_FILE : PASSWD_FILE, &text);
    bool there = r >= 0 && account_find(&text, person->name, fields);
    if (there && !person->group) {
        person->home = arena_text(&state->arena, fields[5] ? fields[5] : "/",
                                  strlen(fields[5] ? fields[5] : "/"));
        if (!person->home || !account_number(fields[3], &person->gid))
            return person->home ? 0 : -ENOMEM;
    }
    if (v && v->integer >= 0 && v->integer < UINT32_MAX)
        person->id = (uint32_t)v->integer;
    else if (!there || !account_number(fields[2], &person->id))
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
    int r = user->exactly ? 0 : account_append_groups(resource->name, &names);
    for (const char *const *name = user->list; *name; name++)
        str_printf(&names, ",%s", *name);
    str_append(&names, "", 0);
    return r < 0 ? r : names.failed ? -ENOMEM : account_append_names(names.data, s);
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
            r = want_value(state, resource, account_parts[part], wanted[part]);
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
    int r = groups < 0 ? groups : account_look_user(resource->name, "uid", &now);
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

static const struct member user_members[] = {
    {"uid", NUMBER, IN_OWN(struct user_table, uid)},
    {"group", TEXT, IN_OWN(struct user_table, group)},
    {"groups", COMMAND, IN_OWN(struct user_table, groups)},
    {"exactly", FLAG, IN_OWN(struct user_table, exactly)},
    {"home", TEXT, IN_OWN(struct user_table, home)},
    {"create_home", FLAG, IN_OWN(struct user_table, create_home)},
    {"shell", TEXT, IN_OWN(struct user_table, shell)},
    {"comment", TEXT, IN_OWN(struct user_table, comment)},
    {"system", FLAG, IN_OWN(struct user_table, system)},
    {"locked", FLAG, IN_OWN(struct user_table, locked)},
    ABSENT,
    UNDO_ON_FAILURE,
    AFTER,
    {NULL}};
static const struct member group_members[] = {{"gid", NUMBER, IN_OWN(struct group_table, gid)},
                                              {"system", FLAG, IN_OWN(struct group_table, system)},
                                              ABSENT,
                                              UNDO_ON_FAILURE,
                                              AFTER,
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
