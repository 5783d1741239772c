/* SPDX-License-Identifier: MIT */
/** Programs that a plan runs: written down, looked at, run, and taken back. */
#include "plan/txn.h"

#include "base/array.h"
#include "base/procfile.h"
#include "base/seam.h"
#include "io/readwrite.h"
#include "plan/sync.h"
#include <fcntl.h>
#include <osier/error.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>

enum { LONGEST_WAIT = 60 }; /* seconds */

#define BEGUN "begun" /* a file of a transaction: the numbers of the programs that were begun */

/* ------------------------------------------------------------------------------ memory */

static const char *copy_text(struct arena *arena, const char *text) {
    return arena_text(arena, text, strlen(text));
}

static int copy_list(struct arena *arena, char *const *list, char *const **ret) {
    size_t count = 0;
    while (list && list[count])
        count++;
    char **copy = count ? arena_alloc(arena, (count + 1) * sizeof *copy) : NULL;
    for (size_t i = 0; copy && i < count; i++)
        if (!(copy[i] = arena_text(arena, list[i], strlen(list[i]))))
            return -ENOMEM;
    *ret = copy;
    return count && !copy ? -ENOMEM : 0;
}

static int copy_values(struct arena *arena, const struct os_plan_act *act,
                       struct os_plan_act *ret) {
    struct os_plan_value *values = arena_alloc(arena, act->value_count * sizeof *values + 1);
    if (!values)
        return -ENOMEM;
    for (size_t i = 0; i < act->value_count; i++) {
        const struct os_plan_value *v = &act->values[i];
        values[i] = (struct os_plan_value){copy_text(arena, v->kind), copy_text(arena, v->name),
                                           copy_text(arena, v->what), copy_text(arena, v->was),
                                           copy_text(arena, v->is)};
        if (!values[i].kind || !values[i].name || !values[i].what || !values[i].was ||
            !values[i].is)
            return -ENOMEM;
    }
    ret->values = values;
    return 0;
}

int acts_add(struct acts *acts, struct arena *arena, const struct os_plan_act *act) {
    struct os_plan_act copy = *act;
    int r = copy_list(arena, act->argv, &copy.argv);
    if (r >= 0)
        r = copy_list(arena, act->undo, &copy.undo);
    if (r >= 0)
        r = copy_values(arena, act, &copy);
    if (r >= 0 && act->origin && !(copy.origin = copy_text(arena, act->origin)))
        r = -ENOMEM;
    if (r >= 0)
        r = ARRAY_ROOM(acts->list, acts->room, acts->count + 1, 8);
    if (r >= 0)
        acts->list[acts->count++] = copy;
    return r;
}

/* ------------------------------------------------------------------------------ writing */

static const char *const when_words[] = {"before", "setup", "main", "last"};

/* An object's first member begins with a comma, which makes room for the brace. */
static void append_members(struct str *s, const char *const *keys, const char *const *texts,
                           size_t count) {
    size_t start = s->size;
    for (size_t i = 0; i < count; i++)
        json_append_name(s, keys[i], texts[i]);
    if (!s->failed && s->size > start)
        s->data[start] = '{';
    str_append_char(s, '}');
}

static void append_argv(struct str *s, const char *key, char *const *argv) {
    static const char *const word = "arg";
    if (!argv)
        return;
    str_printf(s, ",\"%s\":[", key);
    for (char *const *arg = argv; *arg; arg++) {
        const char *text = *arg;
        str_append_text(s, arg > argv ? "," : "");
        append_members(s, &word, &text, 1);
    }
    str_append_char(s, ']');
}

static const char *const value_keys[] = {"kind", "name", "what", "was", "is"};

void act_append(struct str *s, const struct os_plan_act *act, size_t number) {
    str_printf(s, "{\"act\":%zu", number);
    append_argv(s, "run", act->argv);
    append_argv(s, "undo", act->undo);
    str_printf(s, ",\"when\":\"%s\",\"undo_when\":\"%s\"", when_words[act->when],
               when_words[act->undo_when]);
    if (act->optional)
        str_append_text(s, ",\"optional\":true");
    str_append_text(s, ",\"values\":[");
    for (size_t i = 0; i < act->value_count; i++) {
        const struct os_plan_value *v = &act->values[i];
        const char *const texts[] = {v->kind, v->name, v->what, v->was, v->is};
        str_append_text(s, i ? "," : "");
        append_members(s, value_keys, texts, 5);
    }
    str_append_char(s, ']');
    if (act->origin)
        json_append_name(s, "from", act->origin);
    str_append_text(s, "}\n");
}

