# SPDX-License-Identifier: MIT
"""osier try: a command rehearsed, then kept as it would have been done, or dropped."""

import ctypes
import hashlib
import os
import pathlib
import pty
import shlex
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time

import pytest

SOMEBODY = 4321

LINES = r"""
echo new > new
echo more >> f
echo short > f
: > f
printf 'a\nb\n' > f
rm f
rm -r d
rm -rf d && mkdir d
rm -rf d && mkdir d && echo other > d/k
rmdir e
mkdir -p n/o/p && touch n/o/p/q
mkdir -m 700 closed
mkdir -m 1777 sticky
mv f f2
mv f e/
mv d d2
mv d e/
mv d d2 && echo x > d2/new
mv d d2 && rm d2/k
mv d d2 && echo z >> d2/k
mv d d2 && mkdir d && echo y > d/k
mv d/k k && rm -r d
mv d/sub sub && rm -r d
mv d/k d/k2
mv d/sub/x d/x && mv d/sub d/sub2
mv f f2 && echo more >> f2
mv f t && mv exe f && mv t exe
mv d t && mv e d && mv t e
mv -T d/sub e
mv f exe
cp f f3
cp -a d d3
cp -a d e/ && rm -r d
cp f exe
cp -a old old2
ln f f4
ln -s f link
ln -sf exe l
ln -sfn d l
rm l && echo file > l
rm f && ln -s exe f
rm f && mkdir f && touch f/in
rm -r d && echo file > d
rm dangling
echo through > dangling
chmod 600 f
chmod -R go-rwx d
chmod 755 d/k
chmod u+s exe
chmod g+s e
chmod 444 f
chmod 700 d && echo x > d/new
chmod 640 f && mv f f2
touch f
touch -d '2005-05-05 05:05:05' f
touch -d '2005-05-05 05:05:05' d
touch -h -d '2005-05-05 05:05:05' l
touch -r old f
truncate -s 0 big
truncate -s 1000 big
truncate -s 5000000 big
truncate -s 10000000 sparse
dd if=/dev/zero of=big bs=1 count=10 seek=100 conv=notrunc status=none
dd if=/dev/zero of=big2 bs=64k count=20 status=none
sed -i s/one/ONE/ f
sed -i.bak s/one/ONE/ f
sort -r f -o f
sort -r f > f.new && mv f.new f
tac f > t && cat t > f && rm t
find . -name k -delete
find . -type f -exec touch -d 2003-03-03 {} +
find . -type d -empty -delete
tar --mtime=@1 -cf a.tar d
tar cf - d | (mkdir copy && cd copy && tar xf -)
tar --mtime=@1 -cf a.tar d && rm -r d && tar xf a.tar
install -m 750 f dir-none || install -m 750 f installed
install -D -m 600 f x/y/z
mkfifo pipe
rm p && mkfifo -m 600 p
rm p && echo file > p
python3 -c "import os; os.rename('f', 'renamed'); os.mkdir('f')"
python3 -c "import os; os.setxattr('f', 'user.note', b'text')"
python3 -c "import os; os.removexattr('attr', 'user.a')"
python3 -c "import os; os.setxattr('attr', 'user.a', b'2'); os.setxattr('d', 'user.d', b'')"
python3 -c "import os; os.setxattr('new', 'user.n', bytes(range(256))) if not open('new', 'w').close() else 0"
python3 -c "import socket; socket.socket(socket.AF_UNIX).bind('sock')"
python3 -c "open(b'\xff\xfe odd', 'w').write('x'); import os; os.rename(b'odd\n\xff name', b'even')"
python3 -c "import os; os.remove(b'odd\n\xff name'); os.mkdir(b'new\\\\,:=dir'); open(b'new\\\\,:=dir/\x01', 'w')"
python3 -c "f = open('f', 'r+'); f.seek(2); f.write('XX')"
python3 -c "import mmap; f = open('big', 'r+b'); m = mmap.mmap(f.fileno(), 0); m[5:8] = b'abc'; m.flush()"
python3 -c "import os; [os.makedirs(f'many/{i % 7}/{i}') for i in range(200)]; [open(f'many/{i % 7}/{i}/f', 'w').write(str(i)) for i in range(200)]"
python3 -c "import os; [os.rename('f', f'f{i}') or os.rename(f'f{i}', 'f') for i in range(20)]"
python3 -c "import os, tempfile; t = tempfile.NamedTemporaryFile(dir='.', delete=False); t.write(b'1'); t.close(); os.replace(t.name, 'f')"
python3 -c "import sqlite3; c = sqlite3.connect('base'); c.execute('create table t (x)'); c.execute('insert into t values (1)'); c.commit(); c.close()"
echo x > d/sub/x; rm d/sub/y; echo z > d/sub/z; rm -r e; mkdir e; touch e/e
umask 077; echo x > masked; mkdir masked.d
echo x > a; mv a b; mv b c; cp c a; rm c
for i in 1 2 3 4 5; do echo $i > n$i; done; rm n3; ln n1 n3
cp -al d links
mkdir a; cd a; touch b; cd ..; mv a z; touch z/c; mv z/b .
(echo late > late) & wait
cat f exe > both; rm f exe
rm -rf ./*; echo all > gone
rm -rf d/sub; ln -s ../e d/sub; touch d/sub/through
true
test -e nothing || echo made > nothing
""".strip().splitlines()

