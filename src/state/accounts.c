/* SPDX-License-Identifier: MIT */
/** Accounts: looked at in /etc/passwd, /etc/group and /etc/shadow, changed by useradd and its like. */
#include "state/accounts.h"

#include "base/seam.h"
#include "io/contents.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#define SHADOW_FILE "/etc/shadow"

/* ------------------------------------------------------------------------------ the files */

int account_load(const char *path, struct str *s) {
    AUTO_FREE char *data = NULL;
    size_t size = 0;
    AUTO_CLOSE int fd = SYS(open, path, O_RDONLY | O_CLOEXEC);
    int r = fd < 0 ? fd : contents_read(TAKE_FD(fd), &data, &size);
    if (r < 0 && r != -ENOENT)
        return r;
    str_append(s, data ? data : "", size);
    return s->failed ? -ENOMEM : 0;
}

/* A line of such a file, taken apart at its colons; false at the end. */
static bool next_line(char **rest, char *fields[ACCOUNT_FIELDS]) {
    char *line = strsep(rest, "\n");
    for (size_t i = 0; line && i < ACCOUNT_FIELDS; i++)
        fields[i] = strsep(&line, ":");
    return fields[0];
}

bool account_find(struct str *text, const char *name, char *fields[ACCOUNT_FIELDS]) {
    memset(fields, 0, ACCOUNT_FIELDS * sizeof *fields);
    for (char *rest = text->data; rest && next_line(&rest, fields);
         memset(fields, 0, ACCOUNT_FIELDS * sizeof *fields))
        if (strcmp(fields[0], name) == 0 && fields[2])
            return true;
    return false;
}

bool account_number(const char *text, uint32_t *ret) {
    char *end;
    unsigned long long number = text && *text ? strtoull(text, &end, 10) : UINT64_MAX;
    if (number >= UINT32_MAX || !text || strspn(text, "0123456789") != strlen(text))
        return false;
    *ret = (uint32_t)number;
    return true;
}

/* The name of a group by its number; the number where it has none. */
static int append_group(uint32_t gid, struct str *s) {
    AUTO_STR text = STR_INIT;
    char *fields[ACCOUNT_FIELDS] = {NULL};
    uint32_t id;
    int r = account_load(GROUP_FILE, &text);
    for (char *rest = text.data; r >= 0 && rest && next_line(&rest, fields);
         memset(fields, 0, sizeof fields))
        if (account_number(fields[2], &id) && id == gid) {
            str_append_text(s, fields[0]);
            return 0;
        }
    str_printf(s, "%u", gid);
    return r;
}

