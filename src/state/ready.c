/* SPDX-License-Identifier: MIT */
/** Whether a service answers: a port, a web server, or a command, asked until it does or time is up. */
#include "state/ready.h"

#include "plan/plan.h"
#include "state/assertion.h"
#include "state/view.h"

#include <osier/error.h>
#include <osier/run.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const char READY[] = "@ready";

enum { DEFAULT_WITHIN = 30, LONGEST = 3600 };

static const char HTTP[] = "http://", TCP[] = "tcp:";

static bool begins(const char *text, const char *with) {
    return strncmp(text, with, strlen(with)) == 0;
}

/* ------------------------------------------------------------------------------ asking */

/* An assertion of a state of its own, so that one code asks: 0, −EINVAL for what is none. */
static int make_assertion(struct os_state *state, const char *spec, double timeout,
                          struct resource *ret) {
    AUTO_STR host = STR_INIT;
    bool http = begins(spec, HTTP);
    *ret = (struct resource){.name = spec, .assertion = new_assertion(state)};
    if (!ret->assertion)
        return -ENOMEM;
    ret->assertion->timeout = timeout;
    if (http)
        return http_take(state, ret->assertion, spec);
    spec += strlen(TCP);
    /* A port alone is this machine's. */
    str_printf(&host, "%s%s", strchr(spec, ':') ? "" : "127.0.0.1:", spec);
    if (host.failed)
        return -ENOMEM;
    int r = read_host(state, host.data, host.size, &ret->assertion->host, &ret->assertion->port);
    return r < 0 ? r : ret->assertion->port ? 0 : -EINVAL;
}

static bool is_probe(const char *spec) {
    return begins(spec, HTTP) || begins(spec, TCP);
}

static int ask_command(const char *spec, double timeout, struct str *why) {
    const struct os_run_options options = {.size = sizeof options,
                                           .shell = true,
                                           .in = {OS_RUN_DEVNULL},
                                           .out = {OS_RUN_PIPE},
                                           .err = {OS_RUN_STDOUT},
                                           .capture_limit = 2000,
                                           .over_limit = OS_RUN_DROP,
                                           .timeout = timeout,
                                           .tree = OS_RUN_TREE};
    struct os_run_result result = {0};
    int r = os_run(OS_ARGV(spec), &options, &result) < 0 ? seam_failure() : 0;
    if (r < 0 && r != -ENOMEM)
        str_append_text(why, r == -ETIMEDOUT ? "the command takes too long" : strerror(-r));
    else if (r == 0 && result.returncode != 0 && result.out_size)
        str_append(why, result.out, result.out_size - (result.out[result.out_size - 1] == '\n'));
    else if (r == 0 && result.returncode != 0)
        str_printf(why, "exit status %d", result.returncode);
    os_run_result_free(&result);
    return r == -ENOMEM || why->failed ? -ENOMEM : 0;
}

/* Asks once: 0, with the reason in `why` where there is no answer yet; or −errno. */
static int ask(const char *spec, double timeout, struct str *why) {
    if (!is_probe(spec))
        return ask_command(spec, timeout, why);
    struct os_state state = {0};
    struct resource resource;
    struct judgement judgement = {0};
    int r = make_assertion(&state, spec, timeout, &resource);
    if (r >= 0)
        r = begins(spec, HTTP) ? judge_http(&resource, &judgement)
                               : judge_connect(&resource, &judgement);
    if (r >= 0 && judgement.what.size)
        str_append(why, judgement.what.data, judgement.what.size);
    str_free(&judgement.what);
    str_free(&judgement.perfdata);
    arena_free(&state.arena);
    return r < 0 ? r : why->failed ? -ENOMEM : 0;
}

int ready_run(char *const *argv, char **ret_said) {
    static const int64_t second = 1000000000;
    const struct timespec pause = {0, 50 * 1000 * 1000};
    if (!argv[1] || !argv[2])
        return -EINVAL;
    double within = strtod(argv[2], NULL);
    int64_t deadline = clock_now() + (int64_t)(within * (double)second);
    for (;;) {
        AUTO_STR why = STR_INIT;
        double left = (double)(deadline - clock_now()) / (double)second;
        int r = ask(argv[1], left > 0.1 ? left : 0.1, &why);
        if (r < 0 || !why.size)
            return r;
        if (clock_now() >= deadline) {
            AUTO_STR said = STR_INIT;
            str_printf(&said, "no answer of %s within %s s: %s", argv[1], argv[2], why.data);
            r = str_take(&said, ret_said);
            return r < 0 ? r : 1;
        }
        nanosleep(&pause, NULL);
    }
}

/* ------------------------------------------------------------------------------ tables */

static int take_within(struct os_state *state, const struct resource *resource, double within,
                       struct ready *ret) {
    AUTO_STR text = STR_INIT;
    struct place place = member_place(resource, "ready_within");
    if (!(within > 0 && within <= LONGEST))
        return problem(state, &place, "ready_within is in seconds, more than 0 and at most %d",
                       LONGEST);
    str_printf(&text, "%g", within);
    ret->within = text.failed ? NULL : arena_text(&state->arena, text.data, text.size);
    return ret->within ? 0 : -ENOMEM;
}

int ready_begin(struct os_state *state, const struct resource *resource,
                const struct data_value *said, const double *within, struct ready *ret) {
    struct resource resource_of_it;
    struct place place = member_place(resource, "ready");
    int r = command_text(state, resource, said, &ret->spec);
    if (r >= 0)
        r = take_within(state, resource, within ? *within : DEFAULT_WITHIN, ret);
    if (r < 0 || !is_probe(ret->spec))
        return r;
    r = make_assertion(state, ret->spec, 1, &resource_of_it);
    return r != -EINVAL ? r
                        : problem(state, &place,
                                  "'%s' is neither \"tcp:PORT\", \"tcp:HOST:PORT\", "
                                  "\"http://HOST/PATH\" nor a command",
                                  ret->spec);
}

int ready_plan(struct os_state *state, const struct resource *resource, const struct ready *ready) {
    const char *words[] = {READY, ready->spec, ready->within, NULL};
    const struct os_plan_act act = {.argv = (char *const *)words,
                                    .when = OS_PLAN_LAST,
                                    .undo_when = OS_PLAN_LAST,
                                    .optional = !resource->undone};
    return plan_add_act(state->plan, &act);
}

int ready_check(struct os_state *state, const struct resource *resource,
                const struct ready *ready) {
    AUTO_STR why = STR_INIT;
    double within = strtod(ready->within, NULL);
    int r = ask(ready->spec, within < 5 ? within : 5, &why);
    return r < 0 || !why.size ? r
                              : problem(state, &resource->place, "%s: %s", ready->spec, why.data);
}
