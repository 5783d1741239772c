/* SPDX-License-Identifier: MIT */
/** Root: nothing leads out of it, by the kernel's resolution and by the library's own alike. */
#include "support.h"

#include "fs/root_resolve.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* The scratch directory: "root" with links of all kinds, "outside" with what must stay as it is. */
static struct os_root *plant(void) {
    umask(022);
    static const char *const dirs[] = {"outside", "outside/dir", "root",
                                       "root/d",  "root/d/d",    "root/d/d/d"};
    static const char *const links[][2] = {
        {"d", "root/in"},           {"d/d/../d", "root/winding"}, {"../outside", "root/esc"},
        {"..", "root/up"},          {"../../..", "root/d/far"},   {"../d", "root/d/round"},
        {"/etc", "root/absolute"},  {"nowhere", "root/dangling"}, {"loop", "root/loop"},
        {"d/", "root/slash"},       {"d/f", "root/file"},         {".", "root/here"},
        {"../root/d", "root/back"}, {"esc/secret", "root/twice"}, {"../outside/new", "root/make"},
        {"d/made", "root/makein"},
    };
    for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++)
        assert_int_equal(mkdir(dirs[i], 0755), 0);
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        assert_int_equal(symlink(links[i][0], links[i][1]), 0);
    write_text("outside/secret", "secret");
    write_text("root/f", "f");
    write_text("root/d/f", "d/f");
    struct os_root *root = os_root("root");
    assert_non_null(root);
    return root;
}

static void assert_outside_untouched(void) {
    struct stat st;
    assert_text(os_read_file("outside/secret", NULL), "secret");
    assert_int_equal(stat("outside/secret", &st), 0);
    assert_int_equal(st.st_mode & 07777, 0644);
    os_autofree char **names = os_listdir("outside");
    assert_non_null(names);
    assert_true(names[0] && names[1] && !names[2]);
}

static bool no_openat2(void) {
    int fd = os_openat2(OS_CWD, ".", O_PATH, 0, RESOLVE_BENEATH);
    if (fd >= 0)
        close(fd);
    return fd < 0;
}

/* ------------------------------------------------------------ the library's steps and openat2 */

static uint32_t draw(uint32_t below) {
    static uint32_t state = 12345;
    state = state * 1664525 + 1013904223;
    return (state >> 8) % below;
}

static void random_path(char *path) {
    static const char *const pieces[] = {
        "d",    "d",        "d",    "..",    "..",       ".",    "in",     "winding", "esc",
        "up",   "far",      "f",    "f",     "absolute", "loop", "back",   "slash",   "file",
        "here", "dangling", "none", "twice", "round",    "make", "makein", "top",     "inner",
    };
    size_t count = 1 + draw(6);
    *path = '\0';
    if (draw(30) == 0)
        strcat(path, "/");
    for (size_t i = 0; i < count; i++) {
        strcat(path, pieces[draw(sizeof pieces / sizeof *pieces)]);
        if (i + 1 < count || draw(6) == 0)
            strcat(path, draw(8) ? "/" : "//");
    }
}

/* Both ways begin with the same files: one that was made for this case is empty. */
static void remove_made(int fd) {
    char name[40], path[4096];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(name, path, sizeof path - 1);
    assert_true(size > 0);
    path[size] = '\0';
    unlink(path);
}

/* errno or which file it is, so that both ways compare. */
static void describe(int fd, char *text, size_t size) {
    struct stat st;
    if (fd < 0) {
        snprintf(text, size, "%s", strerror(-fd));
        return;
    }
    assert_int_equal(fstat(fd, &st), 0);
    snprintf(text, size, "%llu %o %x", (unsigned long long)st.st_ino, st.st_mode,
             fcntl(fd, F_GETFL) & ~O_NOFOLLOW);
    if (S_ISREG(st.st_mode) && st.st_size == 0) {
        snprintf(text, size, "made %o", st.st_mode);
        remove_made(fd);
    }
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    close(fd);
}

