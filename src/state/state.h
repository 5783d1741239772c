/* SPDX-License-Identifier: MIT */
/** A state: the files it was read from, its variables, its resources and their order. */
#ifndef STATE_STATE_H
#define STATE_STATE_H

#include "base/seam.h"
#include "base/str.h"
#include "data/document.h"
#include "plan/arena.h"

#include <osier/state.h>
#include <sys/types.h>

/** A file of the state, or of another that is looked through for mistakes. */
struct source {
    char *path, *text;
    size_t size;
    struct data data;
    dev_t device;
    ino_t inode;
    bool fits;  /* its [only] lets it be for this machine */
    bool first; /* it is the one that was asked for */
    bool given; /* its text is the caller's, and JSON */
};

/** Where something stands. */
struct place {
    const struct source *source;
    size_t at;
};

/** What an object shall be like. */
struct want {
    mode_t mode, new_mode; /* permission bits: as asked for; of what is made without */
    uid_t uid;             /* −1: as it is */
    gid_t gid;
    bool has_mode;
    bool replace; /* something of another type may be taken away */
    const struct data_value *xattrs;
    const struct acl *acl; /* or NULL: as it is */
};

struct resource {
    const struct kind *kind;
    const char *name; /* the path, or what a command is called */
    struct place place;
    const struct data_value *table;
    struct want want;
    const char *content, *source, *template, *secret, *forget, *to, *check, *sha256;
    size_t content_size;
    const struct data_value *after, *command, *unless;
    const char *creates, *cwd;
    int64_t strip;
    bool exactly, once;
    bool gone;                   /* it shall not be there */
    bool undone;                 /* when it fails: undo_on_failure */
    bool pending;                /* a command that has to run */
    bool changed;                /* planning it took steps, or it was run */
    uint8_t mark;                /* while the order is found */
    uint32_t stage;              /* how many rounds of commands come before it */
    uint32_t same;               /* the next resource of this path, from 1 on; 0: none */
    struct assertion *assertion; /* what it says, where its kind has `judge` */
    void *own;                   /* of kind->own_size */
};

struct judgement;

/** How one resource comes after another. */
enum need {
    NOT_NEEDED,
    NEEDED,
    NEEDED_BEFORE, /* in an earlier round: it can't be planned before that is done */
};

/** A kind of resource. */
struct kind {
    const char *name;
    const struct member *members;
    bool exclusive; /* it says what stands at its path: nothing else may */
    bool many;      /* several may be about one path */
    bool part;      /* of a file's content */
    bool command;
    bool named;                  /* its name is no path */
    bool plain;                  /* "name = value" stands for a table with that value */
    const char *folder, *suffix; /* its name stands for a file that is called so there, */
    const char *letters;         /* and has these besides letters and digits */
    bool blind;      /* nobody knows what else changes by it: what comes after it is planned
                                    when it has been done */
    size_t own_size; /* of a structure of its own, for what its members say */
    const struct driver *driver; /* a program makes it so, see driver.h; else NULL */
    int (*begin)(struct os_state *state, struct resource *resource); /* what is asked once read */
    int (*plan)(struct os_state *state, const struct resource *resource);
    /* Once all is planned, when it is known what changes; `later`: its turn comes in another round. */
    int (*end)(struct os_state *state, const struct resource *resource, bool later);
    /* Whether it comes after another one that it doesn't name: enum need. */
    int (*needs)(const struct resource *resource, const struct resource *other);
    /* The files that a name which is no path has its say in, up to a NULL. */
    const char *const *(*writes)(const struct resource *resource);
    /* Of an assertion, instead: whether it is so. What can't be told isn't, with the reason. */
    int (*judge)(const struct resource *resource, struct judgement *judgement);
};

struct var {
    const char *name, *value;
    size_t size;
    struct place place; /* without a source: from the caller */
    uint8_t mark;       /* its value is being expanded; it is */
};

