/* SPDX-License-Identifier: MIT */
/** Settings by kinds: how each is listed and set. */
#ifndef SYSTEM_SETTINGS_H
#define SYSTEM_SETTINGS_H

#include "system/rows.h"
#include <osier/settings.h>

/** A setting that is to have a value. */
struct setting_value {
    const char *name, *value;
};

/** What is to be set. */
struct setting_change {
    const struct setting_value *values;
    size_t count;
    int flags;
};

/** What has come of it, for the caller. */
struct setting_done {
    struct list values; /* what is in force of each, where that was set */
    struct str where;   /* the file, or the file and line, that a failure is about */
    size_t at;          /* else which of the values it is about */
    uint64_t id;        /* of the transaction, which stands even where a sync behind it failed */
};

/** A file that is to have a text, or a link that is to have a target. */
struct setting_file {
    const char *path, *text;
    bool link;
};

/** Changes them by a plan, all or none: 0, or −errno. */
int setting_files(const struct setting_file *files, size_t count, const char *title,
                  struct setting_done *done);

/** Whether two values are the same, whatever white space is between their words. */
bool setting_same(const char *a, const char *b);

/** A record with its name and what is in force and configured, NULL where there is nothing: 0, or
 *  −ENOMEM. */
int setting_add(struct rows *rows, const char *name, const char *value, const char *configured,
                const char *source);

/** What each kind makes of the text of a file: 0, or −errno. A change isn't made by them. */
int hostname_edit_hosts(const char *before, const char *old, const char *name, struct str *text);
/** The first line of /etc/hostname's text that is no comment. */
void hostname_configured(const char *text, struct str *name);
bool hostname_is_name(const char *name);
/** Whether there is such a zone: 0, −ENOENT, −EINVAL; `ret_target` is what /etc/localtime leads to. */
int timezone_check(const char *zone, struct str *ret_target);
/** −EINVAL where it is no variable of locales, or no locale of that name is installed. */
int locale_check(const char *name, const char *value);
int locale_edit(const char *text, const char *name, const char *value, struct str *ret_text);

int hostname_list(const char *pattern, unsigned fields, struct rows *rows);
int hostname_set(const struct setting_change *change, struct setting_done *done);
int timezone_list(const char *pattern, unsigned fields, struct rows *rows);
int timezone_set(const struct setting_change *change, struct setting_done *done);
int locale_list(const char *pattern, unsigned fields, struct rows *rows);
int locale_set(const struct setting_change *change, struct setting_done *done);

#endif
