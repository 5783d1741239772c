/* SPDX-License-Identifier: MIT */
/** Copies where the kernel, the file system or other people make it hard. */
#include "trees.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <termios.h>

#define OPTIONS(...)                                                                               \
    (&(struct os_copytree_options){.size = sizeof(struct os_copytree_options), __VA_ARGS__})

/* In a child: says what is wrong, and ends it. */
#define CHECK(condition)                                                                           \
    do                                                                                             \
        if (!(condition)) {                                                                        \
            print_error("%s:%d: %s (errno %d)\n", __FILE__, __LINE__, #condition, errno);          \
            return 1;                                                                              \
        }                                                                                          \
    while (0)

static struct stat look(const char *path) {
    struct stat st;
    assert_int_equal(lstat(path, &st), 0);
    return st;
}

/* What stands at this place of every file here that is not a hole. */
static char byte_at(long offset) {
    return (char)(1 + (offset / 3 + offset / 4096) % 250);
}

static void fill(const char *path, long from, long size) {
    int fd = open(path, O_WRONLY | O_CREAT, 0666);
    assert_true(fd >= 0);
    char *data = malloc((size_t)size);
    for (long i = 0; i < size; i++)
        data[i] = byte_at(from + i);
    assert_int_equal(pwrite(fd, data, (size_t)size, from), size);
    free(data);
    close(fd);
}

static bool same_content(const char *a, const char *b) {
    char command[200];
    snprintf(command, sizeof command, "cat '%s' | cmp -s - '%s'", a, b);
    return system(command) == 0;
}

/* ------------------------------------------------------------------- the ways in the kernel */

enum { LARGE = 300000 };

/* Which calls fail, and with what; 0 for one that does its work. */
struct denial {
    int clone, range, sendfile, seek;
    int expected; /* the copy's own errno, or 0 */
};

static const struct denial denials[] = {
    {0, 0, 0, 0, 0},
    {EOPNOTSUPP, 0, 0, 0, 0},
    {EXDEV, EXDEV, 0, 0, 0},
    {ENOTTY, ENOSYS, 0, 0, 0},
    {EINVAL, EINVAL, 0, 0, 0},
    {EPERM, EPERM, EPERM, 0, 0},
    {EOPNOTSUPP, EOPNOTSUPP, ENOSYS, 0, 0},
    {EXDEV, EXDEV, EINVAL, 0, 0},
    {0, 0, 0, EINVAL, 0},
    {ENOTTY, ENOSYS, ENOSYS, EINVAL, 0},
    {EIO, 0, 0, 0, EIO},
    {ENOTTY, EIO, 0, 0, EIO},
    {ENOTTY, ENOSPC, 0, 0, ENOSPC},
    {ENOTTY, EDQUOT, 0, 0, EDQUOT},
    {ENOTTY, EXDEV, EIO, 0, EIO},
    {0, 0, 0, EIO, EIO},
};

#define LOAD(member)                                                                               \
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)offsetof(struct seccomp_data, member))
#define UNLESS(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)(value), 0, skip)
#define FAIL(number)                                                                               \
    BPF_STMT(BPF_RET | BPF_K,                                                                      \
             (number) ? (unsigned)(SECCOMP_RET_ERRNO | (number)) : SECCOMP_RET_ALLOW)