static void compare_with_openat2(struct os_root *root) {
    static const int flags[] = {
        O_PATH,
        O_PATH | O_NOFOLLOW,
        O_PATH | O_DIRECTORY,
        O_RDONLY,
        O_RDONLY | O_NOFOLLOW,
        O_RDONLY | O_DIRECTORY,
        O_RDONLY | O_DIRECTORY | O_NOFOLLOW,
        O_WRONLY,
        O_RDWR | O_CREAT,
        O_RDWR | O_CREAT | O_EXCL,
        O_RDWR | O_CREAT | O_NOFOLLOW,
        O_RDWR | O_TMPFILE,
    };
    int descriptors = open_descriptors();
    char path[200], theirs[80], ours[80];
    for (int i = 0; i < 40000; i++) {
        random_path(path);
        int how = flags[draw(sizeof flags / sizeof *flags)];
        root_walks = false;
        describe(root_open(root, path, how, 0644), theirs, sizeof theirs);
        root_walks = true;
        describe(root_open(root, path, how, 0644), ours, sizeof ours);
        if (strcmp(ours, theirs)) {
            print_error("%s %o: openat2 %s, steps %s\n", path, (unsigned)how, theirs, ours);
            fail();
        }
    }
    root_walks = false;
    assert_int_equal(open_descriptors(), descriptors);
    os_root_close(root);
    assert_outside_untouched();
}

static void same_as_openat2(void **state) {
    (void)state;
    if (no_openat2())
        skip();
    compare_with_openat2(plant());
}

static void same_as_openat2_inside(void **state) {
    (void)state;
    if (no_openat2())
        skip();
    os_root_close(plant());
    assert_int_equal(symlink("/", "root/top"), 0);
    assert_int_equal(symlink("/d/../d/./f", "root/d/inner"), 0);
    compare_with_openat2(os_root_inside(OS_CWD, "root"));
}

/* --------------------------------------------------------------------------------- operations */

