/* SPDX-License-Identifier: MIT */
/** Secrets of a plan: its file has where each comes from, and an HMAC by which it is known again. */
#ifndef PLAN_SECRET_H
#define PLAN_SECRET_H

#include "base/sha256.h"
#include "base/str.h"
#include "plan/net.h"

enum { SECRET_ID = 17 };

/** The key of the state directory's journal. */
struct secret_key {
    uint8_t bytes[SHA256_SIZE];
    char id[SECRET_ID]; /* what tells it from another, and nothing of it */
};

/** Reads the key; `make` makes one where there is none: 0; −ENOKEY; −errno. */
int secret_key(bool make, struct secret_key *ret);

/** The HMAC of a content. */
void secret_seal(const struct secret_key *key, const void *data, size_t size,
                 struct plan_digest *ret);

/** Whether a plan's file can have an object with a secret: its source has all of the content. */
bool secret_can_be_had_again(const struct plan_object *object);

/** Reads a source: 0 with the content, to free(); above 0 where there is no secret in it, with why, and
 *  with the end of what a program said, or NULL, to free(); −errno, mostly −ENOMEM. */
int secret_read(const char *source, char **ret_data, size_t *ret_size, struct str *reterr_why,
                char **reterr_said);

/** In a plan that was loaded: reads each secret that wasn't yet, and compares. What isn't the one that
 *  the plan has seen is a conflict. 0; −ENOKEY where the plan was made with another key; −errno. */
int secrets_check(struct os_plan *plan);

/** Frees the list of os_plan_secrets(); what was read of sources. */
void secrets_free(struct os_plan *plan);
struct loaded;
void secrets_forget(struct loaded *loaded);

/** Overwrites a content that is needed no more. */
void secret_wipe(const void *data, size_t size);

#endif
