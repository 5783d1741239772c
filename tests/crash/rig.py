# SPDX-License-Identifier: MIT
"""Power cuts, every one of them: records the block writes of a workload and looks at each state a cut could leave.

1. A file system is made in memory, served by ./recorder, mounted, set up, and unmounted cleanly: the base image.
2. It is mounted over the recorder; the workload runs and writes "done" to $CRASH_MARK when it tells its caller so.
3. For each write of the log a cut is placed right after it. What the disk holds then: everything before the last flush,
   and of the writes since: all of them (prefix), any subset of them, or all with the last one torn between its blocks.
4. Each state is mounted, recovered, and its whole tree compared: the state before, the state after, or a defect. After
   "done" only the state after is right.

Needs root, /dev/fuse and loop devices: missing() says what lacks. Everything is in a mount namespace and in a directory
of its own in memory.
"""

import collections
import ctypes
import fcntl
import hashlib
import os
import random
import shutil
import stat
import struct
import subprocess
import tempfile
import threading
import time

libc = ctypes.CDLL(None, use_errno=True)

MEMORY = os.environ.get("OSIER_MEMORY", "/dev/shm")
MAGIC = 0x3147424C
BLOCK = 4096  # a disk tears between its blocks; file systems count on whole ones
SIZES = {"ext4": 32, "xfs": 320, "btrfs": 128}  # MiB
MAKERS = {
    "ext4": ["mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", "-J", "size=4"],
    "xfs": ["mkfs.xfs", "-q", "-f"],
    "btrfs": ["mkfs.btrfs", "-q", "-f"],
}
MS_NOATIME, MS_REC, MS_PRIVATE, CLONE_NEWNS = 0x400, 0x4000, 0x40000, 0x20000
LOOP_CTL_GET_FREE, LOOP_CONFIGURE, LO_FLAGS_AUTOCLEAR = 0x4C82, 0x4C0A, 4
PUNCH_HOLE = 3  # FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE


def check(result, what):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)


def missing_namespace():
    """What keeps from a mount namespace of one's own, or None."""
    if os.geteuid() != 0:
        return "needs root"
    if os.fork() == 0:
        os._exit(libc.unshare(CLONE_NEWNS) != 0)
    return "may not make a mount namespace" if os.wait()[1] else None


def missing(kinds=("ext4",)):
    """What this machine lacks for the rig, or None."""
    for path in ("/dev/fuse", "/dev/loop-control", MEMORY):
        if not os.access(path, os.R_OK | os.W_OK):
            return f"needs {path}"
    for kind in kinds:
        if not shutil.which(MAKERS[kind][0]):
            return f"needs {MAKERS[kind][0]}"
    return missing_namespace()


def enter_namespace():
    """Whatever happens, nothing stays mounted."""
    check(libc.unshare(CLONE_NEWNS), "unshare")
    check(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None), "private")


def umount(target):
    for _ in range(200):
        if libc.umount2(target.encode(), 0) == 0:
            return
        time.sleep(0.01)
    check(-1, f"umount {target}")


def loop_attach(path, offset=0, size=0):
    """A free loop device over a file: its name, and a descriptor that keeps it. Others take some too."""
    backing = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    control = os.open("/dev/loop-control", os.O_RDWR | os.O_CLOEXEC)
    try:
        for _ in range(1000):
            name = f"/dev/loop{fcntl.ioctl(control, LOOP_CTL_GET_FREE)}"
            device = os.open(name, os.O_RDWR | os.O_CLOEXEC)
            try:
                config = struct.pack("IIQQQQQIIII", backing, 0, 0, 0, 0, offset, size, 0, 0, 0, LO_FLAGS_AUTOCLEAR)
                fcntl.ioctl(device, LOOP_CONFIGURE, config + bytes(304 - 72))
                return name, device
            except OSError:
                os.close(device)
                time.sleep(0.005)
        raise OSError("no loop device")
    finally:
        os.close(control)
        os.close(backing)


