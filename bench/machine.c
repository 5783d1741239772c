/* SPDX-License-Identifier: MIT */
/** Looking at a machine with 2,000 more processes that sleep and 3,800 more TCP sockets, beside programs
 *  that do no more than make the kernel say it: the same files read by the processes' directories,
 *  the kernel's list of sockets taken and thrown away, all of /proc/sys read.
 *
 *  A row is a line for each peer, as measure.h has it. For root, as the sockets are in a network
 *  namespace of their own; else there are no rows of sockets. */
#include "measure.h"

#include <osier.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PROCESSES = 2000, CONNECTIONS = 1900 };
enum { SOME = OS_PROCESS_STAT | OS_PROCESS_CMDLINE | OS_PROCESS_MEMORY | OS_PROCESS_EUID };

static void must(bool right, const char *what) {
    if (!right) {
        perror(what);
        exit(1);
    }
}

/* ------------------------------------------------------------------------------ processes */

static void start_sleepers(void) {
    for (int i = 0; i < PROCESSES; i++) {
        pid_t pid = fork();
        must(pid >= 0, "fork");
        if (pid == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            for (;;)
                pause();
        }
    }
}

static void read_below(int dir, const char *name) {
    char text[4096];
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && read(fd, text, sizeof text) == (ssize_t)sizeof text)
        ;
    close(fd);
}

/* Each process's directory opened, and the files in it read; `names` ends with NULL. */
static void bare_processes(const char *const *names, bool owner) {
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    struct stat st;
    must(proc != NULL, "/proc");
    while ((entry = readdir(proc))) {
        if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
            continue;
        int dir = openat(dirfd(proc), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        for (size_t i = 0; dir >= 0 && names[i]; i++)
            read_below(dir, names[i]);
        if (owner && dir >= 0)
            fstat(dir, &st);
        close(dir);
    }
    closedir(proc);
}

static void list(unsigned fields, int threads) {
    const struct os_processes_options options = {.size = sizeof options, .threads = threads};
    size_t count;
    struct os_process_info *processes = os_processes(fields, &options, &count);
    must(processes && count > PROCESSES, "processes");
    free(processes);
}

static struct os_process_watch *watching, *watching_some;

static struct os_process_watch *start_watch(unsigned fields) {
    const struct os_processes_options options = {.size = sizeof options, .threads = 1};
    struct os_process_watch *watch = os_process_watch_open(fields, &options);
    must(watch != NULL, "watch");
    return watch;
}

static void again(struct os_process_watch *watch) {
    size_t count;
    struct os_process_info *processes = os_process_watch_read(watch, NULL, &count);
    must(processes && count > PROCESSES, "watch");
    free(processes);
}

static const char *const stat_alone[] = {"stat", NULL};
static const char *const some[] = {"stat", "cmdline", "statm", NULL};

OPERATION(osier_stat, list(OS_PROCESS_STAT, 1))
OPERATION(bare_stat, bare_processes(stat_alone, false))
OPERATION(osier_stat_two, list(OS_PROCESS_STAT, 2))
OPERATION(osier_some, list(SOME, 1))
OPERATION(bare_some, bare_processes(some, true))
OPERATION(osier_some_two, list(SOME, 2))
OPERATION(watch_stat, again(watching))
OPERATION(watch_some, again(watching_some))

/* -------------------------------------------------------------------------------- sockets */

static bool own_network(void) {
    struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    if (unshare(CLONE_NEWNET) < 0)
        return false;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    must(fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &lo) == 0, "lo");
    close(fd);
    return true;
}

/* In another process, so that this one's descriptors stay few. */
static void make_sockets(void) {
    struct rlimit limit;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    must(bind(listener, (struct sockaddr *)&at, size) == 0 && listen(listener, 100) == 0 &&
             getsockname(listener, (struct sockaddr *)&at, &size) == 0,
         "listen");
    for (int i = 0; i < CONNECTIONS; i++)
        must(connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&at, size) == 0 &&
                 accept(listener, NULL, NULL) >= 0,
             "connect");
}

static void start_sockets(void) {
    int ready[2];
    char byte = 0;
    must(pipe(ready) == 0, "pipe");
    pid_t pid = fork();
    must(pid >= 0, "fork");
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(ready[0]);
        make_sockets();
        if (write(ready[1], "", 1) == 1)
            for (;;)
                pause();
        _exit(1);
    }
    close(ready[1]);
    must(read(ready[0], &byte, 1) == 1, "sockets");
    close(ready[0]);
}

