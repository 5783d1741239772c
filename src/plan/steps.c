/* SPDX-License-Identifier: MIT */
/** The calls that add a step to a plan. */
#include "base/cancel.h"
#include "plan/plan.h"

#include "base/json.h"
#include "base/options.h"
#include "fs/time.h"

#include <fcntl.h>
#include <osier/attributes.h>
#include <osier/files.h>
#include <string.h>
#include <sys/xattr.h>

/* ------------------------------------------------------------------------ names in directories */

int os_plan_mkdir(struct os_plan *plan, const char *path, mode_t mode) {
    UNCANCELLED;
    struct str a = STR_INIT;
    int r = plan_begin(plan);
    if (r >= 0)
        r = change_mkdir(&plan->overlay, path, 0, mode);
    argument_mode(&a, "mode", mode);
    return plan_end(plan, r, (struct step){"mkdir", path, .arguments = arguments_end(plan, &a)});
}

int os_plan_makedirs(struct os_plan *plan, const char *path, mode_t mode, int flags) {
    UNCANCELLED;
    struct str a = STR_INIT;
    int r = plan_begin(plan);
    if (r >= 0)
        r = compose_makedirs(&plan->overlay, path, mode, 0777, flags, &plan->failed);
    argument_mode(&a, "mode", mode);
    argument_flag(&a, "exist_ok", flags & OS_EXIST_OK);
    return plan_end(plan, r, (struct step){"makedirs", path, .arguments = arguments_end(plan, &a)});
}

int os_plan_rmdir(struct os_plan *plan, const char *path) {
    UNCANCELLED;
    int r = plan_begin(plan);
    if (r >= 0)
        r = change_rmdir(&plan->overlay, path, 0);
    return plan_end(plan, r, (struct step){"rmdir", path});
}

int os_plan_removedirs(struct os_plan *plan, const char *path) {
    UNCANCELLED;
    int r = plan_begin(plan);
    if (r >= 0)
        r = compose_removedirs(&plan->overlay, path);
    return plan_end(plan, r, (struct step){"removedirs", path});
}

int os_plan_remove(struct os_plan *plan, const char *path) {
    UNCANCELLED;
    int r = plan_begin(plan);
    if (r >= 0)
        r = change_unlink(&plan->overlay, path, 0);
    return plan_end(plan, r, (struct step){"remove", path});
}

static int rename_step(struct os_plan *plan, const char *op, const char *src, const char *dst) {
    int r = plan_begin(plan);
    if (r >= 0)
        r = change_rename(&plan->overlay, src, dst, false);
    return plan_end(plan, r, (struct step){op, src, dst});
}

int os_plan_rename(struct os_plan *plan, const char *src, const char *dst) {
    UNCANCELLED;
    return rename_step(plan, "rename", src, dst);
}

int os_plan_replace(struct os_plan *plan, const char *src, const char *dst) {
    UNCANCELLED;
    return rename_step(plan, "replace", src, dst);
}

int os_plan_renames(struct os_plan *plan, const char *src, const char *dst) {
    UNCANCELLED;
    int r = plan_begin(plan);
    if (r >= 0)
        r = compose_renames(&plan->overlay, src, dst, &plan->failed);
    return plan_end(plan, r, (struct step){"renames", src, dst});
}

int os_plan_link(struct os_plan *plan, const char *src, const char *dst, int flags) {
    UNCANCELLED;
    struct str a = STR_INIT;
    int r = plan_begin(plan);
    if (r >= 0)
        r = flags & ~OS_NOFOLLOW ? -EINVAL
                                 : change_link(&plan->overlay, src, dst, !(flags & OS_NOFOLLOW));
    argument_flag(&a, "nofollow", flags & OS_NOFOLLOW);
    return plan_end(plan, r, (struct step){"link", src, dst, .arguments = arguments_end(plan, &a)});
}

