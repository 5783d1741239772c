/* SPDX-License-Identifier: MIT */
/** Arguments: a signature read once, and then each call's values read by it. */
#include "door.h"

#include <limits.h>
#include <pthread.h>
#include <string.h>

static struct function *first_function;

void door_add(struct function *function) {
    function->next = first_function;
    first_function = function;
}

/* ------------------------------------------------------------------- signatures */

#define SIGNATURE_END ")\n--\n\n" /* the docstring begins behind it */

static const struct {
    const char *word;
    enum kind kind;
} words[] = {
    {"object", KIND_OBJECT},
    {"path", KIND_PATH},
    {"path|fd", KIND_PATH_OR_FD},
    {"path|none", KIND_PATH_OR_NONE},
    {"path|fd|none", KIND_PATH_FD_NONE},
    {"fd", KIND_FD},
    {"dir_fd", KIND_DIR_FD},
    {"int", KIND_INT},
    {"uint", KIND_UINT},
    {"mask", KIND_MASK},
    {"int64", KIND_INT64},
    {"size", KIND_SIZE},
    {"bool", KIND_BOOL},
    {"uid", KIND_UID},
    {"gid", KIND_GID},
    {"double", KIND_DOUBLE},
    {"buffer", KIND_BUFFER},
    {"writable", KIND_WRITABLE},
    {"text", KIND_TEXT},
    {"int64|none", KIND_INT64_OR_NONE},
    {"uint64", KIND_UINT64},
    {"device", KIND_DEVICE},
    {"device part", KIND_DEVICE_PART},
    {"fsname", KIND_FSNAME},
};

static bool find_kind(const char *word, size_t size, enum kind *ret_kind) {
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (*words[i].word == *word && strlen(words[i].word) == size &&
            memcmp(words[i].word, word, size) == 0) {
            *ret_kind = words[i].kind;
            return true;
        }
    return false;
}

static size_t trimmed(const char **text, size_t size) {
    while (size && **text == ' ')
        (*text)++, size--;
    while (size && (*text)[size - 1] == ' ')
        size--;
    return size;
}

static void append(char **to, const char *text, size_t size) {
    memcpy(*to, text, size);
    *to += size;
}

static void read_constant(struct parameter *p, const char *text, size_t size) {
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)size, text);
    os_constant(name, &p->number);
}

/* The default of a parameter: a constant, a number, True, False, None or a quoted text. */
static void read_default(struct parameter *p, const char *text, size_t size) {
    p->required = false;
    if (size == 4 && memcmp(text, "True", 4) == 0)
        p->number = 1;
    else if (size == 5 && memcmp(text, "False", 5) == 0)
        p->number = 0;
    else if (size == 4 && memcmp(text, "None", 4) == 0)
        p->number = p->kind == KIND_DIR_FD          ? OS_CWD
                    : p->kind == KIND_INT64_OR_NONE ? OS_POSITION
                                                    : -1;
    else if (*text >= 'A' && *text <= 'Z')
        read_constant(p, text, size);
    else
        p->number = strtoll(text, NULL, 0);
}

/* Reads "name: kind = default" and appends "name=default" to the text that inspect reads. */
static int read_parameter(struct function *f, const char *item, size_t size, char **to) {
    const char *colon = memchr(item, ':', size);
    struct parameter *p = &f->parameters[f->count];
    if (!colon || f->count == MOST_PARAMETERS || (size_t)(colon - item) >= sizeof p->name)
        return -1;
    const char *kind = colon + 1;
    size_t kind_size = size - (size_t)(kind - item);
    const char *equals = memchr(kind, '=', kind_size);
    p->required = true;
    if (equals)
        kind_size = (size_t)(equals - kind);
    kind_size = trimmed(&kind, kind_size);
    if (!find_kind(kind, kind_size, &p->kind))
        return -1;
    memcpy(p->name, item, (size_t)(colon - item));
    append(to, item, (size_t)(colon - item));
    if (equals) {
        const char *value = equals + 1;
        size_t value_size = trimmed(&value, size - (size_t)(value - item));
        read_default(p, value, value_size);
        append(to, "=", 1);
        append(to, value, value_size);
    }
    f->required += p->required;
    f->count++;
    return 0;
}

/* Reads one item of a signature: a parameter, or one of the marks "/" and "*". */
static int read_item(struct function *f, const char *item, size_t size, char **to, bool *keywords) {
    if (size == 1 && *item == '/') {
        f->positional_only = f->count;
    } else if (size == 1 && *item == '*') {
        *keywords = true;
    } else {
        if (read_parameter(f, item, size, to) < 0)
            return -1;
        f->positional += !*keywords;
        return 0;
    }
    append(to, item, 1);
    return 0;
}

