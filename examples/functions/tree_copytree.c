/* SPDX-License-Identifier: MIT */
/* Copies a tree, tells where the copy differs after a change, measures it and removes it. */
#include <inttypes.h>
#include <osier.h>
#include <stdio.h>
#include <stdlib.h>

static int tell(const struct os_error *error, void *data) {
    (void)data;
    fprintf(stderr, "%s: %s\n", error->filename, os_strerror(error->number));
    return 0; /* go on */
}

int main(void) {
    os_makedirs("site/css", 0755, 0);
    os_write_file("site/index.html", "<p>hello", 8, NULL);

    struct os_copytree_options options = {.size = sizeof options, .symlinks = true};
    options.control.on_error = tell;
    if (os_copytree("site", "copy", &options) < 0)
        os_perror("copytree");
    os_write_file("copy/index.html", "<p>hello!", 9, NULL);

    struct os_tree_compare *difference = os_tree_compare("site", "copy", NULL);
    for (size_t i = 0; difference && i < difference->count; i++)
        printf("differs: %s\n", difference->list[i].path);
    free(difference);

    struct os_tree_usage *usage = os_tree_usage("copy", NULL);
    if (usage)
        printf("%" PRIu64 " files with %" PRIu64 " bytes\n", usage->files, usage->apparent);
    free(usage);
    return os_rmtree("copy", NULL) < 0;
}

/* It prints:
 *     differs: index.html
 *     1 files with 9 bytes
 */
