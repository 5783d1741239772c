/* SPDX-License-Identifier: MIT */
/** The modules osier.extra and osier._system, whose functions are made from the headers. */
#include "extra.h"
#include "own.h"

#include <stdarg.h>
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

PyObject *extra_dict(char *const *texts) {
    PyObject *dict = PyDict_New();
    for (; dict && texts && *texts; texts++) {
        const char *end = strchrnul(*texts, '=');
        PyObject *name = door_name(*texts, end - *texts, false);
        PyObject *value = extra_text(*end ? end + 1 : end);
        if (!name || !value || PyDict_SetItem(dict, name, value) < 0)
            Py_CLEAR(dict);
        Py_XDECREF(name);
        Py_XDECREF(value);
    }
    return dict;
}

PyObject *extra_ints(const int *numbers, size_t count) {
    PyObject *list = PyList_New((Py_ssize_t)count);
    for (size_t i = 0; list && i < count; i++) {
        PyObject *number = PyLong_FromLong(numbers[i]);
        if (number)
            PyList_SET_ITEM(list, (Py_ssize_t)i, number);
        else
            Py_CLEAR(list);
    }
    return list;
}

PyObject *extra_tuple(int count, ...) {
    va_list items;
    PyObject *tuple = PyTuple_New(count);
    va_start(items, count);
    for (int i = 0; i < count; i++) {
        PyObject *item = va_arg(items, PyObject *);
        if (tuple && item) {
            PyTuple_SET_ITEM(tuple, i, item);
        } else {
            Py_CLEAR(tuple);
            Py_XDECREF(item);
        }
    }
    va_end(items);
    return tuple;
}

PyObject *extra_capsule(void *handle, const char *name, void (*end)(PyObject *)) {
    PyObject *capsule = PyCapsule_New(handle, name, NULL);
    if (capsule)
        PyCapsule_SetDestructor(capsule, end);
    return capsule;
}

void *extra_handle(PyObject *capsule, const char *name) {
    if (capsule != Py_None)
        return PyCapsule_GetPointer(capsule, name);
    PyErr_SetString(PyExc_ValueError, "the handle is closed");
    return NULL;
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

/* The bit of one name. */
static int find_field(PyObject *name, const struct extra_field *fields, uint64_t *bits) {
    const char *text = PyUnicode_Check(name) ? PyUnicode_AsUTF8(name) : NULL;
    for (; text && fields->name; fields++)
        if (strcmp(fields->name, text) == 0) {
            *bits |= fields->bit;
            return 0;
        }
    if (!PyErr_Occurred())
        PyErr_Format(text ? PyExc_ValueError : PyExc_TypeError, "no field is called %R", name);
    return -1;
}

int extra_fields(PyObject *names, const struct extra_field *fields, uint64_t all,
                 uint64_t *ret_bits) {
    uint64_t bits = 0;
    if (names == Py_None) {
        *ret_bits = all;
        return 0;
    }
    if (PyUnicode_Check(names)) /* letters are no names */
        return PyErr_SetString(PyExc_TypeError, "fields: names in a list, not one text"), -1;
    PyObject *iterator = PyObject_GetIter(names), *name;
    int result = iterator ? 0 : -1;
    while (result == 0 && (name = PyIter_Next(iterator))) {
        result = find_field(name, fields, &bits);
        Py_DECREF(name);
    }
    Py_XDECREF(iterator);
    *ret_bits = bits;
    return PyErr_Occurred() ? -1 : result;
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
    PyModuleDef_HEAD_INIT, .m_size = sizeof(struct extra), .m_slots = slots, .m_traverse = traverse,
    .m_clear = clear,
};

PyObject *extra_module(const char *name, const char *doc) {
    definition.m_name = name;
    definition.m_doc = doc;
    return PyModuleDef_Init(&definition);
}
