/* SPDX-License-Identifier: MIT */
/* Applies a plan, takes it back, and looks at what was done. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    os_putenv("OSIER_STATE", "journal"); /* not the user's own, for this example */
    os_makedirs("srv/old", 0755, 0);

    struct os_plan *plan = os_plan(NULL);
    uint64_t id, undo;
    if (!plan || os_plan_rmtree(plan, "srv/old", NULL) < 0 ||
        os_plan_mkdir(plan, "srv/new", 0755) < 0 || os_plan_apply(plan, NULL, &id) < 0) {
        os_perror("apply");
        return 1;
    }
    os_plan_close(plan);
    printf("applied: %d %d\n", os_path_exists("srv/old"), os_path_exists("srv/new"));
    if (os_undo(id, NULL, &undo) < 0) {
        os_perror("undo");
        return 1;
    }
    printf("undone: %d %d\n", os_path_exists("srv/old"), os_path_exists("srv/new"));

    struct os_history *history = os_history();
    const struct os_history_entry *entry;
    while ((entry = os_history_next(history)))
        printf("%d places%s\n", (int)entry->steps, entry->undoes == id ? ", an undo" : "");
    os_history_close(history);

    printf("a journal: %d %d\n", os_plan_in_journal("srv/.osier-0"), os_plan_in_journal("srv/old"));
    plan = os_history_plan(id); /* as it was applied */
    printf("%zu steps\n", plan ? os_plan_count(plan) : 0);
    os_plan_close(plan);
    const struct os_forget_options options = {.size = sizeof options, .all = true, .now = true};
    printf("%d left half done\n", os_recover(NULL)); /* of a process that died */
    printf("%d forgotten\n", os_forget(&options));

    plan = os_plan(NULL); /* what a password is replaced by leaves no old one behind */
    os_plan_write_file(plan, "srv/password", "sesame", 6, NULL);
    os_plan_forget(plan);
    if (os_plan_apply(plan, NULL, &id) == 0)
        printf("undone: %d\n", os_undo(id, NULL, NULL));
    os_plan_close(plan);
    return 0;
}

/* It prints:
 *     applied: 0 1
 *     undone: 1 0
 *     2 places, an undo
 *     2 places
 *     a journal: 1 0
 *     2 steps
 *     0 left half done
 *     2 forgotten
 *     undone: -1
 */
