/* SPDX-License-Identifier: MIT */
/** libFuzzer over the text functions of os.path and ntpath: what must hold for every input. */
#include "fuzz.h"

#include <osier.h>

static bool equal(const char *a, const char *b) {
    return strcmp(a, b) == 0;
}

/* The texts of a list one after another. */
static char *glue(char **list) {
    size_t size = 1;
    for (size_t i = 0; list[i]; i++)
        size += strlen(list[i]);
    char *whole = calloc(1, size);
    HOLDS(whole);
    for (size_t i = 0; list[i]; i++)
        strcat(whole, list[i]);
    return whole;
}

/* What was split off is all there was. */
static void splits(const char *path, char **list) {
    HOLDS(list);
    os_autofree char *whole = glue(list);
    HOLDS(equal(whole, path));
    free(list);
}

static void one_path(const char *path) {
    splits(path, os_path_splitext(path));
    splits(path, os_path_splitdrive(path));
    splits(path, os_path_splitroot(path));
    os_autofree char **parts = os_path_split(path);
    os_autofree char *base = os_path_basename(path), *dir = os_path_dirname(path);
    HOLDS(parts && base && dir && equal(parts[0], dir) && equal(parts[1], base));
    HOLDS(!strchr(base, '/'));
    os_autofree char *normal = os_path_normpath(path);
    HOLDS(normal && *normal);
    os_autofree char *again = os_path_normpath(normal);
    HOLDS(again && equal(normal, again));
    HOLDS(!strstr(normal + 1, "//") && (normal[0] == '/') == os_path_isabs(path));
    os_autofree char *absolute = os_path_abspath(path);
    HOLDS(absolute && os_path_isabs(absolute));
}

static void one_windows_path(const char *path) {
    splits(path, os_ntpath_splitext(path));
    splits(path, os_ntpath_splitdrive(path));
    splits(path, os_ntpath_splitroot(path));
    os_autofree char **parts = os_ntpath_split(path);
    os_autofree char *base = os_ntpath_basename(path), *dir = os_ntpath_dirname(path);
    HOLDS(parts && base && dir && equal(parts[0], dir) && equal(parts[1], base));
    HOLDS(!strpbrk(base, "\\/"));
    os_autofree char *normal = os_ntpath_normpath(path), *lower = os_ntpath_normcase(path);
    HOLDS(normal && *normal && !strchr(normal, '/') && lower && !strchr(lower, '/'));
    os_autofree char *again = os_ntpath_normcase(lower);
    HOLDS(again && equal(lower, again));
    os_autofree char *expanded = os_ntpath_expandvars(path);
    HOLDS(expanded);
    (void)os_ntpath_isreserved(path);
}

static void two_windows_paths(const char *a, const char *b) {
    os_autofree char *joined = os_ntpath_join(a, b);
    HOLDS(joined && strlen(joined) >= strlen(b));
    os_autofree char *common = os_ntpath_commonpath((const char *const[]){a, b, NULL});
    HOLDS(common || errno == EINVAL);
    os_autofree char *way = os_ntpath_relpath(a, b);
    HOLDS(way || errno == EINVAL);
}

static void two_paths(const char *a, const char *b) {
    os_autofree char *joined = os_path_join(a, b, NULL);
    HOLDS(joined && strlen(joined) >= strlen(b));
    HOLDS(equal(joined + strlen(joined) - strlen(b), b));
    if (*a) { /* relpath("", …) is a ValueError */
        os_autofree char *relative = os_path_relpath(a, *b ? b : NULL);
        HOLDS(relative && !os_path_isabs(relative));
        os_autofree char *back = os_path_join(*b ? b : ".", relative, NULL);
        os_autofree char *whole = os_path_abspath(back), *expected = os_path_abspath(a);
        size_t skip_back = strncmp(whole, "//", 2) == 0, skip = strncmp(expected, "//", 2) == 0;
        HOLDS(equal(whole + skip_back, expected + skip));
    }
    const char *const both[] = {a, b, NULL};
    os_autofree char *prefix = os_path_commonprefix(both);
    HOLDS(prefix && strncmp(a, prefix, strlen(prefix)) == 0);
    HOLDS(strncmp(b, prefix, strlen(prefix)) == 0);
    os_autofree char *common = os_path_commonpath(both);
    HOLDS(common ? os_path_isabs(a) == os_path_isabs(b) : errno == EINVAL);
}

static void expands(const char *text) {
    os_autofree char *vars = os_path_expandvars(text), *user = os_path_expanduser(text);
    HOLDS(vars && user);
    HOLDS(strchr(text, '$') || equal(text, vars));
    HOLDS(*text == '~' || equal(text, user));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = malloc(size + 2);
    HOLDS(text);
    memcpy(text, data, size);
    memset(text + size, 0, 2);
    const char *second = text + strlen(text) + 1; /* a NUL divides the input in two */
    one_path(text);
    two_paths(text, second);
    one_windows_path(text);
    two_windows_paths(text, second);
    expands(text);
    free(text);
    return 0;
}
