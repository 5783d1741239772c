# SPDX-License-Identifier: MIT
"""osier.plan(): os's calls that change files, planned, shown, saved, and made at the end or not at all.

    with osier.plan() as os:
        os.makedirs("srv/app", exist_ok=True)
        os.rename("a", "b")
        print(os)                       # what will be different
                                        # here it is, all of it; an exception drops the plan
"""

import os as _os
import posixpath
import threading
import types

from osier import _posix

#: What a plan passes on to os, as it changes nothing and no plan has an answer of its own.
PASSED = frozenset(
    "curdir pardir sep altsep extsep pathsep linesep defpath devnull name environ environb fspath fsencode fsdecode "
    "getcwd getcwdb getenv getenvb getpid getppid getuid geteuid getgid getegid getgroups getlogin urandom strerror "
    "uname cpu_count sysconf confstr major minor makedev get_terminal_size PathLike DirEntry stat_result error".split()
)


class Conflict(OSError):
    """Something is no longer what the plan rests on: `conflicts` has (path, expected, found) of each."""

    conflicts = ()


def _times(times, ns):
    if times is not None and ns is not None:
        raise ValueError("utime: you may specify either 'times' or 'ns' but not both")
    if ns is not None:
        return ns
    if times is not None:
        return tuple(round(one * 1_000_000_000) for one in times)
    import time

    now = time.time_ns()
    return now, now


class Plan:
    """Has os's names: each call answers what it would answer after those before it, and is kept as a step.

    Beside them are those of shutil that change trees, and glob, read_file and write_file. What os has and a plan
    hasn't, such as open(), is an AttributeError, so that nothing is changed unnoticed.
    """

    def __init__(self, root=None, title=None, *, _capsule=None):
        self._plan = _posix._plan_begin(root, title) if _capsule is None else _capsule
        self._lock = threading.RLock()  # a plan is for one thread at a time
        self.path = _Path(self)
        self.id = None

    def _do(self, name, *arguments):
        with self._lock:
            return getattr(_posix, "_plan_" + name)(self._plan, *arguments)

    def __getattr__(self, name):
        if name in PASSED or (name.isupper() and hasattr(_os, name)):
            return getattr(_os, name)
        if hasattr(_os, name):
            raise AttributeError(f"os.{name} can't be planned")
        raise AttributeError(f"a plan has no attribute {name!r}")

    # ---- changes

    def mkdir(self, path, mode=0o777):
        self._do("mkdir", path, mode)

    def makedirs(self, name, mode=0o777, exist_ok=False):
        self._do("makedirs", name, mode, exist_ok)

    def rmdir(self, path):
        self._do("rmdir", path)

    def removedirs(self, name):
        self._do("removedirs", name)

    def remove(self, path):
        self._do("remove", path)

    unlink = remove

    def rename(self, src, dst):
        self._do("rename", src, dst)

    def replace(self, src, dst):
        self._do("replace", src, dst)

    def renames(self, old, new):
        self._do("renames", old, new)

    def link(self, src, dst, *, follow_symlinks=True):
        self._do("link", src, dst, follow_symlinks)

    def symlink(self, src, dst, target_is_directory=False):
        self._do("symlink", src, dst)

    def chmod(self, path, mode, *, follow_symlinks=True):
        self._do("chmod", path, mode, follow_symlinks)

    def lchmod(self, path, mode):
        self._do("chmod", path, mode, False)

    def chown(self, path, uid, gid, *, follow_symlinks=True):
        self._do("chown", path, uid, gid, follow_symlinks)

    def lchown(self, path, uid, gid):
        self._do("chown", path, uid, gid, False)

    def utime(self, path, times=None, *, ns=None, follow_symlinks=True):
        self._do("utime", path, *_times(times, ns), follow_symlinks)

    def truncate(self, path, length):
        self._do("truncate", path, length)

    def setxattr(self, path, attribute, value, flags=0, *, follow_symlinks=True):
        self._do("setxattr", path, attribute, value, flags, follow_symlinks)

    def removexattr(self, path, attribute, *, follow_symlinks=True):
        self._do("removexattr", path, attribute, follow_symlinks)

    def mkfifo(self, path, mode=0o666):
        self._do("mkfifo", path, mode)

    def mknod(self, path, mode=0o600, device=0):
        self._do("mknod", path, mode, device)

    def write_file(self, path, data, *, mode=0, keep_mode=False, secret=False):
        """Gives a file a new content, bytes or a str as UTF-8; it is replaced in one step.

        A `secret` is never shown: True, or where it comes from ("file:PATH", "env:NAME", "command:LINE"), which
        save() writes in its place and load() and apply() read again.
        """
        if secret:
            self._do("secret", None if secret is True else secret)
        self._do("write_file", path, data.encode() if isinstance(data, str) else data, mode, keep_mode)

    def copyfile(self, src, dst, *, follow_symlinks=True):
        self._do("copyfile", src, dst, follow_symlinks)
        return dst

    def copy(self, src, dst, *, follow_symlinks=True):
        self._do("copy", src, dst, follow_symlinks)

    def copy2(self, src, dst, *, follow_symlinks=True):
        self._do("copy2", src, dst, follow_symlinks)

    def copytree(self, src, dst, symlinks=False, *, ignore_dangling_symlinks=False, dirs_exist_ok=False):
        self._do("copytree", src, dst, symlinks, ignore_dangling_symlinks, dirs_exist_ok)
        return dst

    def move(self, src, dst):
        self._do("move", src, dst)

    def rmtree(self, path, ignore_errors=False):
        self._do("rmtree", path, ignore_errors)

    # ---- questions

    def stat(self, path, *, follow_symlinks=True):
        return self._do("stat", path, follow_symlinks)

    def lstat(self, path):
        return self._do("stat", path, False)

    def readlink(self, path):
        return self._do("readlink", path)

    def listdir(self, path="."):
        return self._do("listdir", path)

    def walk(self, top, topdown=True, onerror=None, followlinks=False):
        """As os.walk(), through the tree as it will be."""
        try:
            names = self.listdir(top)
        except OSError as error:
            if onerror is not None:
                onerror(error)
            return
        join = self.path.join
        dirs = [name for name in names if self.path.isdir(join(top, name))]
        files = [name for name in names if name not in set(dirs)]
        if topdown:
            yield top, dirs, files
        for name in dirs:
            if followlinks or not self.path.islink(join(top, name)):
                yield from self.walk(join(top, name), topdown, onerror, followlinks)
        if not topdown:
            yield top, dirs, files

    def glob(self, pathname, *, recursive=False, include_hidden=False):
        return self._do("glob", pathname, recursive, include_hidden)

    def read_file(self, path):
        """All bytes that a file will hold."""
        return self._do("read_file", path)

    # ---- the plan

    def note(self, origin):
        """Says where the steps from here on come from."""
        self._do("note", origin)

    def entries(self):
        """What will be different, as (kind, path, path2 or None, undo), one entry a place."""
        return self._do("entries")

    def diff(self, *, color=False, list_only=False):
        """The plan for people: a line for each place, then what changes in text files."""
        return self._do("diff", color, list_only).decode("utf-8", "surrogateescape")

    __str__ = diff

    def save(self, path):
        self._do("save", path)

    def text(self):
        """The plan as save() writes it: JSON Lines."""
        return self._do("text")

    def apply(self, *, wait=False):
        """Makes all changes, or none: the transaction's number, for undo()."""
        try:
            self.id = self._do("apply", wait)
        except OSError as error:
            found = self._do("conflicts")
            if not found:
                raise
            conflict = Conflict(error.errno, error.strerror, error.filename)
            conflict.conflicts = found
            raise conflict from None
        return self.id

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        if kind is None:
            self.apply()


