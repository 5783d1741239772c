/* SPDX-License-Identifier: MIT */
/** Assertions about this machine itself: ports, processes, space, load, texts in files, certificates. */
#include "state/assertion.h"

#include <math.h>
#include <osier/attributes.h>
#include <osier/contents.h>
#include <osier/files.h>
#include <osier/mounts.h>
#include <osier/processes.h>
#include <osier/run.h>
#include <osier/sockets.h>
#include <osier/stat.h>
#include <osier/system.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { DEFAULT_TIMEOUT = 5, DEFAULT_DAYS = 30, MOST_DAYS = 36500 };

struct assertion *new_assertion(struct os_state *state) {
    struct assertion *a = arena_alloc(&state->arena, sizeof *a);
    if (a)
        *a = (struct assertion){.listening = true,
                                .count = -1,
                                .status = 200,
                                .days = DEFAULT_DAYS,
                                .warn_days = -1,
                                .timeout = DEFAULT_TIMEOUT,
                                .below = -1,
                                .warn_below = -1};
    return a;
}

struct place member_place(const struct resource *resource, const char *name) {
    const struct data_value *v =
        data_find(&resource->place.source->data, resource->table, name, strlen(name));
    return (struct place){resource->place.source, v ? v->at : resource->place.at};
}

int take_texts(struct os_state *state, const struct resource *resource, const char *name,
               const struct data_value *v, const char *const **ret) {
    const struct data *data = &resource->place.source->data;
    const struct data_value *item = v->type == DATA_LIST ? data_first(data, v) : v;
    size_t count = v->type == DATA_LIST ? v->in.count : 1, size;
    const char **list = arena_alloc(&state->arena, (count + 1) * sizeof *list);
    int r = list ? 0 : -ENOMEM;
    for (size_t i = 0; r >= 0 && item && i < count; i++) {
        struct place place = {resource->place.source, item->at};
        if (item->type != DATA_TEXT)
            return problem(state, &place, "%s has texts in it, not %s", name,
                           data_type_name(item->type));
        r = expand(state, &place, item->text, item->size, &list[i], &size);
        if (r >= 0 && strlen(list[i]) != size)
            r = problem(state, &place, "%s has a NUL in it", name);
        item = v->type == DATA_LIST ? data_next(data, item) : NULL;
    }
    if (r >= 0)
        *ret = list;
    return r;
}

int not_so(struct judgement *judgement, const char *format, ...) {
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int size = fault_due("malloc") ? -1 : vasprintf(&text, format, arguments);
    va_end(arguments);
    if (size < 0)
        return -ENOMEM;
    str_append(&judgement->what, text, (size_t)size);
    free(text);
    return 0;
}

/* What can't be told isn't so, but for a lack of memory. */
static int cannot_tell(struct judgement *judgement, int number) {
    return number == ENOMEM ? -ENOMEM : not_so(judgement, "%s", strerror(number));
}

/* ------------------------------------------------------------------------------ ports */

unsigned read_port(const char *text) {
    size_t digits = strspn(text, "0123456789");
    unsigned long port = digits && digits <= 5 && !text[digits] ? strtoul(text, NULL, 10) : 0;
    return port <= 65535 ? (unsigned)port : 0;
}

static int begin_port(struct os_state *state, struct resource *resource) {
    struct assertion *a = resource->assertion;
    a->udp = strncmp(resource->name, "udp:", 4) == 0;
    if (a->udp || strncmp(resource->name, "tcp:", 4) == 0)
        a->port = read_port(resource->name + 4);
    if (!a->port)
        return problem(state, &resource->place, "'%s' is no port; one is \"tcp:80\" or \"udp:53\"",
                       resource->name);
    struct place place = member_place(resource, "address");
    return a->address && !same_address(a->address, a->address)
               ? problem(state, &place, "'%s' is no address of IPv4 or IPv6", a->address)
               : 0;
}

static int judge_port(const struct resource *resource, struct judgement *judgement) {
    const struct assertion *a = resource->assertion;
    size_t found = 0, *count = &judgement->seen->socket_count[a->udp];
    int which = a->udp ? OS_SOCKETS_UDP : OS_SOCKETS_TCP;
    struct os_socket **seen = &judgement->seen->sockets[a->udp];
    if (!*seen)
        *seen = os_sockets(which | OS_SOCKETS_LISTENING, 0, NULL, count);
    const struct os_socket *list = *seen;
    if (!list)
        return cannot_tell(judgement, errno);
    for (size_t i = 0; i < *count; i++)
        found += list[i].laddr.port == a->port &&
                 (!a->address || (list[i].laddr.ip && same_address(a->address, list[i].laddr.ip)));
    if (a->listening && !found)
        return not_so(judgement, "nobody listens there%s%s", a->address ? ", at " : "",
                      a->address ? a->address : "");
    return a->listening || !found ? 0
                                  : not_so(judgement, "somebody listens there%s%s",
                                           a->address ? ", at " : "", a->address ? a->address : "");
}

