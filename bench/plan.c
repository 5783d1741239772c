/* SPDX-License-Identifier: MIT */
/** Plans applied and undone, beside the same changes made one by one, each durable.
 *
 *  bench-plan DIRECTORY: a row is a line for each peer, as measure.h has it; all of one round on one
 *  file system. */
#include <osier.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MANY = 1000, TREE = 20000, SIZE = 4096 };

static void must(int r, const char *what) {
    if (r < 0) {
        os_perror(what);
        exit(1);
    }
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void show(const char *row, int files, const char *peer, double began) {
    printf("%s %d files\t%s\t%.0f\n", row, files, peer, now() - began);
}

static void name_of(char name[32], int i) {
    snprintf(name, 32, "f/%d", i);
}

static void write_each(int files, const char *content) {
    char name[32];
    for (int i = 0; i < files; i++) {
        name_of(name, i);
        must(os_write_file(name, content, SIZE, NULL), name);
    }
}

static void make(int files) {
    static const struct os_write_file_options quick = {.size = sizeof quick, .nosync = true};
    static char content[SIZE];
    char name[32];
    must(os_makedirs("f", 0755, 0), "f");
    for (int i = 0; i < files; i++) {
        name_of(name, i);
        must(os_write_file(name, content, files == TREE ? 0 : SIZE, &quick), name);
    }
    os_sync();
}

static uint64_t apply(struct os_plan *plan) {
    uint64_t id;
    must(os_plan_apply(plan, NULL, &id), "apply");
    os_plan_close(plan);
    return id;
}

static void clear(void) {
    const struct os_forget_options all = {.size = sizeof all, .all = true, .now = true};
    if (access("f", F_OK) == 0)
        must(os_rmtree("f", NULL), "f");
    must(os_forget(&all), "forget");
    os_sync();
}

static void replace(int files) {
    static char content[SIZE] = "new";
    char name[32];
    make(files);
    double began = now();
    write_each(files, content);
    show("replace", files, "write_file", began);
    clear();
    make(files);
    began = now();
    struct os_plan *plan = os_plan(NULL);
    for (int i = 0; i < files; i++) {
        name_of(name, i);
        must(os_plan_write_file(plan, name, content, SIZE, NULL), name);
    }
    uint64_t id = apply(plan);
    show("replace", files, "osier", began);
    show("undo", files, "apply", began);
    began = now();
    must(os_undo(id, NULL, NULL), "undo");
    show("undo", files, "osier", began);
    clear();
}

static void remove_tree(void) {
    make(TREE);
    double began = now();
    must(os_rmtree("f", NULL), "f");
    show("remove a tree of", TREE, "rmtree", began);
    make(TREE);
    began = now();
    struct os_plan *plan = os_plan(NULL);
    must(os_plan_rmtree(plan, "f", NULL), "f");
    uint64_t id = apply(plan);
    show("remove a tree of", TREE, "osier", began);
    began = now();
    must(os_undo(id, NULL, NULL), "undo");
    printf("undo that\tosier\t%.0f\n", now() - began);
    clear();
}

/* Planning alone, and a plan's file, beside the bytes that it has. */
static void plan_many(void) {
    enum { STEPS = 100000, ENTRIES = 10000 };
    char name[32];
    double began;
    must(os_makedirs("f", 0755, 0), "f");
    for (int steps = STEPS; steps <= 2 * STEPS; steps += STEPS) {
        began = now();
        struct os_plan *plan = os_plan(NULL);
        for (int i = 0; i < steps; i++) {
            name_of(name, i);
            must(os_plan_write_file(plan, name, "x", 1, NULL), name);
        }
        show("plan", steps, "osier", began);
        if (steps == STEPS)
            show("plan", 2 * STEPS, "half of it", began);
        os_plan_close(plan);
    }
    struct os_plan *plan = os_plan(NULL);
    for (int i = 0; i < ENTRIES; i++) {
        name_of(name, i);
        must(os_plan_write_file(plan, name, name, strlen(name), NULL), name);
    }
    size_t size;
    began = now();
    must(os_plan_save(plan, "saved"), "saved");
    show("save a plan of", ENTRIES, "osier", began);
    os_plan_close(plan);
    began = now();
    char *text = os_read_file("saved", &size);
    must(text ? 0 : -1, "saved");
    show("load a plan of", ENTRIES, "read_file", began);
    began = now();
    must(os_write_file("copy", text, size, NULL), "copy");
    show("save a plan of", ENTRIES, "write_file", began);
    free(text);
    began = now();
    plan = os_plan_load("saved");
    must(plan ? 0 : -1, "saved");
    show("load a plan of", ENTRIES, "osier", began);
    os_plan_close(plan);
    clear();
}

/* Set-up, `true`, and what is left removed; the same without a rehearsal beside it. */
static void rehearse(const char *row) {
    char *const *words = OS_ARGV("true");
    for (int i = 0; i < 20; i++) {
        struct os_run_result result;
        double began = now();
        must(os_run(words, NULL, &result), "run");
        printf("%s\trun\t%.0f\n", row, now() - began);
        os_run_result_free(&result);
        began = now();
        struct os_try *rehearsal = os_try_run(words, NULL);
        if (!rehearsal && errno == EOPNOTSUPP)
            return;
        must(rehearsal ? 0 : -1, "try");
        os_try_close(rehearsal);
        printf("%s\tosier\t%.0f\n", row, now() - began);
    }
}

/* As an ordinary user, where this one is root. */
static void rehearse_as_user(void) {
    enum { SOMEBODY = 65533 };
    int status;
    must(os_makedirs("user", 0700, OS_EXIST_OK), "user");
    must(chown("user", SOMEBODY, SOMEBODY), "user");
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        char *state = os_path_abspath("user");
        must(os_chdir("/tmp"), "/tmp");
        setenv("OSIER_STATE", state, 1);
        /* Who was root before has no say in /proc/self/uid_map until he is made a plain process again. */
        if (setgid(SOMEBODY) == 0 && setuid(SOMEBODY) == 0 && prctl(PR_SET_DUMPABLE, 1) == 0 &&
            access(state, W_OK) == 0) {
            must(os_recover(NULL), "recover");
            rehearse("rehearse true, as a user");
        }
        exit(0);
    }
    must(waitpid(pid, &status, 0), "wait");
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 64;
    must(os_chdir(argv[1]), argv[1]);
    setenv("OSIER_STATE", "state", 1);
    must(os_recover(NULL), "recover"); /* makes the journal, once for all */
    plan_many();
    replace(1);
    replace(MANY);
    remove_tree();
    rehearse(geteuid() == 0 ? "rehearse true, as root" : "rehearse true");
    if (geteuid() == 0)
        rehearse_as_user();
    return 0;
}
