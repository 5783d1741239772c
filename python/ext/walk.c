/* SPDX-License-Identifier: MIT */
/** os.walk and os.fwalk: the core's walk as an iterator, and Python's lists on both sides of it. */
#include "door.h"
#include "own.h"

#include <fcntl.h>
#include <string.h>

/* A name of the list that was given out, and what the core calls it. */
struct shown {
    PyObject *object; /* owned */
    char *name;
    bool used;
};

struct walk {
    PyObject_HEAD struct os_walk *handle; /* NULL before the beginning, and at the end */
    PyObject *top;                        /* as it was given: a str or bytes */
    PyObject *onerror;                    /* or NULL */
    PyObject *resume; /* called with a path that the core has come back to: an iterator */
    PyObject *inner;  /* which is the next to be asked, or NULL */
    PyObject *dirs;   /* the list of directories that was given out last, or NULL */
    struct os_walk_entry *entry;
    struct shown *shown; /* what was in it */
    Py_ssize_t count, room;
    struct os_walk_options options;
    int dir_fd;
    bool bytes, fds, begun, busy;
};

static void forget_shown(struct walk *walk) {
    for (Py_ssize_t i = 0; i < walk->count; i++)
        Py_DECREF(walk->shown[i].object);
    walk->count = 0;
    Py_CLEAR(walk->dirs);
}

static void end(struct walk *walk) {
    struct os_walk *handle = walk->handle;
    walk->handle = NULL;
    walk->entry = NULL;
    forget_shown(walk);
    Py_CLEAR(walk->inner);
    if (handle)
        UNLOCKED(os_walk_close(handle));
}

/* ------------------------------------------------------------------- lists for Python */

static PyObject *name_of(const struct walk *walk, const char *name) {
    return door_name(name, (Py_ssize_t)strlen(name), walk->bytes);
}

static PyObject *list_of(const struct walk *walk, char **names) {
    Py_ssize_t count = 0;
    while (names[count])
        count++;
    PyObject *list = PyList_New(count);
    for (Py_ssize_t i = 0; list && i < count; i++) {
        PyObject *name = name_of(walk, names[i]);
        if (name)
            PyList_SET_ITEM(list, i, name);
        else
            Py_CLEAR(list);
    }
    return list;
}

/* Remembers the list of directories, to see what becomes of it: 0 or −1. */
static int remember(struct walk *walk, PyObject *dirs) {
    Py_ssize_t count = PyList_GET_SIZE(dirs);
    if (count > walk->room) {
        struct shown *more = PyMem_Resize(walk->shown, struct shown, (size_t)count);
        if (!more)
            return PyErr_NoMemory(), -1;
        walk->shown = more;
        walk->room = count;
    }
    for (Py_ssize_t i = 0; i < count; i++)
        walk->shown[i] =
            (struct shown){Py_NewRef(PyList_GET_ITEM(dirs, i)), walk->entry->dirnames[i], false};
    walk->count = count;
    walk->dirs = Py_NewRef(dirs);
    return 0;
}

/* The tuple of a directory; `path` is its path, which is taken over. */
static PyObject *make_tuple(struct walk *walk, PyObject *path) {
    PyObject *dirs = list_of(walk, walk->entry->dirnames);
    PyObject *files = dirs ? list_of(walk, walk->entry->filenames) : NULL;
    PyObject *fd = files && walk->fds ? PyLong_FromLong(walk->entry->dir_fd) : NULL;
    PyObject *tuple = NULL;
    if (files && (fd || !walk->fds))
        tuple = PyTuple_New(walk->fds ? 4 : 3);
    if (tuple && !walk->options.bottom_up && remember(walk, dirs) < 0)
        Py_CLEAR(tuple);
    if (!tuple) {
        Py_DECREF(path);
        Py_XDECREF(dirs);
        Py_XDECREF(files);
        Py_XDECREF(fd);
        return NULL;
    }
    PyTuple_SET_ITEM(tuple, 0, path);
    PyTuple_SET_ITEM(tuple, 1, dirs);
    PyTuple_SET_ITEM(tuple, 2, files);
    if (fd)
        PyTuple_SET_ITEM(tuple, 3, fd);
    return tuple;
}

/* ------------------------------------------------------------------- what became of a list */

/* The list as the core is to have it. */
struct edited {
    char **names;    /* ends with NULL */
    PyObject *owned; /* a list of what the names that were added belong to */
};

static bool unchanged(const struct walk *walk) {
    if (PyList_GET_SIZE(walk->dirs) != walk->count)
        return false;
    bool same = true;
    for (Py_ssize_t i = 0; same && i < walk->count; i++) {
        PyObject *item = own_item(walk->dirs, i);
        same = item == walk->shown[i].object;
        Py_XDECREF(item);
    }
    return same;
}

