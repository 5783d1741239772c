/* SPDX-License-Identifier: MIT */
/** Random bytes from the kernel. */
#include "base/cancel.h"
#include "base/error.h"
#include "base/kernel.h"
#include "base/seam.h"
#include <fcntl.h>
#include <osier/system.h>
#include <stdatomic.h>
#include <unistd.h>

ssize_t os_getrandom(void *ret_bytes, size_t size, unsigned flags) {
    return PUBLIC(SYS(kernel_getrandom, ret_bytes, size, flags), "getrandom", NULL, NULL);
}

/* getrandom(2), which gives up to 32 MB at once. */
static int fill_by_call(char *bytes, size_t size, size_t *filled) {
    while (*filled < size) {
        ssize_t r = SYS(kernel_getrandom, bytes + *filled, size - *filled, 0);
        if (r < 0)
            return (int)r;
        *filled += (size_t)r;
    }
    return 0;
}

static int fill_by_device(char *bytes, size_t size, size_t *filled) {
    AUTO_CLOSE int fd = SYS(open, "/dev/urandom", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fd;
    while (*filled < size) {
        ssize_t r = SYS(read, fd, bytes + *filled, size - *filled);
        if (r <= 0)
            return r < 0 ? (int)r : -EIO;
        *filled += (size_t)r;
    }
    return 0;
}

int os_urandom(void *ret_bytes, size_t size) {
    UNCANCELLED;
    static atomic_bool no_getrandom; /* before Linux 3.17; what a sandbox forbids is not kept */
    size_t filled = 0;
    int r = -ENOSYS;
    if (!atomic_load_explicit(&no_getrandom, memory_order_relaxed))
        r = fill_by_call(ret_bytes, size, &filled);
    if (r == -ENOSYS)
        atomic_store_explicit(&no_getrandom, true, memory_order_relaxed);
    if (r == -ENOSYS || r == -EPERM)
        r = fill_by_device(ret_bytes, size, &filled);
    return PUBLIC(r, "urandom", NULL, NULL);
}
