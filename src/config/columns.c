/* SPDX-License-Identifier: MIT */
/** hosts and fstab: lines of columns. */
#include "base/seam.h"
#include "config/format.h"

#include <errno.h>

static const char *const fields[] = {"spec", NULL, "type", "options", "dump", "pass", NULL};
enum { MOUNT_POINT = 1, FIELDS = 6 };

/* The next word of a line, before its end or a comment. */
static struct span next_word(const char *text, size_t at, size_t end) {
    while (at < end && strchr(" \t", text[at]))
        at++;
    struct span word = {at, at};
    while (word.end < end && !strchr(" \t#\r\n", text[word.end]))
        word.end++;
    return word;
}

static bool is_word(const char *text, struct span word, const char *name, size_t size) {
    return word.end - word.begin == size && memcmp(text + word.begin, name, size) == 0;
}

static int tell(const char *text, struct span word, const char *key, size_t line, each_entry *each,
                void *data) {
    AUTO_FREE char *value = mem_text(text + word.begin, word.end - word.begin);
    return value ? each(&(struct os_config_entry){key, value, line}, data) : -ENOMEM;
}

/* ------------------------------------------------------------------------------ reading */

/* Each name of a line has its address. */
static int hosts_line(const char *text, struct span line, size_t number, each_entry *each,
                      void *data) {
    struct span address = next_word(text, line.begin, line.end);
    struct span name = next_word(text, address.end, line.end);
    int r = 0;
    for (; r == 0 && name.begin < name.end; name = next_word(text, name.end, line.end)) {
        AUTO_FREE char *key = mem_text(text + name.begin, name.end - name.begin);
        r = key ? tell(text, address, key, number, each, data) : -ENOMEM;
    }
    return r;
}

static int fstab_line(const char *text, struct span line, size_t number, each_entry *each,
                      void *data) {
    struct span word = next_word(text, line.begin, line.end);
    struct span point = next_word(text, word.end, line.end);
    int r = 0;
    for (int i = 0; r == 0 && i < FIELDS && word.begin < word.end; i++) {
        AUTO_STR key = STR_INIT;
        str_append(&key, text + point.begin, point.end - point.begin);
        if (i != MOUNT_POINT) {
            str_printf(&key, ".%s", fields[i]);
            r = key.failed ? -ENOMEM : tell(text, word, key.data, number, each, data);
        }
        word = next_word(text, word.end, line.end);
    }
    return r;
}

int columns_each(const char *format, const char *text, size_t size, each_entry *each, void *data) {
    bool fstab = strcmp(format, "fstab") == 0;
    size_t number = 1;
    int r = 0;
    for (size_t at = 0; r == 0 && at < size; number++) {
        struct span line = {at, whole_line(text, size, at)};
        r = (fstab ? fstab_line : hosts_line)(text, line, number, each, data);
        at = line.end;
    }
    return r;
}

/* ------------------------------------------------------------------------------ hosts */

/* The first line that has a name, and where the name stands in it. */
static bool find_host(const char *text, size_t size, const char *name, struct span *ret_line,
                      struct span *ret_name) {
    for (size_t at = 0; at < size; at = ret_line->end) {
        *ret_line = (struct span){at, whole_line(text, size, at)};
        struct span word = next_word(text, at, ret_line->end);
        for (word = next_word(text, word.end, ret_line->end); word.begin < word.end;
             word = next_word(text, word.end, ret_line->end))
            if (is_word(text, word, name, strlen(name))) {
                *ret_name = word;
                return true;
            }
    }
    return false;
}

/* A name alone goes with its line, one of several without it. */
static void drop_host(const char *text, size_t size, struct span line, struct span name,
                      struct str *ret) {
    struct span address = next_word(text, line.begin, line.end);
    struct span first = next_word(text, address.end, line.end);
    struct span second = next_word(text, first.end, line.end);
    if (second.begin == second.end) {
        drop_lines(ret, text, size, line);
        return;
    }
    struct span before = first.begin == name.begin ? address : first;
    while (first.begin != name.begin) {
        before = first;
        first = next_word(text, first.end, line.end);
    }
    put_spliced(ret, text, size, (struct span){before.end, name.end}, "", 0);
}