ROOT_LINES = r"""
chown 12:34 f
chown -R 12:34 d
chown 12:34 exe
chown -h 12:34 l
chgrp 55 d && echo x > d/new
echo x > x && chown 5:6 x && chmod 4755 x
echo more >> g
echo more > hard1
chmod 600 hard1
rm hard1
mv hard1 hard3
ln hard1 hard3
chown 7 hard1 && echo more >> hard2
mknod null c 1 3
mknod block b 7 0
mkdir -p own && chown 12:34 own && echo x > own/f && chown 12 own/f
python3 -c "import os; os.setxattr('f', 'trusted.note', b'text')"
cp -a hard1 hard2 e/
mv d d2 && chown 3:3 d2 d2/k
rm -r d && cp -a e d
""".strip().splitlines()


@pytest.fixture
def place(tmp_path_factory):
    """A directory that another user can reach, with a state directory beside it."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="osier-try-", dir=os.environ.get("TMPDIR", "/var/tmp")))
    path.chmod(0o755)
    yield path
    subprocess.run(["chmod", "-R", "u+rwx", path], check=False)
    shutil.rmtree(path)


class Rehearser:
    """Runs the command for one user: in `home`, with a state directory of its own."""

    def __init__(self, build, place, uid):
        self.home, self.state, self.uid = place / "home", place / "state", uid
        self.program = build / "osier"
        if uid:
            self.program = shutil.copy(self.program, place / "osier")
        for path in (self.home, self.state):
            path.mkdir(mode=0o700)
            os.chown(path, uid, uid)
        self.environment = dict(os.environ, OSIER_STATE=str(self.state), HOME=str(self.home), PATH="/usr/bin:/bin", PYTHONDONTWRITEBYTECODE="1")
        self.as_user = {"user": uid, "group": uid, "extra_groups": []} if os.geteuid() != uid else {}

    def __call__(self, *words, cwd=None, **options):
        return subprocess.run(
            [self.program, *words], cwd=cwd or self.home, env=self.environment, capture_output=True, text=True,
            errors="surrogateescape", timeout=100, **self.as_user, **options,
        )  # fmt: skip

    def direct(self, line, cwd):
        return subprocess.run(
            ["sh", "-c", line], cwd=cwd, env=self.environment, capture_output=True, timeout=100, **self.as_user
        )

    def left(self):
        """What is left of rehearsals."""
        return list((self.state / "try").iterdir()) if (self.state / "try").exists() else []


def rehearser(build, place, uid):
    if os.geteuid() not in (0, uid):
        pytest.skip("needs root")
    made = Rehearser(build, place, uid)
    done = made("try", "-q", "--drop", "--", "true")
    if done.returncode == 4:
        pytest.skip(done.stderr)
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture(params=["root", "user"])
def who(request, build, place):
    return rehearser(build, place, 0 if request.param == "root" else SOMEBODY if os.geteuid() == 0 else os.geteuid())


@pytest.fixture
def root(build, place):
    return rehearser(build, place, 0)


def sample(path, uid):
    """A tree with something of everything in it."""
    path.mkdir()
    (path / "f").write_text("one\ntwo\nthree\n")
    (path / "d/sub").mkdir(parents=True)
    (path / "d/k").write_text("k\n")
    (path / "d/sub/x").write_text("x\n")
    (path / "d/sub/y").write_text("y\n")
    (path / "e").mkdir()
    (path / "l").symlink_to("f")
    (path / "dangling").symlink_to("nowhere")
    open(os.fsencode(path) + b"/odd\n\xff name", "w").close()
    (path / "big").write_bytes(bytes(range(256)) * 1200)
    os.mkfifo(path / "p")
    (path / "exe").write_text("#!/bin/sh\n")
    (path / "exe").chmod(0o755)
    (path / "old").write_text("old\n")
    (path / "attr").write_text("attr\n")
    os.setxattr(path / "attr", "user.a", b"1")
    os.utime(path / "old", (10**9, 10**9))
    if uid == 0:
        (path / "hard1").write_text("hard\n")
        os.link(path / "hard1", path / "hard2")
        os.link(path / "f", path / "g")
        return
    for at, dirs, files in os.walk(os.fsencode(path)):
        for name in [b".", *dirs, *files]:
            os.chown(os.path.join(at, name), uid, uid, follow_symlinks=False)


def snapshot(path):
    """All that two equal trees have in common. Times count where they weren't just made."""
    seen, inodes = {}, {}
    limit = time.time() - 1000
    for at, dirs, files in os.walk(os.fsencode(path)):
        for name in [*dirs, *files]:
            full = os.path.join(at, name)
            st = os.lstat(full)
            key = os.path.relpath(full, os.fsencode(path))
            xattrs = {n: os.getxattr(full, n, follow_symlinks=False) for n in os.listxattr(full, follow_symlinks=False)}
            what = None
            if stat.S_ISREG(st.st_mode):
                with open(full, "rb") as file:
                    what = (st.st_size, hashlib.sha256(file.read()).digest())
                inodes.setdefault(st.st_ino, []).append(key)
            elif stat.S_ISLNK(st.st_mode):
                what = os.readlink(full)
            elif stat.S_ISCHR(st.st_mode) or stat.S_ISBLK(st.st_mode):
                what = st.st_rdev
            seen[key] = (oct(st.st_mode), st.st_uid, st.st_gid, what, xattrs, st.st_mtime if st.st_mtime < limit else None)
    return seen, sorted(sorted(names) for names in inodes.values())


