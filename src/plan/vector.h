/* SPDX-License-Identifier: MIT */
/** Owner, mode, attributes and times of an object: read, compared, set. */
#ifndef PLAN_VECTOR_H
#define PLAN_VECTOR_H

#include "base/json.h"
#include <sys/types.h>
#include <time.h>

struct vector_xattr {
    char *name;
    void *value; /* NULL: there is none */
    size_t size;
};

struct vector {
    mode_t mode; /* permission bits */
    uid_t uid;
    gid_t gid;
    bool times; /* those below count */
    struct timespec atime, mtime;
    size_t count;
    struct vector_xattr *xattrs;
};

void vector_free(struct vector *v);

/** Adds an attribute; value NULL for none: 0 or −ENOMEM. */
int vector_add(struct vector *v, const char *name, const void *value, size_t size);

/** Reads what a handle (O_PATH) stands for: mode and owner, times if `v->times`, and the values of
 *  those attributes that `names` has. 0 or −errno. */
int vector_read(struct vector *v, int handle, const struct vector *names);

/** Sets all of it: owner, mode, attributes, times, in this order. A link has no mode. 0 or −errno. */
int vector_set(const struct vector *v, int handle);

/** What a comparison of an object with two vectors tells. */
enum vector_standing { VECTOR_A, VECTOR_B, VECTOR_BETWEEN, VECTOR_NEITHER };

/** Which of two vectors an object has: A where it is both; BETWEEN when each of its values is one
 *  of the two, or what the kernel makes of one while the other is set. ≥ 0 or −errno. */
int vector_stands(int handle, const struct vector *a, const struct vector *b);

/** Appends it as an object of JSON. */
void vector_append(const struct vector *v, struct str *s);

/** Reads that: 0, −EBADMSG, −ENOMEM. */
int vector_parse(struct vector *v, const struct json *json, const struct json_value *object);

#endif
