/* SPDX-License-Identifier: MIT */
/** The net change: where the plan's end differs from what is on the disk, one entry a place.
 *
 *  Whatever the steps were, an entry is the highest place whose object differs: `mkdir a; write
 *  a/b; rename a/b a/c` is one entry, "create a", a tree of two. Entries are in an order in which
 *  each finds its place free when its turn comes; turned back in the reverse order, they do so too.
 *  PLAN_META and PLAN_INPLACE come first, so that their `path` is that on the disk. What is moved
 *  into a new directory goes there before that directory gets its name. Moves in a
 *  circle, but for a swap, go by way of a name that nobody knows: two entries for one object, in
 *  order.
 *
 *  Everything here belongs to the plan, is read-only, and is valid until the next change of it.
 */
#ifndef PLAN_NET_H
#define PLAN_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

struct os_plan;
struct secret_key;
struct plan_beside;

/** What happens at a place. */
enum plan_kind {
    PLAN_CREATE,  /* `path` is free, and gets `is` */
    PLAN_REPLACE, /* `was` goes from `path`, which gets `is` */
    PLAN_REMOVE, /* `was` goes from `path`, with all that is in it and isn't moved out by an entry */
    PLAN_MOVE, /* `was` goes from `path` to `path2`; what stood there, `was2`, goes, or is absent */
    PLAN_SWAP, /* `was` and `was2` change places */
    PLAN_META, /* the object at `path` gets what `is.set` and `is.xattrs` name */
    PLAN_INPLACE, /* the same inode gets the content of `is`, and what PLAN_META gives: it has other
                     names that keep it, or is a mount point, which no rename can replace */
};

/** How well undo can take an entry back. */
enum plan_undo {
    PLAN_UNDO_EXACT, /* the old inode comes back */
    PLAN_UNDO_COPY,  /* the old content and attributes come back, in what stands there */
    PLAN_UNDO_NONE,
};

/** SHA-256 of something. */
struct plan_digest {
    uint8_t bytes[32];
};

/** A directory or file as it was found: enough to know it again on the same machine. */
struct plan_identity {
    uint64_t dev, ino; /* dev is never saved: 0 in a plan that was loaded, and then not compared */
};

/** What an object of the disk was when the plan looked at it. Everything but `signed_` is its value:
 *  where the signature (dev, ino, size, mtime, ctime) is no longer the same, values decide. */
struct plan_was {
    bool absent;        /* nothing was there; no other member counts */
    bool identity_only; /* a directory that is removed, replaced or moved: the same inode, with
                           whatever is in it by then */
    bool
        attributes_only; /* what is in it doesn't matter: its attributes change, or were asked for */
    bool ours;           /* a file that nobody else knows: it isn't looked at again, and what
                            is made from it may be a further name of it */
    bool racy;           /* changed so shortly before it was looked at that its signature may lie */
    mode_t mode;         /* type and permission bits */
    uid_t uid;
    gid_t gid;
    uint64_t size; /* 0 for what is no file and no link */
    uint64_t nlink;
    uint64_t rdev; /* of a device */
    struct plan_identity id;
    struct timespec mtime, ctime;
    bool has_content;             /* `content` is known: plan_hash() had to read it */
    bool has_xattrs;              /* `xattrs` is known, likewise */
    bool sealed;                  /* `content` is the HMAC of that digest under `key`: what a secret
                                   takes the place of may be one, too */
    const struct secret_key *key; /* NULL where it isn't at hand */
    bool listing;                 /* `content` is that of a directory: its names in order, each with
                                   its NUL */
    bool tree;                    /* `content` is that of a whole tree: of each object's path in
                                   it, type, mode, owner, size and mtime, in order; nothing was read */
    struct plan_digest content;   /* of a file's bytes, or of a link's text */
    struct plan_digest xattrs; /* of all extended attributes and ACLs in the order of their names */
    const char *link;          /* the text of a symbolic link, or NULL */
};

/** A name in a directory. No text here has a link, "." or ".." in it; all begin with the plan's
 *  root, "/". A directory is found by plan_open_place(), and held from before the first effect: where
 *  entries move or replace directories, only its identity stays what it is. */
struct plan_place {
    const char *path;   /* where, as one who looks after the plan will see it; of the source
                                    of a removal or a move: as before it */
    const char *name;   /* its last component */
    const char *before; /* path of its directory before the plan, NULL where it is new */
    const char *after;  /* and after it, NULL where it is gone by then */
    struct plan_identity parent; /* that directory's identity, where it isn't new */
    long made_by;                /* the directory is new: the entry that makes it, or −1 */
    const char *made_below;      /* and its path below that entry's object: "" for that itself */
};

/** An extended attribute (an ACL is one). */
struct plan_xattr {
    const char *name;
    const void *value; /* NULL: it is removed where there is one */
    size_t size;
};

/** Where a plan_object's content comes from. */
enum plan_content {
    PLAN_CONTENT_NONE,   /* it has none: a FIFO, a socket; in PLAN_META: it stays */
    PLAN_CONTENT_MEMORY, /* a file: the first `have` bytes are `data`, up to `size` follows a hole */
    PLAN_CONTENT_SOURCE, /* likewise, and they are the first of the file `source` */
    PLAN_CONTENT_LINK,   /* a symbolic link: `data`, NUL-terminated */
    PLAN_CONTENT_DEVICE, /* a device: `rdev` */
    PLAN_CONTENT_HARD,   /* a further name of `hard`, or of what stands at `source` */
    PLAN_CONTENT_TREE,   /* a new directory: `children` */
    PLAN_CONTENT_COPY,   /* a copy of the directory `source` with all in it, as os_copytree() with
                            `symlinks` makes it; but each of `children` is as it says, or left out */
};

