/* SPDX-License-Identifier: MIT */
/** Files and Directories: making, naming, owning and removing them. */
#include "door.h"

#define FOLLOW(i) (LONG(i) ? 0 : OS_NOFOLLOW)

/* ------------------------------------------------------------------- the current directory */

FUNCTION(getcwd, "") {
    char *path;
    UNLOCKED(path = os_getcwd());
    return door_take(path, NULL);
}

FUNCTION(getcwdb, "") {
    static const struct value bytes = {.bytes = true};
    char *path;
    UNLOCKED(path = os_getcwd());
    return door_take(path, &bytes);
}

FUNCTION(chdir, "path: path|fd") {
    if (PySys_Audit("os.chdir", "(O)", OBJECT(0)) < 0)
        return NULL;
    int r;
    UNLOCKED(r = TEXT(0) ? os_chdir(TEXT(0)) : os_fchdir(INT(0)));
    return none_or_error(r, ARG(0));
}

FUNCTION(fchdir, "fd: fd") {
    if (PySys_Audit("os.chdir", "(i)", INT(0)) < 0)
        return NULL;
    int r;
    UNLOCKED(r = os_fchdir(INT(0)));
    return none_or_error(r, NULL);
}

FUNCTION(chroot, "path: path") {
    int r;
    UNLOCKED(r = os_chroot(TEXT(0)));
    return none_or_error(r, ARG(0));
}

/* ------------------------------------------------------------------- making */

FUNCTION(mkdir, "path: path, mode: int = 511, *, dir_fd: dir_fd = None") {
    if (PySys_Audit("os.mkdir", "Oii", OBJECT(0), INT(1), AUDIT_FD(2)) < 0)
        return NULL;
    int r;
    UNLOCKED(r = os_mkdirat(INT(2), TEXT(0), (mode_t)INT(1)));
    return none_or_error(r, ARG(0));
}

FUNCTION(mkfifo, "path: path, mode: int = 438, *, dir_fd: dir_fd = None") {
    int r;
    UNLOCKED(r = os_mkfifoat(INT(2), TEXT(0), (mode_t)INT(1)));
    return none_or_error(r, NULL);
}

FUNCTION(mknod, "path: path, mode: int = 384, device: device = 0, *, dir_fd: dir_fd = None") {
    int r;
    UNLOCKED(r = os_mknodat(INT(3), TEXT(0), (mode_t)INT(1), (uint64_t)LONG(2)));
    return none_or_error(r, NULL);
}

FUNCTION(symlink,
         "src: path, dst: path, target_is_directory: bool = False, *, dir_fd: dir_fd = None") {
    if (PySys_Audit("os.symlink", "OOi", OBJECT(0), OBJECT(1), AUDIT_FD(3)) < 0)
        return NULL;
    int r;
    UNLOCKED(r = os_symlinkat(TEXT(0), INT(3), TEXT(1), 0));
    return r < 0 ? door_error(ARG(0), ARG(1)) : Py_NewRef(Py_None);
}

/* Before 3.14 Python linked a symbolic link itself unless it was told what to do. */
static int link_flags(const struct value *follow) {
    if (!follow->object && PY_VERSION_HEX < 0x030E0000)
        return OS_NOFOLLOW;
    return follow->number ? 0 : OS_NOFOLLOW;
}

FUNCTION(link, "src: path, dst: path, *, src_dir_fd: dir_fd = None, dst_dir_fd: dir_fd = None, "
               "follow_symlinks: bool = True") {
    if (PySys_Audit("os.link", "OOii", OBJECT(0), OBJECT(1), AUDIT_FD(2), AUDIT_FD(3)) < 0)
        return NULL;
    int r;
    UNLOCKED(r = os_linkat(INT(2), TEXT(0), INT(3), TEXT(1), link_flags(ARG(4))));
    return r < 0 ? door_error(ARG(0), ARG(1)) : Py_NewRef(Py_None);
}

FUNCTION(readlink, "path: path, *, dir_fd: dir_fd = None") {
    char *target;
    UNLOCKED(target = os_readlinkat(INT(1), TEXT(0)));
    return target ? door_take(target, ARG(0)) : door_error(ARG(0), NULL);
}

/* ------------------------------------------------------------------- naming */

