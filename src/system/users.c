/* SPDX-License-Identifier: MIT */
/** Names of users: as libc has them, or from the /etc/passwd of a recorded machine. */
#include "system/users.h"

#include "base/seam.h"
#include "system/machine.h"
#include <inttypes.h>
#include <pwd.h>

/* From lines "name:password:uid:…". */
static int find_in_passwd(int64_t uid, struct str *name) {
    AUTO_STR text = STR_INIT;
    int r = machine_load("/etc/passwd", &text);
    if (r < 0)
        return r == -ENOMEM ? r : 0;
    char *rest = text.data, *line;
    while ((line = strsep(&rest, "\n"))) {
        const char *user = strsep(&line, ":");
        strsep(&line, ":");
        const char *number = strsep(&line, ":");
        if (!number || !*number || strtoll(number, NULL, 10) != uid)
            continue;
        str_append_text(name, user);
        return 1;
    }
    return 0;
}

static int find_in_libc(int64_t uid, struct str *name) {
    AUTO_STR room = STR_INIT;
    struct passwd entry, *found = NULL;
    size_t size = 512;
    int r;
    do {
        size *= 2;
        if (str_reserve(&room, size) < 0)
            return -ENOMEM;
        r = SYS_NUMBER(getpwuid_r, (uid_t)uid, &entry, room.data, room.room, &found);
    } while (r == -ERANGE);
    if (found)
        str_append_text(name, entry.pw_name);
    return found != NULL;
}

int user_name(int64_t uid, struct str *name) {
    int found = machine_is_live() == 0 ? find_in_libc(uid, name) : find_in_passwd(uid, name);
    if (found == 0)
        str_printf(name, "%" PRId64, uid);
    return found < 0 || name->failed ? -ENOMEM : 0;
}
