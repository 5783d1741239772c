/* SPDX-License-Identifier: MIT */
/**
 * Files and directories: the current directory, making, renaming, linking and removing, and what
 * stat tells.
 *
 * Where Python takes `dir_fd=`, a function here has an `…at` form: a relative path starts at that
 * directory, OS_CWD being the current one. A call that takes two paths names both in the error
 * record.
 *
 * @since 0.1
 */
#ifndef OSIER_FILES_H
#define OSIER_FILES_H

#include <osier/stat.h>
#include <osier/types.h>

OS_BEGIN_DECLS

/**
 * The absolute path of the current directory, however long it is.
 *
 * @return the path, to free(); NULL with errno set
 * @error ENOENT  the directory was removed, or can't be reached from the root
 * @python os.getcwd(), os.getcwdb()
 * @source getcwd(3)
 * @shell os.getcwd -> str
 */
OS_API OS_MUST_FREE char *os_getcwd(void);

/**
 * Changes the current directory of the whole process.
 *
 * @param path  the directory to go to
 * @return 0, or −1 with errno set
 * @error ENOTDIR  something else stands there
 * @python os.chdir(path)
 * @source chdir(2)
 * @shell no: the directory changes for the command alone, and ends with it
 */
OS_API OS_NONNULL() int os_chdir(const char *path);

/**
 * Changes the current directory to the one that a descriptor is open on.
 *
 * @param fd  the descriptor of a directory
 * @return 0, or −1 with errno set
 * @python os.fchdir(fd), os.chdir(fd)
 * @source fchdir(2)
 * @shell no: the directory changes for the command alone, and ends with it
 */
OS_API int os_fchdir(int fd);

/**
 * Creates the directory `path`.
 *
 * @param path  where; its parent has to exist
 * @param mode  the permission bits before the umask; 0777 in Python
 * @return 0, or −1 with errno set
 * @error EEXIST  something stands there already
 * @error ENOENT  the parent does not exist
 * @python os.mkdir(path, mode=0o777)
 * @source mkdir(2)
 * @shell see os_mkdirat
 */
OS_API OS_NONNULL() int os_mkdir(const char *path, mode_t mode);

/**
 * Creates the directory `path`, relative to a directory.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  where; its parent has to exist
 * @param mode  the permission bits before the umask; 0777 in Python
 * @return 0, or −1 with errno set
 * @error EEXIST  something stands there already
 * @error ENOENT  the parent does not exist
 * @python os.mkdir(path, mode=0o777, *, dir_fd=None)
 * @source mkdirat(2)
 * @shell os.mkdir PATH [--mode=0777] [--dir-fd=OS_CWD] -> none
 */
OS_API OS_NONNULL() int os_mkdirat(int dir_fd, const char *path, mode_t mode);

/**
 * Creates the directory `path` and every directory that is missing on the way to it.
 *
 * The path may be of any length, beyond PATH_MAX too, and other processes may create and remove the
 * same directories meanwhile. On failure the record names the component that could not be made;
 * those before it stay.
 *
 * @param path  where
 * @param mode  the permission bits of the last directory before the umask; 0777 in Python. The
 *              others get 0777, as in Python since 3.7
 * @param flags  OS_EXIST_OK: a directory that is there already is fine
 * @return 0, or −1 with errno set
 * @error EEXIST  something stands there already; with OS_EXIST_OK: and it is no directory
 * @error ENOTDIR  a component on the way is no directory
 * @python os.makedirs(name, mode=0o777, exist_ok=False)
 * @shell see os_makedirsat
 */
OS_API OS_NONNULL() int os_makedirs(const char *path, mode_t mode, int flags);

/**
 * Creates a directory and those that are missing on the way to it, with a mode for these.
 *
 * @param path  where
 * @param mode  the permission bits of the last directory before the umask
 * @param parent_mode  those of the directories made on the way
 * @param flags  OS_EXIST_OK
 * @return 0, or −1 with errno set
 * @python os.makedirs(name, mode=0o777, exist_ok=False, *, parent_mode=None), since 3.15
 * @shell see os_makedirsat
 */
OS_API OS_NONNULL() int os_makedirs_parents(const char *path, mode_t mode, mode_t parent_mode,
                                            int flags);