static void operations(void) {
    struct os_root *root = plant();
    struct os_stat_result st;
    assert_true(fcntl(os_root_fd(root), F_GETFD) & FD_CLOEXEC);
    int descriptors = open_descriptors();
    assert_int_equal(os_root_mkdir(root, "in/new", 0755), 0);
    assert_int_equal(os_root_mkdir(root, "in/new/", 0755), -1);
    assert_error(EEXIST, "root_mkdir", "in/new/", NULL);
    assert_int_equal(os_root_makedirs(root, "d/a/b/c", 0700, 0), 0);
    assert_int_equal(os_root_makedirs(root, "d/a/b/c", 0700, OS_EXIST_OK), 0);
    assert_int_equal(os_root_makedirs(root, "d/a/b/c", 0700, 0), -1);
    assert_error(EEXIST, "root_makedirs", "d/a/b/c", NULL);
    assert_int_equal(os_root_makedirs(root, "d/f/x/y", 0700, OS_EXIST_OK), -1);
    assert_int_equal(errno, ENOTDIR);
    assert_int_equal(os_root_makedirs(root, "dangling/x/y", 0700, 0), -1);
    assert_error(ENOENT, "root_makedirs", "dangling", NULL);
    assert_int_equal(os_root_stat(root, "d/a/b/c", &st, 0), 0);
    assert_int_equal(st.st_mode, S_IFDIR | 0700);
    assert_int_equal(os_root_rmdir(root, "d/a/b/c"), 0);
    assert_int_equal(os_root_write_file(root, "in/new/file", "text", 4, NULL), 0);
    assert_text(os_root_read_file(root, "d/new/file", NULL), "text");
    assert_int_equal(os_root_write_file(root, "top", "text", 4, NULL), 0);
    assert_int_equal(os_root_chmod(root, "in/new/file", 0640, 0), 0);
    assert_int_equal(os_root_stat(root, "d/new/file", &st, OS_NOFOLLOW), 0);
    assert_int_equal(st.st_mode, S_IFREG | 0640);
    assert_int_equal(os_root_symlink(root, "/etc/passwd", "in/bad"), 0);
    assert_text(os_root_readlink(root, "d/bad"), "/etc/passwd");
    assert_int_equal(os_root_stat(root, "d/bad", &st, OS_NOFOLLOW), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(os_root_chmod(root, "d/bad", 0777, OS_NOFOLLOW), -1);
    assert_error(EOPNOTSUPP, "root_chmod", "d/bad", NULL);
    os_autofree char *no_link = os_root_readlink(root, "d");
    assert_null(no_link);
    assert_error(EINVAL, "root_readlink", "d", NULL);
    assert_int_equal(os_root_rename(root, "top", "in/moved"), 0);
    assert_int_equal(os_root_remove(root, "d/moved"), 0);
    assert_int_equal(os_root_remove(root, "d/moved"), -1);
    assert_error(ENOENT, "root_remove", "d/moved", NULL);
    assert_int_equal(os_root_link(root, "in/new/file", "again"), 0);
    assert_int_equal(os_root_stat(root, "again", &st, 0), 0);
    assert_int_equal(st.st_nlink, 2);
    assert_int_equal(os_root_link(root, "in/new/file", "again"), -1);
    assert_error(EEXIST, "root_link", "in/new/file", "again");
    assert_int_equal(os_root_link(root, "in/new/", "dir"), -1);
    assert_int_equal(errno, EPERM);
    assert_int_equal(os_root_link(root, "esc", "escaped"), 0); /* the link itself */
    assert_text(os_root_readlink(root, "escaped"), "../outside");
    assert_int_equal(os_root_remove(root, "escaped"), 0);
    assert_int_equal(os_root_remove(root, "again"), 0);
    assert_int_equal(os_root_utime(root, "in/new/file", 1000000001, -1, 0), 0);
    assert_int_equal(os_root_stat(root, "in/new/file", &st, 0), 0);
    assert_true(st.st_atime_ns == 1000000001 && st.st_mtime_ns == -1);
    const struct os_time exact[2] = {{5, 6}, {7, 8}};
    assert_int_equal(os_root_utimens(root, "in/new/file", exact, 0), 0);
    assert_int_equal(os_root_stat(root, "in/new/file", &st, 0), 0);
    assert_true(st.st_atime_ns == 5000000006 && st.st_mtime_ns == 7000000008);
    assert_int_equal(os_root_utime(root, "esc", 7, 8, OS_NOFOLLOW), 0);
    assert_int_equal(os_root_stat(root, "esc", &st, OS_NOFOLLOW), 0);
    assert_true(S_ISLNK(st.st_mode) && st.st_atime_ns == 7 && st.st_mtime_ns == 8);
    assert_int_equal(os_root_utime(root, "f", 0, 0, OS_EXIST_OK), -1);
    assert_error(EINVAL, "root_utime", "f", NULL);
    assert_int_equal(os_root_chown(root, "file", (uid_t)-1, getgid(), 0), 0);
    assert_int_equal(os_root_chown(root, "esc", getuid(), getgid(), OS_NOFOLLOW), 0);
    assert_int_equal(os_root_makedirs(root, "d/tree/a/b", 0755, 0), 0);
    assert_int_equal(os_root_symlink(root, "../../../outside", "d/tree/out"), 0);
    assert_int_equal(os_root_rmtree(root, "d/tree/out", NULL), -1);
    assert_error(ENOTDIR, "open", "d/tree/out", NULL);
    assert_int_equal(os_root_rmtree(root, "d/tree/a/..", NULL), -1);
    assert_error(EINVAL, "root_rmtree", "d/tree/a/..", NULL);
    assert_int_equal(os_root_rmtree(root, "./", NULL), -1);
    assert_int_equal(errno, EINVAL);
    assert_int_equal(os_root_rmtree(root, "in/tree/", NULL), 0);
    assert_int_equal(os_root_rmtree(root, "in/tree", NULL), -1);
    assert_error(ENOENT, "open", "in/tree", NULL);
    os_autofree char **names = os_root_listdir(root, "in/new");
    assert_non_null(names);
    assert_string_equal(names[0], "file");
    assert_null(names[1]);
    struct os_root *sub = os_root_sub(root, "in/new");
    assert_non_null(sub);
    assert_text(os_root_read_file(sub, "file", NULL), "text");
    os_autofree char *out_of_sub = os_root_read_file(sub, "../f", NULL);
    assert_null(out_of_sub);
    assert_error(EXDEV, "root_read_file", "../f", NULL);
    assert_null(os_root_close(sub));
    int fd = os_root_open(root, "in/new/file", O_RDONLY, 0);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(open_descriptors(), descriptors);
    assert_null(os_root_close(root));
    assert_null(os_root_close(NULL));
}

static void every_operation(void **state) {
    (void)state;
    operations();
}

static void every_operation_by_steps(void **state) {
    (void)state;
    root_walks = true;
    operations();
    root_walks = false;
}

static void escape_by(struct os_root *root, const char *path) {
    struct os_stat_result st;
    assert_int_equal(os_root_open(root, path, O_RDONLY, 0), -1);
    assert_error(EXDEV, "root_open", path, NULL);
    assert_int_equal(os_root_stat(root, path, &st, 0), -1);
    assert_error(EXDEV, "root_stat", path, NULL);
    assert_int_equal(os_root_chmod(root, path, 0, 0), -1);
    assert_error(EXDEV, "root_chmod", path, NULL);
    assert_null(os_root_sub(root, path));
    assert_error(EXDEV, "root_sub", path, NULL);
    os_autofree char **names = os_root_listdir(root, path);
    assert_null(names);
    assert_error(EXDEV, "root_listdir", path, NULL);
    os_autofree char *text = os_root_read_file(root, path, NULL);
    assert_null(text);
    assert_error(EXDEV, "root_read_file", path, NULL);
    assert_int_equal(os_root_chown(root, path, 0, 0, 0), -1);
    assert_error(EXDEV, "root_chown", path, NULL);
    assert_int_equal(os_root_utime(root, path, 0, 0, 0), -1);
    assert_error(EXDEV, "root_utime", path, NULL);
    char inside[100];
    snprintf(inside, sizeof inside, "%s/x", path);
    assert_int_equal(os_root_mkdir(root, inside, 0777), -1);
    assert_error(EXDEV, "root_mkdir", inside, NULL);
    assert_int_equal(os_root_makedirs(root, inside, 0777, OS_EXIST_OK), -1);
    assert_int_equal(errno, EXDEV);
    assert_int_equal(os_root_remove(root, inside), -1);
    assert_error(EXDEV, "root_remove", inside, NULL);
    assert_int_equal(os_root_rmdir(root, inside), -1);
    assert_error(EXDEV, "root_rmdir", inside, NULL);
    assert_int_equal(os_root_rename(root, "f", inside), -1);
    assert_error(EXDEV, "root_rename", "f", inside);
    assert_int_equal(os_root_symlink(root, "f", inside), -1);
    assert_error(EXDEV, "root_symlink", "f", inside);
    assert_int_equal(os_root_link(root, "f", inside), -1);
    assert_error(EXDEV, "root_link", "f", inside);
    assert_int_equal(os_root_link(root, inside, "new"), -1);
    assert_error(EXDEV, "root_link", inside, "new");
    assert_int_equal(os_root_rmtree(root, inside, NULL), -1);
    assert_error(EXDEV, "root_rmtree", inside, NULL);
    os_autofree char *target = os_root_readlink(root, inside);
    assert_null(target);
    assert_error(EXDEV, "root_readlink", inside, NULL);
    assert_int_equal(os_root_write_file(root, inside, "x", 1, NULL), -1);
    assert_error(EXDEV, "root_write_file", inside, NULL);
}

/* As after chroot(2): what would lead out leads to the root. */
static void seen_from_inside(void **state) {
    (void)state;
    os_root_close(plant());
    struct os_root *root = os_root_inside(OS_CWD, "root");
    assert_int_equal(mkdir("root/etc", 0755) | mkdir("root/outside", 0755), 0);
    write_text("root/outside/secret", "not the real one");
    for (int steps = 0; steps < 2; steps++) {
        struct os_stat_result st, here;
        root_walks = steps;
        static const char *const tops[] = {"/", "..", "../..", "up", "d/far", "/d/../..", "///"};
        assert_int_equal(os_root_stat(root, ".", &here, 0), 0);
        for (size_t i = 0; i < sizeof tops / sizeof *tops; i++) {
            assert_int_equal(os_root_stat(root, tops[i], &st, 0), 0);
            assert_int_equal(st.st_ino, here.st_ino);
        }
        assert_text(os_root_read_file(root, "esc/secret", NULL), "not the real one");
        assert_text(os_root_read_file(root, "/../outside/secret", NULL), "not the real one");
        assert_int_equal(os_root_mkdir(root, "absolute/conf", 0755), 0); /* the link is /etc */
        assert_int_equal(rmdir("root/etc/conf"), 0);
        assert_int_equal(os_root_mkdir(root, "/", 0755), -1);
        assert_error(EEXIST, "root_mkdir", "/", NULL);
        assert_int_equal(os_root_makedirs(root, "/../new/a", 0755, 0), 0);
        assert_int_equal(os_root_rmtree(root, "/", NULL), -1);
        assert_int_equal(os_root_rmtree(root, "..", NULL), -1);
        assert_int_equal(os_root_rmtree(root, "/esc/../new", NULL), 0);
        assert_int_equal(os_root_rmdir(root, "../"), -1);
        assert_int_equal(os_root_rename(root, "..", "x"), -1);
        assert_int_equal(os_root_write_file(root, "make", "x", 1, NULL), 0); /* replaces the link */
        assert_int_equal(os_root_remove(root, "make"), 0);
        struct os_root *sub = os_root_sub(root, "d");
        assert_text(os_root_read_file(sub, "/../../f", NULL), "d/f");
        os_root_close(sub);
    }
    root_walks = false;
    os_root_close(root);
    assert_null(os_root_inside(OS_CWD, "root/f"));
    assert_error(ENOTDIR, "root_inside", "root/f", NULL);
    assert_outside_untouched();
}

static void nothing_escapes(void **state) {
    (void)state;
    struct os_root *root = plant();
    static const char *const ways[] = {
        "esc",        "esc/",
        "..",         "../",
        "../outside", "d/../..",
        "up",         "in/far",
        "absolute",   "/",
        "/etc",       "d/d/../../../outside",
        "twice",      "winding/../../../..",
        "back",       "here/..",
    };
    for (int steps = 0; steps < 2; steps++) {
        root_walks = steps;
        for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
            escape_by(root, ways[i]);
    }
    root_walks = false;
    os_root_close(root);
    assert_outside_untouched();
}

/* -------------------------------------------------- four ways in which another Root was escaped */

/* "../" opened the parent, as the slash hid the "..". */
static void cve_2025_22873(void **state) {
    (void)state;
    struct os_root *root = plant();
    for (int steps = 0; steps < 2; steps++) {
        root_walks = steps;
        assert_int_equal(os_root_open(root, "../", O_RDONLY, 0), -1);
        assert_error(EXDEV, "root_open", "../", NULL);
        assert_int_equal(os_root_open(root, "d/../../", O_RDONLY, 0), -1);
        assert_error(EXDEV, "root_open", "d/../../", NULL);
    }
    root_walks = false;
    os_root_close(root);
}

/* The entries of a directory were looked at by path, after it had been swapped for a link. */
static void cve_2026_27139(void **state) {
    (void)state;
    struct os_root *root = plant();
    int dir = os_root_open(root, "d", O_RDONLY | O_DIRECTORY, 0);
    assert_true(dir >= 0);
    assert_int_equal(rename("root/d", "root/aside"), 0);
    assert_int_equal(symlink("../outside", "root/d"), 0);
    struct os_scandir *scan = os_scandir_fd(dir);
    assert_non_null(scan);
    bool seen = false;
    for (struct os_dir_entry *entry; (entry = os_scandir_next(scan));) {
        assert_string_not_equal(entry->name, "secret");
        const struct os_stat_result *st = os_dir_entry_stat(entry, 0);
        seen |= strcmp(entry->name, "f") == 0 && st && st->st_size == 3;
    }
    os_scandir_close(scan);
    close(dir);
    assert_true(seen);
    os_root_close(root);
}

/* chmod checked that a name was no link, and then followed the link that had taken its place. */
struct flip {
    atomic_bool over;
    const char *one, *other;
};

static void *flip_names(void *argument) {
    struct flip *flip = argument;
    while (!atomic_load(&flip->over))
        syscall(SYS_renameat2, AT_FDCWD, flip->one, AT_FDCWD, flip->other, RENAME_EXCHANGE);
    return NULL;
}

static void cve_2026_32282(void **state) {
    (void)state;
    struct os_root *root = plant();
    assert_int_equal(symlink("../outside/secret", "root/swapped"), 0);
    struct flip flip = {.one = "root/f", .other = "root/swapped"};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, flip_names, &flip), 0);
    for (int i = 0; i < 4000; i++) {
        root_walks = i % 2;
        os_root_chmod(root, "f", 0600, i % 4 < 2 ? OS_NOFOLLOW : 0);
    }
    root_walks = false;
    atomic_store(&flip.over, true);
    pthread_join(thread, NULL);
    os_root_close(root);
    assert_outside_untouched();
}

