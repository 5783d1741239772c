/* SPDX-License-Identifier: MIT */
/** os.rmtree: everything inside goes, nothing outside. */
#include "trees.h"

#include "fs/dir.h"
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

static struct os_rmtree_options with_threads(int threads) {
    return (struct os_rmtree_options){
        .size = sizeof(struct os_rmtree_options),
        .control.threads = threads,
    };
}

static bool there(const char *path) {
    struct stat st;
    return lstat(path, &st) == 0;
}

static void a_tree(void **state) {
    (void)state;
    for (int threads = 0; threads < 4; threads++) {
        struct os_rmtree_options options = with_threads(threads);
        make_bush("t", 50);
        assert_int_equal(symlink("/etc", "t/link"), 0);
        assert_int_equal(mkfifo("t/fifo", 0666), 0);
        int before = open_descriptors();
        assert_int_equal(os_rmtree("t", &options), 0);
        assert_int_equal(open_descriptors(), before);
        assert_false(there("t"));
    }
}

static void spellings(void **state) {
    (void)state;
    make_bush("t", 3);
    assert_int_equal(os_rmtree("t///", NULL), 0);
    assert_false(there("t"));
    make_bush("t", 3);
    assert_int_equal(os_rmtree("./t/../t", NULL), 0);
    make_bush("t", 3);
    int dir = open(".", O_RDONLY);
    assert_int_equal(os_rmtreeat(dir, "t", NULL), 0);
    close(dir);
    assert_false(there("t"));
}

static void refusals(void **state) {
    (void)state;
    make_bush("outside", 2);
    assert_int_equal(symlink("outside", "link"), 0);
    write_text("file", "");
    assert_int_equal(os_rmtree("gone", NULL), -1);
    assert_error(ENOENT, "open", "gone", NULL);
    assert_int_equal(os_rmtree("file", NULL), -1);
    assert_error(ENOTDIR, "open", "file", NULL);
    assert_int_equal(os_rmtree("link", NULL), -1);
    assert_error(ENOTDIR, "open", "link", NULL);
    assert_int_equal(os_rmtree("link/", NULL), -1);
    assert_error(ENOTDIR, "open", "link/", NULL);
    assert_int_equal(count_tree("outside").others, 2 * 3);
    struct os_rmtree_options bad = {.size = 1};
    assert_int_equal(os_rmtree("outside", &bad), -1);
    assert_error(EINVAL, "rmtree", "outside", NULL);
}

