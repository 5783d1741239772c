/* SPDX-License-Identifier: MIT */
/** The time zone: where /etc/localtime leads, and /etc/timezone where there is one. */
#include "base/seam.h"
#include "fs/at.h"
#include "system/machine.h"
#include "system/settings.h"
#include <fcntl.h>
#include <stdlib.h>

#define LINK  "/etc/localtime"
#define TEXT  "/etc/timezone"
#define ZONES "/usr/share/zoneinfo/"

/* The zone that the link leads to; NULL where there is none, or no link. */
static int read_link(char **ret_zone, bool *ret_file) {
    AUTO_FREE char *target = NULL;
    AUTO_CLOSE int fd = machine_open(LINK, O_PATH | O_NOFOLLOW);
    int r = fd < 0 ? fd : at_readlink(fd, "", &target);
    if (r < 0 && r != -ENOENT && r != -EINVAL)
        return r;
    const char *zone = target ? strstr(target, "zoneinfo/") : NULL;
    const char *name = zone ? zone + strlen("zoneinfo/") : NULL;
    *ret_file = fd >= 0;
    *ret_zone = name ? mem_text(name, strlen(name)) : NULL;
    return name && !*ret_zone ? -ENOMEM : 0;
}

static int read_text(struct str *zone) {
    int r = machine_load(TEXT, zone);
    if (r == 0)
        str_truncate(zone, strcspn(zone->data, " \t\r\n"));
    return r == -ENOENT ? 0 : r;
}

int timezone_list(const char *pattern, unsigned fields, struct rows *rows) {
    AUTO_FREE char *zone = NULL;
    AUTO_STR text = STR_INIT;
    (void)fields;
    if (pattern && strcmp(pattern, "timezone") != 0)
        return 0;
    bool file;
    int r = read_link(&zone, &file);
    if (r == 0)
        r = read_text(&text);
    if (r < 0)
        return r;
    /* Without the file it is UTC; of a recorded machine nobody knows whether it was left out. */
    const char *value = zone || file || machine_is_live() < 0 ? zone : "UTC";
    return setting_add(rows, "timezone", value, text.size ? text.data : zone,
                       text.size ? TEXT
                       : zone    ? LINK
                                 : NULL);
}

/* Whether there is such a file of zones: 0, or −errno. */
static int check_zone(const char *zone, const char *path) {
    char begin[8];
    if (!*zone || *zone == '/' || strstr(zone, "..") || strchr(zone, '\n'))
        return -EINVAL;
    ssize_t size = machine_read(path, begin, sizeof begin);
    if (size < 0)
        return size == -EISDIR ? -ENOENT : (int)size;
    return size >= 4 && memcmp(begin, "TZif", 4) == 0 ? 0 : -EINVAL;
}

int timezone_check(const char *zone, struct str *target) {
    str_printf(target, "..%s%s", ZONES, zone);
    return target->failed ? -ENOMEM : check_zone(zone, target->data + strlen(".."));
}

int timezone_set(const struct setting_change *c, struct setting_done *done) {
    AUTO_STR line = STR_INIT;
    AUTO_STR old = STR_INIT;
    AUTO_STR target = STR_INIT;
    str_printf(&line, "%s\n", c->values->value);
    if (line.failed)
        return -ENOMEM;
    if (c->count != 1 || *c->values->name)
        return -EINVAL;
    if (c->flags & OS_SETTING_RUNTIME) /* each process reads the file */
        return -ENOTSUP;
    int r = timezone_check(c->values->value, &target);
    if (r < 0) {
        str_append_text(&done->where, target.data ? target.data + strlen("..") : "");
        return r;
    }
    r = machine_load(TEXT, &old);
    if (r < 0 && r != -ENOENT)
        return r;
    const struct setting_file files[] = {{LINK, target.data, true}, {TEXT, line.data, false}};
    return setting_files(files, r == 0 ? 2 : 1, "set timezone", done);
}