class _Path(types.SimpleNamespace):
    """os.path: what it asks the disk, it asks the plan."""

    def __init__(self, plan):
        own = {name: getattr(posixpath, name) for name in posixpath.__all__}
        for name in ("realpath", "samefile", "ismount", "isjunction", "isdevdrive", "sameopenfile"):
            own.pop(name, None)
        super().__init__(**own)

        def type_of(path, follow):
            try:
                return plan.stat(path, follow_symlinks=follow).st_mode & 0o170000
            except (OSError, ValueError):
                return 0

        self.exists = lambda path: type_of(path, True) != 0
        self.lexists = lambda path: type_of(path, False) != 0
        self.isfile = lambda path: type_of(path, True) == 0o100000
        self.isdir = lambda path: type_of(path, True) == 0o040000
        self.islink = lambda path: type_of(path, False) == 0o120000
        self.getsize = lambda path: plan.stat(path).st_size
        self.getmtime = lambda path: plan.stat(path).st_mtime
        self.getatime = lambda path: plan.stat(path).st_atime
        self.getctime = lambda path: plan.stat(path).st_ctime


def plan(*, root=None, title=None):
    """A plan, empty as yet. As a context manager it is applied at the end, unless an exception ends it."""
    return Plan(root, title)


def load(path):
    """A plan that was saved."""
    return Plan(_capsule=_posix._plan_load(path))


def undo(id=0, *, wait=False):
    """Takes a transaction back, by default the latest: the number of the transaction that did so."""
    return _posix._plan_undo(id, wait)
