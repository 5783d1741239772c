/* SPDX-License-Identifier: MIT */
/** Files and Directories. */
#include "door.h"

FUNCTION(mkdir, "path: path, mode: int = 511, *, dir_fd: dir_fd = None", "Create a directory.") {
    if (PySys_Audit("os.mkdir", "Oii", OBJECT(0), INT(1), AUDIT_FD(2)) < 0)
        return NULL;
    int r;
    UNLOCKED(r = os_mkdirat(INT(2), TEXT(0), (mode_t)INT(1)));
    return none_or_error(r, ARG(0));
}

FUNCTION(rmdir, "path: path, *, dir_fd: dir_fd = None", "Remove a directory.") {
    if (PySys_Audit("os.rmdir", "Oi", OBJECT(0), AUDIT_FD(1)) < 0)
        return NULL;
    int r;
    UNLOCKED(r = os_rmdirat(INT(1), TEXT(0)));
    return none_or_error(r, ARG(0));
}
