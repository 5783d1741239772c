/* SPDX-License-Identifier: MIT */
/** Which processes a verb is about: by number, name, filter, port and descent. */
#include "verbs/targets.h"
#include "contract.h"
#include "frame/arguments.h"
#include "frame/filter.h"
#include "frame/message.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Whether the word is the number of this process, alone or with a colon and when it was started, which
 * makes it the only one that ever had it. */
static bool is_number_of(const char *word, pid_t pid, uint64_t start) {
    char plain[16], exact[40];
    snprintf(plain, sizeof plain, "%d", (int)pid);
    snprintf(exact, sizeof exact, "%d:%llu", (int)pid, (unsigned long long)start);
    return strcmp(word, plain) == 0 || strcmp(word, exact) == 0;
}

/* Whether one of the words is its number or its name. By name nobody means process 1, this one, or
 * a thread of the kernel. */
static bool is_named(const struct call *call, const struct os_process_info *info) {
    bool special = info->pid == 1 || info->pid == getpid() || info->kernel_thread;
    bool named = call->rest_count == 0 && !special;
    for (size_t i = 0; !named && i < call->rest_count; i++)
        named = is_number_of(call->rest[i], info->pid, info->start_ticks) ||
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
        *target = (struct target){process, pid, info->start_ticks,
                                  strdup(info->name ? info->name : ""), false};
    else
        os_process_close(process);
    free(info);
    return meant;
}

static int find_processes(struct call *call, const struct filter *filter, struct targets *targets) {
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
        for (size_t j = 0; targets->items && j < targets->count; j++) {
            const struct target *target = &targets->items[j];
            found |= is_number_of(call->rest[i], target->pid, target->start_ticks) ||
                     (target->name && strcmp(call->rest[i], target->name) == 0);
        }
        if (!found)
            return complain(call->function->name, call->rest[i], "no such process");
    }
    if (targets->count)
        return STATUS_YES;
    return complain(call->function->name, NULL,
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
        return misuse_word(call->function, "invalid PORT", arg_text(call, "port"),
                           ": not from 1 to 65535");
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
        items[targets->count++] = (struct target){process, pid, info->start_ticks,
                                                  strdup(info->name ? info->name : ""), false};
    } else {
        os_process_close(process);
    }
    free(info);
    return items != NULL;
}

void targets_signal(const struct targets *targets, size_t first, int sig) {
    for (size_t i = first; i < targets->count; i++)
        os_process_send_signal(targets->items[i].process, sig);
}

int targets_add_descendants(struct targets *targets, bool stop) {
    size_t seen = 0, count;
    while (seen < targets->count) {
        if (stop)
            targets_signal(targets, seen, SIGSTOP);
        seen = targets->count;
        struct os_process_info *all = os_processes(OS_PROCESS_STAT, NULL, &count);
        if (!all) {
            int status = failed();
            targets_signal(targets, 0, stop ? SIGCONT : 0);
            return status;
        }
        for (size_t i = 0; i < count; i++)
            if (is_child(targets, &all[i]))
                add_child(targets, all[i].pid);
        free(all);
    }
    return STATUS_YES;
}

static int find_all(struct call *call, const struct filter *filter, struct targets *targets) {
    int status = is_set(call, "port") ? find_sockets(call, targets) : STATUS_YES;
    if (status == STATUS_YES)
        status = find_processes(call, filter, targets);
    return status == STATUS_YES ? check_words(call, targets) : status;
}

int targets_find(struct call *call, struct targets *targets) {
    const char *text = arg_text(call, "filter");
    if (!text && !call->rest_count && !is_set(call, "port"))
        return misuse(call->function, "name processes, or give a --filter or a --port");
    struct filter *filter = text ? filter_read(call, &record_os_process_info, text) : NULL;
    int status = text && !filter ? STATUS_USAGE : find_all(call, filter, targets);
    filter_free(filter);
    return status;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

int targets_await(struct targets *targets, double seconds) {
    double end = now() + seconds;
    int all = 1, r = 0;
    for (size_t i = 0; i < targets->count && r >= 0; i++) {
        struct target *target = &targets->items[i];
        double left = end - now();
        if (target->ended)
            continue;
        r = os_process_wait(target->process, seconds < 0 ? -1 : left > 0 ? left : 0, NULL);
        target->ended = r > 0;
        all &= target->ended;
    }
    return r < 0 ? r : all;
}

void targets_free(struct targets *targets) {
    for (size_t i = 0; i < targets->count; i++) {
        os_process_close(targets->items[i].process);
        free(targets->items[i].name);
    }
    free(targets->items);
    free(targets->sockets);
}
