/* SPDX-License-Identifier: MIT */
/**
 * Whole trees: remove, walk, copy, move, measure and compare them.
 *
 * Every call here works on trees of any depth with a few descriptors, and follows no link that is
 * swapped in while it works: nothing outside of the tree is touched.
 *
 * Structures of options begin with their size, and a zero in them means the default:
 *
 *     struct os_rmtree_options options = {.size = sizeof options, .ignore_errors = true};
 *     os_rmtree("build", &options);
 *
 * @since 0.1
 */
#ifndef OSIER_TREE_H
#define OSIER_TREE_H

#include <osier/error.h>
#include <osier/stat.h>
#include <osier/types.h>

OS_BEGIN_DECLS

/** The progress of a call. */
struct os_progress {
    uint64_t directories; /**< done so far */
    uint64_t entries;     /**< everything else, likewise */
    uint64_t bytes;       /**< of content, where the call reads or writes any */
};

/**
 * What the calls for whole trees have in common; a part of their options.
 *
 * `on_error` is told of each failure, with what, where and why; 0 goes on. It may be called from
 * another thread, but never from two at once. Without it the first failure ends the call.
 * `on_progress` is called ten times a second at most, from the thread that made the call; anything
 * but 0 cancels the call, which fails with ECANCELED.
 */
struct os_tree_control {
    int (*on_error)(const struct os_error *error, void *data);
    int (*on_progress)(const struct os_progress *progress, void *data);
    void *data;           /**< for both */
    int threads;          /**< how many may work; 0 for as many as help */
    bool ignore_errors;   /**< go on after failures, and succeed in the end */
    bool one_file_system; /**< leave alone what is mounted below, and subvolumes; a copy has
                             an empty directory or file there */
    bool leave_journals;  /**< a copy and a comparison leave out the journals of plans, see
                             os_plan_in_journal() */
};

/** The options of os_rmtree(). */
struct os_rmtree_options {
    size_t size; /**< sizeof (struct os_rmtree_options) */
    struct os_tree_control control;
};

/**
 * Removes a tree: the directory `path` and everything in it. Links are removed, never followed.
 *
 * @param path  the directory; a link to one is refused, with a slash behind it too
 * @param options  how to do it, or NULL for Python's defaults
 * @return 0, or −1 with errno set, and in the record what could not be removed
 * @error ENOENT  nothing is there
 * @error ENOTDIR  it is not a directory
 * @error ENOTEMPTY  somebody kept filling it
 * @error EBUSY  it is the root directory
 * @error ECANCELED  by `on_progress`
 * @python shutil.rmtree(path, ignore_errors=False, onerror=None, *, onexc=None)
 * @shell see os_rmtreeat
 */
OS_API OS_NONNULL(1) int os_rmtree(const char *path, const struct os_rmtree_options *options);

/**
 * Removes a tree, a directory and everything in it, relative to an open directory.
 *
 * @param dir_fd  where `path` begins, or OS_CWD
 * @param path  the directory
 * @param options  how to do it, or NULL for Python's defaults
 * @return 0, or −1 with errno set
 * @python shutil.rmtree(path, ignore_errors=False, onerror=None, *, onexc=None, dir_fd=None), since
 * 3.11
 * @shell os.rmtree PATH [--ignore-errors] [--one-file-system] [--threads=0] [--dir-fd=OS_CWD] ->
 * none
 */
OS_API OS_NONNULL(2) int os_rmtreeat(int dir_fd, const char *path,
                                     const struct os_rmtree_options *options);

struct os_root;

/**
 * Removes a tree in a root (root.h): a directory and everything in it.
 *
 * @param root  the root
 * @param path  the directory in it; a link to one is refused
 * @param options  how to do it, or NULL for the defaults
 * @return 0, or −1 with errno set, and in the record what could not be removed
 * @error EXDEV  the path leads out of the root
 * @error EINVAL  it ends with "." or ".."
 * @shell no: a root is for several calls of one program
 */
