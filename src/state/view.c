/* SPDX-License-Identifier: MIT */
/** What is there: as the disk has it, or as the plan will. */
#include "state/view.h"

#include "base/stat.h"
#include "fs/acl.h"
#include "io/contents.h"
#include "state/acl.h"
#include "state/against.h"
#include "state/kinds.h"

#include <fcntl.h>
#include <osier/directories.h>
#include <osier/files.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/* ------------------------------------------------------------------------------ touched */

struct touched {
    uint64_t device, inode;
};

/* Whether the plan changes this object, by whatever name. */
static bool is_touched(const struct os_state *state, uint64_t device, uint64_t inode) {
    const struct touched *list = (const struct touched *)(const void *)state->touched.data;
    for (size_t i = 0; i < state->touched.size / sizeof *list; i++)
        if (list[i].inode == inode && list[i].device == device)
            return true;
    return false;
}

enum { MANY = 64 }; /* more would take longer to look through than the plan takes to answer */

/* What is at a path will not be what the disk shows. Where it is no file, neither will other paths. */
int touch_object(struct os_state *state, const struct os_stat_result *st) {
    struct touched touched = {(uint64_t)st->st_dev, (uint64_t)st->st_ino};
    if (S_ISLNK(st->st_mode) || state->touched.size >= MANY * sizeof touched)
        state->disturbed = true;
    str_append(&state->touched, (const char *)&touched, sizeof touched);
    return state->touched.failed ? -ENOMEM : 0;
}

/* ------------------------------------------------------------------------------ looking */

int view_lstat(struct os_state *state, const char *path, struct os_stat_result *ret) {
    note_look(state, path, false);
    if (!state->from_disk)
        return os_plan_lstat(state->plan, path, ret) < 0 ? seam_failure() : 0;
    struct stat st;
    int r = SYS(lstat, path, &st);
    if (r < 0 || is_touched(state, st.st_dev, st.st_ino))
        return r == -ENOMEM ? r : AGAIN;
    stat_convert(&st, ret);
    return 0;
}

