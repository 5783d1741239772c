/* SPDX-License-Identifier: MIT */
/** Signals that end programs: they end the call that is running, and then the program. */
#ifndef CLI_FRAME_INTERRUPT_H
#define CLI_FRAME_INTERRUPT_H

#include <stdbool.h>

/** Has SIGINT, SIGTERM and SIGHUP end the call that is running, or is about to. */
void interrupt_begin(void);

/** Whether one of them came. */
bool interrupted(void);

/** Ends the program by the signal that came; returns where there was none. */
void interrupt_end(void);

#endif