/**
 * Creates a directory and those that are missing on the way to it, relative to a directory.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  where
 * @param mode  the permission bits of the last directory before the umask
 * @param parent_mode  those of the directories made on the way
 * @param flags  OS_EXIST_OK
 * @return 0, or −1 with errno set
 * @python os.makedirs(name, mode=0o777, exist_ok=False, *, parent_mode=None), since 3.15
 * @shell os.makedirs PATH [--mode=0777] [--parent-mode=0777] [--exist-ok] [--dir-fd=OS_CWD] -> none
 */
OS_API OS_NONNULL() int os_makedirsat(int dir_fd, const char *path, mode_t mode, mode_t parent_mode,
                                      int flags);

/**
 * Removes the empty directory `path`.
 *
 * @param path  the directory
 * @return 0, or −1 with errno set
 * @error ENOTEMPTY  it has entries
 * @python os.rmdir(path)
 * @source rmdir(2)
 * @shell see os_rmdirat
 */
OS_API OS_NONNULL() int os_rmdir(const char *path);

/**
 * Removes the empty directory `path`, relative to a directory.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  the directory
 * @return 0, or −1 with errno set
 * @error ENOTEMPTY  it has entries
 * @python os.rmdir(path, *, dir_fd=None)
 * @source unlinkat(2)
 * @shell os.rmdir PATH [--dir-fd=OS_CWD] -> none
 */
OS_API OS_NONNULL() int os_rmdirat(int dir_fd, const char *path);

/**
 * Removes the empty directory `path`, then each directory of the path above it that is empty.
 *
 * It ends at the first one that can't be removed, which is no error. The path may be of any length.
 *
 * @param path  the directory to begin with
 * @return 0, or −1 with errno set when the first can't be removed
 * @python os.removedirs(name)
 * @shell os.removedirs PATH -> none
 */
OS_API OS_NONNULL() int os_removedirs(const char *path);

/**
 * Removes the file or the link `path`, no directory.
 *
 * @param path  the file
 * @return 0, or −1 with errno set
 * @error EISDIR  it is a directory
 * @python os.remove(path)
 * @source unlink(2)
 * @shell see os_removeat
 */
OS_API OS_NONNULL() int os_remove(const char *path);

/**
 * Removes the file or the link `path`, no directory, relative to a directory.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  the file
 * @return 0, or −1 with errno set
 * @error EISDIR  it is a directory
 * @python os.remove(path, *, dir_fd=None)
 * @source unlinkat(2)
 * @shell os.remove PATH [--dir-fd=OS_CWD] -> none
 */
OS_API OS_NONNULL() int os_removeat(int dir_fd, const char *path);

/**
 * Removes the file or the link `path`: os_remove() under its Unix name.
 *
 * @param path  the file
 * @return 0, or −1 with errno set
 * @error EISDIR  it is a directory
 * @python os.unlink(path)
 * @source unlink(2)
 * @shell see os_unlinkat
 */
OS_API OS_NONNULL() int os_unlink(const char *path);

/**
 * Removes the file or the link `path`, relative to a directory: os_removeat() under its Unix name.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  the file
 * @return 0, or −1 with errno set
 * @error EISDIR  it is a directory
 * @python os.unlink(path, *, dir_fd=None)
 * @source unlinkat(2)
 * @shell os.unlink PATH [--dir-fd=OS_CWD] -> none
 */
OS_API OS_NONNULL() int os_unlinkat(int dir_fd, const char *path);

/**
 * Renames `src` to `dst`, in one step that nobody sees half done; a file that is there is replaced.
 *
 * @param src  the old name
 * @param dst  the new name, on the same file system
 * @return 0, or −1 with errno set
 * @error EXDEV  the names are on different file systems
 * @python os.rename(src, dst)
 * @source rename(2)
 * @shell see os_renameat
 */
OS_API OS_NONNULL() int os_rename(const char *src, const char *dst);

