/* SPDX-License-Identifier: MIT */
/** What the files of sysctl.d(5) configure, as systemd-sysctl(8) puts them together at a start. */
#include "base/seam.h"
#include "fs/dir.h"
#include "system/machine.h"
#include "system/sysctl.h"
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>

static const char *const folders[] = {"/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d",
                                      "/usr/lib/sysctl.d"};
#define FOLDERS (sizeof folders / sizeof *folders)

/* ------------------------------------------------------------------- names */

static bool is_component(const char *text, size_t size) {
    return size && !(size <= 2 && text[0] == '.' && text[size - 1] == '.');
}

/* The first separator decides: where it is a dot, dots and slashes change places. */
int sysctl_path(const char *name, size_t size, struct str *path) {
    size_t start = path->size, first = 0;
    while (first < size && name[first] != '.' && name[first] != '/')
        first++;
    bool dotted = first < size && name[first] == '.';
    for (size_t i = 0; i < size; i++)
        str_append_char(path, !dotted          ? name[i]
                              : name[i] == '.' ? '/'
                              : name[i] == '/' ? '.'
                                               : name[i]);
    if (path->failed)
        return -ENOMEM;
    const char *at = size ? path->data + start : "";
    for (;;) {
        size_t part = strcspn(at, "/");
        if (!is_component(at, part))
            return -EINVAL;
        if (!at[part])
            return 0;
        at += part + 1;
    }
}

void sysctl_name(const char *path, struct str *name) {
    size_t begin = name->size;
    str_append_text(name, path);
    for (size_t i = begin; i < name->size; i++)
        name->data[i] = name->data[i] == '/' ? '.' : name->data[i] == '.' ? '/' : name->data[i];
}

/* ------------------------------------------------------------------- lines */

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

static void trim(const char **text, size_t *size) {
    while (*size && is_space(**text)) {
        ++*text;
        --*size;
    }
    while (*size && is_space((*text)[*size - 1]))
        --*size;
}

/* A line "key = value", "-key = value", "-key": its parts, no value where it has none; false for any
 * other. */
static bool split(const char *line, size_t size, const char **key, size_t *key_size,
                  const char **value, size_t *value_size) {
    trim(&line, &size);
    if (!size || *line == '#' || *line == ';')
        return false;
    const char *equals = memchr(line, '=', size);
    bool dash = *line == '-';
    if (!equals && !dash)
        return false;
    *value = equals ? equals + 1 : NULL;
    *value_size = equals ? (size_t)(line + size - *value) : 0;
    if (equals)
        trim(value, value_size);
    *key = line + dash;
    *key_size = (size_t)((equals ? equals : line + size) - *key);
    trim(key, key_size);
    return *key_size != 0;
}

static int add_line(struct rows *rows, const char *file, size_t number, const char *line,
                    size_t size) {
    AUTO_STR path = STR_INIT;
    AUTO_STR source = STR_INIT;
    const char *key, *value;
    size_t key_size, value_size;
    if (!split(line, size, &key, &key_size, &value, &value_size))
        return 0;
    int r = sysctl_path(key, key_size, &path);
    if (r < 0)
        return r == -ENOMEM ? r : 0;
    struct sysctl_line *item = rows_add(rows);
    str_printf(&source, "%s:%zu", file, number);
    if (!item || source.failed)
        return -ENOMEM;
    item->pattern = strpbrk(path.data, "*?[");
    rows_text(rows, path.data, path.size, &item->path);
    rows_text(rows, source.data, source.size, &item->source);
    if (value)
        rows_text(rows, value, value_size, &item->value);
    return 0;
}

static int add_text(struct rows *rows, const char *file, const char *text) {
    int r = 0;
    for (size_t number = 1; r == 0 && *text; number++) {
        size_t size = strcspn(text, "\n");
        r = add_line(rows, file, number, text, size);
        text += size + (text[size] == '\n');
    }
    return r;
}

/* ------------------------------------------------------------------- files */

struct file {
    const char *name;
    size_t folder;
};

struct files {
    char **names[FOLDERS]; /* of each folder, in a block of its own */
    struct file *items;
    size_t count, room;
};

static void files_free(struct files *files) {
    for (size_t i = 0; i < FOLDERS; i++)
        free(files->names[i]);
    free(files->items);
}

static bool is_config(const char *name) {
    size_t size = strlen(name);
    return size > 5 && strcmp(name + size - 5, ".conf") == 0;
}

static bool is_known(const struct files *files, const char *name) {
    for (size_t i = 0; i < files->count; i++)
        if (strcmp(files->items[i].name, name) == 0)
            return true;
    return false;
}

