# SPDX-License-Identifier: MIT
"""Measures osier.os against the same interpreter's own os: PYTHONPATH=build/python python3 bench/python.py [PATTERN]
(BENCH_BUILD names the build directory, if it isn't build.)

Prints nanoseconds of processor time for both, best of several rounds taken in turn, how many times quicker osier is, how
many times it is meant to be, and whether it is.
"""

import os as theirs
import pathlib
import re
import sys
import tempfile
import time
import timeit

import osier.os as ours

ROWS = {
    "path.join(a, b)": "p.join('/usr/lib', 'python3')",
    "path.join(a, b, c)": "p.join('/usr', 'lib', 'python3')",
    "path.split": "p.split('/usr/lib/python3')",
    "path.splitext": "p.splitext('/usr/lib/a.tar.gz')",
    "path.basename": "p.basename('/usr/lib/python3')",
    "path.dirname": "p.dirname('/usr/lib/python3')",
    "path.isabs": "p.isabs('/usr/lib/python3')",
    "path.normpath": "p.normpath('/usr/./lib/../lib//python3')",
    "path.abspath(relative)": "p.abspath('a/b')",
    "path.relpath": "p.relpath('/usr/lib/python3', '/usr/share')",
    "path.commonpath": "p.commonpath(['/usr/lib/a', '/usr/lib/b', '/usr/lib/c/d'])",
    "path.realpath": "p.realpath('/usr/share/doc')",
    "path.expanduser(~/x)": "p.expanduser('~/x')",
    "path.expandvars($HOME/x)": "p.expandvars('$HOME/x')",
    "path.exists": "p.exists('/usr')",
    "path.exists(missing)": "p.exists('/nowhere')",
    "path.isdir": "p.isdir('/usr')",
    "path.isfile": "p.isfile('/etc/passwd')",
    "path.getsize": "p.getsize('/etc/passwd')",
    "stat": "os.stat('/etc/passwd')",
    "access": "os.access('/etc/passwd', 4)",
    "getpid": "os.getpid()",
    "getcwd": "os.getcwd()",
    "open, close": "os.close(os.open('/etc/passwd', 0))",
    "listdir": "os.listdir('/usr/bin')",
    "scandir": "[e.name for e in os.scandir('/usr/bin')]",
    "scandir, is_dir": "[e.is_dir() for e in os.scandir('/usr/bin')]",
    "scandir, stat": "[e.stat() for e in os.scandir('/etc')]",
    "walk": "for _ in os.walk('/usr/include'): pass",
    "environ[key]": "os.environ['HOME']",
    "environ.get(missing)": "os.environ.get('MISSING')",
    "getenv": "os.getenv('HOME')",
    "mkdir, rmdir": "os.mkdir('d'); os.rmdir('d')",
    "makedirs, removedirs": "os.makedirs('a/b/c/d/e'); os.removedirs('a/b/c/d/e')",
    "posix_spawn": "os.waitpid(os.posix_spawn(child, ['child'], {}), 0)",
    "spawnv": "os.spawnv(os.P_WAIT, child, ['child'])",
    "spawnv, 100 MiB heap": "os.spawnv(os.P_WAIT, child, ['child'])",
    "spawnv /bin/true": "os.spawnv(os.P_WAIT, '/bin/true', ['true'])",
    "start of a child": "theirs.waitpid(theirs.posix_spawn(python, ['python', '-c', 'pass'], path), 0)",  # of -m osier
}
# A program that ends at once, where there is one: /bin/true takes longer to be linked than to be started.
BUILD = pathlib.Path(__file__).resolve().parent.parent / "build"
NOTHING = pathlib.Path(theirs.environ.get("BENCH_BUILD", BUILD)) / "bench" / "nothing"
CHILD = str(NOTHING) if NOTHING.exists() else "/bin/true"
CHILDREN = str(pathlib.Path(sys.modules["osier"].__file__).resolve().parent / "_children")  # whose children take osier's os
HEAPS = {"spawnv, 100 MiB heap": 100}  # in MiB, the memory that the process has, as programs do

# How many times quicker than the interpreter's own: by what a row begins with, the first that fits.
GOALS = [
    (6, ("path.join", "path.split", "path.basename", "path.dirname", "path.isabs")),
    (3, ("path.relpath", "path.commonpath", "path.realpath", "path.expand")),
    (1 / 1.02, ("spawnv /bin/true",)),
    (2, ("environ", "getenv", "spawnv")),
    (1.5, ("walk",)),
    (1 / 1.3, ("start",)),
    (1 / 1.02, ("",)),  # not slower
]


def goal(name):
    return next(times for times, beginnings in GOALS if name.startswith(beginnings))


def measure(name, code, rounds=15):
    """The least seconds a run of `code` takes with each module: of this process, or that pass where others work."""
    clock = time.perf_counter if "spawn" in code or name == "walk" else time.process_time
    timers = [timeit.Timer(code, timer=clock, globals={
        "os": module, "p": module.path, "child": CHILD, "theirs": theirs,
        "python": sys.executable, "path": {"PYTHONPATH": CHILDREN} if module is ours else {},
    }) for module in (theirs, ours)]
    number = max(1, int(0.01 / max(min(timers[0].repeat(3, 1)), 1e-8)))
    times = [[timer.timeit(number) / number for timer in timers] for _ in range(rounds)]
    return [min(column) for column in zip(*times)]


def main(pattern=""):
    print(f"{'':<26}{'python ns':>12}{'osier ns':>12}{'times':>8}{'goal':>7}")
    met = 0
    with tempfile.TemporaryDirectory() as place:
        theirs.chdir(place)
        for name, code in ROWS.items():
            if re.search(pattern, name):
                heap = [bytes(1000) for _ in range(1000 * HEAPS.get(name, 0))]
                python, osier = measure(name, code)
                del heap
                good = python / osier >= goal(name)
                met += good
                print(f"{name:<26}{python * 1e9:12.0f}{osier * 1e9:12.0f}{python / osier:8.2f}{goal(name):7.2f}"
                      f"  {'met' if good else 'MISSED'}", flush=True)
        theirs.chdir("/")
    print(f"{met} of {sum(bool(re.search(pattern, name)) for name in ROWS)} goals met")


if __name__ == "__main__":
    main(*sys.argv[1:])
