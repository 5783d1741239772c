/* SPDX-License-Identifier: MIT */
/** Faults in the calls for whole trees. */
#include "faults.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

/* The record tells which call of the removal failed: "open", "unlink", "rmdir". */
#define TREE "d/ d/a d/l->a d/d/ d/d/b d/d/d/ d/d/d/c"

FAULT(os_rmtree, .operation = ANY_NAME, .tree = TREE, .filename = ANY_NAME, .leaves_files = true) {
    return os_rmtree("d", NULL);
}
FAULT(os_rmtreeat, .operation = ANY_NAME, .tree = TREE, .filename = ANY_NAME,
      .leaves_files = true) {
    return os_rmtreeat(OS_CWD, "d", NULL);
}
FAULT_CASE(os_rmtree, ignoring_errors, .operation = ANY_NAME, .tree = TREE, .filename = ANY_NAME,
           .absorbs = "*", .leaves_files = true) {
    return os_rmtree("d",
                     &(struct os_rmtree_options){.size = sizeof(struct os_rmtree_options),
                                                 .control = {.ignore_errors = true, .threads = 1}});
}
FAULT_CASE(os_rmtree, threads, .operation = ANY_NAME, .tree = TREE, .filename = ANY_NAME,
           .absorbs = "pthread_create", .leaves_files = true) {
    return os_rmtree("d", &(struct os_rmtree_options){.size = sizeof(struct os_rmtree_options),
                                                      .control = {.threads = 2}});
}

/* Walks to the end; pruned below "d/d" on the way. */
static long walk(struct os_walk *walk) {
    struct os_walk_entry *entry;
    if (!walk)
        return -1;
    while ((entry = os_walk_next(walk)))
        if (entry->error)
            break;
        else if (strcmp(entry->dirpath, "d/d") == 0)
            os_walk_prune(walk);
    int number = entry ? entry->error : errno;
    os_walk_close(walk);
    errno = number;
    return number ? -1 : 0;
}

/* As in Python, what can't be read is left out unless the caller asks for its errors. */
#define WALK_ROW(name, call)                                                                       \
    FAULT(name, .operation = ANY_NAME, .tree = TREE, .filename = ANY_NAME,                         \
          .absorbs = "open openat fstat fstatat kernel_getdents64 lseek") {                        \
        return walk(call);                                                                         \
    }
WALK_ROW(os_walk, os_walk("d", NULL))
WALK_ROW(os_fwalk, os_fwalk(OS_CWD, "d", NULL))
WALK_ROW(os_walk_next, os_walk("d", NULL))
WALK_ROW(os_walk_prune, os_walk("d", NULL))
WALK_ROW(os_walk_close, os_walk("d", NULL))

/* Where names are so long that the path grows, but not so long that the record needs a block. */
static void plant_long(void) {
    char name[76], path[1024];
    memset(name, 'L', 75);
    name[75] = '\0';
    mkdir("d", 0777);
    for (int depth = 1; depth < 4; depth++) {
        size_t size = (size_t)sprintf(path, "d");
        for (int i = 0; i < depth; i++)
            size += (size_t)sprintf(path + size, "/%s", name);
        mkdir(path, 0777);
        sprintf(path + size, "/m");
        mkdir(path, 0777);
    }
}

#define LONG_ROW(name, call)                                                                       \
    FAULT_CASE(name, long_names, .operation = ANY_NAME, .before = plant_long,                      \
               .filename = ANY_NAME,                                                               \
               .absorbs = "open openat fstat fstatat kernel_getdents64 lseek") {                   \
        return walk(call);                                                                         \
    }
LONG_ROW(os_walk, os_walk("d", NULL))
LONG_ROW(os_fwalk, os_fwalk(OS_CWD, "d", NULL))
FAULT_CASE(os_walk, long_names_up, .operation = ANY_NAME, .before = plant_long,
           .filename = ANY_NAME, .absorbs = "open openat fstat fstatat kernel_getdents64 lseek") {
    return walk(os_walk(
        "d", &(struct os_walk_options){.size = sizeof(struct os_walk_options), .bottom_up = true}));
}

/* … and then gets them. */
FAULT_CASE(os_walk, told, .tree = TREE, .no_record = true, .absorbs = "fstatat") {
    return walk(os_walk(
        "d", &(struct os_walk_options){.size = sizeof(struct os_walk_options), .errors = true}));
}

FAULT(os_tree_usage, .operation = ANY_NAME, .tree = TREE, .filename = ANY_NAME) {
    return fault_free(os_tree_usage("d", NULL));
}
FAULT_CASE(os_tree_usage, listed, .operation = ANY_NAME, .tree = TREE, .filename = ANY_NAME) {
    return fault_free(os_tree_usage(
        "d", &(struct os_tree_usage_options){
                 .size = sizeof(struct os_tree_usage_options), .depth = -1, .files = true}));
}

