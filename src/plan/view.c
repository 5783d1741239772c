/* SPDX-License-Identifier: MIT */
/** What a plan is asked: each answer is of its end so far, and becomes a precondition. */
#include "base/cancel.h"
#include "plan/plan.h"
#include "plan/was.h"

#include "base/error.h"
#include "base/stat.h"

#include <dirent.h>
#include <osier/files.h>
#include <string.h>

/* ----------------------------------------------------------------------------- finding */

/* What isn't there is an answer too. */
static int look(struct os_plan *plan, const char *path, int flags, struct where *w) {
    int r = resolve(&plan->overlay, path, flags, w);
    if (r < 0)
        return r;
    if (!w->object)
        r = -ENOENT;
    else if (w->slash && !is_dir(w->object))
        r = -ENOTDIR;
    int saw = plan_saw(plan, w);
    return saw < 0 ? saw : r;
}

/* Ends a question: what was seen stays seen, whatever the answer, unless memory was lacking. */
static int answered(struct os_plan *plan, int r) {
    int ended = plan_answered(plan, r == -ENOMEM ? r : 0);
    return ended < 0 ? ended : r;
}

static int ask(struct os_plan *plan, const char *path, int flags, struct where *w) {
    int r = plan_ask(plan);
    return r < 0 ? r : look(plan, path, flags, w);
}

/* -------------------------------------------------------------------------------- stat */

static void tell(const struct values *v, struct os_stat_result *ret) {
    struct stat st = {0};
    st.st_mode = v->mode;
    st.st_blksize = (blksize_t)v->blksize;
    st.st_ino = (ino_t)v->ino;
    st.st_dev = (dev_t)v->dev;
    st.st_nlink = (nlink_t)v->nlink;
    st.st_uid = v->uid;
    st.st_gid = v->gid;
    st.st_size = (off_t)v->size;
    st.st_blocks = (blkcnt_t)v->blocks;
    st.st_rdev = (dev_t)v->rdev;
    st.st_atim = v->atime;
    st.st_mtim = v->mtime;
    st.st_ctim = v->ctime;
    stat_convert(&st, ret);
}

static int stat_at(struct os_plan *plan, const char *path, int flags, struct os_stat_result *ret) {
    struct where w;
    int r = ask(plan, path, flags, &w);
    if (r >= 0 && !is_dir(w.object) && w.object->now.nlink > 1)
        r = change_count_gone(&plan->overlay);
    if (r >= 0)
        tell(&w.object->now, ret);
    return answered(plan, r);
}

int os_plan_stat(struct os_plan *plan, const char *path, struct os_stat_result *ret_stat) {
    UNCANCELLED;
    return PUBLIC(stat_at(plan, path, FOLLOW, ret_stat), "stat", path, NULL);
}

int os_plan_lstat(struct os_plan *plan, const char *path, struct os_stat_result *ret_stat) {
    UNCANCELLED;
    return PUBLIC(stat_at(plan, path, 0, ret_stat), "lstat", path, NULL);
}

/* As os_path_exists() and its like: what can't be told isn't there. */
static mode_t type_of(struct os_plan *plan, const char *path, int flags) {
    struct os_stat_result st;
    return stat_at(plan, path, flags, &st) < 0 ? 0 : (mode_t)st.st_mode;
}

bool os_plan_path_exists(struct os_plan *plan, const char *path) {
    UNCANCELLED;
    return type_of(plan, path, FOLLOW);
}

bool os_plan_path_lexists(struct os_plan *plan, const char *path) {
    UNCANCELLED;
    return type_of(plan, path, 0);
}

bool os_plan_isfile(struct os_plan *plan, const char *path) {
    UNCANCELLED;
    return S_ISREG(type_of(plan, path, FOLLOW));
}

bool os_plan_isdir(struct os_plan *plan, const char *path) {
    UNCANCELLED;
    return S_ISDIR(type_of(plan, path, FOLLOW));
}

bool os_plan_islink(struct os_plan *plan, const char *path) {
    UNCANCELLED;
    return S_ISLNK(type_of(plan, path, 0));
}

