/* SPDX-License-Identifier: MIT */
/**
 * File descriptor operations: open, read, write, position, locks, pipes, inheritance.
 *
 * Every descriptor is born close-on-exec (PEP 446) unless the call says otherwise; every call is
 * tried again when a signal interrupts it (PEP 475), close() alone is not. Sizes and positions of
 * a file are int64_t, on 32-bit processors too.
 *
 * @since 0.1
 */
#ifndef OSIER_DESCRIPTORS_H
#define OSIER_DESCRIPTORS_H

#include <fcntl.h>
#include <osier/types.h>
#include <sys/uio.h>
#include <unistd.h>

/* What the kernel knows, for a libc or a set of feature macros that leaves it out: C's names, the
 * kernel's values. The headers that own them came first, so none is defined twice. */
#ifndef SEEK_DATA
#define SEEK_DATA 3 /* os_lseek(): to the next byte that is not in a hole */
#define SEEK_HOLE 4 /* os_lseek(): to the next hole; the end counts as one */
#endif
#ifndef RWF_HIPRI
#define RWF_HIPRI 0x00000001 /* poll for the result; wants O_DIRECT */
#endif
#ifndef RWF_DSYNC
#define RWF_DSYNC 0x00000002 /* this write as with O_DSYNC */
#endif
#ifndef RWF_SYNC
#define RWF_SYNC 0x00000004 /* this write as with O_SYNC */
#endif
#ifndef RWF_NOWAIT
#define RWF_NOWAIT 0x00000008 /* EAGAIN rather than wait for the disk */
#endif
#ifndef RWF_APPEND
#define RWF_APPEND 0x00000010 /* this write as with O_APPEND */
#endif
#ifndef RWF_NOAPPEND
#define RWF_NOAPPEND 0x00000020 /* at the offset, O_APPEND or not; Linux 6.9 */
#endif
#ifndef RWF_ATOMIC
#define RWF_ATOMIC 0x00000040 /* all or nothing, even when the power fails; Linux 6.11 */
#endif
#ifndef RWF_DONTCACHE
#define RWF_DONTCACHE 0x00000080 /* leave nothing in the page cache; Linux 6.14 */
#endif
#ifndef RWF_NOSIGNAL
#define RWF_NOSIGNAL 0x00000100 /* EPIPE without SIGPIPE; Linux 6.18 */
#endif
#ifndef SPLICE_F_MOVE
#define SPLICE_F_MOVE     1 /* move pages rather than copy them */
#define SPLICE_F_NONBLOCK 2 /* EAGAIN rather than wait for the pipe */
#define SPLICE_F_MORE     4 /* more follows soon */
#define SPLICE_F_GIFT     8 /* os_vmsplice(): the pages are the kernel's from now on */
#endif
#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE (1U << 1) /* stop sharing the table with other threads first */
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2) /* mark them close-on-exec, close none now */
#endif
#ifndef FALLOC_FL_KEEP_SIZE
#define FALLOC_FL_KEEP_SIZE 0x01 /* the file does not grow */
#endif
#ifndef FALLOC_FL_PUNCH_HOLE
#define FALLOC_FL_PUNCH_HOLE 0x02 /* free the range; with FALLOC_FL_KEEP_SIZE */
#endif
#ifndef FALLOC_FL_COLLAPSE_RANGE
#define FALLOC_FL_COLLAPSE_RANGE 0x08 /* cut the range out */
#endif
#ifndef FALLOC_FL_ZERO_RANGE
#define FALLOC_FL_ZERO_RANGE 0x10 /* make the range zeros */
#endif
#ifndef FALLOC_FL_INSERT_RANGE
#define FALLOC_FL_INSERT_RANGE 0x20 /* put a hole in before the offset */
#endif
#ifndef FALLOC_FL_UNSHARE_RANGE
#define FALLOC_FL_UNSHARE_RANGE 0x40 /* give the file its own copy of shared blocks */
#endif

/** As an offset: the descriptor's own position, which moves (Python's None). */
#define OS_POSITION INT64_MIN

OS_BEGIN_DECLS

