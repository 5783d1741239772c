/* SPDX-License-Identifier: MIT */
/** States in which everything is so: what it takes to find that out, beside a program that does no more
 *  than read the files, and systemd-tmpfiles where it is.
 *
 *  bench-state DIRECTORY: a row is a line for each peer, as measure.h has it. */
#include <osier.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FILES = 10000, ROUNDS = 7, SOME = 200, LINKS = 50, LINES = 20 };

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void must(bool right, const char *what) {
    if (!right) {
        os_perror(what);
        exit(1);
    }
}

/* The same objects, each made and synced by itself, as a careful program would without transactions. */
static void make_bare(const char *place) {
    char path[4200], text[64];
    must(os_makedirs(place, 0755, 0) == 0, place);
    for (int i = 0; i < SOME; i++) {
        snprintf(path, sizeof path, "%s/%d", place, i);
        must(os_mkdir(path, 0755) == 0, path);
        snprintf(path, sizeof path, "%s/%d/f", place, i);
        int size = snprintf(text, sizeof text, "%d\n", i);
        must(os_write_file(path, text, (size_t)size, NULL) == 0, path);
        snprintf(path, sizeof path, "%s/%d/l", place, i);
        must(i >= LINKS || os_symlink("f", path, 0) == 0, path);
    }
    snprintf(path, sizeof path, "%s/hosts", place);
    char *lines = malloc((size_t)LINES * 40), *at = lines;
    for (int i = 0; i < LINES; i++)
        at += sprintf(at, "10.0.0.%d host%d\n", i, i);
    must(os_write_file(path, lines, (size_t)(at - lines), NULL) == 0, path);
    free(lines);
}

/* Plans a state, in which nothing is to be done but at the first time. */
static void apply(const char *file, bool first) {
    struct os_state *state = os_state(file, NULL);
    must(state, file);
    struct os_plan *plan = os_state_plan(state);
    const struct os_plan_entry *list;
    size_t count;
    must(plan && os_plan_entries(plan, &list, &count) == 0, file);
    must(first || count == 0, "something is to be done");
    if (first)
        must(os_state_apply(state, plan, NULL) == 0, file);
    os_plan_close(plan);
    os_state_close(state);
}

static void read_all(void) {
    char name[64], content[256];
    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof name, "many/%d", i);
        int fd = open(name, O_RDONLY | O_CLOEXEC);
        must(fd >= 0 && read(fd, content, sizeof content) > 0, name);
        close(fd);
    }
}

/* A state of many files. */
static void write_many(const char *place) {
    FILE *file = fopen("many.toml", "w");
    fprintf(file, "[dir.\"%s/many\"]\n", place);
    for (int i = 0; i < FILES; i++)
        fprintf(file,
                "[file.\"%s/many/%d\"]\ncontent = \"the content of file %d, which is a line of "
                "text\\n\"\nmode = \"0644\"\n",
                place, i, i);
    fclose(file);
}

/* One of some of each kind; and the same, but for its lines, for tmpfiles. */
static void write_some(const char *place, const char *name, const char *top, const char *below) {
    FILE *file = fopen(name, "w"), *conf = fopen("some.tmpfiles", "w");
    for (int i = 0; i < SOME; i++) {
        fprintf(file, "[dir.\"%s%s/%d\"]\n[file.\"%s%s/%d/f\"]\ncontent = \"%d\\n\"\n", top, below,
                i, top, below, i, i);
        fprintf(conf, "d %s/some/%d 0755 - - -\nf+ %s/some/%d/f 0644 - - - %d\\n\n", place, i,
                place, i, i);
        if (i < LINKS) {
            fprintf(file, "[link.\"%s%s/%d/l\"]\nto = \"f\"\n", top, below, i);
            fprintf(conf, "L %s/some/%d/l - - - - f\n", place, i);
        }
    }
    fprintf(file, "[line.\"%s%s/hosts\"]\n", top, below);
    for (int i = 0; i < LINES; i++)
        fprintf(file, "host%d = \"10.0.0.%d host%d\"\n", i, i, i);
    fclose(file);
    fclose(conf);
}