def check_lines(who, lines):
    """Each line in a tree of its own: all of them at once, done in one place and rehearsed in another."""
    for name in ("copy", "tried"):
        (who.home / name).mkdir()
        os.chown(who.home / name, who.uid, who.uid)
        for number in range(len(lines)):
            sample(who.home / name / f"{number:03}", who.uid)
    script = "".join(f"(cd {number:03}; {line}\n) || exit 1\n" for number, line in enumerate(lines))
    direct = who.direct(script, who.home / "copy")
    assert direct.returncode == 0, direct.stderr
    before = snapshot(who.home / "tried")
    done = who("try", "--drop", "--quiet", "--", "sh", "-c", script, cwd=who.home / "tried")
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "")
    assert snapshot(who.home / "tried") == before
    done = who("try", "--keep", "--", "sh", "-c", script, cwd=who.home / "tried")
    assert done.returncode == 0, done.stderr
    (copy, links), (tried, tried_links) = snapshot(who.home / "copy"), snapshot(who.home / "tried")
    differs = {key for key in {*copy, *tried} if copy.get(key) != tried.get(key)}
    differs |= {name for names in links + tried_links if (names in links) != (names in tried_links) for name in names}
    wrong = [(lines[int(key[:3])], key, copy.get(key), tried.get(key)) for key in sorted(differs)]
    assert not wrong, "\n".join(map(repr, wrong))
    assert who.left() == []


@pytest.mark.parametrize("part", range(2))
def test_kept_is_as_if_it_had_been_done(who, part):
    assert len(LINES) >= 100
    check_lines(who, LINES[part::2])


def test_kept_is_as_if_root_had_done_it(root):
    check_lines(root, ROOT_LINES)


# ------------------------------------------------------------------------------ statuses, options


def test_the_status_is_that_of_the_command(who):
    assert who("try", "-q", "--", "sh", "-c", "exit 7").returncode == 7
    assert who("try", "-q", "--keep", "--", "sh", "-c", "echo x > x; exit 3").returncode == 3
    assert not (who.home / "x").exists()
    assert who("try", "-q", "--", "sh", "-c", "kill -9 $$").returncode == 137
    done = who("try", "--", "no-such-program")
    assert done.returncode == 127 and "No such file or directory: 'no-such-program'" in done.stderr
    (who.home / "plain").write_text("")
    os.chown(who.home / "plain", who.uid, who.uid)
    assert who("try", "--", "./plain").returncode == 126
    begun = time.monotonic()
    assert who("try", "-q", "--timeout=300ms", "--", "sleep", "60").returncode == 124
    assert time.monotonic() - begun < 30
    assert who("try", "--timeout=soon", "--", "true").returncode == 64
    assert who("try").returncode == 64
    assert who("try", "--again=77", "--", "true").returncode == 1
    assert who("try", "--in", "/no-such", "--", "true").returncode == 1 or who.uid == 0
    assert who("try", "--with", "/no-such", "--", "true").returncode == 1
    assert who.left() == []