/* ------------------------------------------------------------------------------ processes */

static int begin_process(struct os_state *state, struct resource *resource) {
    struct place place = member_place(resource, "count");
    if (resource->assertion->count < -1)
        return problem(state, &place, "count is a number from 0 on");
    return *resource->name
               ? 0
               : problem(state, &resource->place, "a process has a name: [process.sshd]");
}

static int judge_process(const struct resource *resource, struct judgement *judgement) {
    const struct assertion *a = resource->assertion;
    size_t found = 0, *count = &judgement->seen->process_count[a->user != NULL];
    unsigned fields = OS_PROCESS_NAME | (a->user ? OS_PROCESS_USERNAME : 0);
    struct os_process_info **seen = &judgement->seen->processes[a->user != NULL];
    if (!*seen)
        *seen = os_processes(fields, NULL, count);
    const struct os_process_info *list = *seen;
    if (!list)
        return cannot_tell(judgement, errno);
    for (size_t i = 0; i < *count; i++)
        found += *list[i].status != 'Z' && *list[i].status != 'X' && list[i].name &&
                 strcmp(list[i].name, resource->name) == 0 &&
                 (!a->user || (list[i].username && strcmp(list[i].username, a->user) == 0));
    str_printf(&judgement->perfdata, "%zu;;;0;", found);
    const char *of = a->user ? " of " : "", *user = a->user ? a->user : "";
    if (a->count < 0)
        return found ? 0 : not_so(judgement, "none%s%s is running", of, user);
    return found == (uint64_t)a->count
               ? 0
               : not_so(judgement, "%zu%s%s %s running, not %lld", found, of, user,
                        found == 1 ? "is" : "are", (long long)a->count);
}

/* ------------------------------------------------------------------------------ space */

static int read_amount(struct os_state *state, const struct resource *resource, const char *name,
                       const char *text, struct amount *ret) {
    static const char units[] = "KMGT";
    struct place place = member_place(resource, name);
    char *end;
    double number = strtod(text, &end);
    const char *unit = *end ? strchr(units, *end) : NULL;
    bool percent = strcmp(end, "%") == 0, plain = !*end || (unit && !end[1]);
    if (strspn(text, "0123456789.") != (size_t)(end - text) || end == text ||
        !(percent ? number <= 100 : plain))
        return problem(state, &place, "'%s' is no part of a disk; one is \"10%%\" or \"5G\"", text);
    for (const char *u = units; unit && u <= unit; u++)
        number *= 1024;
    *ret = (struct amount){number, percent};
    return 0;
}

static int begin_space(struct os_state *state, struct resource *resource) {
    struct assertion *a = resource->assertion;
    if (!a->free)
        return problem(state, &resource->place, "a space has a free: free = \"10%%\"");
    int r = read_amount(state, resource, "free", a->free, &a->least);
    return r < 0 || !a->warn_free
               ? r
               : read_amount(state, resource, "warn", a->warn_free, &a->warn_least);
}

static double bytes_of(const struct amount *amount, double total) {
    return amount->percent ? amount->number / 100 * total : amount->number;
}

/* A server that is no more must not hold the check up. */
static int judge_space(const struct resource *resource, struct judgement *judgement) {
    static const double timeout = 2;
    const struct assertion *a = resource->assertion;
    struct os_disk_usage_result usage;
    char warn[32] = "";
    if (os_disk_usage_timeout(resource->name, timeout, &usage) < 0)
        return cannot_tell(judgement, errno);
    double free = (double)usage.free,
           total = (double)(usage.used + usage.free); /* as df(1) has it */
    double least = bytes_of(&a->least, total), enough = bytes_of(&a->warn_least, total);
    double part = total > 0 ? free / total * 100 : 0;
    if (a->warn_free)
        snprintf(warn, sizeof warn, "%.0f:", enough);
    str_printf(&judgement->perfdata, "%.0fB;%s;%.0f:;0;%.0f", free, warn, least, total);
    judgement->warns = free >= least && a->warn_free && free < enough;
    return free >= least && !judgement->warns
               ? 0
               : not_so(judgement, "%.1fM are free, that is %.1f%%, and not %s", free / 1024 / 1024,
                        part, judgement->warns ? a->warn_free : a->free);
}

/* ------------------------------------------------------------------------------ load */

