/* SPDX-License-Identifier: MIT */
/** editors STYLE SECONDS DIRECTORY: does a save get lost when transactions run beside an editor?
 *
 *  A child saves a file again and again, with a number in it that grows; the parent replaces the same
 *  file by plans. What a transaction has taken from the place must be what its plan has seen: a later
 *  save there would be lost. What the editor writes into the old file, which it had open when the
 *  transaction was decided, is kept in the journal: that is counted as late. */
#include <osier.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long number_in(const char *path) {
    char *text = os_read_file(path, NULL);
    long number = text && strncmp(text, "save ", 5) == 0 ? atol(text + 5) : -1;
    free(text);
    return number;
}

static void put(const char *path, int flags, long number) {
    char text[32];
    int size = snprintf(text, sizeof text, "save %012ld\n", number);
    int fd = open(path, flags | O_WRONLY | O_CLOEXEC, 0644);
    if (fd >= 0 && write(fd, text, (size_t)size) != size)
        _exit(2);
    close(fd);
}

static void rename_over(long number) {
    put("saved", O_CREAT | O_TRUNC, number);
    if (rename("saved", "file") < 0)
        _exit(2);
}

static void in_place(long number) {
    put("file", 0, number);
}

static void truncate_and_write(long number) {
    put("file", O_CREAT | O_TRUNC, number);
}

static void delete_and_create(long number) {
    unlink("file");
    put("file", O_CREAT | O_EXCL, number);
}

static const struct style {
    const char *name;
    void (*save)(long number);
    bool holds; /* it may have the old file open when that is replaced */
} styles[] = {{"rename-over", rename_over, false},
              {"in-place", in_place, true},
              {"truncate-write", truncate_and_write, true},
              {"delete-create", delete_and_create, false}};

static void edit(void (*save)(long number)) {
    for (long number = 1;; number++) {
        const struct timespec pause = {.tv_nsec = 100000 + number * 7919317 % 12000000};
        save(number);
        nanosleep(&pause, NULL);
    }
}

struct tally {
    long rounds, applied, late, lost;
};

/* One transaction, at the risk of an editor. */
static void replace(const struct style *style, struct tally *tally) {
    char kept[64];
    uint64_t id = 0;
    struct os_plan *plan = os_plan(NULL);
    if (!plan || os_plan_write_file(plan, "file", "by osier\n", 9, NULL) < 0) {
        os_plan_close(plan);
        return;
    }
    long seen = number_in("file"); /* what the plan has looked at, or later */
    tally->rounds++;
    if (os_plan_apply(plan, NULL, &id) == 0) {
        tally->applied++;
        snprintf(kept, sizeof kept, "state/log/%08llu/0", (unsigned long long)id);
        long taken = number_in(kept);
        if (taken > seen && style->holds)
            tally->late++;
        else if (taken > seen && seen >= 0)
            tally->lost++;
    } else if (errno != ESTALE && errno != ETXTBSY) {
        os_perror("apply");
        exit(1);
    }
    os_plan_close(plan);
}

int main(int argc, char **argv) {
    const struct style *style = NULL;
    for (size_t i = 0; argc == 4 && i < sizeof styles / sizeof *styles; i++)
        if (strcmp(styles[i].name, argv[1]) == 0)
            style = &styles[i];
    if (!style || chdir(argv[3]) < 0)
        return 64;
    setenv("OSIER_STATE", "state", 1);
    put("file", O_CREAT, 0);
    pid_t child = fork();
    if (child == 0)
        edit(style->save);
    time_t end = time(NULL) + atoi(argv[2]);
    struct tally tally = {0};
    while (time(NULL) < end)
        replace(style, &tally);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    printf("%s: %ld rounds, %ld applied, %ld late, %ld lost\n", style->name, tally.rounds,
           tally.applied, tally.late, tally.lost);
    return tally.lost > 0 || tally.applied == 0;
}