/**
 * Opens a file and returns a descriptor of it.
 *
 * @param path  which; relative to the current directory
 * @param flags  O_RDONLY, O_WRONLY | O_CREAT …; O_CLOEXEC is always added
 * @param mode  the permission bits of a file that is created, before the umask: 0777 in Python
 * @return a descriptor, or −1 with errno set
 * @error ENOENT  no such file, and no O_CREAT
 * @error EEXIST  O_CREAT | O_EXCL, and something stands there already
 * @python os.open(path, flags, mode=0o777, *, dir_fd=None)
 * @source open(2), PEP 446
 * @shell no: a descriptor ends with the command
 */
OS_API OS_MUST_CHECK OS_NONNULL() int os_open(const char *path, int flags, mode_t mode);

/**
 * Opens a file relative to a directory.
 *
 * @param dir_fd  the directory, or OS_CWD
 * @param path  which; relative to the directory
 * @param flags  O_RDONLY, O_WRONLY | O_CREAT …; O_CLOEXEC is always added
 * @param mode  the permission bits of a file that is created, before the umask
 * @return a descriptor, or −1 with errno set
 * @error EBADF  dir_fd is no descriptor, and the path is relative
 * @error ENOTDIR  dir_fd is no directory
 * @python os.open(path, flags, mode=0o777, *, dir_fd=None)
 * @source openat(2)
 * @shell no: a descriptor ends with the command
 */
OS_API OS_MUST_CHECK OS_NONNULL() int os_openat(int dir_fd, const char *path, int flags,
                                                mode_t mode);

/**
 * Closes a descriptor.
 *
 * On Linux it is closed even where close(2) says EINTR, so that counts as success.
 *
 * @param fd  which
 * @return 0, or −1 with errno set
 * @error EBADF  it was not open
 * @error EIO  an earlier write did not reach the disk; the descriptor is closed all the same
 * @python os.close(fd)
 * @source close(2)
 * @shell no: a descriptor ends with the command
 */
OS_API int os_close(int fd);

/**
 * Closes all descriptors from `fd_low` up to but not including `fd_high`; ignores every error.
 *
 * @param fd_low  the first; a negative number counts as 0
 * @param fd_high  the one after the last
 * @return nothing
 * @python os.closerange(fd_low, fd_high, /)
 * @source close_range(2)
 * @shell no: a descriptor ends with the command
 */
OS_API void os_closerange(int fd_low, int fd_high);

/**
 * Closes all descriptors from `first` to `last`, or marks them close-on-exec.
 *
 * Works on kernels before 5.9 too, in more than one step.
 *
 * @param first  the first
 * @param last  the last one, included; UINT_MAX for all that follow
 * @param flags  0, CLOSE_RANGE_CLOEXEC, CLOSE_RANGE_UNSHARE or both
 * @return 0, or −1 with errno set
 * @error EINVAL  last is below first, or an unknown flag
 * @source close_range(2)
 * @shell no: a descriptor ends with the command
 */
OS_API int os_close_range(unsigned int first, unsigned int last, unsigned int flags);

/**
 * Duplicates a descriptor; the copy is not inheritable.
 *
 * @param fd  which
 * @return the lowest free descriptor, or −1 with errno set
 * @python os.dup(fd, /)
 * @source fcntl(2) F_DUPFD_CLOEXEC
 * @shell no: a descriptor ends with the command
 */
OS_API OS_MUST_CHECK int os_dup(int fd);

/**
 * Duplicates `fd` to `fd2`, closing that one first if it is open.
 *
 * @param fd  which
 * @param fd2  the number of the copy
 * @param inheritable  whether programs that are started get it: true in Python
 * @return fd2, or −1 with errno set
 * @error EINVAL  both are the same, and not inheritable
 * @python os.dup2(fd, fd2, inheritable=True)
 * @source dup2(2), dup3(2)
 * @shell no: a descriptor ends with the command
 */
OS_API int os_dup2(int fd, int fd2, bool inheritable);

/**
 * Whether programs that the process starts get the descriptor.
 *
 * @param fd  which
 * @return 1 or 0, or −1 with errno set
 * @python os.get_inheritable(fd, /)
 * @source PEP 446, fcntl(2) F_GETFD
 * @shell os.get_inheritable FD -> bool
 */
