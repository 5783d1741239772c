/* SPDX-License-Identifier: MIT */
/** Moves to another file system while others exchange, create, save and read all the while: nothing
 *  is lost, nothing is shown, and no name stands for a part of a copy. */
#include "trees.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#ifdef SLOW
enum { ROUNDS = 500, PEER_ROUNDS = 10 };
#else
enum { ROUNDS = 25, PEER_ROUNDS = 0 };
#endif

enum { WIDE = 8, MOST_MADE = 400, TOKEN = 16 };

/* What the others have done, in memory that all share. */
struct others {
    atomic_bool ends;
    atomic_int made;  /* files "new0" … of the source */
    atomic_int saved; /* the latest version of "d/saved", 0 before the first */
    atomic_int shown; /* times that the content of a private file was read by somebody else */
    atomic_int exchanges;
};

static struct others *others;

static void put(const char *path, const char *token) {
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
    if (fd < 0)
        return;
    if (write(fd, token, strlen(token)) < 0)
        abort();
    close(fd);
}

static void swap(const char *a, const char *b) {
    if (syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, 2 /* RENAME_EXCHANGE */) == 0)
        atomic_fetch_add(&others->exchanges, 1);
}

/* Creates, saves as editors do, and exchanges directories and files with those elsewhere. */
static void meddle(void) {
    for (int i = 0; !others->ends; i++) {
        char path[40], token[TOKEN + 8];
        if (others->made < MOST_MADE) {
            snprintf(path, sizeof path, "d/new%d", others->made);
            snprintf(token, sizeof token, "new-%d\n", others->made);
            put("fresh", token); /* whole at once: who writes later writes into what has gone */
            if (rename("fresh", path) == 0)
                atomic_fetch_add(&others->made, 1);
            unlink("fresh");
        }
        snprintf(token, sizeof token, "saved-%d\n", others->saved + 1);
        put("save", token);
        if (rename("save", "d/saved") == 0)
            atomic_fetch_add(&others->saved, 1);
        unlink("save");
        swap("d/s1", "elsewhere/s1");
        swap("d/s2/f2", "elsewhere/s2/f2");
        if (i % 16 == 15)
            swap("d", "elsewhere");
    }
}

/* Somebody else looks into all that has the copy's name, or any other beside it. */
static void peep(void) {
    if (setgid(65534) < 0 || setuid(65534) < 0)
        return;
    while (!others->ends) {
        char content[TOKEN] = "";
        int fd = open("other/x/private/f", O_RDONLY);
        if (fd < 0)
            fd = open("other/file", O_RDONLY);
        if (fd >= 0 && read(fd, content, sizeof content - 1) > 0)
            atomic_fetch_add(&others->shown, 1);
        if (fd >= 0)
            close(fd);
    }
}

static pid_t start(void (*act)(void)) {
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        act();
        _exit(0);
    }
    return pid;
}

/* Two trees of the same names, sizes and times, but for what is in their files. */
static void plant(const char *top) {
    char path[64], token[64];
    assert_int_equal(mkdir(top, 0755), 0);
    for (int i = 0; i < WIDE; i++) {
        snprintf(path, sizeof path, "%s/s%d", top, i);
        assert_int_equal(mkdir(path, 0755), 0);
        for (int j = 0; j < WIDE; j++) {
            snprintf(path, sizeof path, "%s/s%d/f%d", top, i, j);
            snprintf(token, sizeof token, "%c-%d-%d\n", top[0], i, j);
            put(path, token);
        }
    }
    snprintf(path, sizeof path, "%s/private", top);
    assert_int_equal(mkdir(path, 0700), 0);
    strcat(path, "/f");
    put(path, "private\n");
}

/* Whether a token stands in no file, wherever. */
static bool is_lost(const char *all, const char *token) {
    const char *at = all;
    size_t size = strlen(token);
    while ((at = strstr(at, token)) && at > all && at[-1] != '\n')
        at += size;
    if (!at)
        print_message("# lost: %s", token);
    return !at;
}

static char *everything(void) {
    static char all[1 << 18];
    FILE *pipe = popen("find . -type f -exec cat {} + 2>/dev/null", "r");
    assert_non_null(pipe);
    all[fread(all, 1, sizeof all - 1, pipe)] = '\0';
    pclose(pipe);
    return all;
}

static int count_lost(void) {
    const char *all = everything();
    char token[64];
    int lost = 0;
    for (int i = 0; i < others->made; i++) {
        snprintf(token, sizeof token, "new-%d\n", i);
        lost += is_lost(all, token);
    }
    for (int i = 0; i < 2 * WIDE * WIDE; i++) {
        snprintf(token, sizeof token, "%c-%d-%d\n", i % 2 ? 'd' : 'e', i / 2 / WIDE, i / 2 % WIDE);
        lost += is_lost(all, token);
    }
    snprintf(token, sizeof token, "saved-%d\n", others->saved);
    return lost + (others->saved && is_lost(all, token));
}

static void by_osier(void) {
    os_move("d", "other/x", NULL);
}

static void by_mv(void) {
    if (system("mv d other/x 2>/dev/null") < 0)
        fail();
}

static void by_python(void) {
    if (system("python3 -c 'import shutil; shutil.move(\"d\", \"other/x\")' 2>/dev/null") < 0)
        fail();
}

struct tally {
    int lost, rounds_lost, shown, exchanges;
};

static struct tally attack(const char *who, void (*move)(void), int rounds) {
    struct tally tally = {0};
    for (int round = 0; round < rounds; round++) {
        plant("d");
        plant("elsewhere");
        memset(others, 0, sizeof *others);
        pid_t pids[] = {start(meddle), start(peep)};
        while (others->made < 1 + round % 8)
            sched_yield();
        move();
        others->ends = true;
        for (int i = 0; i < 2; i++)
            waitpid(pids[i], NULL, 0);
        int lost = count_lost();
        tally.lost += lost;
        tally.rounds_lost += lost > 0;
        tally.shown += others->shown;
        tally.exchanges += others->exchanges;
        assert_int_equal(system("rm -rf d elsewhere save fresh other/x other/.osier* .osier*"), 0);
    }
    print_message("# %s: %d files lost in %d of %d rounds, %d exchanges; shown %d times\n", who,
                  tally.lost, tally.rounds_lost, rounds, tally.exchanges, tally.shown);
    return tally;
}

static void nothing_is_lost_and_nothing_is_shown(void **state) {
    (void)state;
    assert_int_equal(mkdir("other", 0755) | chmod(".", 0755), 0);
    if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("none", "other", "tmpfs", 0, "mode=755") < 0)
        skip();
    others = mmap(NULL, sizeof *others, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(others, MAP_FAILED);
    struct tally tally = attack("osier", by_osier, ROUNDS);
    attack("mv", by_mv, PEER_ROUNDS);
    attack("CPython", by_python, PEER_ROUNDS);
    umount2("other", MNT_DETACH);
    assert_int_equal(tally.lost, 0);
    assert_int_equal(tally.shown, 0);
    assert_true(tally.exchanges > 0);
}

int main(void) {
    if (call_denied("renameat2")) {
        print_message("1..0 # SKIP without renameat2(2)\n");
        return 0;
    }
    const struct CMUnitTest tests[] = {IN_TREES(nothing_is_lost_and_nothing_is_shown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