int os_plan_symlink(struct os_plan *plan, const char *src, const char *dst, int flags) {
    UNCANCELLED;
    int r = plan_begin(plan);
    if (r >= 0)
        r = flags & ~OS_IS_DIRECTORY ? -EINVAL : change_symlink(&plan->overlay, src, dst);
    return plan_end(plan, r, (struct step){"symlink", src, dst});
}

static int make_node(struct os_plan *plan, const char *op, const char *path, mode_t mode,
                     uint64_t device) {
    static const char *const types[16] = {"file",         "fifo", "character device",
                                          "file",         "file", "file",
                                          "block device", "file", "file",
                                          "file",         "file", "file",
                                          "socket",       "file", "file",
                                          "file"};
    struct str a = STR_INIT;
    int r = plan_begin(plan);
    if (r >= 0)
        r = change_mknod(&plan->overlay, path, mode, device);
    if (strcmp(op, "mknod") == 0)
        argument_text(&a, "type", types[(mode & S_IFMT) >> 12]);
    argument_mode(&a, "mode", mode);
    if (device)
        argument_number(&a, "device", (int64_t)device);
    return plan_end(plan, r, (struct step){op, path, .arguments = arguments_end(plan, &a)});
}

int os_plan_mkfifo(struct os_plan *plan, const char *path, mode_t mode) {
    UNCANCELLED;
    return make_node(plan, "mkfifo", path, S_IFIFO | (mode & 07777), 0);
}

int os_plan_mknod(struct os_plan *plan, const char *path, mode_t mode, uint64_t device) {
    UNCANCELLED;
    return make_node(plan, "mknod", path, mode, device);
}

/* ---------------------------------------------------------------------------- attributes */

static int find(struct os_plan *plan, const char *path, int flags, struct where *w) {
    int r = plan_begin(plan);
    if (r >= 0 && flags & ~OS_NOFOLLOW)
        r = -EINVAL;
    return r < 0 ? r : resolve_object(&plan->overlay, path, flags & OS_NOFOLLOW ? 0 : FOLLOW, w);
}

int os_plan_chmod(struct os_plan *plan, const char *path, mode_t mode, int flags) {
    UNCANCELLED;
    struct str a = STR_INIT;
    struct where w;
    int r = find(plan, path, flags, &w);
    if (r >= 0)
        r = change_mode(&plan->overlay, &w, mode);
    argument_mode(&a, "mode", mode);
    argument_flag(&a, "nofollow", flags & OS_NOFOLLOW);
    return plan_end(plan, r, (struct step){"chmod", path, .arguments = arguments_end(plan, &a)});
}

static void argument_id(struct str *s, const char *key, uint32_t id) {
    if (id != UINT32_MAX)
        argument_number(s, key, id);
}

int os_plan_chown(struct os_plan *plan, const char *path, uid_t uid, gid_t gid, int flags) {
    UNCANCELLED;
    struct str a = STR_INIT;
    struct where w;
    int r = find(plan, path, flags, &w);
    if (r >= 0)
        r = change_owner(&plan->overlay, &w, uid, gid);
    argument_id(&a, "uid", uid);
    argument_id(&a, "gid", gid);
    argument_flag(&a, "nofollow", flags & OS_NOFOLLOW);
    return plan_end(plan, r, (struct step){"chown", path, .arguments = arguments_end(plan, &a)});
}

static void argument_time(struct str *s, const char *key, int64_t ns) {
    if (ns == OS_TIME_NOW)
        argument_text(s, key, "now");
    else if (ns != OS_TIME_OMIT)
        argument_number(s, key, ns);
}

int os_plan_utime(struct os_plan *plan, const char *path, int64_t atime_ns, int64_t mtime_ns,
                  int flags) {
    UNCANCELLED;
    const struct timespec times[2] = {time_from_ns(atime_ns), time_from_ns(mtime_ns)};
    struct str a = STR_INIT;
    struct where w;
    int r = find(plan, path, flags, &w);
    if (r >= 0)
        r = change_times(&plan->overlay, &w, times);
    argument_time(&a, "atime_ns", atime_ns);
    argument_time(&a, "mtime_ns", mtime_ns);
    argument_flag(&a, "nofollow", flags & OS_NOFOLLOW);
    return plan_end(plan, r, (struct step){"utime", path, .arguments = arguments_end(plan, &a)});
}

