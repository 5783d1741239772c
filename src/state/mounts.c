/* SPDX-License-Identifier: MIT */
/** Mounts and swap: a line of /etc/fstab, and what is mounted or swapped to now; and modules that are loaded. */
#include "state/dropins.h"
#include "state/setting.h"
#include "state/view.h"

#include "io/contents.h"

#include <errno.h>
#include <fcntl.h>
#include <osier/config.h>
#include <osier/mounts.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FSTAB "/etc/fstab"

static void add_words(struct list *argv, const char *a, const char *b, const char *c) {
    list_add_text(argv, a);
    if (b)
        list_add_text(argv, b);
    if (c)
        list_add_text(argv, c);
}

static const char *yes_no(bool yes) {
    return yes ? "yes" : "no";
}

/* ------------------------------------------------------------------------------ modules */

/* Loaded, or part of the kernel. A name may be written with "-" or "_". */
static int look_module(const char *name, const char *what, struct str *now) {
    AUTO_STR path = STR_INIT;
    (void)what;
    str_printf(&path, "/sys/module/%s", name);
    for (size_t i = path.size - strlen(name); !path.failed && i < path.size; i++)
        path.data[i] = path.data[i] == '-' ? '_' : path.data[i];
    if (path.failed)
        return -ENOMEM;
    int r = SYS(access, path.data, F_OK);
    str_append_text(now, yes_no(r == 0));
    return r == 0 || r == -ENOENT ? 0 : r;
}

static int change_module(const char *name, const char *what, const char *from, const char *to,
                         struct list *argv) {
    (void)what, (void)from;
    list_add_text(argv, "modprobe");
    if (strcmp(to, "no") == 0)
        list_add_text(argv, "-r");
    add_words(argv, "--", name, NULL);
    return 0;
}

static enum os_plan_when when_there(const char *what, const char *to) {
    (void)what;
    return strcmp(to, "no") == 0 ? OS_PLAN_BEFORE : OS_PLAN_SETUP;
}

const struct driver driver_module = {"module", look_module, change_module, when_there};

/* ------------------------------------------------------------------------------ fstab */

/* Each key of fstab that is wanted, one after another. */
struct fstab_key {
    const char *field, *value;
};

static int set_key(const struct resource *resource, const struct fstab_key *key, struct str *text) {
    AUTO_STR name = STR_INIT;
    size_t size = 0;
    str_printf(&name, "%s.%s", resource->name, key->field);
    if (name.failed)
        return -ENOMEM;
    char *new =
        key->value ? os_config_set(text->data, text->size, "fstab", name.data, key->value, 0, &size)
                   : os_config_unset(text->data, text->size, "fstab", name.data, &size);
    if (!new)
        return seam_failure();
    str_replace(text, new, size);
    return 0;
}

/* Writes it. findmnt(8), which would be asked, knows nothing of directories and files that the same plan makes; and
 * that each line is right is seen when it is mounted. */
static int write_fstab(struct os_state *state, const struct resource *resource,
                       const struct str *text) {
    const struct content content = {.data = text->data, .size = text->size, .follow = true};
    const struct want want = {.new_mode = 0644, .uid = (uid_t)-1, .gid = (gid_t)-1};
    struct resource unchecked = *resource;
    unchecked.check = "";
    return state->from_disk ? AGAIN : ensure_file(state, &unchecked, FSTAB, &content, &want);
}

static int plan_fstab(struct os_state *state, const struct resource *resource,
                      const struct fstab_key *keys, size_t count) {
    AUTO_STR old = STR_INIT, text = STR_INIT;
    int r = view_text(state, resource, FSTAB, &old);
    if (r == AGAIN)
        return AGAIN;
    str_append(&text, old.data ? old.data : "", old.size);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = text.failed ? -ENOMEM : set_key(resource, &keys[i], &text);
    if (r < 0)
        return r == -ENOMEM || r == -EBADMSG
                   ? r
                   : problem(state, &resource->place,
                             "the line of '%s' in " FSTAB " lacks fields, or can't have these",
                             resource->name);
    if (str_equal(&text, &old))
        return 0;
    return write_fstab(state, resource, &text);
}