/* A trailing slash defeats O_NOFOLLOW: the link was followed out of the root. */
static void cve_2026_39822(void **state) {
    (void)state;
    struct os_root *root = plant();
    struct os_stat_result st;
    for (int steps = 0; steps < 2; steps++) {
        root_walks = steps;
        assert_int_equal(os_root_open(root, "esc/", O_RDONLY | O_NOFOLLOW, 0), -1);
        assert_error(EXDEV, "root_open", "esc/", NULL);
        assert_int_equal(os_root_stat(root, "esc/", &st, OS_NOFOLLOW), -1);
        assert_error(EXDEV, "root_stat", "esc/", NULL);
        assert_int_equal(os_root_chmod(root, "esc/", 0, OS_NOFOLLOW), -1);
        assert_error(EXDEV, "root_chmod", "esc/", NULL);
        os_autofree char *target = os_root_readlink(root, "esc/");
        assert_null(target);
        assert_int_equal(os_root_mkdir(root, "make/", 0777), -1);
        assert_int_equal(os_root_rmdir(root, "esc/"), -1);
        assert_int_equal(os_root_remove(root, "twice/"), -1);
        assert_int_equal(os_root_rename(root, "d/d", "esc/"), -1);
        assert_int_equal(os_root_symlink(root, "f", "make/"), -1);
    }
    root_walks = false;
    os_root_close(root);
    assert_outside_untouched();
}

