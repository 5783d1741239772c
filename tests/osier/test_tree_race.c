/* SPDX-License-Identifier: MIT */
/** Directories and files exchanged with links to another tree, while every call for trees works:
 *  nothing of that other tree is changed, shown or copied. */
#include "trees.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#ifdef SLOW
#define ROUNDS 200 /* in each of which there were exchanges while the call worked */
#else
#define ROUNDS 20
#endif

enum {
    LIMIT = 60, /* seconds in which there have to be so many */
    WIDE = 8,   /* of the attacked tree */
    TARGETS = 3 * WIDE,
    LARGE = 5000000 /* size of a file that no tree but the other one has */
};

/* ------------------------------------------------------------------------- the other tree */

/* It has what the attacked one has by name, so that whoever goes astray finds something to do. */
static void make_outside(void) {
    make_bush("elsewhere", WIDE);
    assert_int_equal(rename("elsewhere/d0", "outside"), 0);
    for (int i = 0; i < WIDE; i++) {
        char path[32];
        snprintf(path, sizeof path, "outside/f%d", i);
        write_text(path, "SECRET");
        assert_int_equal(chmod(path, 0600), 0);
    }
    write_text("outside/secret", "SECRET");
    assert_int_equal(truncate("outside/secret", LARGE), 0);
    assert_int_equal(os_rmtree("elsewhere", NULL), 0);
}

static char seen[1 << 16];
static size_t seen_size;

