/* SPDX-License-Identifier: MIT */
/** The environment of a program: a snapshot, what is removed of it and what is set in it. */
#include "process/run_env.h"

#include "base/seam.h"
#include "base/str.h"
#include "env/environ.h"

/* How long the name in "KEY=value" is; as in Python, it may begin with '='. */
static size_t name_size(const char *text) {
    const char *end = *text ? strchr(text + 1, '=') : NULL;
    return end ? (size_t)(end - text) : strlen(text);
}

static bool is_name(const char *name, const char *text, size_t size) {
    return strlen(name) == size && memcmp(name, text, size) == 0;
}

static bool has_name(char *const *names, const char *text, size_t size) {
    for (; names && *names; names++)
        if (is_name(*names, text, size))
            return true;
    return false;
}

static bool sets(char *const *settings, const char *text, size_t size) {
    for (; settings && *settings; settings++)
        if (name_size(*settings) == size && memcmp(*settings, text, size) == 0)
            return true;
    return false;
}

static int check_settings(char *const *settings) {
    for (; settings && *settings; settings++)
        if (!**settings || !strchr(*settings + 1, '='))
            return -EINVAL;
    return 0;
}

static bool stays(const struct os_run_options *o, const char *text) {
    size_t size = name_size(text);
    return !(o->env_clear && !has_name(o->env_keep, text, size)) &&
           !has_name(o->env_unset, text, size) && !sets(o->env_set, text, size);
}

static int change(const struct os_run_options *o, char *const *base, char ***ret_env) {
    AUTO_LIST list = {0};
    for (; *base; base++)
        if (stays(o, *base))
            list_add_text(&list, *base);
    for (char *const *setting = o->env_set; setting && *setting; setting++)
        if (!sets(setting + 1, *setting, name_size(*setting))) /* the last one counts */
            list_add_text(&list, *setting);
    return list_take(&list, ret_env);
}

int run_environment(const struct os_run_options *o, char *const **ret_env, char ***ret_owned) {
    AUTO_FREE char **snapshot = NULL;
    int r = check_settings(o->env_set);
    if (r >= 0 && !o->env)
        r = env_for_program(&snapshot);
    if (r < 0)
        return r;
    bool changes = o->env_clear || o->env_unset || o->env_set;
    if (changes)
        r = change(o, o->env ? o->env : snapshot, ret_owned);
    else
        *ret_owned = TAKE_POINTER(snapshot);
    if (r >= 0)
        *ret_env = *ret_owned ? *ret_owned : o->env;
    return r;
}
