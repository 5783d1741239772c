/* SPDX-License-Identifier: MIT */
/** Settings of all kinds: listed, and set in files and in force, both or neither. */
#include "system/settings.h"

#include "base/cancel.h"
#include "base/error.h"
#include "base/seam.h"
#include "system/machine.h"
#include "system/sysctl.h"
#include <errno.h>
#include <osier/plan.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    int (*list)(const char *pattern, unsigned fields, struct rows *rows);
    int (*set)(const struct setting_change *change, struct setting_done *done);
} kinds[] = {
    [OS_SETTINGS_SYSCTL] = {sysctl_list, sysctl_set},
    [OS_SETTINGS_HOSTNAME] = {hostname_list, hostname_set},
    [OS_SETTINGS_TIMEZONE] = {timezone_list, timezone_set},
    [OS_SETTINGS_LOCALE] = {locale_list, locale_set},
};

/* ------------------------------------------------------------------- lists */

static const char *next_word(const char **text, size_t *size) {
    *text += strspn(*text, " \t\n");
    const char *word = *text;
    *size = strcspn(word, " \t\n");
    *text += *size;
    return word;
}

bool setting_same(const char *a, const char *b) {
    size_t a_size, b_size;
    do {
        const char *left = next_word(&a, &a_size), *right = next_word(&b, &b_size);
        if (a_size != b_size || memcmp(left, right, a_size) != 0)
            return false;
    } while (a_size);
    return true;
}

int setting_add(struct rows *rows, const char *name, const char *value, const char *configured,
                const char *source) {
    struct os_setting *setting = rows_add(rows);
    if (!setting)
        return -ENOMEM;
    setting->agree = !configured || (value && setting_same(value, configured));
    rows_text(rows, name, strlen(name), &setting->name);
    if (value)
        rows_text(rows, value, strlen(value), &setting->value);
    if (configured)
        rows_text(rows, configured, strlen(configured), &setting->configured);
    if (source)
        rows_text(rows, source, strlen(source), &setting->source);
    return rows->text.failed ? -ENOMEM : 0;
}

static int compare_settings(const void *a, const void *b) {
    return strcmp(((const struct os_setting *)a)->name, ((const struct os_setting *)b)->name);
}

static int list(unsigned kind, const char *pattern, unsigned fields,
                struct os_setting **ret_settings, size_t *ret_count) {
    static const size_t texts[] = {
        offsetof(struct os_setting, name), offsetof(struct os_setting, value),
        offsetof(struct os_setting, configured), offsetof(struct os_setting, source), SIZE_MAX};
    AUTO_ROWS rows = {.size = sizeof **ret_settings};
    if (kind >= sizeof kinds / sizeof *kinds ||
        fields & ~(unsigned)(OS_SETTINGS_VALUE | OS_SETTINGS_CONFIGURED))
        return -EINVAL;
    int r = kinds[kind].list(pattern, fields, &rows);
    if (r == 0 && pattern && !rows.count)
        r = -ENOENT;
    if (r == 0)
        r = rows_take(&rows, texts, ret_settings, ret_count);
    if (r != 0)
        return r;
    for (size_t i = 0; i < *ret_count; i++)
        (*ret_settings)[i].valid = fields;
    qsort(*ret_settings, *ret_count, sizeof **ret_settings, compare_settings);
    return 0;
}

struct os_setting *os_settings(enum os_settings_kind kind, const char *pattern, unsigned fields,
                               size_t *ret_count) {
    UNCANCELLED;
    struct os_setting *settings = NULL;
    int r = list((unsigned)kind, pattern, fields, &settings, ret_count);
    return PUBLIC_POINTER(r, settings, "settings", pattern, NULL);
}

/* ------------------------------------------------------------------- changes */

/* What a public call of the library says. */
static int result(int r) {
    return r < 0 ? seam_failure() : r;
}

static int plan_link(struct os_plan *plan, const struct setting_file *file) {
    int r = result(os_plan_remove(plan, file->path));
    if (r == 0 || r == -ENOENT)
        r = result(os_plan_symlink(plan, file->text, file->path, 0));
    return r;
}

static int plan_text(struct os_plan *plan, const struct setting_file *file) {
    const struct os_write_file_options options = {.size = sizeof options,
                                                  .mode = 0644,
                                                  .keep_mode = true,
                                                  .keep_owner = true,
                                                  .follow = true};
    return result(os_plan_write_file(plan, file->path, file->text, strlen(file->text), &options));
}

