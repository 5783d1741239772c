/* SPDX-License-Identifier: MIT */
/** Processes for osier._psutil: what a record of the core holds becomes the attributes that psutil names. */
#include "psutil.h"

#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static PyObject *number(uint64_t value) {
    return PyLong_FromUnsignedLongLong(value);
}

/* A program that wrote one text over its words has them cut at the spaces. */
static PyObject *words_of(const struct os_process_info *p) {
    if (p->cmdline_count == 1 && strchr(p->cmdline[0], ' ')) {
        PyObject *text = name_of(p->cmdline[0]), *space = PyUnicode_FromString(" ");
        PyObject *words = text && space ? PyUnicode_Split(text, space, -1) : NULL;
        Py_XDECREF(text);
        Py_XDECREF(space);
        return words;
    }
    PyObject *list = PyList_New((Py_ssize_t)p->cmdline_count);
    for (size_t i = 0; list && i < p->cmdline_count; i++) {
        PyObject *word = name_of(p->cmdline[i]);
        if (!word)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, (Py_ssize_t)i, word);
    }
    return list;
}

static PyObject *status_of(struct state *state, const struct os_process_info *p) {
    PyObject *word = PyDict_GetItemString(state->statuses, p->status);
    if (word)
        return Py_NewRef(word);
    return PyUnicode_FromString("?");
}

static PyObject *ids(PyTypeObject *type, const struct os_process_ids *from) {
    PyObject *items[] = {PyLong_FromLongLong(from->real), PyLong_FromLongLong(from->effective),
                         PyLong_FromLongLong(from->saved)};
    return psutil_shape(type, items, 3);
}

static PyObject *memory_of(struct state *state, const struct os_process_memory *m) {
    return SHAPE(SHAPE_MEM, number(m->rss), number(m->vms), number(m->shared), number(m->text),
                 number(0), number(m->data), number(0));
}

static PyObject *times_of(struct state *state, const struct os_process_times *t) {
    return SHAPE(
        SHAPE_TIMES, PyFloat_FromDouble(seconds(t->user)), PyFloat_FromDouble(seconds(t->system)),
        PyFloat_FromDouble(seconds(t->children_user)),
        PyFloat_FromDouble(seconds(t->children_system)), PyFloat_FromDouble(seconds(t->iowait)));
}

static PyObject *io_of(struct state *state, const struct os_process_io *io) {
    return SHAPE(SHAPE_IO, number(io->read_count), number(io->write_count), number(io->read_bytes),
                 number(io->write_bytes), number(io->read_chars), number(io->write_chars));
}

static PyObject *switches_of(struct state *state, const struct os_process_switches *s) {
    return SHAPE(SHAPE_SWITCHES, PyLong_FromLongLong(s->voluntary),
                 PyLong_FromLongLong(s->involuntary));
}

enum attribute {
    PID,
    PPID,
    NAME,
    EXE,
    CMDLINE,
    CWD,
    USERNAME,
    UIDS,
    GIDS,
    STATUS,
    CREATE_TICKS,
    CPU_TIMES,
    MEMORY_INFO,
    NUM_THREADS,
    NUM_FDS,
    NICE,
    IO_COUNTERS,
    NUM_CTX_SWITCHES,
    CPU_NUM,
    TERMINAL,
    FAULTS,
    FOOTPRINT,
    KERNEL_THREAD,
    ATTRIBUTES
};

