# SPDX-License-Identifier: MIT
"""Measures osier.os and osier.shutil on whole trees against the same interpreter's own: bench/trees.py BUILD [PATTERN]

Prints milliseconds for both, the best of several rounds taken in turn, and how many times quicker osier is; processor
time where one thread works. BENCH_RAM is where the trees are made (/dev/shm), BENCH_ROUNDS how many rounds (5).
"""

import contextlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

BUILD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build").resolve()
sys.path.insert(0, str(BUILD / "python"))

import osier.os  # noqa: E402
import osier.shutil  # noqa: E402
from osier import _shutil  # noqa: E402

FILES, DIRECTORIES = 20000, 2000
PYTHON, OSIER = (os, shutil), (osier.os, osier.shutil)


def walk(module, tree, **names):
    for _ in module[0].walk(tree, **names):
        pass


def bottom_up(module, tree):
    walk(module, tree, topdown=False)


def fwalk(module, tree):
    for _ in module[0].fwalk(tree):
        pass


def walk_getsize(module, tree):
    join, getsize = module[0].path.join, module[0].path.getsize
    return sum(getsize(join(path, name)) for path, _, names in module[0].walk(tree) for name in names)


def walk_stat(module, tree):
    join, stat = module[0].path.join, module[0].stat
    return sum(stat(join(path, name)).st_size for path, _, names in module[0].walk(tree) for name in names)


def fwalk_stat(module, tree):
    stat = module[0].stat
    return sum(stat(name, dir_fd=fd).st_size for _, _, names, fd in module[0].fwalk(tree) for name in names)


def best(rounds, *jobs, clock=time.process_time):
    """The least milliseconds of each of the jobs, which take turns; a job may give what it took itself."""
    times = [[] for _ in jobs]
    for _ in range(rounds):
        for job, taken in zip(jobs, times):
            start = clock()
            own = job()
            taken.append(own if isinstance(own, float) else clock() - start)
    return [min(taken) * 1e3 for taken in times]


def row(name, python, osier, goal):
    mark = "" if not goal else f"  goal {goal:.2f}" + ("" if python / osier >= goal else "  MISSED")
    print(f"{name:<44}{python:12.2f}{osier:12.2f}{python / osier:8.2f}{mark}", flush=True)


