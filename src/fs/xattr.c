/* SPDX-License-Identifier: MIT */
/** Extended attributes. */
#include "fs/xattr.h"

#include "base/error.h"
#include "base/seam.h"
#include "base/str.h"
#include <osier/xattr.h>
#include <sys/xattr.h>

/* Most values and lists of names fit here, and cost one system call. */
#define SMALL 256

/* What is asked: an attribute, or without a name the names, of a path or without one a descriptor.
 */
struct question {
    const char *path;
    int fd;
    bool nofollow;
    const char *name;
};

static ssize_t ask(const struct question *q, char *buffer, size_t room) {
    if (!q->path)
        return q->name ? SYS(fgetxattr, q->fd, q->name, buffer, room)
                       : SYS(flistxattr, q->fd, buffer, room);
    if (q->nofollow)
        return q->name ? SYS(lgetxattr, q->path, q->name, buffer, room)
                       : SYS(llistxattr, q->path, buffer, room);
    return q->name ? SYS(getxattr, q->path, q->name, buffer, room)
                   : SYS(listxattr, q->path, buffer, room);
}

/* The answer into `s`; asked again as long as it grows between the two questions. */
static int answer(const struct question *q, struct str *s) {
    char small[SMALL];
    ssize_t size = ask(q, small, sizeof small);
    if (size >= 0)
        str_append(s, small, (size_t)size);
    while (size == -ERANGE) {
        ssize_t needed = ask(q, NULL, 0);
        if (needed < 0)
            return (int)needed;
        if (str_reserve(s, (size_t)needed + SMALL) < 0)
            return -ENOMEM;
        size = ask(q, s->data, s->room - 1);
        if (size >= 0) {
            s->size = (size_t)size;
            s->data[size] = '\0';
        }
    }
    return size < 0 ? (int)size : 0;
}

int xattr_load(const char *path, int fd, const char *name, struct str *s) {
    const struct question q = {.path = path, .fd = fd, .name = name};
    int r = answer(&q, s);
    return r >= 0 && s->failed ? -ENOMEM : r;
}

static int value_of(const struct question *q, char **ret_value, size_t *ret_size) {
    AUTO_STR s = STR_INIT;
    int r = answer(q, &s);
    size_t size = s.size;
    if (r < 0 || (r = str_take(&s, ret_value)) < 0)
        return r;
    if (ret_size)
        *ret_size = size;
    return 0;
}

static int names_of(const struct question *q, char ***ret_names) {
    AUTO_STR s = STR_INIT;
    AUTO_LIST names = {0};
    int r = answer(q, &s);
    if (r < 0)
        return r;
    if (s.failed)
        return -ENOMEM;
    for (size_t at = 0; at < s.size; at += strlen(s.data + at) + 1)
        list_add_text(&names, s.data + at);
    return list_take(&names, ret_names);
}

char *os_getxattr(const char *path, const char *name, int flags, size_t *ret_size) {
    struct question q = {.path = path, .nofollow = flags & OS_NOFOLLOW, .name = name};
    char *value = NULL;
    int r = flags & ~OS_NOFOLLOW ? -EINVAL : value_of(&q, &value, ret_size);
    return PUBLIC_POINTER(r, value, "getxattr", path, NULL);
}

char *os_getxattr_fd(int fd, const char *name, size_t *ret_size) {
    struct question q = {.fd = fd, .name = name};
    char *value = NULL;
    return PUBLIC_POINTER(value_of(&q, &value, ret_size), value, "getxattr", NULL, NULL);
}

char **os_listxattr(const char *path, int flags) {
    struct question q = {.path = path ? path : ".", .nofollow = flags & OS_NOFOLLOW};
    char **names = NULL;
    int r = flags & ~OS_NOFOLLOW ? -EINVAL : names_of(&q, &names);
    return PUBLIC_POINTER(r, names, "listxattr", q.path, NULL);
}

char **os_listxattr_fd(int fd) {
    struct question q = {.fd = fd};
    char **names = NULL;
    return PUBLIC_POINTER(names_of(&q, &names), names, "listxattr", NULL, NULL);
}

int os_setxattr(const char *path, const char *name, const void *value, size_t size, int xattr_flags,
                int flags) {
    int r;
    if (flags & ~OS_NOFOLLOW)
        r = -EINVAL;
    else if (flags & OS_NOFOLLOW)
        r = SYS(lsetxattr, path, name, value, size, xattr_flags);
    else
        r = SYS(setxattr, path, name, value, size, xattr_flags);
    return PUBLIC(r, "setxattr", path, NULL);
}

int os_setxattr_fd(int fd, const char *name, const void *value, size_t size, int xattr_flags) {
    return PUBLIC(SYS(fsetxattr, fd, name, value, size, xattr_flags), "setxattr", NULL, NULL);
}

int os_removexattr(const char *path, const char *name, int flags) {
    int r;
    if (flags & ~OS_NOFOLLOW)
        r = -EINVAL;
    else
        r = flags & OS_NOFOLLOW ? SYS(lremovexattr, path, name) : SYS(removexattr, path, name);
    return PUBLIC(r, "removexattr", path, NULL);
}

int os_removexattr_fd(int fd, const char *name) {
    return PUBLIC(SYS(fremovexattr, fd, name), "removexattr", NULL, NULL);
}
