/* SPDX-License-Identifier: MIT */
/** Packages of Debian. */
#ifndef STATE_PACKAGE_H
#define STATE_PACKAGE_H

#include "state/assertion.h"

struct package {
    bool installed, held,
        configured; /* configured: its configuration is there, even where it isn't */
    char version[128], architecture[32];
};

/** dpkg's status, to free(): 0 or −errno. */
int package_status(char **ret_text);

/** Whether a field of a stanza, which ends with an empty line, has a value. */
bool package_field_is(const char *stanza, const char *name, const char *value, size_t value_size);

/** Finds "name" or "name:arch" in dpkg's status; of several with the name alone the first that is
 *  installed. */
void package_find(const char *status, const char *name, struct package *ret);

/** Whether a text is a name of Debian's policy (5.6.7), with an architecture behind it or not; at the end
 *  apt would take a minus for a command. */
bool package_is_name(const char *name);

/** What a call of apt changes. */
struct change {
    const char *name, *was, *is; /* "absent", or a version */
    bool purged, had_configuration;
};

struct changes {
    struct arena arena;
    struct str list; /* struct change */
};

/** Reads what apt-get -s says: 0; −EPROTO where a line isn't understood; −ENOMEM. */
int package_changes(const char *text, struct changes *ret);

/** "auto" where apt says of what is installed that others needed it; else "manual", or "absent". 0 or −errno. */
int package_mark(const char *name, const struct package *package, const char **ret_mark);

/** Plans that what a call of apt changes is marked again as it was when that is undone, as apt takes what
 *  undo names for somebody's wish: 0 or −errno. Before the call, whose undo comes first then. */
int plan_marks(struct os_state *state, const struct change *changes, size_t count,
               char *const *argv, bool optional);

extern const struct driver driver_package;
extern const struct kind kind_package;

/** Plans that apt reads again what there is, where that changes before packages of a later round: then
 *  these wait for it. 0 or −errno. */
int plan_sources(struct os_state *state, uint32_t stage);

#endif
