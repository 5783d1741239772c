/* SPDX-License-Identifier: MIT */
/** osier kill: signals for processes that are found by what they are, and their end awaited. */
#include "contract.h"
#include "frame/arguments.h"
#include "frame/filter.h"
#include "frame/message.h"
#include "frame/output.h"
#include "frame/record.h"

#include <errno.h>
#include <osier.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What was looked at and is meant is signalled through the same handle: never another process. */
struct target {
    struct os_process *process;
    pid_t pid;
    char *name;
    bool ended;
};

struct targets {
    struct target *items;
    size_t count;
    struct os_socket *sockets; /* those of --port, whose processes alone are meant; or NULL */
    size_t sockets_count;
};

/* The number that a word is, or 0. */
static pid_t number_of(const char *word) {
    char *end;
    long number = strtol(word, &end, 10);
    return *word && !*end && number > 0 && number <= INT32_MAX ? (pid_t)number : 0;
}

/* Whether one of the words is its number or its name. By name nobody means process 1, this one, or
 * a thread of the kernel. */
static bool is_named(const struct call *call, const struct os_process_info *info) {
    bool special = info->pid == 1 || info->pid == getpid() || info->kernel_thread;
    bool named = call->rest_count == 0 && !special;
    for (size_t i = 0; !named && i < call->rest_count; i++)
        named = number_of(call->rest[i]) == info->pid ||
                (!special && info->name && strcmp(call->rest[i], info->name) == 0);
    return named;
}

/* Whether the process that is held has one of the sockets of --port open. */
static bool has_socket(const struct targets *targets, const struct os_process *process) {
    size_t count = 0;
    bool found = !targets->sockets;
    struct os_open_file *files = found ? NULL : os_process_open_files(process, &count);
    for (size_t i = 0; !found && i < count; i++)
        for (size_t k = 0; !found && k < targets->sockets_count; k++) {
            char name[40];
            snprintf(name, sizeof name, "socket:[%llu]",
                     (unsigned long long)targets->sockets[k].inode);
            found = strcmp(files[i].path, name) == 0;
        }
    free(files);
    return found;
}

/* One that can't be read or has ended is none of those that are meant. */
static bool look_at(const struct call *call, const struct filter *filter,
                    const struct targets *targets, pid_t pid, struct target *target) {
    struct os_process *process = os_process_open(pid);
    unsigned fields = (unsigned)filter_bits(filter) | OS_PROCESS_NAME;
    struct os_process_info *info = process ? os_process_read(process, fields) : NULL;
    bool meant = info && is_named(call, info) &&
                 filter_takes(filter, &record_os_process_info, (const char *)info) &&
                 has_socket(targets, process);
    if (meant)
        *target = (struct target){process, pid, strdup(info->name ? info->name : ""), false};
    else
        os_process_close(process);
    free(info);
    return meant;
}

static int find(struct call *call, const struct filter *filter, struct targets *targets) {
    size_t count = 0;
    pid_t *pids = os_pids(&count);
    targets->items = pids ? calloc(count + 1, sizeof *targets->items) : NULL;
    for (size_t i = 0; targets->items && i < count; i++)
        targets->count += look_at(call, filter, targets, pids[i], &targets->items[targets->count]);
    free(pids);
    return targets->items ? STATUS_YES : failed();
}

/* Every number has to be there: a mistake in one is no reason to end another. */
static int check_words(const struct call *call, const struct targets *targets) {
    for (size_t i = 0; i < call->rest_count; i++) {
        bool found = false;
        for (size_t j = 0; j < targets->count; j++)
            found |= number_of(call->rest[i]) == targets->items[j].pid ||
                     (targets->items[j].name && !strcmp(call->rest[i], targets->items[j].name));
        if (!found)
            return complain("kill", call->rest[i], "no such process");
    }
    if (targets->count)
        return STATUS_YES;
    return complain("kill", NULL,
                    targets->sockets ? "no process has the port" : "no process passes the filter");
}

