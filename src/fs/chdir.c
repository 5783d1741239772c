/* SPDX-License-Identifier: MIT */
/** The current directory: asking for it and changing it. */
#include "fs/getcwd.h"

#include "base/error.h"
#include "base/seam.h"
#include <osier/files.h>
#include <unistd.h>

char *os_getcwd(void) {
    char *cwd = NULL;
    return PUBLIC_POINTER(cwd_get(&cwd), cwd, "getcwd", NULL, NULL);
}

int os_chdir(const char *path) {
    return PUBLIC(SYS(chdir, path), "chdir", path, NULL);
}

int os_fchdir(int fd) {
    return PUBLIC(SYS(fchdir, fd), "fchdir", NULL, NULL);
}
