/* SPDX-License-Identifier: MIT */
/** Signals that end programs: they end the call that is running, and then the program. */
#include "frame/interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t caught;
static bool shared; /* with a command on the same terminal */

static void interrupt(int signal) {
    caught = signal;
}

void interrupt_begin(void) {
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    static bool begun;
    /* The second Ctrl-C ends the program at once. */
    struct sigaction action = {.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND}, old;
    for (size_t i = 0; i < sizeof signals / sizeof *signals && !begun; i++)
        if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
    begun = true;
}

static void leave_to_command(int signal) {
    (void)signal;
}

static void set_shared(void (*handler)(int), int flags) {
    struct sigaction old, action = {.sa_handler = handler, .sa_flags = flags};
    if (sigaction(SIGINT, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
        sigaction(SIGINT, &action, NULL);
}

void interrupt_share(void) {
    shared = isatty(STDIN_FILENO) && tcgetpgrp(STDIN_FILENO) == getpgrp();
    if (shared)
        set_shared(leave_to_command, 0);
}

void interrupt_unshare(int returncode) {
    if (!shared)
        return;
    set_shared(interrupt, (int)SA_RESETHAND);
    if (returncode == -SIGINT)
        caught = SIGINT;
}

bool interrupted(void) {
    return caught != 0;
}

void interrupt_end(void) {
    if (!caught)
        return;
    signal(caught, SIG_DFL); /* the parent, such as a loop of a shell, sees how it ended */
    raise(caught);
}