/* ------------------------------------------------------------------------ --port and --tree */

/* The sockets at a port of this machine that some process may have open. */
static int find_sockets(struct call *call, struct targets *targets) {
    long port = ARG_INTEGER(call, arg_index(call, "port"), long, 0);
    size_t count = 0, kept = 0;
    if (call->misused)
        return STATUS_USAGE;
    if (port < 1 || port > 65535)
        return misuse_word(call->function, "no port is", arg_text(call, "port"), "");
    struct os_socket *sockets = os_sockets(OS_SOCKETS_TCP | OS_SOCKETS_UDP, 0, NULL, &count);
    for (size_t i = 0; sockets && i < count; i++)
        if (sockets[i].laddr.port == (unsigned)port && sockets[i].inode)
            sockets[kept++] = sockets[i];
    targets->sockets = sockets;
    targets->sockets_count = kept;
    return sockets ? STATUS_YES : failed();
}

static struct target *find_target(const struct targets *targets, pid_t pid) {
    for (size_t i = 0; i < targets->count; i++)
        if (targets->items[i].pid == pid)
            return &targets->items[i];
    return NULL;
}

/* Whether it is the child of the process that is held as its parent, which had its number all the
 * time; and not this command. */
static bool is_child(const struct targets *targets, const struct os_process_info *info) {
    const struct target *parent = find_target(targets, info->ppid);
    return parent && info->pid != getpid() && !find_target(targets, info->pid) &&
           os_process_is_running(parent->process);
}

static bool add_child(struct targets *targets, pid_t pid) {
    struct os_process *process = os_process_open(pid);
    struct os_process_info *info = process ? os_process_read(process, OS_PROCESS_NAME) : NULL;
    struct target *items = NULL;
    if (info && is_child(targets, info))
        items = realloc(targets->items, (targets->count + 1) * sizeof *items);
    if (items) {
        targets->items = items;
        items[targets->count++] =
            (struct target){process, pid, strdup(info->name ? info->name : ""), false};
    } else {
        os_process_close(process);
    }
    free(info);
    return items != NULL;
}

static void signal_from(const struct targets *targets, size_t first, int sig) {
    for (size_t i = first; i < targets->count; i++)
        os_process_send_signal(targets->items[i].process, sig); /* what fails is told later */
}

/* Takes in all that descend from them. They are stopped meanwhile, so that they start no more. */
static int add_descendants(struct targets *targets, bool stop) {
    size_t seen = 0, count;
    while (seen < targets->count) {
        if (stop)
            signal_from(targets, seen, SIGSTOP);
        seen = targets->count;
        struct os_process_info *all = os_processes(OS_PROCESS_STAT, NULL, &count);
        if (!all) {
            int status = failed();
            signal_from(targets, 0, stop ? SIGCONT : 0);
            return status;
        }
        for (size_t i = 0; i < count; i++)
            if (is_child(targets, &all[i]))
                add_child(targets, all[i].pid);
        free(all);
    }
    return STATUS_YES;
}

static int list(const struct targets *targets) {
    char **lines = calloc(targets->count + 1, sizeof *lines);
    bool fine = lines != NULL;
    for (size_t i = 0; fine && i < targets->count; i++) {
        const struct target *target = &targets->items[i];
        fine = asprintf(&lines[i], "%d %s", (int)target->pid, target->name ? target->name : "") > 0;
    }
    if (fine)
        emit_list(lines);
    for (size_t i = 0; lines && lines[i]; i++)
        free(lines[i]);
    free(lines);
    return fine ? STATUS_YES : failed();
}