/* --------------------------------------------------------------------------- others at work */

static void swapped_directories(void **state) {
    (void)state;
    struct os_root *root = plant();
    assert_int_equal(mkdir("root/s", 0755), 0);
    struct flip flip = {.one = "root/s", .other = "root/esc"};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, flip_names, &flip), 0);
    struct os_write_file_options quick = {.size = sizeof quick, .nosync = true};
    for (int i = 0; i < 1500; i++) {
        root_walks = i % 2;
        os_root_write_file(root, "s/secret", "x", 1, &quick);
        os_root_mkdir(root, "s/new", 0777);
        os_root_makedirs(root, "s/p/q", 0777, OS_EXIST_OK);
        os_root_symlink(root, "x", "s/link");
        os_root_rename(root, "s/link", "s/other");
        os_root_remove(root, "s/secret");
        int fd = os_root_open(root, "s/made", O_RDWR | O_CREAT | O_TRUNC, 0644);
        if (fd >= 0)
            close(fd);
    }
    root_walks = false;
    atomic_store(&flip.over, true);
    pthread_join(thread, NULL);
    os_root_close(root);
    assert_outside_untouched();
}

/* A directory that is moved out of the root while ".." is resolved in it leads nowhere outside. */
static void *move_about(void *argument) {
    struct flip *flip = argument;
    while (!atomic_load(&flip->over)) {
        rename(flip->one, flip->other);
        rename(flip->other, flip->one);
    }
    return NULL;
}