static void osier_sockets(long times) {
    while (times-- > 0) {
        size_t count;
        struct os_socket *sockets = os_sockets(OS_SOCKETS_TCP4, 0, NULL, &count);
        must(sockets && count > CONNECTIONS * 2, "sockets");
        free(sockets);
    }
}

/* Whether the list goes on behind these bytes. */
static bool goes_on(char *buffer, ssize_t size) {
    must(size > 0, "sock_diag");
    for (struct nlmsghdr *m = (void *)buffer; NLMSG_OK(m, (size_t)size); m = NLMSG_NEXT(m, size))
        if (m->nlmsg_type == NLMSG_DONE)
            return false;
    return true;
}

static void bare_sockets(long times) {
    static _Alignas(8) char buffer[65536];
    const struct {
        struct nlmsghdr head;
        struct inet_diag_req_v2 body;
    } request = {
        .head = {sizeof request, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, 1, 0},
        .body = {.sdiag_family = AF_INET, .sdiag_protocol = IPPROTO_TCP, .idiag_states = -1}};
    while (times-- > 0) {
        int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
        must(send(fd, &request, sizeof request, 0) > 0, "sock_diag");
        while (goes_on(buffer, recv(fd, buffer, sizeof buffer, 0)))
            ;
        close(fd);
    }
}

/* --------------------------------------------------------------------------- /proc/sys */

static void osier_sysctl(long times) {
    while (times-- > 0) {
        size_t count;
        struct os_setting *all = os_settings(OS_SETTINGS_SYSCTL, NULL, OS_SETTINGS_VALUE, &count);
        must(all != NULL, "sysctl");
        free(all);
    }
}

/* As few files as osier reads: none that is only written to, and none whose reading does something. */
static void bare_tree(int dir) {
    DIR *list = fdopendir(dir);
    struct dirent *entry;
    must(list != NULL, "/proc/sys");
    while ((entry = readdir(list))) {
        char text[4096];
        if (entry->d_name[0] == '.')
            continue;
        if (entry->d_type == DT_DIR) {
            bare_tree(openat(dir, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
            continue;
        }
        if (strcmp(entry->d_name, "stat_refresh") == 0)
            continue;
        int fd = openat(dir, entry->d_name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        while (fd >= 0 && read(fd, text, sizeof text) == (ssize_t)sizeof text)
            ;
        close(fd);
    }
    closedir(list);
}

OPERATION(bare_sysctl, bare_tree(open("/proc/sys", O_RDONLY | O_DIRECTORY | O_CLOEXEC)))

int main(void) {
    static const struct operation processes[] = {
        {"processes, stat", "osier", osier_stat},
        {"processes, stat", "bare reads", bare_stat},
        {"processes, stat, 2 threads", "osier", osier_stat_two},
        {"processes, stat, 2 threads", "bare reads", bare_stat},
        {"processes, stat cmdline statm owner", "osier", osier_some},
        {"processes, stat cmdline statm owner", "bare reads", bare_some},
        {"the same, 2 threads", "osier", osier_some_two},
        {"the same, 2 threads", "bare reads", bare_some},
        {"processes again, stat", "osier", watch_stat},
        {"processes again, stat", "a fresh list", osier_stat},
        {"processes again, stat cmdline statm owner", "osier", watch_some},
        {"processes again, stat cmdline statm owner", "a fresh list", osier_some},
        {"all of /proc/sys", "osier", osier_sysctl},
        {"all of /proc/sys", "bare reads", bare_sysctl},
    };
    static const struct operation sockets[] = {
        {"3,801 TCP sockets", "osier", osier_sockets},
        {"3,801 TCP sockets", "bare dump", bare_sockets},
    };
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    start_sleepers();
    watching = start_watch(OS_PROCESS_STAT);
    watching_some = start_watch(SOME);
    measure(processes, sizeof processes / sizeof *processes);
    os_process_watch_close(watching);
    os_process_watch_close(watching_some);
    if (own_network()) {
        start_sockets();
        measure(sockets, sizeof sockets / sizeof *sockets);
    }
    return 0;
}
