/* SPDX-License-Identifier: MIT */
/**
 * Plans: changes of files and directories that are shown before they are made.
 *
 * A plan takes the calls of this library that change something, and changes nothing: it answers
 * what each call would answer then, and keeps the step. What the plan is asked (os_plan_stat() and
 * its like) it answers as it will be after the steps so far. In the end it knows the net change,
 * place by place, with what is there now; that can be listed, compared as text, saved to a file and
 * loaded again.
 *
 *     struct os_plan *plan = os_plan(NULL);
 *     os_plan_makedirs(plan, "/srv/app", 0755, OS_EXIST_OK);
 *     os_plan_write_file(plan, "/srv/app/a.ini", "port=80\n", 8, NULL);
 *     os_plan_save(plan, "deploy.plan");
 *     plan = os_plan_close(plan);
 *
 * os_plan_apply() makes all changes or none, whatever fails, and os_undo() takes them back.
 *
 * A call that fails adds nothing, and the plan stays usable; so of makedirs, copytree and their
 * like that fail half-way nothing is kept, where those that aren't planned leave what they made.
 * What is forbidden (EACCES, EPERM of a directory or file system, EROFS) and room are no part of its
 * answers: os_plan_refusals() tells them, all at once, and applying fails by them before anything has changed.
 * What the plan was asked, and the links its paths led through, are preconditions: it is not
 * applied where they have changed since. A plan is for one thread at a time.
 *
 * @since 0.1
 * @shell no: a plan is for several calls of one program; `osier plan` makes one
 */
#ifndef OSIER_PLAN_H
#define OSIER_PLAN_H

#include <osier/contents.h>
#include <osier/directories.h>
#include <osier/stat.h>
#include <osier/tree.h>
#include <osier/types.h>

OS_BEGIN_DECLS

/** A plan; made by os_plan() and os_plan_load(). */
struct os_plan;

/** How a plan is made; all zero but `size` is the default. */
struct os_plan_options {
    size_t size;       /**< sizeof(struct os_plan_options) */
    const char *root;  /**< where "/" is, as after chroot(2): an image, a container; NULL: the root
                            directory, and relative paths begin at the current one */
    const char *title; /**< one line that says what it is for, or NULL */
    mode_t umask;      /**< for what is made, with `set_umask`; else that of the process */
    bool set_umask;    /**< `umask` counts */
};

/**
 * Begins a plan, empty as yet.
 *
 * @param options  or NULL for the defaults
 * @return the plan, to end with os_plan_close(); NULL with errno set
 * @error ENOENT  the root is not there
 */
OS_API struct os_plan *os_plan(const struct os_plan_options *options);

/**
 * Ends a plan; nothing of it is applied.
 *
 * @param plan  the plan, or NULL; errno stays as it is
 * @return NULL
 */
OS_API struct os_plan *os_plan_close(struct os_plan *plan);

/**
 * Plans os_mkdir().
 *
 * @param plan  the plan
 * @param path  where
 * @param mode  the permission bits before the umask
 * @return 0, or −1 with errno set as os_mkdir() would set it; then nothing is added
 */
OS_API OS_NONNULL() int os_plan_mkdir(struct os_plan *plan, const char *path, mode_t mode);

/**
 * Plans os_makedirs().
 *
 * @param plan  the plan
 * @param path  where
 * @param mode  the permission bits of the last directory before the umask
 * @param flags  OS_EXIST_OK
 * @return 0, or −1 with errno set as os_makedirs() would set it; then nothing is added
 */
OS_API OS_NONNULL() int os_plan_makedirs(struct os_plan *plan, const char *path, mode_t mode,
                                         int flags);

/**
 * Plans os_rmdir().
 *
 * @param plan  the plan
 * @param path  the empty directory
 * @return 0, or −1 with errno set as os_rmdir() would set it; then nothing is added
 */
OS_API OS_NONNULL() int os_plan_rmdir(struct os_plan *plan, const char *path);

/**
 * Plans os_removedirs().
 *
 * @param plan  the plan
 * @param path  the directory to begin with
 * @return 0, or −1 with errno set as os_removedirs() would set it; then nothing is added
 */
OS_API OS_NONNULL() int os_plan_removedirs(struct os_plan *plan, const char *path);

/**
 * Plans os_remove().
 *
 * @param plan  the plan
 * @param path  the file or link
 * @return 0, or −1 with errno set as os_remove() would set it; then nothing is added
 */
OS_API OS_NONNULL() int os_plan_remove(struct os_plan *plan, const char *path);

/**
 * Plans os_rename(): of a tree of any size one step and one name.
 *
 * @param plan  the plan
 * @param src  the old path
 * @param dst  the new path
 * @return 0, or −1 with errno set as os_rename() would set it; then nothing is added
 */
OS_API OS_NONNULL() int os_plan_rename(struct os_plan *plan, const char *src, const char *dst);

/**
 * Plans os_replace(), which is os_rename() on this system.
 *
 * @param plan  the plan
 * @param src  the old path
 * @param dst  the new path
 * @return 0, or −1 with errno set as os_replace() would set it; then nothing is added
 */
OS_API OS_NONNULL() int os_plan_replace(struct os_plan *plan, const char *src, const char *dst);

/**
 * Plans os_renames().
 *
 * @param plan  the plan
 * @param src  the old path
 * @param dst  the new path
 * @return 0, or −1 with errno set as os_renames() would set it; then nothing is added
 */
OS_API OS_NONNULL() int os_plan_renames(struct os_plan *plan, const char *src, const char *dst);

