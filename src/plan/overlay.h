/* SPDX-License-Identifier: MIT */
/** The overlay: the disk as it is (the base), with what the plan's steps have changed in it.
 *
 *  An object is what an inode is; a node is a name in a directory object, and says which object has
 *  it now and which has it on the disk. A node is made when its name is asked for, so a tree that
 *  is moved or removed with a million files in it is one node. All memory is the plan's, and is
 *  freed with it; a call that fails takes back what it changed (overlay_begin, overlay_end).
 */
#ifndef PLAN_OVERLAY_H
#define PLAN_OVERLAY_H

#include "base/seam.h"
#include "base/str.h"
#include "plan/arena.h"
#include "plan/net.h"

#include <osier/stat.h>

enum {
    OVERLAY_NAME_MAX = 255, /* what every file system of Linux takes at most */
    OVERLAY_FDS = 64,       /* directories of the base that are kept open */
};

/** What stat(2) tells of an object. */
struct values {
    mode_t mode;
    uid_t uid;
    gid_t gid;
    uint32_t blksize;
    uint64_t nlink, size, blocks, rdev, dev, ino, mnt, attributes;
    struct timespec atime, mtime, ctime;
};

/** An extended attribute that a step has set or removed. */
struct attribute {
    struct attribute *next;
    const char *name;
    const void *value; /* NULL: removed */
    size_t size;
};

enum {
    CHANGED_MODE = PLAN_SET_MODE,
    CHANGED_UID = PLAN_SET_UID,
    CHANGED_GID = PLAN_SET_GID,
    CHANGED_ATIME = PLAN_SET_ATIME,
    CHANGED_MTIME = PLAN_SET_MTIME,
    CHANGED_CONTENT = 1 << 8,
    CHANGED_XATTRS = 1 << 9,
};

enum { ACL_UNKNOWN, ACL_NONE = 0xffff, ACL_MODE = 0x1000 }; /* ACL_MODE | the bits */

struct node;
struct change;
struct listed;

struct object {
    /* What a step changes, and takes back when it fails: down to `was`, see overlay_change(). */
    struct values now;
    unsigned changed;                 /* CHANGED_… */
    bool derived;                     /* a part of a copy as a whole, as that makes it */
    const struct plan_secret *secret; /* its content is one, or NULL */
    uint16_t acl_mode;     /* what its default ACL leaves of a mode; ACL_NONE, ACL_UNKNOWN */
    const void *data;      /* of a new file: its first bytes */
    struct object *source; /* or the file of the base whose first bytes they are */
    uint64_t have;         /* how many */
    struct attribute *attributes;
    struct object *like;  /* the object of the base whose other attributes it has, or NULL */
    struct object *below; /* of a directory: whose entries on the disk it shows where it has no
                             node: it itself, the source of a copy, or NULL */
    const struct plan_digest *tree; /* of a copy as a whole: the digest of what it is a copy of */

    struct values was;     /* of one of the base: as it was looked at */
    struct node *place;    /* of a directory: the name it has now, or NULL */
    struct node *home;     /* of one of the base: the name it was found at; NULL for the root */
    bool base;             /* it is on the disk */
    bool racy;             /* changed right before it was looked at */
    bool ours;             /* a file that nobody else knows, see plan_was.ours */
    bool no_xattrs;        /* its file system has none */
    int fd;                /* of a directory of the base that is open, or −1 */
    const char *link;      /* the text of a symbolic link */
    struct node *children; /* of a directory */
    struct object *gone;   /* the next of the overlay's `gone` */
    const struct plan_digest *content; /* of the disk's: read while planning */
    /* For the net change (net.c), which sets them anew. */
    struct node *leaves, *comes; /* the names it loses and gets, by their `chain` */
    struct change *change;       /* of its attributes or content */
    const struct plan_object *made;
    bool differs; /* from the copy that it is a part of */
    /* Of a directory of the base, see overlay_lacks(). */
    size_t misses;
    struct listed *listed;
};

struct node {
    struct object *dir;       /* where it is a name in */
    struct node *sibling;     /* the next in `dir` */
    struct object *object;    /* what has the name now, or NULL */
    struct object *base;      /* what has it on the disk, or NULL */
    struct object *untouched; /* in a copy: what the copy puts here; see PLAN_CONTENT_COPY */
    struct node *origin;      /* the name on the disk that `object` was given this one for */
    bool saw;                 /* a precondition: it was asked for */
    bool read;                /* its content was */
    const struct plan_digest *listing; /* the names in it were: of those on the disk */
    /* For the net change (net.c), which sets them anew. */
    struct node *chain, *arrival; /* the next that loses, and gets, the same object */
    struct change *gets, *loses;  /* what happens to the name */
    uint16_t size;
    char name[];
};

