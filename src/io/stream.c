/* SPDX-License-Identifier: MIT */
/** Streams over descriptors: Python's mode strings, C's FILE. */
#include <osier/streams.h>

#include "base/error.h"
#include "base/seam.h"
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct mode {
    char kind; /* r, w, a or x */
    bool plus;
    bool binary;
};

/* NULL, or why Python refuses `text`. */
static const char *parse_mode(const char *text, struct mode *ret_mode) {
    struct mode mode = {0};
    bool is_text = false;
    int kinds = 0;
    for (const char *c = text; *c; c++) {
        if (!strchr("rwaxbt+", *c) || strchr(c + 1, *c))
            return "ValueError: invalid mode";
        mode.plus |= *c == '+';
        mode.binary |= *c == 'b';
        is_text |= *c == 't';
        if (strchr("rwax", *c)) {
            mode.kind = *c;
            kinds++;
        }
    }
    if (mode.binary && is_text)
        return "ValueError: can't have text and binary mode at once";
    if (kinds != 1)
        return "ValueError: must have exactly one of create/read/write/append mode";
    *ret_mode = mode;
    return NULL;
}

/* What fdopen(3) of glibc finds out and that of musl does not; and Python's look at the type. */
static int check_descriptor(int fd, struct mode mode) {
    struct stat st;
    int r = SYS(fstat, fd, &st);
    if (r < 0)
        return r;
    if (S_ISDIR(st.st_mode))
        return -EISDIR;
    int flags = SYS(fcntl, fd, F_GETFL);
    if (flags < 0)
        return flags;
    int access = flags & O_ACCMODE;
    bool reads = mode.plus || mode.kind == 'r', writes = mode.plus || mode.kind != 'r';
    bool fits = (!reads || access != O_WRONLY) && (!writes || access != O_RDONLY);
    return fits ? 0 : -EINVAL;
}

static int open_stream(int fd, struct mode mode, int buffering, FILE **ret) {
    int r = check_descriptor(fd, mode);
    if (r < 0)
        return r;
    off_t end = mode.kind == 'a' ? SYS(lseek, fd, 0, SEEK_END) : 0;
    if (end < 0 && end != -ESPIPE)
        return (int)end;
    FILE *stream = SYS_POINTER(fdopen, fd, mode.plus ? "r+" : mode.kind == 'r' ? "r" : "w");
    if (!stream)
        return seam_failure();
    if (buffering == 0)
        setvbuf(stream, NULL, _IONBF, 0);
    else if (buffering == 1 && !mode.binary)
        setvbuf(stream, NULL, _IOLBF, 0);
    else if (buffering > 1)
        setvbuf(stream, NULL, _IOFBF, (size_t)buffering);
    *ret = stream;
    return 0;
}

FILE *os_fdopen(int fd, const char *mode, int buffering) {
    FILE *stream = NULL;
    struct mode parsed = {0};
    const char *wrong = parse_mode(mode, &parsed);
    if (!wrong && buffering == 0 && !parsed.binary)
        wrong = "ValueError: can't have unbuffered text I/O";
    if (wrong) {
        error_fail_message(-EINVAL, "fdopen", wrong);
        return NULL;
    }
    return PUBLIC_POINTER(open_stream(fd, parsed, buffering, &stream), stream, "fdopen", NULL,
                          NULL);
}
