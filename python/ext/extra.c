/* SPDX-License-Identifier: MIT */
/** The module osier.extra: functions that no module of Python has. They are made from the headers. */
#include "extra.h"
#include "own.h"

#include <string.h>

/* What the module keeps; the door looks at the first member. */
struct extra {
    struct state door;
    PyObject *types; /* a tuple, in the order of extra_types */
};
#define EXTRA(module) ((struct extra *)PyModule_GetState(module))

/* ------------------------------------------------------------------------------- answers */

PyObject *extra_text(const char *text) {
    return text ? door_name(text, (Py_ssize_t)strlen(text), false) : Py_NewRef(Py_None);
}

PyObject *extra_chars(const char *text, size_t size) {
    return door_name(text, (Py_ssize_t)strnlen(text, size), false);
}

PyObject *extra_list(char *const *texts) {
    size_t count = 0;
    if (!texts)
        Py_RETURN_NONE;
    while (texts[count])
        count++;
    PyObject *list = PyList_New((Py_ssize_t)count);
    for (size_t i = 0; list && i < count; i++) {
        PyObject *text = extra_text(texts[i]);
        if (text)
            PyList_SET_ITEM(list, (Py_ssize_t)i, text);
        else
            Py_CLEAR(list);
    }
    return list;
}

PyObject *extra_map(const struct os_named_number *list, size_t count) {
    PyObject *map = PyDict_New();
    for (size_t i = 0; map && i < count; i++) {
        PyObject *name = extra_text(list[i].name);
        PyObject *number = PyLong_FromLongLong((long long)list[i].number);
        if (!name || !number || PyDict_SetItem(map, name, number) < 0)
            Py_CLEAR(map);
        Py_XDECREF(name);
        Py_XDECREF(number);
    }
    return map;
}

PyObject *extra_moment(int64_t seconds, int64_t nanoseconds) {
    PyObject *whole = PyLong_FromLongLong(seconds), *part = PyLong_FromLongLong(nanoseconds);
    PyObject *billion = PyLong_FromLong(1000000000);
    PyObject *product = whole && billion ? PyNumber_Multiply(whole, billion) : NULL;
    PyObject *sum = product && part ? PyNumber_Add(product, part) : NULL;
    Py_XDECREF(whole);
    Py_XDECREF(part);
    Py_XDECREF(billion);
    Py_XDECREF(product);
    return sum;
}

PyObject *extra_word_of(int value, const struct extra_word *words) {
    for (; words->word; words++)
        if (words->value == value)
            return PyUnicode_FromString(words->word);
    return PyUnicode_FromFormat("%d", value);
}

PyObject *extra_record(PyObject *module, int index, PyObject **items, int count) {
    PyObject *type = PyTuple_GET_ITEM(EXTRA(module)->types, index);
    PyObject *record = PyStructSequence_New((PyTypeObject *)type);
    for (int i = 0; i < count; i++) {
        if (record && items[i])
            PyStructSequence_SetItem(record, i, items[i]);
        else {
            Py_CLEAR(record);
            Py_XDECREF(items[i]);
        }
    }
    return record;
}

/* ----------------------------------------------------------------------------- arguments */

int extra_word(const char *text, const struct extra_word *words, int *ret_value) {
    for (const struct extra_word *one = words; one->word; one++)
        if (strcasecmp(one->word, text) == 0) {
            *ret_value = one->value;
            return 0;
        }
    PyObject *all = PyUnicode_FromString("");
    for (const struct extra_word *one = words; all && one->word; one++)
        Py_XSETREF(all, PyUnicode_FromFormat("%U%s'%s'", all, one == words ? "" : ", ", one->word));
    if (all)
        PyErr_Format(PyExc_ValueError, "'%s' is none of %U", text, all);
    Py_XDECREF(all);
    return -1;
}

int extra_texts(PyObject *list, struct extra_texts *ret) {
    return list == Py_None ? 0 : door_texts(list, &ret->owner, &ret->list);
}

void extra_free_texts(struct extra_texts *texts) {
    Py_CLEAR(texts->owner);
    PyMem_Free(texts->list);
}

/* -------------------------------------------------------------------------------- module */

static int add_types(PyObject *module) {
    Py_ssize_t count = 0;
    while (extra_types[count].description.name)
        count++;
    PyObject *types = EXTRA(module)->types = PyTuple_New(count);
    for (Py_ssize_t i = 0; types && i < count; i++) {
        PyStructSequence_Desc *description = &extra_types[i].description;
        PyObject *type = (PyObject *)PyStructSequence_NewType(description);
        if (!type)
            return -1;
        PyTuple_SET_ITEM(types, i, type);
        if (PyModule_AddObjectRef(module, strrchr(description->name, '.') + 1, type) < 0)
            return -1;
    }
    return types ? 0 : -1;
}

static int execute(PyObject *module) {
    door_handle_signals();
    return add_types(module) < 0 ? -1 : door_functions(module, module, NULL);
}

static int traverse(PyObject *module, visitproc visit, void *arg) {
    Py_VISIT(EXTRA(module)->types);
    return 0;
}

static int clear(PyObject *module) {
    Py_CLEAR(EXTRA(module)->types);
    return 0;
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, execute}, OWN_SLOTS{0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "osier.extra",
    .m_doc = "What osier has beyond Python's os: osier.extra.NAME is os_NAME in C, osier os.NAME "
             "in a shell.",
    .m_size = sizeof(struct extra),
    .m_slots = slots,
    .m_traverse = traverse,
    .m_clear = clear,
};

PyMODINIT_FUNC PyInit_extra(void);

PyMODINIT_FUNC PyInit_extra(void) {
    return PyModuleDef_Init(&definition);
}