/** Which step changed which name, or which object by it. */
struct touch {
    size_t step;
    struct node *node;
    struct object *object; /* NULL: the name has another object now */
};

/** Of the table of names; the hash stands in it, so that a slot of another name isn't looked at closer. */
struct slot {
    struct node *node; /* NULL: free */
    uint32_t hash;
};

struct overlay {
    int root_fd;
    struct object *root, *cwd; /* cwd is NULL where the current directory can't be reached */
    uid_t uid;
    gid_t gid;
    mode_t umask;
    bool takes; /* what is ours is taken, not copied */
    struct slot *table;
    size_t table_size, count; /* slots, and how many are taken */
    struct object **linked;   /* objects of the base with several names, by device and inode */
    size_t linked_size, linked_count;
    struct object *gone;              /* trees that were removed, the names in which still count */
    struct object *open[OVERLAY_FDS]; /* directories of the base that are open */
    unsigned hand;                    /* where the next goes */
    struct arena arena;
    struct str log;        /* what a call has changed, and was before */
    struct str touches;    /* struct touch */
    size_t touches_before; /* this call */
    size_t step;           /* the number of the step that is made */
    uint64_t next_ino;     /* of new objects */
    struct timespec time;  /* of this step */
};

/** Memory that is freed with the plan: zeroed, or NULL with errno ENOMEM. */
void *overlay_alloc(struct overlay *o, size_t size);
char *overlay_text(struct overlay *o, const char *text, size_t size);

int overlay_init(struct overlay *o, const char *root, mode_t umask);
void overlay_free(struct overlay *o);

/** A call of the plan begins; ends: with a failure `r`, all that it changed is as before. */
void overlay_begin(struct overlay *o);
int overlay_end(struct overlay *o, int r);

/** Before something of the overlay is changed: 0 or −ENOMEM. */
int overlay_keep(struct overlay *o, void *what, size_t size);
#define KEEP(o, field) overlay_keep(o, &(field), sizeof(field))

/** The node of a name, looked up on the disk when it is asked for first: 0 or −errno. */
int overlay_lookup(struct overlay *o, struct object *dir, const char *name, size_t size,
                   struct node **ret_node);

/** Gives a name to an object, or with NULL to none, and notes who did it: 0 or −ENOMEM. */
int overlay_bind(struct overlay *o, struct node *node, struct object *object);

/** Before an object that has the name `node` gets other attributes or content: 0 or −ENOMEM. */
int overlay_change(struct overlay *o, struct node *node, struct object *object, unsigned changed);

/** Something was made in or taken out of a directory: its times are this step's. */
int overlay_stamp(struct overlay *o, struct object *dir);

/** Whether the disk has the directory, so that its names are places of the net change. */
static inline bool is_base_dir(const struct object *dir) {
    return dir->base && dir->below == dir;
}

/** A new object for `dir`, without a name, with the bits that umask, ACL and directory leave of
 *  `mode`: 0 or −errno. */
int overlay_new(struct overlay *o, struct object *dir, mode_t mode, struct object **ret);

/** The permission bits and attributes that os_copytree() gives to a copy of `from`. */
enum { COPY_OWNER = 1 << 0, COPY_PLAIN = 1 << 1, COPY_MODE_ONLY = 1 << 2 };

/** A copy in `dir` of an object as it is now, with its content but for a directory's entries: 0 or
 *  −errno. */
int overlay_copy(struct overlay *o, struct object *from, struct object *dir, int how,
                 struct object **ret);

mode_t overlay_copied_mode(const struct overlay *o, const struct values *from, int how);

/** A copy of an object of the disk as that has it, of a directory with all in it: 0 or −ENOMEM. */
int overlay_copy_base(struct overlay *o, struct object *base, struct object *dir,
                      struct object **ret);

/** An empty object: NULL with errno ENOMEM. */
struct object *overlay_object(struct overlay *o);

/** The node of a name if it was asked for before. */
struct node *overlay_find(const struct overlay *o, const struct object *dir, const char *name,
                          size_t size);

