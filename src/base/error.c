/* SPDX-License-Identifier: MIT */
/** The thread's error record, and errors in Python's words. */
#include "base/error.h"

#include "base/quote.h"
#include "base/seam.h"
#include "base/str.h"
#include <osier/error.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* Names up to this size are kept in the thread's own storage, so that a failing call in a loop
 * costs no malloc; a longer one gets a block. */
#define INLINE_SIZE 256

struct name {
    char *block;
    char text[INLINE_SIZE];
};

static _Thread_local struct record {
    struct os_error error;
    struct name names[2];
    bool registered;
} record;

static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static bool key_made;

static void thread_ends(void *unused) {
    (void)unused;
    for (int i = 0; i < 2; i++) {
        free(record.names[i].block);
        record.names[i].block = NULL;
    }
    record.error = (struct os_error){0};
    record.registered = false;
}

static void make_key(void) {
    key_made = pthread_key_create(&key, thread_ends) == 0;
}

/* Has thread_ends() called when the thread is over; without it no block may be kept. */
static bool thread_registered(void) {
    if (record.registered)
        return true;
    pthread_once(&key_once, make_key);
    record.registered = key_made && pthread_setspecific(key, &record) == 0;
    return record.registered;
}

/* Keeps a copy of `name`. Out of memory it keeps none: a wrong name would be worse than no name. */
static const char *keep_name(struct name *kept, const char *name) {
    char *old = kept->block;
    if (!name && !old)
        return NULL;
    kept->block = NULL;
    const char *copy = NULL;
    size_t size = name ? strlen(name) + 1 : 0;
    if (name && size <= INLINE_SIZE) {
        memmove(kept->text, name, size);
        copy = kept->text;
    } else if (name && thread_registered()) {
        kept->block = malloc(size); /* not through the seam: filling the record can't fail */
        copy = kept->block ? memcpy(kept->block, name, size) : NULL;
    }
    if (old)
        free(old);
    return copy;
}

long error_fail(long r, const char *operation, const char *filename, const char *filename2) {
    struct record *own = &record; /* in a shared library every use of its name is a call */
    own->error.filename = keep_name(&own->names[0], filename);
    own->error.filename2 = keep_name(&own->names[1], filename2);
    own->error.number = (int)-r;
    own->error.operation = operation;
    own->error.message = NULL;
    errno = (int)-r;
    return -1;
}

long error_fail_message(long r, const char *operation, const char *message) {
    error_fail(r, operation, NULL, NULL);
    record.error.message = message;
    return -1;
}

long error_fail_key(const char *operation, const char *missing) {
    error_fail(-ENOENT, operation, missing, NULL);
    record.error.message = "KeyError";
    return -1;
}

const struct os_error *os_last_error(void) {
    return record.error.number && record.error.number == errno ? &record.error : NULL;
}

const char *os_error_name(int number) {
    static const struct {
        int number;
        const char *name;
    } names[] = {
        {EPERM, "PermissionError"},
        {EACCES, "PermissionError"},
        {ENOENT, "FileNotFoundError"},
        {EEXIST, "FileExistsError"},
        {ENOTDIR, "NotADirectoryError"},
        {EISDIR, "IsADirectoryError"},
        {ESRCH, "ProcessLookupError"},
        {ECHILD, "ChildProcessError"},
        {EINTR, "InterruptedError"},
        {EAGAIN, "BlockingIOError"},
        {EALREADY, "BlockingIOError"},
        {EINPROGRESS, "BlockingIOError"},
        {EPIPE, "BrokenPipeError"},
        {ESHUTDOWN, "BrokenPipeError"},
        {ECONNABORTED, "ConnectionAbortedError"},
        {ECONNREFUSED, "ConnectionRefusedError"},
        {ECONNRESET, "ConnectionResetError"},
        {ETIMEDOUT, "TimeoutError"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].number == number)
            return names[i].name;
    return "OSError";
}

const char *os_strerror(int number) {
    return strerror(number); /* thread-safe in musl, and in glibc since 2.32 */
}

char *os_error_text(void) {
    int number = errno;
    const struct os_error *error = os_last_error();
    AUTO_STR text = STR_INIT;
    if (error && error->message)
        str_append_text(&text, error->message);
    else
        str_printf(&text, "%s: [Errno %d] %s", os_error_name(number), number, os_strerror(number));
    if (error && error->filename) {
        str_append_text(&text, ": ");
        quote_append(&text, error->filename);
        if (error->filename2) {
            str_append_text(&text, " -> ");
            quote_append(&text, error->filename2);
        }
    }
    char *result = NULL;
    errno = str_take(&text, &result) < 0 ? ENOMEM : number;
    return result;
}

void os_perror(const char *prefix) {
    int number = errno;
    AUTO_FREE char *text = os_error_text();
    errno = number;
    const char *message = text ? text : os_strerror(number);
    fprintf(stderr, "%s%s%s\n", prefix ? prefix : "", prefix ? ": " : "", message);
    errno = number;
}