/* Reads a signature into the table and writes what inspect reads: the text that is wrong in it, or NULL. */
static const char *read_signature(struct function *f, char *text) {
    char *to = text + sprintf(text, "%s($module", f->name);
    bool keywords = false;
    if (!strchr(f->signature, '/'))
        append(&to, ", /", 3);
    for (const char *item = f->signature, *end; *item; item = *end ? end + 1 : end) {
        end = strchrnul(item, ',');
        const char *start = item;
        size_t size = trimmed(&start, (size_t)(end - item));
        if (size == 0)
            continue;
        append(&to, ", ", 2);
        if (read_item(f, start, size, &to, &keywords) < 0)
            return start;
    }
    strcpy(to, SIGNATURE_END);
    return NULL;
}

static const char *wrong_signature;

/* The text of an attribute, or an empty one; borrowed from `*ret_owner`, which is new. */
static const char *text_of(PyObject *object, const char *name, PyObject **ret_owner) {
    *ret_owner = object ? PyObject_GetAttrString(object, name) : NULL;
    bool is_text = *ret_owner && PyUnicode_Check(*ret_owner);
    const char *text = is_text ? PyUnicode_AsUTF8(*ret_owner) : NULL;
    PyErr_Clear();
    return text ? text : "";
}

char *door_doc(PyObject *owner, const char *name) {
    PyObject *attribute = PyObject_GetAttrString(owner, name), *signature_owner, *doc_owner;
    const char *signature = text_of(attribute, "__text_signature__", &signature_owner);
    const char *doc = text_of(attribute, "__doc__", &doc_owner);
    size_t size = strlen(name) + strlen(signature) + strlen(doc) + 8;
    char *text = *doc ? malloc(size) : NULL;
    if (text && *signature)
        snprintf(text, size, "%s%s\n--\n\n%s", name, signature, doc);
    else if (text)
        snprintf(text, size, "%s", doc);
    Py_XDECREF(signature_owner);
    Py_XDECREF(doc_owner);
    Py_XDECREF(attribute);
    PyErr_Clear();
    return text;
}

/* The docstring of a function in C, with its signature as inspect reads it, or NULL. */
static const char *raw_doc(PyObject *function) {
    bool built_in = function && PyCFunction_Check(function);
    return built_in ? ((PyCFunctionObject *)function)->m_ml->ml_doc : NULL;
}

/* The docstring, which begins with `signature`: the interpreter's own where they are the same, as they should be,
 * and a new one otherwise. */
static const char *doc_of(struct function *f, PyObject *theirs, const char *signature) {
    const char *same = f->doc ? NULL : raw_doc(theirs);
    if (same && strncmp(same, signature, strlen(signature)) == 0)
        return same;
    PyObject *owner = NULL;
    const char *doc = f->doc ? f->doc : text_of(theirs, "__doc__", &owner);
    size_t size = strlen(signature) + strlen(doc) + 1;
    char *text = malloc(size);
    if (text)
        snprintf(text, size, "%s%s", signature, doc);
    Py_XDECREF(owner);
    return text;
}

/* What is kept of a function has the size that it needs: a page of the table that is written to is a page copied
 * in every process. The text that is wrong, or NULL. */
static const char *read_function(struct function *f, PyObject *theirs) {
    struct parameter parameters[MOST_PARAMETERS] = {0};
    char signature[1024];
    if (2 * strlen(f->signature) + strlen(f->name) + 64 > sizeof signature)
        return f->signature;
    f->parameters = parameters;
    const char *wrong = read_signature(f, signature);
    size_t size = (size_t)f->count * sizeof *parameters;
    f->parameters = size ? malloc(size) : NULL;
    const char *doc = wrong ? NULL : doc_of(f, theirs, signature);
    if (!doc || (size && !f->parameters))
        return wrong ? wrong : f->name;
    if (size)
        memcpy(f->parameters, parameters, size);
    f->method = (PyMethodDef){f->name, (PyCFunction)(void (*)(void))f->entry,
                              METH_FASTCALL | METH_KEYWORDS, doc};
    if (f->count == 0)
        f->method = (PyMethodDef){f->name, f->bare, METH_NOARGS, doc};
    return NULL;
}