class Mounted:
    """A disk image, mounted; "ext4+xfs" is a disk of two halves, the second at POINT/b."""

    def __init__(self, image, fs, point):
        self.points, kinds = [], fs.split("+")
        size = os.stat(image).st_size // len(kinds)
        try:
            for i, kind in enumerate(kinds):
                name, device = loop_attach(image, i * size, size)
                target = point + "/b" if i else point
                try:
                    if i and not os.path.isdir(target):
                        os.mkdir(target)
                    done = libc.mount(name.encode(), target.encode(), kind.encode(), MS_NOATIME, b"")
                    check(done, f"mount {kind}")
                    self.points.insert(0, target)
                finally:
                    os.close(device)
        except OSError:
            self.__exit__()
            raise

    def __enter__(self):
        return self.points[-1]

    def __exit__(self, *_):
        for point in self.points:
            umount(point)


Entry = collections.namedtuple("Entry", "path mode uid gid links mtime ino content xattrs")


def is_hidden(name):
    return name == "lost+found" or name == ".osier" or name.startswith(".osier-")


def look(root):
    """Everything that a user can see of the tree, but for the journals: {path: Entry}."""
    entries = {}
    for at, dirs, files in os.walk(root):
        dirs[:] = [d for d in dirs if not is_hidden(d)]
        for name in dirs + files:
            path = os.path.join(at, name)
            st = os.lstat(path)
            content, xattrs, links, mtime = None, None, st.st_nlink, st.st_mtime_ns
            if stat.S_ISDIR(st.st_mode):
                links = mtime = 0  # they follow from what is in it
            elif stat.S_ISLNK(st.st_mode):
                content = os.readlink(path)
            elif stat.S_ISREG(st.st_mode):
                with open(path, "rb") as file:
                    content = hashlib.sha256(file.read()).hexdigest()
                xattrs = tuple((key, os.getxattr(path, key)) for key in sorted(os.listxattr(path)))
            shown = os.path.relpath(path, root)
            entries[shown] = Entry(shown, st.st_mode, st.st_uid, st.st_gid, links, mtime, st.st_ino, content, xattrs)
    return entries


def without_inodes(entries):
    """What a second making can repeat."""
    return {path: e._replace(mtime=0, ino=0) for path, e in entries.items()}


def left_behind(root):
    """What a journal has where nothing may be after recovery."""
    found = []
    for place in (root, root + "/b", root + "/c"):
        names = [n for n in os.listdir(place) if n.startswith(".osier")] if os.path.isdir(place) else []
        for name in names:
            for state in ("staging", "active", "trash"):
                path = f"{place}/{name}/{state}"
                found += [f"{name}/{state}/{n}" for n in os.listdir(path)] if os.path.isdir(path) else []
    return found


def difference(got, before, after):
    """Which paths are in which state, those that are in neither first."""
    sides = {"neither": [], "before": [], "after": []}
    for path in sorted({*got, *before, *after}):
        here, was, will = got.get(path), before.get(path), after.get(path)
        if not (here == was == will):
            sides["before" if here == was else "after" if here == will else "neither"].append(path)
    return "; ".join(f"{len(v)} {k}: {', '.join(v[:3])}{' …' if len(v) > 3 else ''}" for k, v in sides.items() if v)


Write = collections.namedtuple("Write", "kind offset size data")


def read_log(path):
    with open(path, "rb") as file:
        data = file.read()
    at, log = 0, []
    while at < len(data):
        magic, kind, offset, size = struct.unpack_from("IIQQ", data, at)
        assert magic == MAGIC
        at += 24
        body = b""
        if chr(kind) in "WM":
            body = data[at : at + size]
            at += size
        log.append(Write(chr(kind), offset, size, body))
    return log


def write_to(fd, entry, limit=None):
    if entry.kind == "W":
        os.pwrite(fd, entry.data if limit is None else entry.data[:limit], entry.offset)
    elif entry.kind == "D":
        libc.fallocate(fd, PUNCH_HOLE, ctypes.c_long(entry.offset), ctypes.c_long(entry.size))


def copy_image(source, target):
    subprocess.run(["cp", "--sparse=auto", source, target], check=True)


