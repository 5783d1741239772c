/* SPDX-License-Identifier: MIT */
/** The reading side of os.environ: a base type that answers before the Python methods of the
 *  mapping, and getenv.
 *
 *  What counts is what counts in Python: the dictionary `_data` of bytes, as it is at that moment.
 *  A name that was asked for is kept with its encoded form and the value it had then, so that
 *  asking again neither encodes nor decodes, as long as `_data` holds that very object. Mappings
 *  other than the two of the os module, names that aren't plain and names that aren't there are the
 *  Python methods'.
 */
#include "own.h"
#include "path.h"

enum { MOST_KEPT = 256 };

enum found { FAILED = -1, MISSING, FOUND, UNKNOWN };

static const char *const attributes[ENVIRON_ATTRIBUTES] = {"_data", "encodekey", "decodevalue"};
static const char *const methods[ENVIRON_METHODS] = {"__getitem__", "__contains__", "get"};

/* ------------------------------------------------------------------- the dictionary */

/* The dictionary of one of the two mappings, new; NULL where it is other than it was made. */
static PyObject *data_of(struct state *state, const struct environment *env) {
    if (!env->attributes)
        return NULL;
    for (int i = 1; i < ENVIRON_ATTRIBUTES; i++)
        if (PyDict_GetItemWithError(env->attributes, state->attribute_names[i]) != env->made[i])
            return NULL;
    PyObject *data = own_value(env->attributes, state->attribute_names[0]);
    if (data && !PyDict_CheckExact(data))
        Py_CLEAR(data);
    return data;
}

static bool same_mapping(const struct environment *env, PyObject *mapping) {
    return env->attributes && env->mapping == mapping;
}

/* The str of a value; NULL without an exception where that isn't known here. */
static PyObject *decoded(const struct state *state, PyObject *value) {
    if (!PyBytes_CheckExact(value) || !state->utf8)
        return NULL;
    return PyUnicode_DecodeFSDefaultAndSize(PyBytes_AS_STRING(value), PyBytes_GET_SIZE(value));
}

/* ------------------------------------------------------------------- names that were asked for */

/* Keeps (name as bytes, value as bytes or None, value as str or None) by the name; gives that, new. */
static PyObject *keep(struct state *state, PyObject *name, PyObject *key, PyObject *value,
                      PyObject *text) {
    PyObject *entry = PyTuple_Pack(3, key, value, text);
    if (!entry)
        return NULL;
    if (PyDict_GET_SIZE(state->kept) >= MOST_KEPT)
        PyDict_Clear(state->kept);
    if (PyDict_SetItem(state->kept, name, entry) < 0)
        Py_CLEAR(entry);
    return entry;
}

/* What has been kept of a name, or is from now on; new. */
static PyObject *kept(struct state *state, PyObject *name) {
    PyObject *entry = own_value(state->kept, name);
    if (entry || PyErr_Occurred())
        return entry;
    PyObject *key = PyBytes_FromStringAndSize(PyUnicode_DATA(name), PyUnicode_GET_LENGTH(name));
    entry = key ? keep(state, name, key, Py_None, Py_None) : NULL;
    Py_XDECREF(key);
    return entry;
}

static enum found changed(struct state *state, PyObject *name, PyObject *entry, PyObject *value,
                          PyObject **ret_value) {
    PyObject *text = decoded(state, value);
    PyObject *again = text ? keep(state, name, PyTuple_GET_ITEM(entry, 0), value, text) : NULL;
    if (again) {
        Py_DECREF(again);
        *ret_value = text;
        return FOUND;
    }
    Py_XDECREF(text);
    return PyErr_Occurred() ? FAILED : UNKNOWN;
}

/* Looks a value up in the dictionary of bytes, by what has been kept of its name. */
static enum found look_up(struct state *state, PyObject *data, PyObject *name, PyObject *entry,
                          PyObject **ret_value) {
    PyObject *value = own_value(data, PyTuple_GET_ITEM(entry, 0));
    if (!value)
        return PyErr_Occurred() ? FAILED : MISSING;
    enum found found = FOUND;
    if (value == PyTuple_GET_ITEM(entry, 1))
        *ret_value = Py_NewRef(PyTuple_GET_ITEM(entry, 2));
    else
        found = changed(state, name, entry, value, ret_value);
    Py_DECREF(value);
    return found;
}