/**
 * Plans os_link().
 *
 * @param plan  the plan
 * @param src  the file
 * @param dst  its further name
 * @param flags  OS_NOFOLLOW: a link at `src` itself
 * @return 0, or −1 with errno set as os_link() would set it; then nothing is added
 */
OS_API OS_NONNULL() int os_plan_link(struct os_plan *plan, const char *src, const char *dst,
                                     int flags);

/**
 * Plans os_symlink().
 *
 * @param plan  the plan
 * @param src  what the link holds
 * @param dst  the link
 * @param flags  OS_IS_DIRECTORY, without effect
 * @return 0, or −1 with errno set as os_symlink() would set it; then nothing is added
 */
OS_API OS_NONNULL() int os_plan_symlink(struct os_plan *plan, const char *src, const char *dst,
                                        int flags);

/**
 * Plans os_chmod().
 *
 * @param plan  the plan
 * @param path  where
 * @param mode  the permission bits
 * @param flags  OS_NOFOLLOW
 * @return 0, or −1 with errno set as os_chmod() would set it; then nothing is added
 */
OS_API OS_NONNULL() int os_plan_chmod(struct os_plan *plan, const char *path, mode_t mode,
                                      int flags);

/**
 * Plans os_chown().
 *
 * @param plan  the plan
 * @param path  where
 * @param uid  the user, or (uid_t)-1 to leave it
 * @param gid  the group, or (gid_t)-1 to leave it
 * @param flags  OS_NOFOLLOW
 * @return 0, or −1 with errno set as os_chown() would set it; then nothing is added
 */
OS_API OS_NONNULL() int os_plan_chown(struct os_plan *plan, const char *path, uid_t uid, gid_t gid,
                                      int flags);

/**
 * Plans os_utime(). OS_TIME_NOW is the moment of planning.
 *
 * @param plan  the plan
 * @param path  where
 * @param atime_ns  last read, in nanoseconds since 1970; OS_TIME_NOW, OS_TIME_OMIT
 * @param mtime_ns  last change of the content, likewise
 * @param flags  OS_NOFOLLOW
 * @return 0, or −1 with errno set as os_utime() would set it; then nothing is added
 */
OS_API OS_NONNULL() int os_plan_utime(struct os_plan *plan, const char *path, int64_t atime_ns,
                                      int64_t mtime_ns, int flags);

/**
 * Plans os_truncate().
 *
 * @param plan  the plan
 * @param path  the file
 * @param length  in bytes
 * @return 0, or −1 with errno set as os_truncate() would set it; then nothing is added
 */
OS_API OS_NONNULL() int os_plan_truncate(struct os_plan *plan, const char *path, int64_t length);

/**
 * Plans os_setxattr().
 *
 * @param plan  the plan
 * @param path  where
 * @param name  the attribute, "user.note"
 * @param value  its bytes, which are copied
 * @param size  how many
 * @param xattr_flags  XATTR_CREATE, XATTR_REPLACE, or 0
 * @param flags  OS_NOFOLLOW
 * @return 0, or −1 with errno set as os_setxattr() would set it; then nothing is added
 */
OS_API OS_NONNULL() int os_plan_setxattr(struct os_plan *plan, const char *path, const char *name,
                                         const void *value, size_t size, int xattr_flags,
                                         int flags);

/**
 * Plans os_removexattr().
 *
 * @param plan  the plan
 * @param path  where
 * @param name  the attribute
 * @param flags  OS_NOFOLLOW
 * @return 0, or −1 with errno set as os_removexattr() would set it; then nothing is added
 */
OS_API OS_NONNULL() int os_plan_removexattr(struct os_plan *plan, const char *path,
                                            const char *name, int flags);

/**
 * Plans os_mkfifo().
 *
 * @param plan  the plan
 * @param path  where
 * @param mode  the permission bits before the umask
 * @return 0, or −1 with errno set as os_mkfifo() would set it; then nothing is added
 */
OS_API OS_NONNULL() int os_plan_mkfifo(struct os_plan *plan, const char *path, mode_t mode);

/**
 * Plans os_mknod().
 *
 * @param plan  the plan
 * @param path  where
 * @param mode  the permission bits before the umask, and the type
 * @param device  for a device its number
 * @return 0, or −1 with errno set as os_mknod() would set it; then nothing is added
 */
OS_API OS_NONNULL() int os_plan_mknod(struct os_plan *plan, const char *path, mode_t mode,
                                      uint64_t device);

/**
 * Plans os_write_file(). A file on which something is mounted gets the content in place.
 *
 * @param plan  the plan
 * @param path  the file; it need not exist
 * @param data  its new content, which is copied
 * @param size  how many bytes
 * @param options  as for os_write_file(), or NULL for the defaults
 * @return 0, or −1 with errno set as os_write_file() would set it; then nothing is added
 */
OS_API OS_NONNULL(1, 2, 3) int os_plan_write_file(struct os_plan *plan, const char *path,
                                                  const void *data, size_t size,
                                                  const struct os_write_file_options *options);

/**
 * Plans os_copyfile().
 *
 * @param plan  the plan
 * @param src  the file; when the plan is applied it still has to be what it is now
 * @param dst  the copy's path
 * @param options  or NULL for Python's defaults; `into_pipes` is not for plans
 * @return 0, or −1 with errno set as os_copyfile() would set it; then nothing is added
 * @error ENOTSUP  `dst` is a device or a pipe: what is written there can't be taken back
 */
OS_API OS_NONNULL(1, 2, 3) int os_plan_copyfile(struct os_plan *plan, const char *src,
                                                const char *dst,
                                                const struct os_copy_options *options);

