/* SPDX-License-Identifier: MIT */
/** The pages of the manual that are installed beside the command. */
#include "frame/page.h"

#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where pages are, from the command's directory on: installed, as Debian packs them, where it was built. */
static const struct {
    const char *folder, *ending;
} places[] = {{"../share/man/man3", ".3"}, {"../share/man/man3", ".3.gz"}, {"docs/man/man3", ".3"}};

static char *page_at(const char *folder, size_t place, const char *function) {
    char name[100];
    if ((size_t)snprintf(name, sizeof name, "%s%s", function, places[place].ending) >= sizeof name)
        return NULL;
    char *path = os_path_join(folder, places[place].folder, name);
    if (path && os_path_isfile(path) == 1)
        return path;
    free(path);
    return NULL;
}

void show_page(const char *function) {
    if (!os_isatty(STDOUT_FILENO))
        return;
    os_autofree char *command = os_readlink("/proc/self/exe");
    os_autofree char *folder = command ? os_path_dirname(command) : NULL;
    os_autofree char *page = NULL;
    for (size_t i = 0; folder && !page && i < sizeof places / sizeof *places; i++)
        page = page_at(folder, i, function);
    if (page)
        os_execlp("man", "man", "-l", page, (char *)NULL); /* returns where there is no man */
}
