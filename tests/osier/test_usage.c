/* SPDX-License-Identifier: MIT */
/** os.tree_usage: what du tells, and where it goes. */
#include "trees.h"

#include "fs/dir.h"
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define OPTIONS(...)                                                                               \
    (&(struct os_tree_usage_options){.size = sizeof(struct os_tree_usage_options), __VA_ARGS__})

/* What the system's own du says, in bytes. */
static uint64_t du(const char *options, const char *path) {
    char command[200];
    unsigned long long bytes = 0;
    snprintf(command, sizeof command, "du -s --block-size=1 %s %s", options, path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_int_equal(fscanf(pipe, "%llu", &bytes), 1);
    pclose(pipe);
    return bytes;
}

static void write_bytes(const char *path, size_t size) {
    char *text = malloc(size + 1);
    memset(text, 'x', size);
    text[size] = '\0';
    write_text(path, text);
    free(text);
}

static void plant(void) {
    assert_int_equal(mkdir("t", 0777) | mkdir("t/a", 0777) | mkdir("t/a/b", 0777), 0);
    assert_int_equal(mkdir("t/c", 0777), 0);
    write_bytes("t/small", 10);
    write_bytes("t/a/large", 100000);
    write_bytes("t/a/b/middle", 30000);
    write_bytes("t/c/own", 1000);
    assert_int_equal(link("t/a/large", "t/a/b/again"), 0);
    assert_int_equal(symlink("large", "t/a/link"), 0);
}

static void totals(void **state) {
    (void)state;
    plant();
    for (int threads = 0; threads < 4; threads++) {
        struct os_tree_usage *usage = os_tree_usage("t", OPTIONS(.control.threads = threads));
        assert_non_null(usage);
        assert_int_equal(usage->allocated, du("", "t"));
        assert_int_equal(usage->apparent, 10 + 100000 + 30000 + 1000 + strlen("large"));
        assert_int_equal(usage->directories, 4);
        assert_int_equal(usage->files, 6);
        assert_int_equal(usage->count, 0);
        free(usage);
    }
    struct os_tree_usage *usage = os_tree_usage("t", OPTIONS(.every_link = true));
    assert_int_equal(usage->allocated, du("-l", "t"));
    free(usage);
    dir_types_hidden = true;
    usage = os_tree_usage("t", NULL);
    dir_types_hidden = false;
    assert_int_equal(usage->allocated, du("", "t"));
    free(usage);
}

static void tops_that_are_none(void **state) {
    (void)state;
    plant();
    struct os_tree_usage *usage = os_tree_usage("t/small", NULL);
    assert_int_equal(usage->apparent, 10);
    assert_int_equal(usage->files, 1);
    assert_int_equal(usage->directories, 0);
    free(usage);
    usage = os_tree_usage("t/a/link", NULL);
    assert_int_equal(usage->apparent, strlen("large"));
    free(usage);
    assert_null(os_tree_usage("gone", NULL));
    assert_error(ENOENT, "usage", "gone", NULL);
}

static void listed(void **state) {
    (void)state;
    plant();
    struct os_tree_usage *usage = os_tree_usage("t", OPTIONS(.depth = 1, .apparent = true));
    assert_int_equal(usage->count, 3);
    assert_string_equal(usage->list[0].path, "t");
    assert_int_equal(usage->list[0].apparent, usage->apparent);
    assert_int_equal(usage->list[0].entries, 10);
    assert_string_equal(usage->list[1].path, "t/a");
    assert_int_equal(usage->list[1].depth, 1);
    assert_int_equal(usage->list[1].allocated, du("", "t/a"));
    assert_string_equal(usage->list[2].path, "t/c");
    assert_true(usage->list[2].is_dir);
    free(usage);
    usage = os_tree_usage("t", OPTIONS(.depth = -1, .files = true, .top = 2, .apparent = true));
    assert_int_equal(usage->count, 2);
    assert_string_equal(usage->list[0].path, "t");
    assert_string_equal(usage->list[1].path, "t/a");
    free(usage);
    usage = os_tree_usage("t", OPTIONS(.depth = -1, .files = true));
    assert_int_equal(usage->count, 4 + 5);
    for (size_t i = 1; i < usage->count; i++)
        assert_true(usage->list[i].allocated <= usage->list[i - 1].allocated);
    free(usage);
}

static void the_largest_of_many(void **state) {
    (void)state;
    make_bush("t", 30);
    write_bytes("t/d7/inner/big", 50000);
    write_bytes("t/d9/bigger", 60000);
    for (int threads = 1; threads < 4; threads++) {
        struct os_tree_usage *usage =
            os_tree_usage("t", OPTIONS(.depth = -1, .files = true, .top = 5, .apparent = true,
                                       .control.threads = threads));
        assert_int_equal(usage->count, 5);
        assert_string_equal(usage->list[0].path, "t");
        assert_string_equal(usage->list[1].path, "t/d9");
        assert_string_equal(usage->list[2].path, "t/d9/bigger");
        assert_string_equal(usage->list[3].path, "t/d7");
        assert_string_equal(usage->list[4].path, "t/d7/inner");
        free(usage);
    }
}

static void deep_with_few_descriptors(void **state) {
    (void)state;
    for (int threads = 1; threads < 3; threads++) {
        make_chain("t", "d", 3000, 1);
        long old = limit_descriptors(16);
        struct os_tree_usage *usage = os_tree_usage("t", OPTIONS(.control.threads = threads));
        limit_descriptors(old);
        assert_non_null(usage);
        assert_int_equal(usage->directories, 1 + 2 * 3000);
        assert_int_equal(usage->apparent, 4 * 3001);
        free(usage);
        assert_int_equal(os_rmtree("t", NULL), 0);
    }
}

static void mounts(void **state) {
    (void)state;
    plant();
    if (mount("none", "t/c", "tmpfs", 0, NULL) < 0)
        skip();
    write_bytes("t/c/on-another", 500000);
    struct os_tree_usage *here = os_tree_usage("t", OPTIONS(.control.one_file_system = true));
    struct os_tree_usage *across = os_tree_usage("t", NULL);
    uint64_t du_here = du("-x", "t"), du_across = du("", "t");
    assert_int_equal(umount("t/c"), 0);
    assert_int_equal(here->allocated, du_here);
    assert_int_equal(across->allocated, du_across);
    free(here);
    free(across);
}

static int count_errors(const struct os_error *error, void *data) {
    *(int *)data += error->number == EACCES && strcmp(error->filename, "t/a") == 0;
    return 0;
}

static int nobody_measures(void) {
    int errors = 0;
    if (os_tree_usage("t", NULL) || errno != EACCES ||
        strcmp(os_last_error()->filename, "t/a") != 0)
        return 1;
    struct os_tree_usage *usage =
        os_tree_usage("t", OPTIONS(.control.on_error = count_errors, .control.data = &errors));
    if (!usage || errors != 1 || usage->directories != 3 || usage->files != 2)
        return 2;
    free(usage);
    return 0;
}

static void unreadable(void **state) {
    (void)state;
    plant();
    assert_int_equal(chmod(".", 0777) | chmod("t/a", getuid() ? 0 : 0700), 0);
    assert_int_equal(as_nobody(nobody_measures), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TREES(totals),
        IN_TREES(tops_that_are_none),
        IN_TREES(listed),
        IN_TREES(the_largest_of_many),
        IN_TREES(deep_with_few_descriptors),
        IN_TREES(mounts),
        IN_TREES(unreadable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
