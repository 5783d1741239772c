# SPDX-License-Identifier: MIT
"""Names where people type them: signals, errors, users, groups and symbolic modes."""

import errno
import os
import random
import signal
import subprocess

import pytest


def test_signals(osier):
    for name in ("SIGTERM", "SIGUSR1", "SIGKILL", "SIGRTMAX-1"):
        child = subprocess.Popen(["sleep", "60"])
        assert osier("os.kill", str(child.pid), name).status == 0
        number = signal.SIGRTMAX - 1 if "-" in name else getattr(signal, name)
        assert child.wait(timeout=60) == -number
    for name in ("SIGNONE", "SIGRTMIN+99", "SIGRTMAX+1", "SIGRTMIN+", "SIGRTMIN1", "TERM1"):
        assert osier("os.kill", str(os.getpid()), name).status == 64


def test_first_real_time_signals(osier):
    child = subprocess.Popen(["sleep", "60"])
    assert osier("os.kill", str(child.pid), "SIGRTMIN+1").status == 0
    assert child.wait(timeout=60) == -(signal.SIGRTMIN + 1)


def test_errors(osier):
    for name in ("ENOENT", "EAGAIN", "ENOTSUP", "ECANCELED"):
        assert osier("os.strerror", name).out == osier("os.strerror", str(getattr(errno, name))).out != ""
    assert osier("os.strerror", "ENONE").err.startswith("osier: os.strerror: invalid NUMBER 'ENONE': not a number\n")


def test_every_signal_and_error_of_python_is_known(osier):
    for name in signal.Signals.__members__:
        if not name.startswith("SIGRT"):  # of which musl and glibc keep different ones for themselves
            assert osier("os.strerror", name).out == osier("os.strerror", str(int(getattr(signal, name)))).out, name
    for name in [name for number, name in errno.errorcode.items() if number < 40]:
        assert osier("os.strerror", name).status == 0, name


def test_users_and_groups(osier, tmp_path):
    if os.getuid() != 0:
        pytest.skip("only root may give files away")
    (tmp_path / "f").touch()
    assert osier("os.chown", "f", "nobody", "nogroup").status == 0
    st = os.stat(tmp_path / "f")
    assert (st.st_uid, st.st_gid) == (65534, 65534)
    assert osier("os.chown", "f", "root", "-1").status == 0
    st = os.stat(tmp_path / "f")
    assert (st.st_uid, st.st_gid) == (0, 65534)
    os.mkdir(tmp_path / "t")
    assert osier("os.chowntree", "t", "daemon", "daemon").status == 0
    assert os.stat(tmp_path / "t").st_uid == 1


def test_an_unknown_user(osier, tmp_path):
    (tmp_path / "f").touch()
    done = osier("os.chown", "f", "no-such-user", "-1")
    assert done.status == 64
    assert done.err.startswith("osier: os.chown: invalid UID 'no-such-user': not a number or a user\n")
    assert "invalid GID 'x y': not a number or a group\n" in osier("os.chown", "f", "-1", "x y").err


def test_symbolic_modes_are_those_of_chmod(osier, tmp_path):
    random.seed(28)
    os.mkdir(tmp_path / "d")
    (tmp_path / "f").touch()
    umask = os.umask(0o027)
    try:
        for _ in range(60):
            who = "".join(random.choices("ugoa", k=random.randrange(3)))
            parts = [
                who + random.choice("+-=") + random.choice(["", "".join(random.choices("rwxXst", k=3)), *"ugo"])
                for _ in range(random.randrange(1, 3))
            ]
            mode, before = ",".join(parts), random.randrange(0o10000)
            for name in ("f", "d"):
                os.chmod(tmp_path / name, before)
                subprocess.run(["chmod", "--", mode, tmp_path / name], stderr=subprocess.DEVNULL)
                right = os.stat(tmp_path / name).st_mode
                os.chmod(tmp_path / name, before)
                assert osier("os.chmod", name, "--", mode).status == 0, (mode, oct(before))
                assert os.stat(tmp_path / name).st_mode == right, (mode, oct(before), name)
    finally:
        os.umask(umask)


def test_symbolic_modes_elsewhere(osier, tmp_path):
    (tmp_path / "f").touch()
    os.symlink("f", tmp_path / "l")
    os.chmod(tmp_path / "f", 0o600)
    assert osier("os.chmod", "l", "g+r").status == 0
    assert os.stat(tmp_path / "f").st_mode & 0o7777 == 0o640
    for mode in ("u+q", "u", "u+x,", ",u+x", "+x;"):
        done = osier("os.chmod", "f", mode)
        assert done.status == 64 and f"invalid MODE '{mode}': not octal\n" in done.err
    assert osier("os.mkdir", "d", "--mode=u+x").status == 64
    assert osier("os.chmod", "gone", "u+x").status == 1
