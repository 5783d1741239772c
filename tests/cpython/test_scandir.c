/* SPDX-License-Identifier: MIT */
/** os.listdir and os.scandir as CPython defines them. */
#include "support.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

static bool contains(char **list, const char *name) {
    for (; *list; list++)
        if (strcmp(*list, name) == 0)
            return true;
    return false;
}

static size_t count(char **list) {
    size_t n = 0;
    while (list[n])
        n++;
    return n;
}

/* Ends the scan at the entry `name`, which has to be there. */
static struct os_dir_entry *find(struct os_scandir *scan, const char *name) {
    assert_non_null(scan);
    struct os_dir_entry *entry;
    while ((entry = os_scandir_next(scan)))
        if (strcmp(entry->name, name) == 0)
            return entry;
    fail_msg("no entry %s", name);
    return NULL;
}

static void listdir_names(void **state) {
    (void)state;
    char **list = os_listdir(NULL);
    assert_non_null(list);
    assert_null(list[0]);
    free(list);
    write_text("b", "");
    write_text(".hidden", "");
    assert_int_equal(mkdir("a", 0777), 0);
    list = os_listdir(".");
    assert_int_equal(count(list), 3);
    assert_true(contains(list, "a") && contains(list, "b") && contains(list, ".hidden"));
    free(list);
}

static void listdir_errors(void **state) {
    (void)state;
    write_text("file", "");
    assert_null(os_listdir("gone"));
    assert_error(ENOENT, "listdir", "gone", NULL);
    assert_null(os_listdir("file"));
    assert_error(ENOTDIR, "listdir", "file", NULL);
    assert_null(os_listdir(""));
    assert_error(ENOENT, "listdir", "", NULL);
}

static void listdir_of_a_descriptor(void **state) {
    (void)state;
    write_text("file", "");
    assert_null(os_listdir_fd(-1));
    assert_error(EBADF, "listdir", NULL, NULL);
    int fd = open("file", O_RDONLY);
    assert_null(os_listdir_fd(fd));
    assert_error(ENOTDIR, "listdir", NULL, NULL);
    close(fd);
    fd = open(".", O_RDONLY);
    for (int i = 0; i < 2; i++) { /* the second time, because the first rewinds */
        char **list = os_listdir_fd(fd);
        assert_non_null(list);
        assert_int_equal(count(list), 1);
        free(list);
    }
    close(fd);
}

static void listdir_of_a_removed_directory(void **state) {
    (void)state;
    assert_int_equal(mkdir("d", 0777), 0);
    int fd = open("d", O_RDONLY);
    assert_int_equal(rmdir("d"), 0);
    char **list = os_listdir_fd(fd);
    assert_non_null(list);
    assert_null(list[0]);
    free(list);
    close(fd);
}

static void paths_are_joined(void **state) {
    (void)state;
    static const char *const spelled[][2] = {
        {NULL, "./d"},
        {".", "./d"},
        {"./", "./d"},
        {".//", ".//d"},
    };
    assert_int_equal(mkdir("d", 0777), 0);
    for (size_t i = 0; i < sizeof spelled / sizeof *spelled; i++) {
        struct os_scandir *scan = os_scandir(spelled[i][0]);
        assert_string_equal(os_dir_entry_path(find(scan, "d")), spelled[i][1]);
        os_scandir_close(scan);
    }
    int fd = open(".", O_RDONLY);
    struct os_scandir *scan = os_scandir_fd(fd);
    assert_string_equal(os_dir_entry_path(find(scan, "d")), "d");
    os_scandir_close(scan);
    close(fd);
}

static void scandir_errors(void **state) {
    (void)state;
    write_text("file", "");
    assert_null(os_scandir("gone"));
    assert_error(ENOENT, "scandir", "gone", NULL);
    assert_null(os_scandir("file"));
    assert_error(ENOTDIR, "scandir", "file", NULL);
    assert_null(os_scandir_fd(-1));
    assert_error(EBADF, "scandir", NULL, NULL);
    int fd = open("file", O_RDONLY);
    assert_null(os_scandir_fd(fd));
    assert_error(ENOTDIR, "scandir", NULL, NULL);
    close(fd);
    fd = open(".", O_PATH);
    assert_null(os_scandir_fd(fd));
    assert_error(EBADF, "scandir", NULL, NULL);
    close(fd);
    errno = E2BIG;
    assert_null(os_scandir_close(NULL));
    assert_int_equal(errno, E2BIG);
}

