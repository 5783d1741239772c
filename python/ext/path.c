/* SPDX-License-Identifier: MIT */
/** The module osier._path: makes the builtins of os.path, for one assembly of it. */
#include "path.h"

#include "own.h"

/* ------------------------------------------------------------------- calls */

static struct made *made_of(PyObject *module, enum builtin which) {
    return &((struct state *)PyModule_GetState(module))->made[which];
}

static PyObject *call_original(struct made *made, PyObject *const *args, Py_ssize_t count,
                               PyObject *names) {
    if (!made->original) /* the module is being taken down */
        return PyErr_Format(PyExc_RuntimeError, "%s() is gone", made->method.ml_name);
    return PyObject_Vectorcall(made->original, args, (size_t)count, names);
}

/* Lays out what was given by name behind what was by position: whether all of it found a place. */
static bool arrange(const struct made *made, PyObject *const *args, Py_ssize_t count,
                    PyObject *names, PyObject **ret_args) {
    for (Py_ssize_t i = 0; i < count; i++)
        ret_args[i] = args[i];
    for (Py_ssize_t k = 0; names && k < PyTuple_GET_SIZE(names); k++) {
        int i = 0;
        while (i < MOST_NAMED && made->parameters[i] != PyTuple_GET_ITEM(names, k))
            i++;
        if (i == MOST_NAMED || ret_args[i])
            return false;
        ret_args[i] = args[count + k];
    }
    return true;
}

/* A call that the body can't simply be handed. */
static PyObject *call_arranged(PyObject *module, enum builtin which, path_body *body,
                               PyObject *const *args, Py_ssize_t count, PyObject *names,
                               Py_ssize_t least, Py_ssize_t most) {
    struct made *made = made_of(module, which);
    PyObject *laid[MOST_NAMED] = {NULL};
    bool good = count <= most && count <= MOST_NAMED && arrange(made, args, count, names, laid);
    for (Py_ssize_t i = 0; good && i < least; i++)
        good = laid[i];
    PyObject *result = good ? body(module, laid, count) : NULL;
    if (result || PyErr_Occurred())
        return result;
    return call_original(made, args, count, names);
}

