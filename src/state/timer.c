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
    const struct data_value *v = NULL;
    const char *const *words;
    struct place place = member_place(resource, "command");
    int r = take_own(state, resource, "command", COMMAND, &v);
    if (r > 0)
        r = take_texts(state, resource, "command", v, &words);
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

/* A backslash at the end would begin another line. */
static int add_line(struct os_state *state, const struct resource *resource, const char *member,
                    const char *key, struct str *text) {
    const char *value = NULL;
    int r = take_line(state, resource, member, &value);
    struct place place = member_place(resource, member);
    if (r > 0 && value[strlen(value) - 1] == '\\')
        return problem(state, &place, "%s can't end with a backslash", member);
    if (r > 0)
        append_line(text, key, value);
    return r;
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

static const struct {
    const char *member, *key;
} service_lines[] = {{"user", "User"}, {"group", "Group"}, {"cwd", "WorkingDirectory"}},
  timer_lines[] = {{"on_boot", "OnBootSec"},
                   {"every", "OnUnitActiveSec"},
                   {"delay", "RandomizedDelaySec"},
                   {"accuracy", "AccuracySec"}};

static const struct kind kind_timer_service = {"timer",
                                               NULL,
                                               .exclusive = true,
                                               .folder = "/etc/systemd/system",
                                               .suffix = ".service",
                                               .plan = plan_drop_in};

static int write_service(struct os_state *state, const struct resource *resource,
                         const char *description, struct str *text) {
    AUTO_STR command = STR_INIT;
    int r = take_command(state, resource, &command);
    if (r <= 0)
        return r < 0 ? r
                     : problem(state, &resource->place,
                               "a timer has a command, and calendar, every or on_boot; or absent = "
                               "true");
    str_append_text(text, "[Unit]\n");
    append_line(text, "Description", description);
    str_append_text(text, "\n[Service]\nType=oneshot\n");
    for (size_t i = 0; r >= 0 && i < sizeof service_lines / sizeof *service_lines; i++)
        r = add_line(state, resource, service_lines[i].member, service_lines[i].key, text);
    if (r >= 0)
        r = take_pairs(state, resource, "environment", add_variable, text);
    str_printf(text, "ExecStart=%s\n", command.data);
    return r < 0 ? r : text->failed ? -ENOMEM : 0;
}

/* When it starts: whether anything says so. */
static int add_times(struct os_state *state, const struct resource *resource, struct str *text) {
    const char *const *calendar;
    struct place place = member_place(resource, "calendar");
    int r = take_list(state, resource, "calendar", &calendar), said = 0;
    for (; r >= 0 && *calendar; calendar++, said = 1) {
        if (!**calendar || strpbrk(*calendar, "\r\n%\\"))
            return problem(state, &place, "'%s' is no time; systemd.time(7) has them", *calendar);
        str_printf(text, "OnCalendar=%s\n", *calendar);
    }
    for (size_t i = 0; r >= 0 && i < sizeof timer_lines / sizeof *timer_lines; i++) {
        r = add_line(state, resource, timer_lines[i].member, timer_lines[i].key, text);
        said = said || (r > 0 && i < 2);
    }
    return r < 0 ? r : said;
}

static int write_timer(struct os_state *state, const struct resource *resource,
                       const char *description, struct str *text) {
    bool persistent = false;
    str_append_text(text, "[Unit]\n");
    append_line(text, "Description", description);
    str_append_text(text, "\n[Timer]\n");
    int r = add_times(state, resource, text);
    if (r == 0)
        return problem(state, &resource->place,
                       "a timer has a time: calendar = \"daily\", every = \"5min\" or on_boot");
    if (r >= 0)
        r = take_own(state, resource, "persistent", FLAG, &persistent);
    str_printf(text, "%s\n[Install]\nWantedBy=timers.target\n",
               persistent ? "Persistent=true\n" : "");
    return r < 0 ? r : 0;
}

static int begin_timer(struct os_state *state, struct resource *resource) {
    AUTO_STR timer = STR_INIT, service = STR_INIT;
    const char *name = own_name(state, resource), *description = name;
    int r = name ? take_line(state, resource, "description", &description) : -ENOMEM;
    struct place place = member_place(resource, "description");
    if (r > 0 && description[strlen(description) - 1] == '\\')
        r = problem(state, &place, "description can't end with a backslash");
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

static int add_option(struct os_state *state, const struct place *place, const char *name,
                      const char *value, struct str *text) {
    if (!*name || strpbrk(name, " \t\r\n=\"#\\") || strpbrk(value, " \t\"#\\"))
        return problem(state, place, "a module can't have an option '%s' with such a value", name);
    str_printf(text, " %s=%s", name, value);
    return text->failed ? -ENOMEM : 0;
}

/* Whether it is loaded now is a value of the module, not of the file. */
static int plan_module(struct os_state *state, const struct resource *resource) {
    struct resource module = *resource;
    bool loaded = !resource->gone;
    int r = plan_drop_in(state, resource);
    if (r != 0)
        return r;
    r = take_own(state, resource, "loaded", FLAG, &loaded);
    module.name = own_name(state, resource);
    if (r < 0 || !module.name)
        return r < 0 ? r : -ENOMEM;
    return r > 0 || !resource->gone ? want_value(state, &module, "loaded", loaded ? "yes" : "no")
                                    : 0;
}

static int begin_module(struct os_state *state, struct resource *resource) {
    AUTO_STR load = STR_INIT, options = STR_INIT, pairs = STR_INIT;
    const char *name = own_name(state, resource);
    bool blocked = false;
    int r = name ? take_own(state, resource, "blacklist", FLAG, &blocked) : -ENOMEM;
    if (r >= 0)
        r = take_pairs(state, resource, "options", add_option, &pairs);
    if (r < 0)
        return r;
    if (pairs.size)
        str_printf(&options, "options %s%s\n", name, pairs.data);
    if (blocked)
        str_printf(&options, "blacklist %s\n", name);
    str_printf(&load, "%s\n", name);
    r = add_beside(state, resource, &kind_module_options, name, &options);
    resource->gone = resource->gone || blocked;
    return r < 0 ? r : finish_drop_in(state, resource, &load, 0644);
}

/* ------------------------------------------------------------------------------ kinds */

static const struct member timer_members[] = {{"command", OWN, 0},
                                              {"calendar", OWN, 0},
                                              {"every", OWN, 0},
                                              {"on_boot", OWN, 0},
                                              {"delay", OWN, 0},
                                              {"accuracy", OWN, 0},
                                              {"persistent", OWN, 0},
                                              {"user", OWN, 0},
                                              {"group", OWN, 0},
                                              {"cwd", OWN, 0},
                                              {"environment", OWN, 0},
                                              {"description", OWN, 0},
                                              DROP_IN,
                                              {NULL}};
static const struct member module_members[] = {
    {"options", OWN, 0},
    {"blacklist", OWN, 0},
    {"loaded", OWN, 0},
    {"undo_on_failure", FLAG, offsetof(struct resource, undone)},
    DROP_IN,
    {NULL}};

const struct kind kind_timer = {"timer",
                                timer_members,
                                .exclusive = true,
                                .folder = "/etc/systemd/system",
                                .suffix = ".timer",
                                .letters = "_-.@:",
                                .begin = begin_timer,
                                .plan = plan_drop_in};
const struct kind kind_module = {"module",
                                 module_members,
                                 .exclusive = true,
                                 .folder = "/etc/modules-load.d",
                                 .suffix = ".conf",
                                 .letters = "_-",
                                 .begin = begin_module,
                                 .plan = plan_module,
                                 .driver = &driver_module};
