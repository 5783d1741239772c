/* SPDX-License-Identifier: MIT */
/** Accounts of users and groups, as files of /etc have them. */
#ifndef STATE_ACCOUNTS_H
#define STATE_ACCOUNTS_H

#include "state/driver.h"

#include <stdbool.h>
#include <stdint.h>

#define PASSWD_FILE "/etc/passwd"
#define GROUP_FILE  "/etc/group"

/** What a user has besides the name; a value "" of one is all of it, "uid=1000:group=a:groups=b,c:comment=:home=/x:shell=/y".
 *  No part can have a colon in it, as in passwd(5). */
enum { UID, OWN_GROUP, GROUPS, COMMENT, HOME, SHELL, PARTS };
extern const char *const account_parts[PARTS];

extern const struct driver driver_user, driver_group;

/** The text of such a file, empty where there is none: 0 or −errno. */
int account_load(const char *path, struct str *s);

/** The line of a name, taken apart at its colons; that changes the text. */
enum { ACCOUNT_FIELDS = 9 };
bool account_find(struct str *text, const char *name, char *fields[ACCOUNT_FIELDS]);

/** A number of an account; false for any other text, and NULL. */
bool account_number(const char *text, uint32_t *ret);

/** Appends the names of a list "a,b", sorted and each once; and those of the groups that have a user as a member. */
int account_append_names(const char *names, struct str *s);
int account_append_groups(const char *user, struct str *s);

/** A value of a user, as driver_user has it. */
int account_look_user(const char *name, const char *what, struct str *now);

/** A number of login.defs(5). */
uint32_t account_definition(const char *name, uint32_t otherwise);

#endif
