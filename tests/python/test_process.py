# SPDX-License-Identifier: MIT
"""Starting, copying and waiting for processes: as the interpreter's own os does, and without its costs."""

import os as python_os
import pickle
import resource
import signal
import subprocess
import sys
import warnings

import pytest

from growth import growth

import osier.os as os
from osier import _posix

MODULES = [os, python_os]
SH = "/bin/sh"


def answer(function, *arguments, **keywords):
    """What a call gives or raises, process ids left out."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            result = function(*arguments, **keywords)
        except BaseException as error:
            return type(error), error.args, getattr(error, "filename", None), [str(w.message) for w in seen]
    if isinstance(result, int):
        result = os.waitstatus_to_exitcode(os.waitpid(result, 0)[1])
    return result, [str(w.message) for w in seen]


def run(code, **keywords):
    """What a program prints, which has osier's os as `os`."""
    done = subprocess.run([sys.executable, "-c", "import sys, osier.os as os\n" + code], capture_output=True, text=True,
                          timeout=300, **keywords)
    assert done.stderr == ""
    return done.stdout


class Path:
    def __init__(self, path):
        self.path = path

    def __fspath__(self):
        return self.path


def sh(code):
    return ["sh", "-c", code]


# ------------------------------------------------------------------- posix_spawn

SPAWNS = [
    ((SH, sh("exit 3"), {}), {}),
    ((b"/bin/sh", ("sh", b"-c", Path("exit 4")), {"A": b"b"}), {}),
    ((Path(SH), sh("test $A = b || exit 9"), {b"A": "b"}), {}),
    ((SH, sh("exit 3"), {"=a": "b"}), {}),
    (("/nowhere", ["x"], {}), {}),
    ((b"/nowhere", ["x"], {}), {}),
    (("a\0b", ["x"], {}), {}),
    ((1, ["x"], {}), {}),
    ((SH, "x", {}), {}),
    ((SH, [], {}), {}),
    ((SH, [""], {}), {}),
    ((SH, [5], {}), {}),
    ((SH, ["a\0b"], {}), {}),
    ((SH, ["x"], 5), {}),
    ((SH, sh("exit 3"), None), {}),
    ((SH, ["x"], {"a=b": "c"}), {}),
    ((SH, ["x"], {"": "c"}), {}),
    ((SH, ["x"], {"a": 5}), {}),
    ((SH, ["x"], {"a": "b\0"}), {}),
] + [
    ((SH, sh("exit 3"), {}), keywords)
    for keywords in [
        {"file_actions": None},
        {"file_actions": 5},
        {"file_actions": [()]},
        {"file_actions": [[1, 2]]},
        {"file_actions": [("a",)]},
        {"file_actions": [(77, 5)]},
        {"file_actions": [(3, 100)]},
        {"file_actions": [(1, -1)]},
        {"file_actions": [(1, 10**7)]},
        {"file_actions": [(1, 5)]},
        {"file_actions": [(0, 1, "/nowhere/x", 0, 0)]},
        {"file_actions": [(0, 1, "a\0b", 0, 0)]},
        {"file_actions": [(0, 1, "/dev/null", 0)]},
        {"file_actions": [(2, 900, 1)]},
        {"file_actions": [(2, 1)]},
        {"setpgroup": 0},
        {"setpgroup": -1},
        {"setpgroup": "x"},
        {"setpgroup": 2**99},
        {"resetids": True},
        {"resetids": None},
        {"resetids": "x"},
        {"setsid": True},
        {"setsid": 1.5},
        {"setsigmask": None},
        {"setsigmask": [0]},
        {"setsigmask": [65]},
        {"setsigmask": [2**70]},
        {"setsigmask": ["a"]},
        {"setsigmask": [32, signal.SIGUSR1, signal.SIGUSR1]},
        {"setsigmask": range(1, 65)},
        {"setsigdef": [signal.SIGKILL]},
        {"setsigdef": signal.valid_signals()},
        {"scheduler": (1,)},
        {"scheduler": (1, 2)},
        {"scheduler": ("x", os.sched_param(0))},
        {"scheduler": (None, os.sched_param(0))},
        {"scheduler": (os.SCHED_OTHER, os.sched_param(5))},
        {"scheduler": (2**40, os.sched_param(0))},
        {"scheduler": (0, os.sched_param(2**40))},
    ]
]


