/* SPDX-License-Identifier: MIT */
/** The builtins of os.path: each is the core's answer to what it can answer for, and hands every
 *  other call on to the interpreter's own Python function.
 *
 *  The core is asked where that can't be told from the Python function: for str, bytes and what
 *  __fspath__ makes of an object, without embedded NULs, and while the functions of os that the
 *  Python function would call are still those that the assembly found there. All else (subclasses
 *  of str, mixed types, lone surrogates, a replaced os.lstat, errors in what os.path only passes
 *  on) is the Python function's, which so also finds the words of every exception.
 */
#ifndef PYTHON_PATH_H
#define PYTHON_PATH_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <errno.h>
#include <osier.h>
#include <stdbool.h>
#include <string.h>

/** Every builtin, those of ntpath as nt_join and the like, with the fewest and most arguments that may be given by position, and how many
 *  places for arguments its body looks at. */
#define PATH_BUILTINS(X)                                                                           \
    X(abspath, 1, 1, 1)                                                                            \
    X(basename, 1, 1, 1)                                                                           \
    X(commonpath, 1, 1, 1)                                                                         \
    X(commonprefix, 1, 1, 1)                                                                       \
    X(dirname, 1, 1, 1)                                                                            \
    X(exists, 1, 1, 1)                                                                             \
    X(expanduser, 1, 1, 1)                                                                         \
    X(expandvars, 1, 1, 1)                                                                         \
    X(getatime, 1, 1, 1)                                                                           \
    X(getctime, 1, 1, 1)                                                                           \
    X(getenv, 1, 2, 2)                                                                             \
    X(getenvb, 1, 2, 2)                                                                            \
    X(getmtime, 1, 1, 1)                                                                           \
    X(getsize, 1, 1, 1)                                                                            \
    X(isabs, 1, 1, 1)                                                                              \
    X(isdevdrive, 1, 1, 1)                                                                         \
    X(isdir, 1, 1, 1)                                                                              \
    X(isfile, 1, 1, 1)                                                                             \
    X(isjunction, 1, 1, 1)                                                                         \
    X(islink, 1, 1, 1)                                                                             \
    X(ismount, 1, 1, 1)                                                                            \
    X(join, 1, PY_SSIZE_T_MAX, 1)                                                                  \
    X(lexists, 1, 1, 1)                                                                            \
    X(normcase, 1, 1, 1)                                                                           \
    X(normpath, 1, 1, 1)                                                                           \
    X(nt_basename, 1, 1, 1)                                                                        \
    X(nt_commonpath, 1, 1, 1)                                                                      \
    X(nt_dirname, 1, 1, 1)                                                                         \
    X(nt_expandvars, 1, 1, 1)                                                                      \
    X(nt_isabs, 1, 1, 1)                                                                           \
    X(nt_isreserved, 1, 1, 1)                                                                      \
    X(nt_join, 1, PY_SSIZE_T_MAX, 1)                                                               \
    X(nt_normcase, 1, 1, 1)                                                                        \
    X(nt_normpath, 1, 1, 1)                                                                        \
    X(nt_relpath, 1, 2, 2)                                                                         \
    X(nt_split, 1, 1, 1)                                                                           \
    X(nt_splitdrive, 1, 1, 1)                                                                      \
    X(nt_splitext, 1, 1, 1)                                                                        \
    X(nt_splitroot, 1, 1, 1)                                                                       \
    X(realpath, 1, 1, 2)                                                                           \
    X(relpath, 1, 2, 2)                                                                            \
    X(samefile, 2, 2, 2)                                                                           \
    X(sameopenfile, 2, 2, 2)                                                                       \
    X(samestat, 2, 2, 2)                                                                           \
    X(split, 1, 1, 1)                                                                              \
    X(splitdrive, 1, 1, 1)                                                                         \
    X(splitext, 1, 1, 1)                                                                           \
    X(splitroot, 1, 1, 1)

enum builtin {
#define X(name, least, most, all) BUILTIN_##name,
    PATH_BUILTINS(X)
#undef X
        BUILTINS
};

/** What os.path calls of os. */
enum watched {
    OS_FSPATH,
    OS_STAT,
    OS_LSTAT,
    OS_FSTAT,
    OS_READLINK,
    OS_GETCWD,
    OS_GETCWDB,
    WATCHED
};

enum { MOST_NAMED = 2 };

/** One builtin as the assembly made it. */
struct made {
    PyObject *original;               /* the interpreter's own function */
    PyObject *parameters[MOST_NAMED]; /* the names to give arguments by; NULL where there is none */
    char *doc;
    PyMethodDef method;
};

enum { ENVIRON_DATA, ENVIRON_ENCODE, ENVIRON_DECODE, ENVIRON_ATTRIBUTES };

enum environ_method { ENVIRON_GETITEM, ENVIRON_CONTAINS, ENVIRON_GET, ENVIRON_METHODS };

/** A mapping of the environment: environ, or environb. */
struct environment {
    PyObject *mapping;                  /* NULL before it is bound */
    PyObject *attributes;               /* its dictionary of attributes */
    PyObject *made[ENVIRON_ATTRIBUTES]; /* what they were */
};