/**
 * Renames `src` to `dst`, each relative to a directory.
 *
 * @param src_dir_fd  where a relative `src` starts; OS_CWD for the current directory
 * @param src  the old name
 * @param dst_dir_fd  where a relative `dst` starts
 * @param dst  the new name, on the same file system
 * @return 0, or −1 with errno set
 * @error EXDEV  the names are on different file systems
 * @python os.rename(src, dst, *, src_dir_fd=None, dst_dir_fd=None)
 * @source renameat(2)
 * @shell os.rename SRC DST [--src-dir-fd=OS_CWD] [--dst-dir-fd=OS_CWD] -> none
 */
OS_API OS_NONNULL() int os_renameat(int src_dir_fd, const char *src, int dst_dir_fd,
                                    const char *dst);

/**
 * Renames `src` to `dst`, replacing what is there: os_rename(), which on POSIX does so too.
 *
 * @param src  the old name
 * @param dst  the new name, on the same file system
 * @return 0, or −1 with errno set
 * @error EXDEV  the names are on different file systems
 * @python os.replace(src, dst)
 * @source rename(2)
 * @shell see os_replaceat
 */
OS_API OS_NONNULL() int os_replace(const char *src, const char *dst);

/**
 * Renames `src` to `dst`, replacing what is there, each relative to a directory.
 *
 * @param src_dir_fd  where a relative `src` starts; OS_CWD for the current directory
 * @param src  the old name
 * @param dst_dir_fd  where a relative `dst` starts
 * @param dst  the new name, on the same file system
 * @return 0, or −1 with errno set
 * @error EXDEV  the names are on different file systems
 * @python os.replace(src, dst, *, src_dir_fd=None, dst_dir_fd=None)
 * @source renameat(2)
 * @shell os.replace SRC DST [--src-dir-fd=OS_CWD] [--dst-dir-fd=OS_CWD] -> none
 */
OS_API OS_NONNULL() int os_replaceat(int src_dir_fd, const char *src, int dst_dir_fd,
                                     const char *dst);

/**
 * Renames `src` to `dst`, making the directories that `dst` lacks and removing those that `src`
 * leaves empty.
 *
 * @param src  the old name
 * @param dst  the new name, on the same file system
 * @return 0, or −1 with errno set; directories made for `dst` stay
 * @python os.renames(old, new)
 * @shell os.renames SRC DST -> none
 */
OS_API OS_NONNULL() int os_renames(const char *src, const char *dst);

/**
 * Makes `dst` a further name of the file `src`: a hard link.
 *
 * @param src  the file; where it is a symbolic link, the file that it names (as in Python from 3.14
 *             on; before, Python linked the link)
 * @param dst  the new name
 * @param flags  OS_NOFOLLOW: a symbolic link at `src` itself gets the new name
 * @return 0, or −1 with errno set
 * @python os.link(src, dst, *, follow_symlinks=True)
 * @source linkat(2)
 * @shell see os_linkat
 */
OS_API OS_NONNULL() int os_link(const char *src, const char *dst, int flags);

/**
 * Makes `dst` a further name of the file `src`, each relative to a directory.
 *
 * @param src_dir_fd  where a relative `src` starts; OS_CWD for the current directory
 * @param src  the file; where it is a symbolic link, the file that it names
 * @param dst_dir_fd  where a relative `dst` starts
 * @param dst  the new name
 * @param flags  OS_NOFOLLOW: a symbolic link at `src` itself gets the new name
 * @return 0, or −1 with errno set
 * @python os.link(src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=True)
 * @source linkat(2)
 * @shell os.link SRC DST [--src-dir-fd=OS_CWD] [--dst-dir-fd=OS_CWD] [--nofollow] -> none
 */
OS_API OS_NONNULL() int os_linkat(int src_dir_fd, const char *src, int dst_dir_fd, const char *dst,
                                  int flags);

/**
 * Makes a symbolic link `dst` that holds the text `src`.
 *
 * @param src  what the link leads to; a relative one starts where the link stands
 * @param dst  the link
 * @param flags  OS_IS_DIRECTORY is taken and changes nothing, as in Python on POSIX
 * @return 0, or −1 with errno set
 * @python os.symlink(src, dst, target_is_directory=False)
 * @source symlink(2)
 * @shell see os_symlinkat
 */
OS_API OS_NONNULL() int os_symlink(const char *src, const char *dst, int flags);

