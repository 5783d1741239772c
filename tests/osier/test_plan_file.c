/* SPDX-License-Identifier: MIT */
/** A plan's file that somebody has changed, and signed anew: it is refused, or is a plan. */
#include "support.h"

#include "base/sha256.h"
#include <ctype.h>
#include <sys/stat.h>

#ifdef SLOW
enum { CHANGES = 200000 };
#else
enum { CHANGES = 8000 };
#endif

static char *text;
static size_t size; /* without the last line */

static int make(void **state) {
    int r = enter_scratch(state);
    umask(022);
    write_text("old", "one\ntwo\n");
    write_text("twice", "t");
    assert_int_equal(link("twice", "again"), 0);
    assert_int_equal(os_makedirs("tree/sub", 0755, 0), 0);
    write_text("tree/sub/f", "leaf");
    struct os_plan *plan = os_plan(NULL);
    assert_non_null(plan);
    assert_int_equal(os_plan_note(plan, "a.toml:3"), 0);
    assert_int_equal(os_plan_makedirs(plan, "n/o", 0755, 0), 0);
    assert_int_equal(os_plan_write_file(plan, "n/o/\xff.bin", "\0\1\2", 3, NULL), 0);
    assert_int_equal(os_plan_link(plan, "n/o/\xff.bin", "n/h", 0), 0);
    assert_int_equal(os_plan_link(plan, "old", "n/i", 0), 0);
    assert_int_equal(os_plan_symlink(plan, "x", "n/l", 0), 0);
    assert_int_equal(os_plan_copytree(plan, "tree", "n/copy", NULL), 0);
    assert_int_equal(os_plan_write_file(plan, "n/copy/sub/g", "more", 4, NULL), 0);
    assert_int_equal(os_plan_remove(plan, "n/copy/sub/f"), 0);
    assert_int_equal(os_plan_truncate(plan, "twice", 40), 0);
    assert_int_equal(os_plan_utime(plan, "old", 5, 7, 0), 0);
    assert_int_equal(os_plan_rename(plan, "tree", "n/tree"), 0);
    free(os_plan_listdir(plan, "n"));
    assert_true(os_plan_path_exists(plan, "old"));
    text = os_plan_text(plan, &size);
    assert_non_null(text);
    os_plan_close(plan);
    for (size--; text[size - 1] != '\n'; size--)
        ;
    return r;
}

static int drop(void **state) {
    free(text);
    return leave_scratch(state);
}

#define WITH_PLAN(test) cmocka_unit_test_setup_teardown(test, make, drop)

/* Writes the lines with an end that fits them, and loads that. */
static struct os_plan *load(const char *lines, size_t count) {
    unlink("p"); /* ext4 writes out a file that was cut to nothing when it is closed */
    FILE *file = fopen("p", "w");
    uint8_t digest[SHA256_SIZE];
    struct sha256 sum;
    size_t feeds = 0;
    assert_non_null(file);
    sha256_begin(&sum);
    sha256_add(&sum, lines, count);
    sha256_end(&sum, digest);
    for (size_t i = 0; i < count; i++)
        feeds += lines[i] == '\n';
    fwrite(lines, 1, count, file);
    fprintf(file, "{\"end\":{\"lines\":%zu,\"sha256\":\"", feeds);
    for (size_t i = 0; i < sizeof digest; i++)
        fprintf(file, "%02x", digest[i]);
    fprintf(file, "\"}}\n");
    assert_int_equal(fclose(file), 0);
    return os_plan_load("p");
}

static int nowhere(const char *part, size_t part_size, void *data) {
    (void)part, (void)part_size, (void)data;
    return 0;
}

/* What was loaded can be looked at, whatever it says. */
static void use(struct os_plan *plan) {
    const struct os_plan_entry *list;
    const struct os_plan_conflict *conflicts;
    size_t count;
    assert_int_equal(os_plan_entries(plan, &list, &count), 0);
    os_plan_diff(plan, NULL, nowhere, NULL);
    os_plan_check(plan);
    os_plan_conflicts(plan, &conflicts);
}

static void unchanged(void **state) {
    (void)state;
    struct os_plan *plan = load(text, size);
    assert_non_null(plan);
    assert_int_equal(os_plan_check(plan), 0);
    use(plan);
    os_plan_close(plan);
}

static void every_unknown_member_is_refused(void **state) {
    (void)state;
    size_t members = 0;
    for (size_t i = 1; i < size; i++) {
        size_t key = i;
        if (text[i] != '"' || (text[i - 1] != ',' && text[i - 1] != '{'))
            continue;
        while (islower((unsigned char)text[++key]) || isdigit((unsigned char)text[key]) ||
               text[key] == '_')
            ;
        if (text[key] != '"' || text[key + 1] != ':')
            continue;
        char was = text[i + 1];
        text[i + 1] = 'X';
        assert_null(load(text, size));
        assert_true(errno == EPROTONOSUPPORT || errno == EBADMSG);
        text[i + 1] = was;
        members++;
    }
    assert_true(members > 200);
}

static void another_version_is_refused(void **state) {
    (void)state;
    char *version = strstr(text, "\"version\":1");
    assert_non_null(version);
    version[10] = '2';
    assert_null(load(text, size));
    assert_int_equal(errno, EPROTONOSUPPORT);
}

static uint64_t chance = 0x9e3779b97f4a7c15;

static size_t any(size_t below) {
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return (size_t)(chance >> 20) % below;
}

/* A byte changed, a part left out, a part doubled, two lines exchanged for one another. */
static size_t change(char *copy) {
    static const char bytes[] = "\"{}[],:0179-/.truefalsn\\\n\xff";
    memcpy(copy, text, size);
    size_t at = any(size), part = 1 + any(40);
    switch (any(4)) {
    case 0:
        if (at + part > size)
            part = size - at;
        memmove(copy + at, copy + at + part, size - at - part);
        return size - part;
    case 1:
        if (at + part > size)
            part = size - at;
        memmove(copy + at + part, copy + at, size - at);
        return size + part;
    default:
        copy[at] = bytes[any(sizeof bytes - 1)];
        return size;
    }
}

static void any_change_is_refused_or_a_plan(void **state) {
    (void)state;
    char *copy = malloc(size + 100);
    size_t loaded = 0;
    assert_non_null(copy);
    for (int i = 0; i < CHANGES; i++) {
        size_t count = change(copy);
        struct os_plan *plan = load(copy, count);
        if (!plan) {
            assert_true(errno == EBADMSG || errno == EPROTONOSUPPORT);
            continue;
        }
        use(plan);
        os_plan_close(plan);
        loaded++;
    }
    free(copy);
    assert_true(loaded > CHANGES / 100); /* they get past the first look */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_PLAN(unchanged),
        WITH_PLAN(every_unknown_member_is_refused),
        WITH_PLAN(another_version_is_refused),
        WITH_PLAN(any_change_is_refused_or_a_plan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