/** Flags of plan_object.set: what is given to the object; what isn't stays as the kernel makes it. */
enum plan_set {
    PLAN_SET_MODE = 1 << 0,
    PLAN_SET_UID = 1 << 1,
    PLAN_SET_GID = 1 << 2,
    PLAN_SET_ATIME = 1 << 3,
    PLAN_SET_MTIME = 1 << 4,
};

struct plan_child;

/** A content that is never shown, saved or logged: a plan's file says where it can be had again. */
struct plan_secret {
    const char *source;     /* "file:PATH", "env:NAME", "command:LINE"; NULL: nobody else has it */
    uint64_t size;          /* of all that the source has; 0 in a plan that was loaded */
    bool sealed;            /* that plan has `mac`, */
    struct plan_digest mac; /* its HMAC under the key of who made the plan */
};

/** An object of the disk that something is made from; looked at again before the first effect. */
struct plan_source {
    struct plan_place place;
    struct plan_was was; /* of a PLAN_CONTENT_COPY: with `tree` */
};

/** An object as it shall be. Set, in this order: content, owner, ACL and xattrs, mode, times. */
struct plan_object {
    mode_t mode; /* its type always; its permission bits, exactly, with PLAN_SET_MODE */
    uid_t uid;
    gid_t gid;
    unsigned set;                 /* PLAN_SET_… */
    struct timespec atime, mtime; /* exact; UTIME_NOW as tv_nsec: the moment of applying */
    size_t xattr_count;
    const struct plan_xattr *xattrs;
    enum plan_content content;
    const struct plan_secret *secret; /* its content is one, or NULL */
    const void *data;
    const struct plan_beside *beside; /* a large content of a plan that was loaded: not in `data` */
    uint64_t have;                    /* at most `size` */
    uint64_t size;
    uint64_t rdev;
    const struct plan_source *source;
    const struct plan_object
        *hard; /* another new object of this net, which an entry before this one
                                       or a child before this one makes; NULL: `source` has it */
    size_t child_count;
    const struct plan_child *children; /* in the order of their names */
};

/** One name in a new directory. */
struct plan_child {
    const char *name;
    const struct plan_object *object; /* NULL in a PLAN_CONTENT_COPY: isn't copied */
};

/** One entry. */
struct plan_entry {
    enum plan_kind kind;
    enum plan_undo undo;
    struct plan_place path;
    struct plan_place path2; /* PLAN_MOVE, PLAN_SWAP: the other place */
    struct plan_was was;     /* PLAN_CREATE: absent */
    struct plan_was was2;    /* PLAN_MOVE, PLAN_SWAP: of `path2` */
    struct plan_object is;   /* not of PLAN_REMOVE, PLAN_MOVE, PLAN_SWAP */
    long needs;              /* the entry before this one that frees its place, or −1 */
    bool aside; /* PLAN_MOVE: an entry before this one has put the object at `path`, aside */
    size_t step_count;
    const size_t *steps; /* the steps that led to it, in order */
};

/** Something the plan was asked and rests on, though it doesn't change it. */
struct plan_saw {
    struct plan_place place;
    struct plan_was was;
};

struct plan_net {
    int root_fd;      /* the directory that all paths begin with, opened with O_PATH; the plan's */
    const char *root; /* its path, for people */
    size_t count;
    const struct plan_entry *entries;
    size_t saw_count;
    const struct plan_saw *saws;
};

/** The net change of what the plan is now: 0, or −errno. Asked again without a change, the same. */
int plan_net(struct os_plan *plan, struct plan_net *ret_net);

/** The first entry by which a directory goes that something is mounted below, and where, to free(); or
 *  NULL (mounted.c): 0 or −errno. */
int plan_find_mount(const struct plan_net *net, const struct plan_entry **ret_entry,
                    char **ret_mount);

/** Reads what was not read while planning, so that the net holds on a machine where signatures
 *  don't: contents and xattrs of every `was`. 0; −ESTALE where something is no longer what it was. */
int plan_hash(struct os_plan *plan);

/** Opens the directory of a place before the plan's effects, with O_PATH: the descriptor; −ESTALE
 *  where it isn't the one that the plan saw (or is not there), −EINVAL where it is new. */
int plan_open_place(const struct plan_net *net, const struct plan_place *place);

/** Whether what stands at `name` of a directory is still what it was: 0, −ESTALE, or −errno. */
int plan_check_was(int dir_fd, const char *name, const struct plan_was *was);

/** Checks all entries, sources and saws: 0; −ESTALE, and the conflicts tell of each. */
int plan_check(struct os_plan *plan);

/** The plan as its file has it (with plan_hash() done): 0, or −errno; to free(). With a secret in it
 *  −EPERM, but in a journal's the content is left out. */
int plan_text(struct os_plan *plan, bool for_journal, char **ret_text, size_t *ret_size);

#endif