struct os_state {
    struct arena arena;
    void (*on_problem)(const struct os_state_problem *problem, void *data);
    void *data;
    const char *title;
    const char *text; /* instead of the first file's content, or NULL */
    struct {
        const char *name;
        uint32_t id;
    } owner[2];           /* the user and the group that were looked up last */
    struct str sources;   /* struct source * */
    struct str vars;      /* struct var */
    struct str shown;     /* struct os_state_var */
    struct str resources; /* struct resource */
    struct str people;    /* struct person: see people.h */
    uint32_t *paths;      /* the first resource of each path, from 1 on, by its hash; 0: free */
    size_t path_slots;
    uint32_t *order;      /* the resources */
    uint32_t stage, last; /* the rounds of commands that the plan is about */
    struct str commands;  /* struct os_state_command */
    struct os_plan *plan; /* the one that is made */
    bool from_disk;       /* the machine is asked, not the plan: see view.h */
    bool checking;        /* nothing will be done: only what is so is asked */
    bool unknown;         /* a program that could tell is missing */
    struct list changed;  /* the paths and values that rounds before this one have changed */
    bool blind;           /* the plan has a program after which nobody knows how things are */
    bool disturbed;       /* nobody knows any more what paths lead to */
    bool watching;        /* what is looked at is noted: see against.h */
    struct str looked_at; /* const char *: the arena's */
    struct str room;      /* what was read of a file, to be compared */
    struct str touched;   /* struct touched: the objects that the plan changes */
};

static inline struct resource *resources_of(const struct os_state *state) {
    return (struct resource *)(void *)state->resources.data;
}
static inline size_t resource_count(const struct os_state *state) {
    return state->resources.size / sizeof(struct resource);
}
static inline struct source **sources_of(const struct os_state *state) {
    return (struct source **)(void *)state->sources.data;
}
static inline size_t source_count(const struct os_state *state) {
    return state->sources.size / sizeof(struct source *);
}

/** Says what is wrong, and where: −EBADMSG. */
int problem(struct os_state *state, const struct place *place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Likewise, and behind it what a program has said, lines of it as they are. */
int problem_said(struct os_state *state, const struct place *place, const char *said,
                 const char *format, ...) __attribute__((format(printf, 4, 5)));

/** Says that nobody can tell whether it is so: a problem for a plan, and for a check no answer. −EBADMSG. */
int unknown(struct os_state *state, const struct resource *resource, const char *why);

/** Says that the last call of the library has failed for a resource: −EBADMSG, or −ENOMEM. */
int problem_errno(struct os_state *state, const struct resource *resource, const char *what);

/** "state.toml:12", the arena's; NULL without memory. */
const char *place_text(struct os_state *state, const struct place *place);

/** Reads a file and what it includes (load.c). */
int load_file(struct os_state *state, const char *path, const struct place *from, unsigned depth);

/** A path as a file of the state means it: relative to that file's directory. The arena's. */
const char *path_beside(struct os_state *state, const struct source *source, const char *path);

/** Reads the variables of all files and of the caller (vars.c). */
int load_vars(struct os_state *state, const char *path, const char *const *vars);

/** Whether [only] of a file lets it be for this machine: 1, 0 or −errno. */
int fits(struct os_state *state, const struct source *source);

/** Gives a text with the names in it replaced: the arena's, or the text itself. */
int expand(struct os_state *state, const struct place *place, const char *text, size_t size,
           const char **ret_text, size_t *ret_size);

/** A fact of the machine, or −ENOENT (facts.c); and their names. */
int fact(const char *name, size_t size, struct str *value);
extern const char *const fact_names[];

/** The number of a user or group: 0, −ENOENT, −ENOMEM. */
int find_id(const char *name, bool group, uint32_t *ret);
/** Likewise, of those whom the state itself has, too. */
int find_owner(const struct os_state *state, const char *name, bool group, uint32_t *ret);

/** Makes resources of all tables of a file (resource.c), or of the lines of tmpfiles.d. */
int read_resources(struct os_state *state, const struct source *source);
int read_tmpfiles(struct os_state *state, const struct source *source);
/** Adds a resource: 0 or −errno; it is the last one then. */
int add_resource(struct os_state *state, const struct resource *resource);
bool is_tmpfiles(const struct source *source);

/** The first resource of a path, or NULL (order.c). */
struct resource *resource_at(const struct os_state *state, const char *path, size_t size);
/** Enters it by its path. */
int enter_resource(struct os_state *state, uint32_t index);
int find_order(struct os_state *state);

#endif
