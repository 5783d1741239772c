/* SPDX-License-Identifier: MIT */
/** The module osier._posix: every function that FUNCTION() declared, types and constants. */
#include "door.h"

static int execute(PyObject *module) {
    door_handle_signals();
    return door_functions(module);
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, execute},
#ifdef Py_mod_multiple_interpreters
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "osier._posix",
    .m_doc = "The posix layer of osier's os, on the C core.",
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__posix(void) {
    return PyModuleDef_Init(&definition);
}
