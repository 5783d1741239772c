/* SPDX-License-Identifier: MIT */
/** States: what the class in _state.py is made of. A state is a capsule, which is always the first
 *  argument; what the library tells meanwhile is kept, and fetched afterwards. */
#include "plan.h"

#include <string.h>

static const char capsule_name[] = "osier.state";

/** Something that was told, its texts copied into `text` one behind another. */
struct told {
    int kind;
    long long number, other;
    bool yes, warns;
    int count;
    char *text[5];
};

struct door_state {
    struct os_state *state;
    struct told *list; /* what was told in the last call */
    size_t count, room;
    bool failed; /* there was no memory for it */
};

/* How many texts each kind has: they are told apart by that. */
enum { EVENT = 2, PROBLEM = 3, VERDICT = 5 };

/* ------------------------------------------------------------------------------- telling */

static void forget(struct door_state *s) {
    for (size_t i = 0; i < s->count; i++)
        for (int k = 0; k < s->list[i].count; k++)
            free(s->list[i].text[k]);
    s->count = 0;
    s->failed = false;
}

/* Without the interpreter's lock: nothing of Python is touched. */
static void keep(struct door_state *s, struct told told, const char *const *texts) {
    if (s->count == s->room) {
        size_t room = s->room ? 2 * s->room : 16;
        struct told *list = realloc(s->list, room * sizeof *list);
        if (!list) {
            s->failed = true;
            return;
        }
        s->list = list;
        s->room = room;
    }
    for (int i = 0; i < told.count; i++) {
        told.text[i] = texts[i] ? strdup(texts[i]) : NULL;
        s->failed = s->failed || (texts[i] && !told.text[i]);
    }
    s->list[s->count++] = told;
}

static void keep_problem(const struct os_state_problem *problem, void *data) {
    const char *texts[] = {problem->path, problem->source, problem->message};
    keep(data,
         (struct told){.number = (long long)problem->line,
                       .other = (long long)problem->column,
                       .count = PROBLEM},
         texts);
}

static void keep_verdict(const struct os_state_verdict *verdict, void *data) {
    const char *texts[] = {verdict->kind, verdict->name, verdict->origin, verdict->what,
                           verdict->perfdata};
    keep(data, (struct told){.yes = verdict->right, .warns = verdict->warns, .count = VERDICT},
         texts);
}

static void keep_event(const struct os_state_event *event, void *data) {
    const char *texts[] = {event->name, event->text};
    keep(data,
         (struct told){.kind = (int)event->kind,
                       .number = (long long)event->id,
                       .other = event->error,
                       .count = EVENT},
         texts);
}

/* What was told with so many texts, each made into an object; an exception where there was no memory. */
static PyObject *fetch(struct door_state *s, int texts,
                       PyObject *(*make)(const struct told *told)) {
    if (s->failed)
        return PyErr_NoMemory();
    PyObject *result = PyList_New(0);
    for (size_t i = 0; result && i < s->count; i++) {
        PyObject *one = s->list[i].count == texts ? make(&s->list[i]) : NULL;
        if (one ? PyList_Append(result, one) < 0 : s->list[i].count == texts)
            Py_CLEAR(result);
        Py_XDECREF(one);
    }
    return result;
}

static PyObject *text_of(const char *text) {
    return text ? door_name(text, (Py_ssize_t)strlen(text), false) : Py_NewRef(Py_None);
}

static PyObject *make_problem(const struct told *t) {
    return Py_BuildValue("(NLLNN)", text_of(t->text[0]), t->number, t->other, text_of(t->text[1]),
                         text_of(t->text[2]));
}

static PyObject *make_verdict(const struct told *t) {
    return Py_BuildValue("(NNNNNNN)", text_of(t->text[0]), text_of(t->text[1]), text_of(t->text[2]),
                         PyBool_FromLong(t->yes), PyBool_FromLong(t->warns), text_of(t->text[3]),
                         text_of(t->text[4]));
}

static PyObject *make_event(const struct told *t) {
    static const char *const kinds[] = {"done", "runs", "failed", "undone"};
    return Py_BuildValue("(sLNNL)", kinds[t->kind], t->number, text_of(t->text[0]),
                         text_of(t->text[1]), t->other);
}

/* ------------------------------------------------------------------------------- states */

static struct door_state *state_of(PyObject *capsule) {
    struct door_state *s = PyCapsule_GetPointer(capsule, capsule_name);
    if (s)
        forget(s);
    return s;
}

static void end_state(struct door_state *s) {
    forget(s);
    os_state_close(s->state);
    free(s->list);
    free(s);
}

static void end_capsule(PyObject *capsule) {
    end_state(PyCapsule_GetPointer(capsule, capsule_name));
}

static int open_state(struct door_state *s, const char *path, struct os_state_options *options,
                      PyObject *vars) {
    PyObject *owner = NULL;
    char **list = NULL;
    if (vars != Py_None && door_texts(vars, &owner, &list) < 0)
        return -1;
    options->vars = (const char *const *)list;
    UNLOCKED(s->state = os_state(path, options));
    int number = errno;
    Py_XDECREF(owner);
    PyMem_Free(list);
    errno = number;
    return PyErr_Occurred() ? -1 : 0;
}

