/* SPDX-License-Identifier: MIT */
/* Talks with a program that runs beside, and ends it. */
#include <osier.h>
#include <signal.h>
#include <stdio.h>

int main(void) {
    struct os_run_options options = {.size = sizeof options,
                                     .in.kind = OS_RUN_PIPE,
                                     .out.kind = OS_RUN_PIPE,
                                     .grace = 5,
                                     .tree = OS_RUN_SUPERVISOR};
    char *const argv[] = {"sh", "-c", "while read x; do echo got $x; done; sleep 100", NULL};
    struct os_child *child = os_child_start(argv, &options);
    if (!child || os_child_write(child, "one\n", 4) < 0) {
        os_perror("sh");
        return 1;
    }
    os_autofree char *line = NULL;
    if (os_child_read_line(child, 1, &line, NULL) == 1)
        printf("%s", line);
    os_child_close_stdin(child);
    printf("running: %d, held: %d\n", os_child_poll(child, NULL) == 0 && os_child_pid(child) > 0,
           os_child_pidfd(child) != 0);

    struct os_run_result result = {0};
    os_child_send_signal(child, SIGCONT);
    os_child_terminate(child); /* and kindly; os_child_kill() asks nobody */
    if (os_child_wait(child, 10, &result) == 0)
        os_child_kill(child);
    printf("ended by signal %d\n", -result.returncode);
    os_run_result_free(&result);
    os_child_close(child);
    return 0;
}

/* It prints:
 *     got one
 *     running: 1, held: 1
 *     ended by signal 15
 */
