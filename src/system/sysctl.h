/* SPDX-License-Identifier: MIT */
/** Parameters of the kernel: their names, their values, and what files configure of them. */
#ifndef SYSTEM_SYSCTL_H
#define SYSTEM_SYSCTL_H

#include "system/settings.h"

/** "net.ipv4.conf.v/1.forwarding", "net/ipv4/conf/v.1/forwarding" as a path below /proc/sys: 0,
 *  −ENOMEM, or −EINVAL for what is none. */
int sysctl_path(const char *name, size_t size, struct str *path);

/** Such a path as people write it, with dots. */
void sysctl_name(const char *path, struct str *name);

/** A line of the files. */
struct sysctl_line {
    const char *path;   /* below /proc/sys, or a pattern */
    const char *value;  /* NULL: what is called so is left out of patterns */
    const char *source; /* "FILE:LINE" */
    bool pattern;
};

struct sysctl_lines {
    struct sysctl_line *items;
    size_t count;
};

/** All lines in the order in which they count: 0, or −errno.
 *
 * @param other_file  the path of a file that is to have `other_text`, or NULL
 */
int sysctl_lines_load(struct sysctl_lines *lines, const char *other_file, const char *other_text);

/** The line that counts for a path; NULL: none. */
const struct sysctl_line *sysctl_lines_find(const struct sysctl_lines *lines, const char *path);

/** The text of a file with `path` set to `value`, every other line as it was: 0, or −errno. */
int sysctl_edit(const char *text, const char *path, const char *value, struct str *ret_text);

/** Where changes are written; and where, so that no later file says otherwise. */
#define SYSCTL_OWN_FILE  "/etc/sysctl.d/60-osier.conf"
#define SYSCTL_LATE_FILE "/etc/sysctl.d/99-zz-osier.conf"

/** Whether what `file` would say of `path` counts: 0; −EEXIST with the line elsewhere that does in `where`. */
int sysctl_check_order(const char *file, const char *text, const char *path, struct str *where);

int sysctl_list(const char *pattern, unsigned fields, struct rows *rows);
int sysctl_set(const struct setting_change *change, struct setting_done *done);

#endif
