/* SPDX-License-Identifier: MIT */
/** Assertions about others: names that have addresses, and addresses that can be connected to. */
#include "state/assertion.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <osier/run.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { LONGEST = 3600 }; /* seconds */

/* ------------------------------------------------------------------------------ deadlines */

int64_t clock_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int poll_before(struct pollfd *wait, int64_t deadline) {
    int64_t left = deadline - clock_now();
    struct timespec t = {.tv_sec = left > 0 ? left / 1000000000 : 0,
                         .tv_nsec = left > 0 ? left % 1000000000 : 0};
    return ppoll(wait, 1, &t, NULL);
}

int wait_socket(int fd, short events, int64_t deadline) {
    struct pollfd wait = {.fd = fd, .events = events};
    if (clock_now() >= deadline) /* also where there is always a bit more to read */
        return -ETIMEDOUT;
    int r = SYS(poll_before, &wait, deadline);
    return r < 0 ? r : r ? 0 : -ETIMEDOUT;
}

int begin_timeout(struct os_state *state, const struct resource *resource) {
    struct place place = member_place(resource, "timeout");
    double timeout = resource->assertion->timeout;
    return timeout > 0 && timeout <= LONGEST
               ? 0
               : problem(state, &place, "a timeout is in seconds, more than 0 and at most %d",
                         LONGEST);
}

/* ------------------------------------------------------------------------------ addresses */

struct address {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    };
    socklen_t size;
};

static bool read_address(const char *text, struct address *ret) {
    *ret = (struct address){.size = 0};
    if (inet_pton(AF_INET, text, &ret->v4.sin_addr) == 1) {
        ret->v4.sin_family = AF_INET;
        ret->size = sizeof ret->v4;
    } else if (inet_pton(AF_INET6, text, &ret->v6.sin6_addr) == 1) {
        ret->v6.sin6_family = AF_INET6;
        ret->size = sizeof ret->v6;
    }
    return ret->size > 0;
}

bool same_address(const char *a, const char *b) {
    struct address one, other;
    if (!read_address(a, &one) || !read_address(b, &other))
        return false;
    return one.any.sa_family == other.any.sa_family &&
           (one.any.sa_family == AF_INET
                ? memcmp(&one.v4.sin_addr, &other.v4.sin_addr, sizeof one.v4.sin_addr) == 0
                : memcmp(&one.v6.sin6_addr, &other.v6.sin6_addr, sizeof one.v6.sin6_addr) == 0);
}

static bool is_host_name(const char *name, size_t size) {
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)name[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '_' && !(i && (c == '-' || c == '.')))
            return false;
    }
    return size > 0 && size < 254;
}

int read_host(struct os_state *state, const char *text, size_t size, const char **ret_host,
              unsigned *ret_port) {
    struct address address;
    bool bracket = size && *text == '[';
    const char *end = bracket ? memchr(text, ']', size) : memchr(text, ':', size);
    const char *host_end = end ? end : text + size;
    if (bracket && !end)
        return -EINVAL;
    const char *host =
        arena_text(&state->arena, text + bracket, (size_t)(host_end - text) - bracket);
    const char *rest = host_end + bracket;
    char *port = arena_text(&state->arena, rest, (size_t)(text + size - rest));
    if (!host || !port)
        return -ENOMEM;
    if (bracket ? !strchr(host, ':') || !read_address(host, &address)
                : !is_host_name(host, strlen(host)))
        return -EINVAL;
    if (*port && (*port != ':' || !(*ret_port = read_port(port + 1))))
        return -EINVAL;
    *ret_host = host;
    return 0;
}

/* ------------------------------------------------------------------------------ names */

/* The addresses of a name, each once a line, as getent(1) has them: it is a program, because nothing else ends
 * getaddrinfo(3) in time. −ENOENT: it has none. */
static int look_up(const char *host, int64_t deadline, struct str *addresses) {
    int64_t left = deadline - clock_now();
    struct os_run_result result = {0};
    const struct os_run_options options = {.size = sizeof options,
                                           .in = {OS_RUN_DEVNULL},
                                           .out = {OS_RUN_PIPE},
                                           .err = {OS_RUN_DEVNULL},
                                           .capture_limit = 64 * 1024,
                                           .over_limit = OS_RUN_DROP,
                                           .timeout = (double)left / 1e9};
    if (left <= 0)
        return -ETIMEDOUT;
    if (os_run(OS_ARGV("getent", "ahosts", host), &options, &result) < 0) {
        int r = errno == ENOENT ? -ENOPKG : seam_failure();
        os_run_result_free(&result);
        return r;
    }
    const char *line = result.returncode == 0 && result.out ? result.out : "", *last = "";
    for (size_t size, length; *line; line += size) {
        size = strcspn(line, "\n");
        length = strcspn(line, " \t\n");
        if (strncmp(last, line, length + 1) != 0) /* each kind of socket has a line */
            str_printf(addresses, "%.*s\n", (int)length, line);
        last = line;
        size += line[size] == '\n';
    }
    os_run_result_free(&result);
    return addresses->failed ? -ENOMEM : addresses->size ? 0 : -ENOENT;
}

