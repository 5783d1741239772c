/* SPDX-License-Identifier: MIT */
/** Shell lines: system, popen, and the output of a line in one call. */
#include "base/cancel.h"
#include "base/error.h"
#include "base/seam.h"
#include "base/str.h"
#include "process/interrupts.h"
#include "process/spawn.h"
#include <osier/process.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a cancelled thread gives back: the line is killed, as by system(3). */
struct line {
    pid_t pid;
    sigset_t old_mask;
};

static void end_line(struct line *line) {
    pthread_sigmask(SIG_SETMASK, &line->old_mask, NULL);
    interrupts_restore();
}

static void abandon_line(void *argument) {
    struct line *line = argument;
    spawn_kill(line->pid);
    end_line(line);
}

/* A shell that can't be executed counts as one that ended with 127, as in system(3). */
static int run_line(const char *command, struct spawn *s, struct line *line, int cancel_state) {
    const struct cancel cancel = {abandon_line, line, cancel_state};
    bool no_shell = false;
    int status = 0;
    int r = spawn_shell(command, s, &line->pid, &no_shell);
    if (r < 0)
        return no_shell ? 127 << 8 : r;
    r = cancel_wait(line->pid, &status, &cancel);
    return r < 0 ? r : status;
}

static int run_ignoring(const char *command) {
    UNCANCELLED;
    struct line line;
    sigset_t child_signal, defaults;
    int r = interrupts_ignore(&defaults);
    if (r < 0)
        return r;
    sigemptyset(&child_signal);
    sigaddset(&child_signal, SIGCHLD);
    pthread_sigmask(SIG_BLOCK, &child_signal, &line.old_mask);
    struct spawn s = {.defaults = &defaults, .mask = &line.old_mask};
    r = run_line(command, &s, &line, CANCEL_STATE);
    end_line(&line);
    return r;
}

int os_system(const char *command) {
    return PUBLIC(run_ignoring(command), "system", NULL, NULL);
}

/* Starts a line whose descriptor `fd` (and if `errors`, also its stderr) is an end of a pipe; the
 * other end stays here. */
static int start_piped(const char *command, int fd, bool errors, int *ret_end, pid_t *ret_pid) {
    int ends[2];
    int r = spawn_pipe(ends);
    if (r < 0)
        return r;
    AUTO_CLOSE int theirs = ends[fd != STDIN_FILENO], ours = ends[fd == STDIN_FILENO];
    const struct os_spawn_action actions[] = {
        {.kind = OS_POSIX_SPAWN_DUP2, .fd = theirs, .new_fd = fd},
        {.kind = OS_POSIX_SPAWN_DUP2, .fd = theirs, .new_fd = STDERR_FILENO},
    };
    const struct os_posix_spawn_options options = {
        .size = sizeof options, .file_actions = actions, .file_action_count = errors ? 2 : 1};
    struct spawn s = {.options = &options};
    r = spawn_shell(command, &s, ret_pid, NULL);
    if (r >= 0)
        *ret_end = TAKE_FD(ours);
    return r;
}

static int popen_start(const char *command, const char *mode, struct os_popen **ret_popen) {
    UNCANCELLED;
    AUTO_FREE struct os_popen *popen = mem_alloc(sizeof *popen);
    AUTO_CLOSE int end = -1;
    if (!popen)
        return -ENOMEM;
    bool reads = *mode == 'r';
    int r = start_piped(command, reads ? STDOUT_FILENO : STDIN_FILENO, false, &end, &popen->pid);
    if (r < 0)
        return r;
    popen->stream = SYS_POINTER(fdopen, end, mode);
    if (!popen->stream) {
        int status;
        r = -errno;
        seam_close_quietly(TAKE_FD(end));
        spawn_wait(popen->pid, &status);
        return r;
    }
    end = -1;
    *ret_popen = TAKE_POINTER(popen);
    return 0;
}

struct os_popen *os_popen(const char *command, const char *mode) {
    if ((*mode != 'r' && *mode != 'w') || mode[1]) {
        error_fail_message(-EINVAL, "popen", "ValueError: invalid mode");
        return NULL;
    }
    struct os_popen *popen = NULL;
    int r = popen_start(command, mode, &popen);
    return PUBLIC_POINTER(r, popen, "popen", NULL, NULL);
}

/* What a line says, until its end: what is read, from what, and what is given back by a thread that
 * is cancelled meanwhile. */
struct output {
    struct str text;
    FILE *stream; /* or, if NULL, */
    int end;      /* the end of a pipe, to be closed */
    pid_t pid;    /* of a line to be killed, or 0 */
};

