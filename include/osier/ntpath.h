/* SPDX-License-Identifier: MIT */
/**
 * Paths of Windows as text, on any system: Python's ntpath.
 *
 * Both "\" and "/" part names, and "\" is written. A path may begin with a drive: "C:", a share
 * "\\server\share", or a device "\\.\name", "\\?\name" or "\\?\UNC\server\share". Case does not
 * count where drives and names are compared. None of these calls looks at a file; a path is bytes,
 * and what of it is not ASCII is read as UTF-8 where its case matters.
 *
 * Results are those of Python 3.13 and later given bytes, on a system other than Windows.
 *
 * @since 0.1
 */
#ifndef OSIER_NTPATH_H
#define OSIER_NTPATH_H

#include <osier/types.h>

OS_BEGIN_DECLS

/* ---- Taking paths apart -------------------------------------------------------------------- */

/**
 * The part of a Windows path after its last separator: "b" of "C:\a\b", "" of "C:\".
 *
 * @param path  any path
 * @return the text, to free(); NULL with errno ENOMEM
 * @python ntpath.basename(path)
 * @shell ntpath.basename PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_ntpath_basename(const char *path);

/**
 * The part of a Windows path after its last separator, as os_ntpath_basename() tells it, without a
 * copy.
 *
 * @param path  any path
 * @return where that part lies in `path`
 * @python ntpath.basename(path)
 * @shell see os_ntpath_basename
 */
OS_API OS_PURE OS_NONNULL() struct os_slice os_ntpath_basename_slice(const char *path);

/**
 * The part of a Windows path before its last separator: "C:\a" of "C:\a\b", "C:\" of "C:\a".
 *
 * @param path  any path
 * @return the text, to free(); NULL with errno ENOMEM
 * @python ntpath.dirname(path)
 * @shell ntpath.dirname PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_ntpath_dirname(const char *path);

/**
 * The part of a Windows path before its last separator, as os_ntpath_dirname() tells it, without
 * a copy.
 *
 * @param path  any path
 * @return where that part lies in `path`
 * @python ntpath.dirname(path)
 * @shell see os_ntpath_dirname
 */
OS_API OS_PURE OS_NONNULL() struct os_slice os_ntpath_dirname_slice(const char *path);

/**
 * The parts of a Windows path before and after its last separator: "C:\a" and "b" of "C:\a\b".
 *
 * @param path  any path
 * @return a list of two, head and tail, to free() at once; NULL with errno ENOMEM
 * @python ntpath.split(path)
 * @shell ntpath.split PATH -> list
 */
OS_API OS_MUST_CHECK OS_NONNULL() char **os_ntpath_split(const char *path);

/**
 * The parts of a Windows path before and after its last separator, as os_ntpath_split() tells
 * them, without a copy.
 *
 * @param path  any path
 * @param ret_head  what os_ntpath_dirname() gives; or NULL
 * @param ret_tail  what os_ntpath_basename() gives; or NULL
 * @return nothing
 * @python ntpath.split(path)
 * @shell see os_ntpath_split
 */
OS_API OS_NONNULL(1) void os_ntpath_split_slices(const char *path, struct os_slice *ret_head,
                                                 struct os_slice *ret_tail);

/**
 * A Windows path without its extension, and the extension with its dot: "a.tar" and ".gz".
 * Leading dots of a name start none: ".bashrc" has no extension.
 *
 * @param path  any path
 * @return a list of two, root and extension, to free() at once; NULL with errno ENOMEM
 * @python ntpath.splitext(path)
 * @shell ntpath.splitext PATH -> list
 */
OS_API OS_MUST_CHECK OS_NONNULL() char **os_ntpath_splitext(const char *path);

/**
 * A Windows path without its extension, and the extension, as os_ntpath_splitext() tells them,
 * without a copy.
 *
 * @param path  any path
 * @param ret_root  the path without the extension; or NULL
 * @param ret_extension  the extension, empty where there is none; or NULL
 * @return nothing
 * @python ntpath.splitext(path)
 * @shell see os_ntpath_splitext
 */
