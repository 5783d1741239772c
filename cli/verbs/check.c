/* SPDX-License-Identifier: MIT */
/** osier check: whether a machine is as a state has it, for people and for what watches machines. */
#include "contract.h"
#include "frame/arguments.h"
#include "frame/message.h"
#include "frame/output.h"
#include "verbs/plan_state.h"
#include "verbs/run_options.h"

#include <errno.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* All verdicts of one look, kept until it is known whether there is another one. */
struct verdicts {
    struct os_state_verdict *list; /* each text is a block of its own */
    size_t count, warnings, unknown;
    bool failed; /* memory ran out */
};

static char *copy(struct verdicts *v, const char *text) {
    char *block = text ? text_made_safe(text) : NULL;
    v->failed = v->failed || (text && !block);
    return block;
}

static void keep(const struct os_state_verdict *verdict, void *data) {
    struct verdicts *v = data;
    struct os_state_verdict *more = realloc(v->list, (v->count + 1) * sizeof *more);
    if (!more) {
        v->failed = true;
        return;
    }
    v->list = more;
    v->list[v->count++] = (struct os_state_verdict){.kind = verdict->kind,
                                                    .name = copy(v, verdict->name),
                                                    .origin = copy(v, verdict->origin),
                                                    .right = verdict->right,
                                                    .unknown = verdict->unknown,
                                                    .warns = verdict->warns,
                                                    .what = copy(v, verdict->what),
                                                    .perfdata = copy(v, verdict->perfdata)};
    v->warnings += verdict->warns;
    v->unknown += verdict->unknown;
}

static void forget(struct verdicts *v) {
    for (size_t i = 0; i < v->count; i++) {
        free((char *)(intptr_t)v->list[i].name);
        free((char *)(intptr_t)v->list[i].origin);
        free((char *)(intptr_t)v->list[i].what);
        free((char *)(intptr_t)v->list[i].perfdata);
    }
    free(v->list);
    *v = (struct verdicts){0};
}

/* ------------------------------------------------------------------------------ forms */

static void print_people(const struct verdicts *v, int wrong) {
    for (size_t i = 0; i < v->count; i++)
        if (v->list[i].what)
            printf("%s: %s %s: %s  (%s)\n",
                   v->list[i].warns     ? "warning"
                   : v->list[i].unknown ? "unknown"
                                        : "not so",
                   v->list[i].kind, v->list[i].name, v->list[i].what, v->list[i].origin);
    if (wrong)
        printf("%d of %zu are not so\n", wrong, v->count);
    else
        printf("all %zu are so\n", v->count);
}

static void print_tap(const struct verdicts *v, int wrong) {
    (void)wrong;
    printf("TAP version 13\n1..%zu\n", v->count);
    for (size_t i = 0; i < v->count; i++) {
        printf("%sok %zu - %s %s\n", v->list[i].right ? "" : "not ", i + 1, v->list[i].kind,
               v->list[i].name);
        if (v->list[i].what)
            printf("# %s%s (%s)\n", v->list[i].warns ? "warning: " : "", v->list[i].what,
                   v->list[i].origin);
    }
}

/* A bar would begin the numbers. */
static void print_name(const char *name) {
    for (; *name; name++)
        putchar(*name == '|' ? '_' : *name);
}

/* What was measured, as 'KIND NAME'=…: a label has no = in it, and quotation marks twice. */
static void print_perfdata(const struct os_state_verdict *verdict) {
    if (!verdict->perfdata)
        return;
    printf(" '%s ", verdict->kind);
    for (const char *c = verdict->name; *c; c++)
        printf(*c == '\'' ? "''" : "%c", *c == '=' || *c == '|' ? '_' : *c);
    printf("'=%s", verdict->perfdata);
}

/* One line, with numbers behind a bar for what draws graphs. */
static void print_nagios(const struct verdicts *v, int wrong) {
    if (!wrong)
        printf("STATE %s: all %zu are so", v->warnings ? "WARNING" : "OK", v->count);
    else
        printf("STATE %s: %d of %zu are not so",
               (size_t)wrong == v->unknown ? "UNKNOWN" : "CRITICAL", wrong, v->count);
    if (!wrong && v->warnings)
        printf(", %zu with a warning", v->warnings);
    for (size_t i = 0, told = 0; i < v->count && told < 3; i++)
        if (wrong ? !v->list[i].right : v->list[i].warns) {
            printf("%s %s ", told++ ? "," : ":", v->list[i].kind);
            print_name(v->list[i].name);
        }
    printf(" | wrong=%d;;0;0;%zu", wrong, v->count);
    for (size_t i = 0; i < v->count; i++)
        print_perfdata(&v->list[i]);
    putchar('\n');
}

static void print_xml(const char *text) {
    static const char special[] = "<>&\"";
    static const char *const names[] = {"&lt;", "&gt;", "&amp;", "&quot;"};
    for (; *text; text++) {
        const char *found = strchr(special, *text);
        if (found)
            fputs(names[found - special], stdout);
        else
            putchar(*text);
    }
}