/**
 * Makes a symbolic link `dst` that holds the text `src`, relative to a directory.
 *
 * @param src  what the link leads to; a relative one starts where the link stands
 * @param dir_fd  where a relative `dst` starts; OS_CWD for the current directory
 * @param dst  the link
 * @param flags  OS_IS_DIRECTORY is taken and changes nothing, as in Python on POSIX
 * @return 0, or −1 with errno set
 * @python os.symlink(src, dst, target_is_directory=False, *, dir_fd=None)
 * @source symlinkat(2)
 * @shell os.symlink SRC DST [--is-directory] [--dir-fd=OS_CWD] -> none
 */
OS_API OS_NONNULL() int os_symlinkat(const char *src, int dir_fd, const char *dst, int flags);

/**
 * What the symbolic link `path` holds, however long it is.
 *
 * @param path  the link
 * @return the text, to free(); NULL with errno set
 * @error EINVAL  it is no symbolic link
 * @python os.readlink(path)
 * @source readlink(2)
 * @shell see os_readlinkat
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_readlink(const char *path);

/**
 * What the symbolic link `path` holds, relative to a directory.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  the link
 * @return the text, to free(); NULL with errno set
 * @error EINVAL  it is no symbolic link
 * @python os.readlink(path, *, dir_fd=None)
 * @source readlinkat(2)
 * @shell os.readlink PATH [--dir-fd=OS_CWD] -> str
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_readlinkat(int dir_fd, const char *path);

/**
 * What is at `path`.
 *
 * @param path  the file
 * @param ret_stat  filled on success
 * @param flags  OS_NOFOLLOW: a symbolic link itself, not what it names
 * @return 0, or −1 with errno set
 * @python os.stat(path, *, follow_symlinks=True)
 * @source stat(2)
 * @shell see os_statat
 */
OS_API OS_NONNULL() int os_stat(const char *path, struct os_stat_result *ret_stat, int flags);

/**
 * What is at `path`, relative to a directory; the parameters are in the order of fstatat(2).
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  the file
 * @param ret_stat  filled on success
 * @param flags  OS_NOFOLLOW: a symbolic link itself, not what it names
 * @return 0, or −1 with errno set
 * @python os.stat(path, *, dir_fd=None, follow_symlinks=True)
 * @source fstatat(2)
 * @shell os.stat PATH [--dir-fd=OS_CWD] [--nofollow] -> stat
 */
OS_API OS_NONNULL() int os_statat(int dir_fd, const char *path, struct os_stat_result *ret_stat,
                                  int flags);

/**
 * What is at `path`; a symbolic link itself, not what it names.
 *
 * @param path  the file
 * @param ret_stat  filled on success
 * @return 0, or −1 with errno set
 * @python os.lstat(path)
 * @source lstat(2)
 * @shell see os_lstatat
 */
OS_API OS_NONNULL() int os_lstat(const char *path, struct os_stat_result *ret_stat);

/**
 * What is at `path`, relative to a directory; a symbolic link itself, not what it names.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  the file
 * @param ret_stat  filled on success
 * @return 0, or −1 with errno set
 * @python os.lstat(path, *, dir_fd=None)
 * @source fstatat(2)
 * @shell os.lstat PATH [--dir-fd=OS_CWD] -> stat
 */
OS_API OS_NONNULL() int os_lstatat(int dir_fd, const char *path, struct os_stat_result *ret_stat);

/**
 * What a descriptor is open on.
 *
 * @param fd  the descriptor
 * @param ret_stat  filled on success
 * @return 0, or −1 with errno set
 * @python os.fstat(fd), os.stat(fd)
 * @source fstat(2)
 * @shell os.fstat FD -> stat
 */
OS_API OS_NONNULL() int os_fstat(int fd, struct os_stat_result *ret_stat);

/**
 * Whether the user may use `path` in the ways `mode` asks for.
 *
 * Between the answer and its use anything may change: to open a file, open it.
 *
 * @param path  the file
 * @param mode  F_OK (it is there), or of R_OK, W_OK and X_OK those wanted
 * @param flags  OS_EFFECTIVE_IDS: for the effective user and group, not the real ones; OS_NOFOLLOW:
 *               a symbolic link itself
 * @return 0 for yes, or −1 with errno telling why not
 * @error EACCES  it is forbidden
 * @python os.access(path, mode, *, effective_ids=False, follow_symlinks=True)
 * @source access(2)
 * @shell see os_accessat
 */
