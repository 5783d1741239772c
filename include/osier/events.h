/* SPDX-License-Identifier: MIT */
/**
 * Descriptors that are no files: counters, timers, and memory that can be read like a file.
 *
 * @since 0.1
 */
#ifndef OSIER_EVENTS_H
#define OSIER_EVENTS_H

#include <fcntl.h>
#include <osier/types.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

/* C's names and the kernel's values, for a libc that leaves them out. Spelled as the kernel's own
 * headers do, so that a program may include those as well. */
#ifndef MFD_CLOEXEC
#define MFD_CLOEXEC 0x0001U /* not inheritable */
#endif
#ifndef MFD_ALLOW_SEALING
#define MFD_ALLOW_SEALING 0x0002U /* os_memfd_add_seals() may seal it */
#endif
#ifndef MFD_HUGETLB
#define MFD_HUGETLB 0x0004U /* in huge pages; | (log2 of their size << MFD_HUGE_SHIFT) */
#endif
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U /* not executable, for good; Linux 6.3 */
#endif
#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U /* executable; Linux 6.3 */
#endif
#ifndef MFD_HUGE_SHIFT
#define MFD_HUGE_SHIFT 26
#endif
#ifndef F_SEAL_SEAL
#define F_SEAL_SEAL   0x0001 /* no further seals */
#define F_SEAL_SHRINK 0x0002 /* it does not get smaller */
#define F_SEAL_GROW   0x0004 /* it does not get larger */
#define F_SEAL_WRITE  0x0008 /* nobody writes */
#endif
#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010 /* nobody but existing mappings writes; Linux 5.1 */
#endif
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x0020 /* its executable bits stay as they are; Linux 6.3 */
#endif

OS_BEGIN_DECLS

/** A timer in nanoseconds. */
struct os_itimer_ns {
    int64_t next;     /**< until it goes off; 0 where it is not set */
    int64_t interval; /**< from then on, the time between two; 0: once only */
};

/** A timer in seconds. */
struct os_itimer {
    double next;     /**< until it goes off; 0 where it is not set */
    double interval; /**< from then on, the time between two; 0: once only */
};

/**
 * Makes a counter that one thread or process adds to and another waits for.
 *
 * @param initval  where it starts
 * @param flags  EFD_CLOEXEC in Python, perhaps | EFD_NONBLOCK | EFD_SEMAPHORE; without EFD_CLOEXEC
 *               it is inheritable
 * @return a descriptor, or −1 with errno set
 * @python os.eventfd(initval, flags=os.EFD_CLOEXEC)
 * @source eventfd(2)
 * @shell no: a descriptor ends with the command
 */
OS_API OS_MUST_CHECK int os_eventfd(unsigned int initval, int flags);

/**
 * Reads the counter and sets it to 0; with EFD_SEMAPHORE takes 1 from it. Waits while it is 0.
 *
 * @param fd  which
 * @param ret_value  what was taken
 * @return 0, or −1 with errno set
 * @error EAGAIN  it is 0, and EFD_NONBLOCK
 * @error EINVAL  it is no counter
 * @python os.eventfd_read(fd)
 * @source eventfd(2)
 * @shell no: a counter ends with the command
 */
OS_API OS_NONNULL() int os_eventfd_read(int fd, uint64_t *ret_value);

/**
 * Adds to the counter; waits while that would be more than 2⁶⁴ − 2.
 *
 * @param fd  which
 * @param value  how much
 * @return 0, or −1 with errno set
 * @error EAGAIN  it has no room, and EFD_NONBLOCK
 * @error EINVAL  value is 2⁶⁴ − 1
 * @python os.eventfd_write(fd, value)
 * @source eventfd(2)
 * @shell no: a counter ends with the command
 */
OS_API int os_eventfd_write(int fd, uint64_t value);

/**
 * Makes a timer that is read like a file.
 *
 * @param clockid  CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME …
 * @param flags  TFD_CLOEXEC in Python, perhaps | TFD_NONBLOCK; without TFD_CLOEXEC it is
 * inheritable
 * @return a descriptor, or −1 with errno set
 * @error EINVAL  an unknown clock or flag
 * @python os.timerfd_create(clockid, /, *, flags=os.TFD_CLOEXEC), since 3.13
 * @source timerfd_create(2)
 * @shell no: a timer ends with the command
 */
OS_API OS_MUST_CHECK int os_timerfd_create(int clockid, int flags);

