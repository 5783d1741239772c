/* SPDX-License-Identifier: MIT */
/* All that a plan can do to single files. */
#include <errno.h>
#include <osier.h>
#include <stdio.h>
#include <sys/stat.h>

int main(void) {
    os_write_file("a", "text", 4, NULL);
    os_write_file("b", "text", 4, NULL);
    os_makedirs("empty/folder", 0755, 0);
    struct os_plan *plan = os_plan(NULL);
    if (!plan || os_plan_copyfile(plan, "a", "content", NULL) < 0 ||
        os_plan_copy(plan, "a", "mode", NULL) < 0 || os_plan_copy2(plan, "a", "all", NULL) < 0 ||
        os_plan_link(plan, "a", "second", 0) < 0 || os_plan_replace(plan, "b", "a") < 0 ||
        os_plan_renames(plan, "mode", "new/mode") < 0 || os_plan_chmod(plan, "all", 0600, 0) < 0 ||
        os_plan_chown(plan, "all", os_getuid(), (gid_t)-1, 0) < 0 ||
        os_plan_utime(plan, "all", 0, 1000000000, 0) < 0 ||
        os_plan_truncate(plan, "content", 2) < 0 || os_plan_mkfifo(plan, "fifo", 0600) < 0 ||
        os_plan_mknod(plan, "file", S_IFREG | 0600, 0) < 0 || os_plan_remove(plan, "file") < 0 ||
        os_plan_rmdir(plan, "empty/folder") < 0) {
        os_perror("plan");
        return 1;
    }
    if (os_plan_setxattr(plan, "all", "user.note", "x", 1, 0, 0) < 0 && errno != ENOTSUP)
        os_perror("setxattr");
    else
        os_plan_removexattr(plan, "all", "user.note", 0);
    struct os_stat_result stat;
    if (os_plan_stat(plan, "content", &stat) == 0)
        printf("content will have %d bytes\n", (int)stat.st_size);
    if (os_plan_lstat(plan, "fifo", &stat) == 0)
        printf("fifo will be a FIFO: %d\n", S_ISFIFO(stat.st_mode));
    os_plan_close(plan);
    return 0;
}

/* It prints:
 *     content will have 2 bytes
 *     fifo will be a FIFO: 1
 */