/* What a step brings is copied once, where the object has it too. */
static int keep_data(struct os_plan *plan, const void **data, size_t size) {
    *data = overlay_text(&plan->overlay, *data, size);
    return *data ? 0 : -ENOMEM;
}

int os_plan_setxattr(struct os_plan *plan, const char *path, const char *name, const void *value,
                     size_t size, int xattr_flags, int flags) {
    UNCANCELLED;
    struct str a = STR_INIT;
    struct where w;
    int r = xattr_flags & ~(XATTR_CREATE | XATTR_REPLACE) ? -EINVAL : find(plan, path, flags, &w);
    if (r >= 0 && size > 65536) /* XATTR_SIZE_MAX */
        r = -E2BIG;
    if (r >= 0)
        r = keep_data(plan, &value, size);
    if (r >= 0)
        r = change_xattr(&plan->overlay, &w, name, value, size, xattr_flags);
    argument_text(&a, "name", name);
    argument_flag(&a, "create", xattr_flags & XATTR_CREATE);
    argument_flag(&a, "replace", xattr_flags & XATTR_REPLACE);
    argument_flag(&a, "nofollow", flags & OS_NOFOLLOW);
    return plan_end(plan, r,
                    (struct step){"setxattr", path, .arguments = arguments_end(plan, &a),
                                  .data = value, .size = size});
}

int os_plan_removexattr(struct os_plan *plan, const char *path, const char *name, int flags) {
    UNCANCELLED;
    struct str a = STR_INIT;
    struct where w;
    int r = find(plan, path, flags, &w);
    if (r >= 0)
        r = change_xattr(&plan->overlay, &w, name, NULL, 0, 0);
    argument_text(&a, "name", name);
    argument_flag(&a, "nofollow", flags & OS_NOFOLLOW);
    return plan_end(plan, r,
                    (struct step){"removexattr", path, .arguments = arguments_end(plan, &a)});
}

/* -------------------------------------------------------------------------------- content */

int os_plan_truncate(struct os_plan *plan, const char *path, int64_t length) {
    UNCANCELLED;
    struct str a = STR_INIT;
    int r = plan_begin(plan);
    if (r >= 0)
        r = change_truncate(&plan->overlay, path, length);
    argument_number(&a, "length", length);
    return plan_end(plan, r, (struct step){"truncate", path, .arguments = arguments_end(plan, &a)});
}

static int keep_secret(struct os_plan *plan, size_t size, const struct plan_secret **ret) {
    struct plan_secret *secret = arena_alloc(&plan->overlay.arena, sizeof *secret);
    if (!secret)
        return -ENOMEM;
    secret->source = plan->secret_source;
    secret->size = size;
    *ret = secret;
    return 0;
}

int os_plan_write_file(struct os_plan *plan, const char *path, const void *data, size_t size,
                       const struct os_write_file_options *given) {
    UNCANCELLED;
    struct os_write_file_options options;
    struct str a = STR_INIT;
    const struct plan_secret *secret = NULL;
    bool is_secret = plan->secret;
    plan->secret = false;
    int r = plan_begin(plan);
    if (r >= 0)
        r = options_copy(&options, sizeof options, given);
    if (r >= 0)
        r = keep_data(plan, &data, size);
    if (r >= 0 && is_secret)
        r = keep_secret(plan, size, &secret);
    if (r >= 0)
        r = compose_write(&plan->overlay, path, data, size, &options, secret);
    if (r >= 0 && options.mode)
        argument_mode(&a, "mode", options.mode);
    argument_flag(&a, "keep_mode", r >= 0 && options.keep_mode);
    argument_flag(&a, "keep_owner", r >= 0 && options.keep_owner);
    argument_flag(&a, "follow", r >= 0 && options.follow);
    argument_flag(&a, "noreplace", r >= 0 && options.noreplace);
    if (secret && secret->source)
        argument_text(&a, "secret", secret->source);
    return plan_end(plan, r,
                    (struct step){"write_file", path, .arguments = arguments_end(plan, &a),
                                  .data = data, .size = size, .secret = secret});
}