static int compare_names(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names of a list "a,b", sorted and each once, appended so. */
int account_append_names(const char *names, struct str *s) {
    AUTO_FREE char *copy = mem_text(names, strlen(names));
    size_t count = 0, room = 1;
    for (const char *c = names; *c; c++)
        room += *c == ',';
    AUTO_FREE char **list = mem_alloc(room * sizeof *list);
    if (!copy || !list)
        return -ENOMEM;
    for (char *rest = copy, *name; (name = strsep(&rest, ","));)
        if (*name)
            list[count++] = name;
    qsort(list, count, sizeof *list, compare_names);
    for (size_t i = 0; i < count; i++)
        if (!i || strcmp(list[i], list[i - 1]) != 0)
            str_printf(s, "%s%s", i ? "," : "", list[i]);
    str_append(s, "", 0);
    return s->failed ? -ENOMEM : 0;
}

static bool has_name(const char *names, const char *name) {
    size_t size = strlen(name);
    for (const char *at = names; at && *at; at = strchr(at, ','), at = at ? at + 1 : NULL)
        if (strncmp(at, name, size) == 0 && (at[size] == ',' || !at[size]))
            return true;
    return false;
}

/* The groups that have a user as a member. */
int account_append_groups(const char *user, struct str *s) {
    AUTO_STR text = STR_INIT, names = STR_INIT;
    char *fields[ACCOUNT_FIELDS] = {NULL};
    int r = account_load(GROUP_FILE, &text);
    for (char *rest = text.data; r >= 0 && rest && next_line(&rest, fields);
         memset(fields, 0, sizeof fields))
        if (fields[3] && has_name(fields[3], user))
            str_printf(&names, "%s,", fields[0]);
    str_append(&names, "", 0);
    return r < 0 ? r : names.failed ? -ENOMEM : account_append_names(names.data, s);
}

/* ------------------------------------------------------------------------------ users */

const char *const account_parts[PARTS] = {"uid", "group", "groups", "comment", "home", "shell"};
static const char *const part_options[PARTS] = {"-u", "-g", "-G", "-c", "-d", "-s"};
static const int part_fields[PARTS] = {2, 3, 0, 4, 5, 6}; /* of a line of passwd(5) */

static int append_part(int part, const char *name, char *fields[ACCOUNT_FIELDS], struct str *s) {
    uint32_t gid;
    switch (part) {
    case OWN_GROUP:
        return account_number(fields[3], &gid) ? append_group(gid, s) : -EBADMSG;
    case GROUPS:
        return account_append_groups(name, s);
    default:
        str_append_text(s, fields[part_fields[part]] ? fields[part_fields[part]] : "");
        return 0;
    }
}

static int append_user(const char *name, char *fields[ACCOUNT_FIELDS], struct str *now) {
    int r = 0;
    for (int part = 0; r >= 0 && part < PARTS; part++) {
        str_printf(now, "%s%s=", part ? ":" : "", account_parts[part]);
        r = append_part(part, name, fields, now);
    }
    return r;
}

/* Whether no password lets them in. */
static int look_locked(const char *name, struct str *now) {
    AUTO_STR text = STR_INIT;
    char *fields[ACCOUNT_FIELDS];
    int r = account_load(SHADOW_FILE, &text);
    if (r < 0)
        return r;
    bool locked = account_find(&text, name, fields) && (*fields[1] == '!' || *fields[1] == '*');
    str_append_text(now, locked ? "yes" : "no");
    return 0;
}

int account_look_user(const char *name, const char *what, struct str *now) {
    AUTO_STR text = STR_INIT;
    char *fields[ACCOUNT_FIELDS];
    if (strcmp(what, "locked") == 0)
        return look_locked(name, now);
    int r = account_load(PASSWD_FILE, &text);
    if (r < 0 || !account_find(&text, name, fields))
        return r;
    if (!*what)
        return append_user(name, fields, now);
    for (int part = 0; part < PARTS; part++)
        if (strcmp(what, account_parts[part]) == 0)
            return append_part(part, name, fields, now);
    return -EINVAL;
}

static void add_words(struct list *argv, const char *a, const char *b) {
    list_add_text(argv, a);
    if (b)
        list_add_text(argv, b);
}

/* userdel(8) takes a group of that name away, too, which is another resource's business. */
static const char remove_user[] = "userdel -- \"$1\" && { grep -q \"^$1:\" /etc/group || [ -z "
                                  "\"$2\" ] || groupadd -g \"$2\" -- \"$1\"; }";

static int add_removal(const char *name, const char *from, struct list *argv) {
    AUTO_STR text = STR_INIT;
    char *fields[ACCOUNT_FIELDS];
    AUTO_STR own = STR_INIT;
    str_printf(&own, ":group=%s:", name);
    int r = account_load(GROUP_FILE, &text);
    if (r < 0 || own.failed)
        return r < 0 ? r : -ENOMEM;
    if (!strstr(from, own.data)) {
        add_words(argv, "userdel", "--");
        add_words(argv, name, NULL);
        return 0;
    }
    bool there = account_find(&text, name, fields);
    add_words(argv, "sh", "-c");
    add_words(argv, remove_user, "userdel");
    add_words(argv, name, there ? fields[2] : "");
    return 0;
}

static int add_creation(const char *name, const char *to, struct list *argv) {
    AUTO_FREE char *copy = mem_text(to, strlen(to));
    char *rest = copy, *part;
    if (!copy)
        return -ENOMEM;
    add_words(argv, "useradd", "-M");
    list_add_text(argv, "-N");
    while ((part = strsep(&rest, ":"))) {
        char *value = strchr(part, '=');
        uint32_t uid;
        if (!value)
            return -EINVAL;
        *value++ = '\0';
        for (int i = 0; i < PARTS; i++)
            if (strcmp(part, account_parts[i]) == 0 && (*value || i == COMMENT))
                add_words(argv, part_options[i], value);
        if (strcmp(part, "uid") == 0 && account_number(value, &uid) &&
            uid < account_definition("UID_MIN", 1000))
            list_add_text(argv, "-r");
    }
    add_words(argv, "--", name);
    return 0;
}

static int change_user(const char *name, const char *what, const char *from, const char *to,
                       struct list *argv) {
    if (!*what)
        return *to ? add_creation(name, to, argv) : add_removal(name, from, argv);
    list_add_text(argv, "usermod");
    if (strcmp(what, "locked") == 0)
        list_add_text(argv, strcmp(to, "yes") == 0 ? "-L" : "-U");
    for (int i = 0; i < PARTS; i++)
        if (strcmp(what, account_parts[i]) == 0)
            add_words(argv, part_options[i], to);
    add_words(argv, "--", name);
    return 0;
}

/* Ahead of whatever runs as them; and away behind all that did. */
static enum os_plan_when when_person(const char *what, const char *to) {
    return *what || *to ? OS_PLAN_SETUP : OS_PLAN_LAST;
}

const struct driver driver_user = {"user", account_look_user, change_user, when_person};

/* ------------------------------------------------------------------------------ groups */

static int look_group(const char *name, const char *what, struct str *now) {
    AUTO_STR text = STR_INIT;
    char *fields[ACCOUNT_FIELDS];
    (void)what;
    int r = account_load(GROUP_FILE, &text);
    if (r >= 0 && account_find(&text, name, fields))
        str_printf(now, "gid=%s", fields[2]);
    return r;
}

static int change_group(const char *name, const char *what, const char *from, const char *to,
                        struct list *argv) {
    uint32_t gid;
    (void)what;
    add_words(argv, !*from ? "groupadd" : !*to ? "groupdel" : "groupmod", NULL);
    if (*to) {
        if (!account_number(to + strlen("gid="), &gid))
            return -EINVAL;
        if (!*from && gid < account_definition("GID_MIN", 1000))
            list_add_text(argv, "-r");
        add_words(argv, "-g", to + strlen("gid="));
    }
    add_words(argv, "--", name);
    return 0;
}

const struct driver driver_group = {"group", look_group, change_group, when_person};

/* ------------------------------------------------------------------------------ login.defs */

/* A number of login.defs(5). */
uint32_t account_definition(const char *name, uint32_t otherwise) {
    AUTO_STR text = STR_INIT;
    uint32_t found = otherwise;
    size_t size = strlen(name);
    if (account_load("/etc/login.defs", &text) < 0)
        return otherwise;
    for (char *rest = text.data, *line; (line = strsep(&rest, "\n"));) {
        line += strspn(line, " \t");
        if (strncmp(line, name, size) != 0 || !strchr(" \t", line[size]) || !line[size])
            continue;
        line += size + strspn(line + size, " \t");
        line[strcspn(line, " \t#")] = '\0';
        if (!account_number(line, &found))
            found = otherwise;
    }
    return found;
}