FUNCTION(rename, "src: path, dst: path, *, src_dir_fd: dir_fd = None, dst_dir_fd: dir_fd = None") {
    if (PySys_Audit("os.rename", "OOii", OBJECT(0), OBJECT(1), AUDIT_FD(2), AUDIT_FD(3)) < 0)
        return NULL;
    int r;
    UNLOCKED(r = os_renameat(INT(2), TEXT(0), INT(3), TEXT(1)));
    return r < 0 ? door_error(ARG(0), ARG(1)) : Py_NewRef(Py_None);
}

FUNCTION(replace, "src: path, dst: path, *, src_dir_fd: dir_fd = None, dst_dir_fd: dir_fd = None") {
    if (PySys_Audit("os.rename", "OOii", OBJECT(0), OBJECT(1), AUDIT_FD(2), AUDIT_FD(3)) < 0)
        return NULL;
    int r;
    UNLOCKED(r = os_replaceat(INT(2), TEXT(0), INT(3), TEXT(1)));
    return r < 0 ? door_error(ARG(0), ARG(1)) : Py_NewRef(Py_None);
}

/* ------------------------------------------------------------------- removing */

FUNCTION(rmdir, "path: path, *, dir_fd: dir_fd = None") {
    if (PySys_Audit("os.rmdir", "Oi", OBJECT(0), AUDIT_FD(1)) < 0)
        return NULL;
    int r;
    UNLOCKED(r = os_rmdirat(INT(1), TEXT(0)));
    return none_or_error(r, ARG(0));
}

static PyObject *remove_file(struct value *v) {
    if (PySys_Audit("os.remove", "Oi", OBJECT(0), AUDIT_FD(1)) < 0)
        return NULL;
    int r;
    UNLOCKED(r = os_unlinkat(INT(1), TEXT(0)));
    return none_or_error(r, ARG(0));
}

FUNCTION(remove, "path: path, *, dir_fd: dir_fd = None") {
    return remove_file(v);
}

FUNCTION(unlink, "path: path, *, dir_fd: dir_fd = None") {
    return remove_file(v);
}

/* ------------------------------------------------------------------- permissions and owners */

FUNCTION(chmod,
         "path: path|fd, mode: int, *, dir_fd: dir_fd = None, follow_symlinks: bool = True") {
    if (PySys_Audit("os.chmod", "Oii", OBJECT(0), INT(1), AUDIT_FD(2)) < 0)
        return NULL;
    int r;
    if (TEXT(0))
        UNLOCKED(r = os_chmodat(INT(2), TEXT(0), (mode_t)INT(1), FOLLOW(3)));
    else
        UNLOCKED(r = os_fchmod(INT(0), (mode_t)INT(1)));
    if (r < 0 && errno == EOPNOTSUPP && !LONG(3)) /* links have no bits */
        return DOOR_REFUSED;
    return none_or_error(r, ARG(0));
}

FUNCTION(fchmod, "fd: int, mode: int") {
    if (PySys_Audit("os.chmod", "iii", INT(0), INT(1), -1) < 0)
        return NULL;
    int r;
    UNLOCKED(r = os_fchmod(INT(0), (mode_t)INT(1)));
    return none_or_error(r, NULL);
}

FUNCTION(chown, "path: path|fd, uid: uid, gid: gid, *, dir_fd: dir_fd = None, "
                "follow_symlinks: bool = True") {
    if (door_check_fd(ARG(0), LONG(3), LONG(4)) < 0)
        return DOOR_REFUSED;
    if (PySys_Audit("os.chown", "OIIi", OBJECT(0), (unsigned)LONG(1), (unsigned)LONG(2),
                    AUDIT_FD(3)) < 0)
        return NULL;
    int r;
    if (TEXT(0))
        UNLOCKED(r = os_chownat(INT(3), TEXT(0), (uid_t)LONG(1), (gid_t)LONG(2), FOLLOW(4)));
    else
        UNLOCKED(r = os_fchown(INT(0), (uid_t)LONG(1), (gid_t)LONG(2)));
    return none_or_error(r, ARG(0));
}

FUNCTION(fchown, "fd: int, uid: uid, gid: gid") {
    if (PySys_Audit("os.chown", "iIIi", INT(0), (unsigned)LONG(1), (unsigned)LONG(2), -1) < 0)
        return NULL;
    int r;
    UNLOCKED(r = os_fchown(INT(0), (uid_t)LONG(1), (gid_t)LONG(2)));
    return none_or_error(r, NULL);
}

