/* SPDX-License-Identifier: MIT */
/** What the C tests share: cmocka, a directory of their own, and the checks of errno and record. */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <osier.h>

/** cmocka fixtures: a fresh empty directory is the current one, and is removed afterwards. */
int enter_scratch(void **state);
int leave_scratch(void **state);

/** A group of tests, each in a scratch directory of its own. */
#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, enter_scratch, leave_scratch)

/** Whether a sanitizer is built in, which takes memory and time of its own. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#else
#define SANITIZED false
#endif

/** Skips a test that is about memory or time, where a sanitizer takes its own. */
#define SKIP_SANITIZED()                                                                           \
    do {                                                                                           \
        if (SANITIZED)                                                                             \
            skip();                                                                                \
    } while (0)

/** Whether tests/support/deny.c keeps the test from this system call, "memfd_create". */
bool call_denied(const char *name);

/** Skips a test of something that nothing but this system call can do, where it is denied. */
#define NEEDS_CALL(name)                                                                           \
    do {                                                                                           \
        if (call_denied(name))                                                                     \
            skip();                                                                                \
    } while (0)

/** How many descriptors the process has open. */
int open_descriptors(void);

/** Where files are in memory: what tools/check says, /dev/shm, or where temporary files are. */
const char *memory_place(void);

/** How many processes have these bytes in their environment. */
int processes_with(const char *bytes);

/** Writes a file by hand, apart from the library. */
void write_text(const char *path, const char *text);

/** That the last call failed with `number`, and that the record says so with these names. */
#define assert_error(number, operation, filename, filename2)                                       \
    check_error(number, operation, filename, filename2, __FILE__, __LINE__)
void check_error(int number, const char *operation, const char *filename, const char *filename2,
                 const char *file, int line);

/** That an owned string is what is expected; frees it. */
#define assert_text(call, expected)                                                                \
    do {                                                                                           \
        char *text_ = (call);                                                                      \
        assert_non_null(text_);                                                                    \
        assert_string_equal(text_, expected);                                                      \
        free(text_);                                                                               \
    } while (0)

#endif
