/* SPDX-License-Identifier: MIT */
/** The module osier._psutil: the machine as psutil has it, made in C without Python's lock.
 *
 *  osier.psutil, in Python, is built on it. The parts are psutil_process.c, psutil_machine.c and
 *  psutil_net.c.
 */
#include "psutil.h"

static const char *const shape_names[SHAPES] = {"pmem", "pcputimes", "puids", "pgids",
                                                "pio",  "pctxsw",    "addr",  "sconn"};

PyObject *psutil_shape(PyTypeObject *type, PyObject **items, Py_ssize_t count) {
    bool fine = true;
    for (Py_ssize_t i = 0; i < count; i++)
        fine &= items[i] != NULL;
    PyObject *tuple = fine ? type->tp_alloc(type, count) : NULL;
    for (Py_ssize_t i = 0; i < count; i++)
        if (tuple)
            PyTuple_SET_ITEM(tuple, i, items[i]);
        else
            Py_XDECREF(items[i]);
    return tuple;
}
PyDoc_STRVAR(prepare_doc, "prepare(shapes, statuses, /)\n--\n\n"
                          "Says which named tuples and words the answers are made of.");
static PyObject *prepare(PyObject *module, PyObject *args) {
    struct state *state = STATE(module);
    PyObject *shapes, *statuses;
    if (!PyArg_ParseTuple(args, "O!O!", &PyDict_Type, &shapes, &PyDict_Type, &statuses))
        return NULL;
    for (size_t i = 0; i < SHAPES; i++) {
        PyObject *type = PyDict_GetItemString(shapes, shape_names[i]);
        if (!type || !PyType_Check(type) || !PyType_IsSubtype((PyTypeObject *)type, &PyTuple_Type))
            return PyErr_Format(PyExc_TypeError, "%s is no named tuple", shape_names[i]);
        Py_XSETREF(state->shapes[i], (PyTypeObject *)Py_NewRef(type));
    }
    Py_XSETREF(state->statuses, Py_NewRef(statuses));
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"prepare", prepare, METH_VARARGS, prepare_doc},
    {0},
};

static int visit_state(PyObject *module, visitproc visit, void *arg) {
    struct state *state = STATE(module);
    for (size_t i = 0; i < SHAPES; i++)
        Py_VISIT(state->shapes[i]);
    Py_VISIT(state->statuses);
    Py_VISIT(state->families);
    Py_VISIT(state->types);
    Py_VISIT(state->states);
    return 0;
}

static int clear_state(PyObject *module) {
    struct state *state = STATE(module);
    for (size_t i = 0; i < SHAPES; i++)
        Py_CLEAR(state->shapes[i]);
    Py_CLEAR(state->statuses);
    Py_CLEAR(state->families);
    Py_CLEAR(state->types);
    Py_CLEAR(state->states);
    return 0;
}

static int add_parts(PyObject *module) {
    PyMethodDef *const parts[] = {psutil_process_methods, psutil_machine_methods,
                                  psutil_net_methods};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (PyModule_AddFunctions(module, parts[i]) < 0)
            return -1;
    return 0;
}

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_psutil",
    .m_size = sizeof(struct state),
    .m_methods = methods,
    .m_slots = (PyModuleDef_Slot[]){{Py_mod_exec, add_parts}, {0}},
    .m_traverse = visit_state,
    .m_clear = clear_state,
};

PyMODINIT_FUNC PyInit__psutil(void);
PyMODINIT_FUNC PyInit__psutil(void) {
    return PyModuleDef_Init(&definition);
}
