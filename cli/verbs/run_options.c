/* SPDX-License-Identifier: MIT */
/** What osier run is told: times, sizes, limits and users from their words. */
#include "verbs/run_options.h"

#include "frame/arguments.h"
#include "frame/message.h"

#include <ctype.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static int refuse(struct call *call, const char *option, const char *word, const char *wanted) {
    char problem[80];
    snprintf(problem, sizeof problem, "--%s takes %s, not", option, wanted);
    return misuse_word(call->function, problem, word, "");
}

int read_time(struct call *call, const char *option, double *ret_seconds) {
    static const struct {
        const char *name;
        double seconds;
    } units[] = {{"", 1},   {"s", 1},    {"ms", 1e-3}, {"us", 1e-6},
                 {"m", 60}, {"h", 3600}, {"d", 86400}};
    const char *word = arg_text(call, option);
    char *end;
    if (!word)
        return 0;
    double number = strtod(word, &end);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (end != word && number >= 0 && strcmp(end, units[i].name) == 0) {
            *ret_seconds = number * units[i].seconds;
            return 0;
        }
    return refuse(call, option, word, "a time as 30s, 5m or 250ms");
}

static int read_factor(struct call *call, const char *option, double *ret_factor) {
    const char *word = arg_text(call, option);
    char *end;
    if (!word)
        return 0;
    *ret_factor = strtod(word, &end);
    return end != word && !*end && *ret_factor > 0 ? 0 : refuse(call, option, word, "a factor");
}

/* "1G", "512M", "100", "unlimited": where it ends, or NULL. */
static const char *read_amount(const char *word, uint64_t *ret_amount) {
    static const char units[] = "KMGT", unlimited[] = "unlimited";
    char *end;
    if (strncmp(word, unlimited, sizeof unlimited - 1) == 0) {
        *ret_amount = UINT64_MAX;
        return word + sizeof unlimited - 1;
    }
    if (!isdigit((unsigned char)*word))
        return NULL;
    uint64_t number = strtoull(word, &end, 10);
    const char *unit = *end ? strchr(units, toupper((unsigned char)*end)) : NULL;
    int shift = unit ? 10 * (int)(unit - units + 1) : 0;
    *ret_amount = number << shift;
    return *ret_amount >> shift == number ? end + (unit != NULL) : NULL;
}

/* "as=1G", "nofile=100:200" */
static bool read_limit(const char *word, struct os_run_limit *limit) {
    static const struct {
        const char *name;
        int resource;
    } names[] = {
        {"as", RLIMIT_AS},         {"core", RLIMIT_CORE},   {"cpu", RLIMIT_CPU},
        {"data", RLIMIT_DATA},     {"fsize", RLIMIT_FSIZE}, {"memlock", RLIMIT_MEMLOCK},
        {"nofile", RLIMIT_NOFILE}, {"nproc", RLIMIT_NPROC}, {"stack", RLIMIT_STACK},
    };
    const char *equals = strchr(word, '=');
    limit->resource = -1;
    for (size_t i = 0; equals && i < sizeof names / sizeof *names; i++)
        if (strlen(names[i].name) == (size_t)(equals - word) &&
            strncmp(names[i].name, word, (size_t)(equals - word)) == 0)
            limit->resource = names[i].resource;
    const char *end = limit->resource < 0 ? NULL : read_amount(equals + 1, &limit->soft);
    limit->hard = limit->soft;
    if (end && *end == ':')
        end = read_amount(end + 1, &limit->hard);
    return end && !*end;
}

static int read_limits(struct call *call, struct run_options *o) {
    const char *const *words = arg_values(call, "limit");
    for (; words && *words; words++) {
        if (o->run.limit_count == RUN_LIMITS || !read_limit(*words, &o->limits[o->run.limit_count]))
            return refuse(call, "limit", *words, "a limit as as=1G or nofile=100:200");
        o->run.limit_count++;
    }
    o->run.limits = o->limits;
    return 0;
}

static int read_settings(struct call *call, struct run_options *o) {
    const char *const *words = arg_values(call, "env");
    o->run.env_set = (char *const *)words;
    for (; words && *words; words++)
        if (!**words || !strchr(*words + 1, '='))
            return refuse(call, "env", *words, "a setting as KEY=VALUE");
    return 0;
}

/* The user with all groups, as a login has them. */
static int read_user(struct call *call, struct run_options *o) {
    const char *word = arg_text(call, "user");
    char *end;
    if (!word)
        return 0;
    struct passwd *user = getpwnam(word);
    unsigned long number = strtoul(word, &end, 10);
    if (!user && isdigit((unsigned char)*word) && !*end)
        user = getpwuid((uid_t)number);
    if (!user)
        return refuse(call, "user", word, "a user of this machine");
    int count = RUN_GROUPS;
    o->user = user->pw_uid;
    o->group = user->pw_gid;
    if (getgrouplist(user->pw_name, user->pw_gid, o->groups, &count) < 0)
        count = RUN_GROUPS;
    o->run.user = &o->user;
    o->run.group = &o->group;
    o->run.groups = o->groups;
    o->run.group_count = (size_t)count;
    return 0;
}

int run_options_read(struct call *call, struct run_options *o) {
    const double grace = 5;
    *o = (struct run_options){
        .run.size = sizeof o->run, .run.grace = grace, .delay = 1, .backoff = 1};
    o->until = arg_text(call, "until");
    o->retries = option_number(call, "retries", o->until ? -1 : 0);
    o->log = arg_text(call, "log");
    o->jitter = is_set(call, "jitter");
    o->quiet = is_set(call, "quiet-unless-failed");
    o->run.cwd = arg_text(call, "cwd");
    o->run.env_clear = is_set(call, "clear-env");
    o->run.nice = option_number(call, "nice", 0);
    o->run.in.path = arg_text(call, "stdin");
    o->run.in.kind = o->run.in.path ? OS_RUN_FILE : OS_RUN_INHERIT;
    int status = read_time(call, "timeout", &o->run.timeout);
    if (!status)
        status = read_time(call, "grace", &o->run.grace);
    if (!status)
        status = read_time(call, "delay", &o->delay);
    if (!status)
        status = read_factor(call, "backoff", &o->backoff);
    if (!status)
        status = read_limits(call, o);
    if (!status)
        status = read_settings(call, o);
    if (!status)
        status = read_user(call, o);
    o->run.tree = is_set(call, "tree") || o->run.timeout > 0 ? OS_RUN_TREE : OS_RUN_NO_TREE;
    return status ? status : call->misused ? STATUS_USAGE : 0;
}