static int begin_load(struct os_state *state, struct resource *resource) {
    static const char *const names[] = {"1", "5", "15"};
    struct assertion *a = resource->assertion;
    struct place place = member_place(resource, "below"), warn = member_place(resource, "warn");
    while (a->which < 3 && strcmp(names[a->which], resource->name) != 0)
        a->which++;
    if (a->which == 3)
        return problem(state, &resource->place,
                       "a load is the average of 1, 5 or 15 minutes: [load.5]");
    if (!(a->below >= 0) || isinf(a->below))
        return problem(state, &place, "a load has a below, a number from 0 on: below = 4.0");
    return a->warn_below == -1 || (a->warn_below >= 0 && !isinf(a->warn_below))
               ? 0
               : problem(state, &warn, "warn is a number from 0 on");
}

static int judge_load(const struct resource *resource, struct judgement *judgement) {
    const struct assertion *a = resource->assertion;
    double loads[3];
    char warn[32] = "";
    if (os_getloadavg(loads) < 0)
        return cannot_tell(judgement, errno);
    double load = loads[a->which];
    if (a->warn_below >= 0)
        snprintf(warn, sizeof warn, "%g", a->warn_below);
    str_printf(&judgement->perfdata, "%.2f;%s;%g;0;", load, warn, a->below);
    judgement->warns = load < a->below && a->warn_below >= 0 && load >= a->warn_below;
    return load < a->below && !judgement->warns
               ? 0
               : not_so(judgement, "it is %.2f, and not below %g", load,
                        judgement->warns ? a->warn_below : a->below);
}

/* ------------------------------------------------------------------------------ texts in files */

static int check_patterns(struct os_state *state, const struct resource *resource, const char *name,
                          const char *const *list) {
    struct place place = member_place(resource, name);
    for (; list && *list; list++) {
        regex_t pattern;
        if (SYS_NUMBER(regcomp, &pattern, *list, REG_EXTENDED | REG_NOSUB) != 0)
            return problem(state, &place, "'%s' is no extended regular expression", *list);
        regfree(&pattern);
    }
    return 0;
}

static int begin_match(struct os_state *state, struct resource *resource) {
    struct assertion *a = resource->assertion;
    if (!a->pattern && !a->without)
        return problem(state, &resource->place, "a match has a pattern, or a without");
    int r = a->pattern ? take_texts(state, resource, "pattern", a->pattern, &a->list) : 0;
    if (r >= 0 && a->without)
        r = take_texts(state, resource, "without", a->without, &a->other_list);
    if (r >= 0)
        r = check_patterns(state, resource, "pattern", a->list);
    return r < 0 ? r : check_patterns(state, resource, "without", a->other_list);
}

/* Whether a line of a text matches: 1, 0, −ENOMEM. */
static int has_match(const char *text, size_t size, const char *words) {
    AUTO_STR room = STR_INIT;
    regex_t pattern;
    bool found = false;
    if (SYS_NUMBER(regcomp, &pattern, words, REG_EXTENDED | REG_NOSUB) != 0)
        return -ENOMEM; /* it was right before */
    const char *at = text, *end = text + size;
    for (size_t line; !found && at < end; at += line) {
        line = line_size(at, end);
        found = line_matches(&pattern, at, line, &room);
    }
    regfree(&pattern);
    return room.failed ? -ENOMEM : found;
}

static int judge_match(const struct resource *resource, struct judgement *judgement) {
    const struct assertion *a = resource->assertion;
    struct os_stat_result st;
    size_t size;
    if (os_stat(resource->name, &st, 0) < 0)
        return cannot_tell(judgement, errno);
    if (!S_ISREG(st.st_mode)) /* a pipe would have no end */
        return not_so(judgement, "it is no regular file");
    os_autofree char *text = os_read_file(resource->name, &size);
    if (!text)
        return cannot_tell(judgement, errno);
    for (const char *const *p = a->list; p && *p; p++) {
        int r = has_match(text, size, *p);
        if (r <= 0)
            return r < 0 ? r : not_so(judgement, "no line matches '%s'", *p);
    }
    for (const char *const *p = a->other_list; p && *p; p++) {
        int r = has_match(text, size, *p);
        if (r != 0)
            return r < 0 ? r : not_so(judgement, "a line matches '%s'", *p);
    }
    return 0;
}

/* ------------------------------------------------------------------------------ certificates */

static int begin_cert(struct os_state *state, struct resource *resource) {
    const struct assertion *a = resource->assertion;
    struct place days = member_place(resource, "days"), warn = member_place(resource, "warn");
    if (a->days < 0 || a->days > MOST_DAYS)
        return problem(state, &days, "days are a number from 0 on");
    return a->warn_days >= -1 && a->warn_days <= MOST_DAYS
               ? 0
               : problem(state, &warn, "warn is a number of days, from 0 on");
}