/* Takes the next address out of such lines. */
static bool next_address(const char **lines, struct address *ret) {
    char text[INET6_ADDRSTRLEN];
    while (**lines) {
        size_t size = strcspn(*lines, "\n");
        bool fits = size < sizeof text;
        memcpy(text, *lines, fits ? size : 0);
        text[fits ? size : 0] = '\0';
        *lines += size + ((*lines)[size] == '\n');
        if (read_address(text, ret))
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------------------ connecting */

static int connect_address(struct address *address, unsigned port, int64_t deadline) {
    AUTO_CLOSE int fd =
        SYS(socket, address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int number = 0;
    socklen_t size = sizeof number;
    if (fd < 0)
        return fd;
    if (address->any.sa_family == AF_INET)
        address->v4.sin_port = htons((uint16_t)port);
    else
        address->v6.sin6_port = htons((uint16_t)port);
    int r = SYS(connect, fd, &address->any, address->size);
    if (r == -EINPROGRESS) {
        r = wait_socket(fd, POLLOUT, deadline);
        if (r >= 0)
            r = SYS(getsockopt, fd, SOL_SOCKET, SO_ERROR, &number, &size);
    }
    return r < 0 ? r : number ? -number : TAKE_FD(fd);
}

int connect_host(const char *host, unsigned port, int64_t deadline) {
    AUTO_STR found = STR_INIT;
    struct address address;
    if (read_address(host, &address))
        return connect_address(&address, port, deadline);
    int r = look_up(host, deadline, &found);
    if (r < 0)
        return r;
    const char *lines = found.data;
    for (r = -ENOENT; next_address(&lines, &address);) {
        int64_t now =
            clock_now(); /* one that doesn't answer leaves half of the time to the others */
        r = connect_address(&address, port, *lines ? now + (deadline - now) / 2 : deadline);
        if (r >= 0 || r == -ENOMEM)
            break;
    }
    return r;
}

int say_unreached(const struct assertion *a, struct judgement *judgement, int r) {
    judgement->unknown =
        judgement->unknown || r == -ENOPKG; /* a program is missing that could tell */
    return r == -ENOMEM      ? r
           : r == -ETIMEDOUT ? not_so(judgement, "nothing came within %g s", a->timeout)
           : r == -ENOPKG    ? not_so(judgement, "there is no getent(1) to look up %s", a->host)
           : r == -ENOENT    ? not_so(judgement, "%s has no address", a->host)
                             : not_so(judgement, "%s", strerror(-r));
}

int begin_connect(struct os_state *state, struct resource *resource) {
    struct assertion *a = resource->assertion;
    int r = read_host(state, resource->name, strlen(resource->name), &a->host, &a->port);
    if (r == -EINVAL || (r >= 0 && !a->port))
        return problem(state, &resource->place,
                       "'%s' is nothing to connect to; it is \"10.0.0.7:5432\", \"[::1]:80\" or "
                       "\"db.example:5432\"",
                       resource->name);
    return r < 0 ? r : begin_timeout(state, resource);
}

int judge_connect(const struct resource *resource, struct judgement *judgement) {
    const struct assertion *a = resource->assertion;
    int64_t began = clock_now();
    AUTO_CLOSE int fd = connect_host(a->host, a->port, began + (int64_t)(a->timeout * 1e9));
    if (fd < 0)
        return say_unreached(a, judgement, fd);
    str_printf(&judgement->perfdata, "%.6fs;;%g;0;", (double)(clock_now() - began) / 1e9,
               a->timeout);
    return 0;
}

/* ------------------------------------------------------------------------------ DNS */

int begin_dns(struct os_state *state, struct resource *resource) {
    struct assertion *a = resource->assertion;
    if (!is_host_name(resource->name, strlen(resource->name)))
        return problem(state, &resource->place, "'%s' is no name of a machine", resource->name);
    a->host = resource->name;
    int r = a->addresses ? take_texts(state, resource, "addresses", a->addresses, &a->list) : 0;
    struct place place = member_place(resource, "addresses");
    for (const char *const *p = a->list; r >= 0 && p && *p; p++)
        if (!same_address(*p, *p))
            r = problem(state, &place, "'%s' is no address of IPv4 or IPv6", *p);
    return r < 0 ? r : begin_timeout(state, resource);
}

int judge_dns(const struct resource *resource, struct judgement *judgement) {
    const struct assertion *a = resource->assertion;
    AUTO_STR found = STR_INIT;
    int r = look_up(a->host, clock_now() + (int64_t)(a->timeout * 1e9), &found);
    if (r < 0)
        return say_unreached(a, judgement, r);
    for (const char *const *p = a->list; p && *p; p++) {
        bool there = false;
        for (char *line = found.data, *end; !there && *line; line = end + 1) {
            end = strchr(line, '\n');
            *end = '\0';
            there = same_address(line, *p);
            *end = '\n';
        }
        if (!there)
            return not_so(judgement, "%s is none of its addresses", *p);
    }
    return 0;
}