static bool deny(const struct denial *d) {
    struct sock_filter filter[] = {
        LOAD(nr),          UNLESS(SYS_copy_file_range, 1),
        FAIL(d->range),    UNLESS(SYS_sendfile, 1),
        FAIL(d->sendfile), UNLESS(SYS_ioctl, 3),
        LOAD(args[1]),     UNLESS(0x40049409 /* FICLONE */, 7),
        FAIL(d->clone),    UNLESS(SYS_lseek, 5),
        LOAD(args[2]),     UNLESS(SEEK_DATA, 1),
        FAIL(d->seek),     UNLESS(SEEK_HOLE, 1),
        FAIL(d->seek),     BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static const struct {
    const char *name;
    long from[3], size[3], end;
} layouts[] = {
    {"plain", {0}, {LARGE}, LARGE},
    {"small", {0}, {10}, 10},
    {"empty", {0}, {0}, 0},
    {"hole-first", {1 << 20}, {LARGE}, (1 << 20) + LARGE},
    {"hole-inside", {0, 1 << 20}, {LARGE, LARGE}, (1 << 20) + LARGE},
    {"hole-last", {0}, {LARGE}, 4 << 20},
    {"holes", {70000, 1 << 20, 3 << 20}, {5000, LARGE, 1}, (6 << 20) + 1},
    {"all-hole", {0}, {0}, 4 << 20},
};
enum { LAYOUTS = sizeof layouts / sizeof *layouts };

static const struct denial *denied;

static int copies_denied(void) {
    if (!deny(denied))
        return 77;
    for (int i = 0; i < LAYOUTS; i++) {
        struct stat a, b;
        bool reached = denied->seek           ? i >= 3           /* those with holes */
                       : denied->clone == EIO ? i != 1 && i != 2 /* those that are large */
                                              : i != 1 && i != 2 && i != 7; /* … with data */
        int r = os_copyfile(layouts[i].name, "copy", NULL);
        if (denied->expected && reached) {
            CHECK(r < 0 && errno == denied->expected);
            continue;
        }
        CHECK(r == 0);
        CHECK(stat(layouts[i].name, &a) == 0 && stat("copy", &b) == 0);
        CHECK(a.st_size == b.st_size && same_content(layouts[i].name, "copy"));
        CHECK(denied->seek || i < 3 || b.st_blocks <= a.st_blocks + 64); /* holes stay holes */
    }
    return 0;
}

static void every_way_in_the_kernel(void **state) {
    (void)state;
    for (int i = 0; i < LAYOUTS; i++) {
        write_text(layouts[i].name, "");
        for (int part = 0; part < 3; part++)
            fill(layouts[i].name, layouts[i].from[part], layouts[i].size[part]);
        assert_int_equal(truncate(layouts[i].name, layouts[i].end), 0);
    }
    assert_int_equal(chmod(".", 0777), 0);
    for (size_t i = 0; i < sizeof denials / sizeof *denials; i++) {
        denied = &denials[i];
        int r = as_nobody(copies_denied);
        unlink("copy");
        if (r == 77)
            skip();
        if (r)
            print_error("row %zu\n", i);
        assert_int_equal(r, 0);
    }
}

static void files_without_a_size(void **state) {
    (void)state;
    static const char *const paths[] = {"/proc/filesystems", "/proc/version",
                                        "/proc/sys/kernel/ostype", "/sys/devices/system/cpu/online",
                                        "/sys/kernel/mm/ksm/run"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        if (access(paths[i], R_OK) < 0)
            continue;
        assert_int_equal(os_copyfile(paths[i], "copy", NULL), 0);
        if (!same_content(paths[i], "copy") || look("copy").st_size == 0)
            fail_msg("%s", paths[i]);
    }
}

/* --------------------------------------------------------------- sources that don't stand still */

/* Where a file is cut in the middle of a page the kernel clears the page's rest, also for who reads
 * it at that moment: whole pages show what a copy has of its own. */
enum { PAGES = 5 * 65536 };

struct change {
    long from, to; /* sizes */
};

static void *change_size(void *data) {
    const struct change *change = data;
    sched_yield();
    if (change->to < change->from)
        assert_int_equal(truncate("src/f", change->to), 0);
    for (long at = change->from; at < change->to; at += PAGES)
        fill("src/f", at, PAGES);
    return NULL;
}

/* What is in the copy was in the source. */
static void sizes_that_change(void **state) {
    (void)state;
    static const struct change changes[] = {
        {20 * PAGES, PAGES}, {20 * PAGES, 0}, {PAGES, 20 * PAGES}};
    for (int round = 0; round < 12; round++) {
        struct change change = changes[round % 3];
        pthread_t thread;
        assert_int_equal(mkdir("src", 0777), 0);
        fill("src/f", 0, change.from);
        assert_int_equal(pthread_create(&thread, NULL, change_size, &change), 0);
        int r = os_copytree("src", "dst", NULL);
        pthread_join(thread, NULL);
        assert_int_equal(r, 0);
        long least = change.from < change.to ? change.from : change.to,
             size = look("dst/f").st_size;
        assert_true(size >= least && size <= 20 * PAGES);
        fill("expected", 0, size ? size : 1);
        assert_int_equal(truncate("expected", size), 0);
        assert_true(same_content("expected", "dst/f"));
        assert_int_equal(unlink("expected") | os_rmtree("src", NULL) | os_rmtree("dst", NULL), 0);
    }
}

static int shorten(const struct os_progress *progress, void *data) {
    (void)progress;
    if (!*(bool *)data)
        *(bool *)data = truncate("src/f", 100000) == 0;
    return 0;
}

static void copy_what_is_shortened(void) {
    bool done = false;
    assert_int_equal(os_copytree("src", "dst",
                                 OPTIONS(.control.on_progress = shorten, .control.data = &done,
                                         .control.threads = 1)),
                     0);
    assert_true(done);
    assert_int_equal(look("dst/f").st_size, 100000);
}

/* A hole that reached up to the end ends where the file does now. */
static void a_sparse_file_is_shortened(void **state) {
    (void)state;
    assert_int_equal(mkdir("src", 0777), 0);
    fill("src/f", 0, 65536);
    assert_int_equal(truncate("src/f", 1 << 30), 0);
    copy_what_is_shortened();
}

/* So does its last part, which was being copied: no hole takes the place of what was there. */
static void a_sparse_file_is_shortened_in_its_last_part(void **state) {
    (void)state;
    assert_int_equal(mkdir("src", 0777), 0);
    fill("src/f", 65536, 20 << 20);
    copy_what_is_shortened();
}

/* ------------------------------------------------------------------------ a hostile target */

/* The directory of the first copy gives way to a link to another file of that name. */
static int swap_first(const struct os_progress *progress, void *data) {
    (void)progress;
    for (int i = 1; i < 3 && !*(bool *)data; i++) {
        char dir[32], path[40];
        snprintf(dir, sizeof dir, "dst/d%d", i);
        snprintf(path, sizeof path, "%s/a", dir);
        if (access(path, F_OK) == 0)
            *(bool *)data = rename(dir, "moved") == 0 && symlink("../outside", dir) == 0;
    }
    usleep(110 * 1000); /* and be called again soon */
    return 0;
}

static void hard_links_under_attack(void **state) {
    (void)state;
    bool swapped = false;
    assert_int_equal(mkdir("src", 0777) | mkdir("src/d1", 0777) | mkdir("src/d2", 0777), 0);
    assert_int_equal(mkdir("outside", 0777), 0);
    write_text("src/d1/a", "content");
    write_text("outside/a", "SECRET");
    assert_int_equal(link("src/d1/a", "src/d2/a"), 0);
    struct stat before = look("outside/a");
    os_copytree("src", "dst",
                OPTIONS(.hard_links = true, .control.on_progress = swap_first,
                        .control.data = &swapped, .control.threads = 1));
    struct stat after = look("outside/a");
    assert_true(swapped);
    assert_int_equal(after.st_ctim.tv_sec, before.st_ctim.tv_sec);
    assert_int_equal(after.st_ctim.tv_nsec, before.st_ctim.tv_nsec);
    bool first = S_ISLNK(look("dst/d1").st_mode);
    assert_true(same_content(first ? "dst/d2/a" : "dst/d1/a", "src/d1/a"));
}

/* Links in the target are replaced, and a directory is not, be it by a link. */
static void links_in_the_target(void **state) {
    (void)state;
    assert_int_equal(mkdir("src", 0777) | mkdir("dst", 0777) | mkdir("outside", 0777), 0);
    write_text("src/f", "new");
    write_text("src/real", "new");
    assert_int_equal(symlink("real", "src/l") | mkdir("src/d", 0777), 0);
    write_text("src/d/x", "new");
    write_text("outside/f", "SECRET");
    assert_int_equal(symlink("../outside/f", "dst/f") | symlink("../outside/f", "dst/l"), 0);
    assert_int_equal(symlink("../outside", "dst/d"), 0);
    assert_int_equal(os_copytree("src", "dst", OPTIONS(.dirs_exist_ok = true)), -1);
    assert_true(errno == ELOOP || errno == ENOTDIR);
    assert_int_equal(look("outside/f").st_size, 6);
    assert_int_equal(access("outside/x", F_OK), -1);
    assert_true(same_content("src/real", "dst/real"));
    assert_true(S_ISREG(look("dst/f").st_mode) && S_ISREG(look("dst/l").st_mode));
    assert_true(same_content("src/f", "dst/f"));
    assert_true(S_ISLNK(look("dst/d").st_mode));
}

/* A second copy of the same tree, or of one that has changed: as the first. Other names of what is
 * replaced keep what they have. */
static void copied_twice(void **state) {
    (void)state;
    assert_int_equal(mkdir("src", 0777) | symlink("one", "src/l") | link("src/l", "src/l2"), 0);
    assert_int_equal(mkfifo("src/p", 0600) | link("src/p", "src/p2"), 0);
    write_text("src/f", "one");
    assert_int_equal(link("src/f", "src/f2"), 0);
    const struct os_copytree_options *all =
        OPTIONS(.symlinks = true, .special_files = true, .hard_links = true, .dirs_exist_ok = true);
    assert_int_equal(os_copytree("src", "dst", all), 0);
    assert_int_equal(link("dst/f", "twin") | link("dst/l", "twin_l"), 0);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(os_copytree("src", "dst", all), 0);
        static const char *const pairs[][2] = {
            {"dst/l", "dst/l2"}, {"dst/p", "dst/p2"}, {"dst/f", "dst/f2"}};
        for (int i = 0; i < 3; i++) {
            assert_int_equal(look(pairs[i][0]).st_ino, look(pairs[i][1]).st_ino);
            assert_int_equal(look(pairs[i][0]).st_nlink, 2);
        }
        assert_true(same_content("src/f", "dst/f2"));
        char target[8] = "";
        assert_int_equal(readlink("dst/l2", target, sizeof target), 3);
        assert_memory_equal(target, round ? "two" : "one", 3);
        assert_int_equal(unlink("src/l") | unlink("src/l2") | symlink("two", "src/l"), 0);
        assert_int_equal(link("src/l", "src/l2"), 0);
        write_text("src/f", "two, longer");
    }
    assert_int_equal(look("twin").st_size, 3);
    assert_int_equal(look("twin_l").st_size, 3);
    struct census census = count_tree("dst"); /* and nothing under another name */
    assert_int_equal(census.others, 6);
}

/* -------------------------------------------------------------------------- what belongs to it */

static void times_to_the_nanosecond(void **state) {
    (void)state;
    const struct timespec times[2] = {{1, 999999999}, {4000000000, 1}};
    assert_int_equal(mkdir("src", 0777) | mkdir("src/d", 0777) | mkfifo("src/p", 0600), 0);
    write_text("src/f", "x");
    assert_int_equal(symlink("f", "src/l"), 0);
    static const char *const names[] = {"f", "d", "l", "p"};
    for (int i = 0; i < 4; i++) {
        char path[16];
        snprintf(path, sizeof path, "src/%s", names[i]);
        assert_int_equal(utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW), 0);
    }
    assert_int_equal(os_copytree("src", "dst", OPTIONS(.symlinks = true, .special_files = true)),
                     0);
    for (int i = 0; i < 4; i++) {
        char path[16];
        snprintf(path, sizeof path, "dst/%s", names[i]);
        struct stat st = look(path);
        assert_int_equal(st.st_mtim.tv_sec, 4000000000);
        assert_int_equal(st.st_mtim.tv_nsec, 1);
        assert_true(st.st_atim.tv_nsec == 999999999 || names[i][0] != 'f');
    }
}

