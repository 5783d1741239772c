/* SPDX-License-Identifier: MIT */
/** osier wait: until processes have ended that are nobody's children here. */
#include "contract.h"
#include "frame/arguments.h"
#include "frame/message.h"
#include "verbs/targets.h"

#include <osier.h>

/* The exit status says that the time is over, the messages for which of them. */
static int tell_left(const struct targets *targets) {
    for (size_t i = 0; i < targets->count; i++) {
        const struct target *target = &targets->items[i];
        if (!target->ended)
            complain("wait", target->name ? target->name : "", "process %d is still there",
                     (int)target->pid);
    }
    return STATUS_TIMED_OUT;
}

static int find_and_wait(struct call *call, struct targets *targets) {
    bool limited = is_set(call, "timeout");
    double timeout = limited ? arg_float(call, arg_index(call, "timeout")) : -1;
    if (call->misused)
        return STATUS_USAGE;
    if (limited && !(timeout >= 0))
        return misuse_word(call->function, "invalid TIMEOUT", arg_text(call, "timeout"),
                           ": not a number of seconds");
    int status = targets_find(call, targets);
    if (status == STATUS_YES && is_set(call, "tree"))
        status = targets_add_descendants(targets, false);
    if (status != STATUS_YES)
        return status;
    int ended = targets_await(targets, timeout);
    return ended < 0 ? failed() : ended ? STATUS_YES : tell_left(targets);
}

/**
 * Waits until processes have ended, whoever started them.
 *
 * WHOM and the options find processes as in `osier kill`. Each is then held by a handle, so a later process with the
 * same number is not waited for. A zombie has ended. A word that matches no process is an error, because it may
 * be misspelled. PID:START_TICKS, a number and when its process started, never means a later process. If --timeout
 * is over first, the exit status is 124.
 *
 * @param whom  numbers, PID:START_TICKS, and names, as `osier get procs` shows them
 * @param filter  only those for which it is true: 'rss > 1G and username == bob'; without WHOM, of all processes
 * @param port  only those with a TCP or UDP socket on this port; without WHOM, of all processes
 * @param tree  also their descendants at the time when the command starts
 * @param timeout  the longest time to wait, in seconds; no limit by default
 * @group machine
 * @since 0.1
 * @shell wait [WHOM...] [--filter=EXPRESSION] [--port=PORT] [--tree] [--timeout=SECONDS] -> custom
 */
int verb_wait(struct call *call) {
    struct targets targets = {NULL, 0, NULL, 0};
    int status = find_and_wait(call, &targets);
    targets_free(&targets);
    return status;
}
