/* SPDX-License-Identifier: MIT */
/** Recorded machines: the tests write the files of one below the directory "root". */
#ifndef TESTS_RECORDED_H
#define TESTS_RECORDED_H

#include "support.h"

#include <sys/stat.h>

/** Writes a file, and the directories to it. */
static inline void plant(const char *path, const char *text) {
    for (const char *slash = path; (slash = strchr(slash, '/')); slash++) {
        char *directory = strndup(path, (size_t)(slash - path));
        mkdir(directory, 0777);
        free(directory);
    }
    write_text(path, text);
}

/** One call with the recorded machine in place; errno stays what the call made of it. */
#define RECORDED(call)                                                                             \
    ({                                                                                             \
        assert_int_equal(os_set_root("root"), 0);                                                  \
        typeof(call) result_ = (call);                                                             \
        int number_ = errno;                                                                       \
        os_set_root(NULL);                                                                         \
        errno = number_;                                                                           \
        result_;                                                                                   \
    })

#endif