#define AS_LINK                                                                                    \
    (&(struct os_copy_options){.size = sizeof(struct os_copy_options), .nofollow = true})

#define COPIED "d/ d/a=text d/l->a d/d/ d/d/b d/e="
#define MAY_LACK                                                                                   \
    "flistxattr fgetxattr fsetxattr llistxattr lgetxattr lsetxattr kernel_copy_file_range "        \
    "sendfile clone_file"

FAULT(os_copyfile, .operation = ANY_NAME, .tree = COPIED, .filename = ANY_NAME,
      .filename2 = ANY_NAME, .absorbs = MAY_LACK " stat", .leaves_files = true) {
    return os_copyfile("d/a", "new", NULL);
}
FAULT(os_copy2, .operation = ANY_NAME, .tree = COPIED, .filename = ANY_NAME, .filename2 = ANY_NAME,
      .absorbs = MAY_LACK " stat fstatat", .leaves_files = true) {
    return os_copy2("d/a", "new", NULL);
}
FAULT(os_copy, .operation = ANY_NAME, .tree = COPIED, .filename = ANY_NAME, .filename2 = ANY_NAME,
      .absorbs = MAY_LACK " stat fstatat", .leaves_files = true) {
    return os_copy("d/a", "new", NULL);
}
FAULT(os_copymode, .tree = COPIED, .filename = ANY_NAME, .absorbs = "getxattr") {
    return os_copymode("d/a", "d/d/b", 0);
}
FAULT_CASE(os_copymode, link, .tree = COPIED, .filename = ANY_NAME, .absorbs = "fstatat getxattr") {
    return os_copymode("d/l", "d/d/b", OS_NOFOLLOW);
}
FAULT(os_copystat, .tree = COPIED, .filename = ANY_NAME, .absorbs = "listxattr getxattr setxattr",
      .leaves_files = true) {
    return setxattr("d/a", "user.a", "x", 1, 0) + os_copystat("d/a", "d/d/b", 0);
}
FAULT_CASE(os_copystat, link, .tree = COPIED, .filename = ANY_NAME, .absorbs = "fstatat llistxattr",
           .leaves_files = true) {
    return os_copystat("d/l", "d/l", OS_NOFOLLOW);
}
FAULT_CASE(os_copy2, replaced, .operation = ANY_NAME, .tree = COPIED, .filename = ANY_NAME,
           .filename2 = ANY_NAME, .absorbs = MAY_LACK " stat fstatat kernel_getrandom fchown") {
    const struct os_copy_options options = {.size = sizeof options, .owner = true, .replace = true};
    return os_copy2("d/a", "d/d/b", &options);
}
FAULT_CASE(os_copy2, link, .operation = ANY_NAME, .tree = COPIED, .filename = ANY_NAME,
           .filename2 = ANY_NAME, .absorbs = MAY_LACK " stat fstatat", .leaves_files = true) {
    return os_copy2("d/l", "new", AS_LINK);
}
FAULT(os_copytree, .operation = ANY_NAME, .tree = COPIED, .filename = ANY_NAME,
      .filename2 = ANY_NAME, .absorbs = MAY_LACK " mkdirat", .leaves_files = true) {
    return os_copytree("d", "new", NULL);
}
FAULT_CASE(os_copytree, everything, .operation = ANY_NAME, .tree = COPIED, .filename = ANY_NAME,
           .filename2 = ANY_NAME, .absorbs = MAY_LACK " mkdirat fstatat linkat fchown fchownat",
           .leaves_files = true) {
    const struct os_copytree_options options = {
        .size = sizeof options,
        .control.threads = 1,
        .symlinks = true,
        .owner = true,
        .hard_links = true,
        .special_files = true,
    };
    return os_copytree("d", "new", &options);
}
/* Large enough for every way of copying, with a hole in it. */
enum { PART = 70000, WHOLE = 300000 };

static void plant_large(void) {
    char data[PART];
    for (int i = 0; i < PART; i++)
        data[i] = (char)(1 + i % 251);
    int fd = open("large", O_WRONLY | O_CREAT, 0644);
    assert_int_equal(pwrite(fd, data, PART, WHOLE - PART), PART);
    assert_int_equal(pwrite(fd, data, 100, 0), 100);
    close(fd);
}

/* Whichever way was taken, the copy is right. */
static void check_large(void) {
    char *content[2] = {calloc(1, WHOLE + 1), calloc(1, WHOLE + 1)};
    ssize_t size[2] = {-1, -1};
    for (int i = 0; i < 2; i++) {
        int fd = open(i ? "new" : "large", O_RDONLY);
        if (fd >= 0)
            size[i] = read(fd, content[i], WHOLE + 1);
        close(fd);
    }
    if (size[0] != size[1] || memcmp(content[0], content[1], WHOLE) != 0)
        abort();
    free(content[0]);
    free(content[1]);
}

