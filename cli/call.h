/* SPDX-License-Identifier: MIT */
/** The table of functions, and a call of one of them with what was typed. */
#ifndef CLI_CALL_H
#define CLI_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** A positional argument or an option of a function. */
struct argument {
    enum { POSITIONAL, VALUE_OPTION, SWITCH } kind;
    const char *name;    /* "PATH", "dir-fd"; NULL ends the list */
    const char *metavar; /* what stands for its value in a usage line */
    char letter;         /* of `-f`, or 0 */
    bool optional, many;
    const char *text; /* what it is, or NULL */
};

struct error_note {
    const char *name, *text;
};

struct call;

/** A row of the table that tools/contract makes from the headers. */
struct function {
    const char *name;  /* "os.makedirs" */
    const char *topic; /* "files" */
    const char *brief, *description, *prototype, *returns;
    const char *signature; /* "os.makedirs(name, mode=0o777, exist_ok=False)", or NULL */
    const char *since, *c_name;
    const char *const *names; /* the Python names it stands for */
    const struct argument *arguments;
    const struct error_note *errors;
    int (*run)(struct call *call); /* gives the exit status; NULL: not from a shell */
    bool command;                  /* options end at the first positional */
    const char *refusal;           /* why not from a shell */
};

struct topic {
    const char *name, *brief;
    bool verbs; /* of the command's own, with no function of the library behind them */
};

/** Both end with a row of zeros. */
extern const struct function functions[];
extern const struct topic topics[];

/** What was typed. */
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
    size_t data_size; /* of what arg_data() gave */
    bool misused;     /* a value was refused, with a message */
    bool help;        /* --help was typed */
};

/** Sorts what was typed into `call`: false after a message when it does not fit the function. */
bool call_parse(struct call *call, const struct function *function, char **words);
void call_free(struct call *call);

/** Says on stderr what is wrong with the command line, and how it is used: always EX_USAGE. */
int misuse(const struct function *function, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** The same about a word that was typed, shown as Python shows it. */
int misuse_word(const struct function *function, const char *problem, const char *word);

/** The text of the argument `name` ("PATH", "max-depth"), or NULL where it was left out. */
const char *arg_text(const struct call *call, const char *name);
/** Its position in the call's values. */
size_t arg_index(const struct call *call, const char *name);

/* A value as the parameter needs it. What does not fit sets `misused`, after a message. */
enum { ARG_OCTAL = 1, ARG_UNCHANGED = 2 };
intmax_t arg_integer(struct call *call, size_t i, size_t size, bool is_signed, int options);
#define ARG_INTEGER(call, i, type, options)                                                        \
    ((type)arg_integer(call, i, sizeof(type), !((type)-1 > (type)0), options))
double arg_float(struct call *call, size_t i);
bool arg_bool(struct call *call, size_t i);
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
/** The values of an option that may come again: a list that ends with NULL; the call's. */
const char *const *arg_values(struct call *call, const char *name);

/** The last error in Python's words on stderr: always 1. */
int failed(void);
/** The same where errno is set; else the value is None, which prints nothing: always 1. */
int missing(void);

/* help.c */
const struct function *find_function(const char *name);
void print_help(void);
void print_function_help(const struct function *function);
/** "usage: osier os.mkdir PATH [--mode=MODE]" on stderr. */
void print_usage(const struct function *function);
/** The name that is meant by a mistyped one, or NULL. */
const char *suggest(const char *name);
/** The same of an option, without its dashes. */
const char *suggest_option(const struct function *function, const char *name);

#endif
