/* SPDX-License-Identifier: MIT */
/** The builtins of os.path that look at nothing but the text. */
#include "path.h"

/* ------------------------------------------------------------------- reading */

static bool read_bytes(PyObject *bytes, struct text *text) {
    text->object = bytes;
    text->data = PyBytes_AS_STRING(bytes);
    text->size = (size_t)PyBytes_GET_SIZE(bytes);
    text->bytes = true;
    text->ascii = text->surrogates = false;
    return true;
}

/* Whether there are surrogates in a string, which have no UTF-8. */
static bool has_surrogates(PyObject *str) {
    int kind = PyUnicode_KIND(str);
    const void *data = PyUnicode_DATA(str);
    Py_ssize_t size = kind == PyUnicode_1BYTE_KIND ? 0 : PyUnicode_GET_LENGTH(str);
    for (Py_ssize_t i = 0; i < size; i++)
        if (Py_UNICODE_IS_SURROGATE(PyUnicode_READ(kind, data, i)))
            return true;
    return false;
}

static bool read_surrogates(PyObject *str, struct text *text) {
    text->owner = PyUnicode_AsEncodedString(str, "utf-8", "surrogatepass");
    if (!text->owner)
        return false;
    text->object = str;
    text->data = PyBytes_AS_STRING(text->owner);
    text->size = (size_t)PyBytes_GET_SIZE(text->owner);
    text->bytes = text->ascii = false;
    text->surrogates = true;
    return true;
}

static bool read_utf8(PyObject *str, struct text *text) {
    Py_ssize_t size = 0;
    text->object = str;
    text->data = PyUnicode_AsUTF8AndSize(str, &size);
    text->size = (size_t)size;
    text->bytes = text->ascii = text->surrogates = false;
    return text->data;
}

static bool read_str(PyObject *str, struct text *text) {
    return has_surrogates(str) ? read_surrogates(str, text) : read_utf8(str, text);
}

/* The str or bytes of a PathLike, new, or NULL without an exception: the Python function will come
 * upon what is wrong by itself. */
static PyObject *from_pathlike(struct state *state, PyObject *object) {
    if (PyUnicode_Check(object) || PyBytes_Check(object) || !path_intact(state, OS_FSPATH))
        return NULL;
    PyObject *path = PyOS_FSPath(object);
    if (path && (PyUnicode_CheckExact(path) || PyBytes_CheckExact(path)))
        return path;
    Py_XDECREF(path);
    PyErr_Clear();
    return NULL;
}

bool path_read_other(struct state *state, PyObject *object, struct text *text) {
    PyObject *pathlike = NULL;
    if (!PyUnicode_CheckExact(object) && !PyBytes_CheckExact(object)) {
        pathlike = from_pathlike(state, object);
        if (!pathlike)
            return false;
        object = pathlike;
    }
    text->owner = NULL;
    bool good = PyBytes_CheckExact(object) ? read_bytes(object, text)
                : path_is_ascii(object)    ? path_read_ascii(object, text)
                                           : read_str(object, text);
    if (!pathlike)
        return good;
    if (good && !text->owner) {
        text->owner = pathlike;
        return true;
    }
    if (good) /* there is no room to keep both */
        path_release(text);
    Py_DECREF(pathlike);
    return false;
}

bool path_read_all(PyObject *module, PyObject *const *objects, Py_ssize_t count,
                   struct texts *texts) {
    bool few = count <= (Py_ssize_t)(sizeof texts->few / sizeof *texts->few);
    texts->texts = few ? texts->few : PyMem_Calloc((size_t)count, sizeof *texts->texts);
    texts->list = few ? texts->few_list : PyMem_Calloc((size_t)count + 1, sizeof *texts->list);
    texts->count = 0;
    bool good = texts->texts && texts->list;
    while (good && texts->count < count) {
        struct text *text = &texts->texts[texts->count];
        good = path_read(module, objects[texts->count], text);
        if (!good)
            break;
        texts->list[texts->count++] = text->data;
        good = text->bytes == texts->texts->bytes && path_whole(text);
    }
    if (good)
        texts->list[count] = NULL;
    else
        path_release_all(texts);
    return good;
}

void path_release_all(struct texts *texts) {
    for (Py_ssize_t i = 0; i < texts->count; i++)
        path_release(&texts->texts[i]);
    if (texts->texts != texts->few)
        PyMem_Free(texts->texts);
    if (texts->list != texts->few_list)
        PyMem_Free(texts->list);
}

/* ------------------------------------------------------------------- results */

static inline void copy_ends(char *to, const char *from, size_t size, size_t part) {
    memcpy(to, from, part);
    memcpy(to + size - part, from + size - part, part);
}

