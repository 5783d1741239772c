/* SPDX-License-Identifier: MIT */
/**
 * The functions of osier/path.h that look at the text alone, by their other name: Python has them
 * as os.path and as posixpath, which is there on Windows too. Each is the very function
 * of path.h.
 *
 * @since 0.1
 */
#ifndef OSIER_POSIXPATH_H
#define OSIER_POSIXPATH_H

#include <osier/types.h>

OS_BEGIN_DECLS

/**
 * What os_path_basename() does, by the name that Python has on every system.
 *
 * @param path  any path
 * @return the text, to free(); NULL with errno ENOMEM
 * @python posixpath.basename(path)
 * @shell posixpath.basename PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_posixpath_basename(const char *path);

/**
 * What os_path_basename_slice() does, by the name that Python has on every system.
 *
 * @param path  any path
 * @return where that part lies in `path`
 * @python posixpath.basename(path)
 * @shell see os_posixpath_basename
 */
OS_API OS_PURE OS_NONNULL() struct os_slice os_posixpath_basename_slice(const char *path);

/**
 * What os_path_dirname() does, by the name that Python has on every system.
 *
 * @param path  any path
 * @return the text, to free(); NULL with errno ENOMEM
 * @python posixpath.dirname(path)
 * @shell posixpath.dirname PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_posixpath_dirname(const char *path);

/**
 * What os_path_dirname_slice() does, by the name that Python has on every system.
 *
 * @param path  any path
 * @return where that part lies in `path`
 * @python posixpath.dirname(path)
 * @shell see os_posixpath_dirname
 */
OS_API OS_PURE OS_NONNULL() struct os_slice os_posixpath_dirname_slice(const char *path);

/**
 * What os_path_split() does, by the name that Python has on every system.
 *
 * @param path  any path
 * @return a list of two, head and tail, to free() at once; NULL with errno ENOMEM
 * @python posixpath.split(path)
 * @shell posixpath.split PATH -> list
 */
OS_API OS_MUST_CHECK OS_NONNULL() char **os_posixpath_split(const char *path);

/**
 * What os_path_split_slices() does, by the name that Python has on every system.
 *
 * @param path  any path
 * @param ret_head  what os_posixpath_dirname() gives; or NULL
 * @param ret_tail  what os_posixpath_basename() gives; or NULL
 * @return nothing
 * @python posixpath.split(path)
 * @shell see os_posixpath_split
 */
OS_API OS_NONNULL(1) void os_posixpath_split_slices(const char *path, struct os_slice *ret_head,
                                                    struct os_slice *ret_tail);

/**
 * What os_path_splitext() does, by the name that Python has on every system.
 *
 * @param path  any path
 * @return a list of two, root and extension, to free() at once; NULL with errno ENOMEM
 * @python posixpath.splitext(path)
 * @shell posixpath.splitext PATH -> list
 */
OS_API OS_MUST_CHECK OS_NONNULL() char **os_posixpath_splitext(const char *path);

/**
 * What os_path_splitext_slices() does, by the name that Python has on every system.
 *
 * @param path  any path
 * @param ret_root  the path without the extension; or NULL
 * @param ret_extension  the extension, empty where there is none; or NULL
 * @return nothing
 * @python posixpath.splitext(path)
 * @shell see os_posixpath_splitext
 */
OS_API OS_NONNULL(1) void os_posixpath_splitext_slices(const char *path, struct os_slice *ret_root,
                                                       struct os_slice *ret_extension);

/**
 * What os_path_splitdrive() does, by the name that Python has on every system.
 *
 * @param path  any path
 * @return a list of two, drive and rest, to free() at once; NULL with errno ENOMEM
 * @python posixpath.splitdrive(path)
 * @shell posixpath.splitdrive PATH -> list
 */
OS_API OS_MUST_CHECK OS_NONNULL() char **os_posixpath_splitdrive(const char *path);

/**
 * What os_path_splitdrive_slices() does, by the name that Python has on every system.
 *
 * @param path  any path
 * @param ret_drive  the empty start of the path; or NULL
 * @param ret_rest  the path; or NULL
 * @return nothing
 * @python posixpath.splitdrive(path)
 * @shell see os_posixpath_splitdrive
 */
OS_API OS_NONNULL(1) void os_posixpath_splitdrive_slices(const char *path,
                                                         struct os_slice *ret_drive,
                                                         struct os_slice *ret_rest);

