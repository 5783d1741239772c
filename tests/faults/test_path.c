/* SPDX-License-Identifier: MIT */
/** Faults in os.path. */
#include "faults.h"

#include <sys/stat.h>

NO_FAULT(os_path_basename_slice)
NO_FAULT(os_path_dirname_slice)
NO_FAULT(os_path_split_slices)
NO_FAULT(os_path_splitext_slices)
NO_FAULT(os_path_splitdrive_slices)
NO_FAULT(os_path_splitroot_slices)
NO_FAULT(os_path_isabs)
NO_FAULT(os_path_isjunction)
NO_FAULT(os_path_isdevdrive)
NO_FAULT(os_path_samestat)

FAULT(os_path_basename, .filename = "a/b") {
    return fault_free(os_path_basename("a/b"));
}
FAULT(os_path_dirname, .filename = "a/b") {
    return fault_free(os_path_dirname("a/b"));
}
FAULT(os_path_split, .filename = "a/b") {
    return fault_free(os_path_split("a/b"));
}
FAULT(os_path_splitext, .filename = "a.b") {
    return fault_free(os_path_splitext("a.b"));
}
FAULT(os_path_splitdrive, .filename = "a") {
    return fault_free(os_path_splitdrive("a"));
}
FAULT(os_path_splitroot, .filename = "/a") {
    return fault_free(os_path_splitroot("/a"));
}
FAULT(os_path_normcase, .filename = "a") {
    return fault_free(os_path_normcase("a"));
}
FAULT(os_path_normpath, .filename = "a/./b") {
    return fault_free(os_path_normpath("a/./b"));
}
FAULT(os_path_join, .filename = "a") {
    return fault_free(os_path_join("a", "b"));
}
FAULT_CASE(os_path_join, of_many, .filename = "a") {
    return fault_free(os_path_join("a", "b", "c", "d", "e", "f", "g", "h", "i", "j"));
}
FAULT(os_path_joinv, .filename = "a") {
    const char *const paths[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", NULL};
    return fault_free(os_path_joinv(paths));
}
FAULT(os_path_abspath, .filename = "a") {
    return fault_free(os_path_abspath("a"));
}
FAULT(os_path_relpath, .filename = "a") {
    return fault_free(os_path_relpath("a", NULL));
}
FAULT(os_path_commonpath) {
    const char *const paths[] = {"a/b", "a/c", NULL};
    return fault_free(os_path_commonpath(paths));
}
FAULT(os_path_commonprefix) {
    const char *const paths[] = {"a/b", "a/c", NULL};
    return fault_free(os_path_commonprefix(paths));
}
FAULT(os_path_expandvars, .filename = "$PATH/x") {
    return fault_free(os_path_expandvars("$PATH/x"));
}

/* What the user database says beside running out of memory counts as "no such user". */
FAULT(os_path_expanduser, .filename = "~root/x", .absorbs = "getpwnam_r") {
    return fault_free(os_path_expanduser("~root/x"));
}

/* Lenient: what can't be looked at stays as it is. Elsewhere the one call for all falls back. */
FAULT(os_path_realpath, .tree = "d/ d/e/ l->d", .absorbs = "kernel_openat2 readlinkat",
      .filename = NULL) {
    return fault_free(os_path_realpath("l/../l/e", OS_PATH_LENIENT));
}
FAULT_CASE(os_path_realpath, strict, .tree = "d/ d/e/ l->d", .absorbs = "kernel_openat2",
           .filename = ANY_NAME) {
    return fault_free(os_path_realpath("l/./e/", OS_PATH_STRICT));
}

/* A question that can't be answered is answered no, and leaves errno alone. */
static long answered(bool answer) {
    (void)answer;
    return errno == 0 ? 0 : -1;
}
FAULT(os_path_exists, .absorbs = "*") {
    return answered(os_path_exists("/"));
}
FAULT(os_path_exists_fd, .absorbs = "*") {
    return answered(os_path_exists_fd(0));
}
FAULT(os_path_lexists, .absorbs = "*") {
    return answered(os_path_lexists("/"));
}
FAULT(os_path_isfile, .tree = "a", .absorbs = "*") {
    return answered(os_path_isfile("a"));
}
FAULT(os_path_isdir, .absorbs = "*") {
    return answered(os_path_isdir("/"));
}
FAULT(os_path_islink, .tree = "l->a", .absorbs = "*") {
    return answered(os_path_islink("l"));
}
FAULT(os_path_ismount, .tree = "a", .absorbs = "*") {
    return answered(os_path_ismount("a"));
}

static double seconds;
FAULT(os_path_getsize, .tree = "a", .filename = "a") {
    return os_path_getsize("a");
}
FAULT(os_path_getatime, .tree = "a", .filename = "a") {
    return os_path_getatime("a", &seconds);
}
FAULT(os_path_getmtime, .tree = "a", .filename = "a") {
    return os_path_getmtime("a", &seconds);
}
FAULT(os_path_getctime, .tree = "a", .filename = "a") {
    return os_path_getctime("a", &seconds);
}
FAULT(os_path_samefile, .tree = "a b", .filename = ANY_NAME) {
    return os_path_samefile("a", "b");
}
FAULT(os_path_sameopenfile) {
    return os_path_sameopenfile(0, 1);
}

/* Beyond PATH_MAX: the current directory by climbing, and a path from descriptors. */
#define NAME_SIZE 250
#define LEVELS    20

static char long_name[NAME_SIZE + 1];

static void go_deep(void) {
    memset(long_name, 'n', NAME_SIZE);
    for (int i = 0; i < LEVELS; i++)
        assert_true(mkdir(long_name, 0755) == 0 && chdir(long_name) == 0);
    assert_int_equal(symlink("..", "up"), 0);
}
static void come_back(void) {
    unlink("up");
    for (int i = 0; i < LEVELS; i++)
        assert_true(chdir("..") == 0 && rmdir(long_name) == 0);
}
FAULT_CASE(os_path_abspath, deep, .before = go_deep, .after = come_back, .absorbs = "fstatat",
           .filename = "up") {
    return fault_free(os_path_abspath("up"));
}
/* The record keeps the long name. */
FAULT_CASE(os_path_realpath, deep, .keeps_memory = true, .before = go_deep, .after = come_back,
           .absorbs = "fstatat", .filename = ANY_NAME) {
    return fault_free(os_path_realpath("up/../.", OS_PATH_STRICT));
}
