# SPDX-License-Identifier: MIT
"""Files and directories."""

import ctypes
import errno
import os
import shutil
import stat

from hypothesis import strategies as st

import library
from inputs import modes, names, targets
from library import STATUS, TEXT, TEXTS
from rows import Row

CWD = -100
EXIST_OK, NOFOLLOW = 1, 2
flags = st.sampled_from([0, EXIST_OK])
follow = st.booleans()
#: where shutil would put a file without a name into a directory, or fail without an errno
plain = names.filter(lambda name: not name.endswith(b"/"))
#: Python recurses into each component, and fails at the depth of its stack
short = names.filter(lambda name: len(name) < 1000)


ids = st.sampled_from([-1, 0, 1, 65534])
moments = st.sampled_from([0, 1, -1, 10**9, -(10**9) - 1, 1_700_000_000_123_456_789])
lengths = st.sampled_from([-1, 0, 3, 100])
attributes = st.sampled_from([b"user.a", b"user.b", b"user.", b"", b"nothing", b"trusted.t"])
values = st.sampled_from([b"", b"x", b"v" * 300])


def set_times(path, atime, mtime):
    os.utime(path, ns=(atime, mtime))


class StatResult(ctypes.Structure):
    """struct os_stat_result"""

    _fields_ = [
        ("st_mode", ctypes.c_uint32),
        ("st_blksize", ctypes.c_uint32),
        *[(name, ctypes.c_uint64) for name in ["st_ino", "st_dev", "st_nlink"]],
        *[(name, ctypes.c_uint32) for name in ["st_uid", "st_gid"]],
        *[(name, ctypes.c_int64) for name in ["st_size", "st_blocks"]],
        ("st_rdev", ctypes.c_uint64),
        *[(name, ctypes.c_int64) for name in ["st_atime_ns", "st_mtime_ns", "st_ctime_ns"]],
        *[(name, ctypes.c_int64) for name in ["st_atime_sec", "st_mtime_sec", "st_ctime_sec"]],
        *[(name, ctypes.c_uint32) for name in ["st_atime_nsec", "st_mtime_nsec", "st_ctime_nsec"]],
    ]


class TreeControl(ctypes.Structure):
    """struct os_tree_control"""

    _fields_ = [
        *[(name, ctypes.c_void_p) for name in ["on_error", "on_progress", "data"]],
        ("threads", ctypes.c_int),
        *[(name, ctypes.c_bool) for name in ["ignore_errors", "one_file_system"]],
    ]


class CopyOptions(ctypes.Structure):
    """struct os_copy_options"""

    _fields_ = [
        ("size", ctypes.c_size_t),
        ("control", TreeControl),
        *[(name, ctypes.c_bool) for name in ["nofollow", "owner", "special_files", "replace", "into_pipes"]],
    ]


#: what is the same for two trees that were made one after the other
ALIKE = ["st_mode", "st_blksize", "st_dev", "st_nlink", "st_uid", "st_gid", "st_rdev"]


def copy_options(**given):
    return ctypes.byref(CopyOptions(size=ctypes.sizeof(CopyOptions), **given))


def alike(result):
    return [getattr(result, name) for name in ALIKE]


def stat_row(name, python, leading, *arguments):
    """One that fills a struct os_stat_result, given behind the path."""

    def call(path, *flags):
        result = StatResult()
        status = library.osier(name, STATUS, [*leading, path, ctypes.byref(result), *flags])
        return alike(result) if status is None else status

    return Row(name, list(arguments), lambda *drawn: alike(python(*drawn)), call, disk=True)


def answer(path, mode, effective, follow_symlinks):
    given = (4 if effective else 0) | (0 if follow_symlinks else NOFOLLOW)
    status = library.osier("os_accessat", STATUS, [CWD, path, mode, given])
    return status is None


def leads_nowhere(path):
    """Whether it is a link that could be written through, to a file that isn't there yet."""
    try:
        os.stat(path)
    except FileNotFoundError:
        return os.path.islink(path)
    except OSError:
        pass
    return False


def copy_to(call):
    """One of shutil's calls, which say with an error of their own that both are the same. Of a copy's
    content nothing is written through a link that leads nowhere, as shutil does (docs/DIFFERENCES.md)."""
    makes = call in (shutil.copyfile, shutil.copy, shutil.copy2)

    def refuse(src, dst, follow_symlinks):
        if not makes or not leads_nowhere(dst) or (os.path.islink(src) and not follow_symlinks):
            return
        if stat.S_ISFIFO(os.stat(src).st_mode):
            raise shutil.SpecialFileError
        open(src, "rb").close()
        raise OSError(errno.EEXIST, os.strerror(errno.EEXIST))

    def python(src, dst, follow_symlinks):
        try:
            refuse(src, dst, follow_symlinks)
            call(src, dst, follow_symlinks=follow_symlinks)
        except (shutil.SameFileError, shutil.SpecialFileError) as error:
            number = errno.EINVAL if isinstance(error, shutil.SameFileError) else errno.EOPNOTSUPP
            raise OSError(number, os.strerror(number)) from None

    return python