/* Applies the state of some at a place where nothing is yet. */
static void apply_first(const char *var) {
    const char *const vars[] = {var, NULL};
    const struct os_state_options options = {.size = sizeof options, .vars = vars};
    struct os_state *state = os_state("first.toml", &options);
    must(state, "first.toml");
    struct os_plan *plan = os_state_plan(state);
    must(plan && os_state_apply(state, plan, NULL) == 0, "first.toml");
    os_plan_close(plan);
    os_state_close(state);
}

static void remove_both(const char *bare, const char *first) {
    must(os_rmtree(bare, NULL) == 0, bare);
    must(os_rmtree(first, NULL) == 0, first);
}

/* Each time where nothing is, in turns: the next run begins like this one. */
static void measure_first(const char *place) {
    double bare = 1e18, best = 1e18;
    for (int i = 0; i < ROUNDS; i++) {
        char path[4096], var[4200];
        snprintf(path, sizeof path, "%s/bare%d", place, i);
        snprintf(var, sizeof var, "place=%s/first%d", place, i);
        double began = now();
        make_bare(path);
        double middle = now();
        apply_first(var);
        double end = now();
        bare = middle - began < bare ? middle - began : bare;
        best = end - middle < best ? end - middle : best;
        remove_both(path, var + strlen("place="));
    }
    printf("a state of 470, first\teach with fsync\t%.0f\n", bare);
    printf("a state of 470, first\tosier\t%.0f\n", best);
}

/* Fifty assertions of all kinds that ask nobody else. */
static void write_checks(const char *place) {
    FILE *file = fopen("checks.toml", "w");
    for (int i = 0; i < 10; i++)
        fprintf(file,
                "[port.\"tcp:%d\"]\nlistening = false\n[process.nobody-%d]\ncount = 0\n"
                "[space.\"%s/some/%d\"]\nfree = \"1\"\n"
                "[match.\"%s/some/%d/f\"]\npattern = \"^%d$\"\n"
                "[file.\"%s/some/%d/f\"]\nmode = \"0644\"\n",
                i + 1, i, place, i, place, i, i, place, i);
    fclose(file);
}

static void check(void) {
    struct os_state *state = os_state("checks.toml", NULL);
    must(state && os_state_check(state, NULL, NULL) == 0, "checks.toml");
    os_state_close(state);
}

static double best_of(void (*call)(void)) {
    double best = 1e18;
    for (int i = 0; i < ROUNDS; i++) {
        double began = now();
        call();
        double took = now() - began;
        best = took < best ? took : best;
    }
    return best;
}

static void many(void) {
    apply("many.toml", false);
}

static void some(void) {
    apply("some.toml", false);
}

static void tmpfiles(void) {
    os_autofree char *path = os_path_abspath("some.tmpfiles"); /* it takes no other */
    const struct os_run_options check = {.size = sizeof check, .check = true};
    must(os_run(OS_ARGV("systemd-tmpfiles", "--create", path), &check, NULL) == 0,
         "systemd-tmpfiles");
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 64;
    must(os_chdir(argv[1]) == 0, argv[1]);
    setenv("OSIER_STATE", "state", 1);
    write_many(argv[1]);
    write_some(argv[1], "some.toml", argv[1], "/some");
    write_some(argv[1], "first.toml", "{{place}}", "");
    write_checks(argv[1]);
    apply("many.toml", true);
    apply("some.toml", true);
    printf("a state of %d files, unchanged\treading them\t%.0f\n", FILES, best_of(read_all));
    printf("a state of %d files, unchanged\tosier\t%.0f\n", FILES, best_of(many));
    os_autofree char *program = os_which("systemd-tmpfiles", X_OK, NULL);
    if (program)
        printf("a state of 470, unchanged\tsystemd-tmpfiles\t%.0f\n", best_of(tmpfiles));
    printf("a state of 470, unchanged\tosier\t%.0f\n", best_of(some));
    printf("50 checks\tosier\t%.0f\n", best_of(check));
    measure_first(argv[1]);
    return 0;
}