@pytest.mark.parametrize("arguments, keywords", SPAWNS)
@pytest.mark.parametrize("name", ["posix_spawn", "posix_spawnp"])
def test_posix_spawn(name, arguments, keywords):
    theirs, ours = (answer(getattr(module, name), *arguments, **keywords) for module in (python_os, os))
    assert ours == theirs


def spawned(text, **keywords):
    """What a shell prints that is started by posix_spawn."""
    a, b = os.pipe()
    actions = [(os.POSIX_SPAWN_DUP2, b, 1)] + keywords.pop("file_actions", [])
    pid = os.posix_spawn(SH, sh(text), os.environ, file_actions=actions, **keywords)
    os.close(b)
    with open(a) as stream:
        result = stream.read()
    assert os.waitpid(pid, 0) == (pid, 0)
    return pid, result


def test_posix_spawn_does_what_it_is_told(tmp_path):
    (tmp_path / "f").write_text("text")
    opening = [(os.POSIX_SPAWN_OPEN, 0, tmp_path / "f", os.O_RDONLY, 0)]
    assert spawned("cat", file_actions=opening)[1] == "text"
    writing = [(os.POSIX_SPAWN_OPEN, 5, str(tmp_path / "new"), os.O_WRONLY | os.O_CREAT, 0o640)]
    spawned("echo new >&5", file_actions=writing)
    assert (tmp_path / "new").read_text() == "new\n"
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o640
    closing = [(os.POSIX_SPAWN_CLOSE, 0)]
    assert spawned("test -e /proc/self/fd/0 || echo closed", file_actions=closing)[1] == "closed\n"
    pid, group = spawned("cut -d' ' -f5,6 /proc/$$/stat", setpgroup=0)
    assert group == f"{pid} {os.getsid(0)}\n"
    pid, session = spawned("cut -d' ' -f5,6 /proc/$$/stat", setsid=True)
    assert session == f"{pid} {pid}\n"
    mask = spawned("exec grep SigBlk /proc/self/status", setsigmask=[signal.SIGUSR1])[1]
    assert int(mask.split()[1], 16) == 1 << signal.SIGUSR1 - 1
    # glibc's posix_spawn, and so Python's, takes no SCHED_BATCH
    policy = spawned("cut -d' ' -f41 /proc/$$/stat", scheduler=(os.SCHED_BATCH, os.sched_param(0)))[1]
    assert int(policy) == os.SCHED_BATCH


def test_posix_spawn_restores_signals():
    before = signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    try:
        bit = 1 << signal.SIGUSR1 - 1
        assert int(spawned("exec grep SigIgn /proc/self/status")[1].split()[1], 16) & bit
        assert not int(spawned("exec grep SigIgn /proc/self/status", setsigdef=[signal.SIGUSR1])[1].split()[1], 16) & bit
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_posix_spawn_lets_other_threads_run(tmp_path):
    code = """
import threading
threading.Timer(0.2, lambda: os.close(os.open("fifo", os.O_WRONLY))).start()
os.mkfifo("fifo")
pid = os.posix_spawn("/bin/true", ["true"], {}, file_actions=[(os.POSIX_SPAWN_OPEN, 5, "fifo", os.O_RDONLY, 0)])
print(os.waitpid(pid, 0)[1])
"""
    assert run(code, cwd=tmp_path) == "0\n"


# ------------------------------------------------------------------- exec

