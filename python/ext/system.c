/* SPDX-License-Identifier: MIT */
/** The scheduler, configuration values, processors, load and random bytes. */
#include "door.h"

#include <limits.h>
#include <string.h>

/* ------------------------------------------------------------------- scheduler */

FUNCTION(sched_get_priority_max, "policy: int") {
    return number_or_error(os_sched_get_priority_max(INT(0)), NULL);
}

FUNCTION(sched_get_priority_min, "policy: int") {
    return number_or_error(os_sched_get_priority_min(INT(0)), NULL);
}

FUNCTION(sched_getscheduler, "pid: int, /") {
    return number_or_error(os_sched_getscheduler(INT(0)), NULL);
}

int door_sched_param(PyObject *module, PyObject *object, int *ret_priority) {
    if (!Py_IS_TYPE(object, STATE(module)->sched_param))
        return PyErr_SetString(PyExc_TypeError, "no sched_param"), -1;
    long priority = PyLong_AsLong(PyStructSequence_GetItem(object, 0));
    if (priority == -1 && PyErr_Occurred())
        return -1;
    if (priority > INT_MAX || priority < INT_MIN)
        return PyErr_SetString(PyExc_OverflowError, "no priority"), -1;
    *ret_priority = (int)priority;
    return 0;
}

FUNCTION(sched_setscheduler, "pid: int, policy: int, param: object, /") {
    int priority;
    if (door_sched_param(module, OBJECT(2), &priority) < 0)
        return DOOR_REFUSED;
    return none_or_error(os_sched_setscheduler(INT(0), INT(1), priority), NULL);
}

FUNCTION(sched_setparam, "pid: int, param: object, /") {
    int priority;
    if (door_sched_param(module, OBJECT(1), &priority) < 0)
        return DOOR_REFUSED;
    return none_or_error(os_sched_setparam(INT(0), priority), NULL);
}

FUNCTION(sched_getparam, "pid: int, /") {
    int priority = os_sched_getparam(INT(0));
    if (priority < 0)
        return door_error(NULL, NULL);
    PyObject *result = PyStructSequence_New(STATE(module)->sched_param);
    if (result)
        PyStructSequence_SetItem(result, 0, PyLong_FromLong(priority));
    return result;
}

FUNCTION(sched_rr_get_interval, "pid: int, /") {
    double seconds;
    if (os_sched_rr_get_interval(INT(0), &seconds) < 0)
        return door_error(NULL, NULL);
    return PyFloat_FromDouble(seconds);
}

FUNCTION(sched_yield, "") {
    int r;
    UNLOCKED(r = os_sched_yield());
    return none_or_error(r, NULL);
}

static int read_cpu(PyObject *item, int *ret_cpu) {
    long cpu = PyLong_Check(item) ? PyLong_AsLong(item) : -1;
    if (cpu < 0 || cpu > INT_MAX - 1)
        return PyErr_SetString(PyExc_ValueError, "no number of a CPU"), -1;
    *ret_cpu = (int)cpu;
    return 0;
}

FUNCTION(sched_setaffinity, "pid: int, mask: object, /") {
    PyObject *list = PySequence_List(OBJECT(1));
    if (!list)
        return NULL;
    Py_ssize_t count = PyList_GET_SIZE(list);
    int *cpus = PyMem_New(int, count), r = cpus ? 0 : -1;
    if (!cpus)
        PyErr_NoMemory();
    for (Py_ssize_t i = 0; r == 0 && i < count; i++)
        r = read_cpu(PyList_GET_ITEM(list, i), &cpus[i]);
    Py_DECREF(list);
    PyObject *result = r < 0
                           ? DOOR_REFUSED
                           : none_or_error(os_sched_setaffinity(INT(0), cpus, (size_t)count), NULL);
    PyMem_Free(cpus);
    return result;
}

FUNCTION(sched_getaffinity, "pid: int, /") {
    size_t count = 0;
    int *cpus = os_sched_getaffinity(INT(0), &count);
    if (!cpus)
        return door_error(NULL, NULL);
    PyObject *set = PySet_New(NULL);
    for (size_t i = 0; set && i < count; i++) {
        PyObject *cpu = PyLong_FromLong(cpus[i]);
        if (!cpu || PySet_Add(set, cpu) < 0)
            Py_CLEAR(set);
        Py_XDECREF(cpu);
    }
    free(cpus);
    return set;
}

/* ------------------------------------------------------------------- configuration */

