/* SPDX-License-Identifier: MIT */
/** Packages of Debian: what dpkg has, what apt would do about it, and all of it done in one call. */
#include "state/package.h"

#include "base/seam.h"
#include "io/contents.h"
#include "plan/plan.h"
#include "state/service.h"
#include "state/view.h"
#include "tree/match.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------ dpkg's state */

/* As dpkg finds it, without dpkg. */
int package_status(char **ret_text) {
    const char *admin = getenv("DPKG_ADMINDIR");
    AUTO_STR path = STR_INIT;
    size_t size;
    str_printf(&path, "%s/status", admin && *admin ? admin : "/var/lib/dpkg");
    int fd = path.failed ? -ENOMEM : SYS(open, path.data, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fd;
    return contents_read(fd, ret_text, &size);
}

/* The value of a field in a stanza, which ends with an empty line: its size, or −1. */
static long find_field(const char *stanza, const char *name, const char **ret) {
    size_t size = strlen(name);
    for (const char *line = stanza; *line && *line != '\n';) {
        const char *end = strchrnul(line, '\n');
        if (strncasecmp(line, name, size) == 0 && line[size] == ':') {
            line += size + 1;
            line += strspn(line, " \t");
            *ret = line;
            return line < end ? end - line : 0;
        }
        line = *end ? end + 1 : end;
    }
    return -1;
}

bool package_field_is(const char *stanza, const char *name, const char *value, size_t value_size) {
    const char *found;
    long size = find_field(stanza, name, &found);
    return size == (long)value_size && memcmp(found, value, value_size) == 0;
}

static void copy_field(const char *stanza, const char *name, char *to, size_t room) {
    const char *value;
    long size = find_field(stanza, name, &value);
    if (size > 0 && size < (long)room) {
        memcpy(to, value, (size_t)size);
        to[size] = '\0';
    }
}

static void read_stanza(const char *stanza, struct package *ret) {
    const char *status;
    long size = find_field(stanza, "Status", &status);
    AUTO_FREE char *words = size > 0 ? mem_text(status, (size_t)size) : NULL;
    if (!words)
        return;
    const char *last = strrchr(words, ' ');
    bool none = !last || strcmp(last, " not-installed") == 0;
    ret->configured = !none;
    ret->installed = !none && strcmp(last, " config-files") != 0;
    ret->held = strncmp(words, "hold ", 5) == 0;
    copy_field(stanza, "Version", ret->version, sizeof ret->version);
    copy_field(stanza, "Architecture", ret->architecture, sizeof ret->architecture);
}

void package_find(const char *text, const char *name, struct package *ret) {
    const char *colon = strchr(name, ':');
    size_t size = colon ? (size_t)(colon - name) : strlen(name);
    *ret = (struct package){0};
    for (const char *stanza = text; stanza && *stanza && !ret->installed;) {
        if (package_field_is(stanza, "Package", name, size) &&
            (!colon || package_field_is(stanza, "Architecture", colon + 1, strlen(colon + 1))))
            read_stanza(stanza, ret);
        stanza = strstr(stanza, "\n\n");
        stanza = stanza ? stanza + 2 : NULL;
    }
}

static int look_at_package(const char *name, struct package *ret) {
    AUTO_FREE char *text = NULL;
    int r = package_status(&text);
    if (r >= 0)
        package_find(text, name, ret);
    return r;
}

static int look_package(const char *name, const char *what, struct str *now) {
    struct package package;
    int r = look_at_package(name, &package);
    const char *mark = "";
    if (r >= 0 && strcmp(what, "mark") == 0)
        r = package_mark(name, &package, &mark);
    if (r < 0)
        return r;
    str_append_text(now, *mark                                ? mark
                         : strcmp(what, "held") == 0          ? package.held ? "held" : "free"
                         : strcmp(what, "configuration") == 0 ? package.configured ? "kept" : "none"
                         : package.installed                  ? package.version
                                                              : "absent");
    return 0;
}

static int change_package(const char *name, const char *what, const char *from, const char *to,
                          struct list *argv) {
    (void)what, (void)from; /* versions are changed all together, see plan_packages() */
    list_add_text(argv, "apt-mark");
    list_add_text(argv, strcmp(to, "held") == 0 ? "hold" : "unhold");
    list_add_text(argv, name);
    return 0;
}

static enum os_plan_when when_package(const char *what, const char *to) {
    (void)what, (void)to;
    return OS_PLAN_MAIN;
}

const struct driver driver_package = {"package", look_package, change_package, when_package};

/* ------------------------------------------------------------------------------ its table */

struct wanted {
    const char *state, *version;
    bool held, purge;
    bool absent, pending;
};

static const struct member members[] = {
    {"state", TEXT, IN_OWN(struct wanted, state)},
    {"version", TEXT, IN_OWN(struct wanted, version)},
    {"held", FLAG, IN_OWN(struct wanted, held)},
    {"purge", FLAG, IN_OWN(struct wanted, purge)},
    UNDO_ON_FAILURE,
    AFTER,
    {NULL},
};

bool package_is_name(const char *name) {
    size_t size = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789+-.");
    const char *arch = name[size] == ':' ? name + size + 1 : NULL;
    bool whole =
        arch ? *arch && !arch[strspn(arch, "abcdefghijklmnopqrstuvwxyz0123456789")] : !name[size];
    return whole && size > 1 && isalnum((unsigned char)*name) && name[size - 1] != '-';
}

/* What apt takes for one, with a star at its end. */
static bool is_version(const char *version) {
    size_t size = strlen(version);
    size_t plain = strspn(version, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                   ".+:~-");
    return size > 0 && isdigit((unsigned char)*version) &&
           (plain == size || (plain == size - 1 && version[plain] == '*'));
}

static int begin_package(struct os_state *state, struct resource *resource) {
    struct wanted *wanted = resource->own;
    struct place at_state = member_place(resource, "state"),
                 at_version = member_place(resource, "version");
    if (!package_is_name(resource->name))
        return problem(state, &resource->place, "'%s' is no name for a package", resource->name);
    wanted->absent = wanted->state && strcmp(wanted->state, "absent") == 0;
    if (wanted->state && !wanted->absent && strcmp(wanted->state, "installed") != 0)
        return problem(state, &at_state, "a package is \"installed\" or \"absent\", not '%s'",
                       wanted->state);
    if (wanted->version && !is_version(wanted->version))
        return problem(state, &at_version,
                       "'%s' is no version; one is \"1.22.1-9\", or \"1.22*\" for all such",
                       wanted->version);
    if (wanted->absent && (wanted->version || wanted->held))
        return problem(state, &resource->place, "what is absent has no version, and isn't held");
    return wanted->purge && !wanted->absent
               ? problem(state, &resource->place, "purge is for a package that is absent")
               : 0;
}

static bool is_so(const struct wanted *wanted, const struct package *package) {
    if (wanted->absent)
        return !package->installed && !(wanted->purge && package->configured);
    return package->installed &&
           (!wanted->version || match_name(wanted->version, package->version));
}

/* What nobody plans, but check tells. */
static int tell_wrong(struct os_state *state, const struct resource *resource,
                      const struct package *package) {
    const struct wanted *wanted = resource->own;
    return problem(state, &resource->place, "it is %s, not %s",
                   package->installed    ? package->version
                   : package->configured ? "absent, its configuration is kept"
                                         : "absent",
                   wanted->absent    ? wanted->purge ? "purged" : "absent"
                   : wanted->version ? wanted->version
                                     : "installed");
}

static int plan_package(struct os_state *state, const struct resource *resource) {
    struct wanted *wanted = resource->own;
    struct package package;
    int r = look_at_package(resource->name, &package);
    wanted->pending = false;
    if (r < 0)
        return r == -ENOMEM ? r : unknown(state, resource, "dpkg's status can't be read");
    if (!is_so(wanted, &package)) {
        if (state->checking)
            return tell_wrong(state, resource, &package);
        if (state->from_disk)
            return AGAIN;
        wanted->pending = state->blind = true;
    }
    return !is_said(resource, "held")
               ? 0
               : want_value(state, resource, "held", wanted->held ? "held" : "free");
}

/* ------------------------------------------------------------------------------ what apt would do */

/* Quiet, without questions; who has changed a file of configuration keeps it. */
static void add_apt(struct list *argv, const char *verb) {
    static const char *const words[] = {"-y",
                                        "-q",
                                        "-o",
                                        "Dpkg::Options::=--force-confdef",
                                        "-o",
                                        "Dpkg::Options::=--force-confold",
                                        "-o",
                                        "DPkg::Lock::Timeout=120",
                                        "--allow-downgrades",
                                        "--allow-change-held-packages"};
    list_add_text(argv, "apt-get");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        list_add_text(argv, words[i]);
    list_add_text(argv, verb);
}

static void add_wanted(struct list *argv, const char *name, const char *version, bool absent) {
    AUTO_STR word = STR_INIT;
    str_printf(&word, "%s%s%s", name,
               absent    ? "-"
               : version ? "="
                         : "",
               absent || !version ? "" : version);
    if (word.failed)
        argv->text.failed = true;
    else
        list_add_text(argv, word.data);
}

/* The text between two brackets, the arena's; NULL where there are none. */
static const char *between(struct arena *arena, const char *line, const char *end, char open,
                           const char *stop, int *r) {
    const char *from = memchr(line, open, (size_t)(end - line));
    if (!from)
        return NULL;
    size_t size = strcspn(from + 1, stop);
    if (from + 1 + size > end)
        return NULL;
    const char *text = arena_text(arena, from + 1, size);
    *r = text ? *r : -ENOMEM;
    return text;
}

/* "Inst NAME [OLD] (NEW FROM [ARCH])", "Remv NAME [OLD]", "Purg NAME [OLD]"; others say nothing new. */
static int read_line(const char *line, const char *end, struct changes *ret) {
    bool inst = strncmp(line, "Inst ", 5) == 0, purg = strncmp(line, "Purg ", 5) == 0;
    if (!inst && !purg && strncmp(line, "Remv ", 5) != 0)
        return 0;
    const char *name = line + 5, *round = memchr(line, '(', (size_t)(end - line));
    int r = 0;
    struct change change = {.purged = purg};
    change.name = arena_text(&ret->arena, name, strcspn(name, " \n"));
    change.was = between(&ret->arena, line, inst && round ? round : end, '[', "]\n", &r);
    change.is = inst ? between(&ret->arena, line, end, '(', " )\n", &r) : "absent";
    if (!change.name || r < 0)
        return -ENOMEM;
    if (!package_is_name(change.name) || !change.is)
        return -EPROTO;
    change.was = change.was ? change.was : "absent";
    str_append(&ret->list, (const char *)&change, sizeof change);
    return ret->list.failed ? -ENOMEM : 0;
}

static struct change *changes_of(struct changes *changes, size_t *ret_count) {
    *ret_count = changes->list.size / sizeof(struct change);
    return (struct change *)(void *)changes->list.data;
}

int package_changes(const char *text, struct changes *ret) {
    int r = 0;
    for (const char *line = text; *line && r >= 0;) {
        const char *end = strchrnul(line, '\n');
        r = read_line(line, end, ret);
        line = *end ? end + 1 : end;
    }
    return r;
}

/* Asks apt: 0, or after a message −EBADMSG. */
static int simulate(struct os_state *state, const struct resource *resource, char *const *argv,
                    struct changes *ret) {
    AUTO_STR out = STR_INIT;
    int r = driver_read_all(argv, &out);
    if (r == -ENOENT)
        return problem(state, &resource->place, "there is no program %s", argv[0]);
    if (r < 0)
        return r == -ENOMEM ? r : problem(state, &resource->place, "%s: %s", argv[0], strerror(-r));
    if (r > 0)
        return problem_said(state, &resource->place, out.data ? out.data : "", "apt-get refuses");
    r = package_changes(out.data ? out.data : "", ret);
    return r == -EPROTO ? problem(state, &resource->place, "what apt-get says isn't understood")
                        : r;
}

/* ------------------------------------------------------------------------------ planning */

/* A call of apt for those that are pending; `purge` says for which. */
static bool is_in(const struct resource *resource, bool purge) {
    const struct wanted *wanted = resource->own;
    return resource->kind == &kind_package && wanted->pending && wanted->purge == purge;
}

static const struct resource *call_of(struct os_state *state, bool purge, struct list *argv) {
    const struct resource *first = NULL;
    for (size_t i = 0; i < resource_count(state); i++) {
        const struct resource *resource = &resources_of(state)[state->order[i]];
        const struct wanted *wanted = resource->own;
        if (!is_in(resource, purge))
            continue;
        if (!first)
            add_apt(argv, purge ? "purge" : "install");
        first = first ? first : resource;
        if (purge)
            list_add_text(argv, resource->name);
        else
            add_wanted(argv, resource->name, wanted->version, wanted->absent);
    }
    return first;
}

static int simulation_of(char *const *argv, char ***ret) {
    AUTO_LIST list = {0};
    for (char *const *word = argv; *word; word++) {
        list_add_text(&list, *word);
        if (word == argv)
            list_add_text(&list, "-s");
    }
    return list_take(&list, ret);
}

/* Back to what was there; what wasn't goes with its configuration, unless some of that was there before. */
static int undo_of(struct changes *changes, char ***ret) {
    AUTO_LIST list = {0};
    size_t count;
    struct change *c = changes_of(changes, &count);
    bool purge = true;
    for (size_t i = 0; i < count; i++)
        purge = purge && !(strcmp(c[i].was, "absent") == 0 && c[i].had_configuration);
    add_apt(&list, "install");
    if (purge)
        list_add_text(&list, "--purge");
    for (size_t i = 0; i < count; i++) {
        bool absent = strcmp(c[i].was, "absent") == 0;
        add_wanted(&list, c[i].name, absent ? NULL : c[i].was, absent);
    }
    return list_take(&list, ret);
}

static int look_before(struct changes *changes) {
    AUTO_FREE char *text = NULL;
    size_t count;
    struct change *c = changes_of(changes, &count);
    int r = package_status(&text);
    for (size_t i = 0; r >= 0 && i < count; i++) {
        struct package package;
        package_find(text, c[i].name, &package);
        c[i].had_configuration = package.configured;
    }
    return r;
}

/* The values of a call, apt's one line after another. */
static int add_values(struct changes *changes, struct str *ret) {
    size_t count;
    const struct change *c = changes_of(changes, &count);
    for (size_t i = 0; i < count; i++) {
        struct os_plan_value value = {"package", c[i].name, "", c[i].was, c[i].is};
        if (strcmp(c[i].was, c[i].is) != 0)
            str_append(ret, (const char *)&value, sizeof value);
        if (c[i].purged && c[i].had_configuration) {
            value = (struct os_plan_value){"package", c[i].name, "configuration", "kept", "none"};
            str_append(ret, (const char *)&value, sizeof value);
        }
    }
    return ret->failed ? -ENOMEM : 0;
}

static int plan_call(struct os_state *state, const struct resource *resource, char *const *argv,
                     struct changes *changes) {
    AUTO_STR values = STR_INIT;
    AUTO_FREE char **undo = NULL;
    const char *origin = place_text(state, &resource->place);
    int r = look_before(changes);
    if (r >= 0)
        r = undo_of(changes, &undo);
    if (r >= 0)
        r = add_values(changes, &values);
    if (r >= 0 && (!origin || os_plan_note(state->plan, origin) < 0))
        r = -ENOMEM;
    if (r >= 0 && !values.size)
        r = problem(state, &resource->place, "apt-get would change nothing about '%s'",
                    resource->name);
    const struct os_plan_act act = {.argv = argv,
                                    .undo = undo,
                                    .values = (const struct os_plan_value *)(void *)values.data,
                                    .value_count = values.size / sizeof(struct os_plan_value),
                                    .when = OS_PLAN_MAIN,
                                    .undo_when = OS_PLAN_BEFORE,
                                    .optional = !resource->undone};
    size_t count;
    const struct change *list = changes_of(changes, &count);
    if (r >= 0)
        r = plan_marks(state, list, count, argv, act.optional);
    return r < 0 ? r : plan_add_act(state->plan, &act);
}

static int plan_packages(struct os_state *state, bool purge) {
    AUTO_LIST list = {0};
    AUTO_FREE char **argv = NULL;
    AUTO_FREE char **simulation = NULL;
    struct changes changes = {0};
    const struct resource *first = call_of(state, purge, &list);
    if (!first)
        return 0;
    int r = list_take(&list, &argv);
    if (r >= 0)
        r = simulation_of(argv, &simulation);
    if (r >= 0)
        r = simulate(state, first, simulation, &changes);
    if (r >= 0)
        r = plan_call(state, first, argv, &changes);
    str_free(&changes.list);
    arena_free(&changes.arena);
    return r;
}

static const struct resource *last_pending(struct os_state *state) {
    for (size_t i = resource_count(state); i-- > 0;) {
        const struct resource *resource = &resources_of(state)[state->order[i]];
        if (is_in(resource, false) || is_in(resource, true))
            return resource;
    }
    return NULL;
}

/* All of them are planned with the last. */
static int end_package(struct os_state *state, const struct resource *resource, bool later) {
    if (later || resource != last_pending(state))
        return 0;
    int r = plan_packages(state, false);
    return r < 0 ? r : plan_packages(state, true);
}

/* ------------------------------------------------------------------------------ where they are from */

static bool is_source(const struct resource *resource) {
    return !resource->kind->named && !resource->kind->command && !resource->kind->judge &&
           strncmp(resource->name, "/etc/apt/", strlen("/etc/apt/")) == 0;
}

static int needs_of_package(const struct resource *resource, const struct resource *other) {
    (void)resource;
    return is_source(other) ? NEEDED_BEFORE : NOT_NEEDED;
}

int plan_sources(struct os_state *state, uint32_t stage) {
    static const char *const sources[] = {"/etc/apt/*", NULL};
    bool any = false;
    for (size_t i = 0; i < resource_count(state); i++)
        any = any || (resources_of(state)[i].kind == &kind_package &&
                      resources_of(state)[i].stage > stage);
    int r = any ? plan_touches(state, sources) : 0;
    if (r <= 0)
        return r;
    state->blind = true;
    const char *words[] = {"apt-get", "-q", "-o", "DPkg::Lock::Timeout=120", "update", NULL};
    const struct os_plan_act act = {
        .argv = (char *const *)words, .when = OS_PLAN_LAST, .undo_when = OS_PLAN_LAST};
    return os_plan_note(state->plan, NULL) < 0 ? -ENOMEM : plan_add_act(state->plan, &act);
}

const struct kind kind_package = {"package",
                                  members,
                                  .named = true,
                                  .blind = true,
                                  .driver = &driver_package,
                                  .own_size = sizeof(struct wanted),
                                  .begin = begin_package,
                                  .plan = plan_package,
                                  .end = end_package,
                                  .needs = needs_of_package};