def test_what_is_dropped_has_changed_nothing(who):
    (who.home / "f").write_text("old\n")
    os.chown(who.home / "f", who.uid, who.uid)
    before = os.lstat(who.home / "f")
    done = who("try", "--drop", "--", "sh", "-c", "echo new > f; cat f; echo x > n; rm -rf ~/*; ls")
    assert done.returncode == 0 and done.stdout.startswith("new\n") and "- remove" in done.stdout
    assert os.lstat(who.home / "f") == before and sorted(os.listdir(who.home)) == ["f"]
    done = who("try", "--", "sh", "-c", "echo new > f")
    assert done.returncode == 0 and "dropped, nothing was changed" in done.stderr
    assert (who.home / "f").read_text() == "old\n" and who.left() == []


def test_kept_is_undone(who):
    (who.home / "f").write_text("old\n")
    os.chown(who.home / "f", who.uid, who.uid)
    before = os.lstat(who.home / "f").st_ino, snapshot(who.home)
    done = who("try", "--keep", "--", "sh", "-c", "echo new > f; mkdir d; echo x > d/x")
    assert done.returncode == 0 and "kept as 1: `osier undo 1` takes it back" in done.stderr
    assert (who.home / "f").read_text() == "new\n" and (who.home / "d/x").read_text() == "x\n"
    assert "  try sh -c 'echo new > f; mkdir d; echo x > d/x'\n" in who("log").stdout
    assert who("undo").returncode == 0
    assert (os.lstat(who.home / "f").st_ino, snapshot(who.home)) == before


def test_ignored_changes_are_no_part_of_the_plan(who):
    line = "mkdir -p a/b; echo x > a/x.log; echo y > a/y; echo z > a/b/z; echo x > x.log"
    done = who("try", "--keep", "--ignore=*.log", f"--ignore={who.home}/a/b*", "--", "sh", "-c", line)
    assert done.returncode == 0
    assert sorted(snapshot(who.home)[0]) == [b"a", b"a/y"]


def test_saved_as_a_plan_and_gone_on_with(who):
    (who.home / "f").write_text("old\n")
    os.chown(who.home / "f", who.uid, who.uid)
    done = who("try", "-q", "-o", "../state/plan", "--", "sh", "-c", "echo new > f; echo big > g; mv g h")
    assert done.returncode == 0 and "--again=1" in done.stderr, done.stderr
    assert sorted(os.listdir(who.home)) == ["f"] and (who.home / "f").read_text() == "old\n"
    done = who("try", "-q", "-o", "../state/plan2", "--again=1", "--", "sh", "-c", "cat f h; echo more >> f; rm h; echo i > i")
    assert done.returncode == 0 and done.stdout == "new\nbig\n", done.stderr
    assert "+new\n+more\n" in who("show", "../state/plan2").stdout
    assert who("recover").returncode == 0 and len(who.left()) == 1
    assert who("apply", "--yes", "../state/plan2").returncode == 0
    assert (who.home / "f").read_text() == "new\nmore\n" and sorted(os.listdir(who.home)) == ["f", "i"]
    assert who("forget", "--all").returncode == 0 and who.left() == []


def test_a_rehearsal_on_top_is_kept_as_a_whole(who):
    assert who("try", "-q", "-o", "../state/plan", "--", "sh", "-c", "mkdir d; echo 1 > d/1").returncode == 0
    done = who("try", "-q", "--again=1", "--keep", "--", "sh", "-c", "echo 2 >> d/1; echo 3 > d/3")
    assert done.returncode == 0, done.stderr
    assert (who.home / "d/1").read_text() == "1\n2\n" and (who.home / "d/3").read_text() == "3\n"
    assert who.left() == []


def test_there_is_no_network_unless_it_is_asked_for(who):
    with socket.create_server(("127.0.0.1", 0)) as server:
        script = f"import socket; socket.create_connection(('127.0.0.1', {server.getsockname()[1]})).close()"
        refused = who("try", "-q", "--", "/usr/bin/python3", "-c", script)
        assert refused.returncode == 1 and "ConnectionRefusedError" in refused.stderr
        assert who("try", "-q", "--net", "--", "/usr/bin/python3", "-c", script).returncode == 0


def test_daemons_are_out_of_reach_unless_named(who):
    path = who.home / "socket"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        os.chown(path, who.uid, who.uid)
        script = f"import socket; socket.socket(socket.AF_UNIX).connect({str(path)!r})"
        refused = who("try", "-q", "--", "/usr/bin/python3", "-c", script)
        assert refused.returncode == 1 and "ConnectionRefusedError" in refused.stderr
        done = who("try", "-q", f"--with={path}", "--", "/usr/bin/python3", "-c", script)
        assert done.returncode == 0, done.stderr


