/* SPDX-License-Identifier: MIT */
/** os.glob as CPython's glob.glob defines it. */
#include "trees.h"

#include "fs/dir.h"
#include <fcntl.h>
#include <sys/stat.h>

static int by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A list in order, joined by blanks; frees it. */
static const char *joined(char **list) {
    static char text[2000];
    size_t n = 0, size = 0;
    assert_non_null(list);
    while (list[n])
        n++;
    qsort(list, n, sizeof *list, by_text);
    text[0] = '\0';
    for (size_t i = 0; i < n; i++)
        size += (size_t)sprintf(text + size, "%s%s", i ? " " : "", list[i]);
    free(list);
    return text;
}

static void plant(void) {
    assert_int_equal(mkdir("a", 0777) | mkdir("a/b", 0777) | mkdir("a/.h", 0777), 0);
    assert_int_equal(mkdir("c", 0777) | mkdir("a/b/d", 0777), 0);
    static const char *const files[] = {"x.c",     "y.c",       ".z.c",     "a/x.c",
                                        "a/b/x.h", "a/b/d/x.c", "a/.h/x.c", "c/[x].c"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        write_text(files[i], "");
    assert_int_equal(symlink("gone", "dangling.c") | symlink("b", "a/l"), 0);
}

static const struct {
    const char *pattern;
    int flags;
    const char *matches;
} rows[] = {
    {"", 0, ""},
    {"x.c", 0, "x.c"},
    {"gone", 0, ""},
    {"dangling.c", 0, "dangling.c"},
    {"a/", 0, "a/"},
    {"x.c/", 0, ""},
    {"a//b/./x.h", 0, "a//b/./x.h"},
    {"*", 0, "a c dangling.c x.c y.c"},
    {"*", OS_INCLUDE_HIDDEN, ".z.c a c dangling.c x.c y.c"},
    {".*", 0, ".z.c"},
    {"*/", 0, "a/ c/"},
    {"*//", 0, "a/ c/"},
    {"*.c", 0, "dangling.c x.c y.c"},
    {"?.c", 0, "x.c y.c"},
    {"[!x].c", 0, "y.c"},
    {"*/x.c", 0, "a/x.c"},
    {"*//x.c", 0, "a/x.c"},
    {"a/*/x.h", 0, "a/b/x.h a/l/x.h"},
    {"./a/../*.c", 0, "./a/../dangling.c ./a/../x.c ./a/../y.c"},
    {"*/..", 0, "a/.. c/.."},
    {"*/*/", 0, "a/b/ a/l/"},
    {"c/[[]x].c", 0, "c/[x].c"},
    {"**", 0, "a c dangling.c x.c y.c"},
    {"**", OS_RECURSIVE,
     "a a/b a/b/d a/b/d/x.c a/b/x.h a/l a/l/d a/l/d/x.c a/l/x.h a/x.c c c/[x].c dangling.c x.c "
     "y.c"},
    {"a/**", OS_RECURSIVE, "a/ a/b a/b/d a/b/d/x.c a/b/x.h a/l a/l/d a/l/d/x.c a/l/x.h a/x.c"},
    {"**/", OS_RECURSIVE, "a/ a/b/ a/b/d/ a/l/ a/l/d/ c/"},
    {"**/x.c", OS_RECURSIVE, "a/b/d/x.c a/l/d/x.c a/x.c x.c"},
    {"**/x.c", OS_RECURSIVE | OS_INCLUDE_HIDDEN, "a/.h/x.c a/b/d/x.c a/l/d/x.c a/x.c x.c"},
    {"**/*.h", OS_RECURSIVE, "a/b/x.h a/l/x.h"},
    {"**/.*", OS_RECURSIVE, ".z.c a/.h"},
    {"**/b/*", OS_RECURSIVE, "a/b/d a/b/x.h"},
    {"**/d/..", OS_RECURSIVE, "a/b/d/.. a/l/d/.."},
    {"a/**/d/x.c", OS_RECURSIVE, "a/b/d/x.c a/l/d/x.c"},
    {"*/**/x.h", OS_RECURSIVE, "a/b/x.h a/l/x.h"},
    {"x.c/**", OS_RECURSIVE, ""},
    {"gone/**", OS_RECURSIVE, ""},
    {"a/b/**/**", OS_RECURSIVE, "a/b/ a/b/d a/b/d/x.c a/b/x.h"}, /* CPython tells some twice */
    {"**/**/**/x.h", OS_RECURSIVE, "a/b/x.h a/l/x.h"},
    {"**x", OS_RECURSIVE, ""},
    {"**.c", OS_RECURSIVE, "dangling.c x.c y.c"},
};

/* A plan in which nothing is changed is searched like the disk. */
static char **glob_in_plan(const char *pattern, int flags) {
    struct os_plan *plan = os_plan(NULL);
    char **list = os_plan_glob(plan, pattern, flags);
    os_plan_close(plan);
    return list;
}

static void assert_rows(char **glob(const char *pattern, int flags)) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *got = joined(glob(rows[i].pattern, rows[i].flags));
        if (strcmp(got, rows[i].matches) != 0)
            fail_msg("%s: %s", rows[i].pattern, got);
    }
}