/* With mistakes in it there is a capsule, but no state: its problems tell them. */
EXTRA_FUNCTION(_state_open, "path: path, text: path|none, title: path|none, vars: object",
               "A state that was read.") {
    struct door_state *s = calloc(1, sizeof *s);
    if (!s)
        return PyErr_NoMemory();
    struct os_state_options options = {.size = sizeof options,
                                       .text = TEXT(1),
                                       .title = TEXT(2),
                                       .on_problem = keep_problem,
                                       .data = s};
    if (open_state(s, TEXT(0), &options, OBJECT(3)) < 0) {
        end_state(s);
        return NULL;
    }
    PyObject *capsule = s->state || (errno == EBADMSG && s->count)
                            ? PyCapsule_New(s, capsule_name, end_capsule)
                            : door_record_error(ARG(0));
    if (!capsule)
        end_state(s);
    return capsule;
}

EXTRA_FUNCTION(_state_problems, "state: object", "What the last call has found wrong.") {
    struct door_state *s = PyCapsule_GetPointer(OBJECT(0), capsule_name);
    return s ? fetch(s, PROBLEM, make_problem) : NULL;
}

EXTRA_FUNCTION(_state_vars, "state: object", "Variables and facts.") {
    struct door_state *s = state_of(OBJECT(0));
    const struct os_state_var *list;
    size_t count;
    if (!s)
        return NULL;
    if (os_state_vars(s->state, &list, &count) < 0)
        return door_record_error(NULL);
    PyObject *result = PyList_New((Py_ssize_t)count);
    for (size_t i = 0; result && i < count; i++) {
        PyObject *one = Py_BuildValue("(NNN)", text_of(list[i].name), text_of(list[i].value),
                                      text_of(list[i].origin));
        if (one)
            PyList_SET_ITEM(result, (Py_ssize_t)i, one);
        else
            Py_CLEAR(result);
    }
    return result;
}

EXTRA_FUNCTION(_state_fits, "state: object", "Whether it is for this machine.") {
    struct door_state *s = state_of(OBJECT(0));
    return s ? PyBool_FromLong(os_state_fits(s->state)) : NULL;
}

/* None where something is in the way: its problems tell what. */
EXTRA_FUNCTION(_state_plan, "state: object", "What isn't as a state has it.") {
    struct door_state *s = state_of(OBJECT(0));
    struct os_plan *plan = NULL;
    if (!s)
        return NULL;
    UNLOCKED(plan = os_state_plan(s->state));
    if (PyErr_Occurred()) {
        os_plan_close(plan);
        return NULL;
    }
    if (!plan && errno == EBADMSG && s->count)
        Py_RETURN_NONE;
    return plan_capsule(plan);
}

EXTRA_FUNCTION(_state_commands, "state: object", "What its plan runs.") {
    struct door_state *s = state_of(OBJECT(0));
    const struct os_state_command *list;
    if (!s)
        return NULL;
    size_t count = os_state_commands(s->state, &list);
    PyObject *result = PyList_New((Py_ssize_t)count);
    for (size_t i = 0; result && i < count; i++) {
        PyObject *one = Py_BuildValue("(NNNN)", text_of(list[i].name), text_of(list[i].text),
                                      text_of(list[i].origin), PyBool_FromLong(list[i].perhaps));
        if (one)
            PyList_SET_ITEM(result, (Py_ssize_t)i, one);
        else
            Py_CLEAR(result);
    }
    return result;
}

/* Whether all was applied, and the events; problems and other errors are exceptions of _state.py. */
EXTRA_FUNCTION(_state_apply, "state: object, plan: object, wait: bool", "Makes it so.") {
    struct door_state *s = state_of(OBJECT(0));
    struct os_plan *plan = s ? PyCapsule_GetPointer(OBJECT(1), PLAN_CAPSULE) : NULL;
    if (!plan)
        return NULL;
    const struct os_state_apply_options options = {.size = sizeof options,
                                                   .wait = INT(2),
                                                   .on_progress = plan_look_for_signals,
                                                   .on_event = keep_event,
                                                   .data = s};
    int r;
    UNLOCKED(r = os_state_apply(s->state, plan, &options));
    int number = errno;
    if (PyErr_Occurred())
        return NULL;
    bool told = number == ECANCELED || number == EBADMSG;
    if (r < 0 && !told)
        return door_record_error(NULL);
    PyObject *events = fetch(s, EVENT, make_event);
    return events ? Py_BuildValue("(iN)", r < 0 ? number : 0, events) : NULL;
}

EXTRA_FUNCTION(_state_check, "state: object", "Whether it is so.") {
    struct door_state *s = state_of(OBJECT(0));
    int r = -1;
    if (!s)
        return NULL;
    UNLOCKED(r = os_state_check(s->state, keep_verdict, s));
    if (PyErr_Occurred())
        return NULL;
    return r < 0 ? door_record_error(NULL) : fetch(s, VERDICT, make_verdict);
}