static int by_object(const void *a, const void *b) {
    uintptr_t x = (uintptr_t)((const struct shown *)a)->object;
    uintptr_t y = (uintptr_t)((const struct shown *)b)->object;
    return (x > y) - (x < y);
}

static char *added_name(struct walk *walk, PyObject *item, PyObject *owned) {
    PyObject *path = PyOS_FSPath(item);
    if (path && walk->bytes != PyBytes_Check(path)) {
        PyErr_SetString(PyExc_TypeError, "Can't mix strings and bytes in path components");
        Py_CLEAR(path);
    }
    PyObject *bytes = NULL;
    if (path && !PyUnicode_FSConverter(path, &bytes))
        bytes = NULL;
    Py_XDECREF(path);
    int r = bytes ? PyList_Append(owned, bytes) : -1;
    Py_XDECREF(bytes);
    return r < 0 ? NULL : PyBytes_AS_STRING(bytes); /* the list holds it */
}

static int edit(struct walk *walk, struct edited *edited) {
    PyObject *items = PyList_AsTuple(walk->dirs); /* __fspath__ may change the list once more */
    Py_ssize_t count = items ? PyTuple_GET_SIZE(items) : 0;
    edited->owned = items ? PyList_New(0) : NULL;
    edited->names = edited->owned ? PyMem_New(char *, (size_t)count + 1) : NULL;
    int r = edited->names ? 0 : -1;
    if (r < 0 && !PyErr_Occurred())
        PyErr_NoMemory();
    if (walk->count)
        qsort(walk->shown, (size_t)walk->count, sizeof *walk->shown, by_object);
    for (Py_ssize_t i = 0; i < count && r == 0; i++) {
        struct shown key = {.object = PyTuple_GET_ITEM(items, i)};
        struct shown *found =
            walk->count ? bsearch(&key, walk->shown, (size_t)walk->count, sizeof key, by_object)
                        : NULL;
        bool fresh = found && !found->used;
        if (fresh)
            found->used = true;
        edited->names[i] = fresh ? found->name : added_name(walk, key.object, edited->owned);
        r = edited->names[i] ? 0 : -1;
    }
    if (r == 0)
        edited->names[count] = NULL;
    Py_XDECREF(items);
    return r;
}

/* Tells the core how its list was changed: 0 or −1. */
static int pass_edits(struct walk *walk, struct edited *edited) {
    if (!walk->dirs || unchanged(walk))
        return 0;
    if (edit(walk, edited) < 0)
        return -1;
    walk->entry->dirnames = edited->names;
    return 0;
}

/* ------------------------------------------------------------------- going on */

/* Python's fwalk opens whatever has the name, and then fails to read it as a directory: −1 with the
 * exception of that, or 0 with errno where it can't even be opened. */
static int open_and_fail(const char *path) {
    int fd;
    UNLOCKED(fd = os_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0));
    if (fd < 0 && errno != ENAMETOOLONG)
        return 0;
    PyObject *number = PyLong_FromLong(fd);
    if (fd >= 0)
        os_close(fd);
    errno = ENOTDIR;
    if (number)
        PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, number);
    Py_XDECREF(number);
    return -1;
}

static int open_walk(struct walk *walk) {
    struct value path = {.object = walk->top};
    if (door_path(&path, walk->top, KIND_PATH, "path") < 0)
        return -1;
    walk->begun = true;
    UNLOCKED(walk->handle = walk->fds ? os_fwalk(walk->dir_fd, path.text, &walk->options)
                                      : os_walk(path.text, &walk->options));
    bool opened = walk->fds && !walk->handle && errno == ENOTDIR && open_and_fail(path.text) < 0;
    if (!walk->handle && !opened)
        door_error(&path, NULL);
    Py_XDECREF(path.owner);
    return walk->handle ? 0 : -1;
}

/* Gets the next directory: 1, 0 at the end, or −1. */
static int advance(struct walk *walk) {
    struct edited edited = {NULL, NULL};
    int r = pass_edits(walk, &edited);
    if (r == 0) {
        struct os_walk *handle = walk->handle;
        struct os_walk_entry *entry;
        UNLOCKED(entry = os_walk_next(handle));
        walk->entry = entry;
        r = entry ? 1 : errno ? -1 : 0;
        if (r < 0)
            door_record_error(NULL);
    }
    PyMem_Free(edited.names);
    Py_XDECREF(edited.owned);
    forget_shown(walk);
    return r;
}

