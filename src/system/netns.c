/* SPDX-License-Identifier: MIT */
/** What is opened in another network namespace: by a thread that enters it, opens it there and ends.
 *
 *  A namespace is a thread's own, and a descriptor stays with the one that it was opened in. So the
 *  caller never leaves its own, and can't be left behind in another.
 */
#include "system/netns.h"

#include "base/seam.h"
#include "base/str.h"
#include "system/machine.h"
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/socket.h>

/* What is to be opened: the file, or a socket where that is NULL. */
struct wanted {
    int netns; /* the namespace's descriptor */
    const char *file;
    int family, type, protocol;
};

static int open_wanted(const struct wanted *w) {
    if (!w->file)
        return SYS(socket, w->family, w->type | SOCK_CLOEXEC, w->protocol);
    AUTO_STR path = STR_INIT;
    str_append_text(&path, "/proc/thread-self/net/");
    str_append_text(&path, w->file);
    return path.failed ? -ENOMEM : SYS(open, path.data, O_RDONLY | O_CLOEXEC);
}

static void *open_inside(void *argument) {
    const struct wanted *w = argument;
    int r = SYS(setns, w->netns, CLONE_NEWNET);
    return (void *)(intptr_t)(r < 0 ? r : open_wanted(w));
}

/* With every signal blocked: no handler is to run in a thread that has parted from the rest. */
static int open_in_thread(struct wanted *w) {
    pthread_t thread;
    sigset_t all, before;
    void *result = NULL;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int r = SYS_NUMBER(pthread_create, &thread, NULL, open_inside, w);
    if (r == 0)
        pthread_join(thread, &result);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return r < 0 ? r : (int)(intptr_t)result;
}

static int open_path(const char *before, const char *name, const char *behind) {
    AUTO_STR path = STR_INIT;
    str_append_text(&path, before);
    str_append_text(&path, name);
    str_append_text(&path, behind);
    return path.failed ? -ENOMEM : SYS(open, path.data, O_RDONLY | O_CLOEXEC);
}

/* A path has a slash; else it is a name, as ip-netns(8) makes them, or a process's number. */
static int open_netns(const char *netns) {
    if (strchr(netns, '/'))
        return open_path("", netns, "");
    int fd = *netns ? open_path("/run/netns/", netns, "") : -ENOENT;
    if (fd == -ENOENT && *netns && strspn(netns, "0123456789") == strlen(netns))
        fd = open_path("/proc/", netns, "/ns/net");
    return fd;
}

int netns_check(const char *netns) {
    int r = machine_is_live();
    AUTO_CLOSE int fd = r < 0 ? r : open_netns(netns);
    return fd < 0 ? fd : 0;
}

static int open_there(const char *netns, struct wanted *w) {
    int r = machine_is_live();
    if (r < 0 || !netns)
        return r < 0 ? r : open_wanted(w);
    AUTO_CLOSE int fd = open_netns(netns);
    w->netns = fd;
    return fd < 0 ? fd : open_in_thread(w);
}

int netns_socket(const char *netns, int family, int type, int protocol) {
    return open_there(
        netns, &(struct wanted){.netns = -1, .family = family, .type = type, .protocol = protocol});
}

int netns_open(const char *netns, const char *name) {
    return open_there(netns, &(struct wanted){.netns = -1, .file = name});
}
