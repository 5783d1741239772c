/* SPDX-License-Identifier: MIT */
/** Settings of src/system in states: parameters of the kernel, the name of the machine, time zone, locale.
 *
 *  The file for the next start is a change of the plan, what is in force is a value that a program brings:
 *  both are made or neither. */
#include "state/setting.h"

#include "state/against.h"
#include "state/dropins.h"
#include "state/view.h"
#include "system/settings.h"
#include "system/sysctl.h"

#include "base/procfile.h"
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>

#define HOSTNAME_FILE "/etc/hostname"
#define HOSTS_FILE    "/etc/hosts"
#define ZONE_LINK     "/etc/localtime"
#define ZONE_FILE     "/etc/timezone"
#define LOCALE_FILE   "/etc/default/locale" /* of Debian */
#define LOCALE_CONF   "/etc/locale.conf"

/* ------------------------------------------------------------------------------ files */

int view_text(struct os_state *state, const struct resource *resource, const char *path,
              struct str *ret) {
    struct os_stat_result st;
    AUTO_FREE char *data = NULL;
    size_t size = 0;
    int r = view_file(state, path, SIZE_MAX, &st, &data, &size);
    str_append(ret, data ? data : "", size);
    if (r == -ENOENT || r == -ENOTDIR)
        r = 0;
    return r < 0 && r != -ENOMEM ? problem_errno(state, resource, NULL) : ret->failed ? -ENOMEM : r;
}

int ensure_text(struct os_state *state, const struct resource *resource, const char *path,
                const struct str *text) {
    struct os_stat_result st;
    AUTO_FREE char *folder = mem_text(path, (size_t)(strrchr(path, '/') - path));
    const struct want want = {.new_mode = 0644, .uid = (uid_t)-1, .gid = (gid_t)-1};
    const struct want parent = {.new_mode = 0755, .uid = (uid_t)-1, .gid = (gid_t)-1};
    const struct content content = {.data = text->data ? text->data : "", .size = text->size};
    if (!folder)
        return -ENOMEM;
    int r = state->from_disk ? 0 : view_lstat(state, folder, &st);
    r = r == -ENOENT ? ensure_dir(state, resource, folder, &parent) : 0;
    return r < 0 ? r : ensure_file(state, resource, path, &content, &want);
}

/* ------------------------------------------------------------------------------ tables */

/* What one setting says: "name = value", or a table. */
struct setting {
    const struct data_value *said; /* in a table */
    const char *value;
    bool force, runtime;
};

static int begin_setting(struct os_state *state, struct resource *resource) {
    struct setting *setting = resource->own;
    const struct data_value *v =
        resource->table->type == DATA_TABLE ? setting->said : resource->table;
    struct place place = {resource->place.source, v ? v->at : resource->place.at};
    size_t size;
    if (!v || (v->type != DATA_TEXT && v->type != DATA_INTEGER))
        return problem(state, &place, "a value is a text or a number");
    int r = expand(state, &place, v->text, v->size, &setting->value, &size);
    if (r >= 0 && (strlen(setting->value) != size || !size || strpbrk(setting->value, "\r\n")))
        r = problem(state, &place, "a value is one line, and not empty");
    setting->runtime = !is_said(resource, "runtime") || setting->runtime;
    return r;
}

/* ------------------------------------------------------------------------------ sysctl */

/* Words with one space between them: the kernel has tabs. */
static void append_words(const char *text, struct str *s) {
    for (size_t size; text += strspn(text, " \t\n"), *text; text += size) {
        size = strcspn(text, " \t\n");
        str_append(s, " ", s->size > 0);
        str_append(s, text, size);
    }
    str_append(s, "", 0);
}

static int look_sysctl(const char *name, const char *what, struct str *now) {
    AUTO_STR path = STR_INIT, whole = STR_INIT, text = STR_INIT;
    (void)what;
    int r = sysctl_path(name, strlen(name), &path);
    str_printf(&whole, "/proc/sys/%s", path.data ? path.data : "");
    if (r >= 0)
        r = whole.failed ? -ENOMEM : procfile_load(whole.data, &text);
    if (r >= 0)
        append_words(text.data ? text.data : "", now);
    return r;
}

