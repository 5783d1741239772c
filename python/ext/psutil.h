/* SPDX-License-Identifier: MIT */
/** What the parts of osier._psutil share. */
#ifndef PYTHON_PSUTIL_H
#define PYTHON_PSUTIL_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <osier.h>
#include <stdbool.h>

/* The named tuples that osier.psutil makes its answers of, in the order of `shape_names`. */
enum shape {
    SHAPE_MEM,
    SHAPE_TIMES,
    SHAPE_UIDS,
    SHAPE_GIDS,
    SHAPE_IO,
    SHAPE_SWITCHES,
    SHAPE_ADDR,
    SHAPE_CONN,
    SHAPES
};

struct state {
    PyTypeObject *shapes[SHAPES];
    PyObject *statuses; /* {"S": "sleeping", …} */
    PyObject *families; /* {2: AddressFamily.AF_INET, …} */
    PyObject *types;    /* {1: SocketKind.SOCK_STREAM, …} */
    PyObject *states;   /* {10: "LISTEN", …} */
};
#define STATE(module) ((struct state *)PyModule_GetState(module))

/** Sums up to the shape's members; takes the references. NULL where one of them could not be made. */
PyObject *psutil_shape(PyTypeObject *type, PyObject **items, Py_ssize_t count);
#define SHAPE(which, ...)                                                                          \
    ({                                                                                             \
        PyObject *items_[] = {__VA_ARGS__};                                                        \
        psutil_shape(state->shapes[which], items_, (Py_ssize_t)(sizeof items_ / sizeof *items_));  \
    })

static inline PyObject *name_of(const char *text) {
    return PyUnicode_DecodeFSDefault(text ? text : "");
}

static inline double seconds(int64_t nanoseconds) {
    return (double)nanoseconds / 1e9;
}

static inline PyObject *error(void) {
    return PyErr_SetFromErrno(PyExc_OSError);
}

/* A list of what the rest makes of each of `count` items. */
#define LIST_OF(items, count, ...)                                                                 \
    ({                                                                                             \
        PyObject *list_ = PyList_New((Py_ssize_t)(count));                                         \
        for (size_t i = 0; list_ && i < (count); i++) {                                            \
            PyObject *item_ = Py_BuildValue(__VA_ARGS__);                                          \
            if (!item_)                                                                            \
                Py_CLEAR(list_);                                                                   \
            else                                                                                   \
                PyList_SET_ITEM(list_, (Py_ssize_t)i, item_);                                      \
        }                                                                                          \
        free(items);                                                                               \
        list_;                                                                                     \
    })

/** The functions of each part; a row of zeros ends them. */
extern PyMethodDef psutil_process_methods[], psutil_machine_methods[], psutil_net_methods[];

#endif
