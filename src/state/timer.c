/* SPDX-License-Identifier: MIT */
/** Timers of systemd, each with the service that it starts; and modules of the kernel. */
#include "state/dropins.h"

#include "state/setting.h"
#include "state/view.h"

#include <string.h>

/* ------------------------------------------------------------------------------ beside it */

/* A further file of a resource: its own, so that nobody else says what stands there. */
static int add_beside(struct os_state *state, const struct resource *resource,
                      const struct kind *kind, const char *name, const struct str *text) {
    struct resource other = *resource;
    other.kind = kind;
    other.check = NULL;
    other.name = drop_in_path(state, kind, name);
    other.gone = resource->gone || !text->size;
    int r = other.name ? finish_drop_in(state, &other, text, 0644) : -ENOMEM;
    return r < 0 ? r : add_resource(state, &other);
}

/* What a resource is called, without folder and suffix: the arena's. */
static const char *own_name(struct os_state *state, const struct resource *resource) {
    const char *name = strrchr(resource->name, '/') + 1;
    return arena_text(&state->arena, name, strlen(name) - strlen(resource->kind->suffix));
}

/* ------------------------------------------------------------------------------ units */

/* What a table says, by its members. */
struct timer {
    const struct data_value *command, *environment;
    const char *const *calendar;
    const char *every, *on_boot, *delay, *accuracy, *user, *group, *cwd, *description;
    bool persistent;
};

static const struct member timer_members[] = {
    {"command", COMMAND, IN_OWN(struct timer, command)},
    {"calendar", TEXTS, IN_OWN(struct timer, calendar)},
    {"every", LINE, IN_OWN(struct timer, every)},
    {"on_boot", LINE, IN_OWN(struct timer, on_boot)},
    {"delay", LINE, IN_OWN(struct timer, delay)},
    {"accuracy", LINE, IN_OWN(struct timer, accuracy)},
    {"persistent", FLAG, IN_OWN(struct timer, persistent)},
    {"user", LINE, IN_OWN(struct timer, user)},
    {"group", LINE, IN_OWN(struct timer, group)},
    {"cwd", LINE, IN_OWN(struct timer, cwd)},
    {"environment", TABLE, IN_OWN(struct timer, environment)},
    {"description", LINE, IN_OWN(struct timer, description)},
    DROP_IN,
    {NULL}};

/* A word as systemd.service(5) has it: nothing in it is a variable or a specifier. */
static void append_unit_word(struct str *s, const char *word) {
    if (s->size)
        str_append_char(s, ' ');
    str_append_char(s, '"');
    for (const char *c = word; *c; c++) {
        if (*c == '\n')
            str_append_text(s, "\\n");
        else if (*c == '\r')
            str_append_text(s, "\\r");
        else if (strchr("\\\"", *c))
            str_printf(s, "\\%c", *c);
        else
            str_printf(s, strchr("%$", *c) ? "%c%c" : "%c", *c, *c);
    }
    str_append_char(s, '"');
}

static int take_command(struct os_state *state, const struct resource *resource, struct str *s) {
    const struct data_value *v = ((const struct timer *)resource->own)->command;
    const char *const *words;
    struct place place = member_place(resource, "command");
    int r = v ? take_texts(state, resource, "command", v, &words) : 0;
    if (r < 0 || !v)
        return r;
    if (v->type == DATA_TEXT) {
        str_append_text(s, "/bin/sh -c");
        append_unit_word(s, *words);
        return s->failed ? -ENOMEM : 1;
    }
    if (!*words || **words != '/' || strpbrk(*words, " \t\r\n%$\\\"'"))
        return problem(state, &place, "a command begins with the path of a program");
    for (str_append_text(s, *words++); *words; words++)
        append_unit_word(s, *words);
    return s->failed ? -ENOMEM : 1;
}

/* In values of units a percent sign begins a specifier. */
static void append_line(struct str *text, const char *key, const char *value) {
    str_printf(text, "%s=", key);
    for (; *value; value++)
        str_printf(text, *value == '%' ? "%c%c" : "%c", *value, *value);
    str_append_char(text, '\n');
}

