/* SPDX-License-Identifier: MIT */
/** Parameters of the kernel: the files of /proc/sys, and what is configured of them. */
#include "system/sysctl.h"

#include "base/procfile.h"
#include "base/seam.h"
#include "fs/dir.h"
#include "system/machine.h"
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <unistd.h>

/* ------------------------------------------------------------------- values */

/* Without the newline at its end. */
static void cut_newline(struct str *text) {
    if (text->size && text->data[text->size - 1] == '\n')
        str_truncate(text, text->size - 1);
}

/* Nearly all are shorter than what the kernel gives at once: then that was all. */
static int read_value(int dir, const char *path, struct str *value) {
    char text[1024];
    AUTO_CLOSE int fd = machine_open_at(dir, path, O_RDONLY);
    ssize_t size = fd < 0 ? fd : SYS(read, fd, text, sizeof text);
    int r = size < 0 ? (int)size : 0;
    if (size > 0)
        str_append(value, text, (size_t)size);
    if (size == (ssize_t)sizeof text)
        r = procfile_load_fd(fd, value);
    cut_newline(value);
    return r == 0 && value->failed ? -ENOMEM : r;
}

/* ------------------------------------------------------------------- lists */

/* What is looked for: directories that are yet to be read stand in `todo`, one behind another. */
struct search {
    const char *pattern; /* as people write it, or NULL */
    struct str path;     /* … and as a path, if it is one */
    unsigned fields;
    int sys;
    struct sysctl_lines lines;
    struct list todo;
    struct str at, name, value; /* of the parameter that is read, one after another */
};

/* Whether it is called so, or below what is. */
static bool is_meant(const struct search *s, const char *path, const char *name) {
    size_t size = s->path.size;
    if (!s->pattern)
        return true;
    if (size && strncmp(path, s->path.data, size) == 0 && (!path[size] || path[size] == '/'))
        return true;
    return fnmatch(s->pattern, name, 0) == 0;
}

/* Whoever reads it makes the kernel add up its counters on every CPU: it holds nothing to be seen. */
static bool acts_when_read(const char *path) {
    return strcmp(path, "vm/stat_refresh") == 0;
}

/* One that may not be read, or has nothing to tell now, is there without a value; `file` is its name in
 * the directory `dir`. */
static int add_parameter(struct search *s, int dir, const char *file, const char *path,
                         struct rows *rows) {
    bool wanted = s->fields & OS_SETTINGS_VALUE && !acts_when_read(path);
    str_truncate(&s->name, 0);
    str_truncate(&s->value, 0);
    sysctl_name(path, &s->name);
    if (s->name.failed)
        return -ENOMEM;
    if (!is_meant(s, path, s->name.data))
        return 0;
    int r = wanted ? read_value(dir, file, &s->value) : -EACCES;
    if (r == -ENOMEM || r == -ENOENT) /* it has gone meanwhile */
        return r == -ENOENT ? 0 : r;
    const char *value = s->value.size ? s->value.data : "";
    const struct sysctl_line *line = sysctl_lines_find(&s->lines, path);
    return setting_add(rows, s->name.data, r == 0 ? value : NULL, line ? line->value : NULL,
                       line ? line->source : NULL);
}

/* `s->at` begins with the folder's path, of that size. */
static int read_entry(struct search *s, size_t folder, const struct dir_entry *entry, int fd,
                      struct rows *rows) {
    int type = entry->type == DT_UNKNOWN ? dir_type(fd, entry->name) : entry->type;
    str_truncate(&s->at, folder);
    str_append_text(&s->at, entry->name);
    if (s->at.failed)
        return -ENOMEM;
    if (type == DT_DIR)
        list_add(&s->todo, s->at.data, s->at.size);
    return type == DT_REG ? add_parameter(s, fd, entry->name, s->at.data, rows) : 0;
}

static int read_folder(struct search *s, const char *folder, struct rows *rows) {
    _Alignas(uint64_t) char buffer[DIR_BUFFER];
    struct dir d;
    struct dir_entry entry;
    AUTO_CLOSE int fd = machine_open_at(s->sys, *folder ? folder : ".", DIR_OPEN | O_NOFOLLOW);
    int r = fd;
    if (fd < 0) /* it has gone meanwhile, or is nobody else's business */
        return r == -ENOENT || r == -EACCES ? 0 : r;
    str_truncate(&s->at, 0);
    str_append_text(&s->at, folder);
    str_append_text(&s->at, *folder ? "/" : "");
    size_t size = s->at.size;
    dir_start(&d, fd, buffer, sizeof buffer);
    while (r >= 0 && (r = dir_read(&d, &entry)) > 0)
        r = read_entry(s, size, &entry, fd, rows);
    return r;
}

