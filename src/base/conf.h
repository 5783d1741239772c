/* SPDX-License-Identifier: MIT */
/** Configuration values for the rest of the floor. */
#ifndef BASE_CONF_H
#define BASE_CONF_H

/** confstr(3): 1 with the text, to free(), 0 where there is none, or −errno. */
int conf_text(int number, char **ret_text);

#endif