FAULT_CASE(os_copyfile, large, .operation = ANY_NAME, .before = plant_large, .filename = ANY_NAME,
           .filename2 = ANY_NAME, .absorbs = MAY_LACK " stat", .leaves_files = true,
           .uncancelled = true) {
    long r = os_copyfile("large", "new", NULL);
    int saved = errno;
    if (r == 0)
        check_large();
    errno = saved;
    return r;
}
FAULT(os_move, .tree = COPIED, .filename = ANY_NAME, .filename2 = ANY_NAME, .absorbs = "fstatat") {
    return os_move("d", "new", NULL);
}

/* To another file system: whatever fails, what was there is whole, here or there. */
static char elsewhere[300], original[320];

/* A copy waits for the clock's next tick before it reads a file that was just written. */
int nanosleep(const struct timespec *time, struct timespec *rest) {
    (void)time, (void)rest;
    return 0;
}

/* The original is on the disk, and goes into memory, where it costs nothing to sync the copy. */
static void plant_elsewhere(void) {
    struct stat here, there;
    char *scratch = getcwd(NULL, 0);
    snprintf(elsewhere, sizeof elsewhere, "%s/osier-faults-XXXXXX", fault_disk());
    assert_non_null(mkdtemp(elsewhere));
    assert_int_equal(stat(".", &here) | stat(elsewhere, &there), 0);
    if (here.st_dev == there.st_dev) {
        print_message("os_move: there is one file system\n");
        assert_int_equal(rmdir(elsewhere), 0);
        skip();
    }
    snprintf(original, sizeof original, "%s/d", elsewhere);
    assert_int_equal(chdir(elsewhere), 0);
    fault_plant("d/ d/a=text d/l->a d/d/ d/d/b");
    assert_int_equal(chdir(scratch), 0);
    free(scratch);
}

static bool holds(const char *dir, const char *name, const char *text) {
    char path[400], seen[10] = "";
    snprintf(path, sizeof path, "%s/%s", dir, name);
    int fd = open(path, O_RDONLY);
    bool same = fd >= 0 && read(fd, seen, sizeof seen - 1) >= 0 && strcmp(seen, text) == 0;
    if (fd >= 0)
        close(fd);
    return same;
}

static void check_elsewhere(void) {
    assert_true(holds(original, "a", "text") || holds("new", "a", "text"));
    assert_true(holds(original, "d/b", "d/d/b") || holds("new", "d/b", "d/d/b"));
    os_autofree char **names = os_listdir(".");
    assert_true(!names[0] || (strcmp(names[0], "new") == 0 && !names[1])); /* no half of it */
    void *place = strdup(elsewhere);
    assert_int_equal(leave_scratch(&place), 0);
}

/* What one may not do is done without: RENAME_NOREPLACE, and giving away. */
static int in_moving(const char *call, int number) {
    return number == EPERM && fault_word("kernel_renameat2 fchown fchownat", call) ? 0 : number;
}

FAULT_CASE(os_move, elsewhere, .operation = ANY_NAME, .filename = ANY_NAME, .filename2 = ANY_NAME,
           .before = plant_elsewhere, .after = check_elsewhere,
           .absorbs = MAY_LACK " fstatat kernel_getrandom", .maps = in_moving,
           .leaves_files = true) {
    const struct os_move_options options = {.size = sizeof options, .control.threads = 1};
    return os_move(original, "new", &options);
}

FAULT(os_glob, .tree = COPIED, .filename = "d/**/b",
      .absorbs = "openat fstat fstatat kernel_getdents64 lseek") {
    return fault_free(os_glob("d/**/b", OS_RECURSIVE));
}
FAULT(os_globat, .operation = "glob", .tree = COPIED, .filename = "*/[ab]",
      .absorbs = "openat fstat fstatat kernel_getdents64") {
    return fault_free(os_globat(OS_CWD, "d", "*/[ab]", 0));
}
FAULT(os_glob_escape, .filename = NULL) {
    return fault_free(os_glob_escape("a*"));
}

#define PAIR "d/ d/a=text d/l->a d/d/ d/d/b e/ e/a=text e/l->a e/d/ e/d/b e/d/c"

FAULT(os_chmodtree, .operation = ANY_NAME, .tree = COPIED, .filename = ANY_NAME, .absorbs = "*",
      .leaves_files = true) {
    return os_chmodtree("d", 0600, 0700, NULL);
}
FAULT(os_chowntree, .operation = ANY_NAME, .tree = COPIED, .filename = ANY_NAME,
      .leaves_files = true, .absorbs = "fchownat openat") {
    return os_chowntree("d", (uid_t)-1, (gid_t)-1, NULL);
}
FAULT(os_tree_compare, .operation = ANY_NAME, .tree = PAIR, .filename = ANY_NAME,
      .filename2 = ANY_NAME, .absorbs = "fstatat") {
    return fault_free(os_tree_compare("d", "e", NULL));
}