static int describe(const char *path, const struct stat *st, int type, struct FTW *ftw) {
    (void)type, (void)ftw;
    char content[16] = "";
    int fd = S_ISREG(st->st_mode) ? open(path, O_RDONLY | O_NOATIME) : -1;
    if (fd >= 0 && read(fd, content, sizeof content - 1) < 0)
        return -1;
    if (fd >= 0)
        close(fd);
    seen_size += (size_t)snprintf(
        seen + seen_size, sizeof seen - seen_size,
        "%s %o %u:%u %lu links %lld bytes '%s' changed %lld.%09ld written %lld.%09ld\n", path,
        (unsigned)st->st_mode, (unsigned)st->st_uid, (unsigned)st->st_gid,
        (unsigned long)st->st_nlink, (long long)st->st_size, content, (long long)st->st_ctim.tv_sec,
        st->st_ctim.tv_nsec, (long long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec);
    return seen_size >= sizeof seen;
}

/* All that there is to tell of the other tree; another text when anything in it was touched. */
static char *outside(void) {
    seen_size = 0;
    int r = nftw("outside", describe, 16, FTW_PHYS);
    return r == 0 ? strdup(seen) : strdup("gone");
}

/* ----------------------------------------------------------------------------- the attack */

struct target {
    int dir;
    char name[16], link[16];
};

struct attack {
    atomic_long exchanges;
    atomic_bool ends;
    pid_t pid;
    int links; /* the directory where the links are */
    struct target targets[TARGETS];
};

/* Puts the link for the name, and back, until it is told to end. */
static void exchange(struct attack *a) {
    unsigned turn = 0;
    while (!a->ends)
        for (int i = 0; i < TARGETS; i++) {
            const struct target *t = &a->targets[i];
            for (int twice = 0; twice < 2 && t->dir >= 0; twice++) {
                if (syscall(SYS_renameat2, t->dir, t->name, a->links, t->link,
                            2 /* RENAME_EXCHANGE */) < 0)
                    break;
                atomic_fetch_add(&a->exchanges, 1);
                for (volatile unsigned wait = turn++ % 8 * 200; wait; wait--)
                    continue;
            }
        }
}

static void set_target(struct attack *a, int i, int dir, const char *name, int number,
                       const char *to) {
    struct target *t = &a->targets[i];
    t->dir = dir;
    snprintf(t->name, sizeof t->name, "%s%d", name, number);
    snprintf(t->link, sizeof t->link, "l%d", i);
    assert_int_equal(symlinkat(to, a->links, t->link), 0);
}

/* Of each second directory the attacker goes for its file, of the others for themselves. */
static struct attack *attack_begins(const char *top) {
    struct attack *a =
        mmap(NULL, sizeof *a, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(a, MAP_FAILED);
    assert_int_equal(mkdir("links", 0777), 0);
    char there[200], to[220];
    assert_non_null(getcwd(there, sizeof there));
    int dir = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    a->links = open("links", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; i < WIDE; i++) {
        char name[16];
        snprintf(name, sizeof name, "d%d", i);
        int inner = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        snprintf(to, sizeof to, "%s/outside", there);
        set_target(a, 3 * i, dir, "d", i, to);
        snprintf(to, sizeof to, "%s/outside/secret", there);
        set_target(a, 3 * i + 1, i % 2 ? inner : -1, "f", i, to);
        set_target(a, 3 * i + 2, i % 2 ? inner : -1, "f", (i + 1) % WIDE, to);
        if (i % 2 == 0 && inner >= 0)
            close(inner);
    }
    a->pid = fork();
    if (a->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        exchange(a);
        _exit(0);
    }
    return a;
}

static void attack_ends(struct attack *a) {
    a->ends = true;
    waitpid(a->pid, NULL, 0);
    for (int i = 0; i < WIDE; i++)
        if (a->targets[3 * i + 1].dir >= 0)
            close(a->targets[3 * i + 1].dir);
    close(a->targets[0].dir);
    close(a->links);
    munmap(a, sizeof *a);
    assert_int_equal(os_rmtree("links", NULL), 0);
}

/* -------------------------------------------------------------------------- what is called */

static const char *copy_source, *copy_target;

#define CONTROL .control.threads = threads, .control.ignore_errors = true

static void check_walk(struct os_walk *walk) {
    struct os_walk_entry *at;
    struct stat st, other;
    assert_int_equal(stat("outside", &other), 0);
    while ((at = os_walk_next(walk))) {
        for (char **name = at->filenames; *name; name++)
            assert_string_not_equal(*name, "secret");
        if (at->dir_fd >= 0) {
            assert_int_equal(fstat(at->dir_fd, &st), 0);
            assert_int_not_equal(st.st_ino, other.st_ino);
        }
    }
    os_walk_close(walk);
}

static void walk(int threads) {
    struct os_walk_options options = {.size = sizeof options, .threads = threads};
    check_walk(os_walk("t", &options));
    options.bottom_up = true;
    check_walk(os_walk("t", &options));
}

static void fwalk(int threads) {
    struct os_walk_options options = {.size = sizeof options, .bottom_up = threads % 2};
    check_walk(os_fwalk(OS_CWD, "t", &options));
}

static void usage(int threads) {
    struct os_tree_usage *usage = os_tree_usage(
        "t",
        &(struct os_tree_usage_options){.size = sizeof(struct os_tree_usage_options), CONTROL});
    assert_true(usage->apparent < LARGE);
    free(usage);
}

static void change_modes(int threads) {
    os_chmodtree("t", 0640, 0750,
                 &(struct os_tree_options){.size = sizeof(struct os_tree_options), CONTROL});
}

static void change_owners(int threads) {
    os_chowntree("t", getuid() ? getuid() : 4000, (gid_t)-1,
                 &(struct os_tree_options){.size = sizeof(struct os_tree_options), CONTROL});
}

static void compare(int threads) {
    for (int side = 0; side < 2; side++) {
        struct os_tree_compare *compare =
            os_tree_compare(side ? "twin" : "t", side ? "t" : "twin",
                            &(struct os_tree_compare_options){
                                .size = sizeof(struct os_tree_compare_options), CONTROL});
        for (size_t i = 0; i < compare->count; i++)
            if (strstr(compare->list[i].path, "secret") ||
                compare->list[i].what & OS_COMPARE_CONTENT) /* a link is of another type */
                fail_msg("%s", compare->list[i].path);
        free(compare);
    }
}

static void copy(int threads) {
    os_copytree(copy_source, copy_target,
                &(struct os_copytree_options){.size = sizeof(struct os_copytree_options),
                                              .symlinks = true,
                                              .dirs_exist_ok = true,
                                              .hard_links = threads % 2,
                                              CONTROL});
}

static void removal(int threads) {
    os_rmtree("t", &(struct os_rmtree_options){.size = sizeof(struct os_rmtree_options), CONTROL});
}

/* How nobody should do it: each path is looked at, and then used. */
static int remove_by_path(const char *path) {
    struct stat st;
    DIR *dir = lstat(path, &st) == 0 && S_ISDIR(st.st_mode) ? opendir(path) : NULL;
    struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        char *inner;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (asprintf(&inner, "%s/%s", path, entry->d_name) < 0)
            return -1;
        remove_by_path(inner);
        free(inner);
    }
    if (dir)
        closedir(dir);
    return remove(path);
}

static void naive_removal(int threads) {
    (void)threads;
    remove_by_path("t");
}

/* ------------------------------------------------------------------------------ the rounds */

/* Sleeps once in the middle of whatever is done, so that the attacker gets his turn on busy
 * processors.
 */
static void on_alarm(int number) {
    (void)number;
    int saved = errno;
    nanosleep(&(struct timespec){.tv_nsec = 20000}, NULL);
    errno = saved;
}

static void set_alarm(long microseconds) {
    sigaction(SIGALRM, &(struct sigaction){.sa_handler = on_alarm, .sa_flags = SA_RESTART}, NULL);
    setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, microseconds}}, NULL);
}

