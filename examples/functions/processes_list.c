/* SPDX-License-Identifier: MIT */
/* The processes of the machine; only what is asked for is read. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    pid_t me = os_getpid();
    size_t count, numbers;
    struct os_processes_options options = {.size = sizeof options, .pids = &me, .pids_count = 1};
    os_autofree struct os_process_info *all = os_processes(OS_PROCESS_STAT, NULL, &count);
    os_autofree pid_t *pids = os_pids(&numbers);
    if (!all || !pids) {
        os_perror("processes");
        return 1;
    }
    printf("some: %d %d\n", count > 0, numbers > 0);
    os_autofree struct os_process_info *mine =
        os_processes(OS_PROCESS_NAME | OS_PROCESS_MEMORY, &options, &count);
    printf("%zu, with memory: %d, there: %d\n", count, mine[0].memory_info.rss > 0,
           os_pid_exists(me));

    os_autofree struct os_process_info *one = os_process_details(me, OS_PROCESS_FDS);
    os_autofree struct os_process_branch *tree = os_process_tree(me, &count);
    if (one && tree)
        printf("descriptors: %d, in the tree: %zu, %s\n", one->num_fds > 2, count, tree[0].branch);
    return 0;
}

/* It prints:
 *     some: 1 1
 *     1, with memory: 1, there: 1
 *     descriptors: 1, in the tree: 1, processes_list
 */