OS_API int os_get_inheritable(int fd);

/**
 * Sets whether programs that the process starts get the descriptor.
 *
 * @param fd  which; one of O_PATH too
 * @param inheritable  whether they do
 * @return 0, or −1 with errno set
 * @python os.set_inheritable(fd, inheritable, /)
 * @source PEP 446, ioctl(2) FIOCLEX
 * @shell no: a descriptor ends with the command
 */
OS_API int os_set_inheritable(int fd, bool inheritable);

/**
 * Whether reads and writes of the descriptor wait.
 *
 * @param fd  which
 * @return 1, or 0 where it is O_NONBLOCK, or −1 with errno set
 * @python os.get_blocking(fd, /)
 * @source fcntl(2) F_GETFL
 * @shell os.get_blocking FD -> bool
 */
OS_API int os_get_blocking(int fd);

/**
 * Sets whether reads and writes of the descriptor wait, for everybody who shares its open file.
 *
 * @param fd  which
 * @param blocking  whether they do
 * @return 0, or −1 with errno set
 * @python os.set_blocking(fd, blocking, /)
 * @source ioctl(2) FIONBIO
 * @shell os.set_blocking FD BLOCKING -> none
 */
OS_API int os_set_blocking(int fd, bool blocking);

/**
 * Makes a pipe; neither end is inheritable.
 *
 * @param ret_fds  the end to read from, and the end to write to
 * @return 0, or −1 with errno set
 * @python os.pipe()
 * @source pipe2(2)
 * @shell no: a descriptor ends with the command
 */
OS_API OS_NONNULL() int os_pipe(int ret_fds[2]);

/**
 * Makes a pipe with the given flags and no others: without O_CLOEXEC it is inheritable.
 *
 * @param flags  O_CLOEXEC, O_NONBLOCK, O_DIRECT, or several
 * @param ret_fds  the end to read from, and the end to write to
 * @return 0, or −1 with errno set
 * @error EINVAL  an unknown flag
 * @python os.pipe2(flags, /)
 * @source pipe2(2)
 * @shell no: a descriptor ends with the command
 */
OS_API OS_NONNULL() int os_pipe2(int flags, int ret_fds[2]);

/**
 * Reads into memory of the caller.
 *
 * @param fd  where from
 * @param buffer  where to, or NULL if `size` is 0
 * @param size  how many bytes at most
 * @return how many bytes came, 0 at the end, or −1 with errno set
 * @error EAGAIN  nothing there yet, and the descriptor does not block
 * @python os.read(fd, n, /)
 * @source read(2)
 * @shell see os_read_bytes
 */
OS_API OS_MUST_CHECK ssize_t os_read(int fd, void *buffer, size_t size);

/**
 * Reads into memory of the caller: os_read() under the name that Python gives it.
 *
 * @param fd  where from
 * @param buffer  where to, or NULL if `size` is 0
 * @param size  how many bytes at most
 * @return how many bytes came, 0 at the end, or −1 with errno set
 * @python os.readinto(fd, buffer, /), since 3.14
 * @source read(2)
 * @shell no: it fills memory of the caller; os.read prints
 */
OS_API OS_MUST_CHECK ssize_t os_readinto(int fd, void *buffer, size_t size);

/**
 * Reads into a block of its own.
 *
 * @param fd  where from
 * @param size  how many bytes at most; one read(2) gives up to 2,147,479,552
 * @param ret_size  how many bytes came, 0 at the end
 * @return the bytes with a NUL behind them, to free(); NULL with errno set
 * @python os.read(fd, n, /)
 * @source read(2)
 * @shell os.read FD SIZE -> bytes
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_read_bytes(int fd, size_t size, size_t *ret_size);

/**
 * Reads into several pieces of memory, one after the other.
 *
 * @param fd  where from
 * @param buffers  the pieces, or NULL if `count` is 0
 * @param count  how many; up to IOV_MAX (1024)
 * @return how many bytes came, 0 at the end, or −1 with errno set
 * @python os.readv(fd, buffers, /)
 * @source readv(2)
 * @shell no: it fills memory of the caller
 */
OS_API OS_MUST_CHECK ssize_t os_readv(int fd, const struct iovec *buffers, int count);

