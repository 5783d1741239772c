/* SPDX-License-Identifier: MIT */
/** os.tree_compare, os.chmodtree and os.chowntree. */
#include "trees.h"

#include "fs/dir.h"
#include <fcntl.h>
#include <sys/stat.h>

#define OPTIONS(...)                                                                               \
    (&(struct os_tree_compare_options){.size = sizeof(struct os_tree_compare_options), __VA_ARGS__})

/* The differences as text: "path:bits path:bits". */
static const char *shown(struct os_tree_compare *compare) {
    static char text[2000];
    size_t size = 0;
    assert_non_null(compare);
    text[0] = '\0';
    for (size_t i = 0; i < compare->count; i++)
        size += (size_t)sprintf(text + size, "%s%s:%d", i ? " " : "", compare->list[i].path,
                                compare->list[i].what);
    free(compare);
    return text;
}

static void the_same(void **state) {
    (void)state;
    make_bush("a", 20);
    assert_int_equal(symlink("d0", "a/link") | mkfifo("a/pipe", 0666), 0);
    const struct os_copytree_options all = {
        .size = sizeof all, .symlinks = true, .special_files = true, .owner = true};
    assert_int_equal(os_copytree("a", "b", &all), 0);
    for (int threads = 0; threads < 4; threads++)
        assert_string_equal(
            shown(os_tree_compare(
                "a", "b",
                OPTIONS(.modes = true, .owners = true, .times = true, .control.threads = threads))),
            "");
    assert_string_equal(shown(os_tree_compare("a/d0/f0", "b/d0/f0", NULL)), "");
}

static void every_difference(void **state) {
    (void)state;
    make_bush("a", 3);
    write_text("a/large", "");
    assert_int_equal(truncate("a/large", 300000) | symlink("x", "a/link"), 0);
    const struct os_copytree_options links = {.size = sizeof links, .symlinks = true};
    assert_int_equal(os_copytree("a", "b", &links), 0);
    int fd = open("b/large", O_WRONLY);
    assert_int_equal(pwrite(fd, "x", 1, 200000), 1);
    close(fd);
    write_text("a/d0/left", "");
    assert_int_equal(mkdir("b/d1/right", 0777) | mkdir("b/d1/right/deeper", 0777), 0);
    assert_int_equal(unlink("b/d2/f0") | mkdir("b/d2/f0", 0777), 0);
    assert_int_equal(unlink("b/link") | symlink("y", "b/link"), 0);
    write_text("b/d0/f1", "longer text");
    assert_int_equal(chmod("b/d0/f2", 0600) | chmod("b/d1/inner", 0700), 0);
    for (int hidden = 0; hidden < 2; hidden++) {
        dir_types_hidden = hidden;
        assert_string_equal(shown(os_tree_compare("a", "b", NULL)),
                            "d0/f1:8 d0/left:1 d1/right:2 d2/f0:4 large:8 link:8");
        assert_string_equal(
            shown(os_tree_compare("a", "b", OPTIONS(.modes = true))),
            "d0/f1:8 d0/f2:16 d0/left:1 d1/inner:16 d1/right:2 d2/f0:4 large:8 link:8");
    }
    dir_types_hidden = false;
    const char *const ignore[] = {"d?", "l*", NULL};
    assert_string_equal(shown(os_tree_compare("a", "b", OPTIONS(.ignore = ignore))), "");
    assert_string_equal(shown(os_tree_compare("a/d0/f1", "b/d0/f1", NULL)), ":8");
    assert_string_equal(shown(os_tree_compare("a/d0", "b/large", NULL)), ":4");
    assert_null(os_tree_compare("a", "gone", NULL));
    assert_error(ENOENT, "compare", "gone", NULL);
}

