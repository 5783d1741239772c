/* SPDX-License-Identifier: MIT */
/** Signals that end programs: they end the call that is running, and then the program. */
#ifndef CLI_FRAME_INTERRUPT_H
#define CLI_FRAME_INTERRUPT_H

#include <stdbool.h>

/** Catches SIGINT, SIGTERM and SIGHUP: they cancel the call that is running, or the next one. */
void interrupt_begin(void);

/** Whether one of them was caught. */
bool interrupted(void);

/** A command is about to run: where it has the same terminal, Ctrl-C tells it, too, and is its business, however
 *  often it comes. */
void interrupt_share(void);

/** The command has ended, as `returncode` says: Ctrl-C is the program's own again, and counts as caught where the
 *  command died by it. */
void interrupt_unshare(int returncode);

/** Ends the program by the signal that was caught; returns if there was none. */
void interrupt_end(void);

#endif