EXECS = [
    ("execv", (SH, "x")),
    ("execv", (SH, [])),
    ("execv", (SH, [""])),
    ("execv", (SH, [5])),
    ("execv", (5, ["x"])),
    ("execv", ("/nowhere", ["x"])),
    ("execv", ("/etc/passwd/x", ("x",))),
    ("execve", ("/nowhere", ["x"], {})),
    ("execve", (b"/nowhere", ["x"], {})),
    ("execve", (SH, "x", {})),
    ("execve", (SH, [], {})),
    ("execve", (SH, [""], {})),
    ("execve", (SH, ["x"], 5)),
    ("execve", (SH, ["x"], {"a=b": "c"})),
    ("execve", (987, ["x"], {})),
    ("execvp", ("no-such-program", ["x"])),
    ("execvpe", ("passwd", ["x"], {"PATH": "/etc:/nowhere"})),
]


@pytest.mark.parametrize("name, arguments", EXECS)
def test_exec_refuses(name, arguments):
    theirs, ours = (answer(getattr(module, name), *arguments) for module in (python_os, os))
    assert ours == theirs


@pytest.mark.parametrize(
    "call, code",
    [
        ("os.execv('/bin/sh', ['sh', '-c', 'exit 3'])", 3),
        ("os.execv(b'/bin/sh', ('sh', '-c', 'exit 3'))", 3),
        ("os.execve('/bin/sh', ['sh', '-c', 'exit $A'], {'A': '4'})", 4),
        ("os.execve(os.open('/bin/sh', os.O_RDONLY), ['sh', '-c', 'exit $A'], {b'A': b'5'})", 5),
        ("os.execlp('sh', 'sh', '-c', 'exit 6')", 6),
        ("os.environ['A'] = '7'; os.execv('/bin/sh', ['sh', '-c', 'exit $A'])", 7),
        ("os._exit(8)", 8),
        ("os.abort()", -signal.SIGABRT),
    ],
)
def test_exec_and_the_end(call, code):
    program = "import osier.os as os, resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0)); " + call
    assert subprocess.run([sys.executable, "-c", program]).returncode == code


# ------------------------------------------------------------------- fork

HOOKS = """
import os as python_os
log = []
for module, name in ((os, "a"), (python_os, "b")):
    module.register_at_fork(before=lambda name=name: log.append("before " + name),
                            after_in_parent=lambda name=name: log.append("parent " + name),
                            after_in_child=lambda name=name: log.append("child " + name))
"""


@pytest.mark.parametrize("call", ["os.fork()", "os.forkpty()[0]"])
def test_fork_runs_the_hooks(call):
    code = HOOKS + f"""
a, b = os.pipe()
if {call} == 0:
    os.write(b, repr(log).encode())
    os._exit(0)
os.wait()
print(os.read(a, 999).decode(), log)
"""
    seen = "['before b', 'before a', '{0} a', '{0} b']"
    assert run(code) == f"{seen.format('child')} {seen.format('parent')}\n"


def test_forkpty_has_a_terminal():
    pid, fd = os.forkpty()
    if pid == 0:
        os.write(1, b"%d %d %d" % (os.isatty(0), fd, os.getsid(0) == os.getpid()))
        os._exit(0)
    assert os.read(fd, 99) == b"1 -1 1"
    assert os.get_inheritable(fd) == (sys.version_info < (3, 15))
    assert os.waitpid(pid, 0)[1] == 0
    os.close(fd)


def test_a_fork_that_fails():
    code = """
import resource
resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
os.setuid(65534)
log = []
os.register_at_fork(before=lambda: log.append(1), after_in_parent=lambda: log.append(2))
for call in (os.fork, os.forkpty):
    try: call()
    except BlockingIOError as error: print(error.errno, error.filename, log)
"""
    if os.getuid():
        pytest.skip("needs root")
    assert run(code) == "11 None [1, 2]\n11 None [1, 2, 1, 2]\n"