OS_API OS_NONNULL(1) void os_ntpath_splitext_slices(const char *path, struct os_slice *ret_root,
                                                    struct os_slice *ret_extension);

/**
 * The drive, share or device of a Windows path, and the rest: "C:" and "\a" of "C:\a",
 * "\\server\share" and "\a" of "\\server\share\a".
 *
 * @param path  any path
 * @return a list of two, drive and rest, to free() at once; NULL with errno ENOMEM
 * @python ntpath.splitdrive(path)
 * @shell ntpath.splitdrive PATH -> list
 */
OS_API OS_MUST_CHECK OS_NONNULL() char **os_ntpath_splitdrive(const char *path);

/**
 * The drive of a Windows path and the rest, as os_ntpath_splitdrive() tells them, without a copy.
 *
 * @param path  any path
 * @param ret_drive  the drive, share or device, empty where there is none; or NULL
 * @param ret_rest  the rest; or NULL
 * @return nothing
 * @python ntpath.splitdrive(path)
 * @shell see os_ntpath_splitdrive
 */
OS_API OS_NONNULL(1) void os_ntpath_splitdrive_slices(const char *path, struct os_slice *ret_drive,
                                                      struct os_slice *ret_rest);

/**
 * The drive of a Windows path, its root (one separator or nothing) and what follows: "C:", "\" and
 * "a" of "C:\a"; "C:", "" and "a" of "C:a", which is relative to the current directory of C:.
 *
 * @param path  any path
 * @return a list of three, to free() at once; NULL with errno ENOMEM
 * @python ntpath.splitroot(path), since 3.12
 * @shell ntpath.splitroot PATH -> list
 */
OS_API OS_MUST_CHECK OS_NONNULL() char **os_ntpath_splitroot(const char *path);

/**
 * The drive of a Windows path, its root and the rest, as os_ntpath_splitroot() tells them, without
 * a copy.
 *
 * @param path  any path
 * @param ret_drive  the drive, share or device, empty where there is none; or NULL
 * @param ret_root  one separator, or nothing; or NULL
 * @param ret_tail  the rest; or NULL
 * @return nothing
 * @python ntpath.splitroot(path), since 3.12
 * @shell see os_ntpath_splitroot
 */
OS_API OS_NONNULL(1) void os_ntpath_splitroot_slices(const char *path, struct os_slice *ret_drive,
                                                     struct os_slice *ret_root,
                                                     struct os_slice *ret_tail);

/* ---- Putting paths together ---------------------------------------------------------------- */

/**
 * Joins Windows paths with "\" between each two: "C:\a\b" of "C:\a" and "b". One with a root drops
 * the names that stand before it, one with another drive all that stands before it.
 *
 *     os_autofree char *path = os_ntpath_join("C:\\Users", name, "app.ini");
 *
 * The macro of this name adds the NULL that ends the list.
 *
 * @param path  the first; further ones, then NULL
 * @return the text, to free(); NULL with errno ENOMEM
 * @python ntpath.join(path, *paths)
 * @shell see os_ntpath_joinv
 */
OS_API OS_MUST_FREE OS_SENTINEL OS_NONNULL(1) char *os_ntpath_join(const char *path, ...);
#define os_ntpath_join(...) os_ntpath_join(__VA_ARGS__, (char *)NULL)