static void read_signatures(PyObject *model) {
    for (struct function *f = first_function; f && !wrong_signature; f = f->next) {
        PyObject *theirs = PyObject_GetAttrString(model, f->name);
        wrong_signature = read_function(f, theirs);
        Py_XDECREF(theirs);
        PyErr_Clear();
    }
}

/* Once in a process, whose interpreters are of one version and share the table. */
static void prepare(PyObject *model, void (*once)(PyObject *)) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static bool done;
    pthread_mutex_lock(&lock);
    if (!done) {
        read_signatures(model);
        if (once)
            once(model);
    }
    done = true;
    pthread_mutex_unlock(&lock);
}

/* ------------------------------------------------------------------- values */

static int read_int(PyObject *object, int64_t *ret_number) {
    int overflow;
    long number = PyLong_AsLongAndOverflow(object, &overflow);
    if (number == -1 && PyErr_Occurred())
        return -1;
    if (overflow || number > INT_MAX || number < INT_MIN)
        return PyErr_SetString(PyExc_OverflowError, "Python int too large to convert to C int"), -1;
    *ret_number = number;
    return 0;
}

static int read_int64(PyObject *object, int64_t *ret_number) {
    *ret_number = sizeof(long) == 8 ? PyLong_AsLong(object) : PyLong_AsLongLong(object);
    return *ret_number == -1 && PyErr_Occurred() ? -1 : 0;
}

static int read_size(PyObject *object, int64_t *ret_number) {
    PyObject *index = PyNumber_Index(object);
    *ret_number = index ? PyLong_AsSsize_t(index) : -1;
    Py_XDECREF(index);
    return *ret_number == -1 && PyErr_Occurred() ? -1 : 0;
}

/* A number without a sign: 32 or 64 bits of it. */
static int read_unsigned(PyObject *object, bool wide, int64_t *ret_number) {
    int overflow;
    if (!PyLong_Check(object))
        return PyErr_SetString(PyExc_TypeError, "an integer is required"), -1;
    if (PyLong_AsLongLongAndOverflow(object, &overflow) < 0 && overflow <= 0)
        return PyErr_SetString(PyExc_ValueError, "value must be positive"), -1;
    unsigned long long bits =
        wide ? PyLong_AsUnsignedLongLong(object) : PyLong_AsUnsignedLong(object);
    if (PyErr_Occurred())
        return -1;
    if (!wide && bits > UINT32_MAX)
        return PyErr_SetString(PyExc_OverflowError, "Python int too large for C unsigned int"), -1;
    *ret_number = (int64_t)bits;
    return 0;
}

static int read_mask(PyObject *object, int64_t *ret_number) {
    *ret_number = (uint32_t)PyLong_AsUnsignedLongMask(object);
    return PyErr_Occurred() ? -1 : 0;
}

/* The number of a device, or one of its parts. What is beyond is read by some versions alone. */
static int read_device(PyObject *object, int64_t most, int64_t *ret_number) {
    if (!PyLong_Check(object)) /* whether an object may stand for one differs by version: ask it */
        return PyErr_SetString(PyExc_TypeError, "no number of a device"), -1;
    *ret_number = PyLong_AsLongLong(object);
    if (*ret_number == -1 && PyErr_Occurred())
        return -1;
    if (*ret_number < 0 || *ret_number > most)
        return PyErr_SetString(PyExc_OverflowError, "no number of a device"), -1;
    return 0;
}

/* An id of a user or group: 32 bits, −1 for "leave it". */
static int read_id(PyObject *object, int64_t *ret_number) {
    PyObject *index = PyNumber_Index(object);
    if (!index) /* whatever the object raises, as in Python */
        return PyErr_SetString(PyExc_TypeError, "no id of a user or group"), -1;
    *ret_number = PyLong_AsLongLong(index);
    Py_DECREF(index);
    if (*ret_number == -1 && PyErr_Occurred())
        return -1;
    if (*ret_number < -1 || *ret_number > UINT32_MAX)
        return PyErr_SetString(PyExc_OverflowError, "no id of a user or group"), -1;
    return 0;
}

static int read_dir_fd(PyObject *object, int64_t *ret_number) {
    if (object == Py_None) {
        *ret_number = OS_CWD;
        return 0;
    }
    return door_fd(object, ret_number);
}

static int read_buffer(struct value *value, PyObject *object, int flags) {
    return PyObject_GetBuffer(object, &value->buffer, flags);
}