/* What each attribute is called, and which bit of the record it needs. */
static const struct {
    const char *name;
    unsigned field;
} attributes[ATTRIBUTES] = {
    [PID] = {"pid", OS_PROCESS_STAT},
    [PPID] = {"ppid", OS_PROCESS_STAT},
    [NAME] = {"name", OS_PROCESS_NAME},
    [EXE] = {"exe", OS_PROCESS_EXE},
    [CMDLINE] = {"cmdline", OS_PROCESS_CMDLINE},
    [CWD] = {"cwd", OS_PROCESS_CWD},
    [USERNAME] = {"username", OS_PROCESS_USERNAME},
    [UIDS] = {"uids", OS_PROCESS_IDS},
    [GIDS] = {"gids", OS_PROCESS_IDS},
    [STATUS] = {"status", OS_PROCESS_STAT},
    [CREATE_TICKS] = {"_start", OS_PROCESS_STAT},
    [CPU_TIMES] = {"cpu_times", OS_PROCESS_STAT},
    [MEMORY_INFO] = {"memory_info", OS_PROCESS_MEMORY},
    [NUM_THREADS] = {"num_threads", OS_PROCESS_STAT},
    [NUM_FDS] = {"num_fds", OS_PROCESS_FDS},
    [NICE] = {"nice", OS_PROCESS_STAT},
    [IO_COUNTERS] = {"io_counters", OS_PROCESS_IO},
    [NUM_CTX_SWITCHES] = {"num_ctx_switches", OS_PROCESS_IDS},
    [CPU_NUM] = {"cpu_num", OS_PROCESS_STAT},
    [TERMINAL] = {"_tty", OS_PROCESS_STAT},
    [FAULTS] = {"_faults", OS_PROCESS_STAT},
    [FOOTPRINT] = {"_footprint", OS_PROCESS_FOOTPRINT},
    [KERNEL_THREAD] = {"_kernel", OS_PROCESS_STAT},
};

static PyObject *value_of(struct state *state, const struct os_process_info *p,
                          enum attribute which) {
    switch (which) {
    case PID:
        return PyLong_FromLong(p->pid);
    case PPID:
        return PyLong_FromLong(p->ppid);
    case NAME:
        return name_of(p->name);
    case EXE:
        return name_of(p->exe);
    case CMDLINE:
        return words_of(p);
    case CWD:
        return name_of(p->cwd);
    case USERNAME:
        return name_of(p->username);
    case UIDS:
        return ids(state->shapes[SHAPE_UIDS], &p->uids);
    case GIDS:
        return ids(state->shapes[SHAPE_GIDS], &p->gids);
    case STATUS:
        return status_of(state, p);
    case CREATE_TICKS:
        return number(p->start_ticks);
    case CPU_TIMES:
        return times_of(state, &p->cpu_times);
    case MEMORY_INFO:
        return memory_of(state, &p->memory_info);
    case NUM_THREADS:
        return PyLong_FromLong(p->num_threads);
    case NUM_FDS:
        return PyLong_FromLong(p->num_fds);
    case NICE:
        return PyLong_FromLong(p->nice);
    case IO_COUNTERS:
        return io_of(state, &p->io_counters);
    case NUM_CTX_SWITCHES:
        return switches_of(state, &p->num_ctx_switches);
    case CPU_NUM:
        return PyLong_FromLong(p->cpu_num);
    case TERMINAL:
        return PyLong_FromUnsignedLong(p->terminal);
    case FAULTS:
        return Py_BuildValue("(KK)", (unsigned long long)p->minor_faults,
                             (unsigned long long)p->major_faults);
    case FOOTPRINT:
        return Py_BuildValue("(KKK)", (unsigned long long)p->memory_footprint.uss,
                             (unsigned long long)p->memory_footprint.pss,
                             (unsigned long long)p->memory_footprint.swap);
    case KERNEL_THREAD:
        return PyBool_FromLong(p->kernel_thread);
    case ATTRIBUTES:
        break;
    }
    Py_RETURN_NONE;
}

/* What was asked for: attributes by number, and the bits they need. */
struct wanted {
    enum attribute which[ATTRIBUTES];
    PyObject *names[ATTRIBUTES]; /* borrowed from the tuple */
    Py_ssize_t count;
    unsigned fields;
};