FUNCTION(lchown, "path: path, uid: uid, gid: gid") {
    if (PySys_Audit("os.chown", "OIIi", OBJECT(0), (unsigned)LONG(1), (unsigned)LONG(2), -1) < 0)
        return NULL;
    int r;
    UNLOCKED(r = os_lchown(TEXT(0), (uid_t)LONG(1), (gid_t)LONG(2)));
    return none_or_error(r, ARG(0));
}

/* ------------------------------------------------------------------- contents */

FUNCTION(truncate, "path: path|fd, length: int64") {
    int audit = TEXT(0) ? PySys_Audit("os.truncate", "OL", OBJECT(0), (long long)LONG(1))
                        : PySys_Audit("os.truncate", "iL", INT(0), (long long)LONG(1));
    if (audit < 0)
        return NULL;
    int r;
    UNLOCKED(r = TEXT(0) ? os_truncate(TEXT(0), LONG(1)) : os_ftruncate(INT(0), LONG(1)));
    return none_or_error(r, TEXT(0) ? ARG(0) : NULL);
}

FUNCTION(ftruncate, "fd: int, length: int64, /") {
    if (PySys_Audit("os.truncate", "iL", INT(0), (long long)LONG(1)) < 0)
        return NULL;
    int r;
    UNLOCKED(r = os_ftruncate(INT(0), LONG(1)));
    return none_or_error(r, NULL);
}

FUNCTION(sync, "") {
    UNLOCKED(os_sync());
    Py_RETURN_NONE;
}

/* ------------------------------------------------------------------- extended attributes */

FUNCTION(getxattr, "path: path|fd, attribute: path, *, follow_symlinks: bool = True") {
    if (door_check_fd(ARG(0), OS_CWD, LONG(2)) < 0)
        return DOOR_REFUSED;
    if (PySys_Audit("os.getxattr", "OO", OBJECT(0), OBJECT(1)) < 0)
        return NULL;
    size_t size = 0;
    char *value;
    UNLOCKED(value = TEXT(0) ? os_getxattr(TEXT(0), TEXT(1), FOLLOW(2), &size)
                             : os_getxattr_fd(INT(0), TEXT(1), &size));
    if (!value)
        return door_error(ARG(0), NULL);
    PyObject *result = PyBytes_FromStringAndSize(value, (Py_ssize_t)size);
    free(value);
    return result;
}

FUNCTION(setxattr, "path: path|fd, attribute: path, value: buffer, flags: int = 0, *, "
                   "follow_symlinks: bool = True") {
    if (door_check_fd(ARG(0), OS_CWD, LONG(4)) < 0)
        return DOOR_REFUSED;
    if (PySys_Audit("os.setxattr", "OOy#i", OBJECT(0), OBJECT(1), v[2].buffer.buf, v[2].buffer.len,
                    INT(3)) < 0)
        return NULL;
    const void *data = v[2].buffer.buf;
    size_t size = (size_t)v[2].buffer.len;
    int r;
    UNLOCKED(r = TEXT(0) ? os_setxattr(TEXT(0), TEXT(1), data, size, INT(3), FOLLOW(4))
                         : os_setxattr_fd(INT(0), TEXT(1), data, size, INT(3)));
    return none_or_error(r, ARG(0));
}

FUNCTION(removexattr, "path: path|fd, attribute: path, *, follow_symlinks: bool = True") {
    if (door_check_fd(ARG(0), OS_CWD, LONG(2)) < 0)
        return DOOR_REFUSED;
    if (PySys_Audit("os.removexattr", "OO", OBJECT(0), OBJECT(1)) < 0)
        return NULL;
    int r;
    UNLOCKED(r = TEXT(0) ? os_removexattr(TEXT(0), TEXT(1), FOLLOW(2))
                         : os_removexattr_fd(INT(0), TEXT(1)));
    return none_or_error(r, ARG(0));
}

FUNCTION(listxattr, "path: path|fd|none = None, *, follow_symlinks: bool = True") {
    bool fd = GIVEN(0) && !TEXT(0) && v[0].object != Py_None;
    if (door_check_fd(ARG(0), OS_CWD, LONG(1) || !fd) < 0)
        return DOOR_REFUSED;
    if (PySys_Audit("os.listxattr", "(O)", OBJECT(0)) < 0)
        return NULL;
    char **names;
    UNLOCKED(names =
                 fd ? os_listxattr_fd(INT(0)) : os_listxattr(TEXT(0) ? TEXT(0) : ".", FOLLOW(1)));
    if (!names)
        return door_error(ARG(0), NULL);
    return door_list(names, false);
}
