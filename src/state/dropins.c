/* SPDX-License-Identifier: MIT */
/** Files of their own in directories that a program reads: rules of sudo, jobs of cron, limits, modules. */
#include "state/dropins.h"

#include "state/view.h"

#include <string.h>

/* ------------------------------------------------------------------------------ all */

int finish_drop_in(struct os_state *state, struct resource *resource, const struct str *text,
                   mode_t mode) {
    resource->content =
        text->failed ? NULL : arena_text(&state->arena, text->data ? text->data : "", text->size);
    resource->content_size = text->size;
    resource->want.mode = mode;
    resource->want.has_mode = true;
    resource->want.uid = 0;
    resource->want.gid = 0;
    return resource->content ? 0 : -ENOMEM;
}

int plan_drop_in(struct os_state *state, const struct resource *resource) {
    const struct want parent = {.new_mode = 0755, .uid = (uid_t)-1, .gid = (gid_t)-1};
    struct os_stat_result st;
    if (resource->gone)
        return ensure_absent(state, resource, resource->name);
    if (!state->from_disk && view_lstat(state, resource->kind->folder, &st) == -ENOENT) {
        int r = ensure_dir(state, resource, resource->kind->folder, &parent);
        if (r < 0)
            return r;
    }
    return plan_file(state, resource);
}

static int lacks(struct os_state *state, const struct resource *resource, const char *what) {
    return problem(state, &resource->place, "%s has %s, or absent = true", resource->kind->name,
                   what);
}

int take_pairs(struct os_state *state, const struct resource *resource, const char *name,
               const struct data_value *table, each_pair *each, struct str *text) {
    const struct data *data = &resource->place.source->data;
    const struct data_value *v = table ? data_first(data, table) : NULL;
    int r = 0;
    for (; r >= 0 && v; v = data_next(data, v)) {
        struct place place = {resource->place.source, v->at};
        const char *value;
        size_t size;
        if (v->type == DATA_TABLE || v->type == DATA_LIST || v->type == DATA_NULL)
            return problem(state, &place, "%s has texts and numbers in it", name);
        r = expand(state, &place, v->text, v->size, &value, &size);
        if (r >= 0 && (strlen(value) != size || strpbrk(value, "\r\n")))
            r = problem(state, &place, "a value in %s is one line", name);
        if (r >= 0)
            r = each(state, &place, v->key, value, text);
    }
    return r < 0 ? r : 0;
}

/* ------------------------------------------------------------------------------ sudoers */

struct sudoers {
    const char *const *rules;
};

static const struct member sudoers_members[] = {
    {"rules", TEXTS, IN_OWN(struct sudoers, rules)}, DROP_IN, {NULL}};

static int begin_sudoers(struct os_state *state, struct resource *resource) {
    AUTO_STR text = STR_INIT;
    const char *const *rule = ((const struct sudoers *)resource->own)->rules;
    if (resource->gone)
        return 0;
    if (!rule || !*rule)
        return lacks(state, resource, "rules: rules = [\"%wheel ALL=(ALL) ALL\"]");
    for (; *rule; rule++)
        str_printf(&text, "%s\n", *rule);
    return finish_drop_in(state, resource, &text, 0440);
}

/* ------------------------------------------------------------------------------ cron */