@pytest.mark.skipif(sys.version_info < (3, 12), reason="warns since 3.12")
@pytest.mark.parametrize("name", ["fork", "forkpty"])
def test_fork_warns_of_threads(name):
    code = f"""
import threading, warnings
def copy():
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        pid = os.{name}()
        pid = pid[0] if isinstance(pid, tuple) else pid
        if pid == 0:
            os._exit(len(seen))
    assert os.waitpid(pid, 0)[1] == 0
    return [(w.category.__name__, str(w.message).replace(str(os.getpid()), "PID"), w.lineno) for w in seen]
print(copy())
end = threading.Event()
thread = threading.Thread(target=end.wait)
thread.start()
print(copy())
end.set()
thread.join()
"""
    message = f"This process (pid=PID) is multi-threaded, use of {name}() may lead to deadlocks in the child."
    assert run(code) == f"[]\n{[('DeprecationWarning', message, 7)]}\n"


@pytest.mark.skipif(sys.version_info < (3, 12), reason="refused since 3.12")
@pytest.mark.parametrize("when", ["late = Late()", "import atexit; atexit.register(Late().__del__)"])
@pytest.mark.parametrize("name", ["fork", "forkpty"])
def test_no_fork_while_the_interpreter_ends(name, when):
    code = f"""
import os as python_os
class Late:
    def __del__(self, forks=(os.{name}, python_os.{name}), wait=os.wait, end=os._exit):
        for fork in forks:
            try:
                pid = fork()
                if pid == 0 or pid == (0, -1): end(0)
                print("forks", wait()[1])
            except RuntimeError as error: print(type(error).__name__, error)
{when}
"""
    ours, theirs, *_ = run(code).splitlines()
    assert ours == theirs
    assert "can't fork" in ours or (sys.version_info >= (3, 13) and "atexit" in when)


# ------------------------------------------------------------------- waiting


def test_wait_results():
    usage = os.wait4(os.spawnv(os.P_NOWAIT, SH, sh("exit 3")), 0)
    assert usage[1] == 3 << 8
    assert type(usage[2]) is resource.struct_rusage
    assert usage[2].ru_maxrss > 0 and usage[2].ru_utime >= 0 and usage[2].ru_nsignals == 0
    pid = os.spawnv(os.P_NOWAIT, SH, sh("exit 4"))
    assert os.wait3(0)[:2] == (pid, 4 << 8)
    pid = os.spawnv(os.P_NOWAIT, SH, sh("exit 5"))
    result = os.waitid(os.P_PID, pid, os.WEXITED)
    assert type(result) is python_os.waitid_result
    assert result == (pid, os.getuid(), signal.SIGCHLD, 5, os.CLD_EXITED)
    for call in ((os.wait3, 0), (os.wait4, -1, 0), (os.waitid, os.P_ALL, 0, os.WEXITED)):
        with pytest.raises(ChildProcessError):
            call[0](*call[1:])


def test_waitid_of_a_running_child():
    a, b = os.pipe()
    pid = os.posix_spawn(SH, sh("read x"), {}, file_actions=[(os.POSIX_SPAWN_DUP2, a, 0)])
    assert os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG) is None
    os.close(a), os.close(b)
    assert os.waitid(os.P_PIDFD, os.pidfd_open(pid), os.WEXITED).si_status == 1


@pytest.mark.parametrize("name, arguments", [("wait3", ()), ("wait4", (-1,)), ("waitid", (0, 0))])
def test_waiting_handles_signals(name, arguments):
    code = f"""
import signal
class Alarm(Exception): pass
def ring(*_): raise Alarm
signal.signal(signal.SIGALRM, ring)
pid = os.spawnlp(os.P_NOWAIT, "sleep", "sleep", "30")
signal.setitimer(signal.ITIMER_REAL, 0.1)
try: os.{name}(*{arguments}, os.WEXITED if "{name}" == "waitid" else 0)
except Alarm: print("rang")
os.kill(pid, 9)
os.waitpid(pid, 0)
"""
    assert run(code) == "rang\n"