/** What the disk has for a node that is new; the root. */
int overlay_look(struct overlay *o, struct node *node);
int overlay_look_at_root(struct overlay *o);

/** Whether a directory of the base, open as `fd`, is known not to have a name, without asking for it: 1,
 *  0 where it has to be asked for, or −ENOMEM. `misses` counts what was asked for and wasn't there. */
int overlay_lacks(struct overlay *o, struct object *dir, int fd, const char *name, size_t size);

/** ACL_NONE, or ACL_MODE with what a directory's default ACL leaves of a mode, or −errno. */
int overlay_acl_mode(struct overlay *o, struct object *dir);

/** The permission bits of an ACL as the kernel keeps it, or −EINVAL. */
int overlay_acl_bits(const struct str *acl);

/** Whether an object is in the tree, and not removed with something above it. */
bool overlay_reaches(const struct overlay *o, const struct object *dir);

/** The descriptor of a directory of the base, which stays the overlay's, or −errno. */
int overlay_fd(struct overlay *o, struct object *dir);

/** Opens an object of the base, which must still be there: a descriptor, −ESTALE or −errno. */
int overlay_open(struct overlay *o, struct object *object, int flags);

/** The names in a directory as the plan leaves it, in order, each with its NUL: 0 or −errno. With
 *  `base`, as it is on the disk. */
struct names {
    struct list list;
    struct str types; /* a DT_ type for each */
};
int overlay_names(struct overlay *o, struct object *dir, bool base, struct names *names);
void names_free(struct names *names);

/** lstat(2) of a name of a directory on the disk, "" for the directory itself: 0 or −errno. */
int disk_values(int dir, const char *name, struct values *ret);

/** Whether a change was so recently that another could have the same times. */
bool disk_racy(struct timespec changed);

/** Appends what a descriptor gives, `most` bytes at most: 0 or −errno. */
int disk_read(int fd, uint64_t most, struct str *ret);

/** Whether the content of an object is that of a file of the disk, unchanged; then that file. */
static inline struct object *content_source(struct object *object) {
    return object->base && !(object->changed & CHANGED_CONTENT) ? object : object->source;
}

/** Whether a directory has an entry: 1, 0 or −errno. */
int overlay_filled(struct overlay *o, struct object *dir);

/** The directory that a directory is in, or NULL where it isn't in the tree. */
static inline struct object *overlay_parent(const struct object *dir) {
    return dir->place ? dir->place->dir : NULL;
}

/** Loads the value of an extended attribute as the plan leaves it: 0, −ENODATA or −errno. */
int overlay_xattr(struct overlay *o, struct object *object, const char *name, struct str *value);

/** The names of all extended attributes, each with its NUL: 0 or −errno. */
int overlay_xattr_names(struct overlay *o, struct object *object, struct list *names);

/** Reads the content of a file or the text of a link as the plan leaves it: 0 or −errno. */
int overlay_read(struct overlay *o, struct object *object, struct str *ret);

static inline bool is_dir(const struct object *object) {
    return S_ISDIR(object->now.mode);
}

/** Where a path leads. */
struct where {
    struct object *dir;    /* of the last component, which `node` is the name of in it */
    struct node *node;     /* NULL where the last component is ".", ".." or "/": then it is `dir` */
    struct object *object; /* what is there, or NULL */
    bool slash;            /* slashes come behind it */
    int error;             /* with DEFER: −errno of looking the last component up */
    enum { LAST_NAME, LAST_DOT, LAST_DOTDOT, LAST_ROOT } last;
};

enum {
    FOLLOW = 1 << 0,   /* a symbolic link at the end, too */
    ANY_SIZE = 1 << 1, /* paths that are longer than the kernel takes */
    PARENT = 1 << 2,   /* what slashes at the end mean is the caller's business */
    DEFER = 1 << 3,    /* the last component can't be looked up: that is told by `error` */
};

/** Resolves a path as the kernel does: 0, or −errno. What is missing at the end is no failure. */
int resolve(struct overlay *o, const char *path, int flags, struct where *ret);

/** The same for a path that begins at a directory. */
int resolve_from(struct overlay *o, struct object *start, const char *path, int flags,
                 struct where *ret);

/** The same, where something has to be there: 0, −ENOENT, −ENOTDIR … */
int resolve_object(struct overlay *o, const char *path, int flags, struct where *ret);

#endif
