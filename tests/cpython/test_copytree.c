/* SPDX-License-Identifier: MIT */
/** os.copyfile, os.copy2, os.copytree and os.move as shutil defines them, and safer. */
#include "trees.h"

#include "fs/dir.h"
#include "tree/match.h"
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#define OPTIONS(...)                                                                               \
    (&(struct os_copytree_options){.size = sizeof(struct os_copytree_options), __VA_ARGS__})

#define AS_LINK                                                                                    \
    (&(struct os_copy_options){.size = sizeof(struct os_copy_options), .nofollow = true})

/* What find and md5sum tell of a tree, as one text. */
static char *described(const char *top, bool times) {
    static char text[2][1 << 16];
    static int turn;
    char *into = text[turn ^= 1], command[400];
    snprintf(command, sizeof command,
             "cd %s && find . -printf '%%P %%y %%m %%l%s\\n' | sort; find . -type f | sort | "
             "xargs -r md5sum",
             top, times ? " %T@" : "");
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    into[fread(into, 1, sizeof text[0] - 1, pipe)] = '\0';
    pclose(pipe);
    return into;
}

static void plant(void) {
    make_bush("src", 5);
    write_text("src/a", "content");
    write_text("src/empty", "");
    assert_int_equal(chmod("src/a", 0640) | chmod("src/empty", 04755) | chmod("src/d1", 0500), 0);
    assert_int_equal(symlink("a", "src/link"), 0);
    const struct timespec times[2] = {{1234567890, 123456789}, {1234567891, 987654321}};
    assert_int_equal(utimensat(AT_FDCWD, "src/a", times, 0), 0);
    assert_int_equal(utimensat(AT_FDCWD, "src/d2", times, 0), 0);
    assert_int_equal(utimensat(AT_FDCWD, "src/link", times, AT_SYMLINK_NOFOLLOW), 0);
}

static void a_tree(void **state) {
    (void)state;
    plant();
    for (int threads = 0; threads < 4; threads++) {
        int before = open_descriptors();
        assert_int_equal(
            os_copytree("src", "new/dst", OPTIONS(.symlinks = true, .control.threads = threads)),
            0);
        assert_int_equal(open_descriptors(), before);
        assert_string_equal(described("src", true), described("new/dst", true));
        assert_int_equal(chmod("new/dst/d1", 0700), 0); /* who isn't root can't remove from it */
        assert_int_equal(os_rmtree("new", NULL), 0);
    }
    dir_types_hidden = true;
    int r = os_copytree("src", "dst", OPTIONS(.symlinks = true));
    dir_types_hidden = false;
    assert_int_equal(r, 0);
    assert_string_equal(described("src", true), described("dst", true));
}

static void whatever_the_umask(void **state) {
    (void)state;
    plant();
    mode_t old = umask(077);
    int r = os_copytree("src", "dst", OPTIONS(.symlinks = true));
    umask(0);
    int r2 = os_copytree("src", "dst2", OPTIONS(.symlinks = true));
    umask(old);
    assert_int_equal(r | r2, 0);
    assert_string_equal(described("src", true), described("dst", true));
    assert_string_equal(described("src", true), described("dst2", true));
}

static void links_followed(void **state) {
    (void)state;
    plant();
    struct stat st;
    assert_int_equal(symlink("d2", "src/to_d2"), 0);
    assert_int_equal(os_copytree("src", "dst", NULL), 0);
    assert_int_equal(lstat("dst/link", &st), 0);
    assert_true(S_ISREG(st.st_mode));
    assert_int_equal(lstat("dst/to_d2/inner", &st), 0);
    assert_true(S_ISDIR(st.st_mode));
    assert_int_equal(symlink("gone", "src/dangling"), 0);
    assert_int_equal(os_copytree("src", "dst2", NULL), -1);
    assert_error(ENOENT, "open", "src/dangling", NULL);
    assert_int_equal(access("dst2/a", F_OK), 0); /* it has gone on */
    assert_int_equal(os_copytree("src", "dst3", OPTIONS(.ignore_dangling_symlinks = true)), 0);
    assert_int_equal(unlink("src/to_d2") | symlink("..", "src/d2/up"), 0);
    assert_int_equal(os_copytree("src", "dst4", OPTIONS(.ignore_dangling_symlinks = true)), -1);
    assert_error(ELOOP, "stat", "src/d2/up", NULL);
}