static int read_folders(struct search *s, struct rows *rows) {
    int r = 0;
    list_add_text(&s->todo, "");
    for (size_t at = 0; r == 0 && !s->todo.text.failed && at < s->todo.text.size;) {
        AUTO_FREE char *folder = mem_text(s->todo.text.data + at, strlen(s->todo.text.data + at));
        if (!folder)
            return -ENOMEM;
        at += strlen(folder) + 1;
        r = read_folder(s, folder, rows);
    }
    return s->todo.text.failed ? -ENOMEM : r;
}

/* A name without a pattern leads straight to its file. */
static int read_one(struct search *s, struct rows *rows) {
    AUTO_CLOSE int fd = machine_open_at(s->sys, s->path.data, O_PATH);
    int type = fd < 0 ? fd : dir_type(s->sys, s->path.data);
    if (type != DT_REG)
        return type < 0 ? type : 0;
    int r = add_parameter(s, s->sys, s->path.data, s->path.data, rows);
    return r < 0 ? r : 1;
}

static int search(struct search *s, struct rows *rows) {
    int r = 0;
    if (s->pattern && !strpbrk(s->pattern, "*?["))
        r = sysctl_path(s->pattern, strlen(s->pattern), &s->path);
    if (r == 0 && s->fields & OS_SETTINGS_CONFIGURED)
        r = sysctl_lines_load(&s->lines, NULL, NULL);
    if (r == 0 && s->path.size)
        r = read_one(s, rows);
    return r == 0 ? read_folders(s, rows) : r < 0 ? r : 0;
}

int sysctl_list(const char *pattern, unsigned fields, struct rows *rows) {
    AUTO_CLOSE int sys = machine_open("/proc/sys", DIR_OPEN);
    struct search s = {.pattern = pattern, .fields = fields, .sys = sys};
    int r = sys < 0 ? sys : search(&s, rows);
    str_free(&s.path);
    str_free(&s.at);
    str_free(&s.name);
    str_free(&s.value);
    list_free(&s.todo);
    free(s.lines.items);
    return r;
}

/* ------------------------------------------------------------------- changes */

/* Whether what `file` would say counts, or a line elsewhere, at `where`. */
int sysctl_check_order(const char *file, const char *text, const char *path, struct str *where) {
    struct sysctl_lines lines = {0};
    size_t size = strlen(file);
    int r = sysctl_lines_load(&lines, file, text);
    const struct sysctl_line *line = r == 0 ? sysctl_lines_find(&lines, path) : NULL;
    if (line && (strncmp(line->source, file, size) != 0 || line->source[size] != ':')) {
        str_append_text(where, line->source);
        r = where->failed ? -ENOMEM : -EEXIST;
    }
    free(lines.items);
    return r;
}

/* The file that a value goes to, and the one for those that a later file is against. */
static const char *const own_files[] = {SYSCTL_OWN_FILE, SYSCTL_LATE_FILE};
enum { FILES = 2 };

/* What is about to be done. */
struct job {
    const struct setting_change *change;
    struct setting_done *done;
    char **paths; /* of each value */
    struct str texts[FILES];
    bool changed[FILES];
    char **olds; /* what was in force of each, or NULL */
    size_t written;
};

static int take_paths(struct job *j) {
    struct list paths = {.count = 0};
    int r = 0;
    for (size_t i = 0; r == 0 && i < j->change->count; i++) {
        const struct setting_value *one = &j->change->values[i];
        AUTO_STR path = STR_INIT;
        j->done->at = i;
        r = sysctl_path(one->name, strlen(one->name), &path);
        if (r == 0 && (strpbrk(one->name, "*?[= \t\n") || strchr(one->value, '\n') || !*one->value))
            r = -EINVAL;
        if (r == 0)
            list_add_text(&paths, path.data);
    }
    if (r == 0)
        r = list_take(&paths, &j->paths);
    list_free(&paths);
    return r;
}

