/* SPDX-License-Identifier: MIT */
/** hosts and fstab: lines of columns. In fstab a blank in a word is written "\040". */
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

/* A word of fstab as it is meant: "\\040" is a blank. */
static void decode(const char *text, struct span word, struct str *s) {
    for (size_t at = word.begin; at < word.end; at++) {
        const char *c = text + at;
        bool octal = *c == '\\' && word.end - at > 3 && c[1] >= '0' && c[1] <= '3' &&
                     strspn(c + 1, "01234567") >= 3 && memcmp(c + 1, "000", 3) != 0;
        if (octal)
            at += 3;
        str_append_char(s,
                        octal ? (char)((c[1] - '0') << 6 | (c[2] - '0') << 3 | (c[3] - '0')) : *c);
    }
    str_append(s, "", 0);
}

static void encode(const char *value, struct str *s) {
    for (; *value; value++)
        str_printf(s, strchr(" \t\n\r\\#", *value) ? "\\%03o" : "%c", *value);
}

static bool is_field(const char *text, struct span word, const char *name, size_t size) {
    AUTO_STR meant = STR_INIT;
    decode(text, word, &meant);
    return !meant.failed && meant.size == size && memcmp(meant.data, name, size) == 0;
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
        AUTO_STR key = STR_INIT, value = STR_INIT;
        decode(text, point, &key);
        decode(text, word, &value);
        if (i != MOUNT_POINT) {
            str_printf(&key, ".%s", fields[i]);
            r = key.failed || value.failed
                    ? -ENOMEM
                    : each(&(struct os_config_entry){key.data, value.data, number}, data);
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

/* The line of a mount point, and its first word. */
static bool find_mount(const char *text, size_t size, const char *point, size_t point_size,
                       struct span *ret_line, struct span *ret_spec) {
    for (size_t at = 0; at < size; at = ret_line->end) {
        *ret_line = (struct span){at, whole_line(text, size, at)};
        *ret_spec = next_word(text, at, ret_line->end);
        struct span word = next_word(text, ret_spec->end, ret_line->end);
        if (word.begin < word.end && is_field(text, word, point, point_size))
            return true;
    }
    return false;
}

/* What nothing is mounted at yet gets a line with its spec; the other fields are then as usual. */
static int add_mount(const char *text, size_t size, const struct edit *edit, size_t point_size,
                     struct str *ret) {
    AUTO_STR line = STR_INIT;
    AUTO_FREE char *point = mem_text(edit->key, point_size);
    if (!point)
        return -ENOMEM;
    encode(edit->value, &line);
    str_append_char(&line, '\t');
    encode(point, &line);
    str_append_text(&line, "\tauto\tdefaults\t0\t0");
    put_line(ret, text, size, size, line.data ? line.data : "", line.size);
    return line.failed ? -ENOMEM : 0;
}

static int edit_fstab(const char *text, size_t size, const struct edit *edit, struct str *ret) {
    AUTO_STR value = STR_INIT;
    struct span line, word;
    size_t point_size = 0;
    int field = 0, r = divide(edit->key, &point_size, &field);
    if (r < 0 || !point_size || (edit->value && !*edit->value))
        return -EINVAL;
    bool there = find_mount(text, size, edit->key, point_size, &line, &word);
    if (!edit->value && (!there || field != 0)) { /* a line without a field is none */
        str_append(ret, text, size);
        return there ? -EINVAL : 0;
    }
    if (!edit->value)
        drop_lines(ret, text, size, line);
    if (!edit->value || !there) /* its other fields are set when it has a spec */
        return !edit->value ? 0
               : field == 0 ? add_mount(text, size, edit, point_size, ret)
                            : -EINVAL;
    for (int i = 0; i < field; i++)
        word = next_word(text, word.end, line.end);
    if (word.begin == word.end)
        return -EINVAL; /* the fields before it are missing */
    encode(edit->value, &value);
    put_spliced(ret, text, size, word, value.data ? value.data : "", value.size);
    return value.failed ? -ENOMEM : 0;
}

int columns_edit(const char *format, const char *text, size_t size, const struct edit *edit,
                 struct str *ret) {
    bool fstab = strcmp(format, "fstab") == 0;
    str_append(ret, "", 0);
    int r = edit->flags & OS_CONFIG_ADD ? -EINVAL
                                        : (fstab ? edit_fstab : edit_hosts)(text, size, edit, ret);
    return r < 0 ? r : ret->failed ? -ENOMEM : 0;
}