/* In a root of its own: what fails here would remove the machine. */
static void the_root_stays(void **state) {
    (void)state;
    assert_int_equal(mkdir("own", 0755), 0);
    write_text("own/file", "");
    pid_t pid = fork();
    assert_return_code(pid, errno);
    if (pid == 0) {
        struct stat st;
        if ((chroot("own") < 0 && (unshare(CLONE_NEWUSER) < 0 || chroot("own") < 0)) ||
            chdir("/") < 0)
            _exit(77);
        bool refused = os_rmtree("/", NULL) == -1 && errno == EBUSY && os_rmtree(".", NULL) == -1;
        _exit(refused && lstat("/file", &st) == 0 ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void errors_ignored(void **state) {
    (void)state;
    struct os_rmtree_options options = with_threads(1);
    options.control.ignore_errors = true;
    assert_int_equal(os_rmtree("gone", &options), 0);
}

static void without_types(void **state) {
    (void)state;
    make_bush("t", 20);
    dir_types_hidden = true;
    int r = os_rmtree("t", NULL);
    dir_types_hidden = false;
    assert_int_equal(r, 0);
    assert_false(there("t"));
}

/* Names of 200 bytes: 3,000 levels are 600,000 bytes, far beyond PATH_MAX. */
static void deep_with_few_descriptors(void **state) {
    (void)state;
    char name[201];
    memset(name, 'x', sizeof name - 1);
    name[200] = '\0';
    static const struct {
        int descriptors, threads, depth, siblings;
    } rows[] = {
        {16, 1, 10000, 0}, {64, 1, 3000, 1}, {64, 2, 3000, 1}, {256, 0, 3000, 2}, {16, 3, 1000, 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct os_rmtree_options options = with_threads(rows[i].threads);
        make_chain("t", i % 2 ? "d" : name, rows[i].depth, rows[i].siblings);
        long old = limit_descriptors(rows[i].descriptors);
        int r = os_rmtree("t", &options);
        limit_descriptors(old);
        if (r < 0)
            os_perror("rmtree");
        assert_int_equal(r, 0);
        assert_false(there("t"));
    }
}

/* All descriptors but a few are taken by others, whatever the limit says. */
static void descriptors_taken_by_others(void **state) {
    (void)state;
    SKIP_SANITIZED();
    make_chain("t", "d", 300, 1);
    long old = limit_descriptors(200);
    int taken[200], n = 0;
    while ((taken[n] = open("/", O_RDONLY)) >= 0)
        n++;
    for (int i = 0; i < 5; i++)
        close(taken[--n]);
    int r = os_rmtree("t", NULL);
    while (n > 0)
        close(taken[--n]);
    limit_descriptors(old);
    assert_int_equal(r, 0);
    assert_false(there("t"));
}

static int nobody_removes(void) {
    struct os_rmtree_options options = with_threads(1);
    if (os_rmtree("t", &options) != -1 || errno != EACCES ||
        strcmp(os_last_error()->filename, "t/d1") != 0)
        return 1;
    options.control.ignore_errors = true;
    return os_rmtree("t", &options) == 0 ? 0 : 2;
}

static void unreadable(void **state) {
    (void)state;
    make_chain("t", "d", 0, 0);
    assert_int_equal(mkdir("t/d1", 0777) | mkdir("t/d2", 0777) | mkdir("t/d3", 0777), 0);
    write_text("t/d1/f", "");
    write_text("t/d2/f", "");
    assert_int_equal(chmod(".", 0777) | chmod("t", 0777) | chmod("t/d2", 0777), 0);
    assert_int_equal(chmod("t/d1", 0) | chmod("t/d3", 0), 0);
    if (getuid() == 0)
        assert_int_equal(chown("t/d1", 65534, 65534) | chown("t/d3", 65534, 65534), 0);
    assert_int_equal(as_nobody(nobody_removes), 0);
    assert_true(there("t/d1"));
    assert_false(there("t/d2"));
    assert_false(there("t/d3")); /* it is empty, so it needs not be read */
    assert_int_equal(chmod("t/d1", 0777), 0);
}

struct told {
    int count, number;
    char operation[16], name[64];
};

static int note(const struct os_error *error, void *data) {
    struct told *told = data;
    told->count++;
    told->number = error->number;
    snprintf(told->operation, sizeof told->operation, "%s", error->operation);
    snprintf(told->name, sizeof told->name, "%s", error->filename);
    return 0;
}

static void errors_are_told(void **state) {
    (void)state;
    struct told told = {0};
    struct os_rmtree_options options = with_threads(1);
    options.control.on_error = note;
    options.control.data = &told;
    assert_int_equal(os_rmtree("gone", &options), 0);
    assert_int_equal(told.count, 1);
    assert_int_equal(told.number, ENOENT);
    assert_string_equal(told.operation, "open");
    assert_string_equal(told.name, "gone");
}

static int cancel(const struct os_progress *progress, void *data) {
    *(uint64_t *)data = progress->entries;
    return 1;
}

static void cancelled(void **state) {
    (void)state;
    for (int threads = 1; threads < 3; threads++) {
        uint64_t entries = 0;
        struct os_rmtree_options options = with_threads(threads);
        options.control.on_progress = cancel;
        options.control.data = &entries;
        make_bush("t", 40);
        int before = open_descriptors();
        assert_int_equal(os_rmtree("t", &options), -1);
        assert_error(ECANCELED, "rmtree", "t", NULL);
        assert_int_equal(open_descriptors(), before);
        assert_true(there("t"));
        assert_int_equal(os_rmtree("t", NULL), 0);
    }
}

/* When the top was read. */
static int fill_again(const struct os_progress *progress, void *data) {
    bool *filled = data;
    (void)progress;
    for (int i = 0; i < 50 && !*filled; i++) {
        char path[32];
        snprintf(path, sizeof path, "t/late%d", i);
        write_text(path, "");
    }
    *filled = true;
    return 0;
}

static void a_top_that_is_filled_meanwhile(void **state) {
    (void)state;
    for (int threads = 1; threads < 3; threads++) {
        bool filled = false;
        struct os_rmtree_options options = with_threads(threads);
        options.control.on_progress = fill_again;
        options.control.data = &filled;
        make_bush("t", 3);
        assert_int_equal(os_rmtree("t", &options), 0);
        assert_true(filled);
        assert_false(there("t"));
    }
}

static void mounts_are_left_alone(void **state) {
    (void)state;
    make_bush("t", 2);
    if (mount("none", "t/d0", "tmpfs", 0, NULL) < 0)
        skip();
    write_text("t/d0/kept", "");
    struct os_rmtree_options options = with_threads(1);
    options.control.one_file_system = true;
    int r = os_rmtree("t", &options), number = errno;
    bool kept = there("t/d0/kept");
    assert_int_equal(umount("t/d0"), 0);
    assert_int_equal(r, -1);
    assert_int_equal(number, EXDEV);
    assert_true(kept);
}

/* More directories in one than reading takes in at once. */
static void many_directories(void **state) {
    (void)state;
    for (int threads = 1; threads < 3; threads++) {
        struct os_rmtree_options options = with_threads(threads);
        assert_int_equal(mkdir("t", 0777), 0);
        for (int i = 0; i < 12000; i++) {
            char name[32];
            snprintf(name, sizeof name, "t/%d", i);
            assert_int_equal(mkdir(name, 0777), 0);
        }
        assert_int_equal(os_rmtree("t", &options), 0);
        assert_false(there("t"));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TREES(a_tree),
        IN_TREES(spellings),
        IN_TREES(refusals),
        IN_TREES(the_root_stays),
        IN_TREES(errors_ignored),
        IN_TREES(without_types),
        IN_TREES(deep_with_few_descriptors),
        IN_TREES(descriptors_taken_by_others),
        IN_TREES(unreadable),
        IN_TREES(errors_are_told),
        IN_TREES(cancelled),
        IN_TREES(a_top_that_is_filled_meanwhile),
        IN_TREES(mounts_are_left_alone),
        IN_TREES(many_directories),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