/**
 * What os_path_splitroot() does, by the name that Python has on every system.
 *
 * @param path  any path
 * @return a list of three, to free() at once; NULL with errno ENOMEM
 * @python posixpath.splitroot(path), since 3.12
 * @shell posixpath.splitroot PATH -> list
 */
OS_API OS_MUST_CHECK OS_NONNULL() char **os_posixpath_splitroot(const char *path);

/**
 * What os_path_splitroot_slices() does, by the name that Python has on every system.
 *
 * @param path  any path
 * @param ret_drive  the empty start of the path; or NULL
 * @param ret_root  its one or two slashes, or nothing; or NULL
 * @param ret_tail  the rest; or NULL
 * @return nothing
 * @python posixpath.splitroot(path), since 3.12
 * @shell see os_posixpath_splitroot
 */
OS_API OS_NONNULL(1) void os_posixpath_splitroot_slices(const char *path,
                                                        struct os_slice *ret_drive,
                                                        struct os_slice *ret_root,
                                                        struct os_slice *ret_tail);

/**
 * What os_path_join() does, by the name that Python has on every system.
 *
 * @param path  the first; further ones, then NULL
 * @return the text, to free(); NULL with errno ENOMEM
 * @python posixpath.join(path, *paths)
 * @shell see os_posixpath_joinv
 */
OS_API OS_MUST_FREE OS_SENTINEL OS_NONNULL(1) char *os_posixpath_join(const char *path, ...);
#define os_posixpath_join(...) os_posixpath_join(__VA_ARGS__, (char *)NULL)

/**
 * What os_path_joinv() does, by the name that Python has on every system.
 *
 * @param paths  the paths, then NULL; "" where there is none
 * @return the text, to free(); NULL with errno ENOMEM
 * @python posixpath.join(path, *paths)
 * @shell posixpath.join PATHS... -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_posixpath_joinv(const char *const *paths);

/**
 * What os_path_normpath() does, by the name that Python has on every system.
 *
 * @param path  any path
 * @return the text, "." at the least, to free(); NULL with errno ENOMEM
 * @python posixpath.normpath(path)
 * @shell posixpath.normpath PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_posixpath_normpath(const char *path);

/**
 * What os_path_normcase() does, by the name that Python has on every system.
 *
 * @param path  any path
 * @return a copy, to free(); NULL with errno ENOMEM
 * @python posixpath.normcase(path)
 * @shell posixpath.normcase PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_posixpath_normcase(const char *path);

/**
 * What os_path_relpath() does, by the name that Python has on every system.
 *
 * @param path  where to; not empty
 * @param start  where from, or NULL for the current directory
 * @return the text, "." at the least, to free(); NULL with errno set
 * @error EINVAL  `path` is empty
 * @error ENOENT  one of them is relative, and the current directory was removed
 * @python posixpath.relpath(path, start=os.curdir)
 * @shell posixpath.relpath PATH [START] -> str
 */
OS_API OS_MUST_FREE OS_NONNULL(1) char *os_posixpath_relpath(const char *path, const char *start);

/**
 * What os_path_commonpath() does, by the name that Python has on every system.
 *
 * @param paths  at least one, all absolute or all relative, then NULL
 * @return the text, to free(); NULL with errno set
 * @error EINVAL  there is none, or absolute and relative ones are mixed
 * @python posixpath.commonpath(paths)
 * @shell posixpath.commonpath PATHS... -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_posixpath_commonpath(const char *const *paths);

/**
 * What os_path_commonprefix() does, by the name that Python has on every system.
 *
 * @param paths  any texts, then NULL
 * @return the text, to free(); NULL with errno ENOMEM
 * @python posixpath.commonprefix(list)
 * @shell posixpath.commonprefix PATHS... -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_posixpath_commonprefix(const char *const *paths);

/**
 * What os_path_expandvars() does, by the name that Python has on every system.
 *
 * @param path  any text
 * @return the text, to free(); NULL with errno ENOMEM
 * @python posixpath.expandvars(path)
 * @shell posixpath.expandvars PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_posixpath_expandvars(const char *path);

/**
 * What os_path_isabs() does, by the name that Python has on every system.
 *
 * @param path  any path
 * @return true if so
 * @python posixpath.isabs(path)
 * @shell posixpath.isabs PATH -> bool
 */
OS_API OS_PURE OS_NONNULL() bool os_posixpath_isabs(const char *path);

OS_END_DECLS

#endif
