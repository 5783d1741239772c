/* SPDX-License-Identifier: MIT */
/** Whole files: read whatever they say of their size, replaced so that nobody sees half of one. */
#include "support.h"

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>

static struct stat look(const char *path) {
    struct stat st;
    assert_int_equal(lstat(path, &st), 0);
    return st;
}

/* That the directory holds so many names, so no temporary file among them. */
static void assert_names(size_t expected) {
    os_autofree char **names = os_listdir(".");
    size_t count = 0;
    assert_non_null(names);
    while (names[count])
        count++;
    assert_int_equal(count, expected);
}

static void reads_all(void **state) {
    (void)state;
    static const size_t sizes[] = {0, 1, 4095, 4096, 4097, 100000};
    char *data = malloc(100000);
    assert_non_null(data);
    for (size_t i = 0; i < 100000; i++)
        data[i] = (char)(i * 7);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        assert_int_equal(os_write_file("a", data, sizes[i], NULL), 0);
        size_t size = 1;
        os_autofree char *seen = os_read_file("a", &size);
        assert_non_null(seen);
        assert_int_equal(size, sizes[i]);
        assert_memory_equal(seen, data, size);
        assert_int_equal(seen[size], 0);
    }
    free(data);
}

static void reads_what_tells_no_size(void **state) {
    (void)state;
    size_t size;
    os_autofree char *maps = os_read_file("/proc/self/maps", &size);
    assert_non_null(maps);
    assert_true(size > 100 && strlen(maps) == size);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    char path[40], block[10000];
    memset(block, 'p', sizeof block);
    assert_int_equal(write(ends[1], block, sizeof block), sizeof block);
    close(ends[1]);
    snprintf(path, sizeof path, "/proc/self/fd/%d", ends[0]);
    os_autofree char *piped = os_read_file(path, &size);
    assert_non_null(piped);
    assert_int_equal(size, sizeof block);
    close(ends[0]);
}

static void reading_fails(void **state) {
    (void)state;
    int descriptors = open_descriptors();
    os_autofree char *none = os_read_file("none", NULL);
    assert_null(none);
    assert_error(ENOENT, "read_file", "none", NULL);
    os_autofree char *directory = os_read_fileat(OS_CWD, ".", NULL);
    assert_null(directory);
    assert_error(EISDIR, "read_file", ".", NULL);
    assert_int_equal(open_descriptors(), descriptors);
}

static void replaces(void **state) {
    (void)state;
    umask(022);
    int descriptors = open_descriptors();
    assert_int_equal(os_write_file("a", "old", 3, NULL), 0);
    assert_int_equal(look("a").st_mode, S_IFREG | 0644);
    ino_t inode = look("a").st_ino;
    int fd = open("a", O_RDONLY | O_CLOEXEC); /* keeps the inode from being used again */
    assert_int_equal(chmod("a", 0604), 0);
    assert_int_equal(os_write_file("a", "new", 3, NULL), 0);
    assert_text(os_read_file("a", NULL), "new");
    assert_int_not_equal(look("a").st_ino, inode);
    assert_int_equal(look("a").st_mode, S_IFREG | 0644);
    close(fd);
    assert_int_equal(mkdir("d", 0777), 0);
    assert_int_equal(os_write_file("d", "x", 1, NULL), -1);
    assert_error(EISDIR, "write_file", "d", NULL);
    assert_int_equal(os_write_file("d/", "x", 1, NULL), -1);
    assert_error(EISDIR, "write_file", "d/", NULL);
    assert_int_equal(os_write_file("", "x", 1, NULL), -1);
    assert_error(ENOENT, "write_file", "", NULL);
    assert_int_equal(os_write_file("none/x", "x", 1, NULL), -1);
    assert_error(ENOENT, "write_file", "none/x", NULL);
    fd = open("d", O_RDONLY | O_CLOEXEC);
    assert_int_equal(os_write_fileat(fd, "inside", "x", 1, NULL), 0);
    assert_text(os_read_fileat(fd, "inside", NULL), "x");
    close(fd);
    assert_names(2);
    assert_int_equal(open_descriptors(), descriptors);
}

