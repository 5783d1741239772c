/* SPDX-License-Identifier: MIT */
/* Starts a program with its output in a file and in another directory. */
#include <fcntl.h>
#include <osier.h>
#include <stdio.h>

int main(void) {
    char *const argv[] = {"sh", "-c", "pwd -P", NULL};
    const struct os_spawn_action actions[] = {
        {.kind = OS_POSIX_SPAWN_OPEN,
         .fd = 1,
         .path = "out",
         .flags = O_WRONLY | O_CREAT,
         .mode = 0600},
        {.kind = OS_POSIX_SPAWN_CHDIR, .path = "/"},
    };
    struct os_posix_spawn_options options = {
        .size = sizeof options, .file_actions = actions, .file_action_count = 2};
    int status;
    pid_t child = os_posix_spawn("/bin/sh", argv, NULL, &options);
    if (child < 0 || os_waitpid(child, 0, &status) < 0) {
        os_perror("sh");
        return 1;
    }
    os_autofree char *printed = os_read_file("out", NULL);
    printf("%s", printed);
    child = os_posix_spawnp("true", argv, NULL, NULL); /* looked for in PATH */
    return child < 0 || os_waitpid(child, 0, &status) < 0 || status != 0;
}

/* It prints:
 *     /
 */
