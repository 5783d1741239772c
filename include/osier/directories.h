/* SPDX-License-Identifier: MIT */
/**
 * What a directory holds: its names, and its entries with their types.
 *
 * @since 0.1
 */
#ifndef OSIER_DIRECTORIES_H
#define OSIER_DIRECTORIES_H

#include <osier/stat.h>
#include <osier/types.h>

OS_BEGIN_DECLS

/**
 * The names in the directory `path`, in the order the file system gives them, without `.` and `..`.
 *
 * @param path  the directory, or NULL for the current one
 * @return a NULL-terminated list in one block, to free(); NULL with errno set
 * @error ENOENT  nothing is there
 * @error ENOTDIR  it is not a directory
 * @python os.listdir(path='.')
 * @source getdents(2)
 * @shell os.listdir [PATH] -> list
 */
OS_API OS_MUST_FREE char **os_listdir(const char *path);

/**
 * The names in a directory that is open; its position is at the start afterwards.
 *
 * @param fd  a descriptor of the directory, which stays open
 * @return a NULL-terminated list in one block, to free(); NULL with errno set
 * @error EBADF  it is no open descriptor, or one that can't read
 * @error ENOTDIR  it is not a directory
 * @python os.listdir(fd)
 * @source getdents(2)
 * @shell no: a descriptor ends with the command
 */
OS_API OS_MUST_FREE char **os_listdir_fd(int fd);

/**
 * Puts a list of texts in order, as sorted() does with the names of os.listdir() as bytes.
 *
 * @param list  a list as os_listdir() gives it; its block stays the same
 * @python sorted(list)
 * @source qsort(3), strcmp(3)
 * @shell no: sort(1) does it
 */
OS_API OS_NONNULL() void os_sort(char **list);

/** An entry of a directory; it and its texts are valid until the next os_scandir_next(). */
struct os_dir_entry {
    const char *name; /**< its name in the directory; for its path, os_dir_entry_path() */
    uint64_t inode;   /**< its inode number; that of the directory below at a mount point */
    uint8_t d_type; /**< DT_REG, DT_DIR … of dirent.h; DT_UNKNOWN on file systems that keep none */
};

/** A directory being read; made by os_scandir(). */
struct os_scandir;

/**
 * Reads the directory `path` entry by entry, with memory that does not grow with its size.
 *
 *     struct os_scandir *scan = os_scandir("/etc");
 *     struct os_dir_entry *entry;
 *     while ((entry = os_scandir_next(scan)))
 *         if (os_dir_entry_is_file(entry, 0) > 0)
 *             puts(os_dir_entry_path(entry));
 *     int failed = errno;
 *     scan = os_scandir_close(scan);
 *
 * @param path  the directory, or NULL for "."
 * @return the iterator, for os_scandir_close(); NULL with errno set
 * @error ENOENT  nothing is there
 * @error ENOTDIR  it is not a directory
 * @python os.scandir(path='.')
 * @source getdents(2), PEP 471
 * @shell os.scandir [PATH] -> custom
 */
OS_API struct os_scandir *os_scandir(const char *path);

/**
 * Begins to read the entries of a directory that is open; its position is at the start after
 * os_scandir_close().
 *
 * @param fd  a descriptor of the directory; the iterator uses a copy of it
 * @return the iterator, for os_scandir_close(); NULL with errno set
 * @error EBADF  it is no open descriptor, or one that can't read
 * @error ENOTDIR  it is not a directory
 * @python os.scandir(fd), since 3.7
 * @source getdents(2)
 * @shell no: a descriptor ends with the command
 */
OS_API struct os_scandir *os_scandir_fd(int fd);

/**
 * The next entry, `.` and `..` left out.
 *
 * @param scan  the iterator, or NULL for one at its end
 * @return the entry; at the end NULL with errno 0, on an error NULL with errno set
 * @python next(os.scandir(path))
 * @shell no: part of an iterator
 */