struct tally {
    long rounds, hit, exchanges;
    bool harmed;
    time_t began;
};

static void one_round(void (*call)(int threads), struct attack *a, struct tally *tally,
                      const char *before) {
    long start = a->exchanges;
    while (a->exchanges == start)
        sched_yield();
    start = a->exchanges;
    set_alarm(50 + tally->rounds % 20 * 5);
    call((int)(tally->rounds % 3));
    set_alarm(0);
    long during = a->exchanges - start;
    tally->rounds++;
    tally->hit += during > 0;
    tally->exchanges += during;
    char *after = outside();
    tally->harmed |= strcmp(before, after) != 0;
    free(after);
}

static bool goes_on(const struct tally *tally) {
    return !tally->harmed && tally->hit < ROUNDS && time(NULL) - tally->began <= LIMIT;
}

static void show(const char *what, const struct tally *tally) {
    print_message("# %s: %ld exchanges in %ld of %ld rounds\n", what, tally->exchanges, tally->hit,
                  tally->rounds);
}

/* For calls that leave the attacked tree as it is: one attack throughout. */
static void under_attack(const char *what, void (*call)(int threads), void (*after)(void)) {
    struct tally tally = {.began = time(NULL)};
    char *before = outside();
    struct attack *a = attack_begins("t");
    while (goes_on(&tally)) {
        one_round(call, a, &tally, before);
        if (after)
            after();
    }
    attack_ends(a);
    free(before);
    show(what, &tally);
    assert_false(tally.harmed);
    assert_true(tally.hit >= ROUNDS);
}

/* For those that don't: a new tree each time, and a new attack on it. */
static struct tally attacks(const char *what, void (*call)(int threads), const char *top,
                            void (*plant)(void)) {
    struct tally tally = {.began = time(NULL)};
    char *before = outside();
    while (goes_on(&tally)) {
        plant();
        struct attack *a = attack_begins(top);
        one_round(call, a, &tally, before);
        attack_ends(a);
        if (access(top, F_OK) == 0)
            assert_int_equal(os_rmtree(top, NULL), 0);
    }
    free(before);
    show(what, &tally);
    return tally;
}

static void plant_tree(void) {
    make_bush("t", WIDE);
}

