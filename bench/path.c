/* SPDX-License-Identifier: MIT */
/** Path functions beside the least possible C and GLib; bench/path.py does the same in CPython. */
#include "measure.h"

#include <osier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef WITH_GLIB
#include <glib.h>
#endif

/* The same names stand in bench/path.py. */
static const char *part1 = "/srv/releases/2026-11-23/application";
static const char *part2 = "lib/python3/dist-packages/some_package";
static const char *part3 = "__init__.py";
static const char *whole =
    "/srv/releases/2026-11-23/application/lib/python3/dist-packages/module.py";
static const char *messy = "/srv/./releases//2026-11-23/x/../application/lib/python3/./module.py";
static const char *other = "/srv/releases/2026-11-22/application/share";
static const char *nt_part1 = "C:\\srv\\releases\\2026-11-23\\application";
static const char *nt_part2 = "lib\\python3\\dist-packages\\some_package";
static const char *nt_whole =
    "C:\\srv\\releases\\2026-11-23\\application\\lib\\python3\\dist-packages\\module.py";
static const char *nt_messy =
    "C:/srv\\.\\releases//2026-11-23\\x/../application\\lib\\python3\\.\\module.py";
static const char *nt_other = "C:\\srv\\releases\\2026-11-22\\application\\share";
static const char *variables = "$HOME/${OSIER_BENCH}/lib";

static char *bare_join(const char *a, const char *b, const char *c) {
    size_t na = strlen(a), nb = strlen(b), nc = strlen(c);
    char *joined = malloc(na + nb + nc + 3);
    if (!joined)
        abort();
    memcpy(joined, a, na);
    joined[na] = '/';
    memcpy(joined + na + 1, b, nb);
    joined[na + nb + 1] = '/';
    memcpy(joined + na + nb + 2, c, nc + 1);
    return joined;
}

/* The yardstick that the project sets for join: malloc + memcpy + free, the sizes known. */
static void bare_copy(long times) {
    const char *a = part1, *b = part2, *c = part3;
    size_t na = strlen(a), nb = strlen(b), nc = strlen(c);
    while (times-- > 0) {
        __asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(na), "+r"(nb), "+r"(nc));
        char *joined = malloc(na + nb + nc + 3);
        if (!joined)
            abort();
        memcpy(joined, a, na);
        joined[na] = '/';
        memcpy(joined + na + 1, b, nb);
        joined[na + nb + 1] = '/';
        memcpy(joined + na + nb + 2, c, nc + 1);
        HIDE(joined);
        free(joined);
    }
}

#define TAKE(call)                                                                                 \
    do {                                                                                           \
        void *taken = (call);                                                                      \
        HIDE(taken);                                                                               \
        free(taken);                                                                               \
    } while (0)
#define HIDDEN(path)                                                                               \
    ({                                                                                             \
        const char *hidden = (path);                                                               \
        HIDE(hidden);                                                                              \
        hidden;                                                                                    \
    })

OPERATION(join_osier, TAKE(os_path_join(HIDDEN(part1), HIDDEN(part2), HIDDEN(part3))))
OPERATION(join_strlen, TAKE(bare_join(HIDDEN(part1), HIDDEN(part2), HIDDEN(part3))))
OPERATION(clean_osier, TAKE(os_path_normpath(HIDDEN(whole))))
OPERATION(messy_osier, TAKE(os_path_normpath(HIDDEN(messy))))
OPERATION(basename_osier, TAKE(os_path_basename(HIDDEN(whole))))
OPERATION(basename_slice, struct os_slice s = os_path_basename_slice(HIDDEN(whole)); HIDE(s.data))
OPERATION(dirname_osier, TAKE(os_path_dirname(HIDDEN(whole))))
OPERATION(split_osier, TAKE(os_path_split(HIDDEN(whole))))
OPERATION(splitext_osier, TAKE(os_path_splitext(HIDDEN(whole))))
OPERATION(relpath_osier, TAKE(os_path_relpath(HIDDEN(whole), HIDDEN(other))))
OPERATION(commonpath_osier,
          TAKE(os_path_commonpath((const char *const[]){HIDDEN(whole), messy, other, NULL})))
OPERATION(isabs_osier, bool is = os_path_isabs(HIDDEN(whole)); HIDE(is))
OPERATION(abspath_osier, TAKE(os_path_abspath(HIDDEN(part2))))
OPERATION(realpath_osier, TAKE(os_path_realpath(HIDDEN("/usr/lib/os-release"), 0)))
OPERATION(expanduser_osier, TAKE(os_path_expanduser(HIDDEN("~/bin"))))
OPERATION(expandvars_osier, TAKE(os_path_expandvars(HIDDEN(variables))))
#ifdef WITH_GLIB
OPERATION(join_glib, TAKE(g_build_filename(HIDDEN(part1), HIDDEN(part2), HIDDEN(part3), NULL)))
OPERATION(clean_glib, TAKE(g_canonicalize_filename(HIDDEN(whole), NULL)))
OPERATION(messy_glib, TAKE(g_canonicalize_filename(HIDDEN(messy), NULL)))
OPERATION(basename_glib, TAKE(g_path_get_basename(HIDDEN(whole))))
OPERATION(dirname_glib, TAKE(g_path_get_dirname(HIDDEN(whole))))
OPERATION(isabs_glib, gboolean is = g_path_is_absolute(HIDDEN(whole)); HIDE(is))
OPERATION(abspath_glib, TAKE(g_canonicalize_filename(HIDDEN(part2), NULL)))
#define GLIB(row, function) {row, "GLib", function},
#else
#define GLIB(row, function)
#endif
OPERATION(realpath_libc, TAKE(realpath(HIDDEN("/usr/lib/os-release"), NULL)))

