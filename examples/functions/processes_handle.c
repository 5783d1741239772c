/* SPDX-License-Identifier: MIT */
/* Holds a process, which stays this one, looks into it, and ends it. */
#include <osier.h>
#include <signal.h>
#include <stdio.h>

int main(void) {
    int64_t second = 1000000000;
    pid_t pid = os_spawnlp(OS_P_NOWAIT, "sleep", "sleep", "100", (char *)NULL);
    struct os_process *process = os_process_open(pid);
    if (!process) {
        os_perror("sleep");
        return 1;
    }
    os_autofree struct os_process_info *before = os_process_read(process, OS_PROCESS_STAT);
    os_autofree struct os_process_info *now = os_process_read(process, OS_PROCESS_STAT);
    printf("%s, busy: %d\n", before->name, os_process_cpu_percent(before, now, second) > 50);

    size_t threads, files, maps;
    os_autofree struct os_process_thread *thread = os_process_threads(process, &threads);
    os_autofree struct os_open_file *file = os_process_open_files(process, &files);
    os_autofree struct os_memory_map *map = os_process_memory_maps(process, &maps);
    os_autofree char **env = os_process_environ(process);
    printf("%zu thread, files %d, memory %d, environment %d\n", threads, file != NULL, map != NULL,
           env != NULL);
    printf("a descriptor of its own: %d\n", os_process_fileno(process) > 2);

    int status;
    os_process_send_signal(process, SIGTERM);
    if (os_process_wait(process, 10, &status) == 1)
        printf("it ended, running: %d\n", os_process_is_running(process));
    os_process_close(process);
    return 0;
}

/* It prints:
 *     sleep, busy: 0
 *     1 thread, files 1, memory 1, environment 1
 *     a descriptor of its own: 1
 *     it ended, running: 0
 */
