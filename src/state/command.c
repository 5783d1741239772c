/* SPDX-License-Identifier: MIT */
/** Commands: those that check staged files, those that say whether something is to be done, and those
 *  that do it. */
#include "plan/act.h"
#include "state/kinds.h"
#include "tree/match.h"

#include <osier/contents.h>
#include <osier/directories.h>
#include <osier/run.h>
#include <osier/shell.h>
#include <osier/system.h>
#include <osier/tree.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ------------------------------------------------------------------------------ running */

enum { MOST_SAID = 64 * 1024, MOST_SECRET = 16 * 1024 * 1024, SHOWN = 2000 };

/* The end of what a program said, without the last end of line. */
static char *end_of(const struct os_run_result *result) {
    size_t size = result->out_size;
    while (size && (result->out[size - 1] == '\n' || result->out[size - 1] == ' '))
        size--;
    size_t skip = size > SHOWN ? size - SHOWN : 0;
    return mem_text(result->out ? result->out + skip : "", size - skip);
}

/* Runs a line of a shell: its exit status, 128 + N where signal N has ended it, or −errno. */
static int run_line(const char *line, const char *cwd, char **ret_said) {
    const struct os_run_options options = {.size = sizeof options,
                                           .shell = true,
                                           .cwd = cwd,
                                           .in = {OS_RUN_DEVNULL},
                                           .out = {OS_RUN_PIPE},
                                           .err = {OS_RUN_STDOUT},
                                           .capture_limit = MOST_SAID,
                                           .over_limit = OS_RUN_DROP};
    struct os_run_result result;
    if (os_run(OS_ARGV(line), &options, &result) < 0)
        return seam_failure();
    int status = result.returncode < 0 ? 128 - result.returncode : result.returncode;
    if (ret_said && !(*ret_said = end_of(&result)))
        status = -ENOMEM;
    os_run_result_free(&result);
    return status;
}

int driver_secret(const char *line, char **ret_data, size_t *ret_size, char **reterr_said) {
    const struct os_run_options options = {.size = sizeof options,
                                           .shell = true,
                                           .in = {OS_RUN_DEVNULL},
                                           .out = {OS_RUN_PIPE},
                                           .err = {OS_RUN_PIPE},
                                           .capture_limit = MOST_SECRET,
                                           .over_limit = OS_RUN_ERROR};
    struct os_run_result result;
    if (os_run(OS_ARGV(line), &options, &result) < 0)
        return seam_failure();
    int status = result.returncode < 0 ? 128 - result.returncode : result.returncode;
    if (status == 0 && result.out_size) {
        *ret_data = result.out;
        *ret_size = result.out_size;
        result.out = NULL;
    } else {
        if (result.out) /* half of a secret is one */
            explicit_bzero(result.out, result.out_size);
        const struct os_run_result told = {.out = result.err, .out_size = result.err_size};
        if (!(*reterr_said = end_of(&told)))
            status = -ENOMEM;
    }
    bool empty = status == 0 && !*ret_data;
    os_run_result_free(&result);
    return empty ? -ENODATA : status;
}

/* ------------------------------------------------------------------------------ texts */

static int append_word(struct os_state *state, const struct resource *resource,
                       const struct data_value *v, bool quoted, struct str *s) {
    struct place place = {resource->place.source, v->at};
    const char *text;
    size_t size;
    if (v->type != DATA_TEXT)
        return problem(state, &place, "a command is a text, or a list of texts");
    int r = expand(state, &place, v->text, v->size, &text, &size);
    if (r >= 0 && strlen(text) != size)
        r = problem(state, &place, "a command has no NUL in it");
    if (r < 0)
        return r;
    os_autofree char *word = quoted ? os_shell_quote(text) : NULL;
    if (quoted && !word)
        return -ENOMEM;
    if (s->size)
        str_append_char(s, ' ');
    str_append_text(s, word ? word : text);
    return s->failed ? -ENOMEM : 0;
}

int command_text(struct os_state *state, const struct resource *resource,
                 const struct data_value *command, const char **ret_text) {
    AUTO_STR s = STR_INIT;
    const struct data *data = &resource->place.source->data;
    int r = 0;
    if (command->type == DATA_TEXT)
        r = append_word(state, resource, command, false, &s);
    const struct data_value *v = command->type == DATA_LIST ? data_first(data, command) : NULL;
    for (; r >= 0 && v; v = data_next(data, v))
        r = append_word(state, resource, v, true, &s);
    struct place place = {resource->place.source, command->at};
    if (r >= 0 && !s.size)
        r = problem(state, &place, "this command is empty");
    if (r >= 0 && !(*ret_text = arena_text(&state->arena, s.data, s.size)))
        r = -ENOMEM;
    return r;
}

/* ------------------------------------------------------------------------------ [run] */

static const char *directory_of(struct os_state *state, const struct resource *resource) {
    return resource->cwd ? path_beside(state, resource->place.source, resource->cwd) : NULL;
}

