/* SPDX-License-Identifier: MIT */
/* Plans a new release, shows what would be different, and changes nothing. */
#include <osier.h>
#include <stdio.h>

static int show(const char *text, size_t size, void *data) {
    size_t *lines = data; /* a program would print it: fwrite(text, 1, size, stdout) */
    for (size_t i = 0; i < size; i++)
        *lines += text[i] == '\n';
    return 0;
}

int main(void) {
    os_makedirs("srv/old/etc", 0755, 0);
    os_write_file("srv/app.ini", "port=80\n", 8, NULL);
    os_chmod("srv/app.ini", 0644, 0);

    struct os_plan *plan = os_plan(NULL);
    if (!plan || os_plan_note(plan, "release 2") < 0 ||
        os_plan_makedirs(plan, "srv/new/etc", 0755, OS_EXIST_OK) < 0 ||
        os_plan_mkdir(plan, "srv/new/log", 0755) < 0 ||
        os_plan_rename(plan, "srv/app.ini", "srv/new/etc/app.ini") < 0 ||
        os_plan_write_file(plan, "srv/new/etc/app.ini", "port=90\n", 8, NULL) < 0 ||
        os_plan_symlink(plan, "new", "srv/current", 0) < 0 ||
        os_plan_removedirs(plan, "srv/old/etc") < 0) {
        os_perror("plan");
        return 1;
    }
    os_plan_secret(plan); /* the next content is shown nowhere */
    os_plan_write_file(plan, "srv/new/etc/key", "geheim", 6, NULL);
    os_plan_secret_from(plan, "env:TOKEN"); /* and this one may be saved, as where it comes from */
    os_plan_write_file(plan, "srv/new/etc/token", "sesame", 6, NULL);
    const struct os_plan_secret *secrets;
    size_t count;
    if (os_plan_secrets(plan, &secrets, &count) == 0)
        printf("%zu secrets, one from %s\n", count, secrets[1].source);
    struct os_plan_step step;
    os_plan_step(plan, 0, &step);
    printf("%zu steps, the first is %s for %s\n", os_plan_count(plan), step.op, step.origin);
    size_t lines = 0;
    os_plan_diff(plan, NULL, show, &lines);
    printf("a comparison of several lines: %d\n", lines > 4);
    plan = os_plan_close(plan);
    return os_path_exists("srv/new") == 1;
}

/* It prints:
 *     2 secrets, one from env:TOKEN
 *     8 steps, the first is makedirs for release 2
 *     a comparison of several lines: 1
 */
