/* SPDX-License-Identifier: MIT */
/** Thin calls beside the bare system call, in a directory of its own. */
#include "measure.h"

#include <fcntl.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHECK(call)                                                                                \
    do {                                                                                           \
        if ((call) < 0)                                                                            \
            abort();                                                                               \
    } while (0)

static struct stat bare;
static struct os_stat_result result;

OPERATION(stat_osier, CHECK(os_stat("file", &result, 0)))
OPERATION(stat_bare, CHECK(stat("file", &bare)))
OPERATION(lstat_osier, CHECK(os_lstat("link", &result)))
OPERATION(lstat_bare, CHECK(lstat("link", &bare)))
OPERATION(fstat_osier, CHECK(os_fstat(0, &result)))
OPERATION(fstat_bare, CHECK(fstat(0, &bare)))
OPERATION(miss_osier, if (os_stat("missing", &result, 0) == 0) abort())
OPERATION(miss_bare, if (stat("missing", &bare) == 0) abort())
OPERATION(exists_osier, if (os_path_exists("missing")) abort())
OPERATION(exists_bare, if (stat("missing", &bare) == 0) abort())
OPERATION(access_osier, CHECK(os_access("file", R_OK, 0)))
OPERATION(access_bare, CHECK(access("file", R_OK)))
OPERATION(chmod_osier, CHECK(os_chmod("file", 0640, 0)))
OPERATION(chmod_bare, CHECK(chmod("file", 0640)))
OPERATION(mkdir_osier, CHECK(os_mkdir("dir", 0777)); CHECK(os_rmdir("dir")))
OPERATION(mkdir_bare, CHECK(mkdir("dir", 0777)); CHECK(rmdir("dir")))
OPERATION(rename_osier, CHECK(os_rename("file", "other")); CHECK(os_rename("other", "file")))
OPERATION(rename_bare, CHECK(rename("file", "other")); CHECK(rename("other", "file")))
OPERATION(link_osier, CHECK(os_link("file", "hard", 0)); CHECK(os_unlink("hard")))
OPERATION(link_bare, CHECK(link("file", "hard")); CHECK(unlink("hard")))
OPERATION(symlink_osier, CHECK(os_symlink("file", "soft", 0)); CHECK(os_unlink("soft")))
OPERATION(symlink_bare, CHECK(symlink("file", "soft")); CHECK(unlink("soft")))
OPERATION(getpid_osier, CHECK(os_getpid()))
OPERATION(getpid_bare, CHECK(getpid()))
OPERATION(getcwd_osier, free(os_getcwd()))
OPERATION(getcwd_bare, char buffer[4096]; if (!getcwd(buffer, sizeof buffer)) abort())
OPERATION(readlink_osier, free(os_readlink("link")))
OPERATION(readlink_bare, char buffer[4096]; CHECK(readlink("link", buffer, sizeof buffer)))
OPERATION(open_osier, int fd = os_open("file", O_RDONLY, 0); CHECK(fd); CHECK(os_close(fd)))
OPERATION(open_bare, int fd = open("file", O_RDONLY | O_CLOEXEC); CHECK(fd); CHECK(close(fd)))
OPERATION(getenv_osier, free(os_getenv("HOME", NULL)))
OPERATION(getenv_bare, const char *value = getenv("HOME"); HIDE(value))

#define ROW(row, name)                                                                             \
    {row, "osier", name##_osier}, {                                                                \
        row, "bare", name##_bare                                                                   \
    }
static const struct operation operations[] = {
    ROW("stat", stat),
    ROW("lstat", lstat),
    ROW("fstat", fstat),
    ROW("stat, missing", miss),
    ROW("path.exists, missing", exists),
    ROW("access", access),
    ROW("chmod", chmod),
    ROW("mkdir + rmdir", mkdir),
    ROW("rename there and back", rename),
    ROW("link + unlink", link),
    ROW("symlink + unlink", symlink),
    ROW("getpid", getpid),
    ROW("open + close", open),
    ROW("getcwd (a copy beside a buffer)", getcwd),
    ROW("readlink (a copy beside a buffer)", readlink),
    ROW("getenv (a copy beside a pointer)", getenv),
};

int main(void) {
    char directory[] = "/dev/shm/osier-bench-XXXXXX";
    if (!mkdtemp(directory) || chdir(directory) < 0)
        return perror(directory), 1;
    close(open("file", O_CREAT | O_WRONLY, 0644));
    CHECK(symlink("file", "link"));
    measure(operations, sizeof operations / sizeof *operations);
    CHECK(unlink("file"));
    CHECK(unlink("link"));
    CHECK(chdir("/"));
    CHECK(rmdir(directory));
    return 0;
}
