# SPDX-License-Identifier: MIT
"""What audit hooks see of osier.os is what they see of the interpreter's own os: every event, its
arguments, and that a hook which raises keeps the call from having an effect."""

import json
import os
import posix
import subprocess
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))

# Runs in a process of its own, as hooks stay. The answer is written by fd, which raises no event that is kept.
CHILD = """
OURS = "open", "glob.", "pathlib.", "shutil.", "tempfile.", "subprocess.", "os.", "fcntl."
events, on, refuse = [], False, {refuse!r}
class Refused(Exception): pass
def plain(value):
    if isinstance(value, (list, tuple)): return [plain(item) for item in value]
    if isinstance(value, dict): return ["dict", sorted([plain(k), plain(v)] for k, v in value.items())]
    if isinstance(value, int) and value > 10**18: return "now"
    if isinstance(value, (int, str, type(None))): return value
    if isinstance(value, bytes): return "b:" + value.decode("latin-1")
    return "object " + type(value).__name__
def hook(name, arguments):
    if on and name.startswith(OURS):
        events.append([name, plain(arguments)])
        if refuse is not None and len(events) == refuse: raise Refused(name)
sys.addaudithook(hook)
child = 0
def reap(pid):
    global on
    before, on = on, False
    if pid == 0: python_os._exit(0)
    python_os.waitpid(pid, 0)
    on = before
{before}
try:
    on = True
    {code}
    outcome = "done"
except BaseException as error:
    outcome = type(error).__name__
on = False
def tree(top):
    found = []
    for name in sorted(python_os.listdir(top)):
        path = top + "/" + name
        st = python_os.lstat(path)
        is_dir = st.st_mode & 0o170000 == 0o040000
        found.append([path, st.st_mode, st.st_size if not is_dir else 0, st.st_uid, st.st_mtime_ns if st.st_mtime_ns < 10**18 else 0])
        if is_dir: found += tree(path)
    return found
python_os.chdir({place!r})
out = json.dumps([events, outcome, tree("."), python_os.environ.get("NEW"), python_os.environ.get("OLD")])
python_os.write(1, out.encode())
python_os._exit(0)
"""

# An interpreter that has imported everything, and forks for each piece of code: a line of JSON says which, and where
# its outputs go to; a line of the answer says how it ended.
SERVER = """
import sys, json, os as python_os, signal, ctypes, threading, traceback, warnings
warnings.simplefilter("ignore")
import {module} as os
shutil = __import__({shutil!r}, fromlist=["*"])
import subprocess, tempfile, glob
def start(code, place, outputs):
    for number, output in enumerate(outputs, 1):
        python_os.dup2(python_os.open(output, python_os.O_WRONLY | python_os.O_CREAT), number)
    python_os.dup2(python_os.open("/dev/null", 0), 0)
    python_os.chdir(place)
    signal.alarm(60)
    try:
        exec(compile(code, "CHILD", "exec"), globals())
    except BaseException:
        traceback.print_exc()
        python_os._exit(1)
for line in sys.stdin:
    pid = python_os.fork()
    if pid == 0: start(*json.loads(line))
    print(python_os.waitpid(pid, 0)[1], flush=True)
"""


@pytest.fixture(scope="module")
def observe():
    running = {}

    def ask(module, *request):
        if module not in running:
            shutil = "osier.shutil" if module == "osier.os" and has_shutil() else "shutil"
            running[module] = subprocess.Popen([sys.executable, "-c", SERVER.format(module=module, shutil=shutil)], text=True,
                                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "OLD": "old"})
        print(json.dumps(request), file=running[module].stdin, flush=True)
        return int(running[module].stdout.readline())

    def observe(module, code, place, before="", refuse=None):
        place.mkdir()
        (place / "file").write_text("contents")
        (place / "full" / "below").mkdir(parents=True)
        (place / "full" / "below" / "leaf").write_text("leaf")
        (place / "empty").mkdir()
        (place / "link").symlink_to("file")
        outputs = [place.with_name(f"{module} {stream}") for stream in ("stdout", "stderr")]
        text = CHILD.format(code=code, before=before, place=str(place), refuse=refuse)
        status = ask(module, text, str(place), [str(output) for output in outputs])
        out, err = (output.read_text() for output in outputs)
        assert (status, err) == (0, ""), err
        return json.loads(out.replace(str(place), "PLACE"))

    yield observe
    for process in running.values():
        process.communicate()