static int change_sysctl(const char *name, const char *what, const char *from, const char *to,
                         struct list *argv) {
    AUTO_STR path = STR_INIT, pair = STR_INIT;
    (void)what, (void)from;
    int r = sysctl_path(name, strlen(name), &path);
    str_printf(&pair, "%s=%s", path.data ? path.data : "", to);
    if (r < 0 || pair.failed)
        return r < 0 ? r : -ENOMEM;
    list_add_text(argv, "sysctl");
    list_add_text(argv, "-q");
    list_add_text(argv, "-w");
    list_add_text(argv, pair.data);
    return 0;
}

/* Ahead of what starts with it. */
static enum os_plan_when when_setting(const char *what, const char *to) {
    (void)what, (void)to;
    return OS_PLAN_SETUP;
}

const struct driver driver_sysctl = {"sysctl", look_sysctl, change_sysctl, when_setting};

static int begin_sysctl(struct os_state *state, struct resource *resource) {
    AUTO_STR path = STR_INIT;
    int r = sysctl_path(resource->name, strlen(resource->name), &path);
    if (r == -EINVAL || strpbrk(resource->name, "*?[=# \t\n"))
        return problem(state, &resource->place,
                       "'%s' is no parameter of the kernel; one is \"net.ipv4.ip_forward\"",
                       resource->name);
    return r < 0 ? r : begin_setting(state, resource);
}

/* What the files make of a parameter, where one of them has a text that isn't on the disk yet. */
static int is_configured(const char *text, const char *path, const char *value) {
    struct sysctl_lines lines = {0};
    int r = sysctl_lines_load(&lines, SYSCTL_OWN_FILE, text);
    const struct sysctl_line *line = r == 0 ? sysctl_lines_find(&lines, path) : NULL;
    r = r < 0 ? r : line && setting_same(line->value, value);
    free(lines.items);
    return r;
}

/* Writes it where it counts: in osier's file, or where another one says otherwise and that is meant, in a
 * later one. */
static int write_sysctl(struct os_state *state, const struct resource *resource, const char *path,
                        const struct str *old) {
    const struct setting *setting = resource->own;
    AUTO_STR text = STR_INIT, where = STR_INIT, late = STR_INIT, old_late = STR_INIT;
    int r = sysctl_edit(old->data, path, setting->value, &text);
    if (r >= 0)
        r = sysctl_check_order(SYSCTL_OWN_FILE, text.data, path, &where);
    if (r == -EEXIST && !setting->force)
        return problem(state, &resource->place,
                       "%s says otherwise, and counts; force = true writes a later file",
                       where.data);
    if (r != -EEXIST)
        return r < 0 ? r : ensure_text(state, resource, SYSCTL_OWN_FILE, &text);
    r = view_text(state, resource, SYSCTL_LATE_FILE, &old_late);
    if (r == 0)
        r = sysctl_edit(old_late.data, path, setting->value, &late);
    return r != 0 ? r : ensure_text(state, resource, SYSCTL_LATE_FILE, &late);
}

static int plan_line(struct os_state *state, const struct resource *resource) {
    const struct setting *setting = resource->own;
    AUTO_STR path = STR_INIT, old = STR_INIT;
    int r = sysctl_path(resource->name, strlen(resource->name), &path);
    note_look(state, SYSCTL_LATE_FILE, false);
    if (r >= 0)
        r = view_text(state, resource, SYSCTL_OWN_FILE, &old);
    if (r != 0)
        return r;
    r = is_configured(old.data, path.data, setting->value);
    if (r != 0)
        return r < 0 ? r : 0;
    return state->from_disk ? AGAIN : write_sysctl(state, resource, path.data, &old);
}

static const char *const *sysctl_writes(const struct resource *resource) {
    static const char *const files[] = {SYSCTL_OWN_FILE, NULL};
    static const char *const both[] = {SYSCTL_OWN_FILE, SYSCTL_LATE_FILE, NULL};
    return ((const struct setting *)resource->own)->force ? both : files;
}