/**
 * Plans os_copy().
 *
 * @param plan  the plan
 * @param src  the file; when the plan is applied it still has to be what it is now
 * @param dst  the copy's path, or a directory to put it into
 * @param options  or NULL for Python's defaults; `into_pipes` is not for plans
 * @return 0, or −1 with errno set as os_copy() would set it; then nothing is added
 * @error ENOTSUP  `dst` is a device or a pipe: what is written there can't be taken back
 */
OS_API OS_NONNULL(1, 2, 3) int os_plan_copy(struct os_plan *plan, const char *src, const char *dst,
                                            const struct os_copy_options *options);

/**
 * Plans os_copy2().
 *
 * @param plan  the plan
 * @param src  the file; when the plan is applied it still has to be what it is now
 * @param dst  the copy's path, or a directory to put it into
 * @param options  or NULL for Python's defaults; `into_pipes` is not for plans
 * @return 0, or −1 with errno set as os_copy2() would set it; then nothing is added
 * @error ENOTSUP  `dst` is a device or a pipe: what is written there can't be taken back
 */
OS_API OS_NONNULL(1, 2, 3) int os_plan_copy2(struct os_plan *plan, const char *src, const char *dst,
                                             const struct os_copy_options *options);

/**
 * Plans os_copytree(). A tree of directories, files of one name and, with `symlinks`, links becomes
 * one name, whatever its size.
 *
 * @param plan  the plan
 * @param src  the directory; when the plan is applied it still has to be what it is now
 * @param dst  the new directory
 * @param options  or NULL for Python's defaults; `on_error` and `on_progress` are not called, and
 *        without `hard_links` each name of a file becomes a file of its own
 * @return 0, or −1 with errno set as os_copytree() would set it; then nothing is added
 */
OS_API OS_NONNULL(1, 2, 3) int os_plan_copytree(struct os_plan *plan, const char *src,
                                                const char *dst,
                                                const struct os_copytree_options *options);

/**
 * Plans os_move(), to another file system too.
 *
 * @param plan  the plan
 * @param src  what is moved
 * @param dst  its new path, or a directory to put it into
 * @param options  or NULL for the defaults
 * @return 0, or −1 with errno set as os_move() would set it; then nothing is added
 */
OS_API OS_NONNULL(1, 2, 3) int os_plan_move(struct os_plan *plan, const char *src, const char *dst,
                                            const struct os_move_options *options);

/**
 * Plans os_rmtree(): of a tree of any size one step and one name.
 *
 * @param plan  the plan
 * @param path  the directory
 * @param options  or NULL for Python's defaults
 * @return 0, or −1 with errno set as os_rmtree() would set it; then nothing is added
 */
OS_API OS_NONNULL(1, 2) int os_plan_rmtree(struct os_plan *plan, const char *path,
                                           const struct os_rmtree_options *options);

/**
 * Plans os_chmodtree().
 *
 * @param plan  the plan
 * @param path  the directory
 * @param file_mode  for all that is no directory; (mode_t)-1 leaves them alone
 * @param dir_mode  for the directories; (mode_t)-1 leaves them alone
 * @param options  or NULL for the defaults
 * @return 0, or −1 with errno set as os_chmodtree() would set it; then nothing is added
 */
OS_API OS_NONNULL(1, 2) int os_plan_chmodtree(struct os_plan *plan, const char *path,
                                              mode_t file_mode, mode_t dir_mode,
                                              const struct os_tree_options *options);

/**
 * Plans os_chowntree().
 *
 * @param plan  the plan
 * @param path  the directory
 * @param uid  the user; (uid_t)-1 leaves it alone
 * @param gid  the group; (gid_t)-1 leaves it alone
 * @param options  or NULL for the defaults
 * @return 0, or −1 with errno set as os_chowntree() would set it; then nothing is added
 */
OS_API OS_NONNULL(1, 2) int os_plan_chowntree(struct os_plan *plan, const char *path, uid_t uid,
                                              gid_t gid, const struct os_tree_options *options);

/**
 * What os_stat() will tell. Inode numbers of what is yet to be made are made up, and the times of
 * what the plan changes are those of planning.
 *
 * @param plan  the plan
 * @param path  the file; a link is followed
 * @param ret_stat  filled on success
 * @return 0, or −1 with errno set
 */
OS_API OS_NONNULL() int os_plan_stat(struct os_plan *plan, const char *path,
                                     struct os_stat_result *ret_stat);

/**
 * What os_lstat() will tell.
 *
 * @param plan  the plan
 * @param path  the file; a link itself
 * @param ret_stat  filled on success
 * @return 0, or −1 with errno set
 */
OS_API OS_NONNULL() int os_plan_lstat(struct os_plan *plan, const char *path,
                                      struct os_stat_result *ret_stat);

/**
 * What a symbolic link will hold.
 *
 * @param plan  the plan
 * @param path  the link
 * @return the text, to free(); NULL with errno set
 * @error EINVAL  it is no symbolic link
 */
OS_API OS_NONNULL() OS_MUST_FREE char *os_plan_readlink(struct os_plan *plan, const char *path);

/**
 * The names that a directory will have, in order.
 *
 * @param plan  the plan
 * @param path  the directory, or NULL for the one where relative paths begin
 * @return a NULL-terminated list in one block, to free(); NULL with errno set
 */
OS_API OS_NONNULL(1) OS_MUST_FREE char **os_plan_listdir(struct os_plan *plan, const char *path);

/** An entry of a directory, as it will be. */
struct os_plan_dir_entry {
    const char *name; /**< its name */
    uint64_t inode;   /**< its inode number; made up for what is new */
    uint8_t d_type;   /**< DT_REG, DT_DIR … of dirent.h */
};

