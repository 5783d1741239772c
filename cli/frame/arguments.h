/* SPDX-License-Identifier: MIT */
/** From the words that were typed to the values that a function takes. */
#ifndef CLI_FRAME_ARGUMENTS_H
#define CLI_FRAME_ARGUMENTS_H

#include "frame/call.h"

#include <stdint.h>
#include <sys/types.h>

/** The text of the argument `name` ("PATH", "max-depth"), or NULL where it was left out. */
const char *arg_text(const struct call *call, const char *name);

/** Its position in the call's values. */
size_t arg_index(const struct call *call, const char *name);

/** Whether an option was given. */
bool is_set(const struct call *call, const char *name);

/** The same, with its position in the call's values. */
bool arg_given(const struct call *call, const char *name, size_t *ret_index);

/** The number an option was given, or `otherwise`. */
int option_number(struct call *call, const char *name, int otherwise);

/* A value as the parameter needs it. What does not fit sets `misused`, after a message; what it
 * takes memory for is the call's. */
enum {
    ARG_OCTAL = 1, /* a mode: octal, or of os.chmod symbolic, "u+x" */
    ARG_USER = 2,  /* a number or a name; -1 for no change */
    ARG_GROUP = 4, /* likewise */
};
intmax_t arg_integer(struct call *call, size_t i, size_t size, bool is_signed, int options);
#define ARG_INTEGER(call, i, type, options)                                                        \
    ((type)arg_integer(call, i, sizeof(type), !((type)-1 > (type)0), options))
double arg_float(struct call *call, size_t i);
bool arg_bool(struct call *call, size_t i);
/** Sets `*flag` where it was given: as `--owner`, as `--owner=False`, as `--no-owner`. */
void arg_flag(struct call *call, const char *name, bool *flag);

/** The text, or all of stdin for "-"; the size goes to `data_size`. */
const void *arg_data(struct call *call, size_t i);

/** A block of `size` bytes for the function to fill. */
void *arg_buffer(struct call *call, size_t size);

/** `rest` as integers. */
const int *arg_integers(struct call *call);

/** A word that stands for a number. */
struct word {
    const char *name;
    int value;
};

/** One of the words of a list that ends with a NULL; True and False are 1 and 0. */
int arg_word(struct call *call, size_t i, const struct word *words);

/** What --dry-run of a call prints: the call, as a shell takes it. */
int tell_call(struct call *call);

/** The values of an option that may come again: a list that ends with NULL. */
const char *const *arg_values(struct call *call, const char *name);

#endif
