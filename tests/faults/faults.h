/* SPDX-License-Identifier: MIT */
/** The fault table: every public function with its n-th system call or allocation failing.
 *
 *  How to add a function (a row is one to five lines in tests/faults/test_TOPIC.c):
 *
 *      FAULT(os_mkdir, .filename = "new") { return os_mkdir("new", 0777); }
 *      FAULT(os_getcwd) { return fault_free(os_getcwd()); }
 *      FAULT(os_link, .tree = "a", .filename = "a", .filename2 = "b") { return os_link("a", "b"); }
 *
 *  The body makes one call and gives 0 (or more) for success and −1 for failure, with whatever the
 *  call returned freed and closed. It runs in a fresh scratch directory, once for n = 1, 2, 3 … and
 *  each errno of a list until the n-th call is not reached any more. By default a row demands that
 *  a fault makes the call fail with the injected errno (ENOMEM for an allocation), that the record
 *  names the operation and the files, and that the scratch directory is as it was before; a success
 *  or failure may leave no block, no descriptor, no child, and no other working directory or umask;
 *  EINTR is tried again, and the call succeeds.
 *
 *  The members of `struct fault` say where a function differs; all of them may be left out.
 *  Unless .uncancelled it also runs in threads that are cancelled before the n-th call, for n = 1, 2,
 *  3 …: whether such a thread ends or the call does, nothing may be left either.
 *
 *  A further row of the same function: FAULT_CASE(os_mkdir, in_directory, …) { … }.
 *  A function that makes no call that can fail: NO_FAULT(os_path_isabs).
 */
#ifndef TESTS_FAULTS_H
#define TESTS_FAULTS_H

#include "support.h"

struct fault {
    const char *function;  /* set by FAULT */
    const char *variant;   /* set by FAULT_CASE */
    long (*call)(void);    /* set by FAULT: the body */
    const char *operation; /* what the record says; left out: the name without "os_" */
    const char *filename;  /* what the record says; ANY_NAME where it depends on the call */
    const char *filename2; /* likewise */
    const char *tree;      /* the scratch directory before the call, see fault_plant() */
    void (*before)(void);  /* further preparation, before each run */
    void (*begin)(
        void); /* makes what the call ends: no fault hits it, and all of it has to be gone */
    void (*after)(void); /* takes back what `before` or a successful call did outside */
    const char *absorbs; /* calls whose failure may go unnoticed: "malloc fstat", or "*" */
    const char *skips;   /* calls of children or helpers which are not looked at */
    int (*maps)(const char *call, int number); /* the errno expected for a failed call; 0: success,
                                                  −1: any failure; left out: the number itself */
    bool no_record;                            /* a failure sets errno alone */
    bool leaves_files; /* a failure may leave a part done, as Python's does */
    bool keeps_memory; /* blocks may stay: the environment never frees what was published */
    bool uncancelled;  /* not run in a thread that is cancelled: the row itself holds something */
    bool few;          /* EIO and a lack of memory alone, for a call that makes hundreds */
    bool keeps_state;  /* children, working directory or umask may change */
    bool root;         /* nobody else may make the call: skipped then */
};

/** Where temporary files are outside the memory that scratch directories are in. */
const char *fault_disk(void);

/** A journal of this process alone, as others may run this program at the same time: where it is,
 *  beside the scratch directory, so that this has nothing but what is changed. */
const char *fault_journal(void);
/** Makes it and has plans use it; `.before` of a row. */
void fault_make_journal(void);
/** Removes it; `.after`. */
void fault_clear_journal(void);

/** Where the record's name depends on which call failed. */
#define ANY_NAME ((const char *)-1)

#define FAULT(name, ...)               FAULT_ROW_(name, name, NULL, ##__VA_ARGS__)
#define FAULT_CASE(name, variant, ...) FAULT_ROW_(name, name##_##variant, #variant, ##__VA_ARGS__)
#define FAULT_ROW_(name, id, variant_, ...)                                                        \
    static long call_##id(void);                                                                   \
    __attribute__((constructor)) static void add_##id(void) {                                      \
        static const struct fault row = {#name, variant_, call_##id, ##__VA_ARGS__};               \
        fault_add(&row);                                                                           \
    }                                                                                              \
    static long call_##id(void)

/** Exempts a function that makes no system call and no allocation. */
#define NO_FAULT(name)                                                                             \
    __attribute__((constructor)) static void exempt_##name(void) {                                 \
        static const struct fault row = {#name};                                                   \
        fault_add(&row);                                                                           \
    }

void fault_add(const struct fault *row);

/** Frees an owned string or list: 0 where there was one, −1 for NULL; keeps errno. */
long fault_free(void *block);

/** Closes a descriptor that a call returned: 0, or −1 where there was none; keeps errno. */
long fault_close(long fd);

/** Whether one of the words of `words` ("malloc fstat", "*") is `word`. */
bool fault_word(const char *words, const char *word);

/**
 * Plants files: "d/ d/f d/f=text l->d p|" makes a directory, a file that holds its own name,
 * one that holds "text", a symbolic link and a FIFO.
 */
void fault_plant(const char *tree);

/** What fault_loop.c counts: blocks of the library and the tests that were not freed. */
long fault_blocks(void);

#endif