/* One more value in the text of a file, if that would count. */
static int add_value(struct job *j, size_t file, size_t i) {
    AUTO_STR new = STR_INIT;
    const char *old = j->texts[file].data;
    int r = sysctl_edit(old ? old : "", j->paths[i], j->change->values[i].value, &new);
    if (r == 0)
        r = sysctl_check_order(own_files[file], new.data, j->paths[i], &j->done->where);
    if (r < 0)
        return r;
    str_free(&j->texts[file]);
    j->texts[file] = new;
    j->changed[file] = true;
    new = STR_INIT;
    return 0;
}

static int prepare(struct job *j) {
    int r = 0;
    for (size_t i = 0; r == 0 && i < FILES; i++) {
        r = machine_load(own_files[i], &j->texts[i]);
        r = r == -ENOENT ? 0 : r;
    }
    for (size_t i = 0; r == 0 && i < j->change->count; i++) {
        j->done->at = i;
        r = add_value(j, 0, i);
        if (r != -EEXIST || !(j->change->flags & OS_SETTING_FORCE))
            continue;
        str_truncate(&j->done->where, 0);
        r = add_value(j, 1, i);
    }
    return r;
}

static int write_files(struct job *j) {
    struct setting_file files[FILES];
    size_t count = 0;
    for (size_t i = 0; i < FILES; i++)
        if (j->changed[i])
            files[count++] = (struct setting_file){own_files[i], j->texts[i].data, false};
    return setting_files(files, count, "set sysctl", j->done);
}

static int write_value(int sys, const char *path, const char *value) {
    AUTO_CLOSE int fd = machine_open_at(sys, path, O_WRONLY);
    ssize_t r = fd < 0 ? fd : SYS(write, fd, value, strlen(value));
    return r < 0 ? (int)r : (size_t)r == strlen(value) ? 0 : -EINVAL;
}

/* What was in force is kept before the first value is written. */
static int keep_olds(struct job *j, int sys) {
    j->olds = mem_zalloc(j->change->count * sizeof *j->olds);
    int r = j->olds ? 0 : -ENOMEM;
    for (size_t i = 0; r == 0 && i < j->change->count; i++) {
        AUTO_STR old = STR_INIT;
        if (read_value(sys, j->paths[i], &old) == 0)
            r = str_take(&old, &j->olds[i]);
    }
    return r;
}

static int write_values(struct job *j, int sys) {
    int r = 0;
    for (; r == 0 && j->written < j->change->count; j->written += r == 0) {
        j->done->at = j->written;
        r = write_value(sys, j->paths[j->written], j->change->values[j->written].value);
    }
    return r;
}

static void write_back(const struct job *j, int sys) {
    for (size_t i = j->written; i-- > 0;)
        if (j->olds[i])
            write_value(sys, j->paths[i], j->olds[i]);
}

static int tell_values(struct job *j, int sys) {
    for (size_t i = 0; i < j->change->count; i++) {
        AUTO_STR now = STR_INIT;
        if (read_value(sys, j->paths[i], &now) == -ENOMEM)
            return -ENOMEM;
        list_add_text(&j->done->values, now.data ? now.data : "");
    }
    return 0;
}

/* What is in force is set first, as the kernel has the last word on values; and set back where a later value
 * is refused, or the files can't be changed. */
static int set_live(struct job *j) {
    AUTO_CLOSE int sys = machine_open("/proc/sys", DIR_OPEN);
    int r = sys < 0 ? sys : keep_olds(j, sys);
    if (r == 0)
        r = write_values(j, sys);
    if (r == 0 && !(j->change->flags & OS_SETTING_RUNTIME))
        r = write_files(j);
    if (r < 0 && !j->done->id && j->olds)
        write_back(j, sys);
    return r < 0 ? r : tell_values(j, sys);
}

/* A parameter may be configured before the module is there that has it. */
static int set_parameters(struct job *j) {
    bool live = machine_is_live() == 0 && !(j->change->flags & OS_SETTING_PERSISTENT);
    bool files = !(j->change->flags & OS_SETTING_RUNTIME);
    int r = take_paths(j);
    if (r == 0 && files)
        r = prepare(j);
    if (r < 0)
        return r;
    return live ? set_live(j) : files ? write_files(j) : -ENOTSUP;
}

int sysctl_set(const struct setting_change *c, struct setting_done *done) {
    struct job j = {.change = c, .done = done};
    int r = set_parameters(&j);
    for (size_t i = 0; i < FILES; i++)
        str_free(&j.texts[i]);
    for (size_t i = 0; j.olds && i < c->count; i++)
        free(j.olds[i]);
    free(j.olds);
    free(j.paths);
    return r;
}
