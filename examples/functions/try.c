/* SPDX-License-Identifier: MIT */
/* Rehearses a command, looks at what it would change, drops that, and keeps it the second time. */
#include <osier.h>
#include <stdio.h>

/* The rehearsal of `words`, or NULL where none can be. */
static struct os_try *rehearse(char *const *words, uint64_t again) {
    const struct os_try_options options = {.size = sizeof options, .again = again, .timeout = 60};
    struct os_try *rehearsal = os_try_run(words, &options);
    if (!rehearsal)
        os_perror("rehearse");
    return rehearsal;
}

int main(void) {
    os_makedirs("journal", 0700, 0);
    os_putenv("OSIER_STATE", "journal"); /* not the user's own, for this example */
    os_write_file("conf", "port=80\n", 8, NULL);
    char *const *words = OS_ARGV("sh", "-c", "echo port=81 > conf; mkdir cache; exit 3");

    struct os_try *rehearsal = rehearse(words, 0);
    if (!rehearsal)
        return 77;
    const struct os_plan_entry *entries;
    const struct os_plan_conflict *conflicts;
    size_t count = 0;
    struct os_plan *plan = os_try_plan(rehearsal);
    if (!plan || os_plan_entries(plan, &entries, &count) < 0) {
        os_perror("plan");
        return 1;
    }
    printf("ended with %d%s, would change %zu places, %zu conflicts\n",
           os_try_returncode(rehearsal), os_try_timed_out(rehearsal) ? " (late)" : "", count,
           os_try_conflicts(rehearsal, &conflicts));
    printf("there is %s cache\n", os_path_exists("cache") ? "a" : "no");
    os_try_hold(rehearsal); /* what it has changed stays for another one on top */
    uint64_t first = os_try_id(rehearsal), id = 0;
    rehearsal = os_try_close(rehearsal);

    rehearsal = rehearse(OS_ARGV("grep", "-q", "81", "conf"), first);
    if (!rehearsal)
        return 77;
    if (os_try_returncode(rehearsal) == 0 && os_try_keep(rehearsal, NULL, &id) < 0) {
        os_perror("keep");
        return 1;
    }
    rehearsal = os_try_close(rehearsal);
    printf("there is %s cache\n", os_path_exists("cache") ? "a" : "no");
    if (os_undo(id, NULL, NULL) < 0)
        os_perror("undo");
    return 0;
}

/* It prints:
 *     ended with 3, would change 2 places, 0 conflicts
 *     there is no cache
 *     there is a cache
 */
