/* SPDX-License-Identifier: MIT */
/** Preconditions: signatures first, and where they differ what they stand for. */
#include "plan/was.h"

#include "base/quote.h"
#include "base/sha256.h"
#include "fs/at.h"
#include "fs/dir.h"
#include "fs/root_resolve.h"
#include "fs/xattr.h"
#include "plan/plan.h"
#include "plan/secret.h"

#include <fcntl.h>
#include <osier/directories.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void digest_number(struct sha256 *sum, uint64_t number) {
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(number >> (8 * i));
    sha256_add(sum, bytes, sizeof bytes);
}

void was_digest(const void *data, size_t size, struct plan_digest *ret) {
    struct sha256 sum;
    sha256_begin(&sum);
    sha256_add(&sum, data ? data : "", size);
    sha256_end(&sum, ret->bytes);
}

static void digest_sorted(char **names, struct plan_digest *ret) {
    struct sha256 sum;
    sha256_begin(&sum);
    os_sort(names);
    for (; *names; names++)
        sha256_add(&sum, *names, strlen(*names) + 1);
    sha256_end(&sum, ret->bytes);
}

int was_names_digest(const struct list *names, struct plan_digest *ret) {
    AUTO_LIST copy = {0};
    AUTO_FREE char **sorted = NULL;
    str_append(&copy.text, names->text.data ? names->text.data : "", names->text.size);
    copy.count = names->count;
    int r = list_take(&copy, &sorted);
    if (r >= 0)
        digest_sorted(sorted, ret);
    return r;
}

struct plan_was was_of(const struct object *object) {
    if (!object)
        return (struct plan_was){.absent = true};
    const struct values *v = &object->was;
    bool sized = S_ISREG(v->mode) || S_ISLNK(v->mode);
    return (struct plan_was){
        .racy = object->racy,
        .mode = v->mode,
        .uid = v->uid,
        .gid = v->gid,
        .size = sized ? v->size : 0,
        .nlink = v->nlink,
        .rdev = v->rdev,
        .id = {v->dev, v->ino},
        .mtime = v->mtime,
        .ctime = v->ctime,
        .link = object->link,
        .has_content = object->content != NULL,
        .content = object->content ? *object->content : (struct plan_digest){{0}},
    };
}

/* --------------------------------------------------------------------------- what is there */

