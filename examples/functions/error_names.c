/* SPDX-License-Identifier: MIT */
/* Errors by name, names that are safe to show, and calls that a signal ends. */
#include <errno.h>
#include <osier.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>

static int stop(void) {
    return -EINTR;
} /* 0 would go on with the call */
static void alarmed(int number) {
    (void)number;
}

int main(void) {
    printf("%s: %s\n", os_error_name(EEXIST), os_strerror(EEXIST));
    os_autofree char *shown = os_quote("two\nlines");
    printf("%s\n", shown);

    int ends[2];
    char byte;
    struct sigaction action = {.sa_handler = alarmed};
    sigaction(SIGALRM, &action, NULL);
    int (*before)(void) = os_set_interrupt_handler(stop);
    os_pipe(ends);
    struct itimerval timer = {{0, 10000}, {0, 10000}};
    setitimer(ITIMER_REAL, &timer, NULL);
    if (os_read(ends[0], &byte, 1) < 0 && errno == EINTR)
        printf("a signal ended the wait\n");
    os_set_interrupt_handler(before);
    return 0;
}

/* It prints:
 *     FileExistsError: File exists
 *     'two\nlines'
 *     a signal ended the wait
 */
