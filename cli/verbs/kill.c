/* SPDX-License-Identifier: MIT */
/** osier kill: signals for processes that are found by what they are, and their end awaited. */
#include "contract.h"
#include "frame/arguments.h"
#include "frame/message.h"
#include "frame/output.h"
#include "verbs/targets.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

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

/* What was stopped meanwhile goes on once it has the signal. */
static int end_all(struct targets *targets, int sig, double timeout, bool stopped) {
    const double enough = 10; /* for what SIGKILL ends */
    int status = send(targets, sig);
    if (stopped && sig != SIGSTOP)
        targets_signal(targets, 0, SIGCONT);
    int ended = timeout < 0 ? 1 : targets_await(targets, timeout);
    if (ended != 0)
        return ended < 0 ? failed() : status;
    int killed = send(targets, SIGKILL);
    ended = targets_await(targets, enough);
    if (ended == 0)
        return complain("kill", NULL, "a process doesn't end, even by SIGKILL");
    return ended < 0 ? failed() : status ? status : killed;
}

static int act(struct call *call, struct targets *targets) {
    int sig = option_number(call, "signal", SIGTERM);
    double timeout = is_set(call, "timeout") ? arg_float(call, arg_index(call, "timeout")) : -1;
    if (call->misused)
        return STATUS_USAGE;
    bool dry = is_set(call, "dry-run"), tree = is_set(call, "tree");
    int status = targets_find(call, targets);
    if (status == STATUS_YES && tree)
        status = targets_add_descendants(targets, !dry);
    if (status == STATUS_YES)
        status = dry ? list(targets) : end_all(targets, sig, timeout, tree);
    return status;
}

/**
 * Ends processes, by number, name, port or filter.
 *
 * Each process is held by a handle, so a later process with the same number gets no signal. The signal is SIGTERM,
 * or the one given. With --timeout the command waits for the processes, and sends SIGKILL to those that are left. If
 * a word matches no process, no signal is sent. A name, port or filter never matches process 1 or this command.
 * With --tree the descendants get the signal too: all are stopped first, so that none can start another one, and
 * continue with the signal.
 *
 * @param whom  numbers, PID:START_TICKS (a number and when its process started), and names, as `osier get procs` shows
 *               them
 * @param filter  only those for which it is true: 'rss > 1G and username == bob'; without WHOM, of all processes
 * @param port  only those with a TCP or UDP socket on this port; without WHOM, of all processes
 * @param tree  also their children, the children of these, and so on
 * @param signal  the signal, SIGTERM by default
 * @param timeout  wait until they have ended, and send SIGKILL after so many seconds
 * @param dry_run  list them, and send no signal
 * @group machine
 * @since 0.1
 * @shell kill [WHOM...] [--filter=EXPRESSION] [--port=PORT] [--tree] [-s|--signal=SIGNAL] [--timeout=SECONDS] [--dry-run] -> custom
 */
int verb_kill(struct call *call) {
    struct targets targets = {NULL, 0, NULL, 0};
    int status = act(call, &targets);
    targets_free(&targets);
    return status;
}
