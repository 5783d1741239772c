/* SPDX-License-Identifier: MIT */
/** osier run: runs a program with limits, again where it fails, and leaves nothing behind. */
#include "contract.h"
#include "frame/arguments.h"
#include "frame/message.h"
#include "frame/output.h"
#include "verbs/run_log.h"
#include "verbs/run_options.h"

#include <errno.h>
#include <fcntl.h>
#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { NOT_EXECUTABLE = 126, NOT_FOUND = 127 };

static volatile sig_atomic_t caught, passed_on;

static void catch (int number) {
    caught = number;
}

static int is_caught(void) {
    return caught && !passed_on;
}

static void catch_signals(void) {
    static const int numbers[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = catch}, old;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(numbers[i], &action, NULL);
    os_set_interrupt_handler(is_caught);
}

/* Whether the terminal has sent a signal to everybody in the foreground already. */
static bool came_from_terminal(int number) {
    if (number != SIGINT && number != SIGQUIT)
        return false;
    int fd = open("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY);
    bool foreground = fd >= 0 && tcgetpgrp(fd) == getpgrp();
    if (fd >= 0)
        close(fd);
    return foreground;
}

/* A signal reaches the program once. */
static void pass_on(struct os_child *child) {
    int number = caught;
    passed_on = 1;
    if (came_from_terminal(number))
        return;
    if (number == SIGINT || number == SIGQUIT)
        os_child_send_signal(child, number);
    else
        os_child_terminate(child);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* One attempt, and what came of it. */
struct attempt {
    struct os_run_result result;
    bool started, timed_out, good;
    int status; /* to exit with */
};

/* Waits until a moment (negative: without end), and looks for signals meanwhile: as os_child_wait. */
static int wait_until(struct os_child *child, double until, struct os_run_result *result) {
    const double slice = 0.25;
    for (;;) {
        double left = until < 0 ? slice : until - now();
        int r = os_child_wait(child, left < 0 ? 0 : left < slice ? left : slice, result);
        if (r == 1 || (r < 0 && errno != EINTR))
            return r;
        if (is_caught())
            pass_on(child);
        if (r == 0 && until >= 0 && now() >= until)
            return 0;
    }
}

/* Waits for its end, or brings it about. */
static int attend(struct os_child *child, const struct run_options *o, struct attempt *attempt) {
    double until = o->run.timeout > 0 ? now() + o->run.timeout : -1;
    int r = wait_until(child, until, &attempt->result);
    if (r != 0)
        return r;
    attempt->timed_out = true;
    if (o->run.grace > 0) {
        os_child_terminate(child);
        os_child_send_signal(child, SIGCONT);
        r = wait_until(child, now() + o->run.grace, &attempt->result);
    }
    if (r == 0) {
        os_child_kill(child);
        r = wait_until(child, -1, &attempt->result);
    }
    return r;
}

static int status_of(const struct attempt *attempt) {
    int code = attempt->result.returncode;
    return attempt->timed_out ? STATUS_TIMED_OUT : code < 0 ? STATUS_SIGNAL - code : code;
}

static bool matches(const char *pattern, const struct os_run_result *result) {
    regex_t compiled;
    if (!result->out || regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB | REG_NEWLINE) != 0)
        return false;
    bool found = regexec(&compiled, result->out, 0, NULL, 0) == 0;
    regfree(&compiled);
    return found;
}

static void attempt_once(struct call *call, struct run_options *o, struct attempt *attempt) {
    *attempt = (struct attempt){.status = STATUS_TROUBLE};
    struct os_child *child = os_child_start(call->rest, &o->run);
    if (!child) {
        attempt->status = errno == ENOENT || errno == ENOTDIR ? NOT_FOUND : NOT_EXECUTABLE;
        failed();
        return;
    }
    attempt->started = true;
    if (attend(child, o, attempt) < 0)
        failed();
    else
        attempt->status = status_of(attempt);
    attempt->good = attempt->status == 0 && (!o->until || matches(o->until, &attempt->result));
    if (attempt->status == 0 && !attempt->good)
        attempt->status = STATUS_NO;
    os_child_close(child);
}

/* Between two attempts: false when a signal came. */
static bool pause_for(double seconds, bool jitter) {
    unsigned char bytes[2];
    if (jitter && os_urandom(bytes, sizeof bytes) == 0)
        seconds *= 0.5 + (bytes[0] * 256 + bytes[1]) / 65536.0; /* half to one and a half */
    struct timespec time = {.tv_sec = (time_t)seconds,
                            .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9)};
    return !caught && nanosleep(&time, NULL) == 0;
}

