/* SPDX-License-Identifier: MIT */
/** Starting a program with everything that belongs to it: streams, environment, what holds it. */
#include "process/child.h"

#include "base/error.h"
#include "base/kernel.h"
#include "base/options.h"
#include "base/seam.h"
#include "process/clone.h"
#include "process/program.h"
#include "process/run_env.h"
#include "process/setup.h"
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#ifdef OSIER_FAULTS
#define SINGLE_THREADED 1 /* no thread there waits for what another one started */
#elif defined(__has_include) && defined(__GLIBC__)
#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#define SINGLE_THREADED __libc_single_threaded
#endif
#endif
#ifndef SINGLE_THREADED
#define SINGLE_THREADED 0 /* not known */
#endif

enum { STREAMS = 3 };

/* What is needed until the program runs. */
struct preparation {
    struct program program;
    struct setup setup;
    struct setup_move streams[STREAMS]; /* setup.moves, where there are no others */
    struct setup_move *owned_moves;     /* or NULL */
    char *const *argv;                  /* of the program */
    char **owned_argv;                  /* of a shell, or NULL */
    char **owned_env;
    int theirs[STREAMS]; /* the program's ends: opened here, or −1 */
    int procs;           /* cgroup.procs, or −1 */
    struct clone_how how;
    sigset_t defaults;
};

static void preparation_free(struct preparation *p) {
    program_free(&p->program);
    cleanup_free(&p->owned_argv);
    cleanup_free(&p->owned_env);
    cleanup_free(&p->owned_moves);
    for (int i = 0; i < STREAMS; i++)
        seam_close_quietly(p->theirs[i]);
    seam_close_quietly(p->procs);
}
#define AUTO_PREPARATION __attribute__((cleanup(preparation_free))) struct preparation

/* ------------------------------------------------------------------- streams */

static int open_file(const struct os_run_stream *stream, int number, const char **ret_path) {
    static const char null[] = "/dev/null";
    int flags = O_RDWR;
    const char *path = null;
    if (stream->kind != OS_RUN_DEVNULL) {
        path = stream->path;
        flags = number == STDIN_FILENO ? O_RDONLY : O_WRONLY | O_CREAT;
        if (number != STDIN_FILENO)
            flags |= stream->kind == OS_RUN_APPEND ? O_APPEND : O_TRUNC;
    }
    if (!path)
        return -EINVAL;
    int fd = SYS(open, path, flags | O_CLOEXEC | O_NOCTTY, 0666);
    if (fd < 0)
        *ret_path = path;
    return fd;
}

static int open_pipe(struct os_child *c, int number, int *ret_theirs) {
    int ends[2];
    int r = spawn_pipe(ends);
    if (r < 0)
        return r;
    bool in = number == STDIN_FILENO;
    *ret_theirs = ends[in ? 0 : 1];
    if (!in) {
        struct capture *capture = number == STDOUT_FILENO ? &c->out : &c->err;
        capture->fd = ends[0];
        capture->wanted = true;
        return 0;
    }
    c->in = ends[1];
    return SYS(fcntl, c->in, F_SETFL, O_NONBLOCK);
}

/* Where the program's stream `number` comes from: a descriptor, or −1 for the caller's own. */
static int open_stream(struct os_child *c, struct preparation *p,
                       const struct os_run_stream *stream, int number, const char **ret_path) {
    switch (stream->kind) {
    case OS_RUN_INHERIT:
        return -1;
    case OS_RUN_FD:
        return stream->fd < 0 ? -EBADF : stream->fd;
    case OS_RUN_STDOUT:
        return number == STDERR_FILENO ? STDOUT_FILENO : -EINVAL;
    case OS_RUN_PIPE: {
        int r = open_pipe(c, number, &p->theirs[number]);
        return r < 0 ? r : p->theirs[number];
    }
    case OS_RUN_DEVNULL:
    case OS_RUN_FILE:
    case OS_RUN_APPEND:
        return p->theirs[number] = open_file(stream, number, ret_path);
    }
    return -EINVAL;
}

static void add_move(struct setup *s, int from, int to) {
    s->moves[s->move_count++] = (struct setup_move){.from = from, .to = to};
}

