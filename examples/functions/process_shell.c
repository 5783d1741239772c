/* SPDX-License-Identifier: MIT */
/* Runs lines of the shell. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    int code;
    int status = os_system("exit 3");
    if (status >= 0 && os_waitstatus_to_exitcode(status, &code) == 0)
        printf("exit code %d\n", code);
    os_autofree char *text = os_getoutput("echo one; echo two >&2; exit 1", &code);
    if (!text) {
        os_perror("sh");
        return 1;
    }
    printf("%s (%d)\n", text, code);
    return 0;
}

/* It prints:
 *     exit code 3
 *     one
 *     two (1)
 */