/* ------------------------------------------------------------------------------ mounts */

struct mount {
    const char *device, *type, *options;
    int64_t dump, pass;
    bool mounted;
};

static int look_mount(const char *name, const char *what, struct str *now) {
    size_t count = 0;
    if (strcmp(what, "directory") == 0) {
        struct stat st;
        str_append_text(now, yes_no(SYS(stat, name, &st) == 0 && S_ISDIR(st.st_mode)));
        return 0;
    }
    os_autofree struct os_mount *list = os_mounts(OS_MOUNTS_PSEUDO, 0, &count);
    if (!list)
        return seam_failure();
    bool there = false;
    for (size_t i = 0; i < count; i++)
        there = there || strcmp(list[i].mountpoint, name) == 0;
    str_append_text(now, yes_no(there));
    return 0;
}

static int change_mount(const char *name, const char *what, const char *from, const char *to,
                        struct list *argv) {
    bool gone = strcmp(to, "no") == 0;
    (void)from;
    add_words(argv,
              strcmp(what, "directory") == 0 ? gone ? "rmdir" : "mkdir"
              : gone                         ? "umount"
                                             : "mount",
              "--", name);
    return 0;
}

/* A directory is there before it is mounted on, and gone behind that. */
static enum os_plan_when when_mount(const char *what, const char *to) {
    return strcmp(what, "directory") == 0 && strcmp(to, "no") == 0 ? OS_PLAN_MAIN
                                                                   : when_there(what, to);
}

const struct driver driver_mount = {"mount", look_mount, change_mount, when_mount};

static int begin_mount(struct os_state *state, struct resource *resource) {
    const struct mount *mount = resource->own;
    if (strcmp(resource->name, "/") == 0)
        return problem(state, &resource->place, "the root file system is mounted by who starts it");
    if (!resource->gone && (!mount->device || !*mount->device))
        return problem(state, &resource->place,
                       "a mount has a device: device = \"UUID=…\", \"/dev/sdb1\", \"tmpfs\"; or "
                       "absent = true");
    for (const char *const *text =
             (const char *const[]){mount->device, mount->type, mount->options, NULL};
         *text; text++)
        if (strpbrk(*text, "\r\n"))
            return problem(state, &resource->place, "a field of " FSTAB " is one line");
    return 0;
}

/* What is mounted already takes new options. */
static int plan_remount(struct os_state *state, const struct resource *resource) {
    char *argv[] = {(char[]){"mount"},
                    (char[]){"-o"},
                    (char[]){"remount"},
                    (char[]){"--"},
                    (char *)(intptr_t)resource->name,
                    NULL};
    const struct os_plan_act act = {
        .argv = argv, .undo = argv, .when = OS_PLAN_SETUP, .undo_when = OS_PLAN_SETUP};
    return plan_driven(state, resource, &act);
}

static int has_option(struct os_state *state, const struct resource *resource,
                      const struct mount *mount) {
    AUTO_STR text = STR_INIT, key = STR_INIT;
    int r = view_text(state, resource, FSTAB, &text);
    str_printf(&key, "%s.options", resource->name);
    if (r != 0 || key.failed)
        return r < 0 || key.failed ? -ENOMEM : AGAIN;
    os_autofree char *now = os_config_get(text.data, text.size, "fstab", key.data);
    return !now || !mount->options || strcmp(now, mount->options) == 0;
}

/* What it is mounted on is made by a program, too, from the uppermost directory that is missing on: a plan that
 * had made it could not be undone, as something else stands there then. */