/* What is_dir, is_file, is_symlink say of an entry, followed and not, as digits. */
static void check_types(const char *name, const char *expected) {
    struct os_scandir *scan = os_scandir(".");
    struct os_dir_entry *entry = find(scan, name);
    char said[8];
    snprintf(said, sizeof said, "%d%d %d%d %d", os_dir_entry_is_dir(entry, 0),
             os_dir_entry_is_dir(entry, OS_NOFOLLOW), os_dir_entry_is_file(entry, 0),
             os_dir_entry_is_file(entry, OS_NOFOLLOW), os_dir_entry_is_symlink(entry));
    assert_string_equal(said, expected);
    assert_false(os_dir_entry_is_junction(entry));
    os_scandir_close(scan);
}

static void types(void **state) {
    (void)state;
    write_text("file", "");
    assert_int_equal(mkdir("dir", 0777), 0);
    assert_int_equal(mkfifo("fifo", 0666), 0);
    assert_int_equal(symlink("file", "to_file"), 0);
    assert_int_equal(symlink("dir", "to_dir"), 0);
    assert_int_equal(symlink("gone", "broken"), 0);
    check_types("file", "00 11 0");
    check_types("dir", "11 00 0");
    check_types("fifo", "00 00 0");
    check_types("to_file", "00 10 1");
    check_types("to_dir", "10 00 1");
    check_types("broken", "00 00 1");
}

static void link_loop(void **state) {
    (void)state;
    assert_int_equal(symlink("loop", "loop"), 0);
    struct os_scandir *scan = os_scandir(NULL);
    struct os_dir_entry *entry = find(scan, "loop");
    assert_int_equal(os_dir_entry_is_dir(entry, 0), -1);
    assert_error(ELOOP, "stat", "./loop", NULL);
    assert_int_equal(os_dir_entry_is_file(entry, OS_NOFOLLOW), 0);
    assert_null(os_dir_entry_stat(entry, 0));
    assert_error(ELOOP, "stat", "./loop", NULL);
    os_scandir_close(scan);
}

static void stat_both_ways(void **state) {
    (void)state;
    struct stat st;
    write_text("file", "12345");
    assert_int_equal(symlink("file", "link"), 0);
    assert_int_equal(stat("file", &st), 0);
    struct os_scandir *scan = os_scandir(".");
    struct os_dir_entry *entry = find(scan, "link");
    const struct os_stat_result *followed = os_dir_entry_stat(entry, 0);
    const struct os_stat_result *own = os_dir_entry_stat(entry, OS_NOFOLLOW);
    assert_int_equal(followed->st_size, 5);
    assert_int_equal(followed->st_ino, st.st_ino);
    assert_int_equal(own->st_size, strlen("file"));
    assert_int_equal(own->st_ino, os_dir_entry_inode(entry));
    assert_true(S_ISLNK(own->st_mode));
    os_scandir_close(scan);
}

static void stat_is_kept(void **state) {
    (void)state;
    write_text("file", "12345");
    struct os_scandir *scan = os_scandir(".");
    struct os_dir_entry *entry = find(scan, "file");
    assert_int_equal(os_dir_entry_stat(entry, 0)->st_size, 5);
    assert_int_equal(unlink("file"), 0);
    assert_int_equal(os_dir_entry_stat(entry, 0)->st_size, 5);
    assert_int_equal(os_dir_entry_stat(entry, OS_NOFOLLOW)->st_size, 5);
    os_scandir_close(scan);
}

