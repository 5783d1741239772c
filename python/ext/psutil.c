/* SPDX-License-Identifier: MIT */
/** The module osier._psutil: processes as psutil has them, made in C without Python's lock.
 *
 *  What a record of the core holds becomes the attributes that psutil names; osier.psutil, in
 *  Python, is built on it.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netpacket/packet.h>
#include <osier.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The named tuples that osier.psutil makes its answers of, in the order of `shape_names`. */
enum shape { SHAPE_MEM, SHAPE_TIMES, SHAPE_UIDS, SHAPE_GIDS, SHAPE_IO, SHAPE_SWITCHES, SHAPES };
static const char *const shape_names[SHAPES] = {"pmem",  "pcputimes", "puids",
                                                "pgids", "pio",       "pctxsw"};

struct state {
    PyTypeObject *shapes[SHAPES];
    PyObject *statuses; /* {"S": "sleeping", …} */
};
#define STATE(module) ((struct state *)PyModule_GetState(module))

/* ------------------------------------------------------------------- answers */

static PyObject *name_of(const char *text) {
    return PyUnicode_DecodeFSDefault(text ? text : "");
}

static double seconds(int64_t nanoseconds) {
    return (double)nanoseconds / 1e9;
}

/* Sums up to the shape's members; takes the references. NULL where one of them could not be made. */
static PyObject *shape(PyTypeObject *type, PyObject **items, Py_ssize_t count) {
    bool fine = true;
    for (Py_ssize_t i = 0; i < count; i++)
        fine &= items[i] != NULL;
    PyObject *tuple = fine ? type->tp_alloc(type, count) : NULL;
    for (Py_ssize_t i = 0; i < count; i++)
        if (tuple)
            PyTuple_SET_ITEM(tuple, i, items[i]);
        else
            Py_XDECREF(items[i]);
    return tuple;
}
#define SHAPE(which, ...)                                                                          \
    ({                                                                                             \
        PyObject *items_[] = {__VA_ARGS__};                                                        \
        shape(state->shapes[which], items_, (Py_ssize_t)(sizeof items_ / sizeof *items_));         \
    })

static PyObject *number(uint64_t value) {
    return PyLong_FromUnsignedLongLong(value);
}

