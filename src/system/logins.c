/* SPDX-License-Identifier: MIT */
/** Who is logged in: the sessions of logind, or of utmp(5). */
#include <osier/host.h>

#include "base/cancel.h"
#include "base/error.h"
#include "base/procfile.h"
#include "base/seam.h"
#include "fs/dir.h"
#include "system/machine.h"
#include "system/rows.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#define SESSIONS "/run/systemd/sessions"

/* A value of a file of lines "NAME=value", up to the end of its line. */
static void add_value(struct rows *rows, const char *text, const char *label, const char **member) {
    const char *value = procfile_field(text, label);
    if (value && *value != '\n')
        rows_text(rows, value, strcspn(value, "\n"), member);
}

static int64_t number_of(const char *text, const char *label) {
    const char *value = procfile_field(text, label);
    return value ? strtoll(value, NULL, 10) : 0;
}

static int add_session(struct rows *rows, const char *text) {
    const char *class = procfile_field(text, "CLASS="), *user = procfile_field(text, "USER=");
    if (!user || (class && (strncmp(class, "user", 4) != 0 || class[4] != '\n')))
        return 0;
    struct os_login *login = rows_add(rows);
    if (!login)
        return -ENOMEM;
    login->started = number_of(text, "REALTIME=") * 1000;
    login->pid = (pid_t)number_of(text, "LEADER=");
    add_value(rows, text, "USER=", &login->name);
    add_value(rows, text, "TTY=", &login->terminal);
    add_value(rows, text, "REMOTE_HOST=", &login->host);
    if (!login->host)
        rows_text(rows, "", 0, &login->host);
    return 0;
}

/* A session may end meanwhile; NAME.ref is no session. */
static int add_sessions(struct rows *rows) {
    AUTO_FREE char **names = NULL;
    AUTO_CLOSE int fd = machine_open(SESSIONS, DIR_OPEN);
    int r = fd < 0 ? fd : dir_list(fd, &names);
    for (char **name = names; r == 0 && *name; name++) {
        AUTO_STR text = STR_INIT;
        if (strchr(*name, '.'))
            continue;
        r = machine_load_at(fd, *name, &text);
        r = r == -ENOENT ? 0 : r < 0 ? r : add_session(rows, text.data);
    }
    return r == -ENOENT ? 0 : r;
}

/* struct utmp as most of glibc's ports have it in the file, with times of 32 bits */
struct record {
    int16_t type, pad;
    int32_t pid;
    char line[32], id[4], user[32], host[256];
    int16_t exit[2];
    int32_t session;
    uint32_t seconds, microseconds;
    int32_t address[4];
    char unused[20];
};
_Static_assert(sizeof(struct record) == 384, "as it is in the file");
enum { USER_PROCESS = 7 };

static int add_record(struct rows *rows, const struct record *record) {
    if (record->type != USER_PROCESS)
        return 0;
    struct os_login *login = rows_add(rows);
    if (!login)
        return -ENOMEM;
    login->started = (int64_t)record->seconds * 1000000000 + (int64_t)record->microseconds * 1000;
    login->pid = record->pid;
    rows_text(rows, record->user, strnlen(record->user, sizeof record->user), &login->name);
    if (record->line[0])
        rows_text(rows, record->line, strnlen(record->line, sizeof record->line), &login->terminal);
    rows_text(rows, record->host, strnlen(record->host, sizeof record->host), &login->host);
    return 0;
}

static int add_records(struct rows *rows) {
    AUTO_STR text = STR_INIT;
    struct record record;
    int r = machine_load("/run/utmp", &text);
    for (size_t at = 0; r == 0 && at + sizeof record <= text.size; at += sizeof record) {
        memcpy(&record, text.data + at, sizeof record);
        r = add_record(rows, &record);
    }
    return r == -ENOENT ? 0 : r;
}

static int read_logins(struct os_login **ret_logins, size_t *ret_count) {
    static const size_t texts[] = {offsetof(struct os_login, name),
                                   offsetof(struct os_login, terminal),
                                   offsetof(struct os_login, host), SIZE_MAX};
    AUTO_ROWS rows = {.size = sizeof **ret_logins};
    int r = add_sessions(&rows);
    if (r == 0 && !rows.count)
        r = add_records(&rows);
    return r < 0 ? r : rows_take(&rows, texts, ret_logins, ret_count);
}

struct os_login *os_logins(size_t *ret_count) {
    UNCANCELLED;
    struct os_login *logins = NULL;
    int r = read_logins(&logins, ret_count);
    return PUBLIC_POINTER(r, logins, "logins", NULL, NULL);
}
