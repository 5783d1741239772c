/* SPDX-License-Identifier: MIT */
/* Removes the oldest files of a cache until the rest is small enough: clean_cache FOLDER BYTES */
#include <errno.h>
#include <fcntl.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>

struct file {
    int64_t changed, size;
};

struct files {
    struct file *list;
    size_t count, room;
};

static int add(struct files *files, const struct os_stat_result *stat) {
    if (files->count == files->room) {
        size_t room = files->room ? 2 * files->room : 64;
        struct file *list = realloc(files->list, room * sizeof *list);
        if (!list)
            return -1;
        files->list = list;
        files->room = room;
    }
    files->list[files->count++] = (struct file){stat->st_mtime_ns, stat->st_blocks * 512};
    return 0;
}

/* All files below a folder, with when they changed and what they take. */
static int list(int folder, struct files *files) {
    struct os_walk *walk = os_fwalk(folder, ".", NULL);
    struct os_walk_entry *at;
    struct os_stat_result stat;
    while ((at = os_walk_next(walk)))
        for (char **name = at->filenames; *name; name++)
            if (os_lstatat(at->dir_fd, *name, &stat) == 0 && add(files, &stat) < 0)
                break;
    int error = errno;
    os_walk_close(walk);
    errno = error;
    return error ? -1 : 0;
}

static int older(const void *a, const void *b) {
    const struct file *x = a, *y = b;
    return (x->changed > y->changed) - (x->changed < y->changed);
}

/* Files that changed up to this moment have to go. */
static int64_t moment(struct files *files, int64_t most) {
    int64_t sum = 0, last = INT64_MIN;
    qsort(files->list, files->count, sizeof *files->list, older);
    for (size_t i = 0; i < files->count; i++)
        sum += files->list[i].size;
    for (size_t i = 0; i < files->count && sum > most; i++) {
        sum -= files->list[i].size;
        last = files->list[i].changed;
    }
    return last;
}

/* Removes what has not changed since; bottom up, so that an empty folder can go as well. */
static int clean(int folder, int64_t last) {
    struct os_walk_options options = {.size = sizeof options, .bottom_up = true};
    struct os_walk *walk = os_fwalk(folder, ".", &options);
    struct os_walk_entry *at;
    struct os_stat_result stat;
    int removed = 0;
    while ((at = os_walk_next(walk))) {
        for (char **name = at->filenames; *name; name++)
            if (os_lstatat(at->dir_fd, *name, &stat) == 0 && stat.st_mtime_ns <= last)
                removed += os_removeat(at->dir_fd, *name) == 0;
        for (char **name = at->dirnames; *name; name++)
            os_rmdirat(at->dir_fd, *name); /* fails unless it is empty */
    }
    os_walk_close(walk);
    return removed;
}

int main(int argc, char **argv) {
    struct files files = {0};
    if (argc != 3) {
        fprintf(stderr, "usage: clean_cache FOLDER BYTES\n");
        return 64;
    }
    int folder = os_open(argv[1], O_RDONLY | O_DIRECTORY, 0);
    if (folder < 0 || list(folder, &files) < 0) {
        os_perror("clean_cache");
        free(files.list);
        return 1;
    }
    int removed = clean(folder, moment(&files, atoll(argv[2])));
    printf("%d of %zu files removed\n", removed, files.count);
    free(files.list);
    return os_close(folder);
}
