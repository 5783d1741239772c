/* SPDX-License-Identifier: MIT */
/** Programs: replacing the process by one, and starting one as a child. */
#include "door.h"

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
        PyObject *key = PyList_GetItem(keys, i), *value = PyList_GetItem(values, i);
        if (!key || !value)
            return -1;
        Py_INCREF(key); /* an item's __fspath__ may do anything */
        Py_INCREF(value);
        r = add_owner(owners, make_setting(key, value));
        Py_DECREF(key);
        Py_DECREF(value);
    }
    return r;
}

/* An environment, from a mapping. */
static int read_environment(PyObject *env, struct texts *ret) {
    PyObject *keys = PyMapping_Size(env) < 0 ? NULL : PyMapping_Keys(env);
    PyObject *values = keys ? PyMapping_Values(env) : NULL;
    ret->owners = values ? PyList_New(0) : NULL;
    int r = ret->owners ? add_settings(ret->owners, keys, values) : -1;
    Py_XDECREF(keys);
    Py_XDECREF(values);
    return r == 0 ? lay_out(ret) : -1;
}

/* ------------------------------------------------------------------- exec */

static PyObject *refuse(PyObject *type, const char *function, const char *why) {
    return PyErr_Format(type, "%s%s", function, why);
}

/* `whose` is how the messages begin, which differ. */
static int check_arguments(PyObject *argv, const char *whose) {
    if (!PyList_Check(argv) && !PyTuple_Check(argv))
        return refuse(PyExc_TypeError, whose, " must be a tuple or list"), -1;
    if (PySequence_Size(argv) < 1)
        return refuse(PyExc_ValueError, whose, " must not be empty"), -1;
    return 0;
}

static int take_arguments(PyObject *argv, const char *whose, struct texts *ret) {
    if (read_arguments(argv, ret) < 0)
        return -1;
    if (!ret->items[0] || !*ret->items[0])
        return refuse(PyExc_ValueError, whose, " first element cannot be empty"), -1;
    return 0;
}

FUNCTION(execv, "path: path, argv: object, /",
         "Execute an executable path with arguments, replacing current process.") {
    static const char whose[] = "execv() arg 2";
    struct texts argv = {0};
    if (!door_main_interpreter())
        return door_ask_original(module, "execv", Py_BuildValue("(OO)", OBJECT(0), OBJECT(1)));
    if (check_arguments(OBJECT(1), whose) == 0 && take_arguments(OBJECT(1), whose, &argv) == 0 &&
        PySys_Audit("os.exec", "OOO", OBJECT(0), OBJECT(1), Py_None) == 0) {
        os_execv(TEXT(0), argv.items);
        door_error(PY_VERSION_HEX < 0x030E0000 ? NULL : ARG(0), NULL);
    }
    free_texts(&argv);
    return NULL;
}

