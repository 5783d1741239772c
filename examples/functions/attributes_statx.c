/* SPDX-License-Identifier: MIT */
/* Asks for the size of a file and when it was made; the mask of the answer says what is known. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <inttypes.h>
#include <linux/stat.h>
#include <osier.h>
#include <stdio.h>

int main(void) {
    struct os_statx_result by_path, by_fd, at;
    os_write_file("data", "12345", 5, NULL);
    int fd = os_open("data", O_RDONLY, 0);
    if (os_statx("data", STATX_SIZE | STATX_BTIME, 0, 0, &by_path) < 0 ||
        os_statxat(OS_CWD, "data", STATX_SIZE, 0, OS_NOFOLLOW, &at) < 0 ||
        os_statx_fd(fd, STATX_SIZE, 0, &by_fd) < 0) {
        os_perror("statx");
        return 1;
    }
    printf("%" PRIu64 " bytes", by_path.stx_size);
    printf(by_path.stx_mask & STATX_BTIME && by_path.stx_btime_sec < 0 ? ", older than 1970\n"
                                                                       : "\n");
    printf("the same: %d\n", at.stx_size == by_fd.stx_size);
    return os_close(fd);
}

/* It prints:
 *     5 bytes
 *     the same: 1
 */
