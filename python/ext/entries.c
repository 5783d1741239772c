/* SPDX-License-Identifier: MIT */
/** What is in a directory: listdir, scandir, and DirEntry. */
#include "door.h"
#include "own.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <structmember.h>

/* A descriptor that isn't one has no name. */
static PyObject *wrong_directory(const struct value *path, bool fd) {
    return door_error(path->object == Py_None || (fd && errno == EBADF) ? NULL : path, NULL);
}

FUNCTION(listdir, "path: path|fd|none = None") {
    bool fd = GIVEN(0) && !TEXT(0) && v[0].object != Py_None;
    if (PySys_Audit("os.listdir", "O", OBJECT(0)) < 0)
        return NULL;
    char **names;
    UNLOCKED(names = fd ? os_listdir_fd(INT(0)) : os_listdir(TEXT(0) ? TEXT(0) : "."));
    if (!names)
        return wrong_directory(ARG(0), fd);
    return door_list(names, v[0].bytes);
}

/* ------------------------------------------------------------------- DirEntry */

struct entry {
    PyObject_HEAD PyObject *name, *path;
    PyObject *stat, *lstat; /* as far as they were asked for */
    PyObject *module;
    uint64_t inode;
    int dir_fd; /* where `name` is looked up; OS_CWD: `path` from the current directory */
    unsigned char type;
};

static int entry_traverse(PyObject *object, visitproc visit, void *arg) {
    struct entry *entry = (struct entry *)object;
    Py_VISIT(Py_TYPE(object));
    Py_VISIT(entry->stat);
    Py_VISIT(entry->lstat);
    Py_VISIT(entry->module);
    return 0;
}

static void entry_dealloc(PyObject *object) {
    struct entry *entry = (struct entry *)object;
    PyTypeObject *type = Py_TYPE(object);
    PyObject_GC_UnTrack(object);
    Py_XDECREF(entry->name);
    Py_XDECREF(entry->path);
    Py_XDECREF(entry->stat);
    Py_XDECREF(entry->lstat);
    Py_XDECREF(entry->module);
    type->tp_free(object);
    Py_DECREF(type);
}

/* Asks the system what the entry is. */
static PyObject *ask(struct entry *entry, bool follow) {
    struct value path = {0};
    PyObject *object = entry->dir_fd == OS_CWD ? entry->path : entry->name;
    if (door_path(&path, object, KIND_PATH, "path") < 0)
        return NULL;
    struct os_stat_result st;
    int r;
    UNLOCKED(r = os_statat(entry->dir_fd, path.text, &st, follow ? 0 : OS_NOFOLLOW));
    path.object = entry->path;
    PyObject *result = r < 0 ? door_error(&path, NULL) : door_stat(entry->module, &st);
    Py_XDECREF(path.owner);
    return result;
}

/* What was asked for once, or is now: new. Threads may ask at the same time: the first answer stays. */
static PyObject *get(PyObject **place, struct entry *entry, bool follow) {
    PyObject *kept = __atomic_load_n(place, __ATOMIC_ACQUIRE);
    if (!kept) {
        PyObject *asked = ask(entry, follow);
        kept = asked ? own_first(place, asked) : NULL;
    }
    return Py_XNewRef(kept);
}

static PyObject *get_lstat(struct entry *entry) {
    return get(&entry->lstat, entry, false);
}

/* Whether what a new stat_result tells of is of a type: 1, 0 (also where it is NULL as the entry is
 * gone), or −1 with an exception. */
static int takes_type(PyObject *stat, mode_t type) {
    if (stat) {
        long mode = PyLong_AsLong(PyStructSequence_GetItem(stat, 0));
        Py_DECREF(stat);
        return ((mode_t)mode & S_IFMT) == type;
    }
    if (!PyErr_ExceptionMatches(PyExc_FileNotFoundError))
        return -1;
    PyErr_Clear();
    return 0;
}

/* 1 or 0, or −1 with an exception, where only the system knows whether it is a link. */
static int is_symlink(struct entry *entry) {
    if (entry->type != DT_UNKNOWN)
        return entry->type == DT_LNK;
    return takes_type(get_lstat(entry), S_IFLNK);
}

