/* SPDX-License-Identifier: MIT */
/** os.move to another file system: a name is replaced only by a complete object, and what is removed
 *  is what was copied. */
#include "trees.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define MOVE(...) (&(struct os_move_options){.size = sizeof(struct os_move_options), __VA_ARGS__})

static struct stat look(const char *path) {
    struct stat st;
    if (lstat(path, &st) < 0)
        fail_msg("%s: errno %d", path, errno);
    return st;
}

static bool is_there(const char *path) {
    struct stat st;
    return lstat(path, &st) == 0;
}

static const char *text_of(const char *path) {
    static char text[64];
    int fd = open(path, O_RDONLY);
    ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    text[size < 0 ? 0 : size] = '\0';
    if (fd >= 0)
        close(fd);
    return size < 0 ? "nothing" : text;
}

/* A scratch directory with another file system in it, "other", in mounts of its own. */
static int enter_other(void **state) {
    if (enter_trees(state) < 0 || mkdir("other", 0777) < 0)
        return -1;
    if (unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
        mount("none", "other", "tmpfs", 0, "size=8m");
    return 0;
}

static int leave_other(void **state) {
    umount2("other", MNT_DETACH);
    return leave_trees(state);
}

#define NEEDS_OTHER()                                                                              \
    do                                                                                             \
        if (look("other").st_dev == look(".").st_dev)                                              \
            skip();                                                                                \
    while (0)

/* ------------------------------------------------------------------------ what is there already */

static void onto_whatever_is_there(void **state) {
    (void)state;
    NEEDS_OTHER();
    static const char *const sources[] = {"f", "l", "p"};
    static const char *const targets[] = {"file", "link", "dangling", "pipe", "twin"};
    for (int s = 0; s < 3; s++)
        for (int t = 0; t < 5; t++) {
            char target[40];
            write_text("f", "new");
            assert_int_equal(symlink("nowhere", "l") | mkfifo("p", 0640), 0);
            write_text("other/outside", "outside");
            write_text("other/file", "old");
            write_text("other/twin", "old");
            assert_int_equal(symlink("outside", "other/link") | link("other/twin", "other/twin2"),
                             0);
            assert_int_equal(symlink("gone", "other/dangling") | mkfifo("other/pipe", 0600), 0);
            snprintf(target, sizeof target, "other/%s", targets[t]);
            mode_t type = look(sources[s]).st_mode & S_IFMT;
            if (os_move(sources[s], target, NULL) < 0)
                fail_msg("%s to %s: %s", sources[s], target, strerror(errno));
            assert_int_equal(look(target).st_mode & S_IFMT, type);
            assert_int_equal(look(target).st_nlink, 1);
            assert_false(is_there(sources[s]) || is_there("other/gone"));
            assert_string_equal(text_of("other/outside"), "outside");
            assert_string_equal(text_of("other/twin2"), "old");
            assert_int_equal(system("rm -f f l p other/*"), 0);
        }
}

/* Who has the old file open reads the old content, and never a part of the new one. */
static void the_old_file_stays_as_it_was(void **state) {
    (void)state;
    NEEDS_OTHER();
    char content[8] = "";
    write_text("f", "secret");
    assert_int_equal(chmod("f", 0600), 0);
    write_text("other/f", "old");
    assert_int_equal(chmod("other/f", 0644), 0);
    int fd = open("other/f", O_RDONLY);
    assert_int_equal(os_move("f", "other/f", NULL), 0);
    assert_int_equal(read(fd, content, sizeof content - 1), 3);
    assert_string_equal(content, "old");
    close(fd);
    assert_string_equal(text_of("other/f"), "secret");
    assert_int_equal(look("other/f").st_mode & 07777, 0600);
}

static void the_disk_is_full(void **state) {
    (void)state;
    NEEDS_OTHER();
    write_text("other/f", "old");
    assert_int_equal(mkdir("d", 0777), 0);
    assert_int_equal(system("head -c 9000000 /dev/urandom > f && cp f d/f"), 0);
    assert_int_equal(os_move("f", "other/f", NULL), -1);
    assert_error(ENOSPC, "move", "f", "other/f");
    assert_string_equal(text_of("other/f"), "old");
    assert_int_equal(os_move("d", "other/d", NULL), -1);
    assert_int_equal(errno, ENOSPC);
    assert_int_equal(look("f").st_size + look("d/f").st_size, 18000000);
    assert_false(is_there("other/d"));
    struct census census = count_tree("other"); /* and nothing under another name */
    assert_int_equal(census.directories + census.others, 2);
}

static int stop(const struct os_progress *progress, void *data) {
    (void)progress, (void)data;
    return 1;
}

static void cancelled(void **state) {
    (void)state;
    NEEDS_OTHER();
    write_text("f", "new");
    write_text("other/f", "old");
    assert_int_equal(mkdir("d", 0777), 0);
    write_text("d/f", "new");
    assert_int_equal(os_move("f", "other/f", MOVE(.control.on_progress = stop)), -1);
    assert_int_equal(errno, ECANCELED);
    assert_int_equal(os_move("d", "other/d", MOVE(.control.on_progress = stop)), -1);
    assert_int_equal(errno, ECANCELED);
    assert_string_equal(text_of("other/f"), "old");
    assert_string_equal(text_of("d/f"), "new");
    struct census census = count_tree("other");
    assert_int_equal(census.directories + census.others, 2);
}

/* A link into the directory that it leads to; a directory into itself is no move at all. */
static void a_link_into_its_own_directory(void **state) {
    (void)state;
    assert_int_equal(mkdir("d", 0777) | symlink("d", "l"), 0);
    assert_int_equal(os_move("l", "d", NULL), 0);
    assert_true(S_ISLNK(look("d/l").st_mode));
    assert_int_equal(os_move("d", "d", NULL), 0);
    write_text("l", "");
    assert_int_equal(os_move("l", "d", NULL), -1);
    assert_error(EEXIST, "move", "l", "d/l");
    assert_int_equal(look("l").st_size, 0);
}

static void links_stay_links(void **state) {
    (void)state;
    NEEDS_OTHER();
    assert_int_equal(mkdir("d", 0777) | symlink("x", "d/l") | link("d/l", "d/l2"), 0);
    assert_int_equal(mkfifo("d/p", 0600) | link("d/p", "d/p2"), 0);
    write_text("d/f", "x");
    assert_int_equal(link("d/f", "d/f2"), 0);
    assert_int_equal(os_move("d", "other/d", NULL), 0);
    assert_false(is_there("d"));
    static const char *const pairs[][2] = {
        {"other/d/l", "other/d/l2"}, {"other/d/p", "other/d/p2"}, {"other/d/f", "other/d/f2"}};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(look(pairs[i][0]).st_ino, look(pairs[i][1]).st_ino);
        assert_int_equal(look(pairs[i][0]).st_nlink, 2);
    }
}