OS_API OS_NONNULL(1, 2) int os_root_rmtree(const struct os_root *root, const char *path,
                                           const struct os_rmtree_options *options);

/** The options of os_walk() and os_fwalk(). */
struct os_walk_options {
    size_t size;          /**< sizeof (struct os_walk_options) */
    bool bottom_up;       /**< topdown=False: a directory comes after those in it */
    bool follow_links;    /**< followlinks=True: go into links to directories; a link that leads
                               back to where the walk has come from is an error, ELOOP */
    bool links_as_files;  /**< a link to a directory is not one: all links are in `filenames`,
                               which saves a stat of each */
    bool errors;          /**< directories that can't be read come as entries with `error` set;
                               otherwise they are left out, as by Python's onerror=None */
    bool one_file_system; /**< what is mounted below is an error, EXDEV */
    int threads;          /**< 0 or 1: each directory is read when it is asked for, as by Python;
                               more read ahead, -1 as many as help; the order stays the same */
};

/** A directory of a walk; it and all its texts are valid until the next os_walk_next(). */
struct os_walk_entry {
    const char *dirpath; /**< the path that the walk began with, and the names down to here */
    char **dirnames;     /**< the directories in it, links to directories among them; a list that
                              ends with NULL. Top-down, the walk goes where this list says: leave
                              some out, sort it, or put a list of your own here, with others */
    char **filenames;    /**< everything else in it; a list that ends with NULL */
    int dir_fd;          /**< os_fwalk(): a descriptor of the directory, until the next call */
    int error;           /**< 0, or the errno that kept it from being read (see the options) */
};

/** A walk; made by os_walk() and os_fwalk(). */
struct os_walk;

/**
 * Walks through the tree below `path`, directory by directory.
 *
 *     struct os_walk *walk = os_walk("src", NULL);
 *     struct os_walk_entry *at;
 *     while ((at = os_walk_next(walk)))
 *         for (char **name = at->filenames; *name; name++)
 *             printf("%s/%s\n", at->dirpath, *name);
 *     walk = os_walk_close(walk);
 *
 * It reaches every depth (Python's stops at PATH_MAX), with a few descriptors. Directories come in
 * the order of their parent's `dirnames`, each at once followed by those below it (bottom-up:
 * preceded by them), whatever `threads` says.
 *
 * @param path  where to begin; a link is followed here
 * @param options  how to do it, or NULL for Python's defaults
 * @return the walk, for os_walk_close(); NULL with errno set when memory is lacking
 * @option top  where to begin
 * @option topdown  False: a directory comes after those in it
 * @option onerror  print what can't be read on stderr; without it that is skipped silently
 * @option followlinks  go into links to directories, but not into loops
 * @python os.walk(top, topdown=True, onerror=None, followlinks=False)
 * @shell os.walk TOP [--topdown=True] [--onerror] [--followlinks] -> custom
 */
OS_API OS_NONNULL(1) struct os_walk *os_walk(const char *path,
                                             const struct os_walk_options *options);

/**
 * Walks through a tree with a descriptor of each directory, for the calls that take a `dir_fd`.
 *
 * @param dir_fd  where `path` begins, or OS_CWD
 * @param path  where to begin; a link is followed only if `follow_links` is set
 * @param options  how to do it, or NULL for Python's defaults; `threads` has no effect
 * @return the walk, for os_walk_close(); NULL with errno set
 * @error ENOENT  nothing is there
 * @python os.fwalk(top='.', topdown=True, onerror=None, *, follow_symlinks=False, dir_fd=None)
 * @shell no: a descriptor ends with the command; os.walk tells the rest
 */
OS_API OS_NONNULL(2) struct os_walk *os_fwalk(int dir_fd, const char *path,
                                              const struct os_walk_options *options);

