/* SPDX-License-Identifier: MIT */
/** Assertions: what a state says of a machine that no plan can make so, and os_state_check() looks at. */
#ifndef STATE_ASSERTION_H
#define STATE_ASSERTION_H

#include "state/kinds.h"

/** How much: a part of the whole in percent, or bytes. */
struct amount {
    double number;
    bool percent;
};

/** What an assertion says. */
struct assertion {
    const char *address, *user, *text, *free, *warn_free; /* as they are written */
    const struct data_value *pattern, *without, *addresses;
    bool listening;
    int64_t count, status, days, warn_days;
    double timeout; /* seconds */
    double below, warn_below;

    /* What kind->begin makes of it. */
    const char *host, *path;       /* of a URL; the path with what is asked for */
    const char *named_host;        /* as an HTTP request names it: with brackets and port */
    const char *const *list;       /* `addresses` or `pattern`, then NULL */
    const char *const *other_list; /* `without`, then NULL */
    unsigned port;
    bool udp;
    int which; /* of the three loads */
    struct amount least, warn_least;
};

/** What one look at a machine has found out already: lists that many assertions are about. */
struct seen {
    struct os_process_info *processes[2]; /* by name; with their users */
    struct os_socket *sockets[2];         /* listening: TCP, UDP */
    size_t process_count[2], socket_count[2];
};

/** What was found: nothing in `what` where it is so. */
struct judgement {
    struct seen *seen;
    struct str what;
    struct str perfdata; /* as in os_state_verdict */
    bool unknown;        /* nobody can tell: what could is missing */
    bool warns;          /* it is so, but only just: `what` says how */
};

extern const struct kind *const assertion_kinds[];

/** One that says nothing yet, the arena's; NULL without memory. */
struct assertion *new_assertion(struct os_state *state);

/** Where a member of an assertion stands, or its table. */
struct place member_place(const struct resource *resource, const char *name);

/** Takes the texts of a list, or one text, with names replaced: 0 or −errno. */
int take_texts(struct os_state *state, const struct resource *resource, const char *name,
               const struct data_value *v, const char *const **ret);

/** A port in decimal, without anything behind it; 0: it is none. */
unsigned read_port(const char *text);

/** Says why it isn't so: 0. */
int not_so(struct judgement *judgement, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** What of those that ask somebody else (reach.c, http.c). */
int begin_timeout(struct os_state *state, const struct resource *resource);
int begin_connect(struct os_state *state, struct resource *resource);
int begin_http(struct os_state *state, struct resource *resource);
/** Takes a URL apart: 0, −EINVAL, −ENOMEM. */
int http_take(struct os_state *state, struct assertion *a, const char *url);
/** Takes the chunks of a body apart, as far as they have come: 1 where the last one is there, 0 where more has to
 *  come, −EPROTO. */
int http_join_chunks(const char *text, size_t size, struct str *body);
int begin_dns(struct os_state *state, struct resource *resource);
int judge_connect(const struct resource *resource, struct judgement *judgement);
int judge_http(const struct resource *resource, struct judgement *judgement);
int judge_dns(const struct resource *resource, struct judgement *judgement);

/** The clock of deadlines, in nanoseconds. */
int64_t clock_now(void);

/** Whether two texts are one address. */
bool same_address(const char *a, const char *b);

/** Takes "HOST" or "[ADDRESS]" with ":PORT" behind it apart; without one `*ret_port` stays. −EINVAL:
 *  it is none. */
int read_host(struct os_state *state, const char *text, size_t size, const char **ret_host,
              unsigned *ret_port);

/** Connects to a host before a deadline: a socket that doesn't block, or −errno; where the name has no
 *  address −ENOENT. */
int connect_host(const char *host, unsigned port, int64_t deadline);

/** Says why nobody was reached: 0, or −ENOMEM where it was that. */
int say_unreached(const struct assertion *a, struct judgement *judgement, int r);

/** Waits until a socket can be read or written: 0, −ETIMEDOUT, −errno. */
int wait_socket(int fd, short events, int64_t deadline);

#endif