ROWS = [
    Row("os_getcwd", [], os.getcwdb, TEXT, disk=True),
    Row("os_chdir", [names], os.chdir, STATUS, disk=True),
    Row("os_mkdir", [names, modes], os.mkdir, STATUS, disk=True, weight=2),
    Row("os_mkdirat", [names, modes], os.mkdir, STATUS, lambda *a: (CWD, *a), disk=True),
    Row(
        "os_makedirs",
        [short, modes, flags],
        lambda path, mode, given: os.makedirs(path, mode, exist_ok=bool(given)),
        STATUS,
        disk=True,
        weight=4,
    ),
    Row("os_rmdir", [names], os.rmdir, STATUS, disk=True),
    Row("os_rmdirat", [names], os.rmdir, STATUS, lambda *a: (CWD, *a), disk=True),
    Row("os_removedirs", [short], os.removedirs, STATUS, disk=True, weight=2),
    Row("os_remove", [names], os.remove, STATUS, disk=True),
    Row("os_removeat", [names], os.remove, STATUS, lambda *a: (CWD, *a), disk=True),
    Row("os_unlink", [names], os.unlink, STATUS, disk=True),
    Row("os_unlinkat", [names], os.unlink, STATUS, lambda *a: (CWD, *a), disk=True),
    Row("os_rename", [names, names], os.rename, STATUS, disk=True, weight=3),
    Row("os_renameat", [names, names], os.rename, STATUS, lambda a, b: (CWD, a, CWD, b), disk=True),
    Row("os_replace", [names, names], os.replace, STATUS, disk=True),
    Row("os_replaceat", [names, names], os.replace, STATUS, lambda a, b: (CWD, a, CWD, b), disk=True),
    Row("os_renames", [short, short], os.renames, STATUS, disk=True, weight=3),
    Row(
        "os_link",
        [names, names, follow],
        # Python before 3.14 does not follow unless it calls linkat(2), which a dir_fd makes it do.
        lambda a, b, to: os.link(a, b, src_dir_fd=None, follow_symlinks=False) if not to else follow_link(a, b),
        STATUS,
        lambda a, b, to: (a, b, 0 if to else NOFOLLOW),
        disk=True,
        weight=2,
    ),
    Row(
        "os_symlink",
        [targets, names, follow],
        os.symlink,
        STATUS,
        lambda a, b, directory: (a, b, 8 if directory else 0),
        disk=True,
        weight=2,
    ),
    Row("os_symlinkat", [targets, names], os.symlink, STATUS, lambda a, b: (a, CWD, b, 0), disk=True),
    Row("os_readlink", [names], os.readlink, TEXT, disk=True),
    Row("os_readlinkat", [names], os.readlink, TEXT, lambda *a: (CWD, *a), disk=True),
    stat_row(
        "os_stat", lambda path, given: os.stat(path, follow_symlinks=not given), [], names, st.sampled_from([0, NOFOLLOW])
    ),
    stat_row("os_lstat", os.lstat, [], names),
    stat_row("os_lstatat", os.lstat, [CWD], names),
    stat_row(
        "os_statat",
        lambda path, given: os.stat(path, follow_symlinks=not given),
        [CWD],
        names,
        st.sampled_from([0, NOFOLLOW]),
    ),
    Row("os_accessat", [names, st.integers(0, 7), follow, follow], lambda p, m, e, f: os.access(
        p, m, effective_ids=e, follow_symlinks=f), answer, disk=True),
    Row("os_chmod", [names, modes], os.chmod, STATUS, lambda *a: (*a, 0), disk=True, weight=2),
    Row("os_chown", [names, ids, ids], os.chown, STATUS, lambda *a: (*a, 0), disk=True),
    Row("os_lchown", [names, ids, ids], os.lchown, STATUS, disk=True),
    Row("os_truncate", [names, lengths], os.truncate, STATUS, disk=True),
    # Python's record has no name for these (utime: since 3.12)
    Row(
        "os_utime",
        [names, moments, moments],
        set_times,
        STATUS,
        lambda path, *times: (path, *map(ctypes.c_int64, times), 0),
        disk=True,
        ignore_names=True,
    ),
    Row("os_mkfifo", [names, modes], os.mkfifo, STATUS, disk=True, ignore_names=True),
    Row("os_mknod", [names, modes], os.mknod, STATUS, lambda *a: (*a, 0), disk=True, ignore_names=True),
    Row("os_getxattr", [names, attributes], os.getxattr, TEXT, lambda *a: (*a, 0, None), disk=True),
    Row(
        "os_setxattr",
        [names, attributes, values, st.integers(0, 3)],
        os.setxattr,
        STATUS,
        lambda path, name, value, given: (path, name, value, ctypes.c_size_t(len(value)), given, 0),
        disk=True,
    ),
    Row("os_removexattr", [names, attributes], os.removexattr, STATUS, lambda *a: (*a, 0), disk=True),
    Row(
        "os_listxattr",
        [names],
        lambda path: sorted(map(os.fsencode, os.listxattr(path))),
        TEXTS,
        lambda path: (path, 0),
        disk=True,
    ),
    Row("os_chmodat", [names, modes], os.chmod, STATUS, lambda *a: (CWD, *a, 0), disk=True),
    *[
        Row(f"os_{name}", [plain, plain, follow], copy_to(getattr(shutil, name)), STATUS,
            lambda src, dst, follow: (src, dst, copy_options(nofollow=not follow)), disk=True, ignore_names=True)
        for name in ["copyfile", "copy", "copy2"]
    ],
    *[
        Row(f"os_{name}", [plain, plain, follow], copy_to(getattr(shutil, name)), STATUS,
            lambda src, dst, follow: (src, dst, 0 if follow else NOFOLLOW), disk=True, ignore_names=True)
        for name in ["copymode", "copystat"]
    ],
]


def follow_link(src, dst):
    """os.link() as 3.14 has it."""
    here = os.open(".", os.O_PATH)
    try:
        os.link(src, dst, src_dir_fd=here, dst_dir_fd=here, follow_symlinks=True)
    finally:
        os.close(here)
