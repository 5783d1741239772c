# SPDX-License-Identifier: MIT
"""spawnv and its like without a copy of the interpreter: the core starts the program by vfork.

What a caller sees is what a fork and an exec would give: a program that can't be executed is a child
that ends with 127, and so is anything else that goes wrong in its place. The hooks of
os.register_at_fork() don't run, as nothing of the interpreter is copied; for the same reason there
is no warning of other threads. Audit hooks see os.fork and os.exec, both in this process.
"""

from osier import _posix
from osier._watch import in_place_of

# Whoever replaced one of these means it to be called.
USED = ("fork", "_exit", "execv", "execve", "execvp", "execvpe", "_execvpe")


def put(os):
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