static enum found find_text(struct state *state, PyObject *name, PyObject **ret_value) {
    PyObject *data = path_is_ascii(name) ? data_of(state, &state->text) : NULL;
    PyObject *entry = data ? kept(state, name) : NULL;
    enum found found = entry              ? look_up(state, data, name, entry, ret_value)
                       : PyErr_Occurred() ? FAILED
                                          : UNKNOWN;
    Py_XDECREF(entry);
    Py_XDECREF(data);
    return found;
}

static enum found find_bytes(struct state *state, PyObject *name, PyObject **ret_value) {
    PyObject *data = PyBytes_CheckExact(name) ? data_of(state, &state->raw) : NULL;
    PyObject *value = data ? own_value(data, name) : NULL;
    enum found missing = data ? MISSING : UNKNOWN;
    Py_XDECREF(data);
    if (!value)
        return PyErr_Occurred() ? FAILED : missing;
    if (PyBytes_CheckExact(value)) {
        *ret_value = value;
        return FOUND;
    }
    Py_DECREF(value);
    return UNKNOWN;
}

static enum found find(struct state *state, PyObject *mapping, PyObject *name, PyObject **ret) {
    if (same_mapping(&state->text, mapping))
        return find_text(state, name, ret);
    if (same_mapping(&state->raw, mapping))
        return find_bytes(state, name, ret);
    return UNKNOWN;
}

/* ------------------------------------------------------------------- the methods */

static PyObject *call_method(struct state *state, enum environ_method method, PyObject *self,
                             PyObject *name, PyObject *fallback) {
    if (!state->methods[method])
        return PyErr_Format(PyExc_RuntimeError, "%s() is not bound", methods[method]);
    return PyObject_CallFunctionObjArgs(state->methods[method], self, name, fallback, NULL);
}

static PyObject *get_item(PyObject *self, PyObject *name) {
    struct state *state = path_state(self);
    PyObject *value;
    if (!state)
        return NULL;
    switch (find(state, self, name, &value)) {
    case FAILED:
        return NULL;
    case FOUND:
        return value;
    case MISSING:
        return PyObject_CallMethod(self, "_vanished", "O", name);
    case UNKNOWN:
        break;
    }
    return call_method(state, ENVIRON_GETITEM, self, name, NULL);
}

static int contains(PyObject *self, PyObject *name) {
    struct state *state = path_state(self);
    PyObject *value;
    if (!state)
        return -1;
    enum found found = find(state, self, name, &value);
    if (found == FOUND)
        Py_DECREF(value);
    if (found != UNKNOWN)
        return found;
    PyObject *answer = call_method(state, ENVIRON_CONTAINS, self, name, NULL);
    int truth = answer ? PyObject_IsTrue(answer) : -1;
    Py_XDECREF(answer);
    return truth;
}

static PyObject *get_or(struct state *state, PyObject *self, PyObject *name, PyObject *fallback) {
    PyObject *value;
    switch (find(state, self, name, &value)) {
    case FAILED:
        return NULL;
    case FOUND:
        return value;
    case MISSING:
        return Py_NewRef(fallback);
    case UNKNOWN:
        break;
    }
    return call_method(state, ENVIRON_GET, self, name, fallback);
}

/* As it was called, for the Python method to take or refuse. */
static PyObject *call_get(struct state *state, PyObject *self, PyObject *const *args,
                          Py_ssize_t count, PyObject *names) {
    PyObject *method = state->methods[ENVIRON_GET];
    Py_ssize_t all = count + (names ? PyTuple_GET_SIZE(names) : 0);
    PyObject **with_self = PyMem_New(PyObject *, all + 1);
    if (!method || !with_self) {
        PyMem_Free(with_self);
        return method ? PyErr_NoMemory() : PyErr_Format(PyExc_RuntimeError, "get() is not bound");
    }
    with_self[0] = self;
    for (Py_ssize_t i = 0; i < all; i++)
        with_self[i + 1] = args[i];
    PyObject *result = PyObject_Vectorcall(method, with_self, (size_t)count + 1, names);
    PyMem_Free(with_self);
    return result;
}

