/* SPDX-License-Identifier: MIT */
/** The seam: every system call and allocation goes through here, so that a test can fail any one.
 *
 *  SYS(mkdirat, fd, path, mode) calls mkdirat(2), tries again when a signal interrupts it (PEP 475)
 *  and gives its result or −errno. In a build for the fault tests (OSIER_FAULTS) each use first
 *  asks fault_due() whether this one has to fail; in a normal build it is the bare call.
 */
#ifndef BASE_SEAM_H
#define BASE_SEAM_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#ifdef OSIER_FAULTS
/** Whether the call `name` has to fail now; sets errno if so. */
bool fault_due(const char *name);
#else
#define fault_due(name) false
#endif

/** After EINTR: whether to try again (yes, unless the program's own handler says otherwise). */
bool seam_retry(void);

/** −errno after a failure; −EIO after one that a libc forgot to give a number. */
static inline int seam_failure(void) {
    int result = 0 - errno; /* clang's analyzer follows this, but no unary minus */
    return __builtin_expect(result < 0, 1) ? result : -EIO;
}

/* The shape of the three macros below: call, and call again while a signal is all that failed. */
#define SEAM_LOOP_(failed, call, ...)                                                              \
    do                                                                                             \
        result_ = fault_due(#call) ? (typeof(result_))(failed) : call(__VA_ARGS__);                \
    while (result_ == (typeof(result_))(failed) && errno == EINTR && seam_retry())

/** The result of a call that answers −1 with errno, or −errno. */
#define SYS(call, ...)                                                                             \
    ({                                                                                             \
        typeof(call(__VA_ARGS__)) result_;                                                         \
        SEAM_LOOP_(-1, call, __VA_ARGS__);                                                         \
        result_ == (typeof(result_))-1 ? (typeof(result_))seam_failure() : result_;                \
    })

/** The result of a call that answers NULL with errno; errno stays the way to tell why. */
#define SYS_POINTER(call, ...)                                                                     \
    ({                                                                                             \
        typeof(call(__VA_ARGS__)) result_;                                                         \
        SEAM_LOOP_(NULL, call, __VA_ARGS__);                                                       \
        result_;                                                                                   \
    })

/** 0 or −number of a call that returns the error number itself, as posix_spawn(3) does. */
#define SYS_NUMBER(call, ...)                                                                      \
    ({                                                                                             \
        int result_;                                                                               \
        do                                                                                         \
            result_ = fault_due(#call) ? errno : call(__VA_ARGS__);                                \
        while (result_ == EINTR && seam_retry());                                                  \
        -result_;                                                                                  \
    })

/** close(2): 0 or −errno. Never tried again: on Linux it is done even when it says EINTR. */
int seam_close(int fd);

/** Closes a descriptor on the way out: errno stays as it is; a negative one is nothing to do. */
void seam_close_quietly(int fd);

/** malloc(3): a block of its own even for 0 bytes, or NULL with errno ENOMEM. */
static inline void *mem_alloc(size_t size) {
    return fault_due("malloc") ? NULL : malloc(size ? size : 1);
}

/** calloc(3), likewise. */
static inline void *mem_zalloc(size_t size) {
    return fault_due("malloc") ? NULL : calloc(1, size ? size : 1);
}

/** realloc(3), likewise: on failure the old block stays. */
static inline void *mem_realloc(void *memory, size_t size) {
    return fault_due("malloc") ? NULL : realloc(memory, size ? size : 1);
}

/** A copy of `size` bytes with a NUL behind them, or NULL with errno ENOMEM. */
char *mem_text(const char *text, size_t size);

/** Destructors for __attribute__((cleanup)): a variable's block or descriptor ends with it. */
void cleanup_free(void *pointer_to_pointer);
void cleanup_close(int *fd);
#define AUTO_FREE  __attribute__((cleanup(cleanup_free)))
#define AUTO_CLOSE __attribute__((cleanup(cleanup_close)))

/** Hands over what an AUTO_FREE or AUTO_CLOSE variable holds: the variable is empty afterwards. */
#define TAKE_POINTER(variable)                                                                     \
    ({                                                                                             \
        typeof(variable) taken_ = (variable);                                                      \
        (variable) = NULL;                                                                         \
        taken_;                                                                                    \
    })
#define TAKE_FD(variable)                                                                          \
    ({                                                                                             \
        int taken_ = (variable);                                                                   \
        (variable) = -1;                                                                           \
        taken_;                                                                                    \
    })

#endif