/* Whether it is still valid in so many days: 1, 0, or −errno; −EBADMSG after saying what openssl says. */
static int is_valid(const struct resource *resource, int64_t days, struct judgement *judgement) {
    const struct os_run_options options = {.size = sizeof options,
                                           .in = {OS_RUN_DEVNULL},
                                           .out = {OS_RUN_PIPE},
                                           .err = {OS_RUN_PIPE},
                                           .capture_limit = 4096,
                                           .over_limit = OS_RUN_DROP,
                                           .timeout = 10,
                                           .new_session = true}; /* no terminal to ask for a
                                                                    password */
    struct os_run_result result = {0};
    char seconds[32];
    snprintf(seconds, sizeof seconds, "%lld", (long long)days * 86400);
    int r =
        os_run(OS_ARGV("openssl", "x509", "-noout", "-checkend", seconds, "-in", resource->name),
               &options, &result) < 0
            ? (errno == ENOENT ? -ENOPKG : seam_failure())
            : result.returncode == 0;
    /* A certificate that can't be read has the same exit status as one that ends. */
    if (r == 0 && !(result.out && memmem(result.out, result.out_size, "will expire", 11))) {
        const char *said = result.err ? result.err : "";
        r = not_so(judgement, "openssl: %.*s", (int)strcspn(said, "\n"), said) < 0 ? -ENOMEM
                                                                                   : -EBADMSG;
    }
    os_run_result_free(&result);
    return r;
}

static int judge_cert(const struct resource *resource, struct judgement *judgement) {
    const struct assertion *a = resource->assertion;
    int64_t days = a->days;
    int r = is_valid(resource, days, judgement);
    if (r > 0 && a->warn_days >= 0) {
        days = a->warn_days;
        r = is_valid(resource, days, judgement);
        judgement->warns = r == 0;
    }
    if (r == -EBADMSG)
        return 0;
    judgement->unknown = r == -ENOPKG;
    if (r < 0)
        return r == -ENOMEM   ? r
               : r == -ENOPKG ? not_so(judgement, "there is no openssl(1) to read it")
                              : not_so(judgement, "openssl: %s", strerror(-r));
    return r > 0 ? 0 : not_so(judgement, "it isn't valid for %lld days any more", (long long)days);
}

/* ------------------------------------------------------------------------------ kinds */

#define IN(member) offsetof(struct assertion, member)
#define TIMEOUT                                                                                    \
    { "timeout", REAL, IN(timeout) }

static const struct member port_members[] = {
    {"listening", FLAG, IN(listening)}, {"address", TEXT, IN(address)}, {NULL}};
static const struct member connect_members[] = {TIMEOUT, {NULL}};
static const struct member http_members[] = {
    {"status", NUMBER, IN(status)}, {"text", TEXT, IN(text)}, TIMEOUT, {NULL}};
static const struct member dns_members[] = {{"addresses", COMMAND, IN(addresses)}, TIMEOUT, {NULL}};
static const struct member process_members[] = {
    {"count", NUMBER, IN(count)}, {"user", TEXT, IN(user)}, {NULL}};
static const struct member space_members[] = {
    {"free", TEXT, IN(free)}, {"warn", TEXT, IN(warn_free)}, {NULL}};
static const struct member load_members[] = {
    {"below", REAL, IN(below)}, {"warn", REAL, IN(warn_below)}, {NULL}};
static const struct member match_members[] = {
    {"pattern", COMMAND, IN(pattern)}, {"without", COMMAND, IN(without)}, {NULL}};
static const struct member cert_members[] = {
    {"days", NUMBER, IN(days)}, {"warn", NUMBER, IN(warn_days)}, {NULL}};

static const struct kind kind_port = {"port", port_members, .named = true, .begin = begin_port,
                                      .judge = judge_port};
static const struct kind kind_connect = {"connect", connect_members, .named = true,
                                         .begin = begin_connect, .judge = judge_connect};
static const struct kind kind_http = {"http", http_members, .named = true, .begin = begin_http,
                                      .judge = judge_http};
static const struct kind kind_dns = {"dns", dns_members, .named = true, .begin = begin_dns,
                                     .judge = judge_dns};
static const struct kind kind_process = {"process", process_members, .named = true,
                                         .begin = begin_process, .judge = judge_process};
static const struct kind kind_space = {"space", space_members, .begin = begin_space,
                                       .judge = judge_space};
static const struct kind kind_load = {"load", load_members, .named = true, .begin = begin_load,
                                      .judge = judge_load};
static const struct kind kind_match = {"match", match_members, .begin = begin_match,
                                       .judge = judge_match};
static const struct kind kind_cert = {"cert", cert_members, .begin = begin_cert,
                                      .judge = judge_cert};

const struct kind *const assertion_kinds[] = {&kind_port,    &kind_connect, &kind_http, &kind_dns,
                                              &kind_process, &kind_space,   &kind_load, &kind_match,
                                              &kind_cert,    NULL};
