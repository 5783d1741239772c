/* SPDX-License-Identifier: MIT */
/** The builtins of ntpath, which look at nothing but the text.
 *
 *  The core reads a path byte by byte, and Python a str character by character. That is the same
 *  but for a drive whose letter is not ASCII, and where case counts beyond ASCII: such a str is the
 *  Python function's. So is what an older ntpath sees otherwise than that of Python 3.13.
 */
#include "path.h"

static bool is_separator(char c) {
    return c == '\\' || c == '/';
}

static bool is_unc(const struct text *text) {
    return is_separator(text->data[0]) && is_separator(text->data[1]);
}

/* Whether a str begins with one character beyond ASCII and a colon. */
static bool has_odd_drive(const struct text *text) {
    size_t size = 1;
    if (text->ascii || text->bytes || !(text->data[0] & 0x80))
        return false;
    while ((text->data[size] & 0xc0) == 0x80)
        size++;
    return text->data[size] == ':';
}

struct nt_parts {
    struct os_slice drive, root, tail;
};

/* Whether splitting and joining is other than it was before 3.12: drives could begin with a
 * separator or be followed by one that they end with, and separators before a name stayed. */
static bool differs_from_311(const struct text *text) {
    struct nt_parts parts;
    os_ntpath_splitroot_slices(text->data, &parts.drive, &parts.root, &parts.tail);
    if (parts.drive.size == 0 && parts.root.size > 0 && parts.tail.data[0] == ':')
        return true;
    if (parts.drive.size > 0 && is_separator(parts.drive.data[parts.drive.size - 1]))
        return true;
    return is_separator(parts.tail.data[0]);
}

/* Whether the core reads a path as this Python does. */
static bool is_known(const struct state *state, const struct text *text) {
    return path_whole(text) && !has_odd_drive(text) &&
           (state->nt_version >= 12 || !differs_from_311(text));
}

static bool read_path(PyObject *module, PyObject *object, struct text *text) {
    if (!path_read(module, object, text))
        return false;
    if (is_known(PyModule_GetState(module), text))
        return true;
    path_release(text);
    return false;
}

/* ------------------------------------------------------------------- taking paths apart */

PyObject *path_nt_split(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    (void)count;
    struct text text;
    struct os_slice part[2];
    if (!read_path(module, args[0], &text))
        return NULL;
    os_ntpath_split_slices(text.data, &part[0], &part[1]);
    return path_parts(&text, part, 2);
}

PyObject *path_nt_splitext(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    (void)count;
    struct text text;
    struct os_slice part[2];
    if (!path_read(module, args[0], &text))
        return NULL;
    os_ntpath_splitext_slices(text.data, &part[0], &part[1]);
    return path_parts(&text, part, 2);
}

PyObject *path_nt_splitdrive(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    (void)count;
    struct text text;
    struct os_slice part[2];
    if (!read_path(module, args[0], &text))
        return NULL;
    os_ntpath_splitdrive_slices(text.data, &part[0], &part[1]);
    return path_parts(&text, part, 2);
}

PyObject *path_nt_splitroot(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    (void)count;
    struct text text;
    struct os_slice part[3];
    if (!read_path(module, args[0], &text))
        return NULL;
    os_ntpath_splitroot_slices(text.data, &part[0], &part[1], &part[2]);
    return path_parts(&text, part, 3);
}

PyObject *path_nt_basename(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    (void)count;
    struct text text;
    if (!read_path(module, args[0], &text))
        return NULL;
    PyObject *result = path_part(&text, os_ntpath_basename_slice(text.data));
    path_release(&text);
    return result;
}

PyObject *path_nt_dirname(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    (void)count;
    struct text text;
    if (!read_path(module, args[0], &text))
        return NULL;
    PyObject *result = path_part(&text, os_ntpath_dirname_slice(text.data));
    path_release(&text);
    return result;
}

/* ------------------------------------------------------------------- questions */

PyObject *path_nt_isabs(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    struct state *state = PyModule_GetState(module);
    (void)count;
    struct text text;
    if (!path_read_in(state, args[0], &text))
        return NULL;
    bool rooted = state->nt_version < 13 && is_separator(text.data[0]);
    PyObject *result = NULL;
    if (!has_odd_drive(&text))
        result = PyBool_FromLong(rooted || os_ntpath_isabs(text.data));
    path_release(&text);
    return result;
}

