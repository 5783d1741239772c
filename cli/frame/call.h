/* SPDX-License-Identifier: MIT */
/** A call of a function or a verb: what was typed, and the blocks that live as long as it. */
#ifndef CLI_FRAME_CALL_H
#define CLI_FRAME_CALL_H

#include "frame/function.h"

#include <stddef.h>

struct call {
    const struct function *function;
    const char **values; /* for each argument its text, or NULL; a switch that is set has "" */
    char **rest;         /* the values of the argument that takes many, then NULL */
    size_t rest_count;
    struct given {
        size_t argument;
        const char *value;
    } * given; /* the values of options that may come again, in the order they came */
    size_t given_count;
    size_t data_size;     /* of what arg_data() returned */
    bool misused;         /* a value was refused, with a message */
    bool help;            /* -h or --help was typed */
    bool full_help;       /* --help was */
    struct os_plan *plan; /* the call is a step of it, or NULL */
    void **owned;         /* blocks that call_free() frees */
    size_t owned_count;
};

/** Sorts what was typed into `call`: false after a message when it does not fit the function. */
bool call_parse(struct call *call, const struct function *function, char **words);

/** Frees all that the call owns. */
void call_free(struct call *call);

/** `count` zeroed items of `size` bytes that the call owns; NULL and `misused` after a message. */
void *call_alloc(struct call *call, size_t count, size_t size);

/** Has the call own `block`, which may be NULL: the block; NULL, freed, when memory is short. */
void *call_own(struct call *call, void *block);

/** The end of a call that is a step of a plan; `r` says whether it is one now: the exit status. */
int planned(struct call *call, int r);

/** An argument of such a call that no plan has: STATUS_USAGE, after a message. */
int unplanned(struct call *call, size_t argument);

#endif
