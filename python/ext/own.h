/* SPDX-License-Identifier: MIT */
/** Items of containers that other threads may change meanwhile: always references of one's own, as a
 *  build of Python without a lock around all of it needs them. */
#ifndef PYTHON_OWN_H
#define PYTHON_OWN_H

#include <Python.h>

#include <stdbool.h>

/** What a module says of itself, where Python asks for it: every interpreter of a process has one of its
 *  own, and it needs no lock around all of Python. */
#ifdef Py_MOD_PER_INTERPRETER_GIL_SUPPORTED
#define OWN_INTERPRETERS {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#else
#define OWN_INTERPRETERS
#endif
#ifdef Py_MOD_GIL_NOT_USED
#define OWN_SLOTS OWN_INTERPRETERS{Py_mod_gil, Py_MOD_GIL_NOT_USED},
#else
#define OWN_SLOTS OWN_INTERPRETERS
#endif

/** The value of a key, new; NULL where there is none, or with an exception. */
static inline PyObject *own_value(PyObject *dict, PyObject *key) {
#if PY_VERSION_HEX >= 0x030D0000
    PyObject *value;
    PyDict_GetItemRef(dict, key, &value);
    return value;
#else
    return Py_XNewRef(PyDict_GetItemWithError(dict, key));
#endif
}

/** An item of a list, new; NULL without an exception where the list is shorter by now. */
static inline PyObject *own_item(PyObject *list, Py_ssize_t i) {
#if PY_VERSION_HEX >= 0x030D0000
    PyObject *item = PyList_GetItemRef(list, i);
    if (!item)
        PyErr_Clear();
    return item;
#else
    return i < PyList_GET_SIZE(list) ? Py_NewRef(PyList_GET_ITEM(list, i)) : NULL;
#endif
}

/** Keeps a new object in a place that is filled once, by whoever comes first; gives what is there. */
static inline PyObject *own_first(PyObject **place, PyObject *made) {
    PyObject *none = NULL;
    if (__atomic_compare_exchange_n(place, &none, made, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return made;
    Py_DECREF(made);
    return none;
}

#endif
