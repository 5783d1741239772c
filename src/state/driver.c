/* SPDX-License-Identifier: MIT */
/** Values that programs change: looked at, planned with the program that makes them so and the one that
 *  takes it back, and these run. */
#include "state/driver.h"

#include "base/seam.h"
#include "io/contents.h"
#include "plan/plan.h"
#include "state/accounts.h"
#include "state/against.h"
#include "state/kinds.h"
#include "state/package.h"
#include "state/ready.h"
#include "state/service.h"
#include "state/setting.h"
#include "state/view.h"

#include <osier/descriptors.h>
#include <osier/error.h>
#include <osier/run.h>
#include <osier/system.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const struct driver *const drivers[] = {
    &driver_package, &driver_service, &driver_user,  &driver_group, &driver_sysctl,
    &driver_host,    &driver_module,  &driver_mount, &driver_swap,  NULL};

const struct driver *driver_of(const char *kind) {
    for (size_t i = 0; drivers[i]; i++)
        if (strcmp(drivers[i]->kind, kind) == 0)
            return drivers[i];
    return NULL;
}

/* ------------------------------------------------------------------------------ programs */

/* Where a PATH is a user's, the programs of administrators are found, too; one that has none of the
 * machine's own directories is meant so. */
static int search_path(struct str *s) {
    static const char system[] = "/usr/bin", sbin[] = "/usr/local/sbin:/usr/sbin:/sbin";
    const char *path = getenv("PATH");
    if (!path || !*path)
        str_printf(s, "PATH=%s:%s:/bin", sbin, system);
    else
        str_printf(s, "PATH=%s%s%s", path, strstr(path, system) ? ":" : "",
                   strstr(path, system) ? sbin : "");
    return s->failed ? -ENOMEM : 0;
}

int driver_find(const char *program, char **ret_path) {
    AUTO_STR path = STR_INIT;
    int r = search_path(&path);
    if (r < 0)
        return r;
    char *found = os_which(program, X_OK, path.data + strlen("PATH="));
    if (!found)
        return errno == ENOMEM ? -ENOMEM : -ENOENT;
    *ret_path = found;
    return 0;
}

/* Not a pipe: a daemon that a program starts may keep it, and nobody would see its end. */
static int run_into(char *const *argv, const char *path, char *search, int hold, int out, int err) {
    static const char *const quiet[] = {"LC_ALL=C",
                                        "LANG=C",
                                        "DEBIAN_FRONTEND=noninteractive",
                                        "APT_LISTCHANGES_FRONTEND=none",
                                        "SYSTEMD_PAGER=",
                                        "SYSTEMD_COLORS=0"};
    enum { COUNT = sizeof quiet / sizeof *quiet };
    char *env[COUNT + 2] = {[COUNT] = search};
    const pid_t own_group =
        0; /* what a terminal interrupts is this process, which takes all back */
    for (size_t i = 0; i < COUNT; i++)
        env[i] = (char *)(uintptr_t)quiet[i];
    const struct os_run_fd held = {hold, hold};
    const struct os_run_options options = {.size = sizeof options,
                                           .fds = &held,
                                           .fd_count = hold >= 0,
                                           .executable = path,
                                           .env_set = env,
                                           .process_group = &own_group,
                                           .in = {OS_RUN_DEVNULL},
                                           .out = {OS_RUN_FD, out},
                                           .err = {err == out ? OS_RUN_STDOUT
                                                   : err < 0  ? OS_RUN_DEVNULL
                                                              : OS_RUN_FD,
                                                   err}};
    struct os_run_result result;
    if (os_run(argv, &options, &result) < 0)
        return seam_failure();
    int status = result.returncode < 0 ? 128 - result.returncode : result.returncode;
    os_run_result_free(&result);
    return status;
}

/* What was written into a file of memory. */
static int read_back(int fd, struct str *s) {
    enum { MOST = 4 * 1024 * 1024 };
    off_t size = SYS(lseek, fd, 0, SEEK_END);
    off_t skip = size > MOST ? size - MOST : 0;
    if (size < 0 || str_reserve(s, (size_t)(size - skip)) < 0)
        return size < 0 ? (int)size : -ENOMEM;
    ssize_t n = SYS(pread, fd, s->data, (size_t)(size - skip), skip);
    if (n < 0)
        return (int)n;
    s->size = (size_t)n;
    s->data[n] = '\0';
    return 0;
}

static int run(char *const *argv, int hold, bool with_errors, struct str *out) {
    AUTO_FREE char *path = NULL;
    AUTO_STR search = STR_INIT;
    int r = driver_find(argv[0], &path);
    if (r >= 0)
        r = search_path(&search);
    AUTO_CLOSE int fd = r < 0 ? -1 : SYS(memfd_create, "osier", MFD_CLOEXEC);
    if (r >= 0 && fd < 0)
        r = fd;
    int status = r < 0 ? r : run_into(argv, path, search.data, hold, fd, with_errors ? fd : -1);
    r = status < 0 ? status : read_back(fd, out);
    return r < 0 ? r : status;
}