/* File names in another encoding are decoded before they are looked at. */
static bool is_read_as_utf8(const struct state *state, const struct text *text) {
    return text->ascii || !text->bytes || state->utf8;
}

PyObject *path_nt_isreserved(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    (void)count;
    struct text text;
    if (!read_path(module, args[0], &text))
        return NULL;
    PyObject *result = NULL;
    if (is_read_as_utf8(PyModule_GetState(module), &text))
        result = PyBool_FromLong(os_ntpath_isreserved(text.data));
    path_release(&text);
    return result;
}

/* ------------------------------------------------------------------- putting paths together */

static bool is_plain(const char *text) {
    while (*text && !(*text & 0x80))
        text++;
    return !*text;
}

PyObject *path_nt_normcase(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    (void)count;
    struct text text;
    if (!path_read(module, args[0], &text))
        return NULL;
    PyObject *result = NULL;
    if (path_whole(&text) && (text.ascii || is_plain(text.data)))
        result = path_take(&text, os_ntpath_normcase(text.data));
    path_release(&text);
    return result;
}

PyObject *path_nt_normpath(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    (void)count;
    struct text text;
    if (!read_path(module, args[0], &text))
        return NULL;
    PyObject *result = path_take(&text, os_ntpath_normpath(text.data));
    path_release(&text);
    return result;
}

/* Whether join sees each path as Python does; shares of characters beyond ASCII are compared in
 * lower case. */
static bool can_be_joined(const struct state *state, const struct texts *texts) {
    for (Py_ssize_t i = 0; i < texts->count; i++) {
        const struct text *text = &texts->texts[i];
        if (!is_known(state, text) || (!text->ascii && !text->bytes && is_unc(text)))
            return false;
    }
    return true;
}

PyObject *path_nt_join(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    struct texts texts;
    if (count < 1 || !path_read_all(module, args, count, &texts))
        return NULL;
    PyObject *result = NULL;
    struct text kind = texts.texts[0];
    for (Py_ssize_t i = 0; i < count; i++)
        kind.ascii = kind.ascii && texts.texts[i].ascii;
    if (can_be_joined(PyModule_GetState(module), &texts))
        result = path_take(&kind, os_ntpath_joinv((const char *const *)texts.list));
    path_release_all(&texts);
    return result;
}

static PyObject *common_path(PyObject *module, PyObject *tuple) {
    struct texts texts;
    if (!path_read_all(module, &PyTuple_GET_ITEM(tuple, 0), PyTuple_GET_SIZE(tuple), &texts))
        return NULL;
    struct text kind = texts.texts[0];
    bool known = true;
    for (Py_ssize_t i = 0; i < texts.count; i++)
        known = known && (kind.bytes || texts.texts[i].ascii) &&
                is_known(PyModule_GetState(module), &texts.texts[i]);
    PyObject *result =
        known ? path_take(&kind, os_ntpath_commonpath((const char *const *)texts.list)) : NULL;
    path_release_all(&texts);
    return result;
}

PyObject *path_nt_commonpath(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    (void)count;
    PyObject *tuple = path_as_tuple(args[0]);
    PyObject *result = tuple ? common_path(module, tuple) : NULL;
    Py_XDECREF(tuple);
    return result;
}

/* Before 3.13 a name with a colon behind one letter counts as a drive again. */
static bool has_colon(const struct text *text) {
    return text->size > 2 && strchr(text->data + 2, ':');
}

/* Absolute paths of ASCII: no others are the same in every Python and every directory. */
static bool is_plain_absolute(const struct state *state, const struct text *text) {
    return is_known(state, text) && is_plain(text->data) && os_ntpath_isabs(text->data) &&
           (state->nt_version >= 13 || !has_colon(text));
}

PyObject *path_nt_relpath(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    struct state *state = PyModule_GetState(module);
    (void)count;
    struct text path, start;
    if (!args[1] || !path_read_in(state, args[0], &path))
        return NULL;
    PyObject *result = NULL;
    if (path_read_in(state, args[1], &start)) {
        if (path.bytes == start.bytes && is_plain_absolute(state, &path) &&
            is_plain_absolute(state, &start))
            result = path_take(&path, os_ntpath_relpath(path.data, start.data));
        path_release(&start);
    }
    path_release(&path);
    return result;
}
