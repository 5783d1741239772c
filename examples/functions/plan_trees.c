/* SPDX-License-Identifier: MIT */
/* Plans what is done to whole trees, and walks through them as they will be. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    os_makedirs("site/css", 0755, 0);
    os_write_file("site/css/a.css", "", 0, NULL);
    os_makedirs("old/tmp", 0755, 0);
    struct os_plan *plan = os_plan(NULL);
    if (!plan || os_plan_copytree(plan, "site", "copy", NULL) < 0 ||
        os_plan_chmodtree(plan, "copy", 0600, 0700, NULL) < 0 ||
        os_plan_chowntree(plan, "copy", os_getuid(), os_getgid(), NULL) < 0 ||
        os_plan_move(plan, "copy", "public", NULL) < 0 || os_plan_rmtree(plan, "old", NULL) < 0) {
        os_perror("plan");
        return 1;
    }
    struct os_plan_walk *walk = os_plan_walk(plan, "public", NULL);
    struct os_walk_entry *at;
    while ((at = os_plan_walk_next(walk)))
        printf("%s\n", at->dirpath);
    os_plan_walk_close(walk);
    os_plan_close(plan);
    return 0;
}

/* It prints:
 *     public
 *     public/css
 */