#define X(name, least, most, places)                                                               \
    static PyObject *entry_##name(PyObject *module, PyObject *const *args, Py_ssize_t count,       \
                                  PyObject *names) {                                               \
        if (names || count < (places) || count > (most))                                           \
            return call_arranged(module, BUILTIN_##name, path_##name, args, count, names, least,   \
                                 most);                                                            \
        PyObject *result = path_##name(module, args, count);                                       \
        if (result || PyErr_Occurred())                                                            \
            return result;                                                                         \
        return call_original(made_of(module, BUILTIN_##name), args, count, NULL);                  \
    }
PATH_BUILTINS(X)
#undef X

static const struct {
    const char *name;
    PyObject *(*entry)(PyObject *, PyObject *const *, Py_ssize_t, PyObject *);
} builtins[] = {
#define X(name, least, most, places) {#name, entry_##name},
    PATH_BUILTINS(X)
#undef X
};

/* ------------------------------------------------------------------- making them */

static int find_builtin(const char *name) {
    for (int i = 0; i < BUILTINS; i++)
        if (strcmp(builtins[i].name, name) == 0)
            return i;
    return -1;
}

/* Takes the names of parameters from a tuple of str and None. */
static int keep_parameters(struct made *made, PyObject *parameters) {
    Py_ssize_t count = PyTuple_GET_SIZE(parameters);
    for (Py_ssize_t i = 0; i < count && i < MOST_NAMED; i++) {
        PyObject *name = PyTuple_GET_ITEM(parameters, i);
        if (name == Py_None)
            continue;
        if (!PyUnicode_CheckExact(name))
            return PyErr_SetString(PyExc_TypeError, "names are str"), -1;
        Py_INCREF(name);
        PyUnicode_InternInPlace(&name);
        made->parameters[i] = name;
    }
    return 0;
}

static int keep_doc(struct made *made, const char *doc) {
    size_t size = strlen(doc) + 1;
    made->doc = PyMem_RawMalloc(size);
    if (!made->doc)
        return PyErr_NoMemory(), -1;
    memcpy(made->doc, doc, size);
    return 0;
}

PyDoc_STRVAR(make_doc,
             "make($module, name, original, parameters, doc, module_name, /)\n--\n\n"
             "Makes the builtin that takes the place of a Python function; None if there is none.");

static PyObject *make(PyObject *module, PyObject *args) {
    struct state *state = PyModule_GetState(module);
    const char *name, *doc;
    PyObject *original, *parameters, *module_name;
    if (!PyArg_ParseTuple(args, "sOO!sU", &name, &original, &PyTuple_Type, &parameters, &doc,
                          &module_name))
        return NULL;
    int which = find_builtin(name);
    if (which < 0)
        Py_RETURN_NONE;
    struct made *made = &state->made[which];
    if (made->original)
        return PyErr_Format(PyExc_RuntimeError, "%s was made before", name);
    if (keep_parameters(made, parameters) < 0 || keep_doc(made, doc) < 0)
        return NULL;
    made->original = Py_NewRef(original);
    const char *own =
        strncmp(name, "nt_", 3) == 0 ? builtins[which].name + 3 : builtins[which].name;
    made->method = (PyMethodDef){own, (PyCFunction)(void (*)(void))builtins[which].entry,
                                 METH_FASTCALL | METH_KEYWORDS, made->doc};
    return PyCFunction_NewEx(&made->method, module, module_name);
}

/* ------------------------------------------------------------------- the os they serve */

static const char *const watched_names[WATCHED] = {
    [OS_FSPATH] = "fspath",   [OS_STAT] = "stat",         [OS_LSTAT] = "lstat",
    [OS_FSTAT] = "fstat",     [OS_READLINK] = "readlink", [OS_GETCWD] = "getcwd",
    [OS_GETCWDB] = "getcwdb",
};

/* An environment of os, and the dictionary of bytes that it stands on; none if it is another. */
static void keep_environment(PyObject *os, const char *name, PyObject **ret_environ,
                             PyObject **ret_data) {
    PyObject *mapping = PyDict_GetItemString(os, name);
    PyObject *data = mapping ? PyObject_GetAttrString(mapping, "_data") : NULL;
    if (data && PyDict_CheckExact(data)) {
        Py_XSETREF(*ret_environ, Py_NewRef(mapping));
        Py_XSETREF(*ret_data, Py_NewRef(data));
    }
    Py_XDECREF(data);
    PyErr_Clear();
}

PyDoc_STRVAR(bind_doc, "bind($module, os, allow_missing, all_but_last, utf8, old_links, unclosed, "
                       "nt_version, /)\n--\n\n"
                       "Notes the functions of the finished os, from when on the core is asked.");

static PyObject *bind(PyObject *module, PyObject *args) {
    struct state *state = PyModule_GetState(module);
    PyObject *os, *allow_missing, *all_but_last;
    int utf8, old_links, unclosed, nt_version;
    if (!PyArg_ParseTuple(args, "O!OOpppi", &PyModule_Type, &os, &allow_missing, &all_but_last,
                          &utf8, &old_links, &unclosed, &nt_version))
        return NULL;
    PyObject *dict = PyModule_GetDict(os);
    for (int i = 0; i < WATCHED; i++) {
        PyObject *name = PyUnicode_InternFromString(watched_names[i]);
        if (!name)
            return NULL;
        Py_XSETREF(state->names[i], name);
        Py_XSETREF(state->watched[i], Py_XNewRef(PyDict_GetItem(dict, name)));
    }
    keep_environment(dict, "environ", &state->environ, &state->environ_data);
    keep_environment(dict, "environb", &state->environb, &state->environb_data);
    Py_XSETREF(state->allow_missing, Py_NewRef(allow_missing));
    Py_XSETREF(state->all_but_last, Py_NewRef(all_but_last));
    state->utf8 = utf8;
    state->old_links = old_links;
    state->unclosed = unclosed;
    state->nt_version = nt_version;
    Py_XSETREF(state->os, Py_NewRef(dict));
    Py_RETURN_NONE;
}

bool path_intact(struct state *state, enum watched watched) {
    return state->os && state->watched[watched] &&
           PyDict_GetItemWithError(state->os, state->names[watched]) == state->watched[watched];
}

PyObject *path_os_name(struct state *state, const char *name) {
    return state->os ? PyDict_GetItemString(state->os, name) : NULL;
}

/* ------------------------------------------------------------------- the module */

static PyMethodDef methods[] = {
    {"make", make, METH_VARARGS, make_doc},
    {"bind", bind, METH_VARARGS, bind_doc},
    {"bind_environ", path_bind_environ, METH_VARARGS, path_bind_environ_doc},
    {NULL, NULL, 0, NULL},
};

/* Every object that the state holds, in turn. */
static int each(struct state *state, int (*visit)(PyObject **slot, void *with), void *with) {
    PyObject **more[] = {&state->os,           &state->environ,        &state->environb,
                         &state->environ_data, &state->environb_data,  &state->allow_missing,
                         &state->all_but_last, &state->text.mapping,   &state->text.attributes,
                         &state->raw.mapping,  &state->raw.attributes, &state->kept,
                         &state->lookup};
    int r = 0;
    for (int i = 0; r == 0 && i < BUILTINS; i++) {
        r = visit(&state->made[i].original, with);
        for (int k = 0; r == 0 && k < MOST_NAMED; k++)
            r = visit(&state->made[i].parameters[k], with);
    }
    for (int i = 0; r == 0 && i < WATCHED; i++) {
        r = visit(&state->watched[i], with);
        if (r == 0)
            r = visit(&state->names[i], with);
    }
    for (int i = 0; r == 0 && i < ENVIRON_ATTRIBUTES; i++) {
        r = visit(&state->attribute_names[i], with);
        if (r == 0)
            r = visit(&state->text.made[i], with);
        if (r == 0)
            r = visit(&state->raw.made[i], with);
    }
    for (int i = 0; r == 0 && i < ENVIRON_METHODS; i++)
        r = visit(&state->methods[i], with);
    for (size_t i = 0; r == 0 && i < sizeof more / sizeof *more; i++)
        r = visit(more[i], with);
    return r;
}

struct visitor {
    visitproc visit;
    void *arg;
};

static int visit_slot(PyObject **slot, void *with) {
    struct visitor *visitor = with;
    return *slot ? visitor->visit(*slot, visitor->arg) : 0;
}

static int clear_slot(PyObject **slot, void *with) {
    (void)with;
    Py_CLEAR(*slot);
    return 0;
}

static int traverse(PyObject *module, visitproc visit, void *arg) {
    struct visitor visitor = {visit, arg};
    return each(PyModule_GetState(module), visit_slot, &visitor);
}

static int clear(PyObject *module) {
    return each(PyModule_GetState(module), clear_slot, NULL);
}

static void release(void *module) {
    struct state *state = PyModule_GetState(module);
    clear(module);
    for (int i = 0; i < BUILTINS; i++)
        PyMem_RawFree(state->made[i].doc);
}

static int execute(PyObject *module) {
    return path_add_lookup(module);
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, execute}, OWN_SLOTS{0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "osier._path",
    .m_doc = "The builtins of osier's os.path, on the C core.",
    .m_size = sizeof(struct state),
    .m_methods = methods,
    .m_slots = slots,
    .m_traverse = traverse,
    .m_clear = clear,
    .m_free = release,
};

struct state *path_state(PyObject *object) {
    PyObject *module = PyType_GetModuleByDef(Py_TYPE(object), &definition);
    return module ? PyModule_GetState(module) : NULL;
}

PyMODINIT_FUNC PyInit__path(void);

PyMODINIT_FUNC PyInit__path(void) {
    return PyModuleDef_Init(&definition);
}