static PyObject *words_of(const struct os_process_info *p) {
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
    return shape(type, items, 3);
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

/* {name: value}; what this user may not read, or what isn't there, is `otherwise`. */
static PyObject *dict_of(struct state *state, const struct os_process_info *p,
                         const struct wanted *w, PyObject *otherwise) {
    PyObject *dict = PyDict_New();
    for (Py_ssize_t i = 0; dict && i < w->count; i++) {
        bool there = (p->valid & attributes[w->which[i]].field) != 0;
        PyObject *value = there ? value_of(state, p, w->which[i]) : Py_NewRef(otherwise);
        if (!value || PyDict_SetItem(dict, w->names[i], value) < 0)
            Py_CLEAR(dict);
        Py_XDECREF(value);
    }
    return dict;
}

/* ------------------------------------------------------------------- lists */

static PyObject *error(void) {
    return PyErr_SetFromErrno(PyExc_OSError);
}

static PyObject *list_of(struct state *state, const struct os_process_info *list, size_t count,
                         const struct wanted *w, PyObject *otherwise) {
    PyObject *result = PyList_New((Py_ssize_t)count);
    for (size_t i = 0; result && i < count; i++) {
        PyObject *dict = dict_of(state, &list[i], w, otherwise);
        PyObject *row = dict ? Py_BuildValue("(iKN)", (int)list[i].pid,
                                             (unsigned long long)list[i].start_ticks, dict)
                             : NULL;
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
    struct os_processes_options options = {.size = sizeof options, .threads = threads};
    struct os_process_info *list;
    size_t count = 0;
    Py_BEGIN_ALLOW_THREADS;
    list = os_processes(w.fields, &options, &count);
    Py_END_ALLOW_THREADS;
    if (!list)
        return error();
    PyObject *result = list_of(STATE(module), list, count, &w, otherwise);
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

/* A list of what `build` makes of each of `count` items. */
#define LIST_OF(items, count, ...)                                                                 \
    ({                                                                                             \
        PyObject *list_ = PyList_New((Py_ssize_t)(count));                                         \
        for (size_t i = 0; list_ && i < (count); i++) {                                            \
            PyObject *item_ = Py_BuildValue(__VA_ARGS__);                                          \
            if (!item_)                                                                            \
                Py_CLEAR(list_);                                                                   \
            else                                                                                   \
                PyList_SET_ITEM(list_, (Py_ssize_t)i, item_);                                      \
        }                                                                                          \
        free(items);                                                                               \
        list_;                                                                                     \
    })

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

/* ------------------------------------------------------------------- the machine */

PyDoc_STRVAR(set_procfs_doc, "set_procfs(path, /)\n--\n\nWhere /proc is.");
static PyObject *set_procfs(PyObject *module, PyObject *args) {
    (void)module;
    PyObject *path;
    if (!PyArg_ParseTuple(args, "O&", PyUnicode_FSConverter, &path))
        return NULL;
    int r = os_set_procfs_path(PyBytes_AS_STRING(path));
    Py_DECREF(path);
    if (r < 0)
        return error();
    Py_RETURN_NONE;
}

PyDoc_STRVAR(virtual_memory_doc, "virtual_memory()\n--\n\nSizes, as psutil orders them.");
static PyObject *virtual_memory(PyObject *module, PyObject *nothing) {
    (void)module, (void)nothing;
    struct os_virtual_memory_result m;
    if (os_virtual_memory(&m) < 0)
        return error();
    uint64_t v[] = {m.total,    m.available, m.used,   m.free,   m.active,
                    m.inactive, m.buffers,   m.cached, m.shared, m.slab};
    return Py_BuildValue("(KKKKKKKKKK)", v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8],
                         v[9]);
}

PyDoc_STRVAR(swap_memory_doc, "swap_memory()\n--\n\n(total, used, free, sin, sout)");
static PyObject *swap_memory(PyObject *module, PyObject *nothing) {
    (void)module, (void)nothing;
    struct os_swap_memory_result s;
    if (os_swap_memory(&s) < 0)
        return error();
    return Py_BuildValue("(KKKKK)", (unsigned long long)s.total, (unsigned long long)s.used,
                         (unsigned long long)s.free, (unsigned long long)s.sin,
                         (unsigned long long)s.sout);
}

PyDoc_STRVAR(cpu_times_doc,
             "cpu_times()\n--\n\nOf all CPUs together and of each: tuples of seconds.");
static PyObject *cpu_times(PyObject *module, PyObject *nothing) {
    (void)module, (void)nothing;
    size_t count;
    struct os_cpu_times *list = os_cpu_times(&count);
    if (!list)
        return error();
#define S(member) seconds(list[i].member)
    return LIST_OF(list, count, "(dddddddddd)", S(user), S(nice), S(system), S(idle), S(iowait),
                   S(irq), S(softirq), S(steal), S(guest), S(guest_nice));
#undef S
}

PyDoc_STRVAR(cpu_stats_doc, "cpu_stats()\n--\n\n(ctx_switches, interrupts, soft_interrupts)");
static PyObject *cpu_stats(PyObject *module, PyObject *nothing) {
    (void)module, (void)nothing;
    struct os_cpu_stats_result s;
    if (os_cpu_stats(&s) < 0)
        return error();
    return Py_BuildValue("(KKK)", (unsigned long long)s.ctx_switches,
                         (unsigned long long)s.interrupts, (unsigned long long)s.soft_interrupts);
}

PyDoc_STRVAR(cpu_cores_doc, "cpu_cores()\n--\n\nHow many cores; 0 where that isn't known.");
static PyObject *cpu_cores(PyObject *module, PyObject *nothing) {
    (void)module, (void)nothing;
    int count = os_cpu_count_cores();
    return count < 0 ? error() : PyLong_FromLong(count);
}

PyDoc_STRVAR(cpu_freq_doc, "cpu_freq()\n--\n\nOf each: (current, min, max), in MHz.");
static PyObject *cpu_freq(PyObject *module, PyObject *nothing) {
    (void)module, (void)nothing;
    size_t count;
    struct os_cpu_freq *list = os_cpu_freq(&count);
    if (!list)
        return error();
    return LIST_OF(list, count, "(ddd)", list[i].current, list[i].min, list[i].max);
}

PyDoc_STRVAR(boot_time_doc, "boot_time()\n--\n\nSeconds since the epoch.");
static PyObject *boot_time(PyObject *module, PyObject *nothing) {
    (void)module, (void)nothing;
    int64_t boot;
    return os_boot_time(&boot) < 0 ? error() : PyFloat_FromDouble(seconds(boot));
}

PyDoc_STRVAR(mounts_doc, "mounts()\n--\n\n(device, mountpoint, fstype, opts) of each.");
static PyObject *mounts(PyObject *module, PyObject *nothing) {
    (void)module, (void)nothing;
    size_t count;
    struct os_mount *list = os_mounts(OS_MOUNTS_PSEUDO, -1, &count);
    if (!list)
        return error();
    return LIST_OF(list, count, "(NNNN)", name_of(list[i].device), name_of(list[i].mountpoint),
                   name_of(list[i].fstype), name_of(list[i].opts));
}

/* ------------------------------------------------------------------- what libc alone has */

/* An address as text, and its family; None where there is none. */
static PyObject *address_text(const struct sockaddr *address) {
    char text[INET6_ADDRSTRLEN + IF_NAMESIZE + 1];
    if (!address)
        Py_RETURN_NONE;
    if (address->sa_family == AF_PACKET) {
        const struct sockaddr_ll *link = (const void *)address;
        size_t at = 0;
        for (unsigned i = 0; i < link->sll_halen && at + 3 < sizeof text; i++)
            at += (size_t)snprintf(text + at, sizeof text - at, "%s%02x", i ? ":" : "",
                                   link->sll_addr[i]);
        return at ? PyUnicode_FromString(text) : Py_NewRef(Py_None);
    }
    socklen_t size = address->sa_family == AF_INET    ? sizeof(struct sockaddr_in)
                     : address->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                      : 0;
    if (!size || getnameinfo(address, size, text, sizeof text, NULL, 0, NI_NUMERICHOST) != 0)
        Py_RETURN_NONE;
    return PyUnicode_FromString(text);
}

PyDoc_STRVAR(addresses_doc,
             "addresses()\n--\n\nOf each interface: (name, family, address, netmask, "
             "broadcast or peer, whether it is broadcast).");
static PyObject *addresses(PyObject *module, PyObject *nothing) {
    (void)module, (void)nothing;
    struct ifaddrs *list = NULL;
    if (getifaddrs(&list) < 0)
        return error();
    PyObject *result = PyList_New(0);
    for (struct ifaddrs *at = list; result && at; at = at->ifa_next) {
        if (!at->ifa_addr)
            continue;
        bool broadcast = at->ifa_flags & IFF_BROADCAST, peer = at->ifa_flags & IFF_POINTOPOINT;
        PyObject *row = Py_BuildValue("(siNNNO)", at->ifa_name, (int)at->ifa_addr->sa_family,
                                      address_text(at->ifa_addr), address_text(at->ifa_netmask),
                                      address_text(broadcast || peer ? at->ifa_dstaddr : NULL),
                                      broadcast ? Py_True : Py_False);
        if (!row || PyList_Append(result, row) < 0)
            Py_CLEAR(result);
        Py_XDECREF(row);
    }
    freeifaddrs(list);
    return result;
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

PyDoc_STRVAR(prepare_doc, "prepare(shapes, statuses, /)\n--\n\n"
                          "Says which named tuples and words the answers are made of.");
static PyObject *prepare(PyObject *module, PyObject *args) {
    struct state *state = STATE(module);
    PyObject *shapes, *statuses;
    if (!PyArg_ParseTuple(args, "O!O!", &PyDict_Type, &shapes, &PyDict_Type, &statuses))
        return NULL;
    for (size_t i = 0; i < SHAPES; i++) {
        PyObject *type = PyDict_GetItemString(shapes, shape_names[i]);
        if (!type || !PyType_Check(type) || !PyType_IsSubtype((PyTypeObject *)type, &PyTuple_Type))
            return PyErr_Format(PyExc_TypeError, "%s is no named tuple", shape_names[i]);
        Py_XSETREF(state->shapes[i], (PyTypeObject *)Py_NewRef(type));
    }
    Py_XSETREF(state->statuses, Py_NewRef(statuses));
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"prepare", prepare, METH_VARARGS, prepare_doc},
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
    {"set_procfs", set_procfs, METH_VARARGS, set_procfs_doc},
    {"virtual_memory", virtual_memory, METH_NOARGS, virtual_memory_doc},
    {"swap_memory", swap_memory, METH_NOARGS, swap_memory_doc},
    {"cpu_times", cpu_times, METH_NOARGS, cpu_times_doc},
    {"cpu_stats", cpu_stats, METH_NOARGS, cpu_stats_doc},
    {"cpu_cores", cpu_cores, METH_NOARGS, cpu_cores_doc},
    {"cpu_freq", cpu_freq, METH_NOARGS, cpu_freq_doc},
    {"boot_time", boot_time, METH_NOARGS, boot_time_doc},
    {"mounts", mounts, METH_NOARGS, mounts_doc},
    {"addresses", addresses, METH_NOARGS, addresses_doc},
    {"ionice", ionice, METH_VARARGS, ionice_doc},
    {0},
};

static int visit_state(PyObject *module, visitproc visit, void *arg) {
    struct state *state = STATE(module);
    for (size_t i = 0; i < SHAPES; i++)
        Py_VISIT(state->shapes[i]);
    Py_VISIT(state->statuses);
    return 0;
}

static int clear_state(PyObject *module) {
    struct state *state = STATE(module);
    for (size_t i = 0; i < SHAPES; i++)
        Py_CLEAR(state->shapes[i]);
    Py_CLEAR(state->statuses);
    return 0;
}

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_psutil",
    .m_size = sizeof(struct state),
    .m_methods = methods,
    .m_slots = (PyModuleDef_Slot[]){{0}},
    .m_traverse = visit_state,
    .m_clear = clear_state,
};

PyMODINIT_FUNC PyInit__psutil(void);
PyMODINIT_FUNC PyInit__psutil(void) {
    return PyModuleDef_Init(&definition);
}