/* ------------------------------------------------------------------------------ reading */

static bool is_key(const char *key, const char *name) {
    size_t size = strlen(name);
    return strncmp(key, name, size) == 0 && (!key[size] || strcmp(key + size, "_b64") == 0);
}

/* A text of an object, in either form: the arena's. */
static int read_text(const struct json *json, const struct json_value *object, const char *key,
                     struct arena *arena, const char **ret) {
    AUTO_FREE char *text = NULL;
    int r = json_name(json, object, key, &text);
    if (r < 0)
        return r == -ENOENT ? -EBADMSG : r;
    *ret = copy_text(arena, text);
    return *ret ? 0 : -ENOMEM;
}

/* Whether an object has exactly so many members. */
static bool has_count(const struct json_value *v, size_t count) {
    return v->type == JSON_OBJECT && v->count == count;
}

static int read_argv(const struct json *json, const struct json_value *list, struct arena *arena,
                     char *const **ret) {
    char **argv;
    size_t n = 0;
    if (list->type != JSON_LIST || !list->count)
        return -EBADMSG;
    if (!(argv = arena_alloc(arena, (list->count + 1) * sizeof *argv)))
        return -ENOMEM;
    for (size_t i = (size_t)(list - json->values) + 1; i < list->after; i = json->values[i].after) {
        int r = has_count(&json->values[i], 1)
                    ? read_text(json, &json->values[i], "arg", arena, (const char **)&argv[n++])
                    : -EBADMSG;
        if (r < 0)
            return r;
    }
    *ret = argv;
    return **argv ? 0 : -EBADMSG;
}

static int read_values(const struct json *json, const struct json_value *list, struct arena *arena,
                       struct os_plan_act *act) {
    struct os_plan_value *values;
    if (list->type != JSON_LIST)
        return -EBADMSG;
    if (!(values = arena_alloc(arena, list->count * sizeof *values + 1)))
        return -ENOMEM;
    act->values = values;
    for (size_t i = (size_t)(list - json->values) + 1; i < list->after; i = json->values[i].after) {
        struct os_plan_value *v = &values[act->value_count++];
        const char **texts[] = {&v->kind, &v->name, &v->what, &v->was, &v->is};
        if (!has_count(&json->values[i], 5))
            return -EBADMSG;
        for (size_t k = 0; k < 5; k++) {
            int r = read_text(json, &json->values[i], value_keys[k], arena, texts[k]);
            if (r < 0)
                return r;
        }
    }
    return 0;
}

static int read_when(const struct json_value *v, enum os_plan_when *ret) {
    for (unsigned i = 0; v->type == JSON_TEXT && i < sizeof when_words / sizeof *when_words; i++)
        if (strcmp(v->text, when_words[i]) == 0) {
            *ret = (enum os_plan_when)i;
            return 0;
        }
    return -EBADMSG;
}

static int read_member(const struct json *json, const struct json_value *v, struct arena *arena,
                       size_t number, struct os_plan_act *act) {
    uint64_t n;
    if (strcmp(v->key, "act") == 0)
        return json_unsigned(json, json->values, "act", SIZE_MAX, &n) < 0 || n != number ? -EBADMSG
                                                                                         : 0;
    if (strcmp(v->key, "run") == 0)
        return read_argv(json, v, arena, &act->argv);
    if (strcmp(v->key, "undo") == 0)
        return read_argv(json, v, arena, &act->undo);
    if (strcmp(v->key, "values") == 0)
        return read_values(json, v, arena, act);
    if (strcmp(v->key, "when") == 0)
        return read_when(v, &act->when);
    if (strcmp(v->key, "undo_when") == 0)
        return read_when(v, &act->undo_when);
    if (strcmp(v->key, "optional") == 0) {
        act->optional = v->type == JSON_BOOL && *v->text == 't';
        return act->optional ? 0 : -EBADMSG;
    }
    if (is_key(v->key, "from"))
        return read_text(json, json->values, "from", arena, &act->origin);
    return -EPROTONOSUPPORT;
}