/* A file hides those of its name in the folders that come after. */
static int add_file(struct files *files, const char *name, size_t folder) {
    if (!is_config(name) || is_known(files, name))
        return 0;
    if (files->count == files->room) {
        size_t room = files->room ? files->room * 2 : 16;
        struct file *items = mem_realloc(files->items, room * sizeof *items);
        if (!items)
            return -ENOMEM;
        files->items = items;
        files->room = room;
    }
    files->items[files->count++] = (struct file){name, folder};
    return 0;
}

static int add_folder(struct files *files, size_t folder) {
    AUTO_CLOSE int fd = machine_open(folders[folder], DIR_OPEN);
    int r = fd < 0 ? fd : dir_list(fd, &files->names[folder]);
    for (char **name = files->names[folder]; r == 0 && *name; name++)
        r = add_file(files, *name, folder);
    return r == -ENOENT ? 0 : r;
}

static int compare_files(const void *a, const void *b) {
    return strcmp(((const struct file *)a)->name, ((const struct file *)b)->name);
}

/* One that leads nowhere is as good as none. */
static int add_content(struct rows *rows, const struct file *file, const char *other_file,
                       const char *other_text) {
    AUTO_STR path = STR_INIT;
    AUTO_STR text = STR_INIT;
    str_printf(&path, "%s/%s", folders[file->folder], file->name);
    if (path.failed)
        return -ENOMEM;
    if (other_file && strcmp(path.data, other_file) == 0)
        return add_text(rows, path.data, other_text);
    int r = machine_load(path.data, &text);
    return r < 0 ? (r == -ENOENT ? 0 : r) : add_text(rows, path.data, text.data);
}

int sysctl_lines_load(struct sysctl_lines *lines, const char *other_file, const char *other_text) {
    static const size_t texts[] = {offsetof(struct sysctl_line, path),
                                   offsetof(struct sysctl_line, value),
                                   offsetof(struct sysctl_line, source), SIZE_MAX};
    AUTO_ROWS rows = {.size = sizeof *lines->items};
    struct files files = {.count = 0};
    int r = other_file ? add_file(&files, strrchr(other_file, '/') + 1, 0) : 0;
    for (size_t i = 0; r == 0 && i < FOLDERS; i++)
        r = add_folder(&files, i);
    if (r == 0 && files.count)
        qsort(files.items, files.count, sizeof *files.items, compare_files);
    for (size_t i = 0; r == 0 && i < files.count; i++)
        r = add_content(&rows, &files.items[i], other_file, other_text);
    files_free(&files);
    return r < 0 ? r : rows_take(&rows, texts, &lines->items, &lines->count);
}

const struct sysctl_line *sysctl_lines_find(const struct sysctl_lines *lines, const char *path) {
    const struct sysctl_line *by_pattern = NULL;
    for (size_t i = lines->count; i-- > 0;) {
        const struct sysctl_line *line = &lines->items[i];
        if (!line->pattern && strcmp(line->path, path) == 0)
            return line->value ? line : NULL;
        if (line->pattern && !by_pattern &&
            fnmatch(line->path, path, FNM_PATHNAME | FNM_PERIOD) == 0)
            by_pattern = line;
    }
    return by_pattern && by_pattern->value ? by_pattern : NULL;
}

/* ------------------------------------------------------------------- changes */

static int says_of(const char *line, size_t size, const char *path) {
    AUTO_STR its = STR_INIT;
    const char *key, *value;
    size_t key_size, value_size;
    if (!split(line, size, &key, &key_size, &value, &value_size))
        return 0;
    int r = sysctl_path(key, key_size, &its);
    return r == -ENOMEM ? r : r == 0 && strcmp(its.data, path) == 0;
}

static void write_line(struct str *text, const char *path, const char *value) {
    sysctl_name(path, text);
    str_printf(text, " = %s\n", value);
}

int sysctl_edit(const char *text, const char *path, const char *value, struct str *ret_text) {
    bool written = false;
    while (*text) {
        size_t size = strcspn(text, "\n"), step = size + (text[size] == '\n');
        int r = says_of(text, size, path);
        if (r < 0)
            return r;
        if (r == 0) {
            str_append(ret_text, text, size);
            str_append_char(ret_text, '\n');
        } else if (!written) {
            write_line(ret_text, path, value);
            written = true;
        }
        text += step;
    }
    if (!written)
        write_line(ret_text, path, value);
    return ret_text->failed ? -ENOMEM : 0;
}
