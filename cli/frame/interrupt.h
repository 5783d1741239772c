/* SPDX-License-Identifier: MIT */
/** Signals that end programs: they end the call that is running, and then the program. */
#ifndef CLI_FRAME_INTERRUPT_H
#define CLI_FRAME_INTERRUPT_H

#include <stdbool.h>

/** Catches SIGINT, SIGTERM and SIGHUP: they cancel the call that is running, or the next one. */
void interrupt_begin(void);

/** Whether one of them was caught. */
bool interrupted(void);

/** Ends the program by the signal that was caught; returns if there was none. */
void interrupt_end(void);

#endif
