/* SPDX-License-Identifier: MIT */
/** Programs: replacing the process by one, and starting one as a child. */
#include "door.h"
#include "own.h"

#include <limits.h>
#include <signal.h>

/* ------------------------------------------------------------------- lists of texts */

/** Texts for the core, that belong to a list of bytes. */
struct texts {
    PyObject *owners;
    char **items; /* then NULL */
};

static void free_texts(struct texts *texts) {
    Py_CLEAR(texts->owners);
    PyMem_Free(texts->items);
    texts->items = NULL;
}

/* Sets the items to those of the owners. */
static int lay_out(struct texts *texts) {
    Py_ssize_t count = PyList_GET_SIZE(texts->owners);
    texts->items = PyMem_New(char *, count + 1);
    if (!texts->items)
        return PyErr_NoMemory(), -1;
    for (Py_ssize_t i = 0; i < count; i++)
        texts->items[i] = PyBytes_AS_STRING(PyList_GET_ITEM(texts->owners, i));
    texts->items[count] = NULL;
    return 0;
}

static int add_owner(PyObject *owners, PyObject *bytes) {
    int r = bytes ? PyList_Append(owners, bytes) : -1;
    Py_XDECREF(bytes);
    return r;
}

/* The arguments of a program: a tuple or list of str, bytes and PathLike. */
static int read_arguments(PyObject *argv, struct texts *ret) {
    PyObject *items = PySequence_Tuple(argv);
    if (!items || !(ret->owners = PyList_New(0))) {
        Py_XDECREF(items);
        return -1;
    }
    int r = 0;
    for (Py_ssize_t i = 0; r == 0 && i < PyTuple_GET_SIZE(items); i++) {
        PyObject *bytes = NULL;
        r = PyUnicode_FSConverter(PyTuple_GET_ITEM(items, i), &bytes) ? 0 : -1;
        if (r == 0)
            r = add_owner(ret->owners, bytes);
    }
    Py_DECREF(items);
    return r == 0 ? lay_out(ret) : -1;
}

/* Messages here are seen of osier's own functions alone: see door_refuse(). */
static int refuse(const char *why) {
    PyErr_SetString(PyExc_TypeError, why);
    return -1;
}

static PyObject *make_setting(PyObject *key, PyObject *value) {
    PyObject *name = NULL, *text = NULL, *setting = NULL;
    if (PyUnicode_FSConverter(key, &name) && PyUnicode_FSConverter(value, &text)) {
        const char *start = PyBytes_AS_STRING(name);
        if (!*start || strchr(start + 1, '='))
            PyErr_SetString(PyExc_ValueError, "illegal environment variable name");
        else
            setting = PyBytes_FromFormat("%s=%s", start, PyBytes_AS_STRING(text));
    }
    Py_XDECREF(name);
    Py_XDECREF(text);
    return setting;
}

static int add_settings(PyObject *owners, PyObject *keys, PyObject *values) {
    if (!PyList_Check(keys) || !PyList_Check(values)) {
        PyErr_SetString(PyExc_TypeError, "env.keys() or env.values() is not a list");
        return -1;
    }
    int r = 0;
    for (Py_ssize_t i = 0; r == 0 && i < PyList_GET_SIZE(keys); i++) {
        PyObject *key = own_item(keys, i), *value = own_item(values, i);
        r = key && value ? add_owner(owners, make_setting(key, value)) : refuse("no value");
        Py_XDECREF(key);
        Py_XDECREF(value);
    }
    return r;
}

/* The settings of a dictionary of str or bytes, or of os.environ: in one go, as other threads may
 * change it between its keys and its values. */
static int add_items(PyObject *owners, PyObject *items) {
    int r = 0;
    for (Py_ssize_t i = 0; r == 0 && i < PyList_GET_SIZE(items); i++) {
        PyObject *pair = PyList_GET_ITEM(items, i); /* a list that nobody else has */
        r = add_owner(owners, make_setting(PyTuple_GET_ITEM(pair, 0), PyTuple_GET_ITEM(pair, 1)));
    }
    return r;
}

static int read_in_one_go(PyObject *env, struct texts *ret) {
    PyObject *items = PyMapping_Items(env);
    ret->owners = items ? PyList_New(0) : NULL;
    int r = ret->owners ? add_items(ret->owners, items) : -1;
    Py_XDECREF(items);
    return r == 0 ? lay_out(ret) : -1;
}