static int send(struct targets *targets, int sig) {
    int status = STATUS_YES;
    for (size_t i = 0; i < targets->count; i++) {
        struct target *target = &targets->items[i];
        char number[16];
        snprintf(number, sizeof number, "%d", (int)target->pid);
        if (target->ended || os_process_send_signal(target->process, sig) == 0 || errno == ESRCH)
            continue;
        status = failed_at(errno, number);
        target->ended = true; /* as far as this command can do */
    }
    return status;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* Waits for all of them: whether all have ended in time. */
static bool await(struct targets *targets, double seconds) {
    double end = now() + seconds;
    bool all = true;
    for (size_t i = 0; i < targets->count; i++) {
        struct target *target = &targets->items[i];
        double left = end - now();
        if (!target->ended)
            target->ended = os_process_wait(target->process, left > 0 ? left : 0, NULL) > 0;
        all &= target->ended;
    }
    return all;
}

/* What was stopped meanwhile goes on once it has the signal. */
static int end_all(struct targets *targets, int sig, double timeout, bool stopped) {
    const double enough = 10; /* for what SIGKILL ends */
    int status = send(targets, sig);
    if (stopped && sig != SIGSTOP)
        signal_from(targets, 0, SIGCONT);
    if (timeout < 0 || await(targets, timeout))
        return status;
    int killed = send(targets, SIGKILL);
    if (!await(targets, enough))
        return complain("kill", NULL, "a process doesn't end, even by SIGKILL");
    return status ? status : killed;
}

static int act(struct call *call, const struct filter *filter, struct targets *targets) {
    int sig = option_number(call, "signal", SIGTERM);
    double timeout = is_set(call, "timeout") ? arg_float(call, arg_index(call, "timeout")) : -1;
    if (call->misused)
        return STATUS_USAGE;
    bool dry = is_set(call, "dry-run"), tree = is_set(call, "tree");
    int status = is_set(call, "port") ? find_sockets(call, targets) : STATUS_YES;
    if (status == STATUS_YES)
        status = find(call, filter, targets);
    if (status == STATUS_YES)
        status = check_words(call, targets);
    if (status == STATUS_YES && tree)
        status = add_descendants(targets, !dry);
    if (status == STATUS_YES)
        status = dry ? list(targets) : end_all(targets, sig, timeout, tree);
    return status;
}

/**
 * Ends processes, by number, by name or by what they are like.
 *
 * Each one is held while it is looked at, signalled and waited for, so that no other process that
 * has its number by then is hit. They get SIGTERM, or another signal; with --timeout they are waited
 * for, and those that are still there then get SIGKILL. Where one of the words is no process,
 * nothing is done. By name, port or filter alone neither process 1 is meant nor this command.
 * --tree takes all that descend from them, too: they are stopped first, so that none can start
 * another one meanwhile, and go on with the signal.
 *
 * @param whom  numbers, and names as `osier get procs` shows them
 * @param filter  of these, or of all processes, those that pass: 'rss > 1G and username == bob'
 * @param port  of these, or of all processes, those that have a TCP or UDP socket at this port
 * @param tree  also their children, those of these, and so on
 * @param signal  the signal, SIGTERM unless given
 * @param timeout  wait for their end, and after so many seconds send SIGKILL
 * @param dry_run  list them, and send nothing
 * @group machine
 * @since 0.1
 * @shell kill [WHOM...] [--filter=EXPRESSION] [--port=PORT] [--tree] [-s|--signal=SIGNAL] [--timeout=SECONDS] [--dry-run] -> custom
 */
int verb_kill(struct call *call) {
    struct targets targets = {NULL, 0, NULL, 0};
    const char *text = arg_text(call, "filter");
    if (!text && !call->rest_count && !is_set(call, "port"))
        return misuse(call->function, "name processes, or give a --filter or a --port");
    struct filter *filter = text ? filter_read(call, &record_os_process_info, text) : NULL;
    int status = text && !filter ? STATUS_USAGE : act(call, filter, &targets);
    for (size_t i = 0; i < targets.count; i++) {
        os_process_close(targets.items[i].process);
        free(targets.items[i].name);
    }
    free(targets.items);
    free(targets.sockets);
    filter_free(filter);
    return status;
}