static int copy_step(struct os_plan *plan, const char *op, const char *src, const char *dst,
                     int how, const struct os_copy_options *given) {
    struct os_copy_options options;
    struct str a = STR_INIT;
    int r = plan_begin(plan);
    if (r >= 0)
        r = options_copy(&options, sizeof options, given);
    if (r >= 0)
        r = compose_copy(&plan->overlay, src, dst, how, &options);
    argument_flag(&a, "nofollow", r >= 0 && options.nofollow);
    argument_flag(&a, "owner", r >= 0 && options.owner);
    argument_flag(&a, "special_files", r >= 0 && options.special_files);
    argument_flag(&a, "replace", r >= 0 && options.replace);
    return plan_end(plan, r, (struct step){op, src, dst, .arguments = arguments_end(plan, &a)});
}

int os_plan_copyfile(struct os_plan *plan, const char *src, const char *dst,
                     const struct os_copy_options *options) {
    UNCANCELLED;
    return copy_step(plan, "copyfile", src, dst, COPY_PLAIN, options);
}

int os_plan_copy(struct os_plan *plan, const char *src, const char *dst,
                 const struct os_copy_options *options) {
    UNCANCELLED;
    return copy_step(plan, "copy", src, dst, COPY_MODE_ONLY, options);
}

int os_plan_copy2(struct os_plan *plan, const char *src, const char *dst,
                  const struct os_copy_options *options) {
    UNCANCELLED;
    return copy_step(plan, "copy2", src, dst, 0, options);
}

/* ---------------------------------------------------------------------------------- trees */

static void argument_list(struct str *s, const char *key, const char *const *list) {
    if (!list || !*list)
        return;
    str_printf(s, ",\"%s\":[", key);
    for (const char *const *at = list; *at; at++) {
        if (at != list)
            str_append_char(s, ',');
        json_append(s, *at, strlen(*at));
    }
    str_append_char(s, ']');
}

int os_plan_copytree(struct os_plan *plan, const char *src, const char *dst,
                     const struct os_copytree_options *given) {
    UNCANCELLED;
    struct os_copytree_options options = {0};
    struct str a = STR_INIT;
    int r = plan_begin(plan);
    if (r >= 0)
        r = options_copy(&options, sizeof options, given);
    if (r >= 0)
        r = compose_copytree(&plan->overlay, src, dst, &options);
    argument_flag(&a, "symlinks", options.symlinks);
    argument_flag(&a, "ignore_dangling_symlinks", options.ignore_dangling_symlinks);
    argument_flag(&a, "dirs_exist_ok", options.dirs_exist_ok);
    argument_flag(&a, "owner", options.owner);
    argument_flag(&a, "hard_links", options.hard_links);
    argument_flag(&a, "one_file_system", options.control.one_file_system);
    argument_flag(&a, "special_files", options.special_files);
    argument_flag(&a, "ignore_errors", options.control.ignore_errors);
    argument_flag(&a, "leave_journals", options.control.leave_journals);
    argument_list(&a, "ignore", options.ignore);
    return plan_end(plan, r,
                    (struct step){"copytree", src, dst, .arguments = arguments_end(plan, &a)});
}