static int prepare_streams(struct os_child *c, struct preparation *p,
                           const struct os_run_options *o, const char **ret_path) {
    static const struct os_run_stream pipe = {.kind = OS_RUN_PIPE};
    const struct os_run_stream *streams[] = {o->input ? &pipe : &o->in, &o->out, &o->err};
    p->setup.moves = p->streams;
    if (o->fd_count) {
        p->owned_moves = mem_alloc((STREAMS + o->fd_count) * sizeof *p->owned_moves);
        if (!p->owned_moves)
            return -ENOMEM;
        p->setup.moves = p->owned_moves;
    }
    int from[STREAMS];
    for (int i = 0; i < STREAMS; i++) {
        from[i] = open_stream(c, p, streams[i], i, ret_path);
        if (from[i] < 0 && streams[i]->kind != OS_RUN_INHERIT)
            return from[i];
    }
    if (o->err.kind == OS_RUN_STDOUT && from[STDOUT_FILENO] >= 0)
        from[STDERR_FILENO] = from[STDOUT_FILENO];
    for (int i = 0; i < STREAMS; i++)
        if (from[i] >= 0)
            add_move(&p->setup, from[i], i);
    for (size_t i = 0; i < o->fd_count; i++)
        add_move(&p->setup, o->fds[i].fd, o->fds[i].as);
    setup_arrange(&p->setup);
    c->input = o->input;
    c->input_left = o->input ? o->input_size : 0;
    c->input_ends = o->input;
    return 0;
}

/* ------------------------------------------------------------------- what to run */

static size_t count(char *const *argv) {
    size_t n = 0;
    while (argv[n])
        n++;
    return n;
}

/* "sh -c -- LINE $0 $1 …" */
static int shell_arguments(struct preparation *p, const char *shell, char *const *argv) {
    static char dash_c[] = "-c", dashes[] = "--";
    enum { BEFORE = 3 };
    size_t n = count(argv);
    p->owned_argv = mem_alloc((BEFORE + n + 1) * sizeof *p->owned_argv);
    if (!p->owned_argv)
        return -ENOMEM;
    p->owned_argv[0] = (char *)shell;
    p->owned_argv[1] = dash_c;
    p->owned_argv[2] = dashes;
    memcpy(p->owned_argv + BEFORE, argv, (n + 1) * sizeof *argv);
    p->argv = p->owned_argv;
    return 0;
}

static int prepare_program(struct preparation *p, char *const *argv, const struct os_run_options *o,
                           const char **reterr_words) {
    char *const *env = NULL;
    int r = run_environment(o, &env, &p->owned_env);
    if (r == -EINVAL)
        *reterr_words = "ValueError: illegal environment variable name";
    if (r < 0)
        return r;
    const char *program = o->executable ? o->executable : o->shell ? "/bin/sh" : argv[0];
    p->argv = argv;
    if (o->shell)
        r = shell_arguments(p, program, argv);
    if (r >= 0)
        r = program_prepare(&p->program, program, p->argv, env, PROGRAM_SEARCH, NULL);
    return r;
}

static void prepare_spawn(struct os_child *c, struct preparation *p, struct os_run_options *o) {
    struct spawn *s = &p->program.spawn;
    p->how = (struct clone_how){.exit_signal = SIGCHLD, .cgroup = -1, .pidfd = &c->pidfd};
    p->setup.options = o;
    p->setup.cgroup = -1;
    p->setup.placed = &p->how.placed;
    p->setup.death_signal = o->parent_death_signal;
    p->setup.parent = o->parent_death_signal ? getpid() : 0;
    sigemptyset(&p->defaults);
    if (!o->inherit_signals) {
        sigaddset(&p->defaults, SIGPIPE);
        sigaddset(&p->defaults, SIGXFSZ);
    }
    s->setup = setup_apply;
    s->setup_argument = &p->setup;
    s->defaults = &p->defaults;
    s->how = &p->how;
}

/* ------------------------------------------------------------------- what holds it */

/* Its number is enough where no other thread could wait for it before this one does. A descriptor
 * costs a tenth of all that a small program takes. */
static bool goes_by_number(const struct os_child *c) {
    return c->unwatched && !c->timeout_ns && c->in < 0 && c->out.fd < 0 && c->err.fd < 0 &&
           SINGLE_THREADED;
}

static int start_alone(struct os_child *c, struct preparation *p, struct spawn_failure *failure) {
    c->tree = OS_RUN_NO_TREE;
    c->by_number = goes_by_number(c);
    if (c->by_number)
        p->how.pidfd = NULL;
    return spawn_start(&p->program.spawn, &c->pid, failure);
}

