/* SPDX-License-Identifier: MIT */
/** What the C tests share. */
#include "support.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>

int enter_scratch(void **state) {
    const char *place = getenv("TMPDIR");
    char *path;
    if (asprintf(&path, "%s/osier-test-XXXXXX", place ? place : "/tmp") < 0)
        return -1;
    if (!mkdtemp(path) || chdir(path) < 0)
        return -1;
    *state = path;
    return 0;
}

const char *memory_place(void) {
    const char *place = getenv("OSIER_MEMORY");
    if (!place && access("/dev/shm", W_OK) == 0)
        place = "/dev/shm";
    if (!place)
        place = getenv("TMPDIR");
    return place ? place : "/tmp";
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw) {
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

int leave_scratch(void **state) {
    if (chdir("/") < 0)
        return -1;
    int result = nftw(*state, remove_one, 64, FTW_DEPTH | FTW_PHYS);
    free(*state);
    return result;
}

int open_descriptors(void) {
    int count = 0;
    DIR *dir = opendir("/proc/self/fd");
    assert_non_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count - 3; /* ".", ".." and the directory itself */
}

bool call_denied(const char *name) {
    const char *denied = getenv("OSIER_DENIED");
    size_t size = strlen(name);
    for (const char *at = denied; at && (at = strstr(at, name)); at += size)
        if (at > denied && at[-1] == ' ' && (at[size] == ' ' || at[size] == '\0'))
            return true;
    return false;
}

static bool has_in_environment(const char *process, const char *bytes) {
    char path[300], text[16384];
    snprintf(path, sizeof path, "/proc/%s/environ", process);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd < 0 ? 0 : read(fd, text, sizeof text);
    if (fd >= 0)
        close(fd);
    return size > 0 && memmem(text, (size_t)size, bytes, strlen(bytes));
}

int processes_with(const char *bytes) {
    int count = 0;
    DIR *processes = opendir("/proc");
    for (struct dirent *entry; (entry = readdir(processes));)
        count += entry->d_name[0] > '0' && entry->d_name[0] <= '9' &&
                 has_in_environment(entry->d_name, bytes);
    closedir(processes);
    return count;
}

void write_text(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static bool same(const char *a, const char *b) {
    return a && b ? strcmp(a, b) == 0 : a == b;
}

void check_error(int number, const char *operation, const char *filename, const char *filename2,
                 const char *file, int line) {
    int seen = errno;
    const struct os_error *error = os_last_error();
    if (seen == number && error && same(error->operation, operation) &&
        same(error->filename, filename) && same(error->filename2, filename2))
        return;
    print_error("errno %d (%s), record: %s(%s, %s)\n", seen, strerror(seen),
                error ? error->operation : "none", error ? error->filename : "-",
                error ? error->filename2 : "-");
    _fail(file, line);
}
