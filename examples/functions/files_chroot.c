/* SPDX-License-Identifier: MIT */
/* Locks a child, and only it, into a directory, which takes root; a struct os_root takes nothing. */
#include <errno.h>
#include <osier.h>
#include <stdio.h>

int main(void) {
    os_mkdir("jail", 0755);
    os_write_file("jail/note", "inside\n", 7, NULL);
    pid_t child = os_fork();
    if (child == 0) {
        if (os_chroot("jail") < 0)
            os__exit(errno == EPERM ? 77 : 1);
        os_chdir("/"); /* the current directory is still outside */
        os__exit(os_path_exists("/note") == 1 ? 0 : 1);
    }
    int status, code = 1;
    if (os_waitpid(child, 0, &status) < 0 || os_waitstatus_to_exitcode(status, &code) < 0)
        os_perror("jail");
    else if (code == 0)
        printf("the child saw /note\n");
    return code;
}

/* It prints:
 *     the child saw /note
 */