static int read_text(struct value *value, PyObject *object) {
    if (!PyUnicode_Check(object))
        return PyErr_SetString(PyExc_TypeError, "not a str"), -1;
    value->text = PyUnicode_AsUTF8AndSize(object, &value->size);
    if (value->text && strlen(value->text) != (size_t)value->size)
        return PyErr_SetString(PyExc_ValueError, "embedded null character"), -1;
    return value->text ? 0 : -1;
}

/* What PyUnicode_FSConverter takes, as bytes. */
static int read_fsname(struct value *value, PyObject *object) {
    if (!PyUnicode_FSConverter(object, &value->owner))
        return -1;
    value->text = PyBytes_AS_STRING(value->owner);
    value->size = PyBytes_GET_SIZE(value->owner);
    return 0;
}

static int read_value(const struct parameter *p, struct value *value, PyObject *object) {
    value->object = object;
    switch (p->kind) {
    case KIND_OBJECT:
        return 0;
    case KIND_PATH:
    case KIND_PATH_OR_FD:
    case KIND_PATH_OR_NONE:
    case KIND_PATH_FD_NONE:
        return door_path(value, object, p->kind, p->name);
    case KIND_FD:
        if (PyBool_Check(object)) /* of which some versions warn */
            return PyErr_SetString(PyExc_TypeError, "a truth value is no descriptor"), -1;
        value->number = PyObject_AsFileDescriptor(object);
        return value->number < 0 ? -1 : 0;
    case KIND_DIR_FD:
        return read_dir_fd(object, &value->number);
    case KIND_INT:
        return read_int(object, &value->number);
    case KIND_UINT:
    case KIND_UINT64:
        return read_unsigned(object, p->kind == KIND_UINT64, &value->number);
    case KIND_MASK:
        return read_mask(object, &value->number);
    case KIND_INT64:
        return read_int64(object, &value->number);
    case KIND_SIZE:
        return read_size(object, &value->number);
    case KIND_BOOL: {
        int truth = PyObject_IsTrue(object);
        value->number = truth;
        return truth < 0 ? -1 : 0;
    }
    case KIND_UID:
    case KIND_GID:
        return read_id(object, &value->number);
    case KIND_INT64_OR_NONE:
        if (object == Py_None) {
            value->number = OS_POSITION;
            return 0;
        }
        if (read_int64(object, &value->number) < 0)
            return -1;
        value->number += value->number == OS_POSITION; /* as negative, but not the mark of None */
        return 0;
    case KIND_DEVICE:
        return read_device(object, INT64_MAX, &value->number);
    case KIND_DEVICE_PART:
        return read_device(object, INT_MAX, &value->number);
    case KIND_FSNAME:
        return read_fsname(value, object);
    case KIND_DOUBLE:
        value->real = PyFloat_AsDouble(object);
        return value->real == -1.0 && PyErr_Occurred() ? -1 : 0;
    case KIND_BUFFER:
        return read_buffer(value, object, PyBUF_SIMPLE);
    case KIND_WRITABLE:
        return read_buffer(value, object, PyBUF_WRITABLE);
    case KIND_TEXT:
        return read_text(value, object);
    }
    Py_UNREACHABLE();
}

void door_release(struct value *value) {
    Py_XDECREF(value->owner);
    Py_XDECREF(value->fspath);
    if (value->buffer.obj)
        PyBuffer_Release(&value->buffer);
}

/* ------------------------------------------------------------------- the call */

static int find_parameter(struct function *f, PyObject *name) {
    Py_ssize_t size;
    const char *text = PyUnicode_AsUTF8AndSize(name, &size);
    if (!text) {
        PyErr_Clear();
        return -1;
    }
    for (int i = f->positional_only; i < f->count; i++)
        if (strlen(f->parameters[i].name) == (size_t)size &&
            memcmp(f->parameters[i].name, text, (size_t)size) == 0)
            return i;
    return -1;
}

/* The message is of interest for osier's own functions alone: see door_refuse(). */
static int wrong_arguments(const struct function *f) {
    PyErr_Format(PyExc_TypeError, "%s() takes other arguments", f->name);
    return -1;
}

/* Lays the arguments out in the order of the parameters; NULL where one was left out. */
static int arrange(struct function *f, PyObject *const *args, Py_ssize_t nargs, PyObject *names,
                   PyObject **ret_objects) {
    if (nargs > f->positional)
        return wrong_arguments(f);
    for (int i = 0; i < f->count; i++)
        ret_objects[i] = i < nargs ? args[i] : NULL;
    Py_ssize_t count = names ? PyTuple_GET_SIZE(names) : 0;
    for (Py_ssize_t k = 0; k < count; k++) {
        int i = find_parameter(f, PyTuple_GET_ITEM(names, k));
        if (i < 0 || ret_objects[i])
            return wrong_arguments(f);
        ret_objects[i] = args[nargs + k];
    }
    for (int i = 0; i < f->count; i++)
        if (!ret_objects[i] && f->parameters[i].required)
            return wrong_arguments(f);
    return 0;
}

