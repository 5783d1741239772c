/* SPDX-License-Identifier: MIT */
/** Paths in, names and errors out, and signals in between. */
#include "door.h"

#include <string.h>

_Thread_local PyThreadState *door_thread;

/* The core asks this when a signal interrupted a call: Python's handlers run, and an exception of
 * theirs ends the call (PEP 475). */
int door_check_signals(void) {
    if (!door_thread)
        return 0;
    PyEval_RestoreThread(door_thread);
    int result = PyErr_CheckSignals();
    door_thread = PyEval_SaveThread();
    return result;
}

void door_handle_signals(void) {
    os_set_interrupt_handler(door_check_signals);
}

/* ------------------------------------------------------------------- paths */

/* The words are the interpreter's own function's: see door_refuse(). */
static int wrong_type(const char *name) {
    PyErr_Format(PyExc_TypeError, "%s: neither str, bytes nor os.PathLike", name);
    return -1;
}

static int read_text(struct value *value, const char *name) {
    if (strlen(value->text) == (size_t)value->size)
        return 0;
    PyErr_Format(PyExc_ValueError, "%s: embedded null character", name);
    return -1;
}

static int read_bytes(struct value *value, PyObject *bytes, const char *name) {
    value->text = PyBytes_AS_STRING(bytes);
    value->size = PyBytes_GET_SIZE(bytes);
    return read_text(value, name);
}

/* ASCII needs no encoding: the text is the string's own. */
static int read_str(struct value *value, PyObject *str, const char *name) {
    if (PyUnicode_IS_COMPACT_ASCII(str)) {
        value->text = PyUnicode_DATA(str);
        value->size = PyUnicode_GET_LENGTH(str);
        return read_text(value, name);
    }
    PyObject *bytes = PyUnicode_EncodeFSDefault(str);
    if (!bytes)
        return -1;
    Py_XSETREF(value->owner, bytes);
    return read_bytes(value, bytes, name);
}

int door_fd(PyObject *object, int64_t *ret_number) {
    if (PyBool_Check(object)) /* of which some versions warn */
        return PyErr_SetString(PyExc_TypeError, "a truth value is no descriptor"), -1;
    PyObject *index = PyNumber_Index(object);
    if (!index)
        return -1;
    long number = PyLong_AsLong(index);
    Py_DECREF(index);
    if (number == -1 && PyErr_Occurred())
        return -1;
    if (number > INT32_MAX || number < INT32_MIN)
        return PyErr_SetString(PyExc_OverflowError, "no descriptor"), -1;
    *ret_number = number;
    return 0;
}

/* What __fspath__ gives, kept in value->owner. */
static int read_pathlike(struct value *value, PyObject *object, const char *name) {
    PyObject *path = PyOS_FSPath(object);
    if (!path)
        return -1;
    value->object = path;
    value->fspath = path;
    value->bytes = PyBytes_Check(path);
    if (value->bytes)
        return read_bytes(value, path, name);
    return read_str(value, path, name);
}

int door_path(struct value *value, PyObject *object, enum kind kind, const char *name) {
    value->number = -1;
    if (PyUnicode_Check(object))
        return read_str(value, object, name);
    if (PyBytes_Check(object)) {
        value->bytes = true;
        return read_bytes(value, object, name);
    }
    bool none = kind == KIND_PATH_OR_NONE || kind == KIND_PATH_FD_NONE;
    if (object == Py_None && none)
        return 0;
    bool fd = kind == KIND_PATH_OR_FD || kind == KIND_PATH_FD_NONE;
    if (fd && PyIndex_Check(object))
        return door_fd(object, &value->number);
    PyObject *word = PyUnicode_InternFromString("__fspath__"); /* what the types' caches keep */
    PyObject *method = word ? PyObject_GetAttr((PyObject *)Py_TYPE(object), word) : NULL;
    Py_XDECREF(word);
    if (!method || method == Py_None) { /* None: a class says that it is none */
        Py_XDECREF(method);
        PyErr_Clear();
        return wrong_type(name);
    }
    Py_DECREF(method);
    return read_pathlike(value, object, name);
}