static void refusals(void **state) {
    (void)state;
    plant();
    assert_int_equal(mkdir("dst", 0777), 0);
    assert_int_equal(os_copytree("src", "dst", NULL), -1);
    assert_error(EEXIST, "mkdir", "dst", NULL);
    assert_int_equal(os_copytree("gone", "dst2", NULL), -1);
    assert_error(ENOENT, "open", "gone", NULL);
    assert_int_equal(os_copytree("src/a", "dst2", NULL), -1);
    assert_error(ENOTDIR, "open", "src/a", NULL);
    assert_int_equal(os_copytree("src", "src/d2/x/y", NULL), -1);
    assert_error(EINVAL, "copytree", "src", "src/d2/x/y");
    assert_int_equal(access("src/d2/x", F_OK), -1);
    assert_int_equal(os_copytree("src", "src", OPTIONS(.dirs_exist_ok = true)), -1);
    assert_error(EINVAL, "copytree", "src", "src");
}

static void into_what_is_there(void **state) {
    (void)state;
    plant();
    assert_int_equal(mkdir("dst", 0777) | mkdir("dst/d2", 0700), 0);
    write_text("dst/a", "older and longer than the new one");
    write_text("dst/kept", "");
    assert_int_equal(os_copytree("src", "dst", OPTIONS(.dirs_exist_ok = true)), 0);
    assert_int_equal(unlink("dst/kept"), 0);
    assert_int_equal(os_copytree("src", "clean", NULL), 0);
    assert_string_equal(described("dst", false), described("clean", false));
    /* Its own files are not destroyed when they are there by another name: that gets a copy. */
    assert_int_equal(unlink("dst/a") | link("src/a", "dst/a") | chmod("dst/d1", 0700), 0);
    assert_int_equal(os_copytree("src", "dst", OPTIONS(.dirs_exist_ok = true)), 0);
    struct stat st;
    assert_int_equal(stat("src/a", &st), 0);
    assert_int_equal(st.st_size, strlen("content"));
    assert_int_equal(st.st_nlink, 1);
    assert_string_equal(described("dst", false), described("clean", false));
}

static void names_left_out(void **state) {
    (void)state;
    plant();
    const char *const ignore[] = {"d[13-9]", "e*", NULL};
    assert_int_equal(os_copytree("src", "dst", OPTIONS(.ignore = ignore)), 0);
    assert_int_equal(access("dst/d0", F_OK) | access("dst/d2", F_OK) | access("dst/a", F_OK), 0);
    assert_int_equal(access("dst/d1", F_OK) & access("dst/d3", F_OK) & access("dst/empty", F_OK),
                     -1);
}

