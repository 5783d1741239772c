/* SPDX-License-Identifier: MIT */
/** Large contents beside a plan's file: put there, and read in parts, by their digest. */
#include "plan/beside.h"

#include "base/seam.h"
#include "base/sha256.h"
#include "base/str.h"
#include "io/contents.h"
#include "io/readwrite.h"
#include "plan/fields.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PART = 256 * 1024 };

static int name_of(const struct plan_digest *digest, struct str *name) {
    str_append_text(name, "sha256-");
    field_digest(name, digest);
    return name->failed ? -ENOMEM : 0;
}

int beside_open(const char *path) {
    const char *slash = strrchr(path, '/');
    AUTO_FREE char *dir = mem_text(path, slash ? (size_t)(slash - path) + 1 : 0);
    return dir ? SYS(open, *dir ? dir : ".", O_PATH | O_DIRECTORY | O_CLOEXEC) : -ENOMEM;
}

/* Opens a file that has the right size: −EBADMSG where it hasn't. */
static int open_content(const struct plan_beside *beside, uint64_t size) {
    AUTO_STR name = STR_INIT;
    struct stat st;
    int r = name_of(&beside->digest, &name);
    AUTO_CLOSE int fd =
        r < 0 ? r : SYS(openat, beside->dir, name.data, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return fd;
    r = SYS(fstat, fd, &st);
    if (r >= 0 && (!S_ISREG(st.st_mode) || (uint64_t)st.st_size != size))
        r = -EBADMSG;
    return r < 0 ? r : TAKE_FD(fd);
}

int beside_copy(const struct plan_beside *beside, uint64_t size, int to, int (*pause)(void *data),
                void *data) {
    AUTO_FREE char *buffer = mem_alloc(PART);
    AUTO_CLOSE int fd = open_content(beside, size);
    struct plan_digest digest;
    struct sha256 sum;
    int r = !buffer ? -ENOMEM : fd < 0 ? fd : 0;
    sha256_begin(&sum);
    for (ssize_t got = 1; r >= 0 && got > 0;) {
        got = SYS(read, fd, buffer, PART);
        r = got < 0 ? (int)got : 0;
        if (got > 0)
            sha256_add(&sum, buffer, (size_t)got);
        if (got > 0 && to >= 0)
            r = write_all(to, buffer, (size_t)got);
        if (r >= 0 && pause)
            r = pause(data);
    }
    sha256_end(&sum, digest.bytes);
    if (r >= 0 && memcmp(&digest, &beside->digest, sizeof digest) != 0)
        r = -EBADMSG;
    return r;
}

int beside_check(const struct plan_beside *beside, uint64_t size) {
    return beside_copy(beside, size, -1, NULL, NULL);
}

int beside_put(int dir, const struct plan_digest *digest, const void *data, size_t size) {
    const struct os_write_file_options options = {.size = sizeof options, .mode = 0600};
    AUTO_STR name = STR_INIT;
    int r = beside_check(&(struct plan_beside){dir, *digest}, size);
    if (r != -ENOENT && r != -EBADMSG)
        return r;
    r = name_of(digest, &name);
    return r < 0 ? r : contents_replace(dir, name.data, data, size, &options);
}

int beside_put_copy(int dir, const struct plan_beside *beside, uint64_t size) {
    AUTO_STR name = STR_INIT, temporary = STR_INIT;
    int r = beside_check(&(struct plan_beside){dir, beside->digest}, size);
    if (r != -ENOENT && r != -EBADMSG)
        return r;
    r = name_of(&beside->digest, &name);
    str_printf(&temporary, "%s.new", r < 0 ? "" : name.data);
    if (r < 0 || temporary.failed)
        return -ENOMEM;
    AUTO_CLOSE int to = SYS(openat, dir, temporary.data,
                            O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (to < 0)
        return to;
    r = beside_copy(beside, size, to, NULL, NULL);
    if (r >= 0)
        r = SYS(fsync, to);
    if (r >= 0)
        r = SYS(renameat, dir, temporary.data, dir, name.data);
    if (r < 0)
        SYS(unlinkat, dir, temporary.data, 0);
    return r;
}