/* A line of a unit, where there is a value. A backslash at its end would begin another line. */
static int add_line(struct os_state *state, const struct resource *resource, const char *member,
                    const char *key, const char *value, struct str *text) {
    struct place place = member_place(resource, member);
    if (value && value[strlen(value) - 1] == '\\')
        return problem(state, &place, "%s can't end with a backslash", member);
    if (value)
        append_line(text, key, value);
    return 0;
}

static int add_variable(struct os_state *state, const struct place *place, const char *name,
                        const char *value, struct str *text) {
    AUTO_STR pair = STR_INIT, word = STR_INIT;
    size_t plain = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789");
    if (!*name || name[plain] || strchr("0123456789", *name))
        return problem(state, place, "'%s' can't name a variable", name);
    str_printf(&pair, "%s=%s", name, value);
    for (const char *c = pair.data; c && *c; c++) { /* "$" is no variable here */
        str_append(&word, "\\", strchr("\\\"", *c) != NULL);
        str_append(&word, "%", *c == '%');
        str_append_char(&word, *c);
    }
    str_printf(text, "Environment=\"%s\"\n", word.data ? word.data : "");
    return pair.failed || word.failed || text->failed ? -ENOMEM : 0;
}

/* ------------------------------------------------------------------------------ timers */

static const struct kind kind_timer_service = {"timer",
                                               NULL,
                                               .exclusive = true,
                                               .folder = "/etc/systemd/system",
                                               .suffix = ".service",
                                               .plan = plan_drop_in};

static int write_service(struct os_state *state, const struct resource *resource,
                         const char *description, struct str *text) {
    const struct timer *timer = resource->own;
    AUTO_STR command = STR_INIT;
    int r = take_command(state, resource, &command);
    if (r <= 0)
        return r < 0 ? r
                     : problem(state, &resource->place,
                               "a timer has a command, and calendar, every or on_boot; or absent = "
                               "true");
    str_append_text(text, "[Unit]\n");
    r = add_line(state, resource, "description", "Description", description, text);
    str_append_text(text, "\n[Service]\nType=oneshot\n");
    if (r >= 0)
        r = add_line(state, resource, "user", "User", timer->user, text);
    if (r >= 0)
        r = add_line(state, resource, "group", "Group", timer->group, text);
    if (r >= 0)
        r = add_line(state, resource, "cwd", "WorkingDirectory", timer->cwd, text);
    if (r >= 0)
        r = take_pairs(state, resource, "environment", timer->environment, add_variable, text);
    str_printf(text, "ExecStart=%s\n", command.data);
    return r < 0 ? r : text->failed ? -ENOMEM : 0;
}

static int add_calendar(struct os_state *state, const struct resource *resource,
                        const char *const *time, struct str *text) {
    struct place place = member_place(resource, "calendar");
    for (; time && *time; time++) {
        if (!**time || strpbrk(*time, "\r\n%\\"))
            return problem(state, &place, "'%s' is no time; systemd.time(7) has them", *time);
        str_printf(text, "OnCalendar=%s\n", *time);
    }
    return 0;
}

static int write_timer(struct os_state *state, const struct resource *resource,
                       const char *description, struct str *text) {
    const struct timer *timer = resource->own;
    const char *lines[][3] = {{"on_boot", "OnBootSec", timer->on_boot},
                              {"every", "OnUnitActiveSec", timer->every},
                              {"delay", "RandomizedDelaySec", timer->delay},
                              {"accuracy", "AccuracySec", timer->accuracy}};
    if (!(timer->calendar && *timer->calendar) && !timer->on_boot && !timer->every)
        return problem(state, &resource->place,
                       "a timer has a time: calendar = \"daily\", every = \"5min\" or on_boot");
    str_append_text(text, "[Unit]\n");
    append_line(text, "Description", description);
    str_append_text(text, "\n[Timer]\n");
    int r = add_calendar(state, resource, timer->calendar, text);
    for (size_t i = 0; r >= 0 && i < sizeof lines / sizeof *lines; i++)
        r = add_line(state, resource, lines[i][0], lines[i][1], lines[i][2], text);
    str_printf(text, "%s\n[Install]\nWantedBy=timers.target\n",
               timer->persistent ? "Persistent=true\n" : "");
    return r;
}

