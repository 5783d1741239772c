/* SPDX-License-Identifier: MIT */
/** The builtins of os.path that ask the disk, the current directory or the environment. */
#include "own.h"
#include "path.h"

#include <limits.h>
#include <sys/stat.h>

/* ------------------------------------------------------------------- names and results */

static bool encode(PyObject *str, struct text *text) {
    PyObject *bytes = PyUnicode_EncodeFSDefault(str);
    if (!bytes) {
        PyErr_Clear(); /* it can't be the name of a file */
        return false;
    }
    text->object = str;
    text->owner = bytes;
    text->data = PyBytes_AS_STRING(bytes);
    text->size = (size_t)PyBytes_GET_SIZE(bytes);
    text->bytes = text->ascii = text->surrogates = false;
    return true;
}

bool path_read_name(struct state *state, PyObject *object, struct text *text) {
    bool other = PyUnicode_CheckExact(object) && !PyUnicode_IS_COMPACT_ASCII(object);
    if (!(other ? encode(object, text) : path_read_in(state, object, text)))
        return false;
    if (path_whole(text) &&
        (other || text->bytes || text->ascii || (state->utf8 && !text->surrogates)))
        return true;
    path_release(text);
    return false;
}

/* Whether a text is the same when it is put together with names from the disk, and then decoded. */
static bool can_be_decoded(const struct state *state, const struct text *text) {
    return text->bytes || text->ascii || (state->utf8 && !text->surrogates);
}

/* A path that is going to be joined with names from the disk. */
static bool read_path(struct state *state, PyObject *object, struct text *text) {
    if (!path_read_in(state, object, text))
        return false;
    if (path_whole(text) && can_be_decoded(state, text))
        return true;
    path_release(text);
    return false;
}

PyObject *path_take_name(const struct text *text, char *made) {
    if (!made)
        return NULL;
    Py_ssize_t size = (Py_ssize_t)strlen(made);
    PyObject *result = text->bytes ? PyBytes_FromStringAndSize(made, size)
                                   : PyUnicode_DecodeFSDefaultAndSize(made, size);
    free(made);
    return result;
}

static PyObject *raise_error(struct text *text) {
    PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, text->object);
    path_release(text);
    return NULL;
}

/* ------------------------------------------------------------------- questions */

static PyObject *ask(struct state *state, PyObject *object, enum watched watched,
                     bool (*question)(const char *)) {
    struct text text;
    if (!path_intact(state, watched) || !path_read_name(state, object, &text))
        return NULL;
    bool answer;
    Py_BEGIN_ALLOW_THREADS;
    answer = question(text.data);
    Py_END_ALLOW_THREADS;
    path_release(&text);
    return PyBool_FromLong(answer);
}

#define QUESTION(name, watched)                                                                    \
    PyObject *path_##name(PyObject *module, PyObject *const *args, Py_ssize_t count) {             \
        struct state *state = PyModule_GetState(module);                                           \
        (void)count;                                                                               \
        return ask(state, args[0], watched, os_path_##name);                                       \
    }

QUESTION(exists, OS_STAT)
QUESTION(isdir, OS_STAT)
QUESTION(isfile, OS_STAT)
QUESTION(islink, OS_LSTAT)
QUESTION(lexists, OS_LSTAT)

/* Python's rule, which knows no mount of a directory of the same file system: 1 or 0, or −1 where
 * the parent can't be looked at as "path/..". */
static int is_mount(const char *path) {
    struct os_stat_result st, up;
    if (os_lstat(path, &st) < 0 || S_ISLNK(st.st_mode))
        return 0;
    char *parent = os_path_join(path, "..");
    int r = parent ? os_lstat(parent, &up) : -1;
    free(parent);
    return r < 0 ? -1 : st.st_dev != up.st_dev || st.st_ino == up.st_ino;
}

