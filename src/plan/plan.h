/* SPDX-License-Identifier: MIT */
/** A plan: its overlay, its steps, and what is made of them. */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "plan/act.h"
#include "plan/change.h"
#include "plan/net.h"
#include "plan/overlay.h"

#include <osier/plan.h>

/** A step that was taken. All texts are the overlay's memory. */
struct step {
    const char *op, *path, *path2, *origin;
    const char *arguments; /* `,"mode":"0755"`, as in the plan's file, or NULL */
    const void *data;      /* the content that it brings, with `size`, or NULL */
    size_t size;
    const struct plan_secret *secret;
};

/** What a plan that was loaded keeps of its file. */
struct loaded;

/** The net change with all that it points to. */
struct net_memory;

struct os_plan {
    struct overlay overlay;
    struct str steps; /* struct step */
    size_t step_count;
    struct acts acts; /* the programs that it runs */
    struct arena act_memory;
    const char *origin, *title;
    char *root;                /* as it was given, "/" by default */
    bool forget;               /* once it is applied */
    bool secret;               /* the next content is, */
    const char *secret_source; /* and comes from there, or NULL */
    char *failed; /* the path that a call has failed with, where it isn't the one it was given */
    struct net_memory *net;
    bool hashed; /* plan_hash() was done for this net */
    struct os_plan_entry *entries;
    size_t entry_count;
    struct str conflicts; /* struct os_plan_conflict; each text is a block of its own */
    struct str refusals;  /* struct os_plan_refusal; the paths are the net's */
    bool secrets_known;
    struct str secrets; /* struct os_plan_secret; each path is a block of its own */
    struct loaded *loaded;
    char id[33]; /* 128 random bits */
    struct timespec made;
};

static inline const struct step *plan_steps(const struct os_plan *plan) {
    return (const struct step *)(const void *)plan->steps.data;
}

/** A call that adds a step begins: 0, or −EPERM for a plan that was loaded. */
int plan_begin(struct os_plan *plan);

/** And ends: the step is added, or all that it did is taken back. The public result. */
int plan_end(struct os_plan *plan, int r, struct step step);

/** A question begins: 0 or −EPERM; and ends, what it has marked as seen being kept: −errno as it is. */
int plan_ask(struct os_plan *plan);
int plan_answered(struct os_plan *plan, int r);

/** Adds a program, with the note of os_plan_note() as its origin: 0 or −errno. */
int plan_add_act(struct os_plan *plan, const struct os_plan_act *act);

/** Adds what of the plan's preconditions doesn't hold, in words that are the plan's by then: 0 or
 *  −ENOMEM. */
int plan_add_conflict(struct os_plan *plan, const char *path, struct str *expected,
                      struct str *found);

/** Forgets what was made of the steps so far. */
void plan_changed(struct os_plan *plan);

/** Finds what would keep who asks from applying it: 0 or −errno. */
int plan_refusals(struct os_plan *plan);

/** Frees the net change, and what was made of it. */
void net_free(struct net_memory *net);
void conflicts_free(struct os_plan *plan);
void loaded_free(struct loaded *loaded);

/** The net change of a plan that was loaded. */
int loaded_net(struct os_plan *plan, struct plan_net *ret_net);

/** Loads a plan's file, of a journal or any other: 0 or −errno. */
int plan_load(const char *path, bool of_journal, struct os_plan **ret_plan);

/** Whether it was loaded from a journal, which leaves out secrets and large contents: it can't be
 *  applied. */
bool loaded_lacks_contents(const struct os_plan *plan);

/** Copies its large contents to another directory: 0 or −errno. */
int loaded_put_beside(const struct os_plan *plan, int dir);

/** Its file as it was read: 0 or −ENOMEM. */
int loaded_text(const struct os_plan *plan, char **ret_text, size_t *ret_size);

/** A precondition: what has the name `node` on the disk must stay what it is. 0 or −ENOMEM. */
int plan_saw(struct os_plan *plan, const struct where *where);

/** How a step's arguments are written. */
void argument_mode(struct str *s, const char *key, mode_t mode);
void argument_number(struct str *s, const char *key, int64_t number);
void argument_flag(struct str *s, const char *key, bool set);
void argument_text(struct str *s, const char *key, const char *text);

/** Ends the arguments and is the step's: NULL where memory is lacking, then overlay_end() tells. */
const char *arguments_end(struct os_plan *plan, struct str *s);

/** makedirs and its like, in the overlay; `reterr_failed` is the path that failed, to free(). */
int compose_makedirs(struct overlay *o, const char *path, mode_t mode, mode_t parent_mode,
                     int flags, char **reterr_failed);
int compose_removedirs(struct overlay *o, const char *path);
int compose_renames(struct overlay *o, const char *src, const char *dst, char **reterr_failed);

int compose_write(struct overlay *o, const char *path, const void *data, size_t size,
                  const struct os_write_file_options *options, const struct plan_secret *secret);

/** Gives `to`, as give_attribute(), all extended attributes that `from` has: 0 or −errno. */
int copy_xattrs(struct overlay *o, struct object *from, struct object *to);

/** The trees (trees.c). */
int find_tree(struct overlay *o, const char *path, struct where *ret);
int compose_rmtree(struct overlay *o, const char *path, bool one_file_system);
int compose_move(struct overlay *o, const char *src, const char *dst, bool new_owner);
int compose_copytree(struct overlay *o, const char *src, const char *dst,
                     const struct os_copytree_options *options);
int compose_copy(struct overlay *o, const char *src, const char *dst, int how,
                 const struct os_copy_options *options);

/** Every object of a tree, the directory first; heeds `one_file_system` and `ignore_errors`: 0, or what
 *  `each` or reading gives below 0. */
typedef int each_object_of(struct overlay *o, const struct where *where, void *data);
int each_object(struct overlay *o, const struct where *top, const struct os_tree_control *control,
                each_object_of *each, void *data);

/** The digest of a tree on the disk, see plan_was.tree; `*ret_plain` says whether it has nothing but
 *  directories, files with one name, links and nothing mounted. 0 or −errno. */
struct tree_scan {
    struct plan_digest digest;
    bool plain, links, journals;
    uint64_t blocks; /* of 512 bytes, that its files take */
};
int scan_tree(int dir_fd, const char *name, struct tree_scan *ret);

#endif