/* An environment, from a mapping. */
static int read_environment(PyObject *env, struct texts *ret) {
    if (PyDict_CheckExact(env) || PyObject_HasAttrString(env, "_data"))
        return read_in_one_go(env, ret);
    PyObject *keys = PyMapping_Size(env) < 0 ? NULL : PyMapping_Keys(env);
    PyObject *values = keys ? PyMapping_Values(env) : NULL;
    ret->owners = values ? PyList_New(0) : NULL;
    int r = ret->owners ? add_settings(ret->owners, keys, values) : -1;
    Py_XDECREF(keys);
    Py_XDECREF(values);
    return r == 0 ? lay_out(ret) : -1;
}

/* ------------------------------------------------------------------- exec */

static int take_arguments(PyObject *argv, struct texts *ret) {
    if (!PyList_Check(argv) && !PyTuple_Check(argv))
        return refuse("arguments are no tuple or list");
    if (read_arguments(argv, ret) < 0)
        return -1;
    return ret->items[0] && *ret->items[0] ? 0 : refuse("no first argument");
}

/* What comes of a program that can't be executed: the interpreter's own error, or the errno alone
 * where hooks would notice that it tries again. */
static PyObject *exec_error(const struct value *path) {
    return door_audited() ? door_error(path, NULL) : DOOR_REFUSED;
}

FUNCTION(execv, "path: path, argv: object, /") {
    struct texts argv = {0};
    PyObject *result = NULL;
    if (!door_main_interpreter())
        return door_ask_original(module, "execv", Py_BuildValue("(OO)", OBJECT(0), OBJECT(1)));
    if (take_arguments(OBJECT(1), &argv) < 0) {
        result = DOOR_REFUSED;
    } else if (PySys_Audit("os.exec", "OOO", OBJECT(0), OBJECT(1), Py_None) == 0) {
        os_execv(TEXT(0), argv.items);
        result = exec_error(NULL);
    }
    free_texts(&argv);
    return result;
}

FUNCTION(execve, "path: path|fd, argv: object, env: object") {
    struct texts argv = {0}, env = {0};
    PyObject *result = NULL;
    if (!door_main_interpreter())
        return door_ask_original(module, "execve",
                                 Py_BuildValue("(OOO)", OBJECT(0), OBJECT(1), OBJECT(2)));
    if (!PyMapping_Check(OBJECT(2)) || take_arguments(OBJECT(1), &argv) < 0 ||
        read_environment(OBJECT(2), &env) < 0) {
        result = DOOR_REFUSED;
    } else if (PySys_Audit("os.exec", "OOO", OBJECT(0), OBJECT(1), OBJECT(2)) == 0) {
        TEXT(0) ? os_execve(TEXT(0), argv.items, env.items)
                : os_fexecve(INT(0), argv.items, env.items);
        result = exec_error(ARG(0));
    }
    free_texts(&argv);
    free_texts(&env);
    return result;
}

/* ------------------------------------------------------------------- posix_spawn */

/** What is read of the arguments of posix_spawn. */
struct request {
    struct os_posix_spawn_options options;
    struct texts argv, env;
    PyObject *paths; /* of the actions; bytes */
    struct os_spawn_action *actions;
    int mask[_NSIG + 1], defaults[_NSIG + 1];
    pid_t group;
    int policy, priority;
};

/* What posix_spawn(3) takes for a descriptor. */
static int check_fd(int fd) {
    int64_t most;
    if (fd >= 0 && (os_sysconf("SC_OPEN_MAX", &most) < 0 || most < 0 || fd < most))
        return 0;
    return refuse("no descriptor");
}

static int read_open(struct request *q, PyObject *item, struct os_spawn_action *action) {
    PyObject *tag, *path;
    unsigned long mode;
    if (!PyArg_ParseTuple(item, "OiO&ik", &tag, &action->fd, PyUnicode_FSConverter, &path,
                          &action->flags, &mode))
        return -1;
    action->path = PyBytes_AS_STRING(path);
    action->mode = (mode_t)mode;
    return add_owner(q->paths, path) < 0 ? -1 : check_fd(action->fd);
}

/* Reads the one descriptor of an action, or both. */
static int read_fds(PyObject *item, struct os_spawn_action *action, bool both) {
    PyObject *tag;
    if (both ? !PyArg_ParseTuple(item, "Oii", &tag, &action->fd, &action->new_fd)
             : !PyArg_ParseTuple(item, "Oi", &tag, &action->fd))
        return -1;
    return check_fd(action->fd) < 0 || (both && check_fd(action->new_fd) < 0) ? -1 : 0;
}

