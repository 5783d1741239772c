# SPDX-License-Identifier: MIT
"""Deaths of the process, failing calls, full disks, and others who change something before recovery comes.

The workload is ./transaction, built with the faults of src/base/fault.c: it dies before its n-th call through the seam,
or that call fails, for n = 1, 2, 3 … until there is no n-th call any more.
"""

import os
import shutil
import subprocess
import tempfile

import rig

VERBS = {"run": [], "undo": ["run"], "redo": ["run", "undo"]}
LOWER = {"lower": [], "undo": ["lower"], "redo": ["lower", "undo"]}
ERRORS = ("ENOSPC", "EIO", "EPERM", "EMFILE", "ENOMEM")
CLOSED = {"closed": [], "undo": ["closed"], "redo": ["closed", "undo"]}
PROGRAMS = {"programs": [], "undo": ["programs"], "redo": ["programs", "undo"]}
SETTINGS = {"settings": [], "undo": ["settings"]}
SOMEBODY = 65533
PLACES = "conf/a.conf conf/gone.conf conf/new.conf bin/link mv/src mv2/dst mv/x conf/b.conf newdir".split()


class Deaths:
    """Trees below `base`, one for each death. plain: names can't be exchanged. closed: an ordinary user makes directories
    that he may not enter."""

    def __init__(self, tools, base, plain=False, closed=False):
        self.plain, self.closed = plain, closed
        self.program, self.base, self.cases, self.defects = os.path.join(tools, "transaction"), base, 0, []

    def call(self, verb, root, **env):
        command = [self.program, verb, root]
        if self.plain:
            env["plain"] = "1"
        env = dict(os.environ, **{f"CRASH_{key.upper()}": value for key, value in env.items()})
        if self.closed:
            command = ["setpriv", f"--reuid={SOMEBODY}", f"--regid={SOMEBODY}", "--clear-groups", *command]
        return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)

    def prepared(self, verb):
        """A tree that is ready for the verb."""
        root = tempfile.mkdtemp(dir=self.base)
        if self.closed:
            os.chown(root, SOMEBODY, SOMEBODY)
        self.must(root, "setup")
        self.must(root, *(CLOSED if self.closed else VERBS)[verb])
        return root

    def must(self, root, *verbs):
        for verb in verbs:
            done = self.call(verb, root)
            assert done.returncode == 0, f"{verb}: {done.stderr}"

    def end(self, root):
        shutil.rmtree(root)

    def look(self, root):
        return rig.look(root)

    def whole(self, verb):
        """The tree after a verb that goes through."""
        root = self.prepared(verb)
        assert self.call(verb, root).returncode == 0
        entries = rig.without_inodes(self.look(root))
        self.end(root)
        return entries

    def judge(self, root, before, after, where, told=None):
        """Before with all its inodes, or after; `told`: the call has said that it did it, or that it failed."""
        self.cases += 1
        done = self.call("recover", root)
        got, left = self.look(root), rig.left_behind(root)
        is_before, is_after = got == before, rig.without_inodes(got) == after
        if done.returncode or left:
            self.defects.append(f"{where}: {left} {done.stderr.strip()}")
        elif not (is_before or is_after):
            self.defects.append(f"{where}: mixed: {rig.difference(rig.without_inodes(got), rig.without_inodes(before), after)}")
        elif told is True and not is_after:
            self.defects.append(f"{where}: told as done, and isn't")
        elif told is False and not is_before:
            self.defects.append(f"{where}: told as failed, and is done")

    def kill(self, verb, first=1, stride=1):
        """Killed before each call."""
        after, n = self.whole(verb), first
        while True:
            root = self.prepared(verb)
            before = self.look(root)
            done = self.call(verb, root, kill=str(n))
            if done.returncode == 0 and not done.stdout:
                self.end(root)
                return
            assert n < 10000, done.stderr
            told = None if done.returncode < 0 else done.returncode == 0  # it was a child that has died
            self.judge(root, before, after, f"{verb} killed before call {n}", told)
            self.end(root)
            n += stride

    def fail(self, verb, error, first=1, stride=1):
        """Each call fails."""
        after, n = self.whole(verb), first
        number = str(getattr(__import__("errno"), error))
        while True:
            root = self.prepared(verb)
            before = self.look(root)
            done = self.call(verb, root, fail=f"{n}:{number}")
            if done.returncode == 0 and not done.stdout:
                self.end(root)
                return
            # A sync that fails behind the commit is told, though the change stands.
            told = done.returncode == 0 or "stands" in done.stdout
            self.judge(root, before, after, f"{verb}, call {n} ({done.stdout.strip()}) fails with {error}", told)
            self.end(root)
            n += stride

    def everything(self, root):
        """Every content that is somewhere, in the journal too."""
        contents = set()
        for at, _, files in os.walk(root):
            for name in files:
                path = os.path.join(at, name)
                if not os.path.islink(path) and name not in ("intent", "plan.jsonl", "lock", "last", "held"):
                    with open(path, "rb") as file:
                        contents.add(file.read())
        return contents

    def foreign(self, verb, places=PLACES, most=40):
        """Killed between two steps; another program replaces a file by its own; then recovery."""
        for place in places:
            for n in range(1, most):
                root = self.prepared(verb)
                before, path = rig.look(root), f"{root}/{place}"
                done = self.call(verb, root, kill=f"{n}:kernel_renameat2")
                if done.returncode >= 0:
                    shutil.rmtree(root)
                    break
                self.put_theirs(root, before, path, place, f"{verb} killed before rename {n}, theirs at {place}")
                shutil.rmtree(root)

    def put_theirs(self, root, before, path, place, where):
        self.cases += 1
        if os.path.isdir(path):
            return
        held, visible = self.everything(root), None
        if os.path.isfile(path):
            with open(path, "rb") as file:
                visible = file.read()
        with open(root + "/.theirs", "w") as file:
            file.write("theirs")
        os.rename(root + "/.theirs", path)
        done = self.call("recover", root)
        got = rig.look(root)
        others = {p for p in {*got, *before} if p != place and got.get(p) != before.get(p)}
        others -= {p for p in others if p.startswith(place + "/")}  # theirs is no directory
        # A file with two names keeps one of them; what they have replaced can't come back to where it was.
        allowed = {"conf/a.hard"} if place == "conf/a.conf" else {"mv/src", "mv2/dst", "mv/x", "mv/y"}
        gone = {c for c in held - self.everything(root) - {visible} if c[:2] not in (b"A ", b"B ", b"N ", b"S ", b"in") or b"new" not in c[:12]}
        active = [l for l in rig.left_behind(root) if "/active/" in l]
        with open(path, "rb") as file:
            theirs = file.read() == b"theirs"
        if not theirs or others - allowed or gone or active or done.returncode not in (0, 1):
            self.defects.append(f"{where}: theirs {theirs}, others {others - allowed}, lost {[g[:12] for g in gone]}, {active} {done.stderr.strip()}")


