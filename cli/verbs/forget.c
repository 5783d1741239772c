/* SPDX-License-Identifier: MIT */
/** osier forget: the room that undo needs, given back. */
#include "contract.h"
#include "frame/arguments.h"
#include "frame/message.h"
#include "frame/output.h"

#include <osier.h>
#include <stdio.h>
#include <stdlib.h>

/**
 * Frees the space that is kept for undo.
 *
 * Without IDs, it forgets transactions that are older than 30 days, beyond the last 50, or take more than 1 GiB or 5 %
 * of a file system.
 *
 * @param ids  forget only these
 * @param all  forget all transactions
 * @param now  return only when the space is free
 * @group change
 * @since 0.1
 * @shell forget [IDS...] [--all] [--now] -> custom
 */
int verb_forget(struct call *call) {
    struct os_forget_options options = {
        .size = sizeof options, .all = is_set(call, "all"), .now = is_set(call, "now")};
    uint64_t *ids = call_alloc(call, call->rest_count, sizeof *ids);
    for (size_t i = 0; ids && i < call->rest_count; i++) {
        char *end;
        ids[i] = strtoull(call->rest[i], &end, 10);
        if (*end || end == call->rest[i])
            return misuse_word(call->function, "invalid ID", call->rest[i],
                               ": not the number of a transaction");
    }
    if (call->misused)
        return STATUS_USAGE;
    options.ids = call->rest_count ? ids : NULL;
    options.count = call->rest_count;
    int count = os_forget(&options);
    if (count < 0)
        return failed();
    if (!output_style.json)
        printf("%d forgotten\n", count);
    return STATUS_YES;
}
