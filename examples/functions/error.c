/* SPDX-License-Identifier: MIT */
/* What a failed call leaves: errno, and in the thread's record the rest of Python's OSError. */
#include <errno.h>
#include <osier.h>
#include <stdio.h>

int main(void) {
    if (os_rename("nothing", "something") == 0)
        return 1;
    const struct os_error *error = os_last_error();
    printf("%d: %s of '%s' to '%s'\n", errno == ENOENT, error->operation, error->filename,
           error->filename2);
    os_autofree char *text = os_error_text();
    printf("%s\n", text);
    return 0;
}

/* It prints:
 *     1: rename of 'nothing' to 'something'
 *     FileNotFoundError: [Errno 2] No such file or directory: 'nothing' -> 'something'
 */
