/* SPDX-License-Identifier: MIT */
/** Configuration files, one key at a time: which format one has, and the public calls. */
#include "base/cancel.h"
#include "base/error.h"
#include "base/seam.h"
#include "config/format.h"
#include "tree/match.h"

#include <strings.h>

/* ------------------------------------------------------------------------------ formats */

static const struct {
    const char *pattern, *format;
} known[] = {
    {"*/sshd_config", "ssh"},
    {"*/ssh_config", "ssh"},
    {"*/sshd_config.d/*", "ssh"},
    {"*/ssh_config.d/*", "ssh"},
    {"*/.ssh/config", "ssh"},
    {"*/sysctl.conf", "sysctl"},
    {"*/sysctl.d/*.conf", "sysctl"},
    {"*/etc/hosts", "hosts"},
    {"*/etc/fstab", "fstab"},
    {"*/etc/crontab", "cron"},
    {"*/etc/cron.d/*", "cron"},
    {"*/cron/crontabs/*", "crontab"},
    {"*/etc/default/*", "env"},
    {"*/etc/environment", "env"},
    {"*/os-release", "env"},
    {"*/locale.conf", "env"},
    {"*/vconsole.conf", "env"},
    {"*.env", "env"},
    {"*/.env", "env"},
    {"*/etc/systemd/*.conf", "unit"},
    {"*.json", "json"},
    {"*.toml", "toml"},
    {"*.yaml", "yaml"},
    {"*.yml", "yaml"},
    {"*.ini", "ini"},
    {"*.cfg", "ini"},
    {"*.cnf", "ini"},
    {"*/.gitconfig", "ini"},
    {"*/.git/config", "ini"},
    {"*.service", "unit"},
    {"*.socket", "unit"},
    {"*.timer", "unit"},
    {"*.path", "unit"},
    {"*.mount", "unit"},
    {"*.automount", "unit"},
    {"*.swap", "unit"},
    {"*.target", "unit"},
    {"*.slice", "unit"},
    {"*.scope", "unit"},
    {"*.network", "unit"},
    {"*.netdev", "unit"},
    {"*.link", "unit"},
    {"*.service.d/*.conf", "unit"},
    {"*.desktop", "unit"},
};

const char *os_config_format(const char *path) {
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (match_name(known[i].pattern, path) ||
            (known[i].pattern[1] == '/' && match_name(known[i].pattern + 2, path)))
            return known[i].format;
    return NULL;
}

/* Who reads and edits which format. */
static const struct format_reader {
    const char *format;
    int (*each)(const char *format, const char *text, size_t size, each_entry *each, void *data);
    int (*edit)(const char *format, const char *text, size_t size, const struct edit *edit,
                struct str *ret);
} readers[] = {
    {"ini", lines_each, lines_edit},          {"unit", lines_each, lines_edit},
    {"env", lines_each, lines_edit},          {"ssh", lines_each, lines_edit},
    {"sysctl", lines_each, lines_edit},       {"toml", documents_each, documents_edit},
    {"json", documents_each, documents_edit}, {"yaml", yaml_each, yaml_edit},
    {"hosts", columns_each, columns_edit},    {"fstab", columns_each, columns_edit},
    {"cron", crontab_each, crontab_edit},     {"crontab", crontab_each, crontab_edit},
};

/* The reader of a format, and the text with a NUL behind it: 0, or −EINVAL where none reads it. */
static int begin_reading(const char *format, const char *text, size_t size,
                         const struct format_reader **ret, char **ret_copy) {
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
        if (strcmp(readers[i].format, format) == 0) {
            *ret_copy = mem_text(text, size);
            *ret = &readers[i];
            return *ret_copy ? 0 : -ENOMEM;
        }
    return -EINVAL;
}

static int each_of(const char *format, const char *text, size_t size, each_entry *each,
                   void *data) {
    const struct format_reader *reader;
    AUTO_FREE char *copy = NULL;
    int r = begin_reading(format, text, size, &reader, &copy);
    return r < 0 ? r : reader->each(format, copy, size, each, data);
}