static PyObject *get_stat(struct entry *entry, bool follow) {
    int link = follow ? is_symlink(entry) : 0;
    return link < 0 ? NULL : link ? get(&entry->stat, entry, true) : get_lstat(entry);
}

/* Whether the entry is of a type: 1, 0 (also when it is gone), or −1. */
static int has_type(struct entry *entry, bool follow, mode_t type, unsigned char d_type) {
    bool known = entry->type != DT_UNKNOWN && !(follow && entry->type == DT_LNK);
    return known ? entry->type == d_type : takes_type(get_stat(entry, follow), type);
}

/* Reads the one keyword follow_symlinks=True: 0 or −1. */
static int read_follow(PyObject *args, PyObject *keywords, const char *format, int *ret_follow) {
    static char keyword[] = "follow_symlinks", *names[] = {keyword, NULL};
    *ret_follow = 1;
    return PyArg_ParseTupleAndKeywords(args, keywords, format, names, ret_follow) ? 0 : -1;
}

static PyObject *truth(int answer) {
    return answer < 0 ? NULL : PyBool_FromLong(answer);
}

static PyObject *entry_is_dir(PyObject *self, PyObject *args, PyObject *keywords) {
    int follow;
    if (read_follow(args, keywords, "|$p:is_dir", &follow) < 0)
        return NULL;
    return truth(has_type((struct entry *)self, follow, S_IFDIR, DT_DIR));
}

static PyObject *entry_is_file(PyObject *self, PyObject *args, PyObject *keywords) {
    int follow;
    if (read_follow(args, keywords, "|$p:is_file", &follow) < 0)
        return NULL;
    return truth(has_type((struct entry *)self, follow, S_IFREG, DT_REG));
}

static PyObject *entry_stat(PyObject *self, PyObject *args, PyObject *keywords) {
    int follow;
    if (read_follow(args, keywords, "|$p:stat", &follow) < 0)
        return NULL;
    return get_stat((struct entry *)self, follow);
}

static PyObject *entry_is_symlink(PyObject *self, PyObject *Py_UNUSED(ignored)) {
    return truth(is_symlink((struct entry *)self));
}

#if PY_VERSION_HEX >= 0x030C0000
static PyObject *entry_is_junction(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(ignored)) {
    Py_RETURN_FALSE;
}
#endif

static PyObject *entry_inode(PyObject *self, PyObject *Py_UNUSED(ignored)) {
    return PyLong_FromUnsignedLongLong(((struct entry *)self)->inode);
}

static PyObject *entry_fspath(PyObject *self, PyObject *Py_UNUSED(ignored)) {
    return Py_NewRef(((struct entry *)self)->path);
}

static PyObject *entry_repr(PyObject *self) {
    return PyUnicode_FromFormat("<DirEntry %R>", ((struct entry *)self)->name);
}