OS_API OS_NONNULL() int os_access(const char *path, int mode, int flags);

/**
 * Whether the user may use `path` in the ways `mode` asks for, relative to a directory.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  the file
 * @param mode  F_OK (it is there), or of R_OK, W_OK and X_OK those wanted
 * @param flags  OS_EFFECTIVE_IDS, OS_NOFOLLOW
 * @return 0 for yes, or −1 with errno telling why not
 * @error EACCES  it is forbidden
 * @python os.access(path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True)
 * @source faccessat(2)
 * @shell os.access PATH MODE [--dir-fd=OS_CWD] [--effective-ids] [--nofollow] -> ok
 */
OS_API OS_NONNULL() int os_accessat(int dir_fd, const char *path, int mode, int flags);

/**
 * Sets the permission bits of `path`.
 *
 * @param path  the file
 * @param mode  the bits; the umask plays no part
 * @param flags  OS_NOFOLLOW: not what a symbolic link names; a link itself has no bits to set
 * @return 0, or −1 with errno set
 * @error EOPNOTSUPP  with OS_NOFOLLOW: it is a symbolic link
 * @python os.chmod(path, mode, *, follow_symlinks=True)
 * @source chmod(2)
 * @shell see os_chmodat
 */
OS_API OS_NONNULL() int os_chmod(const char *path, mode_t mode, int flags);

/**
 * Sets the permission bits of `path`, relative to a directory.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  the file
 * @param mode  the bits; the umask plays no part
 * @param flags  OS_NOFOLLOW: not what a symbolic link names
 * @return 0, or −1 with errno set
 * @error EOPNOTSUPP  with OS_NOFOLLOW: it is a symbolic link
 * @python os.chmod(path, mode, *, dir_fd=None, follow_symlinks=True)
 * @source fchmodat2(2)
 * @shell os.chmod PATH MODE [--dir-fd=OS_CWD] [--nofollow] -> none
 */
OS_API OS_NONNULL() int os_chmodat(int dir_fd, const char *path, mode_t mode, int flags);

/**
 * Sets the permission bits of what a descriptor is open on.
 *
 * @param fd  the descriptor
 * @param mode  the bits; the umask plays no part
 * @return 0, or −1 with errno set
 * @python os.fchmod(fd, mode), os.chmod(fd, mode)
 * @source fchmod(2)
 * @shell os.fchmod FD MODE -> none
 */
OS_API int os_fchmod(int fd, mode_t mode);

/**
 * Renames `src` to `dst` unless something is there: nothing is ever replaced.
 *
 * @param src  the old name
 * @param dst  the new name, on the same file system
 * @return 0, or −1 with errno set
 * @error EEXIST  `dst` is there
 * @error EINVAL  the file system can't do it in one step
 * @source renameat2(2)
 * @shell os.rename_noreplace SRC DST -> none
 */
OS_API OS_NONNULL() int os_rename_noreplace(const char *src, const char *dst);

/**
 * Exchanges what `src` and `dst` name, in one step that nobody sees half done.
 *
 * @param src  the one name
 * @param dst  the other name, on the same file system; the two may be of different types
 * @return 0, or −1 with errno set
 * @error EINVAL  the file system can't do it in one step
 * @source renameat2(2)
 * @shell os.rename_exchange SRC DST -> none
 */
OS_API OS_NONNULL() int os_rename_exchange(const char *src, const char *dst);

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE (1 << 0)
#define RENAME_EXCHANGE  (1 << 1)
#define RENAME_WHITEOUT  (1 << 2)
#endif

/**
 * Renames `src` to `dst` as the kernel's own flags say, each relative to a directory.
 *
 * @param src_dir_fd  where a relative `src` starts; OS_CWD for the current directory
 * @param src  the old name
 * @param dst_dir_fd  where a relative `dst` starts
 * @param dst  the new name, on the same file system
 * @param rename_flags  RENAME_NOREPLACE, RENAME_EXCHANGE, RENAME_WHITEOUT, or 0
 * @return 0, or −1 with errno set
 * @error EINVAL  the file system can't do it, or the flags contradict each other
 * @source renameat2(2)
 * @shell os.renameat2 SRC DST [--rename-flags=0] [--src-dir-fd=OS_CWD] [--dst-dir-fd=OS_CWD] ->
 * none
 */