static int edit_hosts(const char *text, size_t size, const struct edit *edit, struct str *ret) {
    struct span line, name;
    bool there = find_host(text, size, edit->key, &line, &name);
    if (strpbrk(edit->key, " \t\r\n#") || !*edit->key ||
        (edit->value && (!*edit->value || strpbrk(edit->value, " \t\r\n#"))))
        return -EINVAL;
    if (!edit->value) {
        if (there)
            drop_host(text, size, line, name, ret);
        else
            str_append(ret, text, size);
        return 0;
    }
    struct span address = there ? next_word(text, line.begin, line.end) : (struct span){0};
    if (there && is_word(text, address, edit->value, strlen(edit->value))) {
        str_append(ret, text, size);
        return 0;
    }
    AUTO_STR new = STR_INIT, rest = STR_INIT;
    str_printf(&new, "%s\t%s", edit->value, edit->key);
    if (!there || new.failed) {
        put_line(ret, text, size, size, new.data ? new.data : "", new.size);
        return new.failed ? -ENOMEM : 0;
    }
    struct span first = next_word(text, address.end, line.end);
    struct span second = next_word(text, first.end, line.end);
    if (second.begin == second.end) { /* it has its line alone */
        put_spliced(ret, text, size, address, edit->value, strlen(edit->value));
        return 0;
    }
    drop_host(text, size, line, name, &rest);
    size_t removed = size - rest.size;
    put_line(ret, rest.data, rest.size, line.end - removed, new.data, new.size);
    return rest.failed ? -ENOMEM : 0;
}

/* ------------------------------------------------------------------------------ fstab */

/* MOUNTPOINT.FIELD; a mount point has points in it, too. */
static int divide(const char *key, size_t *ret_point, int *ret_field) {
    const char *dot = strrchr(key, '.');
    for (int i = 0; dot && i < FIELDS; i++)
        if (fields[i] && strcmp(fields[i], dot + 1) == 0) {
            *ret_point = (size_t)(dot - key);
            *ret_field = i;
            return 0;
        }
    return -EINVAL;
}

static int edit_fstab(const char *text, size_t size, const struct edit *edit, struct str *ret) {
    size_t point_size;
    int field, r = divide(edit->key, &point_size, &field);
    const char *point = edit->key;
    if (r < 0 || !edit->value || !*edit->value || strpbrk(edit->value, " \t\r\n#"))
        return -EINVAL; /* a line without a field is none */
    for (size_t at = 0; at < size;) {
        struct span line = {at, whole_line(text, size, at)}, word;
        struct span spec = next_word(text, at, line.end);
        at = line.end;
        if (!is_word(text, next_word(text, spec.end, line.end), point, point_size) ||
            spec.begin == spec.end)
            continue;
        word = spec;
        for (int i = 0; i < field; i++)
            word = next_word(text, word.end, line.end);
        if (word.begin == word.end)
            return -EINVAL; /* the fields before it are missing */
        put_spliced(ret, text, size, word, edit->value, strlen(edit->value));
        return 0;
    }
    return -EINVAL; /* nothing is mounted there: all fields of a line are needed */
}

int columns_edit(const char *format, const char *text, size_t size, const struct edit *edit,
                 struct str *ret) {
    bool fstab = strcmp(format, "fstab") == 0;
    str_append(ret, "", 0);
    int r = edit->flags & OS_CONFIG_ADD ? -EINVAL
                                        : (fstab ? edit_fstab : edit_hosts)(text, size, edit, ret);
    return r < 0 ? r : ret->failed ? -ENOMEM : 0;
}
