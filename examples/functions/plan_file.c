/* SPDX-License-Identifier: MIT */
/* Saves a plan for somebody to approve, loads it, and sees that what it rests on has changed. */
#include <osier.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    os_write_file("app.ini", "port=80\n", 8, NULL);
    struct os_plan *plan = os_plan(NULL);
    if (!plan || os_plan_write_file(plan, "app.ini", "port=90\n", 8, NULL) < 0 ||
        os_plan_save(plan, "app.plan") < 0) {
        os_perror("plan");
        return 1;
    }
    const struct os_plan_entry *entries;
    size_t count, size;
    if (os_plan_entries(plan, &entries, &count) == 0)
        printf("%zu place\n", count);
    os_autofree char *approved = os_plan_digest(plan);
    os_autofree char *text = os_plan_text(plan, &size); /* what the file holds */
    os_plan_close(plan);

    struct os_plan *loaded = os_plan_load("app.plan");
    os_autofree char *digest = os_plan_digest(loaded);
    printf("the same: %d, applicable: %d\n", strcmp(digest, approved) == 0,
           os_plan_check(loaded) == 0);
    os_write_file("app.ini", "port=8080\n", 10, NULL); /* by somebody else */
    const struct os_plan_refusal *refusals;
    if (os_plan_refusals(loaded, &refusals, &count) == 0)
        printf("forbidden: %zu\n", count);
    const struct os_plan_conflict *conflicts;
    if (os_plan_check(loaded) < 0)
        printf("conflicts: %zu\n", os_plan_conflicts(loaded, &conflicts));
    os_plan_close(loaded);
    return !text;
}

/* It prints:
 *     1 place
 *     the same: 1, applicable: 1
 *     forbidden: 0
 *     conflicts: 1
 */
