/* SPDX-License-Identifier: MIT */
/** Random plans: what is planned answers as what is done, and leads to the same tree.
 *
 *  Each case makes a small tree, plans some steps (about half of them can't work), notes how the plan
 *  says that the tree will be, then takes the steps for real. Few names, so that they meet. A case is
 *  its number: PLAN_CASE=n runs that one alone, and prints it; PLAN_FIRST=n begins with that one, and
 *  PLAN_CASES=n runs so many.
 */
#include "support.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#ifdef SLOW
enum { CASES = 15000 };
#else
enum { CASES = 2000 };
#endif
enum { APPLIED = 10 }; /* one case in so many is applied and undone, too */
enum { MOST_STEPS = 30, MOST_OBJECTS = 40, PATH_ROOM = 1100 };

/* ------------------------------------------------------------------------------- chance */

static uint64_t chance;

static unsigned any(unsigned below) {
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return (unsigned)(chance >> 33) % below;
}

static char long_name[256], too_long_name[257];

static const char *any_name(void) {
    static const char *const names[] = {"a", "b", "c", "d", "a", "b", "c", "odd \n\xff\x01"};
    unsigned n = any(200);
    return n == 0 ? long_name : n == 1 ? too_long_name : names[n % 8];
}

static void any_path(char *path) {
    unsigned depth = 1 + any(3);
    *path = '\0';
    for (unsigned i = 0; i < depth; i++) {
        if (i)
            strcat(path, any(20) ? "/" : "//");
        if (i && any(15) == 0)
            strcat(path, any(2) ? "../" : "./");
        strcat(path, any_name());
    }
    if (any(12) == 0)
        strcat(path, "/");
    if (any(300) == 0)
        *path = '\0';
}

static const char *any_target(void) {
    static const char *const targets[] = {"a",   "b",       "../a", "a/b", ".",
                                          "c/d", "nowhere", "d/",   "..",  "a/../b"};
    return targets[any(10)];
}

/* Of who isn't the superuser, only what he may do with all that he has made: a plan doesn't answer for
 * what is forbidden. */
static mode_t any_mode(void) {
    static const mode_t modes[] = {0755, 0644, 0600, 0700, 02755, 04755, 01777, 0, 06711, 0777};
    return modes[any(10)] | (geteuid() ? 0700 : 0);
}

/* ------------------------------------------------------------------------------- the base */

static void make_object(void) {
    char path[PATH_ROOM], other[PATH_ROOM];
    any_path(path);
    switch (any(8)) {
    case 0:
    case 1:
    case 2:
        mkdir(path, any(4) ? 0755 : any_mode() | 0700);
        break;
    case 3:
        if (symlink(any_target(), path) < 0)
            errno = 0;
        break;
    case 4:
        mkfifo(path, 0644);
        break;
    case 5:
        any_path(other);
        if (link(other, path) < 0)
            errno = 0;
        break;
    default: {
        int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, any(3) ? 0644 : any_mode());
        if (fd < 0)
            break;
        static const char text[] = "some text of a file, or less of it\n";
        assert_true(write(fd, text, any(sizeof text)) >= 0);
        if (any(6) == 0)
            fsetxattr(fd, "user.a", "old", 3, 0);
        close(fd);
    }
    }
}

/* ---------------------------------------------------------------------------------- steps */

/* A step: which, and all that any of them may want. */
struct step {
    unsigned op;
    char path[PATH_ROOM], path2[PATH_ROOM];
    const char *target;
    mode_t mode, mode2;
    unsigned flags;
    int64_t number;
};

enum {
    MKDIR,
    MAKEDIRS,
    RMDIR,
    REMOVEDIRS,
    REMOVE,
    RENAME,
    REPLACE,
    RENAMES,
    LINK,
    SYMLINK,
    CHMOD,
    CHOWN,
    UTIME,
    TRUNCATE,
    SETXATTR,
    REMOVEXATTR,
    MKFIFO,
    MKNOD,
    WRITE,
    COPYFILE,
    COPY,
    COPY2,
    COPYTREE,
    MOVE,
    RMTREE,
    CHMODTREE,
    CHOWNTREE,
    OPS
};
static const char *const op_names[] = {
    "mkdir",    "makedirs",    "rmdir",   "removedirs", "remove",     "rename",   "replace",
    "renames",  "link",        "symlink", "chmod",      "chown",      "utime",    "truncate",
    "setxattr", "removexattr", "mkfifo",  "mknod",      "write_file", "copyfile", "copy",
    "copy2",    "copytree",    "move",    "rmtree",     "chmodtree",  "chowntree"};

