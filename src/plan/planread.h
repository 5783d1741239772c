/* SPDX-License-Identifier: MIT */
/** Reading a plan's file: what is known while it is read, and the objects that its lines have. */
#ifndef PLAN_PLANREAD_H
#define PLAN_PLANREAD_H

#include "plan/beside.h"
#include "plan/planfile.h"
#include "plan/secret.h"
#include <string.h>

/** A content that is used before its line comes. */
struct content_use {
    struct plan_digest digest;
    const void **data;
    const struct plan_beside **beside; /* or this, where it may stand beside the plan */
    uint64_t *have;                    /* one of the two gets its size */
    size_t *size;
};

struct content_line {
    struct plan_digest digest;
    const void *data;
    size_t size;
    bool used, beside;
};

/** A further name of an object that may come later. */
struct hard_use {
    const struct plan_object **hard;
    size_t entry, number;
};

/** A secret that was read to be compared. */
struct loaded_secret {
    const char *source;
    char *data;
    size_t size;
};

struct loaded_beside {
    const struct plan_beside *beside;
    uint64_t size;
};

struct loaded {
    struct arena arena;
    struct plan_net net;
    struct planfile_head head;
    char *text;
    size_t size;
    bool lacking; /* a content is left out, and nobody else has it */
    bool of_journal;
    int beside;         /* the directory of its large contents, or −1 */
    struct str besides; /* struct loaded_beside */
    struct secret_key key;
    struct str secrets; /* struct loaded_secret */
};

struct planread {
    struct os_plan *plan;
    struct loaded *loaded;
    struct arena *arena;
    struct plan_entry *entries;
    size_t entry_count, entry_room;
    struct str saws; /* struct plan_saw */
    struct str uses, contents, hard,
        numbers; /* struct content_use, content, hard_use, object_number */
    size_t lines;
    /* The line that is read. */
    struct json json;
};

/** Each member of an object goes to `take`, which answers 1, or 0 for one that it doesn't know. */
typedef int take_member(struct planread *r, const struct json_value *member, void *to);

int planread_members(struct planread *r, const struct json_value *object, take_member *take,
                     void *to);

static inline bool member_is(const struct json_value *member, const char *key) {
    return *member->key == *key && strcmp(member->key, key) == 0;
}

/** A number of the file, where they count from 1: 1 with it from 0 on, or −EBADMSG. */
int planread_number(const struct json_value *value, size_t *ret);

/** What was at a place; a place: 1, −EBADMSG, −ENOMEM. */
int planread_was(struct planread *r, const struct json_value *value, struct plan_was *was);
int planread_place(struct planread *r, const struct json_value *value, struct plan_place *place);

/** Notes where a content goes whose line is yet to come: 1, −EBADMSG, −ENOMEM. */
int planread_use(struct planread *r, const struct json_value *value, struct content_use use);

/** An object as it shall be, with all that is in it; `made`: it is new. 1, −EBADMSG, −ENOMEM … */
int planread_object(struct planread *r, const struct json_value *value, struct plan_object *object,
                    bool made);

#endif
