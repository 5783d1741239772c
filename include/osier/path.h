/* SPDX-License-Identifier: MIT */
/**
 * Paths as text, and the questions one asks of them: Python's os.path.
 *
 * Most of these calls look at nothing but the text; those that look at the disk say so. A path is
 * bytes in any encoding, and two slashes at its start are kept where POSIX keeps them. Nothing has
 * a limit on its length, and no call is slower than linear in it.
 *
 * Calls that only cut a path up also exist in a form that allocates nothing and answers with
 * `struct os_slice`s, which point into the path that was given.
 *
 * @since 0.1
 */
#ifndef OSIER_PATH_H
#define OSIER_PATH_H

#include <osier/stat.h>
#include <osier/types.h>

OS_BEGIN_DECLS

/* ---- Taking paths apart -------------------------------------------------------------------- */

/**
 * The part of a path after its last slash: "b" of "/a/b", "" of "/a/".
 *
 * @param path  any path
 * @return the text, to free(); NULL with errno ENOMEM
 * @python os.path.basename(path)
 * @shell os.path.basename PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_path_basename(const char *path);

/**
 * The part of a path after its last slash, as os_path_basename() tells it, without a copy.
 *
 * @param path  any path
 * @return where that part lies in `path`
 * @python os.path.basename(path)
 * @shell see os_path_basename
 */
OS_API OS_PURE OS_NONNULL() struct os_slice os_path_basename_slice(const char *path);

/**
 * The part of a path before its last slash: "/a" of "/a/b", "/" of "/a", "" of "a".
 *
 * @param path  any path
 * @return the text, to free(); NULL with errno ENOMEM
 * @python os.path.dirname(path)
 * @shell os.path.dirname PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_path_dirname(const char *path);

/**
 * The part of a path before its last slash, as os_path_dirname() tells it, without a copy.
 *
 * @param path  any path
 * @return where that part lies in `path`
 * @python os.path.dirname(path)
 * @shell see os_path_dirname
 */
OS_API OS_PURE OS_NONNULL() struct os_slice os_path_dirname_slice(const char *path);

/**
 * The parts of a path before and after its last slash: "/a" and "b" of "/a/b".
 *
 * @param path  any path
 * @return a list of two, head and tail, to free() at once; NULL with errno ENOMEM
 * @python os.path.split(path)
 * @shell os.path.split PATH -> list
 */
OS_API OS_MUST_CHECK OS_NONNULL() char **os_path_split(const char *path);

/**
 * The parts of a path before and after its last slash, as os_path_split() tells them, without a
 * copy.
 *
 * @param path  any path
 * @param ret_head  what os_path_dirname() gives; or NULL
 * @param ret_tail  what os_path_basename() gives; or NULL
 * @return nothing
 * @python os.path.split(path)
 * @shell see os_path_split
 */
OS_API OS_NONNULL(1) void os_path_split_slices(const char *path, struct os_slice *ret_head,
                                               struct os_slice *ret_tail);

/**
 * A path without its extension, and the extension with its dot: "a.tar" and ".gz". Leading dots of
 * a name start none: ".bashrc" has no extension.
 *
 * @param path  any path
 * @return a list of two, root and extension, to free() at once; NULL with errno ENOMEM
 * @python os.path.splitext(path)
 * @shell os.path.splitext PATH -> list
 */
OS_API OS_MUST_CHECK OS_NONNULL() char **os_path_splitext(const char *path);

/**
 * A path without its extension, and the extension, as os_path_splitext() tells them, without a
 * copy.
 *
 * @param path  any path
 * @param ret_root  the path without the extension; or NULL
 * @param ret_extension  the extension, empty where there is none; or NULL
 * @return nothing
 * @python os.path.splitext(path)
 * @shell see os_path_splitext
 */
OS_API OS_NONNULL(1) void os_path_splitext_slices(const char *path, struct os_slice *ret_root,
                                                  struct os_slice *ret_extension);

/**
 * A path's drive, which is empty on POSIX, and the rest of it.
 *
 * @param path  any path
 * @return a list of two, drive and rest, to free() at once; NULL with errno ENOMEM
 * @python os.path.splitdrive(path)
 * @shell os.path.splitdrive PATH -> list
 */
OS_API OS_MUST_CHECK OS_NONNULL() char **os_path_splitdrive(const char *path);

