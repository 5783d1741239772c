/* SPDX-License-Identifier: MIT */
/** What osier-du shows. */
#ifndef CLI_BROWSE_SCREEN_H
#define CLI_BROWSE_SCREEN_H

#include "browse/place.h"

/** Draws the place, with a line of text at the bottom; NULL: what the keys do. */
void screen_draw(const struct place *place, const char *message);

/** How many entries fit. */
int screen_rows(void);

/** Waits for a key; KEY_RESIZE: the screen has to be drawn again, ERR: the terminal is gone. */
int screen_key(void);

/** Asks at the bottom; whether "y" was typed. */
bool screen_ask(const struct place *place, const char *question);

#endif
