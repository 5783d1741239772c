/* SPDX-License-Identifier: MIT */
/** os.glob: the paths of the disk that match a pattern. */
#include "base/cancel.h"
#include "base/error.h"
#include "base/seam.h"
#include "fs/dir.h"
#include "tree/glob_search.h"

#include <fcntl.h>
#include <sys/stat.h>

static int is_there(const struct glob *g, const char *path, bool directory) {
    struct stat st;
    int r = SYS(fstatat, g->dir_fd, path, &st, directory ? 0 : AT_SYMLINK_NOFOLLOW);
    return r == -ENOMEM ? r : r >= 0 && (!directory || S_ISDIR(st.st_mode));
}

static bool is_dir(int fd, const struct dir_entry *e) {
    struct stat st;
    if (e->type != DT_UNKNOWN && e->type != DT_LNK)
        return e->type == DT_DIR;
    return SYS(fstatat, fd, e->name, &st, 0) >= 0 && S_ISDIR(st.st_mode);
}

static int match_entries(const struct glob *g, int fd, const char *dir, const char *pattern,
                         bool last, struct list *out) {
    AUTO_FREE char *buffer = mem_alloc(DIR_BUFFER);
    if (!buffer)
        return -ENOMEM;
    struct dir d;
    struct dir_entry e;
    dir_start(&d, fd, buffer, DIR_BUFFER);
    while (dir_read(&d, &e) > 0) {
        if (!glob_takes(g, pattern, e.name) || (!last && !is_dir(fd, &e)))
            continue;
        int r = glob_emit(out, dir, e.name);
        if (r < 0)
            return r;
    }
    return 0; /* what can't be read has no names, as for Python */
}

static int match(const struct glob *g, const char *path, const char *dir, const char *pattern,
                 bool last, struct list *out) {
    AUTO_CLOSE int fd = SYS(openat, g->dir_fd, path, DIR_OPEN);
    if (fd < 0)
        return fd == -ENOMEM || fd == -EMFILE || fd == -ENFILE ? fd : 0;
    return match_entries(g, fd, dir, pattern, last, out);
}

static void *walk(const struct glob *g, const char *path, const struct os_walk_options *options) {
    return os_fwalk(g->dir_fd, path, options);
}

static struct os_walk_entry *walk_next(void *walk) {
    return os_walk_next(walk);
}

static void walk_close(void *walk) {
    os_walk_close(walk);
}

static const struct glob_source DISK = {is_there, match, walk, walk_next, walk_close};

char **os_globat(int dir_fd, const char *root_dir, const char *pathname, int flags) {
    UNCANCELLED;
    char **list = NULL;
    struct glob g = {.source = &DISK, .dir_fd = dir_fd, .root_dir = root_dir ? root_dir : ""};
    int r = glob_search(&g, pathname, flags, &list);
    return PUBLIC_POINTER(r, list, "glob", pathname, NULL);
}

char *os_glob_escape(const char *pathname) {
    AUTO_STR text = STR_INIT;
    char *result = NULL;
    for (const char *p = pathname; *p; p++) {
        bool magic = strchr("*?[", *p) != NULL;
        str_append(&text, "[", magic);
        str_append_char(&text, *p);
        str_append(&text, "]", magic);
    }
    return PUBLIC_POINTER(str_take(&text, &result), result, "glob_escape", NULL, NULL);
}

char **os_glob(const char *pathname, int flags) {
    UNCANCELLED;
    return os_globat(OS_CWD, NULL, pathname, flags);
}
