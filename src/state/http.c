/* SPDX-License-Identifier: MIT */
/** Assertions about web servers: one request of HTTP/1.1 without TLS, its status and what is in the answer. */
#include "state/assertion.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

enum { MOST_HEAD = 64 * 1024, MOST_BODY = 1024 * 1024, MOST_LINE = 16 * 1024 };

/* ------------------------------------------------------------------------------ URLs */

static int wrong_url(struct os_state *state, const struct resource *resource) {
    return problem(state, &resource->place,
                   strncmp(resource->name, "https:", 6) == 0
                       ? "'%s': only http is spoken here, without TLS; a [run] with curl can ask"
                       : "'%s' is no URL; one is \"http://127.0.0.1:8080/health\"",
                   resource->name);
}

int http_take(struct os_state *state, struct assertion *a, const char *url) {
    const char *host = url + 7;
    if (strncmp(url, "http://", 7) != 0)
        return -EINVAL;
    for (const char *c = host; *c; c++)
        if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f)
            return -EINVAL; /* such bytes would end the request's line */
    size_t size = strcspn(host, "/?#");
    a->port = 80;
    int r = read_host(state, host, size, &a->host, &a->port);
    if (r < 0)
        return r;
    const char *path = host + size;
    AUTO_STR whole = STR_INIT;
    str_printf(&whole, "%s%.*s", *path == '/' ? "" : "/", (int)strcspn(path, "#"), path);
    a->named_host = arena_text(&state->arena, host, size);
    a->path = whole.failed ? NULL : arena_text(&state->arena, whole.data, whole.size);
    return a->path && a->named_host ? 0 : -ENOMEM;
}

int begin_http(struct os_state *state, struct resource *resource) {
    struct assertion *a = resource->assertion;
    struct place status = member_place(resource, "status");
    int r = http_take(state, a, resource->name);
    if (r < 0)
        return r == -EINVAL ? wrong_url(state, resource) : r;
    if (a->status < 200 || a->status > 599)
        return problem(state, &status, "a status is a number from 200 to 599");
    return begin_timeout(state, resource);
}

/* ------------------------------------------------------------------------------ talking */

static int send_all(int fd, const char *text, size_t size, int64_t deadline) {
    while (size) {
        ssize_t sent = SYS(send, fd, text, size, MSG_NOSIGNAL);
        if (sent == -EAGAIN) {
            int r = wait_socket(fd, POLLOUT, deadline);
            if (r < 0)
                return r;
            continue;
        }
        if (sent < 0)
            return (int)sent;
        text += sent;
        size -= (size_t)sent;
    }
    return 0;
}

/* Reads more of the answer: how many bytes, 0 at the end. */
static int receive(int fd, struct str *answer, int64_t deadline) {
    char block[16 * 1024];
    for (;;) {
        int r = wait_socket(fd, POLLIN, deadline);
        if (r < 0)
            return r;
        ssize_t got = SYS(recv, fd, block, sizeof block, 0);
        if (got == -EAGAIN)
            continue;
        if (got > 0)
            str_append(answer, block, (size_t)got);
        return answer->failed ? -ENOMEM : (int)got;
    }
}

/* ------------------------------------------------------------------------------ answers */

/* An answer: its head, and how long its body is. */
struct head {
    int status;
    size_t size;   /* with the empty line */
    bool has_size; /* of the body */
    bool chunked;
    uint64_t body_size;
};

/* The value of a header field, or NULL; it ends with its line. */
static const char *field_of(const char *line, const char *name) {
    size_t size = strlen(name);
    return strncasecmp(line, name, size) == 0 && line[size] == ':'
               ? line + size + 1 + strspn(line + size + 1, " \t")
               : NULL;
}

/* Reads the head of an answer: 1; 0 where it isn't whole yet; −EPROTO. */
static int read_head(const char *text, size_t size, struct head *ret) {
    const char *end = memmem(text, size, "\r\n\r\n", 4);
    *ret = (struct head){0};
    if (!end)
        return size > MOST_HEAD ? -EPROTO : 0;
    ret->size = (size_t)(end - text) + 4;
    if (strncmp(text, "HTTP/1.", 7) != 0 || text[8] != ' ' || strspn(text + 9, "0123456789") != 3)
        return -EPROTO;
    ret->status = atoi(text + 9);
    const char *line = strstr(text, "\r\n");
    for (; line && line < end; line = strstr(line, "\r\n")) {
        line += 2;
        const char *value = field_of(line, "Content-Length");
        if (value && strspn(value, "0123456789")) {
            ret->has_size = true;
            ret->body_size = strtoull(value, NULL, 10);
        }
        value = field_of(line, "Transfer-Encoding");
        ret->chunked = ret->chunked || (value && strncasecmp(value, "chunked", 7) == 0 &&
                                        strchr(" \t\r;,", value[7]));
    }
    return 1;
}

