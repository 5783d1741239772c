/* SPDX-License-Identifier: MIT */
/* Asks a plan how things will be after its steps. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    struct os_plan *plan = os_plan(NULL);
    if (!plan || os_plan_mkdir(plan, "srv", 0755) < 0 ||
        os_plan_write_file(plan, "srv/page", "<p>", 3, NULL) < 0 ||
        os_plan_symlink(plan, "page", "srv/link", 0) < 0) {
        os_perror("plan");
        return 1;
    }
    printf("%d %d %d %d %d\n", os_plan_path_exists(plan, "srv/link"),
           os_plan_path_lexists(plan, "srv/none"), os_plan_isfile(plan, "srv/link"),
           os_plan_isdir(plan, "srv"), os_plan_islink(plan, "srv/link"));
    size_t size, count;
    os_autofree char *text = os_plan_readlink(plan, "srv/link");
    os_autofree char *content = os_plan_read_file(plan, "srv/page", &size);
    os_autofree char **names = os_plan_listdir(plan, "srv");
    os_autofree char **found = os_plan_glob(plan, "srv/p*", 0);
    os_autofree struct os_plan_dir_entry *entries = os_plan_scandir(plan, "srv", &count);
    os_autofree char **attributes = os_plan_listxattr(plan, "srv/page", 0);
    os_autofree char *none = os_plan_getxattr(plan, "srv/page", "user.none", 0, &size);
    printf("%s: %s; %s %s; %s; %zu entries\n", text, content, names[0], names[1], found[0], count);
    os_plan_close(plan);
    return none || !entries || !attributes;
}

/* It prints:
 *     1 0 1 1 1
 *     page: <p>; link page; srv/page; 2 entries
 */