/* Of those that are made of several steps, a failure leaves what was done so far, where it is done. */
static bool leaves_half(unsigned op) {
    return op == MAKEDIRS || op == RENAMES || op == COPYTREE || op == MOVE || op == RMTREE ||
           op == CHMODTREE || op == CHOWNTREE || op == COPYFILE || op == COPY || op == COPY2;
}

static struct step any_step(void) {
    struct step s = {.op = any(OPS),
                     .target = any_target(),
                     .mode = any_mode(),
                     .mode2 = any_mode(),
                     .flags = any(256),
                     .number = any(60)};
    any_path(s.path);
    any_path(s.path2);
    return s;
}

static struct os_copytree_options tree_options(const struct step *s) {
    return (struct os_copytree_options){
        .size = sizeof(struct os_copytree_options),
        .symlinks = s->flags & 3,
        .ignore_dangling_symlinks = s->flags & 4,
        .dirs_exist_ok = s->flags & 8,
        .special_files = s->flags & 16,
        .hard_links = (s->flags & 96) == 96,
        .owner = (s->flags & 96) == 32,
    };
}

static struct os_write_file_options write_options(const struct step *s) {
    return (struct os_write_file_options){
        .size = sizeof(struct os_write_file_options),
        .mode = s->flags & 1 ? s->mode : 0,
        .keep_mode = s->flags & 2,
        .keep_owner = s->flags & 4,
        .follow = s->flags & 8,
        .noreplace = (s->flags & 48) == 48,
        .nosync = true,
    };
}

static struct os_copy_options copy_options(const struct step *s) {
    return (struct os_copy_options){
        .size = sizeof(struct os_copy_options),
        .nofollow = s->flags & 1,
        .special_files = s->flags & 2,
        .replace = s->flags & 4,
        .owner = s->flags & 8,
    };
}

/* Does a step, or plans it. */
#define TAKE(name, ...) (plan ? os_plan_##name(plan, __VA_ARGS__) : os_##name(__VA_ARGS__))

static int told[64];
static size_t told_count;

static int note_error(const struct os_error *error, void *data) {
    (void)data;
    if (told_count < 64)
        told[told_count++] = error->number;
    return 0; /* goes on, so that all are told */
}

static int fail_if_told(int r) {
    if (r < 0 || !told_count)
        return r;
    errno = told[0];
    return -1;
}