/* ------------------------------------------------------------------------------ content */

static int read_link(struct os_plan *plan, const char *path, char **ret_text) {
    struct where w;
    int r = ask(plan, path, 0, &w);
    if (r >= 0 && !S_ISLNK(w.object->now.mode))
        r = -EINVAL;
    if (r >= 0 && !(*ret_text = mem_text(w.object->link, strlen(w.object->link))))
        r = -ENOMEM;
    return answered(plan, r);
}

char *os_plan_readlink(struct os_plan *plan, const char *path) {
    UNCANCELLED;
    char *text = NULL;
    return PUBLIC_POINTER(read_link(plan, path, &text), text, "readlink", path, NULL);
}

/* Of what is the disk's own, the content that was given is a precondition. */
static int saw_content(struct os_plan *plan, const struct where *w, const struct str *data) {
    struct overlay *o = &plan->overlay;
    struct object *object = w->object;
    struct node *home = object->home; /* the name it has on the disk, wherever the plan moved it */
    if (object->changed & CHANGED_CONTENT || !home)
        return 0;
    struct plan_digest *digest = overlay_alloc(o, sizeof *digest);
    if (!digest || KEEP(o, home->read) < 0 || KEEP(o, object->content) < 0)
        return -ENOMEM;
    was_digest(data->data, data->size, digest);
    home->read = true;
    object->content = digest;
    return 0;
}

static int read_file(struct os_plan *plan, const char *path, char **ret_data, size_t *ret_size) {
    AUTO_STR data = STR_INIT;
    struct where w;
    int r = ask(plan, path, FOLLOW, &w);
    if (r >= 0 && !S_ISREG(w.object->now.mode))
        r = is_dir(w.object) ? -EISDIR : -EINVAL;
    if (r >= 0)
        r = overlay_read(&plan->overlay, w.object, &data);
    if (r >= 0)
        r = saw_content(plan, &w, &data);
    size_t size = data.size;
    if (r >= 0)
        r = str_take(&data, ret_data);
    if (r >= 0 && ret_size)
        *ret_size = size;
    return answered(plan, r);
}

char *os_plan_read_file(struct os_plan *plan, const char *path, size_t *ret_size) {
    UNCANCELLED;
    char *data = NULL;
    return PUBLIC_POINTER(read_file(plan, path, &data, ret_size), data, "read_file", path, NULL);
}

/* ------------------------------------------------------------------- extended attributes */

static int get_xattr(struct os_plan *plan, const char *path, const char *name, int flags,
                     char **ret_value, size_t *ret_size) {
    AUTO_STR value = STR_INIT;
    struct where w;
    int r = flags & ~OS_NOFOLLOW ? -EINVAL : ask(plan, path, flags & OS_NOFOLLOW ? 0 : FOLLOW, &w);
    if (r >= 0)
        r = overlay_xattr(&plan->overlay, w.object, name, &value);
    size_t size = value.size;
    if (r >= 0)
        r = str_take(&value, ret_value);
    if (r >= 0)
        *ret_size = size;
    return answered(plan, r);
}

char *os_plan_getxattr(struct os_plan *plan, const char *path, const char *name, int flags,
                       size_t *ret_size) {
    UNCANCELLED;
    char *value = NULL;
    int r = get_xattr(plan, path, name, flags, &value, ret_size);
    return PUBLIC_POINTER(r, value, "getxattr", path, NULL);
}

static int list_xattrs(struct os_plan *plan, const char *path, int flags, char ***ret_list) {
    AUTO_LIST names = {0};
    struct where w;
    int r = flags & ~OS_NOFOLLOW ? -EINVAL : ask(plan, path, flags & OS_NOFOLLOW ? 0 : FOLLOW, &w);
    if (r >= 0)
        r = overlay_xattr_names(&plan->overlay, w.object, &names);
    if (r >= 0)
        r = list_take(&names, ret_list);
    if (r >= 0)
        os_sort(*ret_list);
    return answered(plan, r);
}

