# SPDX-License-Identifier: MIT
"""Many threads call every family of functions, also on objects that they share: threads.py SECONDS [THREADS]

Prints how often each family was called. What goes wrong ends the process, or is told and ends it with 1.
Made for builds of Python without a lock around all, and of use with every other.
"""

import random
import sys
import tempfile
import threading
import time
import warnings

import osier.os as os
import osier.shutil as shutil

warnings.simplefilter("ignore")
EXPECTED = (OSError, KeyError, StopIteration, ValueError)  # others have been quicker; a generator that runs


class Shared:
    """What all threads have in their hands at the same time."""

    def __init__(self, place):
        self.place = place
        self.tree = os.path.join(place, "tree")
        for i in range(8):
            os.makedirs(f"{self.tree}/{i}/a/b")
            open(f"{self.tree}/{i}/file", "w").close()
        self.entries = [entry for entry in os.scandir(self.tree)]
        self.paths = [f"{self.tree}/{i}" for i in range(8)]
        self.renew()

    def renew(self):
        self.scan = os.scandir(self.tree)
        self.walk = os.walk(self.tree)
        self.fwalk = os.fwalk(self.tree)
        self.names = iter(os.environ)


def text(shared, rng):
    path = rng.choice(shared.paths)
    assert os.path.join(path, "x").endswith("/x") and os.path.split(path)[0] == shared.tree
    os.path.splitext(path), os.path.normpath(path + "/.."), os.path.relpath(path, "/"), os.path.basename("é" + path)
    os.path.commonpath(shared.paths), os.path.commonprefix(shared.paths)
    if rng.random() < 0.1:
        shared.paths.append(shared.paths.pop(0))


def disk(shared, rng):
    path = rng.choice(shared.paths)
    os.path.exists(path), os.path.realpath(path), os.path.isdir(path), os.path.getmtime(path), os.path.samefile(path, path)
    os.stat(path), os.lstat(path), os.access(path, os.R_OK), os.listdir(path), os.statvfs(path)


def shared_scan(shared, rng):
    try:
        entry = next(shared.scan)
        assert entry.name in "01234567" and entry.is_dir()
    except StopIteration:
        shared.scan = os.scandir(shared.tree)
    if rng.random() < 0.02:
        shared.scan.close()


def shared_entries(shared, rng):
    entry = rng.choice(shared.entries)
    assert entry.is_dir() and entry.stat().st_ino == entry.inode() and os.fspath(entry).startswith(shared.tree)
    entry.stat(follow_symlinks=False), entry.is_symlink(), repr(entry)


def shared_walks(shared, rng):
    for name in ("walk", "fwalk"):
        try:
            path, dirs, *_ = next(getattr(shared, name))
            assert path.startswith(shared.tree)
            rng.shuffle(dirs)
        except StopIteration:
            setattr(shared, name, getattr(os, name)(shared.tree))


def walks(shared, rng):
    assert len(list(os.walk(shared.tree))) == len(list(os.fwalk(shared.tree, topdown=rng.random() < 0.5))) == 25


def environment(shared, rng):
    name = f"THREADS{rng.randrange(8)}"
    os.environ[name] = str(rng.random())
    os.environ.get(name), os.getenv(name), os.environb.get(name.encode()), name in os.environ
    os.path.expandvars(f"${name}/$HOME"), os.path.expanduser("~/x")
    assert "PATH" in dict(os.environ) and len(os.environ.copy()) > 0
    os.environ.pop(name, None)
    try:
        next(shared.names)
    except StopIteration:
        shared.names = iter(os.environ)


def descriptors(shared, rng):
    reader, writer = os.pipe()
    data = bytearray(b"abc")
    assert os.write(writer, data) == 3 and os.readv(reader, [data]) == 3
    fd = os.dup(reader)
    os.set_blocking(fd, False), os.get_inheritable(fd), os.isatty(fd), os.fstat(fd)
    for one in (reader, writer, fd):
        os.close(one)
    fd = os.memfd_create("x")
    os.ftruncate(fd, 10), os.pwrite(fd, b"x", 3), os.pread(fd, 3, 2), os.lseek(fd, 0, 0), os.close(fd)


def files(shared, rng):
    place = tempfile.mkdtemp(dir=shared.place)
    path = os.path.join(place, "f")
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
    os.utime(path, ns=(1, 2**63)), os.chmod(path, 0o600), os.rename(path, path + "2"), os.symlink("x", path), os.readlink(path)
    os.makedirs(os.path.join(place, "a/b/c")), os.removedirs(os.path.join(place, "a/b/c"))
    shutil.rmtree(place, ignore_errors=True)


def trees(shared, rng):
    place = tempfile.mkdtemp(dir=shared.place)
    shutil.copytree(shared.tree, place + "/copy")
    assert sorted(os.listdir(place + "/copy")) == sorted(os.listdir(shared.tree))
    shutil.copyfile(shared.tree + "/0/file", place + "/file"), shutil.copy2(place + "/file", place + "/file2")
    shutil.rmtree(place)


def process(shared, rng):
    os.getpid(), os.getresuid(), os.getgroups(), os.times(), os.uname(), os.sched_getaffinity(0), os.getloadavg()
    os.sysconf("SC_PAGE_SIZE"), os.confstr("CS_PATH"), os.urandom(8), os.strerror(2), os.get_terminal_size, os.umask
    if rng.random() < 0.05:
        pid = os.posix_spawn("/bin/true", ["true"], os.environ)
        assert os.waitpid(pid, 0)[1] == 0
        assert os.spawnv(os.P_WAIT, "/bin/true", ["true"]) == 0


def errors(shared, rng):
    for call in (lambda: os.stat("/nowhere"), lambda: os.stat(1.5), lambda: os.open("/", 0, unknown=1), lambda: os.mkdir("a\0b")):
        try:
            call()
        except (OSError, TypeError, ValueError):
            continue
        raise AssertionError(call)


FAMILIES = [text, disk, shared_scan, shared_entries, shared_walks, walks, environment, descriptors, files, trees, process, errors]


def main(seconds, threads=8):
    place = tempfile.mkdtemp()
    shared, failed = Shared(place), []
    counts = [dict.fromkeys(FAMILIES, 0) for _ in range(threads)]
    end = time.monotonic() + seconds

    def work(number):
        rng = random.Random(number)
        while time.monotonic() < end and not failed:
            family = rng.choice(FAMILIES)
            try:
                family(shared, rng)
                counts[number][family] += 1
            except EXPECTED:
                if not family.__name__.startswith(("shared", "environment")):
                    failed.append(sys.exc_info())
            except BaseException:
                failed.append(sys.exc_info())

    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    shutil.rmtree(place, ignore_errors=True)
    for _, error, trace in failed:
        sys.excepthook(type(error), error, trace)
    for family in FAMILIES:
        print(f"{family.__name__:<16}{sum(count[family] for count in counts):10d}")
    print("with a lock around all" if getattr(sys, "_is_gil_enabled", lambda: True)() else "without a lock around all")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), *map(int, sys.argv[2:])))
