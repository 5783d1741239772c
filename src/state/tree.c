/* SPDX-License-Identifier: MIT */
/** Trees that are as another one is: a directory's, or an archive's. */
#include "base/sha256.h"
#include "state/kinds.h"
#include "state/view.h"

#include <osier/contents.h>
#include <osier/directories.h>
#include <osier/files.h>
#include <osier/run.h>
#include <osier/tree.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ------------------------------------------------------------------------------ one entry */

/* The directories that are still to be looked at, below the source and the target: two texts each. */
struct copying {
    struct os_state *state;
    const struct resource *resource;
    struct str open; /* char *: a path below both, "" for the tree itself; to free() */
};

static int push(struct copying *c, const char *below, const char *name) {
    AUTO_STR path = STR_INIT;
    char *text = NULL;
    str_append_text(&path, below);
    if (name)
        str_printf(&path, "/%s", name);
    int r = str_take(&path, &text);
    if (r < 0)
        return r;
    str_append(&c->open, (const char *)&text, sizeof text);
    if (!c->open.failed)
        return 0;
    free(text);
    return -ENOMEM;
}

static int ensure_copy(struct copying *c, const char *from, const char *to, const char *below,
                       const char *name, const struct stat *st) {
    struct os_state *state = c->state;
    struct want want = c->resource->want;
    want.has_mode = !S_ISLNK(st->st_mode);
    want.mode = st->st_mode & 07777;
    if (S_ISDIR(st->st_mode)) {
        int r = ensure_dir(state, c->resource, to, &want);
        return r != 0 ? r : push(c, below, name);
    }
    if (S_ISLNK(st->st_mode)) {
        os_autofree char *text = os_readlink(from);
        return text ? ensure_link(state, c->resource, to, text, &want)
                    : problem_errno(state, c->resource, NULL);
    }
    if (!S_ISREG(st->st_mode))
        return problem(state, &c->resource->place, "'%s' is no file, directory or link", from);
    struct content content = {0};
    os_autofree char *data = os_read_file(from, &content.size);
    content.data = data;
    return data ? ensure_file(state, c->resource, to, &content, &want)
                : problem_errno(state, c->resource, NULL);
}

static int copy_entry(struct copying *c, const char *source, const char *below, const char *name) {
    AUTO_STR from = STR_INIT, to = STR_INIT;
    struct stat st;
    str_printf(&from, "%s%s%s%s", source, below, name ? "/" : "", name ? name : "");
    str_printf(&to, "%s%s%s%s", c->resource->name, below, name ? "/" : "", name ? name : "");
    if (from.failed || to.failed)
        return -ENOMEM;
    int r = name ? SYS(lstat, from.data, &st) : SYS(stat, from.data, &st);
    if (r == -ENOMEM)
        return r;
    if (r < 0)
        return problem(c->state, &c->resource->place, "%s: '%s'", strerror(-r), from.data);
    if (!name && !S_ISDIR(st.st_mode))
        return problem(c->state, &c->resource->place, "'%s' is no directory", from.data);
    return ensure_copy(c, from.data, to.data, below, name, &st);
}

/* ------------------------------------------------------------------------------ exactly */

static bool has_name(char *const *list, const char *name) {
    size_t from = 0, to = 0;
    while (list[to])
        to++;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = strcmp(list[middle], name);
        if (order == 0)
            return true;
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return false;
}

/* Whether the state says of a path, or of something below it, what it shall be. */
static bool is_declared(const struct os_state *state, const char *path) {
    size_t size = strlen(path);
    for (size_t i = 0; i < resource_count(state); i++) {
        const struct resource *resource = &resources_of(state)[i];
        if (!resource->kind->command && !resource->kind->judge && resource->kind != &kind_absent &&
            strncmp(resource->name, path, size) == 0 &&
            (resource->name[size] == '/' || !resource->name[size]))
            return true;
    }
    return false;
}

/* Removes what the source lacks. */
static int remove_others(struct copying *c, const char *below, char *const *names) {
    AUTO_STR path = STR_INIT;
    os_autofree char **there = NULL;
    str_printf(&path, "%s%s", c->resource->name, below);
    if (path.failed)
        return -ENOMEM;
    int r = view_names(c->state, path.data, &there);
    if (r != 0)
        return r == AGAIN || r == -ENOMEM ? r : problem_errno(c->state, c->resource, NULL);
    size_t size = path.size;
    for (size_t i = 0; r == 0 && there[i]; i++) {
        if (has_name(names, there[i]))
            continue;
        str_truncate(&path, size);
        str_printf(&path, "/%s", there[i]);
        if (path.failed)
            return -ENOMEM;
        if (!is_declared(c->state, path.data))
            r = ensure_absent(c->state, c->resource, path.data);
    }
    return r;
}

/* ------------------------------------------------------------------------------ trees */