/**
 * Reads at an offset; the position stays as it is.
 *
 * @param fd  where from
 * @param buffer  where to, or NULL if `size` is 0
 * @param size  how many bytes at most
 * @param offset  in bytes from the start of the file
 * @return how many bytes came, 0 at the end, or −1 with errno set
 * @error ESPIPE  a pipe or socket has no offsets
 * @python os.pread(fd, n, offset, /)
 * @source pread(2)
 * @shell see os_pread_bytes
 */
OS_API OS_MUST_CHECK ssize_t os_pread(int fd, void *buffer, size_t size, int64_t offset);

/**
 * Reads at an offset into a block of its own; the position stays as it is.
 *
 * @param fd  where from
 * @param size  how many bytes at most; one pread(2) gives up to 2,147,479,552
 * @param offset  in bytes from the start of the file
 * @param ret_size  how many bytes came, 0 at the end
 * @return the bytes with a NUL behind them, to free(); NULL with errno set
 * @python os.pread(fd, n, offset, /)
 * @source pread(2)
 * @shell os.pread FD SIZE OFFSET -> bytes
 */
OS_API OS_MUST_FREE OS_NONNULL() char *os_pread_bytes(int fd, size_t size, int64_t offset,
                                                      size_t *ret_size);

/**
 * Reads at an offset into several pieces of memory.
 *
 * @param fd  where from
 * @param buffers  the pieces, or NULL if `count` is 0
 * @param count  how many; up to IOV_MAX (1024)
 * @param offset  in bytes from the start; −1: at the position, which moves
 * @param flags  0, or RWF_HIPRI, RWF_NOWAIT …
 * @return how many bytes came, 0 at the end, or −1 with errno set
 * @error EAGAIN  RWF_NOWAIT, and it is not in memory
 * @error EOPNOTSUPP  a flag that the kernel or the file does not know
 * @python os.preadv(fd, buffers, offset, flags=0, /)
 * @source preadv2(2)
 * @shell no: it fills memory of the caller
 */
OS_API OS_MUST_CHECK ssize_t os_preadv(int fd, const struct iovec *buffers, int count,
                                       int64_t offset, int flags);

/**
 * Writes bytes to a descriptor.
 *
 * @param fd  where to
 * @param data  what, or NULL if `size` is 0
 * @param size  how many bytes
 * @return how many bytes were taken, perhaps fewer, or −1 with errno set
 * @error EPIPE  nobody reads from the pipe any more
 * @error EAGAIN  no room now, and the descriptor does not block
 * @python os.write(fd, str, /)
 * @source write(2)
 * @shell os.write FD DATA -> int
 */
OS_API ssize_t os_write(int fd, const void *data, size_t size);

/**
 * Writes several pieces of memory, one after the other.
 *
 * @param fd  where to
 * @param buffers  the pieces, or NULL if `count` is 0
 * @param count  how many; up to IOV_MAX (1024)
 * @return how many bytes were taken, perhaps fewer, or −1 with errno set
 * @python os.writev(fd, buffers, /)
 * @source writev(2)
 * @shell no: os.write does it
 */
OS_API ssize_t os_writev(int fd, const struct iovec *buffers, int count);

/**
 * Writes at an offset; the position stays as it is.
 *
 * @param fd  where to
 * @param data  what, or NULL if `size` is 0
 * @param size  how many bytes
 * @param offset  in bytes from the start of the file
 * @return how many bytes were taken, perhaps fewer, or −1 with errno set
 * @error ESPIPE  a pipe or socket has no offsets
 * @python os.pwrite(fd, str, offset, /)
 * @source pwrite(2)
 * @shell os.pwrite FD DATA OFFSET -> int
 */
OS_API ssize_t os_pwrite(int fd, const void *data, size_t size, int64_t offset);