/* A call for the few bytes of a name takes longer than to copy them, in two halves that overlap. */
static inline void copy_short(char *to, const char *from, size_t size) {
    if (size > 16)
        memcpy(to, from, size);
    else if (size >= 8)
        copy_ends(to, from, size, 8);
    else if (size >= 4)
        copy_ends(to, from, size, 4);
    else if (size >= 2)
        copy_ends(to, from, size, 2);
    else if (size)
        *to = *from;
}

static inline PyObject *new_ascii(const char *data, size_t size) {
    if (size == 1)
        return PyUnicode_FromOrdinal(*data);
    PyObject *str = PyUnicode_New((Py_ssize_t)size, 127);
    if (str)
        copy_short(PyUnicode_DATA(str), data, size);
    return str;
}

static PyObject *new_text(const struct text *like, const char *data, size_t size) {
    if (like->bytes)
        return PyBytes_FromStringAndSize(data, (Py_ssize_t)size);
    if (like->ascii)
        return new_ascii(data, size);
    return PyUnicode_DecodeUTF8(data, (Py_ssize_t)size, "surrogatepass");
}

static inline PyObject *part_of(const struct text *text, struct os_slice part) {
    if (part.size == text->size)
        return Py_NewRef(text->object);
    if (text->ascii)
        return new_ascii(part.data, part.size);
    return new_text(text, part.data, part.size);
}

PyObject *path_part(const struct text *text, struct os_slice part) {
    return part_of(text, part);
}

PyObject *path_take(const struct text *text, char *made) {
    if (!made)
        return NULL;
    PyObject *result = new_text(text, made, strlen(made));
    free(made);
    return result;
}

/* A tuple of parts; the last one tells whether a NUL has cut the path short. */
static inline __attribute__((always_inline)) PyObject *parts(struct text *text,
                                                             const struct os_slice *part,
                                                             Py_ssize_t count) {
    const struct os_slice *last = part + count - 1;
    PyObject *tuple = NULL;
    if (last->data + last->size == text->data + text->size)
        tuple = PyTuple_New(count);
    for (Py_ssize_t i = 0; tuple && i < count; i++) {
        PyObject *item = part_of(text, part[i]);
        if (item)
            PyTuple_SET_ITEM(tuple, i, item);
        else
            Py_CLEAR(tuple);
    }
    path_release(text);
    return tuple;
}

PyObject *path_parts(struct text *text, const struct os_slice *part, Py_ssize_t count) {
    return parts(text, part, count);
}

/* ------------------------------------------------------------------- taking paths apart */

PyObject *path_split(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    (void)count;
    struct text text;
    struct os_slice part[2];
    if (!path_read(module, args[0], &text))
        return NULL;
    os_path_split_slices(text.data, &part[0], &part[1]);
    return parts(&text, part, 2);
}

PyObject *path_splitext(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    (void)count;
    struct text text;
    struct os_slice part[2];
    if (!path_read(module, args[0], &text))
        return NULL;
    os_path_splitext_slices(text.data, &part[0], &part[1]);
    return parts(&text, part, 2);
}

PyObject *path_splitdrive(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    (void)count;
    struct text text;
    struct os_slice part[2];
    if (!path_read(module, args[0], &text))
        return NULL;
    os_path_splitdrive_slices(text.data, &part[0], &part[1]);
    return parts(&text, part, 2);
}

PyObject *path_splitroot(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    (void)count;
    struct text text;
    struct os_slice part[3];
    if (!path_read(module, args[0], &text))
        return NULL;
    os_path_splitroot_slices(text.data, &part[0], &part[1], &part[2]);
    return parts(&text, part, 3);
}

PyObject *path_basename(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    (void)count;
    struct text text;
    if (!path_read(module, args[0], &text))
        return NULL;
    struct os_slice part = os_path_basename_slice(text.data);
    bool whole = part.data + part.size == text.data + text.size;
    PyObject *result = whole ? path_part(&text, part) : NULL;
    path_release(&text);
    return result;
}

PyObject *path_dirname(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    (void)count;
    struct text text;
    struct os_slice part, tail;
    if (!path_read(module, args[0], &text))
        return NULL;
    os_path_split_slices(text.data, &part, &tail);
    bool whole = tail.data + tail.size == text.data + text.size;
    PyObject *result = whole ? path_part(&text, part) : NULL;
    path_release(&text);
    return result;
}

PyObject *path_isabs(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    (void)count;
    struct text text;
    if (!path_read(module, args[0], &text))
        return NULL;
    bool result = os_path_isabs(text.data);
    path_release(&text);
    return PyBool_FromLong(result);
}

PyObject *path_normcase(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    (void)count;
    if (PyUnicode_CheckExact(args[0]) || PyBytes_CheckExact(args[0]))
        return path_intact(PyModule_GetState(module), OS_FSPATH) ? Py_NewRef(args[0]) : NULL;
    return NULL;
}

/* What only Windows has. */
static PyObject *not_here(PyObject *object) {
    if (PyUnicode_Check(object) || PyBytes_Check(object))
        Py_RETURN_FALSE;
    return NULL;
}