/**
 * A path's drive and the rest of it, as os_path_splitdrive() tells them, without a copy.
 *
 * @param path  any path
 * @param ret_drive  the empty start of the path; or NULL
 * @param ret_rest  the path; or NULL
 * @return nothing
 * @python os.path.splitdrive(path)
 * @shell see os_path_splitdrive
 */
OS_API OS_NONNULL(1) void os_path_splitdrive_slices(const char *path, struct os_slice *ret_drive,
                                                    struct os_slice *ret_rest);

/**
 * A path's drive (empty on POSIX), root ("", "/" or "//") and what follows it.
 *
 * @param path  any path
 * @return a list of three, to free() at once; NULL with errno ENOMEM
 * @python os.path.splitroot(path), since 3.12
 * @shell os.path.splitroot PATH -> list
 */
OS_API OS_MUST_CHECK OS_NONNULL() char **os_path_splitroot(const char *path);

/**
 * A path's drive, root and rest, as os_path_splitroot() tells them, without a copy.
 *
 * @param path  any path
 * @param ret_drive  the empty start of the path; or NULL
 * @param ret_root  its one or two slashes, or nothing; or NULL
 * @param ret_tail  the rest; or NULL
 * @return nothing
 * @python os.path.splitroot(path), since 3.12
 * @shell see os_path_splitroot
 */
OS_API OS_NONNULL(1) void os_path_splitroot_slices(const char *path, struct os_slice *ret_drive,
                                                   struct os_slice *ret_root,
                                                   struct os_slice *ret_tail);

/* ---- Putting paths together ---------------------------------------------------------------- */

/**
 * Joins paths with a slash between each two: "a/b" of "a" and "b". An absolute one drops all that
 * stand before it; an empty last one leaves a slash at the end.
 *
 *     os_autofree char *path = os_path_join(home, ".config", "app");
 *
 * The macro of this name adds the NULL that ends the list.
 *
 * @param path  the first; further ones, then NULL
 * @return the text, to free(); NULL with errno ENOMEM
 * @python os.path.join(path, *paths)
 * @shell see os_path_joinv
 */
OS_API OS_MUST_FREE OS_SENTINEL OS_NONNULL(1) char *os_path_join(const char *path, ...);
#define os_path_join(...) os_path_join(__VA_ARGS__, (char *)NULL)

/**
 * Joins the paths of a list, as os_path_join() does its arguments.
 *
 * @param paths  the paths, then NULL; "" where there is none
 * @return the text, to free(); NULL with errno ENOMEM
 * @python os.path.join(path, *paths)
 * @shell os.path.join PATHS... -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_path_joinv(const char *const *paths);

/**
 * Removes from a path what does not matter: "a/b" of "a//./c/../b/". The disk isn't asked, so that
 * ".." behind a symbolic link may change what the path means.
 *
 * @param path  any path
 * @return the text, "." at the least, to free(); NULL with errno ENOMEM
 * @python os.path.normpath(path)
 * @shell os.path.normpath PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_path_normpath(const char *path);

/**
 * The path in the case that the system compares by: on POSIX the path as it is.
 *
 * @param path  any path
 * @return a copy, to free(); NULL with errno ENOMEM
 * @python os.path.normcase(path)
 * @shell os.path.normcase PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_path_normcase(const char *path);

/**
 * The path made absolute with the current directory, of any length, and normalized.
 *
 * @param path  any path
 * @return the text, to free(); NULL with errno set
 * @error ENOENT  the path is relative, and the current directory was removed
 * @python os.path.abspath(path)
 * @shell os.path.abspath PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_path_abspath(const char *path);

/**
 * The way to `path` from the directory `start`, by their texts alone: "../c" of "/a/c" from "/a/b".
 *
 * @param path  where to; not empty
 * @param start  where from, or NULL for the current directory
 * @return the text, "." at the least, to free(); NULL with errno set
 * @error EINVAL  `path` is empty
 * @error ENOENT  one of them is relative, and the current directory was removed
 * @python os.path.relpath(path, start=os.curdir)
 * @shell os.path.relpath PATH [START] -> str
 */
OS_API OS_MUST_FREE OS_NONNULL(1) char *os_path_relpath(const char *path, const char *start);

