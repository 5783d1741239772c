/* SPDX-License-Identifier: MIT */
/** How full file systems are. */
#include "base/error.h"
#include "base/seam.h"
#include <osier/system.h>
#include <sys/statvfs.h>

int os_disk_usage(const char *path, struct os_disk_usage_result *ret_usage) {
    struct statvfs fs;
    int r = SYS(statvfs, path, &fs);
    if (r == 0) {
        uint64_t unit = fs.f_frsize;
        ret_usage->total = fs.f_blocks * unit;
        ret_usage->used = (fs.f_blocks - fs.f_bfree) * unit;
        ret_usage->free = fs.f_bavail * unit;
    }
    return PUBLIC(r, "disk_usage", path, NULL);
}
