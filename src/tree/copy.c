/* SPDX-License-Identifier: MIT */
/** os.copyfile, os.copy, os.copy2: one file copied. */
#include "base/cancel.h"
#include "base/error.h"
#include "base/options.h"
#include "base/seam.h"
#include "base/str.h"
#include "tree/copyfile.h"
#include "tree/job.h"

#include <fcntl.h>

/* A call's own part of what all copies share. */
struct single {
    struct job job;
    struct os_copy_options options;
    struct content content;
    struct copy copy;
};

static const struct tree_client no_client = {0};

static int copied(void *data, uint64_t bytes) {
    struct job *job = data;
    job_count(&job->bytes, bytes);
    return job_pause(job);
}

static int fails(struct copy *copy, const char *operation, int side, int error) {
    copy->operation = operation;
    copy->side = side;
    return error;
}

/* SameFileError and SpecialFileError come before anything is opened, through links too. */
static int refuse(struct copy *copy, const char *src, const char *dst) {
    struct stat a, b;
    bool source = SYS(stat, src, &a) >= 0, target = SYS(stat, dst, &b) >= 0;
    if (source && target && a.st_dev == b.st_dev && a.st_ino == b.st_ino)
        return fails(copy, "copyfile", 2, -EINVAL);
    if (source && S_ISFIFO(a.st_mode) && !copy->special)
        return fails(copy, "copyfile", 0, -EOPNOTSUPP);
    if (target && S_ISFIFO(b.st_mode) && !copy->into_pipes && copy->how == COPY_INTO)
        return fails(copy, "copyfile", 1, -EOPNOTSUPP);
    return 0;
}

/* What `src` itself is, or what it leads to: its type, or 0 where that can't be told. */
static mode_t type_of(const char *src, bool follow) {
    struct stat st;
    int r = SYS(fstatat, AT_FDCWD, src, &st, follow ? 0 : AT_SYMLINK_NOFOLLOW);
    return r < 0 ? 0 : st.st_mode & S_IFMT;
}

static int copy_path(struct single *single, const char *src, const char *dst) {
    const struct os_copy_options *options = &single->options;
    struct copy *copy = &single->copy;
    int r = refuse(copy, src, dst);
    if (r < 0)
        return r;
    mode_t type = options->nofollow || copy->special ? type_of(src, !options->nofollow) : 0;
    if (type == S_IFLNK)
        return copy_link(copy);
    bool special = type && type != S_IFREG && type != S_IFDIR;
    return copy->special && special ? copy_special(copy) : copy_regular(copy);
}

/* With progress: there is a job to tell it. */
static int copy_telling(struct single *single, const char *src, const char *dst) {
    int r = job_begin(&single->job, &no_client, 1, &single->options.control);
    single->content.copied = copied;
    single->content.data = &single->job;
    r = r < 0 ? fails(&single->copy, "copyfile", 2, r) : copy_path(single, src, dst);
    job_end(&single->job, 0);
    return r;
}

static int copy_public(struct content content, const char *src, const char *dst,
                       const struct os_copy_options *given) {
    struct single single = {.content = content};
    int r = options_copy(&single.options, sizeof single.options, given);
    if (r < 0)
        return PUBLIC(r, "copyfile", src, dst);
    single.content.owner = single.options.owner && !content.plain;
    single.copy = (struct copy){
        .content = &single.content,
        .from_dir = AT_FDCWD,
        .to_dir = AT_FDCWD,
        .from = src,
        .to = dst,
        .how = single.options.replace ? COPY_BESIDE : COPY_INTO,
        .special = single.options.special_files,
        .into_pipes = single.options.into_pipes,
        .inherits = single.content.owner,
        .open = copy_plain_open,
    };
    bool told = single.options.control.on_progress;
    r = told ? copy_telling(&single, src, dst) : copy_path(&single, src, dst);
    const struct copy *copy = &single.copy;
    return PUBLIC(r, copy->operation, copy->side == 1 ? dst : src, copy->side == 2 ? dst : NULL);
}

int os_copyfile(const char *src, const char *dst, const struct os_copy_options *options) {
    UNCANCELLED;
    return copy_public((struct content){.plain = true}, src, dst, options);
}

/* The name `src` has, in the directory `dst`. */
int copy_into(const char *src, const char *dst, char **ret_path) {
    size_t end = strlen(src);
    while (end > 1 && src[end - 1] == '/')
        end--;
    size_t start = end;
    while (start > 0 && src[start - 1] != '/')
        start--;
    AUTO_STR path = STR_INIT;
    str_append_text(&path, dst);
    if (path.size && path.data[path.size - 1] != '/')
        str_append_char(&path, '/');
    str_append(&path, src + start, end - start);
    return str_take(&path, ret_path);
}

static int copy_to(struct content content, const char *src, const char *dst,
                   const struct os_copy_options *options) {
    AUTO_FREE char *inside = NULL;
    int r = type_of(dst, /* follow= */ true) == S_IFDIR ? copy_into(src, dst, &inside) : 0;
    if (r < 0)
        return PUBLIC(r, "copyfile", src, dst);
    return copy_public(content, src, inside ? inside : dst, options);
}

int os_copy(const char *src, const char *dst, const struct os_copy_options *options) {
    UNCANCELLED;
    return copy_to((struct content){.mode_only = true}, src, dst, options);
}

int os_copy2(const char *src, const char *dst, const struct os_copy_options *options) {
    UNCANCELLED;
    return copy_to((struct content){0}, src, dst, options);
}
