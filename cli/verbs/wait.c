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
        return misuse_word(call->function, "no time to wait is", arg_text(call, "timeout"), "");
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
 * They are found as `osier kill` finds them, and each one is held from then on: a later process that
 * gets its number isn't waited for. A zombie has ended. Where one of the words is no process, that is an error,
 * as nothing tells whether it was ever there; a number with when its process started (PID:START_TICKS) is never
 * mistaken for a later one. With --timeout the exit status is 124 where one is still there when the time is over.
 *
 * @param whom  numbers, numbers with when the process started (PID:START_TICKS), and names, as `osier get
 *               procs` shows them
 * @param filter  of these, or of all processes, those that pass: 'rss > 1G and username == bob'
 * @param port  of these, or of all processes, those that have a TCP or UDP socket at this port
 * @param tree  also those that descend from them when the command begins
 * @param timeout  how many seconds at most; as long as it takes unless given
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