/**
 * Writes several pieces of memory at an offset.
 *
 * @param fd  where to
 * @param buffers  the pieces, or NULL if `count` is 0
 * @param count  how many; up to IOV_MAX (1024)
 * @param offset  in bytes from the start; −1: at the position, which moves
 * @param flags  0, or RWF_DSYNC, RWF_SYNC, RWF_APPEND, RWF_ATOMIC, RWF_NOSIGNAL …
 * @return how many bytes were taken, perhaps fewer, or −1 with errno set
 * @error EOPNOTSUPP  a flag that the kernel or the file does not know
 * @python os.pwritev(fd, buffers, offset, flags=0, /)
 * @source pwritev2(2)
 * @shell no: os.pwrite does it
 */
OS_API ssize_t os_pwritev(int fd, const struct iovec *buffers, int count, int64_t offset,
                          int flags);

/**
 * Sets the position where the next read or write begins.
 *
 * @param fd  which
 * @param position  in bytes
 * @param whence  from where: SEEK_SET the start, SEEK_CUR here, SEEK_END the end; SEEK_DATA and
 *                SEEK_HOLE: the next data or hole at or after it
 * @return the new position from the start, or −1 with errno set
 * @error ESPIPE  a pipe, socket or terminal has no position
 * @error ENXIO  SEEK_DATA or SEEK_HOLE, and position is at the end or behind
 * @python os.lseek(fd, position, whence, /)
 * @source lseek(2)
 * @shell os.lseek FD POSITION WHENCE -> int
 */
OS_API int64_t os_lseek(int fd, int64_t position, int whence);

/**
 * Waits until what was written is on the disk, with all that stat(2) tells of the file.
 *
 * @param fd  which
 * @return 0, or −1 with errno set
 * @error EIO  an earlier write failed; a second call doesn't report it again
 * @python os.fsync(fd)
 * @source fsync(2)
 * @shell os.fsync FD -> none
 */
OS_API int os_fsync(int fd);

/**
 * Waits until what was written is on the disk, with what is needed to read it back.
 *
 * @param fd  which
 * @return 0, or −1 with errno set
 * @python os.fdatasync(fd)
 * @source fdatasync(2)
 * @shell os.fdatasync FD -> none
 */
OS_API int os_fdatasync(int fd);

/**
 * Locks, unlocks or tests a part of a file that is open for writing.
 *
 * The lock belongs to the process, and is released when the process closes *any* descriptor of the
 * file.
 *
 * @param fd  which
 * @param command  F_LOCK (waits), F_TLOCK (does not), F_ULOCK, F_TEST
 * @param length  in bytes from the position on; negative: before it; 0: to the end, however it
 * grows
 * @return 0, or −1 with errno set
 * @error EAGAIN  F_TLOCK or F_TEST, and another process has it; EACCES likewise
 * @error EDEADLK  F_LOCK, and the two would wait for each other
 * @python os.lockf(fd, cmd, len, /)
 * @source lockf(3)
 * @shell no: a lock ends with the command
 */
OS_API int os_lockf(int fd, int command, int64_t length);

/**
 * Tells the kernel how a part of a file will be used.
 *
 * @param fd  which
 * @param offset  in bytes from the start
 * @param length  in bytes; 0: to the end
 * @param advice  POSIX_FADV_NORMAL, _SEQUENTIAL, _RANDOM, _NOREUSE, _WILLNEED, _DONTNEED
 * @return 0, or −1 with errno set
 * @python os.posix_fadvise(fd, offset, len, advice, /)
 * @source posix_fadvise(2)
 * @shell os.posix_fadvise FD OFFSET LENGTH ADVICE -> none
 */
OS_API int os_posix_fadvise(int fd, int64_t offset, int64_t length, int advice);

/**
 * Makes sure that the disk has room for a part of a file, which grows if it must.
 *
 * @param fd  which
 * @param offset  in bytes from the start
 * @param length  in bytes
 * @return 0, or −1 with errno set
 * @error ENOSPC  it has not
 * @python os.posix_fallocate(fd, offset, len, /)
 * @source posix_fallocate(3)
 * @shell os.posix_fallocate FD OFFSET LENGTH -> none
 */
OS_API int os_posix_fallocate(int fd, int64_t offset, int64_t length);

