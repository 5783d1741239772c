/* SPDX-License-Identifier: MIT */
/** What gets in the way of whoever goes through a tree: odd names, file systems that tell little,
 *  signals, other threads, other users, other people. */
#include "clients.h"

#include "fs/dir.h"
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>

#define WALK(...)          (&(struct os_walk_options){.size = sizeof(struct os_walk_options), __VA_ARGS__})
#define CONTROL(type, ...) (&(struct type){.size = sizeof(struct type), __VA_ARGS__})

static bool there(const char *path) {
    struct stat st;
    return lstat(path, &st) == 0;
}

static void with_both_threads(struct known known) {
    for (known.threads = 1; known.threads < 3; known.threads++)
        check_clients(&known);
}

/* ------------------------------------------------------------------------ names and types */

/* Each byte by itself, in front, behind and between; as a file and as a directory with one. */
static void names_of_every_byte(void **state) {
    (void)state;
    struct known known = {.top = "t", .directories = 1, .pattern = "t/**"};
    assert_int_equal(mkdir("t", 0777) | chdir("t"), 0);
    for (int c = 1; c < 256; c++) {
        char names[4][8] = {
            {(char)c, 0}, {(char)c, 'f', 'f', 0}, {'d', (char)c, 0}, {'d', (char)c, 'd'}};
        if (c == '/')
            continue;
        for (int i = c == '.'; i < 2; i++, known.others++)
            write_text(names[i], "text");
        for (int i = 2; i < 4; i++, known.directories++, known.others++) {
            assert_int_equal(mkdir(names[i], 0777) | chdir(names[i]), 0);
            write_text(names[i], "text");
            assert_int_equal(chdir(".."), 0);
        }
    }
    assert_int_equal(chdir(".."), 0);
    known.matches = known.directories + known.others;
    with_both_threads(known);
}

static struct known plant_various(void) {
    make_bush("t", 12);
    assert_int_equal(symlink("gone", "t/dangling") | symlink("d1", "t/d0/link"), 0);
    assert_int_equal(symlink("t", "t/d2/self") | mkfifo("t/d3/pipe", 0640), 0);
    assert_int_equal(mkdir("t/.hidden", 0777) | mkdir("t/.hidden/..more", 0777), 0);
    return (struct known){
        .top = "t",
        .directories = 1 + 2 * 12 + 2,
        .others = 12 * 13 + 4,
        .pattern = "t/**/f1",
        .matches = 12,
    };
}

static void types_that_are_not_told(void **state) {
    (void)state;
    struct known known = plant_various();
    dir_types_hidden = true;
    with_both_threads(known);
    dir_types_hidden = false;
}

static void spellings_of_the_top(void **state) {
    (void)state;
    static const struct {
        const char *top, *pattern;
    } rows[] = {
        {"t/", "t//**/f1"},
        {"t///", "./t/**//f1"},
        {"./t/d0/..", "t/d0/../**/f1"},
        {"t/.", NULL},
    };
    struct known known = plant_various();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        known.top = rows[i].top;
        known.pattern = rows[i].pattern;
        known.threads = 1 + (int)i % 2;
        check_clients(&known);
    }
    assert_int_equal(
        os_copytree("t//", "copy//",
                    CONTROL(os_copytree_options, .symlinks = true, .special_files = true)),
        0);
    assert_int_equal(os_rmtree(".//copy//", NULL), 0);
    assert_false(there("copy"));
}

/* A link with a slash behind it is the directory for those that read, and refused by the rest. */
static void links_with_a_slash(void **state) {
    (void)state;
    make_bush("t", 2);
    assert_int_equal(symlink("t", "link"), 0);
    assert_int_equal(os_rmtree("link/", NULL), -1);
    assert_error(ENOTDIR, "open", "link/", NULL);
    assert_int_equal(os_chmodtree("link//", 0600, 0700, NULL), -1);
    assert_error(ENOTDIR, "open", "link//", NULL);
    assert_int_equal(os_chowntree("link/", getuid(), getgid(), NULL), -1);
    assert_error(ENOTDIR, "open", "link/", NULL);
    struct os_tree_usage *usage = os_tree_usage("link/", NULL);
    assert_int_equal(usage->directories, 5);
    free(usage);
    assert_int_equal(os_copytree("link/", "copy", NULL), 0);
    assert_int_equal(count_like("copy", NULL).directories, 5);
    assert_int_equal(count_like("t", NULL).others, 6);
}