static int take_call(struct os_plan *plan, const struct step *s) {
    static const char text[] =
        "new content, of which a part is written to the file, or all of it\n";
    struct os_copytree_options tree = tree_options(s);
    struct os_write_file_options write = write_options(s);
    struct os_copy_options copy = copy_options(s);
    int nofollow = s->flags & 1 ? OS_NOFOLLOW : 0;
    uid_t uid = geteuid() ? geteuid() : s->flags & 2 ? 7 : (uid_t)-1;
    gid_t gid = geteuid() ? getegid() : s->flags & 4 ? 8 : (gid_t)-1;
    tree.control.on_error = note_error;
    told_count = 0;
    switch (s->op) {
    case MKDIR:
        return TAKE(mkdir, s->path, s->mode);
    case MAKEDIRS:
        return TAKE(makedirs, s->path, s->mode, s->flags & 1 ? OS_EXIST_OK : 0);
    case RMDIR:
        return TAKE(rmdir, s->path);
    case REMOVEDIRS:
        return TAKE(removedirs, s->path);
    case REMOVE:
        return TAKE(remove, s->path);
    case RENAME:
        return TAKE(rename, s->path, s->path2);
    case REPLACE:
        return TAKE(replace, s->path, s->path2);
    case RENAMES:
        return TAKE(renames, s->path, s->path2);
    case LINK:
        return TAKE(link, s->path, s->path2, nofollow);
    case SYMLINK:
        return TAKE(symlink, s->target, s->path, 0);
    case CHMOD:
        return TAKE(chmod, s->path, s->mode, nofollow);
    case CHOWN:
        return TAKE(chown, s->path, uid, gid, nofollow);
    case UTIME:
        return TAKE(utime, s->path, s->number * 1000000007, s->number * 1000000009, nofollow);
    case TRUNCATE:
        return TAKE(truncate, s->path, s->number - 3);
    case SETXATTR:
        return TAKE(setxattr, s->path, "user.a", text, (size_t)s->number,
                    s->flags & 3 ? 0 : (int)(s->flags >> 2 & 3), nofollow);
    case REMOVEXATTR:
        return TAKE(removexattr, s->path, "user.a", nofollow);
    case MKFIFO:
        return TAKE(mkfifo, s->path, s->mode);
    case MKNOD:
        return TAKE(mknod, s->path, s->mode | (s->flags & 1 ? S_IFREG : S_IFSOCK), 0);
    case WRITE:
        return TAKE(write_file, s->path, text, (size_t)s->number, &write);
    case COPYFILE:
        return TAKE(copyfile, s->path, s->path2, &copy);
    case COPY:
        return TAKE(copy, s->path, s->path2, &copy);
    case COPY2:
        return TAKE(copy2, s->path, s->path2, &copy);
    case COPYTREE:
        return fail_if_told(TAKE(copytree, s->path, s->path2, &tree));
    case MOVE:
        return TAKE(move, s->path, s->path2, NULL);
    case RMTREE:
        return TAKE(rmtree, s->path, NULL);
    case CHMODTREE:
        return TAKE(chmodtree, s->path, s->mode | 0600, s->mode2 | 0700, NULL);
    default:
        return TAKE(chowntree, s->path, uid, gid, NULL);
    }
}

static int take(struct os_plan *plan, const struct step *s) {
    return take_call(plan, s) < 0 ? errno : 0;
}

/* ------------------------------------------------------------------------------- listings */

struct text {
    char *data;
    size_t size;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *t, const char *format, ...) {
    va_list list;
    char *line;
    va_start(list, format);
    int size = vasprintf(&line, format, list);
    va_end(list);
    assert_true(size >= 0);
    t->data = realloc(t->data, t->size + (size_t)size + 1);
    memcpy(t->data + t->size, line, (size_t)size + 1);
    t->size += (size_t)size;
    free(line);
}

/* What the journal keeps of a file is a further name of it. */
static bool count_names = true;

/* What is compared of an object; a time that a step has set, not those of today. */
static void add_object(struct text *t, struct os_plan *plan, const char *path) {
    struct os_stat_result st;
    int r = plan ? os_plan_lstat(plan, path, &st) : os_lstat(path, &st);
    assert_int_equal(r, 0);
    add(t, "%s %o %u:%u", path, st.st_mode, st.st_uid, st.st_gid);
    if (st.st_mtime_sec < 1000000000)
        add(t, " mtime %lld", (long long)st.st_mtime_ns);
    if (!S_ISDIR(st.st_mode))
        add(t, " size %lld", (long long)st.st_size);
    if (!S_ISDIR(st.st_mode) && count_names)
        add(t, " names %llu", (unsigned long long)st.st_nlink);
    if (S_ISLNK(st.st_mode)) {
        char *link = plan ? os_plan_readlink(plan, path) : os_readlink(path);
        assert_non_null(link);
        add(t, " to %s", link);
        free(link);
    }
    size_t size;
    if (S_ISREG(st.st_mode)) {
        char *data = plan ? os_plan_read_file(plan, path, &size) : os_read_file(path, &size);
        assert_non_null(data);
        add(t, " has %zu %s", size, data);
        free(data);
    }
    if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)) {
        char *value = plan ? os_plan_getxattr(plan, path, "user.a", OS_NOFOLLOW, &size)
                           : os_getxattr(path, "user.a", OS_NOFOLLOW, &size);
        if (value)
            add(t, " xattr %zu %.*s", size, (int)size, value);
        else
            assert_true(errno == ENODATA || errno == EOPNOTSUPP);
        free(value);
    }
    add(t, "\n");
}