def has_shutil():
    import importlib.util

    return importlib.util.find_spec("osier.shutil") is not None


FD = "fd = python_os.open('file', 2)"
DIR = "fd = python_os.open('.', 0)"
ATTRIBUTE = "python_os.setxattr('file', 'user.a', b'1') if {!r} else None".format(sys.platform == "linux")

# By function, the calls that raise an event: (code, what is done before it).
AUDITED = {
    "chdir": [("os.chdir('full')", ""), ("os.chdir(b'full')", ""), ("os.chdir(fd)", DIR), ("os.chdir('nowhere')", "")],
    "fchdir": [("os.fchdir(fd)", DIR)],
    "chmod": [("os.chmod('file', 0o600)", ""), ("os.chmod(fd, 0o600)", FD), ("os.chmod('file', 0o600, dir_fd=fd)", DIR),
              ("os.chmod(b'nowhere', 1)", "")],
    "fchmod": [("os.fchmod(fd, 0o600)", FD)],
    "chown": [("os.chown('file', -1, -1)", ""), ("os.chown('link', 1, 2, follow_symlinks=False)", ""),
              ("os.chown(fd, 1, 2)", FD), ("os.chown('file', 1, 2, dir_fd=fd)", DIR)],
    "fchown": [("os.fchown(fd, 1, -1)", FD)],
    "lchown": [("os.lchown('link', 1, 2)", "")],
    "link": [("os.link('file', 'new')", ""), ("os.link('file', 'new', src_dir_fd=fd, dst_dir_fd=fd)", DIR)],
    "listdir": [("os.listdir()", ""), ("os.listdir('full')", ""), ("os.listdir(b'.')", ""), ("os.listdir(fd)", DIR),
                ("os.listdir(None)", "")],
    "scandir": [("os.scandir().close()", ""), ("os.scandir('full').close()", ""), ("os.scandir(fd).close()", DIR)],
    "mkdir": [("os.mkdir('new')", ""), ("os.mkdir('new', 0o700, dir_fd=fd)", DIR), ("os.mkdir('file')", "")],
    "makedirs": [("os.makedirs('new/a/b', 0o700)", ""), ("os.makedirs('full', exist_ok=True)", ""), ("os.makedirs('full')", "")],
    "rename": [("os.rename('file', 'new')", ""), ("os.rename('file', 'new', src_dir_fd=fd)", DIR)],
    "replace": [("os.replace('file', 'link')", ""), ("os.replace('file', 'new', dst_dir_fd=fd)", DIR)],
    "renames": [("os.renames('full/below/leaf', 'new/leaf')", "")],
    "rmdir": [("os.rmdir('empty')", ""), ("os.rmdir('empty', dir_fd=fd)", DIR), ("os.rmdir('full')", "")],
    "removedirs": [("os.removedirs('new/a')", "python_os.makedirs('new/a')")],
    "symlink": [("os.symlink('x', 'new')", ""), ("os.symlink(b'x', b'new', dir_fd=fd)", DIR)],
    "remove": [("os.remove('file')", ""), ("os.remove('file', dir_fd=fd)", DIR)],
    "unlink": [("os.unlink('link')", ""), ("os.unlink('nowhere')", "")],
    "utime": [("os.utime('file')", ""), ("os.utime('file', (1, 2.5))", ""), ("os.utime('file', ns=(1, 2))", ""),
              ("os.utime('file', times=None)", ""), ("os.utime(fd, (3, 4))", FD), ("os.utime('file', (3, 4), dir_fd=fd)", DIR)],
    "truncate": [("os.truncate('file', 3)", ""), ("os.truncate(fd, 3)", FD), ("os.truncate('file', -1)", "")],
    "ftruncate": [("os.ftruncate(fd, 3)", FD)],
    "open": [("os.open('file', 0)", ""), ("os.open(b'new', os.O_CREAT | os.O_WRONLY, 0o600)", ""),
             ("os.open('file', 0, dir_fd=fd)", DIR), ("os.open('nowhere', 0)", "")],
    "lockf": [("os.lockf(fd, os.F_LOCK, 3)", FD), ("os.lockf(fd, os.F_TEST, 0)", FD)],
    "getxattr": [("os.getxattr('file', 'user.a')", ATTRIBUTE), ("os.getxattr(fd, b'user.b')", FD)],
    "setxattr": [("os.setxattr('file', 'user.b', b'value')", ""), ("os.setxattr(fd, b'user.b', bytearray(b'v'), os.XATTR_CREATE)", FD)],
    "removexattr": [("os.removexattr('file', 'user.a')", ATTRIBUTE)],
    "listxattr": [("os.listxattr()", ""), ("os.listxattr('file')", ""), ("os.listxattr(fd)", FD), ("os.listxattr(None)", "")],
    "putenv": [("os.putenv('NEW', 'a')", ""), ("os.putenv(b'NEW', b'a')", "")],
    "unsetenv": [("os.unsetenv('OLD')", "")],
    "environ": [("os.environ['NEW'] = 'a'", ""), ("del os.environ['OLD']", ""), ("os.environ.pop('OLD')", ""),
                ("os.environ.setdefault('NEW', 'a')", ""), ("os.environ.update(NEW='b')", ""),
                ("os.environ.clear()", "for name in set(python_os.environ) - {'OLD'}: del python_os.environ[name]")],
    "system": [("os.system('mkdir new')", ""), ("os.system(b'true')", "")],
    "popen": [("os.popen('mkdir new').close()", "import subprocess, threading, selectors")],
    "kill": [("os.kill(0, 0)", ""), ("os.kill(2**22 + 1, 5)", "")],
    "killpg": [("os.killpg(0, 0)", "")],
    "fork": [("reap(os.fork())", "")],
    "forkpty": [("reap(os.forkpty()[0])", "")],
    "execv": [("os.execv('nowhere', ['a', b'b'])", ""), ("os.execv(b'nowhere', ('a',))", "")],
    "execve": [("os.execve('nowhere', ['a'], {'A': 'b'})", ""), ("os.execve(fd, ['a'], {b'A': b'b'})", FD)],
    "execl": [("os.execl('nowhere', 'a', 'b')", "")],
    "execle": [("os.execle('nowhere', 'a', {'A': 'b'})", "")],
    "execlp": [("os.execlp('./nowhere', 'a')", "")],
    "execlpe": [("os.execlpe('./nowhere', 'a', {})", "")],
    "execvp": [("os.execvp('./nowhere', ['a'])", "")],
    "execvpe": [("os.execvpe('nowhere', ['a'], {'PATH': '/a:/b'})", "")],
    "posix_spawn": [("reap(os.posix_spawn('/bin/mkdir', ['mkdir', 'new'], {'A': 'b'}))", ""),
                    ("os.posix_spawn('nowhere', ['a'], os.environ)", "")],
    "posix_spawnp": [("reap(os.posix_spawnp('mkdir', ('mkdir', 'new'), {}))", "")],
    "walk": [("list(os.walk('.'))", ""), ("list(os.walk('full', False, print, True))", ""), ("os.walk('.')", ""),
             ("next(os.walk(b'full'))", ""), ("list(os.walk('nowhere'))", "")],
    "fwalk": [("list(os.fwalk('full'))", ""), ("list(os.fwalk('full', topdown=False, dir_fd=fd))", DIR), ("os.fwalk()", ""),
              ("list(os.fwalk('nowhere'))", "")],
}
if hasattr(posix, "_clearenv"):
    AUDITED["_clearenv"] = [("posix._clearenv()", "import posix")]
