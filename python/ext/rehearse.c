/* SPDX-License-Identifier: MIT */
/** Rehearsals: what the class in _rehearse.py is made of. A rehearsal is a capsule, which is always
 *  the first argument. */
#include "plan.h"

#include <string.h>

static const char capsule_name[] = "osier.rehearsal";

static struct os_try *try_of(PyObject *capsule) {
    return PyCapsule_GetPointer(capsule, capsule_name);
}

static void end_capsule(PyObject *capsule) {
    os_try_close(try_of(capsule));
}

/** Lists of texts, NULL where they were None. */
struct texts {
    PyObject *owner;
    char **list;
};

static int take_texts(PyObject *list, struct texts *ret) {
    return list == Py_None ? 0 : door_texts(list, &ret->owner, &ret->list);
}

static void release_texts(struct texts *all, size_t count) {
    for (size_t i = 0; i < count; i++) {
        Py_CLEAR(all[i].owner);
        PyMem_Free(all[i].list);
    }
}

enum { ARGV, WITH, IN, IGNORE, ENV, LISTS };

EXTRA_FUNCTION(_try_run,
               "argv: object, real: object, within: object, ignore: object, env: object, "
               "network: bool, again: uint64, timeout: double",
               "Rehearses a command.") {
    struct texts lists[LISTS] = {0};
    struct os_try *rehearsal = NULL;
    PyObject *capsule = NULL;
    bool read = true;
    for (int i = 0; read && i < LISTS; i++)
        read = take_texts(OBJECT(i), &lists[i]) == 0;
    if (read) {
        const struct os_try_options options = {.size = sizeof options,
                                               .with = (const char *const *)lists[WITH].list,
                                               .in = (const char *const *)lists[IN].list,
                                               .ignore = (const char *const *)lists[IGNORE].list,
                                               .env = lists[ENV].list,
                                               .network = INT(5),
                                               .again = (uint64_t)LONG(6),
                                               .timeout = v[7].real};
        UNLOCKED(rehearsal = os_try_run(lists[ARGV].list, &options));
        if (PyErr_Occurred())
            rehearsal = os_try_close(rehearsal);
        else
            capsule = rehearsal ? PyCapsule_New(rehearsal, capsule_name, end_capsule)
                                : door_record_error(NULL);
        if (rehearsal && !capsule)
            os_try_close(rehearsal);
    }
    release_texts(lists, LISTS);
    return capsule;
}

EXTRA_FUNCTION(_try_result, "rehearsal: object", "How a rehearsed command ended.") {
    const struct os_try *rehearsal = try_of(OBJECT(0));
    if (!rehearsal)
        return NULL;
    return Py_BuildValue("(iNK)", os_try_returncode(rehearsal),
                         PyBool_FromLong(os_try_timed_out(rehearsal)),
                         (unsigned long long)os_try_id(rehearsal));
}

static void end_plan(PyObject *capsule) {
    Py_XDECREF((PyObject *)PyCapsule_GetContext(capsule));
}

/* The plan stays the rehearsal's, which stays as long as it. */
EXTRA_FUNCTION(_try_plan, "rehearsal: object", "What a rehearsed command would change.") {
    struct os_try *rehearsal = try_of(OBJECT(0));
    struct os_plan *plan;
    if (!rehearsal)
        return NULL;
    UNLOCKED(plan = os_try_plan(rehearsal));
    PyObject *capsule =
        plan ? PyCapsule_New(plan, PLAN_CAPSULE, end_plan) : door_record_error(NULL);
    if (capsule)
        PyCapsule_SetContext(capsule, Py_NewRef(OBJECT(0)));
    return capsule;
}

EXTRA_FUNCTION(_try_conflicts, "rehearsal: object", "What somebody else has changed meanwhile.") {
    struct os_try *rehearsal = try_of(OBJECT(0));
    const struct os_plan_conflict *list;
    if (!rehearsal)
        return NULL;
    size_t count = os_try_conflicts(rehearsal, &list);
    return plan_conflicts(list, count);
}

EXTRA_FUNCTION(_try_keep, "rehearsal: object, wait: bool",
               "Makes what a command has changed real.") {
    const struct os_plan_apply_options options = {
        .size = sizeof options, .wait = INT(1), .on_progress = plan_look_for_signals};
    struct os_try *rehearsal = try_of(OBJECT(0));
    uint64_t id = 0;
    int r = -1;
    if (!rehearsal)
        return NULL;
    UNLOCKED(r = os_try_keep(rehearsal, &options, &id));
    return plan_transaction(r, id);
}

EXTRA_FUNCTION(_try_hold, "rehearsal: object", "Has the layers of a rehearsal stay.") {
    struct os_try *rehearsal = try_of(OBJECT(0));
    int r = -1;
    if (!rehearsal)
        return NULL;
    UNLOCKED(r = os_try_hold(rehearsal));
    if (r < 0)
        return door_record_error(NULL);
    Py_RETURN_NONE;
}
