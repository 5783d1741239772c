# SPDX-License-Identifier: MIT
"""rmtree, copytree, copyfile, copy2, move and which of shutil on the core.

The core does the work; Python's own function is called for what the core did not bring about, so
that exceptions, their words and the calls of handlers are its own. It does everything where a
program listens to audit events or has put functions of its own in the place of those it calls.
"""

import builtins
import errno

from osier import _posix
from osier._functions import BAD_ARGUMENT, in_place_of, parameters, watch

threads = 0  # for one tree: as many as help

# What the functions of shutil call, in any version: tests/python/test_shutil.py reads it in their code.
OS = """chflags chmod close copy_file_range fspath fstat getxattr lchmod listxattr lseek lstat makedirs mkdir mkfifo open
readlink rmdir scandir sendfile setxattr stat supports_dir_fd supports_follow_symlinks symlink unlink utime walk""".split()
PATH = "basename exists isdir isfile isjunction islink join lexists samefile samestat".split()
SHUTIL = """COPY_BUFSIZE _USE_CP_COPY_FILE_RANGE _USE_CP_SENDFILE _copyfileobj_readinto _copytree _copyxattr
_determine_linux_fastcopy_blocksize _fastcopy_copy_file_range _fastcopy_fcopyfile _fastcopy_sendfile _islink _rmtree_impl
_rmtree_isdir _rmtree_islink _rmtree_safe_fd _rmtree_safe_fd_step _rmtree_unsafe _samefile _stat
_use_fd_functions copyfileobj copymode copystat open os stat""".split()


def _watcher(shutil, *names):
    os = shutil.os
    return watch((vars(os), *OS), (vars(os.path), *PATH), (vars(shutil), *SHUTIL, *names), (vars(builtins), "open"))


# ---------------------------------------------------------------- rmtree


def _is_root(os, path, dir_fd):
    try:
        return os.path.samestat(os.lstat(path, dir_fd=dir_fd), os.lstat("/"))
    except (OSError, *BAD_ARGUMENT):
        return False


def _put_rmtree(shutil):
    os, intact, original = shutil.os, _watcher(shutil), shutil.rmtree
    remove = _posix._rmtree

    def attempt(path, ignore_errors, dir_fd):
        """Whether the tree is gone, or as much of it as goes when errors are ignored."""
        try:
            if not os.path.basename(path) and (dir_fd is not None or os.path.islink(os.path.dirname(path))):
                return False  # a link with a slash behind it: Python removes what is in there
            error = remove(path, ignore_errors, dir_fd, threads)
        except BAD_ARGUMENT:
            return False
        if error and _is_root(os, path, dir_fd):
            raise OSError(error, os.strerror(error), path)
        return not error

    names, _ = parameters(original)

    @in_place_of(shutil, "rmtree")
    def rmtree(path, ignore_errors=False, *handler, **more):
        # What failed is left for Python's own: to raise, or to call the handler, or to remove it after all.
        known = len(handler) + ("onerror" in more) < 2 and all(name in names for name in more)
        if not (known and intact() and attempt(path, ignore_errors, more.get("dir_fd"))):
            # Python's own would remove everything: where somebody listens, or a link with a slash behind it leads there.
            if (_posix._audited() or intact()) and _is_root(os, path, more.get("dir_fd")):
                raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), path)
            return original(path, ignore_errors, *handler, **more)


# ---------------------------------------------------------------- copyfile, copy2


def _put_copyfile(shutil):
    intact, original = _watcher(shutil), shutil.copyfile
    copy = _posix._copyfile

    @in_place_of(shutil, "copyfile")
    def copyfile(src, dst, *, follow_symlinks=True):
        if intact():
            try:
                if not copy(src, dst, follow_symlinks):
                    return dst
            except BAD_ARGUMENT:
                pass
        return original(src, dst, follow_symlinks=follow_symlinks)


def _put_copy2(shutil):
    path, original = shutil.os.path, shutil.copy2
    intact = _watcher(shutil, "copyfile")
    copy = _posix._copy2

    @in_place_of(shutil, "copy2")
    def copy2(src, dst, *, follow_symlinks=True):
        if intact():
            try:
                target = path.join(dst, path.basename(src)) if path.isdir(dst) else dst
                if not copy(src, target, follow_symlinks):
                    return target
            except BAD_ARGUMENT:
                pass
        return original(src, dst, follow_symlinks=follow_symlinks)

    return original


# ---------------------------------------------------------------- which


def _put_which(shutil):
    os, original = shutil.os, shutil.which
    intact = watch((vars(os), "access", "environ", "stat"), (vars(os.path), "exists", "isdir", "join"),
                   (vars(shutil), "_access_check", "os", "sys"))
    find = _posix._which

    @in_place_of(shutil, "which")
    def which(cmd, mode=os.F_OK | os.X_OK, path=None):
        where = os.environ.get("PATH") if path is None else path
        if type(cmd) is type(where) is str and cmd and where and "/" not in cmd and intact():
            try:
                return find(cmd, mode, where)
            except (OSError, *BAD_ARGUMENT):
                pass
        return original(cmd, mode, path)


# ---------------------------------------------------------------- copytree


def _patterns(shutil, ignore):
    """The patterns of what ignore_patterns() gave: a tuple of those that mean the same to the core, or None."""
    if ignore is None:
        return ()
    if getattr(ignore, "__code__", None) is not shutil.ignore_patterns().__code__:
        return None
    (patterns,) = (cell.cell_contents for cell in ignore.__closure__)
    plain = all(type(pattern) is str and pattern.isascii() and not set(pattern) & set("[?\0") for pattern in patterns)
    return tuple(patterns) if plain else None