/**
 * The next directory of a walk.
 *
 * @param walk  the walk, or NULL for one at its end
 * @return the entry; at the end NULL with errno 0, without memory NULL with errno ENOMEM
 * @python next(os.walk(top))
 * @shell no: part of an iterator
 */
OS_API struct os_walk_entry *os_walk_next(struct os_walk *walk);

/**
 * Skips what is below the entry that os_walk_next() gave last (top-down only): the same as an
 * empty `dirnames`.
 *
 * @param walk  the walk
 * @python dirnames.clear()
 * @shell no: part of an iterator
 */
OS_API OS_NONNULL() void os_walk_prune(struct os_walk *walk);

/**
 * Ends the walk, whether it came to the end or not.
 *
 * @param walk  the walk, or NULL
 * @return NULL; errno stays as it is
 * @shell no: part of an iterator
 */
OS_API struct os_walk *os_walk_close(struct os_walk *walk);

/** The options of os_tree_usage(). */
struct os_tree_usage_options {
    size_t size; /**< sizeof (struct os_tree_usage_options) */
    struct os_tree_control control;
    int depth;       /**< list what is down to so many levels below; 0: nothing, -1: everything */
    bool files;      /**< list what is no directory, too */
    size_t top;      /**< list so many of the largest at most; 0: all */
    bool apparent;   /**< "largest" by apparent size, not by space taken */
    bool every_link; /**< count a file with several hard links each time it is met */
};

/** What one directory takes with all below it, or one file. */
struct os_tree_usage_entry {
    const char *path;   /**< from the path that was asked for */
    uint64_t apparent;  /**< bytes that can be read */
    uint64_t allocated; /**< bytes of the disk that are taken */
    uint64_t entries;   /**< files and directories in it and below */
    uint32_t depth;     /**< 0 for the path itself */
    bool is_dir;        /**< whether it is a directory */
};

/** What os_tree_usage() found out. */
struct os_tree_usage {
    uint64_t apparent;    /**< bytes of content; directories themselves have none */
    uint64_t allocated;   /**< bytes of the disk that are taken, as `du` counts */
    uint64_t directories; /**< how many there are, the first one included */
    uint64_t files;       /**< how many there are that are no directories; each link counts */
    size_t count;         /**< how many are listed */
    struct os_tree_usage_entry *list; /**< those that were asked for, the largest first */
};

/**
 * How much space the tree `path` takes. A file with several hard links counts once, where it is met
 * first.
 *
 * @param path  a directory, or anything else; a link is not followed
 * @param options  what else to tell, or NULL for the totals alone
 * @return the result in one block, to free(); NULL with errno set
 * @error ENOENT  nothing is there
 * @error EACCES  a directory can't be read (unless errors are ignored or told)
 * @python no: a loop over os.walk and os.lstat
 * @source du(1)
 * @shell os.tree_usage PATH [--depth=0] [--files] [--top=0] [--apparent] [--every-link]
 * [--ignore-errors] [--one-file-system] [--threads=0] -> tree_usage
 */
OS_API OS_MUST_FREE OS_NONNULL(1) struct os_tree_usage *os_tree_usage(
    const char *path, const struct os_tree_usage_options *options);

/** The options of os_copyfile(), os_copy() and os_copy2(). */
struct os_copy_options {
    size_t size;                    /**< sizeof (struct os_copy_options) */
    struct os_tree_control control; /**< `on_progress` and its `data`; the rest is for trees */
    bool nofollow;      /**< follow_symlinks=False: where `src` is a link, make another one */
    bool owner;         /**< keep user and group (as far as one may); not by os_copyfile() */
    bool special_files; /**< make a pipe, a socket or a device anew; otherwise a device is read, and
                             the others are errors */
    bool replace;       /**< make the copy beside `dst` and rename it when it is complete: until
                             then what is there stays as it is, be it a file, a link or a pipe, and
                             other names of it stay for good */
    bool into_pipes;    /**< where `dst` is a named pipe, write into it, and wait for who reads */
};

