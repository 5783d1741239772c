/* SPDX-License-Identifier: MIT */
/** Plans: what the class in _plan.py is made of. A plan is a capsule, which is always the first
 *  argument; an error is that of the record, which names the path that failed. */
#include "plan.h"

#include <string.h>

static struct os_plan *plan_of(PyObject *capsule) {
    return PyCapsule_GetPointer(capsule, PLAN_CAPSULE);
}

static void end_capsule(PyObject *capsule) {
    os_plan_close(plan_of(capsule));
}

static PyObject *capsule_or_error(struct os_plan *plan, const struct value *path) {
    PyObject *capsule = plan ? PyCapsule_New(plan, PLAN_CAPSULE, end_capsule) : NULL;
    if (plan && !capsule)
        os_plan_close(plan);
    return plan ? capsule : door_record_error(path);
}

PyObject *plan_capsule(struct os_plan *plan) {
    return capsule_or_error(plan, NULL);
}

EXTRA_FUNCTION(_plan_begin, "root: path|none, title: path|none", "A plan, empty as yet.") {
    const struct os_plan_options options = {
        .size = sizeof options, .root = TEXT(0), .title = TEXT(1)};
    struct os_plan *plan;
    UNLOCKED(plan = os_plan(&options));
    return capsule_or_error(plan, ARG(0));
}

EXTRA_FUNCTION(_plan_load, "path: path", "A plan that was saved.") {
    struct os_plan *plan;
    UNLOCKED(plan = os_plan_load(TEXT(0)));
    return capsule_or_error(plan, ARG(0));
}