int act_parse(const struct json *json, struct arena *arena, size_t number,
              struct os_plan_act *ret) {
    const struct json_value *top = json->values;
    struct os_plan_act act = {0};
    if (top->type != JSON_OBJECT || !json_member(json, top, "act") ||
        !json_member(json, top, "when") || !json_member(json, top, "undo_when") ||
        !json_member(json, top, "values"))
        return -EBADMSG;
    for (size_t i = 1; i < top->after; i = json->values[i].after) {
        int r = read_member(json, &json->values[i], arena, number, &act);
        if (r < 0)
            return r;
    }
    *ret = act;
    return 0;
}

/* ------------------------------------------------------------------------------ looking */

bool value_changes(const struct os_plan_value *value) {
    return strcmp(value->was, value->is) != 0;
}

void act_name(struct str *s, const struct os_plan_value *value) {
    str_printf(s, "%s %s%s%s", value->kind, value->name, *value->what ? ": " : "", value->what);
}

int act_look(const struct os_plan_act *act, bool after, struct act_look *ret) {
    *ret = (struct act_look){.was = true, .is = true, .known = true};
    for (size_t i = 0; i < act->value_count; i++) {
        const struct os_plan_value *v = &act->values[i];
        AUTO_STR now = STR_INIT;
        str_append(&now, "", 0);
        int r = driver_look(v, &now);
        if (r >= 0 && now.failed)
            r = -ENOMEM;
        if (r < 0) {
            str_free(&ret->found);
            return r;
        }
        bool was = strcmp(now.data, v->was) == 0, is = strcmp(now.data, v->is) == 0;
        ret->was = ret->was && was;
        ret->is = ret->is && is;
        /* What is to stay, and was disturbed by what was run, is nobody else's. */
        ret->known = ret->known && (was || is || !value_changes(v));
        if (!(after ? is : was) && !ret->odd) {
            ret->odd = v;
            ret->found = now;
            now = STR_INIT;
        }
    }
    return 0;
}

/* ------------------------------------------------------------------------------ running */

static char *const *argv_of(const struct os_plan_act *act, bool forward) {
    return forward ? act->argv : act->undo;
}

static void tell(const struct act_listener *listener, const struct os_plan_act *act, bool forward,
                 bool failed, const char *said) {
    const struct os_plan_act_event event = {act, argv_of(act, forward), failed, said};
    if (listener && listener->tell)
        listener->tell(&event, listener->data);
}

/* From here on it may have been done. The descriptor has a lock, which goes to the program: it may outlive
 * this process, and who recovers waits for its end. */
