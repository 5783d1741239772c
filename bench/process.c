/* SPDX-License-Identifier: MIT */
/** Starting a program that does nothing and waiting for it, beside what else does so; and capturing
 *  much output. */
#include "measure.h"

#include <fcntl.h>
#include <osier.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef WITH_GLIB
#include <glib.h>
#endif
#ifdef WITH_LIBUV
#include <uv.h>
#endif

#define MIB     (1024L * 1024)
#define THREADS ", with threads"
#define LARGE   (1024 * MIB) /* what is captured at once */
#define HEAD    "head", "-c", "1073741824", "/dev/zero"

static const char *nothing; /* the program */

/* Has the parent so much memory in use, from here on. */
static void grow(size_t size) {
    static size_t grown;
    if (size <= grown)
        return;
    char *block = malloc(size - grown);
    if (!block)
        abort();
    memset(block, 1, size - grown);
    HIDE(block);
    grown = size;
}

static void check(bool good) {
    if (!good)
        abort();
}

static void run_osier(void) {
    check(os_run(OS_ARGV(nothing), NULL, NULL) == 0);
}

static void run_bare(void) {
    char *const argv[] = {(char *)(intptr_t)nothing, NULL};
    pid_t pid = vfork();
    if (pid == 0) {
        execve(nothing, argv, environ);
        _exit(127);
    }
    check(waitpid(pid, NULL, 0) == pid);
}

static void run_posix_spawn(void) {
    char *const argv[] = {(char *)(intptr_t)nothing, NULL};
    pid_t pid;
    check(posix_spawn(&pid, nothing, NULL, NULL, argv, environ) == 0);
    check(waitpid(pid, NULL, 0) == pid);
}

static void run_system(void) {
    check(system(nothing) == 0);
}

#ifdef WITH_GLIB
static void run_glib(void) {
    char *argv[] = {(char *)(intptr_t)nothing, NULL};
    check(g_spawn_sync(NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, NULL, NULL));
}
#endif

#ifdef WITH_LIBUV
static void ended(uv_process_t *process, int64_t code, int sig) {
    check(code == 0 && sig == 0);
    uv_close((uv_handle_t *)process, NULL);
}

static void run_libuv(void) {
    char *argv[] = {(char *)(intptr_t)nothing, NULL};
    uv_process_t process;
    uv_process_options_t options = {.file = nothing, .args = argv, .exit_cb = ended};
    check(uv_spawn(uv_default_loop(), &process, &options) == 0);
    check(uv_run(uv_default_loop(), UV_RUN_DEFAULT) == 0);
}
#endif

#define AT_SIZE(peer, size)                                                                        \
    static void peer##_##size(long times) {                                                        \
        grow((size_t)(size)*MIB);                                                                  \
        while (times-- > 0)                                                                        \
            run_##peer();                                                                          \
    }
#define AT_SIZES(peer) AT_SIZE(peer, 0) AT_SIZE(peer, 256) AT_SIZE(peer, 2048)
AT_SIZES(osier)
AT_SIZES(bare)
AT_SIZES(posix_spawn)
AT_SIZES(system)
#ifdef WITH_GLIB
AT_SIZES(glib)
#endif
#ifdef WITH_LIBUV
AT_SIZES(libuv)
#endif

static void capture_osier(long times) {
    struct os_run_options options = {.size = sizeof options, .out = {OS_RUN_PIPE}};
    while (times-- > 0) {
        struct os_run_result result;
        check(os_run(OS_ARGV(HEAD), &options, &result) == 0);
        check(result.out_size == LARGE);
        os_run_result_free(&result);
    }
}

static pid_t start_head(int end) {
    pid_t pid = vfork();
    if (pid == 0) {
        dup2(end, STDOUT_FILENO);
        execlp("head", HEAD, (char *)NULL);
        _exit(127);
    }
    return pid;
}

/* Into a block that is large enough from the start, as only a benchmark can have it. */
static void capture_bare(long times) {
    while (times-- > 0) {
        int ends[2];
        char *block = malloc(LARGE);
        size_t size = 0;
        check(block && pipe2(ends, O_CLOEXEC) == 0);
        pid_t pid = start_head(ends[1]);
        close(ends[1]);
        for (ssize_t got; (got = read(ends[0], block + size, LARGE - size)) > 0;)
            size += (size_t)got;
        close(ends[0]);
        check(waitpid(pid, NULL, 0) == pid && size == LARGE);
        free(block);
    }
}

#ifdef WITH_GLIB
#define GLIB(row, size) {row, "g_spawn_sync", glib_##size},
#else
#define GLIB(row, size)
#endif
#ifdef WITH_LIBUV
#define LIBUV(row, size) {row, "uv_spawn", libuv_##size},
#else
#define LIBUV(row, size)
#endif
/* GLib and libuv make threads, which are the program's from then on. */
#define ROWS(row, size)                                                                            \
    {row, "osier", osier_##size}, {row, "vfork", bare_##size},                                     \
        {row, "posix_spawn", posix_spawn_##size}, {row, "system", system_##size},                  \
        {row THREADS, "osier", osier_##size}, GLIB(row THREADS, size) LIBUV(row THREADS, size) {   \
        row THREADS, "vfork", bare_##size                                                          \
    }
static const struct operation operations[] = {
    {"capture of 1 GiB", "osier", capture_osier},
    {"capture of 1 GiB", "vfork", capture_bare},
    ROWS("run nothing", 0),
    ROWS("run nothing, 256 MiB in use", 256),
    ROWS("run nothing, 2 GiB in use", 2048),
};

int main(int argc, char **argv) {
    if (argc != 2)
        return fputs("usage: process NOTHING\n", stderr), 2;
    nothing = argv[1];
    setvbuf(stdout, NULL, _IOLBF, 0);
    measure_apart(operations, sizeof operations / sizeof *operations);
    return 0;
}