/**
 * Copies the content of the file `src` to `dst`, in the fastest way the file systems offer.
 *
 * @param src  the file; a link is followed
 * @param dst  the copy's path; a file that is there already is overwritten, through a link too; a
 *             device is written to
 * @param options  how to do it, or NULL for Python's defaults
 * @return 0, or −1 with errno set
 * @error EINVAL  both are the same file (SameFileError)
 * @error EISDIR  one of them is a directory
 * @error EOPNOTSUPP  one of them is a named pipe (SpecialFileError)
 * @error EEXIST  `dst` is a link that leads nowhere (Python makes a file there)
 * @error ECANCELED  by `on_progress`; a new file is removed
 * @python shutil.copyfile(src, dst, *, follow_symlinks=True)
 * @source copy_file_range(2), ioctl_ficlone(2), sendfile(2)
 * @shell os.copyfile SRC DST [--nofollow] [--special-files] [--replace] [--into-pipes] ->
 * none
 */
OS_API OS_NONNULL(1, 2) int os_copyfile(const char *src, const char *dst,
                                        const struct os_copy_options *options);

/**
 * Copies the file `src` with its mode.
 *
 * The copy of somebody else's file is never set-user-ID or set-group-ID, as of os_copy2().
 *
 * @param src  the file; a link is followed
 * @param dst  the copy's path, or a directory to put it into
 * @param options  how to do it, or NULL for Python's defaults
 * @return 0, or −1 with errno set; otherwise as os_copyfile()
 * @error EINVAL  both are the same file (SameFileError)
 * @error ENOTSUP  the file system of `dst` has no access control lists, and `src` has one: the copy
 *                 is there, and opens to nobody to whom the original doesn't
 * @python shutil.copy(src, dst, *, follow_symlinks=True)
 * @shell os.copy SRC DST [--nofollow] [--owner] [--special-files] [--replace] [--into-pipes] ->
 * none
 */
OS_API OS_NONNULL(1, 2) int os_copy(const char *src, const char *dst,
                                    const struct os_copy_options *options);

/**
 * Gives the file `dst` the permission bits of `src`.
 *
 * Nobody gains access by that: of a `src` that has an access control list its own group's bits count,
 * not the list's mask; and set-user-ID and set-group-ID are for a `dst` with the same user or group
 * alone (Python's are not).
 *
 * @param src  the file or directory that has them
 * @param dst  what gets them
 * @param flags  OS_NOFOLLOW: where both are links, do nothing, as these have none
 * @return 0, or −1 with errno set, and in the record which of them it is about
 * @error EPERM  `dst` belongs to somebody else
 * @python shutil.copymode(src, dst, *, follow_symlinks=True)
 * @source chmod(2)
 * @shell os.copymode SRC DST [--nofollow] -> none
 */
OS_API OS_NONNULL() int os_copymode(const char *src, const char *dst, int flags);

/**
 * Gives the file `dst` the times, the extended attributes and the permission bits of `src`.
 *
 * Attributes that the file system lacks, or that one may not set, are left out; without its access
 * control list `dst` opens to nobody to whom `src` doesn't. Set-user-ID and set-group-ID as of
 * os_copymode().
 *
 * @param src  the file or directory that has them
 * @param dst  what gets them
 * @param flags  OS_NOFOLLOW: where both are links, from one link to the other
 * @return 0, or −1 with errno set, and in the record which of them it is about
 * @error EPERM  `dst` belongs to somebody else
 * @error ENOTSUP  `src` has an access control list that `dst` can't get; it has the rest
 * @python shutil.copystat(src, dst, *, follow_symlinks=True)
 * @source utimensat(2), listxattr(2), chmod(2)
 * @shell os.copystat SRC DST [--nofollow] -> none
 */
OS_API OS_NONNULL() int os_copystat(const char *src, const char *dst, int flags);