for name in ("spawnl", "spawnlp", "spawnv", "spawnvp"):
    listed = "'mkdir', 'new'" if name[5] == "l" else "['mkdir', 'new']"
    AUDITED[name] = [(f"os.{name}(os.P_WAIT, '/bin/mkdir', {listed})", "")]
    AUDITED[name + "e"] = [(f"os.{name}e(os.P_WAIT, '/bin/mkdir', {listed}, {{}})", "")]
for name in ("rmtree", "copytree", "copyfile", "copymode", "copystat", "copy", "copy2", "move", "disk_usage", "chown",
             "which"):
    arguments = {"rmtree": "'full'", "disk_usage": "'.'", "chown": "'file', 0", "which": "'mkdir'",
                 "copytree": "'full', 'new'", "copymode": "'file', 'empty'", "copystat": "'file', 'empty'",
                 "move": "'file', 'new'"}.get(name, "'file', 'new'")
    AUDITED["shutil." + name] = [(f"shutil.{name}({arguments})", "")]

# What raises no event, and shall not.
SILENT = """stat lstat fstat access readlink chroot mkfifo mknod memfd_create eventfd eventfd_read eventfd_write pidfd_open openpty
    pipe pipe2 dup dup2 umask setuid setgid seteuid setegid setreuid setregid setresuid setresgid setsid setpgid setpgrp
    setgroups initgroups urandom getrandom sched_yield sched_setaffinity sched_setparam sched_setscheduler sendfile
    copy_file_range splice statvfs fstatvfs sync fsync fdatasync read write pread pwrite readv writev preadv pwritev
    close closerange lseek isatty ttyname get_terminal_size set_blocking set_inheritable posix_fadvise posix_fallocate
    tcgetpgrp tcsetpgrp login_tty nice getpriority setpriority wait wait3 wait4 waitid waitpid times uname
    abort register_at_fork setns unshare sysconf confstr pathconf fpathconf strerror get_exec_path getenv getcwd getcwdb""".split()