static void options(void **state) {
    (void)state;
    umask(022);
    struct os_write_file_options with = {.size = sizeof with, .mode = 0620};
    assert_int_equal(os_write_file("a", "1", 1, &with), 0);
    assert_int_equal(look("a").st_mode & 07777, 0600);
    assert_int_equal(chmod("a", 0641), 0);
    with = (struct os_write_file_options){.size = sizeof with, .keep_mode = true, .nosync = true};
    assert_int_equal(os_write_file("a", "2", 1, &with), 0);
    assert_int_equal(look("a").st_mode & 07777, 0641);
    assert_int_equal(os_write_file("fresh", "2", 1, &with), 0);
    assert_int_equal(look("fresh").st_mode & 07777, 0644);
    with = (struct os_write_file_options){.size = sizeof with, .noreplace = true};
    assert_int_equal(os_write_file("a", "3", 1, &with), -1);
    assert_error(EEXIST, "write_file", "a", NULL);
    assert_text(os_read_file("a", NULL), "2");
    assert_int_equal(os_write_file("b", "3", 1, &with), 0);
    with.size = 3;
    assert_int_equal(os_write_file("b", "3", 1, &with), -1);
    assert_error(EINVAL, "write_file", "b", NULL);
    assert_names(3);
    if (geteuid() != 0)
        skip();
    assert_int_equal(chown("a", 11, 12), 0);
    with =
        (struct os_write_file_options){.size = sizeof with, .keep_mode = true, .keep_owner = true};
    assert_int_equal(os_write_file("a", "4", 1, &with), 0);
    assert_int_equal(look("a").st_uid, 11);
    assert_int_equal(look("a").st_gid, 12);
    assert_int_equal(look("a").st_mode & 07777, 0641);
}

/* Of a program that was built with a later version. */
static void options_of_a_later_version(void **state) {
    (void)state;
    struct {
        struct os_write_file_options known;
        long unknown;
    } later = {.known = {.size = sizeof later}};
    const struct os_write_file_options *with = &later.known;
    assert_int_equal(os_write_file("a", "1", 1, with), 0);
    later.unknown = 1;
    assert_int_equal(os_write_file("a", "2", 1, with), -1);
    assert_error(E2BIG, "write_file", "a", NULL);
    struct os_root *root = os_root(".");
    assert_non_null(root);
    assert_int_equal(os_root_write_file(root, "a", "2", 1, with), -1);
    assert_error(E2BIG, "root_write_file", "a", NULL);
    later.unknown = 0;
    assert_int_equal(os_root_write_file(root, "a", "3", 1, with), 0);
    os_root_close(root);
    assert_text(os_read_file("a", NULL), "3");
}

