/* SPDX-License-Identifier: MIT */
/* What runs around a fork, a child on a terminal of its own, and the worst end. */
#include <osier.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static void renew(void) {
    os_putenv("STATE", "fresh");
} /* a seed, a connection … */

int main(void) {
    int terminal, status;
    os_register_at_fork(NULL, NULL, renew);
    pid_t child = os_forkpty(&terminal);
    if (child == 0) {
        os_autofree char *state = os_getenv("STATE", "old");
        os_write(1, state, strlen(state));
        os__exit(os_isatty(1) ? 0 : 1);
    }
    char text[16] = "";
    if (child < 0 || os_read(terminal, text, sizeof text - 1) < 0) {
        os_perror("forkpty");
        return 1;
    }
    os_waitpid(child, 0, &status);
    printf("%s, on a terminal: %d\n", text, status == 0);

    child = os_fork();
    if (child == 0) {
        const struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        os_abort();
    }
    os_waitpid(child, 0, &status);
    printf("aborted: %d\n", os_WTERMSIG(status) == SIGABRT);
    return os_close(terminal);
}

/* It prints:
 *     fresh, on a terminal: 1
 *     aborted: 1
 */
