/* SPDX-License-Identifier: MIT */
/** Shell lines: system, popen, and the output of a line in one call. */
#include "base/error.h"
#include "base/seam.h"
#include "base/str.h"
#include "process/spawn.h"
#include <osier/process.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

/* While lines run by os_system(), the process ignores SIGINT and SIGQUIT. The first line of several
 * threads starts that, the last one ends it. */
static pthread_mutex_t ignoring_lock = PTHREAD_MUTEX_INITIALIZER;
static int ignoring;
static struct sigaction old_int, old_quit;

static void renew_lock(void) {
    pthread_mutex_init(&ignoring_lock, NULL);
}

static void lock(void) {
    pthread_mutex_lock(&ignoring_lock);
}

static void unlock(void) {
    pthread_mutex_unlock(&ignoring_lock);
}

__attribute__((constructor(101))) static void prepare_for_fork(void) {
    pthread_atfork(lock, unlock, renew_lock);
}

/* What the line has to get back: the signals that were not ignored before. */
static void start_ignoring(sigset_t *ret_defaults) {
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    lock();
    if (ignoring++ == 0) {
        sigaction(SIGINT, &ignore, &old_int);
        sigaction(SIGQUIT, &ignore, &old_quit);
    }
    sigemptyset(ret_defaults);
    if (old_int.sa_handler != SIG_IGN)
        sigaddset(ret_defaults, SIGINT);
    if (old_quit.sa_handler != SIG_IGN)
        sigaddset(ret_defaults, SIGQUIT);
    unlock();
}

static void stop_ignoring(void) {
    lock();
    if (--ignoring == 0) {
        sigaction(SIGINT, &old_int, NULL);
        sigaction(SIGQUIT, &old_quit, NULL);
    }
    unlock();
}

/* A shell that can't be executed counts as one that ended with 127, as in system(3). */
static int run_line(const char *command, struct spawn *s) {
    pid_t pid;
    bool no_shell = false;
    int status = 0;
    int r = spawn_shell(command, s, &pid, &no_shell);
    if (r < 0)
        return no_shell ? 127 << 8 : r;
    r = spawn_wait(pid, &status);
    return r < 0 ? r : status;
}

int os_system(const char *command) {
    sigset_t child_signal, old_mask, defaults;
    start_ignoring(&defaults);
    sigemptyset(&child_signal);
    sigaddset(&child_signal, SIGCHLD);
    pthread_sigmask(SIG_BLOCK, &child_signal, &old_mask);
    struct spawn s = {.defaults = &defaults, .mask = &old_mask};
    int r = run_line(command, &s);
    pthread_sigmask(SIG_SETMASK, &old_mask, NULL);
    stop_ignoring();
    return PUBLIC(r, "system", NULL, NULL);
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

/* fread(3) in the shape of read(2). */
static ssize_t read_stream(FILE *stream, char *buffer, size_t size) {
    clearerr(stream);
    size_t got = fread(buffer, 1, size, stream);
    return got || !ferror(stream) ? (ssize_t)got : -1;
}

static int read_all(struct str *text, FILE *stream, int fd) {
    ssize_t got;
    do {
        if (str_reserve(text, text->size < 4096 ? 4096 : text->size) < 0)
            return -ENOMEM;
        char *end = text->data + text->size;
        size_t room = text->room - text->size - 1;
        got = stream ? SYS(read_stream, stream, end, room) : SYS(read, fd, end, room);
        if (got > 0)
            text->size += (size_t)got;
    } while (got > 0);
    text->data[text->size] = '\0';
    return (int)got;
}

char *os_popen_read(struct os_popen *popen, size_t *ret_size) {
    AUTO_STR text = STR_INIT;
    char *all = NULL;
    int r = read_all(&text, popen->stream, -1);
    size_t size = text.size;
    if (r >= 0)
        r = str_take(&text, &all);
    if (r >= 0 && ret_size)
        *ret_size = size;
    return PUBLIC_POINTER(r, all, "popen_read", NULL, NULL);
}

static int close_stream(FILE *stream) {
    return fclose(stream) == 0 ? 0 : -errno;
}

int os_popen_close(struct os_popen *popen) {
    if (!popen)
        return 0;
    int status = 0;
    int r = close_stream(popen->stream);
    int waited = spawn_wait(popen->pid, &status);
    free(popen);
    if (waited < 0 && waited != -ECHILD && r >= 0) /* ECHILD: nobody can know; Python says 0 */
        r = waited;
    return PUBLIC(r < 0 ? r : 0, "popen_close", NULL, NULL) < 0 ? -1 : spawn_exitcode(status) * 256;
}

static int output_of(const char *command, char **ret_output, int *ret_exitcode) {
    AUTO_STR text = STR_INIT;
    AUTO_CLOSE int end = -1;
    pid_t pid;
    int status = 0;
    int r = start_piped(command, STDOUT_FILENO, /* errors= */ true, &end, &pid);
    if (r < 0)
        return r;
    r = read_all(&text, NULL, end);
    seam_close_quietly(TAKE_FD(end));
    int waited = spawn_wait(pid, &status);
    if (r >= 0 && waited < 0 && waited != -ECHILD)
        r = waited;
    if (r >= 0 && text.size && text.data[text.size - 1] == '\n')
        str_truncate(&text, text.size - 1);
    if (r >= 0)
        r = str_take(&text, ret_output);
    if (r >= 0)
        *ret_exitcode = spawn_exitcode(status);
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