static int copy_directory(struct copying *c, const char *source, const char *below) {
    AUTO_STR from = STR_INIT;
    str_printf(&from, "%s%s", source, below);
    if (from.failed)
        return -ENOMEM;
    os_autofree char **names = os_listdir(from.data);
    if (!names)
        return problem_errno(c->state, c->resource, NULL);
    os_sort(names);
    int r = 0;
    for (size_t i = 0; r == 0 && names[i]; i++)
        r = copy_entry(c, source, below, names[i]);
    return r == 0 && c->resource->exactly ? remove_others(c, below, names) : r;
}

static char *pop(struct copying *c) {
    char *top;
    memcpy(&top, c->open.data + c->open.size - sizeof top, sizeof top);
    str_truncate(&c->open, c->open.size - sizeof top);
    return top;
}

int copy_tree(struct os_state *state, const struct resource *resource, const char *source) {
    struct copying c = {.state = state, .resource = resource};
    int r = copy_entry(&c, source, "", NULL);
    while (r == 0 && c.open.size) {
        AUTO_FREE char *below = pop(&c);
        r = copy_directory(&c, source, below);
    }
    while (c.open.size)
        free(pop(&c));
    str_free(&c.open);
    return r;
}

int plan_tree(struct os_state *state, const struct resource *resource) {
    const char *source = path_beside(state, resource->place.source, resource->source);
    return source ? copy_tree(state, resource, source) : -ENOMEM;
}

/* ------------------------------------------------------------------------------ archives */

static int check_sum(struct os_state *state, const struct resource *resource, const char *path) {
    struct sha256 sum;
    uint8_t digest[SHA256_SIZE];
    char text[2 * SHA256_SIZE + 1], *to = text;
    size_t size;
    os_autofree char *data = os_read_file(path, &size);
    if (!data)
        return problem_errno(state, resource, NULL);
    sha256_begin(&sum);
    sha256_add(&sum, data, size);
    sha256_end(&sum, digest);
    for (size_t i = 0; i < SHA256_SIZE; i++) {
        *to++ = "0123456789abcdef"[digest[i] >> 4];
        *to++ = "0123456789abcdef"[digest[i] & 15];
    }
    *to = '\0';
    return strcasecmp(text, resource->sha256) == 0
               ? 0
               : problem(state, &resource->place, "the SHA-256 of '%s' is %s", path, text);
}

/* Unpacks it into a directory that nobody else can enter; tar knows how it was packed. */
static int unpack(struct os_state *state, const struct resource *resource, const char *path,
                  const char *directory) {
    char strip[48];
    const struct os_run_options options = {.size = sizeof options,
                                           .in = {OS_RUN_DEVNULL},
                                           .out = {OS_RUN_DEVNULL},
                                           .err = {OS_RUN_PIPE},
                                           .capture_limit = 4096,
                                           .over_limit = OS_RUN_DROP};
    struct os_run_result result;
    snprintf(strip, sizeof strip, "--strip-components=%lld", (long long)resource->strip);
    if (os_run(OS_ARGV("tar", "-x", "--no-same-owner", "-p", "-C", directory, strip, "-f", path),
               &options, &result) < 0)
        return problem_errno(state, resource, NULL);
    int r = result.returncode == 0
                ? 0
                : problem_said(state, &resource->place, result.err ? result.err : "",
                               "'%s' can't be unpacked", path);
    os_run_result_free(&result);
    return r;
}

/* In a directory of its own within one that nobody else can enter, as the tree has a mode, too. */
static int plan_unpacked(struct os_state *state, const struct resource *resource, const char *path,
                         const char *place) {
    AUTO_STR directory = STR_INIT;
    str_printf(&directory, "%s/tree", place);
    int r = directory.failed ? -ENOMEM : SYS(mkdir, directory.data, 0755);
    if (r >= 0)
        r = SYS(chmod, directory.data, 0755);
    if (r >= 0)
        r = unpack(state, resource, path, directory.data);
    return r < 0 ? r : copy_tree(state, resource, directory.data);
}

int plan_archive(struct os_state *state, const struct resource *resource) {
    const char *path = path_beside(state, resource->place.source, resource->source);
    AUTO_STR place = STR_INIT;
    int r = !path ? -ENOMEM : resource->sha256 ? check_sum(state, resource, path) : 0;
    if (r < 0)
        return r;
    r = make_private_directory(&place);
    if (r >= 0) {
        r = plan_unpacked(state, resource, path, place.data);
        if (os_rmtree(place.data, NULL) < 0 && errno == ENOMEM && r >= 0)
            r = -ENOMEM;
    }
    return r >= 0 || r == -ENOMEM || r == -EBADMSG
               ? r
               : problem(state, &resource->place, "%s: %s", place.data, strerror(-r));
}