def test_the_journal_cannot_be_seen(who):
    assert who("try", "-q", "--keep", "--", "touch", "x").returncode == 0
    before = snapshot(who.state)
    done = who("try", "-q", "--keep", "--", "sh", "-c", f"ls -A {who.state}; rm -rf {who.state}/*; echo x > {who.state}/x; true")
    assert done.returncode == 0 and done.stdout == ""
    after = snapshot(who.state)
    assert before == after and who("undo").returncode == 0 and not (who.home / "x").exists()


def test_processes_are_its_own_and_end_with_it(who):
    mark = f"{os.getpid()}{time.monotonic_ns()}"
    done = who("try", "-q", "--", "sh", "-c", f"sleep 1000.{mark} & setsid sleep 1000.{mark} & ps -e -o args= | wc -l")
    assert done.returncode == 0 and int(done.stdout) < 12
    assert mark not in subprocess.run(["ps", "-e", "-o", "args="], capture_output=True, text=True, check=True).stdout


def test_the_kernel_s_state_cannot_be_written(root):
    done = root("try", "-q", "--", "sh", "-c", "echo 1 > /proc/sys/vm/swappiness; echo x > /sys/kernel/profiling; ls /dev/sd* /dev/vd* /dev/mem; true")
    assert done.stderr.count("Read-only file system") >= 1 and "/dev/vd" not in done.stdout


def test_elsewhere_a_user_cannot_write(build, place):
    who = rehearser(build, place, SOMEBODY)
    other = place / "other"
    other.mkdir()
    other.chmod(0o777)
    done = who("try", "-q", "--drop", "--", "sh", "-c", f"echo x > {other}/x")
    assert done.returncode == 2
    done = who("try", "-q", "--keep", f"--in={other}", "--", "sh", "-c", f"echo x > {other}/x")
    assert done.returncode == 0 and (other / "x").read_text() == "x\n", done.stderr


# -------------------------------------------------------------------------------- others at work


@pytest.mark.parametrize(
    "ours, theirs",
    [
        ("echo ours > f", "echo theirs > f"),
        ("echo ours >> f", "echo theirs > t && mv t f"),
        ("rm f", "echo theirs >> f"),
        ("mv f f2", "echo theirs >> f"),
        ("chmod 600 f", "echo theirs >> f"),
        ("chmod 600 f", "chmod 640 f"),
        ("echo ours > new", "echo theirs > new"),
        ("mkdir new; echo ours > new/x", "mkdir new; echo theirs > new/x"),
        ("rm -r d", "echo theirs >> d/sub/x"),
        ("rm -r d", "echo theirs > d/sub/new"),
        ("rm -r d; mkdir d; echo ours > d/k", "echo theirs > d/k"),
        ("rm -r d; echo ours > d", "touch d/new"),
        ("echo ours > d/k", "rm -r d; mkdir d; echo theirs > d/k"),
        ("echo ours > d/k", "mv d gone; mkdir d"),
        ("echo ours > d/k", "rm -r d"),
        ("echo ours >> f", "rm f"),
        ("rm f; mkdir f; echo ours > f/x", "echo theirs > f"),
        ("ln -sf exe l", "ln -sf old l"),
        ("mv d d2", "rm -r d; mkdir d; touch d/theirs"),
        ("mv f d/f", "touch d/f"),
    ],
)
def test_what_somebody_else_changed_meanwhile_stays(who, ours, theirs):
    tree = who.home / "tree"
    sample(tree, who.uid)
    line = f"{ours}; echo ready; cat > /dev/null"
    running = subprocess.Popen(
        [who.program, "try", "--keep", "--", "sh", "-c", line], cwd=tree, env=who.environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, errors="surrogateescape", **who.as_user,
    )  # fmt: skip
    assert running.stdout.readline() == "ready\n"
    assert who.direct(theirs, tree).returncode == 0
    after = snapshot(tree)
    _, err = running.communicate()
    assert snapshot(tree) == after, err
    assert running.returncode == 3 and "theirs stays" in err, err
    assert who.left() == []


def test_what_somebody_else_changed_beside_it_is_no_conflict(who):
    tree = who.home / "tree"
    sample(tree, who.uid)
    running = subprocess.Popen(
        [who.program, "try", "--keep", "--", "sh", "-c", "echo ours > d/new; rm e -r; mv exe d; echo ready; cat > /dev/null"],
        cwd=tree, env=who.environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        **who.as_user,
    )  # fmt: skip
    assert running.stdout.readline() == "ready\n"
    assert who.direct("echo theirs >> f; touch d/theirs; echo x >> d/k", tree).returncode == 0
    _, err = running.communicate()
    assert running.returncode == 0, err
    assert sorted(os.listdir(tree / "d")) == ["exe", "k", "new", "sub", "theirs"]
    assert (tree / "d/new").read_text() == "ours\n" and not (tree / "e").exists()


