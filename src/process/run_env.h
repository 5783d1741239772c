/* SPDX-License-Identifier: MIT */
/** The environment of a program: a snapshot with changes. */
#ifndef PROCESS_RUN_ENV_H
#define PROCESS_RUN_ENV_H

#include <osier/run.h>

/** What the options ask for: 0 or −errno. `ret_owned` is the block to free, NULL where `ret_env` is
 *  the caller's own list. −EINVAL: a text to set has no name or no '='. */
int run_environment(const struct os_run_options *options, char *const **ret_env, char ***ret_owned);

#endif