static void print_junit(const struct verdicts *v, int wrong) {
    printf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
           "<testsuite name=\"osier check\" tests=\"%zu\" failures=\"%d\">\n",
           v->count, wrong);
    for (size_t i = 0; i < v->count; i++) {
        printf("  <testcase classname=\"%s\" name=\"", v->list[i].kind);
        print_xml(v->list[i].name);
        if (v->list[i].right) {
            printf("\"/>\n");
            continue;
        }
        printf("\"><failure message=\"");
        print_xml(v->list[i].what);
        printf("\">");
        print_xml(v->list[i].origin);
        printf("</failure></testcase>\n");
    }
    printf("</testsuite>\n");
}

static void print_json(const struct verdicts *v) {
    emit_begin_list();
    for (size_t i = 0; i < v->count; i++) {
        emit_begin_record();
        emit_key("kind");
        emit_text(v->list[i].kind);
        emit_key("name");
        emit_text(v->list[i].name);
        emit_key("right");
        emit_bool(v->list[i].right);
        emit_key("unknown");
        emit_bool(v->list[i].unknown);
        emit_key("warns");
        emit_bool(v->list[i].warns);
        emit_key("what");
        emit_text(v->list[i].what);
        emit_key("perfdata");
        emit_text(v->list[i].perfdata);
        emit_key("origin");
        emit_text(v->list[i].origin);
        emit_end_record();
    }
    emit_end_list();
}

static const struct form {
    const char *name;
    void (*print)(const struct verdicts *v, int wrong);
    int wrong, warns, unknown; /* exit statuses */
} forms[] = {
    {"people", print_people, STATUS_NO, STATUS_YES, STATUS_NO},
    {"tap", print_tap, STATUS_NO, STATUS_YES, STATUS_NO},
    {"junit", print_junit, STATUS_NO, STATUS_YES, STATUS_NO},
    {"nagios", print_nagios, 2, 1, 3}, /* as its plug-ins have them */
};

static const struct form *find_form(const char *name) {
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (!name || strcmp(forms[i].name, name) == 0)
            return &forms[i];
    return NULL;
}

/* ------------------------------------------------------------------------------ looking */

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Looks until all is so, or the time is over: how many aren't, or −1 after a message. */
static int look(struct os_state *state, double wait, struct verdicts *v) {
    const struct timespec pause = {0, 250 * 1000 * 1000};
    double end = now() + wait;
    for (;;) {
        forget(v);
        int wrong = os_state_check(state, keep, v);
        if (wrong < 0 || v->failed) {
            if (v->failed)
                errno = ENOMEM;
            failed();
            return -1;
        }
        if (!wrong || now() >= end)
            return wrong;
        nanosleep(&pause, NULL);
    }
}

/**
 * Checks whether the machine is as a state describes it.
 *
 * Nothing is changed; `osier apply` makes the changes. A command of the state passes if it need not run. Only this
 * verb looks at the state's assertions ([port], [http], [space] …). The exit status is 0 if everything passes, else 1.
 * With --format=nagios it is 0, 1 for a warning, 2, or 3 if the state can't be read, or if nothing fails but a
 * program that is needed for a check is missing.
 *
 *     osier check site.toml --format=nagios
 *
 * @param state  the state, as for `osier plan`
 * @param format  one of people, tap, junit, nagios; --json is a list of records
 * @param wait  repeat until everything passes, for at most this time: 30s, 5m
 * @param var  NAME=VALUE, a variable of the state; may be repeated
 * @group change
 * @since 0.1
 * @shell check STATE [--format=NAME] [--wait=TIME] [--var=NAME=VALUE...] -> custom
 */
int verb_check(struct call *call) {
    const struct form *form = find_form(arg_text(call, "format"));
    struct verdicts verdicts = {0};
    double wait = 0;
    if (!form)
        return misuse_word(call->function, "unknown format", arg_text(call, "format"),
                           "; known are people, tap, junit, nagios");
    if (read_time(call, "wait", &wait) != 0)
        return STATUS_USAGE;
    struct os_state *state = load_state(call, arg_text(call, "STATE"));
    int wrong = state ? look(state, wait, &verdicts) : -1;
    if (wrong >= 0 && output_style.json)
        print_json(&verdicts);
    else if (wrong >= 0)
        form->print(&verdicts, wrong);
    else if (form->unknown == 3)
        printf("STATE UNKNOWN: the state can't be checked\n");
    bool warns = verdicts.warnings > 0;
    bool unknown = wrong > 0 && (size_t)wrong == verdicts.unknown; /* what is wrong is worse */
    forget(&verdicts);
    os_state_close(state);
    return call->misused ? STATUS_USAGE
           : wrong < 0   ? form->unknown
           : unknown     ? form->unknown
           : wrong       ? form->wrong
           : warns       ? form->warns
                         : STATUS_YES;
}