int is_pending(struct os_state *state, const struct resource *resource, struct os_plan *plan) {
    const char *text, *cwd = directory_of(state, resource);
    if (resource->cwd && !cwd)
        return -ENOMEM;
    if (resource->creates) {
        const char *made = path_beside(state, resource->place.source, resource->creates);
        if (!made)
            return -ENOMEM;
        if (plan ? os_plan_path_lexists(plan, made) : access(made, F_OK) == 0)
            return 0;
    }
    if (!resource->unless)
        return 1;
    int r = command_text(state, resource, resource->unless, &text);
    if (r >= 0)
        r = run_line(text, cwd, NULL);
    if (plan && r == -ENOENT) /* its directory is made by the plan */
        return 1;
    return r < 0 ? r : r != 0;
}

int run_resource(struct os_state *state, const struct resource *resource, char **ret_said) {
    const char *text, *cwd = directory_of(state, resource);
    if (resource->cwd && !cwd)
        return -ENOMEM;
    int r = command_text(state, resource, resource->command, &text);
    return r < 0 ? r : run_line(text, cwd, ret_said);
}

/* ------------------------------------------------------------------------------ checks */

/* What is known to tell a right file from a wrong one. */
static const struct {
    const char *path, *program, *command;
} known[] = {
    {"/etc/ssh/sshd_config", "sshd", "sshd -t -f {}"},
    {"/etc/ssh/sshd_config.d/*", "sshd", "sshd -t -f {}"},
    {"/etc/sudoers", "visudo", "visudo -cf {}"},
    {"/etc/sudoers.d/*", "visudo", "visudo -cf {}"},
    {"/etc/nginx/nginx.conf", "nginx", "nginx -t -c {}"},
    {"/etc/fstab", "findmnt", "findmnt --verify --tab-file {}"},
    {"/etc/systemd/system/*.service", "systemd-analyze", "systemd-analyze verify {}"},
    {"/etc/systemd/system/*.timer", "systemd-analyze", "systemd-analyze verify {}"},
    {"/etc/systemd/system/*.socket", "systemd-analyze", "systemd-analyze verify {}"},
    {"/etc/systemd/system/*.path", "systemd-analyze", "systemd-analyze verify {}"},
    {"/etc/systemd/system/*.mount", "systemd-analyze", "systemd-analyze verify {}"},
};

/* The programs of administrators, where PATH is a user's. */
static int preset(const char *path, const char **ret_command) {
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (match_name(known[i].path, path)) {
            os_autofree char *program = os_which(known[i].program, X_OK, NULL);
            if (!program && errno == ENOMEM)
                return -ENOMEM;
            if (program)
                *ret_command = known[i].command;
        }
    return 0;
}

/* The command with the path of the staged file in the place of "{}". */
static int put_path(const char *command, const char *path, struct str *s) {
    os_autofree char *quoted = os_shell_quote(path);
    if (!quoted)
        return -ENOMEM;
    for (const char *braces; (braces = strstr(command, "{}")); command = braces + 2) {
        str_append(s, command, (size_t)(braces - command));
        str_append_text(s, quoted);
    }
    str_append_text(s, command);
    return s->failed ? -ENOMEM : 0;
}

/* Writes a content into a directory that nobody else can enter, under the file's own name, and has
 * it checked there: as run_line(). */
static int check_staged(const char *command, const char *directory, const char *path,
                        const char *content, size_t size, char **ret_said) {
    const struct os_write_file_options quick = {.size = sizeof quick, .mode = 0600, .nosync = true};
    AUTO_STR file = STR_INIT, line = STR_INIT;
    str_printf(&file, "%s%s", directory, strrchr(path, '/'));
    if (file.failed)
        return -ENOMEM;
    if (os_write_file(file.data, content, size, &quick) < 0)
        return seam_failure();
    int r = put_path(command, file.data, &line);
    return r < 0 ? r : run_line(line.data, NULL, ret_said);
}

int make_private_directory(struct str *s) {
    const char *place = getenv("TMPDIR");
    str_printf(s, "%s/osier-XXXXXX", place && *place == '/' ? place : "/tmp");
    return s->failed ? -ENOMEM : SYS_POINTER(mkdtemp, s->data) ? 0 : seam_failure();
}

int check_content(struct os_state *state, const struct resource *resource, const char *path,
                  const char *content, size_t size, const char *old, size_t old_size) {
    const char *command = resource->check;
    AUTO_STR directory = STR_INIT;
    AUTO_FREE char *said = NULL;
    int r = command ? 0 : preset(path, &command);
    if (r < 0 || !command || !*command)
        return r;
    r = make_private_directory(&directory);
    if (r < 0)
        return r == -ENOMEM
                   ? r
                   : problem(state, &resource->place, "%s: %s", directory.data, strerror(-r));
    r = check_staged(command, directory.data, path, content, size, &said);
    /* One that nobody has asked for, and that doesn't take what is there either, knows nothing. */
    if (r > 0 && !resource->check && old &&
        check_staged(command, directory.data, path, old, old_size, NULL) > 0)
        r = 0;
    if (os_rmtree(directory.data, NULL) < 0 && errno == ENOMEM && r >= 0)
        r = -ENOMEM;
    if (r > 0)
        return problem_said(state, &resource->place, said && !resource->secret ? said : "",
                            "'%s' doesn't pass `%s`", path, command);
    return r == -ENOMEM || r == 0
               ? r
               : problem(state, &resource->place, "`%s`: %s", command, strerror(-r));
}