static int want(PyObject *names, struct wanted *w) {
    w->count = 0;
    w->fields = 0;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(names); i++) {
        const char *name = PyUnicode_AsUTF8(PyTuple_GET_ITEM(names, i));
        int which = 0;
        while (name && which < ATTRIBUTES && strcmp(attributes[which].name, name) != 0)
            which++;
        if (!name || which == ATTRIBUTES || w->count == ATTRIBUTES)
            return name ? (PyErr_Format(PyExc_ValueError, "no such attribute: %s", name), -1) : -1;
        w->names[w->count] = PyTuple_GET_ITEM(names, i);
        w->which[w->count++] = (enum attribute)which;
        w->fields |= attributes[which].field;
    }
    return 0;
}

/* A program that is being started has no words yet. */
static bool comes_later(const struct os_process_info *p, enum attribute which) {
    return which == CMDLINE && !p->cmdline_count && !p->kernel_thread &&
           p->valid & OS_PROCESS_CMDLINE;
}

/* {name: value}; what this user may not read, or what isn't there, is `otherwise`. What isn't there
 * yet is missing. */
static PyObject *dict_of(struct state *state, const struct os_process_info *p,
                         const struct wanted *w, PyObject *otherwise) {
    PyObject *dict = PyDict_New();
    for (Py_ssize_t i = 0; dict && i < w->count; i++) {
        if (comes_later(p, w->which[i]))
            continue;
        bool there = (p->valid & attributes[w->which[i]].field) != 0;
        PyObject *value = there ? value_of(state, p, w->which[i]) : Py_NewRef(otherwise);
        if (!value || PyDict_SetItem(dict, w->names[i], value) < 0)
            Py_CLEAR(dict);
        Py_XDECREF(value);
    }
    return dict;
}

/* ------------------------------------------------------------------- lists */

static PyObject *list_of(struct state *state, const struct os_process_info *list, size_t count,
                         const struct wanted *w, PyObject *otherwise) {
    PyObject *result = PyList_New((Py_ssize_t)count);
    for (size_t i = 0; result && i < count; i++) {
        PyObject *dict = dict_of(state, &list[i], w, otherwise);
        PyObject *parts[] = {PyLong_FromLong(list[i].pid), number(list[i].start_ticks), dict};
        PyObject *row = psutil_shape(&PyTuple_Type, parts, 3);
        if (!row)
            Py_CLEAR(result);
        else
            PyList_SET_ITEM(result, (Py_ssize_t)i, row);
    }
    return result;
}

PyDoc_STRVAR(snapshot_doc, "snapshot(attrs, otherwise, threads, /)\n--\n\n"
                           "All processes: a list of (pid, start in ticks, {attribute: value}).");
static PyObject *snapshot(PyObject *module, PyObject *args) {
    PyObject *names, *otherwise;
    int threads;
    struct wanted w;
    if (!PyArg_ParseTuple(args, "O!Oi", &PyTuple_Type, &names, &otherwise, &threads) ||
        want(names, &w) < 0)
        return NULL;
    struct os_processes_options options = {
        .size = sizeof options, .threads = threads, .footprint_limit = UINT64_MAX};
    struct os_process_info *list;
    size_t count = 0;
    Py_BEGIN_ALLOW_THREADS;
    list = os_processes(w.fields, &options, &count);
    Py_END_ALLOW_THREADS;
    if (!list)
        return error();
    int collects = PyGC_Disable(); /* nothing of it is garbage, and no code of Python's runs */
    PyObject *result = list_of(STATE(module), list, count, &w, otherwise);
    if (collects)
        PyGC_Enable();
    free(list);
    return result;
}

PyDoc_STRVAR(pids_doc, "pids()\n--\n\nThe numbers of all processes, in order.");
static PyObject *pids(PyObject *module, PyObject *nothing) {
    (void)module, (void)nothing;
    size_t count = 0;
    pid_t *numbers;
    Py_BEGIN_ALLOW_THREADS;
    numbers = os_pids(&count);
    Py_END_ALLOW_THREADS;
    PyObject *list = numbers ? PyList_New((Py_ssize_t)count) : error();
    for (size_t i = 0; list && i < count; i++) {
        PyObject *value = PyLong_FromLong(numbers[i]);
        if (!value)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, (Py_ssize_t)i, value);
    }
    free(numbers);
    return list;
}

