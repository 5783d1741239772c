/* SPDX-License-Identifier: MIT */
/** The caller's side of a supervisor: starting it, talking to it, waiting for its end. */
#include "process/contain.h"

#include "base/procfile.h"
#include "base/raw.h"
#include "base/seam.h"
#include "process/clone.h"
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_NEWPID
#define CLONE_NEWPID 0x20000000
#endif

/* Elsewhere it is a fork: nobody has seen it run there, and ThreadSanitizer writes down what each
 * thread does in memory that belongs to it. */
#if defined __x86_64__ && !defined __SANITIZE_THREAD__
#define SHARES_MEMORY RAW_CALLS
#else
#define SHARES_MEMORY false
#endif

enum { STACK = 256 * 1024 };

/* A copy of the caller, where its memory can't be shared. */
static pid_t fork_supervisor(struct supervision *supervision) {
    pid_t pid = SYS(kernel_fork_unseen);
    if (pid == -EINVAL) /* emulators of processors know one kind only */
        pid = SYS(fork);
    if (pid == 0)
        supervise(supervision);
    return pid;
}

static pid_t clone_supervisor(struct supervisor *s, struct supervision *supervision) {
    struct clone_how how = {.cgroup = -1};
    if (supervision->kind == SUPERVISOR_NAMESPACE)
        how.flags |= CLONE_NEWPID;
    if (!supervision->shares && supervision->kind != SUPERVISOR_NAMESPACE)
        return fork_supervisor(supervision);
    if (!supervision->shares)
        return -ENOSYS;
    char *stack = s->block;
    return clone_child(supervise, supervision, stack + 4096, STACK - 4096, &how);
}

static int map_block(struct supervisor *s) {
    void *block = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED)
        return -1;
    s->block = block;
    s->size = STACK;
    return 0;
}

/* Has everything ready for it, with all signals blocked: the caller must not run a handler until
 * the program has started, as both use the same errno. */
static int launch(struct supervisor *s, struct supervision *supervision, int *ret_theirs) {
    int ends[2];
    int r = SYS(socketpair, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
    if (r < 0)
        return r;
    s->control = ends[0];
    supervision->other = ends[0];
    *ret_theirs = supervision->control = ends[1];
    supervision->host = SYS(kernel_pidfd_open, getpid(), 0);
    r = SYS(map_block, s);
    if (r < 0)
        return r;
    pid_t pid = clone_supervisor(s, memcpy(s->block, supervision, sizeof *supervision));
    if (pid < 0)
        return pid;
    s->pid = pid;
    return 0;
}

int supervisor_hear(const struct supervisor *s, struct supervisor_message *ret_message) {
    ssize_t got = SYS(recv, s->control, ret_message, sizeof *ret_message, MSG_DONTWAIT);
    return got < 0 ? (int)got : got == sizeof *ret_message;
}

/* The first answer, which brings a descriptor of the program. */
static int hear_start(const struct supervisor *s, struct supervisor_message *message,
                      int *ret_pidfd) {
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = {message, sizeof *message};
    struct msghdr packet = {.msg_iov = &part,
                            .msg_iovlen = 1,
                            .msg_control = control.room,
                            .msg_controllen = sizeof control.room};
    ssize_t got = SYS(recvmsg, s->control, &packet, MSG_CMSG_CLOEXEC);
    if (got != sizeof *message)
        return got < 0 ? (int)got : -ECHILD; /* somebody has killed it */
    struct cmsghdr *header = CMSG_FIRSTHDR(&packet);
    if (header && header->cmsg_type == SCM_RIGHTS)
        memcpy(ret_pidfd, CMSG_DATA(header), sizeof *ret_pidfd);
    return 0;
}

/* In a namespace the process has another number than here. */
static pid_t pid_behind(int pidfd, pid_t fallback) {
    char path[40], text[512];
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", pidfd);
    ssize_t got = procfile_read(path, text, sizeof text);
    const char *field = got > 0 ? procfile_field(text, "Pid:") : NULL;
    return field ? (pid_t)strtol(field, NULL, 10) : fallback;
}

static int start_below(struct supervisor *s, pid_t *ret_pid, int *ret_pidfd,
                       struct spawn_failure *reterr_failure) {
    struct supervisor_message message;
    int r = (int)SYS(write, s->control, "", 1);
    if (r >= 0)
        r = hear_start(s, &message, ret_pidfd);
    if (r < 0)
        return r;
    if (message.word == SUPERVISOR_FAILED) {
        *reterr_failure = message.failure;
        return message.failure.error;
    }
    *ret_pid = message.status;
    return 0;
}

int supervisor_start(struct supervisor *s, const struct spawn *spawn, enum supervisor_kind kind,
                     int64_t grace_ns, pid_t *ret_pid, int *ret_pidfd,
                     struct spawn_failure *reterr_failure) {
    struct supervision supervision = {
        .spawn = spawn,
        .kind = kind,
        .shares = SHARES_MEMORY && clone_shares_memory(),
        .grace_ns = grace_ns,
        .host = -1,
    };
    int theirs = -1;
    sigset_t all, old;
    memset(&all, 0xff, sizeof all);
    kernel_sigprocmask(SIG_SETMASK, &all, &old);
    int r = launch(s, &supervision, &theirs);
    seam_close_quietly(theirs);
    seam_close_quietly(supervision.host);
    if (r >= 0)
        r = start_below(s, ret_pid, ret_pidfd, reterr_failure);
    kernel_sigprocmask(SIG_SETMASK, &old, NULL);
    if (r < 0)
        supervisor_free(s);
    else if (kind == SUPERVISOR_NAMESPACE && *ret_pidfd >= 0)
        *ret_pid = pid_behind(*ret_pidfd, *ret_pid);
    return r;
}

int supervisor_tell(const struct supervisor *s, int sig, int64_t grace_ns) {
    const int64_t words[2] = {sig, grace_ns};
    ssize_t r = SYS(send, s->control, words, sizeof words, MSG_NOSIGNAL);
    return r == -EPIPE || r == -ECONNRESET ? 0 : r < 0 ? (int)r : 0; /* it is done */
}

void supervisor_free(struct supervisor *s) {
    int saved = errno;
    seam_close_quietly(TAKE_FD(s->control));
    while (s->pid > 0 && waitpid(s->pid, NULL, __WALL) < 0 && errno == EINTR)
        ;
    s->pid = 0;
    if (s->block)
        munmap(s->block, s->size);
    s->block = NULL;
    errno = saved;
}
