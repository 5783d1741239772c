/* SPDX-License-Identifier: MIT */
/** Every number and text of Python's os by name, with the kernel's values. */
#include "base/error.h"
#include "base/seam.h"
#include <dlfcn.h>
#include <fcntl.h>
#include <osier/constants.h>
#include <osier/system.h>
#include <stdio.h>
#include <string.h>

/* Where the processors differ (O_DIRECTORY, RTLD_GLOBAL), the value is the macro that both libcs
 * have; TMP_MAX is the libc's own. All else is the same on every processor, and a plain number. */

#if defined __LP64__
#define LARGEFILE 0 /* as in glibc: every file may be large; musl has it set, to no effect */
#else
#define LARGEFILE O_LARGEFILE
#endif
#ifdef RTLD_DEEPBIND
#define DEEPBIND RTLD_DEEPBIND
#else
#define DEEPBIND 8 /* musl's dlopen ignores it */
#endif

#define MODULE             "File Names, Command Line Arguments, and Environment Variables"
#define PATHS              "os.path"
#define PROCESS_PARAMETERS "Process Parameters"
#define DESCRIPTORS        "File Descriptor Operations"
#define FILES              "Files and Directories"
#define XATTRS             "Linux extended attributes"
#define PROCESSES          "Process Management"
#define SCHEDULER          "Interface to the scheduler"
#define MISCELLANEOUS      "Miscellaneous System Information"
#define RANDOM             "Random numbers"