/**
 * Copies the file `src` with its mode, times and extended attributes.
 *
 * The copy of somebody else's file is never set-user-ID or set-group-ID (Python's is, and then
 * runs as whoever copied it).
 *
 * @param src  the file; a link is followed
 * @param dst  the copy's path, or a directory to put it into
 * @param options  how to do it, or NULL for Python's defaults
 * @return 0, or −1 with errno set; otherwise as os_copyfile()
 * @error EINVAL  both are the same file (SameFileError)
 * @error ENOTSUP  the file system of `dst` has no access control lists, and `src` has one: the copy
 *                 is there, and opens to nobody to whom the original doesn't
 * @python shutil.copy2(src, dst, *, follow_symlinks=True)
 * @shell os.copy2 SRC DST [--nofollow] [--owner] [--special-files] [--replace] [--into-pipes] ->
 * none
 */
OS_API OS_NONNULL(1, 2) int os_copy2(const char *src, const char *dst,
                                     const struct os_copy_options *options);

/** The options of os_copytree(). */
struct os_copytree_options {
    size_t size; /**< sizeof (struct os_copytree_options) */
    struct os_tree_control control;
    bool symlinks;                 /**< copy links as links, not what they lead to */
    bool ignore_dangling_symlinks; /**< leave out those that lead nowhere */
    bool dirs_exist_ok;            /**< copy into what is there already */
    bool owner;                    /**< keep user and group (as far as one may), and the access:
                                        lists that `dst` gives to what is made in it go */
    bool hard_links;               /**< what is one file with several names stays one */
    bool special_files;            /**< make pipes, sockets and devices anew; otherwise each is an
                                        error, EOPNOTSUPP */
    const char *const *ignore;     /**< patterns of names to leave out, "*.o", a list that ends with
                                        NULL */
};

/**
 * Copies the tree `src` to `dst`, with modes, times and extended attributes.
 *
 * It goes on after failures and fails in the end with the first of them, as Python does.
 * Holes in files stay holes; where the file system can, copies share their blocks.
 *
 * The copy is at no moment open to anybody to whom the original isn't. With `dirs_exist_ok`, what
 * has the name of something copied is replaced when its copy is complete, be it a file, a link or a
 * special file: nothing is written into it, nor through a link. A new file whose content can't be
 * copied is removed.
 *
 * @param src  a directory, or a link to one
 * @param dst  the new directory; those on the way to it are made, too
 * @param options  how to do it, or NULL for Python's defaults
 * @return 0, or −1 with errno set, and in the record what could not be copied
 * @error EEXIST  `dst` is there already
 * @error EINVAL  `dst` is in `src`
 * @error ECANCELED  by `on_progress`
 * @python shutil.copytree(src, dst, symlinks=False, ignore=None, copy_function=copy2,
 * ignore_dangling_symlinks=False, dirs_exist_ok=False)
 * @shell os.copytree SRC DST [--symlinks] [--ignore=PATTERN...] [--ignore-dangling-symlinks]
 * [--dirs-exist-ok] [--owner] [--hard-links] [--special-files] [--ignore-errors]
 * [--one-file-system] [--threads=N] -> custom none
 */
OS_API OS_NONNULL(1, 2) int os_copytree(const char *src, const char *dst,
                                        const struct os_copytree_options *options);

/** The options of os_move(). */
struct os_move_options {
    size_t size; /**< sizeof (struct os_move_options) */
    struct os_tree_control control;
    bool new_owner; /**< a copy belongs to whoever makes it, as Python's does */
    bool nosync;    /**< don't wait until a copy is on the disk before the original goes */
};

