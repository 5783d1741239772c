/* SPDX-License-Identifier: MIT */
/** The locale that programs are started with: /etc/locale.conf, or Debian's /etc/default/locale. */
#include "base/seam.h"
#include "system/machine.h"
#include "system/settings.h"
#include <fcntl.h>
#include <stdlib.h>

#define DEBIAN   "/etc/default/locale"
#define COMMON   "/etc/locale.conf"
#define ARCHIVE  "/usr/lib/locale/locale-archive"
#define COMPILED "/usr/lib/locale/"

/* Which of the files counts: Debian's where it is. */
static int load(const char **ret_path, struct str *text) {
    *ret_path = DEBIAN;
    int r = machine_load(DEBIAN, text);
    if (r == -ENOENT) {
        r = machine_load(COMMON, text);
        *ret_path = r == 0 ? COMMON : DEBIAN;
    }
    return r == -ENOENT ? 0 : r;
}

/* "LANG=de_DE.UTF-8", "LC_TIME=…", LANGUAGE, perhaps in quotes: false for any other line. */
static bool split(const char *line, size_t size, struct str *name, struct str *value) {
    const char *equals = memchr(line, '=', size);
    size_t begin = strspn(line, " \t");
    if (!equals || line[begin] == '#' || equals <= line + begin)
        return false;
    str_truncate(name, 0);
    str_truncate(value, 0);
    str_append(name, line + begin, (size_t)(equals - line) - begin);
    size = (size_t)(line + size - equals) - 1;
    while (size && strchr(" \t\r", equals[size]))
        size--;
    bool quoted = size >= 2 && strchr("\"'", equals[1]) && equals[size] == equals[1];
    str_append(value, equals + 1 + quoted, size - 2 * (size_t)quoted);
    return !name->failed && !value->failed;
}

static bool is_variable(const char *name) {
    return strcmp(name, "LANG") == 0 || strcmp(name, "LANGUAGE") == 0 ||
           (strncmp(name, "LC_", 3) == 0 && name[3] &&
            strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == strlen(name));
}

int locale_list(const char *pattern, unsigned fields, struct rows *rows) {
    AUTO_STR text = STR_INIT;
    AUTO_STR name = STR_INIT;
    AUTO_STR value = STR_INIT;
    const char *path;
    (void)fields;
    int r = load(&path, &text);
    const char *line = text.data ? text.data : "";
    for (size_t number = 1; r == 0 && *line; number++) {
        AUTO_STR source = STR_INIT;
        size_t size = strcspn(line, "\n");
        str_printf(&source, "%s:%zu", path, number);
        if (source.failed)
            return -ENOMEM;
        if (split(line, size, &name, &value) && is_variable(name.data) &&
            (!pattern || strcmp(pattern, name.data) == 0))
            r = setting_add(rows, name.data, value.data, value.data, source.data);
        line += size + (line[size] == '\n');
    }
    return r < 0 ? r : name.failed || value.failed ? -ENOMEM : 0;
}

/* ------------------------------------------------------------------- changes */

/* As files of locales are called: "de_DE.utf8" of "de_DE.UTF-8". */
static void compiled_name(const char *locale, struct str *name) {
    size_t size = strcspn(locale, ".");
    str_append(name, locale, size);
    if (locale[size])
        str_append_char(name, locale[size++]);
    for (; locale[size] && locale[size] != '@'; size++) {
        char c = locale[size];
        if (c >= 'A' && c <= 'Z')
            str_append_char(name, (char)(c - 'A' + 'a'));
        else if (c != '-' && c != '_')
            str_append_char(name, c);
    }
    str_append_text(name, locale + size);
}

/* Whether glibc's archive has a name: they stand in it each with a NUL before and behind. */
static int in_archive(const char *name) {
    AUTO_STR text = STR_INIT;
    AUTO_STR wanted = STR_INIT;
    str_append_char(&wanted, '\0');
    str_append(&wanted, name, strlen(name) + 1);
    int r = wanted.failed ? -ENOMEM : machine_load(ARCHIVE, &text);
    if (r < 0)
        return r == -ENOENT ? 0 : r;
    return memmem(text.data, text.size, wanted.data, wanted.size) != NULL;
}

static int is_installed(const char *locale) {
    AUTO_STR name = STR_INIT;
    AUTO_STR path = STR_INIT;
    if (strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0 || strcmp(locale, "C.UTF-8") == 0)
        return 1;
    compiled_name(locale, &name);
    str_printf(&path, "%s%s", COMPILED, name.data ? name.data : "");
    if (name.failed || path.failed)
        return -ENOMEM;
    AUTO_CLOSE int fd = machine_open(path.data, O_PATH | O_DIRECTORY);
    return fd >= 0 ? 1 : in_archive(name.data ? name.data : "");
}

int locale_check(const char *name, const char *value) {
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.@:-";
    if (!is_variable(name) || !*value || strspn(value, plain) != strlen(value))
        return -EINVAL;
    int r = strcmp(name, "LANGUAGE") == 0 ? 1 : is_installed(value);
    return r < 0 ? r : r ? 0 : -EINVAL;
}

/* The text with the variable set, every other line as it was. */
int locale_edit(const char *text, const char *name, const char *value, struct str *ret_text) {
    AUTO_STR its_name = STR_INIT;
    AUTO_STR its_value = STR_INIT;
    bool written = false;
    while (*text) {
        size_t size = strcspn(text, "\n");
        bool its = split(text, size, &its_name, &its_value) && strcmp(its_name.data, name) == 0;
        if (!its)
            str_append(ret_text, text, size);
        else if (!written)
            str_printf(ret_text, "%s=%s", name, value);
        if (!its || !written)
            str_append_char(ret_text, '\n');
        written |= its;
        text += size + (text[size] == '\n');
    }
    if (!written)
        str_printf(ret_text, "%s=%s\n", name, value);
    return ret_text->failed || its_name.failed || its_value.failed ? -ENOMEM : 0;
}

/* The text with all of them set. */
static int edit_all(const struct setting_change *c, struct str *text, struct setting_done *done) {
    int r = 0;
    for (size_t i = 0; r == 0 && i < c->count; i++) {
        AUTO_STR new = STR_INIT;
        const struct setting_value *one = &c->values[i];
        done->at = i;
        r = locale_check(one->name, one->value);
        if (r == 0)
            r = locale_edit(text->data ? text->data : "", one->name, one->value, &new);
        if (r == 0) {
            str_free(text);
            *text = new;
            new = STR_INIT;
        }
    }
    return r;
}

int locale_set(const struct setting_change *c, struct setting_done *done) {
    AUTO_STR text = STR_INIT;
    struct setting_file file = {0};
    if (c->flags & OS_SETTING_RUNTIME) /* who logs in next has it */
        return -ENOTSUP;
    int r = load(&file.path, &text);
    if (r == 0)
        r = edit_all(c, &text, done);
    file.text = text.data;
    return r < 0 ? r : setting_files(&file, 1, "set locale", done);
}