/* As another user, where the tests run as root; whether the call worked. */
static int as_user(uid_t uid, gid_t gid, int (*call)(void)) {
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (geteuid() == 0 && (setgroups(0, NULL) < 0 || setgid(gid) < 0 || setuid(uid) < 0))
            _exit(2);
        _exit(call() < 0);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static const struct os_write_file_options keep_mode = {.size = sizeof keep_mode, .keep_mode = true};

static int write_d_a(void) {
    return os_write_file("d/a", "new", 3, &keep_mode);
}

static int write_d_a_quickly(void) {
    const struct os_write_file_options quick = {.size = sizeof quick, .nosync = true};
    return os_write_file("d/a", "new", 3, &quick);
}

/* Set-ID bits stay with the owner they were given by. */
static void set_ids_follow_the_owner(void **state) {
    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(chmod(".", 0755), 0);
    assert_int_equal(mkdir("d", 0777), 0);
    assert_int_equal(chmod("d", 0777), 0);
    write_text("d/a", "old");
    assert_int_equal(chown("d/a", 1001, 1001), 0);
    assert_int_equal(chmod("d/a", 06755), 0);
    assert_int_equal(as_user(1002, 1002, write_d_a), 0);
    assert_int_equal(look("d/a").st_uid, 1002);
    assert_int_equal(look("d/a").st_mode & 07777, 0755);
    assert_int_equal(chmod("d/a", 06755), 0);
    assert_int_equal(as_user(1002, 1002, write_d_a), 0); /* its own */
    assert_int_equal(look("d/a").st_mode & 07777, 06755);
    assert_int_equal(chown("d/a", 1001, 1002), 0);
    assert_int_equal(chmod("d/a", 06755), 0);
    assert_int_equal(os_write_file("d/a", "x", 1, &keep_mode), 0);
    assert_int_equal(look("d/a").st_mode & 07777, 0755);
    assert_int_equal(chown("d/a", 1001, 1002), 0);
    assert_int_equal(chmod("d/a", 06755), 0);
    struct os_write_file_options all = keep_mode;
    all.keep_owner = true;
    assert_int_equal(os_write_file("d/a", "x", 1, &all), 0);
    assert_int_equal(look("d/a").st_mode & 07777, 06755);
}

static void a_directory_that_may_not_be_read(void **state) {
    (void)state;
    assert_int_equal(chmod(".", 0755), 0);
    assert_int_equal(mkdir("d", 0777), 0);
    write_text("d/a", "old");
    assert_int_equal(chmod("d/a", 0666), 0);
    assert_int_equal(chmod("d", 0333), 0);
    int whole = as_user(1002, 1002, write_d_a), quick = as_user(1002, 1002, write_d_a_quickly);
    assert_int_equal(chmod("d", 0755), 0);
    assert_int_equal(whole, 0);
    assert_int_equal(quick, 0);
    assert_text(os_read_file("d/a", NULL), "new");
}

static int write_set_id(void) {
    const struct os_write_file_options with = {.size = sizeof with, .mode = 06755};
    return os_write_file("d/tool", "new", 3, &with);
}

/* Writing takes set-ID bits away from who isn't root. */
static void gives_set_id_bits(void **state) {
    (void)state;
    assert_int_equal(chmod(".", 0755) | mkdir("d", 0755) | chmod("d", 0777), 0);
    assert_int_equal(as_user(1002, 1002, write_set_id), 0);
    assert_int_equal(look("d/tool").st_mode & 07777, 06755);
    assert_int_equal(as_user(1002, 1002, write_set_id), 0); /* and where it was there already */
    assert_int_equal(look("d/tool").st_mode & 07777, 06755);
}

/* Looks for new files that the caller's group may open: what is opened once can be read for ever. */
struct watch {
    atomic_bool ends;
    ino_t open[1000];
    int count;
};

static void *watch(void *data) {
    struct watch *watch = data;
    while (!watch->ends) {
        DIR *dir = opendir(".");
        for (struct dirent *entry; dir && (entry = readdir(dir));) {
            struct stat st;
            if (strncmp(entry->d_name, ".osier-", 7) == 0 && lstat(entry->d_name, &st) == 0 &&
                st.st_size > 0 && /* an empty one may go, and its inode be the next file's */
                st.st_gid == getegid() && st.st_mode & 070 && watch->count < 1000)
                watch->open[watch->count++] = st.st_ino;
        }
        closedir(dir);
    }
    return NULL;
}

static void opens_to_nobody_before_it_has_its_owner(void **state) {
    (void)state;
    static struct watch watched;
    const struct os_write_file_options with = {
        .size = sizeof with, .mode = 0660, .keep_owner = true, .nosync = true};
    enum { LARGE = 1 << 20, ROUNDS = 40 };
    if (geteuid() != 0)
        skip(); /* who isn't root can't keep another's ownership */
    char *data = calloc(1, LARGE);
    pthread_t id;
    write_text("a", "old");
    assert_int_equal(chown("a", 1001, 1002), 0);
    assert_int_equal(pthread_create(&id, NULL, watch, &watched), 0);
    ino_t written[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        assert_int_equal(os_write_file("a", data, LARGE, &with), 0);
        written[i] = look("a").st_ino;
        struct stat st = look("a");
        assert_true(st.st_uid == 1001 && st.st_gid == 1002 && (st.st_mode & 07777) == 0640);
        char kept[20];
        snprintf(kept, sizeof kept, "kept%d", i);
        assert_int_equal(link("a", kept), 0); /* so that no inode is used again */
    }
    watched.ends = true;
    pthread_join(id, NULL);
    for (int i = 0; i < watched.count; i++)
        for (int j = 0; j < ROUNDS; j++)
            assert_int_not_equal(watched.open[i], written[j]);
    free(data);
}

/* A device stays a device, whoever asks for what. */
static void refuses_special_files(void **state) {
    (void)state;
    assert_int_equal(mkfifo("p", 0666), 0);
    assert_int_equal(mknod("s", S_IFSOCK | 0666, 0), 0);
    if (geteuid() == 0 && mknod("c", S_IFCHR | 0666, makedev(1, 3)) == 0) {
        assert_int_equal(os_write_file("c", "x", 1, NULL), -1);
        assert_error(EINVAL, "write_file", "c", NULL);
        assert_true(S_ISCHR(look("c").st_mode));
        assert_int_equal(unlink("c"), 0);
    }
    assert_int_equal(os_write_file("p", "x", 1, NULL), -1);
    assert_error(EINVAL, "write_file", "p", NULL);
    assert_int_equal(os_write_file("s", "x", 1, &keep_mode), -1);
    assert_error(EINVAL, "write_file", "s", NULL);
    assert_int_equal(symlink("p", "l"), 0);
    struct os_write_file_options with = {.size = sizeof with, .follow = true};
    assert_int_equal(os_write_file("l", "x", 1, &with), -1);
    assert_error(EINVAL, "write_file", "l", NULL);
    with = (struct os_write_file_options){.size = sizeof with, .noreplace = true};
    assert_int_equal(os_write_file("p", "x", 1, &with), -1);
    assert_error(EEXIST, "write_file", "p", NULL);
    assert_int_equal(os_write_file("l", "x", 1, NULL), 0); /* the link is what is replaced */
    assert_true(S_ISREG(look("l").st_mode) && S_ISFIFO(look("p").st_mode));
    assert_names(3);
}

/* An ACL in the kernel's layout: the owner, user 1004, the group, the mask, others. */
struct acl {
    uint32_t version;
    struct {
        uint16_t tag, perm;
        uint32_t id;
    } entries[5];
};

static const struct acl user_1004 = {
    2, {{1, 6, ~0u}, {2, 4, 1004}, {4, 0, ~0u}, {16, 4, ~0u}, {32, 0, ~0u}}};

static bool acl_of(const char *path, struct acl *ret_acl) {
    return getxattr(path, "system.posix_acl_access", ret_acl, sizeof *ret_acl) == sizeof *ret_acl;
}

/* Nobody gains anything: the ACL stays, and where there was none none comes from the directory. */
static void keeps_the_acl(void **state) {
    (void)state;
    struct acl seen;
    struct os_write_file_options with = keep_mode;
    with.keep_owner = true;
    write_text("a", "old");
    assert_int_equal(chmod("a", 0600), 0);
    if (setxattr("a", "system.posix_acl_access", &user_1004, sizeof user_1004, 0) < 0)
        skip(); /* a file system without */
    mode_t mode = look("a").st_mode;
    assert_int_equal(os_write_file("a", "new", 3, &with), 0);
    assert_true(acl_of("a", &seen));
    assert_memory_equal(&seen, &user_1004, sizeof seen);
    assert_int_equal(look("a").st_mode, mode);
    assert_int_equal(os_write_file("a", "new", 3, NULL), 0); /* none is kept: none of its rights */
    assert_false(acl_of("a", &seen));
    assert_int_equal(chmod("a", 0640), 0);
    assert_int_equal(setxattr(".", "system.posix_acl_default", &user_1004, sizeof user_1004, 0), 0);
    assert_int_equal(os_write_file("a", "new", 3, &with), 0);
    assert_false(acl_of("a", &seen));
    assert_int_equal(look("a").st_mode & 07777, 0640);
    assert_int_equal(os_write_file("b", "new", 3, &with),
                     0); /* a new file gets what new files get */
    assert_true(acl_of("b", &seen));
}

static void links(void **state) {
    (void)state;
    assert_int_equal(mkdir("d", 0777), 0);
    assert_int_equal(symlink("d/target", "one"), 0);
    assert_int_equal(symlink("one", "two"), 0);
    assert_int_equal(symlink("loop", "loop"), 0);
    struct os_write_file_options with = {.size = sizeof with, .follow = true};
    assert_int_equal(os_write_file("two", "x", 1, &with), 0);
    assert_text(os_read_file("d/target", NULL), "x");
    assert_true(S_ISLNK(look("two").st_mode) && S_ISLNK(look("one").st_mode));
    assert_int_equal(os_write_file("loop", "x", 1, &with), -1);
    assert_error(ELOOP, "write_file", "loop", NULL);
    assert_int_equal(os_write_file("two", "y", 1, NULL), 0);
    assert_true(S_ISREG(look("two").st_mode));
    assert_text(os_read_file("d/target", NULL), "x");
    assert_names(4);
}

/* While one process replaces the file, another never sees it missing, empty or mixed. */
static void nobody_sees_half(void **state) {
    (void)state;
    enum { SIZE = 50000 };
    static char data[SIZE];
    memset(data, 'a', SIZE);
    struct os_write_file_options quick = {.size = sizeof quick, .nosync = true};
    assert_int_equal(os_write_file("f", data, SIZE, &quick), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        for (int c = 'a';; c = c == 'z' ? 'a' : c + 1) {
            memset(data, c, SIZE);
            os_write_file("f", data, SIZE, &quick);
        }
    bool whole = true;
    for (int i = 0; i < 1000 && whole; i++) {
        size_t size = 0;
        char *seen = os_read_file("f", &size);
        whole = seen && size == SIZE && seen[0] == seen[SIZE - 1] && seen[0] == seen[SIZE / 2];
        free(seen);
    }
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_true(whole);
}

static void cuts(void **state) {
    (void)state;
    write_text("a", "12345");
    assert_int_equal(os_truncate("a", 3), 0);
    assert_text(os_read_file("a", NULL), "123");
    int fd = open("a", O_RDWR | O_CLOEXEC);
    assert_int_equal(os_ftruncate(fd, INT64_C(5000000000)), 0);
    assert_true(look("a").st_size == INT64_C(5000000000));
    close(fd);
    assert_int_equal(os_ftruncate(fd, 0), -1);
    assert_error(EBADF, "ftruncate", NULL, NULL);
    assert_int_equal(os_truncate("a", -1), -1);
    assert_error(EINVAL, "truncate", "a", NULL);
    assert_int_equal(os_truncate("none", 1), -1);
    assert_error(ENOENT, "truncate", "none", NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(reads_all),
        IN_SCRATCH(reads_what_tells_no_size),
        IN_SCRATCH(replaces),
        IN_SCRATCH(reading_fails),
        IN_SCRATCH(options),
        IN_SCRATCH(links),
        IN_SCRATCH(options_of_a_later_version),
        IN_SCRATCH(set_ids_follow_the_owner),
        IN_SCRATCH(a_directory_that_may_not_be_read),
        IN_SCRATCH(gives_set_id_bits),
        IN_SCRATCH(opens_to_nobody_before_it_has_its_owner),
        IN_SCRATCH(refuses_special_files),
        IN_SCRATCH(keeps_the_acl),
        IN_SCRATCH(cuts),
        IN_SCRATCH(nobody_sees_half),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