static int edit_of(const char *format, const char *text, size_t size, const struct edit *edit,
                   struct str *ret) {
    const struct format_reader *reader;
    AUTO_FREE char *copy = NULL;
    int r = begin_reading(format, text, size, &reader, &copy);
    return r < 0 ? r : reader->edit(format, copy, size, edit, ret);
}

/* ------------------------------------------------------------------------------ reading */

struct collected {
    struct str texts; /* of each a key and a value, with their NULs */
    struct str lines; /* size_t */
};

static int collect(const struct os_config_entry *entry, void *data) {
    struct collected *c = data;
    str_append(&c->texts, entry->key, strlen(entry->key) + 1);
    str_append(&c->texts, entry->value, strlen(entry->value) + 1);
    str_append(&c->lines, (const char *)&entry->line, sizeof entry->line);
    return c->texts.failed || c->lines.failed ? -ENOMEM : 0;
}

static int entries(const char *text, size_t size, const char *format,
                   struct os_config_entry **ret_list, size_t *ret_count) {
    struct collected c = {0};
    int r = each_of(format, text, size, collect, &c);
    size_t count = c.lines.size / sizeof(size_t);
    struct os_config_entry *list = r < 0 ? NULL : mem_alloc(count * sizeof *list + c.texts.size);
    if (list) {
        char *at = (char *)(list + count);
        if (count)
            memcpy(at, c.texts.data, c.texts.size);
        for (size_t i = 0; i < count; i++) {
            list[i].key = at;
            list[i].value = at + strlen(at) + 1;
            memcpy(&list[i].line, c.lines.data + i * sizeof(size_t), sizeof(size_t));
            at = (char *)(intptr_t)list[i].value + strlen(list[i].value) + 1;
        }
        *ret_list = list;
        *ret_count = count;
    }
    str_free(&c.texts);
    str_free(&c.lines);
    return r < 0 ? r : list ? 0 : -ENOMEM;
}

struct os_config_entry *os_config_entries(const char *text, size_t size, const char *format,
                                          size_t *ret_count) {
    UNCANCELLED;
    struct os_config_entry *list = NULL;
    return PUBLIC_POINTER(entries(text, size, format, &list, ret_count), list, "config_entries",
                          NULL, NULL);
}

struct wanted_key {
    const char *key;
    bool first, anycase;
    char *value;
};

static int want(const struct os_config_entry *entry, void *data) {
    struct wanted_key *w = data;
    if ((w->anycase ? strcasecmp : strcmp)(entry->key, w->key) != 0 || (w->first && w->value))
        return 0;
    free(w->value);
    w->value = mem_text(entry->value, strlen(entry->value));
    return w->value ? 0 : -ENOMEM;
}

/* In documents a part of a key may stand in marks or not: it is looked for as it is listed. */
static int normal_key(const char *format, const char *key, struct str *s) {
    AUTO_STR part = STR_INIT;
    bool parts =
        strcmp(format, "json") == 0 || strcmp(format, "toml") == 0 || strcmp(format, "yaml") == 0;
    str_append_text(s, parts ? "" : key);
    for (size_t size; parts && *key; key += size) {
        size = s->size ? key_index(key, NULL) : 0;
        if (size) {
            str_append(s, key, size - (key[size - 1] == '.'));
            continue;
        }
        size = key_part(key, &part);
        if (!size)
            return -EINVAL;
        if (s->size)
            str_append_char(s, '.');
        append_part(s, part.data ? part.data : "", part.size);
    }
    return s->failed || part.failed ? -ENOMEM : 0;
}

/* Items are not listed, but there. */
static int get_item(const char *format, const char *text, size_t size, const char *key,
                    char **ret_value) {
    AUTO_FREE char *copy = mem_text(text, size);
    return copy ? documents_get(format, copy, size, key, ret_value) : -ENOMEM;
}