static int plan_place(struct os_state *state, const struct resource *resource) {
    struct resource place = *resource;
    int r = 0;
    for (const char *slash = resource->name; r == 0 && slash;) {
        struct os_stat_result st;
        slash = strchr(slash + 1, '/');
        place.name =
            slash ? arena_text(&state->arena, resource->name, (size_t)(slash - resource->name))
                  : resource->name;
        r = place.name ? view_lstat(state, place.name, &st) : -ENOMEM;
        if (r == -ENOENT)
            r = want_value(state, &place, "directory", "yes");
        else if (r < 0)
            r = r == -ENOMEM ? r : problem_errno(state, resource, NULL);
    }
    return r;
}

static int plan_mounted(struct os_state *state, const struct resource *resource) {
    const struct mount *mount = resource->own;
    bool wanted = !is_said(resource, "mounted") || mount->mounted;
    char dump[24], pass[24];
    snprintf(dump, sizeof dump, "%lld", (long long)mount->dump);
    snprintf(pass, sizeof pass, "%lld", (long long)mount->pass);
    const struct fstab_key keys[] = {{"spec", mount->device},
                                     {"type", mount->type ? mount->type : "auto"},
                                     {"options", mount->options ? mount->options : "defaults"},
                                     {"dump", dump},
                                     {"pass", pass}};
    AUTO_STR now = STR_INIT;
    int same = state->from_disk ? 1 : has_option(state, resource, mount);
    int r = same < 0 ? same : plan_place(state, resource);
    if (r == 0)
        r = plan_fstab(state, resource, keys, sizeof keys / sizeof *keys);
    if (r == 0)
        r = look_mount(resource->name, "", &now);
    if (r == 0 && wanted && !same && strcmp(now.data, "yes") == 0)
        r = plan_remount(state, resource);
    return r != 0 ? r : want_value(state, resource, "mounted", yes_no(wanted));
}

static int plan_mount(struct os_state *state, const struct resource *resource) {
    static const struct fstab_key none[] = {{"spec", NULL}};
    if (!resource->gone)
        return plan_mounted(state, resource);
    int r = want_value(state, resource, "mounted", "no");
    return r != 0 ? r : plan_fstab(state, resource, none, 1);
}

/* ------------------------------------------------------------------------------ swap */

struct swap {
    const char *size; /* of a file that is made */
    int64_t priority;
    uint64_t bytes;
};

/* Whether it is swapped to: /proc/swaps writes blanks as \040. */
static int look_active(const char *name, struct str *now) {
    AUTO_STR want = STR_INIT;
    AUTO_FREE char *data = NULL;
    size_t size = 0;
    AUTO_CLOSE int fd = SYS(open, "/proc/swaps", O_RDONLY | O_CLOEXEC);
    int r = fd < 0 ? fd : contents_read(TAKE_FD(fd), &data, &size);
    for (const char *c = name; *c; c++)
        str_printf(&want, strchr(" \t\n\\", *c) ? "\\%03o" : "%c", *c);
    str_append(&want, " ", 1);
    if (r < 0 && r != -ENOENT)
        return r;
    if (want.failed)
        return -ENOMEM;
    bool there = false;
    for (const char *line = data; line && *line; line += strcspn(line, "\n"), line += *line == '\n')
        there = there || (strncmp(line, want.data, want.size - 1) == 0 &&
                          strchr(" \t", line[want.size - 1]));
    str_append_text(now, yes_no(there));
    return 0;
}

/* The size of a file that swapon(8) takes, by the mark at the end of its first page. */
static int look_swap(const char *name, const char *what, struct str *now) {
    char mark[10] = "";
    struct stat st;
    if (strcmp(what, "active") == 0)
        return look_active(name, now);
    AUTO_CLOSE int fd = SYS(open, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd == -ENOENT)
        return 0;
    int r = fd < 0 ? fd : SYS(fstat, fd, &st);
    if (r < 0)
        return r;
    ssize_t n = SYS(pread, fd, mark, sizeof mark, (off_t)(sysconf(_SC_PAGESIZE) - 10));
    bool swap = S_ISREG(st.st_mode) && n == sizeof mark && memcmp(mark, "SWAPSPACE2", 10) == 0;
    str_printf(now, swap ? "%lld bytes" : "another file of %lld bytes", (long long)st.st_size);
    return 0;
}