static void vanished_entries(void **state) {
    (void)state;
    write_text("file", "");
    assert_int_equal(mkdir("dir", 0777), 0);
    assert_int_equal(symlink("dir", "link"), 0);
    struct os_scandir *scans[] = {os_scandir("."), os_scandir("."), os_scandir(".")};
    struct os_dir_entry *file = find(scans[0], "file"), *dir = find(scans[1], "dir"),
                        *link = find(scans[2], "link");
    assert_int_equal(unlink("file") | rmdir("dir") | unlink("link"), 0);
    assert_int_equal(os_dir_entry_is_file(file, 0), 1); /* the type was told with the name */
    assert_int_equal(os_dir_entry_is_dir(dir, 0), 1);
    assert_int_equal(os_dir_entry_is_dir(link, 0), 0);
    assert_null(os_dir_entry_stat(file, 0));
    assert_error(ENOENT, "stat", "./file", NULL);
    for (int i = 0; i < 3; i++)
        os_scandir_close(scans[i]);
}

static void the_end_has_errno_0(void **state) {
    (void)state;
    struct os_scandir *scan = os_scandir(".");
    for (int i = 0; i < 2; i++) {
        errno = E2BIG;
        assert_null(os_scandir_next(scan));
        assert_int_equal(errno, 0);
    }
    errno = E2BIG;
    assert_null(os_scandir_close(scan));
    assert_int_equal(errno, E2BIG);
    assert_null(os_scandir_next(NULL));
    assert_int_equal(errno, 0);
}

static void a_descriptor_is_copied_and_rewound(void **state) {
    (void)state;
    write_text("a", "");
    write_text("b", "");
    int before = open_descriptors();
    int fd = open(".", O_RDONLY);
    struct os_scandir *scan = os_scandir_fd(fd);
    assert_non_null(os_scandir_next(scan));
    os_scandir_close(scan);
    char **list = os_listdir_fd(fd);
    assert_int_equal(count(list), 2);
    free(list);
    scan = os_scandir_fd(fd);
    close(fd);
    struct os_dir_entry *entry = os_scandir_next(scan);
    assert_non_null(entry);
    assert_int_equal(os_dir_entry_is_file(entry, 0), 1);
    os_scandir_close(scan);
    assert_int_equal(open_descriptors(), before);
}

static void unknown_flags(void **state) {
    (void)state;
    write_text("a", "");
    struct os_scandir *scan = os_scandir(".");
    struct os_dir_entry *entry = os_scandir_next(scan);
    assert_int_equal(os_dir_entry_is_dir(entry, OS_EXIST_OK), -1);
    assert_error(EINVAL, "stat", "./a", NULL);
    assert_null(os_dir_entry_stat(entry, OS_EXIST_OK));
    assert_error(EINVAL, "stat", "./a", NULL);
    os_scandir_close(scan);
}

static void sort_as_python(void **state) {
    (void)state;
    const char *names[] = {"b", "\xff", "a\xc3\xa4", "", "a", "B", "ab", NULL};
    static const char *const sorted[] = {"", "B", "a", "ab", "a\xc3\xa4", "b", "\xff"};
    os_sort((char **)(uintptr_t)names);
    for (size_t i = 0; i < sizeof sorted / sizeof *sorted; i++)
        assert_string_equal(names[i], sorted[i]);
    assert_null(names[7]);
    char *none[] = {NULL};
    os_sort(none);
    assert_null(none[0]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sort_as_python),
        IN_SCRATCH(listdir_names),
        IN_SCRATCH(listdir_errors),
        IN_SCRATCH(listdir_of_a_descriptor),
        IN_SCRATCH(listdir_of_a_removed_directory),
        IN_SCRATCH(paths_are_joined),
        IN_SCRATCH(scandir_errors),
        IN_SCRATCH(types),
        IN_SCRATCH(link_loop),
        IN_SCRATCH(stat_both_ways),
        IN_SCRATCH(stat_is_kept),
        IN_SCRATCH(vanished_entries),
        IN_SCRATCH(the_end_has_errno_0),
        IN_SCRATCH(a_descriptor_is_copied_and_rewound),
        IN_SCRATCH(unknown_flags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
