/* SPDX-License-Identifier: MIT */
/** Settings, modules, mounts and swap of a state: files for the next start, and what is in force. */
#ifndef STATE_SETTING_H
#define STATE_SETTING_H

#include "state/driver.h"
#include "state/state.h"

extern const struct kind kind_sysctl, kind_host, kind_locale, kind_mount, kind_swap;
extern const struct driver driver_sysctl, driver_host, driver_module, driver_mount, driver_swap;

/** The text of a file as the plan has it so far, empty where there is none: 0, AGAIN or −errno. */
int view_text(struct os_state *state, const struct resource *resource, const char *path,
              struct str *ret);

/** Plans that a file has a text, which replaces the old one or makes it, with 0644: likewise. */
int ensure_text(struct os_state *state, const struct resource *resource, const char *path,
                const struct str *text);

#endif
