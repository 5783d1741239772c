/* SPDX-License-Identifier: MIT */
/* Puts a log aside when it is large, and keeps the last few: rotate LOG [BYTES [KEEP]] */
#include <errno.h>
#include <fcntl.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>

/* "app.log.2" of "app.log"; the log itself is number 0. */
static void number(char *ret_name, size_t size, const char *log, int n) {
    snprintf(ret_name, size, n ? "%s.%d" : "%s", log, n);
}

/* app.log.2 becomes app.log.3, app.log.1 becomes app.log.2, app.log becomes app.log.1. */
static int shift(int folder, const char *log, int keep) {
    char from[256], to[256];
    for (int n = keep; n > 0; n--) {
        number(from, sizeof from, log, n - 1);
        number(to, sizeof to, log, n);
        if (os_renameat(folder, from, folder, to) < 0 && errno != ENOENT)
            return -1;
    }
    return 0;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fprintf(stderr, "usage: rotate LOG [BYTES [KEEP]]\n");
        return 64;
    }
    int64_t most = argc > 2 ? atoll(argv[2]) : 1 << 20;
    int keep = argc > 3 ? atoi(argv[3]) : 5;
    os_autofree char *path = os_path_abspath(argv[1]);
    os_autofree char **parts = path ? os_path_split(path) : NULL;
    int folder = parts ? os_open(parts[0], O_RDONLY | O_DIRECTORY, 0) : -1;

    struct os_stat_result log;
    if (folder < 0 || os_lstatat(folder, parts[1], &log) < 0) {
        os_perror("rotate");
        return 1;
    }
    if (log.st_size <= most)
        return 0;
    if (shift(folder, parts[1], keep) < 0) {
        os_perror("rotate");
        return 1;
    }
    int fd = os_openat(folder, parts[1], O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (fd < 0 || os_fchown(fd, log.st_uid, log.st_gid) < 0 ||
        os_fchmod(fd, log.st_mode & 07777) < 0 || os_fsync(folder) < 0) {
        os_perror("rotate");
        return 1;
    }
    printf("%s: %lld bytes put aside\n", parts[1], (long long)log.st_size);
    os_close(fd);
    return os_close(folder);
}