/* ------------------------------------------------------------------------------- signals */

static atomic_long alarms;

static void on_alarm(int number) {
    (void)number;
    atomic_fetch_add(&alarms, 1);
}

/* Each call for as long as it takes to have been interrupted many times. */
static void interrupted_by_signals(void **state) {
    (void)state;
    enum { MANY = 20, LARGE = 6000000 };
    struct known known = plant_various();
    assert_int_equal(truncate("t/d5/f5", LARGE), 0);
    const struct sigaction action = {.sa_handler = on_alarm}; /* without SA_RESTART */
    struct sigaction old;
    struct itimerval every = {{0, 1000}, {0, 1000}}, none = {{0, 0}, {0, 0}};
    assert_int_equal(sigaction(SIGALRM, &action, &old), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &every, NULL), 0);
    for (long start = alarms, i = 0; i < 4 || alarms - start < MANY; i++) {
        known.threads = 1 + (int)i % 2;
        check_clients(&known);
    }
    setitimer(ITIMER_REAL, &none, NULL);
    sigaction(SIGALRM, &old, NULL);
}

/* -------------------------------------------------------------- descriptors of other threads */

static int taken[256], taken_count, bursts;
static pthread_t taker;
static atomic_bool taker_ends;

/* Most of what the process may have, when the call has come so far that it holds several. */
static void *take_descriptors(void *argument) {
    int most = *(int *)argument;
    while (fcntl(12, F_GETFD) < 0 && !taker_ends)
        sched_yield();
    if (taker_ends)
        return NULL;
    for (int fd; taken_count < most && (fd = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;)
        taken[taken_count++] = fd;
    return NULL;
}

static void give_back(void) {
    taker_ends = true;
    pthread_join(taker, NULL);
    bursts += taken_count > 10;
    while (taken_count)
        close(taken[--taken_count]);
}

static void descriptors_run_out_in_the_middle(void **state) {
    (void)state;
    make_chain("t", "d", 800, 2);
    struct known known = {
        .top = "t",
        .directories = 1 + 3 * 800,
        .others = 801,
        .pattern = "t/**/f",
        .matches = 801,
        .called = give_back,
    };
    long old = limit_descriptors(64);
    for (int round = 0; round < 4; round++)
        for (size_t i = 0; i < client_count; i++) {
            known.threads = 1 + round % 2;
            taker_ends = false;
            int most = known.threads == 1 ? 46 : 42;
            assert_int_equal(pthread_create(&taker, NULL, take_descriptors, &most), 0);
            clients[i].check(&known);
        }
    limit_descriptors(old);
    assert_true(bursts > 2 * (int)client_count);
}

/* With so few left that it may not do: then it fails for that reason, and does not leave out
 * things. */
static void hardly_any_descriptors(void **state) {
    (void)state;
    enum { DEPTH = 60 };
    make_chain("t", "d", DEPTH, 1);
    long old = limit_descriptors(64);
    int lacking = 0, enough = 0;
    for (int left = 0; left < 10; left++) {
        taken_count = 0;
        for (int fd; (fd = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;)
            taken[taken_count++] = fd;
        for (int i = 0; i < left; i++)
            close(taken[--taken_count]);
        struct os_walk *walk = os_walk("t", WALK(.errors = true));
        int error = 0, directories = 0;
        for (struct os_walk_entry *at; (at = os_walk_next(walk)); directories++)
            error = at->error ? at->error : error;
        os_walk_close(walk);
        struct os_tree_usage *usage =
            os_tree_usage("t", CONTROL(os_tree_usage_options, .control.threads = 1));
        int number = usage ? 0 : errno;
        int copied =
            os_copytree("t", "copy", CONTROL(os_copytree_options, .control.threads = 1)) == 0
                ? 0
                : errno;
        int removed =
            os_rmtree("copy", CONTROL(os_rmtree_options, .control.threads = 1)) == 0 ? 0 : errno;
        while (taken_count)
            close(taken[--taken_count]);
        assert_true(error ? error == EMFILE : directories == 1 + 2 * DEPTH);
        assert_true(usage ? usage->directories == 1 + 2 * DEPTH : number == EMFILE);
        free(usage);
        assert_true(copied == 0 || copied == EMFILE);
        assert_true(removed == 0 || removed == EMFILE || (removed == ENOENT && copied));
        assert_true(!there("copy") || removed == EMFILE);
        if (there("copy"))
            assert_int_equal(os_rmtree("copy", NULL), 0);
        lacking += error && number && copied;
        enough += !error && !number && !copied && !removed;
    }
    limit_descriptors(old);
    assert_true(lacking > 0 && enough > 0);
}

/* ----------------------------------------------------------------------- what is moved away */

/* "t/a/b" is a chain; "outside" has by the same names what is in "t/a". */
static void plant_movable(void) {
    assert_int_equal(mkdir("t", 0777) | mkdir("t/a", 0777) | mkdir("outside", 0777), 0);
    make_chain("t/a/b", "d", 60, 1);
    for (int i = 0; i < 4; i++) {
        char path[32];
        snprintf(path, sizeof path, "t/a/s%d", i);
        make_chain(path, "d", 1, 1);
        snprintf(path, sizeof path, "outside/s%d", i);
        make_chain(path, "d", 1, 1);
        strcat(path, "/secret");
        write_text(path, "SECRET");
    }
}

/* Where the chain goes while it is walked. */
enum { OUT, BESIDE, EXCHANGED, WAYS };

static void move_chain(int way) {
    if (way == BESIDE) /* into a directory that came after "t" was read */
        assert_int_equal(rename("outside", "t/new") | rename("t/a/b", "t/new/b"), 0);
    else
        assert_int_equal(rename("t/a/b", way == OUT ? "outside/b" : "b"), 0);
    if (way == EXCHANGED) /* the other directory comes in the place of the chain's */
        assert_int_equal(rename("t/a", "a") | rename("outside", "t/a"), 0);
}

static void walk_moved(struct os_walk *walk, int way) {
    struct os_walk_entry *at;
    int siblings = 0, depth = 0;
    bool moved = false;
    while ((at = os_walk_next(walk))) {
        for (char **name = at->filenames; *name; name++)
            assert_string_not_equal(*name, "secret");
        siblings += !at->error && strncmp(at->dirpath, "t/a/s", 5) == 0 && !at->dirpath[6];
        depth += strncmp(at->dirpath, "t/a/b/", 6) == 0;
        if (depth > 50 && !moved) {
            moved = true;
            move_chain(way);
        }
    }
    os_walk_close(walk);
    assert_true(moved);
    if (way != EXCHANGED) /* there, those not yet visited are lost */
        assert_int_equal(siblings, 4);
}

/* The way back up from the moved chain, or down to where it was, leads to another directory: it
 * must not be taken. */
static void walked_chain_is_moved(void **state) {
    (void)state;
    for (int kind = 0; kind < 4 * WAYS; kind++) {
        plant_movable();
        long old = limit_descriptors(16);
        struct os_walk_options *options = WALK(.errors = true, .bottom_up = kind % 2);
        walk_moved(kind / 2 % 2 ? os_fwalk(OS_CWD, "t", options) : os_walk("t", options), kind / 4);
        limit_descriptors(old);
        assert_int_equal(system("rm -rf t outside a b"), 0);
    }
}

struct mover {
    atomic_bool ends;
    atomic_long moves;
};

static void *move_about(void *data) {
    struct mover *mover = data;
    while (!mover->ends) {
        if (rename("t/a/b", "outside/b") == 0)
            atomic_fetch_add(&mover->moves, 1);
        sched_yield();
        if (rename("outside/b", "t/a/b") == 0)
            atomic_fetch_add(&mover->moves, 1);
    }
    rename("outside/b", "t/a/b");
    return NULL;
}

/* All that changes a tree, while a part of it wanders out and in. */
static void changed_chain_is_moved(void **state) {
    (void)state;
    long old = limit_descriptors(16);
    long seen = 0;
    for (int round = 0; round < 12 || (seen == 0 && round < 1000); round++) {
        plant_movable();
        assert_int_equal(os_chmodtree("outside", 0611, 0711, NULL), 0);
        struct mover mover = {0};
        pthread_t thread;
        int threads = 1 + round % 2;
        assert_int_equal(pthread_create(&thread, NULL, move_about, &mover), 0);
        long before = mover.moves;
        os_chmodtree(
            "t", 0640, 0750,
            CONTROL(os_tree_options, .control.ignore_errors = true, .control.threads = threads));
        os_rmtree("t", CONTROL(os_rmtree_options, .control.ignore_errors = true,
                               .control.threads = threads));
        seen += mover.moves - before;
        mover.ends = true;
        pthread_join(thread, NULL);
        for (int i = 0; i < 4; i++) {
            char path[32];
            snprintf(path, sizeof path, "outside/s%d", i);
            struct census all = count_like(path, NULL);
            struct census same = count_like(path, &(struct wanted){0611, 0711, -1, -1});
            assert_int_equal(all.directories, 3);
            assert_int_equal(all.others, 3);
            assert_int_equal(same.directories, 3);
            assert_int_equal(same.others, 3);
        }
        os_rmtree("t", CONTROL(os_rmtree_options, .control.ignore_errors = true));
        assert_int_equal(os_rmtree("outside", NULL), 0);
    }
    limit_descriptors(old);
    assert_true(seen > 0);
}

static int replace_way(const struct os_progress *progress, void *data) {
    (void)progress;
    if (!*(bool *)data)
        *(bool *)data = rename("way", "old") == 0 && symlink("other", "way") == 0;
    return 0;
}

/* The tree is removed where it was found, although its path leads elsewhere by then. */
static void way_to_the_top_is_replaced(void **state) {
    (void)state;
    bool replaced = false;
    assert_int_equal(mkdir("way", 0777) | mkdir("other", 0777) | mkdir("other/t", 0777), 0);
    make_bush("way/t", 3);
    assert_int_equal(
        os_rmtree("way//t/", CONTROL(os_rmtree_options, .control.on_progress = replace_way,
                                     .control.data = &replaced)),
        0);
    assert_true(replaced);
    assert_true(there("other/t"));
    assert_true(there("old"));
    assert_false(there("old/t"));
}

/* The directory "t/d/d/d" makes way for one of the same inode number elsewhere, if the file system
 * gives the number out again, and that one gets what was below: whether it did. */
static bool replace_by_its_number(void) {
    struct stat st, made;
    char path[32], chosen[32] = "";
    assert_int_equal(stat("t/d/d/d", &st), 0);
    assert_int_equal(rename("t/d/d/d/d", "aside") | os_rmtree("t/d/d/d", NULL), 0);
    for (int i = 0; i < 30; i++) {
        snprintf(path, sizeof path, "n%d", i);
        assert_int_equal(mkdir(path, 0777) | stat(path, &made), 0);
        if (i == 0 || made.st_ino == st.st_ino)
            strcpy(chosen, path);
        for (int j = 0; j < 3; j++) {
            snprintf(path, sizeof path, "n%d/s%d", i, j);
            assert_int_equal(mkdir(path, 0777), 0);
            strcat(path, "/secret");
            write_text(path, "");
        }
    }
    assert_int_equal(stat(chosen, &made), 0);
    snprintf(path, sizeof path, "%s/d", chosen);
    assert_int_equal(rename("aside", path), 0);
    return made.st_ino == st.st_ino;
}

/* What bears the number of a directory that is gone is not taken for it. */
static void inode_numbers_come_back(void **state) {
    (void)state;
    bool replaced = false, same = false;
    int after = 0;
    make_chain("t", "d", 40, 3);
    long old = limit_descriptors(16);
    struct os_walk *walk = os_walk("t", WALK(.errors = true));
    for (struct os_walk_entry *at; (at = os_walk_next(walk)); after += replaced) {
        for (char **name = at->filenames; *name; name++)
            assert_string_not_equal(*name, "secret");
        for (char **name = at->dirnames; *name; name++)
            if (strcmp(*name, "d") == 0) { /* first down the chain, then back to the others */
                char *other = at->dirnames[0];
                at->dirnames[0] = *name;
                *name = other;
            }
        if (!replaced && strlen(at->dirpath) > 2 * 30) {
            same = replace_by_its_number();
            replaced = true;
        }
    }
    os_walk_close(walk);
    limit_descriptors(old);
    assert_true(replaced && after > 10);
    print_message("# the number %s\n", same ? "came back" : "did not come back");
}

/* --------------------------------------------------------------------- what comes and goes */

struct churn {
    atomic_bool ends;
    atomic_long turns;
};

static void *come_and_go(void *data) {
    struct churn *churn = data;
    while (!churn->ends) {
        int fd = open("t/d1/new", O_WRONLY | O_CREAT, 0666);
        close(fd);
        rename("t/d1/new", "t/d2/newer");
        mkdir("t/d1/newdir", 0777);
        symlink("f0", "t/d1/newdir/newlink");
        rename("t/d1/newdir", "t/d3/newdir");
        unlink("t/d2/newer");
        unlink("t/d3/newdir/newlink");
        rmdir("t/d3/newdir");
        atomic_fetch_add(&churn->turns, 1);
    }
    return NULL;
}

struct told {
    long count, wrong;
};

/* Only what comes and goes may fail, as something that is not there. */
static int only_new(const struct os_error *error, void *data) {
    struct told *told = data;
    told->count++;
    bool missing = error->number == ENOENT || error->number == ENOTEMPTY;
    told->wrong += !missing || !error->filename || !strstr(error->filename, "new");
    return 0;
}

/* The 8 directories with 8 files each, their 8 inner ones with a file, and what is new. */
static bool complete(uint64_t directories, uint64_t others) {
    return directories >= 17 && directories <= 19 && others >= 72 && others <= 75;
}

static void check_reading(int threads, struct told *told) {
    struct os_walk *walk = os_walk("t", WALK(.threads = threads, .bottom_up = threads % 2));
    struct os_walk_entry *at;
    uint64_t directories = 0, others = 0;
    while ((at = os_walk_next(walk)))
        for (directories++; *at->filenames; at->filenames++)
            others++;
    os_walk_close(walk);
    assert_true(complete(directories, others));
    struct os_tree_usage *usage =
        os_tree_usage("t", CONTROL(os_tree_usage_options, .control.threads = threads));
    assert_non_null(usage);
    assert_true(complete(usage->directories, usage->files));
    free(usage);
    char **list = os_glob("t/**/f1", OS_RECURSIVE);
    size_t found = 0;
    while (list[found])
        found++;
    free(list);
    assert_int_equal(found, 8);
    struct os_tree_options *options = CONTROL(os_tree_options, .control.threads = threads);
    assert_int_equal(os_chmodtree("t", 0640, 0750, options), 0);
    assert_int_equal(os_chowntree("t", getuid(), getgid(), options), 0);
    struct os_tree_compare *compare =
        os_tree_compare("t", "twin",
                        CONTROL(os_tree_compare_options, .control.on_error = only_new,
                                .control.data = told, .control.threads = threads));
    assert_non_null(compare);
    for (size_t i = 0; i < compare->count; i++)
        told->wrong += !strstr(compare->list[i].path, "new");
    free(compare);
}

static void check_copying(int threads, struct told *told) {
    assert_int_equal(
        os_copytree("t", "copy",
                    CONTROL(os_copytree_options, .symlinks = true, .control.on_error = only_new,
                            .control.data = told, .control.threads = threads)),
        0);
    struct census copied = count_like("copy", NULL);
    assert_true(complete((uint64_t)copied.directories, (uint64_t)copied.others));
    assert_int_equal(os_rmtree("copy", NULL), 0);
}

static void entries_that_come_and_go(void **state) {
    (void)state;
    make_bush("t", 8);
    make_bush("twin", 8);
    struct churn churn = {0};
    struct told told = {0};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, come_and_go, &churn), 0);
    for (int round = 0; round < 40 || (churn.turns < 100 && round < 10000); round++) {
        check_reading(round % 3, &told);
        check_copying(round % 3, &told);
    }
    os_rmtree("t", CONTROL(os_rmtree_options, .control.ignore_errors = true));
    churn.ends = true;
    pthread_join(thread, NULL);
    assert_true(churn.turns >= 100);
    assert_int_equal(told.wrong, 0);
    if (there("t")) /* it may have been filled again to the last */
        assert_int_equal(os_rmtree("t", NULL), 0);
    assert_false(there("t"));
}