static void patterns(void **state) {
    (void)state;
    static const struct {
        const char *pattern, *name;
        bool matches;
    } rows[] = {
        {"", "", true},
        {"", "a", false},
        {"*", "", true},
        {"*", ".a/b", true},
        {"?", "", false},
        {"?", "a", true},
        {"?", "\xc3\xa4", true},
        {"?", "\xff", true},
        {"??", "\xc3\xa4", false},
        {"*.c", "x.c", true},
        {"*.c", "x.cc", false},
        {"*a*b", "xaybb", true},
        {"[ab]", "b", true},
        {"[!ab]", "b", false},
        {"[!ab]", "c", true},
        {"[]]", "]", true},
        {"[!]]", "]", false},
        {"[a", "[a", true},
        {"[a", "a", false},
        {"[a-c]", "b", true},
        {"[c-a]", "b", false},
        {"[-a]", "-", true},
        {"[a-]", "-", true},
        {"[a-c-e]", "d", false},
        {"[a-c-e]", "-", true},
        {"[\xc3\xa4-\xc3\xbc]", "\xc3\xb6", true},
        {"\\*", "\\x", true},
        {"[!]", "[!]", true},
        {"[]", "[]", true},
        {"[^a]", "^", true},
        {"A", "a", false},
        {"a\nb", "a\nb", true},
        {"*", "a\nb", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (match_name(rows[i].pattern, rows[i].name) != rows[i].matches)
            fail_msg("%s against %s", rows[i].pattern, rows[i].name);
}

static void attributes(void **state) {
    (void)state;
    assert_int_equal(mkdir("src", 0777) | chmod("src", 0755), 0);
    write_text("src/f", "");
    if (setxattr("src/f", "user.a", "one", 3, 0) < 0)
        skip();
    assert_int_equal(setxattr("src/f", "user.b", "", 0, 0), 0);
    assert_int_equal(setxattr("src", "user.dir", "two", 3, 0), 0);
    assert_int_equal(os_copytree("src", "dst", NULL), 0);
    char value[10];
    assert_int_equal(getxattr("dst/f", "user.a", value, sizeof value), 3);
    assert_memory_equal(value, "one", 3);
    assert_int_equal(getxattr("dst/f", "user.b", value, sizeof value), 0);
    assert_int_equal(getxattr("dst", "user.dir", value, sizeof value), 3);
}

/* Users have none on links; the system does, for example SELinux its labels. */
static void attributes_of_links(void **state) {
    (void)state;
    assert_int_equal(mkdir("src", 0777) | symlink("nowhere", "src/l"), 0);
    assert_int_equal(mkfifo("src/p", 0666), 0);
    if (lsetxattr("src/l", "trusted.a", "one", 3, 0) < 0)
        skip();
    assert_int_equal(lsetxattr("src/p", "trusted.a", "two", 3, 0), 0);
    assert_int_equal(os_copytree("src", "dst", OPTIONS(.symlinks = true, .special_files = true)),
                     0);
    assert_int_equal(os_copy2("src/l", "copy", AS_LINK), 0);
    char value[10];
    assert_int_equal(lgetxattr("dst/l", "trusted.a", value, sizeof value), 3);
    assert_memory_equal(value, "one", 3);
    assert_int_equal(lgetxattr("dst/p", "trusted.a", value, sizeof value), 3);
    assert_memory_equal(value, "two", 3);
    assert_int_equal(lgetxattr("copy", "trusted.a", value, sizeof value), 3);
    assert_int_equal(os_copyfile("src/l", "plain", AS_LINK), 0);
    assert_int_equal(lgetxattr("plain", "trusted.a", value, sizeof value), -1);
}

static void hard_links(void **state) {
    (void)state;
    plant();
    assert_int_equal(link("src/a", "src/d2/again") | link("src/a", "src/third"), 0);
    for (int threads = 1; threads < 4; threads++) {
        struct stat st;
        assert_int_equal(
            os_copytree("src", "dst", OPTIONS(.hard_links = true, .control.threads = threads)), 0);
        assert_int_equal(stat("dst/d2/again", &st), 0);
        assert_int_equal(st.st_nlink, 3);
        assert_string_equal(described("src/d2", true), described("dst/d2", true));
        assert_int_equal(chmod("dst/d1", 0700), 0);
        assert_int_equal(os_rmtree("dst", NULL), 0);
    }
    struct stat st;
    assert_int_equal(os_copytree("src", "dst", NULL), 0);
    assert_int_equal(stat("dst/d2/again", &st), 0);
    assert_int_equal(st.st_nlink, 1);
}

static void special_files(void **state) {
    (void)state;
    struct stat st;
    plant();
    assert_int_equal(mkfifo("src/pipe", 0640), 0);
    assert_int_equal(os_copytree("src", "dst", NULL), -1);
    assert_error(EOPNOTSUPP, "copyfile", "src/pipe", NULL);
    assert_int_equal(access("dst/empty", F_OK), 0);
    assert_int_equal(os_copytree("src", "dst2", OPTIONS(.special_files = true)), 0);
    assert_int_equal(lstat("dst2/pipe", &st), 0);
    assert_int_equal(st.st_mode, S_IFIFO | 0640);
}

static void holes(void **state) {
    (void)state;
    enum { SIZE = 50 * 1024 * 1024 };
    assert_int_equal(mkdir("src", 0777), 0);
    int fd = open("src/f", O_RDWR | O_CREAT, 0666);
    assert_int_equal(pwrite(fd, "one", 3, 5000000), 3);
    assert_int_equal(pwrite(fd, "two", 3, 30000001), 3);
    assert_int_equal(ftruncate(fd, SIZE), 0);
    close(fd);
    assert_int_equal(os_copytree("src", "dst", NULL), 0);
    struct stat st;
    assert_int_equal(stat("dst/f", &st), 0);
    assert_int_equal(st.st_size, SIZE);
    assert_true(st.st_blocks * 512 < 1000000);
    assert_string_equal(described("src", true), described("dst", true));
}

static void deep_with_few_descriptors(void **state) {
    (void)state;
    for (int threads = 1; threads < 3; threads++) {
        make_chain("src", "d", 3000, 1);
        long old = limit_descriptors(threads == 1 ? 16 : 64);
        int r = os_copytree("src", "dst", OPTIONS(.control.threads = threads));
        limit_descriptors(old);
        if (r < 0)
            os_perror("copytree");
        assert_int_equal(r, 0);
        struct census census = count_tree("dst");
        assert_int_equal(census.directories, 1 + 2 * 3000);
        assert_int_equal(census.others, 3001);
        assert_int_equal(os_rmtree("src", NULL) | os_rmtree("dst", NULL), 0);
    }
}

static void more_threads_than_descriptors(void **state) {
    (void)state;
    enum { WIDE = 100 };
    make_bush("src", WIDE);
    for (int threads = 0; threads <= 16; threads += 8) {
        long old = limit_descriptors(16);
        int r = os_copytree("src", "dst", OPTIONS(.control.threads = threads));
        if (r == 0)
            r = os_rmtree("src",
                          &(struct os_rmtree_options){.size = sizeof(struct os_rmtree_options),
                                                      .control.threads = threads});
        limit_descriptors(old);
        assert_int_equal(r, 0);
        struct census census = count_tree("dst");
        assert_int_equal(census.directories, 1 + 2 * WIDE);
        assert_int_equal(census.others, WIDE * (WIDE + 1));
        assert_int_equal(rename("dst", "src"), 0);
    }
}

static int stop(const struct os_progress *progress, void *data) {
    (void)progress, (void)data;
    return 1;
}

static void cancelled(void **state) {
    (void)state;
    make_bush("src", 40);
    for (int threads = 1; threads < 3; threads++) {
        int before = open_descriptors();
        assert_int_equal(
            os_copytree("src", "dst",
                        OPTIONS(.control.on_progress = stop, .control.threads = threads)),
            -1);
        assert_error(ECANCELED, "copytree", "src", NULL);
        assert_int_equal(open_descriptors(), before);
        assert_int_equal(os_rmtree("dst", NULL), 0);
    }
}

static void single_files(void **state) {
    (void)state;
    struct stat st;
    plant();
    assert_int_equal(os_copyfile("src/a", "copy", NULL), 0);
    assert_int_equal(stat("copy", &st), 0);
    assert_int_equal(st.st_size, strlen("content"));
    assert_int_not_equal(st.st_mtim.tv_nsec, 987654321);
    assert_int_equal(os_copy2("src/a", "copy", NULL), 0);
    assert_int_equal(stat("copy", &st), 0);
    assert_int_equal(st.st_mtim.tv_nsec, 987654321);
    assert_int_equal(st.st_mode & 07777, 0640);
    assert_int_equal(os_copy2("src/a", "src/d2", NULL), 0);
    assert_int_equal(access("src/d2/a", F_OK), 0);
    assert_int_equal(os_copy2("src/link", "link", AS_LINK), 0);
    assert_int_equal(lstat("link", &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(os_copyfile("/proc/self/status", "status", NULL), 0);
    assert_int_equal(stat("status", &st), 0);
    assert_true(st.st_size > 100);
    assert_int_equal(os_copyfile("gone", "x", NULL), -1);
    assert_error(ENOENT, "open", "gone", NULL);
    assert_int_equal(os_copyfile("copy", "gone/x", NULL), -1);
    assert_error(ENOENT, "open", "gone/x", NULL);
    assert_int_equal(os_copyfile("copy", "src", NULL), -1);
    assert_error(EISDIR, "open", "src", NULL);
    assert_int_equal(os_copyfile("src", "x", NULL), -1);
    assert_error(EISDIR, "open", "src", NULL);
    assert_int_equal(os_copyfile("copy", "./copy", NULL), -1);
    assert_error(EINVAL, "copyfile", "copy", "./copy");
    assert_int_equal(mkfifo("pipe", 0666), 0);
    assert_int_equal(os_copyfile("pipe", "x", NULL), -1);
    assert_error(EOPNOTSUPP, "copyfile", "pipe", NULL);
}

/* Mode, times and the attribute "user.a" of a file, as one text. */
static const char *belongings(const char *path) {
    static char text[2][200];
    static int turn;
    char *into = text[turn ^= 1], value[50] = "";
    struct stat st;
    assert_int_equal(lstat(path, &st), 0);
    ssize_t size = lgetxattr(path, "user.a", value, sizeof value - 1);
    snprintf(into, 200, "%o %lld.%09ld %lld.%09ld %.*s", st.st_mode, (long long)st.st_atim.tv_sec,
             st.st_atim.tv_nsec, (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
             size < 0 ? 0 : (int)size, value);
    return into;
}

static void without_the_content(void **state) {
    (void)state;
    plant();
    assert_int_equal(setxattr("src/a", "user.a", "value", 5, 0), 0);
    write_text("b", "mine");
    assert_int_equal(os_copymode("src/a", "b", 0), 0);
    assert_string_not_equal(belongings("src/a"), belongings("b"));
    assert_memory_equal(belongings("b"), "100640 ", 7);
    assert_int_equal(os_copystat("src/a", "b", 0), 0);
    assert_string_equal(belongings("src/a"), belongings("b"));
    assert_int_equal(os_copystat("src/d2", ".", 0), 0);             /* of directories, too */
    assert_int_equal(os_copymode("src/link", "b", OS_NOFOLLOW), 0); /* one alone is followed */
    assert_int_equal(symlink("b", "l"), 0);
    assert_int_equal(os_copystat("src/link", "l", OS_NOFOLLOW), 0);
    assert_string_equal(belongings("src/link"), belongings("l"));
    assert_int_equal(chmod("b", 0600), 0);
    assert_int_equal(os_copymode("src/link", "l", OS_NOFOLLOW), 0);
    assert_memory_equal(belongings("b"), "100600 ", 7);
    assert_int_equal(os_copymode("src/link", "l", 0), 0);
    assert_memory_equal(belongings("b"), "100640 ", 7);
    assert_int_equal(os_copystat("gone", "b", 0), -1);
    assert_error(ENOENT, "copystat", "gone", NULL);
    assert_int_equal(os_copymode("b", "gone", 0), -1);
    assert_error(ENOENT, "copymode", "gone", NULL);
    assert_int_equal(os_copystat("b", "b", OS_EXIST_OK), -1);
    assert_int_equal(errno, EINVAL);
}

static void with_the_mode_alone(void **state) {
    (void)state;
    plant();
    assert_int_equal(os_copy("src/a", "copy", NULL), 0);
    struct stat st;
    assert_int_equal(stat("copy", &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    assert_true(st.st_mtime > 1234567891);
    assert_int_equal(os_copy("src/a", ".", NULL), 0);
    assert_int_equal(stat("a", &st), 0);
    write_text("before", "longer than the content");
    assert_int_equal(os_copy("src/empty", "before", NULL), 0);
    assert_int_equal(stat("before", &st), 0);
    assert_int_equal(st.st_mode & 07777, 04755);
    assert_int_equal(st.st_size, 0);
    assert_int_equal(os_copy("src/link", "link", AS_LINK), 0);
    assert_int_equal(lstat("link", &st), 0);
    assert_true(S_ISLNK(st.st_mode) && st.st_mtime > 1234567891);
    assert_int_equal(os_copy("a", "./a", NULL), -1);
    assert_error(EINVAL, "copyfile", "a", "./a");
}

static void moved(void **state) {
    (void)state;
    plant();
    char *before = described("src", true);
    assert_int_equal(os_move("src", "dst", NULL), 0);
    assert_string_equal(described("dst", true), before);
    assert_int_equal(mkdir("into", 0777), 0);
    assert_int_equal(os_move("dst/", "into", NULL), 0);
    assert_string_equal(described("into/dst", true), before);
    assert_int_equal(os_move("into", "into/dst/d2", NULL), -1);
    assert_int_equal(errno, EINVAL);
    write_text("dst", "");
    assert_int_equal(os_move("dst", "into", NULL), -1);
    assert_error(EEXIST, "move", "dst", "into/dst");
}

static void moved_to_another_file_system(void **state) {
    (void)state;
    plant();
    assert_int_equal(mkdir("other", 0777) | mkfifo("src/pipe", 0666) | link("src/a", "src/b"), 0);
    if (mount("none", "other", "tmpfs", 0, NULL) < 0)
        skip();
    char before[1 << 16], after[1 << 16];
    struct stat st;
    strcpy(before, described("src", true));
    int r = os_move("src", "other", NULL), gone = access("src", F_OK);
    int links = stat("other/src/b", &st) == 0 ? (int)st.st_nlink : -1;
    strcpy(after, described("other/src", true));
    int back = os_move("other/src/link", "link", NULL);
    assert_int_equal(umount("other"), 0);
    assert_int_equal(r, 0);
    assert_int_equal(gone, -1);
    assert_int_equal(links, 2);
    assert_string_equal(after, before);
    assert_int_equal(back, 0);
}

static int tolerate(const struct os_error *error, void *data) {
    (void)error;
    ++*(int *)data;
    return 0;
}

/* Whoever makes light of what could not be copied keeps the original all the same. */
static void an_incomplete_move(void **state) {
    (void)state;
    plant();
    write_text("src/large", "");
    assert_int_equal(truncate("src/large", 1 << 20), 0);
    int fd = open("src/large", O_WRONLY), told = 0;
    assert_int_equal(pwrite(fd, (char[1 << 19]){1}, 1 << 19, 0), 1 << 19);
    close(fd);
    assert_int_equal(mkdir("other", 0777), 0);
    if (mount("none", "other", "tmpfs", 0, "size=64k") < 0)
        skip();
    char before[1 << 16];
    strcpy(before, described("src", true));
    struct os_move_options options = {.size = sizeof options, .control.data = &told};
    int r[3], number[3];
    for (int i = 0; i < 3; i++) {
        options.control.on_error = i == 1 ? NULL : tolerate;
        options.control.ignore_errors = i > 0;
        r[i] = os_move("src", "other/src", &options);
        number[i] = errno;
        os_rmtree("other/src", NULL);
    }
    assert_int_equal(umount("other"), 0);
    assert_int_equal(r[0] | r[1] | r[2], -1);
    for (int i = 0; i < 3; i++)
        assert_true(r[i] == -1 && number[i] == ENOSPC);
    assert_true(told >= 2);
    assert_string_equal(described("src", true), before);
}

static int stop_at_once(const struct os_progress *progress, void *data) {
    (void)progress, (void)data;
    return 1;
}

/* Before the copy is complete: then there is none, and nothing has gone. */
static void a_move_cancelled(void **state) {
    (void)state;
    plant();
    assert_int_equal(mkdir("other", 0777), 0);
    if (mount("none", "other", "tmpfs", 0, NULL) < 0)
        skip();
    struct os_move_options options = {.size = sizeof options, .control.on_progress = stop_at_once};
    char before[1 << 16];
    strcpy(before, described("src", true));
    int tree = os_move("src", "other/src", &options), number = errno;
    int file = os_move("src/a", "other/a", &options), number2 = errno;
    int left = access("other/src", F_OK) == 0 || access("other/a", F_OK) == 0;
    assert_int_equal(umount("other"), 0);
    assert_int_equal(tree, -1);
    assert_int_equal(number, ECANCELED);
    assert_int_equal(file, -1);
    assert_int_equal(number2, ECANCELED);
    assert_int_equal(left, 0);
    assert_string_equal(described("src", true), before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TREES(a_tree),
        IN_TREES(whatever_the_umask),
        IN_TREES(links_followed),
        IN_TREES(refusals),
        IN_TREES(into_what_is_there),
        IN_TREES(names_left_out),
        cmocka_unit_test(patterns),
        IN_TREES(attributes),
        IN_TREES(attributes_of_links),
        IN_TREES(hard_links),
        IN_TREES(special_files),
        IN_TREES(holes),
        IN_TREES(deep_with_few_descriptors),
        IN_TREES(more_threads_than_descriptors),
        IN_TREES(cancelled),
        IN_TREES(single_files),
        IN_TREES(without_the_content),
        IN_TREES(with_the_mode_alone),
        IN_TREES(moved),
        IN_TREES(moved_to_another_file_system),
        IN_TREES(a_move_cancelled),
        IN_TREES(an_incomplete_move),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
