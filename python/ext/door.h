/* SPDX-License-Identifier: MIT */
/** The Python door: how a builtin function takes its arguments, calls the core and answers.
 *
 *  A function of the module is declared with one line that is both its signature in Python and the
 *  way its arguments are read (args.c), and a body:
 *
 *      FUNCTION(mkdir, "path: path, mode: int = 511, *, dir_fd: dir_fd = None") {
 *          if (PySys_Audit("os.mkdir", "Oii", OBJECT(0), INT(1), AUDIT_FD(2)) < 0)
 *              return NULL;
 *          int r;
 *          UNLOCKED(r = os_mkdirat(INT(2), TEXT(0), (mode_t)INT(1)));
 *          return none_or_error(r, ARG(0));
 *      }
 *
 *  The body sees `v`, the values of its parameters in their order; what they hold is released
 *  behind it. The docstring is that of the interpreter's own function.
 *
 *  Arguments that can't be read here are handed to the interpreter's own function, to refuse in its
 *  words or to take: that differs with its version. A body does the same by returning DOOR_REFUSED
 *  before anything has happened.
 */
#ifndef PYTHON_DOOR_H
#define PYTHON_DOOR_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <errno.h>
#include <osier.h>
#include <stdbool.h>
#include <stdint.h>

/** How an argument is read; the words of a signature stand in args.c. */
enum kind {
    KIND_OBJECT,       /* as it is */
    KIND_PATH,         /* str, bytes or PathLike */
    KIND_PATH_OR_FD,   /* … or an integer */
    KIND_PATH_OR_NONE, /* … or None */
    KIND_PATH_FD_NONE, /* path, integer or None */
    KIND_FD,           /* an integer, or an object with fileno() */
    KIND_DIR_FD,       /* an integer, or None for the current directory */
    KIND_INT,
    KIND_UINT,
    KIND_INT64,
    KIND_MASK, /* 32 bits of whatever integer */
    KIND_SIZE,
    KIND_BOOL,
    KIND_UID, /* −1 … 2³²−1 */
    KIND_GID,
    KIND_DOUBLE,
    KIND_BUFFER,        /* bytes-like, to read */
    KIND_WRITABLE,      /* bytes-like, to write into */
    KIND_TEXT,          /* a str as UTF-8 */
    KIND_INT64_OR_NONE, /* None is OS_POSITION */
    KIND_UINT64,
    KIND_DEVICE,      /* the number of a device, 64 bits without a sign */
    KIND_DEVICE_PART, /* its major or minor number */
    KIND_FSNAME,      /* a name as bytes: what os.fsencode takes */
};

/** One argument, read. */
struct value {
    PyObject *object; /* as it was passed, or NULL when it was left out; borrowed */
    PyObject *owner;  /* what `text` belongs to, if that isn't `object`; owned */
    PyObject *fspath; /* what __fspath__ gave, which `object` then is; owned */
    const char *text; /* a path's bytes; NULL for None, or a descriptor */
    Py_ssize_t size;  /* the length of `text` */
    int64_t number;   /* an integer, a flag, a descriptor; −1 where a path was given */
    double real;
    Py_buffer buffer; /* held while buffer.obj is set */
    bool bytes;       /* the path was given as bytes: so is what comes of it */
};

enum { MOST_PARAMETERS = 16 };

struct parameter {
    char name[24];
    enum kind kind;
    bool required;
    int64_t number;       /* the default */
    const char *fallback; /* the default of a path or text, or NULL */
};

/** A function: what FUNCTION() writes down, and what its signature was found to say, once for all
 *  interpreters of the process: so there is no object of Python in it. */
struct function {
    const char *name;
    const char *signature;
    const char *doc; /* NULL: the interpreter's own */
    PyObject *(*entry)(PyObject *, PyObject *const *, Py_ssize_t, PyObject *);
    PyObject *(*bare)(PyObject *, PyObject *); /* the entry where there are no parameters */
    struct parameter *parameters;
    int count;
    int positional;      /* how many may be given by position */
    int positional_only; /* how many may not be given by name */
    int required;        /* how many have no default */
    bool always;         /* part of the module whether or not the interpreter's posix has it */
    PyMethodDef method;
    struct function *next;
};

