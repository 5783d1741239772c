/* SPDX-License-Identifier: MIT */
/** The table of functions that is read from the public headers, and everything made from it.
 *
 *  A build-time program: it runs out of memory by giving up, and never frees.
 */
#ifndef TOOLS_CONTRACT_H
#define TOOLS_CONTRACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/** A growing array of `type`: `ADD(array) = item`. */
#define ARRAY(type)                                                                                \
    struct {                                                                                       \
        type *items;                                                                               \
        size_t count;                                                                              \
    }
#define ADD(array)                                                                                 \
    (*((array).items = grow((array).items, (array).count++, sizeof *(array).items),                \
       &(array).items[(array).count - 1]))

struct place {
    const char *file;
    int line;
};

struct argument;

/** Where the command gets a parameter's value from. */
enum source { UNFILLED, FIXED, ARGUMENT, BITS, OPTIONS, DATA_SIZE, BUFFER, OUT };

/** A parameter of a function, or a member of a struct. */
struct variable {
    char *name;
    char *type;  /* "const char *"; of an array the type of its items */
    char *array; /* "3" of `double ret_averages[3]`, "" of `char *const argv[]`, or NULL */
    char *text;  /* what its comment says */
    enum source source;
    char *expression;          /* of FIXED */
    struct argument *argument; /* of ARGUMENT */
};

struct note {
    char *name; /* of an @error: "EEXIST" */
    char *text;
};

/** One word of a @shell line. */
struct argument {
    enum { POSITIONAL, VALUE_OPTION, SWITCH } kind;
    char letter;    /* of `-f|--force`, or 0 */
    char *name;     /* "PATH", "dir-fd" */
    char *variable; /* the C name that goes with it: "path", "dir_fd" */
    char *fallback; /* a C expression or the text, or NULL */
    char *bit;      /* what a switch sets in `flags`, where the line says so */
    char *text;     /* what its @param says */
    bool optional, many;
    bool used; /* some parameter is made from it */
};

struct fixed {
    char *name, *expression;
};

typedef ARRAY(struct note) notes;
typedef ARRAY(struct variable) variables;
typedef ARRAY(char *) texts;

enum shell { SHELL_NONE, SHELL_CALL, SHELL_NO, SHELL_SEE };

struct shell_line {
    enum shell kind;
    char *name;   /* "os.makedirs"; of SHELL_NO the reason, of SHELL_SEE the other's C name */
    bool command; /* options end at the first positional: the rest belongs to another command */
    ARRAY(struct argument) arguments;
    ARRAY(struct fixed) fixed;
    texts results; /* "none", "str" … */
};

/** A documented thing of a header. */
struct entry {
    enum { FUNCTION, RECORD, MACRO, OTHER } kind;
    struct place place;
    char *name;
    char *declaration; /* as the header has it, in one line (a struct: several) */
    char *brief, *description;
    /* of a function */
    char *type;
    char *signature; /* the first @python line */
    bool must_free, variadic;
    variables variables; /* parameters, or members of a struct */
    notes params, errors;
    notes options; /* what only a call from the shell has */
    texts pythons, sources;
    char *returns, *since;
    struct shell_line shell;
};

struct header {
    char *path;  /* "osier/files.h" */
    char *topic; /* "files" */
    char *brief, *description;
    bool verbs; /* a header of the command: verbs that no C function stands behind */
    ARRAY(struct entry) entries;
};

struct contract {
    ARRAY(struct header) headers;
    char *words; /* every header's text, to look a bit's name up */
};

/* main.c: small things all parts share */
void *grow(void *items, size_t count, size_t size);
char *copy(const char *text, size_t size);
char *format(const char *pattern, ...) __attribute__((format(printf, 1, 2)));
char *read_text(const char *path);
void complain(struct place place, const char *pattern, ...) __attribute__((format(printf, 2, 3)));
FILE *create(const char *folder, const char *name);
void finish(FILE *file);
bool starts(const char *text, const char *prefix);
bool ends(const char *text, const char *suffix);
bool word_char(char c);
/** Whether `word` stands in `text` as a word of its own. */
bool has_word(const char *text, const char *word);
/** "--dir-fd" as C spells it: "dir_fd". */
char *c_name(const char *name);
char *upper(const char *name);

/* read.c */
void read_header(struct contract *contract, const char *path, bool verbs);
/* comment.c */
void read_comment(struct entry *entry, const char *comment);
/* declare.c */
void read_declaration(struct entry *entry, const char *text);
/* shell.c */
/** What C's reader is told, in words for who types: NULL is what was not given. */
char *shell_text(const char *text);
void read_shell(struct entry *entry, const char *text);
/* plan.c */
/** Says for each parameter of a function that the command calls where its value comes from. */
void plan(struct contract *contract, struct entry *entry);
/** Says of the options of a custom call what the members of that name say. */
void plan_texts(struct contract *contract, struct entry *entry);
/* check.c */
void check(struct contract *contract);
const struct entry *find_function(const struct contract *contract, const char *name);
const struct entry *find_record(const struct contract *contract, const char *type);
/** What the header says of a bit such as OS_EXIST_OK; NULL where there is none. */
const char *find_bit(const struct contract *contract, const char *name);
/** The members of an options structure, those of a `struct os_tree_control` in it as
 *  "control.threads"; its size and what a shell can't give left out. */
variables option_members(const struct contract *contract, const struct entry *record);
/** An enum's declaration by its type, "enum os_path_strict"; NULL where there is none. */
const struct entry *find_enum(const struct contract *contract, const char *type);
/** Its members without what all their names begin with: "LENIENT" of OS_PATH_LENIENT. */
texts enum_words(const struct entry *entry, char **ret_prefix);
/** "os.makedirs" of the signature "os.makedirs(name, …)". */
char *python_name(const char *signature);
bool custom(const struct entry *entry);
/** What stands for an argument's value in a usage line: "MODE"; of a verb what its line has: "N".
 */
char *metavar(const struct entry *entry, const struct argument *argument);

/* What is made from it. */
void write_calls(struct contract *contract, FILE *out);
void write_manuals(struct contract *contract, const char *folder);
void write_links(struct contract *contract, const char *folder);
void write_completions(struct contract *contract, const char *folder);
/** Complains of a name without a counterpart, and of a function without a test. */
void write_parity(const struct contract *contract, const char *source, FILE *out);

#define EACH(item, array)                                                                          \
    for (typeof(*(array).items) *item = (array).items; item < (array).items + (array).count; item++)

#endif
