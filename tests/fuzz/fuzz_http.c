/* SPDX-License-Identifier: MIT */
/** libFuzzer over the answers of web servers, which come in pieces: each is judged, whatever it is. */
#include "fuzz.h"

#include "state/assertion.h"

#include <poll.h>
#include <sys/socket.h>

int __wrap_connect(int fd, const struct sockaddr *address, socklen_t size);
int __wrap_ppoll(struct pollfd *list, nfds_t count, const struct timespec *time,
                 const sigset_t *mask);
ssize_t __wrap_send(int fd, const void *data, size_t size, int flags);
ssize_t __wrap_recv(int fd, void *data, size_t size, int flags);

static const uint8_t *answer;
static size_t left, piece;

int __wrap_connect(int fd, const struct sockaddr *address, socklen_t size) {
    (void)fd, (void)address, (void)size;
    return 0;
}
int __wrap_ppoll(struct pollfd *list, nfds_t count, const struct timespec *time,
                 const sigset_t *mask) {
    (void)time, (void)mask;
    list->revents = list->events;
    return (int)count;
}
ssize_t __wrap_send(int fd, const void *data, size_t size, int flags) {
    (void)fd, (void)data, (void)flags;
    return (ssize_t)size;
}
ssize_t __wrap_recv(int fd, void *data, size_t size, int flags) {
    (void)fd, (void)flags;
    size = size < piece ? size : piece;
    size = size < left ? size : left;
    memcpy(data, answer, size);
    answer += size;
    left -= size;
    return (ssize_t)size;
}

/* The first byte says how much comes at once, the second whether a text is looked for. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2)
        return 0;
    struct assertion a = {.host = "127.0.0.1",
                          .named_host = "a",
                          .path = "/",
                          .port = 80,
                          .status = 200,
                          .timeout = 60,
                          .text = data[1] & 1 ? "ok" : NULL};
    const struct resource resource = {.assertion = &a};
    struct judgement judgement = {.warns = false};
    answer = data + 2;
    left = size - 2;
    piece = 1 + data[0];
    HOLDS(judge_http(&resource, &judgement) == 0);
    HOLDS(judgement.what.size || judgement.perfdata.size); /* it is not so, or took that long */
    str_free(&judgement.what);
    str_free(&judgement.perfdata);
    return 0;
}