PyDoc_STRVAR(pid_exists_doc, "pid_exists(pid, /)\n--\n\nWhether a process has that number.");
static PyObject *pid_exists(PyObject *module, PyObject *arg) {
    (void)module;
    int overflow;
    long pid = PyLong_AsLongAndOverflow(arg, &overflow);
    if (pid == -1 && PyErr_Occurred())
        return NULL;
    return PyBool_FromLong(!overflow && pid <= INT32_MAX && os_pid_exists((pid_t)pid));
}

/* ------------------------------------------------------------------- handles */

static const char capsule_name[] = "osier.process";

static void end_capsule(PyObject *capsule) {
    os_process_close(PyCapsule_GetPointer(capsule, capsule_name));
}

static struct os_process *process_of(PyObject *capsule) {
    return PyCapsule_GetPointer(capsule, capsule_name);
}

PyDoc_STRVAR(open_doc, "open(pid, /)\n--\n\nA handle of the process that has that number now.");
static PyObject *open_process(PyObject *module, PyObject *args) {
    (void)module;
    int pid;
    if (!PyArg_ParseTuple(args, "i", &pid))
        return NULL;
    struct os_process *process = os_process_open(pid);
    return process ? PyCapsule_New(process, capsule_name, end_capsule) : error();
}

PyDoc_STRVAR(read_doc,
             "read(handle, attrs, /)\n--\n\n"
             "{attribute: value}; what may not be read is missing. OSError ESRCH at the end.");
static PyObject *read_process(PyObject *module, PyObject *args) {
    PyObject *capsule, *names;
    struct wanted w;
    if (!PyArg_ParseTuple(args, "OO!", &capsule, &PyTuple_Type, &names) || want(names, &w) < 0)
        return NULL;
    const struct os_process *process = process_of(capsule);
    if (!process)
        return NULL;
    struct os_process_info *info;
    Py_BEGIN_ALLOW_THREADS;
    info = os_process_read(process, w.fields);
    Py_END_ALLOW_THREADS;
    if (!info)
        return error();
    PyObject *dict = dict_of(STATE(module), info, &w, Py_None);
    for (Py_ssize_t i = 0; dict && i < w.count; i++) {
        unsigned field = attributes[w.which[i]].field;
        if (!(info->valid & field) && PyDict_DelItem(dict, w.names[i]) < 0)
            Py_CLEAR(dict);
    }
    PyObject *result =
        dict ? Py_BuildValue("(NOs)", dict, info->refused ? Py_True : Py_False, info->status)
             : NULL;
    free(info);
    return result;
}

PyDoc_STRVAR(is_running_doc, "is_running(handle, /)\n--\n\nWhether the process is there.");
static PyObject *is_running(PyObject *module, PyObject *capsule) {
    (void)module;
    const struct os_process *process = process_of(capsule);
    return process ? PyBool_FromLong(os_process_is_running(process)) : NULL;
}

PyDoc_STRVAR(send_signal_doc, "send_signal(handle, sig, /)\n--\n\nTo this process and no other.");
static PyObject *send_signal(PyObject *module, PyObject *args) {
    (void)module;
    PyObject *capsule;
    int sig;
    if (!PyArg_ParseTuple(args, "Oi", &capsule, &sig))
        return NULL;
    const struct os_process *process = process_of(capsule);
    if (!process)
        return NULL;
    if (os_process_send_signal(process, sig) < 0)
        return error();
    Py_RETURN_NONE;
}