static int begin_timer(struct os_state *state, struct resource *resource) {
    const char *said = ((const struct timer *)resource->own)->description;
    AUTO_STR timer = STR_INIT, service = STR_INIT;
    const char *name = own_name(state, resource), *description = said ? said : name;
    int r = name ? 0 : -ENOMEM;
    if (r >= 0 && !resource->gone)
        r = write_service(state, resource, description, &service);
    if (r >= 0 && !resource->gone)
        r = write_timer(state, resource, description, &timer);
    if (r >= 0)
        r = add_beside(state, resource, &kind_timer_service, name, &service);
    return r < 0 ? r : finish_drop_in(state, resource, &timer, 0644);
}

/* ------------------------------------------------------------------------------ modules */

static const struct kind kind_module_options = {"module",          NULL,
                                                .exclusive = true, .folder = "/etc/modprobe.d",
                                                .suffix = ".conf", .plan = plan_drop_in};

struct module {
    const struct data_value *options;
    bool blacklist, loaded;
};

static const struct member module_members[] = {
    {"options", TABLE, IN_OWN(struct module, options)},
    {"blacklist", FLAG, IN_OWN(struct module, blacklist)},
    {"loaded", FLAG, IN_OWN(struct module, loaded)},
    UNDO_ON_FAILURE,
    DROP_IN,
    {NULL}};

static int add_option(struct os_state *state, const struct place *place, const char *name,
                      const char *value, struct str *text) {
    if (!*name || strpbrk(name, " \t\r\n=\"#\\") || strpbrk(value, " \t\"#\\"))
        return problem(state, place, "a module can't have an option '%s' with such a value", name);
    str_printf(text, " %s=%s", name, value);
    return text->failed ? -ENOMEM : 0;
}

/* Whether it is loaded now is a value of the module, not of the file. */
static int plan_module(struct os_state *state, const struct resource *resource) {
    const struct module *said = resource->own;
    struct resource module = *resource;
    bool loaded = is_said(resource, "loaded") ? said->loaded : !resource->gone;
    int r = plan_drop_in(state, resource);
    if (r != 0 || (resource->gone && !is_said(resource, "loaded")))
        return r;
    module.name = own_name(state, resource);
    return module.name ? want_value(state, &module, "loaded", loaded ? "yes" : "no") : -ENOMEM;
}

static int begin_module(struct os_state *state, struct resource *resource) {
    AUTO_STR load = STR_INIT, options = STR_INIT, pairs = STR_INIT;
    const char *name = own_name(state, resource);
    const struct module *module = resource->own;
    int r = name ? take_pairs(state, resource, "options", module->options, add_option, &pairs)
                 : -ENOMEM;
    if (r < 0)
        return r;
    if (pairs.size)
        str_printf(&options, "options %s%s\n", name, pairs.data);
    if (module->blacklist)
        str_printf(&options, "blacklist %s\n", name);
    str_printf(&load, "%s\n", name);
    r = add_beside(state, resource, &kind_module_options, name, &options);
    resource->gone = resource->gone || module->blacklist;
    return r < 0 ? r : finish_drop_in(state, resource, &load, 0644);
}

/* ------------------------------------------------------------------------------ kinds */

const struct kind kind_timer = {"timer",
                                timer_members,
                                .exclusive = true,
                                .folder = "/etc/systemd/system",
                                .suffix = ".timer",
                                .letters = "_-.@:",
                                .own_size = sizeof(struct timer),
                                .begin = begin_timer,
                                .plan = plan_drop_in};
const struct kind kind_module = {"module",
                                 module_members,
                                 .exclusive = true,
                                 .folder = "/etc/modules-load.d",
                                 .suffix = ".conf",
                                 .letters = "_-",
                                 .own_size = sizeof(struct module),
                                 .begin = begin_module,
                                 .plan = plan_module,
                                 .driver = &driver_module};