static void times_far_away(void **state) {
    (void)state;
    NEEDS_OTHER();
    const struct timespec times[2] = {{10413792000, 1}, {10413792000, 999999999}}; /* in 2300 */
    assert_int_equal(mkdir("d", 0777), 0);
    write_text("d/f", "x");
    write_text("f", "x");
    assert_int_equal(utimensat(AT_FDCWD, "d/f", times, 0) | utimensat(AT_FDCWD, "f", times, 0), 0);
    assert_int_equal(utimensat(AT_FDCWD, "d", times, 0), 0);
    assert_int_equal(os_copy2("f", "copy", NULL) | os_copytree("d", "copies", NULL), 0);
    assert_int_equal(os_move("d", "other/d", NULL) | os_move("f", "other/f", NULL), 0);
    static const char *const paths[] = {"copy",    "copies",    "copies/f",
                                        "other/f", "other/d/f", "other/d"};
    for (int i = 0; i < 6; i++) {
        struct stat st = look(paths[i]);
        assert_true(st.st_mtim.tv_sec == 10413792000 && st.st_mtim.tv_nsec == 999999999);
    }
}

/* --------------------------------------------------------------------------- while it is moved */

/* What somebody does when a copy is under way, the first time that the progress is told. */
static void (*meddle)(void);

