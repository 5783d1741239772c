/* SPDX-License-Identifier: MIT */
/** The few parts of the seam that are not one bare call. */
#include "base/seam.h"

#include <osier/error.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

/* The program's own say on EINTR (os_set_interrupt_handler); NULL means: always try again. */
static _Atomic(int (*)(void)) interrupt_handler;

int (*os_set_interrupt_handler(int (*handler)(void)))(void) {
    return atomic_exchange(&interrupt_handler, handler);
}

bool seam_retry(void) {
    int (*handler)(void) = atomic_load_explicit(&interrupt_handler, memory_order_relaxed);
    bool retry = !handler || handler() == 0;
    errno = EINTR;
    return retry;
}

int seam_close(int fd) {
    /* A fault still closes, so that a long run of the fault tests keeps its descriptors. */
    int result = close(fd);
    if (fault_due("close"))
        result = -1;
    return result < 0 && errno != EINTR ? -errno : 0;
}

void seam_close_quietly(int fd) {
    int saved = errno;
    if (fd >= 0)
        close(fd);
    errno = saved;
}

char *mem_text(const char *text, size_t size) {
    char *copy = mem_alloc(size + 1);
    if (copy) {
        memcpy(copy, text, size);
        copy[size] = '\0';
    }
    return copy;
}

void cleanup_free(void *pointer_to_pointer) {
    int saved = errno;
    void *block;
    memcpy(&block, pointer_to_pointer, sizeof block);
    free(block);
    errno = saved;
}

void cleanup_close(int *fd) {
    seam_close_quietly(*fd);
}