/* One of the five parts of a schedule: numbers within its bounds, names, ranges, steps, lists. */
struct part {
    const char *what;
    unsigned least, most;
    const char *names; /* three letters each */
};
static const struct part parts[] = {{"minute", 0, 59, ""},
                                    {"hour", 0, 23, ""},
                                    {"day of the month", 1, 31, ""},
                                    {"month", 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"},
                                    {"day of the week", 0, 7, "sunmontuewedthufrisat"}};

/* A number or a name, and how long it is; 0: it is neither. */
static size_t read_value(const char *at, const struct part *part, unsigned *ret) {
    size_t digits = strspn(at, "0123456789");
    if (digits && digits <= 2) {
        *ret = (unsigned)strtoul(at, NULL, 10);
        return *ret >= part->least && *ret <= part->most ? digits : 0;
    }
    for (unsigned i = 0; !digits && part->names[(size_t)i * 3]; i++)
        if (strncasecmp(at, part->names + (size_t)i * 3, 3) == 0) {
            *ret = i + part->least;
            return 3;
        }
    return 0;
}

static bool is_part(const char *at, const char *end, const struct part *part) {
    while (at < end) {
        unsigned from = part->least, to = 0;
        bool range = *at == '*';
        size_t size = range ? 1 : read_value(at, part, &from);
        at += size;
        if (size && !range && at < end && *at == '-') {
            size = read_value(++at, part, &to);
            range = to >= from;
            at += range ? size : 0;
            size = range ? size : 0;
        }
        if (size && range && at < end && *at == '/') {
            size_t digits = strspn(++at, "0123456789");
            size = digits && digits <= 2 && strtoul(at, NULL, 10) ? digits : 0;
            at += size;
        }
        if (!size || (at < end && *at != ',') || (at < end && at + 1 == end))
            return false;
        at += at < end;
    }
    return true;
}

static int check_schedule(struct os_state *state, const struct resource *resource,
                          const char *schedule) {
    static const char *const words[] = {"@reboot", "@yearly", "@annually", "@monthly",
                                        "@weekly", "@daily",  "@midnight", "@hourly"};
    struct place place = member_place(resource, "schedule");
    const char *at = schedule;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(schedule, words[i]) == 0)
            return 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        at += strspn(at, " \t");
        size_t size = strcspn(at, " \t");
        if (!size || !is_part(at, at + size, &parts[i]))
            return problem(state, &place,
                           "'%.*s' is no %s; a schedule is \"*/5 8-18 * * mon-fri\" or \"@daily\"",
                           (int)size, at, parts[i].what);
        at += size;
    }
    return at[strspn(at, " \t")] ? problem(state, &place, "a schedule has five parts") : 0;
}

/* For cron a bare percent sign is an end of line. */
static void append_cron_command(struct str *text, const char *command) {
    for (const char *c = command; *c; c++) {
        if (*c == '%' && (c == command || c[-1] != '\\'))
            str_append_char(text, '\\');
        str_append_char(text, *c);
    }
    str_append_char(text, '\n');
}

static int add_cron_variable(struct os_state *state, const struct place *place, const char *name,
                             const char *value, struct str *text) {
    if (!*name || strpbrk(name, " \t\r\n=#\"'") || strchr(value, '"'))
        return problem(state, place, "cron can't have a variable '%s' with such a value", name);
    str_printf(text, "%s=\"%s\"\n", name, value);
    return text->failed ? -ENOMEM : 0;
}

struct cron {
    const char *schedule, *user, *command;
    const struct data_value *environment;
};

static const struct member cron_members[] = {
    {"schedule", LINE, IN_OWN(struct cron, schedule)},
    {"user", LINE, IN_OWN(struct cron, user)},
    {"command", LINE, IN_OWN(struct cron, command)},
    {"environment", TABLE, IN_OWN(struct cron, environment)},
    DROP_IN,
    {NULL}};

static int begin_cron(struct os_state *state, struct resource *resource) {
    const struct cron *cron = resource->own;
    const char *user = cron->user ? cron->user : "root";
    AUTO_STR text = STR_INIT;
    int r = take_pairs(state, resource, "environment", cron->environment, add_cron_variable, &text);
    if (r < 0 || resource->gone)
        return r;
    if (!cron->schedule || !cron->command)
        return lacks(state, resource, "a schedule and a command");
    r = check_schedule(state, resource, cron->schedule);
    struct place place = member_place(resource, "user");
    if (r >= 0 && strpbrk(user, " \t:"))
        r = problem(state, &place, "'%s' is no user", user);
    if (r < 0)
        return r;
    str_printf(&text, "%s %s ", cron->schedule, user);
    append_cron_command(&text, cron->command);
    return finish_drop_in(state, resource, &text, 0644);
}

/* ------------------------------------------------------------------------------ limits */

