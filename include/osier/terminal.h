/* SPDX-License-Identifier: MIT */
/**
 * Terminals: whether a descriptor is one, its name, size and foreground group; pseudo-terminals.
 *
 * @since 0.1
 */
#ifndef OSIER_TERMINAL_H
#define OSIER_TERMINAL_H

#include <osier/types.h>

OS_BEGIN_DECLS

/** Python's os.terminal_size. */
struct os_terminal_size {
    int columns; /**< width in characters */
    int lines;   /**< height in characters */
};

/**
 * Whether a descriptor is a terminal.
 *
 * @param fd  which
 * @return true if so; false too where it is not open; errno stays as it is
 * @python os.isatty(fd, /)
 * @source isatty(3)
 * @shell os.isatty FD -> bool
 */
OS_API bool os_isatty(int fd);

/**
 * The character encoding of a terminal: that of the locale which the environment names.
 *
 * @param fd  which
 * @return "UTF-8", "utf-8" in the locale C, "ISO-8859-15" …, to free(); NULL with errno 0 where it
 *         is no terminal or not open; NULL with errno ENOMEM
 * @python os.device_encoding(fd)
 * @source nl_langinfo(3) CODESET, PEP 540
 * @shell os.device_encoding FD -> str
 */
OS_API OS_MUST_FREE char *os_device_encoding(int fd);

/**
 * The path of a terminal.
 *
 * @param fd  which
 * @return the path, to free(); NULL with errno set
 * @error ENOTTY  it is no terminal
 * @error ENODEV  it is one of another container
 * @python os.ttyname(fd, /)
 * @source ttyname(3)
 * @shell os.ttyname FD -> str
 */
OS_API OS_MUST_FREE char *os_ttyname(int fd);

/**
 * The size of the terminal.
 *
 * @param fd  which: STDOUT_FILENO in Python
 * @param ret_size  its columns and lines; 0 and 0 where no size was set
 * @return 0, or −1 with errno set
 * @error ENOTTY  it is no terminal
 * @python os.get_terminal_size(fd=STDOUT_FILENO, /)
 * @source ioctl(2) TIOCGWINSZ
 * @shell os.get_terminal_size [FD=1] -> terminal_size
 */
OS_API OS_NONNULL() int os_get_terminal_size(int fd, struct os_terminal_size *ret_size);

/**
 * The size that output should have: COLUMNS and LINES of the environment where they are above 0,
 * else the size of the terminal that is standard output, else what is given.
 *
 * @param columns  used where neither is known: 80 in Python
 * @param lines  likewise: 24
 * @param ret_size  the size
 * @return nothing
 * @python shutil.get_terminal_size(fallback=(columns, lines))
 * @shell shutil.get_terminal_size [--columns=80] [--lines=24] -> terminal_size
 */
OS_API OS_NONNULL() void os_get_terminal_size_or(int columns, int lines,
                                                 struct os_terminal_size *ret_size);

/**
 * The process group in the foreground of a terminal.
 *
 * @param fd  the terminal
 * @return the group, or −1 with errno set
 * @error ENOTTY  it is not the terminal that controls the process
 * @python os.tcgetpgrp(fd, /)
 * @source tcgetpgrp(3)
 * @shell os.tcgetpgrp FD -> int
 */
OS_API pid_t os_tcgetpgrp(int fd);

/**
 * Puts a process group into the foreground of a terminal.
 *
 * @param fd  the terminal
 * @param pgid  a group of the session
 * @return 0, or −1 with errno set
 * @error ENOTTY  it is not the terminal that controls the process
 * @error EPERM  a group of another session
 * @python os.tcsetpgrp(fd, pgid, /)
 * @source tcsetpgrp(3)
 * @shell os.tcsetpgrp FD PGID -> none
 */
OS_API int os_tcsetpgrp(int fd, pid_t pgid);

/**
 * Opens a pair of pseudo-terminals; neither is inheritable.
 *
 * @param ret_master  the side of the program that acts as the terminal
 * @param ret_slave  the side of the program that uses one
 * @return 0, or −1 with errno set
 * @error ENOSPC  no more of them
 * @python os.openpty()
 * @source openpty(3), ioctl(2) TIOCGPTPEER
 * @shell no: a descriptor ends with the command
 */
OS_API OS_NONNULL() int os_openpty(int *ret_master, int *ret_slave);

/**
 * Opens the master of a new pseudo-terminal.
 *
 * @param oflag  O_RDWR, perhaps | O_NOCTTY; O_CLOEXEC is always added
 * @return a descriptor, or −1 with errno set
 * @python os.posix_openpt(oflag, /), since 3.13
 * @source posix_openpt(3)
 * @shell no: a descriptor ends with the command
 */
OS_API OS_MUST_CHECK int os_posix_openpt(int oflag);

/**
 * Gives the slave of a pseudo-terminal to the user.
 *
 * @param fd  the master
 * @return 0, or −1 with errno set
 * @error EINVAL  not a master
 * @python os.grantpt(fd, /), since 3.13
 * @source grantpt(3)
 * @shell no: a pseudo-terminal ends with the command
 */
OS_API int os_grantpt(int fd);

/**
 * Lets the slave of a pseudo-terminal be opened.
 *
 * @param fd  the master
 * @return 0, or −1 with errno set
 * @error EINVAL  not a master
 * @python os.unlockpt(fd, /), since 3.13
 * @source unlockpt(3)
 * @shell no: a pseudo-terminal ends with the command
 */
OS_API int os_unlockpt(int fd);

/**
 * The path of the slave of a pseudo-terminal.
 *
 * @param fd  the master
 * @return the path, to free(); NULL with errno set
 * @error ENOTTY  not a master
 * @python os.ptsname(fd, /), since 3.13
 * @source ptsname(3)
 * @shell os.ptsname FD -> str
 */
OS_API OS_MUST_FREE char *os_ptsname(int fd);

/**
 * Makes a terminal that of the process: a new session, standard input, output and error.
 *
 * @param fd  the terminal; closed afterwards, unless it is one of the three
 * @return 0, or −1 with errno set
 * @error EPERM  the process leads a session with a terminal, or another session has this one
 * @python os.login_tty(fd, /)
 * @source login_tty(3)
 * @shell no: the session ends with the command
 */
OS_API int os_login_tty(int fd);

OS_END_DECLS

#endif