/* Reads what needs no conversion, a path in ASCII or an integer: whether it was that. */
static inline bool read_plain(enum kind kind, struct value *value, PyObject *object) {
    if (kind >= KIND_PATH && kind <= KIND_PATH_FD_NONE) {
        if (!PyUnicode_Check(object) || !PyUnicode_IS_COMPACT_ASCII(object))
            return false;
        value->text = PyUnicode_DATA(object);
        value->size = PyUnicode_GET_LENGTH(object);
        value->number = -1;
        return strlen(value->text) == (size_t)value->size;
    }
    if (kind != KIND_INT || !PyLong_CheckExact(object))
        return false;
    int overflow;
    long number = PyLong_AsLongAndOverflow(object, &overflow);
    value->number = number;
    return !overflow && number == (int)number;
}

/* Reads the objects, of which those that were left out are NULL, and those beyond `given` as well.
 */
static int read_objects(struct function *f, PyObject *const *objects, Py_ssize_t given,
                        struct value *values, int *ret_held) {
    for (int i = 0; i < f->count; i++) {
        struct value *value = &values[i];
        const struct parameter *p = &f->parameters[i];
        PyObject *object = i < given ? objects[i] : NULL;
        value->object = object;
        value->owner = value->fspath = value->buffer.obj = NULL;
        value->text = NULL;
        value->bytes = false;
        value->number = p->number;
        value->real = 0;
        if (!object || read_plain(p->kind, value, object))
            continue;
        *ret_held = i + 1;
        if (read_value(p, value, object) < 0)
            return -1;
    }
    return 0;
}

int door_read(struct function *f, PyObject *const *args, Py_ssize_t nargs, PyObject *names,
              struct value *values) {
    PyObject *objects[MOST_PARAMETERS];
    int held = 0;
    if (names || nargs < f->required || nargs > f->positional) {
        if (arrange(f, args, nargs, names, objects) < 0)
            return -1;
        args = objects;
        nargs = f->count;
    }
    if (read_objects(f, args, nargs, values, &held) == 0)
        return held;
    door_release_all(values, held);
    return -1;
}

void door_release_all(struct value *values, int count) {
    while (count-- > 0)
        door_release(&values[count]);
}

const char door_refused;

/* Whether the exception says that arguments could not be read, or there is none. */
static bool is_refusal(void) {
    PyObject *raised = PyErr_Occurred();
    return !raised || PyErr_GivenExceptionMatches(raised, PyExc_TypeError) ||
           PyErr_GivenExceptionMatches(raised, PyExc_ValueError) ||
           PyErr_GivenExceptionMatches(raised, PyExc_OverflowError) ||
           PyErr_GivenExceptionMatches(raised, PyExc_BufferError);
}

PyObject *door_refuse(const struct function *f, PyObject *module, PyObject *const *args,
                      Py_ssize_t nargs, PyObject *names) {
    PyObject *functions = STATE(module)->functions;
    PyObject *original =
        !f->always && functions && is_refusal() ? PyDict_GetItemString(functions, f->name) : NULL;
    if (original) {
        PyErr_Clear();
        Py_INCREF(original);
        PyObject *result = PyObject_Vectorcall(original, args, (size_t)nargs, names);
        Py_DECREF(original);
        return result;
    }
    if (!PyErr_Occurred())
        PyErr_Format(PyExc_TypeError, "%s() takes other arguments", f->name);
    return NULL;
}

int door_functions(PyObject *module, PyObject *model, void (*once)(PyObject *model)) {
    prepare(model, once);
    if (wrong_signature)
        return PyErr_Format(PyExc_SystemError, "signature: %s", wrong_signature), -1;
    PyObject *name = PyModule_GetNameObject(module);
    int result = name ? 0 : -1;
    for (struct function *f = first_function; f && result == 0; f = f->next) {
        if (!f->always && !PyObject_HasAttrString(model, f->name))
            continue;
        PyObject *function = PyCFunction_NewEx(&f->method, module, name);
        result = function ? PyModule_AddObjectRef(module, f->name, function) : -1;
        Py_XDECREF(function);
    }
    Py_XDECREF(name);
    return result;
}
