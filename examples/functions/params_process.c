/* SPDX-License-Identifier: MIT */
/* What the process is called, where it runs, and which bits its files don't get. */
#include <osier.h>
#include <stdio.h>

int main(void) {
    struct os_uname_result system;
    if (os_uname(&system) < 0) {
        os_perror("uname");
        return 1;
    }
    os_autofree char *terminal = os_ctermid();
    os_autofree char *login = os_getlogin(); /* NULL under cron and in containers */
    printf("%s, %s\n", system.sysname, terminal);
    printf("the first thread: %d, a child: %d\n", os_gettid() == os_getpid(),
           os_getppid() != os_getpid());

    mode_t before = os_umask(077); /* of the whole process: early, before there are threads */
    printf("umask %03o\n", os_umask_get());
    os_umask(before);
    return login && !*login;
}

/* It prints:
 *     Linux, /dev/tty
 *     the first thread: 1, a child: 1
 *     umask 077
 */