/**
 * The longest path that all of the paths begin with: "/usr" of "/usr/lib" and "/usr/bin".
 *
 * @param paths  at least one, all absolute or all relative, then NULL
 * @return the text, to free(); NULL with errno set
 * @error EINVAL  there is none, or absolute and relative ones are mixed
 * @python os.path.commonpath(paths)
 * @shell os.path.commonpath PATHS... -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_path_commonpath(const char *const *paths);

/**
 * The longest text that all of the texts begin with, byte by byte: "/usr/li" of "/usr/lib" and
 * "/usr/lint". It is not always a path: os_path_commonpath() gives one.
 *
 * @param paths  any texts, then NULL
 * @return the text, to free(); NULL with errno ENOMEM
 * @python os.path.commonprefix(list)
 * @shell os.path.commonprefix PATHS... -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_path_commonprefix(const char *const *paths);

/**
 * Puts the home directory in place of a leading "~" ($HOME, else that of the user database) or
 * "~user". Where there is none the path comes back as it was.
 *
 * @param path  any path
 * @return the text, to free(); NULL with errno ENOMEM
 * @python os.path.expanduser(path)
 * @shell os.path.expanduser PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_path_expanduser(const char *path);

/**
 * Puts the values of environment variables in place of "$NAME" and "${NAME}". Those that are not
 * set stay as they are; what was put in is not looked at again.
 *
 * @param path  any text
 * @return the text, to free(); NULL with errno ENOMEM
 * @python os.path.expandvars(path)
 * @shell os.path.expandvars PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_path_expandvars(const char *path);

/** What os_path_realpath() does where it can't follow a path: Python's `strict=`. */
enum os_path_strict {
    OS_PATH_LENIENT = 0,       /**< strict=False: what can't be looked at stays as it is */
    OS_PATH_STRICT = 1,        /**< strict=True: everything has to exist and be accessible */
    OS_PATH_ALLOW_MISSING = 2, /**< what is missing stays as it is, other errors count */
    OS_PATH_ALL_BUT_LAST = 3   /**< only the last component may be missing */
};

/**
 * The path that leads to the same file without a symbolic link in it, absolute and normalized.
 * Neither the path nor what it becomes is limited in length.
 *
 * @param path  any path; relative to the current directory
 * @param strict  what has to exist
 * @return the text, to free(); NULL with errno set, and in the record the component that failed
 * @error ENOENT  something that has to exist doesn't
 * @error ENOTDIR  not lenient: something that isn't a directory is used as one
 * @error ELOOP  not lenient: a symbolic link leads to itself
 * @error EINVAL  `strict` is none of the four
 * @python os.path.realpath(path, *, strict=False); ALLOW_MISSING since 3.14, ALL_BUT_LAST
 * since 3.15
 * @shell os.path.realpath PATH [--strict=0] -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_path_realpath(const char *path,
                                                        enum os_path_strict strict);

/* ---- Questions ----------------------------------------------------------------------------- */

/* Those with a bool answer never fail: what can't be looked at is not there. They leave errno and
 * the error record as they are. */

/**
 * Whether a path begins with a slash.
 *
 * @param path  any path
 * @return true if so
 * @python os.path.isabs(path)
 * @shell os.path.isabs PATH -> bool
 */
OS_API OS_PURE OS_NONNULL() bool os_path_isabs(const char *path);

/**
 * Whether a path leads to something; false for a symbolic link that leads nowhere.
 *
 * @param path  relative to the current directory
 * @return true if so; false where it can't be told
 * @python os.path.exists(path)
 * @shell os.path.exists PATH -> bool
 */
OS_API OS_NONNULL() bool os_path_exists(const char *path);

/**
 * Whether a descriptor is open: os.path.exists() of an integer.
 *
 * @param fd  any number
 * @return true if so
 * @python os.path.exists(fd)
 * @shell no: a descriptor ends with the command
 */
OS_API bool os_path_exists_fd(int fd);

/**
 * Whether there is something at a path, be it a symbolic link that leads nowhere.
 *
 * @param path  relative to the current directory
 * @return true if so; false where it can't be told
 * @python os.path.lexists(path)
 * @shell os.path.lexists PATH -> bool
 */
OS_API OS_NONNULL() bool os_path_lexists(const char *path);

/**
 * Whether a path leads to a regular file.
 *
 * @param path  relative to the current directory; symbolic links are followed
 * @return true if so; false where it can't be told
 * @python os.path.isfile(path)
 * @shell os.path.isfile PATH -> bool
 */
OS_API OS_NONNULL() bool os_path_isfile(const char *path);

/**
 * Whether a path leads to a directory.
 *
 * @param path  relative to the current directory; symbolic links are followed
 * @return true if so; false where it can't be told
 * @python os.path.isdir(path)
 * @shell os.path.isdir PATH -> bool
 */
OS_API OS_NONNULL() bool os_path_isdir(const char *path);