#define FUNCTION(name_, signature_) FUNCTION_(name_, signature_, NULL, false)
/** One that the interpreter's own posix needn't have. */
#define EXTRA_FUNCTION(name_, signature_, doc_) FUNCTION_(name_, signature_, doc_, true)
#define FUNCTION_(name_, signature_, doc_, always_)                                                \
    static inline PyObject *body_##name_(PyObject *module, struct value *v);                       \
    static PyObject *entry_##name_(PyObject *, PyObject *const *, Py_ssize_t, PyObject *);         \
    static PyObject *bare_##name_(PyObject *module, PyObject *);                                   \
    static struct function function_##name_ = {                                                    \
        .name = #name_,                                                                            \
        .signature = signature_,                                                                   \
        .doc = doc_,                                                                               \
        .always = always_,                                                                         \
        .entry = entry_##name_,                                                                    \
        .bare = bare_##name_,                                                                      \
    };                                                                                             \
    static PyObject *entry_##name_(PyObject *module, PyObject *const *args, Py_ssize_t nargs,      \
                                   PyObject *names) {                                              \
        struct value v[MOST_PARAMETERS];                                                           \
        int held = door_read(&function_##name_, args, nargs, names, v);                            \
        PyObject *result = held < 0 ? DOOR_REFUSED : body_##name_(module, v);                      \
        if (held > 0)                                                                              \
            door_release_all(v, held);                                                             \
        if (result == DOOR_REFUSED)                                                                \
            return door_refuse(&function_##name_, module, args, nargs, names);                     \
        return result;                                                                             \
    }                                                                                              \
    static PyObject *bare_##name_(PyObject *module, PyObject *nothing OS_ATTRIBUTE(unused)) {      \
        return body_##name_(module, NULL);                                                         \
    }                                                                                              \
    __attribute__((constructor)) static void add_##name_(void) {                                   \
        door_add(&function_##name_);                                                               \
    }                                                                                              \
    static inline PyObject *body_##name_(PyObject *module OS_ATTRIBUTE(unused),                    \
                                         struct value *v OS_ATTRIBUTE(unused))

void door_add(struct function *function);

/** Reads the signatures and adds to the module every function whose name `model` has: 0 or −1 with
 *  an exception. What else there is to take from the model, once in a process, does `once`, or NULL. */
int door_functions(PyObject *module, PyObject *model, void (*once)(PyObject *model));

/** Reads the arguments: how many values have to be released behind the body, or −1 with an
 *  exception. */
int door_read(struct function *function, PyObject *const *args, Py_ssize_t nargs, PyObject *names,
              struct value *values);
void door_release_all(struct value *values, int count);

/** What a body returns to have the interpreter's own function called instead; no object. */
#define DOOR_REFUSED ((PyObject *)&door_refused)
extern const char door_refused;

/** Calls the interpreter's own function with arguments that can't be read here. An exception that
 *  somebody else's code raised stays what comes of the call. */
PyObject *door_refuse(const struct function *function, PyObject *module, PyObject *const *args,
                      Py_ssize_t nargs, PyObject *names);

/** What the module keeps: types of the interpreter's own posix, so that results are of one kind. */
struct state {
    PyObject *functions; /* a dict of what that posix held before anything of it was replaced */
    PyTypeObject *stat_result, *statvfs_result, *terminal_size, *uname_result, *sched_param;
    PyTypeObject *times_result, *waitid_result;
    PyTypeObject *entry, *scan, *walk;
};
#define STATE(module) ((struct state *)PyModule_GetState(module))

#define ARG(i)    (&v[i])
#define GIVEN(i)  (v[i].object != NULL)
#define OBJECT(i) (v[i].object ? v[i].object : Py_None)
#define TEXT(i)   (v[i].text)
#define INT(i)    ((int)v[i].number)
#define LONG(i)   (v[i].number)
/** A dir_fd as the audit events have it: −1 for none. */
#define AUDIT_FD(i) (v[i].number == OS_CWD ? -1 : (int)v[i].number)

