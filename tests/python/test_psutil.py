# SPDX-License-Identifier: MIT
"""osier.psutil: names, processes that end, lists, and a /proc that is elsewhere. tools/check-psutil has psutil's suite."""

import os
import pickle
import signal
import subprocess
import sys
import time

import pytest

import osier
import osier.psutil as psutil


@pytest.fixture
def sleeper():
    child = subprocess.Popen(["/bin/sleep", "1000"])
    yield child
    child.kill()
    child.wait()


def test_it_is_psutil_7_2():
    assert psutil.__version__ == "7.2.2" and psutil.version_info == (7, 2, 2)
    assert psutil.LINUX and not psutil.WINDOWS
    assert all(hasattr(psutil, name) for name in psutil.__all__)
    assert psutil.Process.__module__ == psutil.NoSuchProcess.__module__ == "osier.psutil"
    assert psutil.RLIMIT_NOFILE in range(64) and psutil.CONN_LISTEN == "LISTEN"


def test_a_process(sleeper):
    process = psutil.Process(sleeper.pid)
    while process.name() != "sleep":
        time.sleep(0.001)
    assert process.cmdline() == ["/bin/sleep", "1000"]
    assert process.ppid() == os.getpid() and process.parent() == psutil.Process()
    assert process.uids().real == os.getuid() and process.gids().effective == os.getegid()
    assert process in psutil.Process().children()
    assert process == psutil.Process(sleeper.pid) and hash(process) == hash(psutil.Process(sleeper.pid))
    assert str(process).startswith(f"psutil.Process(pid={sleeper.pid}, name='sleep', status=")
    assert process.memory_info().rss > 0 and process.memory_full_info().uss > 0
    assert abs(process.create_time() - time.time()) < 600
    assert process.nice() == os.getpriority(os.PRIO_PROCESS, sleeper.pid)
    assert process.cpu_affinity() == sorted(os.sched_getaffinity(sleeper.pid))
    assert sum(row.rss for row in process.memory_maps()) > 0
    with process.oneshot():
        assert process.as_dict(["pid", "name", "status"])["pid"] == sleeper.pid


def test_signals_and_waiting(sleeper):
    process = psutil.Process(sleeper.pid)
    with pytest.raises(psutil.TimeoutExpired):
        process.wait(0.01)
    process.suspend()
    while process.status() != psutil.STATUS_STOPPED:
        time.sleep(0.001)
    process.resume()
    process.terminate()
    assert process.wait() == -signal.SIGTERM == process.wait()
    assert not process.is_running()
    for call in (process.name, process.cmdline, process.kill, process.children, process.cpu_times):
        with pytest.raises(psutil.NoSuchProcess):
            call()
    with pytest.raises(psutil.NoSuchProcess):
        psutil.Process(sleeper.pid)


def test_no_signal_reaches_another(sleeper):
    """Of a process that had the same number but began at another time."""
    process = psutil.Process(sleeper.pid)
    process._ident = (process.pid, process.create_time() + 100)
    assert not process.is_running()
    for call in (process.kill, process.suspend, process.terminate):
        with pytest.raises(psutil.NoSuchProcess, match="reused"):
            call()
    assert sleeper.poll() is None


def test_a_zombie():
    child = subprocess.Popen([sys.executable, "-c", ""])
    process = psutil.Process(child.pid)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert process.status() == psutil.STATUS_ZOMBIE and process.is_running()
    for call in (process.exe, process.cmdline, process.memory_maps):
        with pytest.raises(psutil.ZombieProcess):
            call()
    assert process.memory_info().rss == 0 == process.memory_percent()
    assert process.as_dict(["cmdline", "status"], ad_value=7) == {"cmdline": 7, "status": psutil.STATUS_ZOMBIE}
    assert child.pid in [p.pid for p in psutil.process_iter()]
    assert process.wait() == 0


def test_lists(sleeper):
    found = {p.pid: p for p in psutil.process_iter(["name", "ppid", "cpu_percent", "memory_percent", "create_time"])}
    info = found[sleeper.pid].info
    assert set(info) == {"name", "ppid", "cpu_percent", "memory_percent", "create_time"}
    assert info["ppid"] == os.getpid() and info["create_time"] == found[sleeper.pid].create_time()
    assert next(p for p in psutil.process_iter() if p.pid == sleeper.pid) is found[sleeper.pid]
    with pytest.raises(ValueError):
        list(psutil.process_iter(["nothing"]))
    every = next(p for p in psutil.process_iter([]) if p.pid == os.getpid()).info
    assert set(every) == set(psutil.Process().as_dict())
    numbers = psutil.pids()
    assert numbers == sorted(numbers) and os.getpid() in numbers and psutil.pid_exists(os.getpid())
    assert not psutil.pid_exists(-1) and not psutil.pid_exists(2**40)


def test_a_new_process_is_met_alone(monkeypatch):
    list(psutil.process_iter())
    child = subprocess.Popen(["/bin/sleep", "1000"])
    monkeypatch.setattr(psutil, "_FEW", 2**30)
    monkeypatch.setattr(psutil._psutil, "snapshot", None)
    found = {p.pid: p for p in psutil.process_iter()}
    assert found[child.pid].is_running() and found[child.pid] == psutil.Process(child.pid)
    assert {p.pid: p for p in psutil.process_iter()}[child.pid] is found[child.pid]
    child.kill()
    child.wait()
    assert not found[child.pid].is_running() and child.pid not in [p.pid for p in psutil.process_iter()]


