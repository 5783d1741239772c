/* SPDX-License-Identifier: MIT */
/** Owner, mode, attributes and times of an object: read, compared, set. */
#include "plan/vector.h"

#include "base/seam.h"
#include "fs/perm.h"
#include "fs/time.h"
#include "fs/xattr.h"
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Attributes can't be asked of a handle itself. */
#define HANDLE_PATH (sizeof "/proc/self/fd/" + 3 * sizeof(int))

static void handle_path(int handle, char path[static HANDLE_PATH]) {
    snprintf(path, HANDLE_PATH, "/proc/self/fd/%d", handle);
}

void vector_free(struct vector *v) {
    for (size_t i = 0; i < v->count; i++) {
        free(v->xattrs[i].name);
        free(v->xattrs[i].value);
    }
    free(v->xattrs);
    *v = (struct vector){0};
}

int vector_add(struct vector *v, const char *name, const void *value, size_t size) {
    AUTO_FREE char *name_copy = mem_text(name, strlen(name));
    AUTO_FREE void *value_copy = value ? mem_text(value, size) : NULL;
    struct vector_xattr *more = mem_realloc(v->xattrs, (v->count + 1) * sizeof *more);
    if (more)
        v->xattrs = more;
    if (!name_copy || (value && !value_copy) || !more)
        return -ENOMEM;
    v->xattrs[v->count++] =
        (struct vector_xattr){TAKE_POINTER(name_copy), TAKE_POINTER(value_copy), size};
    return 0;
}

static bool is_missing(int r) {
    return r == -ENODATA || r == -ENOTSUP;
}

static int read_xattr(int handle, const char *name, struct str *s) {
    char path[HANDLE_PATH];
    handle_path(handle, path);
    return xattr_load(path, -1, name, s);
}

int vector_read(struct vector *v, int handle, const struct vector *names) {
    struct stat st;
    int r = SYS(fstat, handle, &st);
    if (r < 0)
        return r;
    v->mode = st.st_mode & 07777;
    v->uid = st.st_uid;
    v->gid = st.st_gid;
    v->atime = st.st_atim;
    v->mtime = st.st_mtim;
    for (size_t i = 0; i < names->count && r >= 0; i++) {
        AUTO_STR value = STR_INIT;
        r = read_xattr(handle, names->xattrs[i].name, &value);
        bool missing = is_missing(r);
        if (missing || r >= 0)
            r = vector_add(v, names->xattrs[i].name,
                           missing      ? NULL
                           : value.data ? value.data
                                        : "",
                           value.size);
    }
    return r;
}

/* Only what differs: who may not touch capabilities need not, where there are none. */
static int set_xattr(int handle, const struct vector_xattr *x) {
    AUTO_STR now = STR_INIT;
    char path[HANDLE_PATH];
    int there = read_xattr(handle, x->name, &now);
    bool missing = is_missing(there);
    if (there < 0 && !missing)
        return there;
    if (missing ? !x->value
                : x->value && now.size == x->size &&
                      (!x->size || memcmp(now.data, x->value, x->size) == 0))
        return 0;
    handle_path(handle, path);
    if (x->value)
        return SYS(setxattr, path, x->name, x->value, x->size, 0);
    int r = SYS(removexattr, path, x->name);
    return is_missing(r) ? 0 : r;
}

/* Only what differs: a change of the owner takes more than it says, and needs more rights. */
int vector_set(const struct vector *v, int handle) {
    const struct timespec times[2] = {v->atime, v->mtime};
    struct stat st;
    int r = SYS(fstat, handle, &st);
    bool owner = r >= 0 && (st.st_uid != v->uid || st.st_gid != v->gid);
    if (owner)
        r = SYS(fchownat, handle, "", v->uid, v->gid, AT_EMPTY_PATH);
    if (r >= 0 && !S_ISLNK(st.st_mode) && (owner || (st.st_mode & 07777) != v->mode))
        r = perm_chmod_handle(handle, v->mode);
    for (size_t i = 0; i < v->count && r >= 0; i++)
        r = set_xattr(handle, &v->xattrs[i]);
    return r >= 0 && v->times ? time_set_handle(handle, times) : r;
}

static bool same_value(const struct vector_xattr *a, const struct vector_xattr *b) {
    if (!a->value || !b->value || !a->size)
        return !a->value == !b->value && a->size == b->size;
    return a->size == b->size && memcmp(a->value, b->value, a->size) == 0;
}

