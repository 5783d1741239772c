# SPDX-License-Identifier: MIT
"""subprocess.run on the C core, for which one import has to change.

    import osier.run as subprocess      or: from osier.run import run, PIPE, CalledProcessError
    osier.run(["make"], timeout=60, tree=True, grace=5)

Parameters, results and exceptions are subprocess's own. What it lacks is `tree`: with it nothing that the
program started is left when the call returns, also what changed its session or lost its parent. When the
timeout is over, everything gets SIGTERM, and after `grace` seconds SIGKILL. What the core has no word for
(preexec_fn, other classes of arguments) is done by subprocess.run, which also refuses what is wrong.
"""

import os
import subprocess
import sys
import types

from osier import _posix

PIPE, STDOUT, DEVNULL = subprocess.PIPE, subprocess.STDOUT, subprocess.DEVNULL
CompletedProcess = subprocess.CompletedProcess
CalledProcessError, TimeoutExpired = subprocess.CalledProcessError, subprocess.TimeoutExpired
SubprocessError = subprocess.SubprocessError

__all__ = [*subprocess.__all__]

INHERIT = -10
INHERITED, CAPTURED = (INHERIT,) * 3, (INHERIT, PIPE, PIPE)

TREES = {False: 0, None: 0, True: 1, "cgroup": 2, "namespace": 3, "supervisor": 4}
_Popen = subprocess.Popen

#: What Popen takes that the core takes, too, and how it is when it is left out.
DEFAULTS = {
    "bufsize": -1, "executable": None, "stdin": None, "stdout": None, "stderr": None, "preexec_fn": None,
    "close_fds": True, "shell": False, "cwd": None, "env": None, "universal_newlines": None,
    "startupinfo": None, "creationflags": 0, "restore_signals": True, "start_new_session": False,
    "pass_fds": (), "user": None, "group": None, "extra_groups": None, "encoding": None, "errors": None,
    "text": None, "umask": -1, "pipesize": -1, "process_group": None,
}  # fmt: skip


TEXT = {"text": True}


class _Unknown(Exception):
    """This is for subprocess to do, or to refuse."""


def _list(args, shell, executable):
    if isinstance(args, (str, bytes)):
        args = [args]
    elif isinstance(args, os.PathLike):
        if shell:
            raise _Unknown
        args = [args]
    else:
        args = list(args)
    if not args:
        raise _Unknown
    if shell:
        args = ["/bin/sh", "-c", *args]
        if executable:
            args[0] = executable
    return args


def _stream(stream, number):
    if stream is None:
        return INHERIT
    if stream == PIPE or stream == DEVNULL:
        return stream
    if stream == STDOUT and number == 2:
        return stream
    fd = stream if isinstance(stream, int) else stream.fileno()
    if fd < 0:
        raise _Unknown
    return fd


def _environment(env):
    if env is None:
        return None
    settings = []
    for key, value in env.items():
        key = os.fsencode(key)
        if b"=" in key:
            raise ValueError("illegal environment variable name")
        settings.append(key + b"=" + os.fsencode(value))
    return settings


def _id(value, find):
    if value is None:
        return -1
    if isinstance(value, str):
        return find(value)
    if not isinstance(value, int) or value < 0:
        raise _Unknown
    return value


def _user(name):
    import pwd

    return pwd.getpwnam(name).pw_uid


def _group(name):
    import grp

    return grp.getgrnam(name).gr_gid


def _decoder(o):
    """What makes text of bytes, or None, and the encoding and errors of the input."""
    text, universal = o["text"], o["universal_newlines"]
    if text is not None and universal is not None and bool(text) != bool(universal):
        raise _Unknown
    if not (o["encoding"] or o["errors"] or text or universal):
        return None
    import io

    encoding = o["encoding"] or io.TextIOWrapper(io.BytesIO()).encoding
    return encoding, o["errors"] or "strict"


def _text(data, decoder):
    if data is None or decoder is None:
        return data
    return data.decode(*decoder).replace("\r\n", "\n").replace("\r", "\n")


def _options(kwargs):
    unknown = kwargs.keys() - DEFAULTS.keys()
    o = {**DEFAULTS, **kwargs}
    odd = unknown or o["preexec_fn"] or o["startupinfo"] or o["creationflags"] or o["pipesize"] != -1
    if odd or not isinstance(o["bufsize"], int) or subprocess.Popen is not _Popen:
        raise _Unknown
    return o


