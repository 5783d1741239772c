/* SPDX-License-Identifier: MIT */
/** Trees deeper than there are descriptors, and than PATH_MAX, by every call for trees. */
#include "clients.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

/* A chain of directories, and "end" in the last of them. */
struct shape {
    const char *title;
    int name_size, depth, siblings;
};

/* make_chain() leaves the last directory out of reach of a path. */
static void add_end(const char *name, int depth) {
    int fd = open("t", O_PATH | O_DIRECTORY);
    for (int i = 0; i < depth; i++) {
        int next = openat(fd, name, O_PATH | O_DIRECTORY);
        assert_true(next >= 0);
        close(fd);
        fd = next;
    }
    int end = openat(fd, "end", O_WRONLY | O_CREAT, 0666);
    assert_true(end >= 0);
    close(end);
    close(fd);
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void check_shape(const struct shape *shape, const int *limits, size_t limit_count) {
    char name[256] = "";
    memset(name, 'x', (size_t)shape->name_size);
    make_chain("t", name, shape->depth, shape->siblings);
    add_end(name, shape->depth);
    struct known known = {
        .top = "t",
        .directories = 1 + (long)shape->depth * (1 + shape->siblings),
        .others = 2 + shape->depth,
        .pattern = "t/**/end",
        .matches = 1,
    };
    for (size_t i = 0; i < 2 * limit_count; i++) {
        known.threads = 1 + (int)(i % 2);
        for (size_t c = 0; c < client_count; c++) {
            double start = seconds();
            long old = limit_descriptors(limits[i / 2]);
            clients[c].check(&known);
            limit_descriptors(old);
            if (getenv("OSIER_TIMES"))
                print_message("# %s: %s, %d descriptors, %d threads: %.3f s\n", shape->title,
                              clients[c].name, limits[i / 2], known.threads, seconds() - start);
        }
    }
    long old = limit_descriptors(16);
    int r = os_rmtree("t", NULL);
    limit_descriptors(old);
    assert_int_equal(r, 0);
}

static const int limits[] = {16, 64, 256};

#ifdef SLOW
#define CASE(id, limits, count, ...)                                                               \
    static void id(void **state) {                                                                 \
        (void)state;                                                                               \
        check_shape(&(struct shape){#id, __VA_ARGS__}, limits, count);                             \
    }
CASE(ten_thousand_deep, limits, 1, 1, 10000, 0)
CASE(ten_thousand_deep_with_siblings, limits, 1, 1, 10000, 1)
CASE(three_thousand_deep, limits + 1, 2, 1, 3000, 0)
CASE(three_thousand_deep_with_siblings, limits + 1, 2, 1, 3000, 1)
CASE(beyond_path_max, limits, 3, 255, 500, 0)
CASE(beyond_path_max_with_siblings, limits, 3, 255, 300, 2)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TREES(ten_thousand_deep),   IN_TREES(ten_thousand_deep_with_siblings),
        IN_TREES(three_thousand_deep), IN_TREES(three_thousand_deep_with_siblings),
        IN_TREES(beyond_path_max),     IN_TREES(beyond_path_max_with_siblings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
#else
static void deeper_than_descriptors(void **state) {
    (void)state;
    check_shape(&(struct shape){"deep", 1, 400, 1}, limits, 1);
}

static void beyond_path_max(void **state) {
    (void)state;
    check_shape(&(struct shape){"long", 255, 60, 1}, limits, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TREES(deeper_than_descriptors),
        IN_TREES(beyond_path_max),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
#endif