/* The paths of above as Windows has them, and beside each call the same of os.path. */
OPERATION(normcase_osier, TAKE(os_path_normcase(HIDDEN(whole))))
OPERATION(splitroot_osier, TAKE(os_path_splitroot(HIDDEN(whole))))
OPERATION(run_nt_join, TAKE(os_ntpath_join(HIDDEN(nt_part1), HIDDEN(nt_part2), HIDDEN(part3))))
OPERATION(run_nt_clean, TAKE(os_ntpath_normpath(HIDDEN(nt_whole))))
OPERATION(run_nt_messy, TAKE(os_ntpath_normpath(HIDDEN(nt_messy))))
OPERATION(run_nt_normcase, TAKE(os_ntpath_normcase(HIDDEN(nt_whole))))
OPERATION(run_nt_basename, TAKE(os_ntpath_basename(HIDDEN(nt_whole))))
OPERATION(run_nt_basename_slice, struct os_slice s = os_ntpath_basename_slice(HIDDEN(nt_whole));
          HIDE(s.data))
OPERATION(run_nt_dirname, TAKE(os_ntpath_dirname(HIDDEN(nt_whole))))
OPERATION(run_nt_split, TAKE(os_ntpath_split(HIDDEN(nt_whole))))
OPERATION(run_nt_splitext, TAKE(os_ntpath_splitext(HIDDEN(nt_whole))))
OPERATION(run_nt_splitroot, TAKE(os_ntpath_splitroot(HIDDEN(nt_whole))))
OPERATION(run_nt_isabs, bool is = os_ntpath_isabs(HIDDEN(nt_whole)); HIDE(is))
OPERATION(run_nt_relpath, TAKE(os_ntpath_relpath(HIDDEN(nt_whole), HIDDEN(nt_other))))
OPERATION(run_nt_commonpath, TAKE(os_ntpath_commonpath((const char *const[]){
                                 HIDDEN(nt_whole), nt_messy, nt_other, NULL})))
OPERATION(run_nt_expandvars, TAKE(os_ntpath_expandvars(HIDDEN(variables))))
OPERATION(run_nt_isreserved, bool is = os_ntpath_isreserved(HIDDEN(nt_whole)); HIDE(is))

static const struct operation operations[] = {
    {"join of 3", "osier", join_osier},
    {"join of 3", "bare", bare_copy},
    {"join of 3", "bare + strlen", join_strlen},
    GLIB("join of 3", join_glib){"normpath, clean", "osier", clean_osier},
    GLIB("normpath, clean", clean_glib){"normpath, messy", "osier", messy_osier},
    GLIB("normpath, messy", messy_glib){"basename", "osier", basename_osier},
    GLIB("basename", basename_glib){"basename, slice", "osier", basename_slice},
    {"dirname", "osier", dirname_osier},
    GLIB("dirname", dirname_glib){"split", "osier", split_osier},
    {"splitext", "osier", splitext_osier},
    {"isabs", "osier", isabs_osier},
    GLIB("isabs", isabs_glib){"relpath", "osier", relpath_osier},
    {"commonpath of 3", "osier", commonpath_osier},
    {"abspath, relative", "osier", abspath_osier},
    GLIB("abspath, relative", abspath_glib){"realpath, one link", "osier", realpath_osier},
    {"realpath, one link", "libc", realpath_libc},
    {"expanduser", "osier", expanduser_osier},
    {"expandvars", "osier", expandvars_osier},
    {"nt join of 3", "osier", run_nt_join},
    {"nt join of 3", "os.path", join_osier},
    {"nt normpath, clean", "osier", run_nt_clean},
    {"nt normpath, clean", "os.path", clean_osier},
    {"nt normpath, messy", "osier", run_nt_messy},
    {"nt normpath, messy", "os.path", messy_osier},
    {"nt normcase", "osier", run_nt_normcase},
    {"nt normcase", "os.path", normcase_osier},
    {"nt basename", "osier", run_nt_basename},
    {"nt basename", "os.path", basename_osier},
    {"nt basename, slice", "osier", run_nt_basename_slice},
    {"nt basename, slice", "os.path", basename_slice},
    {"nt dirname", "osier", run_nt_dirname},
    {"nt dirname", "os.path", dirname_osier},
    {"nt split", "osier", run_nt_split},
    {"nt split", "os.path", split_osier},
    {"nt splitext", "osier", run_nt_splitext},
    {"nt splitext", "os.path", splitext_osier},
    {"nt splitroot", "osier", run_nt_splitroot},
    {"nt splitroot", "os.path", splitroot_osier},
    {"nt isabs", "osier", run_nt_isabs},
    {"nt isabs", "os.path", isabs_osier},
    {"nt relpath", "osier", run_nt_relpath},
    {"nt relpath", "os.path", relpath_osier},
    {"nt commonpath of 3", "osier", run_nt_commonpath},
    {"nt commonpath of 3", "os.path", commonpath_osier},
    {"nt expandvars", "osier", run_nt_expandvars},
    {"nt expandvars", "os.path", expandvars_osier},
    {"nt isreserved", "osier", run_nt_isreserved},
};

int main(void) {
    setenv("OSIER_BENCH", "value", 1);
    measure(operations, sizeof operations / sizeof *operations);
    return 0;
}
