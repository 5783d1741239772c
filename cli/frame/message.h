/* SPDX-License-Identifier: MIT */
/** Messages on stderr: what is wrong with a command line, and what failed. */
#ifndef CLI_FRAME_MESSAGE_H
#define CLI_FRAME_MESSAGE_H

#include "frame/function.h"

#include <stddef.h>

struct os_error;

/** Prints what is wrong with the command line, and the usage: always STATUS_USAGE. */
int misuse(const struct function *function, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** `PROBLEM 'WORD'REST`, the word as Python shows it: "unknown option '--x'; did you mean …". */
int misuse_word(const struct function *function, const char *problem, const char *word,
                const char *rest);

/** `osier: VERB: FORMAT: 'WORD'`; without `word` no more than the text: always STATUS_NO. */
int complain(const char *verb, const char *word, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** The last error in Python's words: always STATUS_NO. */
int failed(void);

/** An error that is not the thread's last, in Python's words: always STATUS_NO. */
int failed_as(const struct os_error *error);

/** An errno with the name that it is about: always STATUS_NO. */
int failed_at(int number, const char *name);

/** How many a list lacks, as the user may not look at them; nothing for 0. */
void tell_hidden(size_t count);

#endif