static void shallow(void **state) {
    (void)state;
    write_text("a", "one");
    write_text("b", "two");
    const struct timespec times[2] = {{1, 2}, {3, 4}};
    assert_int_equal(utimensat(AT_FDCWD, "a", times, 0) | utimensat(AT_FDCWD, "b", times, 0), 0);
    assert_string_equal(shown(os_tree_compare("a", "b", OPTIONS(.shallow = true))), "");
    assert_string_equal(shown(os_tree_compare("a", "b", NULL)), ":8");
}

static void deep_with_few_descriptors(void **state) {
    (void)state;
    make_chain("a", "d", 2000, 1);
    make_chain("b", "d", 2000, 1);
    long old = limit_descriptors(16);
    struct os_tree_compare *compare = os_tree_compare("a", "b", OPTIONS(.control.threads = 1));
    limit_descriptors(old);
    assert_string_equal(shown(compare), "");
}

static int count_wrong(mode_t file, mode_t dir) {
    struct os_walk *walk = os_walk("t", NULL);
    struct os_walk_entry *at;
    int wrong = 0;
    while ((at = os_walk_next(walk))) {
        struct stat st;
        assert_int_equal(stat(at->dirpath, &st), 0);
        wrong += (st.st_mode & 07777) != dir;
        for (char **name = at->filenames; *name; name++) {
            char path[300];
            snprintf(path, sizeof path, "%s/%s", at->dirpath, *name);
            assert_int_equal(lstat(path, &st), 0);
            wrong += !S_ISLNK(st.st_mode) && (st.st_mode & 07777) != file;
        }
    }
    os_walk_close(walk);
    return wrong;
}

static void modes(void **state) {
    (void)state;
    make_bush("t", 20);
    write_text("outside", "");
    assert_int_equal(chmod("outside", 0604) | symlink("../outside", "t/link"), 0);
    for (int threads = 0; threads < 3; threads++) {
        struct os_tree_options options = {.size = sizeof options, .control.threads = threads};
        assert_int_equal(os_chmodtree("t", 0640, 0750, &options), 0);
        assert_int_equal(count_wrong(0640, 0750), 0);
        assert_int_equal(os_chmodtree("t", (mode_t)-1, 0700, &options), 0);
        assert_int_equal(count_wrong(0640, 0700), 0);
    }
    struct stat st;
    assert_int_equal(stat("outside", &st), 0);
    assert_int_equal(st.st_mode & 07777, 0604);
    assert_int_equal(os_chmodtree("gone", 0, 0, NULL), -1);
    assert_error(ENOENT, "open", "gone", NULL);
    assert_int_equal(os_chmodtree("t/link", 0, 0, NULL), -1);
}

static void owners(void **state) {
    (void)state;
    if (getuid() != 0)
        skip();
    make_bush("t", 6);
    write_text("outside", "");
    assert_int_equal(symlink("../outside", "t/link"), 0);
    assert_int_equal(os_chowntree("t", 1235, (gid_t)-1, NULL), 0);
    assert_int_equal(system("test -z \"$(find t -not -uid 1235)\" -a -O outside"), 0);
}

/* The tops are followed, whatever they are. */
static void links_to_files(void **state) {
    (void)state;
    write_text("f", "content");
    write_text("g", "other");
    assert_int_equal(symlink("f", "l"), 0);
    static const struct {
        const char *left, *right;
        size_t count;
    } rows[] = {{"l", "f", 0}, {"f", "l", 0}, {"l", "l", 0}, {"l", "g", 1}, {"g", "l", 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct os_tree_compare *compare = os_tree_compare(rows[i].left, rows[i].right, NULL);
        assert_non_null(compare);
        assert_int_equal(compare->count, rows[i].count);
        free(compare);
    }
    write_text("h", "conten_");
    struct os_tree_compare *compare = os_tree_compare("l", "h", NULL); /* of the same size */
    assert_non_null(compare);
    assert_int_equal(compare->count, 1);
    free(compare);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TREES(the_same),       IN_TREES(every_difference),
        IN_TREES(shallow),        IN_TREES(deep_with_few_descriptors),
        IN_TREES(modes),          IN_TREES(owners),
        IN_TREES(links_to_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