/** What a module keeps: it serves one os. */
struct state {
    struct made made[BUILTINS];
    PyObject *os;                 /* the dictionary of the os module; NULL before it is bound */
    PyObject *watched[WATCHED];   /* what its functions were then */
    PyObject *names[WATCHED];     /* and how they are called, interned */
    PyObject *environ, *environb; /* its environments, and the dictionary in them, of bytes */
    PyObject *environ_data, *environb_data;
    struct environment text, raw;
    PyObject *attribute_names[ENVIRON_ATTRIBUTES]; /* interned */
    PyObject *methods[ENVIRON_METHODS];            /* the Python methods of the mappings */
    PyObject *kept;                                /* names that were asked for, by themselves */
    PyObject *lookup;                              /* the type Lookup */
    PyObject *allow_missing, *all_but_last;        /* os.path's own, where it has them */
    bool utf8;                                     /* file names are UTF-8 */
    bool old_links; /* realpath (before 3.13) gives up at a loop of links, and ismount calls it */
    bool unclosed;  /* expandvars: a "${" without its "}" takes the rest of the text */
    int nt_version; /* ntpath is that of Python 3.11, 3.12 or (13) later */
};

/** A body: `args` holds one place for each possible argument, NULL where none was given (join: as
 *  many as `count`). NULL without an exception leaves the call to the Python function. */
typedef PyObject *path_body(PyObject *module, PyObject *const *args, Py_ssize_t count);

#define X(name, least, most, all) path_body path_##name;
PATH_BUILTINS(X)
#undef X

/** Whether a function of os is what it was. */
bool path_intact(struct state *state, enum watched watched);

/** A name of the module os as it is now, or NULL without an exception; borrowed. */
PyObject *path_os_name(struct state *state, const char *name);

/** The state of the module whose type Lookup an object's type has for a base, or NULL. */
struct state *path_state(PyObject *object);

/** Adds the type Lookup to the module: 0 or −1. */
int path_add_lookup(PyObject *module);

/** The module's function bind_environ. */
PyObject *path_bind_environ(PyObject *module, PyObject *args);
extern const char path_bind_environ_doc[];

/** A path, read. */
struct text {
    PyObject *object; /* the exact str or bytes */
    PyObject *owner;  /* what is to be released behind the call */
    const char *data; /* its bytes, which end in a NUL */
    size_t size;
    bool bytes;
    bool ascii;
    bool surrogates; /* some characters are lone surrogates, written as if they were others */
};

static inline bool path_is_ascii(PyObject *object) {
    return PyUnicode_CheckExact(object) && PyUnicode_IS_COMPACT_ASCII(object);
}

static inline bool path_read_ascii(PyObject *str, struct text *text) {
    text->object = str;
    text->owner = NULL;
    text->data = PyUnicode_DATA(str);
    text->size = (size_t)PyUnicode_GET_LENGTH(str);
    text->bytes = false;
    text->ascii = true;
    text->surrogates = false;
    return true;
}

bool path_read_other(struct state *state, PyObject *object, struct text *text);

/** Reads a path as text, in UTF-8 whatever file names are encoded in: false where the Python
 *  function has to see to it. There may be a NUL in it. */
static inline bool path_read_in(struct state *state, PyObject *object, struct text *text) {
    if (path_is_ascii(object)) /* needs no encoding: the text is the string's own */
        return path_read_ascii(object, text);
    return path_read_other(state, object, text);
}

/** The same without the module's state, which costs a call that ASCII has no need of. */
static inline bool path_read(PyObject *module, PyObject *object, struct text *text) {
    if (path_is_ascii(object))
        return path_read_ascii(object, text);
    return path_read_other(PyModule_GetState(module), object, text);
}

/** Reads a path to the disk: as file names are encoded, without a NUL in it. */
bool path_read_name(struct state *state, PyObject *object, struct text *text);

static inline void path_release(struct text *text) {
    Py_XDECREF(text->owner);
}

static inline bool path_whole(const struct text *text) {
    return strlen(text->data) == text->size;
}

/** A part of a path, as an object of its kind. */
PyObject *path_part(const struct text *text, struct os_slice part);

/** A tuple of parts, the last of which ends where the path does; NULL without an exception where a
 *  NUL has cut the path short. Releases the path. */
PyObject *path_parts(struct text *text, const struct os_slice *part, Py_ssize_t count);

/** A text that the core made of it, freed; NULL leaves the call to the Python function. */
PyObject *path_take(const struct text *text, char *made);

/** The same of a text with the current directory or the target of a link in it. */
PyObject *path_take_name(const struct text *text, char *made);

/** Paths that are all str or all bytes, without NULs: what join and commonpath take. */
struct texts {
    struct text *texts;
    const char **list; /* their bytes, and NULL behind the last */
    Py_ssize_t count;
    struct text few[8];
    const char *few_list[9];
};

bool path_read_all(PyObject *module, PyObject *const *objects, Py_ssize_t count,
                   struct texts *ret_texts);
void path_release_all(struct texts *texts);

/** A list or tuple of paths that is not empty, as a tuple, which can't change while it is read; NULL
 *  without an exception for all else. */
PyObject *path_as_tuple(PyObject *paths);

#endif
