/* SPDX-License-Identifier: MIT */
/* Processes, looked at again and again: what they use of a CPU, and who has come and gone. */
#include <osier.h>
#include <signal.h>
#include <stdio.h>

int main(void) {
    struct os_process_watch *watch = os_process_watch_open(OS_PROCESS_STAT, NULL);
    struct os_process_news news;
    size_t count;
    if (!watch) {
        os_perror("processes");
        return 1;
    }
    os_autofree struct os_process_info *before = os_process_watch_read(watch, &news, &count);
    printf("at first nothing is new: %d\n", news.started == 0 && news.elapsed == 0);

    pid_t pid = os_spawnlp(OS_P_NOWAIT, "sleep", "sleep", "100", (char *)NULL);
    os_autofree struct os_process_info *now = os_process_watch_read(watch, &news, &count);
    printf("then somebody has come: %d\n", news.started >= 1 && news.elapsed > 0);
    for (size_t i = 0; now && i < count; i++)
        if (now[i].pid == pid)
            printf("whose use of a CPU the next time tells: %d\n",
                   !(now[i].valid & OS_PROCESS_CPU_PERCENT));

    os_kill(pid, SIGTERM);
    os_waitpid(pid, 0, NULL);
    os_autofree struct os_process_info *after = os_process_watch_read(watch, &news, &count);
    printf("and gone: %d\n", news.ended >= 1);
    os_process_watch_close(watch);
    return 0;
}

/* It prints:
 *     at first nothing is new: 1
 *     then somebody has come: 1
 *     whose use of a CPU the next time tells: 1
 *     and gone: 1
 */
