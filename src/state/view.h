/* SPDX-License-Identifier: MIT */
/** What is there, and what is done about it.
 *
 *  Mostly everything is as it shall be, and the disk tells that several times sooner than the plan. So a
 *  resource is looked at on the disk first (state->from_disk). Where anything isn't as it shall be, or the
 *  plan may have changed what the disk shows, the answer is AGAIN, and all is asked once more of the plan,
 *  which then takes the steps. */
#ifndef STATE_VIEW_H
#define STATE_VIEW_H

#include "state/state.h"

#include <osier/stat.h>

enum { AGAIN = 1 }; /* ask the plan */

/** What is at a path, a link itself: 0, −ENOENT, −ENOTDIR, AGAIN or −errno. */
int view_lstat(struct os_state *state, const char *path, struct os_stat_result *ret);

/** A file's content, to free(), NULL where it hasn't `size` bytes, unless that is SIZE_MAX. */
int view_file(struct os_state *state, const char *path, size_t size, struct os_stat_result *ret_st,
              char **ret_data, size_t *ret_size);

/** What a link holds, to free(). */
int view_link(struct os_state *state, const char *path, char **ret_text);

/** The names in a directory, to free(). */
int view_names(struct os_state *state, const char *path, char ***ret_list);

/** Notes that an object won't be what the disk shows: 0 or −ENOMEM. */
int touch_object(struct os_state *state, const struct os_stat_result *st);

/** Gives what is at a path the mode, owner and attributes that are wanted. */
int give_values(struct os_state *state, const struct resource *resource, const char *path,
                const struct os_stat_result *st, const struct want *want);

/** Sees to it that nothing of another type than `type` is at a path: 1 where one of it is there, 0
 *  where nothing is. With AGAIN as any other. */
int clear_place(struct os_state *state, const struct resource *resource, const char *path,
                mode_t type, const struct want *want, struct os_stat_result *ret_st,
                bool *ret_there);

/** These take the step that is needed, if one is. */
int ensure_dir(struct os_state *state, const struct resource *resource, const char *path,
               const struct want *want);
int ensure_link(struct os_state *state, const struct resource *resource, const char *path,
                const char *to, const struct want *want);
struct content {
    const char *data; /* NULL: whatever it has */
    size_t size;
    const char *secret; /* where one comes from, or NULL */
    bool once;
    bool follow; /* where a link stands, what it leads to is meant */
};
int ensure_file(struct os_state *state, const struct resource *resource, const char *path,
                const struct content *content, const struct want *want);
int ensure_absent(struct os_state *state, const struct resource *resource, const char *path);

/** Replaces the content of a file that has `old`, once it was checked. */
int write_content(struct os_state *state, const struct resource *resource, const char *path,
                  const struct content *content, const char *old, size_t old_size,
                  const struct want *want);

#endif
