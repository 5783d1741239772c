# SPDX-License-Identifier: MIT
"""The functions of os that are Python on the core: makedirs and its like, walk, spawnv and its like.

They are in one file since every process of a program pays for each that is imported.
"""

from osier import _posix

CO_GENERATOR = 0x20  # as in inspect, which takes long to be imported
BAD_ARGUMENT = (TypeError, ValueError, OverflowError)


def watch(*places):
    """A function that tells whether these names, in these namespaces, still are what they are now,
    and nobody listens to audit events: whether the calls in between would go unnoticed."""
    kept = [(names, name, names.get(name)) for names, *those in places for name in those]

    def intact():
        for names, name, value in kept:
            if names.get(name) is not value:
                return False
        return not _posix._audited()

    return intact


def parameters(function):
    """The names of a function's parameters, and whether it takes any keyword besides."""
    code = function.__code__
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount], bool(code.co_flags & 0x08)


def in_place_of(module, name):
    """Puts a function in the place of a module's, in its dress, if it takes the same arguments.

    The interpreter's own stays where it takes others: some version has given it a new one. A function
    that takes any keyword passes on those it doesn't know.
    """
    original = getattr(module, name)

    def put(function):
        names, passes = parameters(function)
        if passes or names == parameters(original)[0]:
            for attribute in ("__module__", "__name__", "__qualname__", "__doc__"):
                setattr(function, attribute, getattr(original, attribute))
            function.__dict__.update(original.__dict__)
            if passes:
                function.__wrapped__ = original  # whose signature it has
            setattr(module, name, function)
        return function

    return put


# ---- os.makedirs, os.removedirs and os.renames on the core, for any number of components. What the core did not bring
# about is tried once more step by step, which raises what Python raises.


def _steps(os, name):
    """The directories that makedirs makes for `name`, itself first, its topmost missing parent last."""
    while True:
        head, tail = os.path.split(name)
        if not tail:
            head, tail = os.path.split(head)
        parent_missing = bool(head and tail and not os.path.exists(head))
        if not (parent_missing and os.fsdecode(tail) == os.curdir):  # "x/." is there as soon as "x" is
            yield name
        if not parent_missing:
            return
        name = head


def _python_makedirs(os):
    """os.makedirs for any number of components, a call for each."""

    def make_one(name, mode, exist_ok):
        try:
            os.mkdir(name, mode)
        except OSError:  # of whatever kind: the system may have other reasons to refuse what is there
            if not exist_ok or not os.path.isdir(name):
                raise

    def makedirs(name, mode=0o777, exist_ok=False):
        steps = list(_steps(os, name))
        for step in reversed(steps):
            try:
                make_one(step, mode if step is name else 0o777, exist_ok)
            except FileExistsError:
                if step is name:
                    raise  # of the parents: somebody else was quicker

    return makedirs


def _done(function, *args):
    """Whether the core did it; it didn't where Python has to say what is wrong."""
    try:
        return not function(*args)
    except BAD_ARGUMENT:
        return False


def _put_makedirs(os, intact):
    original = os.makedirs
    make = _posix._makedirs
    known = parameters(original)[0]
    step_by_step = _python_makedirs(os)

    @in_place_of(os, "makedirs")
    def makedirs(name, mode=0o777, exist_ok=False, **more):
        if more:  # parent_mode, from 3.15 on
            parent_mode = more.get("parent_mode")
            ours = len(more) == 1 and "parent_mode" in more and "parent_mode" in known and intact()
            if not (ours and _done(make, name, mode, exist_ok, 0o777 if parent_mode is None else parent_mode)):
                original(name, mode, exist_ok, **more)
        elif not (intact() and _done(make, name, mode, exist_ok, 0o777)):
            step_by_step(name, mode, exist_ok)


def put_directories(os):
    """Replaces os.makedirs, os.removedirs and os.renames."""
    intact = watch((vars(os), "mkdir", "rmdir", "rename", "stat"), (vars(os.path), "exists", "isdir", "split"))
    _put_makedirs(os, intact)
    python_removedirs, python_renames = os.removedirs, os.renames
    remove, rename = _posix._removedirs, _posix._renames

    @in_place_of(os, "removedirs")
    def removedirs(name):
        if not (intact() and _done(remove, name)):
            python_removedirs(name)

    @in_place_of(os, "renames")
    def renames(old, new):
        if not (intact() and _done(rename, old, new)):
            python_renames(old, new)


