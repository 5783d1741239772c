/* SPDX-License-Identifier: MIT */
/** Which directories stand in a lower layer of overlayfs, by what their handles say. */
#include "plan/lower.h"

#include "base/procfile.h"
#include "base/seam.h"
#include "plan/look.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

/* <linux/magic.h>, <linux/fcntl.h>, and of the kernel's overlayfs.h what a handle begins with. */
enum {
    OVERLAYFS = 0x794c7630,
    HANDLE_FID = 0x200,  /* a handle that need not lead back */
    OVERLAY_TYPE = 0xf8, /* of handles */
    MAGIC_AT = 4,
    MAGIC = 0xfb,
    FLAGS_AT = 6,
    UPPER = 4, /* a flag: it stands in the upper layer alone */
};

static bool is_overlay(int dir) {
    struct statfs fs;
    return SYS(fstatfs, dir, &fs) >= 0 && (unsigned long)fs.f_type == OVERLAYFS;
}

/* With redirect_dir=on a rename notes where the directory was. */
static bool has_redirects(const char *options) {
    char standard[4];
    const char *found = strstr(options, "redirect_dir=");
    if (found)
        return strncmp(found + strlen("redirect_dir="), "on", 2) == 0;
    return procfile_read("/sys/module/overlay/parameters/redirect_dir", standard, sizeof standard) >
               0 &&
           *standard == 'Y';
}

/* The line of mountinfo begins with the mount's number. Where there is none, nobody knows. */
static int can_move(uint64_t mount) {
    AUTO_STR text = STR_INIT;
    int r = procfile_load("/proc/self/mountinfo", &text);
    if (r == -ENOMEM)
        return r;
    for (char *line = r < 0 ? NULL : text.data, *end; line && *line; line = end) {
        end = strchrnul(line, '\n');
        if (*end)
            *end++ = '\0';
        if (strtoull(line, NULL, 10) == mount)
            return has_redirects(line);
    }
    return 1;
}

/* A merged directory has one name, whatever is in it; the others tell their layer. Without statx(2) the mount's
 * number comes with the handle. */
static bool is_lower(int dir, const char *name, const struct look *look, uint64_t *mount) {
    union {
        struct file_handle header;
        char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
    } handle = {.header.handle_bytes = MAX_HANDLE_SZ};
    int number;
    bool told = SYS(name_to_handle_at, dir, name, &handle.header, &number, HANDLE_FID) >= 0;
    *mount = look->mount || !told ? look->mount : (uint64_t)number;
    if (look->links == 1)
        return true;
    if (!told || handle.header.handle_type != OVERLAY_TYPE ||
        handle.header.handle_bytes <= FLAGS_AT || handle.header.f_handle[MAGIC_AT] != MAGIC)
        return false;
    return !(handle.header.f_handle[FLAGS_AT] & UPPER);
}

static int is_immovable(const struct plan_net *net, const struct plan_place *place,
                        const struct plan_was *was) {
    struct look look;
    uint64_t mount;
    if (was->absent || !S_ISDIR(was->mode) || !place->before)
        return 0;
    AUTO_CLOSE int dir = plan_open_place(net, place);
    if (dir < 0 || !is_overlay(dir) || look_at(dir, place->name, &look) < 0 || !look.id.ino ||
        !is_lower(dir, place->name, &look, &mount))
        return dir == -ENOMEM ? dir : 0;
    int r = can_move(mount);
    return r < 0 ? r : !r;
}

static bool is_at_or_below(const char *dir, const char *top) {
    size_t size = strlen(top);
    return dir && strncmp(dir, top, size) == 0 && (dir[size] == '/' || !dir[size]);
}

/* Whether something else is done in the tree that goes. */
static bool is_mixed(const struct plan_net *net, const struct plan_entry *e) {
    for (size_t i = 0; i < net->count; i++)
        if (is_at_or_below(net->entries[i].path.before, e->path.path) ||
            is_at_or_below(net->entries[i].path2.before, e->path.path))
            return true;
    return false;
}

int lower_refuses(const struct plan_net *net, const struct plan_entry *e) {
    bool two = e->kind == PLAN_SWAP || (e->kind == PLAN_MOVE && !e->was2.absent);
    bool goes = e->kind == PLAN_REMOVE || (e->kind == PLAN_MOVE && !two);
    bool trades = two || e->kind == PLAN_REPLACE;
    if (e->aside || (!trades && !(goes && is_mixed(net, e))))
        return 0;
    int r = is_immovable(net, &e->path, &e->was);
    return r || !two ? r : is_immovable(net, &e->path2, &e->was2);
}