def test_times():
    ours, theirs = os.times(), python_os.times()
    assert type(ours) is python_os.times_result
    assert all(abs(a - b) < 1 for a, b in zip(ours, theirs))
    assert pickle.loads(pickle.dumps(ours)) == ours


@pytest.mark.parametrize("options", [[], ["-X", "utf8"]])
def test_device_encoding(options):
    code = """
import os as python_os, osier.os as os
pid, fd = os.forkpty()
if pid == 0:
    os.write(1, repr([module.device_encoding(f) for module in (os, python_os) for f in (0, 99, -1)]).encode())
    os._exit(0)
print(os.read(fd, 999).decode())
"""
    for name in ("C", "C.UTF-8", "POSIX"):
        done = subprocess.run([sys.executable, *options, "-c", code], env={**os.environ, "LC_ALL": name},
                              capture_output=True, text=True, check=True)
        seen = eval(done.stdout)
        assert seen[:3] == seen[3:] and isinstance(seen[0], str), name


# ------------------------------------------------------------------- spawnv and its like

SPAWNV = [
    ("spawnv", (SH, sh("exit 3"))),
    ("spawnv", (SH, ("sh", "-c", "kill -9 $$"))),
    ("spawnv", (Path(SH), ["sh", b"-c", "exit 4"])),
    ("spawnv", ("/nowhere", ["x"])),
    ("spawnv", ("/etc/passwd", ["x"])),
    ("spawnv", ("/etc", ["x"])),
    ("spawnv", (SH, "x")),
    ("spawnv", (SH, [])),
    ("spawnv", (SH, [""])),
    ("spawnv", (SH, ["x", 5])),
    ("spawnv", (SH, ["x", "a\0b"])),
    ("spawnv", (5, ["x"])),
    ("spawnv", ("a\0b", ["x"])),
    ("spawnve", (SH, sh("exit $A"), {"A": "5"})),
    ("spawnve", (SH, ["x"], {"a=b": "c"})),
    ("spawnve", (SH, ["x"], 5)),
    ("spawnve", (SH, ["x"], None)),
    ("spawnvpe", ("sh", ["x"], None)),
    ("spawnvp", ("sh", sh("exit 6"))),
    ("spawnvp", (b"sh", sh("exit 6"))),
    ("spawnvp", (Path("sh"), sh("exit 6"))),
    ("spawnvp", ("no-such-program", ["x"])),
    ("spawnvp", ("", ["x"])),
    ("spawnvpe", ("sh", sh("exit $A"), {"A": "7", "PATH": "/nowhere:/etc:/bin"})),
    ("spawnvpe", ("sh", sh("exit 8"), {"PATH": "/nowhere"})),
    ("spawnvpe", ("sh", sh("exit 8"), {"PATH": "/bin", b"PATH": b"/bin"})),
    ("spawnvpe", ("passwd", ["x"], {"PATH": "/etc"})),
    ("spawnl", (SH, "sh", "-c", "exit 9")),
    ("spawnle", (SH, "sh", "-c", "exit $A", {"A": "10"})),
    ("spawnlp", ("sh", "sh", "-c", "exit 11")),
    ("spawnlpe", ("sh", "sh", "-c", "exit $A", {"A": "12", "PATH": "/bin"})),
]


def spawn_answer(module, mode, name, arguments):
    try:
        result = getattr(module, name)(mode, *arguments)
    except BaseException as error:
        return type(error), error.args
    if mode == os.P_NOWAIT:
        result = os.waitpid(result, 0)[1]
    return result