/**
 * Moves a file or a tree, to another file system too: then it is copied beside `dst`, gets that
 * name when it is complete and on the disk, and of the original goes what was copied, and nothing
 * else. What is changed, exchanged or made in it meanwhile stays, and is an error that names it.
 *
 * A copy keeps owners (as far as one may), access control lists, hard links and special files.
 * Cancelled before it is complete, or when something could not be copied (whatever `on_error` says
 * of that), there is no copy, and the original stays; afterwards `on_progress` isn't called any
 * more.
 *
 * @param src  what is moved; a link itself
 * @param dst  its new path, or a directory to put it into; a file, link or pipe that is there is
 *             replaced, as by rename(2)
 * @param options  for what is copied, or NULL for the defaults
 * @return 0, or −1 with errno set
 * @error EEXIST  in the directory `dst` there is something of that name already
 * @error EINVAL  `dst` is in `src`
 * @error EBUSY  the copy is complete, but something in `src` was changed meanwhile: that stays
 * @error ENOTSUP  the file system of `dst` has no access control lists, and something in `src` has
 *                 one
 * @error ECANCELED  by `on_progress`
 * @python shutil.move(src, dst)
 * @shell os.move SRC DST {options=NULL} -> none
 */
OS_API OS_NONNULL(1, 2) int os_move(const char *src, const char *dst,
                                    const struct os_move_options *options);

/**
 * The paths that match a pattern, each where there is something, in no particular order.
 *
 * `*` stands for any text in a name, `?` for one character, `[a-z]` for one of these, `[!a-z]` for
 * one of the others. Hidden names have to be asked for, by a pattern with a dot or the flag.
 *
 * @param pathname  the pattern; `[*]` is a star itself, see os_glob_escape()
 * @param flags  OS_RECURSIVE: `**` stands for this directory and all below, links to directories
 *               among them, but not round in circles; OS_INCLUDE_HIDDEN
 * @return a NULL-terminated list in one block, to free(); empty where nothing matches; NULL with
 *         errno set when memory or descriptors are lacking
 * @python glob.glob(pathname, *, recursive=False, include_hidden=False)
 * @shell see os_globat
 */
OS_API OS_MUST_FREE OS_NONNULL() char **os_glob(const char *pathname, int flags);

/**
 * The paths below a directory that match a pattern, relative to it.
 *
 * @param dir_fd  where `root_dir` begins, or OS_CWD
 * @param root_dir  the directory, or NULL for that of `dir_fd`
 * @param pathname  the pattern
 * @param flags  OS_RECURSIVE, OS_INCLUDE_HIDDEN
 * @return a NULL-terminated list in one block, to free(); NULL with errno set
 * @python glob.glob(pathname, *, root_dir=None, dir_fd=None, recursive=False,
 * include_hidden=False), since 3.10
 * @shell os.glob PATHNAME [--root-dir=NULL] [--dir-fd=OS_CWD] [--recursive] [--include-hidden] ->
 * list
 */
OS_API OS_MUST_FREE OS_NONNULL(3) char **os_globat(int dir_fd, const char *root_dir,
                                                   const char *pathname, int flags);

/**
 * A pattern for os_glob() that stands for this very path.
 *
 * @param pathname  the path
 * @return the text, to free(); NULL with errno ENOMEM
 * @python glob.escape(pathname)
 * @shell os.glob_escape PATHNAME -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_glob_escape(const char *pathname);

/** The options of os_chmodtree() and os_chowntree(). */
struct os_tree_options {
    size_t size; /**< sizeof (struct os_tree_options) */
    struct os_tree_control control;
};

/**
 * Sets the modes of everything in the tree `path`; links, which have none, stay as they are. A
 * directory comes before what is in it if its new mode lets the owner in, and after it otherwise.
 *
 * @param path  the directory; a link to one is refused
 * @param file_mode  for all that is no directory; (mode_t)-1 leaves them alone
 * @param dir_mode  for the directories, `path` included; (mode_t)-1 leaves them alone
 * @param options  how to do it, or NULL for the defaults
 * @return 0, or −1 with errno set, and in the record what could not be changed
 * @error EPERM  it belongs to somebody else
 * @python no: a loop over os.walk and os.chmod
 * @source chmod(1) -R
 * @shell os.chmodtree PATH [--file-mode=(mode_t)-1] [--dir-mode=(mode_t)-1] [--ignore-errors]
 * [--one-file-system] [--threads=0] -> none
 */