OS_API OS_NONNULL() int os_renameat2(int src_dir_fd, const char *src, int dst_dir_fd,
                                     const char *dst, unsigned rename_flags);

/**
 * Makes a FIFO, a pipe with a name.
 *
 * @param path  where
 * @param mode  the permission bits before the umask; 0666 in Python
 * @return 0, or −1 with errno set
 * @error EEXIST  something stands there already
 * @python os.mkfifo(path, mode=0o666)
 * @source mkfifo(3)
 * @shell see os_mkfifoat
 */
OS_API OS_NONNULL() int os_mkfifo(const char *path, mode_t mode);

/**
 * Makes a FIFO, relative to a directory.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  where
 * @param mode  the permission bits before the umask; 0666 in Python
 * @return 0, or −1 with errno set
 * @error EEXIST  something stands there already
 * @python os.mkfifo(path, mode=0o666, *, dir_fd=None)
 * @source mkfifoat(3)
 * @shell os.mkfifo PATH [--mode=0666] [--dir-fd=OS_CWD] -> none
 */
OS_API OS_NONNULL() int os_mkfifoat(int dir_fd, const char *path, mode_t mode);

/**
 * Makes a file, a FIFO, a socket or a device.
 *
 * @param path  where
 * @param mode  the permission bits before the umask, 0600 in Python, and the type: S_IFREG (also
 *              when none is given), S_IFCHR, S_IFBLK, S_IFIFO or S_IFSOCK
 * @param device  for a device its number, from os_makedev()
 * @return 0, or −1 with errno set
 * @error EPERM  devices are for the superuser
 * @python os.mknod(path, mode=0o600, device=0)
 * @source mknod(2)
 * @shell see os_mknodat
 */
OS_API OS_NONNULL() int os_mknod(const char *path, mode_t mode, uint64_t device);

/**
 * Makes a file, a FIFO, a socket or a device, relative to a directory.
 *
 * @param dir_fd  where a relative path starts; OS_CWD for the current directory
 * @param path  where
 * @param mode  the permission bits before the umask and the type, as in os_mknod()
 * @param device  for a device its number, from os_makedev()
 * @return 0, or −1 with errno set
 * @error EPERM  devices are for the superuser
 * @python os.mknod(path, mode=0o600, device=0, *, dir_fd=None)
 * @source mknodat(2)
 * @shell os.mknod PATH [--mode=0600] [--device=0] [--dir-fd=OS_CWD] -> none
 */
OS_API OS_NONNULL() int os_mknodat(int dir_fd, const char *path, mode_t mode, uint64_t device);

/**
 * The major number of a device: which driver.
 *
 * @param device  a device number, from st_dev or st_rdev
 * @return its major number
 * @python os.major(device, /)
 * @source major(3)
 * @shell os.major DEVICE -> int
 */
OS_API uint32_t os_major(uint64_t device);

/**
 * The minor number of a device: which one of its driver's.
 *
 * @param device  a device number, from st_dev or st_rdev
 * @return its minor number
 * @python os.minor(device, /)
 * @source minor(3)
 * @shell os.minor DEVICE -> int
 */
OS_API uint32_t os_minor(uint64_t device);

/**
 * The device number of two parts.
 *
 * @param major_number  which driver
 * @param minor_number  which one of its devices
 * @return the number
 * @python os.makedev(major, minor, /)
 * @source makedev(3)
 * @shell os.makedev MAJOR_NUMBER MINOR_NUMBER -> int
 */
OS_API uint64_t os_makedev(uint32_t major_number, uint32_t minor_number);

/**
 * Makes `path` the root directory of the process; the current directory stays.
 *
 * @param path  the directory
 * @return 0, or −1 with errno set
 * @error EPERM  it is for the superuser
 * @python os.chroot(path)
 * @source chroot(2)
 * @shell no: the root changes for the command alone, and ends with it
 */
OS_API OS_NONNULL() int os_chroot(const char *path);

OS_END_DECLS

#endif
