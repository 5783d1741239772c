/* SPDX-License-Identifier: MIT */
/** What can be asked of a terminal: name, size, encoding, foreground group. */
#include <osier/terminal.h>

#include "base/error.h"
#include "base/seam.h"
#include "env/environ.h"
#include "io/ttyname.h"
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool is_terminal(int fd) {
    return SYS(isatty, fd) == 1;
}

bool os_isatty(int fd) {
    int saved = errno;
    bool result = is_terminal(fd);
    errno = saved;
    return result;
}

/* Python reads the locale of the environment when it starts; a C program may never have called
 * setlocale(3). Where there is none, or none but C, Python takes UTF-8 (PEP 540). */
static int user_encoding(char **ret) {
    locale_t user = SYS_POINTER(newlocale, LC_CTYPE_MASK, "", (locale_t)0);
    if (!user && errno == ENOMEM)
        return -ENOMEM;
    const char *name = user ? nl_langinfo_l(CODESET, user) : "";
    if (!*name || strcmp(name, "ANSI_X3.4-1968") == 0 || strcmp(name, "ASCII") == 0)
        name = "utf-8";
    char *copy = mem_text(name, strlen(name));
    if (user)
        freelocale(user);
    if (!copy)
        return -ENOMEM;
    *ret = copy;
    return 0;
}

char *os_device_encoding(int fd) {
    char *name = NULL;
    if (!is_terminal(fd)) {
        errno = 0;
        return NULL;
    }
    return PUBLIC_POINTER(user_encoding(&name), name, "device_encoding", NULL, NULL);
}

int tty_name(int (*ask)(int fd, char *buffer, size_t size), int fd, char **ret) {
    for (size_t size = 64;; size *= 2) {
        AUTO_FREE char *buffer = mem_alloc(size);
        if (!buffer)
            return -ENOMEM;
        int r = SYS_NUMBER(ask, fd, buffer, size);
        if (r == 0)
            *ret = TAKE_POINTER(buffer);
        if (r != -ERANGE || size > INT_MAX / 2)
            return r;
    }
}

char *os_ttyname(int fd) {
    char *name = NULL;
    return PUBLIC_POINTER(tty_name(ttyname_r, fd, &name), name, "ttyname", NULL, NULL);
}

static int terminal_size(int fd, struct os_terminal_size *ret_size) {
    struct winsize size;
    int r = SYS(ioctl, fd, TIOCGWINSZ, &size);
    if (r < 0)
        return r;
    *ret_size = (struct os_terminal_size){size.ws_col, size.ws_row};
    return 0;
}

int os_get_terminal_size(int fd, struct os_terminal_size *ret_size) {
    return PUBLIC(terminal_size(fd, ret_size), "get_terminal_size", NULL, NULL);
}

/* A variable as Python's int() reads it: blanks around, one sign, "_" between digits. 0 where it is
 * unset, something else, or more than fits. */
static int number_in(const char *name) {
    static const char blanks[] = " \t\n\v\f\r";
    const char *text = env_find(name, strlen(name));
    if (!text)
        return 0;
    text += strspn(text, blanks);
    bool negative = *text == '-';
    text += *text == '-' || *text == '+';
    int number = 0;
    bool digit = false;
    for (; (*text >= '0' && *text <= '9') || (*text == '_' && digit); text++) {
        digit = *text != '_';
        if (digit && (__builtin_mul_overflow(number, 10, &number) ||
                      __builtin_add_overflow(number, *text - '0', &number)))
            return 0;
    }
    text += strspn(text, blanks);
    return !digit || *text ? 0 : negative ? -number : number;
}

void os_get_terminal_size_or(int columns, int lines, struct os_terminal_size *ret_size) {
    int saved = errno;
    struct os_terminal_size size = {number_in("COLUMNS"), number_in("LINES")}, terminal = {0};
    if (size.columns <= 0 || size.lines <= 0)
        (void)terminal_size(STDOUT_FILENO, &terminal);
    if (size.columns <= 0)
        size.columns = terminal.columns ? terminal.columns : columns;
    if (size.lines <= 0)
        size.lines = terminal.lines ? terminal.lines : lines;
    *ret_size = size;
    errno = saved;
}

pid_t os_tcgetpgrp(int fd) {
    return PUBLIC(SYS(tcgetpgrp, fd), "tcgetpgrp", NULL, NULL);
}

int os_tcsetpgrp(int fd, pid_t pgid) {
    return PUBLIC(SYS(tcsetpgrp, fd, pgid), "tcsetpgrp", NULL, NULL);
}
