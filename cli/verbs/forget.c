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
 * Gives back the room that is taken by what undo needs.
 *
 * Without IDs, transactions are forgotten that are older than 30 days, beyond the last 50, or take
 * more than 1 GiB or 5 % of a file system.
 *
 * @param ids  these, and no others
 * @param all  everything
 * @param now  don't come back before the room is free
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
            return misuse_word(call->function, "no transaction's number:", call->rest[i], "");
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
