/* SPDX-License-Identifier: MIT */
/** Sockets from the files of /proc/net: of recorded machines, and where the kernel lists no others. */
#include "base/procfile.h"
#include "base/seam.h"
#include "system/machine.h"
#include "system/netns.h"
#include "system/sockets.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>

enum { UNIX_ACCEPTS = 0x10000, UNIX_CONNECTED = 3 };

/* Whether the words of the machine that is looked at have their bytes the other way round than here:
 * of a recorded one, or below an emulator. Linux 6.0 and later tell. */
static bool is_swapped(void) {
    static const bool little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
    char text[16];
    ssize_t size = machine_read("/sys/kernel/cpu_byteorder", text, sizeof text);
    return size > 0 && strncmp(text, little ? "big" : "little", little ? 3 : 6) == 0;
}

/* "0100007F:0016", the address in words of the machine: false for another form. */
static bool parse_end(const char *text, int family, bool swapped, uint32_t *ret_words,
                      unsigned *ret_port) {
    size_t count = family == AF_INET ? 1 : 4, digits = strspn(text, "0123456789abcdefABCDEF");
    char *end;
    if (digits != count * 8 || text[digits] != ':')
        return false;
    for (size_t i = 0; i < count; i++) {
        char word[9] = {0};
        memcpy(word, text + i * 8, 8);
        ret_words[i] = (uint32_t)strtoul(word, NULL, 16);
        if (swapped)
            ret_words[i] = __builtin_bswap32(ret_words[i]);
    }
    *ret_port = (unsigned)strtoul(text + digits + 1, &end, 16);
    return !*end && *ret_port <= 0xffff;
}

/* "0: LOCAL REMOTE STATE TX:RX TR:WHEN RETRANSMITS UID TIMEOUT INODE …" */
static int parse_inet(char *line, bool swapped, const struct sockets_wanted *wanted,
                      struct rows *rows) {
    enum { LOCAL = 1, REMOTE, STATE, QUEUES, UID = 7, INODE = 9, FIELDS };
    char *fields[FIELDS], *end;
    uint32_t local[4], remote[4];
    unsigned local_port, remote_port;
    size_t count = 0;
    while (count < FIELDS && line)
        if (*(fields[count] = strsep(&line, " \t")))
            count++;
    int family = wanted->kind->family;
    if (count < FIELDS || !parse_end(fields[LOCAL], family, swapped, local, &local_port) ||
        !parse_end(fields[REMOTE], family, swapped, remote, &remote_port))
        return 0;
    unsigned long status = strtoul(fields[STATE], &end, 16);
    if (*end || (wanted->listening && !socket_listens(wanted->kind, (int)status)))
        return 0;
    struct os_socket *socket = socket_add(rows, wanted->kind);
    if (!socket)
        return -ENOMEM;
    socket->status = status < 12 ? (enum os_socket_status)status : OS_SOCKET_SYN_RECV;
    socket->send_q = strtoull(fields[QUEUES], &end, 16);
    socket->recv_q = *end ? strtoull(end + 1, NULL, 16) : 0;
    socket->uid = strtoll(fields[UID], NULL, 10);
    socket->inode = strtoull(fields[INODE], NULL, 10);
    socket_end(rows, family, local, local_port, true, &socket->laddr);
    socket_end(rows, family, remote, remote_port, false, &socket->raddr);
    return 0;
}

/* "ADDRESS: REFERENCES PROTOCOL FLAGS TYPE STATE INODE NAME", the numbers hexadecimal but INODE */
static int parse_unix(const char *line, const struct sockets_wanted *wanted, struct rows *rows) {
    unsigned flags, type, state;
    unsigned long long inode;
    int end = -1;
    if (sscanf(line, "%*s %*x %*x %x %x %x %llu%n", &flags, &type, &state, &inode, &end) < 4)
        return 0;
    bool listens = flags & UNIX_ACCEPTS;
    if (end < 0 || (wanted->listening && !listens))
        return 0;
    struct os_socket *socket = socket_add(rows, wanted->kind);
    if (!socket)
        return -ENOMEM;
    socket->type = (int)type;
    socket->inode = inode;
    socket->status = listens                   ? OS_SOCKET_LISTEN
                     : state == UNIX_CONNECTED ? OS_SOCKET_ESTABLISHED
                                               : OS_SOCKET_CLOSE;
    if (line[end] == ' ')
        socket_path(rows, line + end + 1, strlen(line + end + 1), socket);
    return 0;
}

int sockets_parse(char *text, const struct sockets_wanted *wanted, struct rows *rows) {
    char *line;
    int r = 0;
    bool swapped = wanted->kind->family != AF_UNIX && is_swapped();
    strsep(&text, "\n");
    while (r == 0 && (line = strsep(&text, "\n")))
        r = wanted->kind->family == AF_UNIX ? parse_unix(line, wanted, rows)
                                            : parse_inet(line, swapped, wanted, rows);
    return r < 0 ? r : rows->text.failed ? -ENOMEM : 0;
}

static int open_file(const struct sockets_wanted *wanted) {
    char path[32];
    if (machine_proc_is_own())
        return netns_open(wanted->netns, wanted->kind->protocol);
    if (wanted->netns)
        return -ENOTSUP;
    snprintf(path, sizeof path, "/proc/net/%s", wanted->kind->protocol);
    return machine_open(path, O_RDONLY);
}

int sockets_read(const struct sockets_wanted *wanted, struct rows *rows) {
    AUTO_STR text = STR_INIT;
    AUTO_CLOSE int fd = open_file(wanted);
    int r = fd < 0 ? fd : procfile_load_fd(fd, &text);
    return r < 0 ? r : sockets_parse(text.data, wanted, rows);
}
