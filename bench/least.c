/* SPDX-License-Identifier: MIT */
/** The least that an extension of Python can do for some functions of os: it takes ASCII alone, checks nothing and
 *  knows no error. What osier.os takes more than this is what it could be quicker by (bench/least.py). */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static PyObject *text(const char *from, size_t size) {
    PyObject *str = PyUnicode_New((Py_ssize_t)size, 127);
    if (str)
        memcpy(PyUnicode_DATA(str), from, size);
    return str;
}

static PyObject *least_getcwd(PyObject *module, PyObject *nothing) {
    (void)module, (void)nothing;
    char path[4096];
    PyThreadState *thread = PyEval_SaveThread();
    char *cwd = getcwd(path, sizeof path);
    PyEval_RestoreThread(thread);
    return cwd ? text(cwd, strlen(cwd)) : PyErr_SetFromErrno(PyExc_OSError);
}

static PyObject *least_open(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    (void)module, (void)count;
    const char *path = PyUnicode_DATA(args[0]);
    int flags = (int)PyLong_AsLong(args[1]);
    PyThreadState *thread = PyEval_SaveThread();
    int fd = open(path, flags | O_CLOEXEC, 0777);
    PyEval_RestoreThread(thread);
    return PyLong_FromLong(fd);
}

static PyObject *least_close(PyObject *module, PyObject *number) {
    (void)module;
    int fd = (int)PyLong_AsLong(number);
    PyThreadState *thread = PyEval_SaveThread();
    close(fd);
    PyEval_RestoreThread(thread);
    Py_RETURN_NONE;
}

static PyObject *least_basename(PyObject *module, PyObject *path) {
    (void)module;
    const char *start = PyUnicode_DATA(path);
    size_t size = (size_t)PyUnicode_GET_LENGTH(path);
    const char *slash = memrchr(start, '/', size);
    const char *name = slash ? slash + 1 : start;
    return text(name, (size_t)(start + size - name));
}

static PyObject *least_split(PyObject *module, PyObject *path) {
    (void)module;
    const char *start = PyUnicode_DATA(path);
    size_t size = (size_t)PyUnicode_GET_LENGTH(path);
    const char *slash = memrchr(start, '/', size);
    const char *name = slash ? slash + 1 : start;
    size_t head = slash > start ? (size_t)(slash - start) : (size_t)(name - start);
    PyObject *both = PyTuple_New(2);
    if (both) {
        PyTuple_SET_ITEM(both, 0, text(start, head));
        PyTuple_SET_ITEM(both, 1, text(name, (size_t)(start + size - name)));
    }
    return both;
}

static PyMethodDef methods[] = {
    {"getcwd", least_getcwd, METH_NOARGS, NULL},
    {"open", (PyCFunction)(void (*)(void))least_open, METH_FASTCALL, NULL},
    {"close", least_close, METH_O, NULL},
    {"basename", least_basename, METH_O, NULL},
    {"split", least_split, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "least", .m_size = -1,
                                        .m_methods = methods};

PyMODINIT_FUNC PyInit_least(void);
PyMODINIT_FUNC PyInit_least(void) {
    return PyModule_Create(&definition);
}
