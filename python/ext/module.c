/* SPDX-License-Identifier: MIT */
/** The module osier._posix: every function that FUNCTION() declared, and what the interpreter's own
 *  posix has besides: its types, so that results are of one kind with everybody's, its constants,
 *  and the few functions that need the interpreter's insides. */
#include "door.h"
#include "own.h"

static int keep_type(PyObject *posix, const char *name, PyTypeObject **ret_type) {
    *ret_type = (PyTypeObject *)PyObject_GetAttrString(posix, name);
    return *ret_type ? 0 : -1;
}

static int keep_types(struct state *state, PyObject *posix) {
    if (keep_type(posix, "stat_result", &state->stat_result) < 0 ||
        keep_type(posix, "statvfs_result", &state->statvfs_result) < 0 ||
        keep_type(posix, "terminal_size", &state->terminal_size) < 0 ||
        keep_type(posix, "uname_result", &state->uname_result) < 0 ||
        keep_type(posix, "sched_param", &state->sched_param) < 0 ||
        keep_type(posix, "times_result", &state->times_result) < 0 ||
        keep_type(posix, "waitid_result", &state->waitid_result) < 0)
        return -1;
    return 0;
}

/* Adds what the module has not got of the interpreter's own posix, and notes which functions. */
static int take_over(PyObject *module, PyObject *posix) {
    PyObject *own = PyModule_GetDict(module), *theirs = PyModule_GetDict(posix);
    PyObject *key, *value, *taken = PyList_New(0);
    int result = taken ? 0 : -1;
    for (Py_ssize_t at = 0; result == 0 && PyDict_Next(theirs, &at, &key, &value);) {
        if (PyDict_Contains(own, key))
            continue;
        result = PyDict_SetItem(own, key, value);
        if (result == 0 && PyCFunction_Check(value))
            result = PyList_Append(taken, key);
    }
    if (result == 0)
        result = PyModule_AddObjectRef(module, "_taken_over", taken);
    Py_XDECREF(taken);
    return result;
}

static int execute(PyObject *module) {
    PyObject *originals = PyImport_ImportModule("osier._original");
    PyObject *original = originals ? PyObject_GetAttrString(originals, "posix") : NULL;
    if (original)
        STATE(module)->functions = PyObject_GetAttrString(originals, "functions");
    Py_XDECREF(originals);
    if (!STATE(module)->functions) {
        Py_XDECREF(original);
        return -1;
    }
    door_handle_signals();
    int result = keep_types(STATE(module), original);
    if (result == 0)
        result = door_functions(module, original, door_entry_docs);
    if (result == 0)
        result = door_entries(module);
    if (result == 0)
        result = door_walk(module);
    if (result == 0)
        result = take_over(module, original);
    if (result == 0)
        result = PyModule_AddStringConstant(module, "_version", os_version());
    Py_DECREF(original);
    return result;
}

static int traverse(PyObject *module, visitproc visit, void *arg) {
    struct state *state = STATE(module);
    Py_VISIT(state->functions);
    Py_VISIT(state->stat_result);
    Py_VISIT(state->statvfs_result);
    Py_VISIT(state->terminal_size);
    Py_VISIT(state->uname_result);
    Py_VISIT(state->sched_param);
    Py_VISIT(state->times_result);
    Py_VISIT(state->waitid_result);
    Py_VISIT(state->entry);
    Py_VISIT(state->scan);
    Py_VISIT(state->walk);
    return 0;
}

static int clear(PyObject *module) {
    struct state *state = STATE(module);
    Py_CLEAR(state->functions);
    Py_CLEAR(state->stat_result);
    Py_CLEAR(state->statvfs_result);
    Py_CLEAR(state->terminal_size);
    Py_CLEAR(state->uname_result);
    Py_CLEAR(state->sched_param);
    Py_CLEAR(state->times_result);
    Py_CLEAR(state->waitid_result);
    Py_CLEAR(state->entry);
    Py_CLEAR(state->scan);
    Py_CLEAR(state->walk);
    return 0;
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, execute}, OWN_SLOTS{0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "osier._posix",
    .m_doc = "The posix layer of osier's os, on the C core.",
    .m_size = sizeof(struct state),
    .m_slots = slots,
    .m_traverse = traverse,
    .m_clear = clear,
};

PyMODINIT_FUNC PyInit__posix(void);

PyMODINIT_FUNC PyInit__posix(void) {
    return PyModuleDef_Init(&definition);
}
