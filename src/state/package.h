/* SPDX-License-Identifier: MIT */
/** Packages of Debian. */
#ifndef STATE_PACKAGE_H
#define STATE_PACKAGE_H

#include "state/assertion.h"

extern const struct driver driver_package;
extern const struct kind kind_package;

/** Plans that apt reads again what there is, where that changes before packages of a later round: then
 *  these wait for it. 0 or −errno. */
int plan_sources(struct os_state *state, uint32_t stage);

#endif
