/* SPDX-License-Identifier: MIT */
/* Replaces a process by a program, in each of the ways: each in a child. */
#include <fcntl.h>
#include <osier.h>
#include <stdio.h>

int main(void) {
    char *const argv[] = {"sh", "-c", "exit ${CODE:-1}", NULL};
    char *const env[] = {"CODE=2", "PATH=/usr/bin:/bin", NULL};
    int sum = 0;
    for (int way = 0; way < 10; way++) {
        pid_t child = os_fork();
        if (child == 0) {
            switch (way) {
            case 0:
                os_execv("/bin/sh", argv);
                break;
            case 1:
                os_execve("/bin/sh", argv, env);
                break;
            case 2:
                os_execvp("sh", argv);
                break;
            case 3:
                os_execvpe("sh", argv, env);
                break;
            case 4:
                os_execl("/bin/sh", "sh", "-c", "exit 1", (char *)NULL);
                break;
            case 5:
                os_execle("/bin/sh", "sh", "-c", "exit $CODE", (char *)NULL, env);
                break;
            case 6:
                os_execlp("sh", "sh", "-c", "exit 1", (char *)NULL);
                break;
            case 7:
                os_execlpe("sh", "sh", "-c", "exit $CODE", (char *)NULL, env);
                break;
            case 8:
                os_fexecve(os_open("/bin/sh", O_RDONLY, 0), argv, env);
                break;
            case 9:
                os_execveat(OS_CWD, "/bin/sh", argv, env, 0);
                break;
            }
            os_perror("sh"); /* it came back */
            os__exit(127);
        }
        int status, code;
        os_waitpid(child, 0, &status);
        os_waitstatus_to_exitcode(status, &code);
        sum += code;
    }
    printf("exit codes: %d\n", sum);
    return 0;
}

/* It prints:
 *     exit codes: 16
 */