/* A name or number of a configuration value: the text, or NULL and the number; −1 on an error. */
static int read_conf(PyObject *object, const char **ret_name, int *ret_number) {
    *ret_name = NULL;
    if (PyUnicode_Check(object))
        return (*ret_name = PyUnicode_AsUTF8(object)) ? 0 : -1;
    long number = PyLong_Check(object) ? PyLong_AsLong(object) : LONG_MAX;
    if (number == -1 && PyErr_Occurred())
        return -1;
    if (number < INT_MIN || number > INT_MAX)
        return PyErr_SetString(PyExc_TypeError, "no name and no number"), -1;
    *ret_number = (int)number;
    return 0;
}

/* What went wrong: an unknown name is Python's to refuse. */
static PyObject *conf_error(const char *name, const struct value *path) {
    return name && errno == EINVAL ? DOOR_REFUSED : door_error(path, NULL);
}

FUNCTION(confstr, "name: object, /") {
    const char *name;
    int number = 0;
    if (read_conf(OBJECT(0), &name, &number) < 0)
        return DOOR_REFUSED;
    char *text = name ? os_confstr(name) : os_confstr_number(number);
    if (text)
        return door_take(text, NULL);
    if (errno == 0)
        Py_RETURN_NONE;
    return conf_error(name, NULL);
}

FUNCTION(sysconf, "name: object, /") {
    const char *name;
    int number = 0;
    int64_t value;
    if (read_conf(OBJECT(0), &name, &number) < 0)
        return DOOR_REFUSED;
    if ((name ? os_sysconf(name, &value) : os_sysconf_number(number, &value)) < 0)
        return conf_error(name, NULL);
    return PyLong_FromLongLong(value);
}

/* Whether a name is one that pathconf knows: its own EINVAL is an OSError. */
static bool known_pathconf(const char *name, int *ret_number) {
    size_t count;
    const struct os_conf_name *names = os_pathconf_names(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i].name, name) == 0) {
            *ret_number = names[i].number;
            return true;
        }
    return false;
}

static PyObject *path_conf(struct value *v, PyObject *conf, const struct value *path) {
    const char *name;
    int number = 0, r;
    int64_t value;
    if (read_conf(conf, &name, &number) < 0 || (name && !known_pathconf(name, &number)))
        return DOOR_REFUSED;
    UNLOCKED(r = TEXT(0) ? os_pathconf_number(TEXT(0), number, &value)
                         : os_fpathconf_number(INT(0), number, &value));
    if (r < 0) /* EINVAL may mean the name of the value as well as the path */
        return door_error(errno != EINVAL ? path : NULL, NULL);
    return PyLong_FromLongLong(value);
}

FUNCTION(pathconf, "path: path|fd, name: object") {
    return path_conf(v, OBJECT(1), ARG(0));
}

FUNCTION(fpathconf, "fd: fd, name: object, /") {
    return path_conf(v, OBJECT(1), NULL);
}

/* ------------------------------------------------------------------- processors and load */

#if PY_VERSION_HEX < 0x030D0000 /* from then on, -X cpu_count has a say: the interpreter's own */
FUNCTION(cpu_count, "") {
    int count = os_cpu_count();
    if (count < 1)
        Py_RETURN_NONE;
    return PyLong_FromLong(count);
}
#endif

FUNCTION(getloadavg, "") {
    double loads[3];
    if (os_getloadavg(loads) < 0)
        return PyErr_SetString(PyExc_OSError, "Load averages are unobtainable"), NULL;
    return Py_BuildValue("(ddd)", loads[0], loads[1], loads[2]);
}

/* ------------------------------------------------------------------- random bytes */

FUNCTION(urandom, "size: size, /") {
    if (LONG(0) < 0)
        return DOOR_REFUSED;
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)LONG(0));
    if (!bytes)
        return NULL;
    char *data = PyBytes_AS_STRING(bytes);
    int r;
    UNLOCKED(r = os_urandom(data, (size_t)LONG(0)));
    if (r == 0)
        return bytes;
    PyObject *error = door_error(NULL, NULL);
    Py_DECREF(bytes);
    return error;
}

FUNCTION(getrandom, "size: size, flags: int = 0") {
    if (LONG(0) < 0) {
        errno = EINVAL;
        return door_error(NULL, NULL);
    }
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)LONG(0));
    if (!bytes)
        return NULL;
    char *data = PyBytes_AS_STRING(bytes);
    ssize_t r;
    UNLOCKED(r = os_getrandom(data, (size_t)LONG(0), (unsigned)INT(1)));
    if (r < 0) {
        PyObject *error = door_error(NULL, NULL);
        Py_DECREF(bytes);
        return error;
    }
    if (r != PyBytes_GET_SIZE(bytes))
        _PyBytes_Resize(&bytes, r);
    return bytes;
}
