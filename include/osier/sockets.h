/* SPDX-License-Identifier: MIT */
/**
 * Sockets: who listens where, who is connected to whom, what TCP has measured.
 *
 * They are asked for by sock_diag(7); where the kernel lacks that for some kind, and of a recorded
 * machine, the files of /proc/net are read.
 *
 * @since 0.1
 */
#ifndef OSIER_SOCKETS_H
#define OSIER_SOCKETS_H

#include <osier/types.h>

OS_BEGIN_DECLS

/** Which sockets os_sockets() lists; 0: all. */
enum os_sockets_flags {
    OS_SOCKETS_TCP4 = 1 << 0,     /**< TCP over IPv4 */
    OS_SOCKETS_TCP6 = 1 << 1,     /**< TCP over IPv6 */
    OS_SOCKETS_UDP4 = 1 << 2,     /**< UDP over IPv4 */
    OS_SOCKETS_UDP6 = 1 << 3,     /**< UDP over IPv6 */
    OS_SOCKETS_RAW4 = 1 << 4,     /**< raw IPv4 */
    OS_SOCKETS_RAW6 = 1 << 5,     /**< raw IPv6 */
    OS_SOCKETS_UNIX = 1 << 6,     /**< sockets of this machine alone, unix(7) */
    OS_SOCKETS_TCP = 3,           /**< TCP */
    OS_SOCKETS_UDP = 12,          /**< UDP */
    OS_SOCKETS_RAW = 48,          /**< raw */
    OS_SOCKETS_INET = 63,         /**< all but those of unix(7) */
    OS_SOCKETS_LISTENING = 1 << 8 /**< those alone that wait for others, UDP: not connected */
};

/** What os_sockets() reads besides; also the bits of a record's `valid`. */
enum os_sockets_fields {
    OS_SOCKETS_OWNERS = 1 << 0,  /**< who has it open: reads all descriptors of all processes */
    OS_SOCKETS_NAME = 1 << 1,    /**< and what the first of them is called */
    OS_SOCKETS_TCP_INFO = 1 << 2 /**< what TCP has measured */
};

/** The state of a socket, as tcp(7) counts them. */
enum os_socket_status {
    OS_SOCKET_NONE = 0,        /**< unknown */
    OS_SOCKET_ESTABLISHED = 1, /**< connected */
    OS_SOCKET_SYN_SENT = 2,    /**< connecting */
    OS_SOCKET_SYN_RECV = 3,    /**< being connected to */
    OS_SOCKET_FIN_WAIT1 = 4,   /**< closed here */
    OS_SOCKET_FIN_WAIT2 = 5,   /**< closed here, which the other end knows */
    OS_SOCKET_TIME_WAIT = 6,   /**< closed at both ends, waiting for late packets */
    OS_SOCKET_CLOSE = 7,       /**< neither connected nor listening */
    OS_SOCKET_CLOSE_WAIT = 8,  /**< closed at the other end */
    OS_SOCKET_LAST_ACK = 9,    /**< closed at both ends, which the other does not know yet */
    OS_SOCKET_LISTEN = 10,     /**< waiting for connections */
    OS_SOCKET_CLOSING = 11     /**< closed at both ends at once */
};

/** One end of a connection. */
struct os_socket_address {
    const char *ip; /**< the address; NULL: none */
    unsigned port;  /**< the port, 0: none */
};

/** A process that has a socket open. */
struct os_socket_owner {
    pid_t pid; /**< the process */
    int fd;    /**< its descriptor */
};

/** What TCP has measured of a connection. */
struct os_tcp_info {
    int64_t rtt;             /**< time to the other end and back, nanoseconds [duration] */
    int64_t rttvar;          /**< how much that varies, nanoseconds [duration] */
    unsigned cwnd;           /**< packets that may be under way: the congestion window */
    unsigned mss;            /**< the largest segment that is sent, in bytes */
    unsigned pmtu;           /**< the largest packet that the way takes, in bytes */
    unsigned unacked;        /**< packets that are under way */
    unsigned lost;           /**< packets that seem to be lost */
    unsigned retransmits;    /**< packets that were sent again, since the start */
    uint64_t bytes_sent;     /**< bytes sent, those sent again included [bytes] */
    uint64_t bytes_acked;    /**< bytes that the other end has confirmed [bytes] */
    uint64_t bytes_received; /**< bytes received [bytes] */
    uint64_t delivery_rate;  /**< bytes a second, measured last [bytes] */
    int64_t idle;            /**< since data was last sent or received, nanoseconds [duration] */
};