/* Python passes over a directory whose place a link has taken; fwalk tells of one to nowhere. */
static bool passed_over(struct walk *walk) {
    struct os_walk_entry *entry = walk->entry;
    struct os_stat_result st;
    if (walk->options.follow_links || (entry->error != ELOOP && entry->error != ENOTDIR))
        return false;
    if (os_lstat(entry->dirpath, &st) < 0 || !S_ISLNK(st.st_mode))
        return false;
    if (!walk->fds || os_stat(entry->dirpath, &st, 0) == 0)
        return true;
    entry->error = errno;
    return false;
}

/* Calls onerror: 0 or −1. */
static int tell_error(struct walk *walk, PyObject *path) {
    if (!walk->onerror)
        return 0;
    const char *slash = walk->fds ? strrchr(walk->entry->dirpath, '/') : NULL;
    PyObject *name = slash && slash[1] ? name_of(walk, slash + 1) : Py_NewRef(path);
    int number = walk->entry->error;
    PyObject *error = NULL, *result = NULL;
    if (name)
        error = PyObject_CallFunction(PyExc_OSError, "isO", number, strerror(number), name);
    if (error)
        result = PyObject_CallOneArg(walk->onerror, error);
    Py_XDECREF(name);
    Py_XDECREF(error);
    Py_XDECREF(result);
    return result ? 0 : -1;
}

/* A directory that can't be read: 0 or −1. */
static int see_to_error(struct walk *walk, PyObject *path) {
    if (passed_over(walk))
        return 0;
    if (walk->fds && walk->entry->error == ENOTDIR) {
        if (open_and_fail(walk->entry->dirpath) < 0)
            return -1;
        walk->entry->error = errno;
    }
    if (walk->entry->error != ELOOP || !walk->resume)
        return tell_error(walk, path);
    /* Links lead back: Python goes round until the kernel has followed 40 of them. */
    PyObject *again = PyObject_CallOneArg(walk->resume, path);
    walk->inner = again ? PyObject_GetIter(again) : NULL;
    Py_XDECREF(again);
    return walk->inner ? 0 : -1;
}

/* What comes of the entry: a tuple, or NULL with or without an exception. */
static PyObject *show(struct walk *walk, bool first) {
    PyObject *path = first ? Py_NewRef(walk->top) : name_of(walk, walk->entry->dirpath);
    if (!path)
        return NULL;
    if (!walk->entry->error)
        return make_tuple(walk, path);
    see_to_error(walk, path);
    Py_DECREF(path);
    return NULL;
}

static PyObject *go_on(struct walk *walk) {
    if (!walk->begun && open_walk(walk) < 0)
        return NULL;
    while (walk->handle) {
        if (walk->inner) {
            PyObject *item = PyIter_Next(walk->inner);
            if (item || PyErr_Occurred())
                return item;
            Py_CLEAR(walk->inner);
        }
        bool first = !walk->entry && !walk->options.bottom_up;
        int r = advance(walk);
        PyObject *item = r > 0 ? show(walk, first) : NULL;
        if (item)
            return item;
        if (r <= 0 || PyErr_Occurred())
            end(walk);
    }
    return NULL;
}

static PyObject *walk_next(PyObject *self) {
    struct walk *walk = (struct walk *)self;
    if (__atomic_exchange_n(&walk->busy, true, __ATOMIC_ACQUIRE))
        return PyErr_SetString(PyExc_ValueError, "the walk is going on already"), NULL;
    PyObject *item = go_on(walk);
    __atomic_store_n(&walk->busy, false, __ATOMIC_RELEASE);
    return item;
}

/* What `yield from` calls for a value that is sent to the generator around it: the value is lost.
 */
static PyObject *walk_send(PyObject *self, PyObject *value) {
    (void)value;
    PyObject *item = walk_next(self);
    if (!item && !PyErr_Occurred())
        PyErr_SetNone(PyExc_StopIteration);
    return item;
}

/* ------------------------------------------------------------------- the type */

static int walk_traverse(PyObject *self, visitproc visit, void *arg) {
    struct walk *walk = (struct walk *)self;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(walk->top);
    Py_VISIT(walk->onerror);
    Py_VISIT(walk->resume);
    Py_VISIT(walk->inner);
    Py_VISIT(walk->dirs);
    for (Py_ssize_t i = 0; i < walk->count; i++)
        Py_VISIT(walk->shown[i].object);
    return 0;
}

static int walk_clear(PyObject *self) {
    struct walk *walk = (struct walk *)self;
    end(walk);
    Py_CLEAR(walk->top);
    Py_CLEAR(walk->onerror);
    Py_CLEAR(walk->resume);
    return 0;
}