/* Their docstrings are the interpreter's own: door_entry_docs(). */
static PyMethodDef entry_methods[] = {
    {"is_dir", (PyCFunction)(void (*)(void))entry_is_dir, METH_VARARGS | METH_KEYWORDS, NULL},
    {"is_file", (PyCFunction)(void (*)(void))entry_is_file, METH_VARARGS | METH_KEYWORDS, NULL},
    {"is_symlink", entry_is_symlink, METH_NOARGS, NULL},
#if PY_VERSION_HEX >= 0x030C0000
    {"is_junction", entry_is_junction, METH_NOARGS, NULL},
#endif
    {"stat", (PyCFunction)(void (*)(void))entry_stat, METH_VARARGS | METH_KEYWORDS, NULL},
    {"inode", entry_inode, METH_NOARGS, NULL},
    {"__fspath__", entry_fspath, METH_NOARGS, NULL},
    {"__class_getitem__", Py_GenericAlias, METH_O | METH_CLASS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef entry_members[] = {
    {"name", T_OBJECT_EX, offsetof(struct entry, name), READONLY, NULL},
    {"path", T_OBJECT_EX, offsetof(struct entry, path), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

void door_entry_docs(PyObject *model) {
    PyObject *theirs = PyObject_GetAttrString(model, "DirEntry");
    for (PyMethodDef *method = entry_methods; theirs && method->ml_name; method++)
        method->ml_doc = door_doc(theirs, method->ml_name);
    for (PyMemberDef *member = entry_members; theirs && member->name; member++)
        member->doc = door_doc(theirs, member->name);
    Py_XDECREF(theirs);
    PyErr_Clear();
}

static PyType_Slot entry_slots[] = {
    {Py_tp_dealloc, entry_dealloc}, {Py_tp_traverse, entry_traverse}, {Py_tp_repr, entry_repr},
    {Py_tp_methods, entry_methods}, {Py_tp_members, entry_members},   {0, NULL},
};

static PyType_Spec entry_spec = {
    .name = "posix.DirEntry",
    .basicsize = sizeof(struct entry),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = entry_slots,
};

/* ------------------------------------------------------------------- the iterator */

struct scan {
    PyObject_HEAD struct os_scandir *handle; /* NULL when it is closed */
    pthread_mutex_t lock;                    /* around `handle` and what it has read last */
    PyObject *module;
    PyObject *path; /* as it was given, or NULL; for errors */
    int dir_fd;
    bool bytes;
};

/* Waits for a thread that is reading, if it isn't this one: whether the lock is held now. */
static bool scan_lock(struct scan *scan) {
    int r = pthread_mutex_trylock(&scan->lock);
    if (r == EBUSY)
        UNLOCKED(r = pthread_mutex_lock(&scan->lock));
    return r == 0;
}

static void scan_end(struct scan *scan) {
    if (!scan_lock(scan))
        return;
    struct os_scandir *handle = scan->handle;
    scan->handle = NULL;
    pthread_mutex_unlock(&scan->lock);
    if (handle)
        UNLOCKED(os_scandir_close(handle));
}

static void scan_finalize(PyObject *self) {
    struct scan *scan = (struct scan *)self;
    if (!scan->handle)
        return;
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (PyErr_ResourceWarning(self, 1, "unclosed scandir iterator %R", self) < 0 &&
        PyErr_ExceptionMatches(PyExc_Warning))
        PyErr_WriteUnraisable(self);
    scan_end(scan);
    PyErr_Restore(type, value, traceback);
}

static int scan_traverse(PyObject *self, visitproc visit, void *arg) {
    struct scan *scan = (struct scan *)self;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(scan->module);
    return 0;
}

static void scan_dealloc(PyObject *self) {
    struct scan *scan = (struct scan *)self;
    PyTypeObject *type = Py_TYPE(self);
    if (PyObject_CallFinalizerFromDealloc(self) < 0)
        return;
    PyObject_GC_UnTrack(self);
    Py_XDECREF(scan->module);
    Py_XDECREF(scan->path);
    pthread_mutex_destroy(&scan->lock);
    type->tp_free(self);
    Py_DECREF(type);
}

/* An entry with nothing in it, made before the lock is taken: this may run any code. */
static struct entry *new_entry(struct scan *scan) {
    struct entry *entry = PyObject_GC_New(struct entry, STATE(scan->module)->entry);
    if (!entry)
        return NULL;
    entry->name = entry->path = entry->stat = entry->lstat = NULL;
    entry->module = Py_NewRef(scan->module);
    entry->dir_fd = scan->dir_fd;
    PyObject_GC_Track((PyObject *)entry);
    return entry;
}

static int fill_entry(struct entry *entry, const struct scan *scan, struct os_dir_entry *found) {
    entry->inode = found->inode;
    entry->type = found->d_type;
    entry->name = door_name(found->name, (Py_ssize_t)strlen(found->name), scan->bytes);
    const char *path = os_dir_entry_path(found);
    entry->path = scan->dir_fd == OS_CWD ? door_name(path, (Py_ssize_t)strlen(path), scan->bytes)
                                         : Py_XNewRef(entry->name);
    return entry->name && entry->path ? 0 : -1;
}

/* Reads the next entry, with the lock held: 1, 0 at the end, or −1 with an exception. */
static int read_entry(struct scan *scan, struct entry *entry) {
    struct os_scandir *handle = scan->handle;
    struct os_dir_entry *found = NULL;
    errno = 0;
    if (handle)
        UNLOCKED(found = os_scandir_next(handle));
    if (found)
        return fill_entry(entry, scan, found) < 0 ? -1 : 1;
    if (!errno)
        return 0;
    struct value path = {.object = scan->path};
    door_error(&path, NULL);
    return -1;
}

static PyObject *scan_next(PyObject *self) {
    struct scan *scan = (struct scan *)self;
    struct entry *entry = scan->handle ? new_entry(scan) : NULL;
    if (!entry)
        return NULL;
    int r = -1;
    if (scan_lock(scan)) {
        r = read_entry(scan, entry);
        pthread_mutex_unlock(&scan->lock);
    } else {
        PyErr_SetString(PyExc_ValueError, "the directory is being read already");
    }
    if (r == 1)
        return (PyObject *)entry;
    bool made = entry->name || entry->path; /* no memory: the rest can still be read */
    Py_DECREF(entry);
    if (!made && scan->handle)
        scan_end(scan);
    return NULL;
}

static PyObject *scan_close(PyObject *self, PyObject *Py_UNUSED(ignored)) {
    scan_end((struct scan *)self);
    Py_RETURN_NONE;
}

static PyObject *scan_enter(PyObject *self, PyObject *Py_UNUSED(ignored)) {
    return Py_NewRef(self);
}

static PyObject *scan_exit(PyObject *self, PyObject *Py_UNUSED(arguments)) {
    scan_end((struct scan *)self);
    Py_RETURN_NONE;
}

static PyMethodDef scan_methods[] = {
    {"__enter__", scan_enter, METH_NOARGS, NULL},
    {"__exit__", scan_exit, METH_VARARGS, NULL},
    {"close", scan_close, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot scan_slots[] = {
    {Py_tp_dealloc, scan_dealloc},
    {Py_tp_traverse, scan_traverse},
    {Py_tp_finalize, scan_finalize},
    {Py_tp_iter, PyObject_SelfIter},
    {Py_tp_iternext, scan_next},
    {Py_tp_methods, scan_methods},
    {0, NULL},
};

static PyType_Spec scan_spec = {
    .name = "posix.ScandirIterator",
    .basicsize = sizeof(struct scan),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION |
             Py_TPFLAGS_HAVE_FINALIZE,
    .slots = scan_slots,
};

FUNCTION(scandir, "path: path|fd|none = None") {
    bool fd = GIVEN(0) && !TEXT(0) && v[0].object != Py_None;
    if (PySys_Audit("os.scandir", "O", OBJECT(0)) < 0)
        return NULL;
    struct os_scandir *handle;
    UNLOCKED(handle = fd ? os_scandir_fd(INT(0)) : os_scandir(TEXT(0) ? TEXT(0) : "."));
    if (!handle)
        return wrong_directory(ARG(0), fd);
    struct scan *scan = PyObject_GC_New(struct scan, STATE(module)->scan);
    if (!scan) {
        os_scandir_close(handle);
        return NULL;
    }
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes,
                              PTHREAD_MUTEX_ERRORCHECK); /* a signal's handler may read */
    pthread_mutex_init(&scan->lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
    scan->handle = handle;
    scan->module = Py_NewRef(module);
    scan->path = Py_XNewRef(v[0].object);
    scan->dir_fd = fd ? INT(0) : OS_CWD;
    scan->bytes = v[0].bytes;
    PyObject_GC_Track((PyObject *)scan);
    return (PyObject *)scan;
}

int door_entries(PyObject *module) {
    struct state *state = STATE(module);
    state->entry = (PyTypeObject *)PyType_FromModuleAndSpec(module, &entry_spec, NULL);
    state->scan = (PyTypeObject *)PyType_FromModuleAndSpec(module, &scan_spec, NULL);
    if (!state->entry || !state->scan)
        return -1;
    return PyModule_AddObjectRef(module, "DirEntry", (PyObject *)state->entry);
}
