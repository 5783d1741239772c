/* SPDX-License-Identifier: MIT */
/** Whole trees: trees SOURCE COPY copies one, shows what takes the space in it, and removes it. */
#include <inttypes.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>

static int tell(const struct os_error *error, void *data) {
    ++*(int *)data;
    fprintf(stderr, "%s: %s\n", error->filename ? error->filename : "?",
            os_strerror(error->number));
    return 0; /* and go on */
}

int main(int argc, char **argv) {
    if (argc != 3)
        return 64;
    int failures = 0;
    const char *ignore[] = {"*.o", ".git", NULL};
    struct os_copytree_options copy = {
        .size = sizeof copy, .control.on_error = tell, .symlinks = true, .ignore = ignore};
    copy.control.data = &failures;
    if (os_copytree(argv[1], argv[2], &copy) < 0)
        os_perror("copy");
    else if (failures)
        fprintf(stderr, "%d of it could not be copied\n", failures);
    if (!os_path_isdir(argv[2]))
        return 1;

    struct os_tree_usage_options options = {.size = sizeof options, .depth = 1, .top = 4};
    struct os_tree_usage *usage =
        os_tree_usage(argv[2], &options); /* hard links count once, as in du */
    for (size_t i = 0; usage && i < usage->count; i++)
        printf("%8" PRIu64 " %s\n", usage->list[i].apparent, usage->list[i].path);
    free(usage);

    struct os_walk *walk = os_walk(argv[2], NULL); /* of any depth, with a few descriptors */
    struct os_walk_entry *at;
    size_t headers = 0;
    while ((at = os_walk_next(walk))) {
        for (char **name = at->filenames; *name; name++) {
            struct os_slice root, ext;
            os_path_splitext_slices(*name, &root, &ext);
            headers += ext.size == 2 && ext.data[1] == 'h';
        }
    }
    walk = os_walk_close(walk);
    printf("%zu headers\n", headers);
    return os_rmtree(argv[2], NULL) < 0;
}
