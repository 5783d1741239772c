/* SPDX-License-Identifier: MIT */
/** Names of users, of this machine or of a recorded one. */
#ifndef SYSTEM_USERS_H
#define SYSTEM_USERS_H

#include "base/str.h"
#include <stdint.h>

/** Appends the user's name, or the number where it has none: 0, or −ENOMEM. */
int user_name(int64_t uid, struct str *name);

#endif
