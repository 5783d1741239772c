/* SPDX-License-Identifier: MIT */
/* Starts programs as children, in each of the ways. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    char *const argv[] = {"sh", "-c", "exit ${CODE:-1}", NULL};
    char *const env[] = {"CODE=2", "PATH=/usr/bin:/bin", NULL};
    printf("%d %d %d\n", os_spawnv(OS_P_WAIT, "/bin/sh", argv),
           os_spawnve(OS_P_WAIT, "/bin/sh", argv, env), os_spawnvpe(OS_P_WAIT, "sh", argv, env));
    printf("%d %d\n", os_spawnl(OS_P_WAIT, "/bin/sh", "sh", "-c", "exit 1", (char *)NULL),
           os_spawnle(OS_P_WAIT, "/bin/sh", "sh", "-c", "exit $CODE", (char *)NULL, env));
    printf("%d %d\n", os_spawnlp(OS_P_WAIT, "sh", "sh", "-c", "exit 1", (char *)NULL),
           os_spawnlpe(OS_P_WAIT, "sh", "sh", "-c", "exit $CODE", (char *)NULL, env));
    return 0;
}

/* It prints:
 *     1 2 2
 *     1 2
 *     1 2
 */
