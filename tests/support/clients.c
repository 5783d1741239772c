/* SPDX-License-Identifier: MIT */
/** Every call for whole trees, each as a test of whether it sees the whole tree. */
#include "clients.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

/* ---------------------------------------------------------------------------- counting */

/* The directories in the one that is open now and in those above it, as far as not yet visited. */
struct level {
    struct level *above;
    char **names;
    size_t count;
};

static bool is_like(const struct stat *st, const struct wanted *w) {
    int mode = S_ISDIR(st->st_mode) ? w->dir_mode : w->file_mode;
    return (mode < 0 || S_ISLNK(st->st_mode) || (int)(st->st_mode & 07777) == mode) &&
           (w->uid < 0 || (int)st->st_uid == w->uid) && (w->gid < 0 || (int)st->st_gid == w->gid);
}

static void count_one(const struct stat *st, const struct wanted *wanted, struct census *census) {
    if (!wanted || is_like(st, wanted))
        *(S_ISDIR(st->st_mode) ? &census->directories : &census->others) += 1;
}

static struct level *enter_level(int fd, struct level *above, const struct wanted *wanted,
                                 struct census *census) {
    struct level *level = calloc(1, sizeof *level);
    struct dirent *entry;
    DIR *dir = fdopendir(dup(fd));
    assert_non_null(dir);
    level->above = above;
    while ((entry = readdir(dir))) {
        struct stat st;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        assert_int_equal(fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW), 0);
        count_one(&st, wanted, census);
        if (!S_ISDIR(st.st_mode))
            continue;
        level->names = realloc(level->names, (level->count + 1) * sizeof *level->names);
        level->names[level->count++] = strdup(entry->d_name);
    }
    closedir(dir);
    return level;
}

static int move_to(int fd, const char *name) {
    int next = openat(fd, name, O_RDONLY | O_DIRECTORY);
    assert_true(next >= 0);
    close(fd);
    return next;
}

struct census count_like(const char *top, const struct wanted *wanted) {
    struct census census = {0};
    struct stat st;
    int fd = open(top, O_RDONLY | O_DIRECTORY);
    assert_int_equal(fstat(fd, &st), 0);
    count_one(&st, wanted, &census);
    struct level *level = enter_level(fd, NULL, wanted, &census);
    while (level) {
        if (level->count) {
            char *name = level->names[--level->count];
            fd = move_to(fd, name);
            free(name);
            level = enter_level(fd, level, wanted, &census);
            continue;
        }
        struct level *above = level->above;
        free(level->names);
        free(level);
        level = above;
        fd = level ? move_to(fd, "..") : fd;
    }
    close(fd);
    return census;
}

static void check_like(const struct known *known, const char *top, const struct wanted *wanted) {
    struct census census = count_like(top, wanted);
    assert_int_equal(census.directories, known->directories);
    assert_int_equal(census.others, known->others);
}

/* The call is over; that it gave 0, and what its record says otherwise. */
static void succeeded(const struct known *known, int r) {
    int number = errno;
    if (known->called)
        known->called();
    errno = number;
    if (r < 0) {
        char *text = os_error_text();
        print_error("%.300s\n", text);
        free(text);
    }
    assert_int_equal(r, 0);
}

/* ------------------------------------------------------------------------------- walks */

static void check_walk(const struct known *known, struct os_walk *walk) {
    struct os_walk_entry *at;
    long directories = 0, others = 0;
    assert_non_null(walk);
    while ((at = os_walk_next(walk))) {
        assert_int_equal(at->error, 0);
        directories++;
        for (char **name = at->filenames; *name; name++)
            others++;
    }
    succeeded(known, errno ? -1 : 0);
    os_walk_close(walk);
    assert_int_equal(directories, known->directories);
    assert_int_equal(others, known->others);
}

#define WALK_OPTIONS(...)                                                                          \
    (&(struct os_walk_options){.size = sizeof(struct os_walk_options),                             \
                               .errors = true,                                                     \
                               .links_as_files = true,                                             \
                               .threads = known->threads,                                          \
                               __VA_ARGS__})

static void walks(const struct known *known) {
    check_walk(known, os_walk(known->top, WALK_OPTIONS(.bottom_up = false)));
}