static void walk_dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    walk_clear(self);
    PyMem_Free(((struct walk *)self)->shown);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMethodDef walk_methods[] = {
    {"send", walk_send, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot walk_slots[] = {
    {Py_tp_dealloc, walk_dealloc},
    {Py_tp_traverse, walk_traverse},
    {Py_tp_clear, walk_clear},
    {Py_tp_iter, PyObject_SelfIter},
    {Py_tp_iternext, walk_next},
    {Py_tp_methods, walk_methods},
    {0, NULL},
};

static PyType_Spec walk_spec = {
    .name = "osier._posix._Walk",
    .basicsize = sizeof(struct walk),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = walk_slots,
};

static bool is_whole(PyObject *bytes) {
    return strlen(PyBytes_AS_STRING(bytes)) == (size_t)PyBytes_GET_SIZE(bytes);
}

/* Whether the core's paths begin as Python's: a str may spell a name in a way that it isn't decoded
 * to, and a NUL is Python's to refuse. 1, 0 or −1. */
static int comes_back(PyObject *top) {
    if (PyBytes_Check(top))
        return is_whole(top);
    if (!PyUnicode_Check(top))
        return 1;
    PyObject *bytes = PyUnicode_EncodeFSDefault(top);
    if (bytes && !is_whole(bytes)) {
        Py_DECREF(bytes);
        return 0;
    }
    PyObject *again =
        bytes ? PyUnicode_DecodeFSDefaultAndSize(PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes))
              : NULL;
    int same = again ? PyUnicode_Compare(top, again) == 0 : -1;
    Py_XDECREF(bytes);
    Py_XDECREF(again);
    return same;
}

static PyObject *none_to_null(PyObject *object) {
    return object == Py_None ? NULL : Py_NewRef(object);
}

static struct walk *new_walk(PyObject *module, PyObject *top) {
    int same = comes_back(top);
    struct walk *walk = same == 1 ? PyObject_GC_New(struct walk, STATE(module)->walk) : NULL;
    if (!walk)
        return NULL;
    memset((char *)walk + sizeof(PyObject), 0, sizeof *walk - sizeof(PyObject));
    walk->top = Py_NewRef(top);
    walk->bytes = PyBytes_Check(top);
    walk->options = (struct os_walk_options){.size = sizeof walk->options, .errors = true};
    return walk;
}

/* What the two functions give: the iterator, or None where Python's own code has to see to it. */
static PyObject *answer(struct walk *walk) {
    if (walk)
        PyObject_GC_Track((PyObject *)walk);
    if (walk || PyErr_Occurred())
        return (PyObject *)walk;
    Py_RETURN_NONE;
}

EXTRA_FUNCTION(_walk,
               "top: object, bottom_up: bool, onerror: object, follow_links: bool, "
               "links_as_files: bool, resume: object",
               "os.walk() of a path that is a str or bytes, or None.") {
    struct walk *walk = new_walk(module, v[0].object);
    if (walk) {
        walk->options.bottom_up = INT(1);
        walk->onerror = none_to_null(v[2].object);
        walk->options.follow_links = INT(3);
        walk->options.links_as_files = INT(4);
        walk->resume = INT(3) ? Py_NewRef(v[5].object) : NULL;
    }
    return answer(walk);
}

EXTRA_FUNCTION(_fwalk,
               "top: object, bottom_up: bool, onerror: object, follow_links: bool, dir_fd: dir_fd",
               "os.fwalk() of a path that is a str or bytes, or None.") {
    struct walk *walk = new_walk(module, v[0].object);
    if (walk) {
        walk->options.bottom_up = INT(1);
        walk->onerror = none_to_null(v[2].object);
        walk->options.follow_links = INT(3);
        walk->dir_fd = INT(4);
        walk->fds = true;
    }
    return answer(walk);
}

static PyObject *note_hook(void *hooked) {
    *(bool *)hooked = true;
    PyErr_SetString(PyExc_RuntimeError, "never seen");
    return NULL;
}

bool door_audited(void) {
    bool hooked = false; /* the arguments of an event are made only where somebody listens */
    if (PySys_Audit("osier.audited", "O&", note_hook, &hooked) < 0)
        PyErr_Clear();
    return hooked;
}

EXTRA_FUNCTION(_audited, "", "Whether there are audit hooks; they don't notice the question.") {
    return PyBool_FromLong(door_audited());
}

int door_walk(PyObject *module) {
    STATE(module)->walk = (PyTypeObject *)PyType_FromModuleAndSpec(module, &walk_spec, NULL);
    return STATE(module)->walk ? 0 : -1;
}
