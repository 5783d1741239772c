/* SPDX-License-Identifier: MIT */
/** What shutil and os.py do with trees and files, on the core. The functions tell how it went by
 * numbers: the words are those of Python's own code, which is run where something fails. */
#include "door.h"

#include <errno.h>
#include <string.h>

/* The errno of a call that has failed, 0 of one that hasn't; NULL if a signal's handler raised. */
static PyObject *outcome(int r) {
    int number = r < 0 ? errno : 0;
    return PyErr_Occurred() ? NULL : PyLong_FromLong(number);
}

static int look_for_signals(const struct os_progress *progress, void *data) {
    (void)progress, (void)data;
    return door_check_signals();
}

EXTRA_FUNCTION(_rmtree, "path: path, ignore_errors: bool, dir_fd: dir_fd, threads: int",
               "Remove a tree; 0 or an errno.") {
    const struct os_rmtree_options options = {
        .size = sizeof options,
        .control.ignore_errors = INT(1),
        .control.threads = INT(3),
        .control.on_progress = look_for_signals,
    };
    int r;
    UNLOCKED(r = os_rmtreeat(INT(2), TEXT(0), &options));
    return outcome(r);
}

EXTRA_FUNCTION(_copyfile, "src: path, dst: path, follow_symlinks: bool",
               "Copy the content of a file; 0 or an errno.") {
    const struct os_copy_options options = {.size = sizeof options, .nofollow = !INT(2)};
    int r;
    UNLOCKED(r = os_copyfile(TEXT(0), TEXT(1), &options));
    return outcome(r);
}

EXTRA_FUNCTION(_copy2, "src: path, dst: path, follow_symlinks: bool",
               "Copy a file with all that belongs to it; 0 or an errno.") {
    const struct os_copy_options options = {.size = sizeof options, .nofollow = !INT(2)};
    int r;
    UNLOCKED(r = os_copy2(TEXT(0), TEXT(1), &options));
    return outcome(r);
}

/* As Python, a copy belongs to whoever makes it, and nobody waits for the disk. */
EXTRA_FUNCTION(_move, "src: path, dst: path, threads: int",
               "Move something; 0, or an errno where it could not be renamed.") {
    const struct os_move_options options = {
        .size = sizeof options,
        .control.threads = INT(2),
        .control.on_progress = look_for_signals,
        .new_owner = true,
        .nosync = true,
    };
    int r;
    UNLOCKED(r = os_rename(TEXT(0), TEXT(1)));
    if (r == 0 || errno != EXDEV)
        return outcome(r);
    UNLOCKED(r = os_move(TEXT(0), TEXT(1), &options));
    if (r < 0)
        return PyErr_Occurred() ? NULL : door_record_error(ARG(0));
    return PyLong_FromLong(0);
}

EXTRA_FUNCTION(_makedirs, "name: path, mode: int, exist_ok: bool, parent_mode: int",
               "Make a directory and those on the way to it; 0 or an errno.") {
    int r;
    UNLOCKED(
        r = os_makedirs_parents(TEXT(0), (mode_t)INT(1), (mode_t)INT(3), INT(2) ? OS_EXIST_OK : 0));
    return outcome(r);
}

EXTRA_FUNCTION(_removedirs, "name: path",
               "Remove a directory and those above that are empty; 0 or an errno.") {
    int r;
    UNLOCKED(r = os_removedirs(TEXT(0)));
    return outcome(r);
}

EXTRA_FUNCTION(_renames, "old: path, new: path",
               "Rename, make and remove the directories around it; 0 or an errno.") {
    int r;
    UNLOCKED(r = os_renames(TEXT(0), TEXT(1)));
    return outcome(r);
}

EXTRA_FUNCTION(_which, "cmd: path, mode: int, path: path",
               "Find a program in a search path; None where it isn't.") {
    char *name;
    UNLOCKED(name = os_which(TEXT(0), INT(1), TEXT(2)));
    if (!name && errno == 0)
        Py_RETURN_NONE;
    return door_take(name, ARG(0));
}

/* ------------------------------------------------------------------- copytree */

/* What could not be copied; noted by whichever thread it happened to, without the interpreter. */
struct failure {
    struct failure *next;
    const char *operation;
    int number;
    char *path;
};

struct failures {
    struct failure *first, **last;
    bool lost; /* there was no memory for one */
};

static int note_failure(const struct os_error *error, void *data) {
    struct failures *failures = data;
    struct failure *failure = malloc(sizeof *failure);
    if (!failure || !error->filename) {
        failures->lost = true;
        free(failure);
        return 0;
    }
    *failure = (struct failure){NULL, error->operation, error->number, strdup(error->filename)};
    failures->lost |= !failure->path;
    *failures->last = failure;
    failures->last = &failure->next;
    return 0;
}

/* A list of (operation, errno, path). */
static PyObject *list_failures(const struct failures *failures, bool bytes) {
    if (failures->lost)
        return PyErr_NoMemory();
    PyObject *list = PyList_New(0);
    for (const struct failure *f = failures->first; f && list; f = f->next) {
        PyObject *path = door_name(f->path, (Py_ssize_t)strlen(f->path), bytes);
        PyObject *item = path ? Py_BuildValue("siN", f->operation, f->number, path) : NULL;
        if (!item || PyList_Append(list, item) < 0)
            Py_CLEAR(list);
        Py_XDECREF(item);
    }
    return list;
}

static void free_failures(struct failures *failures) {
    for (struct failure *f = failures->first, *next; f; f = next) {
        next = f->next;
        free(f->path);
        free(f);
    }
}

/* The patterns of a tuple of str in ASCII, in a list that ends with NULL, for PyMem_Free(). */
static const char **read_patterns(PyObject *patterns) {
    Py_ssize_t count = PyTuple_GET_SIZE(patterns);
    const char **list = PyMem_New(const char *, (size_t)count + 1);
    for (Py_ssize_t i = 0; list && i < count; i++) {
        list[i] = PyUnicode_AsUTF8(PyTuple_GET_ITEM(patterns, i));
        if (!list[i]) {
            PyMem_Free(list);
            return NULL;
        }
    }
    if (!list)
        return (void *)PyErr_NoMemory();
    list[count] = NULL;
    return list;
}

EXTRA_FUNCTION(_copytree,
               "src: path, dst: path, symlinks: bool, dirs_exist_ok: bool, patterns: object, "
               "threads: int",
               "Copy a tree; (0 or an errno, what could not be copied).") {
    const char **patterns = NULL;
    if (PyTuple_Check(v[4].object) && !(patterns = read_patterns(v[4].object)))
        return NULL;
    struct failures failures = {.last = &failures.first};
    const struct os_copytree_options options = {
        .size = sizeof options,
        .symlinks = INT(2),
        .dirs_exist_ok = INT(3),
        .ignore = patterns,
        .control.threads = INT(5),
        .control.data = &failures,
        .control.on_error = note_failure,
        .control.on_progress = look_for_signals,
    };
    int r;
    UNLOCKED(r = os_copytree(TEXT(0), TEXT(1), &options));
    int number = r < 0 ? errno : 0;
    PyMem_Free(patterns);
    PyObject *list = PyErr_Occurred() ? NULL : list_failures(&failures, v[0].bytes);
    free_failures(&failures);
    return list ? Py_BuildValue("iN", number, list) : NULL;
}