/**
 * A socket.
 *
 * @table protocol, status, laddr.ip, laddr.port, raddr.ip, raddr.port, path, pid, name
 */
struct os_socket {
    unsigned valid;                 /**< the bits of what was read */
    const char *protocol;           /**< tcp, tcp6, udp, udp6, raw, raw6 or unix */
    int family;                     /**< AF_INET, AF_INET6 or AF_UNIX */
    int type;                       /**< SOCK_STREAM, SOCK_DGRAM … */
    enum os_socket_status status;   /**< its state */
    struct os_socket_address laddr; /**< its own end */
    struct os_socket_address raddr; /**< the other end */
    const char *path;               /**< of unix(7): its name, "@…" an abstract one; NULL: none */
    unsigned ifindex;               /**< the interface that it is bound to, 0: any */
    bool v6only;                    /**< IPv6 alone: nobody reaches it by IPv4 */
    int64_t uid;                    /**< whose it is; −1: unknown */
    uint64_t inode;                 /**< its number; 0: no process has it open any more */
    uint64_t recv_q;  /**< bytes that wait to be read; listening: connections to be accepted */
    uint64_t send_q;  /**< bytes not confirmed; listening: connections that may wait */
    pid_t pid;        /**< the first process that has it open [OS_SOCKETS_OWNERS] */
    int fd;           /**< its descriptor there [OS_SOCKETS_OWNERS] */
    const char *name; /**< the name of that process [OS_SOCKETS_NAME] */
    const struct os_socket_owner
        *owners;            /**< all that have it open, by their numbers [OS_SOCKETS_OWNERS] */
    size_t owners_count;    /**< how many */
    struct os_tcp_info tcp; /**< what TCP has measured [OS_SOCKETS_TCP_INFO] */
};

/** What os_sockets() can be told; NULL or zeros for all sockets of this network namespace. */
struct os_sockets_options {
    size_t size;       /**< sizeof(struct os_sockets_options) */
    const char *netns; /**< the network namespace, as in osier/network.h, or NULL for the own one */
    const pid_t *pids; /**< those alone that these processes have open, or NULL */
    size_t pids_count; /**< how many */
};

/**
 * The sockets of a network namespace.
 *
 * A user sees whose sockets are his own; those of others have no process. Where none is known,
 * `pid` is what `valid` says it is: not read.
 *
 * @param flags  bits of enum os_sockets_flags: which; 0: all
 * @param fields  bits of enum os_sockets_fields: what to read besides
 * @param options  where, and whose, or NULL for all
 * @param ret_count  set to how many there are
 * @return an array with all it points to in one block, to free(); NULL with errno set
 * @error EINVAL  flags, fields or options that are none
 * @error ENOENT  no such network namespace
 * @error EPERM  it is another one, and the program isn't privileged
 * @error ESRCH  one of the processes that were asked for has ended
 * @error EACCES  one of them is another user's
 * @python psutil.net_connections(kind="inet")
 * @source sock_diag(7), proc_net(5)
 * @shell os.sockets [--tcp:OS_SOCKETS_TCP] [--udp:OS_SOCKETS_UDP] [--raw:OS_SOCKETS_RAW]
 * [--unix:OS_SOCKETS_UNIX] [--listening:OS_SOCKETS_LISTENING] [--netns=NULL] -> list of socket
 */
OS_API OS_MUST_FREE OS_NONNULL(4) struct os_socket *os_sockets(
    int flags, unsigned fields, const struct os_sockets_options *options, size_t *ret_count);

OS_END_DECLS

#endif