static int copies_read_only(void) {
    char value[8];
    struct stat st;
    CHECK(mkdir("own", 0777) == 0 && mkdir("own/d", 0777) == 0);
    int fd = open("own/d/f", O_WRONLY | O_CREAT, 0644);
    CHECK(fd >= 0);
    close(fd);
    if (setxattr("own/d/f", "user.a", "one", 3, 0) < 0)
        return 77;
    CHECK(chmod("own/d/f", 0444) == 0 && chmod("own/d", 0555) == 0);
    CHECK(os_copytree("own", "copy", NULL) == 0);
    CHECK(stat("copy/d", &st) == 0 && (st.st_mode & 07777) == 0555);
    CHECK(stat("copy/d/f", &st) == 0 && (st.st_mode & 07777) == 0444);
    CHECK(getxattr("copy/d/f", "user.a", value, sizeof value) == 3);
    CHECK(os_copy2("own/d/f", "copy2", NULL) == 0);
    CHECK(stat("copy2", &st) == 0 && (st.st_mode & 07777) == 0444);
    CHECK(getxattr("copy2", "user.a", value, sizeof value) == 3);
    CHECK(chmod("own/d", 0755) == 0 && chmod("copy/d", 0755) == 0);
    return 0;
}

static void read_only_with_attributes(void **state) {
    (void)state;
    assert_int_equal(chmod(".", 0777), 0);
    int r = as_nobody(copies_read_only);
    if (r == 77)
        skip();
    assert_int_equal(r, 0);
}

