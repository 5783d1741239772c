/* SPDX-License-Identifier: MIT */
/** Reading and writing: plain, scattered, at an offset. */
#include "io/readwrite.h"

#include "base/cancel.h"
#include "base/error.h"
#include "base/kernel.h"
#include "base/seam.h"
#include <limits.h>
#include <osier/descriptors.h>

int write_all(int fd, const void *data, size_t size) {
    for (const char *at = data; size > 0;) {
        ssize_t n = SYS(write, fd, at, size < SSIZE_MAX ? size : SSIZE_MAX);
        if (n < 0)
            return (int)n;
        at += n;
        size -= (size_t)n;
    }
    return 0;
}

/* No read(2) gives more, so no larger block is asked for. */
#define MAX_READ 0x7ffff000

ssize_t os_read(int fd, void *buffer, size_t size) {
    return PUBLIC(SYS(read, fd, buffer, size), "read", NULL, NULL);
}

ssize_t os_readinto(int fd, void *buffer, size_t size) {
    return PUBLIC(SYS(read, fd, buffer, size), "readinto", NULL, NULL);
}

/* Reads up to `size` bytes into a new block; at an offset if it is one. */
static int read_block(int fd, size_t size, const int64_t *offset, int cancel_state, char **ret,
                      size_t *ret_size) {
    if (size > PTRDIFF_MAX)
        return -EINVAL; /* as Python says of a negative number */
    if (size > MAX_READ)
        size = MAX_READ;
    AUTO_FREE char *block = mem_alloc(size + 1);
    if (!block)
        return -ENOMEM;
    const struct cancel cancel = {cleanup_free, &block, cancel_state};
    ssize_t got = offset ? SYS(pread, fd, block, size, *offset)
                         : cancel_read(fd, block, size, &cancel); /* which may wait */
    if (got < 0)
        return (int)got;
    block[got] = '\0';
    if (size - (size_t)got > size / 2) { /* a smaller block, if there is one to be had */
        char *smaller = mem_realloc(block, (size_t)got + 1);
        block = smaller ? smaller : block;
    }
    *ret_size = (size_t)got;
    *ret = TAKE_POINTER(block);
    return 0;
}

char *os_read_bytes(int fd, size_t size, size_t *ret_size) {
    UNCANCELLED;
    char *block = NULL;
    return PUBLIC_POINTER(read_block(fd, size, NULL, CANCEL_STATE, &block, ret_size), block, "read",
                          NULL, NULL);
}

char *os_pread_bytes(int fd, size_t size, int64_t offset, size_t *ret_size) {
    UNCANCELLED;
    char *block = NULL;
    return PUBLIC_POINTER(read_block(fd, size, &offset, CANCEL_STATE, &block, ret_size), block,
                          "pread", NULL, NULL);
}

ssize_t os_readv(int fd, const struct iovec *buffers, int count) {
    return PUBLIC(SYS(readv, fd, buffers, count), "readv", NULL, NULL);
}

ssize_t os_pread(int fd, void *buffer, size_t size, int64_t offset) {
    return PUBLIC(SYS(pread, fd, buffer, size, offset), "pread", NULL, NULL);
}

/* Before Linux 4.6, or where it is forbidden, what needs no flags is done by the older calls. */
static ssize_t read_vector(int fd, const struct iovec *buffers, int count, int64_t offset,
                           int flags) {
    ssize_t r = SYS(kernel_preadv2, fd, buffers, count, offset, flags);
    if (r != -ENOSYS && r != -EPERM)
        return r;
    if (flags)
        return r == -ENOSYS ? -EOPNOTSUPP : r;
    return offset == -1 ? SYS(readv, fd, buffers, count) : SYS(preadv, fd, buffers, count, offset);
}

ssize_t os_preadv(int fd, const struct iovec *buffers, int count, int64_t offset, int flags) {
    return PUBLIC(read_vector(fd, buffers, count, offset, flags), "preadv", NULL, NULL);
}

ssize_t os_write(int fd, const void *data, size_t size) {
    return PUBLIC(SYS(write, fd, data, size), "write", NULL, NULL);
}

ssize_t os_writev(int fd, const struct iovec *buffers, int count) {
    return PUBLIC(SYS(writev, fd, buffers, count), "writev", NULL, NULL);
}

ssize_t os_pwrite(int fd, const void *data, size_t size, int64_t offset) {
    return PUBLIC(SYS(pwrite, fd, data, size, offset), "pwrite", NULL, NULL);
}

static ssize_t write_vector(int fd, const struct iovec *buffers, int count, int64_t offset,
                            int flags) {
    ssize_t r = SYS(kernel_pwritev2, fd, buffers, count, offset, flags);
    if (r != -ENOSYS && r != -EPERM)
        return r;
    if (flags)
        return r == -ENOSYS ? -EOPNOTSUPP : r;
    return offset == -1 ? SYS(writev, fd, buffers, count)
                        : SYS(pwritev, fd, buffers, count, offset);
}

ssize_t os_pwritev(int fd, const struct iovec *buffers, int count, int64_t offset, int flags) {
    return PUBLIC(write_vector(fd, buffers, count, offset, flags), "pwritev", NULL, NULL);
}