static int start_in_cgroup(struct os_child *c, struct preparation *p,
                           struct spawn_failure *failure) {
    int r = cgroup_make(&c->cgroup);
    if (r < 0) {
        failure->path = "/sys/fs/cgroup"; /* where none can be made, not the program, is at fault */
        return r;
    }
    c->tree = OS_RUN_CGROUP;
    p->procs = r = cgroup_open_procs(&c->cgroup);
    p->how.cgroup = c->cgroup.directory;
    p->setup.cgroup = p->procs;
    if (r >= 0)
        r = spawn_start(&p->program.spawn, &c->pid, failure);
    if (r < 0) {
        cgroup_remove(&c->cgroup);
        p->how.cgroup = p->setup.cgroup = -1;
    }
    return r;
}

static int start_supervised(struct os_child *c, struct preparation *p, enum supervisor_kind kind,
                            struct spawn_failure *failure) {
    sigset_t mask;
    struct spawn s = p->program.spawn;
    sigprocmask(SIG_SETMASK, NULL, &mask);
    s.mask = &mask;
    p->how.cgroup = p->setup.cgroup = -1;
    p->setup.parent = 0; /* it is the supervisor's child */
    if (kind != SUPERVISOR_LEAVES && !p->setup.death_signal)
        p->setup.death_signal = SIGKILL;
    c->tree = kind == SUPERVISOR_LEAVES      ? OS_RUN_NO_TREE
              : kind == SUPERVISOR_NAMESPACE ? OS_RUN_NAMESPACE
                                             : OS_RUN_SUPERVISOR;
    c->supervised = true;
    return supervisor_start(&c->supervisor, &s, kind, c->grace_ns, &c->pid, &c->pidfd, failure);
}

/* Whether the program itself was at fault, so that no other way would do better. */
static bool is_final(const struct spawn_failure *failure) {
    return failure->error < 0 && !(failure->step && strcmp(failure->step, "cgroup") == 0);
}

/* A caller that handles or ignores SIGCHLD may wait for any child: it gets to see none. */
static bool caller_waits(void) {
    struct sigaction action;
    return sigaction(SIGCHLD, NULL, &action) == 0 &&
           (action.sa_handler != SIG_DFL || action.sa_flags & SA_NOCLDWAIT);
}

static int start_held(struct os_child *c, struct preparation *p, enum os_run_tree tree,
                      struct spawn_failure *failure) {
    int r = -ENOSYS;
    if (tree == OS_RUN_NO_TREE)
        return caller_waits() ? start_supervised(c, p, SUPERVISOR_LEAVES, failure)
                              : start_alone(c, p, failure);
    if (tree == OS_RUN_TREE || tree == OS_RUN_CGROUP)
        r = start_in_cgroup(c, p, failure);
    if (tree == OS_RUN_NAMESPACE)
        r = start_supervised(c, p, SUPERVISOR_NAMESPACE, failure);
    if (r >= 0 || tree == OS_RUN_CGROUP || is_final(failure))
        return r;
    *failure = (struct spawn_failure){0};
    return start_supervised(c, p, SUPERVISOR_SWEEPS, failure);
}

/* ------------------------------------------------------------------- starting */

int child_start(struct os_child *c, char *const *argv, const struct os_run_options *options,
                struct spawn_failure *reterr_failure, const char **reterr_words) {
    struct os_run_options o;
    AUTO_PREPARATION p = {.theirs = {-1, -1, -1}, .procs = -1};
    c->pidfd = c->in = c->out.fd = c->err.fd = c->supervisor.control = -1;
    c->cgroup = (struct cgroup_box){.parent = -1, .directory = -1, .events = -1};
    int r = options_copy(&o, sizeof o, options);
    if (r >= 0 && (!argv[0] || o.tree > OS_RUN_SUPERVISOR)) {
        *reterr_words = "ValueError: argv must not be empty";
        r = -EINVAL;
    }
    if (r < 0)
        return r;
    c->grace_ns = child_ns(o.grace);
    c->timeout_ns = child_ns(o.timeout);
    c->check = o.check;
    c->capture_limit = o.capture_limit ? o.capture_limit : SIZE_MAX;
    c->over_limit = o.over_limit;
    r = prepare_program(&p, argv, &o, reterr_words);
    if (r >= 0)
        r = prepare_streams(c, &p, &o, &reterr_failure->path);
    if (r < 0)
        return r;
    prepare_spawn(c, &p, &o);
    c->started_at = child_now();
    r = start_held(c, &p, o.tree, reterr_failure);
    if (r >= 0 && c->pidfd < 0 && !c->by_number)
        c->pidfd = SYS(kernel_pidfd_open, c->pid, 0);
    if (c->pidfd < 0)
        c->pidfd = -1;
    if (r >= 0 && c->input_ends && !c->input_left)
        seam_close_quietly(TAKE_FD(c->in));
    return r;
}
