/* SPDX-License-Identifier: MIT */
/** Directories as Linux has them: any byte in a name, no types, no end, gone while being read. */
#include "support.h"

#include "fs/dir.h"
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

static void every_byte(void **state) {
    (void)state;
    bool seen[256] = {0};
    for (int c = 1; c < 256; c++) {
        char name[] = {'n', (char)c, '\0'};
        if (c != '/')
            write_text(name, "");
    }
    struct os_scandir *scan = os_scandir(".");
    struct os_dir_entry *entry;
    while ((entry = os_scandir_next(scan))) {
        assert_int_equal(strlen(entry->name), 2);
        const char *path = os_dir_entry_path(entry);
        assert_int_equal(strncmp(path, "./", 2), 0);
        assert_ptr_equal(path + 2, entry->name);
        seen[(unsigned char)entry->name[1]] = true;
    }
    os_scandir_close(scan);
    for (int c = 1; c < 256; c++)
        assert_int_equal(seen[c], c != '/');
}

static void types_are_asked_where_none_are_told(void **state) {
    (void)state;
    write_text("file", "");
    assert_int_equal(mkdir("dir", 0777), 0);
    assert_int_equal(symlink("dir", "link"), 0);
    dir_types_hidden = true;
    struct os_scandir *scan = os_scandir(".");
    struct os_dir_entry *entry;
    int entries = 0;
    for (; (entry = os_scandir_next(scan)); entries++) {
        bool file = entry->name[0] == 'f', link = entry->name[0] == 'l';
        assert_int_equal(entry->d_type, DT_UNKNOWN);
        assert_int_equal(os_dir_entry_is_file(entry, 0), file);
        assert_int_equal(os_dir_entry_is_dir(entry, 0), !file);
        assert_int_equal(os_dir_entry_is_dir(entry, OS_NOFOLLOW), !file && !link);
        assert_int_equal(os_dir_entry_is_symlink(entry), link);
    }
    os_scandir_close(scan);
    dir_types_hidden = false;
    assert_int_equal(entries, 3);
}

static void vanished_where_none_are_told(void **state) {
    (void)state;
    write_text("file", "");
    dir_types_hidden = true;
    struct os_scandir *scan = os_scandir(".");
    struct os_dir_entry *entry = os_scandir_next(scan);
    dir_types_hidden = false;
    assert_int_equal(unlink("file"), 0);
    assert_int_equal(os_dir_entry_is_file(entry, 0), 0);
    assert_int_equal(os_dir_entry_is_symlink(entry), 0);
    os_scandir_close(scan);
}

static void removed_while_being_read(void **state) {
    (void)state;
    assert_int_equal(mkdir("d", 0777), 0);
    struct os_scandir *scan = os_scandir("d");
    assert_int_equal(rmdir("d"), 0);
    errno = E2BIG;
    assert_null(os_scandir_next(scan));
    assert_int_equal(errno, 0);
    os_scandir_close(scan);
}

static long resident_kib(void) {
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%*d %ld", &pages), 1);
    fclose(file);
    return pages * sysconf(_SC_PAGESIZE) / 1024;
}

/* Entries by the thousand: links, 30,000 to a file (ext4 takes 65,000). */
static void make_many(int many) {
    char name[16], first[16];
    for (int i = 0; i < many; i++) {
        snprintf(name, sizeof name, "%d", i);
        if (i % 30000 == 0)
            write_text(memcpy(first, name, sizeof name), "");
        else
            assert_int_equal(link(first, name), 0);
    }
}

/* A scan keeps one buffer however many entries there are. */
static void many_entries_in_bounded_memory(void **state) {
    (void)state;
    SKIP_SANITIZED();
    enum { MANY = 100 * 1000 };
    make_many(MANY);
    struct os_scandir *scan = os_scandir(".");
    struct os_dir_entry *entry = os_scandir_next(scan);
    long before = resident_kib();
    int64_t sum = 0;
    for (; entry; entry = os_scandir_next(scan))
        sum += strtol(entry->name, NULL, 10);
    assert_int_equal(errno, 0);
    assert_true(resident_kib() - before < 512);
    os_scandir_close(scan);
    assert_int_equal(sum, (int64_t)MANY * (MANY - 1) / 2);
    char **list = os_listdir(".");
    size_t names = 0;
    while (list[names])
        names++;
    free(list);
    assert_int_equal(names, MANY);
}

static void no_descriptor_left(void **state) {
    (void)state;
    struct rlimit old, none;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
    none = old;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    char **list = os_listdir(".");
    int number = errno;
    setrlimit(RLIMIT_NOFILE, &old);
    assert_null(list);
    errno = number;
    assert_error(EMFILE, "listdir", ".", NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(every_byte),
        IN_SCRATCH(types_are_asked_where_none_are_told),
        IN_SCRATCH(vanished_where_none_are_told),
        IN_SCRATCH(removed_while_being_read),
        IN_SCRATCH(many_entries_in_bounded_memory),
        IN_SCRATCH(no_descriptor_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