/* ------------------------------------------------------------------- errors */

PyObject *door_error(const struct value *path, const struct value *path2) {
    if (errno == EINTR && PyErr_Occurred())
        return NULL;
    PyObject *name = path ? path->object : NULL;
    PyObject *name2 = path2 ? path2->object : NULL;
    return PyErr_SetFromErrnoWithFilenameObjects(PyExc_OSError, name, name2);
}

PyObject *door_record_error(const struct value *like) {
    int number = errno;
    const struct os_error *error = os_last_error();
    if (number == EINTR && PyErr_Occurred())
        return NULL;
    if (number == ENOMEM)
        return PyErr_NoMemory();
    bool bytes = like && like->bytes;
    PyObject *name = NULL, *name2 = NULL;
    if (error && error->filename)
        name = door_name(error->filename, (Py_ssize_t)strlen(error->filename), bytes);
    if (error && error->filename2)
        name2 = door_name(error->filename2, (Py_ssize_t)strlen(error->filename2), bytes);
    if (!PyErr_Occurred()) {
        errno = number;
        PyErr_SetFromErrnoWithFilenameObjects(PyExc_OSError, name, name2);
    }
    Py_XDECREF(name);
    Py_XDECREF(name2);
    return NULL;
}

/* ------------------------------------------------------------------- names */

static bool is_ascii(const char *text, Py_ssize_t size) {
    uint64_t all = 0, eight;
    for (; size >= 8; text += 8, size -= 8) {
        memcpy(&eight, text, 8);
        all |= eight;
    }
    while (size-- > 0)
        all |= (unsigned char)*text++ & 0x80;
    return !(all & UINT64_C(0x8080808080808080));
}

PyObject *door_name(const char *text, Py_ssize_t size, bool bytes) {
    if (bytes)
        return PyBytes_FromStringAndSize(text, size);
    if (size < 2 || !is_ascii(text, size)) /* Python keeps the strings of one character */
        return PyUnicode_DecodeFSDefaultAndSize(text, size);
    PyObject *name = PyUnicode_New(size, 127);
    if (name)
        memcpy(PyUnicode_DATA(name), text, (size_t)size);
    return name;
}

PyObject *door_take(char *text, const struct value *like) {
    if (!text)
        return door_record_error(like);
    PyObject *name = door_name(text, (Py_ssize_t)strlen(text), like && like->bytes);
    free(text);
    return name;
}

PyObject *door_list(char **names, bool bytes) {
    PyObject *list = PyList_New(0);
    for (char **name = names; list && *name; name++) {
        PyObject *item = door_name(*name, (Py_ssize_t)strlen(*name), bytes);
        if (!item || PyList_Append(list, item) < 0)
            Py_CLEAR(list);
        Py_XDECREF(item);
    }
    free(names);
    return list;
}

int door_texts(PyObject *list, PyObject **ret_owner, char ***ret_texts) {
    PyObject *items = PySequence_Tuple(list);
    if (!items)
        return -1;
    Py_ssize_t count = PyTuple_GET_SIZE(items);
    PyObject *owner = *ret_owner = PyTuple_New(count);
    char **texts = *ret_texts = PyMem_New(char *, count + 1);
    int r = owner && texts ? 0 : -1;
    for (Py_ssize_t i = 0; r == 0 && i < count; i++) {
        PyObject *bytes = NULL;
        r = PyUnicode_FSConverter(PyTuple_GET_ITEM(items, i), &bytes) ? 0 : -1;
        if (r == 0) {
            PyTuple_SET_ITEM(owner, i, bytes);
            texts[i] = PyBytes_AS_STRING(bytes);
        }
    }
    if (texts)
        texts[count] = NULL;
    else
        PyErr_NoMemory();
    Py_DECREF(items);
    return r;
}
