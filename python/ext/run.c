/* SPDX-License-Identifier: MIT */
/** Running a program to its end: what osier.run is made of (run.py). */
#include "door.h"

#include <string.h>

enum { STREAM_INHERIT = -10, STREAM_PIPE = -1, STREAM_STDOUT = -2, STREAM_DEVNULL = -3 };

/** What the arguments of _run are read into. */
struct request {
    struct os_run_options options;
    PyObject *argv_owner, *env_owner; /* tuples */
    char **argv, **env;
    struct os_run_fd *fds;
    gid_t *groups;
    Py_buffer input;
    mode_t umask;
    uid_t user;
    gid_t group;
    pid_t process_group;
};

static void release_request(struct request *q) {
    Py_CLEAR(q->argv_owner);
    Py_CLEAR(q->env_owner);
    PyMem_Free(q->argv);
    PyMem_Free(q->env);
    PyMem_Free(q->fds);
    PyMem_Free(q->groups);
    if (q->input.obj)
        PyBuffer_Release(&q->input);
}

static const char *text_or_null(PyObject *bytes) {
    char *text = NULL;
    if (bytes != Py_None && PyBytes_AsStringAndSize(bytes, &text, NULL) < 0) /* refuses a NUL */
        return NULL;
    return text;
}

static struct os_run_stream stream_of(int number) {
    switch (number) {
    case STREAM_INHERIT:
        return (struct os_run_stream){.kind = OS_RUN_INHERIT};
    case STREAM_PIPE:
        return (struct os_run_stream){.kind = OS_RUN_PIPE};
    case STREAM_STDOUT:
        return (struct os_run_stream){.kind = OS_RUN_STDOUT};
    case STREAM_DEVNULL:
        return (struct os_run_stream){.kind = OS_RUN_DEVNULL};
    default:
        return (struct os_run_stream){.kind = OS_RUN_FD, .fd = number};
    }
}

static int read_streams(struct request *q, PyObject *streams) {
    int in, out, err;
    if (!PyArg_ParseTuple(streams, "iii", &in, &out, &err))
        return -1;
    q->options.in = stream_of(in);
    q->options.out = stream_of(out);
    q->options.err = stream_of(err);
    return 0;
}

static int read_input(struct request *q, PyObject *input) {
    if (input == Py_None)
        return 0;
    if (PyObject_GetBuffer(input, &q->input, PyBUF_SIMPLE) < 0)
        return -1;
    q->options.input = q->input.buf ? q->input.buf : "";
    q->options.input_size = (size_t)q->input.len;
    return 0;
}

static int read_numbers(struct request *q, PyObject *numbers) {
    struct os_run_options *o = &q->options;
    if (numbers == Py_None)
        return 0;
    long long mask, user, group, process_group;
    int tree, session, close_fds, restore;
    double timeout, grace;
    if (!PyArg_ParseTuple(numbers, "ddiLLLLppp", &timeout, &grace, &tree, &mask, &user, &group,
                          &process_group, &session, &close_fds, &restore))
        return -1;
    o->timeout = timeout > 0 ? timeout : 0;
    o->grace = grace;
    o->tree = (enum os_run_tree)tree;
    q->umask = (mode_t)mask;
    q->user = (uid_t)user;
    q->group = (gid_t)group;
    q->process_group = (pid_t)process_group;
    o->umask = mask >= 0 ? &q->umask : NULL;
    o->user = user >= 0 ? &q->user : NULL;
    o->group = group >= 0 ? &q->group : NULL;
    o->process_group = process_group >= 0 ? &q->process_group : NULL;
    o->new_session = session;
    o->inherit_fds = !close_fds;
    o->inherit_signals = !restore;
    return 0;
}

static int read_fds(struct request *q, PyObject *fds) {
    if (fds == Py_None)
        return 0;
    Py_ssize_t count = PyTuple_Size(fds);
    q->fds = count < 0 ? NULL : PyMem_New(struct os_run_fd, count + 1);
    if (!q->fds)
        return -1;
    for (Py_ssize_t i = 0; i < count; i++) {
        int fd = (int)PyLong_AsLong(PyTuple_GET_ITEM(fds, i));
        if (fd < 0)
            return PyErr_Occurred()
                       ? -1
                       : (PyErr_SetString(PyExc_ValueError, "bad value(s) in fds_to_keep"), -1);
        q->fds[i] = (struct os_run_fd){fd, fd};
    }
    q->options.fds = q->fds;
    q->options.fd_count = (size_t)count;
    return 0;
}

static int read_groups(struct request *q, PyObject *groups) {
    if (groups == Py_None)
        return 0;
    Py_ssize_t count = PyTuple_Size(groups);
    q->groups = count < 0 ? NULL : PyMem_New(gid_t, count + 1);
    if (!q->groups)
        return -1;
    for (Py_ssize_t i = 0; i < count; i++)
        q->groups[i] = (gid_t)PyLong_AsLongLong(PyTuple_GET_ITEM(groups, i));
    q->options.groups = q->groups;
    q->options.group_count = (size_t)count;
    return PyErr_Occurred() ? -1 : 0;
}

static int read_request(struct request *q, struct value *v) {
    q->options.size = sizeof q->options;
    if (door_texts(OBJECT(0), &q->argv_owner, &q->argv) < 0)
        return -1;
    if (OBJECT(2) != Py_None && door_texts(OBJECT(2), &q->env_owner, &q->env) < 0)
        return -1;
    q->options.env = q->env;
    q->options.executable = text_or_null(OBJECT(1));
    q->options.cwd = text_or_null(OBJECT(3));
    if (PyErr_Occurred() || read_streams(q, OBJECT(4)) < 0 || read_input(q, OBJECT(5)) < 0 ||
        read_numbers(q, OBJECT(6)) < 0 || read_fds(q, OBJECT(7)) < 0)
        return -1;
    return read_groups(q, OBJECT(8));
}

/* Bytes that were captured, or None. */
static PyObject *bytes_of(const char *text, size_t size) {
    if (!text)
        Py_RETURN_NONE;
    return PyBytes_FromStringAndSize(text, (Py_ssize_t)size);
}

/* What it failed at before it ran: the number and the step. */
static PyObject *tell_failure(void) {
    int number = errno;
    const struct os_error *error = os_last_error();
    return Py_BuildValue("(is)", number, error ? error->operation : "run");
}

EXTRA_FUNCTION(_run,
               "args: object, executable: object, env: object, cwd: object, streams: object, "
               "input: object, numbers: object, fds: object, groups: object, /",
               "Run a program: its return code, what was captured, and whether it took too long; "
               "or the error number and the step that failed.") {
    struct request q = {.options = {0}};
    struct os_run_result result = {0};
    PyObject *answer = NULL;
    if (read_request(&q, v) == 0) {
        int r;
        UNLOCKED(r = os_run(q.argv, &q.options, &result));
        bool ran = r == 0 || errno == ETIMEDOUT || errno == ECHILD;
        if (PyErr_Occurred())
            ran = false;
        else if (!ran)
            answer = tell_failure();
        if (ran)
            answer = Py_BuildValue(
                "(iNNO)", result.returncode, bytes_of(result.out, result.out_size),
                bytes_of(result.err, result.err_size), result.timed_out ? Py_True : Py_False);
        os_run_result_free(&result);
    }
    release_request(&q);
    return answer;
}