static void walks_up(const struct known *known) {
    check_walk(known, os_walk(known->top, WALK_OPTIONS(.bottom_up = true)));
}

static void walks_with_fds(const struct known *known) {
    check_walk(known, os_fwalk(OS_CWD, known->top, WALK_OPTIONS(.bottom_up = false)));
}

static void walks_up_with_fds(const struct known *known) {
    check_walk(known, os_fwalk(OS_CWD, known->top, WALK_OPTIONS(.bottom_up = true)));
}

static void globs(const struct known *known) {
    if (!known->pattern)
        return;
    char **list = os_glob(known->pattern, OS_RECURSIVE | OS_INCLUDE_HIDDEN);
    long count = 0;
    succeeded(known, list ? 0 : -1);
    while (list[count])
        count++;
    free(list);
    assert_int_equal(count, known->matches);
}

/* --------------------------------------------------------------------------- the others */

static void measures(const struct known *known) {
    struct os_tree_usage *usage = os_tree_usage(
        known->top, &(struct os_tree_usage_options){.size = sizeof(struct os_tree_usage_options),
                                                    .control.threads = known->threads});
    succeeded(known, usage ? 0 : -1);
    assert_int_equal(usage->directories, known->directories);
    assert_int_equal(usage->files, known->others);
    free(usage);
}

#define TREE_OPTIONS                                                                               \
    (&(struct os_tree_options){.size = sizeof(struct os_tree_options),                             \
                               .control.threads = known->threads})

static void changes_modes(const struct known *known) {
    static int turn;
    turn ^= 0004; /* another mode than it had */
    struct wanted wanted = {0640 | turn, 0750 | turn, -1, -1};
    succeeded(known, os_chmodtree(known->top, (mode_t)wanted.file_mode, (mode_t)wanted.dir_mode,
                                  TREE_OPTIONS));
    check_like(known, known->top, &wanted);
}

static void changes_owners(const struct known *known) {
    static int turn;
    if (getuid() != 0) {
        succeeded(known, os_chowntree(known->top, getuid(), (gid_t)-1, TREE_OPTIONS));
        return;
    }
    struct wanted wanted = {-1, -1, 4000 + (turn ^= 1), 4002};
    succeeded(known, os_chowntree(known->top, (uid_t)wanted.uid, (gid_t)wanted.gid, TREE_OPTIONS));
    check_like(known, known->top, &wanted);
}

static void copies(const struct known *known) {
    const struct os_copytree_options options = {
        .size = sizeof options,
        .symlinks = true,
        .special_files = true,
        .hard_links = true,
        .control.threads = known->threads,
    };
    succeeded(known, os_copytree(known->top, "copy", &options));
    check_like(known, "copy", NULL);
}

static void compares(const struct known *known) {
    const struct os_tree_compare_options options = {
        .size = sizeof options,
        .control.threads = known->threads,
        .modes = true,
        .times = true,
    };
    struct os_tree_compare *compare = os_tree_compare(known->top, "copy", &options);
    succeeded(known, compare ? 0 : -1);
    for (size_t i = 0; i < compare->count && i < 3; i++)
        print_error("%s: %x\n", compare->list[i].path, (unsigned)compare->list[i].what);
    assert_int_equal(compare->count, 0);
    free(compare);
}

static void removes(const struct known *known) {
    const struct os_rmtree_options options = {
        .size = sizeof options,
        .control.threads = known->threads,
    };
    succeeded(known, os_rmtree("copy", &options));
    assert_int_equal(access("copy", F_OK), -1);
}

const struct client clients[] = {
    {"walk", walks},
    {"walk bottom-up", walks_up},
    {"fwalk", walks_with_fds},
    {"fwalk bottom-up", walks_up_with_fds},
    {"glob", globs},
    {"usage", measures},
    {"chmodtree", changes_modes},
    {"chowntree", changes_owners},
    {"copytree", copies},
    {"compare", compares},
    {"rmtree", removes},
};
const size_t client_count = sizeof clients / sizeof *clients;

void check_clients(const struct known *known) {
    for (size_t i = 0; i < client_count; i++)
        clients[i].check(known);
}