/**
 * The entries that a directory will have, in the order of their names.
 *
 * @param plan  the plan
 * @param path  the directory, or NULL for the one where relative paths begin
 * @param ret_count  how many
 * @return the entries in one block, to free(); NULL with errno set
 */
OS_API OS_NONNULL(1, 3) OS_MUST_FREE
    struct os_plan_dir_entry *os_plan_scandir(struct os_plan *plan, const char *path,
                                              size_t *ret_count);

/**
 * Everything that a file will hold.
 *
 * @param plan  the plan
 * @param path  the file
 * @param ret_size  how many bytes, or NULL
 * @return the bytes with a NUL behind them, to free(); NULL with errno set
 * @error EISDIR  it is a directory
 * @error EINVAL  it is a pipe, a socket or a device: nobody knows what it will hold
 */
OS_API OS_NONNULL(1, 2) OS_MUST_FREE
    char *os_plan_read_file(struct os_plan *plan, const char *path, size_t *ret_size);

/**
 * The value that an extended attribute will have.
 *
 * @param plan  the plan
 * @param path  the file
 * @param name  the attribute
 * @param flags  OS_NOFOLLOW
 * @param ret_size  how many bytes
 * @return the value with a NUL behind it, to free(); NULL with errno set
 */
OS_API OS_NONNULL() OS_MUST_FREE
    char *os_plan_getxattr(struct os_plan *plan, const char *path, const char *name, int flags,
                           size_t *ret_size);

/**
 * The names of the extended attributes that a file will have, in order.
 *
 * @param plan  the plan
 * @param path  the file
 * @param flags  OS_NOFOLLOW
 * @return a NULL-terminated list in one block, to free(); NULL with errno set
 */
OS_API OS_NONNULL() OS_MUST_FREE
    char **os_plan_listxattr(struct os_plan *plan, const char *path, int flags);

/**
 * Whether anything will be at a path, through links.
 *
 * @param plan  the plan
 * @param path  the path
 * @return whether
 */
OS_API OS_NONNULL() bool os_plan_path_exists(struct os_plan *plan, const char *path);

/**
 * Whether anything will be at a path, a link itself too.
 *
 * @param plan  the plan
 * @param path  the path
 * @return whether
 */
OS_API OS_NONNULL() bool os_plan_path_lexists(struct os_plan *plan, const char *path);

/**
 * Whether a regular file will be at a path, or a link to one.
 *
 * @param plan  the plan
 * @param path  the path
 * @return whether
 */
OS_API OS_NONNULL() bool os_plan_isfile(struct os_plan *plan, const char *path);

/**
 * Whether a directory will be at a path, or a link to one.
 *
 * @param plan  the plan
 * @param path  the path
 * @return whether
 */
OS_API OS_NONNULL() bool os_plan_isdir(struct os_plan *plan, const char *path);

/**
 * Whether a symbolic link will be at a path.
 *
 * @param plan  the plan
 * @param path  the path
 * @return whether
 */
OS_API OS_NONNULL() bool os_plan_islink(struct os_plan *plan, const char *path);

/**
 * The paths that will match a pattern, in order.
 *
 * @param plan  the plan
 * @param pathname  the pattern, as for os_glob()
 * @param flags  OS_RECURSIVE, OS_INCLUDE_HIDDEN
 * @return a NULL-terminated list in one block, to free(); NULL with errno set
 */
OS_API OS_NONNULL() OS_MUST_FREE
    char **os_plan_glob(struct os_plan *plan, const char *pathname, int flags);

/** A walk through a tree as it will be; made by os_plan_walk(). */
struct os_plan_walk;

/**
 * Walks through a tree as it will be, as os_walk() does. The plan has to stay as it is until the
 * walk is closed.
 *
 * @param plan  the plan
 * @param path  where to begin
 * @param options  `bottom_up`, `follow_links`, `links_as_files` and `errors` count, or NULL for
 *        Python's defaults
 * @return the walk, to end with os_plan_walk_close(); NULL with errno set
 */
OS_API OS_NONNULL(1, 2) struct os_plan_walk *os_plan_walk(struct os_plan *plan, const char *path,
                                                          const struct os_walk_options *options);

/**
 * The next directory of a walk, as os_walk_next().
 *
 * @param walk  the walk, or NULL, which is at its end
 * @return the entry; at the end NULL with errno 0, without memory NULL with errno ENOMEM
 */
OS_API struct os_walk_entry *os_plan_walk_next(struct os_plan_walk *walk);

/**
 * Ends the walk.
 *
 * @param walk  the walk, or NULL
 * @return NULL; errno stays as it is
 */
OS_API struct os_plan_walk *os_plan_walk_close(struct os_plan_walk *walk);

/**
 * Says where the steps from here on come from; it is shown with them.
 *
 * @param plan  the plan
 * @param origin  "state.toml:12", which is copied; or NULL for nowhere in particular
 * @return 0, or −1 with errno ENOMEM
 */
OS_API OS_NONNULL(1) int os_plan_note(struct os_plan *plan, const char *origin);

/**
 * Says that the content of the next os_plan_write_file() is secret: no list and no comparison
 * shows it. A plan with such a secret in it can be applied, but neither saved nor had as text: nobody
 * else has it (see os_plan_secret_from()).
 *
 * @param plan  the plan
 */
OS_API OS_NONNULL() void os_plan_secret(struct os_plan *plan);

/**
 * Says that the content of the next os_plan_write_file() is secret, and where it comes from. The
 * plan's file then has that place and a keyed hash (HMAC-SHA-256) of the content, and whoever applies
 * it reads the place again: another secret there is a conflict. The key is in the journal of who made
 * the plan, so nobody else can apply it.
 *
 * @param plan  the plan
 * @param source  "file:PATH", "env:NAME", or "command:LINE" for what a line of a shell prints
 * @return 0, or −1 with errno set
 * @error EINVAL  it is none of these
 */