static const char *const limit_items[] = {
    "as",        "chroot",  "core",     "cpu",        "data",   "fsize",       "locks",
    "maxlogins", "memlock", "msgqueue", "nice",       "nofile", "nonewprivs",  "nproc",
    "priority",  "rss",     "rtprio",   "sigpending", "stack",  "maxsyslogins"};

/* "unlimited", or a number. */
static bool is_limit(const char *value) {
    size_t sign = *value == '-';
    return strcmp(value, "unlimited") == 0 || strcmp(value, "infinity") == 0 ||
           (value[sign] && strspn(value + sign, "0123456789") == strlen(value + sign));
}

struct limits {
    const char *domain;
    const struct data_value *soft, *hard, *both;
};

static const struct member limits_members[] = {{"domain", LINE, IN_OWN(struct limits, domain)},
                                               {"soft", TABLE, IN_OWN(struct limits, soft)},
                                               {"hard", TABLE, IN_OWN(struct limits, hard)},
                                               {"both", TABLE, IN_OWN(struct limits, both)},
                                               DROP_IN,
                                               {NULL}};

static int add_limits(struct os_state *state, const struct resource *resource, const char *type,
                      const struct data_value *table, struct str *text) {
    const struct limits *limits = resource->own;
    const struct data *data = &resource->place.source->data;
    const struct data_value *v = table ? data_first(data, table) : NULL;
    int r = 0;
    for (; r >= 0 && v; v = data_next(data, v)) {
        struct place place = {resource->place.source, v->key_at};
        size_t i = 0, count = sizeof limit_items / sizeof *limit_items;
        while (i < count && strcmp(limit_items[i], v->key) != 0)
            i++;
        if (i == count)
            r = problem(state, &place, "there is no limit '%s'; limits.conf(5) has them", v->key);
        else if ((v->type != DATA_TEXT && v->type != DATA_INTEGER) || !is_limit(v->text))
            r = problem(state, &place, "a limit is a number or \"unlimited\"");
        else
            str_printf(text, "%s %s %s %s\n", limits->domain, type, v->key, v->text);
    }
    return r < 0 ? r : text->failed ? -ENOMEM : 0;
}

static int begin_limits(struct os_state *state, struct resource *resource) {
    const struct limits *limits = resource->own;
    AUTO_STR text = STR_INIT;
    struct place place = member_place(resource, "domain");
    if (limits->domain && strpbrk(limits->domain, " \t#"))
        return problem(state, &place, "'%s' is no user, group (\"@group\") or \"*\"",
                       limits->domain);
    if (resource->gone)
        return 0;
    if (!limits->domain)
        return lacks(state, resource, "a domain, a user, \"@group\" or \"*\"");
    int r = add_limits(state, resource, "soft", limits->soft, &text);
    if (r >= 0)
        r = add_limits(state, resource, "hard", limits->hard, &text);
    if (r >= 0)
        r = add_limits(state, resource, "-", limits->both, &text);
    if (r >= 0 && !text.size)
        return lacks(state, resource, "limits: both = { nofile = 65536 }, soft or hard");
    return r < 0 ? r : finish_drop_in(state, resource, &text, 0644);
}

/* ------------------------------------------------------------------------------ kinds */

/* sudo(8) and cron(8) leave out names with a point. */
const struct kind kind_sudoers = {"sudoers",
                                  sudoers_members,
                                  .exclusive = true,
                                  .folder = "/etc/sudoers.d",
                                  .suffix = "",
                                  .letters = "_-",
                                  .own_size = sizeof(struct sudoers),
                                  .begin = begin_sudoers,
                                  .plan = plan_drop_in};
const struct kind kind_cron = {"cron",
                               cron_members,
                               .exclusive = true,
                               .folder = "/etc/cron.d",
                               .suffix = "",
                               .letters = "_-",
                               .own_size = sizeof(struct cron),
                               .begin = begin_cron,
                               .plan = plan_drop_in};
const struct kind kind_limits = {"limits",
                                 limits_members,
                                 .exclusive = true,
                                 .folder = "/etc/security/limits.d",
                                 .suffix = ".conf",
                                 .letters = "_-.",
                                 .own_size = sizeof(struct limits),
                                 .begin = begin_limits,
                                 .plan = plan_drop_in};