static void print_json(struct call *call, const struct attempt *attempt, int attempts) {
    const struct os_run_result *result = &attempt->result;
    int code = result->returncode;
    emit_begin_record();
    emit_key("argv");
    emit_list(call->rest);
    emit_key("returncode");
    attempt->started ? emit_integer(code) : emit_text(NULL);
    emit_key("signal");
    code < 0 ? emit_integer(-code) : emit_text(NULL);
    emit_key("timed_out");
    emit_bool(attempt->timed_out);
    emit_key("stdout");
    result->out ? emit_content(result->out, result->out_size) : emit_text(NULL);
    emit_key("stderr");
    result->err ? emit_content(result->err, result->err_size) : emit_text(NULL);
    emit_key("wall");
    emit_float(result->wall);
    emit_key("user");
    emit_float(result->user);
    emit_key("system");
    emit_float(result->system);
    emit_key("peak_memory");
    emit_integer(result->peak_memory);
    emit_key("attempts");
    emit_integer(attempts);
    emit_end_record();
}

/* What was kept of the output instead of being shown at once. */
static void show(struct call *call, const struct run_options *o, const struct attempt *attempt,
                 int attempts) {
    if (output_style.json)
        print_json(call, attempt, attempts);
    else if (attempt->result.out && !(o->quiet && attempt->good))
        fwrite(attempt->result.out, 1, attempt->result.out_size, stdout);
}

static int run_all(struct call *call, struct run_options *o) {
    struct attempt attempt;
    double delay = o->delay;
    for (int attempts = 1;; attempts++) {
        attempt_once(call, o, &attempt);
        bool again = attempt.started && !attempt.good && !caught;
        again = again && (o->retries < 0 || attempts <= o->retries);
        if (!again || !pause_for(delay, o->jitter)) {
            show(call, o, &attempt, attempts);
            break;
        }
        delay *= o->backoff;
        os_run_result_free(&attempt.result);
    }
    os_run_result_free(&attempt.result);
    return attempt.status;
}

static void choose_streams(struct run_options *o) {
    static const struct os_run_stream pipe = {.kind = OS_RUN_PIPE}, same = {.kind = OS_RUN_STDOUT};
    if (output_style.json)
        o->run.out = o->run.err = pipe;
    else if (o->quiet || o->until) {
        o->run.out = pipe;
        o->run.err = same;
    }
}

/**
 * Runs a program with limits, and leaves nothing behind.
 *
 * The exit status is that of the program, 124 when its time was over, 128 + N when signal N ended it,
 * 126 when it can't be executed and 127 when it isn't there. With --timeout or --tree nothing is left
 * of what it started: everything gets SIGTERM, and SIGKILL after the grace. A status other than 0 can
 * be tried again. Times are written 250ms, 30s, 5m, 2h; sizes 512M, 1G. --json prints one document with
 * both streams, times and peak memory.
 *
 * @param argv  the program and its arguments
 * @param timeout  end it after this time
 * @param grace  how long between SIGTERM and SIGKILL; 5s unless given, 0 for SIGKILL at once
 * @param tree  end what it leaves behind, too
 * @param retries  how often to try again
 * @param delay  how long to wait before; 1s unless given
 * @param backoff  what the delay grows by each time: a factor
 * @param jitter  make the delay half to one and a half of that, by chance
 * @param until  try again until the output matches this regular expression
 * @param cwd  its current directory
 * @param env  KEY=VALUE to set; may come again
 * @param clear_env  without the variables of the caller
 * @param user  run as this user, with all of its groups
 * @param nice  what to add to its niceness
 * @param limit  a limit, as=1G or nofile=100:200; may come again. Also core, cpu, data, fsize,
 *               memlock, nproc, stack
 * @param stdin  the file that it reads
 * @param log  add both streams to this file, each line with its time
 * @param quiet_unless_failed  print nothing when it succeeds, all it printed when it fails
 * @group machine
 * @since 0.1
 * @shell run [--timeout=TIME] [--grace=TIME] [--tree] [--retries=N] [--delay=TIME]
 * [--backoff=FACTOR] [--jitter] [--until=PATTERN] [--cwd=DIR] [--env=SETTING...] [--clear-env]
 * [--user=USER] [--nice=N] [--limit=LIMIT...] [--stdin=FILE] [--log=FILE]
 * [--quiet-unless-failed] + ARGV... -> custom
 */
int verb_run(struct call *call) {
    struct run_options options;
    int status = run_options_read(call, &options);
    if (status)
        return status;
    choose_streams(&options);
    int fd = -1;
    struct run_log *log = options.log ? run_log_open(options.log, &fd) : NULL;
    if (options.log && !log)
        return failed_at(errno, options.log);
    if (log)
        options.run.out = options.run.err = (struct os_run_stream){OS_RUN_FD, .fd = fd};
    catch_signals();
    status = run_all(call, &options);
    run_log_close(log);
    return status;
}
