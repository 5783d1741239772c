/* SPDX-License-Identifier: MIT */
/** Races with others who create, save, exchange and read all the while. */
#include "race.h"

#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#ifdef SLOW
enum { ROUNDS = 500, PEER_ROUNDS = 10 };
#else
enum { ROUNDS = 25, PEER_ROUNDS = 0 };
#endif

enum { MOST_MADE = 400, TOKEN = 32 };

struct others *others;

void put(const char *path, const char *token, int times) {
    FILE *file = fopen(path, "wx");
    if (!file)
        return;
    while (times--)
        fputs(token, file);
    fclose(file);
}

void swap(const char *a, const char *b) {
    if (syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, 2 /* RENAME_EXCHANGE */) == 0)
        atomic_fetch_add(&others->exchanges, 1);
}

void plant(const char *top, int wide) {
    char path[64], token[TOKEN];
    assert_int_equal(mkdir(top, 0755), 0);
    for (int i = 0; i < wide; i++) {
        snprintf(path, sizeof path, "%s/s%d", top, i);
        assert_int_equal(mkdir(path, 0755), 0);
        for (int j = 0; j < wide; j++) {
            snprintf(path, sizeof path, "%s/s%d/f%d", top, i, j);
            snprintf(token, sizeof token, "%c-%d-%d\n", top[0], i, j);
            put(path, token, 1);
        }
    }
    snprintf(path, sizeof path, "%s/private", top);
    assert_int_equal(mkdir(path, 0700), 0);
    strcat(path, "/f");
    put(path, "private\n", 1);
}

void meddle(void) {
    for (int i = 0; !others->ends; i++) {
        char path[40], token[TOKEN];
        if (others->made < MOST_MADE) {
            snprintf(path, sizeof path, "d/new%d", others->made);
            snprintf(token, sizeof token, "new-%d\n", others->made);
            put("fresh", token, 1); /* whole at once: who writes later writes into what has gone */
            if (rename("fresh", path) == 0)
                atomic_fetch_add(&others->made, 1);
            unlink("fresh");
        }
        snprintf(token, sizeof token, "saved-%d\n", others->saved + 1);
        put("save", token, 1);
        if (rename("save", "d/saved") == 0)
            atomic_fetch_add(&others->saved, 1);
        unlink("save");
        swap("d/s1", "elsewhere/s1");
        swap("d/s2/f2", "elsewhere/s2/f2");
        if (i % 16 == 15)
            swap("d", "elsewhere");
    }
}

void peep(const char *const *paths) {
    if (setgid(65534) < 0 || setuid(65534) < 0)
        return;
    while (!others->ends)
        for (const char *const *path = paths; *path; path++) {
            char content[TOKEN];
            int fd = open(*path, O_RDONLY);
            if (fd >= 0 && read(fd, content, sizeof content) > 0)
                atomic_fetch_add(&others->shown, 1);
            if (fd >= 0)
                close(fd);
        }
}

bool is_lost(const char *all, const char *format, ...) {
    char token[TOKEN];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(token, sizeof token, format, arguments);
    va_end(arguments);
    const char *at = all;
    while ((at = strstr(at, token)) && at > all && at[-1] != '\n')
        at += strlen(token);
    if (!at)
        print_message("# lost: %s", token);
    return !at;
}

int count_lost_of_source(const char *all, int wide) {
    int lost = 0;
    for (int i = 0; i < others->made; i++)
        lost += is_lost(all, "new-%d\n", i);
    for (int i = 0; i < 2 * wide * wide; i++)
        lost += is_lost(all, "%c-%d-%d\n", i % 2 ? 'd' : 'e', i / 2 / wide, i / 2 % wide);
    return lost + (others->saved && is_lost(all, "saved-%d\n", others->saved));
}

static FILE *gathered;

static int gather_one(const char *path, const struct stat *st, int type, struct FTW *ftw) {
    (void)ftw;
    char *text = type == FTW_F && S_ISREG(st->st_mode) ? malloc((size_t)st->st_size + 1) : NULL;
    int fd = text ? open(path, O_RDONLY | O_NOFOLLOW) : -1;
    ssize_t size = fd >= 0 ? read(fd, text, (size_t)st->st_size) : 0;
    if (size > 0)
        fwrite(text, 1, (size_t)size, gathered);
    if (fd >= 0)
        close(fd);
    free(text);
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw) {
    (void)st, (void)type;
    return ftw->level == 0 || strcmp(path, "./other") == 0 ? 0 : remove(path);
}

/* What is in all files below the current directory, to be freed. */
static char *everything(void) {
    char *all;
    size_t size;
    assert_non_null(gathered = open_memstream(&all, &size));
    assert_int_equal(nftw(".", gather_one, 16, FTW_PHYS), 0);
    assert_int_equal(fclose(gathered), 0);
    return all;
}

static pid_t start(void (*act)(void)) {
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        act();
        _exit(0);
    }
    return pid;
}

static void run_command(const char *line) {
    os_autofree char *quiet = NULL;
    if (asprintf(&quiet, "{ %s; } 2>/dev/null", line) < 0 || system(quiet) < 0)
        fail();
}

static void one_round(const char *command, int round) {
    memset(others, 0, sizeof *others);
    race.prepare();
    pid_t pids[4];
    int count = 0;
    for (; count < 4 && race.acts[count]; count++)
        pids[count] = start(race.acts[count]);
    while (others->made < 1 + round % 8)
        sched_yield();
    if (command)
        run_command(command);
    else
        race.by_osier();
    others->ends = true;
    while (count--)
        waitpid(pids[count], NULL, 0);
}

/* What came of it. */
struct tally {
    int lost, rounds_lost, shown, torn, exchanges;
};

/* Runs the command, or what osier does instead, among the others, `rounds` times, in an empty directory
 * that is emptied again but for the directory "other"; says what came of it. */
static struct tally attack(const char *command, int rounds) {
    struct tally tally = {0};
    for (int round = 0; round < rounds; round++) {
        one_round(command, round);
        char *all = everything();
        int lost = race.count_lost(all);
        free(all);
        tally.lost += lost;
        tally.rounds_lost += lost > 0;
        tally.shown += others->shown;
        tally.torn += others->torn;
        tally.exchanges += others->exchanges;
        assert_int_equal(nftw(".", remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
    }
    const char *who = command ? command : "osier";
    if (rounds)
        print_message("# %.*s: %d files lost in %d of %d rounds, %d exchanges; shown %d times, "
                      "torn %d times\n",
                      (int)strcspn(who, " "), who, tally.lost, tally.rounds_lost, rounds,
                      tally.exchanges, tally.shown, tally.torn);
    return tally;
}

static void nothing_is_lost_and_nothing_is_shown(void **state) {
    (void)state;
    others = mmap(NULL, sizeof *others, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(others, MAP_FAILED);
    assert_int_equal(chmod(".", 0755), 0);
    if (race.begin && !race.begin())
        skip();
    struct tally tally = attack(NULL, ROUNDS);
    attack(race.gnu, PEER_ROUNDS);
    attack(race.python, PEER_ROUNDS);
    if (race.end)
        race.end();
    assert_int_equal(tally.lost, 0);
    assert_int_equal(tally.shown, 0);
    assert_int_equal(tally.torn, 0);
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
