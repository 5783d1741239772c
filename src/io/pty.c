/* SPDX-License-Identifier: MIT */
/** Pseudo-terminals, close-on-exec from the first moment. */
#include <osier/terminal.h>

#include "base/error.h"
#include "base/seam.h"
#include "io/pty.h"
#include "io/ttyname.h"
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41)
#endif

int os_posix_openpt(int oflag) {
    return PUBLIC(SYS(posix_openpt, oflag | O_CLOEXEC), "posix_openpt", NULL, NULL);
}

int os_grantpt(int fd) {
    return PUBLIC(SYS(grantpt, fd), "grantpt", NULL, NULL);
}

int os_unlockpt(int fd) {
    return PUBLIC(SYS(unlockpt, fd), "unlockpt", NULL, NULL);
}

char *os_ptsname(int fd) {
    char *name = NULL;
    return PUBLIC_POINTER(tty_name(ptsname_r, fd, &name), name, "ptsname", NULL, NULL);
}

/* TIOCGPTPEER (Linux 4.13) finds the slave in whatever mount namespace the master came from; the
 * path may lead to another one there. */
static int open_slave(int master) {
    int flags = O_RDWR | O_NOCTTY | O_CLOEXEC;
    int fd = SYS(ioctl, master, TIOCGPTPEER, flags);
    if (fd != -ENOTTY && fd != -EINVAL && fd != -ENOSYS)
        return fd;
    AUTO_FREE char *name = NULL;
    int r = tty_name(ptsname_r, master, &name);
    return r < 0 ? r : SYS(open, name, flags);
}

int pty_open(int *ret_master, int *ret_slave) {
    AUTO_CLOSE int master = SYS(posix_openpt, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0)
        return master;
    int r = SYS(grantpt, master);
    if (r == 0)
        r = SYS(unlockpt, master);
    if (r == 0)
        r = open_slave(master);
    if (r < 0)
        return r;
    *ret_master = TAKE_FD(master);
    *ret_slave = r;
    return 0;
}

int os_openpty(int *ret_master, int *ret_slave) {
    return PUBLIC(pty_open(ret_master, ret_slave), "openpty", NULL, NULL);
}

/* setsid(2) may fail where the process leads a session already; then TIOCSCTTY decides. */
int pty_login(int fd) {
    (void)SYS(setsid);
    int r = SYS(ioctl, fd, TIOCSCTTY, 0);
    for (int standard = STDIN_FILENO; r >= 0 && standard <= STDERR_FILENO; standard++)
        r = SYS(dup2, fd, standard);
    if (r >= 0 && fd > STDERR_FILENO)
        seam_close_quietly(fd);
    return r < 0 ? r : 0;
}

int os_login_tty(int fd) {
    return PUBLIC(pty_login(fd), "login_tty", NULL, NULL);
}