# ----------------------------------------------------------------------------------- cut short


def mounts_of(path):
    return [line for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines() if str(path) in line]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_ended_by_a_signal_it_leaves_nothing(who, number):
    mark = f"{os.getpid()}{time.monotonic_ns()}"
    running = subprocess.Popen(
        [who.program, "try", "--keep", "--", "sh", "-c", f"echo x > x; echo ready; sleep 1000.{mark}"], cwd=who.home,
        env=who.environment, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        **who.as_user,
    )  # fmt: skip
    assert running.stdout.readline() == "ready\n"
    running.send_signal(number)
    assert running.wait(30) in (-number, 128 + number)
    deadline = time.monotonic() + 30
    while mark in subprocess.run(["ps", "-e", "-o", "args="], capture_output=True, text=True, check=True).stdout:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert mounts_of(who.state) == [] and not (who.home / "x").exists()
    if number == signal.SIGKILL:
        assert len(who.left()) == 1
        assert who("recover").returncode == 0
    assert who.left() == []


def on_a_terminal(who, line, answers):
    """Runs `osier try -- sh -c LINE` on a terminal; answers come when their prompts are seen: status and output."""
    pid, fd = pty.fork()
    if pid == 0:
        try:
            os.chdir(who.home)
            if who.as_user:
                os.setgroups([])
                os.setresgid(who.uid, who.uid, who.uid)
                os.setresuid(who.uid, who.uid, who.uid)
            os.execve(who.program, [who.program, "try", "--", "sh", "-c", line], who.environment)
        finally:
            os._exit(99)
    seen = b""
    answers = list(answers)
    while True:
        try:
            part = os.read(fd, 4096)
        except OSError:
            break
        seen += part
        if answers and answers[0][0] in seen:
            os.write(fd, answers.pop(0)[1])
    os.close(fd)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), seen.decode()


def test_asked_on_a_terminal(who):
    status, said = on_a_terminal(who, "tty; echo x > x", [(b"[y/N]", b"n\n")])
    assert status == 0 and "/dev/pts/" in said and "dropped" in said and not (who.home / "x").exists()
    status, said = on_a_terminal(who, "echo x > x; exit 9", [(b"[y/N]", b"y\n")])
    assert status == 9 and "kept as 1" in said and (who.home / "x").exists()
    status, said = on_a_terminal(who, "true", [])
    assert status == 0 and "[y/N]" not in said


def test_ctrl_c_is_the_commands(who):
    """A shell may lose it between fork and exec of what it runs, with or without osier: Python gets it for certain."""
    wait = "import time; print('ready', flush=True)\nwhile True: time.sleep(0.05)"
    status, said = on_a_terminal(who, f"echo x > x; exec /usr/bin/python3 -c {shlex.quote(wait)}", [(b"ready", b"\x03")])
    assert status in (130, -signal.SIGINT) and "[y/N]" not in said and not (who.home / "x").exists()
    assert who.left() == []


def test_directories_that_their_owner_may_not_enter(who):
    line = "mkdir -m 0 closed; mkdir -m 500 dry; mkdir -p full/x; echo x > full/x/f; chmod 0 full/x full"
    done = who("try", "-q", "--keep", "--", "sh", "-c", line)
    assert done.returncode == 0, done.stderr
    modes = {name: os.stat(who.home / name).st_mode & 0o777 for name in ("closed", "dry", "full")}
    assert modes == {"closed": 0, "dry": 0o500, "full": 0}
    os.chmod(who.home / "full", 0o700)
    assert who("undo").returncode == 3
    os.chmod(who.home / "full", 0)
    assert who("undo").returncode == 0 and sorted(os.listdir(who.home)) == []
    assert who("forget", "--all").returncode == 0
    assert all(os.listdir(who.state / name) == [] for name in ("staging", "active", "log", "trash"))


def test_ctrl_c_that_the_command_survives_drops_nothing(who):
    code = (
        "import sys\nfor i in range(3):\n try:\n  print(f'ready{i}', flush=True); sys.stdin.readline()\n"
        " except KeyboardInterrupt: pass\nopen('x', 'w').write('after')"
    )
    keys = [(b"ready%d" % i, b"\x03") for i in range(3)]
    status, said = on_a_terminal(who, f"exec /usr/bin/python3 -c {shlex.quote(code)}", [*keys, (b"[y/N]", b"y\n")])
    assert status == 0 and "kept as 1" in said and (who.home / "x").read_text() == "after"