static void table(void **state) {
    (void)state;
    plant();
    for (int hidden = 0; hidden < 2; hidden++) {
        dir_types_hidden = hidden;
        assert_rows(os_glob);
        assert_rows(glob_in_plan);
    }
    dir_types_hidden = false;
}

/* What stands in a plan alone is found as if it were on the disk. */
static void in_what_is_planned(void **state) {
    (void)state;
    struct os_plan *plan = os_plan(NULL);
    assert_int_equal(os_plan_makedirs(plan, "a/b/d", 0777, 0), 0);
    assert_int_equal(os_plan_symlink(plan, "..", "a/b/up", 0), 0);
    assert_int_equal(os_plan_write_file(plan, "a/b/d/x.c", "", 0, NULL), 0);
    assert_string_equal(joined(os_plan_glob(plan, "**/x.c", OS_RECURSIVE)), "a/b/d/x.c");
    assert_string_equal(joined(os_plan_glob(plan, "a/**/", OS_RECURSIVE)),
                        "a/ a/b/ a/b/d/ a/b/up/");
    assert_string_equal(joined(os_plan_glob(plan, "gone/**", OS_RECURSIVE)), "");
    assert_null(os_plan_glob(plan, "*", OS_EXIST_OK));
    assert_error(EINVAL, "glob", "*", NULL);
    os_plan_close(plan);
}

static void below_another_directory(void **state) {
    (void)state;
    plant();
    char here[200], absolute[300];
    assert_non_null(getcwd(here, sizeof here));
    assert_string_equal(joined(os_globat(OS_CWD, "a", "*", 0)), "b l x.c");
    assert_string_equal(joined(os_globat(OS_CWD, "a/", "b/*", 0)), "b/d b/x.h");
    assert_string_equal(joined(os_globat(OS_CWD, "a", "**/x.c", OS_RECURSIVE)),
                        "b/d/x.c l/d/x.c x.c");
    snprintf(absolute, sizeof absolute, "%s/?.c", here);
    int dir = open("a", O_RDONLY);
    assert_string_equal(joined(os_globat(dir, NULL, "*.c", 0)), "x.c");
    assert_string_equal(joined(os_globat(dir, "b", "**", OS_RECURSIVE)), "d d/x.c x.h");
    char **list = os_globat(dir, "b", absolute, 0);
    assert_true(strncmp(list[0], here, strlen(here)) == 0 && list[1] && !list[2]);
    free(list);
    close(dir);
}

static void not_round_in_circles(void **state) {
    (void)state;
    assert_int_equal(mkdir("a", 0777) | symlink("..", "a/up"), 0);
    write_text("a/f", "");
    assert_string_equal(joined(os_glob("**", OS_RECURSIVE)), "a a/f a/up");
    assert_string_equal(joined(os_glob("**/f", OS_RECURSIVE)), "a/f");
    assert_string_equal(joined(glob_in_plan("**", OS_RECURSIVE)), "a a/f a/up");
    assert_string_equal(joined(glob_in_plan("**/f", OS_RECURSIVE)), "a/f");
}

static void deep(void **state) {
    (void)state;
    make_chain("t", "d", 3000, 0);
    long old = limit_descriptors(16);
    char **list = os_glob("t/**/f", OS_RECURSIVE);
    limit_descriptors(old);
    assert_non_null(list);
    int n = 0;
    while (list[n])
        n++;
    free(list);
    assert_int_equal(n, 3001);
}

static void escaped(void **state) {
    (void)state;
    assert_text(os_glob_escape("a*b?c[d]"), "a[*]b[?]c[[]d]");
    assert_text(os_glob_escape(""), "");
    write_text("*x", "");
    write_text("ax", "");
    assert_string_equal(joined(os_glob("[*]x", 0)), "*x");
    assert_null(os_glob("*", OS_EXIST_OK));
    assert_error(EINVAL, "glob", "*", NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TREES(table),
        IN_TREES(in_what_is_planned),
        IN_TREES(below_another_directory),
        IN_TREES(not_round_in_circles),
        IN_TREES(deep),
        IN_TREES(escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