static void add_tree(struct text *t, struct os_plan *plan, const char *path) {
    add_object(t, plan, path);
    struct os_stat_result st;
    if ((plan ? os_plan_lstat(plan, path, &st) : os_lstat(path, &st)) < 0 || !S_ISDIR(st.st_mode))
        return;
    char **names = plan ? os_plan_listdir(plan, path) : os_listdir(path);
    assert_non_null(names);
    os_sort(names);
    for (char **name = names; *name; name++) {
        char *below;
        assert_true(asprintf(&below, "%s/%s", path, *name) >= 0);
        add_tree(t, plan, below);
        free(below);
    }
    free(names);
}

/* ---------------------------------------------------------------------------------- a case */

static char top[PATH_MAX];

static const char *print_step(const struct step *s) {
    static char line[3000];
    snprintf(line, sizeof line, "%s '%.40s' '%.40s' target %s mode %o %o flags %u number %lld",
             op_names[s->op], s->path, s->path2, s->target, s->mode, s->mode2, s->flags,
             (long long)s->number);
    return line;
}

static void begin_case(unsigned number) {
    chance = (number + 1) * UINT64_C(0x9e3779b97f4a7c15);
    for (int i = 0; i < 5; i++)
        any(2);
    assert_int_equal(mkdir("x", 0755), 0);
    assert_int_equal(mkdir("x/t", 0755), 0);
    assert_int_equal(chdir("x/t"), 0);
    for (unsigned i = any(MOST_OBJECTS); i > 0; i--)
        make_object();
}

static void end_case(void) {
    assert_int_equal(chdir(top), 0);
    assert_int_equal(os_rmtree("x", NULL), 0);
}

static void fail_case(unsigned number, const struct step *steps, size_t count, const char *what,
                      const char *planned, const char *done) {
    print_message("case %u: %s\n", number, what);
    for (size_t i = 0; i < count; i++)
        print_message("  %zu: %s\n", i, print_step(&steps[i]));
    printf("--- planned\n%s\n--- done\n%s\n", planned, done); /* too long for a message */
    fail();
}

static bool was_told(int number) {
    for (size_t i = 0; i < told_count; i++)
        if (told[i] == number)
            return true;
    return false;
}

/* A copy of a tree fails with the first of its errors, in the order in which it comes to them. */
static bool same_answer(const struct step *s, int planned, int done) {
    return planned == done || (s->op == COPYTREE && planned && done && was_told(planned));
}

/* The inode of everything, which an undo brings back. */
static void add_inodes(struct text *t, const char *path) {
    struct os_stat_result st;
    assert_int_equal(os_lstat(path, &st), 0);
    add(t, "%s %llu\n", path, (unsigned long long)st.st_ino);
    char **names = S_ISDIR(st.st_mode) ? os_listdir(path) : NULL;
    for (char **name = names ? (os_sort(names), names) : NULL; name && *name; name++) {
        char *below;
        assert_true(asprintf(&below, "%s/%s", path, *name) >= 0);
        add_inodes(t, below);
        free(below);
    }
    free(names);
}

/* Applies the plan, takes it back, and does it again and takes that back: the tree as it was planned,
 * and as it was before to the last inode. */
static void apply_case(unsigned number, const struct step *steps, size_t count,
                       struct os_plan *plan, const char *path) {
    struct text planned = {0}, before = {0}, applied = {0}, undone = {0}, again = {0}, back = {0};
    const struct os_plan_entry *entries;
    size_t entry_count;
    uint64_t id, undo;
    add_tree(&planned, plan, path);
    add_tree(&before, NULL, path);
    add_inodes(&before, path);
    assert_int_equal(os_plan_entries(plan, &entries, &entry_count), 0);
    if (os_plan_apply(plan, NULL, &id) < 0) {
        const struct os_plan_conflict *list;
        const char *why = strerror(errno);
        size_t conflicts = os_plan_conflicts(plan, &list);
        for (size_t i = 0; i < conflicts; i++)
            printf("%s: expected %s, found %s\n", list[i].path, list[i].expected, list[i].found);
        fail_case(number, steps, count, "applying failed", why, conflicts ? list[0].path : "");
    }
    add_tree(&applied, NULL, path);
    if (strcmp(applied.data, planned.data) != 0)
        fail_case(number, steps, count, "what was applied differs", planned.data, applied.data);
    if (entry_count) {
        if (os_undo(id, NULL, &undo) < 0)
            fail_case(number, steps, count, "undo failed", strerror(errno), "");
        add_tree(&undone, NULL, path);
        add_inodes(&undone, path);
        if (strcmp(undone.data, before.data) != 0)
            fail_case(number, steps, count, "what was undone differs", before.data, undone.data);
        if (os_undo(undo, NULL, &id) < 0)
            fail_case(number, steps, count, "redo failed", strerror(errno), "");
        add_tree(&again, NULL, path);
        if (strcmp(again.data, planned.data) != 0)
            fail_case(number, steps, count, "what was redone differs", planned.data, again.data);
        if (os_undo(id, NULL, &undo) < 0)
            fail_case(number, steps, count, "the second undo failed", strerror(errno), "");
        add_tree(&back, NULL, path);
        add_inodes(&back, path);
        if (strcmp(back.data, before.data) != 0)
            fail_case(number, steps, count, "the second undo differs", before.data, back.data);
    }
    free(planned.data);
    free(before.data);
    free(applied.data);
    free(undone.data);
    free(again.data);
    free(back.data);
}

