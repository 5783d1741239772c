/* SPDX-License-Identifier: MIT */
/** Reading a directory: the part that asks the kernel. */
#include "fs/dir.h"

#include "base/kernel.h"
#include "base/seam.h"
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __has_feature
#if __has_feature(memory_sanitizer)
#include <sanitizer/msan_interface.h>
#define WRITTEN_BY_KERNEL(data, size) __msan_unpoison(data, size)
#endif
#endif
#ifndef WRITTEN_BY_KERNEL
#define WRITTEN_BY_KERNEL(data, size) (void)0
#endif

bool dir_types_hidden;

void dir_start(struct dir *d, int fd, char *buffer, unsigned size) {
    *d = (struct dir){.fd = fd, .buffer = buffer, .size = size};
}

static void hide_types(struct dir *d) {
    for (unsigned i = 0; i < d->filled;) {
        struct dir_record *record = (struct dir_record *)(void *)(d->buffer + i);
        record->type = DT_UNKNOWN;
        i += record->size;
    }
}

int dir_fill(struct dir *d) {
    long size = SYS(kernel_getdents64, d->fd, d->buffer, d->size);
    if (size == -ENOENT) /* removed meanwhile: it has no entries any more */
        size = 0;
    if (size <= 0)
        return (int)size;
    WRITTEN_BY_KERNEL(d->buffer, (size_t)size);
    d->position = 0;
    d->filled = (unsigned)size;
    if (__builtin_expect(dir_types_hidden, 0))
        hide_types(d);
    return 1;
}

int dir_type(int fd, const char *name) {
    struct stat st;
    int r = SYS(fstatat, fd, name, &st, AT_SYMLINK_NOFOLLOW);
    return r < 0 ? r : (int)IFTODT(st.st_mode);
}

/* The end of a name, alone or in a path. */
static bool ends(const char *at) {
    return *at == '\0' || *at == '/';
}

bool dir_is_journal(const char *name) {
    static const char PREFIX[] = ".osier-", DIGITS[] = "0123456789";
    if (strncmp(name, PREFIX, sizeof PREFIX - 1) != 0)
        return false;
    const char *user = name + sizeof PREFIX - 1;
    const char *rest = user + strspn(user, DIGITS);
    return rest > user &&
           (ends(rest) || (*rest == '-' && strspn(rest + 1, DIGITS) == 8 && ends(rest + 9)));
}