static void moved_directories(void **state) {
    (void)state;
    struct os_root *root = plant();
    struct stat outside, st;
    assert_int_equal(stat("outside", &outside), 0);
    struct flip flip = {.one = "root/d/d", .other = "outside/dir/d"};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, move_about, &flip), 0);
    bool escaped = false;
    for (int i = 0; i < 6000; i++) {
        root_walks = i % 2;
        int fd = root_open(root, "d/d/d/../../../../outside", O_PATH, 0);
        int two = root_open(root, "d/d/d/../..", O_PATH, 0);
        escaped |= fd >= 0;
        if (fd >= 0)
            close(fd);
        if (two >= 0) {
            assert_int_equal(fstat(two, &st), 0);
            escaped |= st.st_ino == outside.st_ino;
            close(two);
        }
    }
    root_walks = false;
    atomic_store(&flip.over, true);
    pthread_join(thread, NULL);
    assert_false(escaped);
    os_root_close(root);
}

static void long_paths(void **state) {
    (void)state;
    struct os_root *root = plant();
    enum { COUNT = 3000 };
    char *path = malloc(2 * COUNT + 1);
    assert_non_null(path);
    for (int i = 0; i < COUNT; i++)
        memcpy(path + 2 * i, "c/", 3);
    path[2 * COUNT - 1] = '\0';
    assert_int_equal(os_root_makedirs(root, path, 0755, 0), 0);
    assert_int_equal(os_root_makedirs(root, path, 0755, OS_EXIST_OK), 0);
    struct os_stat_result st;
    assert_int_equal(os_root_stat(root, path, &st, 0), 0);
    assert_true(S_ISDIR(st.st_mode));
    os_root_close(root);
    assert_int_equal(chdir("root"), 0);
    assert_int_equal(os_removedirs(path), 0);
    assert_int_equal(chdir(".."), 0);
    free(path);
}

