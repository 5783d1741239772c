/* SPDX-License-Identifier: MIT */
/** Sockets, with the processes that have them open. */
#include "system/sockets.h"

#include "base/cancel.h"
#include "base/error.h"
#include "base/options.h"
#include "base/seam.h"
#include "system/machine.h"
#include "system/netns.h"
#include "system/network_words.h"
#include "system/socket_owners.h"
#include <netinet/in.h>
#include <osier/processes.h>
#include <sys/socket.h>

static const struct socket_kind kinds[] = {
    {OS_SOCKETS_TCP4, "tcp", AF_INET, SOCK_STREAM, IPPROTO_TCP},
    {OS_SOCKETS_TCP6, "tcp6", AF_INET6, SOCK_STREAM, IPPROTO_TCP},
    {OS_SOCKETS_UDP4, "udp", AF_INET, SOCK_DGRAM, IPPROTO_UDP},
    {OS_SOCKETS_UDP6, "udp6", AF_INET6, SOCK_DGRAM, IPPROTO_UDP},
    {OS_SOCKETS_RAW4, "raw", AF_INET, SOCK_RAW, IPPROTO_RAW},
    {OS_SOCKETS_RAW6, "raw6", AF_INET6, SOCK_RAW, IPPROTO_RAW},
    {OS_SOCKETS_UNIX, "unix", AF_UNIX, SOCK_STREAM, 0},
};
#define KINDS (OS_SOCKETS_INET | OS_SOCKETS_UNIX)

bool socket_listens(const struct socket_kind *kind, int status) {
    return status == (kind->family == AF_UNIX || kind->type == SOCK_STREAM ? OS_SOCKET_LISTEN
                                                                           : OS_SOCKET_CLOSE);
}

struct os_socket *socket_add(struct rows *rows, const struct socket_kind *kind) {
    struct os_socket *socket = rows_add(rows);
    if (socket) {
        socket->family = kind->family;
        socket->type = kind->type;
        socket->uid = -1;
        socket->pid = -1;
        socket->fd = -1;
        rows_word(rows, kind->protocol, &socket->protocol);
    }
    return socket;
}

void socket_end(struct rows *rows, int family, const void *address, unsigned port, bool always,
                struct os_socket_address *end) {
    end->port = port;
    if (port || always)
        words_ip(rows, family, address, &end->ip);
}

void socket_path(struct rows *rows, const char *name, size_t size, struct os_socket *socket) {
    char path[128];
    size = size < sizeof path ? size : sizeof path;
    if (!name || !size)
        return;
    bool abstract = name[0] == '\0';
    if (!abstract)
        size = strnlen(name, size);
    for (size_t i = 0; i < size; i++)
        path[i] = name[i] ? name[i] : '@';
    rows_text(rows, path, size, &socket->path);
}

/* What a kernel says that can't list sockets of this kind this way. */
static bool is_absent(int r) {
    return r == -ENOENT || r == -EPROTONOSUPPORT || r == -EAFNOSUPPORT || r == -EOPNOTSUPP ||
           r == -EINVAL;
}

static int list_kind(const struct sockets_wanted *wanted, bool ask, struct rows *rows) {
    int r = ask ? sockets_ask(wanted, rows) : -ENOENT;
    if (is_absent(r)) {
        r = sockets_read(wanted, rows);
        if (r == -ENOENT) /* a kernel without IPv6, say */
            r = 0;
    }
    return r;
}

static int list_kinds(int flags, unsigned fields, const char *netns, struct rows *rows) {
    bool ask = machine_proc_is_own();
    int r = 0;
    if (flags & ~(KINDS | OS_SOCKETS_LISTENING) ||
        fields & ~(unsigned)(OS_SOCKETS_OWNERS | OS_SOCKETS_NAME | OS_SOCKETS_TCP_INFO))
        return -EINVAL;
    if (!(flags & KINDS))
        flags |= KINDS;
    for (size_t i = 0; r == 0 && i < sizeof kinds / sizeof *kinds; i++) {
        const struct sockets_wanted wanted = {.kind = &kinds[i],
                                              .netns = netns,
                                              .listening = flags & OS_SOCKETS_LISTENING,
                                              .tcp_info = fields & OS_SOCKETS_TCP_INFO};
        if (flags & kinds[i].flag)
            r = list_kind(&wanted, ask, rows);
    }
    return r;
}

/* ------------------------------------------------------------------- processes */

static int compare_pids(const void *a, const void *b) {
    pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;
    return (x > y) - (x < y);
}