/**
 * Changes the space that a part of a file takes: allocates, frees, zeroes, cuts out, inserts.
 *
 * @param fd  which
 * @param mode  0 to allocate, or FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, FALLOC_FL_ZERO_RANGE …
 * @param offset  in bytes from the start
 * @param length  in bytes
 * @return 0, or −1 with errno set
 * @error EOPNOTSUPP  this file system can't
 * @source fallocate(2)
 * @shell os.fallocate FD MODE OFFSET LENGTH -> none
 */
OS_API int os_fallocate(int fd, int mode, int64_t offset, int64_t length);

/**
 * Copies from a file to a descriptor inside the kernel.
 *
 * @param out_fd  where to: a socket, pipe or file
 * @param in_fd  where from: a file, or since Linux 5.12 a pipe
 * @param offset  where in the file; or OS_POSITION
 * @param count  how many bytes
 * @return how many bytes were copied, perhaps fewer, 0 at the end, or −1 with errno set
 * @python os.sendfile(out_fd, in_fd, offset, count)
 * @source sendfile(2)
 * @shell os.sendfile OUT_FD IN_FD OFFSET COUNT -> int
 */
OS_API ssize_t os_sendfile(int out_fd, int in_fd, int64_t offset, size_t count);

/**
 * Moves bytes between a pipe and another descriptor inside the kernel.
 *
 * @param src  where from; it or dst is a pipe
 * @param dst  where to
 * @param count  how many bytes at most
 * @param offset_src  where in src; OS_POSITION, as it must be for a pipe
 * @param offset_dst  where in dst, likewise
 * @param flags  0, or SPLICE_F_MOVE, SPLICE_F_NONBLOCK, SPLICE_F_MORE
 * @return how many bytes were moved, perhaps fewer, 0 at the end, or −1 with errno set
 * @error EINVAL  neither is a pipe
 * @error ESPIPE  an offset for a pipe
 * @python os.splice(src, dst, count, offset_src=None, offset_dst=None, flags=0)
 * @source splice(2)
 * @shell os.splice SRC DST COUNT [--offset-src=OS_POSITION] [--offset-dst=OS_POSITION] [--flags=0]
 * -> int
 */
OS_API ssize_t os_splice(int src, int dst, size_t count, int64_t offset_src, int64_t offset_dst,
                         unsigned int flags);

/**
 * Copies bytes from one pipe to another; they stay in the first.
 *
 * @param src  where from
 * @param dst  where to
 * @param count  how many bytes at most
 * @param flags  0 or SPLICE_F_NONBLOCK
 * @return how many bytes were copied, perhaps fewer, 0 at the end, or −1 with errno set
 * @source tee(2)
 * @shell os.tee SRC DST COUNT [--flags=0] -> int
 */
OS_API ssize_t os_tee(int src, int dst, size_t count, unsigned int flags);

/**
 * Puts memory of the caller into a pipe without copying it: it must not change until it was read.
 *
 * @param fd  the pipe
 * @param buffers  the pieces, or NULL if `count` is 0
 * @param count  how many; up to IOV_MAX (1024)
 * @param flags  0, or SPLICE_F_NONBLOCK, SPLICE_F_GIFT
 * @return how many bytes were put in, perhaps fewer, or −1 with errno set
 * @source vmsplice(2)
 * @shell no: it is about memory of the caller
 */
OS_API ssize_t os_vmsplice(int fd, const struct iovec *buffers, size_t count, unsigned int flags);

/**
 * Copies from one file to another inside the kernel or the file system.
 *
 * @param src  where from
 * @param dst  where to
 * @param count  how many bytes at most
 * @param offset_src  where in src, or OS_POSITION
 * @param offset_dst  where in dst, or OS_POSITION
 * @return how many bytes were copied, perhaps fewer, 0 at the end, or −1 with errno set
 * @error EINVAL  the two ranges overlap in one file, or one is no regular file
 * @error EXDEV  two file systems that can't; os_sendfile() can
 * @python os.copy_file_range(src, dst, count, offset_src=None, offset_dst=None)
 * @source copy_file_range(2)
 * @shell os.copy_file_range SRC DST COUNT [--offset-src=OS_POSITION] [--offset-dst=OS_POSITION] ->
 * int
 */
OS_API ssize_t os_copy_file_range(int src, int dst, size_t count, int64_t offset_src,
                                  int64_t offset_dst);

OS_END_DECLS

#endif