PyObject *path_isjunction(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    (void)module, (void)count;
    return not_here(args[0]);
}

PyObject *path_isdevdrive(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    (void)module, (void)count;
    return not_here(args[0]);
}

/* ------------------------------------------------------------------- putting paths together */

/* The bytes of an ASCII str or of bytes, whichever `kind` is; NULL for all else. */
static const char *plain_data(PyObject *object, PyTypeObject *kind, size_t *ret_size) {
    if (kind == &PyBytes_Type && PyBytes_CheckExact(object)) {
        *ret_size = (size_t)PyBytes_GET_SIZE(object);
        return PyBytes_AS_STRING(object);
    }
    if (kind == &PyUnicode_Type && path_is_ascii(object)) {
        *ret_size = (size_t)PyUnicode_GET_LENGTH(object);
        return PyUnicode_DATA(object);
    }
    return NULL;
}

/* Joins what is plain straight into the object that it becomes. */
static PyObject *join_plain(PyObject *const *args, Py_ssize_t count) {
    PyTypeObject *kind = Py_TYPE(args[0]);
    Py_ssize_t first = 0;
    size_t total = 0, size;
    char last = '/'; /* nothing is put between the start and what follows */
    for (Py_ssize_t i = 0; i < count; i++) {
        const char *data = plain_data(args[i], kind, &size);
        if (!data)
            return NULL;
        if (*data == '/' && size > 0)
            first = i, total = 0, last = '/';
        if (last != '/')
            total++, last = '/';
        total += size;
        if (size > 0)
            last = data[size - 1];
    }
    bool bytes = kind == &PyBytes_Type;
    PyObject *result = bytes ? PyBytes_FromStringAndSize(NULL, (Py_ssize_t)total)
                             : PyUnicode_New((Py_ssize_t)total, 127);
    if (!result || total == 0)
        return result;
    char *start = bytes ? PyBytes_AS_STRING(result) : PyUnicode_DATA(result), *to = start;
    for (Py_ssize_t i = first; i < count; i++) {
        const char *data = plain_data(args[i], kind, &size);
        if (to > start && to[-1] != '/')
            *to++ = '/';
        to = (char *)memcpy(to, data, size) + size;
    }
    return result;
}

PyObject *path_join(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    struct texts texts;
    PyObject *plain = count > 1 ? join_plain(args, count) : NULL;
    if (plain || PyErr_Occurred())
        return plain;
    if (count < 1 || !path_read_all(module, args, count, &texts))
        return NULL;
    struct text kind = texts.texts[0];
    for (Py_ssize_t i = 0; i < count; i++)
        kind.ascii = kind.ascii && texts.texts[i].ascii;
    PyObject *result = count == 1
                           ? Py_NewRef(kind.object)
                           : path_take(&kind, os_path_joinv((const char *const *)texts.list));
    path_release_all(&texts);
    return result;
}

PyObject *path_normpath(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    (void)count;
    struct text text;
    if (!path_read(module, args[0], &text))
        return NULL;
    PyObject *result = path_whole(&text) ? path_take(&text, os_path_normpath(text.data)) : NULL;
    path_release(&text);
    return result;
}

PyObject *path_as_tuple(PyObject *object) {
    PyObject *tuple = NULL;
    if (PyTuple_CheckExact(object))
        tuple = Py_NewRef(object);
    else if (PyList_CheckExact(object))
        tuple = PyList_AsTuple(object);
    if (tuple && PyTuple_GET_SIZE(tuple) == 0)
        Py_CLEAR(tuple);
    return tuple;
}

static bool all_ascii(const struct texts *texts) {
    for (Py_ssize_t i = 0; i < texts->count; i++)
        if (!texts->texts[i].ascii)
            return false;
    return true;
}

/* What paths have in common. Of a text that isn't ASCII only whole names can be taken. */
static PyObject *common(PyObject *module, PyObject *paths, bool names,
                        char *(*call)(const char *const *)) {
    struct texts texts;
    PyObject *tuple = path_as_tuple(paths), *result = NULL;
    if (!tuple)
        return NULL;
    PyObject *const *items = &PyTuple_GET_ITEM(tuple, 0);
    if (path_read_all(module, items, PyTuple_GET_SIZE(tuple), &texts)) {
        struct text kind = texts.texts[0];
        kind.ascii = all_ascii(&texts);
        if (names || kind.ascii || kind.bytes)
            result = path_take(&kind, call((const char *const *)texts.list));
        path_release_all(&texts);
    }
    Py_DECREF(tuple);
    return result;
}

PyObject *path_commonpath(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    (void)count;
    return common(module, args[0], true, os_path_commonpath);
}

PyObject *path_commonprefix(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    (void)count;
    return common(module, args[0], false, os_path_commonprefix);
}