static int note_begun(struct txn *txn, size_t i) {
    AUTO_STR line = STR_INIT;
    AUTO_CLOSE int fd = SYS(openat, txn->parts[0].at, BEGUN,
                            O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
    str_printf(&line, "%zu\n", i);
    int r = fd < 0 ? fd : line.failed ? -ENOMEM : write_all(fd, line.data, line.size);
    if (r >= 0)
        r = SYNC(SYNC_INTENT, SYS(fsync, fd));
    if (r >= 0)
        r = SYS(flock, fd, LOCK_EX | LOCK_NB);
    if (r >= 0)
        txn->begun[i] = true;
    return r < 0 ? r : TAKE_FD(fd);
}

/* Waits for a program that still runs, though not for a daemon that has got the descriptor from it. */
static int wait_for_program(int fd) {
    const struct timespec pause = {0, 20 * 1000 * 1000};
    int r = SYS(flock, fd, LOCK_EX | LOCK_NB);
    for (int i = 0; r == -EWOULDBLOCK && i < LONGEST_WAIT * 50; i++) {
        nanosleep(&pause, NULL);
        r = SYS(flock, fd, LOCK_EX | LOCK_NB);
    }
    return r == -EWOULDBLOCK ? 0 : r;
}

int acts_read_begun(struct txn *txn) {
    AUTO_STR s = STR_INIT;
    AUTO_CLOSE int fd = SYS(openat, txn->parts[0].at, BEGUN, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return fd == -ENOENT ? 0 : fd;
    int r = wait_for_program(fd);
    if (r >= 0)
        r = procfile_load_fd(fd, &s);
    if (r < 0 || s.failed)
        return r < 0 ? r : -ENOMEM;
    char *at = s.data;
    while (at && *at) {
        char *end;
        unsigned long i = strtoul(at, &end, 10);
        if (end == at || *end != '\n') /* a line that was being written: it hadn't begun */
            break;
        if (i < txn->acts.count)
            txn->begun[i] = true;
        at = end + 1;
    }
    return 0;
}

/* How it went: 0, −ECANCELED with the reason in `why`, or −errno. */
static int run_one(const struct os_plan_act *act, bool forward, int hold, struct str *why) {
    AUTO_FREE char *said = NULL;
    struct act_look look;
    int status = driver_run(argv_of(act, forward), hold, &said);
    if (status == -ENOMEM)
        return status;
    if (status != 0) {
        if (status < 0)
            str_append_text(why, os_strerror(-status));
        else if (said && *said)
            str_append_text(why, said);
        else
            str_printf(why, "exit status %d", status);
        return why->failed ? -ENOMEM : -ECANCELED;
    }
    int r = act_look(act, forward, &look);
    if (r < 0)
        return r;
    if (look.odd) {
        act_name(why, look.odd);
        str_printf(why, " is %s, not %s", *look.found.data ? look.found.data : "nothing",
                   forward ? look.odd->is : look.odd->was);
        r = why->failed ? -ENOMEM : -ECANCELED;
    }
    str_free(&look.found);
    return r;
}

/* Runs one, unless it is so already. */
static int turn(struct txn *txn, size_t i, bool forward, const struct act_listener *listener) {
    const struct os_plan_act *act = &txn->acts.list[i];
    AUTO_STR why = STR_INIT;
    struct act_look look;
    int r = act_look(act, forward, &look);
    if (r < 0)
        return r;
    str_free(&look.found);
    if (!argv_of(act, forward) || (act->value_count && !look.odd))
        return 0;
    AUTO_CLOSE int hold = note_begun(txn, i);
    if (hold < 0)
        return hold;
    tell(listener, act, forward, false, NULL);
    r = run_one(act, forward, hold, &why);
    if (r != -ECANCELED)
        return r;
    tell(listener, act, forward, true, why.data);
    return act->optional && forward == txn->forward ? 0 : r;
}

/* Those whose turn it is, one after another: the next one's index behind `at`, or the count. */
static size_t next_of(const struct txn *txn, bool forward, enum os_plan_when when, size_t at) {
    size_t count = txn->acts.count;
    for (; at < count; at++) {
        const struct os_plan_act *act = &txn->acts.list[forward ? at : count - 1 - at];
        if ((forward ? act->when : act->undo_when) == when)
            return at;
    }
    return count;
}

int acts_run(struct txn *txn, enum os_plan_when when, const struct act_listener *listener) {
    size_t count = txn->acts.count;
    int r = 0;
    for (size_t at = 0; r >= 0 && (at = next_of(txn, txn->forward, when, at)) < count; at++)
        r = turn(txn, txn->forward ? at : count - 1 - at, txn->forward, listener);
    return r;
}

/* Whether one that had begun is taken back: 1, 0; −ESTALE where somebody else was there; −errno. */
static int has_to_go(const struct os_plan_act *act, bool forward, bool ours) {
    struct act_look look;
    int r = act_look(act, forward, &look);
    if (r < 0)
        return r;
    bool done = act->value_count && !look.odd;
    str_free(&look.found);
    return done ? 0 : look.known || ours ? 1 : -ESTALE;
}

size_t acts_restore(struct txn *txn, enum os_plan_when first, enum os_plan_when last, bool ours,
                    const struct act_listener *listener) {
    bool forward = !txn->forward;
    size_t count = txn->acts.count, left = 0;
    for (enum os_plan_when when = first; when <= last; when++)
        for (size_t at = 0; (at = next_of(txn, forward, when, at)) < count; at++) {
            size_t i = forward ? at : count - 1 - at;
            const struct os_plan_act *act = &txn->acts.list[i];
            bool by_itself = act->value_count && !argv_of(act, !forward);
            if (!txn->begun[i] && !by_itself)
                continue;
            int r = has_to_go(act, forward, ours);
            if (r > 0)
                r = turn(txn, i, forward, listener);
            else if (r < 0)
                tell(listener, act, forward, true,
                     r == -ESTALE ? "somebody else has changed it since" : os_strerror(-r));
            left += r < 0;
        }
    return left;
}