static int compare_pid(const void *pid, const void *info) {
    return compare_pids(pid, &((const struct os_process_info *)info)->pid);
}

/* The names of the processes that are somebody's first. */
static int load_names(const struct rows *rows, struct os_process_info **ret_infos,
                      size_t *ret_count) {
    const struct os_socket *sockets = (const void *)rows->items;
    size_t count = 0;
    AUTO_FREE pid_t *pids = mem_alloc(rows->count * sizeof *pids);
    if (!pids)
        return -ENOMEM;
    for (size_t i = 0; i < rows->count; i++)
        if (sockets[i].pid > 0)
            pids[count++] = sockets[i].pid;
    const struct os_processes_options options = {
        .size = sizeof options, .threads = 1, .pids = pids, .pids_count = count};
    *ret_infos = os_processes(OS_PROCESS_NAME, &options, ret_count);
    return *ret_infos ? 0 : seam_failure();
}

static int name_owners(struct rows *rows) {
    AUTO_FREE struct os_process_info *infos = NULL;
    size_t count;
    int r = load_names(rows, &infos, &count);
    for (size_t i = 0; r == 0 && i < rows->count; i++) {
        struct os_socket *socket = (struct os_socket *)(void *)rows->items + i;
        const struct os_process_info *info =
            bsearch(&socket->pid, infos, count, sizeof *infos, compare_pid);
        if (!info || !info->name)
            continue;
        socket->valid |= OS_SOCKETS_NAME;
        rows_text(rows, info->name, strlen(info->name), &socket->name);
    }
    return r;
}

/* Of a record that has owners, and of none that has not where these alone are wanted. */
static bool add_owners(struct rows *rows, struct os_socket *socket, const struct socket_owners *o,
                       bool alone) {
    size_t count = 0;
    const struct socket_owner *first = owners_find(o, socket->inode, &count);
    if (!first || !socket->inode)
        return !alone;
    socket->valid |= OS_SOCKETS_OWNERS;
    socket->pid = first->owner.pid;
    socket->fd = first->owner.fd;
    socket->owners_count = count;
    rows_array(rows, &socket->owners);
    for (size_t i = 0; i < count; i++)
        str_append(&rows->text, (const char *)&first[i].owner, sizeof first->owner);
    return true;
}

static int find_owners(struct rows *rows, unsigned fields,
                       const struct os_sockets_options *options) {
    AUTO_OWNERS owners = {0};
    struct os_socket *sockets = (void *)rows->items;
    size_t kept = 0;
    int r = owners_load(&owners, options->pids, options->pids_count);
    for (size_t i = 0; r == 0 && i < rows->count; i++) {
        sockets[kept] = sockets[i];
        kept += add_owners(rows, &sockets[kept], &owners, options->pids);
    }
    if (r < 0)
        return r;
    rows->count = kept;
    return fields & OS_SOCKETS_NAME ? name_owners(rows) : 0;
}

static int read_sockets(int flags, unsigned fields, const struct os_sockets_options *given,
                        const char **reterr_netns, struct os_socket **ret_sockets,
                        size_t *ret_count) {
    static const size_t places[] = {offsetof(struct os_socket, protocol),
                                    offsetof(struct os_socket, laddr.ip),
                                    offsetof(struct os_socket, raddr.ip),
                                    offsetof(struct os_socket, path),
                                    offsetof(struct os_socket, name),
                                    offsetof(struct os_socket, owners),
                                    SIZE_MAX};
    struct os_sockets_options options;
    AUTO_ROWS rows = {.size = sizeof **ret_sockets};
    int r = options_copy(&options, sizeof options, given);
    if (r == 0 && options.pids_count && !options.pids)
        r = -EINVAL;
    if (r == 0 && options.netns) { /* one that isn't there must not look like an absent list */
        *reterr_netns = options.netns;
        r = netns_check(options.netns);
    }
    if (r == 0)
        r = list_kinds(flags, fields, options.netns, &rows);
    if (r == 0 && (fields & (OS_SOCKETS_OWNERS | OS_SOCKETS_NAME) || options.pids))
        r = find_owners(&rows, fields, &options);
    return r < 0 ? r : rows_take(&rows, places, ret_sockets, ret_count);
}

struct os_socket *os_sockets(int flags, unsigned fields, const struct os_sockets_options *options,
                             size_t *ret_count) {
    UNCANCELLED;
    struct os_socket *sockets = NULL;
    const char *netns = NULL;
    int r = read_sockets(flags, fields, options, &netns, &sockets, ret_count);
    return PUBLIC_POINTER(r, sockets, "sockets", netns, NULL);
}
