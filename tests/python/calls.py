# SPDX-License-Identifier: MIT
"""One harmless call of every function of posix and os: what the tests of arguments, audit events and
leaks vary.

calls(scene) gives, by name, the values of the parameters in their order; scene holds what they refer to.
"""

import contextlib
import os
import signal

NOBODY = (1 << 22) + 77  # no process has this number: it is past the greatest there can be
STATUS = 0x100


class Scene:
    """A directory with a file, a link, a descriptor of each kind: the current directory."""

    def __init__(self):
        self.reset()
        self.fd = os.open("file", os.O_RDWR)
        self.dir = os.open(".", os.O_RDONLY)
        self.read, self.write = os.pipe2(os.O_NONBLOCK)
        self.event = os.eventfd(7, os.EFD_NONBLOCK)
        self.spare = os.dup(self.fd)
        self.terminal, self.slave = os.openpty()
        self.bytes = bytearray(8)
        self.priority = os.getpriority(os.PRIO_PROCESS, 0)
        self.affinity = os.sched_getaffinity(0)
        self.param = os.sched_param(0)
        self.timer = os.timerfd_create(1) if hasattr(os, "timerfd_create") else -1

    def reset(self):
        """Puts back what a call may have changed: whether that was anything."""
        wanted = {"file", "link", "full", "empty"}
        for name in set(os.listdir()) - wanted:
            if os.path.isdir(name) and not os.path.islink(name):
                for below, _, files in os.walk(name, topdown=False):
                    for file in files:
                        os.unlink(os.path.join(below, file))
                    os.rmdir(below)
            else:
                os.unlink(name)
        if os.path.islink("file") or not os.path.isfile("file"):
            if os.path.lexists("file"):
                os.unlink("file")
            with open("file", "w") as file:
                file.write("contents")
        if not os.path.islink("link"):
            os.symlink("file", "link")
        os.makedirs("full/below", exist_ok=True)
        os.makedirs("empty", exist_ok=True)
        if hasattr(self, "priority") and os.getpriority(os.PRIO_PROCESS, 0) != self.priority:
            with contextlib.suppress(PermissionError):  # who isn't root stays the nicer
                os.setpriority(os.PRIO_PROCESS, 0, self.priority)


# Called in a process of its own: what it does to this one can't be undone.
APART = set("""
    _exit abort chdir chroot close closerange execl execle execlp execlpe fork forkpty login_tty popen posix_spawn
    posix_spawnp register_at_fork setegid seteuid setgid setns setpgid setpgrp setregid setresgid setresuid setreuid
    setsid setuid spawnl spawnle spawnlp spawnlpe spawnv spawnve spawnvp spawnvpe tcsetpgrp unshare _clearenv fdopen
""".split())