int driver_read(char *const *argv, struct str *out) {
    return run(argv, -1, false, out);
}

int driver_read_all(char *const *argv, struct str *out) {
    return run(argv, -1, true, out);
}

/* The end of what a program said, without the last end of line. */
static int end_of(const struct str *out, char **ret) {
    enum { SHOWN = 2000 };
    size_t size = out->size;
    while (size && (out->data[size - 1] == '\n' || out->data[size - 1] == ' '))
        size--;
    size_t skip = size > SHOWN ? size - SHOWN : 0;
    *ret = mem_text(out->data ? out->data + skip : "", size - skip);
    return *ret ? 0 : -ENOMEM;
}

int driver_run(char *const *argv, int hold, char **ret_said) {
    AUTO_STR out = STR_INIT;
    if (strcmp(argv[0], READY) == 0)
        return ready_run(argv, ret_said);
    int status = run(argv, hold, true, &out);
    int r = status > 0 ? end_of(&out, ret_said) : 0;
    if (status == -ENOENT) {
        AUTO_STR said = STR_INIT;
        str_printf(&said, "there is no program %s", argv[0]);
        r = str_take(&said, ret_said);
        status = 127;
    }
    return r < 0 ? r : status;
}

/* ------------------------------------------------------------------------------ values */

int driver_look(const struct os_plan_value *value, struct str *now) {
    const struct driver *driver = driver_of(value->kind);
    if (!driver)
        return -ENOTSUP;
    int r = driver->look(value->name, value->what, now);
    return r < 0 ? r : now->failed ? -ENOMEM : 0;
}

int begin_driven(struct os_state *state, struct resource *resource) {
    const char *name = resource->name;
    bool odd = !*name || *name == '-';
    for (const char *c = name; *c; c++)
        odd = odd || (unsigned char)*c <= ' ' || *c == 0x7f || *c == '/' || *c == ':';
    return odd ? problem(state, &resource->place, "this is no name for a %s", resource->kind->name)
               : 0;
}

int unknown(struct os_state *state, const struct resource *resource, const char *why) {
    state->unknown = true;
    return problem(state, &resource->place, "%s", why);
}

static int not_looked(struct os_state *state, const struct resource *resource, const char *what,
                      int r) {
    return r == -ENOMEM || r == -EBADMSG
               ? r
               : problem(state, &resource->place, "%s '%s'%s%s: %s", resource->kind->name,
                         resource->name, *what ? ", " : "", what, os_strerror(-r));
}

int plan_driven(struct os_state *state, const struct resource *resource,
                const struct os_plan_act *act) {
    if (state->from_disk)
        return AGAIN;
    struct os_plan_act mine = *act;
    mine.optional = !resource->undone;
    int r = plan_add_act(state->plan, &mine);
    state->blind = state->blind || resource->kind->blind;
    return r;
}

int argv_take(struct list *list, char ***ret) {
    if (list->count || list->text.failed)
        return list_take(list, ret);
    *ret = NULL; /* nothing has to be run */
    return 0;
}

int want_value(struct os_state *state, const struct resource *resource, const char *what,
               const char *wanted) {
    const struct driver *driver = resource->kind->driver;
    AUTO_STR now = STR_INIT;
    AUTO_LIST doing = {0}, undoing = {0};
    AUTO_FREE char **argv = NULL;
    AUTO_FREE char **undo = NULL;
    note_value(state, driver->kind, resource->name);
    str_append(&now, "", 0);
    int r = driver->look(resource->name, what, &now);
    if (r < 0 || now.failed)
        return r < 0 ? not_looked(state, resource, what, r) : -ENOMEM;
    if (strcmp(now.data, wanted) == 0)
        return 0;
    if (state->from_disk)
        return AGAIN;
    r = driver->change(resource->name, what, now.data, wanted, &doing);
    if (r >= 0)
        r = driver->change(resource->name, what, wanted, now.data, &undoing);
    if (r >= 0)
        r = argv_take(&doing, &argv);
    if (r >= 0)
        r = argv_take(&undoing, &undo);
    if (r < 0)
        return not_looked(state, resource, what, r);
    const struct os_plan_value value = {driver->kind, resource->name, what, now.data, wanted};
    const struct os_plan_act act = {
        .argv = argv,
        .undo = undo,
        .values = &value,
        .value_count = 1,
        .when = driver->when ? driver->when(what, wanted) : OS_PLAN_MAIN,
        .undo_when = driver->when ? driver->when(what, now.data) : OS_PLAN_BEFORE};
    return plan_driven(state, resource, &act);
}