/**
 * Sets a timer, in nanoseconds.
 *
 * @param fd  which
 * @param flags  0: after that time; TFD_TIMER_ABSTIME: at that time of its clock; perhaps
 *               | TFD_TIMER_CANCEL_ON_SET
 * @param initial  when it goes off first; 0 stops it
 * @param interval  the time between two from then on; 0: once only
 * @param ret_old  how it was set before, or NULL
 * @return 0, or −1 with errno set
 * @error EINVAL  it is no timer, or a negative time
 * @python os.timerfd_settime_ns(fd, /, *, flags=0, initial=0, interval=0), since 3.13
 * @source timerfd_settime(2)
 * @shell no: a timer ends with the command
 */
OS_API int os_timerfd_settime_ns(int fd, int flags, int64_t initial, int64_t interval,
                                 struct os_itimer_ns *ret_old);

/**
 * Sets a timer, in seconds; a fraction of a nanosecond is dropped.
 *
 * @param fd  which
 * @param flags  0: after that time; TFD_TIMER_ABSTIME: at that time of its clock; perhaps
 *               | TFD_TIMER_CANCEL_ON_SET
 * @param initial  when it goes off first; 0 stops it
 * @param interval  the time between two from then on; 0: once only
 * @param ret_old  how it was set before, or NULL
 * @return 0, or −1 with errno set
 * @error EINVAL  it is no timer, or a negative time
 * @error EOVERFLOW  no number, or more than 292 years
 * @python os.timerfd_settime(fd, /, *, flags=0, initial=0.0, interval=0.0), since 3.13
 * @source timerfd_settime(2)
 * @shell no: a timer ends with the command
 */
OS_API int os_timerfd_settime(int fd, int flags, double initial, double interval,
                              struct os_itimer *ret_old);

/**
 * How a timer is set, in nanoseconds.
 *
 * @param fd  which
 * @param ret_timer  the time until it goes off, and the time between two
 * @return 0, or −1 with errno set
 * @error EINVAL  it is no timer
 * @python os.timerfd_gettime_ns(fd, /), since 3.13
 * @source timerfd_gettime(2)
 * @shell no: a timer ends with the command
 */
OS_API OS_NONNULL() int os_timerfd_gettime_ns(int fd, struct os_itimer_ns *ret_timer);

/**
 * How a timer is set, in seconds.
 *
 * @param fd  which
 * @param ret_timer  the time until it goes off, and the time between two
 * @return 0, or −1 with errno set
 * @error EINVAL  it is no timer
 * @python os.timerfd_gettime(fd, /), since 3.13
 * @source timerfd_gettime(2)
 * @shell no: a timer ends with the command
 */
OS_API OS_NONNULL() int os_timerfd_gettime(int fd, struct os_itimer *ret_timer);

/**
 * Makes a file in memory, without a place in the file system.
 *
 * @param name  shown in /proc/self/fd, and for nothing else; up to 249 bytes
 * @param flags  MFD_CLOEXEC in Python, perhaps | MFD_ALLOW_SEALING …; without MFD_CLOEXEC it is
 *               inheritable
 * @return a descriptor, or −1 with errno set
 * @error EINVAL  a longer name, or an unknown flag
 * @python os.memfd_create(name, flags=os.MFD_CLOEXEC)
 * @source memfd_create(2)
 * @shell no: a descriptor ends with the command
 */
OS_API OS_MUST_CHECK OS_NONNULL() int os_memfd_create(const char *name, unsigned int flags);

/**
 * Seals a file in memory: the sealed operations fail from then on, for every process.
 *
 * @param fd  which
 * @param seals  F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE …, or several
 * @return 0, or −1 with errno set
 * @error EPERM  made without MFD_ALLOW_SEALING, or sealed by F_SEAL_SEAL
 * @error EBUSY  F_SEAL_WRITE, and somebody has it mapped for writing
 * @source fcntl(2) F_ADD_SEALS
 * @shell no: os.memfd_create is not for a shell
 */
OS_API int os_memfd_add_seals(int fd, int seals);

/**
 * The seals of a file in memory.
 *
 * @param fd  which
 * @return F_SEAL_SEAL, F_SEAL_SHRINK … or several, or −1 with errno set
 * @error EINVAL  another kind of file
 * @source fcntl(2) F_GET_SEALS
 * @shell os.memfd_get_seals FD -> int
 */
OS_API int os_memfd_get_seals(int fd);

OS_END_DECLS

#endif
