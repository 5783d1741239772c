/* SPDX-License-Identifier: MIT */
/** What exec and spawn share: where a program may be, with which arguments and environment. */
#ifndef PROCESS_PROGRAM_H
#define PROCESS_PROGRAM_H

#include "process/spawn.h"
#include <stdarg.h>

struct program {
    struct spawn spawn;    /* what to start */
    const char *single[2]; /* the list of programs, where it is one */
    char **owned_programs;
    char **owned_env;
    char **owned_argv;
    const char *words; /* what Python says of a wrong argument, when that is what failed */
};

/** Whose words a wrong argument list gets. */
struct program_words {
    const char *empty, *empty_first;
};

enum { PROGRAM_SEARCH = 1, PROGRAM_PARENT_PATH = 2, PROGRAM_OWN_ARGUMENTS = 4 };

/** Fills it in: 0 or −errno. PROGRAM_SEARCH looks for a name without '/' in the PATH of `env`, with
 *  PROGRAM_PARENT_PATH in that of the process; PROGRAM_OWN_ARGUMENTS takes `argv` over. Without
 *  `words`, any arguments and environment will do. */
int program_prepare(struct program *p, const char *file, char *const *argv, char *const *env,
                    int flags, const struct program_words *words);

void program_free(struct program *p);
#define AUTO_PROGRAM __attribute__((cleanup(program_free))) struct program

/** An argument list of what follows `first`, up to NULL; and, if `ret_env` isn't NULL, the
 *  environment behind it. One block: 0 or −ENOMEM. */
int program_arguments(const char *first, va_list rest, char ***ret_argv, char *const **ret_env);

#endif