static int read_action(struct request *q, PyObject *item, struct os_spawn_action *action) {
    if (!PyTuple_Check(item) || PyTuple_GET_SIZE(item) == 0)
        return refuse("no file action");
    long kind = PyLong_AsLong(PyTuple_GET_ITEM(item, 0));
    if (kind == -1 && PyErr_Occurred())
        return -1;
    action->kind = (enum os_spawn_action_kind)kind;
    switch (kind) {
    case OS_POSIX_SPAWN_OPEN:
        return read_open(q, item, action);
    case OS_POSIX_SPAWN_DUP2:
        return read_fds(item, action, /* both= */ true);
    case OS_POSIX_SPAWN_CLOSE:
#if PY_VERSION_HEX >= 0x030D0000
    case OS_POSIX_SPAWN_CLOSEFROM:
#endif
        return read_fds(item, action, /* both= */ false);
    default:
        return refuse("unknown file action");
    }
}

static int read_actions(struct request *q, PyObject *object) {
    if (object == Py_None)
        return 0;
    PyObject *list = PySequence_Fast(object, "no sequence");
    PyObject *items = list ? PySequence_Tuple(list) : NULL; /* which nobody can change */
    Py_XDECREF(list);
    if (!items)
        return -1;
    Py_ssize_t count = PyTuple_GET_SIZE(items);
    q->paths = PyList_New(0);
    q->actions = PyMem_Calloc((size_t)count + 1, sizeof *q->actions);
    int r = q->paths && q->actions ? 0 : -1;
    if (!q->actions)
        PyErr_NoMemory();
    for (Py_ssize_t i = 0; r == 0 && i < count; i++)
        r = read_action(q, PyTuple_GET_ITEM(items, i), &q->actions[i]);
    Py_DECREF(items);
    q->options.file_actions = q->actions;
    q->options.file_action_count = (size_t)count;
    return r;
}

/* Checks one signal: 0 or −1. Of those that libc keeps for itself Python warns. */
static int read_signal(PyObject *item, int *ret_number) {
    long number = PyLong_AsLong(item);
    if (number == -1 && PyErr_Occurred())
        return -1;
    sigset_t set;
    sigemptyset(&set);
    if (number <= 0 || number >= _NSIG || sigaddset(&set, (int)number) < 0)
        return refuse("no signal");
    *ret_number = (int)number;
    return 0;
}

/* Reads signals into a list that ends with 0. */
static int read_signals(PyObject *object, int *numbers) {
    PyObject *iterator = PyObject_GetIter(object), *item;
    if (!iterator)
        return -1;
    bool seen[_NSIG] = {false};
    int count = 0, r = 0, number;
    while (r == 0 && (item = PyIter_Next(iterator))) {
        r = read_signal(item, &number);
        if (r == 0 && !seen[number])
            numbers[count++] = number, seen[number] = true;
        Py_DECREF(item);
    }
    Py_DECREF(iterator);
    numbers[count] = 0;
    return r < 0 || PyErr_Occurred() ? -1 : 0;
}

static int read_scheduler(PyObject *module, struct request *q, PyObject *object) {
    PyObject *policy, *param;
    if (!PyArg_ParseTuple(object, "OO", &policy, &param) ||
        door_sched_param(module, param, &q->priority) < 0)
        return -1;
    q->options.sched_priority = &q->priority;
    if (policy == Py_None)
        return 0;
    long number = PyLong_AsLong(policy);
    if (number == -1 && PyErr_Occurred())
        return -1;
    if (number > INT_MAX || number < INT_MIN)
        return refuse("no policy");
    q->policy = (int)number;
    q->options.scheduler = &q->policy;
    return 0;
}

/* The options behind argv and env, in the order of the signature. */
static int read_options(PyObject *module, struct request *q, struct value *v) {
    q->options.size = sizeof q->options;
    if (GIVEN(3) && read_actions(q, OBJECT(3)) < 0)
        return -1;
    if (GIVEN(4)) {
        q->group = PyLong_AsPid(OBJECT(4));
        if (q->group == -1 && PyErr_Occurred())
            return -1;
        q->options.setpgroup = &q->group;
    }
    q->options.resetids = LONG(5);
    q->options.setsid = LONG(6);
    if (GIVEN(7) && read_signals(OBJECT(7), q->mask) < 0)
        return -1;
    if (GIVEN(8) && read_signals(OBJECT(8), q->defaults) < 0)
        return -1;
    q->options.setsigmask = GIVEN(7) ? q->mask : NULL;
    q->options.setsigdef = GIVEN(8) ? q->defaults : NULL;
    return OBJECT(9) == Py_None ? 0 : read_scheduler(module, q, OBJECT(9));
}