CASES = [(name, code, before) for name, cases in AUDITED.items() for code, before in cases]
# The core removes and copies trees by descriptors, and so opens and lists what CPython looks at by name.
OWN = {"shutil.rmtree", "shutil.copytree", "fwalk"}


def comparable(name, observed):
    events, *rest = observed
    if name in OWN:
        events = [event for event in events if event[0] not in ("open", "os.scandir", "os.listdir")]
    if name.startswith("spawn"):  # the child's os.exec is raised where it can be heard: in the parent
        events = [event for event in events if event[0] != "os.exec"]
    return [events, *rest]


@pytest.mark.parametrize("name, code, before", CASES, ids=[f"{name}-{code}" for name, code, _ in CASES])
def test_events(name, code, before, tmp_path, observe):
    theirs, ours = (observe(module, code, tmp_path / module, before) for module in ("os", "osier.os"))
    assert comparable(name, ours) == comparable(name, theirs)
    if name.startswith("spawn"):
        assert ["os.exec", "os.fork"] == sorted(event[0] for event in ours[0])


@pytest.mark.parametrize("name, code, before", CASES, ids=[f"{name}-{code}" for name, code, _ in CASES])
def test_refused(name, code, before, tmp_path, observe):
    """The first event raises: nothing has happened, and the hook's exception is what comes of it."""
    theirs, ours = (observe(module, code, tmp_path / module, before, refuse=1) for module in ("os", "osier.os"))
    assert comparable(name, ours) == comparable(name, theirs)


def test_silent(tmp_path, observe):
    """The harmless call of every function that has no event, under both."""
    before = f"""
sys.path.insert(0, {HERE!r})
import calls
scene = calls.Scene()
known = calls.calls(scene)
def call_all():
    for name in {SILENT!r}:
        if name in calls.APART or not hasattr(os, name): continue
        try: getattr(os, name)(*known[name])
        except (OSError, TypeError): pass
"""
    for module in ("os", "osier.os"):
        assert observe(module, "call_all()", tmp_path / module, before)[0] == []


def test_every_audited_function_is_here():
    """A function that raises an event when it is called, under either module, has its row above."""
    code = f"""
import sys
sys.path.insert(0, {HERE!r})
import calls, os as python_os, json, tempfile, osier.os, warnings
warnings.simplefilter("ignore")
python_os.chdir(tempfile.mkdtemp())
scene = calls.Scene()
known, found, on = calls.calls(scene), set(), None
class Refused(BaseException): pass
def hook(name, arguments):
    if on and name.startswith(("os.", "open", "subprocess.", "shutil.", "fcntl.")):
        found.add(on)
        raise Refused
sys.addaudithook(hook)
silent = {SILENT!r}
for os in (python_os, osier.os):
    for name in known:
        function = getattr(os, name, None)
        if function is None or isinstance(function, type): continue
        # what would end or change this process, and isn't kept from it by its event
        if name in silent and name in calls.APART or name in ("_exit", "abort", "login_tty", "chroot", "setns", "unshare"): continue
        if name in ("register_at_fork", "fdopen"): continue
        on = name
        try:
            result = function(*known[name])
            if name in ("walk", "fwalk"): next(result)
        except (Exception, Refused): pass
        on = None
        scene.reset()
print(json.dumps(sorted(found)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    found = {name for name in json.loads(done.stdout) if not name.startswith("_") or name in AUDITED}
    assert len(found) > 40 and found - set(AUDITED) - {"reload_environ"} == set()
    assert set(SILENT) & set(AUDITED) == set()
    import calls

    functions = {name for name in dir(posix) if not name.startswith("_") and not isinstance(getattr(posix, name), type)
                 and callable(getattr(posix, name))}
    unknown = functions - set(AUDITED) - set(SILENT) - found
    assert not {name for name in unknown if name in calls.APART}, "nobody has looked whether these raise an event"