def fill(point):
    """Not a block and not an inode is left: what has to be removed again."""
    filler, extra = f"{point}/filler", []
    with open(filler, "wb", buffering=0) as file:
        block = 1 << 16
        while block:
            try:
                while file.write(b"\xa5" * block):
                    pass
            except OSError:
                block //= 2
    try:
        for i in range(10000):  # btrfs needs some of what it keeps for names even to exchange two
            os.mkdir(f"{point}/conf/filler-{'x' * 200}{i}")
            extra.append(f"{point}/conf/filler-{'x' * 200}{i}")
    except OSError:
        pass
    return filler, extra


def full(tools, fs, verbs=("run", "undo"), renames=range(1, 16)):
    """Killed between two steps, then the disk is full to the last block and inode when recovery begins: defects."""
    cases, defects = 0, []
    for verb in verbs:
        for n in renames:
            with rig.Rig(tools, fs) as place:
                image = place.path("image")
                with open(image, "wb") as file:
                    file.truncate((16 if fs == "ext4" else rig.SIZES[fs]) << 20)
                quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
                subprocess.run([f"mkfs.{fs}", "-q", *(["-f"] if fs != "ext4" else []), image], check=True, **quiet)
                with rig.Mounted(image, fs, place.point) as point:
                    deaths = Deaths(tools, point)
                    for earlier in ("setup", *VERBS[verb]):
                        place.must(earlier, point)
                    before = rig.look(point)
                    died = deaths.call(verb, point, kill=f"{n}:kernel_renameat2").returncode < 0
                    if not died:
                        break
                    cases += 1
                    filler, extra = fill(point)
                    done = deaths.call("recover", point)
                    active = [l for l in rig.left_behind(point) if "/active/" in l]
                    os.unlink(filler)
                    for path in extra:
                        os.rmdir(path)
                    if done.returncode or active or rig.look(point) != before:
                        defects.append(f"{fs} {verb} before rename {n}: {done.stderr.strip()} {active} {rig.difference(rig.look(point), before, before)}")
    return cases, defects