OS_API OS_NONNULL() int os_plan_secret_from(struct os_plan *plan, const char *source);

/**
 * Has the plan forgotten as soon as it is applied: nothing that it replaces or removes is kept, and
 * os_undo() can't take it back. Should the process die in between, the next transaction forgets it.
 *
 * @param plan  the plan
 */
OS_API OS_NONNULL() void os_plan_forget(struct os_plan *plan);

/**
 * How many steps a plan has.
 *
 * @param plan  the plan
 * @return the number
 */
OS_API OS_NONNULL() size_t os_plan_count(const struct os_plan *plan);

/** A step of a plan. */
struct os_plan_step {
    const char *op;     /**< the call, "rename" */
    const char *path;   /**< its first path, as it was given */
    const char *path2;  /**< its second path, or NULL */
    const char *origin; /**< from os_plan_note(), or NULL */
};

/**
 * A step of a plan.
 *
 * @param plan  the plan
 * @param number  from 0 on
 * @param ret_step  filled on success; its texts are the plan's
 * @return 0, or −1 with errno set
 * @error EINVAL  there are fewer
 */
OS_API OS_NONNULL() int os_plan_step(const struct os_plan *plan, size_t number,
                                     struct os_plan_step *ret_step);

/** A secret that a plan brings. */
struct os_plan_secret {
    const char *path; /**< where it will be */
    const char
        *source; /**< where it comes from, "file:PATH", "env:NAME", "command:LINE", which is run
                             when the plan is applied; NULL where nobody else has it */
};

/**
 * The secrets that a plan brings, in the order of os_plan_entries().
 *
 * @param plan  the plan
 * @param ret_list  the secrets; the plan's, until it is changed
 * @param ret_count  how many
 * @return 0, or −1 with errno set
 */
OS_API OS_NONNULL() int os_plan_secrets(struct os_plan *plan,
                                        const struct os_plan_secret **ret_list, size_t *ret_count);

/** What happens at a place. */
enum os_plan_kind {
    OS_PLAN_CREATE,  /**< the place is free, and gets something */
    OS_PLAN_REPLACE, /**< something else takes the place */
    OS_PLAN_REMOVE,  /**< what is there goes, a directory with all in it */
    OS_PLAN_MOVE,    /**< what is there goes to another place */
    OS_PLAN_SWAP,    /**< the objects of two places change */
    OS_PLAN_META,    /**< mode, owner, times or extended attributes change */
    OS_PLAN_INPLACE, /**< the content changes, in the file that is there, with its other names */
};

/** How well an entry can be taken back. */
enum os_plan_undo {
    OS_PLAN_EXACT,   /**< the old object itself comes back */
    OS_PLAN_BY_COPY, /**< its content and attributes come back */
    OS_PLAN_NEVER,   /**< it can't be */
};

/** An object, before or after. */
struct os_plan_object {
    bool absent;      /**< there is none; nothing else counts */
    bool secret;      /**< its content, or one in its tree, is not to be shown */
    uint32_t mode;    /**< its type and permission bits */
    uint32_t uid;     /**< owner */
    uint32_t gid;     /**< group */
    uint64_t size;    /**< of a file, in bytes */
    uint64_t nlink;   /**< how many names it has */
    const char *link; /**< what a symbolic link holds, or NULL */
    uint64_t
        directories; /**< of a new tree: the directories in it, as far as the plan makes them */
    uint64_t files;  /**< likewise, everything else */
};

/** A place that the plan changes. */
struct os_plan_entry {
    enum os_plan_kind kind;     /**< what happens */
    enum os_plan_undo undo;     /**< how well it can be taken back */
    const char *path;           /**< where */
    const char *path2;          /**< OS_PLAN_MOVE, OS_PLAN_SWAP: the other place; else NULL */
    struct os_plan_object was;  /**< what is at `path` now */
    struct os_plan_object was2; /**< what is at `path2` now */
    struct os_plan_object is; /**< what will be at `path`; of a move and a swap, the same objects */
    size_t step_count;        /**< how many steps led to it */
    const size_t *steps;      /**< which, from 0 on */
    const char *origin;       /**< that of the first of these steps, or NULL */
};

/**
 * The net change: what will be different when the plan has been applied, one entry a place. What
 * was made and removed again is none.
 *
 * @param plan  the plan
 * @param ret_list  the entries in the order in which they are made; the plan's, until it is
 *        changed
 * @param ret_count  how many
 * @return 0, or −1 with errno set
 */
OS_API OS_NONNULL() int os_plan_entries(struct os_plan *plan, const struct os_plan_entry **ret_list,
                                        size_t *ret_count);

/** When a program is run: before the files are changed, or after. */
enum os_plan_when {
    OS_PLAN_BEFORE, /**< before: what stops something that uses them */
    OS_PLAN_SETUP,  /**< after, ahead of the others: what makes changed files known */
    OS_PLAN_MAIN,   /**< after */
    OS_PLAN_LAST,   /**< after all others: restarts, and whether all works */
};

/** A value that a program changes. */
struct os_plan_value {
    const char *kind; /**< what has it, "service" */
    const char *name; /**< which of them, "nginx" */
    const char *what; /**< which value of it, "state"; empty: whether it is there, and how */
    const char *was;  /**< the value now */
    const char *is;   /**< the value then */
};