/**
 * Whether a path is a symbolic link.
 *
 * @param path  relative to the current directory
 * @return true if so; false where it can't be told
 * @python os.path.islink(path)
 * @shell os.path.islink PATH -> bool
 */
OS_API OS_NONNULL() bool os_path_islink(const char *path);

/**
 * Whether a path is a mount point. From Linux 5.8 on the kernel says so itself, bind mounts and
 * mounted files included; before that the devices and inodes of the path and its parent tell.
 *
 * @param path  relative to the current directory; a symbolic link is none
 * @return true if so; false where it can't be told
 * @python os.path.ismount(path)
 * @source statx(2), STATX_ATTR_MOUNT_ROOT
 * @shell os.path.ismount PATH -> bool
 */
OS_API OS_NONNULL() bool os_path_ismount(const char *path);

/**
 * Whether a path is a junction, which only Windows has.
 *
 * @param path  any path
 * @return false
 * @python os.path.isjunction(path), since 3.12
 * @shell os.path.isjunction PATH -> bool
 */
OS_API OS_NONNULL() bool os_path_isjunction(const char *path);

/**
 * Whether a path is on a Dev Drive, which only Windows has.
 *
 * @param path  any path
 * @return false
 * @python os.path.isdevdrive(path), since 3.13
 * @shell os.path.isdevdrive PATH -> bool
 */
OS_API OS_NONNULL() bool os_path_isdevdrive(const char *path);

/**
 * The size of a file.
 *
 * @param path  relative to the current directory; symbolic links are followed
 * @return bytes, or −1 with errno set
 * @python os.path.getsize(path)
 * @source stat(2)
 * @shell os.path.getsize PATH -> int
 */
OS_API OS_NONNULL() int64_t os_path_getsize(const char *path);

/**
 * When a file was last read.
 *
 * @param path  relative to the current directory; symbolic links are followed
 * @param ret_seconds  seconds since 1970
 * @return 0, or −1 with errno set
 * @python os.path.getatime(path)
 * @source stat(2)
 * @shell os.path.getatime PATH -> float
 */
OS_API OS_NONNULL() int os_path_getatime(const char *path, double *ret_seconds);

/**
 * When the content of a file last changed.
 *
 * @param path  relative to the current directory; symbolic links are followed
 * @param ret_seconds  seconds since 1970
 * @return 0, or −1 with errno set
 * @python os.path.getmtime(path)
 * @source stat(2)
 * @shell os.path.getmtime PATH -> float
 */
OS_API OS_NONNULL() int os_path_getmtime(const char *path, double *ret_seconds);

/**
 * When the inode of a file last changed.
 *
 * @param path  relative to the current directory; symbolic links are followed
 * @param ret_seconds  seconds since 1970
 * @return 0, or −1 with errno set
 * @python os.path.getctime(path)
 * @source stat(2)
 * @shell os.path.getctime PATH -> float
 */
OS_API OS_NONNULL() int os_path_getctime(const char *path, double *ret_seconds);

/**
 * Whether two paths lead to the same file.
 *
 * @param path1  relative to the current directory; symbolic links are followed
 * @param path2  likewise
 * @return 1 or 0, or −1 with errno set, and in the record the path that failed
 * @python os.path.samefile(path1, path2)
 * @source stat(2)
 * @shell os.path.samefile PATH1 PATH2 -> bool
 */
OS_API OS_NONNULL() int os_path_samefile(const char *path1, const char *path2);

/**
 * Whether two descriptors are of the same file.
 *
 * @param fd1  an open descriptor
 * @param fd2  likewise
 * @return 1 or 0, or −1 with errno set
 * @python os.path.sameopenfile(fp1, fp2)
 * @source fstat(2)
 * @shell no: a descriptor ends with the command
 */
OS_API int os_path_sameopenfile(int fd1, int fd2);

/**
 * Whether two results of os_stat() are of the same file.
 *
 * @param stat1  what os_stat(), os_lstat() or os_fstat() gave
 * @param stat2  likewise
 * @return true if so
 * @python os.path.samestat(stat1, stat2)
 * @shell no: os.path.samefile takes paths
 */
OS_API OS_PURE OS_NONNULL() bool os_path_samestat(const struct os_stat_result *stat1,
                                                  const struct os_stat_result *stat2);

/** os.path.supports_unicode_filenames: a name is any bytes here. */
#define OS_PATH_SUPPORTS_UNICODE_FILENAMES false

OS_END_DECLS

#endif
