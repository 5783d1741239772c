/* SPDX-License-Identifier: MIT */
/** What exec and spawn share: where a program may be, with which arguments and environment. */
#include "process/program.h"

#include "base/seam.h"
#include "base/str.h"
#include "env/environ.h"
#include "env/exec_path.h"
#include <string.h>

static int search(const char *file, char *const *env, char ***ret_programs) {
    AUTO_FREE char *path = NULL;
    int r = exec_path(env, &path);
    return r < 0 ? r : exec_path_split(path, file, ret_programs);
}

static int check_arguments(struct program *p, char *const *argv,
                           const struct program_words *words) {
    if (argv[0] && *argv[0])
        return 0;
    p->words = argv[0] ? words->empty_first : words->empty;
    return -EINVAL;
}

/* As in Python, a name may begin with '='. */
static int check_environment(struct program *p, char *const *env) {
    for (; env && *env; env++)
        if (!**env || !strchr(*env + 1, '=')) {
            p->words = "ValueError: illegal environment variable name";
            return -EINVAL;
        }
    return 0;
}

int program_prepare(struct program *p, const char *file, char *const *argv, char *const *env,
                    int flags, const struct program_words *words) {
    if (flags & PROGRAM_OWN_ARGUMENTS)
        p->owned_argv = (char **)argv;
    int r = words ? check_arguments(p, argv, words) : 0;
    if (r >= 0 && words)
        r = check_environment(p, env);
    if (r >= 0 && flags & PROGRAM_SEARCH && !strchr(file, '/'))
        r = search(file, flags & PROGRAM_PARENT_PATH ? NULL : env, &p->owned_programs);
    if (r >= 0 && !env)
        r = env_for_program(&p->owned_env);
    p->single[0] = file;
    p->spawn.programs = p->owned_programs ? p->owned_programs : (char *const *)p->single;
    p->spawn.argv = argv;
    p->spawn.env = env ? env : p->owned_env;
    return r;
}

void program_free(struct program *p) {
    cleanup_free(&p->owned_programs);
    cleanup_free(&p->owned_env);
    cleanup_free(&p->owned_argv);
}

int program_arguments(const char *first, va_list rest, char ***ret_argv, char *const **ret_env) {
    va_list again;
    size_t count = 0;
    va_copy(again, rest);
    for (const char *arg = first; arg; arg = va_arg(again, const char *))
        count++;
    va_end(again);
    const char **argv = mem_alloc((count + 1) * sizeof *argv);
    if (!argv)
        return -ENOMEM;
    argv[0] = first;
    for (size_t i = 1; i <= count; i++)
        argv[i] = va_arg(rest, const char *);
    if (ret_env)
        *ret_env = va_arg(rest, char *const *);
    *ret_argv = (char **)argv;
    return 0;
}