PyObject *path_ismount(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    struct state *state = PyModule_GetState(module);
    (void)count;
    struct text text;
    if (!path_intact(state, OS_LSTAT) || !path_read_name(state, args[0], &text))
        return NULL;
    int answer = -1;
    if (state->old_links && text.data[0] != '/') {
        path_release(&text);
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS;
    answer = is_mount(text.data);
    Py_END_ALLOW_THREADS;
    path_release(&text);
    return answer < 0 ? NULL : PyBool_FromLong(answer);
}

PyObject *path_getsize(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    struct state *state = PyModule_GetState(module);
    (void)count;
    struct text text;
    if (!path_intact(state, OS_STAT) || !path_read_name(state, args[0], &text))
        return NULL;
    int64_t size;
    Py_BEGIN_ALLOW_THREADS;
    size = os_path_getsize(text.data);
    Py_END_ALLOW_THREADS;
    if (size < 0)
        return raise_error(&text);
    path_release(&text);
    return PyLong_FromLongLong(size);
}

static PyObject *time_of(struct state *state, PyObject *object,
                         int (*call)(const char *path, double *ret_seconds)) {
    struct text text;
    if (!path_intact(state, OS_STAT) || !path_read_name(state, object, &text))
        return NULL;
    double seconds = 0;
    int r;
    Py_BEGIN_ALLOW_THREADS;
    r = call(text.data, &seconds);
    Py_END_ALLOW_THREADS;
    if (r < 0)
        return raise_error(&text);
    path_release(&text);
    return PyFloat_FromDouble(seconds);
}

#define TIME(name)                                                                                 \
    PyObject *path_##name(PyObject *module, PyObject *const *args, Py_ssize_t count) {             \
        struct state *state = PyModule_GetState(module);                                           \
        (void)count;                                                                               \
        return time_of(state, args[0], os_path_##name);                                            \
    }

TIME(getatime)
TIME(getctime)
TIME(getmtime)

/* An error is the Python function's to raise, which knows whose it is. */
PyObject *path_samefile(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    struct state *state = PyModule_GetState(module);
    (void)count;
    struct text a, b;
    if (!path_intact(state, OS_STAT) || !path_read_name(state, args[0], &a))
        return NULL;
    int same = -1;
    if (path_read_name(state, args[1], &b)) {
        Py_BEGIN_ALLOW_THREADS;
        same = os_path_samefile(a.data, b.data);
        Py_END_ALLOW_THREADS;
        path_release(&b);
    }
    path_release(&a);
    return same < 0 ? NULL : PyBool_FromLong(same);
}

PyObject *path_sameopenfile(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    struct state *state = PyModule_GetState(module);
    (void)count;
    if (!path_intact(state, OS_FSTAT) || !PyLong_CheckExact(args[0]) || !PyLong_CheckExact(args[1]))
        return NULL;
    int overflow[2];
    long a = PyLong_AsLongAndOverflow(args[0], &overflow[0]);
    long b = PyLong_AsLongAndOverflow(args[1], &overflow[1]);
    if (overflow[0] || overflow[1] || a != (int)a || b != (int)b)
        return NULL;
    int same;
    Py_BEGIN_ALLOW_THREADS;
    same = os_path_sameopenfile((int)a, (int)b);
    Py_END_ALLOW_THREADS;
    return same < 0 ? NULL : PyBool_FromLong(same);
}

/* Whether an attribute of two objects is equal: 1 or 0, or −1 with an exception. */
static int same_attribute(PyObject *a, PyObject *b, const char *name) {
    PyObject *of_a = PyObject_GetAttrString(a, name);
    PyObject *of_b = of_a ? PyObject_GetAttrString(b, name) : NULL;
    int same = of_b ? PyObject_RichCompareBool(of_a, of_b, Py_EQ) : -1;
    Py_XDECREF(of_a);
    Py_XDECREF(of_b);
    return same;
}

PyObject *path_samestat(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    (void)module, (void)count;
    int same = same_attribute(args[0], args[1], "st_ino");
    if (same > 0)
        same = same_attribute(args[0], args[1], "st_dev");
    return same < 0 ? NULL : PyBool_FromLong(same);
}

/* ------------------------------------------------------------------- the current directory */

static bool same_directory(struct state *state, const struct text *text) {
    return path_intact(state, text->bytes ? OS_GETCWDB : OS_GETCWD);
}

PyObject *path_abspath(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    struct state *state = PyModule_GetState(module);
    (void)count;
    struct text text;
    if (!path_read_in(state, args[0], &text))
        return NULL;
    PyObject *result = NULL;
    if (!path_whole(&text))
        ;
    else if (text.data[0] == '/')
        result = path_take(&text, os_path_normpath(text.data));
    else if (same_directory(state, &text) && can_be_decoded(state, &text))
        result = path_take_name(&text, os_path_abspath(text.data));
    path_release(&text);
    return result;
}

PyObject *path_relpath(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    struct state *state = PyModule_GetState(module);
    (void)count;
    struct text path, start = {.data = NULL, .owner = NULL};
    if (!read_path(state, args[0], &path))
        return NULL;
    PyObject *result = NULL;
    bool from = args[1] && args[1] != Py_None;
    if (!from || read_path(state, args[1], &start)) {
        bool alike = !from || path.bytes == start.bytes;
        if (alike && path.size > 0 && same_directory(state, &path))
            result = path_take_name(&path, os_path_relpath(path.data, start.data));
        path_release(&start);
    }
    path_release(&path);
    return result;
}

/* ------------------------------------------------------------------- realpath */

/* What `strict` asks for: whether the core knows it. */
static bool read_strict(struct state *state, PyObject *strict, enum os_path_strict *ret_strict) {
    if (!strict || strict == Py_False)
        *ret_strict = OS_PATH_LENIENT;
    else if (strict == Py_True)
        *ret_strict = OS_PATH_STRICT;
    else if (strict != Py_None && strict == state->allow_missing)
        *ret_strict = OS_PATH_ALLOW_MISSING;
    else if (strict != Py_None && strict == state->all_but_last)
        *ret_strict = OS_PATH_ALL_BUT_LAST;
    else
        return false;
    return true;
}

/* Where the Python function gives up at a loop of links, it is asked about all that is in the way
 * of following the path; what merely doesn't exist isn't. */
static enum os_path_strict without_loops(const struct state *state, enum os_path_strict strict) {
    return state->old_links && strict == OS_PATH_LENIENT ? OS_PATH_ALLOW_MISSING : strict;
}

/* Whether the Python function, which goes by paths, is sure to find the same. In its strict modes it
 * refuses what leads through a path that is too long for the system, as those who look whether a name
 * stays inside a directory rely on; that can't happen where no link is in the way. */
static bool python_finds(const struct text *text, const char *made) {
    if (!made || text->size >= PATH_MAX / 2 || strlen(made) >= PATH_MAX / 2)
        return false;
    char *plain = os_path_abspath(text->data);
    bool same = plain && strcmp(plain, made) == 0;
    free(plain);
    return same;
}

PyObject *path_realpath(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    struct state *state = PyModule_GetState(module);
    (void)count;
    struct text text;
    enum os_path_strict strict;
    if (!read_strict(state, args[1], &strict) || !path_intact(state, OS_LSTAT) ||
        !path_intact(state, OS_STAT) || !path_intact(state, OS_READLINK) ||
        !read_path(state, args[0], &text))
        return NULL;
    char *made = NULL;
    if (same_directory(state, &text)) {
        Py_BEGIN_ALLOW_THREADS;
        made = os_path_realpath(text.data, without_loops(state, strict));
        if (strict != OS_PATH_LENIENT && !python_finds(&text, made)) {
            free(made);
            made = NULL;
        }
        Py_END_ALLOW_THREADS;
    }
    PyObject *result = path_take_name(&text, made);
    path_release(&text);
    return result;
}

/* ------------------------------------------------------------------- the environment */

/* The variables that Python sees, which may be others than the process has: NULL where os.environ
 * is not what it was. */
static PyObject *variables(struct state *state, bool bytes) {
    PyObject *mapping = bytes ? state->environb : state->environ;
    if (!mapping || path_os_name(state, bytes ? "environb" : "environ") != mapping)
        return NULL;
    return bytes ? state->environb_data : state->environ_data;
}

/* The value of a variable, new bytes, or NULL without an exception. */
static PyObject *find_variable(PyObject *variables, const char *name, size_t size) {
    PyObject *key = PyBytes_FromStringAndSize(name, (Py_ssize_t)size);
    PyObject *value = key ? own_value(variables, key) : NULL;
    Py_XDECREF(key);
    if (value && !PyBytes_CheckExact(value))
        Py_CLEAR(value);
    return value;
}

static PyObject *home_and(const struct text *text, const char *home, size_t size,
                          struct os_slice rest) {
    if (size == 0 && rest.size == 0)
        return text->bytes ? PyBytes_FromString("/") : PyUnicode_FromString("/");
    PyObject *start = text->bytes ? PyBytes_FromStringAndSize(home, (Py_ssize_t)size)
                                  : PyUnicode_DecodeFSDefaultAndSize(home, (Py_ssize_t)size);
    PyObject *end = start && rest.size ? path_part(text, rest) : NULL;
    if (!end)
        return start;
    PyObject *result = text->bytes ? PySequence_Concat(start, end) : PyUnicode_Concat(start, end);
    Py_DECREF(start);
    Py_DECREF(end);
    return result;
}

/* "~" of the environment's HOME; the user database is left to Python's module pwd. */
PyObject *path_expanduser(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    struct state *state = PyModule_GetState(module);
    (void)count;
    struct text text;
    if (!path_read_in(state, args[0], &text))
        return NULL;
    PyObject *result = NULL, *names, *home = NULL;
    if (text.data[0] != '~')
        result = Py_NewRef(text.object);
    else if ((text.size == 1 || text.data[1] == '/') && (names = variables(state, false)))
        home = find_variable(names, "HOME", 4);
    if (home) {
        const char *value = PyBytes_AS_STRING(home);
        size_t size = (size_t)PyBytes_GET_SIZE(home);
        while (size > 0 && value[size - 1] == '/')
            size--;
        result = home_and(&text, value, size, (struct os_slice){text.data + 1, text.size - 1});
    }
    path_release(&text);
    return result;
}

/* The text that expandvars makes. */
struct expansion {
    PyObject *variables;
    char *data;
    size_t size, room;
    bool bytes;    /* values may be of any bytes */
    bool unclosed; /* a "${" without its "}" takes the rest of the text */
};

static bool append(struct expansion *e, const char *data, size_t size) {
    if (size > e->room - e->size) {
        size_t room = 2 * e->room + size;
        char *more = PyMem_Realloc(e->data, room);
        if (!more)
            return false;
        e->data = more;
        e->room = room;
    }
    if (size > 0)
        memcpy(e->data + e->size, data, size);
    e->size += size;
    return true;
}

static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* What expandvars looks at: what stands there, and the variable that it may name. */
struct piece {
    struct os_slice text, name;
    const char *end; /* where the rest begins */
};

/* What begins with a "$" of POSIX. */
static void read_variable(const char *at, const char *end, bool unclosed, struct piece *ret) {
    const char *name = at + 1, *stop = name;
    *ret = (struct piece){.name = {name, 0}};
    if (name < end && *name == '{') {
        stop = memchr(name, '}', (size_t)(end - name));
        if (stop)
            ret->name = (struct os_slice){name + 1, (size_t)(stop - name) - 1};
        stop = stop ? stop + 1 : unclosed ? end : name;
    } else {
        while (stop < end && is_word(*stop))
            stop++;
        ret->name.size = (size_t)(stop - name);
    }
    ret->text = (struct os_slice){at, (size_t)(stop - at)};
    ret->end = stop;
}

/* What begins with a single quote, a "%" or a "$" of Windows. */
static void nt_read_variable(const char *at, const char *end, bool unclosed, struct piece *ret) {
    bool brace = at + 1 < end && *at == '$' && at[1] == '{';
    const char *name = at + 1 + brace, *stop = name;
    size_t closing = 0;
    (void)unclosed;
    *ret = (struct piece){.name = {name, 0}};
    if (*at != '\'' && !brace && name < end && *name == *at) { /* "%%", "$$" */
        *ret = (struct piece){.text = {at, 1}, .end = name + 1};
        return;
    }
    if (*at != '$' || brace) {
        stop = memchr(name, brace ? '}' : *at, (size_t)(end - name));
        closing = stop != NULL;
        stop = stop ? stop : end;
    } else {
        while (stop < end && (is_word(*stop) || *stop == '-'))
            stop++;
    }
    if (*at != '\'' && (closing || (*at == '$' && !brace)))
        ret->name.size = (size_t)(stop - name);
    ret->end = stop + closing;
    ret->text = (struct os_slice){at, (size_t)(ret->end - at)};
}

static bool is_plain(const char *data, size_t size) {
    for (size_t i = 0; i < size; i++)
        if (data[i] & 0x80)
            return false;
    return true;
}

/* Puts in what a variable stands for, or what was written. */
static bool append_piece(struct expansion *e, const struct piece *piece) {
    PyObject *value =
        piece->name.size ? find_variable(e->variables, piece->name.data, piece->name.size) : NULL;
    if (!value)
        return append(e, piece->text.data, piece->text.size);
    const char *data = PyBytes_AS_STRING(value);
    size_t size = (size_t)PyBytes_GET_SIZE(value);
    bool good = (e->bytes || is_plain(data, size)) && append(e, data, size);
    Py_DECREF(value);
    return good;
}

/* `marks` are what may begin a variable. */
static bool expand(struct expansion *e, const struct text *text, const char *marks,
                   void (*read)(const char *, const char *, bool, struct piece *)) {
    const char *at = text->data, *end = at + text->size;
    struct piece piece;
    for (const char *mark; *(mark = at + strcspn(at, marks)); at = piece.end) {
        read(mark, end, e->unclosed, &piece);
        if (!append(e, at, (size_t)(mark - at)) || !append_piece(e, &piece))
            return false;
    }
    return append(e, at, (size_t)(end - at));
}

static PyObject *expanded(struct state *state, PyObject *object, const char *marks,
                          void (*read)(const char *, const char *, bool, struct piece *)) {
    struct text text;
    if (!path_read_in(state, object, &text))
        return NULL;
    PyObject *result = NULL;
    struct expansion e = {.bytes = text.bytes, .unclosed = state->unclosed};
    if (path_whole(&text) && !text.data[strcspn(text.data, marks)])
        result = Py_NewRef(text.object);
    else if (path_whole(&text) && (text.bytes || text.ascii) &&
             (e.variables = variables(state, text.bytes)) && expand(&e, &text, marks, read))
        result = text.bytes
                     ? PyBytes_FromStringAndSize(e.data, (Py_ssize_t)e.size)
                     : PyUnicode_FromKindAndData(PyUnicode_1BYTE_KIND, e.data, (Py_ssize_t)e.size);
    PyMem_Free(e.data);
    path_release(&text);
    return result;
}

PyObject *path_expandvars(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    (void)count;
    return expanded(PyModule_GetState(module), args[0], "$", read_variable);
}

PyObject *path_nt_expandvars(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    (void)count;
    return expanded(PyModule_GetState(module), args[0], "$%'", nt_read_variable);
}