# ---- os.walk and os.fwalk on the core's walk. Where a program listens to audit events, or has put functions of its own
# in the place of those that os.py calls, os.py's own walk runs: it has all the calls in between, one by one.

def put_walks(os):
    """Replaces os.walk and os.fwalk."""
    intact = watch((vars(os), "fspath", "scandir", "stat", "lstat", "open"), (vars(os.path), "islink", "join"))
    links_as_files = getattr(os, "_walk_symlinks_as_files", intact)  # a mark that pathlib passes from 3.13 on
    python_walk, python_fwalk, fspath = os.walk, os.fwalk, os.fspath
    start, start_fd = _posix._walk, _posix._fwalk

    def begin(top, topdown, onerror, followlinks):
        found = None
        if intact():
            as_files = followlinks is links_as_files
            follow = bool(followlinks) and not as_files
            again = (lambda path: python_walk(path, topdown, onerror, followlinks)) if follow else None
            found = start(fspath(top), not topdown, onerror, follow, as_files, again)
        return python_walk(top, topdown, onerror, followlinks) if found is None else found

    if python_walk.__code__.co_flags & CO_GENERATOR:

        @in_place_of(os, "walk")
        def walk(top, topdown=True, onerror=None, followlinks=False):
            yield from begin(top, topdown, onerror, followlinks)

    else:  # before 3.12: it looks at its arguments when it is called

        def through(found):
            yield from found

        @in_place_of(os, "walk")
        def walk(top, topdown=True, onerror=None, followlinks=False):
            return through(begin(top, topdown, onerror, followlinks))

    @in_place_of(os, "fwalk")
    def fwalk(top=".", topdown=True, onerror=None, *, follow_symlinks=False, dir_fd=None):
        found = None
        if intact():
            found = start_fd(fspath(top), not topdown, onerror, bool(follow_symlinks), dir_fd)
        yield from (
            python_fwalk(top, topdown, onerror, follow_symlinks=follow_symlinks, dir_fd=dir_fd)
            if found is None
            else found
        )


# ---- spawnv and its like without a copy of the interpreter: the core starts the program by vfork. What a caller sees is
# what a fork and an exec would give: a program that can't be executed is a child that ends with 127, and so is anything
# else that goes wrong in its place. The hooks of os.register_at_fork() don't run, as nothing of the interpreter is
# copied; for the same reason there is no warning of other threads. Audit hooks see os.fork and os.exec, both in this
# process.

# Whoever replaced one of these means it to be called.
USED = ("fork", "_exit", "execv", "execve", "execvp", "execvpe", "_execvpe")


def put_programs(os):
    """Has os.spawnv, spawnlp … start programs by the core."""
    original = getattr(os, "_spawnvef", None)
    if original is None:
        return
    used = [(name, getattr(os, name)) for name in USED]
    direct, searching = (os.execv, os.execve), (os.execvp, os.execvpe)

    def find(file, env):
        """The paths that _execvpe tries, in its order."""
        if os.path.dirname(file):
            return [file]
        file = os.fsencode(file)
        return [os.path.join(os.fsencode(directory), file) for directory in os.get_exec_path(env)]

    def programs(file, env, search):
        try:
            return find(file, env) if search else [file]
        except BaseException:  # in the child, it would only end that
            return []

    @in_place_of(os, "_spawnvef")
    def _spawnvef(mode, file, args, env, func):
        replaced = any(getattr(os, name, None) is not function for name, function in used)
        without = env is None and func in (os.execve, os.execvpe)  # they refuse that
        ours = func in direct + searching and isinstance(args, (tuple, list)) and args and args[0]
        if replaced or without or not ours:
            return original(mode, file, args, env, func)
        pid = _posix._spawn(programs(file, env, func in searching), args, env)
        if mode == os.P_NOWAIT:
            return pid
        while True:
            _, status = os.waitpid(pid, 0)
            if not os.WIFSTOPPED(status):
                return os.waitstatus_to_exitcode(status)


def put(os):
    """Replaces them all."""
    put_directories(os)
    put_walks(os)
    put_programs(os)
