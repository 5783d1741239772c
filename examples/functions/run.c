/* SPDX-License-Identifier: MIT */
/* Runs a program with an input, a time limit and the end of everything that it started. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    struct os_run_options options = {.size = sizeof options,
                                     .input = "b\na\n",
                                     .input_size = 4,
                                     .out.kind = OS_RUN_PIPE,
                                     .timeout = 30,
                                     .tree = OS_RUN_TREE};
    struct os_run_result result = {0};
    if (os_run(OS_ARGV("sort"), &options, &result) < 0)
        os_perror("sort"); /* no such program, too slow … */
    else
        printf("%d\n%s", result.returncode, result.out);
    os_run_result_free(&result);
    return 0;
}

/* It prints:
 *     0
 *     a
 *     b
 */