def test_killed_at_any_moment_it_leaves_nothing(who):
    for delay in range(1, 40, 2):
        running = subprocess.Popen(
            [who.program, "try", "-q", "--", "sh", "-c", "echo x > x; sleep 0.005"], cwd=who.home, env=who.environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **who.as_user,
        )  # fmt: skip
        time.sleep(delay / 1000)
        running.kill()
        running.wait()
    deadline = time.monotonic() + 30
    while who("recover").returncode == 0 and who.left():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert mounts_of(who.state) == [] and sorted(os.listdir(who.home)) == []


# -------------------------------------------------------------------------------- other machines


def in_namespace(script, **options):
    return subprocess.run(
        ["unshare", "-m", "sh", "-ec", "mount --make-rprivate /\n" + script], capture_output=True, text=True, timeout=100, **options
    )


def test_in_a_container_whose_root_is_an_overlay(root, place):
    """Layers are in memory there; what is kept is copied."""
    script = f"""
    mkdir -p {place}/box/u {place}/box/w {place}/box/root
    mount -t overlay overlay -o lowerdir=/,upperdir={place}/box/u,workdir={place}/box/w {place}/box/root
    cd {place}/box/root
    mount -t proc proc proc
    mount --rbind /dev dev
    mkdir -p home/test
    mkdir -m 700 state
    echo one > home/test/f
    mkdir home/test/d
    OSIER_STATE=/state HOME=/home/test exec chroot . sh -c 'cd /home/test
        {root.program} try --keep -q -- sh -c "echo two >> f; mkdir n; echo x > n/x; chown 5:6 n/x; rm -r d"
        echo $?; cat f n/x; ls; stat -c %u:%g n/x; ls /state/try /dev/shm/.osier-0/try'
    """
    done = in_namespace(script)
    assert done.stdout.splitlines()[:7] == ["0", "one", "two", "x", "f", "n", "5:6"], done.stdout + done.stderr


def test_in_a_chroot_that_is_no_mount(root, place):
    """Its root can't be made private nor exchanged; the message says so, and nothing is left."""
    script = f"""
    mkdir -p {place}/jail
    cd {place}/jail
    for name in /*; do
        [ -d "$name" ] || continue
        if [ -h "$name" ]; then cp -P "$name" .; else mkdir ".$name"; mount --rbind "$name" ".$name"; fi
    done
    OSIER_STATE={place}/jailed exec chroot . {root.program} try -- touch {place}/new
    """
    done = in_namespace(script)
    assert done.returncode == 4 and "missing: a root that is a mount" in done.stderr, done.stderr
    assert not (place / "new").exists() and mounts_of(place / "jailed") == []


@pytest.mark.parametrize("uid", [0, SOMEBODY])
def test_what_is_missing_is_named(root, place, uid):
    """Status 4 where no namespaces can be made, here by a limit of the test's own user namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    state = place / "other-state"
    state.mkdir(mode=0o700)
    os.chown(state, uid, uid)
    program = shutil.copy(root.program, place / "osier2")
    done, go = os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            if libc.unshare(0x10000000) == 0:  # CLONE_NEWUSER
                os.write(done[1], b"x")
                os.read(go[0], 1)
                for name in ("user", "mnt"):
                    pathlib.Path(f"/proc/sys/user/max_{name}_namespaces").write_text("0")
                os.setgroups([])
                os.setresgid(uid, uid, uid)
                os.setresuid(uid, uid, uid)
                sys.stdout.flush()
                with open(place / "said", "w", encoding="utf-8") as said:
                    os.dup2(said.fileno(), 2)
                os.execve(program, [program, "try", "--", "true"], {**os.environ, "OSIER_STATE": str(state)})
        finally:
            os._exit(99)
    os.chown(place, uid, uid)
    os.read(done[0], 1)
    for name in ("uid_map", "gid_map"):
        pathlib.Path(f"/proc/{pid}/{name}").write_text("0 0 65536")
    os.write(go[1], b"x")
    status = os.waitpid(pid, 0)[1]
    for end in (*done, *go):
        os.close(end)
    said = (place / "said").read_text()
    missing = "user namespaces" if uid else "the right to make namespaces (CAP_SYS_ADMIN)"
    assert os.waitstatus_to_exitcode(status) == 4 and f"missing: {missing}" in said, (status, said)


@pytest.mark.parametrize("uid", [0, SOMEBODY])
def test_a_checkpoint_is_put_back(build, place, uid):
    if os.geteuid() != 0:
        pytest.skip("needs root")
    who = Rehearser(build, place, uid)
    sample(who.home / "tree", uid)
    before = snapshot(who.home / "tree")
    line = "echo new > tree/f; rm tree/d/k; mkdir tree/n"
    words = ("try", "--checkpoint=tree", "--", "sh", "-c", line)
    done = who(*words)
    assert done.returncode == 0 and "this is no rehearsal" in done.stderr and "d/k" in done.stdout, done.stderr
    assert snapshot(who.home / "tree") == before and os.listdir(who.home) == ["tree"]
    assert who("undo").returncode == 0 and (who.home / "tree/f").read_text() == "new\n"
    assert who("undo", "2").returncode == 0 and snapshot(who.home / "tree") == before
    assert who("try", "--keep", *words[1:]).returncode == 0
    assert (who.home / "tree/n").is_dir() and os.listdir(who.home) == ["tree"]
    assert who("try", "--checkpoint=none", "--", "true").returncode == 1
    assert who("try", "--checkpoint=tree", "--", "no-such-program").returncode == 127
    assert os.listdir(who.home) == ["tree"]
    (who.home / ".tree.osier-checkpoint").mkdir()
    assert who("try", "--checkpoint=tree", "--", "touch", "tree/x").returncode == 3 and not (who.home / "tree/x").exists()


def test_several_file_systems(root):
    """The journal of the other one lies at its top, so it is one of the test's own."""
    script = """
        mkdir other; mount -t tmpfs none other; echo old >other/f
        "$1" try --keep -q -- sh -c 'echo new >other/f; cp other/f here; mv other/f other/g'
        cat here other/g; test ! -e other/f; umount other; ls other
    """
    done = subprocess.run(["unshare", "--mount", "sh", "-euc", script, "sh", root.program], cwd=root.home, env=root.environment,
                          capture_output=True, text=True, timeout=100)  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "new\nnew\n"), done.stderr


