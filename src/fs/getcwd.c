/* SPDX-License-Identifier: MIT */
/** The current directory: the kernel's answer, and beyond PATH_MAX a climb from ".." to "..". */
#include "fs/getcwd.h"

#include "base/kernel.h"
#include "base/seam.h"
#include "base/stat.h"
#include "fs/dir.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_ROOM 255

/* Where the climb is: the directory whose name is still to be found, and its parent. */
struct climb {
    int parent;
    bool stat_each; /* at a mount point, or where a file system's d_ino isn't st_ino */
    struct stat child;
    struct stat up;
    char *entries;
};

/* 1, 0, or −errno where it can't be told. */
static int is_child(const struct climb *climb, const struct dir_entry *entry) {
    if (!climb->stat_each && entry->inode != climb->child.st_ino)
        return 0;
    struct stat st;
    int r = SYS(fstatat, climb->parent, entry->name, &st, AT_SYMLINK_NOFOLLOW);
    return r < 0 ? r : st.st_ino == climb->child.st_ino && st.st_dev == climb->child.st_dev;
}

/* Appends the name that the child has in its parent; where it isn't found, −ENOENT or what kept an
 * entry from being looked at. */
static int find_name(struct climb *climb, struct list *names) {
    struct dir dir;
    struct dir_entry entry;
    int r, failed = -ENOENT;
    dir_start(&dir, climb->parent, climb->entries, DIR_BUFFER);
    while ((r = dir_read(&dir, &entry)) > 0) {
        r = is_child(climb, &entry);
        if (r > 0) {
            list_add_text(names, entry.name);
            return 0;
        }
        failed = r < 0 ? r : failed;
    }
    return r < 0 ? r : failed;
}

/* One step up: 1, 0 at the root, or −errno. */
static int climb_once(struct climb *climb, struct list *names) {
    AUTO_CLOSE int up = SYS(openat, climb->parent, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (up < 0)
        return up;
    int r = SYS(fstat, up, &climb->up);
    if (r < 0)
        return r;
    if (stat_same(&climb->child, &climb->up))
        return 0;
    seam_close_quietly(climb->parent);
    climb->parent = TAKE_FD(up);
    climb->stat_each = climb->child.st_dev != climb->up.st_dev;
    r = find_name(climb, names);
    if (r == -ENOENT && !climb->stat_each) {
        climb->stat_each = true;
        off_t start = SYS(lseek, climb->parent, 0, SEEK_SET);
        r = start < 0 ? (int)start : find_name(climb, names);
    }
    climb->child = climb->up;
    return r < 0 ? r : 1;
}

/* The names came from the innermost to the outermost. */
static int append_reversed(struct str *s, const struct list *names) {
    if (names->text.failed)
        return -ENOMEM;
    size_t end = names->text.size;
    if (end == 0)
        str_append_char(s, '/');
    while (end > 0) {
        const char *text = names->text.data;
        size_t start = end - 1;
        while (start > 0 && text[start - 1] != '\0')
            start--;
        str_append_char(s, '/');
        str_append(s, text + start, end - 1 - start);
        end = start;
    }
    return s->failed ? -ENOMEM : 0;
}

static int climb_all(struct climb *climb, struct list *names) {
    int r = SYS(fstat, climb->parent, &climb->child);
    if (r == 0)
        do
            r = climb_once(climb, names);
        while (r > 0);
    return r;
}

/* Past the kernel's limit: looks each directory's name up in its parent. */
static int append_climbed(struct str *s) {
    AUTO_LIST names = {0};
    AUTO_FREE char *entries = mem_alloc(DIR_BUFFER);
    if (!entries)
        return -ENOMEM;
    struct climb climb = {.entries = entries};
    climb.parent = SYS(open, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (climb.parent < 0)
        return climb.parent;
    int r = climb_all(&climb, &names);
    seam_close_quietly(climb.parent);
    return r < 0 ? r : append_reversed(s, &names);
}

int cwd_append(struct str *s) {
    for (size_t room = FIRST_ROOM;; room *= 4) {
        if (str_reserve(s, room) < 0)
            return -ENOMEM;
        char *text = s->data + s->size;
        long size = SYS(kernel_getcwd, text, s->room - s->size);
        if (size == -ERANGE)
            continue;
        if (size < 0)
            text[0] = '\0';
        if (size == -ENAMETOOLONG)
            return append_climbed(s);
        if (size < 0)
            return (int)size;
        if (text[0] != '/') { /* "(unreachable)": outside this process's root */
            text[0] = '\0';
            return -ENOENT;
        }
        s->size += (size_t)size - 1;
        return 0;
    }
}

static int getcwd_of_any_length(char **ret) {
    AUTO_STR s = STR_INIT;
    int r = cwd_append(&s);
    return r < 0 ? r : str_take(&s, ret);
}

int cwd_get(char **ret) {
    char *text = mem_alloc(FIRST_ROOM + 1);
    if (!text)
        return -ENOMEM;
    long size = SYS(kernel_getcwd, text, FIRST_ROOM + 1);
    if (size > 0 && text[0] == '/') {
        *ret = text;
        return 0;
    }
    free(text);
    if (size == -ERANGE || size == -ENAMETOOLONG)
        return getcwd_of_any_length(ret);
    return size < 0 ? (int)size : -ENOENT; /* "(unreachable)": outside this process's root */
}