/* An access control list as the kernel takes it: user 1234 may read. */
static const struct __attribute__((packed)) {
    uint32_t version;
    struct __attribute__((packed)) {
        uint16_t tag, bits;
        uint32_t id;
    } entries[5];
} list = {2,
          {{1, 6, UINT32_MAX},
           {2, 4, 1234},
           {4, 0, UINT32_MAX},
           {16, 4, UINT32_MAX},
           {32, 0, UINT32_MAX}}};

static void access_control_lists(void **state) {
    (void)state;
    char value[100];
    assert_int_equal(mkdir("src", 0777) | mkdir("src/d", 0777), 0);
    write_text("src/f", "");
    if (setxattr("src/f", "system.posix_acl_access", &list, sizeof list, 0) < 0)
        skip();
    assert_int_equal(setxattr("src/d", "system.posix_acl_default", &list, sizeof list, 0), 0);
    write_text("src/d/inherits", "");
    assert_int_equal(os_copytree("src", "dst", NULL) | os_copy2("src/f", "single", NULL), 0);
    static const struct {
        const char *from, *to, *name;
    } rows[] = {
        {"src/f", "dst/f", "system.posix_acl_access"},
        {"src/f", "single", "system.posix_acl_access"},
        {"src/d", "dst/d", "system.posix_acl_default"},
        {"src/d/inherits", "dst/d/inherits", "system.posix_acl_access"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char expected[100];
        ssize_t size = getxattr(rows[i].from, rows[i].name, expected, sizeof expected);
        assert_true(size > 0);
        assert_int_equal(getxattr(rows[i].to, rows[i].name, value, sizeof value), size);
        assert_memory_equal(value, expected, (size_t)size);
        assert_int_equal(look(rows[i].to).st_mode, look(rows[i].from).st_mode);
    }
}

static int nobody_copies_of_others(void) {
    struct stat st;
    CHECK(os_copytree("src", "copy", OPTIONS(.owner = true)) == 0);
    CHECK(stat("copy/uid", &st) == 0 && (st.st_mode & 07777) == 0755);
    CHECK(stat("copy/gid", &st) == 0 && (st.st_mode & 07777) == 0755);
    CHECK(os_rmtree("copy", NULL) == 0);
    return 0;
}

static void set_user_id(void **state) {
    (void)state;
    if (getuid() != 0)
        skip();
    assert_int_equal(mkdir("src", 0777) | chmod(".", 0777), 0);
    write_text("src/uid", "");
    write_text("src/gid", "");
    assert_int_equal(chown("src/uid", 4321, 0) | chmod("src/uid", 04755), 0);
    assert_int_equal(chown("src/gid", 0, 4321) | chmod("src/gid", 02755), 0);
    assert_int_equal(as_nobody(nobody_copies_of_others), 0);
    assert_int_equal(os_copytree("src", "plain", NULL), 0);
    assert_int_equal(look("plain/uid").st_mode & 07777, 0755);
    assert_int_equal(look("plain/gid").st_mode & 07777, 0755);
    assert_int_equal(os_copytree("src", "owned", OPTIONS(.owner = true)), 0);
    assert_int_equal(look("owned/uid").st_mode & 07777, 04755);
    assert_int_equal(look("owned/uid").st_uid, 4321);
    assert_int_equal(look("owned/gid").st_mode & 07777, 02755);
    assert_int_equal(look("owned/gid").st_gid, 4321);
    assert_int_equal(chown("src/uid", 0, 0) | chmod("src/uid", 04755), 0);
    assert_int_equal(os_copy2("src/uid", "own", NULL), 0);
    assert_int_equal(look("own").st_mode & 07777, 04755);
}

static void special_files(void **state) {
    (void)state;
    assert_int_equal(mkdir("src", 0777) | mkfifo("src/pipe", 0620), 0);
    assert_int_equal(mknod("src/socket", S_IFSOCK | 0700, 0) | chmod("src/pipe", 0626), 0);
    bool device = mknod("src/null", S_IFCHR | 0666, makedev(1, 3)) == 0;
    assert_int_equal(os_copytree("src", "dst", OPTIONS(.special_files = true)), 0);
    assert_int_equal(look("dst/pipe").st_mode, S_IFIFO | 0626);
    assert_int_equal(look("dst/socket").st_mode, look("src/socket").st_mode);
    if (device)
        assert_true(look("dst/null").st_rdev == makedev(1, 3));
    assert_int_equal(os_copytree("src", "none", NULL), -1);
    assert_int_equal(errno, EOPNOTSUPP);
}

/* Somebody else may hold a lease on a file for a while: one waits for him to give it back. */
static void files_under_a_lease(void **state) {
    (void)state;
    write_text("f", "content");
    write_text("g", "content");
    int ready[2], there;
    assert_int_equal(pipe(ready), 0);
    pid_t holder = fork();
    if (holder == 0) {
        int fd = open("f", O_RDWR);
        signal(SIGIO, SIG_IGN);
        bool held = fcntl(fd, F_SETLEASE, F_WRLCK) == 0;
        if (write(ready[1], held ? "y" : "n", 1) != 1)
            _exit(1);
        usleep(200 * 1000);
        fcntl(fd, F_SETLEASE, F_UNLCK);
        _exit(0);
    }
    char held = 'n';
    there = (int)read(ready[0], &held, 1);
    close(ready[0]);
    close(ready[1]);
    int r = held == 'y' ? os_copyfile("f", "copy", NULL) : 0, number = errno;
    struct os_tree_compare *compare = os_tree_compare("f", "g", NULL);
    waitpid(holder, NULL, 0);
    assert_int_equal(there, 1);
    if (held != 'y')
        skip();
    if (r < 0)
        fail_msg("errno %d", number);
    assert_true(same_content("f", "copy"));
    assert_non_null(compare);
    assert_int_equal(compare->count, 0);
    free(compare);
}

/* What takes only so much at a time gets all of it: a terminal that is read slowly. */
static void a_slow_terminal(void **state) {
    (void)state;
    enum { SIZE = 40000 };
    int master, slave;
    if (os_openpty(&master, &slave) < 0)
        skip();
    const char *name = ttyname(slave);
    assert_non_null(name);
    struct termios raw;
    assert_int_equal(tcgetattr(slave, &raw), 0);
    cfmakeraw(&raw);
    assert_int_equal(tcsetattr(slave, TCSANOW, &raw), 0);
    fill("f", 0, SIZE);
    pid_t writer = fork();
    if (writer == 0)
        _exit(os_copyfile("f", name, NULL) < 0);
    usleep(100 * 1000);
    char part[1000];
    long got = 0;
    for (ssize_t n; got < SIZE && (n = read(master, part, sizeof part)) > 0; got += n)
        continue;
    int status = -1;
    waitpid(writer, &status, 0);
    close(master);
    close(slave);
    assert_int_equal(got, SIZE);
    assert_int_equal(status, 0);
}

/* A file that has grown since it was looked at is copied to its end. */
static int lengthen(const struct os_progress *progress, void *data) {
    (void)progress;
    if (!*(bool *)data)
        fill("src/f", 400000, 100000);
    *(bool *)data = true;
    return 0;
}

static void a_file_grows(void **state) {
    (void)state;
    static const struct {
        long size;
        bool sparse;
    } rows[] = {{400000, false}, {400000, true}, {10, false}};
    for (int i = 0; i < 3; i++) {
        bool done = false;
        assert_int_equal(mkdir("src", 0777), 0);
        fill("src/f", 0, rows[i].sparse ? 100000 : rows[i].size);
        assert_int_equal(truncate("src/f", rows[i].size), 0);
        assert_int_equal(os_copytree("src", "dst",
                                     OPTIONS(.control.on_progress = lengthen, .control.data = &done,
                                             .control.threads = 1)),
                         0);
        assert_true(done);
        assert_int_equal(look("dst/f").st_size, 500000);
        assert_true(same_content("src/f", "dst/f"));
        assert_int_equal(os_rmtree("src", NULL) | os_rmtree("dst", NULL), 0);
    }
}

static void full_file_systems(void **state) {
    (void)state;
    if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        skip();
    assert_int_equal(mkdir("small", 0777) | mkdir("src", 0777), 0);
    if (mount("none", "small", "tmpfs", 0, "size=400k") < 0)
        skip();
    fill("src/a", 0, 100);
    fill("src/large", 0, 4 * LARGE);
    assert_int_equal(os_copytree("src", "small/dst", NULL), -1);
    assert_error(ENOSPC, "copyfile", "src/large", "small/dst/large");
    assert_true(same_content("src/a", "small/dst/a"));
    assert_int_equal(access("small/dst/large", F_OK), -1); /* no half of it */
    assert_int_equal(os_rmtree("small/dst", NULL), 0);
    assert_int_equal(os_move("src", "small", NULL), -1);
    assert_int_equal(errno, ENOSPC);
    assert_int_equal(look("src/large").st_size, 4 * LARGE); /* it stays where it was */
    assert_int_equal(look("src/a").st_size, 100);
    assert_int_equal(umount("small"), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TREES(every_way_in_the_kernel),
        IN_SCRATCH(files_without_a_size),
        IN_TREES(sizes_that_change),
        IN_TREES(a_sparse_file_is_shortened),
        IN_TREES(a_sparse_file_is_shortened_in_its_last_part),
        IN_TREES(hard_links_under_attack),
        IN_TREES(links_in_the_target),
        IN_TREES(copied_twice),
        IN_SCRATCH(files_under_a_lease),
        IN_SCRATCH(a_slow_terminal),
        IN_TREES(a_file_grows),
        IN_TREES(times_to_the_nanosecond),
        IN_SCRATCH(read_only_with_attributes),
        IN_SCRATCH(access_control_lists),
        IN_TREES(set_user_id),
        IN_TREES(special_files),
        IN_TREES(full_file_systems),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
