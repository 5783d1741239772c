/* SPDX-License-Identifier: MIT */
/** The changes of a rehearsal while they become a plan. */
#ifndef TRY_CHANGES_H
#define TRY_CHANGES_H

#include "plan/plan.h"
#include "try/marks.h"
#include "try/try.h"

/** An object of a layer that is no directory, and may be a file of the disk under another name. */
struct stranger {
    struct node *node;
    struct object *upper, *lower_dir;
    struct handle origin; /* of size 0 where the kernel has noted none */
};

struct changes {
    struct os_try *t;
    struct overlay *o;
    struct str frames;    /* struct frame: directories that are yet to be looked at */
    struct str strangers; /* struct stranger */
    struct str lost;      /* struct object *: what isn't at its place on the disk any more */
    struct str moved; /* struct object *: what isn't a directory, and has another name as well */
    struct str known; /* struct known: of objects of a layer with several names */
    struct str modes; /* struct true_mode: of what had to be opened up to be read */
};

struct known {
    struct object *upper, *object;
};

/** What somebody else has changed since the rehearsal began: notes a conflict. 0 or −ENOMEM. */
int changes_check(struct changes *c, const struct object *object);

/** The path of a name, or with NULL of the root directory, as it is on the disk: 0 or −ENOMEM. */
int changes_path(struct str *s, const struct node *node);

/** The bits that the command has left an object of a layer. */
mode_t changes_mode(const struct changes *c, const struct object *upper);

/** Gives a place an object instead of what it has: 0 or −errno. */
int changes_put(struct changes *c, struct node *node, struct object *object);

/** What an object of a layer is known as by another name, or NULL. */
struct object *changes_known(const struct changes *c, const struct object *upper);

/** Takes what is at a place away: 0 or −errno. */
int changes_remove(struct changes *c, struct node *node);

/** A new object as one of a layer is (compare.c): 0 or −errno. */
int changes_new(struct changes *c, struct object *upper, const struct marks *marks,
                struct object *dir, struct object **ret);

/** Gives an object of the disk the attributes of the layer's (compare.c): 0 or −errno. `top`: it is what
 *  the layer covers, and the layer's was made like it. */
int changes_give(struct changes *c, struct node *node, struct object *object, struct object *upper,
                 bool top);

/** Whether the content of two files or links differs (compare.c): 1, 0 or −errno. */
int changes_differ(struct changes *c, struct object *upper, struct object *object);

/** An object of a layer becomes `object`, which is of the disk, or something new: 0 or −errno. */
int changes_settle(struct changes *c, struct node *node, struct object *upper,
                   const struct marks *marks, struct object *object);

/** Finds out what strangers are (strangers.c): 0 or −errno. */
int strangers_settle(struct changes *c);

/** Whether a time is that of the start, or later. */
bool changes_later(const struct os_try *t, struct timespec time);

/** Looks through directories that go with all in them for what somebody else has put there
 *  (strangers.c): 0 or −errno. */
int changes_check_gone(struct os_try *t);

#endif
