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

/** How many descriptors the process has open. */
int open_descriptors(void);

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
