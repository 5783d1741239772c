/* SPDX-License-Identifier: MIT */
/** Whole files: read whatever they say of their size, replaced so that nobody sees half of one. */
#include "support.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

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
    with.size = sizeof with + 8;
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
        IN_SCRATCH(reads_all), IN_SCRATCH(reads_what_tells_no_size),
        IN_SCRATCH(replaces),  IN_SCRATCH(reading_fails),
        IN_SCRATCH(options),   IN_SCRATCH(links),
        IN_SCRATCH(cuts),      IN_SCRATCH(nobody_sees_half),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