PyDoc_STRVAR(environ_doc, "environ(handle, /)\n--\n\nIts variables, a list of 'NAME=value'.");
static PyObject *environ_of(PyObject *module, PyObject *capsule) {
    (void)module;
    const struct os_process *process = process_of(capsule);
    char **list = process ? os_process_environ(process) : NULL;
    if (!list)
        return process ? error() : NULL;
    PyObject *result = PyList_New(0);
    for (char **at = list; result && *at; at++) {
        PyObject *text = name_of(*at);
        if (!text || PyList_Append(result, text) < 0)
            Py_CLEAR(result);
        Py_XDECREF(text);
    }
    free(list);
    return result;
}

PyDoc_STRVAR(threads_doc, "threads(handle, /)\n--\n\nIts threads: (id, user, system).");
static PyObject *threads_of(PyObject *module, PyObject *capsule) {
    (void)module;
    size_t count;
    const struct os_process *process = process_of(capsule);
    struct os_process_thread *list = process ? os_process_threads(process, &count) : NULL;
    if (!list)
        return process ? error() : NULL;
    return LIST_OF(list, count, "(idd)", (int)list[i].id, seconds(list[i].user_time),
                   seconds(list[i].system_time));
}

PyDoc_STRVAR(open_files_doc,
             "open_files(handle, /)\n--\n\nIts descriptors: (path, fd, position, flags).");
static PyObject *open_files(PyObject *module, PyObject *capsule) {
    (void)module;
    size_t count;
    const struct os_process *process = process_of(capsule);
    struct os_open_file *list = process ? os_process_open_files(process, &count) : NULL;
    if (!list)
        return process ? error() : NULL;
    return LIST_OF(list, count, "(NiLi)", name_of(list[i].path), list[i].fd,
                   (long long)list[i].position, list[i].flags);
}

PyDoc_STRVAR(memory_maps_doc, "memory_maps(handle, /)\n--\n\nIts mappings, as psutil orders them.");
static PyObject *memory_maps(PyObject *module, PyObject *capsule) {
    (void)module;
    size_t count;
    const struct os_process *process = process_of(capsule);
    struct os_memory_map *list = NULL;
    Py_BEGIN_ALLOW_THREADS;
    if (process)
        list = os_process_memory_maps(process, &count);
    Py_END_ALLOW_THREADS;
    if (!list)
        return process ? error() : NULL;
#define U(member) (unsigned long long)list[i].member
    return LIST_OF(list, count, "(KKsNKKKKKKKKKK)", U(start), U(end), list[i].perms,
                   name_of(list[i].path), U(rss), U(size), U(pss), U(shared_clean), U(shared_dirty),
                   U(private_clean), U(private_dirty), U(referenced), U(anonymous), U(swap));
#undef U
}

PyDoc_STRVAR(ionice_doc,
             "ionice(pid, value=None, /)\n--\n\nA process's priority at disks, got or set.");
static PyObject *ionice(PyObject *module, PyObject *args) {
    (void)module;
    int pid, value = -1;
    if (!PyArg_ParseTuple(args, "i|i", &pid, &value))
        return NULL;
    long r = value < 0 ? syscall(SYS_ioprio_get, 1, pid) : syscall(SYS_ioprio_set, 1, pid, value);
    return r < 0 ? error() : PyLong_FromLong(r);
}

PyMethodDef psutil_process_methods[] = {
    {"snapshot", snapshot, METH_VARARGS, snapshot_doc},
    {"pids", pids, METH_NOARGS, pids_doc},
    {"pid_exists", pid_exists, METH_O, pid_exists_doc},
    {"open", open_process, METH_VARARGS, open_doc},
    {"read", read_process, METH_VARARGS, read_doc},
    {"is_running", is_running, METH_O, is_running_doc},
    {"send_signal", send_signal, METH_VARARGS, send_signal_doc},
    {"environ", environ_of, METH_O, environ_doc},
    {"threads", threads_of, METH_O, threads_doc},
    {"open_files", open_files, METH_O, open_files_doc},
    {"memory_maps", memory_maps, METH_O, memory_maps_doc},
    {"ionice", ionice, METH_VARARGS, ionice_doc},
    {0},
};
