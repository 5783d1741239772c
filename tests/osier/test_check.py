# SPDX-License-Identifier: MIT
"""tools/check: leaves nothing behind outside the build, neither at the end nor on Ctrl-C."""

import os
import pathlib
import signal
import subprocess
import time

import pytest

CHECK = pathlib.Path(__file__).parents[2] / "tools" / "check"
PROJECT = "project('p')\ntest('t', find_program('sh'), args: files('t.sh'), protocol: 'tap', suite: 'x')\n"
# What tests do: files that nobody could remove as they are, settings, caches, files in memory.
LITTER = """
mkdir -p "$TMPDIR/a/b" && echo x >"$TMPDIR/a/b/f" && chmod 0 "$TMPDIR/a/b" && chmod 500 "$TMPDIR/a"
for place in "$OSIER_MEMORY" "$XDG_CONFIG_HOME" "$XDG_DATA_HOME" "$XDG_STATE_HOME" "$XDG_CACHE_HOME"; do
    mkdir "$place/d" && echo x >"$place/d/f" || echo 'Bail out!'
done
stat -c %a "$TMPDIR" "$OSIER_MEMORY" >modes
echo "$OSIER_MEMORY" >memory
"""


@pytest.fixture
def project(tmp_path):
    for name in ("home", "tmp", "p"):
        (tmp_path / name).mkdir()
    (tmp_path / "p" / "meson.build").write_text(PROJECT)
    return tmp_path


def start(project, script):
    (project / "p" / "t.sh").write_text(LITTER + script)
    subprocess.run(["meson", "setup", "build"], cwd=project / "p", check=True, stdout=subprocess.DEVNULL)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "OSIER_"))}
    return subprocess.Popen([CHECK, "build"], cwd=project / "p", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            env={**kept, "HOME": str(project / "home"), "TMPDIR": str(project / "tmp")}, start_new_session=True)


def left(project):
    """What stands outside the build."""
    memory = (project / "p/build/memory").read_text().strip()
    assert not memory.startswith("/dev/shm/") or os.path.basename(memory).startswith("osier-check-")
    return [memory] * os.path.exists(memory) + [name for place in ("home", "tmp") for name in os.listdir(project / place)]


def test_nothing_stays(project):
    check = start(project, "echo 1..2; echo ok 1; echo not ok 2")
    out = check.communicate(timeout=60)[0]
    assert out.endswith("1 passed, 1 failed\n") and check.returncode == 1
    assert set((project / "p/build/modes").read_text().split()) == {"1777"}  # some tests are another user's
    assert left(project) == []


def test_nothing_stays_when_interrupted(project):
    check = start(project, "touch begun; exec sleep 60")
    deadline = time.monotonic() + 30
    while not (project / "p/build/begun").exists():
        assert time.monotonic() < deadline and check.poll() is None
        time.sleep(0.01)
    assert left(project)
    os.killpg(check.pid, signal.SIGINT)
    check.communicate(timeout=60)
    assert check.returncode == 130
    assert left(project) == []
