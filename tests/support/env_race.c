/* SPDX-License-Identifier: MIT */
/** A program that knows nothing of osier: threads call setenv, unsetenv and getenv at once.
 *
 *  env_race [ROUNDS]: exit status 0 if every read gave a whole value and nothing that stayed set
 *  was missing. With libc before glibc 2.41, and with musl, it crashes or fails.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WRITERS = 2, READERS = 2, NAMES = 100 };

static atomic_int writing = WRITERS;
static atomic_int wrong;
static int rounds = 20000;

/* Each writer has names of its own, and sets and removes them; the values vary in length. */
static void *write_them(void *number) {
    char name[40], value[200];
    for (int i = 0; i < rounds; i++) {
        snprintf(name, sizeof name, "RACE_%d_%d", *(int *)number, i % NAMES);
        int size = i % 7 * 20;
        memset(value, 'v', (size_t)size);
        value[size] = '\0';
        if (i / NAMES % 2 ? unsetenv(name) : setenv(name, value, 1))
            wrong++;
    }
    writing--;
    return NULL;
}

static void check(const char *name) {
    const char *value = getenv(name);
    if (value && strspn(value, "v") != strlen(value))
        wrong++;
}

static void *read_them(void *unused) {
    char name[40];
    for (int i = 0; writing > 0; i++) {
        snprintf(name, sizeof name, "RACE_%d_%d", i % WRITERS, i % NAMES);
        check(name);
        const char *stays = getenv("STAYS");
        if (!stays || strcmp(stays, "here") != 0)
            wrong++;
    }
    return unused;
}

int main(int argc, char **argv) {
    pthread_t threads[WRITERS + READERS];
    int numbers[WRITERS];
    if (argc > 1)
        rounds = atoi(argv[1]);
    char first[] = "RACE_FIRST=1";
    if (putenv(first) || setenv("STAYS", "here", 0) || unsetenv("RACE_FIRST"))
        return 2;
    for (int i = 0; i < WRITERS + READERS; i++) {
        if (i < WRITERS)
            numbers[i] = i;
        if (pthread_create(&threads[i], NULL, i < WRITERS ? write_them : read_them,
                           i < WRITERS ? &numbers[i] : NULL))
            return 2;
    }
    for (int i = 0; i < WRITERS + READERS; i++)
        pthread_join(threads[i], NULL);
    if (wrong)
        fprintf(stderr, "%d reads or writes went wrong\n", wrong);
    return wrong ? 1 : 0;
}