/** Reads one path (kinds KIND_PATH…): 0, or −1 with a TypeError or ValueError. */
int door_path(struct value *value, PyObject *object, enum kind kind, const char *name);
/** Reads a descriptor in the place of a path: 0, or −1 with an exception. */
int door_fd(PyObject *object, int64_t *ret_number);
void door_release(struct value *value);

/* ------------------------------------------------------------------- calls without the GIL */

/* Found without a call in osier._posix. A process has room for the threads' variables of few libraries that are
 * loaded later (glibc.rtld.optional_static_tls), and all of a library's take it: so the others are found by one. */
#ifdef DOOR_TO_POSIX
#define FOUND_AT_ONCE __attribute__((tls_model("initial-exec")))
#else
#define FOUND_AT_ONCE
#endif
extern _Thread_local PyThreadState *door_thread FOUND_AT_ONCE;

/** Runs a statement without the interpreter's lock; a signal that interrupts is seen to (PEP 475).
 */
#define UNLOCKED(...)                                                                              \
    do {                                                                                           \
        PyThreadState **unlocked_slot = &door_thread;                                              \
        *unlocked_slot = PyEval_SaveThread();                                                      \
        __VA_ARGS__;                                                                               \
        PyThreadState *unlocked_thread = *unlocked_slot;                                           \
        *unlocked_slot = NULL;                                                                     \
        PyEval_RestoreThread(unlocked_thread); /* which leaves errno as it is */                   \
    } while (0)

/** Runs the handlers of signals that came, from within UNLOCKED(): 0, or −1 with an exception. */
int door_check_signals(void);

/** Has signals handled by Python while a call of the core is interrupted. */
void door_handle_signals(void);

/* ------------------------------------------------------------------- answers */

/** Raises the OSError of errno with up to two file names: always NULL. A pending exception stays.
 */
PyObject *door_error(const struct value *path, const struct value *path2);

/** Raises the error of the thread's record: its own file names, as str or bytes like `like`. */
PyObject *door_record_error(const struct value *like);

static inline PyObject *none_or_error(int r, const struct value *path) {
    if (r < 0)
        return door_error(path, NULL);
    Py_RETURN_NONE;
}

static inline PyObject *number_or_error(int64_t r, const struct value *path) {
    return r < 0 ? door_error(path, NULL) : PyLong_FromLongLong(r);
}

/** bytes or str of a file name, whichever `bytes` asks for. */
PyObject *door_name(const char *text, Py_ssize_t size, bool bytes);

/** The same of an owned text of the core, which is freed; NULL raises the record's error. */
PyObject *door_take(char *text, const struct value *like);

/** The names of a list of the core, which is freed. */
PyObject *door_list(char **names, bool bytes);

/** An os.stat_result. */
PyObject *door_stat(PyObject *module, const struct os_stat_result *st);

/** Refuses what a descriptor in place of a path can't have: 0 or −1. */
int door_check_fd(const struct value *path, int64_t dir_fd, bool follow);

/** The priority in an os.sched_param: 0 or −1. */
int door_sched_param(PyObject *module, PyObject *object, int *ret_priority);

/** Whether this is no sub-interpreter. An isolated one may not fork or exec, which only the
 *  interpreter's own posix can tell. */
bool door_main_interpreter(void);

/** Calls a function of the interpreter's own posix with a tuple of arguments, which it takes. */
PyObject *door_ask_original(PyObject *module, const char *name, PyObject *arguments);

/** Whether there are audit hooks; they don't notice the question. */
bool door_audited(void);

/** The docstring of an attribute of the interpreter's own, with its signature where it has one, as
 *  a method table keeps it: never freed, NULL where there is none. */
char *door_doc(PyObject *owner, const char *name);

/** Takes the docstrings of DirEntry from the interpreter's own, once in a process. */
void door_entry_docs(PyObject *model);

/** Adds DirEntry and the iterator of scandir: 0 or −1. */
int door_entries(PyObject *module);

/** Adds the iterator of walk and fwalk: 0 or −1. */
int door_walk(PyObject *module);

/** A list of texts as the core takes it, to PyMem_Free(); the owner holds their bytes. 0 or −1. */
int door_texts(PyObject *list, PyObject **ret_owner, char ***ret_texts);

#endif
