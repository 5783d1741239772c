/* SPDX-License-Identifier: MIT */
/** Apt's marks: which packages came by themselves, as others needed them; kept over an undo. */
#include "base/seam.h"
#include "io/contents.h"
#include "plan/plan.h"
#include "state/package.h"
#include "state/state.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

/* As apt finds it, beside dpkg's directory; where there is none nothing is marked. */
static int load_marks(char **ret_text) {
    const char *admin = getenv("DPKG_ADMINDIR");
    AUTO_STR path = STR_INIT;
    size_t size;
    str_printf(&path, "%s/../apt/extended_states", admin && *admin ? admin : "/var/lib/dpkg");
    int fd = path.failed ? -ENOMEM : SYS(open, path.data, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && fd != -ENOENT)
        return fd;
    if (fd >= 0)
        return contents_read(fd, ret_text, &size);
    *ret_text = mem_text("", 0);
    return *ret_text ? 0 : -ENOMEM;
}

/* What is for all architectures stands there as one of this machine's. */
static bool is_auto(const char *marks, const char *name, const struct package *package) {
    size_t size = strcspn(name, ":");
    bool any = !*package->architecture || strcmp(package->architecture, "all") == 0;
    for (const char *stanza = marks; stanza && *stanza;) {
        stanza += strspn(stanza, "\n");
        if (package_field_is(stanza, "Package", name, size) &&
            package_field_is(stanza, "Auto-Installed", "1", 1) &&
            (any || package_field_is(stanza, "Architecture", package->architecture,
                                     strlen(package->architecture))))
            return true;
        stanza = strstr(stanza, "\n\n");
    }
    return false;
}

int package_mark(const char *name, const struct package *package, const char **ret_mark) {
    AUTO_FREE char *marks = NULL;
    int r = load_marks(&marks);
    if (r >= 0)
        *ret_mark = !package->installed             ? "absent"
                    : is_auto(marks, name, package) ? "auto"
                                                    : "manual";
    return r;
}

/* ------------------------------------------------------------------------------ kept */

/* Apt takes what it is told by name for somebody's wish. */
static bool is_named(char *const *argv, const char *name) {
    size_t size = strlen(name);
    for (; *argv; argv++)
        if (strncmp(*argv, name, size) == 0 && (!(*argv)[size] || (*argv)[size] == '='))
            return true;
    return false;
}

static int add_marks(const struct change *changes, size_t count, char *const *argv,
                     struct str *values, struct list *undo) {
    AUTO_FREE char *marks = NULL;
    AUTO_FREE char *status = NULL;
    int r = load_marks(&marks);
    if (r >= 0)
        r = package_status(&status);
    for (size_t i = 0; r >= 0 && i < count; i++) {
        const struct change *c = &changes[i];
        struct package package;
        package_find(status, c->name, &package);
        if (!package.installed || !is_auto(marks, c->name, &package))
            continue;
        const char *is = strcmp(c->is, "absent") == 0 ? "absent"
                         : is_named(argv, c->name)    ? "manual"
                                                      : "auto";
        const struct os_plan_value value = {"package", c->name, "mark", "auto", is};
        str_append(values, (const char *)&value, sizeof value);
        list_add_text(undo, c->name);
    }
    return r < 0 ? r : values->failed || undo->text.failed ? -ENOMEM : 0;
}

int plan_marks(struct os_state *state, const struct change *changes, size_t count,
               char *const *argv, bool optional) {
    AUTO_STR values = STR_INIT;
    AUTO_LIST list = {0};
    AUTO_FREE char **undo = NULL;
    list_add_text(&list, "apt-mark");
    list_add_text(&list, "auto");
    int r = add_marks(changes, count, argv, &values, &list);
    if (r < 0 || !values.size)
        return r;
    r = list_take(&list, &undo);
    const struct os_plan_act act = {.undo = undo,
                                    .values = (const struct os_plan_value *)(void *)values.data,
                                    .value_count = values.size / sizeof(struct os_plan_value),
                                    .when = OS_PLAN_MAIN,
                                    .undo_when = OS_PLAN_BEFORE,
                                    .optional = optional};
    return r < 0 ? r : plan_add_act(state->plan, &act);
}
