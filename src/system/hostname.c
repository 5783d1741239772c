/* SPDX-License-Identifier: MIT */
/** The name of the machine: in force, in /etc/hostname, and at 127.0.1.1 in /etc/hosts. */
#include "base/seam.h"
#include "system/machine.h"
#include "system/settings.h"
#include <stdlib.h>
#include <unistd.h>

#define FILE_OF_NAME "/etc/hostname"
#define HOSTS        "/etc/hosts"
#define NAME_MOST    64

void hostname_configured(const char *line, struct str *name) {
    while (*line && (*line == '#' || *line == '\n'))
        line += strcspn(line, "\n") + (line[strcspn(line, "\n")] == '\n');
    str_append(name, line, strcspn(line, " \t\r\n"));
}

/* Empty where nothing is. */
static int read_configured(struct str *name) {
    AUTO_STR text = STR_INIT;
    int r = machine_load(FILE_OF_NAME, &text);
    if (r < 0)
        return r == -ENOENT ? 0 : r;
    hostname_configured(text.data, name);
    return name->failed ? -ENOMEM : 0;
}

static int read_running(struct str *name) {
    int r = machine_load("/proc/sys/kernel/hostname", name);
    if (r == 0)
        str_truncate(name, strcspn(name->data, "\n"));
    return r;
}

int hostname_list(const char *pattern, unsigned fields, struct rows *rows) {
    AUTO_STR running = STR_INIT;
    AUTO_STR configured = STR_INIT;
    (void)fields;
    if (pattern && strcmp(pattern, "hostname") != 0)
        return 0;
    int r = read_running(&running);
    if (r == 0 || r == -ENOENT)
        r = read_configured(&configured);
    bool known = configured.size;
    return r < 0 ? r
                 : setting_add(rows, "hostname", running.size ? running.data : NULL,
                               known ? configured.data : NULL, known ? FILE_OF_NAME : NULL);
}

/* Letters, digits, "-" and "."; no part is empty, or begins or ends with "-". */
bool hostname_is_name(const char *name) {
    char before = '.';
    size_t size = strlen(name);
    for (const char *c = name; *c; before = *c++) {
        bool plain =
            (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');
        bool inside = before != '.' && c[1] && c[1] != '.' && before != '-';
        if (!plain && !(*c == '-' && before != '.' && c[1] && c[1] != '.') &&
            !(*c == '.' && inside))
            return false;
    }
    return size > 0 && size <= NAME_MOST;
}

/* A line "127.0.1.1 NAME.DOMAIN NAME", with the old name replaced; any other as it is. */
static void rename_line(const char *line, size_t size, const char *old, const char *name,
                        struct str *text) {
    static const char address[] = "127.0.1.1";
    size_t at = sizeof address - 1, length = strlen(old);
    bool own = size > at && memcmp(line, address, at) == 0 && strchr(" \t", line[at]);
    for (at = 0; own && length && at < size && line[at] != '\n';) {
        size_t gap = strspn(line + at, " \t");
        size_t word = strcspn(line + at + gap, " \t\n");
        const char *begin = line + at + gap;
        bool is = word >= length && memcmp(begin, old, length) == 0 &&
                  (word == length || begin[length] == '.');
        str_append(text, line + at, gap);
        str_append_text(text, is ? name : "");
        str_append(text, begin + (is ? length : 0), word - (is ? length : 0));
        at += gap + word;
    }
    str_append(text, line + at, size - at);
}

int hostname_edit_hosts(const char *before, const char *old, const char *name, struct str *text) {
    for (size_t size; *before; before += size) {
        size = strcspn(before, "\n");
        size += before[size] == '\n';
        rename_line(before, size, old, name, text);
    }
    str_append(text, "", 0);
    return text->failed ? -ENOMEM : 0;
}

static int rename_hosts(const char *old, const char *name, struct str *text, bool *ret_changed) {
    AUTO_STR before = STR_INIT;
    int r = machine_load(HOSTS, &before);
    if (r < 0)
        return r == -ENOENT ? 0 : r;
    r = hostname_edit_hosts(before.data, old, name, text);
    *ret_changed = r >= 0 && before.size && strcmp(before.data, text->data) != 0;
    return r;
}

static int write_files(const char *name, struct setting_done *done) {
    AUTO_STR line = STR_INIT;
    AUTO_STR old = STR_INIT;
    AUTO_STR hosts = STR_INIT;
    bool changed = false;
    str_printf(&line, "%s\n", name);
    int r = line.failed ? -ENOMEM : read_configured(&old);
    if (r == 0)
        r = rename_hosts(old.data ? old.data : "", name, &hosts, &changed);
    const struct setting_file files[] = {{FILE_OF_NAME, line.data, false},
                                         {HOSTS, hosts.data, false}};
    return r < 0 ? r : setting_files(files, changed ? 2 : 1, "set hostname", done);
}

int hostname_set(const struct setting_change *c, struct setting_done *done) {
    AUTO_STR old = STR_INIT;
    bool live = machine_is_live() == 0 && !(c->flags & OS_SETTING_PERSISTENT);
    const char *value = c->values->value;
    if (c->count != 1 || *c->values->name || !hostname_is_name(value))
        return -EINVAL;
    if (!live)
        return c->flags & OS_SETTING_RUNTIME ? -ENOTSUP : write_files(value, done);
    int r = read_running(&old);
    if (r == 0)
        r = SYS(sethostname, value, strlen(value));
    if (r == 0 && !(c->flags & OS_SETTING_RUNTIME)) {
        r = write_files(value, done);
        if (r < 0 && !done->id)
            SYS(sethostname, old.data, old.size);
    }
    str_truncate(&old, 0);
    if (r == 0)
        r = read_running(&old);
    if (r == 0)
        list_add_text(&done->values, old.data);
    return r;
}