char **os_plan_listxattr(struct os_plan *plan, const char *path, int flags) {
    UNCANCELLED;
    char **list = NULL;
    return PUBLIC_POINTER(list_xattrs(plan, path, flags, &list), list, "listxattr", path, NULL);
}

/* --------------------------------------------------------------------------- directories */

/* Of a directory of the disk, the names that it has there are a precondition. */
static int saw_listing(struct os_plan *plan, const struct where *w) {
    struct overlay *o = &plan->overlay;
    struct node *node = w->object->home; /* the name it has on the disk */
    struct names names = {0};
    if (!node || node->listing || !is_base_dir(w->object))
        return 0;
    struct plan_digest *digest = overlay_alloc(o, sizeof *digest);
    int r = digest ? overlay_names(o, w->object, true, &names) : -ENOMEM;
    if (r >= 0)
        r = was_names_digest(&names.list, digest);
    names_free(&names);
    if (r < 0 || KEEP(o, node->listing) < 0)
        return r < 0 ? r : -ENOMEM;
    node->listing = digest;
    return 0;
}

static int list_names(struct os_plan *plan, const char *path, struct where *w,
                      struct names *names) {
    int r = ask(plan, path ? path : ".", FOLLOW, w);
    if (r >= 0 && !is_dir(w->object))
        r = -ENOTDIR;
    if (r >= 0)
        r = overlay_names(&plan->overlay, w->object, false, names);
    return r < 0 ? r : saw_listing(plan, w);
}

static int list_dir(struct os_plan *plan, const char *path, char ***ret_list) {
    struct names names = {0};
    struct where w;
    int r = list_names(plan, path, &w, &names);
    if (r >= 0)
        r = list_take(&names.list, ret_list);
    if (r >= 0)
        os_sort(*ret_list);
    names_free(&names);
    return answered(plan, r);
}

char **os_plan_listdir(struct os_plan *plan, const char *path) {
    UNCANCELLED;
    char **list = NULL;
    return PUBLIC_POINTER(list_dir(plan, path, &list), list, "listdir", path, NULL);
}

static int compare_entries(const void *a, const void *b) {
    return strcmp(((const struct os_plan_dir_entry *)a)->name,
                  ((const struct os_plan_dir_entry *)b)->name);
}

/* The entries and behind them their names, in one block. */
static int take_entries(struct os_plan *plan, struct object *dir, const struct names *names,
                        struct os_plan_dir_entry **ret) {
    size_t count = names->list.count;
    struct os_plan_dir_entry *list = mem_alloc(count * sizeof *list + names->list.text.size);
    if (!list)
        return -ENOMEM;
    char *text = (char *)(list + count);
    if (count)
        memcpy(text, names->list.text.data, names->list.text.size);
    for (size_t i = 0; i < count; i++, text += strlen(text) + 1) {
        struct node *node;
        int r = overlay_lookup(&plan->overlay, dir, text, strlen(text), &node);
        if (r < 0) {
            free(list);
            return r;
        }
        const struct object *object = node->object;
        list[i] = (struct os_plan_dir_entry){
            .name = text,
            .inode = object ? object->now.ino : 0,
            .d_type = (uint8_t)(object ? IFTODT(object->now.mode) : DT_UNKNOWN)};
    }
    qsort(list, count, sizeof *list, compare_entries);
    *ret = list;
    return 0;
}

static int scan_dir(struct os_plan *plan, const char *path, struct os_plan_dir_entry **ret_list,
                    size_t *ret_count) {
    struct names names = {0};
    struct where w;
    int r = list_names(plan, path, &w, &names);
    if (r >= 0)
        r = take_entries(plan, w.object, &names, ret_list);
    if (r >= 0)
        *ret_count = names.list.count;
    names_free(&names);
    return answered(plan, r);
}

struct os_plan_dir_entry *os_plan_scandir(struct os_plan *plan, const char *path,
                                          size_t *ret_count) {
    UNCANCELLED;
    struct os_plan_dir_entry *list = NULL;
    int r = scan_dir(plan, path, &list, ret_count);
    return PUBLIC_POINTER(r, list, "scandir", path, NULL);
}