int config_why(const char *format, const char *text, size_t size, const char *key,
               struct str *ret) {
    AUTO_STR normal = STR_INIT;
    AUTO_FREE char *copy = mem_text(text, size);
    int r = copy ? normal_key(format, key, &normal) : -ENOMEM;
    if (r < 0)
        return r == -ENOMEM ? r : 0;
    return strcmp(format, "yaml") == 0 ? yaml_why(format, copy, size, normal.data, ret)
           : strcmp(format, "json") == 0 || strcmp(format, "toml") == 0
               ? documents_why(format, copy, size, normal.data, ret)
               : 0;
}

static int get(const char *text, size_t size, const char *format, const char *key,
               char **ret_value) {
    const struct format *lines = line_format(format);
    AUTO_STR normal = STR_INIT;
    int known_key = normal_key(format, key, &normal);
    if (known_key < 0)
        return known_key;
    struct wanted_key w = {
        .key = normal.data, .first = !lines || lines->first, .anycase = lines && lines->anycase};
    int r = each_of(format, text, size, want, &w);
    if (r >= 0 && !w.value && (strcmp(format, "json") == 0 || strcmp(format, "toml") == 0))
        r = get_item(format, text, size, normal.data, &w.value);
    if (r < 0)
        free(w.value);
    else
        *ret_value = w.value;
    return r < 0 ? r : w.value ? 0 : -ENOENT;
}

char *os_config_get(const char *text, size_t size, const char *format, const char *key) {
    UNCANCELLED;
    char *value = NULL;
    int r = get(text, size, format, key, &value);
    if (r == -ENOENT)
        error_fail_key("config_get", key);
    return r == -ENOENT ? NULL : PUBLIC_POINTER(r, value, "config_get", NULL, NULL);
}

/* ------------------------------------------------------------------------------ editing */

/* One edit; a key that comes several times is unset until it is gone. */
static int edit_all(const char *text, size_t size, const char *format, const struct edit *edit,
                    struct str *ret) {
    int r = edit_of(format, text, size, edit, ret);
    for (size_t before = size; r >= 0 && !edit->value && ret->size < before;) {
        AUTO_STR less = STR_INIT;
        before = ret->size;
        r = edit_of(format, ret->data, ret->size, edit, &less);
        struct str old = *ret;
        *ret = less;
        less = old;
    }
    return r;
}

/* What was written has to be read as that: a key or value that a format can't hold isn't. */
static int verify(const struct str *s, const char *format, const struct edit *edit) {
    AUTO_FREE char *seen = NULL;
    int r = get(s->data, s->size, format, edit->key, &seen);
    if (!edit->value)
        return r == -ENOENT ? 0 : r < 0 ? r : -EINVAL;
    bool several = edit->flags & OS_CONFIG_ADD;
    return r == -ENOMEM ? r : r < 0 || (!several && strcmp(seen, edit->value) != 0) ? -EINVAL : 0;
}

static int edit_text(const char *text, size_t size, const char *format, const struct edit *given,
                     char **ret_text, size_t *ret_size) {
    AUTO_STR s = STR_INIT, key = STR_INIT;
    int r = normal_key(format, given->key, &key);
    const struct edit edit = {key.data, given->value, given->flags};
    if (r >= 0)
        r = edit_all(text, size, format, &edit, &s);
    if (r >= 0)
        r = verify(&s, format, &edit);
    size_t new_size = s.size;
    if (r >= 0)
        r = str_take(&s, ret_text);
    if (r >= 0 && ret_size)
        *ret_size = new_size;
    return r;
}

char *os_config_set(const char *text, size_t size, const char *format, const char *key,
                    const char *value, int flags, size_t *ret_size) {
    UNCANCELLED;
    char *new = NULL;
    const struct edit edit = {key, value, flags};
    int r = flags & ~OS_CONFIG_ADD ? -EINVAL : edit_text(text, size, format, &edit, &new, ret_size);
    return PUBLIC_POINTER(r, new, "config_set", NULL, NULL);
}

char *os_config_unset(const char *text, size_t size, const char *format, const char *key,
                      size_t *ret_size) {
    UNCANCELLED;
    char *new = NULL;
    const struct edit edit = {.key = key};
    int r = edit_text(text, size, format, &edit, &new, ret_size);
    return PUBLIC_POINTER(r, new, "config_unset", NULL, NULL);
}