class Rig:
    """One workload on one file system, or on two ("ext4+xfs").

    agitate: another thread syncs all the while, as the kernel's own writing and other programs do; without it a short
    workload may fit into one commit of the file system's log. slow: each system call of the workload takes so many
    microseconds more, so that this falls between any two. skip: the sync that is left out. nested: at so many cuts
    the recovery is recorded itself, and cut too. plain: the file system can't exchange names.
    """

    def __init__(self, tools, fs, verb="run", samples=2, seed=1, stride=1, nested=0, agitate=False, slow=0, skip=0, whole=0, plain=False):
        self.tools, self.fs, self.verb = tools, fs, verb
        self.samples, self.seed, self.stride, self.nested = samples, seed, stride, nested
        self.agitate, self.slow, self.skip, self.whole, self.plain = agitate, slow, skip, whole, plain
        self.dir = tempfile.mkdtemp(prefix="osier-crash-", dir=MEMORY)
        self.point, self.served = self.path("mnt"), self.path("served")
        os.mkdir(self.point)
        os.mkdir(self.served)
        self.tally, self.defects = collections.Counter(), []

    def path(self, name):
        return os.path.join(self.dir, name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.dir, ignore_errors=True)

    def call(self, verb, point, mark=None):
        env = dict(os.environ, CRASH_WHOLE=str(self.whole), **({"CRASH_PLAIN": "1"} if self.plain else {}))
        if mark:
            env["CRASH_MARK"] = mark
            if self.slow:
                env["CRASH_SLOW"] = str(self.slow)
            if self.skip:
                env["CRASH_SKIP"] = str(self.skip)
        command = [os.path.join(self.tools, "transaction"), verb, point]
        return subprocess.run(command, env=env, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, timeout=120)

    def must(self, verb, point, mark=None):
        done = self.call(verb, point, mark)
        assert done.returncode == 0, f"{verb}: {done.stderr}"

    def agitated(self, work):
        """Runs work() while another thread syncs the file systems."""
        ended, fds = threading.Event(), [os.open(self.point, os.O_RDONLY)]
        if "+" in self.fs:
            fds.append(os.open(self.point + "/b", os.O_RDONLY))

        def sync():
            while not ended.is_set():
                for fd in fds:
                    libc.syncfs(fd)

        thread = threading.Thread(target=sync)
        if self.agitate:
            thread.start()
        try:
            work()
        finally:
            ended.set()
            if self.agitate:
                thread.join()
            for fd in fds:
                os.close(fd)

    def record(self, image, log, work):
        """Runs work(point, mark) with the image behind the recorder."""
        subprocess.run([os.path.join(self.tools, "recorder"), image, log, self.served], check=True)
        try:
            with Mounted(self.served + "/disk", self.fs, self.point):
                work(self.point, self.served + "/mark")
                with open(self.served + "/mark", "wb", buffering=0) as file:
                    file.write(b"stop")
        finally:
            umount(self.served)
        return read_log(log)

    def make(self):
        """The base image, the log of the workload, and the trees before and after."""
        base, kinds = self.path("base"), self.fs.split("+")
        half = max(SIZES[kind] for kind in kinds) << 20
        with open(base, "wb") as file:
            file.truncate(half * len(kinds))
        for i, kind in enumerate(kinds):
            name, device = loop_attach(base, i * half, half)
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            subprocess.run(MAKERS[kind] + [name], check=True, **quiet)
            os.close(device)
        with Mounted(base, self.fs, self.point) as point:
            self.must("setup", point)
            for verb in {"run": [], "undo": ["run"], "redo": ["run", "undo"]}[self.verb]:
                self.must(verb, point)
        self.before = self.look(base)
        work = self.path("work")
        copy_image(base, work)
        do = lambda point, mark: self.agitated(lambda: self.must(self.verb, point, mark))
        self.log = self.record(work, self.path("log"), do)
        self.after = self.look(work)
        assert self.before != self.after, "the workload changed nothing"

    def look(self, image):
        with Mounted(image, self.fs, self.point) as point:
            return look(point)

    def judge(self, image, acknowledged, where):
        """Mounts a state, has it recovered, and says what it is."""
        try:
            with Mounted(image, self.fs, self.point) as point:
                done = self.call("recover", point)
                if done.returncode:
                    return self.fail(where, "recovery failed: " + done.stderr.strip())
                got, left = look(point), left_behind(point)
        except OSError as error:
            return self.fail(where, f"can not be mounted: {error}")
        if left:
            return self.fail(where, f"left in the journal: {left}")
        if got == self.after:
            self.tally["after"] += 1
        elif got != self.before:
            self.fail(where, "mixed: " + difference(got, self.before, self.after))
        elif acknowledged:
            self.fail(where, "lost: told as done, but the state is that before")
        else:
            self.tally["before"] += 1

    def judge_copy(self, image, trial, acknowledged, where):
        copy_image(image, trial)
        self.judge(trial, acknowledged, where)

    def fail(self, where, why):
        self.tally["defect"] += 1
        self.defects.append(f"{where}: {why}")

    def subsets(self, trial, flushed, window, acknowledged, where, chance):
        """States in which any of the writes since the last flush reached the disk, or the last one did in part."""
        blocks = -(-window[-1].size // BLOCK)
        if len(window) < 2 and blocks < 2:
            return
        for k in range(self.samples):
            copy_image(flushed, trial)
            fd = os.open(trial, os.O_RDWR)
            torn = k == 0 and blocks > 1
            share = chance.choice([0.1, 0.5, 0.9])
            for entry in window[:-1] if torn else [e for e in window if chance.random() < share]:
                write_to(fd, entry)
            if torn:
                write_to(fd, window[-1], chance.randrange(1, blocks) * BLOCK)
            os.close(fd)
            self.judge(trial, acknowledged, f"{where} {'torn' if torn else 'subset'} {k}")

    def cuts(self, log, base, acknowledged=False, name="cut", nested=None):
        """Every state that a cut could leave, judged."""
        nested = self.nested if nested is None else nested
        chance = random.Random(self.seed)
        state, flushed, trial = (self.path(f"{name}-{what}") for what in ("now", "flushed", "trial"))
        copy_image(base, state)
        copy_image(base, flushed)
        now, synced = os.open(state, os.O_RDWR), os.open(flushed, os.O_RDWR)
        writes = [i for i, entry in enumerate(log) if entry.kind in "WD"]
        record_at, window = set(chance.sample(writes, min(nested, len(writes)))), []
        self.judge_copy(state, trial, acknowledged, f"{name} start")
        for i, entry in enumerate(log):
            if entry.kind == "M":
                if entry.data == b"stop":
                    break
                acknowledged = True
                self.judge_copy(flushed, trial, acknowledged, f"{name} {i} told, what was not flushed is lost")
            elif entry.kind == "F":
                for e in window:
                    write_to(synced, e)
                window = []
            else:
                window.append(entry)
                write_to(now, entry)
                if i % self.stride:
                    continue
                self.judge_copy(state, trial, acknowledged, f"{name} {i} prefix")
                self.subsets(trial, flushed, window, acknowledged, f"{name} {i}", chance)
                if i in record_at:
                    self.cut_recovery(state, acknowledged, f"{name}-{i}-nested")
        os.close(now)
        os.close(synced)
        for path in (state, flushed, trial):
            os.unlink(path)

    def cut_recovery(self, state, acknowledged, name):
        image, base = self.path(name), self.path(name + "-base")
        copy_image(state, image)
        copy_image(state, base)
        log = self.record(image, self.path(name + "-log"), lambda point, mark: self.must("recover", point))
        self.cuts(log, base, acknowledged, name, 0)
        for path in (image, base):
            os.unlink(path)

    def run(self):
        """How many states there were; the defects are in `defects`."""
        self.make()
        self.cuts(self.log, self.path("base"))
        return sum(self.tally.values())

    def __str__(self):
        kinds = collections.Counter(entry.kind for entry in self.log)
        skipped = f" without sync {self.skip}" if self.skip else ""
        return f"{self.fs} {self.verb}{skipped}: {kinds['W']} writes, {kinds['F']} flushes, {dict(self.tally)}"