/** A program that a plan runs, as no file alone makes it so. It is taken back by another program. */
struct os_plan_act {
    char *const *argv; /**< what makes it so, a list that ends with NULL; NULL: nothing has to */
    char *const *undo; /**< what takes it back, likewise */
    const struct os_plan_value
        *values;        /**< what changes by it: preconditions, and what is looked at
                                             to know whether it is done */
    size_t value_count; /**< how many; 0: it tells somebody of what has changed, and is run whenever
                                  its turn comes */
    enum os_plan_when when;      /**< when it is run */
    enum os_plan_when undo_when; /**< when it is taken back */
    bool optional;               /**< where it fails, all else stays */
    const char *origin;          /**< "state.toml:12", or NULL */
};

/**
 * The programs that a plan runs beside its changes of files. States have such, see state.h.
 *
 * @param plan  the plan
 * @param ret_list  the programs, in their order; the plan's
 * @return how many
 */
OS_API OS_NONNULL() size_t
    os_plan_acts(const struct os_plan *plan, const struct os_plan_act **ret_list);

/** A program of a plan that begins, or has failed. */
struct os_plan_act_event {
    const struct os_plan_act *act; /**< of these */
    char *const *argv;             /**< what is run */
    bool failed;                   /**< it has failed; else it begins now */
    const char *said;              /**< when it has failed: the end of what it said, or why */
};

/** How os_plan_diff() writes. */
struct os_plan_diff_options {
    size_t size;    /**< sizeof(struct os_plan_diff_options) */
    bool color;     /**< with the colours of a terminal */
    bool list_only; /**< the entries alone, without what changes in text files */
    size_t context; /**< so many lines around a change; 0: three */
};

/**
 * Writes the plan for people: a line for each entry, then the changes of text files line by line,
 * then the totals. Control characters are escaped, and secrets left out.
 *
 * @param plan  the plan
 * @param options  or NULL for the defaults
 * @param write  is given the text in parts, and answers 0, or a negative number to end it
 * @param data  for `write`, or NULL
 * @return 0, or −1 with errno set
 * @error ECANCELED  by `write`
 * @error ESTALE  a file is no longer what it was
 */
OS_API OS_NONNULL(1, 3) int os_plan_diff(struct os_plan *plan,
                                         const struct os_plan_diff_options *options,
                                         int (*write)(const char *text, size_t size, void *data),
                                         void *data);

/**
 * Saves the plan: JSON Lines, version 1, with a digest at its end. The file may be read by its
 * owner alone. A content of more than 64 MiB stands in a file of its own beside it, `sha256-DIGEST`.
 *
 * @param plan  the plan
 * @param path  the file, which is replaced
 * @return 0, or −1 with errno set
 * @error ESTALE  something that the plan changes is no longer what it was
 * @error EPERM  it has a secret in it that nobody else has, at the place that os_last_error() names
 */
OS_API OS_NONNULL() int os_plan_save(struct os_plan *plan, const char *path);

/**
 * Loads a plan from a file. Its digest and each of its members are checked, nothing else: whether
 * it can be applied, applying finds out. No steps can be added to it.
 *
 * @param path  the file
 * @return the plan, to end with os_plan_close(); NULL with errno set
 * @error EBADMSG  it is no plan, or not a whole one, or a large content beside it is another one
 * @error ENOENT  there is no such file, or no content that belongs beside it
 * @error EPROTONOSUPPORT  it is of another version, or has a member that this one doesn't know
 */
OS_API OS_NONNULL() struct os_plan *os_plan_load(const char *path);

/**
 * The SHA-256 of the plan as a file: who has approved this, has approved this plan.
 *
 * @param plan  the plan
 * @return 64 digits, to free(); NULL with errno set
 */
OS_API OS_NONNULL() OS_MUST_FREE char *os_plan_digest(struct os_plan *plan);

/**
 * The plan as os_plan_save() writes it.
 *
 * @param plan  the plan
 * @param ret_size  how many bytes, or NULL
 * @return the text, to free(); NULL with errno set
 * @error EPERM  it has a secret in it that nobody else has, at the place that os_last_error() names
 */
OS_API OS_NONNULL(1) OS_MUST_FREE char *os_plan_text(struct os_plan *plan, size_t *ret_size);

/** A precondition that does not hold. */
struct os_plan_conflict {
    const char *path;     /**< where */
    const char *expected; /**< what the plan rests on, in words */
    const char *found;    /**< what is there, in words */
};

/**
 * Looks at whether all that the plan rests on is still so.
 *
 * @param plan  the plan
 * @return 0, or −1 with errno set
 * @error ESTALE  something has changed: os_plan_conflicts() tells what
 * @error ENOKEY  as with os_plan_apply()
 */
OS_API OS_NONNULL() int os_plan_check(struct os_plan *plan);

/**
 * What the last os_plan_check() or attempt to apply the plan has found.
 *
 * @param plan  the plan
 * @param ret_list  the conflicts; the plan's, until it is checked or changed
 * @return how many
 */
OS_API OS_NONNULL() size_t
    os_plan_conflicts(struct os_plan *plan, const struct os_plan_conflict **ret_list);

/** Something that keeps a plan from being applied. */
struct os_plan_refusal {
    const char *path; /**< where */
    int error; /**< EACCES, EPERM, EROFS; EXDEV: a directory of a lower layer of overlayfs (since
                         Linux 6.6; before, applying finds out); ENOSPC: the new content may not fit there */
    uint64_t needed; /**< ENOSPC: how much is new, besides what others write [bytes] */
    uint64_t room;   /**< likewise: how much is free [bytes] */
};

