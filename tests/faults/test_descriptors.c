/* SPDX-License-Identifier: MIT */
/** Faults in descriptors, streams, terminals, counters, timers and memory. */
#include "faults.h"

#include "base/error.h"
#include "base/fault.h"
#include "base/seam.h"
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>

/* What the rows work on: two files, a pipe with a byte in it, a pair of pseudo-terminals. */
static int a, b, fds[2], master, slave, special;
static char buffer[8];
static struct iovec piece = {buffer, 1};
static size_t size;

static int opened(int fd) {
    assert_true(fd >= 0);
    return fd;
}

static void open_files(void) {
    write_text("a", "text");
    write_text("b", "text");
    a = opened(open("a", O_RDWR | O_CLOEXEC));
    b = opened(open("b", O_RDWR | O_CLOEXEC));
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    assert_int_equal(write(fds[1], "x", 1), 1);
}

static void close_files(void) {
    int all[] = {a, b, fds[0], fds[1]};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        close(all[i]);
}

#define FILES .before = open_files, .after = close_files

static void open_terminals(void) {
    assert_int_equal(os_openpty(&master, &slave), 0);
}

static void close_terminals(void) {
    close(master);
    close(slave);
}

#define TERMINALS .before = open_terminals, .after = close_terminals

static void close_special(void) {
    close(special);
}

FAULT(os_open, .filename = "new", .leaves_files = true) {
    return fault_close(os_open("new", O_RDWR | O_CREAT, 0600));
}
FAULT(os_openat, .operation = "open", .filename = "new", .leaves_files = true) {
    return fault_close(os_openat(OS_CWD, "new", O_RDWR | O_CREAT, 0600));
}

/* It is closed even where that fails. */
FAULT(os_close) {
    int fd = opened(open("/", O_PATH));
    return os_close(fd);
}

FAULT(os_dup) {
    return fault_close(os_dup(0));
}
FAULT(os_dup2) {
    return fault_close(os_dup2(0, 400, true));
}
FAULT_CASE(os_dup2, private) {
    return fault_close(os_dup2(0, 400, false));
}
FAULT(os_get_inheritable, FILES) {
    return os_get_inheritable(a);
}
FAULT(os_set_inheritable, FILES, .absorbs = "ioctl") {
    return os_set_inheritable(a, true) < 0 ? -1 : fcntl(a, F_GETFD) == 0 ? 0 : -1;
}
FAULT(os_get_blocking, FILES) {
    return os_get_blocking(a);
}
FAULT(os_set_blocking, FILES) {
    return os_set_blocking(a, false);
}
FAULT(os_pipe) {
    int ends[2];
    return os_pipe(ends) < 0 ? -1 : fault_close(ends[0]) + fault_close(ends[1]);
}
FAULT(os_pipe2) {
    int ends[2];
    return os_pipe2(0, ends) < 0 ? -1 : fault_close(ends[0]) + fault_close(ends[1]);
}

static void open_range(void) {
    for (int fd = 500; fd < 510; fd++)
        assert_int_equal(dup2(0, fd), fd);
}