def in_doubt(tools):
    """Committed by the coordinator, which isn't there when the other file system is recovered: defects."""
    defects = []
    with rig.Rig(tools, "ext4") as place:
        root = place.point
        for target in (root, root + "/b"):
            os.makedirs(target, exist_ok=True)
            rig.check(rig.libc.mount(b"none", target.encode(), b"tmpfs", 0, None), "tmpfs")
        case = Deaths(tools, root)
        state, gone = root + "/.osier", root + "/.osier-gone"
        place.must("setup", root)
        for n in range(1, 40):
            case.call("run", root, kill=f"{n}:renameat")
            if not os.path.isdir(root + "/b/.osier-0/active"):
                continue
            if [*os.listdir(state + "/log"), *os.listdir(root + "/b/.osier-0/active")][1:]:
                break
            case.call("recover", root)
        else:
            defects.append("no death between the two commits")
        before = rig.look(root)
        shutil.move(state, gone)
        case.call("recover", root)  # makes another state directory, to which the other journal is told
        shutil.copy(gone + "/journals", state)
        done = case.call("recover", root)
        if "Errno 19" not in done.stderr or rig.look(root) != before:
            defects.append(f"without its coordinator: {done.stderr}")
        shutil.rmtree(state)
        shutil.move(gone, state)
        done = case.call("recover", root)
        if done.returncode or rig.left_behind(root) or rig.look(root) != before:
            defects.append(f"with its coordinator: {done.stderr}")
        for target in (root + "/b", root):
            rig.umount(target)
    return defects


class Mounts(Deaths):
    """The same on three file systems."""

    def prepared(self, verb):
        root = tempfile.mkdtemp(dir=self.base)
        for name in "bc":
            os.mkdir(f"{root}/{name}")
            rig.check(rig.libc.mount(b"none", f"{root}/{name}".encode(), b"tmpfs", 0, None), "tmpfs")
        self.must(root, "setup", *VERBS[verb])
        return root

    def end(self, root):
        for name in "bc":
            rig.umount(f"{root}/{name}")
        shutil.rmtree(root)


def three(tools, base, verbs, first=1, stride=1):
    """Deaths on three file systems: how many cases, and the defects."""
    case = Mounts(tools, base)
    for verb in verbs:
        case.kill(verb, first, stride)
    return case.cases, case.defects


class Overlay(Deaths):
    """The same where the tree is the lower layer of an overlay file system, whose directories no rename can move: they
    are made anew, so their inodes are others."""

    def prepared(self, verb):
        root = tempfile.mkdtemp(dir=self.base)
        for name in ("lower", "upper", "work", "m"):
            os.mkdir(f"{root}/{name}")
        self.must(f"{root}/lower", "setup")
        options = f"lowerdir={root}/lower,upperdir={root}/upper,workdir={root}/work,redirect_dir=off"
        rig.check(rig.libc.mount(b"overlay", f"{root}/m".encode(), b"overlay", 0, options.encode()), "overlay")
        self.must(f"{root}/m", *LOWER[verb])
        return f"{root}/m"

    def end(self, root):
        rig.umount(root)
        shutil.rmtree(os.path.dirname(root))

    def look(self, root):
        return rig.without_inodes(rig.look(root))


def overlay(tools, base, verbs, stride=1):
    """Deaths before calls, and calls that fail, on an overlay: how many cases, and the defects."""
    case = Overlay(tools, base)
    for number, verb in enumerate(verbs):
        case.kill(verb, 1 + number, stride)
        case.fail(verb, "EIO", 1 + number, stride)
    return case.cases, case.defects


class Settings(Deaths):
    """Several settings of a recorded machine, which change two files of it."""

    def prepared(self, verb):
        root = tempfile.mkdtemp(dir=self.base)
        self.must(root, "machine", *SETTINGS[verb])
        return root


class Programs(Deaths):
    """A file and a service, whose systemctl is a program beside the tree: what it was told to do belongs to the state."""

    SYSTEMCTL = """#!/bin/sh
cd "$UNIT" || exit 1
case $1 in
show) printf 'LoadState=loaded\\nActiveState=%s\\nUnitFileState=%s\\n' "$(cat active)" "$(cat file)" ;;
start) echo active >active ;;
stop) echo inactive >active ;;
enable) echo enabled >file ;;
disable) echo disabled >file ;;
esac
"""

    def call(self, verb, root, **env):
        place = root + ".unit"
        os.makedirs(place, exist_ok=True)
        if not os.path.exists(os.path.join(place, "systemctl")):
            for name, text in (("systemctl", self.SYSTEMCTL), ("active", "inactive\n"), ("file", "disabled\n")):
                with open(os.path.join(place, name), "w") as file:
                    file.write(text)
            os.chmod(os.path.join(place, "systemctl"), 0o755)
        old = {key: os.environ.get(key) for key in ("PATH", "UNIT")}
        os.environ.update(PATH=f"{place}:/bin", UNIT=place)
        try:
            return super().call(verb, root, **env)
        finally:
            for key, value in old.items():
                os.environ.pop(key) if value is None else os.environ.update({key: value})

    def prepared(self, verb):
        root = tempfile.mkdtemp(dir=self.base)
        self.must(root, "setup", *PROGRAMS[verb])
        return root

    def end(self, root):
        shutil.rmtree(root)
        shutil.rmtree(root + ".unit")

    def look(self, root):
        entries = super().look(root)
        one = next(iter(entries.values()))
        for name in ("active", "file"):
            with open(os.path.join(root + ".unit", name)) as file:
                entries["unit " + name] = one._replace(content=file.read(), mtime=0, ino=0)
        return entries