static PyObject *get(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *names) {
    struct state *state = path_state(self);
    if (!state)
        return NULL;
    if (names || count < 1 || count > 2)
        return call_get(state, self, args, count, names);
    return get_or(state, self, args[0], count > 1 ? args[1] : Py_None);
}

PyDoc_STRVAR(get_doc, "get($self, /, key, default=None)\n--\n\n"
                      "The value of a variable, or `default` where there is none.");

static PyMethodDef type_methods[] = {
    {"get", (PyCFunction)(void (*)(void))get, METH_FASTCALL | METH_KEYWORDS, get_doc},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot type_slots[] = {
    {Py_tp_doc, (void *)"Looks up what os.environ has."},
    {Py_tp_methods, type_methods},
    {Py_mp_subscript, get_item},
    {Py_sq_contains, contains},
    {0, NULL},
};

static PyType_Spec type_spec = {
    .name = "osier._path.Lookup",
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .slots = type_slots,
};

int path_add_lookup(PyObject *module) {
    PyObject *type = PyType_FromModuleAndSpec(module, &type_spec, NULL);
    struct state *state = PyModule_GetState(module);
    Py_XSETREF(state->lookup, type);
    return type ? PyModule_AddObjectRef(module, "Lookup", type) : -1;
}

/* ------------------------------------------------------------------- getenv */

static PyObject *get_variable(struct state *state, const char *mapping, PyObject *const *args) {
    PyObject *found = path_os_name(state, mapping);
    if (!found || !args[0] ||
        !(same_mapping(&state->text, found) || same_mapping(&state->raw, found)))
        return NULL;
    return get_or(state, found, args[0], args[1] ? args[1] : Py_None);
}

PyObject *path_getenv(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    struct state *state = PyModule_GetState(module);
    (void)count;
    return get_variable(state, "environ", args);
}

PyObject *path_getenvb(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    struct state *state = PyModule_GetState(module);
    (void)count;
    return get_variable(state, "environb", args);
}

/* ------------------------------------------------------------------- binding */

/* Notes a mapping and what it was made of; nothing where it is of another kind. */
static int note_mapping(struct state *state, PyObject *os, const char *name,
                        struct environment *env) {
    PyObject *mapping = PyDict_GetItemString(os, name);
    PyObject *type = mapping ? (PyObject *)Py_TYPE(mapping) : NULL;
    if (!type || !PyType_IsSubtype((PyTypeObject *)type, (PyTypeObject *)state->lookup))
        return 0;
    PyObject *dict = PyObject_GenericGetDict(mapping, NULL);
    if (!dict)
        return -1;
    for (int i = 0; i < ENVIRON_ATTRIBUTES; i++)
        Py_XSETREF(env->made[i],
                   Py_XNewRef(PyDict_GetItemWithError(dict, state->attribute_names[i])));
    Py_XSETREF(env->mapping, Py_NewRef(mapping));
    Py_XSETREF(env->attributes, dict);
    return 0;
}

const char path_bind_environ_doc[] =
    PyDoc_STR("bind_environ($module, os, type, /)\n--\n\n"
              "Notes the mappings of an os, and the type whose methods they have "
              "besides those of Lookup.");

PyObject *path_bind_environ(PyObject *module, PyObject *args) {
    struct state *state = PyModule_GetState(module);
    PyObject *os, *type;
    if (!PyArg_ParseTuple(args, "O!O", &PyModule_Type, &os, &type))
        return NULL;
    for (int i = 0; i < ENVIRON_METHODS; i++) {
        PyObject *method = PyObject_GetAttrString(type, methods[i]);
        if (!method)
            return NULL;
        Py_XSETREF(state->methods[i], method);
    }
    for (int i = 0; i < ENVIRON_ATTRIBUTES; i++) {
        PyObject *name = PyUnicode_InternFromString(attributes[i]);
        if (!name)
            return NULL;
        Py_XSETREF(state->attribute_names[i], name);
    }
    Py_XSETREF(state->kept, PyDict_New());
    PyObject *dict = PyModule_GetDict(os);
    if (!state->kept || note_mapping(state, dict, "environ", &state->text) < 0 ||
        note_mapping(state, dict, "environb", &state->raw) < 0)
        return NULL;
    Py_RETURN_NONE;
}