static const char make_swap[] = "umask 077; fallocate -l \"$2\" -- \"$1\" && mkswap -q -- \"$1\" "
                                "|| { rm -f -- \"$1\"; exit 1; }";

static int change_swap(const char *name, const char *what, const char *from, const char *to,
                       struct list *argv) {
    AUTO_STR bytes = STR_INIT;
    if (strcmp(what, "active") == 0) {
        add_words(argv, strcmp(to, "no") == 0 ? "swapoff" : "swapon", "--", name);
        return 0;
    }
    if (*from && *to)
        return -EEXIST;
    if (!*to) {
        add_words(argv, "rm", "--", name);
        return 0;
    }
    str_append(&bytes, to, strspn(to, "0123456789"));
    if (bytes.failed || !bytes.size)
        return bytes.failed ? -ENOMEM : -EINVAL;
    add_words(argv, "sh", "-c", make_swap);
    add_words(argv, "mkswap", name, bytes.data);
    return 0;
}

/* A file is there before it is swapped to, and gone behind that. */
static enum os_plan_when when_swap(const char *what, const char *to) {
    return strcmp(what, "active") == 0 ? strcmp(to, "no") == 0 ? OS_PLAN_BEFORE : OS_PLAN_MAIN
           : *to                       ? OS_PLAN_SETUP
                                       : OS_PLAN_LAST;
}

const struct driver driver_swap = {"swap", look_swap, change_swap, when_swap};

static int begin_swap(struct os_state *state, struct resource *resource) {
    struct swap *swap = resource->own;
    struct place place = member_place(resource, "size");
    static const char units[] = "KMGT";
    char *end = NULL;
    if (is_said(resource, "priority") && (swap->priority < 0 || swap->priority > 32767))
        return problem(state, &resource->place, "a priority is a number from 0 to 32767");
    if (!swap->size)
        return 0;
    unsigned long long number = strtoull(swap->size, &end, 10);
    const char *unit = *end ? strchr(units, *end) : NULL;
    bool right = swap->size[0] >= '1' && swap->size[0] <= '9' && number < 1u << 30 &&
                 (!*end || (unit && !end[1]));
    swap->bytes = number;
    for (const char *u = units; unit && u <= unit; u++)
        swap->bytes *= 1024;
    return right && swap->bytes >= 65536 && swap->bytes % 4096 == 0
               ? 0
               : problem(state, &place, "'%s' is no size of swap; one is \"512M\" or \"2G\"",
                         swap->size);
}

/* A line whose first word is the place; the mount point of swap is "none", of all of them. */
static int edit_swap(const struct str *old, const char *name, const char *line, struct str *text) {
    AUTO_STR path = STR_INIT;
    bool written = !line;
    for (const char *c = name; *c; c++)
        str_printf(&path, strchr(" \t\n\\#", *c) ? "\\%03o" : "%c", *c);
    str_append(&path, "", 0);
    if (path.failed)
        return -ENOMEM;
    for (const char *at = old->data, *end = at + old->size; at < end;) {
        size_t size = line_size(at, end), blanks = strspn(at, " \t");
        bool its = strncmp(at + blanks, path.data, path.size) == 0 &&
                   strchr(" \t", at[blanks + path.size]);
        if (!its)
            str_append(text, at, size);
        else if (!written)
            str_printf(text, "%s %s\n", path.data, line);
        written = written || its;
        at += size;
    }
    if (!written) {
        str_append(text, "\n", text->size && text->data[text->size - 1] != '\n');
        str_printf(text, "%s %s\n", path.data, line);
    }
    str_append(text, "", 0);
    return text->failed ? -ENOMEM : 0;
}

