/* SPDX-License-Identifier: MIT */
/** Running programs: os_run() from the start to the end, and os_child_… step by step. */
#include <osier/run.h>

#include "base/error.h"
#include "base/seam.h"
#include "process/child.h"
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

/* ------------------------------------------------------------------- errors */

/* What a start failed at: the program as the caller calls it, or what the step was about. */
static int fail_start(int r, const char *operation, char *const *argv,
                      const struct os_run_options *options, const struct spawn_failure *failure,
                      const char *words) {
    const char *path = failure->path;
    if (words)
        return (int)error_fail_message(r, operation, words);
    if (failure->error < 0 && !failure->step)
        path = options && options->executable ? options->executable
               : options && options->shell    ? "/bin/sh"
                                              : argv[0];
    return PUBLIC(r, failure->step ? failure->step : operation, path, NULL);
}

/* ------------------------------------------------------------------- the whole of a run */

struct run {
    struct os_child child;
    bool timed_out;
};

static void abandon(void *run) {
    child_end(&((struct run *)run)->child);
}

static bool is_finished(const struct run *run) {
    const struct os_child *c = &run->child;
    bool quiet = c->out.fd < 0 && c->err.fd < 0;
    return child_done(c) && (quiet || run->timed_out || c->over);
}

/* What was printed until now, when nobody waits for the end of it. */
static int drain(struct os_child *c) {
    uint64_t before = UINT64_MAX;
    int r = 0;
    while (r >= 0 && before != c->out.total + c->err.total) {
        before = c->out.total + c->err.total;
        r = child_step(c, 0);
    }
    return r;
}

/* The program got the signal as well, from the terminal: it may end in its own way. */
static void wait_a_little(struct os_child *c) {
    const double quarter = 0.25;
    int64_t until = child_now() + child_ns(quarter);
    while (!child_done(c) && child_now() < until)
        if (child_step(c, until) < 0)
            break;
}

static int pump(struct run *run) {
    struct os_child *c = &run->child;
    int64_t until = c->timeout_ns ? c->started_at + c->timeout_ns : NEVER;
    int r = 0;
    while (r >= 0 && !is_finished(run)) {
        r = child_step(c, run->timed_out ? NEVER : until);
        if (r == 0 && !run->timed_out && !is_finished(run)) {
            run->timed_out = true;
            r = child_begin_end(c, c->grace_ns);
        }
        if (r >= 0 && c->over)
            r = child_begin_end(c, c->grace_ns);
    }
    if (r == -EINTR)
        wait_a_little(c);
    return r >= 0 && (c->out.fd >= 0 || c->err.fd >= 0) ? drain(c) : r;
}

/* Runs what was started, with a handler for the thread's end. */
static int run_started(struct run *run, struct os_run_result *ret_result) {
    int r;
    pthread_cleanup_push(abandon, run);
    r = pump(run);
    pthread_cleanup_pop(0);
    if (r >= 0 && ret_result)
        r = child_result(&run->child, ret_result);
    if (r >= 0 && ret_result)
        ret_result->timed_out = run->timed_out;
    return r;
}

/* What is wrong with a program that has run. */
static int judge(const struct run *run, const char **reterr_words) {
    if (run->timed_out) {
        *reterr_words = "TimeoutExpired: the program was ended, as it took too long";
        return -ETIMEDOUT;
    }
    if (run->child.over)
        return -EFBIG;
    if (run->child.lost)
        return -ECHILD;
    if (run->child.check && run->child.returncode) {
        *reterr_words = "CalledProcessError: the program returned a non-zero exit status";
        return -ECANCELED;
    }
    return 0;
}

int os_run(char *const argv[], const struct os_run_options *options,
           struct os_run_result *ret_result) {
    struct run run = {.timed_out = false};
    struct spawn_failure failure = {0};
    const char *words = NULL;
    int state;
    if (ret_result)
        *ret_result = (struct os_run_result){0};
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    run.child.cancel_state = state;
    run.child.unwatched = true;
    int r = child_start(&run.child, argv, options, &failure, &words);
    if (r < 0) {
        child_close(&run.child);
        r = fail_start(r, "run", argv, options, &failure, words);
        pthread_setcancelstate(state, NULL);
        return r;
    }
    r = run_started(&run, ret_result);
    child_end(&run.child);
    if (r >= 0)
        r = judge(&run, &words);
    else if (ret_result)
        os_run_result_free(ret_result);
    pthread_setcancelstate(state, NULL);
    return words ? (int)error_fail_message(r, "run", words) : PUBLIC(r, "run", argv[0], NULL);
}

void os_run_result_free(struct os_run_result *result) {
    free(result->out);
    free(result->err);
    *result = (struct os_run_result){0};
}

/* ------------------------------------------------------------------- a child beside the caller */