static bool same_time(struct timespec a, struct timespec b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool same_identity(const struct values *v, const struct plan_was *was) {
    return v->ino == was->id.ino && (!was->id.dev || v->dev == was->id.dev);
}

/* What has the same signature is the same, but for what changed in the tick in which it was taken. */
static bool same_signature(const struct values *v, const struct plan_was *was) {
    bool sized = S_ISREG(v->mode) || S_ISLNK(v->mode);
    return !was->racy && same_identity(v, was) && v->mode == was->mode &&
           (!sized || v->size == was->size) && same_time(v->mtime, was->mtime) &&
           same_time(v->ctime, was->ctime);
}

/* For a directory, how many names and bytes it has says nothing of it. A file may have got further
 * names: those that the plan itself gives it are made before it is looked at once more. */
static bool same_values(const struct values *v, const struct plan_was *was) {
    if (v->mode != was->mode || v->uid != was->uid || v->gid != was->gid)
        return false;
    if (S_ISDIR(v->mode))
        return true;
    return v->nlink >= was->nlink && v->rdev == was->rdev &&
           ((!S_ISREG(v->mode) && !S_ISLNK(v->mode)) || was->attributes_only ||
            v->size == was->size);
}

static int hash_fd(int fd, struct plan_digest *ret) {
    enum { PART = 64 * 1024 };
    AUTO_FREE char *buffer = mem_alloc(PART);
    struct sha256 sum;
    if (!buffer)
        return -ENOMEM;
    sha256_begin(&sum);
    for (;;) {
        ssize_t n = SYS(read, fd, buffer, PART);
        if (n < 0)
            return (int)n;
        if (n == 0)
            break;
        sha256_add(&sum, buffer, (size_t)n);
    }
    sha256_end(&sum, ret->bytes);
    return 0;
}

int was_file_digest(int dir_fd, const char *name, struct plan_digest *ret) {
    AUTO_CLOSE int fd = SYS(openat, dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    return fd < 0 ? fd : hash_fd(fd, ret);
}

static int hash_names(int dir_fd, const char *name, struct plan_digest *ret) {
    AUTO_FREE char **names = NULL;
    AUTO_CLOSE int fd = SYS(openat, dir_fd, name, DIR_OPEN | O_NOFOLLOW);
    int r = fd < 0 ? fd : dir_list(fd, &names);
    if (r >= 0)
        digest_sorted(names, ret);
    return r;
}

/* Attributes that one may not read, or that a file system lacks, are none for both sides. */
static int hash_xattrs(int dir_fd, const char *name, struct plan_digest *ret) {
    AUTO_STR names = STR_INIT;
    AUTO_LIST list = {0};
    AUTO_FREE char **sorted = NULL;
    char path[40];
    struct sha256 sum;
    AUTO_CLOSE int fd = SYS(openat, dir_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return fd;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int r = xattr_load(path, -1, NULL, &names);
    if (r == -ENOMEM)
        return r;
    for (size_t at = 0; r >= 0 && at < names.size; at += strlen(names.data + at) + 1)
        list_add_text(&list, names.data + at);
    if (list_take(&list, &sorted) < 0)
        return -ENOMEM;
    os_sort(sorted);
    sha256_begin(&sum);
    for (char **at = sorted; *at; at++) {
        AUTO_STR value = STR_INIT;
        r = xattr_load(path, -1, *at, &value);
        if (r == -ENOMEM)
            return r;
        sha256_add(&sum, *at, strlen(*at) + 1);
        digest_number(&sum, value.size);
        sha256_add(&sum, value.data ? value.data : "", value.size);
    }
    sha256_end(&sum, ret->bytes);
    return 0;
}

static int hash_tree(int dir_fd, const char *name, struct plan_digest *ret) {
    struct tree_scan scan;
    int r = scan_tree(dir_fd, name, &scan);
    if (r >= 0)
        *ret = scan.digest;
    return r;
}

static int hash_content(int dir_fd, const char *name, const struct plan_was *was,
                        struct plan_digest *ret) {
    return was->tree      ? hash_tree(dir_fd, name, ret)
           : was->listing ? hash_names(dir_fd, name, ret)
                          : was_file_digest(dir_fd, name, ret);
}

static bool same_digest(const struct plan_digest *a, const struct plan_digest *b) {
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

/* --------------------------------------------------------------------------------- checks */

static int stale(int r) {
    return r == -ENOENT || r == -ENOTDIR || r == -ELOOP ? -ESTALE : r;
}

/* A signature can't tell of what is below a directory: the whole tree is looked at again. */
static int check_content(int dir_fd, const char *name, const struct values *v,
                         const struct plan_was *was) {
    struct plan_digest digest;
    if (!was->has_content)
        return S_ISREG(v->mode) && !was->attributes_only ? -ESTALE : 0;
    int r = stale(hash_content(dir_fd, name, was, &digest));
    if (r >= 0 && was->sealed && !was->key)
        r = -ENOKEY;
    if (r >= 0 && was->sealed)
        secret_seal(was->key, &digest, sizeof digest, &digest);
    return r < 0 ? r : same_digest(&digest, &was->content) ? 0 : -ESTALE;
}

static int check_link(int dir_fd, const char *name, const struct plan_was *was) {
    AUTO_FREE char *text = NULL;
    if (!S_ISLNK(was->mode) || !was->link)
        return 0;
    int r = at_readlink(dir_fd, name, &text);
    return r < 0 ? stale(r) : strcmp(text, was->link) == 0 ? 0 : -ESTALE;
}

static int check_xattrs(int dir_fd, const char *name, const struct plan_was *was) {
    struct plan_digest digest;
    if (!was->has_xattrs)
        return 0;
    int r = stale(hash_xattrs(dir_fd, name, &digest));
    return r < 0 ? r : same_digest(&digest, &was->xattrs) ? 0 : -ESTALE;
}

int plan_check_was(int dir_fd, const char *name, const struct plan_was *was) {
    struct values v;
    if (was->ours)
        return 0;
    int r = disk_values(dir_fd, name, &v);
    if (was->absent)
        return r == -ENOENT ? 0 : r < 0 ? r : -ESTALE;
    if (r < 0)
        return stale(r);
    if (was->identity_only)
        return same_identity(&v, was) && S_ISDIR(v.mode) ? 0 : -ESTALE;
    if (!was->tree && !was->listing && same_signature(&v, was))
        return 0;
    if (!same_values(&v, was))
        return -ESTALE;
    r = check_content(dir_fd, name, &v, was);
    if (r >= 0)
        r = check_link(dir_fd, name, was);
    return r < 0 ? r : check_xattrs(dir_fd, name, was);
}

int was_hash(int dir_fd, const char *name, struct plan_was *was) {
    struct values v;
    if (was->absent || was->identity_only || was->ours)
        return 0;
    bool content = S_ISREG(was->mode) && !was->has_content && !was->attributes_only,
         xattrs = !was->has_xattrs;
    int r = content ? stale(was_file_digest(dir_fd, name, &was->content)) : 0;
    if (r >= 0 && xattrs)
        r = stale(hash_xattrs(dir_fd, name, &was->xattrs));
    if (r >= 0)
        r = stale(disk_values(dir_fd, name, &v));
    struct plan_was steady = *was;
    steady.racy = false; /* it was read after the tick */
    /* What was read now is what the plan has looked at only if it is still the same object. A directory has
     * other times, too, when somebody, or the journal of the plan itself, makes a name in it. */
    if (r >= 0 && !same_signature(&v, &steady)) {
        if (content || (xattrs && !S_ISDIR(v.mode)))
            return -ESTALE;
        r = plan_check_was(dir_fd, name, was);
    }
    if (r >= 0 && content)
        was->has_content = true;
    if (r >= 0 && xattrs)
        was->has_xattrs = true;
    return r;
}

/* --------------------------------------------------------------------------------- places */

int plan_open_place(const struct plan_net *net, const struct plan_place *place) {
    const struct os_root root = {.fd = net->root_fd, .inside = true};
    struct stat st;
    if (!place->before)
        return -EINVAL;
    const char *path = place->before + strspn(place->before, "/");
    AUTO_CLOSE int fd = root_open(&root, *path ? path : ".", O_PATH | O_DIRECTORY | O_NOFOLLOW, 0);
    if (fd < 0)
        return stale(fd);
    int r = SYS(fstat, fd, &st);
    if (r < 0)
        return r;
    bool same =
        st.st_ino == place->parent.ino && (!place->parent.dev || st.st_dev == place->parent.dev);
    return same ? TAKE_FD(fd) : -ESTALE;
}

/* ---------------------------------------------------------------------------------- words */

static const char *type_word(mode_t mode) {
    return S_ISDIR(mode)    ? "a directory"
           : S_ISREG(mode)  ? "a file"
           : S_ISLNK(mode)  ? "a link"
           : S_ISFIFO(mode) ? "a pipe"
           : S_ISSOCK(mode) ? "a socket"
                            : "a device";
}

static void append_time(struct str *s, struct timespec time) {
    struct tm tm;
    char text[32];
    if (gmtime_r(&time.tv_sec, &tm) && strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm))
        str_printf(s, "%s.%03ld UTC", text, time.tv_nsec / 1000000);
}

void was_words(struct str *s, const struct plan_was *was) {
    if (was->absent) {
        str_append_text(s, "nothing");
        return;
    }
    str_append_text(s, type_word(was->mode));
    if (was->identity_only) {
        str_printf(s, " (inode %llu)", (unsigned long long)was->id.ino);
        return;
    }
    str_printf(s, ", mode %04o, owner %u:%u", (unsigned)was->mode & 07777, was->uid, was->gid);
    if (S_ISREG(was->mode))
        str_printf(s, ", %llu bytes", (unsigned long long)was->size);
    if (S_ISLNK(was->mode) && was->link) {
        str_append_text(s, " to ");
        quote_append(s, was->link);
    }
    if (was->listing)
        str_append_text(s, ", with the same names in it");
    if (was->tree)
        str_append_text(s, ", with the same tree below it");
    if (S_ISREG(was->mode)) {
        str_append_text(s, ", changed ");
        append_time(s, was->mtime);
    }
}

int was_found_words(struct str *s, int dir_fd, const char *name) {
    struct values v;
    AUTO_FREE char *link = NULL;
    int r = disk_values(dir_fd, name, &v);
    struct plan_was was = {.absent = r == -ENOENT};
    if (r >= 0) {
        was = (struct plan_was){.mode = v.mode,
                                .uid = v.uid,
                                .gid = v.gid,
                                .size = v.size,
                                .id = {v.dev, v.ino},
                                .mtime = v.mtime,
                                .identity_only = S_ISDIR(v.mode)};
        if (S_ISLNK(v.mode) && at_readlink(dir_fd, name, &link) >= 0)
            was.link = link;
    }
    if (r < 0 && r != -ENOENT)
        str_append_text(s, strerror(-r));
    else
        was_words(s, &was);
    return s->failed ? -ENOMEM : 0;
}
