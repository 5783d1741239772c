/* SPDX-License-Identifier: MIT */
/** Preconditions: what an object was, and whether it still is. */
#ifndef PLAN_WAS_H
#define PLAN_WAS_H

#include "plan/overlay.h"

/** Adds a number to a digest, the same on every machine. */
struct sha256;
void digest_number(struct sha256 *sum, uint64_t number);

void was_digest(const void *data, size_t size, struct plan_digest *ret);

/** The digest of names in order, each with its NUL: 0 or −ENOMEM. */
int was_names_digest(const struct list *names, struct plan_digest *ret);

/** What an object of the disk was; NULL: absent. */
struct plan_was was_of(const struct object *object);

/** Reads the content and, if asked for, the attributes of what a `was` is of, in place: 0; −ESTALE where
 *  it is no longer that. */
int was_hash(int dir_fd, const char *name, struct plan_was *was);

/** The digest of a file's content: 0 or −errno. */
int was_file_digest(int dir_fd, const char *name, struct plan_digest *ret);

/** A `was`, or what is at a place now, in words for people: 0 or −ENOMEM. */
void was_words(struct str *s, const struct plan_was *was);
int was_found_words(struct str *s, int dir_fd, const char *name);

#endif