OS_API struct os_dir_entry *os_scandir_next(struct os_scandir *scan);

/**
 * Ends the iterator, whether it came to the end or not.
 *
 * @param scan  the iterator, or NULL
 * @return NULL; errno stays as it is
 * @python os.scandir(path).close(), since 3.6
 * @shell no: part of an iterator
 */
OS_API struct os_scandir *os_scandir_close(struct os_scandir *scan);

/**
 * The entry's path: the directory's as the caller spelled it, a slash and the name.
 *
 * It is built by the first call.
 *
 * @param entry  from os_scandir_next()
 * @return the path, valid as long as the entry; the name alone where the directory came as a
 *         descriptor
 * @python os.DirEntry.path, os.DirEntry.__fspath__(), since 3.6
 * @shell no: part of an iterator
 */
OS_API OS_NONNULL() const char *os_dir_entry_path(struct os_dir_entry *entry);

/**
 * Whether the entry is a directory, or a link to one.
 *
 * Costs no system call unless the entry is a link, or the file system keeps no types.
 *
 * @param entry  from os_scandir_next()
 * @param flags  OS_NOFOLLOW: a link is a link
 * @return 1 or 0 (0 too where it vanished, or the link leads nowhere), or −1 with errno set
 * @error ELOOP  a link leads back to itself
 * @python os.DirEntry.is_dir(*, follow_symlinks=True)
 * @source PEP 471
 * @shell no: part of an iterator
 */
OS_API OS_NONNULL() int os_dir_entry_is_dir(struct os_dir_entry *entry, int flags);

/**
 * Whether the entry is a regular file, or a link to one.
 *
 * @param entry  from os_scandir_next()
 * @param flags  OS_NOFOLLOW: a link is a link
 * @return 1 or 0 (0 too where it vanished, or the link leads nowhere), or −1 with errno set
 * @error ELOOP  a link leads back to itself
 * @python os.DirEntry.is_file(*, follow_symlinks=True)
 * @source PEP 471
 * @shell no: part of an iterator
 */
OS_API OS_NONNULL() int os_dir_entry_is_file(struct os_dir_entry *entry, int flags);

/**
 * Whether the entry is a symbolic link, wherever it leads.
 *
 * @param entry  from os_scandir_next()
 * @return 1 or 0, or −1 with errno set
 * @python os.DirEntry.is_symlink()
 * @source PEP 471
 * @shell no: part of an iterator
 */
OS_API OS_NONNULL() int os_dir_entry_is_symlink(struct os_dir_entry *entry);

/**
 * Whether the entry is a Windows junction: false on every other system.
 *
 * @param entry  from os_scandir_next()
 * @return false
 * @python os.DirEntry.is_junction(), since 3.12
 * @shell no: part of an iterator
 */
OS_API OS_NONNULL() bool os_dir_entry_is_junction(const struct os_dir_entry *entry);

/**
 * The entry's inode number.
 *
 * @param entry  from os_scandir_next()
 * @return the number that the directory holds
 * @python os.DirEntry.inode()
 * @shell no: part of an iterator
 */
OS_API OS_NONNULL() uint64_t os_dir_entry_inode(const struct os_dir_entry *entry);

/**
 * What stat(2) tells of the entry; the kernel is asked once, and the result kept with the entry.
 *
 * It is looked up in the directory itself, so a directory that was renamed or replaced meanwhile
 * does no harm.
 *
 * @param entry  from os_scandir_next()
 * @param flags  OS_NOFOLLOW: of the link itself
 * @return the result, valid as long as the entry; NULL with errno set
 * @error ENOENT  it vanished, or the link leads nowhere
 * @python os.DirEntry.stat(*, follow_symlinks=True)
 * @source fstatat(2)
 * @shell no: part of an iterator
 */
OS_API OS_NONNULL() const
    struct os_stat_result *os_dir_entry_stat(struct os_dir_entry *entry, int flags);

OS_END_DECLS

#endif
