/* SPDX-License-Identifier: MIT */
/** Journals that nothing is in any more, removed from where others' files are. */
#include "base/seam.h"
#include "fs/dir.h"
#include "plan/journal.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const char *const more_dirs[] = {"forgotten", "try"};
static const char *const files[] = {"key", "reserve", "last", "lock"};

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* What can't be read isn't empty. */
static bool is_empty(int dir, const char *name) {
    AUTO_FREE char **names = NULL;
    AUTO_CLOSE int fd = SYS(openat, dir, name, DIR_OPEN | O_NOFOLLOW);
    return fd == -ENOENT || (fd >= 0 && dir_list(fd, &names) >= 0 && !*names);
}

static bool is_unused(const struct journal *j) {
    bool empty = true;
    for (int i = 0; empty && i < JOURNAL_STATES; i++)
        empty = is_empty(j->fd, journal_names[i]);
    for (size_t i = 0; empty && i < COUNT(more_dirs); i++)
        empty = is_empty(j->fd, more_dirs[i]);
    return empty;
}

/* The directory itself, if its path still leads to it. */
static void remove_itself(const struct journal *j) {
    const char *slash = strrchr(j->path, '/');
    AUTO_CLOSE int above = SYS(openat, j->fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct look look;
    if (above >= 0 && look_at(above, slash + 1, &look) >= 0 && look.id.ino == j->ino)
        SYS(unlinkat, above, slash + 1, AT_REMOVEDIR);
}

void journals_drop_unused(struct journals *js, struct journal *j) {
    if (j == js->list[0] || j->lock < 0 || !is_unused(j) || journals_make_unknown(js, j) < 0)
        return;
    /* Without its uuid it is incomplete, and whoever comes makes it complete: so that goes first. */
    SYS(unlinkat, j->fd, "uuid", 0);
    for (int i = 0; i < JOURNAL_STATES; i++)
        SYS(unlinkat, j->fd, journal_names[i], AT_REMOVEDIR);
    for (size_t i = 0; i < COUNT(more_dirs); i++)
        SYS(unlinkat, j->fd, more_dirs[i], AT_REMOVEDIR);
    for (size_t i = 0; i < COUNT(files); i++)
        SYS(unlinkat, j->fd, files[i], 0);
    remove_itself(j);
}

void journals_drop_new(struct journals *js) {
    for (size_t i = 0; i < js->count; i++) {
        struct journal *j = js->list[i];
        if (j->made && (j->lock >= 0 || journal_lock(js, j) >= 0))
            journals_drop_unused(js, j);
    }
}