def _relative(root, path):
    """How `path` goes on after `root`: a relative path, "" for `root` itself, None where it does not begin so."""
    slash = root[:0] + (b"/" if isinstance(root, bytes) else "/")
    if path == root:
        return root[:0]
    root = root if root.endswith(slash) else root + slash
    return path[len(root) :] if path.startswith(root) else None


class _Copy:
    """A tree that the core has copied but for what is mended here, one by one, by Python's own functions."""

    def __init__(self, shutil, original, names):
        self.shutil, self.original, self.names = shutil, original, names
        self.os, self.errors, self.done = shutil.os, [], set()

    def again(self, operation, src, dst):
        shutil, path = self.shutil, self.os.path
        link = self.names["symlinks"] and path.islink(src)
        if operation == "copystat" and (link or path.isdir(src)):
            shutil.copystat(src, dst, follow_symlinks=not link)
        elif link:
            self.os.symlink(self.os.readlink(src), dst)
            shutil.copystat(src, dst, follow_symlinks=False)
        elif path.isdir(src):
            self.original(src, dst, **{**self.names, "dirs_exist_ok": True})
        else:
            shutil.copy2(src, dst)

    def mend(self, operation, src, dst):
        if src in self.done:
            return
        self.done.add(src)
        try:
            self.again(operation, src, dst)
        except self.shutil.Error as error:
            self.errors.extend(error.args[0])
        except OSError as why:
            self.errors.append((src, dst, str(why)))


def _put_copytree(shutil, python_copy2):
    os, original = shutil.os, shutil.copytree
    intact = _watcher(shutil, "copyfile", "copy2")
    copy_tree = _posix._copytree

    def name_of(path, src, dst):
        """What is the matter, from the roots on; None if that can't be told."""
        names = [name for name in (_relative(root, path) for root in (src, dst)) if name is not None]
        for name in names:
            if len(names) == 1 or os.path.lexists(os.path.join(src, name)):  # else one root is in the other
                return name
        return None

    def mend(failures, src, dst, names):
        """Sees to what could not be copied; False if nothing was, and Python's own has to say why."""
        copying = _Copy(shutil, original, names)
        for operation, number, path in failures:
            name = name_of(path, src, dst)
            if not name and operation != "copystat":
                return False
            if name is None:
                copying.errors.append((path, path, str(OSError(number, os.strerror(number), path))))
            else:
                pair = (os.path.join(root, name) if name else root for root in (src, dst))
                copying.mend(operation, *pair)
        if copying.errors:
            raise shutil.Error(copying.errors)
        return True

    def attempt(src, dst, names):
        patterns = _patterns(shutil, names["ignore"])
        if patterns is None:
            return False
        try:
            src, dst = os.fspath(src), os.fspath(dst)
            if type(src) is not type(dst) or (patterns and isinstance(src, bytes)):
                return False  # errors, in Python's words
            if names["dirs_exist_ok"] and os.path.lexists(dst):
                return False  # the core would replace what Python writes into
            error, failures = copy_tree(src, dst, names["symlinks"], False, patterns, threads)
        except BAD_ARGUMENT:
            return False
        return not error and mend(failures, src, dst, names)

    @in_place_of(shutil, "copytree")
    def copytree(src, dst, symlinks=False, ignore=None, copy_function=shutil.copy2, ignore_dangling_symlinks=False,
                 dirs_exist_ok=False):
        names = {"symlinks": symlinks, "ignore": ignore, "copy_function": copy_function,
                 "ignore_dangling_symlinks": ignore_dangling_symlinks, "dirs_exist_ok": dirs_exist_ok}
        plain = (copy_function is python_copy2 or copy_function is shutil.copy2) and not ignore_dangling_symlinks
        if plain and intact() and attempt(src, dst, names):
            return dst
        return original(src, dst, **names)


# ---------------------------------------------------------------- move


def _put_move(shutil, python_copy2):
    path, original = shutil.os.path, shutil.move
    intact = _watcher(shutil, "_basename", "_destinsrc", "_is_immutable", "copyfile", "copy2", "copytree", "rmtree")
    intact_rename = watch((vars(shutil.os), "access", "listdir", "rename"))
    move_to = _posix._move

    def attempt(src, dst):
        """The new name, or None where Python's own is to do it. What fails on the way to another file system is raised:
        the copy may be complete by then."""
        target = dst
        try:
            if path.isdir(dst):
                target = path.join(dst, shutil._basename(src))
                if path.samefile(src, dst) or path.lexists(target):
                    return None
            return None if not path.lexists(src) or move_to(src, target, threads) else target
        except BAD_ARGUMENT:
            return None

    @in_place_of(shutil, "move")
    def move(src, dst, copy_function=shutil.copy2):
        plain = copy_function is python_copy2 or copy_function is shutil.copy2
        moved = attempt(src, dst) if plain and intact() and intact_rename() else None
        return original(src, dst, copy_function) if moved is None else moved


def put(shutil):
    """Replaces these functions in a module that has run, once."""
    if shutil.rmtree.__globals__ is vars(shutil):
        _put_rmtree(shutil)
        _put_copyfile(shutil)
        python_copy2 = _put_copy2(shutil)
        _put_copytree(shutil, python_copy2)
        _put_move(shutil, python_copy2)
        _put_which(shutil)
