/* SPDX-License-Identifier: MIT */
/** Looks names up in the table, and suggests names for mistyped ones. */
#include "frame/suggest.h"

#include <stdio.h>
#include <string.h>

const struct function *find_function(const char *name) {
    for (const struct function *f = functions; f->name; f++)
        if (strcmp(f->name, name) == 0)
            return f;
    for (const struct function *f = functions; f->name; f++)
        for (const char *const *other = f->names; *other; other++)
            if (strcmp(*other, name) == 0)
                return f;
    return NULL;
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* How many letters have to be inserted, removed, changed or swapped. */
static size_t distance(const char *a, const char *b) {
    enum { MOST = 64 };
    size_t rows[3][MOST + 1];
    size_t size = strlen(b);
    if (size > MOST)
        return MOST;
    for (size_t j = 0; j <= size; j++)
        rows[1][j] = j;
    for (size_t i = 0; a[i]; i++) {
        rows[2][0] = i + 1;
        for (size_t j = 0; j < size; j++) {
            size_t change = rows[1][j] + (a[i] != b[j]);
            rows[2][j + 1] = least(change, 1 + least(rows[1][j + 1], rows[2][j]));
            if (i && j && a[i] == b[j - 1] && a[i - 1] == b[j])
                rows[2][j + 1] = least(rows[2][j + 1], rows[0][j - 1] + 1);
        }
        memcpy(rows[0], rows[1], sizeof rows[0]);
        memcpy(rows[1], rows[2], sizeof rows[1]);
    }
    return rows[1][size];
}

/* "join" of "os.path.join". */
static const char *last_part(const char *name) {
    const char *dot = strrchr(name, '.');
    return dot ? dot + 1 : name;
}

const char *suggest_option(const struct function *function, const char *name) {
    static const char *const common[] = {"json", "jsonl", "null", "help"};
    const char *best = NULL;
    size_t closest = strlen(name) / 3 + 1, far;
    for (const struct argument *a = function->arguments; a->name; a++) {
        bool begins = *name && strncmp(a->name, name, strlen(name)) == 0;
        if (a->kind == POSITIONAL || (far = begins ? 0 : distance(name, a->name)) >= closest)
            continue;
        closest = far;
        best = a->name;
    }
    for (size_t i = 0; i < sizeof common / sizeof *common; i++) {
        if ((far = distance(name, common[i])) < closest) {
            closest = far;
            best = common[i];
        }
    }
    return best;
}

static const struct function *nearest(const char *name) {
    enum { NEARER = 64 }; /* the last part counts first, the whole name where that is equal */
    const struct function *best = NULL, *same = NULL;
    size_t closest = (strlen(last_part(name)) / 3 + 1) * NEARER;
    for (const struct function *f = functions; f->name; f++) {
        if (!f->run)
            continue;
        if (strcmp(last_part(f->name), last_part(name)) == 0) {
            if (strncmp(f->name, "os.", 3) == 0)
                return f; /* os.path.join rather than ntpath.join */
            same = same ? same : f;
        }
        size_t far = distance(last_part(name), last_part(f->name)) * NEARER;
        far += least(distance(name, f->name), NEARER - 1);
        if (far < closest) {
            closest = far;
            best = f;
        }
    }
    return same ? same : best;
}

const char *suggest(const char *name) {
    /* Names of other commands that do the same. */
    static const char *const others[][2] = {
        {"cat", "'os.read_file'"},
        {"cd", "'os.chdir', which can't be called from a shell"},
        {"copy", "'cp'"},
        {"del", "'rm'"},
        {"delete", "'rm'"},
        {"df", "'os.disk_usage'"},
        {"diff", "'compare'"},
        {"dir", "'os.listdir' or 'walk --max-depth=1'"},
        {"env", "'os.environ'"},
        {"find", "'walk' or 'glob'"},
        {"ln", "'os.symlink' or 'os.link'"},
        {"ls", "'os.listdir' or 'walk --max-depth=1'"},
        {"move", "'mv'"},
        {"pwd", "'os.getcwd'"},
        {"remove", "'rm'"},
        {"size", "'du'"},
        {"touch", "'os.utime', or 'os.mknod' for a new file"},
        {"tree", "'walk'"},
        {"unlink", "'rm'"},
    };
    static char hint[100];
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(others[i][0], name) == 0)
            return others[i][1];
    const struct function *function = nearest(name);
    if (function)
        snprintf(hint, sizeof hint, "'%s'", function->name);
    return function ? hint : NULL;
}