static int plan_sysctl(struct os_state *state, const struct resource *resource) {
    const struct setting *setting = resource->own;
    AUTO_STR value = STR_INIT, now = STR_INIT;
    int r = plan_line(state, resource);
    if (r != 0 || !setting->runtime)
        return r;
    if (look_sysctl(resource->name, "", &now) == -ENOENT)
        return 0; /* the module that has it isn't there yet */
    append_words(setting->value, &value);
    return value.failed ? -ENOMEM : want_value(state, resource, "", value.data);
}

/* ------------------------------------------------------------------------------ host */

static int look_host(const char *name, const char *what, struct str *now) {
    struct utsname names;
    (void)name, (void)what;
    int r = SYS(uname, &names);
    str_append_text(now, r < 0 ? "" : names.nodename);
    return r < 0 ? r : 0;
}

static int change_host(const char *name, const char *what, const char *from, const char *to,
                       struct list *argv) {
    (void)name, (void)what, (void)from;
    list_add_text(argv, "hostname");
    list_add_text(argv, to);
    return 0;
}

const struct driver driver_host = {"host", look_host, change_host, when_setting};

static int begin_host(struct os_state *state, struct resource *resource) {
    const struct setting *setting = resource->own;
    bool hostname = strcmp(resource->name, "hostname") == 0;
    if (!hostname && strcmp(resource->name, "timezone") != 0)
        return problem(state, &resource->place, "a host has hostname and timezone, not '%s'",
                       resource->name);
    int r = begin_setting(state, resource);
    if (r >= 0 && hostname && !hostname_is_name(setting->value))
        r = problem(state, &resource->place, "'%s' is no name of a machine", setting->value);
    return r;
}

/* The old name in /etc/hosts goes with the one in /etc/hostname. */
static int plan_hosts(struct os_state *state, const struct resource *resource, const char *old,
                      const char *name) {
    AUTO_STR hosts = STR_INIT, text = STR_INIT;
    note_look(state, HOSTS_FILE, false);
    int r = *old && strcmp(old, name) != 0 ? view_text(state, resource, HOSTS_FILE, &hosts) : 0;
    if (r != 0 || !hosts.size)
        return r;
    r = hostname_edit_hosts(hosts.data, old, name, &text);
    if (r < 0 || (text.size == hosts.size && memcmp(text.data, hosts.data, text.size) == 0))
        return r;
    return state->from_disk ? AGAIN : ensure_text(state, resource, HOSTS_FILE, &text);
}

static int plan_hostname(struct os_state *state, const struct resource *resource) {
    const struct setting *setting = resource->own;
    AUTO_STR old = STR_INIT, name = STR_INIT, line = STR_INIT;
    int r = view_text(state, resource, HOSTNAME_FILE, &old);
    if (r != 0)
        return r;
    hostname_configured(old.data, &name);
    str_append(&name, "", 0);
    str_printf(&line, "%s\n", setting->value);
    if (name.failed || line.failed)
        return -ENOMEM;
    r = plan_hosts(state, resource, name.data, setting->value);
    if (r == 0 && strcmp(name.data, setting->value) != 0)
        r = ensure_text(state, resource, HOSTNAME_FILE, &line);
    return r != 0 || !setting->runtime ? r : want_value(state, resource, "", setting->value);
}

static int plan_timezone(struct os_state *state, const struct resource *resource) {
    const struct setting *setting = resource->own;
    AUTO_STR target = STR_INIT, line = STR_INIT, old = STR_INIT;
    const struct want want = {.replace = true, .uid = (uid_t)-1, .gid = (gid_t)-1};
    int r = timezone_check(setting->value, &target);
    str_printf(&line, "%s\n", setting->value);
    if (r < 0 || line.failed)
        return r == -ENOMEM || line.failed ? -ENOMEM
                                           : problem(state, &resource->place,
                                                     "there is no time zone '%s'; it would be '%s'",
                                                     setting->value, target.data + strlen(".."));
    r = ensure_link(state, resource, ZONE_LINK, target.data, &want);
    if (r == 0)
        r = view_text(state, resource, ZONE_FILE, &old);
    if (r == AGAIN) /* where there is none there needn't be one */
        return r;
    return r < 0 || !old.size ? r : ensure_text(state, resource, ZONE_FILE, &line);
}

