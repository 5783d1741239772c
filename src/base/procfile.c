/* SPDX-License-Identifier: MIT */
/** The small text files of /proc and /sys, read whole. */
#include "base/procfile.h"

#include "base/seam.h"
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

ssize_t procfile_read(const char *path, char *buffer, size_t size) {
    AUTO_CLOSE int fd = SYS(open, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fd;
    ssize_t r = SYS(read, fd, buffer, size - 1);
    if (r >= 0)
        buffer[r] = '\0';
    return r;
}

int procfile_load(const char *path, struct str *s) {
    AUTO_CLOSE int fd = SYS(open, path, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? fd : procfile_load_fd(fd, s);
}

int procfile_load_fd(int fd, struct str *s) {
    ssize_t r;
    do {
        if (str_reserve(s, 4096) < 0)
            return -ENOMEM;
        r = SYS(read, fd, s->data + s->size, s->room - s->size - 1);
        if (r < 0)
            return (int)r;
        s->size += (size_t)r;
        s->data[s->size] = '\0';
    } while (r > 0);
    return 0;
}

const char *procfile_field(const char *text, const char *label) {
    size_t size = strlen(label);
    while (text && strncmp(text, label, size) != 0) {
        text = strchr(text, '\n');
        text = text ? text + 1 : NULL;
    }
    return text ? text + size : NULL;
}

double procfile_decimal(const char *text, char **ret_end) {
    char *at;
    double value = (double)strtoull(text, &at, 10), unit = 0.1;
    *ret_end = at;
    if (at == text || *at != '.')
        return value;
    for (at++; *at >= '0' && *at <= '9'; at++) {
        value += (*at - '0') * unit;
        unit /= 10;
    }
    *ret_end = at;
    return value;
}

static bool octal(const char *text) {
    return text[0] >= '0' && text[0] <= '3' && text[1] >= '0' && text[1] <= '7' && text[2] >= '0' &&
           text[2] <= '7';
}

void procfile_unescape(char *text) {
    char *to = text;
    for (; *text; to++)
        if (text[0] == '\\' && octal(text + 1)) {
            *to = (char)((unsigned)(text[1] - '0') << 6 | (unsigned)(text[2] - '0') << 3 |
                         (unsigned)(text[3] - '0'));
            text += 4;
        } else {
            *to = *text++;
        }
    *to = '\0';
}