static void abandon_output(void *argument) {
    struct output *output = argument;
    if (output->pid > 0)
        spawn_kill(output->pid);
    if (!output->stream)
        seam_close_quietly(output->end);
    str_free(&output->text);
}

/* fread(3) in the shape of read(2). */
static ssize_t read_stream(FILE *stream, char *buffer, size_t size) {
    clearerr(stream);
    size_t got = fread(buffer, 1, size, stream);
    return got || !ferror(stream) ? (ssize_t)got : -1;
}

static ssize_t read_part(void *data) {
    struct output *output = data;
    char *end = output->text.data + output->text.size;
    size_t room = output->text.room - output->text.size - 1;
    return output->stream ? SYS(read_stream, output->stream, end, room)
                          : SYS(read, output->end, end, room);
}

static int read_all(struct output *output, int cancel_state) {
    const struct cancel cancel = {abandon_output, output, cancel_state};
    struct str *text = &output->text;
    ssize_t got;
    do {
        if (str_reserve(text, text->size < 4096 ? 4096 : text->size) < 0)
            return -ENOMEM;
        got = cancel_run(read_part, output, &cancel);
        if (got > 0)
            text->size += (size_t)got;
    } while (got > 0);
    text->data[text->size] = '\0';
    return (int)got;
}

static int popen_read(struct os_popen *popen, char **ret_all, size_t *ret_size) {
    UNCANCELLED;
    struct output output = {.stream = popen->stream};
    int r = read_all(&output, CANCEL_STATE);
    size_t size = output.text.size;
    if (r >= 0)
        r = str_take(&output.text, ret_all);
    if (r >= 0 && ret_size)
        *ret_size = size;
    str_free(&output.text);
    return r;
}

char *os_popen_read(struct os_popen *popen, size_t *ret_size) {
    char *all = NULL;
    return PUBLIC_POINTER(popen_read(popen, &all, ret_size), all, "popen_read", NULL, NULL);
}

static int close_stream(FILE *stream) {
    return fclose(stream) == 0 ? 0 : seam_failure();
}

static void abandon_popen(void *argument) {
    struct os_popen *popen = argument;
    spawn_kill(popen->pid);
    free(popen);
}

static int popen_close(struct os_popen *popen, int *ret_status) {
    UNCANCELLED;
    const struct cancel cancel = {abandon_popen, popen, CANCEL_STATE};
    int r = close_stream(popen->stream);
    int waited = cancel_wait(popen->pid, ret_status, &cancel);
    free(popen);
    if (waited < 0 && waited != -ECHILD && r >= 0) /* ECHILD: nobody can know; Python says 0 */
        r = waited;
    return r < 0 ? r : 0;
}

int os_popen_close(struct os_popen *popen) {
    int status = 0;
    int r = popen ? popen_close(popen, &status) : 0;
    return PUBLIC(r, "popen_close", NULL, NULL) < 0 ? -1 : spawn_exitcode(status) * 256;
}

/* Reads to the end and waits; a line that nobody collects gives no status, as in Python. */
static int collect_output(struct output *output, int *ret_status, int cancel_state) {
    const struct cancel cancel = {abandon_output, output, cancel_state};
    int r = read_all(output, cancel_state);
    seam_close_quietly(TAKE_FD(output->end));
    int waited = cancel_wait(output->pid, ret_status, &cancel);
    return r >= 0 && waited < 0 && waited != -ECHILD ? waited : r;
}

static int output_of(const char *command, char **ret_output, int *ret_exitcode) {
    UNCANCELLED;
    struct output output = {.end = -1};
    int status = 0;
    int r = start_piped(command, STDOUT_FILENO, /* errors= */ true, &output.end, &output.pid);
    if (r < 0)
        return r;
    r = collect_output(&output, &status, CANCEL_STATE);
    struct str *text = &output.text;
    if (r >= 0 && text->size && text->data[text->size - 1] == '\n')
        str_truncate(text, text->size - 1);
    if (r >= 0)
        r = str_take(text, ret_output);
    if (r >= 0)
        *ret_exitcode = spawn_exitcode(status);
    str_free(text);
    return r;
}

char *os_getoutput(const char *command, int *ret_exitcode) {
    char *output = NULL;
    int exitcode = 0;
    int r = output_of(command, &output, &exitcode);
    if (r >= 0 && ret_exitcode)
        *ret_exitcode = exitcode;
    return PUBLIC_POINTER(r, output, "getoutput", NULL, NULL);
}