def calls(s):
    same_fd = ((s.fd,))
    return {
        "DirEntry": (), "WCOREDUMP": (STATUS,), "WEXITSTATUS": (STATUS,), "WIFCONTINUED": (STATUS,),
        "WIFEXITED": (STATUS,), "WIFSIGNALED": (STATUS,), "WIFSTOPPED": (STATUS,), "WSTOPSIG": (STATUS,),
        "WTERMSIG": (STATUS,), "_clearenv": (), "_create_environ": (), "_exit": (3,), "_execvpe": ("nowhere", ["a"], {}),
        "_fspath": ("a",), "_get_exports_list": (os.path,), "_inputhook": (), "_is_inputhook_installed": (),
        "_path_normpath": ("a//b",), "_path_splitroot_ex": ("/a",), "_spawnvef": (0, "nowhere", ["a"], None, None),
        "_unsetenv": (b"UNKNOWN",), "_walk": (".", True, None, False), "_wrap_close": (None, None),
        "abort": (), "access": ("file", 4, None, False, True), "chdir": ("full",),
        "chmod": ("file", 0o644, None, True), "chown": ("file", -1, -1, None, True), "chroot": ("nowhere",),
        "close": (s.spare,), "closerange": (900, 901), "confstr": ("CS_PATH",),
        "copy_file_range": (s.fd, s.fd, 0, None, None), "cpu_count": (), "ctermid": (), "device_encoding": (s.fd,),
        "dup": (s.fd,), "dup2": (s.fd, s.spare, True), "eventfd": (1, 0), "eventfd_read": (s.event,),
        "eventfd_write": (s.event, 1), "execl": ("nowhere", "a"), "execle": ("nowhere", "a", {}),
        "execlp": ("nowhere", "a"), "execlpe": ("nowhere", "a", {}), "execv": ("nowhere", ["a"]),
        "execve": ("nowhere", ["a"], {}), "execvp": ("nowhere", ["a"]), "execvpe": ("nowhere", ["a"], {}),
        "fchdir": (s.dir,), "fchmod": (s.fd, 0o644), "fchown": (s.fd, -1, -1), "fdatasync": (s.fd,),
        "fdopen": (s.fd, "r"), "fork": (), "forkpty": (), "fpathconf": (s.fd, "PC_NAME_MAX"), "fsdecode": ("a",),
        "fsencode": ("a",), "fspath": ("a",), "fstat": (s.fd,), "fstatvfs": (s.fd,), "fsync": (s.fd,),
        "ftruncate": (s.fd, 8), "fwalk": (".",), "get_blocking": (s.fd,), "get_exec_path": (None,),
        "get_inheritable": (s.fd,), "get_terminal_size": (s.slave,), "getcwd": (), "getcwdb": (), "getegid": (),
        "getenv": ("UNKNOWN", None), "getenvb": (b"UNKNOWN", None), "geteuid": (), "getgid": (),
        "getgrouplist": ("root", 0), "getgroups": (), "getloadavg": (), "getlogin": (), "getpgid": (0,),
        "getpgrp": (), "getpid": (), "getppid": (), "getpriority": (0, 0), "getrandom": (8, 0), "getresgid": (),
        "getresuid": (), "getsid": (0,), "getuid": (), "getxattr": ("file", "user.unknown", True), "grantpt": (s.terminal,),
        "initgroups": ("root", 0), "isatty": (s.slave,), "kill": (NOBODY, 0), "killpg": (NOBODY, 0),
        "lchown": ("file", -1, -1), "link": ("file", "new", None, None, True), "listdir": ("full",),
        "listxattr": ("file", True), "lockf": (s.fd, 0, 0), "login_tty": (s.fd,), "lseek": (s.fd, 0, 0),
        "lstat": ("file", None), "major": (5,), "makedev": (1, 2), "makedirs": ("new/a", 0o755, True),
        "memfd_create": ("a", 1), "minor": (5,), "mkdir": ("new", 0o755, None), "mkfifo": ("new", 0o644, None),
        "mknod": ("new", 0o100644, 0, None), "nice": (0,), "open": ("file", 0, 0o644, None), "openpty": (),
        "pathconf": ("file", "PC_NAME_MAX"), "pidfd_open": (NOBODY, 0), "pipe": (), "pipe2": (0,),
        "popen": ("true", "r", -1), "posix_fadvise": (s.fd, 0, 0, 0), "posix_fallocate": (s.fd, 0, 8),
        "posix_openpt": (2,), "posix_spawn": ("nowhere", ["a"], {}), "posix_spawnp": ("nowhere", ["a"], {}),
        "pread": (s.fd, 4, 0), "preadv": (s.fd, [s.bytes], 0, 0), "process_cpu_count": (), "ptsname": (s.terminal,),
        "putenv": ("NEW", "a"), "pwrite": (s.fd, b"contents", 0), "pwritev": (s.fd, [b"contents"], 0, 0),
        "read": (s.fd, 4), "readinto": (s.fd, s.bytes), "readlink": ("link", None), "readv": (s.fd, [s.bytes]),
        "register_at_fork": (), "reload_environ": (), "remove": ("link", None), "removedirs": ("full/below",),
        "removexattr": ("file", "user.unknown", True), "rename": ("link", "new", None, None),
        "renames": ("link", "new/a"), "replace": ("link", "new", None, None), "rmdir": ("empty", None),
        "scandir": ("full",), "sched_get_priority_max": (0,), "sched_get_priority_min": (0,),
        "sched_getaffinity": (0,), "sched_getparam": (0,), "sched_getscheduler": (0,), "sched_param": (0,),
        "sched_rr_get_interval": (0,), "sched_setaffinity": (0, s.affinity), "sched_setparam": (0, s.param),
        "sched_setscheduler": (0, 0, s.param), "sched_yield": (), "sendfile": (s.fd, s.fd, 0, 0),
        "set_blocking": (s.fd, True), "set_inheritable": (s.fd, True), "setegid": (0,), "seteuid": (0,),
        "setgid": (0,), "setgroups": ([0],), "setns": (s.fd, 0), "setpgid": (0, 0), "setpgrp": (),
        "setpriority": (0, 0, s.priority), "setregid": (0, 0), "setresgid": (0, 0, 0), "setresuid": (0, 0, 0),
        "setreuid": (0, 0), "setsid": (), "setuid": (0,), "setxattr": ("file", "user.new", b"a", 0, True),
        "spawnl": (0, "nowhere", "a"), "spawnle": (0, "nowhere", "a", {}), "spawnlp": (0, "nowhere", "a"),
        "spawnlpe": (0, "nowhere", "a", {}), "spawnv": (0, "nowhere", ["a"]), "spawnve": (0, "nowhere", ["a"], {}),
        "spawnvp": (0, "nowhere", ["a"]), "spawnvpe": (0, "nowhere", ["a"], {}), "splice": (s.read, s.fd, 0, None, None, 2),
        "stat": ("file", None, True), "stat_result": (tuple(range(19)),), "statvfs": ("file",),
        "statvfs_result": (tuple(range(11)),), "statx": ("file", 0, 0, None, True), "strerror": (2,),
        "symlink": ("file", "new", False, None), "sync": (), "sysconf": ("SC_PAGESIZE",), "system": ("exit 3",),
        "tcgetpgrp": (s.slave,), "tcsetpgrp": (s.fd, NOBODY), "terminal_size": ((1, 2),),
        "timerfd_create": (1, 0), "timerfd_gettime": (s.timer,), "timerfd_gettime_ns": (s.timer,),
        "timerfd_settime": (s.timer, 0, 0.0, 0.0), "timerfd_settime_ns": (s.timer, 0, 0, 0),
        "times": (), "times_result": (tuple(range(5)),), "truncate": ("file", 8), "ttyname": (s.slave,),
        "umask": (0o22,), "uname": (), "uname_result": (tuple("abcde"),), "unlink": ("link", None),
        "unlockpt": (s.terminal,), "unsetenv": ("UNKNOWN",), "unshare": (0,), "urandom": (8,),
        "utime": ("file", None, (1, 2), None, True), "wait": (), "wait3": (1,), "wait4": (NOBODY, 1),
        "waitid": (1, NOBODY, 5), "waitid_result": (tuple(range(5)),), "waitpid": (NOBODY, 1),
        "waitstatus_to_exitcode": (STATUS,), "walk": (".",), "write": (s.fd, b"contents"), "writev": (s.fd, [b"contents"]),
    }
