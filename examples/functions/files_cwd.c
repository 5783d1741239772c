/* SPDX-License-Identifier: MIT */
/* Goes into a directory and back, also where the way back was renamed meanwhile. */
#include <fcntl.h>
#include <osier.h>
#include <stdio.h>

int main(void) {
    int home = os_open(".", O_RDONLY | O_DIRECTORY, 0);
    os_makedirs("a/b", 0755, 0);
    if (os_chdir("a/b") < 0) {
        os_perror("a/b");
        return 1;
    }
    os_autofree char *there = os_getcwd();
    os_autofree char *name = os_path_basename(there);
    printf("in %s\n", name);
    if (os_fchdir(home) < 0)
        return 1;
    printf("back: %d\n", os_path_isdir("a") == 1);
    return os_close(home);
}

/* It prints:
 *     in b
 *     back: 1
 */