def bare(job, tree):
    """Processor time that the least possible system calls take, in C, with one thread: bench/tree/bare.c."""
    pid = os.posix_spawn(BUILD / "bench/tree/bare", ["bare", job, "1", tree], os.environ,
                         file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    _, status, usage = os.wait4(pid, 0)
    assert status == 0
    return usage.ru_utime + usage.ru_stime


def reading(rounds, tree, wanted):
    for job, goal, least in ((walk, 1.5, "walk"), (bottom_up, 1.02, "walk"), (fwalk, 1.02, "walk"), (walk_getsize, 2, "paths"),
                             (walk_stat, 2, "paths"), (fwalk_stat, 2, "stat")):
        name = f"{job.__name__.replace('_', ', ')}: {FILES} files"
        if wanted(name):
            times = best(rounds, lambda: job(PYTHON, tree), lambda: job(OSIER, tree), lambda: bare(least, tree))
            row(name, *times[:2], goal)
            print(f"{'    the system calls alone, in C':<44}{'':12}{times[2]:12.2f}{times[0] / times[2]:8.2f}")


def with_threads(number, function, *args):
    """Wall time of a call; with one thread processor time, which others on the machine disturb less."""
    clock = time.process_time if number == 1 else time.perf_counter
    _shutil.threads = number
    start = clock()
    function(*args)
    return clock() - start


def writing(rounds, tree, wanted):
    new = tree + "-copy"
    for number, goals in ((1, (2, 1.1)), (2, (3, 1.6)), (0, (None, None))):
        name = f"copytree, rmtree: threads: {number or 'as many as help'}"
        if not wanted(name):
            continue
        copies, removals = [], []
        for _ in range(rounds):
            for module in (PYTHON, OSIER):
                copies.append(with_threads(number, module[1].copytree, tree, new))
                removals.append(with_threads(number, module[1].rmtree, new))
        for what, times, goal in zip(("copytree", "rmtree"), (copies, removals), goals):
            row(what + name[16:], min(times[::2]) * 1e3, min(times[1::2]) * 1e3, goal)


def chains(rounds, place, wanted):
    """What there is to say of chains of directories is how many of them are reached."""

    def visited(module, name):
        try:
            return sum(1 for _ in module[0].walk(name))
        except RecursionError:
            return "RecursionError"

    def made(module, name):
        try:
            module[0].makedirs(name)
        except RecursionError:
            return "RecursionError"
        return "made"

    if not wanted("chains"):
        return
    os.chdir(place)
    for _ in range(3001):
        os.mkdir("d")
        os.chdir("d")
    os.chdir(place)
    answers = [visited(module, "d") for module in (PYTHON, OSIER)]
    print(f"{'walk of 3,001 directories in a chain':<44}{answers[0]:>24}{answers[1]:>12}")
    osier.shutil.rmtree("d")
    answers = [made(module, "/".join(["d"] * 1500)) for module in (PYTHON, OSIER)]
    print(f"{'makedirs of 1,500 components':<44}{answers[0]:>24}{answers[1]:>12}")
    osier.shutil.rmtree("d")


@contextlib.contextmanager
def mounted(kind, place):
    """A file system with reflinks in a file, or None where one may not mount any."""
    image, point = pathlib.Path(place, "image"), pathlib.Path(place, "mounted")
    point.mkdir(exist_ok=True)
    with open(image, "wb") as file:
        file.truncate(1 << 30)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        subprocess.run([f"mkfs.{kind}", "-q", image], check=True, **quiet)
        subprocess.run(["mount", "-o", "loop", image, point], check=True, **quiet)
    except (OSError, subprocess.CalledProcessError):
        image.unlink()
        yield None
        return
    try:
        yield str(point)
    finally:
        subprocess.run(["umount", point], check=True)
        image.unlink()


def large_file(rounds, place, wanted):
    for kind in ("xfs", "btrfs"):
        name = f"copyfile: 256 MiB on {kind}"
        if not wanted(name):
            continue
        with mounted(kind, place) as point:
            if not point:
                print(f"{name:<44}{'not permitted here':>24}")
                continue
            path = point + "/large"
            with open(path, "wb") as file:
                for _ in range(256):
                    file.write(os.urandom(1 << 20))
            os.sync()
            times = []
            for _ in range(rounds):
                for module in (PYTHON, OSIER):
                    start = time.perf_counter()
                    module[1].copyfile(path, path + ".copy")
                    times.append(time.perf_counter() - start)
                    os.remove(path + ".copy")
            row(name, min(times[::2]) * 1e3, min(times[1::2]) * 1e3, 50)


def small_files(rounds, place, wanted):
    path = place + "/small"
    with open(path, "wb") as file:
        file.write(b"x" * 5000)
    for name, goal in (("copyfile", 1.02), ("copy2", 1.02), ("copy", 1.02)):
        if wanted(name + ": 5,000 bytes"):

            def many(module):
                copy = getattr(module[1], name)
                for _ in range(200):
                    copy(path, path + ".copy")

            times = best(rounds, lambda: many(PYTHON), lambda: many(OSIER))
            row(name + ": 5,000 bytes, 200 times", *times, goal)


def programs(rounds, place, wanted):
    def many(module, name):
        for _ in range(200):
            module[1].which(name)

    for name in ("ls", "nothing-of-that-name"):
        if wanted("which: " + name):
            row(f"which: {name}, 200 times", *best(rounds, lambda: many(PYTHON, name), lambda: many(OSIER, name)), 1.02)


def main(pattern=""):
    rounds = int(os.environ.get("BENCH_ROUNDS", 5))
    wanted = lambda name: re.search(pattern, name)  # noqa: E731
    print(f"{'':<44}{'python ms':>12}{'osier ms':>12}{'times':>8}")
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_RAM", "/dev/shm"), prefix="osier-trees-") as place:
        tree = place + "/tree"
        subprocess.run([BUILD / "bench/tree/make_tree", tree, str(FILES), str(DIRECTORIES), "1000"], check=True)
        reading(rounds, tree, wanted)
        writing(rounds, tree, wanted)
        small_files(rounds, place, wanted)
        large_file(rounds, place, wanted)
        programs(rounds, place, wanted)
        chains(rounds, place, wanted)
        os.chdir("/")


if __name__ == "__main__":
    main(*sys.argv[2:])