/* A directory that is there already is none of the plan's business: it may change meanwhile. */
static int plan_file(struct os_plan *plan, const struct setting_file *file) {
    AUTO_FREE char *folder = mem_text(file->path, (size_t)(strrchr(file->path, '/') - file->path));
    if (!folder)
        return -ENOMEM;
    int (*step)(struct os_plan *, const struct setting_file *) = file->link ? plan_link : plan_text;
    int r = step(plan, file);
    if (r == -ENOENT)
        r = result(os_plan_makedirs(plan, folder, 0755, OS_EXIST_OK));
    else
        return r;
    return r < 0 ? r : step(plan, file);
}

static int plan_files(struct os_plan *plan, const struct setting_file *files, size_t count,
                      struct setting_done *done) {
    int r = 0;
    for (size_t i = 0; r == 0 && i < count; i++) {
        str_truncate(&done->where, 0);
        str_append_text(&done->where, files[i].path);
        r = done->where.failed ? -ENOMEM : plan_file(plan, &files[i]);
    }
    return r < 0 ? r : result(os_plan_apply(plan, NULL, &done->id));
}

int setting_files(const struct setting_file *files, size_t count, const char *title,
                  struct setting_done *done) {
    AUTO_FREE char *root = NULL;
    int r = machine_root(&root);
    const struct os_plan_options options = {
        .size = sizeof options, .root = root, .title = title, .umask = 022, .set_umask = true};
    struct os_plan *plan = r < 0 ? NULL : os_plan(&options);
    if (!plan)
        return r < 0 ? r : seam_failure();
    r = plan_files(plan, files, count, done);
    os_plan_close(plan);
    return r;
}

static int set(unsigned kind, const struct setting_change *change, struct setting_done *done) {
    const int both = OS_SETTING_RUNTIME | OS_SETTING_PERSISTENT;
    if (kind >= sizeof kinds / sizeof *kinds || change->flags & ~(both | OS_SETTING_FORCE) ||
        (change->flags & both) == both || change->count == 0)
        return -EINVAL;
    return kinds[kind].set(change, done);
}

/* Sets them, and fills the public results, of which `ret_values` has as many as there are values. */
static int set_all(unsigned kind, const struct setting_change *change, const char *name,
                   char ***ret_values, uint64_t *ret_id) {
    struct setting_done done = {.id = 0};
    char **now = NULL;
    int r = set(kind, change, &done);
    const char *failed = change->count ? change->values[done.at].name : NULL;
    const char *where = done.where.size ? done.where.data : failed;
    while (r == 0 && done.values.count < change->count && !done.values.text.failed)
        list_add_text(&done.values, "");
    if (r == 0 && ret_values)
        r = list_take(&done.values, &now);
    if (r == 0 && ret_values)
        *ret_values = now;
    if ((r == 0 || done.id) && ret_id)
        *ret_id = done.id;
    r = PUBLIC(r, name, where, NULL);
    list_free(&done.values);
    str_free(&done.where);
    return r;
}

int os_set_setting(enum os_settings_kind kind, const char *name, const char *value, int flags,
                   char **ret_value, uint64_t *ret_id) {
    UNCANCELLED;
    const struct setting_value one = {name, value};
    const struct setting_change change = {&one, 1, flags};
    char **now = NULL;
    int r = set_all((unsigned)kind, &change, "set_setting", ret_value ? &now : NULL, ret_id);
    if (r == 0 && ret_value) { /* the text moves to the beginning of its block */
        *ret_value = memmove(now, now[0], strlen(now[0]) + 1);
    }
    return r;
}

/* "NAME=VALUE" texts cut in two: −EINVAL where one has no `=`. */
static int split(char *const *assignments, struct str *texts, struct setting_value **ret_values,
                 size_t *ret_count) {
    size_t count = 0;
    for (; assignments[count]; count++) {
        if (!strchr(assignments[count], '='))
            return -EINVAL;
        str_append(texts, assignments[count], strlen(assignments[count]) + 1);
    }
    struct setting_value *values = mem_alloc((count + 1) * sizeof *values);
    if (!values || texts->failed) {
        free(values);
        return -ENOMEM;
    }
    char *at = texts->data;
    for (size_t i = 0; i < count; i++) {
        char *equals = strchr(at, '=');
        *equals = '\0';
        values[i] = (struct setting_value){at, equals + 1};
        at = equals + 1 + strlen(equals + 1) + 1;
    }
    *ret_values = values;
    *ret_count = count;
    return 0;
}

int os_set_settings(enum os_settings_kind kind, char *const *assignments, int flags,
                    char ***ret_values, uint64_t *ret_id) {
    UNCANCELLED;
    AUTO_STR texts = STR_INIT;
    AUTO_FREE struct setting_value *values = NULL;
    struct setting_change change = {.flags = flags};
    int r = split(assignments, &texts, &values, &change.count);
    change.values = values;
    return r < 0 ? PUBLIC(r, "set_settings", NULL, NULL)
                 : set_all((unsigned)kind, &change, "set_settings", ret_values, ret_id);
}