struct os_child *os_child_start(char *const argv[], const struct os_run_options *options) {
    struct spawn_failure failure = {0};
    const char *words = NULL;
    struct os_child *c = mem_zalloc(sizeof *c);
    if (!c)
        return PUBLIC_POINTER(-ENOMEM, c, "child_start", NULL, NULL);
    int state;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    int r = child_start(c, argv, options, &failure, &words);
    if (r < 0) {
        child_close(c);
        free(c);
        fail_start(r, "child_start", argv, options, &failure, words);
        c = NULL;
    }
    pthread_setcancelstate(state, NULL);
    return c;
}

static void enter(struct os_child *c) {
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &c->cancel_state);
}

static void leave(struct os_child *c) {
    pthread_setcancelstate(c->cancel_state, NULL);
}

int os_child_poll(struct os_child *c, int *ret_returncode) {
    enter(c);
    int r = child_look(c);
    if (r >= 0 && c->ended && ret_returncode)
        *ret_returncode = c->returncode;
    leave(c);
    return PUBLIC(r < 0 ? r : c->ended, "child_poll", NULL, NULL);
}

int os_child_wait(struct os_child *c, double timeout, struct os_run_result *ret_result) {
    int64_t until = timeout < 0 ? NEVER : child_now() + child_ns(timeout);
    enter(c);
    int r = child_look(c);
    while (r >= 0 && !child_done(c)) {
        r = child_step(c, until);
        if (r == 0)
            break;
    }
    bool done = child_done(c);
    if (r >= 0 && done)
        r = drain(c);
    if (r >= 0 && done && ret_result)
        r = child_result(c, ret_result);
    if (r >= 0 && done && c->lost)
        r = -ECHILD;
    leave(c);
    return PUBLIC(r < 0 ? r : done, "child_wait", NULL, NULL);
}

/* How long the next line is, with its newline; at the end of the stream, what is left. */
static size_t line_size(const struct capture *capture) {
    const char *start = capture->text.data + capture->given;
    size_t size = capture->text.size - capture->given;
    const char *end = size ? memchr(start, '\n', size) : NULL;
    return end ? (size_t)(end - start) + 1 : capture->fd < 0 ? size : 0;
}

static int take_line(struct capture *capture, size_t size, char **ret_line) {
    *ret_line = mem_text(capture->text.data + capture->given, size);
    if (!*ret_line)
        return -ENOMEM;
    capture->given += size;
    if (capture->given == capture->text.size) {
        str_truncate(&capture->text, 0);
        capture->given = 0;
    }
    return 1;
}

static int read_line(struct os_child *c, int stream, char **ret_line, size_t *ret_size) {
    struct capture *capture = stream == STDERR_FILENO ? &c->err : &c->out;
    if ((stream != STDOUT_FILENO && stream != STDERR_FILENO) || !capture->wanted)
        return -EBADF;
    size_t size;
    int r = 0;
    while (r >= 0 && !(size = line_size(capture)) && capture->fd >= 0) {
        if (c->over)
            return -EFBIG;
        r = child_step(c, NEVER);
    }
    if (r < 0 || !size)
        return r < 0 ? r : 0;
    if (ret_size)
        *ret_size = size;
    return take_line(capture, size, ret_line);
}

int os_child_read_line(struct os_child *c, int stream, char **ret_line, size_t *ret_size) {
    enter(c);
    int r = read_line(c, stream, ret_line, ret_size);
    leave(c);
    return PUBLIC(r, "child_read_line", NULL, NULL);
}

int os_child_write(struct os_child *c, const void *data, size_t size) {
    enter(c);
    int r = c->in < 0 || c->input_ends ? -EBADF : 0;
    if (r >= 0) {
        c->input = data;
        c->input_left = size;
    }
    while (r >= 0 && c->input_left)
        r = child_step(c, NEVER);
    c->input_left = c->input_ends ? c->input_left : 0;
    leave(c);
    return PUBLIC(r < 0 ? r : 0, "child_write", NULL, NULL);
}

int os_child_close_stdin(struct os_child *c) {
    int r = c->in < 0 ? -EBADF : 0;
    c->input_left = 0;
    seam_close_quietly(TAKE_FD(c->in));
    return PUBLIC(r, "child_close_stdin", NULL, NULL);
}

int os_child_send_signal(struct os_child *c, int sig) {
    return PUBLIC(child_signal(c, sig), "child_send_signal", NULL, NULL);
}

int os_child_terminate(struct os_child *c) {
    return PUBLIC(child_signal_tree(c, SIGTERM), "child_terminate", NULL, NULL);
}

int os_child_kill(struct os_child *c) {
    int r = c->tree == OS_RUN_NO_TREE ? child_signal(c, SIGKILL) : child_begin_end(c, 0);
    return PUBLIC(r, "child_kill", NULL, NULL);
}

pid_t os_child_pid(const struct os_child *c) {
    return c->pid;
}

int os_child_pidfd(const struct os_child *c) {
    return c->pidfd;
}

void os_child_close(struct os_child *c) {
    if (!c)
        return;
    enter(c);
    int state = c->cancel_state;
    child_end(c);
    free(c);
    pthread_setcancelstate(state, NULL);
}
