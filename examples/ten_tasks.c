/* SPDX-License-Identifier: MIT */
/** The ten everyday tasks, each with its errors handled: run it in an empty directory. */
#include <errno.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>

/* A task that failed: its error in Python's words. */
#define TRY(call)                                                                                  \
    do {                                                                                           \
        if (!(call)) {                                                                             \
            os_perror(#call);                                                                      \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

int main(void) {
    char *cwd, *path, *home, *output, **names;
    int exitcode;
    int64_t size;

    /* 1. the current directory, however long */
    TRY(cwd = os_getcwd());
    printf("in %s\n", cwd);

    /* 2. a directory with its missing parents */
    TRY(os_makedirs("srv/app/etc", 0777, OS_EXIST_OK) == 0);

    /* 3. a file replaced atomically and durably */
    TRY(os_write_file("srv/app/etc/conf", "port = 80\n", 10, NULL) == 0);

    /* 4. paths joined and made plain */
    TRY(path = os_path_join(cwd, "srv", "../srv/./app"));
    free(cwd);
    TRY(cwd = os_path_normpath(path));
    printf("app at %s\n", cwd);

    /* 5. a directory's names, in order */
    TRY(names = os_listdir("srv/app"));
    os_sort(names);
    for (char **name = names; *name; name++)
        printf("holds %s\n", *name);

    /* 6. a walk through a tree, errors included */
    struct os_walk *walk = os_walk("srv", NULL);
    struct os_walk_entry *at;
    TRY(walk);
    while ((at = os_walk_next(walk)))
        printf("walked %s\n", at->dirpath);
    TRY(errno == 0);
    os_walk_close(walk);

    /* 7. a variable, or a default */
    TRY(home = os_getenv("APP_HOME", "/srv/app"));

    /* 8. a shell line: what it prints, and its exit status */
    TRY(output = os_getoutput("ls srv/app | wc -l", &exitcode));
    printf("%s names, exit code %d\n", output, exitcode);

    /* 9. is it a directory; how large is it */
    TRY(os_path_isdir("srv") && (size = os_path_getsize("srv/app/etc/conf")) >= 0);
    printf("%lld bytes\n", (long long)size);

    /* 10. a tree removed, whatever its depth */
    TRY(os_rmtree("srv", NULL) == 0);
    free(cwd), free(path), free(home), free(output), free(names);
    return 0;
}