/**
 * Looks at what can be known before a plan is applied: whether the calling user may change each place,
 * by permissions, read-only file systems, sticky directories, immutable and append-only files, owners;
 * and whether there is room. All of it is told at once. None found doesn't mean that none will be.
 *
 * @param plan  the plan
 * @param ret_list  the refusals; the plan's, until they are asked for again or it is changed
 * @param ret_count  how many
 * @return 0, or −1 with errno set
 */
OS_API OS_NONNULL() int os_plan_refusals(struct os_plan *plan,
                                         const struct os_plan_refusal **ret_list,
                                         size_t *ret_count);

/** How a plan is applied; all zero but `size` is the default. */
struct os_plan_apply_options {
    size_t size;     /**< sizeof(struct os_plan_apply_options) */
    bool wait;       /**< wait while another transaction has the journal; else fail with EBUSY */
    bool open_files; /**< replace and remove files though somebody has them open for writing: who
                          does goes on writing into the old one, which undo brings back */
    int (*on_progress)(const struct os_progress *progress, void *data); /**< called ten times a
                          second at most; anything but 0 takes everything back, with ECANCELED */
    void (*on_act)(const struct os_plan_act_event *event, void *data);  /**< told of each program */
    void *data;                                                         /**< for both */
    uint64_t
        with; /**< the transaction that this one goes with: os_undo() of either takes both back;
                        0: none */
};

/**
 * Makes all changes of a plan, or none: whatever fails, and whatever moment the power goes or the
 * process dies, what is found then is the state before or the state after, at every place. Where
 * somebody else has changed something since the plan looked at it, nothing is done.
 *
 * What is replaced or removed is kept in a journal, a directory that only its owner can enter, on the
 * file system where it was: os_undo() brings it back. It is crash-atomic, not reader-atomic: who looks
 * meanwhile may see some places changed and others not yet. When it returns, all is on the disk. A directory
 * of a lower layer of an overlay file system, as in containers, is moved object by object: it takes as long as
 * it has files, and its directories come back with other inode numbers. Where a file system can't exchange two names
 * (NFS, most of FUSE, exFAT), three renames do it: as safe against deaths and power cuts, but what somebody else puts
 * at the place between two of them is lost.
 *
 * @param plan  the plan; it can be applied once, as its preconditions don't hold afterwards
 * @param options  how, or NULL for the defaults
 * @param ret_id  the number of the transaction, for os_undo(); 0 when there was nothing to do; or
 *        NULL. Set too where the call fails with EIO after the change, which then stands, but may
 *        not survive a loss of power
 * @return 0, or −1 with errno set; the record has the path
 * @error ESTALE  something has changed: os_plan_conflicts() tells what
 * @error EACCES  it is forbidden, as EPERM and EROFS: os_plan_refusals() tells of each place
 * @error EBUSY  another transaction has the journal
 * @error ENOKEY  its secrets were noted with another key than that of the state directory's journal
 * @error ETXTBSY  somebody has a file open for writing that is to be replaced or removed
 * @error ECANCELED  by `on_progress`, or a program has failed, of which `on_act` was told
 * @error ENODEV  an earlier transaction waits for a file system that isn't mounted: see os_recover()
 * @error EXDEV  a directory of a lower layer of an overlay file system is to be replaced, or something else
 *         is done in one that is moved or removed
 * @error EPERM  the state directory (OSIER_STATE) belongs to somebody else, or others may enter it
 * @source rename(2) RENAME_EXCHANGE, fsync(2)
 */
OS_API OS_NONNULL(1) int os_plan_apply(struct os_plan *plan,
                                       const struct os_plan_apply_options *options,
                                       uint64_t *ret_id);

/**
 * Whether a path leads to or into a journal, the directory where plans keep what undo needs: one of
 * its components is called ".osier-0", by the number of the user whose it is, or
 * ".osier-1000-12345678". Backups and listings may leave these out.
 *
 * @param path  a path, or a name; nothing is looked at on the disk
 * @return whether it does
 */
OS_API OS_NONNULL() bool os_plan_in_journal(const char *path);

/** Something that speaks against an undo. */
struct os_undo_conflict {
    const char *path; /**< where */
    const char *what; /**< "its content was changed", "something was put there" … */
    uint64_t later;   /**< the transaction that did it, to be undone first; 0 where it was nobody
                           that the journal knows */
};

/** How a transaction is undone; all zero but `size` is the default. */
struct os_undo_options {
    size_t size; /**< sizeof(struct os_undo_options) */
    bool wait;   /**< wait while another transaction has the journal */
    bool force;  /**< what somebody has changed or put there since goes into the journal,
                                   from where undoing the undo brings it back; only what was moved,
                                   written in place or given other attributes has to be as it was left */
    const char *const *paths; /**< only what is at these and below, a list that ends with NULL */
    void (*on_conflict)(const struct os_undo_conflict *conflict, void *data); /**< told of each */
    int (*on_progress)(const struct os_progress *progress, void *data); /**< called between two
                                   changes; anything but 0 takes everything back, with ECANCELED */
    void (*on_act)(const struct os_plan_act_event *event, void *data);  /**< told of each program */
    void *data;                                                         /**< for all of these */
};

/**
 * Takes a transaction back: the very inodes that it replaced or removed stand at their places again,
 * with their owner, mode, access control lists, attributes, hard links and times. It is a
 * transaction itself, and so can be undone, which does the first one again. Transactions that go with
 * each other, as those of a state in several rounds, are taken back together, the latest first.
 *
 * What a program has changed is changed back by another program, which the plan has named: values, not
 * things, come back.
 *
 * Everything has to be as the transaction left it: the same inodes, with owner, mode, and the same size and
 * time or content. Otherwise nothing is touched, unless `force` is set.
 *
 * @param id  the transaction; 0 for the latest that is done and not undone
 * @param options  how, or NULL for the defaults
 * @param ret_id  the number of the new transaction, or NULL
 * @return 0, or −1 with errno set; the record has the path
 * @error ESTALE  something has changed since: `on_conflict` is told of all of it
 * @error ENOENT  there is no such transaction, it was forgotten, or has to do with none of `paths`
 * @error EALREADY  it is undone already
 * @error ENODEV  a file system that it has changed isn't mounted
 * @error EBUSY  another transaction has the journal
 */