static int enter(void **state) {
    int r = enter_trees(state);
    if (r == 0)
        make_outside();
    return r;
}

#define READING(id, call)                                                                          \
    static void id(void **state) {                                                                 \
        (void)state;                                                                               \
        plant_tree();                                                                              \
        make_bush("twin", WIDE);                                                                   \
        under_attack(#id, call, NULL);                                                             \
    }
READING(walk_shows_nothing_else, walk)
READING(fwalk_shows_nothing_else, fwalk)
READING(usage_counts_nothing_else, usage)
READING(chmod_changes_nothing_else, change_modes)
READING(chown_changes_nothing_else, change_owners)
READING(compare_shows_nothing_else, compare)

static int check_copied(const char *path, const struct stat *st, int type, struct FTW *ftw) {
    (void)type, (void)ftw;
    char content[8] = "";
    if (!S_ISREG(st->st_mode))
        return 0;
    int fd = open(path, O_RDONLY);
    bool readable = fd >= 0 && read(fd, content, sizeof content - 1) >= 0;
    close(fd);
    return !readable || strcmp(content, "SECRET") == 0;
}

static void check_copy(void) {
    assert_int_equal(nftw("copy", check_copied, 16, FTW_PHYS), 0);
    assert_int_equal(os_rmtree("copy", NULL), 0);
}

static void copytree_copies_nothing_else(void **state) {
    (void)state;
    plant_tree();
    copy_source = "t";
    copy_target = "copy";
    under_attack("copytree_copies_nothing_else", copy, check_copy);
}

/* Half of the directories are there already, and may be swapped from the beginning. */
static void plant_target(void) {
    assert_int_equal(mkdir("copy", 0777), 0);
    for (int i = 0; i < WIDE; i++) {
        char path[32];
        snprintf(path, sizeof path, "copy/d%d", i);
        if (i % 2)
            assert_int_equal(mkdir(path, 0777), 0);
        strcat(path, "/f1");
        if (i % 4 == 1)
            write_text(path, "older");
    }
}

static void copytree_writes_nowhere_else(void **state) {
    (void)state;
    make_bush("twin", WIDE);
    copy_source = "twin";
    copy_target = "copy";
    struct tally tally = attacks("copytree_writes_nowhere_else", copy, "copy", plant_target);
    assert_false(tally.harmed);
    assert_true(tally.hit >= ROUNDS);
}

static void rmtree_removes_nothing_else(void **state) {
    (void)state;
    struct tally tally = attacks("rmtree_removes_nothing_else", removal, "t", plant_tree);
    assert_false(tally.harmed);
    assert_true(tally.hit >= ROUNDS);
}

/* What all of this would show if a call went by paths: sooner or later, however often it takes. */
static void the_attack_is_real(void **state) {
    (void)state;
    bool harmed = false;
    for (time_t began = time(NULL); !harmed && time(NULL) - began < LIMIT;)
        harmed = attacks("the_attack_is_real", naive_removal, "t", plant_tree).harmed;
    assert_true(harmed);
}

#define ATTACKED(test) cmocka_unit_test_setup_teardown(test, enter, leave_trees)

int main(void) {
    if (call_denied("renameat2")) {
        print_message("1..0 # SKIP without renameat2(2)\n");
        return 0;
    }
    /* Both sides have to run at the same time, also where others keep the processors busy. */
    setpriority(PRIO_PROCESS, 0, -15);
    const struct CMUnitTest tests[] = {
        ATTACKED(walk_shows_nothing_else),      ATTACKED(fwalk_shows_nothing_else),
        ATTACKED(usage_counts_nothing_else),    ATTACKED(chmod_changes_nothing_else),
        ATTACKED(chown_changes_nothing_else),   ATTACKED(compare_shows_nothing_else),
        ATTACKED(copytree_copies_nothing_else), ATTACKED(copytree_writes_nowhere_else),
        ATTACKED(rmtree_removes_nothing_else),  ATTACKED(the_attack_is_real),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
