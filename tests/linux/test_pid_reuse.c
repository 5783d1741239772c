/* SPDX-License-Identifier: MIT */
/** A number that is used again and again, while others read and signal whoever has it: nobody is mistaken for another. */
#include "pids.h"
#include "support.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef SLOW
#define REUSES 10000
#else
#define REUSES 300
#endif

enum { NUMBER = 100, SIGNAL_A_PIDFD = 424 };

/* Who has the number in turn: each has a user of its own, and takes its name once it is that user, so that a record with
 * the name of one and the user of another has been put together of both. */
static const struct role {
    const char *name;
    uid_t user;
} roles[] = {{"victim", 64001}, {"bystander", 64002}};

static atomic_bool over;
static atomic_long looked, mixed, hit, missed;

static bool is_mixed(const struct os_process_info *info) {
    const unsigned both = OS_PROCESS_NAME | OS_PROCESS_IDS;
    for (size_t i = 0; (info->valid & both) == both && i < 2; i++)
        if (strcmp(info->name, roles[i].name) == 0 && info->uids.real == roles[!i].user)
            return true;
    return false;
}

/* By lists, and by number. */
static void *read_it(void *data) {
    (void)data;
    const pid_t number = NUMBER;
    const struct os_processes_options options = {
        .size = sizeof options, .threads = 1, .pids = &number, .pids_count = 1};
    const unsigned fields = OS_PROCESS_NAME | OS_PROCESS_IDS | OS_PROCESS_CMDLINE |
                            OS_PROCESS_MEMORY | OS_PROCESS_USERNAME;
    while (!over) {
        size_t count = 0;
        struct os_process_info *list = os_processes(fields, &options, &count);
        struct os_process_info *one = os_process_details(NUMBER, fields);
        mixed += (list && count && is_mixed(list)) || (one && is_mixed(one));
        looked += (list && count) + (one != NULL);
        free(list);
        free(one);
    }
    return NULL;
}

/* One list that is read again: its descriptors outlive those they were opened of. */
static void *watch_it(void *data) {
    (void)data;
    const pid_t number = NUMBER;
    const struct os_processes_options options = {
        .size = sizeof options, .threads = 1, .pids = &number, .pids_count = 1};
    struct os_process_watch *watch =
        os_process_watch_open(OS_PROCESS_NAME | OS_PROCESS_IDS, &options);
    while (watch && !over) {
        size_t count = 0;
        struct os_process_info *list = os_process_watch_read(watch, NULL, &count);
        mixed += list && count && is_mixed(list);
        looked += list && count;
        free(list);
    }
    os_process_watch_close(watch);
    return NULL;
}

/* Signals the victim, whom it knows by name, and nobody else: by the time of the signal another may have the number. */
static void *hunt_it(void *data) {
    (void)data;
    while (!over) {
        struct os_process *process = os_process_open(NUMBER);
        struct os_process_info *info = process ? os_process_read(process, OS_PROCESS_NAME) : NULL;
        if (info && strcmp(info->name, roles[0].name) == 0) {
            if (os_process_send_signal(process, SIGTERM) == 0)
                hit++;
            else
                missed++; /* it has ended since */
        }
        free(info);
        os_process_close(process);
    }
    return NULL;
}

static pid_t start(int last_pid, const struct role *role, const int ready[2]) {
    char text[16], byte = 0;
    int size = snprintf(text, sizeof text, "%d", NUMBER - 1);
    if (pwrite(last_pid, text, (size_t)size, 0) != size)
        return -1;
    pid_t pid = fork();
    if (pid == 0) { /* other threads may have held anything: system calls alone */
        if (syscall(SYS_setresuid, role->user, role->user, role->user) < 0 ||
            write(ready[1], "r", 1) != 1 || prctl(PR_SET_NAME, role->name) < 0)
            _exit(9); /* it is hunted from its name on */
        for (;;)
            pause();
    }
    struct pollfd wait = {.fd = ready[0], .events = POLLIN};
    return pid > 0 && poll(&wait, 1, 20000) == 1 && read(ready[0], &byte, 1) == 1 ? pid : -1;
}

/* It stays for a moment that differs from one to the next, so that its end falls anywhere in what others do. */
static void let_live(int i) {
    for (int k = 0; k < i % 7; k++)
        sched_yield();
}

static int use_again(int last_pid) {
    int ready[2];
    if (pipe2(ready, O_CLOEXEC) < 0)
        return 2;
    for (int i = 0; i < REUSES; i++) {
        const struct role *role = &roles[i % 2];
        int status = 0;
        pid_t pid = start(last_pid, role, ready);
        if (pid != NUMBER)
            return 3;
        let_live(i);
        if (role == &roles[1] && waitpid(pid, &status, WNOHANG) != 0)
            return 1; /* somebody has ended the bystander */
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
        if (role == &roles[1] && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL))
            return 1;
    }
    close(ready[0]);
    close(ready[1]);
    return 0;
}

static int in_namespace(void) {
    void *(*const all[])(void *) = {read_it, watch_it, hunt_it};
    pthread_t threads[3];
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("proc", "/proc", "proc", 0, NULL) < 0)
        return 77;
    int last_pid = open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);
    if (last_pid < 0)
        return 77;
    for (size_t i = 0; i < 3; i++)
        if (pthread_create(&threads[i], NULL, all[i], NULL) != 0)
            return 4;
    int r = use_again(last_pid);
    over = true;
    for (size_t i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    fprintf(stderr, "# %d uses of the number; %ld times looked at, %ld signals, %ld too late\n",
            REUSES, (long)looked, (long)hit, (long)missed);
    return r ? r : mixed ? 5 : looked && hit ? 0 : 6;
}

static void nobody_is_taken_for_another(void **state) {
    (void)state;
    if (syscall(SIGNAL_A_PIDFD, -1, 0, NULL, 0) < 0 && (errno == ENOSYS || errno == EPERM))
        skip(); /* a signal goes to a number there, whoever has it at that moment: see processes.h */
    in_own_pids(in_namespace);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_is_taken_for_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
