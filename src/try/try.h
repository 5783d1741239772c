/* SPDX-License-Identifier: MIT */
/** A rehearsal: the layers that cover the file systems, the command in them, and what it changed. */
#ifndef TRY_TRY_H
#define TRY_TRY_H

#include "base/str.h"
#include "plan/journal.h"
#include "plan/net.h"

#include <osier/try.h>

/** An overlay: all that is changed below `point` stands in `upper`. */
struct layer {
    char *point;   /* an absolute path without links */
    unsigned base; /* whose journal has it */
    char *at;      /* the directory of its parts: upper, work */
    bool same;     /* it was there before: the rehearsal goes on */
};

/** A step on the way into the rehearsal. All paths are absolute, `to` begins with the new root. */
struct way {
    enum way_kind {
        WAY_BIND,     /* `from` is to be seen at `to`, with what is mounted in it */
        WAY_ONE,      /* the same without that */
        WAY_OVERLAY,  /* `from`, covered by the layer with the parts `at` */
        WAY_READONLY, /* nothing can be written below `to` */
        WAY_LOCKED,   /* the same, of what is there and isn't mounted by itself */
        WAY_EMPTY,    /* an empty file system, with the options `at` */
        WAY_PROC,     /* the processes of the rehearsal, else `from` */
        WAY_QUEUES,   /* its message queues */
        WAY_DIR,      /* a directory, */
        WAY_FILE,     /* an empty file, */
        WAY_LINK,     /* a link to `from` are made */
    } kind;
    bool optional; /* where it can't be, the rehearsal goes on */
    char *from, *to, *at;
};

struct try_base {
    struct journal *journal;
    int dir, lock; /* of this rehearsal */
    char name[64];
    char *path;
};

struct os_try {
    struct os_try_options options; /* its lists are the caller's, and used by os_try_run() alone */
    uint64_t id;
    struct journals js;
    struct try_base *bases; /* the first is the state directory's */
    size_t base_count;
    struct layer *layers;
    size_t layer_count;
    struct way *ways;
    size_t way_count;
    char *root, *cwd; /* where everything is put together */
    bool user;        /* in a user namespace */
    bool held;
    char **ignore; /* patterns */
    char *title;
    struct timespec start;
    int returncode;
    bool timed_out;
    struct os_plan *plan;
    struct str conflicts; /* struct os_plan_conflict, whose texts are blocks */
    struct str gone;      /* struct object *: directories that go with all in them */
    const char *failed;   /* what it failed with: a path, or what is missing */
    char *failed_path;
};

/** Notes what a failure is about: `r`. */
int try_fail(struct os_try *t, const char *what, int r);

/** layers.c: decides what is covered, and makes the layers' directories: 0 or −errno. */
int layers_find(struct os_try *t, uint64_t again);
void layers_free(struct os_try *t);

/** A base on the file system of a directory: its number, or −errno. */
int base_for(struct os_try *t, int fd, const char *path, uint64_t device);

/** Whether a path is this one, or below it. */
bool is_within(const char *path, const char *dir);

/** enter.c, in the process that the rehearsal is: makes everything, tells, and runs the command. */
struct entering {
    const struct os_try *t;
    const struct spawn *spawn;
    const sigset_t *mask;
    int control;
    int uid, gid;
};
_Noreturn void enter(const struct entering *e);

/** What it tells. */
struct entered {
    enum { ENTER_READY, ENTER_FAILED, ENTER_STARTED, ENTER_ENDED } what;
    int error;        /* ENTER_FAILED: −errno */
    const char *step; /* and what was done, of the memory that both have had; or NULL */
    const char *path; /* what it is about, likewise; of the program where `step` is NULL */
    int status;       /* ENTER_ENDED: as from waitpid(2) */
};

/** changes.c: what the layers have, as a plan: 0 or −errno. */
int changes_read(struct os_try *t);

/** Notes a conflict: 0 or −ENOMEM. */
int conflict_add(struct os_try *t, const char *path, const char *expected, const char *found);
void conflicts_end(struct os_try *t);

#endif