static void run_case(unsigned number, bool loud) {
    static struct step steps[MOST_STEPS];
    static int answers[MOST_STEPS];
    struct text planned = {0}, done = {0};
    char top_path[PATH_MAX + 8];
    snprintf(top_path, sizeof top_path, "%s/x", top);
    count_names = number % APPLIED != 0;
    begin_case(number);
    struct os_plan *plan = os_plan(NULL);
    assert_non_null(plan);
    size_t count = 1 + any(any(3) ? 4 : MOST_STEPS), at = 0;
    bool half = false;
    for (; at < count && !half; at++) {
        steps[at] = any_step();
        if (loud)
            print_message("%zu: %s\n", at, print_step(&steps[at]));
        answers[at] = take(plan, &steps[at]);
        if (loud)
            print_message("   -> %s\n", answers[at] ? strerror(answers[at]) : "ok");
        half = answers[at] && leaves_half(steps[at].op);
    }
    count = at;
    add_tree(&planned, plan, top_path);
    const struct os_plan_entry *entries;
    size_t entry_count;
    assert_int_equal(os_plan_entries(plan, &entries, &entry_count), 0);
    /* Where names can't be exchanged, plans are refused: test_plan_apply.c looks at that. */
    if (number % APPLIED == 0)
        apply_case(number, steps, count, plan, top_path);
    plan = os_plan_close(plan);
    for (at = 0; at < count; at++) {
        if (half && at == count - 1)
            add_tree(&done, NULL, top_path);
        int answer = take(NULL, &steps[at]);
        if (!same_answer(&steps[at], answers[at], answer))
            fail_case(number, steps, at + 1, "the answers differ", strerror(answers[at]),
                      strerror(answer));
    }
    if (!half)
        add_tree(&done, NULL, top_path);
    if (strcmp(planned.data, done.data) != 0)
        fail_case(number, steps, count, "the trees differ", planned.data, done.data);
    free(planned.data);
    free(done.data);
    end_case();
}

static unsigned number_of(const char *name, unsigned other) {
    const char *text = getenv(name);
    return text ? (unsigned)strtoul(text, NULL, 10) : other;
}

static void planned_as_done(void **state) {
    (void)state;
    memset(long_name, 'n', 255);
    memset(too_long_name, 'n', 256);
    assert_non_null(getcwd(top, sizeof top));
    umask(022);
    char *state_path;
    assert_true(asprintf(&state_path, "%s/state", top) >= 0);
    assert_int_equal(os_putenv("OSIER_STATE", state_path), 0);
    free(state_path);
    const char *one = getenv("PLAN_CASE");
    if (one) {
        run_case((unsigned)atoi(one), true);
        return;
    }
    int before = open_descriptors();
    unsigned first = number_of("PLAN_FIRST", 0), count = number_of("PLAN_CASES", CASES);
    for (unsigned i = 0; i < count; i++)
        run_case(first + i, false);
    assert_int_equal(open_descriptors(), before);
}

int main(void) {
    const struct CMUnitTest tests[] = {IN_SCRATCH(planned_as_done)};
#ifndef SLOW
    setenv("TMPDIR", memory_place(), true); /* on a disk each plan that is applied waits for it */
#endif
    return cmocka_run_group_tests(tests, NULL, NULL);
}
