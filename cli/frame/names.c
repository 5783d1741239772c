/* SPDX-License-Identifier: MIT */
/** Names that people type for numbers: constants, signals, errors, users and groups, modes. */
#include "frame/names.h"

#include <errno.h>
#include <grp.h>
#include <osier.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define N(name)                                                                                    \
    { #name, name }
static const struct {
    const char *name;
    int value;
} numbers[] = {
    N(SIGHUP),
    {"EDEADLOCK", EDEADLK},
    {"SIGIOT", SIGABRT},
    {"SIGCLD", SIGCHLD},
    N(SIGSTKFLT),
    N(SIGINT),
    N(SIGQUIT),
    N(SIGILL),
    N(SIGTRAP),
    N(SIGABRT),
    N(SIGBUS),
    N(SIGFPE),
    N(SIGKILL),
    N(SIGUSR1),
    N(SIGSEGV),
    N(SIGUSR2),
    N(SIGPIPE),
    N(SIGALRM),
    N(SIGTERM),
    N(SIGCHLD),
    N(SIGCONT),
    N(SIGSTOP),
    N(SIGTSTP),
    N(SIGTTIN),
    N(SIGTTOU),
    N(SIGURG),
    N(SIGXCPU),
    N(SIGXFSZ),
    N(SIGPROF),
    N(SIGWINCH),
    N(SIGIO),
    N(SIGVTALRM),
    N(SIGPOLL),
    N(SIGPWR),
    N(SIGSYS),
    N(E2BIG),
    N(EACCES),
    N(EADDRINUSE),
    N(EADDRNOTAVAIL),
    N(EAFNOSUPPORT),
    N(EAGAIN),
    N(EALREADY),
    N(EBADF),
    N(EBADMSG),
    N(EBUSY),
    N(ECANCELED),
    N(ECHILD),
    N(ECONNABORTED),
    N(ECONNREFUSED),
    N(ECONNRESET),
    N(EDEADLK),
    N(EDESTADDRREQ),
    N(EDOM),
    N(EDQUOT),
    N(EEXIST),
    N(EFAULT),
    N(EFBIG),
    N(EHOSTDOWN),
    N(EHOSTUNREACH),
    N(EIDRM),
    N(EILSEQ),
    N(EINPROGRESS),
    N(EINTR),
    N(EINVAL),
    N(EIO),
    N(EISCONN),
    N(EISDIR),
    N(ELOOP),
    N(EMEDIUMTYPE),
    N(EMFILE),
    N(EMLINK),
    N(EMSGSIZE),
    N(ENAMETOOLONG),
    N(ENETDOWN),
    N(ENETRESET),
    N(ENETUNREACH),
    N(ENFILE),
    N(ENOBUFS),
    N(ENODATA),
    N(ENODEV),
    N(ENOENT),
    N(ENOEXEC),
    N(ENOKEY),
    N(ENOLCK),
    N(ENOLINK),
    N(ENOMEDIUM),
    N(ENOMEM),
    N(ENOMSG),
    N(ENOPROTOOPT),
    N(ENOSPC),
    N(ENOSYS),
    N(ENOTBLK),
    N(ENOTCONN),
    N(ENOTDIR),
    N(ENOTEMPTY),
    N(ENOTRECOVERABLE),
    N(ENOTSOCK),
    N(ENOTSUP),
    N(ENOTTY),
    N(ENXIO),
    N(EOPNOTSUPP),
    N(EOVERFLOW),
    N(EOWNERDEAD),
    N(EPERM),
    N(EPFNOSUPPORT),
    N(EPIPE),
    N(EPROTO),
    N(EPROTONOSUPPORT),
    N(EPROTOTYPE),
    N(ERANGE),
    N(EREMOTE),
    N(EROFS),
    N(ESHUTDOWN),
    N(ESOCKTNOSUPPORT),
    N(ESPIPE),
    N(ESRCH),
    N(ESTALE),
    N(ETIME),
    N(ETIMEDOUT),
    N(ETXTBSY),
    N(EUSERS),
    N(EWOULDBLOCK),
    N(EXDEV),
};
#undef N

/* "SIGRTMIN+1", "SIGRTMAX-1" */
static bool read_real_time(const char *name, uintmax_t *ret_value) {
    enum { SIZE = sizeof "SIGRTMIN" - 1 };
    int base = strncmp(name, "SIGRTMIN", SIZE) == 0   ? SIGRTMIN
               : strncmp(name, "SIGRTMAX", SIZE) == 0 ? SIGRTMAX
                                                      : 0;
    char *end;
    long more = base && name[SIZE] ? strtol(name + SIZE, &end, 10) : 0;
    bool plain = base && !name[SIZE];
    bool summed =
        base && (name[SIZE] == '+' || name[SIZE] == '-') && !*end && more >= -64 && more <= 64;
    if ((!plain && !summed) || base + more < SIGRTMIN || base + more > SIGRTMAX)
        return false;
    *ret_value = (uintmax_t)(base + more);
    return true;
}

bool read_name(const char *name, size_t size, uintmax_t *ret_value) {
    char word[64];
    int64_t value;
    if (size == 0 || size >= sizeof word)
        return false;
    memcpy(word, name, size);
    word[size] = '\0';
    if (os_constant(word, &value) == 0) {
        *ret_value = (uintmax_t)value;
        return true;
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (strcmp(numbers[i].name, word) == 0) {
            *ret_value = (uintmax_t)numbers[i].value;
            return true;
        }
    }
    return read_real_time(word, ret_value);
}

bool read_user(const char *name, uintmax_t *ret_value) {
    const struct passwd *user = getpwnam(name);
    if (user)
        *ret_value = user->pw_uid;
    return user != NULL;
}

bool read_group(const char *name, uintmax_t *ret_value) {
    const struct group *group = getgrnam(name);
    if (group)
        *ret_value = group->gr_gid;
    return group != NULL;
}

/* ---------------------------------------------------------------------------- symbolic modes */

/* The bits of the users that "ugoa" name, with their set-ID bits. */
static unsigned read_who(const char **at) {
    unsigned who = 0;
    for (; **at && strchr("ugoa", **at); ++*at)
        who |= **at == 'u'   ? S_ISUID | S_IRWXU
               : **at == 'g' ? S_ISGID | S_IRWXG
               : **at == 'o' ? S_ISVTX | S_IRWXO
                             : 07777;
    return who;
}

/* The bits of the letters after an action, for everybody; "u", "g" and "o" copy what these have. */
static bool read_permissions(const char **at, unsigned mode, bool directory, unsigned *ret_bits) {
    unsigned bits = 0;
    for (; **at && !strchr(",+-=", **at); ++*at) {
        switch (**at) {
        case 'r':
            bits |= 0444;
            break;
        case 'w':
            bits |= 0222;
            break;
        case 'x':
            bits |= 0111;
            break;
        case 'X':
            bits |= directory || mode & 0111 ? 0111 : 0;
            break;
        case 's':
            bits |= S_ISUID | S_ISGID;
            break;
        case 't':
            bits |= S_ISVTX;
            break;
        case 'u':
            bits |= (mode >> 6 & 7) * 0111;
            break;
        case 'g':
            bits |= (mode >> 3 & 7) * 0111;
            break;
        case 'o':
            bits |= (mode & 7) * 0111;
            break;
        default:
            return false;
        }
    }
    *ret_bits = bits;
    return true;
}

/* "u+x-w": one part of a mode, up to the comma. */
static bool read_part(const char **at, unsigned *mode, bool directory) {
    unsigned who = read_who(at), bits;
    unsigned allowed = who ? who : 07777 & ~(unsigned)os_umask_get();
    if (!**at || !strchr("+-=", **at))
        return false;
    while (**at && strchr("+-=", **at)) {
        char action = *(*at)++;
        if (!read_permissions(at, *mode, directory, &bits))
            return false;
        bits &= allowed;
        if (action == '=')
            *mode &= ~((who ? who : 07777u) & (directory ? ~(unsigned)(S_ISUID | S_ISGID) : ~0u));
        *mode = action == '-' ? *mode & ~bits : *mode | bits;
    }
    return true;
}

bool read_symbolic_mode(const char *text, unsigned before, bool directory, uintmax_t *ret_value) {
    unsigned mode = before & 07777;
    do {
        if (!read_part(&text, &mode, directory))
            return false;
    } while (*text == ',' && text++);
    *ret_value = mode;
    return *text == '\0';
}