/* A call of a plan: `v[0]` is the plan, `v[1]` the path that says whether names are str or bytes. */
#define PLAN_FUNCTION(name, signature, ...)                                                        \
    EXTRA_FUNCTION(_plan_##name, "plan: object, " signature, "A step of a plan.") {                \
        struct os_plan *plan = plan_of(OBJECT(0));                                                 \
        int r = -1;                                                                                \
        if (!plan)                                                                                 \
            return NULL;                                                                           \
        UNLOCKED(r = os_plan_##name(plan, __VA_ARGS__));                                           \
        if (r < 0)                                                                                 \
            return door_record_error(ARG(1));                                                      \
        Py_RETURN_NONE;                                                                            \
    }

#define FOLLOW(i) (INT(i) ? 0 : OS_NOFOLLOW)

PLAN_FUNCTION(mkdir, "path: path, mode: int", TEXT(1), (mode_t)INT(2))
PLAN_FUNCTION(makedirs, "path: path, mode: int, exist_ok: bool", TEXT(1), (mode_t)INT(2),
              INT(3) ? OS_EXIST_OK : 0)
PLAN_FUNCTION(rmdir, "path: path", TEXT(1))
PLAN_FUNCTION(removedirs, "path: path", TEXT(1))
PLAN_FUNCTION(remove, "path: path", TEXT(1))
PLAN_FUNCTION(rename, "src: path, dst: path", TEXT(1), TEXT(2))
PLAN_FUNCTION(replace, "src: path, dst: path", TEXT(1), TEXT(2))
PLAN_FUNCTION(renames, "src: path, dst: path", TEXT(1), TEXT(2))
PLAN_FUNCTION(link, "src: path, dst: path, follow: bool", TEXT(1), TEXT(2), FOLLOW(3))
PLAN_FUNCTION(symlink, "src: path, dst: path", TEXT(1), TEXT(2), 0)
PLAN_FUNCTION(chmod, "path: path, mode: int, follow: bool", TEXT(1), (mode_t)INT(2), FOLLOW(3))
PLAN_FUNCTION(chown, "path: path, uid: uid, gid: gid, follow: bool", TEXT(1), (uid_t)LONG(2),
              (gid_t)LONG(3), FOLLOW(4))
PLAN_FUNCTION(utime, "path: path, atime: int64, mtime: int64, follow: bool", TEXT(1), LONG(2),
              LONG(3), FOLLOW(4))
PLAN_FUNCTION(truncate, "path: path, length: int64", TEXT(1), LONG(2))
PLAN_FUNCTION(setxattr, "path: path, name: path, value: buffer, flags: int, follow: bool", TEXT(1),
              TEXT(2), v[3].buffer.buf, (size_t)v[3].buffer.len, INT(4), FOLLOW(5))
PLAN_FUNCTION(removexattr, "path: path, name: path, follow: bool", TEXT(1), TEXT(2), FOLLOW(3))
PLAN_FUNCTION(mkfifo, "path: path, mode: int", TEXT(1), (mode_t)INT(2))
PLAN_FUNCTION(mknod, "path: path, mode: int, device: device", TEXT(1), (mode_t)INT(2),
              (uint64_t)LONG(3))
PLAN_FUNCTION(rmtree, "path: path, ignore_errors: bool", TEXT(1),
              &(struct os_rmtree_options){.size = sizeof(struct os_rmtree_options),
                                          .control.ignore_errors = INT(2)})
PLAN_FUNCTION(move, "src: path, dst: path", TEXT(1), TEXT(2),
              &(struct os_move_options){.size = sizeof(struct os_move_options), .new_owner = true})
PLAN_FUNCTION(copyfile, "src: path, dst: path, follow: bool", TEXT(1), TEXT(2),
              &(struct os_copy_options){.size = sizeof(struct os_copy_options),
                                        .nofollow = !INT(3)})
PLAN_FUNCTION(copy, "src: path, dst: path, follow: bool", TEXT(1), TEXT(2),
              &(struct os_copy_options){.size = sizeof(struct os_copy_options),
                                        .nofollow = !INT(3)})
PLAN_FUNCTION(copy2, "src: path, dst: path, follow: bool", TEXT(1), TEXT(2),
              &(struct os_copy_options){.size = sizeof(struct os_copy_options),
                                        .nofollow = !INT(3)})
PLAN_FUNCTION(copytree, "src: path, dst: path, symlinks: bool, dangling: bool, exist_ok: bool",
              TEXT(1), TEXT(2),
              &(struct os_copytree_options){.size = sizeof(struct os_copytree_options),
                                            .symlinks = INT(3),
                                            .ignore_dangling_symlinks = INT(4),
                                            .dirs_exist_ok = INT(5)})
PLAN_FUNCTION(write_file, "path: path, data: buffer, mode: int, keep_mode: bool", TEXT(1),
              v[2].buffer.buf, (size_t)v[2].buffer.len,
              &(struct os_write_file_options){.size = sizeof(struct os_write_file_options),
                                              .mode = (mode_t)INT(3),
                                              .keep_mode = INT(4)})
PLAN_FUNCTION(save, "path: path", TEXT(1))
PLAN_FUNCTION(note, "origin: path|none", TEXT(1))

EXTRA_FUNCTION(_plan_secret, "plan: object, source: path|none", "The next content is secret.") {
    struct os_plan *plan = plan_of(OBJECT(0));
    if (!plan)
        return NULL;
    if (!TEXT(1))
        os_plan_secret(plan);
    else if (os_plan_secret_from(plan, TEXT(1)) < 0)
        return door_record_error(ARG(1));
    Py_RETURN_NONE;
}

/* ------------------------------------------------------------------------------- questions */

EXTRA_FUNCTION(_plan_stat, "plan: object, path: path, follow: bool", "A question to a plan.") {
    struct os_plan *plan = plan_of(OBJECT(0));
    struct os_stat_result st;
    int r = -1;
    if (!plan)
        return NULL;
    UNLOCKED(r = INT(2) ? os_plan_stat(plan, TEXT(1), &st) : os_plan_lstat(plan, TEXT(1), &st));
    return r < 0 ? door_record_error(ARG(1)) : door_stat(module, &st);
}

EXTRA_FUNCTION(_plan_readlink, "plan: object, path: path", "A question to a plan.") {
    struct os_plan *plan = plan_of(OBJECT(0));
    char *text;
    if (!plan)
        return NULL;
    UNLOCKED(text = os_plan_readlink(plan, TEXT(1)));
    return door_take(text, ARG(1));
}

EXTRA_FUNCTION(_plan_listdir, "plan: object, path: path", "A question to a plan.") {
    struct os_plan *plan = plan_of(OBJECT(0));
    char **names;
    if (!plan)
        return NULL;
    UNLOCKED(names = os_plan_listdir(plan, TEXT(1)));
    return names ? door_list(names, v[1].bytes) : door_record_error(ARG(1));
}

EXTRA_FUNCTION(_plan_glob, "plan: object, pathname: path, recursive: bool, hidden: bool",
               "A question to a plan.") {
    struct os_plan *plan = plan_of(OBJECT(0));
    int flags = (INT(2) ? OS_RECURSIVE : 0) | (INT(3) ? OS_INCLUDE_HIDDEN : 0);
    char **names;
    if (!plan)
        return NULL;
    UNLOCKED(names = os_plan_glob(plan, TEXT(1), flags));
    return names ? door_list(names, v[1].bytes) : door_record_error(ARG(1));
}

static PyObject *take_bytes(char *data, size_t size, const struct value *path) {
    if (!data)
        return door_record_error(path);
    PyObject *bytes = PyBytes_FromStringAndSize(data, (Py_ssize_t)size);
    free(data);
    return bytes;
}

EXTRA_FUNCTION(_plan_read_file, "plan: object, path: path", "A question to a plan.") {
    struct os_plan *plan = plan_of(OBJECT(0));
    size_t size = 0;
    char *data;
    if (!plan)
        return NULL;
    UNLOCKED(data = os_plan_read_file(plan, TEXT(1), &size));
    return take_bytes(data, size, ARG(1));
}

EXTRA_FUNCTION(_plan_text, "plan: object", "A plan as its file.") {
    struct os_plan *plan = plan_of(OBJECT(0));
    size_t size = 0;
    char *data;
    if (!plan)
        return NULL;
    UNLOCKED(data = os_plan_text(plan, &size));
    return take_bytes(data, size, NULL);
}

/* --------------------------------------------------------------------------------- results */

/* Writes are added to a bytearray. */
static int add_text(const char *text, size_t size, void *data) {
    PyObject *all = data;
    Py_ssize_t before = PyByteArray_GET_SIZE(all);
    if (PyByteArray_Resize(all, before + (Py_ssize_t)size) < 0)
        return -1;
    memcpy(PyByteArray_AS_STRING(all) + before, text, size);
    return 0;
}

EXTRA_FUNCTION(_plan_diff, "plan: object, color: bool, list_only: bool", "A plan for people.") {
    const struct os_plan_diff_options options = {
        .size = sizeof options, .color = INT(1), .list_only = INT(2)};
    struct os_plan *plan = plan_of(OBJECT(0));
    PyObject *all = plan ? PyByteArray_FromStringAndSize(NULL, 0) : NULL;
    if (!all)
        return NULL;
    if (os_plan_diff(plan, &options, add_text, all) < 0) {
        Py_DECREF(all);
        return door_record_error(NULL);
    }
    return all;
}

static PyObject *build_entry(const struct os_plan_entry *e) {
    static const char *const kinds[] = {"create", "replace", "remove", "move",
                                        "swap",   "meta",    "inplace"};
    static const char *const undo[] = {"exact", "copy", "none"};
    PyObject *path = door_name(e->path, (Py_ssize_t)strlen(e->path), false);
    PyObject *path2 =
        e->path2 ? door_name(e->path2, (Py_ssize_t)strlen(e->path2), false) : Py_NewRef(Py_None);
    return Py_BuildValue("(sNNs)", kinds[e->kind], path, path2, undo[e->undo]);
}

EXTRA_FUNCTION(_plan_entries, "plan: object", "What a plan changes.") {
    struct os_plan *plan = plan_of(OBJECT(0));
    const struct os_plan_entry *list;
    size_t count;
    if (!plan)
        return NULL;
    if (os_plan_entries(plan, &list, &count) < 0)
        return door_record_error(NULL);
    PyObject *result = PyList_New((Py_ssize_t)count);
    for (size_t i = 0; result && i < count; i++) {
        PyObject *entry = build_entry(&list[i]);
        if (entry)
            PyList_SET_ITEM(result, (Py_ssize_t)i, entry);
        else
            Py_CLEAR(result);
    }
    return result;
}

/* -------------------------------------------------------------------------------- applying */

int plan_look_for_signals(const struct os_progress *progress, void *data) {
    (void)progress, (void)data;
    return door_check_signals();
}

PyObject *plan_transaction(int r, uint64_t id) {
    if (PyErr_Occurred())
        return NULL;
    return r < 0 ? door_record_error(NULL) : PyLong_FromUnsignedLongLong(id);
}

EXTRA_FUNCTION(_plan_apply, "plan: object, wait: bool", "Makes the changes of a plan.") {
    const struct os_plan_apply_options options = {
        .size = sizeof options, .wait = INT(1), .on_progress = plan_look_for_signals};
    struct os_plan *plan = plan_of(OBJECT(0));
    uint64_t id = 0;
    int r = -1;
    if (!plan)
        return NULL;
    UNLOCKED(r = os_plan_apply(plan, &options, &id));
    return plan_transaction(r, id);
}

PyObject *plan_conflicts(const struct os_plan_conflict *list, size_t count) {
    PyObject *result = PyList_New((Py_ssize_t)count);
    for (size_t i = 0; result && i < count; i++) {
        PyObject *path = door_name(list[i].path, (Py_ssize_t)strlen(list[i].path), false);
        PyObject *one = Py_BuildValue("(Nzz)", path, list[i].expected, list[i].found);
        if (one)
            PyList_SET_ITEM(result, (Py_ssize_t)i, one);
        else
            Py_CLEAR(result);
    }
    return result;
}

EXTRA_FUNCTION(_plan_conflicts, "plan: object", "What a plan has been refused for.") {
    struct os_plan *plan = plan_of(OBJECT(0));
    const struct os_plan_conflict *list;
    if (!plan)
        return NULL;
    size_t count = os_plan_conflicts(plan, &list);
    return plan_conflicts(list, count);
}

EXTRA_FUNCTION(_plan_undo, "id: uint64, wait: bool", "Takes a transaction back.") {
    const struct os_undo_options options = {
        .size = sizeof options, .wait = INT(1), .on_progress = plan_look_for_signals};
    uint64_t made = 0;
    int r;
    UNLOCKED(r = os_undo((uint64_t)LONG(0), &options, &made));
    return plan_transaction(r, made);
}
