/* SPDX-License-Identifier: MIT */
/** What the kernel notes at the objects of a layer, and how it knows a file again. */
#ifndef TRY_MARKS_H
#define TRY_MARKS_H

#include "plan/overlay.h"

/** A file handle: what tells an object of a file system from any other that it has ever had. */
struct handle {
    int type;
    unsigned size; /* 0: not known, */
    bool unknown;  /* as one may not ask */
    unsigned char bytes[128];
};

struct marks {
    bool opaque;          /* a directory that shows nothing of the one below */
    bool metacopy;        /* a file whose content is below still */
    bool copied;          /* it was copied from below */
    bool others;          /* it has attributes of its own, too */
    char *redirect;       /* where what is below was, or NULL; to free() */
    struct handle origin; /* what it was copied from */
};

/** Loads them: 0 or −errno. */
int marks_load(struct overlay *o, struct object *upper, struct marks *ret);
void marks_free(struct marks *marks);
#define AUTO_MARKS __attribute__((cleanup(marks_free))) struct marks

/** Whether an attribute is the kernel's own. */
bool marks_is_name(const char *name);

/** The handle of an object of the disk; of size 0 where there is none: 0 or −errno. */
int handle_of(struct overlay *o, struct object *object, struct handle *ret);
bool handle_same(const struct handle *a, const struct handle *b);

#endif