static int file_on_disk(const struct os_state *state, const char *path, size_t size,
                        struct os_stat_result *ret_st, char **ret_data, size_t *ret_size) {
    struct stat st;
    AUTO_CLOSE int fd = SYS(open, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    int r = fd < 0 ? fd : SYS(fstat, fd, &st);
    if (r == -ENOMEM)
        return r;
    if (r < 0 || !S_ISREG(st.st_mode) || is_touched(state, st.st_dev, st.st_ino) ||
        (size != SIZE_MAX && (uint64_t)st.st_size != size))
        return AGAIN;
    stat_convert(&st, ret_st);
    r = contents_read(TAKE_FD(fd), ret_data, ret_size);
    return r < 0 && r != -ENOMEM ? AGAIN : r;
}

int view_file(struct os_state *state, const char *path, size_t size, struct os_stat_result *ret_st,
              char **ret_data, size_t *ret_size) {
    *ret_data = NULL;
    note_look(state, path, false);
    if (state->from_disk)
        return file_on_disk(state, path, size, ret_st, ret_data, ret_size);
    int r = view_lstat(state, path, ret_st);
    if (r < 0 || (size != SIZE_MAX && (uint64_t)ret_st->st_size != size))
        return r;
    *ret_data = os_plan_read_file(state->plan, path, ret_size);
    return *ret_data ? 0 : seam_failure();
}

int view_link(struct os_state *state, const char *path, char **ret_text) {
    *ret_text = state->from_disk ? os_readlink(path) : os_plan_readlink(state->plan, path);
    return *ret_text ? 0 : errno == ENOMEM || !state->from_disk ? seam_failure() : AGAIN;
}

int view_names(struct os_state *state, const char *path, char ***ret_list) {
    *ret_list = state->from_disk ? os_listdir(path) : os_plan_listdir(state->plan, path);
    return *ret_list ? 0 : errno == ENOMEM || !state->from_disk ? seam_failure() : AGAIN;
}

/* ------------------------------------------------------------------------------ values */

static int failed(struct os_state *state, const struct resource *resource) {
    return problem_errno(state, resource, NULL);
}

/* An extended attribute: 1 with its value, 0 where there is none, or −errno. */
static int read_attribute(struct os_state *state, const char *path, const char *name,
                          struct str *ret) {
    size_t size;
    if (state->from_disk) {
        ssize_t have = SYS(lgetxattr, path, name, NULL, 0);
        if (have < 0 || str_reserve(ret, (size_t)have + 1) < 0)
            return have == -ENOMEM || have >= 0 ? -ENOMEM : 0;
        have = SYS(lgetxattr, path, name, ret->data, (size_t)have + 1);
        ret->size = have < 0 ? 0 : (size_t)have;
        return have == -ENOMEM ? -ENOMEM : have >= 0;
    }
    AUTO_FREE char *value = os_plan_getxattr(state->plan, path, name, OS_NOFOLLOW, &size);
    if (!value)
        return errno == ENODATA || errno == EOPNOTSUPP ? 0 : seam_failure();
    str_append(ret, value, size);
    return ret->failed ? -ENOMEM : 1;
}

/* An extended attribute that is wanted: 1 where it is so, 0, or −errno. */
static int has_attribute(struct os_state *state, const char *path, const struct data_value *v) {
    AUTO_STR value = STR_INIT;
    int r = read_attribute(state, path, v->key, &value);
    return r <= 0 ? r : value.size == v->size && memcmp(value.data, v->text, v->size) == 0;
}

static int give_attributes(struct os_state *state, const struct resource *resource,
                           const char *path, const struct want *want) {
    const struct data *data = &resource->place.source->data;
    const struct data_value *v = want->xattrs ? data_first(data, want->xattrs) : NULL;
    for (; v; v = data_next(data, v)) {
        struct place place = {resource->place.source, v->at};
        if (v->type != DATA_TEXT)
            return problem(state, &place, "the value of an attribute is a text, not %s",
                           data_type_name(v->type));
        int r = has_attribute(state, path, v);
        if (r == 0 && state->from_disk)
            return AGAIN;
        if (r < 0 || (r == 0 && os_plan_setxattr(state->plan, path, v->key, v->text, v->size, 0,
                                                 OS_NOFOLLOW) < 0))
            return r == -ENOMEM ? r : failed(state, resource);
    }
    return 0;
}

/* One of the two lists of an object, as it shall be. */
static int give_list(struct os_state *state, const struct resource *resource, const char *path,
                     const struct acl *acl, bool inherited, mode_t mode) {
    const char *name = inherited ? XATTR_DEFAULT_ACL : XATTR_ACL;
    AUTO_STR wanted = STR_INIT, now = STR_INIT;
    mode_t all;
    int r = acl_encode(acl, inherited, mode, &wanted, &all);
    int there = r < 0 ? r : read_attribute(state, path, name, &now);
    if (there < 0)
        return there == -ENOMEM ? there : failed(state, resource);
    if (there == r && now.size == wanted.size &&
        (!now.size || memcmp(now.data, wanted.data, now.size) == 0))
        return 0;
    if (state->from_disk)
        return AGAIN;
    r = r ? os_plan_setxattr(state->plan, path, name, wanted.data, wanted.size, 0, OS_NOFOLLOW)
          : os_plan_removexattr(state->plan, path, name, OS_NOFOLLOW);
    return r < 0 ? failed(state, resource) : 0;
}

/* With a list, the permission bits of the group are its mask: what is wanted of them is in the list. */
static int give_acl(struct os_state *state, const struct resource *resource, const char *path,
                    const struct os_stat_result *st, const struct want *want) {
    AUTO_STR now = STR_INIT, unused = STR_INIT;
    struct want rest = *want;
    mode_t mode = want->mode;
    int r = want->has_mode ? 0 : read_attribute(state, path, XATTR_ACL, &now);
    if (r < 0)
        return r == -ENOMEM ? r : failed(state, resource);
    if (!want->has_mode)
        mode = acl_group_mode(&now, st->st_mode & 07777);
    rest.acl = NULL;
    rest.has_mode = true;
    r = acl_encode(want->acl, false, mode, &unused, &rest.mode);
    if (r >= 0) /* the list first: a mode is nothing to it that it hasn't already */
        r = give_list(state, resource, path, want->acl, false, mode);
    if (r == 0 && S_ISDIR(st->st_mode))
        r = give_list(state, resource, path, want->acl, true, mode);
    struct os_stat_result then;
    if (r == 0)
        r = view_lstat(state, path, &then);
    return r != 0 ? r : give_values(state, resource, path, &then, &rest);
}

int give_values(struct os_state *state, const struct resource *resource, const char *path,
                const struct os_stat_result *st, const struct want *want) {
    if (want->acl && !S_ISLNK(st->st_mode))
        return give_acl(state, resource, path, st, want);
    bool link = S_ISLNK(st->st_mode);
    bool owner = (want->uid != (uid_t)-1 && want->uid != st->st_uid) ||
                 (want->gid != (gid_t)-1 && want->gid != st->st_gid);
    /* A change of owner takes set-user-ID away. */
    bool mode = want->has_mode && !link &&
                ((st->st_mode & 07777) != want->mode || (owner && want->mode & 06000));
    if (state->from_disk && (owner || mode))
        return AGAIN;
    if ((owner || mode) && touch_object(state, st) < 0)
        return -ENOMEM;
    if (owner && os_plan_chown(state->plan, path, want->uid, want->gid, OS_NOFOLLOW) < 0)
        return failed(state, resource);
    if (mode && os_plan_chmod(state->plan, path, want->mode, 0) < 0)
        return failed(state, resource);
    return give_attributes(state, resource, path, want);
}

/* ------------------------------------------------------------------------------ places */

static const char *type_name(mode_t mode) {
    return S_ISDIR(mode)   ? "a directory"
           : S_ISREG(mode) ? "a file"
           : S_ISLNK(mode) ? "a symbolic link"
                           : "a device, pipe or socket";
}

static int remove_path(struct os_state *state, const struct resource *resource, const char *path,
                       const struct os_stat_result *st) {
    int r = S_ISDIR(st->st_mode) ? os_plan_rmtree(state->plan, path, NULL)
                                 : os_plan_remove(state->plan, path);
    if (r < 0)
        return failed(state, resource);
    if (!S_ISREG(st->st_mode))
        state->disturbed = true;
    return touch_object(state, st);
}

int clear_place(struct os_state *state, const struct resource *resource, const char *path,
                mode_t type, const struct want *want, struct os_stat_result *ret_st,
                bool *ret_there) {
    int r = view_lstat(state, path, ret_st);
    *ret_there = false;
    if (r == -ENOENT)
        return 0;
    if (r != 0)
        return r == AGAIN || r == -ENOMEM ? r : failed(state, resource);
    if ((ret_st->st_mode & S_IFMT) == type) {
        *ret_there = true;
        return 0;
    }
    if (state->from_disk)
        return AGAIN;
    if (!want->replace)
        return problem(state, &resource->place,
                       "'%s' shall be %s, and there is %s; replace = true takes that away", path,
                       type_name(type), type_name(ret_st->st_mode));
    return remove_path(state, resource, path, ret_st);
}

/* ------------------------------------------------------------------------------ steps */

/* Looks once more at what was made, and gives it the rest. */
static int finish_new(struct os_state *state, const struct resource *resource, const char *path,
                      const struct want *want) {
    struct os_stat_result st;
    struct want all = *want;
    if (!all.has_mode) {
        all.has_mode = true;
        all.mode = want->new_mode;
    }
    int r = view_lstat(state, path, &st);
    return r < 0 ? problem_errno(state, resource, NULL)
                 : give_values(state, resource, path, &st, &all);
}

int ensure_dir(struct os_state *state, const struct resource *resource, const char *path,
               const struct want *want) {
    struct os_stat_result st;
    bool there;
    int r = clear_place(state, resource, path, S_IFDIR, want, &st, &there);
    if (r != 0 || there)
        return r ? r : give_values(state, resource, path, &st, want);
    if (state->from_disk)
        return AGAIN;
    if (os_plan_makedirs(state->plan, path, want->has_mode ? want->mode : want->new_mode,
                         OS_EXIST_OK) < 0)
        return failed(state, resource);
    return finish_new(state, resource, path, want);
}

int ensure_link(struct os_state *state, const struct resource *resource, const char *path,
                const char *to, const struct want *want) {
    struct os_stat_result st;
    AUTO_FREE char *text = NULL;
    bool there;
    int r = clear_place(state, resource, path, S_IFLNK, want, &st, &there);
    if (r == 0 && there)
        r = view_link(state, path, &text);
    if (r != 0)
        return r == AGAIN || r == -EBADMSG || r == -ENOMEM ? r : failed(state, resource);
    if (there && strcmp(text, to) == 0)
        return give_values(state, resource, path, &st, want);
    if (state->from_disk)
        return AGAIN;
    if (there && (r = remove_path(state, resource, path, &st)) < 0)
        return r;
    if (os_plan_symlink(state->plan, to, path, 0) < 0)
        return failed(state, resource);
    if (there && want->uid == (uid_t)-1 && want->gid == (gid_t)-1 && /* the new one is as the old */
        os_plan_chown(state->plan, path, st.st_uid, st.st_gid, OS_NOFOLLOW) < 0)
        return failed(state, resource);
    return finish_new(state, resource, path, want);
}

int write_content(struct os_state *state, const struct resource *resource, const char *path,
                  const struct content *content, const char *old, size_t old_size,
                  const struct want *want) {
    const struct os_write_file_options options = {.size = sizeof options,
                                                  .mode = want->has_mode ? want->mode & 0777
                                                                         : want->new_mode,
                                                  .follow = content->follow,
                                                  .keep_mode = true,
                                                  .keep_owner = true};
    int r = check_content(state, resource, path, content->data, content->size, old, old_size);
    if (r < 0)
        return r;
    if (resource->forget)
        os_plan_forget(state->plan);
    if (content->secret && os_plan_secret_from(state->plan, content->secret) < 0)
        return failed(state, resource);
    if (os_plan_write_file(state->plan, path, content->data, content->size, &options) < 0)
        return errno == ENOENT ? problem(state, &resource->place,
                                         "there is no directory for '%s'; [dir] makes it", path)
                               : failed(state, resource);
    return 0;
}

/* On the disk, in as few calls as can be: whether a file has that content and those values. */
static int is_so(struct os_state *state, const struct resource *resource, const char *path,
                 const struct content *content, const struct want *want) {
    struct stat st;
    struct os_stat_result values;
    note_look(state, path, false);
    AUTO_CLOSE int fd = SYS(open, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    int r = fd < 0 ? fd : SYS(fstat, fd, &st);
    if (r == -ENOMEM || str_reserve(&state->room, content->size + 1) < 0)
        return -ENOMEM;
    if (r < 0 || !S_ISREG(st.st_mode) || is_touched(state, st.st_dev, st.st_ino) ||
        (uint64_t)st.st_size != content->size)
        return AGAIN;
    size_t have = 0;
    for (ssize_t got = 1; got > 0 && have < content->size; have += (size_t)got) {
        got = SYS(read, fd, state->room.data + have, content->size - have);
        if (got < 0)
            return AGAIN;
    }
    if (have != content->size || memcmp(state->room.data, content->data, have) != 0)
        return AGAIN;
    stat_convert(&st, &values);
    return give_values(state, resource, path, &values, want);
}

/* Writes a file anew where it has another content. */
static int renew(struct os_state *state, const struct resource *resource, const char *path,
                 const struct content *content, const struct want *want) {
    struct os_stat_result st;
    AUTO_FREE char *old = NULL;
    size_t size = 0;
    int r = view_file(state, path, content->size, &st, &old, &size);
    if (r != 0)
        return r == AGAIN || r == -ENOMEM ? r : failed(state, resource);
    if (old && size == content->size && memcmp(old, content->data, size) == 0)
        return 0;
    if (!old && !(old = os_plan_read_file(state->plan, path, &size)))
        return failed(state, resource);
    r = touch_object(state, &st);
    return r < 0 ? r : write_content(state, resource, path, content, old, size, want);
}

int ensure_file(struct os_state *state, const struct resource *resource, const char *path,
                const struct content *content, const struct want *want) {
    struct os_stat_result st;
    bool there;
    if (state->from_disk && content->data && !content->once)
        return is_so(state, resource, path, content, want);
    int r = clear_place(state, resource, path, S_IFREG, want, &st, &there);
    if (r == 0 && there && content->data && !content->once)
        r = renew(state, resource, path, content, want);
    if (r != 0)
        return r;
    if (there) {
        r = view_lstat(state, path, &st);
        return r ? r : give_values(state, resource, path, &st, want);
    }
    if (state->from_disk)
        return AGAIN;
    struct content fresh = *content;
    fresh.data = content->data ? content->data : "";
    r = write_content(state, resource, path, &fresh, NULL, 0, want);
    return r < 0 ? r : finish_new(state, resource, path, want);
}

int ensure_absent(struct os_state *state, const struct resource *resource, const char *path) {
    struct os_stat_result st;
    if (state->from_disk) { /* as long as the plan can't have made it */
        struct stat here;
        if (os_plan_count(state->plan))
            return AGAIN;
        int r = SYS(lstat, path, &here);
        return r == -ENOENT || r == -ENOTDIR ? 0 : r == -ENOMEM ? r : AGAIN;
    }
    int r = view_lstat(state, path, &st);
    if (r == -ENOENT || r == -ENOTDIR)
        return 0;
    return r < 0 ? problem_errno(state, resource, NULL) : remove_path(state, resource, path, &st);
}