static int plan_swap_line(struct os_state *state, const struct resource *resource) {
    const struct swap *swap = resource->own;
    AUTO_STR old = STR_INIT, text = STR_INIT, line = STR_INIT;
    int r = view_text(state, resource, FSTAB, &old);
    str_append_text(&line, "none swap sw");
    if (is_said(resource, "priority"))
        str_printf(&line, ",pri=%lld", (long long)swap->priority);
    str_append_text(&line, " 0 0");
    if (r == 0)
        r = line.failed ? -ENOMEM
                        : edit_swap(&old, resource->name, resource->gone ? NULL : line.data, &text);
    if (r != 0 || (text.size == old.size && memcmp(text.data, old.data, old.size) == 0))
        return r;
    return write_fstab(state, resource, &text);
}

/* The file itself: one that is there and isn't this stays. */
static int plan_swap_file(struct os_state *state, const struct resource *resource) {
    const struct swap *swap = resource->own;
    AUTO_STR now = STR_INIT, wanted = STR_INIT;
    int r = look_swap(resource->name, "", &now);
    if (!resource->gone)
        str_printf(&wanted, "%llu bytes", (unsigned long long)swap->bytes);
    str_append(&wanted, "", 0);
    if (r < 0 || wanted.failed)
        return r < 0 && r != -ENOMEM
                   ? problem(state, &resource->place, "'%s': %s", resource->name, strerror(-r))
                   : -ENOMEM;
    if (now.size && strncmp(now.data, "another", 7) == 0)
        return resource->gone
                   ? 0
                   : problem(state, &resource->place, "'%s' is %s", resource->name, now.data);
    if (now.size && !resource->gone && strcmp(now.data, wanted.data) != 0)
        return problem(state, &resource->place,
                       "'%s' has %s, not %s; one of another size is made when this one is absent",
                       resource->name, now.data, wanted.data);
    return want_value(state, resource, "", wanted.data);
}

static int plan_swap(struct os_state *state, const struct resource *resource) {
    const struct swap *swap = resource->own;
    int r = resource->gone ? want_value(state, resource, "active", "no") : 0;
    if (r == 0 && (swap->size || resource->gone))
        r = plan_swap_file(state, resource);
    if (r == 0)
        r = plan_swap_line(state, resource);
    return r != 0 || resource->gone ? r : want_value(state, resource, "active", "yes");
}

static const char *const *mount_writes(const struct resource *resource) {
    static const char *const files[] = {FSTAB, NULL};
    (void)resource;
    return files;
}

/* ------------------------------------------------------------------------------ kinds */

static const struct member mount_members[] = {{"device", TEXT, IN_OWN(struct mount, device)},
                                              {"type", TEXT, IN_OWN(struct mount, type)},
                                              {"options", TEXT, IN_OWN(struct mount, options)},
                                              {"dump", NUMBER, IN_OWN(struct mount, dump)},
                                              {"pass", NUMBER, IN_OWN(struct mount, pass)},
                                              {"mounted", FLAG, IN_OWN(struct mount, mounted)},
                                              ABSENT,
                                              UNDO_ON_FAILURE,
                                              AFTER,
                                              {NULL}};
static const struct member swap_members[] = {{"size", TEXT, IN_OWN(struct swap, size)},
                                             {"priority", NUMBER, IN_OWN(struct swap, priority)},
                                             ABSENT,
                                             UNDO_ON_FAILURE,
                                             AFTER,
                                             {NULL}};

const struct kind kind_mount = {"mount",
                                mount_members,
                                .exclusive = true,
                                .blind = true, /* what is below it is another file system then */
                                .own_size = sizeof(struct mount),
                                .driver = &driver_mount,
                                .begin = begin_mount,
                                .writes = mount_writes,
                                .plan = plan_mount};
const struct kind kind_swap = {"swap",
                               swap_members,
                               .own_size = sizeof(struct swap),
                               .driver = &driver_swap,
                               .begin = begin_swap,
                               .writes = mount_writes,
                               .plan = plan_swap};
