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
 * Ends processes, by number, by name or by what they are like.
 *
 * Each one is held while it is looked at, signalled and waited for, so that no other process that
 * has its number by then is hit. They get SIGTERM, or another signal; with --timeout they are waited
 * for, and those that are still there then get SIGKILL. Where one of the words is no process,
 * nothing is done. By name, port or filter alone neither process 1 is meant nor this command.
 * --tree takes all that descend from them, too: they are stopped first, so that none can start
 * another one meanwhile, and go on with the signal.
 *
 * @param whom  numbers, numbers with when the process started (PID:START_TICKS), and names, as `osier get
 *               procs` shows them
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
    int status = act(call, &targets);
    targets_free(&targets);
    return status;
}