static const char *const *host_writes(const struct resource *resource) {
    static const char *const hostname[] = {HOSTNAME_FILE, NULL};
    static const char *const zone[] = {ZONE_LINK, ZONE_FILE, NULL};
    return strcmp(resource->name, "hostname") == 0 ? hostname : zone;
}

static int plan_host(struct os_state *state, const struct resource *resource) {
    return (strcmp(resource->name, "hostname") == 0 ? plan_hostname : plan_timezone)(state,
                                                                                     resource);
}

/* ------------------------------------------------------------------------------ locale */

/* A variable by its name; whether the locale is there is asked when it is planned: a package may bring it. */
static int begin_locale(struct os_state *state, struct resource *resource) {
    return strcmp(resource->name, "LANG") == 0 || strcmp(resource->name, "LANGUAGE") == 0 ||
                   strncmp(resource->name, "LC_", 3) == 0
               ? begin_setting(state, resource)
               : problem(state, &resource->place,
                         "a locale has LANG, LANGUAGE, LC_TIME and its like, not '%s'",
                         resource->name);
}

/* The common one is another program's where Debian's is there, too. */
static const char *const *locale_writes(const struct resource *resource) {
    static const char *const first[] = {LOCALE_FILE, NULL};
    static const char *const both[] = {LOCALE_FILE, LOCALE_CONF, NULL};
    (void)resource;
    return SYS(access, LOCALE_FILE, F_OK) == 0 ? first : both;
}

static int plan_locale(struct os_state *state, const struct resource *resource) {
    const struct setting *setting = resource->own;
    AUTO_STR old = STR_INIT, text = STR_INIT;
    struct os_stat_result st;
    int r = locale_check(resource->name, setting->value);
    if (r < 0)
        return r != -EINVAL
                   ? r
                   : problem(state, &resource->place,
                             "there is no locale '%s' here; `locale -a` tells which there are",
                             setting->value);
    r = view_lstat(state, LOCALE_FILE, &st);
    bool other = r == -ENOENT && view_lstat(state, LOCALE_CONF, &st) == 0;
    const char *path = other ? LOCALE_CONF : LOCALE_FILE;
    r = view_text(state, resource, path, &old);
    if (r == 0)
        r = locale_edit(old.data, resource->name, setting->value, &text);
    if (r != 0 || (text.size == old.size && memcmp(text.data, old.data, text.size) == 0))
        return r;
    return state->from_disk ? AGAIN : ensure_text(state, resource, path, &text);
}

/* ------------------------------------------------------------------------------ kinds */

static const struct member members[] = {{"value", ANY, IN_OWN(struct setting, said)},
                                        {"runtime", FLAG, IN_OWN(struct setting, runtime)},
                                        UNDO_ON_FAILURE,
                                        AFTER,
                                        {NULL}};
static const struct member sysctl_members[] = {{"value", ANY, IN_OWN(struct setting, said)},
                                               {"runtime", FLAG, IN_OWN(struct setting, runtime)},
                                               {"force", FLAG, IN_OWN(struct setting, force)},
                                               UNDO_ON_FAILURE,
                                               AFTER,
                                               {NULL}};

const struct kind kind_sysctl = {"sysctl",
                                 sysctl_members,
                                 .named = true,
                                 .plain = true,
                                 .own_size = sizeof(struct setting),
                                 .driver = &driver_sysctl,
                                 .begin = begin_sysctl,
                                 .writes = sysctl_writes,
                                 .plan = plan_sysctl};
const struct kind kind_host = {"host",
                               members,
                               .named = true,
                               .plain = true,
                               .own_size = sizeof(struct setting),
                               .driver = &driver_host,
                               .begin = begin_host,
                               .writes = host_writes,
                               .plan = plan_host};
const struct kind kind_locale = {"locale",
                                 members,
                                 .named = true,
                                 .plain = true,
                                 .own_size = sizeof(struct setting),
                                 .begin = begin_locale,
                                 .writes = locale_writes,
                                 .plan = plan_locale};