/* The line before a chunk, from `at` to its end: how long the chunk is; −EPROTO for what is no such line. */
static int read_chunk_size(const char *at, const char *line, uint64_t *ret) {
    size_t digits = strspn(at, "0123456789abcdefABCDEF"), zeros = strspn(at, "0");
    const char *behind = at + digits + strspn(at + digits, " \t");
    if (!digits || digits - zeros > 16 || (behind != line && *behind != ';'))
        return -EPROTO;
    *ret = strtoull(at, NULL, 16);
    return 0;
}

int http_join_chunks(const char *text, size_t size, struct str *body) {
    const char *at = text, *end = text + size;
    str_truncate(body, 0);
    for (;;) {
        const char *line = memmem(at, (size_t)(end - at), "\r\n", 2);
        uint64_t length = 0;
        if (!line)
            return end - at > MOST_LINE ? -EPROTO : 0;
        if (read_chunk_size(at, line, &length) < 0)
            return -EPROTO;
        if (length == 0)
            return 1;
        at = line + 2;
        size_t left = (size_t)(end - at), have = length < left ? (size_t)length : left;
        str_append(body, at, have);
        at += have;
        if (memcmp(at, "\r\n", left - have < 2 ? left - have : 2) != 0)
            return -EPROTO; /* it goes on behind its end */
        if (left - have < 2)
            return 0;
        at += 2;
    }
}

/* Where the body is, as far as it has come: 1 where that is all of it. */
static int read_body(const struct head *head, const struct str *answer, struct str *body) {
    const char *text = answer->data + head->size;
    size_t size = answer->size - head->size;
    if (head->chunked)
        return http_join_chunks(text, size, body);
    str_truncate(body, 0);
    bool whole = head->has_size && size >= head->body_size;
    str_append(body, text, whole ? (size_t)head->body_size : size);
    return whole;
}

/* Skips answers before the real one (103 Early Hints). */
static int receive_head(int fd, struct str *answer, int64_t deadline, struct head *ret) {
    for (;;) {
        int r = answer->size ? read_head(answer->data, answer->size, ret) : 0;
        if (r > 0 && ret->status >= 100 && ret->status < 200) {
            memmove(answer->data, answer->data + ret->size, answer->size - ret->size);
            str_truncate(answer, answer->size - ret->size);
            continue;
        }
        if (r != 0)
            return r;
        r = receive(fd, answer, deadline);
        if (r <= 0)
            return r < 0 ? r : -EPROTO;
    }
}

/* Whether the text is in the body: 1, 0, −errno. No more is read than it takes. */
static int find_text(int fd, const struct head *head, struct str *answer, const char *text,
                     int64_t deadline) {
    AUTO_STR body = STR_INIT;
    for (;;) {
        int whole = read_body(head, answer, &body);
        if (whole < 0 || body.failed)
            return body.failed ? -ENOMEM : whole;
        if (body.size ? memmem(body.data, body.size, text, strlen(text)) != NULL : !*text)
            return 1;
        if (whole || answer->size > MOST_BODY)
            return 0;
        int r = receive(fd, answer, deadline);
        if (r <= 0)
            return r < 0 ? r : head->chunked || head->has_size ? -EPROTO : 0;
    }
}

static int judge_answer(const struct assertion *a, struct judgement *judgement, int fd,
                        int64_t deadline) {
    AUTO_STR request = STR_INIT, answer = STR_INIT;
    struct head head;
    str_printf(&request,
               "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: osier\r\nAccept: */*\r\n"
               "Connection: close\r\n\r\n",
               a->path, a->named_host);
    int r = request.failed ? -ENOMEM : send_all(fd, request.data, request.size, deadline);
    if (r >= 0)
        r = receive_head(fd, &answer, deadline, &head);
    if (r < 0)
        return r;
    if (head.status != a->status)
        return not_so(judgement, "the status is %d, not %lld", head.status, (long long)a->status);
    if (!a->text)
        return 0;
    r = find_text(fd, &head, &answer, a->text, deadline);
    return r == 0 ? not_so(judgement, "'%s' isn't in the answer", a->text) : r;
}

int judge_http(const struct resource *resource, struct judgement *judgement) {
    const struct assertion *a = resource->assertion;
    int64_t began = clock_now(), deadline = began + (int64_t)(a->timeout * 1e9);
    AUTO_CLOSE int fd = connect_host(a->host, a->port, deadline);
    if (fd < 0)
        return say_unreached(a, judgement, fd);
    int r = judge_answer(a, judgement, fd, deadline);
    if (r == -EPROTO)
        return not_so(judgement, "the answer isn't HTTP, or ends too early");
    if (r < 0)
        return say_unreached(a, judgement, r);
    str_printf(&judgement->perfdata, "%.6fs;;%g;0;", (double)(clock_now() - began) / 1e9,
               a->timeout);
    return 0;
}
