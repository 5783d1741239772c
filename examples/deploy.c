/* SPDX-License-Identifier: MIT */
/** A small deployment in C: directories, configuration, environment, a shell line, the clean-up. */
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Prints the error in Python's words and ends the program: `deploy: FileExistsError: …`. */
static void must(bool worked) {
    if (!worked) {
        os_perror("deploy");
        exit(1);
    }
}

static void write_configuration(const char *root) {
    os_autofree char *path = os_path_join(root, "etc", "app.conf");
    os_autofree char *port = os_getenv("APP_PORT", "8080");
    char text[200];
    must(path && port);
    int size = snprintf(text, sizeof text, "port = %s\nroot = %s\n", port, root);
    must(os_write_file(path, text, (size_t)size, NULL) == 0);
    printf("deploy: wrote %s, atomically and durably, %d bytes\n", path, size);
}

static void show_tree(const char *path) {
    struct os_scandir *entries = os_scandir(path);
    struct os_dir_entry *entry;
    must(entries);
    while ((entry = os_scandir_next(entries)))
        printf("deploy:   %s%s\n", os_dir_entry_path(entry),
               os_dir_entry_is_dir(entry, 0) > 0 ? "/" : "");
    must(errno == 0);
    os_scandir_close(entries);
}

static void run(const char *command) {
    int status;
    os_autofree char *output = os_getoutput(command, &status);
    must(output);
    printf("deploy: %s: exit %d, says: %s\n", command, os_waitstatus_to_exitcode(status), output);
}