int os_plan_move(struct os_plan *plan, const char *src, const char *dst,
                 const struct os_move_options *given) {
    UNCANCELLED;
    struct os_move_options options = {0};
    struct str a = STR_INIT;
    int r = plan_begin(plan);
    if (r >= 0)
        r = options_copy(&options, sizeof options, given);
    if (r >= 0)
        r = compose_move(&plan->overlay, src, dst, options.new_owner);
    argument_flag(&a, "new_owner", options.new_owner);
    return plan_end(plan, r, (struct step){"move", src, dst, .arguments = arguments_end(plan, &a)});
}

/* What removing and changing heed of it. */
static void argument_control(struct str *a, const struct os_tree_control *control) {
    argument_flag(a, "ignore_errors", control->ignore_errors);
    argument_flag(a, "one_file_system", control->one_file_system);
}

int os_plan_rmtree(struct os_plan *plan, const char *path, const struct os_rmtree_options *given) {
    UNCANCELLED;
    struct os_rmtree_options options = {0};
    struct str a = STR_INIT;
    int r = plan_begin(plan);
    if (r >= 0)
        r = options_copy(&options, sizeof options, given);
    if (r >= 0)
        r = compose_rmtree(&plan->overlay, path, options.control.one_file_system);
    if (r < 0 && r != -ENOMEM && options.control.ignore_errors) {
        overlay_end(&plan->overlay, r);
        return 0;
    }
    argument_control(&a, &options.control);
    return plan_end(plan, r, (struct step){"rmtree", path, .arguments = arguments_end(plan, &a)});
}

struct tree_change {
    int64_t file_mode, dir_mode;
    uid_t uid;
    gid_t gid;
};

static int change_one_mode(struct overlay *o, const struct where *where, void *data) {
    const struct tree_change *change = data;
    int64_t mode = is_dir(where->object) ? change->dir_mode : change->file_mode;
    return mode < 0 || S_ISLNK(where->object->now.mode) ? 0 : change_mode(o, where, (mode_t)mode);
}

static int change_one_owner(struct overlay *o, const struct where *where, void *data) {
    const struct tree_change *change = data;
    return change_owner(o, where, change->uid, change->gid);
}

static int change_tree(struct os_plan *plan, const char *path, const struct os_tree_options *given,
                       each_object_of *each, struct tree_change *change, struct str *arguments) {
    struct os_tree_options options = {0};
    struct where top;
    int r = plan_begin(plan);
    if (r >= 0)
        r = options_copy(&options, sizeof options, given);
    if (r >= 0)
        r = find_tree(&plan->overlay, path, &top);
    argument_control(arguments, &options.control);
    return r < 0 ? r : each_object(&plan->overlay, &top, &options.control, each, change);
}

static int64_t tree_mode(mode_t mode) {
    return mode == (mode_t)-1 ? -1 : (int64_t)(mode & 07777);
}

int os_plan_chmodtree(struct os_plan *plan, const char *path, mode_t file_mode, mode_t dir_mode,
                      const struct os_tree_options *options) {
    UNCANCELLED;
    struct tree_change change = {tree_mode(file_mode), tree_mode(dir_mode), 0, 0};
    struct str a = STR_INIT;
    int r = change_tree(plan, path, options, change_one_mode, &change, &a);
    if (change.file_mode >= 0)
        argument_mode(&a, "file_mode", file_mode);
    if (change.dir_mode >= 0)
        argument_mode(&a, "dir_mode", dir_mode);
    return plan_end(plan, r,
                    (struct step){"chmodtree", path, .arguments = arguments_end(plan, &a)});
}

int os_plan_chowntree(struct os_plan *plan, const char *path, uid_t uid, gid_t gid,
                      const struct os_tree_options *options) {
    UNCANCELLED;
    struct tree_change change = {0, 0, uid, gid};
    struct str a = STR_INIT;
    int r = change_tree(plan, path, options, change_one_owner, &change, &a);
    argument_id(&a, "uid", uid);
    argument_id(&a, "gid", gid);
    return plan_end(plan, r,
                    (struct step){"chowntree", path, .arguments = arguments_end(plan, &a)});
}