static long range_open(void) {
    long count = 0;
    for (int fd = 500; fd < 510; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

FAULT(os_close_range, .absorbs = "*") {
    open_range();
    return os_close_range(500, 509, 0) == 0 && range_open() == 0 ? 0 : -1;
}
FAULT(os_closerange, .absorbs = "*") {
    open_range();
    os_closerange(500, 510);
    return range_open() == 0 ? 0 : -1;
}

/* Before Linux 4.6, or under a filter, the older calls do it. */
static int vector_maps(const char *call, int number) {
    return number == EPERM && fault_word("kernel_preadv2 kernel_pwritev2", call) ? 0 : number;
}

FAULT(os_read, FILES) {
    return os_read(a, buffer, 1);
}
FAULT(os_readinto, FILES) {
    return os_readinto(a, buffer, 1);
}
FAULT(os_read_bytes, FILES, .operation = "read") {
    return fault_free(os_read_bytes(a, 4, &size));
}
FAULT_CASE(os_read_bytes, much, FILES, .operation = "read", .absorbs = "malloc") {
    return fault_free(os_read_bytes(a, 4000, &size));
}
FAULT(os_pread_bytes, FILES, .operation = "pread") {
    return fault_free(os_pread_bytes(a, 4, 0, &size));
}
FAULT(os_readv, FILES) {
    return os_readv(a, &piece, 1);
}
FAULT(os_pread, FILES) {
    return os_pread(a, buffer, 1, 0);
}
FAULT(os_preadv, FILES, .maps = vector_maps) {
    return os_preadv(a, &piece, 1, 0, 0);
}
FAULT_CASE(os_preadv, here, FILES, .maps = vector_maps) {
    return os_preadv(a, &piece, 1, -1, 0);
}
FAULT_CASE(os_preadv, flags, FILES) {
    return os_preadv(a, &piece, 1, 0, RWF_HIPRI);
}
FAULT(os_write, FILES) {
    return os_write(a, "x", 1);
}
FAULT(os_writev, FILES) {
    return os_writev(a, &piece, 1);
}
FAULT(os_pwrite, FILES) {
    return os_pwrite(a, "x", 1, 0);
}
FAULT(os_pwritev, FILES, .maps = vector_maps) {
    return os_pwritev(a, &piece, 1, 0, 0);
}
FAULT_CASE(os_pwritev, here, FILES, .maps = vector_maps) {
    return os_pwritev(a, &piece, 1, -1, 0);
}
FAULT_CASE(os_pwritev, flags, FILES) {
    return os_pwritev(a, &piece, 1, 0, RWF_DSYNC);
}
FAULT(os_lseek, FILES) {
    return (long)os_lseek(a, 1, SEEK_SET);
}
FAULT(os_fsync, FILES) {
    return os_fsync(a);
}
FAULT(os_fdatasync, FILES) {
    return os_fdatasync(a);
}
FAULT(os_lockf, FILES) {
    return os_lockf(a, F_TLOCK, 0);
}
FAULT(os_posix_fadvise, FILES) {
    return os_posix_fadvise(a, 0, 0, POSIX_FADV_NORMAL);
}
FAULT(os_posix_fallocate, FILES) {
    return os_posix_fallocate(a, 0, 8);
}
FAULT(os_fallocate, FILES) {
    return os_fallocate(a, 0, 0, 8);
}
FAULT(os_sendfile, FILES) {
    return os_sendfile(b, a, 0, 2);
}
FAULT(os_splice, FILES) {
    return os_splice(a, fds[1], 2, 0, OS_POSITION, 0);
}
FAULT(os_tee, .uncancelled = true) {
    int from[2], to[2];
    assert_true(pipe2(from, O_CLOEXEC) == 0 && pipe2(to, O_CLOEXEC) == 0);
    assert_int_equal(write(from[1], "x", 1), 1);
    long r = os_tee(from[0], to[1], 1, 0);
    for (int i = 0; i < 2; i++)
        seam_close_quietly(from[i]), seam_close_quietly(to[i]);
    return r;
}
FAULT(os_vmsplice, FILES) {
    return os_vmsplice(fds[1], &piece, 1, 0);
}
FAULT(os_copy_file_range, FILES) {
    return os_copy_file_range(a, b, 2, 0, 0);
}

static long closed(FILE *stream) {
    return stream ? fclose(stream) : -1;
}

FAULT(os_fdopen) {
    int fd = opened(open("/dev/null", O_RDWR | O_CLOEXEC));
    FILE *stream = os_fdopen(fd, "a+", 1);
    if (!stream)
        seam_close_quietly(fd);
    return closed(stream);
}

FAULT(os_isatty, TERMINALS, .absorbs = "isatty") {
    (void)os_isatty(slave);
    return 0;
}
FAULT(os_device_encoding, TERMINALS, .absorbs = "isatty newlocale") {
    char *name = os_device_encoding(slave);
    return !name && errno == 0 ? 0 : fault_free(name);
}
FAULT(os_ttyname, TERMINALS) {
    return fault_free(os_ttyname(slave));
}
FAULT(os_ptsname, TERMINALS) {
    return fault_free(os_ptsname(master));
}
FAULT(os_get_terminal_size, TERMINALS) {
    struct os_terminal_size ret;
    return os_get_terminal_size(slave, &ret);
}
FAULT(os_get_terminal_size_or, .absorbs = "ioctl") {
    struct os_terminal_size ret;
    os_get_terminal_size_or(80, 24, &ret);
    return ret.columns > 0 ? 0 : -1;
}
FAULT(os_openpty) {
    int one, two;
    return os_openpty(&one, &two) < 0 ? -1 : fault_close(one) + fault_close(two);
}
FAULT(os_posix_openpt) {
    return fault_close(os_posix_openpt(O_RDWR | O_NOCTTY));
}
FAULT(os_grantpt, TERMINALS) {
    return os_grantpt(master);
}
FAULT(os_unlockpt, TERMINALS) {
    return os_unlockpt(master);
}

/* The next three change the session of the process, so they run in a child, which passes on what
 * it met: the faults counted there are counted here, and the record is made again. */
struct outcome {
    long result, calls;
    int number;
    bool recorded;
    const char *victim; /* a static string, at the same place in both */
};

static long in_child(long (*body)(void), const char *operation) {
    struct outcome outcome = {0};
    int report[2], status;
    assert_int_equal(pipe(report), 0);
    pid_t child = fork();
    if (child == 0) {
        outcome.result = body();
        outcome.number = errno;
        const struct os_error *error = os_last_error();
        outcome.recorded = error && strcmp(error->operation, operation) == 0;
        outcome.victim = fault_disarm(&outcome.calls);
        _exit(write(report[1], &outcome, sizeof outcome) != sizeof outcome);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(read(report[0], &outcome, sizeof outcome), sizeof outcome);
    close(report[0]);
    close(report[1]);
    while (outcome.calls-- > 0)
        (void)fault_due(outcome.victim ? outcome.victim : "none");
    if (outcome.result < 0 && outcome.recorded)
        error_fail(-outcome.number, operation, NULL, NULL);
    errno = outcome.number;
    return outcome.result;
}

static long login(void) {
    return os_login_tty(slave);
}
static long foreground(void) {
    assert_true(setsid() > 0 && ioctl(slave, TIOCSCTTY, 0) == 0);
    return os_tcgetpgrp(slave);
}
static long to_foreground(void) {
    assert_true(setsid() > 0 && ioctl(slave, TIOCSCTTY, 0) == 0);
    return os_tcsetpgrp(slave, getpgrp());
}

/* Without a session of its own a process gets no terminal. */
static int login_maps(const char *call, int number) {
    return strcmp(call, "setsid") == 0 ? -1 : number;
}

FAULT(os_login_tty, TERMINALS, .maps = login_maps, .uncancelled = true) {
    return in_child(login, "login_tty");
}
FAULT(os_tcgetpgrp, TERMINALS, .uncancelled = true) {
    return in_child(foreground, "tcgetpgrp");
}
FAULT(os_tcsetpgrp, TERMINALS, .uncancelled = true) {
    return in_child(to_foreground, "tcsetpgrp");
}

static void open_counter(void) {
    special = opened(os_eventfd(1, EFD_CLOEXEC));
}
static void open_timer(void) {
    special = opened(os_timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
}
static void open_memory(void) {
    special = opened(os_memfd_create("memory", MFD_CLOEXEC | MFD_ALLOW_SEALING));
}

#define COUNTER .before = open_counter, .after = close_special
#define TIMER   .before = open_timer, .after = close_special
#define MEMORY  .before = open_memory, .after = close_special

FAULT(os_eventfd) {
    return fault_close(os_eventfd(0, EFD_CLOEXEC));
}
FAULT(os_eventfd_read, COUNTER) {
    uint64_t value;
    return os_eventfd_read(special, &value);
}
FAULT(os_eventfd_write, COUNTER) {
    return os_eventfd_write(special, 1);
}
FAULT(os_timerfd_create) {
    return fault_close(os_timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
}
FAULT(os_timerfd_settime, TIMER) {
    return os_timerfd_settime(special, 0, 1000, 0, NULL);
}
FAULT(os_timerfd_settime_ns, TIMER) {
    return os_timerfd_settime_ns(special, 0, 1000000000, 0, NULL);
}
FAULT(os_timerfd_gettime, TIMER) {
    struct os_itimer timer;
    return os_timerfd_gettime(special, &timer);
}
FAULT(os_timerfd_gettime_ns, TIMER) {
    struct os_itimer_ns timer;
    return os_timerfd_gettime_ns(special, &timer);
}
FAULT(os_memfd_create) {
    return fault_close(os_memfd_create("memory", MFD_CLOEXEC));
}
FAULT(os_memfd_add_seals, MEMORY) {
    return os_memfd_add_seals(special, F_SEAL_GROW);
}
FAULT(os_memfd_get_seals, MEMORY) {
    return os_memfd_get_seals(special);
}