static int read_request(PyObject *module, struct request *q, struct value *v) {
    bool none = PY_VERSION_HEX >= 0x030D0000 && OBJECT(2) == Py_None;
    if (!none && !PyMapping_Check(OBJECT(2)))
        return refuse("the environment is no mapping");
    if (!PyTuple_Check(OBJECT(9)) && OBJECT(9) != Py_None)
        return refuse("the scheduler is no tuple");
    if (take_arguments(OBJECT(1), &q->argv) < 0 ||
        (!none && read_environment(OBJECT(2), &q->env) < 0))
        return -1;
    return read_options(module, q, v);
}

static PyObject *spawn(PyObject *module, struct value *v,
                       pid_t (*start)(const char *, char *const *, char *const *,
                                      const struct os_posix_spawn_options *)) {
    struct request q = {0};
    PyObject *result = NULL;
    if (read_request(module, &q, v) < 0)
        result = DOOR_REFUSED;
    else if (PySys_Audit("os.posix_spawn", "OOO", OBJECT(0), OBJECT(1), OBJECT(2)) == 0) {
        pid_t pid;
        UNLOCKED(pid = start(TEXT(0), q.argv.items, q.env.items, &q.options));
        result = number_or_error(pid, ARG(0));
    }
    free_texts(&q.argv);
    free_texts(&q.env);
    Py_XDECREF(q.paths);
    PyMem_Free(q.actions);
    return result;
}

#if PY_VERSION_HEX < 0x030C0000
#define TRUTH "int"
#else
#define TRUTH "bool"
#endif
#define SPAWN_SIGNATURE                                                                            \
    "path: path, argv: object, env: object, /, *, file_actions: object = (), "                     \
    "setpgroup: object = None, resetids: " TRUTH " = False, setsid: " TRUTH " = False, "           \
    "setsigmask: object = (), setsigdef: object = (), scheduler: object = None"

FUNCTION(posix_spawn, SPAWN_SIGNATURE) {
    return spawn(module, v, os_posix_spawn);
}

FUNCTION(posix_spawnp, SPAWN_SIGNATURE) {
    return spawn(module, v, os_posix_spawnp);
}

/* ------------------------------------------------------------------- spawnv and its like */

/* Whether a program is not even there, which saves trying it. */
static bool absent(const char *path) {
    return os_access(path, F_OK, OS_EFFECTIVE_IDS) < 0 && (errno == ENOENT || errno == ENOTDIR);
}

/* Starts one program: its process id, or −1, perhaps with an exception. */
static int try_program(PyObject *program, PyObject *args, PyObject *env, const struct texts *argv,
                       const struct texts *settings) {
    struct value path = {0};
    int pid = -1;
    if (door_path(&path, program, KIND_PATH, "path") == 0 &&
        PySys_Audit("os.exec", "OOO", path.object ? path.object : program, args, env) == 0)
        UNLOCKED(pid = absent(path.text)
                           ? -1
                           : os_posix_spawn(path.text, argv->items, settings->items, NULL));
    door_release(&path);
    return pid;
}

static int try_programs(PyObject *programs, PyObject *args, PyObject *env) {
    struct texts argv = {0}, settings = {0};
    int pid = -1;
    if (take_arguments(args, &argv) == 0 &&
        (env == Py_None || read_environment(env, &settings) == 0))
        for (Py_ssize_t i = 0; pid < 0 && !PyErr_Occurred() && i < PyList_Size(programs); i++)
            pid = try_program(PyList_GET_ITEM(programs, i), args, env, &argv, &settings);
    free_texts(&argv);
    free_texts(&settings);
    return pid;
}

/* What Python's spawnv, a fork and an exec, makes of whatever goes wrong before the program runs.
 */
static int start_failure(void) {
    int pid = os_fork();
    if (pid == 0)
        os__exit(127);
    return pid;
}

/* The core of os.spawnv and its like, which see (_programs.py). */
EXTRA_FUNCTION(_spawn, "programs: object, args: object, env: object, /",
               "Start the first of a list of programs that can be executed.\n\n"
               "Return its process id; that of a child that ends with 127 if none can.") {
    if (PySys_Audit("os.fork", NULL) < 0)
        return NULL;
    int pid = try_programs(OBJECT(0), OBJECT(1), OBJECT(2));
    if (pid < 0) {
        PyErr_Clear();
        pid = start_failure();
    }
    return number_or_error(pid, NULL);
}