static void making_a_root(void **state) {
    (void)state;
    write_text("file", "");
    assert_null(os_root("file"));
    assert_error(ENOTDIR, "root", "file", NULL);
    assert_null(os_rootat(-1, "file"));
    assert_error(EBADF, "root", "file", NULL);
    assert_int_equal(os_openat2(OS_CWD, "file", UINT64_C(1) << 60, 0, 0), -1);
    assert_non_null(os_last_error());
    struct os_root *root = os_root(".");
    struct os_write_file_options with = {.size = sizeof with, .follow = true};
    assert_int_equal(os_root_write_file(root, "file", "x", 1, &with), -1);
    assert_error(EINVAL, "root_write_file", "file", NULL);
    struct os_stat_result st;
    assert_int_equal(os_root_stat(root, "file", &st, OS_EXIST_OK), -1);
    assert_error(EINVAL, "root_stat", "file", NULL);
    assert_int_equal(os_root_stat(root, "", &st, 0), -1);
    assert_error(ENOENT, "root_stat", "", NULL);
    os_root_close(root);
}

/* Whoever resolves the path, the kernel or the library. */
static void creating_and_directory(void **state) {
    (void)state;
    assert_int_equal(mkdir("d", 0777), 0);
    struct os_root *root = os_root(".");
    assert_non_null(root);
    for (int i = 0; i < 2; i++) {
        root_walks = i;
        static const char *const paths[] = {"new", "new/", "d", "d/", "none/x", ""};
        for (size_t at = 0; at < sizeof paths / sizeof *paths; at++) {
            const char *path = paths[at];
            assert_int_equal(os_root_open(root, path, O_CREAT | O_DIRECTORY, 0666), -1);
            assert_error(EINVAL, "root_open", path, NULL);
        }
        assert_int_equal(access("new", F_OK), -1);
        int fd = os_root_open(root, "d/", O_PATH | O_CREAT | O_DIRECTORY, 0); /* of O_PATH alone */
        assert_true(fd >= 0);
        close(fd);
    }
    root_walks = false;
    os_root_close(root);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(creating_and_directory),
        IN_SCRATCH(making_a_root),
        IN_SCRATCH(same_as_openat2),
        IN_SCRATCH(making_a_root),
        IN_SCRATCH(same_as_openat2_inside),
        IN_SCRATCH(making_a_root),
        IN_SCRATCH(seen_from_inside),
        IN_SCRATCH(every_operation),
        IN_SCRATCH(every_operation_by_steps),
        IN_SCRATCH(nothing_escapes),
        IN_SCRATCH(cve_2025_22873),
        IN_SCRATCH(cve_2026_27139),
        IN_SCRATCH(cve_2026_32282),
        IN_SCRATCH(cve_2026_39822),
        IN_SCRATCH(swapped_directories),
        IN_SCRATCH(moved_directories),
        IN_SCRATCH(long_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