static int meddle_once(const struct os_progress *progress, void *data) {
    (void)progress;
    if (!*(bool *)data)
        meddle();
    *(bool *)data = true;
    return 0;
}

static int move_meddled(const char *src, const char *dst, void (*what)(void)) {
    bool done = false;
    meddle = what;
    int r = os_move(
        src, dst,
        MOVE(.control.on_progress = meddle_once, .control.data = &done, .control.threads = 1));
    assert_true(done);
    return r;
}

static void create(void) {
    write_text("d/new", "new");
    assert_int_equal(mkdir("d/newdir", 0777), 0);
}

static void change(void) {
    write_text("d/a", "changed");
}

static void save(void) {
    write_text("saved", "one");
    assert_int_equal(rename("saved", "d/a"), 0);
}

static void exchange_directories(void) {
    assert_int_equal(syscall(SYS_renameat2, AT_FDCWD, "d/sub", AT_FDCWD, "elsewhere", 2), 0);
}

static void exchange_tops(void) {
    assert_int_equal(syscall(SYS_renameat2, AT_FDCWD, "d", AT_FDCWD, "elsewhere", 2), 0);
}

static void link_for_top(void) {
    assert_int_equal(rename("d", "was") | symlink("elsewhere", "d"), 0);
}

static void change_file(void) {
    write_text("f", "longer than before");
}

static void plant(void) {
    assert_int_equal(mkdir("d", 0777) | mkdir("d/sub", 0777) | mkdir("elsewhere", 0777), 0);
    write_text("d/a", "one");
    write_text("d/b", "two");
    write_text("d/sub/c", "three");
    write_text("elsewhere/c", "THREE");
    write_text("f", "file");
}

/* Everything is somewhere: in the copy, where it was, or where somebody has put it. */
static void what_comes_meanwhile(void **state) {
    (void)state;
    NEEDS_OTHER();
    NEEDS_CALL("renameat2");
    static const struct {
        void (*what)(void);
        const char *src, *stays, *text;
    } rows[] = {
        {create, "d", "d/new", "new"},
        {change, "d", "d/a", "changed"},
        {save, "d", "d/a", "one"},
        {exchange_directories, "d", "d/sub/c", "THREE"},
        {exchange_tops, "d", "d/c", "THREE"},
        {link_for_top, "d", "d/c", "THREE"},
        {change_file, "f", "f", "longer than before"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        plant();
        /* The tick that meddles comes with the first content that was copied. */
        int r = move_meddled(rows[i].src, "other/x", rows[i].what), number = errno;
        char moved[40];
        snprintf(moved, sizeof moved, "other/x%s", rows[i].stays + 1);
        bool in_time = r == 0; /* it came before that was copied, and is a part of the copy */
        const char *text = text_of(in_time ? moved : rows[i].stays);
        if (strcmp(text, rows[i].text) != 0)
            fail_msg("row %zu: %s: %s", i, rows[i].stays, text);
        if (!in_time)
            assert_int_equal(number, EBUSY);
        assert_true(is_there("other/x"));
        bool c = is_there("other/x/sub/c") || is_there("elsewhere/c") || is_there("d/sub/c") ||
                 is_there("elsewhere/sub/c") || is_there("was/sub/c");
        assert_true(c);
        assert_int_equal(system("rm -rf d elsewhere was saved f other/*"), 0);
    }
}

int main(void) {
#define IN_OTHER(test) cmocka_unit_test_setup_teardown(test, enter_other, leave_other)
    const struct CMUnitTest tests[] = {
        IN_OTHER(onto_whatever_is_there),
        IN_OTHER(the_old_file_stays_as_it_was),
        IN_OTHER(the_disk_is_full),
        IN_OTHER(cancelled),
        IN_OTHER(a_link_into_its_own_directory),
        IN_OTHER(links_stay_links),
        IN_OTHER(times_far_away),
        IN_OTHER(what_comes_meanwhile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