/**
 * Joins the Windows paths of a list, as os_ntpath_join() does its arguments.
 *
 * @param paths  the paths, then NULL; "" where there is none
 * @return the text, to free(); NULL with errno ENOMEM
 * @python ntpath.join(path, *paths)
 * @shell ntpath.join PATHS... -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_ntpath_joinv(const char *const *paths);

/**
 * Removes from a Windows path what does not matter, and writes its separators as "\": "C:\a\b" of
 * "C:/a/.//c/../b/". A ".." stays where no name stands before it, but not behind a root.
 *
 * @param path  any path
 * @return the text, "." at the least, to free(); NULL with errno ENOMEM
 * @python ntpath.normpath(path)
 * @shell ntpath.normpath PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_ntpath_normpath(const char *path);

/**
 * A Windows path in lower case, with "\" for each "/". Letters are those of Unicode 17, and "Σ"
 * becomes "ς" at the end of a word; bytes that are no UTF-8 stay.
 *
 * @param path  any path
 * @return the text, to free(); NULL with errno ENOMEM
 * @python ntpath.normcase(path)
 * @source UnicodeData.txt
 * @shell ntpath.normcase PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_ntpath_normcase(const char *path);

/**
 * The way to a Windows path from the directory `start`, by their texts alone: "..\c" of "C:\a\c"
 * from "C:\a\b". Names are compared in lower case. A path that isn't absolute is taken behind the
 * current directory of the process, read as a path of Windows.
 *
 * @param path  where to; not empty
 * @param start  where from
 * @return the text, "." at the least, to free(); NULL with errno set
 * @error EINVAL  `path` is empty, or the two are on different drives
 * @error ENOENT  one of them is relative, and the current directory was removed
 * @python ntpath.relpath(path, start)
 * @shell ntpath.relpath PATH START -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_ntpath_relpath(const char *path, const char *start);

/**
 * The longest path that all of the Windows paths begin with: "C:\a" of "C:\a\b" and "c:/A/c". The
 * case of ASCII letters does not count; what is written is as the first path has it.
 *
 * @param paths  at least one, with the same drive, all or none with a root; then NULL
 * @return the text, to free(); NULL with errno set
 * @error EINVAL  there is none, their drives differ, or some have a root and some not
 * @python ntpath.commonpath(paths)
 * @shell ntpath.commonpath PATHS... -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_ntpath_commonpath(const char *const *paths);

/**
 * The longest text that all of the texts begin with, byte by byte, as os_path_commonprefix() tells
 * it.
 *
 * @param paths  any texts, then NULL
 * @return the text, to free(); NULL with errno ENOMEM
 * @python ntpath.commonprefix(list)
 * @shell ntpath.commonprefix PATHS... -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_ntpath_commonprefix(const char *const *paths);

/**
 * Puts the values of environment variables in place of "%NAME%", "$NAME" and "${NAME}", and one "%"
 * or "$" in place of two. What stands in single quotes stays, and so do variables that are not
 * set; what was put in is not looked at again.
 *
 * @param path  any text
 * @return the text, to free(); NULL with errno ENOMEM
 * @python ntpath.expandvars(path)
 * @shell ntpath.expandvars PATH -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_ntpath_expandvars(const char *path);

/* ---- Questions ----------------------------------------------------------------------------- */

/**
 * Whether a Windows path begins with a drive and a root, or with two separators. "\a" and "C:a" do
 * not: what they mean depends on the current drive or directory.
 *
 * @param path  any path
 * @return true if so
 * @python ntpath.isabs(path)
 * @shell ntpath.isabs PATH -> bool
 */
OS_API OS_PURE OS_NONNULL() bool os_ntpath_isabs(const char *path);

/**
 * Whether a name in a path is one that Windows keeps for itself or does not allow: "NUL",
 * "com1.txt", a name that ends in a dot or a space, or one with a control character or one of
 * "*:<>?| in it.
 *
 * @param path  any path
 * @return true if so
 * @python ntpath.isreserved(path), since 3.13
 * @source Naming Files, Paths, and Namespaces (Microsoft)
 * @shell ntpath.isreserved PATH -> bool
 */
OS_API OS_PURE OS_NONNULL() bool os_ntpath_isreserved(const char *path);

OS_END_DECLS

#endif
