/* SPDX-License-Identifier: MIT */
/** From descriptor to descriptor inside the kernel: sendfile, splice, tee, copy_file_range. */
#include <osier/descriptors.h>

#include "base/error.h"
#include "base/kernel.h"
#include "base/seam.h"
#include <sys/sendfile.h>

/* A pointer for the kernel, which takes NULL for the descriptor's own position. */
#define OFFSET(offset) ((offset) == OS_POSITION ? NULL : &(offset))

ssize_t os_sendfile(int out_fd, int in_fd, int64_t offset, size_t count) {
    off_t at = offset;
    off_t *from = offset == OS_POSITION ? NULL : &at;
    return PUBLIC(SYS(sendfile, out_fd, in_fd, from, count), "sendfile", NULL, NULL);
}

ssize_t os_splice(int src, int dst, size_t count, int64_t offset_src, int64_t offset_dst,
                  unsigned int flags) {
    return PUBLIC(SYS(splice, src, OFFSET(offset_src), dst, OFFSET(offset_dst), count, flags),
                  "splice", NULL, NULL);
}

ssize_t os_tee(int src, int dst, size_t count, unsigned int flags) {
    return PUBLIC(SYS(tee, src, dst, count, flags), "tee", NULL, NULL);
}

ssize_t os_vmsplice(int fd, const struct iovec *buffers, size_t count, unsigned int flags) {
    return PUBLIC(SYS(vmsplice, fd, buffers, count, flags), "vmsplice", NULL, NULL);
}

ssize_t os_copy_file_range(int src, int dst, size_t count, int64_t offset_src, int64_t offset_dst) {
    return PUBLIC(
        SYS(kernel_copy_file_range, src, OFFSET(offset_src), dst, OFFSET(offset_dst), count),
        "copy_file_range", NULL, NULL);
}