OS_API OS_NONNULL(1) int os_chmodtree(const char *path, mode_t file_mode, mode_t dir_mode,
                                      const struct os_tree_options *options);

/**
 * Gives everything in the tree `path` to a user and a group; links themselves, never what they
 * lead to.
 *
 * @param path  the directory; a link to one is refused
 * @param uid  the user; (uid_t)-1 leaves it alone
 * @param gid  the group; (gid_t)-1 leaves it alone
 * @param options  how to do it, or NULL for the defaults
 * @return 0, or −1 with errno set, and in the record what could not be changed
 * @error EPERM  only root may
 * @python no: a loop over os.walk and os.lchown
 * @source chown(1) -R
 * @shell os.chowntree PATH UID GID [--ignore-errors] [--one-file-system] [--threads=0] -> none
 */
OS_API OS_NONNULL(1) int os_chowntree(const char *path, uid_t uid, gid_t gid,
                                      const struct os_tree_options *options);

/** In what two entries differ; bits that may come together. */
enum os_tree_compare_bits {
    OS_COMPARE_LEFT = 1 << 0,    /**< it is on the left side alone, with all below it */
    OS_COMPARE_RIGHT = 1 << 1,   /**< it is on the right side alone, with all below it */
    OS_COMPARE_TYPE = 1 << 2,    /**< one is a directory, say, the other a file */
    OS_COMPARE_CONTENT = 1 << 3, /**< what is in the files, or where the links lead */
    OS_COMPARE_MODE = 1 << 4,    /**< the permission bits */
    OS_COMPARE_OWNER = 1 << 5,   /**< the user or the group */
    OS_COMPARE_TIME = 1 << 6,    /**< the time of the last change of the content */
};

/** The options of os_tree_compare(). */
struct os_tree_compare_options {
    size_t size; /**< sizeof (struct os_tree_compare_options) */
    struct os_tree_control control;
    bool shallow;              /**< files of the same size and time are taken for the same */
    bool modes;                /**< compare permission bits, too */
    bool owners;               /**< compare users and groups, too */
    bool times;                /**< compare times of change, too */
    const char *const *ignore; /**< patterns of names to leave out, a list that ends with NULL */
};

/** An entry in which two trees differ. */
struct os_tree_compare_entry {
    const char *path; /**< from the two paths on; "" for these themselves */
    int what;         /**< OS_COMPARE_LEFT … */
};

/** What os_tree_compare() found. */
struct os_tree_compare {
    size_t count;                       /**< how many differences; 0: the trees are the same */
    struct os_tree_compare_entry *list; /**< in the order of their paths */
};

/**
 * Where two trees (or two files) differ: in names, types and contents, and in what is asked for.
 *
 * @param left  a directory or a file; a link is followed here
 * @param right  likewise
 * @param options  what to compare, or NULL for names, types and contents
 * @return the differences in one block, to free(); NULL with errno set
 * @error ENOENT  one of them isn't there
 * @error EACCES  something can't be read (unless errors are ignored or told)
 * @python no: filecmp.dircmp(left, right) looks at names, and shallowly at files
 * @source diff(1) -rq
 * @shell os.tree_compare LEFT RIGHT [--shallow] [--modes] [--owners] [--times] [--ignore=PATTERN...]
 * [--ignore-errors] [--one-file-system] [--threads=N] -> custom
 */
OS_API OS_MUST_FREE OS_NONNULL(1, 2) struct os_tree_compare *os_tree_compare(
    const char *left, const char *right, const struct os_tree_compare_options *options);

OS_END_DECLS

#endif