/* --------------------------------------------------------------------------- other users */

#define CHECK(condition)                                                                           \
    do                                                                                             \
        if (!(condition)) {                                                                        \
            print_error("%s:%d: %s (errno %d)\n", __FILE__, __LINE__, #condition, errno);          \
            return 1;                                                                              \
        }                                                                                          \
    while (0)

static bool failed_at(int number, const char *path) {
    const struct os_error *error = os_last_error();
    return errno == number && error && error->filename && strcmp(error->filename, path) == 0;
}

static int count_errors(const struct os_error *error, void *data) {
    (void)error;
    ++*(int *)data;
    return 0;
}

/* "t/d1" can't be read, "t/d2" not entered. */
static int nobody_goes(void) {
    int errors = 0, seen = 0;
    struct os_walk *walk = os_fwalk(OS_CWD, "t", WALK(.errors = true));
    for (struct os_walk_entry *at; (at = os_walk_next(walk)); seen++)
        errors += at->error == EACCES;
    os_walk_close(walk);
    CHECK(errors == 2 && seen == 9 - 1); /* "t/d1" and "t/d2/inner"; not "t/d1/inner" */
    char **list = os_glob("t/**/f1", OS_RECURSIVE);
    CHECK(list && list[0] && list[1] && list[2] && list[3] && !list[4]); /* the name is enough */
    free(list);
    list = os_glob("t/d1/**", OS_RECURSIVE);
    CHECK(list && list[0] && !list[1] && strcmp(list[0], "t/d1/") == 0);
    free(list);
    CHECK(os_copytree("t", "copy", NULL) < 0 && errno == EACCES);
    CHECK(there("copy/d0/f3") && there("copy/d3/inner/f") && !there("copy/d1/f0"));
    errors = 0;
    struct os_tree_compare *compare =
        os_tree_compare("t", "twin",
                        CONTROL(os_tree_compare_options, .control.on_error = count_errors,
                                .control.data = &errors));
    CHECK(compare && errors >= 2);
    free(compare);
    CHECK(!os_tree_compare("t", "twin", NULL) && errno == EACCES);
    CHECK(os_chowntree("t", getuid(), (gid_t)-1, CONTROL(os_tree_options, .control.threads = 1)) <
              0 &&
          errno == EACCES);
    /* The owner may change the modes that keep him out, and then nothing does. */
    CHECK(os_chmodtree("t", (mode_t)-1, 0, NULL) < 0);
    CHECK(os_chmodtree("t", 0644, 0755, NULL) == 0);
    CHECK(os_rmtree("copy", NULL) == 0);
    CHECK(os_copytree("t", "copy", NULL) == 0);
    compare = os_tree_compare("t", "twin", NULL);
    CHECK(compare && compare->count == 0);
    free(compare);
    CHECK(os_chmodtree("copy", 0, 0, NULL) == 0);
    CHECK(os_rmtree("copy", NULL) < 0 && failed_at(EACCES, "copy"));
    CHECK(os_chmodtree("copy", (mode_t)-1, 0700, NULL) == 0);
    CHECK(os_rmtree("copy", NULL) == 0);
    return 0;
}

static void unreadable_directories(void **state) {
    (void)state;
    make_bush("t", 4);
    make_bush("twin", 4);
    assert_int_equal(chmod(".", 0777), 0);
    if (getuid() == 0)
        assert_int_equal(os_chowntree("t", 65534, 65534, NULL), 0);
    assert_int_equal(chmod("t/d1", 0300) | chmod("t/d2", 0600), 0);
    assert_int_equal(as_nobody(nobody_goes), 0);
}

/* --------------------------------------------------------------------------------- mounts */

static void mounts_are_left_alone(void **state) {
    (void)state;
    struct stat st;
    if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        skip();
    make_bush("t", 3);
    make_bush("twin", 3);
    if (mount("none", "t/d1", "tmpfs", 0, "mode=711") < 0 ||
        mount("none", "twin/d2", "tmpfs", 0, NULL) < 0)
        skip();
    write_text("t/d1/inside", "text");
    assert_int_equal(chmod("t/d1/inside", 0611), 0);
    struct os_walk *walk = os_fwalk(OS_CWD, "t", WALK(.errors = true, .one_file_system = true));
    int refused = 0, seen = 0;
    for (struct os_walk_entry *at; (at = os_walk_next(walk)); seen++)
        refused += at->error == EXDEV && strcmp(at->dirpath, "t/d1") == 0;
    os_walk_close(walk);
    assert_int_equal(refused, 1);
    assert_int_equal(seen, 1 + 2 * 2 + 1);
    struct os_tree_usage *usage =
        os_tree_usage("t", CONTROL(os_tree_usage_options, .control.one_file_system = true));
    assert_int_equal(usage->directories, 1 + 2 * 2);
    free(usage);
    for (int threads = 1; threads < 3; threads++) {
        struct os_tree_options *here =
            CONTROL(os_tree_options, .control.one_file_system = true, .control.threads = threads);
        assert_int_equal(os_chmodtree("t", 0640, 0750, here), 0);
        assert_int_equal(os_chowntree("t", getuid(), 4321, here), 0);
        assert_int_equal(stat("t/d1", &st), 0);
        assert_int_equal(st.st_mode & 07777, 0711);
        assert_int_not_equal(st.st_gid, 4321);
        assert_int_equal(stat("t/d1/inside", &st), 0);
        assert_int_equal(st.st_mode & 07777, 0611);
        assert_int_equal(os_copytree("t", "copy",
                                     CONTROL(os_copytree_options, .control.one_file_system = true,
                                             .control.threads = threads)),
                         0);
        assert_true(there("copy/d1") && !there("copy/d1/inside") && there("copy/d2/f1"));
        struct os_tree_compare *compare =
            os_tree_compare("t", "twin",
                            CONTROL(os_tree_compare_options, .control.one_file_system = true,
                                    .control.threads = threads));
        assert_non_null(compare);
        assert_int_equal(compare->count, 0);
        free(compare);
        assert_int_equal(os_rmtree("copy", NULL), 0);
    }
    assert_int_equal(os_rmtree("t", CONTROL(os_rmtree_options, .control.one_file_system = true,
                                            .control.ignore_errors = true)),
                     0);
    assert_true(there("t/d1/inside"));
    assert_false(there("t/d2"));
    assert_int_equal(umount("t/d1") | umount("twin/d2"), 0);
}

/* Followed links may lead through other file systems, as long as they end in the tree's own. */
static void links_and_mounts(void **state) {
    (void)state;
    if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        skip();
    assert_int_equal(mkdir("other", 0777) | mkdir("here", 0777), 0);
    if (mount("none", "other", "tmpfs", 0, NULL) < 0)
        skip();
    char path[4200];
    assert_int_equal(mkdir("other/t", 0777) | mkdir("other/d", 0777), 0);
    write_text("other/d/file", "text");
    snprintf(path, sizeof path, "%s/other/d", getcwd((char[4000]){0}, 4000));
    assert_int_equal(symlink(path, "other/t/absolute") | symlink("../d", "other/t/relative"), 0);
    assert_int_equal(symlink("../../here", "other/t/away"), 0);
    struct os_walk *walk =
        os_walk("other/t", WALK(.errors = true, .one_file_system = true, .follow_links = true));
    int refused = 0, files = 0;
    for (struct os_walk_entry *at; (at = os_walk_next(walk));) {
        refused += at->error == EXDEV && strcmp(at->dirpath, "other/t/away") == 0;
        for (char **name = at->filenames; *name; name++)
            files++;
    }
    os_walk_close(walk);
    assert_int_equal(refused, 1);
    assert_int_equal(files, 2);
    assert_int_equal(os_copytree("other/t", "copy",
                                 CONTROL(os_copytree_options, .control.one_file_system = true)),
                     0);
    assert_true(there("copy/absolute/file") && there("copy/relative/file") && there("copy/away"));
    assert_int_equal(umount("other"), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TREES(names_of_every_byte),       IN_TREES(types_that_are_not_told),
        IN_TREES(spellings_of_the_top),      IN_TREES(links_with_a_slash),
        IN_TREES(interrupted_by_signals),    IN_TREES(descriptors_run_out_in_the_middle),
        IN_TREES(hardly_any_descriptors),    IN_TREES(walked_chain_is_moved),
        IN_TREES(changed_chain_is_moved),    IN_TREES(way_to_the_top_is_replaced),
        IN_SCRATCH(inode_numbers_come_back), IN_TREES(entries_that_come_and_go),
        IN_TREES(unreadable_directories),    IN_TREES(mounts_are_left_alone),
        IN_TREES(links_and_mounts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