OS_API int os_undo(uint64_t id, const struct os_undo_options *options, uint64_t *ret_id);

/** What os_recover() tells of. */
struct os_recovery {
    uint64_t id;         /**< the transaction */
    const char *journal; /**< the journal's path */
    const char *path;    /**< a place that was left as somebody else has it; with `error` what is
                              in the way; NULL: this is about the whole transaction */
    const char *kept;    /**< where in the journal the object is that belongs to `path`, or NULL */
    int error;           /**< 0, or the errno that keeps it from being recovered */
    bool completed;      /**< it was committed already, and now is so on all file systems */
    bool orphaned;       /**< it is taken back but for such places; what belongs there is in
                              orphan/ of the journal */
};

/** How transactions are recovered; all zero but `size` is the default. */
struct os_recover_options {
    size_t size; /**< sizeof(struct os_recover_options) */
    bool wait;   /**< wait while a transaction is under way; else it fails with EBUSY */
    uint64_t
        orphan; /**< nothing is recovered: of this one, which was taken back but for some places,
                          tells these again, with what is kept of them */
    void (*on_recovery)(const struct os_recovery *recovery, void *data); /**< told of everything */
    void *data;                                                          /**< for it */
};

/**
 * Takes back what transactions have left whose process or machine died half-way; every use of a
 * journal does so too. What somebody else has put in the place of something since is never touched.
 *
 * @param options  how, or NULL for the defaults
 * @return how many transactions were ended (with `orphan`, of how many places something is kept), or −1
 *         with errno set
 * @error ENOENT  nothing is left of the transaction `orphan`
 * @error ESTALE  somebody else's file stands where something was to come back to, which is kept in
 *        the journal: `on_recovery` tells where
 * @error ENODEV  a transaction waits for a file system that isn't mounted
 * @error EBADMSG  a journal is damaged; nothing of it is touched
 * @error ENOSPC  there is no room even to put things back, as on a btrfs that can't take one more name:
 *        make some, and call it again
 * @error EBUSY  a transaction is under way
 */
OS_API int os_recover(const struct os_recover_options *options);

/** A transaction of the past. All texts are the iterator's, until the next os_history_next(). */
struct os_history_entry {
    uint64_t id;         /**< its number, for os_undo() */
    int64_t time_ns;     /**< when, in nanoseconds since 1970 [time] */
    uid_t uid;           /**< who */
    const char *user;    /**< their name, or NULL */
    const char *title;   /**< the plan's, or NULL */
    char *const *argv;   /**< the command that did it, a list that ends with NULL */
    uint64_t undoes;     /**< it takes that transaction back; 0: none */
    uint64_t undone_by;  /**< the transaction that has taken it back; 0: none */
    uint64_t with;       /**< the first of the transactions that are undone together; 0: none */
    bool orphaned;       /**< it was taken back but for some places: see os_recover() */
    bool not_durable;    /**< the disk didn't confirm it: a loss of power may have taken it back */
    bool forgotten;      /**< it can be read, and not be undone any more */
    uint64_t steps;      /**< how many places it has changed */
    uint64_t acts;       /**< how many programs it has run */
    uint64_t held;       /**< how much room is taken by what undo needs [bytes] */
    const char *journal; /**< the path of the journal that has it */
};

/** Transactions of the past; made by os_history(). */
struct os_history;

/**
 * Looks back at all transactions whose journals are there, the latest first.
 *
 * @return the iterator, to end with os_history_close(); NULL with errno set
 */
OS_API struct os_history *os_history(void);

/**
 * The next transaction.
 *
 * @param history  the iterator
 * @return the entry; at the end NULL with errno 0, after a failure NULL with errno set
 */
OS_API OS_NONNULL() const struct os_history_entry *os_history_next(struct os_history *history);

/**
 * Ends looking back.
 *
 * @param history  the iterator, or NULL; errno stays as it is
 * @return NULL
 */
OS_API struct os_history *os_history_close(struct os_history *history);

/**
 * The plan of a transaction of the past, as it was applied, to be listed and compared as any other.
 *
 * @param id  the transaction
 * @return the plan, to end with os_plan_close(); NULL with errno set
 * @error ENOENT  there is no such transaction, or it is one that takes another back
 */
OS_API struct os_plan *os_history_plan(uint64_t id);

/** What is forgotten; all zero but `size`: what is older than 30 days, beyond 50 transactions, or
 *  takes more than 1 GiB or 5 % of a file system. */
struct os_forget_options {
    size_t size;         /**< sizeof(struct os_forget_options) */
    const uint64_t *ids; /**< these, and no others */
    size_t count;        /**< how many */
    bool all;            /**< everything */
    bool now;            /**< remove all that is forgotten before it returns, not 50 ms long */
    bool wait;           /**< wait while a transaction is under way */
};

/**
 * Forgets transactions: they can't be undone any more, and the room of what they kept is free. What
 * they did can be read for another year.
 *
 * @param options  how, or NULL for the defaults
 * @return how many were forgotten, or −1 with errno set
 * @error ENOENT  there is no such transaction among `ids`
 * @error EBUSY  a transaction is under way
 */
OS_API int os_forget(const struct os_forget_options *options);

OS_END_DECLS

#endif