/* name_ is never expanded, only written out, as some of the names are macros. */
#define INT(name_, value_, section_, minor_)                                                       \
    { #name_, value_, NULL, OS_CONSTANT_INT, section_, "3." #minor_ }
#define BOOL(name_, value_, section_)                                                              \
    { #name_, value_, NULL, OS_CONSTANT_BOOL, section_, "3.11" }
#define TEXT(name_, text_, section_)                                                               \
    { #name_, 0, text_, OS_CONSTANT_TEXT, section_, "3.11" }

/* In the order of strcmp(3). */
static const struct os_named_constant constants[] = {
    INT(AT_NO_AUTOMOUNT, 0x800, FILES, 15),
    INT(AT_STATX_DONT_SYNC, 0x4000, FILES, 15),
    INT(AT_STATX_FORCE_SYNC, 0x2000, FILES, 15),
    INT(AT_STATX_SYNC_AS_STAT, 0, FILES, 15),
    INT(CLD_CONTINUED, 6, PROCESSES, 11),
    INT(CLD_DUMPED, 3, PROCESSES, 11),
    INT(CLD_EXITED, 1, PROCESSES, 11),
    INT(CLD_KILLED, 2, PROCESSES, 11),
    INT(CLD_STOPPED, 5, PROCESSES, 11),
    INT(CLD_TRAPPED, 4, PROCESSES, 11),
    INT(CLONE_FILES, 0x400, PROCESSES, 12),
    INT(CLONE_FS, 0x200, PROCESSES, 12),
    INT(CLONE_NEWCGROUP, 0x2000000, PROCESSES, 12),
    INT(CLONE_NEWIPC, 0x8000000, PROCESSES, 12),
    INT(CLONE_NEWNET, 0x40000000, PROCESSES, 12),
    INT(CLONE_NEWNS, 0x20000, PROCESSES, 12),
    INT(CLONE_NEWPID, 0x20000000, PROCESSES, 12),
    INT(CLONE_NEWTIME, 0x80, PROCESSES, 12),
    INT(CLONE_NEWUSER, 0x10000000, PROCESSES, 12),
    INT(CLONE_NEWUTS, 0x4000000, PROCESSES, 12),
    INT(CLONE_SIGHAND, 0x800, PROCESSES, 12),
    INT(CLONE_SYSVSEM, 0x40000, PROCESSES, 12),
    INT(CLONE_THREAD, 0x10000, PROCESSES, 12),
    INT(CLONE_VM, 0x100, PROCESSES, 12),
    INT(EFD_CLOEXEC, O_CLOEXEC, FILES, 11),
    INT(EFD_NONBLOCK, O_NONBLOCK, FILES, 11),
    INT(EFD_SEMAPHORE, 1, FILES, 11),
    INT(EX_CANTCREAT, 73, PROCESSES, 11),
    INT(EX_CONFIG, 78, PROCESSES, 11),
    INT(EX_DATAERR, 65, PROCESSES, 11),
    INT(EX_IOERR, 74, PROCESSES, 11),
    INT(EX_NOHOST, 68, PROCESSES, 11),
    INT(EX_NOINPUT, 66, PROCESSES, 11),
    INT(EX_NOPERM, 77, PROCESSES, 11),
    INT(EX_NOUSER, 67, PROCESSES, 11),
    INT(EX_OK, 0, PROCESSES, 11),
    INT(EX_OSERR, 71, PROCESSES, 11),
    INT(EX_OSFILE, 72, PROCESSES, 11),
    INT(EX_PROTOCOL, 76, PROCESSES, 11),
    INT(EX_SOFTWARE, 70, PROCESSES, 11),
    INT(EX_TEMPFAIL, 75, PROCESSES, 11),
    INT(EX_UNAVAILABLE, 69, PROCESSES, 11),
    INT(EX_USAGE, 64, PROCESSES, 11),
    INT(F_LOCK, 1, DESCRIPTORS, 11),
    INT(F_OK, 0, FILES, 11),
    INT(F_TEST, 3, DESCRIPTORS, 11),
    INT(F_TLOCK, 2, DESCRIPTORS, 11),
    INT(F_ULOCK, 0, DESCRIPTORS, 11),
    INT(GRND_NONBLOCK, 1, RANDOM, 11),
    INT(GRND_RANDOM, 2, RANDOM, 11),
    INT(MFD_ALLOW_SEALING, 2, FILES, 11),
    INT(MFD_CLOEXEC, 1, FILES, 11),
    INT(MFD_HUGETLB, 4, FILES, 11),
    INT(MFD_HUGE_16GB, 34LL << 26, FILES, 11),
    INT(MFD_HUGE_16MB, 24LL << 26, FILES, 11),
    INT(MFD_HUGE_1GB, 30LL << 26, FILES, 11),
    INT(MFD_HUGE_1MB, 20LL << 26, FILES, 11),
    INT(MFD_HUGE_256MB, 28LL << 26, FILES, 11),
    INT(MFD_HUGE_2GB, 31LL << 26, FILES, 11),
    INT(MFD_HUGE_2MB, 21LL << 26, FILES, 11),
    INT(MFD_HUGE_32MB, 25LL << 26, FILES, 11),
    INT(MFD_HUGE_512KB, 19LL << 26, FILES, 11),
    INT(MFD_HUGE_512MB, 29LL << 26, FILES, 11),
    INT(MFD_HUGE_64KB, 16LL << 26, FILES, 11),
    INT(MFD_HUGE_8MB, 23LL << 26, FILES, 11),
    INT(MFD_HUGE_MASK, 63, FILES, 11),
    INT(MFD_HUGE_SHIFT, 26, FILES, 11),
    INT(NGROUPS_MAX, 65536, PROCESS_PARAMETERS, 11),
    INT(NODEV, -1, FILES, 15),
    INT(O_ACCMODE, 3, DESCRIPTORS, 11),
    INT(O_APPEND, O_APPEND, DESCRIPTORS, 11),
    INT(O_ASYNC, O_ASYNC, DESCRIPTORS, 11),
    INT(O_CLOEXEC, O_CLOEXEC, DESCRIPTORS, 11),
    INT(O_CREAT, O_CREAT, DESCRIPTORS, 11),
    INT(O_DIRECT, O_DIRECT, DESCRIPTORS, 11),
    INT(O_DIRECTORY, O_DIRECTORY, DESCRIPTORS, 11),
    INT(O_DSYNC, O_DSYNC, DESCRIPTORS, 11),
    INT(O_EXCL, O_EXCL, DESCRIPTORS, 11),
    INT(O_FSYNC, O_SYNC, DESCRIPTORS, 11),
    INT(O_LARGEFILE, LARGEFILE, DESCRIPTORS, 11),
    INT(O_NDELAY, O_NONBLOCK, DESCRIPTORS, 11),
    INT(O_NOATIME, O_NOATIME, DESCRIPTORS, 11),
    INT(O_NOCTTY, O_NOCTTY, DESCRIPTORS, 11),
    INT(O_NOFOLLOW, O_NOFOLLOW, DESCRIPTORS, 11),
    INT(O_NONBLOCK, O_NONBLOCK, DESCRIPTORS, 11),
    INT(O_PATH, O_PATH, DESCRIPTORS, 11),
    INT(O_RDONLY, 0, DESCRIPTORS, 11),
    INT(O_RDWR, 2, DESCRIPTORS, 11),
    INT(O_RSYNC, O_RSYNC, DESCRIPTORS, 11),
    INT(O_SYNC, O_SYNC, DESCRIPTORS, 11),
    INT(O_TMPFILE, O_TMPFILE, DESCRIPTORS, 11),
    INT(O_TRUNC, O_TRUNC, DESCRIPTORS, 11),
    INT(O_WRONLY, 1, DESCRIPTORS, 11),
    INT(PIDFD_NONBLOCK, O_NONBLOCK, PROCESSES, 12),
    INT(POSIX_FADV_DONTNEED, 4, DESCRIPTORS, 11),
    INT(POSIX_FADV_NOREUSE, 5, DESCRIPTORS, 11),
    INT(POSIX_FADV_NORMAL, 0, DESCRIPTORS, 11),
    INT(POSIX_FADV_RANDOM, 1, DESCRIPTORS, 11),
    INT(POSIX_FADV_SEQUENTIAL, 2, DESCRIPTORS, 11),
    INT(POSIX_FADV_WILLNEED, 3, DESCRIPTORS, 11),
    INT(POSIX_SPAWN_CLOSE, 1, PROCESSES, 11),
    INT(POSIX_SPAWN_CLOSEFROM, 3, PROCESSES, 13),
    INT(POSIX_SPAWN_DUP2, 2, PROCESSES, 11),
    INT(POSIX_SPAWN_OPEN, 0, PROCESSES, 11),
    INT(PRIO_PGRP, 1, PROCESS_PARAMETERS, 11),
    INT(PRIO_PROCESS, 0, PROCESS_PARAMETERS, 11),
    INT(PRIO_USER, 2, PROCESS_PARAMETERS, 11),
    INT(P_ALL, 0, PROCESSES, 11),
    INT(P_NOWAIT, 1, PROCESSES, 11),
    INT(P_NOWAITO, 1, PROCESSES, 11),
    INT(P_PGID, 2, PROCESSES, 11),
    INT(P_PID, 1, PROCESSES, 11),
    INT(P_PIDFD, 3, PROCESSES, 11),
    INT(P_WAIT, 0, PROCESSES, 11),
    INT(RTLD_DEEPBIND, DEEPBIND, MISCELLANEOUS, 11),
    INT(RTLD_GLOBAL, RTLD_GLOBAL, MISCELLANEOUS, 11),
    INT(RTLD_LAZY, RTLD_LAZY, MISCELLANEOUS, 11),
    INT(RTLD_LOCAL, RTLD_LOCAL, MISCELLANEOUS, 11),
    INT(RTLD_NODELETE, RTLD_NODELETE, MISCELLANEOUS, 11),
    INT(RTLD_NOLOAD, RTLD_NOLOAD, MISCELLANEOUS, 11),
    INT(RTLD_NOW, RTLD_NOW, MISCELLANEOUS, 11),
    INT(RWF_APPEND, 0x10, DESCRIPTORS, 11),
    INT(RWF_ATOMIC, 0x40, DESCRIPTORS, 15),
    INT(RWF_DONTCACHE, 0x80, DESCRIPTORS, 15),
    INT(RWF_DSYNC, 2, DESCRIPTORS, 11),
    INT(RWF_HIPRI, 1, DESCRIPTORS, 11),
    INT(RWF_NOSIGNAL, 0x100, DESCRIPTORS, 16),
    INT(RWF_NOWAIT, 8, DESCRIPTORS, 11),
    INT(RWF_SYNC, 4, DESCRIPTORS, 11),
    INT(R_OK, 4, FILES, 11),
    INT(SCHED_BATCH, 3, SCHEDULER, 11),
    INT(SCHED_DEADLINE, 6, SCHEDULER, 14),
    INT(SCHED_FIFO, 1, SCHEDULER, 11),
    INT(SCHED_IDLE, 5, SCHEDULER, 11),
    INT(SCHED_NORMAL, 0, SCHEDULER, 14),
    INT(SCHED_OTHER, 0, SCHEDULER, 11),
    INT(SCHED_RESET_ON_FORK, 0x40000000, SCHEDULER, 11),
    INT(SCHED_RR, 2, SCHEDULER, 11),
    INT(SEEK_CUR, 1, DESCRIPTORS, 11),
    INT(SEEK_DATA, 3, DESCRIPTORS, 11),
    INT(SEEK_END, 2, DESCRIPTORS, 11),
    INT(SEEK_HOLE, 4, DESCRIPTORS, 11),
    INT(SEEK_SET, 0, DESCRIPTORS, 11),
    INT(SPLICE_F_MORE, 4, DESCRIPTORS, 11),
    INT(SPLICE_F_MOVE, 1, DESCRIPTORS, 11),
    INT(SPLICE_F_NONBLOCK, 2, DESCRIPTORS, 11),
    INT(STATX_ATIME, 0x20, FILES, 15),
    INT(STATX_BASIC_STATS, 0x7ff, FILES, 15),
    INT(STATX_BLOCKS, 0x400, FILES, 15),
    INT(STATX_BTIME, 0x800, FILES, 15),
    INT(STATX_CTIME, 0x80, FILES, 15),
    INT(STATX_DIOALIGN, 0x2000, FILES, 15),
    INT(STATX_DIO_READ_ALIGN, 0x20000, FILES, 15),
    INT(STATX_GID, 0x10, FILES, 15),
    INT(STATX_INO, 0x100, FILES, 15),
    INT(STATX_MNT_ID, 0x1000, FILES, 15),
    INT(STATX_MNT_ID_UNIQUE, 0x4000, FILES, 15),
    INT(STATX_MODE, 2, FILES, 15),
    INT(STATX_MTIME, 0x40, FILES, 15),
    INT(STATX_NLINK, 4, FILES, 15),
    INT(STATX_SIZE, 0x200, FILES, 15),
    INT(STATX_SUBVOL, 0x8000, FILES, 15),
    INT(STATX_TYPE, 1, FILES, 15),
    INT(STATX_UID, 8, FILES, 15),
    INT(STATX_WRITE_ATOMIC, 0x10000, FILES, 15),
    INT(ST_APPEND, 0x100, FILES, 11),
    INT(ST_MANDLOCK, 0x40, FILES, 11),
    INT(ST_NOATIME, 0x400, FILES, 11),
    INT(ST_NODEV, 4, FILES, 11),
    INT(ST_NODIRATIME, 0x800, FILES, 11),
    INT(ST_NOEXEC, 8, FILES, 11),
    INT(ST_NOSUID, 2, FILES, 11),
    INT(ST_RDONLY, 1, FILES, 11),
    INT(ST_RELATIME, 0x1000, FILES, 11),
    INT(ST_SYNCHRONOUS, 0x10, FILES, 11),
    INT(ST_WRITE, 0x80, FILES, 11),
    INT(TFD_CLOEXEC, O_CLOEXEC, FILES, 13),
    INT(TFD_NONBLOCK, O_NONBLOCK, FILES, 13),
    INT(TFD_TIMER_ABSTIME, 1, FILES, 13),
    INT(TFD_TIMER_CANCEL_ON_SET, 2, FILES, 13),
    INT(TMP_MAX, TMP_MAX, FILES, 11),
    INT(WCONTINUED, 8, PROCESSES, 11),
    INT(WEXITED, 4, PROCESSES, 11),
    INT(WNOHANG, 1, PROCESSES, 11),
    INT(WNOWAIT, 0x1000000, PROCESSES, 11),
    INT(WSTOPPED, 2, PROCESSES, 11),
    INT(WUNTRACED, 2, PROCESSES, 11),
    INT(W_OK, 2, FILES, 11),
    INT(XATTR_CREATE, 1, XATTRS, 11),
    INT(XATTR_REPLACE, 2, XATTRS, 11),
    INT(XATTR_SIZE_MAX, 0x10000, XATTRS, 11),
    INT(X_OK, 1, FILES, 11),
    TEXT(altsep, OS_ALTSEP, MISCELLANEOUS),
    TEXT(curdir, OS_CURDIR, MISCELLANEOUS),
    TEXT(defpath, OS_DEFPATH, MISCELLANEOUS),
    TEXT(devnull, OS_DEVNULL, MISCELLANEOUS),
    TEXT(extsep, OS_EXTSEP, MISCELLANEOUS),
    TEXT(linesep, OS_LINESEP, MISCELLANEOUS),
    TEXT(name, OS_NAME, MODULE),
    TEXT(pardir, OS_PARDIR, MISCELLANEOUS),
    TEXT(path.altsep, OS_ALTSEP, PATHS),
    TEXT(path.curdir, OS_CURDIR, PATHS),
    TEXT(path.defpath, OS_DEFPATH, PATHS),
    TEXT(path.devnull, OS_DEVNULL, PATHS),
    TEXT(path.extsep, OS_EXTSEP, PATHS),
    TEXT(path.pardir, OS_PARDIR, PATHS),
    TEXT(path.pathsep, OS_PATHSEP, PATHS),
    TEXT(path.sep, OS_SEP, PATHS),
    BOOL(path.supports_unicode_filenames, false, PATHS),
    TEXT(pathsep, OS_PATHSEP, MISCELLANEOUS),
    TEXT(sep, OS_SEP, MISCELLANEOUS),
    BOOL(supports_bytes_environ, true, PROCESS_PARAMETERS),
};

const struct os_named_constant *os_constants(size_t *ret_count) {
    *ret_count = sizeof constants / sizeof *constants;
    return constants;
}

static int compare_names(const void *name, const void *row) {
    return strcmp(name, ((const struct os_named_constant *)row)->name);
}

static const struct os_named_constant *find(const char *name) {
    if (strncmp(name, "os.", 3) == 0)
        name += 3;
    return bsearch(name, constants, sizeof constants / sizeof *constants, sizeof *constants,
                   compare_names);
}

static long no_such_constant(const char *operation, const char *name) {
    static _Thread_local char words[256]; /* for the record, which is the thread's own as well */
    snprintf(words, sizeof words, "AttributeError: module 'os' has no attribute '%s'", name);
    return error_fail_message(-EINVAL, operation, words);
}

int os_constant(const char *name, int64_t *ret_value) {
    const struct os_named_constant *row = find(name);
    if (!row || row->kind == OS_CONSTANT_TEXT)
        return (int)no_such_constant("constant", name);
    *ret_value = row->value;
    return 0;
}

const char *os_constant_text(const char *name) {
    const struct os_named_constant *row = find(name);
    if (!row || row->kind != OS_CONSTANT_TEXT) {
        no_such_constant("constant_text", name);
        return NULL;
    }
    if (!row->text)
        errno = 0;
    return row->text;
}