def test_command_lines_in_lists(sleeper, tmp_path):
    """They are what each process says, of a program with one word too, of a zombie, and of one that has none yet."""
    one = subprocess.Popen(["one word"], executable=sys.executable, stdin=subprocess.PIPE)
    zombie = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
    while psutil.Process(one.pid).cmdline() != ["one", "word"]:
        time.sleep(0.001)
    found = {p.pid: p.info for p in psutil.process_iter(["cmdline", "username"], ad_value=7)}
    assert found[one.pid]["cmdline"] == ["one", "word"]
    assert found[sleeper.pid] == psutil.Process(sleeper.pid).as_dict(["cmdline", "username"])
    assert found[zombie.pid] == {"cmdline": 7, "username": psutil.Process().username()}
    one.communicate()
    zombie.wait()
    for pid, flags in (7, 0), (8, 0x00200000):  # the other is a kernel thread
        (tmp_path / str(pid)).mkdir()
        (tmp_path / str(pid) / "cmdline").touch()
        line = f"{pid} (name) S 1 7 7 0 0 {flags} 7 0 8 0 1 5 0 0 20 0 2 0 300 8192 3"
        (tmp_path / str(pid) / "stat").write_text(line)
    psutil.PROCFS_PATH = str(tmp_path)
    try:
        assert [p.info for p in psutil.process_iter(["cmdline"])] == [{"cmdline": []}] * 2
    finally:
        psutil.PROCFS_PATH = "/proc"


def test_wait_for_several():
    children = [subprocess.Popen(["/bin/sleep", seconds]) for seconds in ("0", "1000")]
    processes = [psutil.Process(child.pid) for child in children]
    told = []
    gone, alive = psutil.wait_procs(processes, timeout=0.5, callback=told.append)
    while not gone:
        gone, alive = psutil.wait_procs(processes, timeout=0.5, callback=told.append)
    assert gone == told[:1] == [processes[0]] and alive == [processes[1]] and gone[0].returncode == 0
    processes[1].kill()
    processes[1].wait()


def test_few_descriptors_are_kept():
    """However many processes are held; the limit stays for the program."""
    code = (
        "import os, resource, osier.psutil as p\n"
        "held = [p.Process() for _ in range(300)]\n"
        "assert len(os.listdir('/proc/self/fd')) < 100, os.listdir('/proc/self/fd')\n"
        "assert all(h.name() for h in held)\n"
        "del held\n"
        "assert len(os.listdir('/proc/self/fd')) < 10\n"
    )
    limit = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))\n"
    place = os.path.dirname(os.path.dirname(osier.__file__))
    subprocess.run([sys.executable, "-c", limit + code], check=True, env={**os.environ, "PYTHONPATH": place})


def test_exceptions_are_told_and_pickled():
    for error in (
        psutil.NoSuchProcess(3, "a", "gone"), psutil.ZombieProcess(3, "a", 1), psutil.AccessDenied(3),
        psutil.TimeoutExpired(2.5, 3, "a"),
    ):  # fmt: skip
        same = pickle.loads(pickle.dumps(error))
        assert type(same) is type(error) and vars(same) == vars(error) and str(same) == str(error)
    assert str(psutil.NoSuchProcess(3, "a", "gone")) == "gone (pid=3, name='a')"
    assert repr(psutil.AccessDenied(3, msg="no")) == "psutil.AccessDenied(pid=3, msg='no')"


def test_the_machine():
    memory = psutil.virtual_memory()
    assert memory.total == os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert memory.used == memory.total - memory.available
    assert len(psutil.cpu_times(percpu=True)) == psutil.cpu_count()
    assert psutil.disk_usage("/").total == os.statvfs("/").f_blocks * os.statvfs("/").f_frsize
    assert any(part.mountpoint == "/" for part in psutil.disk_partitions(all=True))
    assert psutil.net_if_addrs().keys() <= psutil.net_if_stats().keys()
    assert psutil.net_if_stats()["lo"].mtu > 0
    assert 0 <= psutil.cpu_percent(0.01) <= 100


def test_a_proc_that_is_elsewhere(tmp_path):
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "stat").write_text("7 (odd) name) S 1 7 7 0 0 0 7 0 8 0 1 5 0 0 20 0 2 0 300 8192 3")
    (tmp_path / "stat").write_text("btime 1000\n")
    psutil.PROCFS_PATH = str(tmp_path)
    try:
        assert psutil.pids() == [7]
        process = psutil.Process(7)
        assert process.name() == "odd) name" and process.status() == "sleeping"
        assert process.create_time() == 1000 + 300 / os.sysconf("SC_CLK_TCK")
        with pytest.raises(OSError):
            psutil.virtual_memory()
    finally:
        psutil.PROCFS_PATH = "/proc"
    assert psutil.pid_exists(os.getpid())


def test_in_psutils_place():
    place = os.path.dirname(os.path.dirname(osier.__file__))
    code = "import psutil, subprocess, sys; print(psutil.__name__, psutil.NoSuchProcess.__module__)"
    code += "; print(subprocess.run([sys.executable, '-c', 'import psutil; print(psutil.__name__)'], capture_output=True, text=True).stdout)"
    done = subprocess.run([sys.executable, "-m", "osier", "--psutil", "-c", code], capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": place})  # fmt: skip
    assert done.stdout.split() == ["osier.psutil", "psutil", "osier.psutil"], done.stderr


def test_a_proc_that_leads_nowhere(tmp_path):
    psutil.PROCFS_PATH = str(tmp_path)
    try:
        for call in psutil.net_connections, psutil.net_if_stats, psutil.virtual_memory, psutil.cpu_times, psutil.disk_partitions:
            with pytest.raises(FileNotFoundError):
                call()
    finally:
        psutil.PROCFS_PATH = "/proc"