FUNCTION(execve, "path: path|fd, argv: object, env: object",
         "Execute an executable path with arguments, replacing current process.") {
    static const char whose[] = "execve: argv";
    struct texts argv = {0}, env = {0};
    if (!door_main_interpreter())
        return door_ask_original(module, "execve",
                                 Py_BuildValue("(OOO)", OBJECT(0), OBJECT(1), OBJECT(2)));
    if (check_arguments(OBJECT(1), whose) < 0)
        return NULL;
    if (!PyMapping_Check(OBJECT(2)))
        return refuse(PyExc_TypeError, "execve", ": environment must be a mapping object");
    if (take_arguments(OBJECT(1), whose, &argv) == 0 && read_environment(OBJECT(2), &env) == 0 &&
        PySys_Audit("os.exec", "OOO", OBJECT(0), OBJECT(1), OBJECT(2)) == 0) {
        TEXT(0) ? os_execve(TEXT(0), argv.items, env.items)
                : os_fexecve(INT(0), argv.items, env.items);
        door_error(ARG(0), NULL);
    }
    free_texts(&argv);
    free_texts(&env);
    return NULL;
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
static bool valid_fd(int fd) {
    int64_t most;
    if (fd >= 0 && (os_sysconf("SC_OPEN_MAX", &most) < 0 || most < 0 || fd < most))
        return true;
    errno = EBADF;
    door_error(NULL, NULL);
    return false;
}

static int read_open(struct request *q, PyObject *item, struct os_spawn_action *action) {
    PyObject *tag, *path;
    unsigned long mode;
    if (!PyArg_ParseTuple(item, "OiO&ik;A open file_action tuple must have 5 elements", &tag,
                          &action->fd, PyUnicode_FSConverter, &path, &action->flags, &mode))
        return -1;
    action->path = PyBytes_AS_STRING(path);
    action->mode = (mode_t)mode;
    return add_owner(q->paths, path) < 0 || !valid_fd(action->fd) ? -1 : 0;
}

static int read_action(struct request *q, PyObject *item, struct os_spawn_action *action) {
    PyObject *tag;
    if (!PyTuple_Check(item) || PyTuple_GET_SIZE(item) == 0) {
        PyErr_SetString(PyExc_TypeError, "Each file_actions element must be a non-empty tuple");
        return -1;
    }
    long kind = PyLong_AsLong(PyTuple_GET_ITEM(item, 0));
    if (kind == -1 && PyErr_Occurred())
        return -1;
    action->kind = (enum os_spawn_action_kind)kind;
    switch (kind) {
    case OS_POSIX_SPAWN_OPEN:
        return read_open(q, item, action);
    case OS_POSIX_SPAWN_CLOSE:
        return PyArg_ParseTuple(item, "Oi;A close file_action tuple must have 2 elements", &tag,
                                &action->fd) &&
                       valid_fd(action->fd)
                   ? 0
                   : -1;
    case OS_POSIX_SPAWN_DUP2:
        return PyArg_ParseTuple(item, "Oii;A dup2 file_action tuple must have 3 elements", &tag,
                                &action->fd, &action->new_fd) &&
                       valid_fd(action->fd) && valid_fd(action->new_fd)
                   ? 0
                   : -1;
#if PY_VERSION_HEX >= 0x030D0000
    case OS_POSIX_SPAWN_CLOSEFROM:
        return PyArg_ParseTuple(item, "Oi;A closefrom file_action tuple must have 2 elements", &tag,
                                &action->fd) &&
                       valid_fd(action->fd)
                   ? 0
                   : -1;
#endif
    default:
        PyErr_SetString(PyExc_TypeError, "Unknown file_actions identifier");
        return -1;
    }
}

static int read_actions(struct request *q, PyObject *object) {
    if (object == Py_None)
        return 0;
    PyObject *list = PySequence_Fast(object, "file_actions must be a sequence or None");
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

/* Checks one signal: 1, 0 if libc keeps it for itself, −1 with an exception. */
static int read_signal(PyObject *item, int *ret_number) {
    int overflow;
    long number = PyLong_AsLongAndOverflow(item, &overflow);
    if (number == -1 && !overflow && PyErr_Occurred())
        return -1;
    if (number <= 0 || number >= _NSIG) {
        PyErr_Format(PyExc_ValueError, "signal number %ld out of range [1; %i]", number, _NSIG - 1);
        return -1;
    }
    sigset_t set;
    sigemptyset(&set);
    *ret_number = (int)number;
    if (sigaddset(&set, (int)number) == 0)
        return 1;
    return PyErr_WarnFormat(PyExc_RuntimeWarning, 1,
                            "invalid signal number %ld, please use valid_signals()", number);
}

/* Reads signals into a list that ends with 0. */
static int read_signals(PyObject *object, int *numbers) {
    PyObject *iterator = PyObject_GetIter(object), *item;
    if (!iterator)
        return -1;
    bool seen[_NSIG] = {false};
    int count = 0, r = 0, number;
    while (r >= 0 && (item = PyIter_Next(iterator))) {
        r = read_signal(item, &number);
        if (r > 0 && !seen[number])
            numbers[count++] = number, seen[number] = true;
        Py_DECREF(item);
    }
    Py_DECREF(iterator);
    numbers[count] = 0;
    return r < 0 || PyErr_Occurred() ? -1 : 0;
}

static int read_scheduler(PyObject *module, struct request *q, PyObject *object) {
    PyObject *policy, *param;
    if (!PyArg_ParseTuple(object, "OO;A scheduler tuple must have two elements", &policy, &param) ||
        door_sched_param(module, param, &q->priority) < 0)
        return -1;
    q->options.sched_priority = &q->priority;
    if (policy == Py_None)
        return 0;
    int overflow;
    long number = PyLong_AsLongAndOverflow(policy, &overflow);
    if (number == -1 && !overflow && PyErr_Occurred())
        return -1;
    if (overflow || number > INT_MAX || number < INT_MIN) {
        PyErr_SetString(PyExc_OverflowError, "Python int too large to convert to C int");
        return -1;
    }
    q->policy = (int)number;
    q->options.scheduler = &q->policy;
    return 0;
}

/* The options behind argv and env, in the order of the signature. */
static int read_options(PyObject *module, struct request *q, struct value *v) {
    q->options.size = sizeof q->options;
    if (GIVEN(3) && read_actions(q, OBJECT(3)) < 0)
        return -1;
    if (GIVEN(4) && !(PY_VERSION_HEX >= 0x030E0000 && OBJECT(4) == Py_None)) {
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

static int read_request(PyObject *module, const char *function, struct request *q,
                        struct value *v) {
    char whose[32];
    const bool none = PY_VERSION_HEX >= 0x030D0000; /* since when env may be None */
    snprintf(whose, sizeof whose, "%s: argv", function);
    if (check_arguments(OBJECT(1), whose) < 0)
        return -1;
    if (!PyMapping_Check(OBJECT(2)) && !(none && OBJECT(2) == Py_None))
        return refuse(PyExc_TypeError, function,
                      none ? ": environment must be a mapping object or None"
                           : ": environment must be a mapping object"),
               -1;
    if (!PyTuple_Check(OBJECT(9)) && OBJECT(9) != Py_None)
        return refuse(PyExc_TypeError, function, ": scheduler must be a tuple or None"), -1;
    if (take_arguments(OBJECT(1), whose, &q->argv) < 0)
        return -1;
    if (OBJECT(2) != Py_None && read_environment(OBJECT(2), &q->env) < 0)
        return -1;
    return read_options(module, q, v);
}

static PyObject *spawn(PyObject *module, const char *function, struct value *v,
                       pid_t (*start)(const char *, char *const *, char *const *,
                                      const struct os_posix_spawn_options *)) {
    struct request q = {0};
    PyObject *result = NULL;
    if (read_request(module, function, &q, v) == 0 &&
        PySys_Audit("os.posix_spawn", "OOO", OBJECT(0), OBJECT(1), OBJECT(2)) == 0) {
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

FUNCTION(posix_spawn, SPAWN_SIGNATURE, "Execute the program specified by path in a new process.") {
    return spawn(module, "posix_spawn", v, os_posix_spawn);
}

FUNCTION(posix_spawnp, SPAWN_SIGNATURE, "Execute the program specified by path in a new process.") {
    return spawn(module, "posix_spawnp", v, os_posix_spawnp);
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
    if (door_path(&path, program, KIND_PATH, env == Py_None ? "execv" : "execve", "path") == 0 &&
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
    if (take_arguments(args, "argv", &argv) == 0 &&
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