def _start(args, o, input, timeout, tree, grace):
    """Runs it: what the core tells."""
    argv = _list(args, o["shell"], o["executable"])
    executable = o["executable"] or argv[0]
    cwd = None if o["cwd"] is None else os.fsencode(o["cwd"])
    streams = tuple(_stream(o[name], number) for number, name in enumerate(("stdin", "stdout", "stderr")))
    if streams[0] == PIPE and input is None:
        input = b""
    pass_fds = tuple(map(int, o["pass_fds"]))
    close_fds = o["close_fds"]
    if pass_fds and not close_fds:
        import warnings

        warnings.warn("pass_fds overriding close_fds.", RuntimeWarning, stacklevel=5)
        close_fds = True
    groups = o["extra_groups"]
    if groups is not None:
        groups = tuple(_id(group, _group) for group in groups)
    ids = (_id(o["user"], _user), _id(o["group"], _group))
    group = o["process_group"]
    sys.audit("subprocess.Popen", executable, argv, o["cwd"], o["env"])
    seconds = -1.0 if timeout is None else max(float(timeout), 1e-6)
    numbers = (seconds, float(grace), TREES[tree], o["umask"], *ids, -1 if group is None else group,
               bool(o["start_new_session"]), bool(close_fds), bool(o["restore_signals"]))  # fmt: skip
    done = _posix._run(
        argv, os.fsencode(executable), _environment(o["env"]), cwd, streams, input, numbers, pass_fds, groups
    )
    if len(done) == 4:
        return done
    raise _failure(*done, executable, o["cwd"])


def _start_plain(args, capture):
    """The same of a list of words, as it is for most calls: what a program takes to start leaves little in the
    processor's caches, so that each line that is run before it counts."""
    argv = list(args)
    sys.audit("subprocess.Popen", argv[0], argv, None, None)
    done = _posix._run(argv, None, None, None, CAPTURED if capture else INHERITED, None, None, None, None)
    if len(done) == 4:
        return done
    raise _failure(*done, argv[0], None)


def _is_plain(popenargs, kwargs):
    if len(popenargs) != 1 or subprocess.Popen is not _Popen or (kwargs and kwargs != TEXT):
        return False
    return popenargs[0] and type(popenargs[0]) in (list, tuple)


def _failure(number, step, executable, cwd):
    if step == "run":
        name = executable
    elif step == "chdir" or sys.version_info < (3, 12):
        name = cwd
    else:
        name = None
    return OSError(number, os.strerror(number), name) if name is not None else OSError(number, os.strerror(number))


def _start_any(popenargs, input, capture_output, timeout, tree, grace, kwargs):
    """Runs what run() was called with: its args, how to make text of what was printed, what the core tells."""
    if capture_output:
        if kwargs.get("stdout") is not None or kwargs.get("stderr") is not None:
            raise _Unknown
        kwargs["stdout"] = kwargs["stderr"] = PIPE
    if input is not None:
        if kwargs.get("stdin") is not None:
            raise _Unknown
        kwargs["stdin"] = PIPE
    if len(popenargs) == 1:
        args = popenargs[0]
    elif not popenargs and "args" in kwargs:
        args = kwargs.pop("args")
    else:
        raise _Unknown
    o = _options(kwargs)
    decoder = _decoder(o)
    if input is not None and isinstance(input, str) != bool(decoder):
        raise _Unknown
    if decoder and input is not None:
        input = input.encode(*decoder)
    return args, decoder, _start(args, o, input, timeout, tree, grace)


def run(*popenargs, input=None, capture_output=False, timeout=None, check=False, tree=False, grace=0, **kwargs):
    """subprocess.run(), with `tree=True` ending all that the program started, `grace` seconds after SIGTERM."""
    if not (tree or grace) and input is None and timeout is None and _is_plain(popenargs, kwargs):
        args = popenargs[0]
        decoder = _decoder({**DEFAULTS, **TEXT}) if kwargs else None
        done = _start_plain(args, capture_output)
    else:
        try:
            args, decoder, done = _start_any(popenargs, input, capture_output, timeout, tree, grace, dict(kwargs))
        except _Unknown:
            if tree or grace:
                raise ValueError("with tree or grace only what the core can do can be asked for") from None
            return subprocess.run(
                *popenargs, input=input, capture_output=capture_output, timeout=timeout, check=check, **kwargs
            )
    returncode, out, err, timed_out = done
    if timed_out:
        raise TimeoutExpired(args, timeout, output=out or None, stderr=err or None)
    out, err = _text(out, decoder), _text(err, decoder)
    if check and returncode:
        raise CalledProcessError(returncode, args, output=out, stderr=err)
    return CompletedProcess(args, returncode, out, err)


def call(*popenargs, timeout=None, **kwargs):
    """subprocess.call()."""
    return run(*popenargs, timeout=timeout, **kwargs).returncode


def check_call(*popenargs, **kwargs):
    """subprocess.check_call()."""
    run(*popenargs, check=True, **kwargs)
    return 0


def check_output(*popenargs, timeout=None, **kwargs):
    """subprocess.check_output()."""
    if "stdout" in kwargs or "check" in kwargs or ("input" in kwargs and kwargs["input"] is None):
        return subprocess.check_output(*popenargs, timeout=timeout, **kwargs)
    return run(*popenargs, stdout=PIPE, timeout=timeout, check=True, **kwargs).stdout


def __getattr__(name):
    return getattr(subprocess, name)


class _Module(types.ModuleType):
    """osier.run(…) is the function, too."""

    def __call__(self, *args, **kwargs):
        return run(*args, **kwargs)


sys.modules[__name__].__class__ = _Module