static bool same_time(const struct timespec *a, const struct timespec *b) {
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* The access time changes when somebody reads. */
static bool same_vector(const struct vector *a, const struct vector *b) {
    bool same = a->mode == b->mode && a->uid == b->uid && a->gid == b->gid &&
                (!b->times || same_time(&a->mtime, &b->mtime));
    for (size_t i = 0; i < a->count && same; i++)
        same = same_value(&a->xattrs[i], &b->xattrs[i]);
    return same;
}

/* A change of the owner takes set-user-ID and set-group-ID away. */
static bool mode_between(mode_t now, mode_t a, mode_t b) {
    const mode_t kept = 01777;
    return now == a || now == b || now == (a & kept) || now == (b & kept);
}

static bool is_between(const struct vector *now, const struct vector *a, const struct vector *b) {
    bool fits =
        mode_between(now->mode, a->mode, b->mode) &&
        ((now->uid == a->uid && now->gid == a->gid) ||
         (now->uid == b->uid && now->gid == b->gid)) &&
        (!b->times || same_time(&now->mtime, &a->mtime) || same_time(&now->mtime, &b->mtime));
    for (size_t i = 0; i < now->count && fits; i++) /* a change of the owner takes capabilities */
        fits = same_value(&now->xattrs[i], &a->xattrs[i]) ||
               same_value(&now->xattrs[i], &b->xattrs[i]) || !now->xattrs[i].value;
    return fits;
}

int vector_stands(int handle, const struct vector *a, const struct vector *b) {
    struct vector now = {0};
    int r = vector_read(&now, handle, b);
    if (r >= 0)
        r = same_vector(&now, a)     ? VECTOR_A
            : same_vector(&now, b)   ? VECTOR_B
            : is_between(&now, a, b) ? VECTOR_BETWEEN
                                     : VECTOR_NEITHER;
    vector_free(&now);
    return r;
}

/* -------------------------------------------------------------------------------- JSON */

static void append_time(struct str *s, const char *key, const struct timespec *t) {
    str_printf(s, ",\"%s\":[%lld,%ld]", key, (long long)t->tv_sec, t->tv_nsec);
}

void vector_append(const struct vector *v, struct str *s) {
    str_printf(s, "{\"mode\":%u,\"uid\":%u,\"gid\":%u", (unsigned)v->mode, (unsigned)v->uid,
               (unsigned)v->gid);
    if (v->times) {
        append_time(s, "atime", &v->atime);
        append_time(s, "mtime", &v->mtime);
    }
    str_append_text(s, ",\"xattrs\":[");
    for (size_t i = 0; i < v->count; i++) {
        str_append_text(s, i ? ",{\"set\":" : "{\"set\":");
        str_append_text(s, v->xattrs[i].value ? "true" : "false");
        json_append_name(s, "name", v->xattrs[i].name);
        str_append_text(s, ",\"value\":\"");
        json_append_base64(s, v->xattrs[i].value, v->xattrs[i].size);
        str_append_text(s, "\"}");
    }
    str_append_text(s, "]}");
}

static int parse_time(const struct json *json, const struct json_value *object, const char *key,
                      struct timespec *ret) {
    const struct json_value *v = json_member(json, object, key);
    if (!v || v->type != JSON_LIST || v->count != 2 || v[1].type != JSON_NUMBER ||
        v[2].type != JSON_NUMBER)
        return -EBADMSG;
    ret->tv_sec = (time_t)strtoll(v[1].text, NULL, 10);
    ret->tv_nsec = strtol(v[2].text, NULL, 10);
    return 0;
}

static int parse_xattr(struct vector *v, const struct json *json, const struct json_value *x) {
    AUTO_STR value = STR_INIT;
    AUTO_FREE char *name = NULL;
    const struct json_value *set = json_member(json, x, "set");
    const char *coded = json_text(json, x, "value");
    if (!set || set->type != JSON_BOOL || !coded)
        return -EBADMSG;
    int r = json_decode_base64(coded, strlen(coded), &value);
    if (r >= 0)
        r = json_name(json, x, "name", &name);
    if (r < 0)
        return r;
    bool there = set->text[0] == 't';
    return vector_add(v, name, !there ? NULL : value.data ? value.data : "", value.size);
}

int vector_parse(struct vector *v, const struct json *json, const struct json_value *object) {
    uint64_t mode, uid, gid;
    const struct json_value *xattrs = object ? json_member(json, object, "xattrs") : NULL;
    if (!xattrs || xattrs->type != JSON_LIST ||
        json_unsigned(json, object, "mode", 07777, &mode) < 0 ||
        json_unsigned(json, object, "uid", UINT32_MAX, &uid) < 0 ||
        json_unsigned(json, object, "gid", UINT32_MAX, &gid) < 0)
        return -EBADMSG;
    v->mode = (mode_t)mode;
    v->uid = (uid_t)uid;
    v->gid = (gid_t)gid;
    v->times = json_member(json, object, "mtime") != NULL;
    if (v->times && (parse_time(json, object, "atime", &v->atime) < 0 ||
                     parse_time(json, object, "mtime", &v->mtime) < 0))
        return -EBADMSG;
    int r = 0;
    for (size_t i = (size_t)(xattrs - json->values) + 1; i < xattrs->after && r >= 0;
         i = json->values[i].after)
        r = parse_xattr(v, json, &json->values[i]);
    return r;
}