@pytest.mark.parametrize("name, arguments", SPAWNV)
@pytest.mark.parametrize("mode", [os.P_WAIT, os.P_NOWAIT, 77])
def test_spawn(mode, name, arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert spawn_answer(os, mode, name, arguments) == spawn_answer(python_os, mode, name, arguments)


def test_spawn_goes_on_when_the_child_is_stopped():
    assert os.spawnv(os.P_WAIT, SH, sh("(sleep 0.3; kill -CONT $$) & kill -STOP $$; exit 3")) == 3


def test_spawn_takes_the_environment_of_now():
    code = """
os.environ["A"] = "3"
print(os.spawnv(os.P_WAIT, "/bin/sh", ["sh", "-c", "exit $A"]))
os.environ["PATH"] = "/nowhere"
print(os.spawnlp(os.P_WAIT, "sh", "sh", "-c", "exit 4"))
os.environ["PATH"] = "/nowhere:/bin"
print(os.spawnlp(os.P_WAIT, "sh", "sh", "-c", "exit 5"))
"""
    assert run(code) == "3\n127\n5\n"


def test_spawn_inherits_what_is_to_be():
    code = """
a, b = os.pipe()
c = os.dup(a)
os.set_inheritable(c, True)
look = f"test -e /proc/self/fd/{c} || exit 1; test -e /proc/self/fd/{a} && exit 2; exit 0"
print(os.spawnlp(os.P_WAIT, "sh", "sh", "-c", look))
"""
    assert run(code) == "0\n"


@pytest.mark.parametrize("name", ["fork", "execv", "_exit", "execvp"])
def test_spawn_honours_replaced_functions(name, monkeypatch):
    def refuse(*_):
        raise RuntimeError("replaced")

    monkeypatch.setattr(os, name, refuse)
    if name == "fork":
        with pytest.raises(RuntimeError, match="replaced"):
            os.spawnv(os.P_WAIT, SH, sh("exit 3"))
    elif name != "_exit":
        call = os.spawnvp if name == "execvp" else os.spawnv
        assert call(os.P_WAIT, SH, sh("exit 3")) == 127


def test_spawn_has_no_hooks_and_no_warnings():
    code = HOOKS + """
import threading, warnings
warnings.simplefilter("error")
end = threading.Event()
thread = threading.Thread(target=end.wait)
thread.start()
print(os.spawnv(os.P_WAIT, "/bin/sh", ["sh", "-c", "exit 3"]), log)
end.set()
"""
    assert run(code) == "3 []\n"


# ------------------------------------------------------------------- system


@pytest.mark.parametrize("command", ["exit 3", b"exit 4", "kill -9 $$", "", "exit $(test $A = b && echo 5)", "kill -INT $$"])
def test_system(command, monkeypatch):
    monkeypatch.setenv("A", "b")
    assert os.system(command) == python_os.system(command)


def test_system_refuses():
    for command in ("a\0b", 5, None):
        ours, theirs = (answer(module.system, command) for module in MODULES)
        assert ours == theirs


@pytest.mark.parametrize("module", ["os", "python_os"])
def test_system_ends_before_signals_are_seen_to(module):
    code = f"""
import os as python_os, signal, time
class Alarm(Exception): pass
def ring(*_): raise Alarm
signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, 0.05)
try: {module}.system("sleep 0.3; echo line; kill -INT $PPID")
except Alarm: print("rang", flush=True)
try: os.wait()
except ChildProcessError: print("no child")
"""
    assert run(code) == "line\nrang\nno child\n"


# ------------------------------------------------------------------- audit events

AUDIT = """
events = []
sys.addaudithook(lambda name, arguments: name.startswith("os.") and events.append((name, arguments)))
{code}
print(events)
"""


@pytest.mark.parametrize(
    "code, events",
    [
        ("if os.fork() == 0: os._exit(0)", [("os.fork", ())]),
        ("if os.forkpty()[0] == 0: os._exit(0)", [("os.forkpty", ())]),
        ("os.posix_spawn('/bin/true', ['t'], {'A': 'b'})", [("os.posix_spawn", ("/bin/true", ["t"], {"A": "b"}))]),
        ("os.posix_spawnp(b'true', ('t',), {})", [("os.posix_spawn", (b"true", ("t",), {}))]),
        ("os.spawnv(0, '/bin/true', ['t'])", [("os.fork", ()), ("os.exec", ("/bin/true", ["t"], None))]),
        ("os.spawnle(0, '/bin/true', 't', {})", [("os.fork", ()), ("os.exec", ("/bin/true", ("t",), {}))]),
        ("os.spawnlpe(0, 'true', 't', {'PATH': '/nowhere:/bin'})",
         [("os.fork", ()), ("os.exec", (b"/nowhere/true", ("t",), {"PATH": "/nowhere:/bin"})),
          ("os.exec", (b"/bin/true", ("t",), {"PATH": "/nowhere:/bin"}))]),
        ("try: os.execv('/nowhere', ['t'])\nexcept OSError: pass", [("os.exec", ("/nowhere", ["t"], None))]),
        ("try: os.execve('/nowhere', ['t'], {})\nexcept OSError: pass", [("os.exec", ("/nowhere", ["t"], {}))]),
        ("try: os.execve(99, ['t'], {})\nexcept OSError: pass", [("os.exec", (99, ["t"], {}))]),
        ("os.times(), os.device_encoding(0)", []),
    ],
)
def test_audit_events(code, events):
    assert eval(run(AUDIT.format(code=code))) == events


def test_an_audit_hook_refuses():
    code = """
refused = None
def hook(name, arguments):
    if name == refused:
        raise KeyError(name)
sys.addaudithook(hook)
def show(function, *arguments):
    try: print(function(*arguments))
    except KeyError as error: print(error)
refused = "os.fork"
show(os.fork), show(os.spawnv, 0, "/bin/true", ["t"])
refused = "os.forkpty"
show(os.forkpty)
refused = "os.posix_spawn"
show(os.posix_spawn, "/bin/true", ["t"], {})
refused = "os.exec"
show(os.execv, "/bin/true", ["t"]), show(os.execve, "/bin/true", ["t"], {}), show(os.spawnv, 0, "/bin/true", ["t"])
"""
    shown = ["'os.fork'"] * 2 + ["'os.forkpty'", "'os.posix_spawn'"] + ["'os.exec'"] * 2 + ["127"]
    assert run(code).split() == shown


# ------------------------------------------------------------------- functions of later versions


@pytest.mark.skipif(not hasattr(python_os, "setns"), reason="since 3.12")
def test_namespaces():
    for name, arguments in [("setns", (-1,)), ("setns", (987,)), ("setns", ("x",)), ("unshare", ("x",)), ("unshare", (1,))]:
        assert answer(getattr(os, name), *arguments) == answer(getattr(python_os, name), *arguments)
    assert run("os.unshare(os.CLONE_FS); os.setns(os.open('/proc/self/ns/uts', 0), 0); print(1)") == "1\n"


@pytest.mark.skipif(not hasattr(python_os, "timerfd_create"), reason="since 3.13")
def test_timers():
    import time

    fd = os.timerfd_create(time.CLOCK_MONOTONIC, flags=os.TFD_NONBLOCK)
    assert (os.get_inheritable(fd), os.get_blocking(fd)) == (False, False)
    os.close(fd)
    fd = os.timerfd_create(time.CLOCK_MONOTONIC)
    assert (os.get_inheritable(fd), os.get_blocking(fd)) == (False, True)
    assert os.timerfd_settime(fd, initial=0.01, interval=0.5) == (0.0, 0.0)
    assert os.read(fd, 8) == (1).to_bytes(8, sys.byteorder)
    assert os.timerfd_gettime(fd)[1] == 0.5
    assert os.timerfd_settime_ns(fd, initial=10**12, interval=7)[1] == 500_000_000
    assert os.timerfd_gettime_ns(fd)[1] == 7
    far = time.clock_gettime(time.CLOCK_MONOTONIC) + 1000
    os.timerfd_settime(fd, flags=os.TFD_TIMER_ABSTIME, initial=far)
    assert 990 < os.timerfd_gettime(fd)[0] <= 1000
    for name, arguments, keywords in [
        ("timerfd_create", (99,), {}),
        ("timerfd_create", (1,), {"flags": 12345}),
        ("timerfd_settime", (fd,), {"initial": -1}),
        ("timerfd_settime", (fd,), {"initial": float("nan")}),
        ("timerfd_settime", (fd,), {"initial": 1e300}),
        ("timerfd_settime", (fd,), {"initial": "x"}),
        ("timerfd_settime_ns", (fd,), {"initial": 2**63}),
        ("timerfd_settime_ns", (fd,), {"interval": -1}),
        ("timerfd_settime_ns", (fd,), {"flags": 99}),
        ("timerfd_gettime", (987,), {}),
        ("timerfd_gettime_ns", (-1,), {}),
    ]:
        ours, theirs = (answer(getattr(module, name), *arguments, **keywords) for module in MODULES)
        if theirs[0] is OverflowError:  # in words of its C type
            ours, theirs = ours[0], theirs[0]
        assert ours == theirs, (name, arguments, keywords)
    os.close(fd)


# ------------------------------------------------------------------- sub-interpreters and leaks


def test_a_sub_interpreter_may_what_it_may():
    code = """
import sys; sys.path[:] = {path!r}
import os as python_os, osier.os as os
calls = [("execv", ("/nowhere", ["t"])), ("execve", ("/nowhere", ["t"], {{}}))]
if sys.version_info < (3, 12): # where later ones allow it, the child dies of it
    calls += [("fork", ()), ("forkpty", ())]
for name, arguments in calls:
    said = []
    for module in (os, python_os):
        try:
            pid = getattr(module, name)(*arguments)
            if pid == 0: os._exit(0)
            said.append(os.waitpid(pid, 0)[1])
        except (OSError, RuntimeError) as error: said.append(str(error))
    assert said[0] == said[1] and len(said) == 2, (name, said)
assert os.spawnv(0, "/bin/sh", ["sh", "-c", "exit 3"]) == 3
""".format(path=sys.path)
    if sys.version_info >= (3, 13):
        create = "import _interpreters as i; new = i.create('legacy')"
    elif sys.version_info >= (3, 12):
        create = "import _xxsubinterpreters as i; new = i.create(isolated=False)"
    else:
        create = "import _xxsubinterpreters as i; new = i.create()"
    assert run(f"{create}\nprint(i.run_string(new, {code!r}))") == "None\n"


def attempt(name, *arguments, **keywords):
    try:
        result = getattr(os, name)(*arguments, **keywords)
    except (OSError, ValueError, TypeError, OverflowError):
        return
    if result > 0:
        os.wait4(result, 0)


def leaks(rounds=20):
    """Whether calls leave memory behind each time they are made; what is only cached comes to an end."""
    def work():
        for arguments, keywords in SPAWNS:
            attempt("posix_spawn", *arguments, **keywords)
        for name, arguments in EXECS:
            attempt(name, *arguments)
        attempt("spawnvpe", os.P_NOWAIT, "x", ["x", "y"], {"PATH": "/nowhere"})
        attempt("spawnve", os.P_NOWAIT, "/bin/true", ["x", "y"], {"PATH": "/nowhere"})
        os.times()

    warnings.simplefilter("ignore")
    return all(growth(work, rounds)[0] >= rounds for _ in range(15))


def test_no_leaks():
    place = os.path.dirname(__file__)  # in an interpreter of its own, which nothing else keeps busy
    assert run(f"sys.path.append({place!r}); import test_process; print(test_process.leaks())") == "False\n"
