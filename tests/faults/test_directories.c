/* SPDX-License-Identifier: MIT */
/** Faults in listdir and scandir. */
#include "faults.h"

#include <fcntl.h>

NO_FAULT(os_dir_entry_is_junction)
NO_FAULT(os_dir_entry_inode)
NO_FAULT(os_dir_entry_path)

#define TREE "d/ d/a d/l->a d/d/"

static int directory = -1;

static void open_directory(void) {
    directory = open("d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void close_directory(void) {
    close(directory);
}

FAULT(os_listdir, .tree = TREE, .filename = "d") {
    return fault_free(os_listdir("d"));
}
FAULT(os_listdir_fd, .operation = "listdir", .tree = TREE, .before = open_directory,
      .after = close_directory, .absorbs = "lseek") {
    return fault_free(os_listdir_fd(directory));
}

/* Opens, reads to the end and closes; `look` may ask each entry something. */
static long scan(struct os_scandir *scan, int (*look)(struct os_dir_entry *)) {
    struct os_dir_entry *entry;
    if (!scan)
        return -1;
    while ((entry = os_scandir_next(scan)))
        if (look && look(entry) < 0)
            break;
    int number = entry || errno ? errno : 0;
    os_scandir_close(scan);
    errno = number;
    return number ? -1 : 0;
}

FAULT(os_scandir, .tree = TREE, .filename = "d") {
    return scan(os_scandir("d"), NULL);
}
FAULT(os_scandir_fd, .operation = "scandir", .tree = TREE, .before = open_directory,
      .after = close_directory, .absorbs = "lseek") {
    return scan(os_scandir_fd(directory), NULL);
}
FAULT(os_scandir_next, .operation = "scandir", .tree = TREE, .filename = "d") {
    return scan(os_scandir("d"), NULL);
}
FAULT(os_scandir_close, .operation = "scandir", .tree = TREE, .filename = "d") {
    struct os_scandir *scan = os_scandir("d");
    os_scandir_close(scan);
    return scan ? 0 : -1;
}

static int is_dir(struct os_dir_entry *entry) {
    return os_dir_entry_is_dir(entry, 0);
}
static int is_file(struct os_dir_entry *entry) {
    return os_dir_entry_is_file(entry, 0);
}
static int has_stat(struct os_dir_entry *entry) {
    return os_dir_entry_stat(entry, 0) && os_dir_entry_stat(entry, OS_NOFOLLOW) ? 0 : -1;
}

/* The iterator fails as "scandir", its entries as "stat". */
#define ENTRY_ROW(name, look)                                                                      \
    FAULT(os_dir_entry_##name, .operation = ANY_NAME, .tree = TREE, .filename = ANY_NAME) {        \
        return scan(os_scandir("d"), look);                                                        \
    }
ENTRY_ROW(is_dir, is_dir)
ENTRY_ROW(is_file, is_file)
ENTRY_ROW(is_symlink, os_dir_entry_is_symlink)
ENTRY_ROW(stat, has_stat)
NO_FAULT(os_sort)