def test_mounts_below_that_in_dev(root):
    """/dev is made anew for a rehearsal, but what is in memory there is everybody's, and what is mounted in it."""
    script = """
        mount -t tmpfs none /dev/shm; mkdir /dev/shm/in; mount -t tmpfs none /dev/shm/in; echo old >/dev/shm/in/f
        "$1" try --keep -q -- sh -c 'cat /dev/shm/in/f; echo new >/dev/shm/in/f'
        cat /dev/shm/in/f
    """
    done = subprocess.run(["unshare", "--mount", "sh", "-euc", script, "sh", root.program], cwd=root.home, env=root.environment,
                          capture_output=True, text=True, timeout=100)  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "old\nnew\n"), done.stderr


def test_owners_survive(root):
    (root.home / "f").write_text("old\n")
    os.chown(root.home / "f", 11, 12)
    os.chmod(root.home / "f", 0o4711)
    done = root("try", "--keep", "-q", "--", "sh", "-c", "chmod 4750 f; cp -a f g; mkdir d; chown 13:14 d; touch d/x; chown 15 d/x")
    assert done.returncode == 0, done.stderr
    for name, owner in {"f": (11, 12, 0o104750), "g": (11, 12, 0o104750), "d": (13, 14, 0o40755), "d/x": (15, 0, 0o100644)}.items():
        st = os.lstat(root.home / name)
        assert (st.st_uid, st.st_gid, st.st_mode) == owner, name


#: What a kernel may lack, or a container forbid, and what is then said to be missing; without, it works all the same.
DENIED = {
    "statx": None, "openat2": None, "pidfd_open": None, "unshare": None, "setns": None, "name_to_handle_at": None,
    "mount_setattr": None, "faccessat2": None, "setxattr": None, "socket": None, "close_range": None, "getrandom": None,
    "mount": "mount, which", "umount2": "umount, which", "pivot_root": "pivot_root or", "prctl": "prctl, which",
    "clone": "namespaces",
}  # fmt: skip


@pytest.mark.parametrize("number", ["ENOSYS", "EPERM"])
@pytest.mark.parametrize("call", DENIED)
def test_each_call_denied(who, build, call, number):
    """It rehearses, or exits with 4 and says what is missing."""
    places = [build / "tests" / "deny", build.parent / "tests" / "deny"]  # a variant, which has none, is below the build
    deny = shutil.copy(next(place for place in places if place.exists()), who.state.parent / "deny")
    if open(deny, "rb").read(5) != open(who.program, "rb").read(5):
        pytest.skip("calls have other numbers in a program of 32 bits")
    program, who.program = who.program, deny
    line = "echo x > f; mkdir d; mv f d/g; chmod 600 d/g"
    done = who(number, call, "--", program, "try", "--keep", "--quiet", "--", "sh", "-c", line)
    who.program = program
    if DENIED[call]:
        assert (done.returncode, done.stdout) == (4, "") and "missing: " in done.stderr and DENIED[call] in done.stderr, done.stderr
        assert not os.listdir(who.home)
    else:
        assert done.returncode == 0, done.stderr
        assert (who.home / "d/g").read_text() == "x\n" and os.listdir(who.home) == ["d"]
    assert not who.left()
