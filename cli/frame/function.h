/* SPDX-License-Identifier: MIT */
/** The table of functions and verbs that tools/contract makes, and the exit statuses. */
#ifndef CLI_FRAME_FUNCTION_H
#define CLI_FRAME_FUNCTION_H

#include <stdbool.h>

/** A positional argument or an option of a function. */
struct argument {
    enum { POSITIONAL, VALUE_OPTION, SWITCH } kind;
    const char *name;    /* "PATH", "dir-fd"; NULL ends the list */
    const char *metavar; /* what stands for its value in a usage line */
    const char *letters; /* "rR" of `-r` and `-R`, or "" */
    bool optional, many;
    const char *text; /* what it is, or NULL */
};

struct error_note {
    const char *name, *text;
};

struct call;

/** A row of the table: a function of a header, or a verb of a file in verbs/. */
struct function {
    const char *name;  /* "os.makedirs", "walk" */
    const char *topic; /* the header's name, "files"; of a verb its group, "Files" */
    const char *brief, *description, *prototype, *returns;
    const char *signature; /* "os.makedirs(name, mode=0o777, exist_ok=False)", or NULL */
    const char *since, *c_name;
    const char *const *names; /* other names that it answers to */
    const struct argument *arguments;
    const struct error_note *errors;
    int (*run)(struct call *call); /* returns the exit status; NULL: can't be called from a shell */
    bool command;                  /* options end at the first positional argument */
    bool plans;                    /* it can be a step of a plan: see call.h */
    const char *refusal;           /* why it can't be called from a shell */
};

struct topic {
    const char *name, *brief;
    bool verbs; /* a group of verbs */
};

/** Both end with a row of zeros. */
extern const struct function functions[];
extern const struct topic topics[];

/** Every exit status of the command has one of these meanings, or is that of a program it ran. */
enum {
    STATUS_YES = 0,         /* yes, or done */
    STATUS_NO = 1,          /* no, differs, or failed */
    STATUS_TROUBLE = 2,     /* trouble where 1 means "differs"; pending changes on request */
    STATUS_REFUSED = 3,     /* refused: nothing was touched */
    STATUS_UNKNOWN = 4,     /* can't be known beforehand */
    STATUS_USAGE = 64,      /* the command line is wrong: EX_USAGE */
    STATUS_TIMED_OUT = 124, /* the time limit ended it */
    STATUS_SIGNAL = 128,    /* plus N: signal N ended it */
};

#endif
