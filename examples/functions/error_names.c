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
    const char *name = "\xe2\x82\xac\xff"; /* a euro sign, and a byte that is no character */
    uint32_t code;
    for (size_t size = 4, n; (n = os_fsdecode_character(name, size, &code)); name += n, size -= n)
        printf("U+%04X\n", (unsigned)code);
    printf("%d columns\n", os_character_width(0x65e5)); /* a character of Japanese */

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
 *     U+20AC
 *     U+DCFF
 *     2 columns
 *     a signal ended the wait
 */
