# SPDX-License-Identifier: MIT
"""tools/release, which makes a commit and a tag of what is here, and nothing where something is wrong."""

import os
import re
import shutil
import subprocess

import pytest
from conftest import TOP

if not (TOP / ".git").exists() or not shutil.which("git"):
    pytest.skip("no repository", allow_module_level=True)

#: In place of make(1), which has tests of its own; what it is asked for is noted.
MAKE = """#!/bin/sh
echo "$@" >>"$MADE"
case " $* " in *" $FAILS "*) exit 1 ;; esac
case " $* " in *" $INTERRUPTS "*) kill -INT $PPID; sleep 1 ;; esac
"""


class Clone:
    def __init__(self, place):
        self.place = place / "osier"
        self.made = place / "made"
        bin = place / "bin"
        bin.mkdir()
        for name, text in {"make": MAKE, "abi": '#!/bin/sh\necho new >packaging/abi/new\n'}.items():
            (bin / name).write_text(text)
            (bin / name).chmod(0o755)
        author = {"GIT_AUTHOR_NAME": "me", "GIT_AUTHOR_EMAIL": "me@localhost", "GIT_COMMITTER_NAME": "me",
                  "GIT_COMMITTER_EMAIL": "me@localhost", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}  # fmt: skip
        self.environment = {**os.environ, **author, "PATH": f"{bin}:{os.environ['PATH']}", "MADE": str(self.made), "FAILS": "-", "INTERRUPTS": "-"}
        self.git("init", "--quiet", self.place)
        shutil.copytree(TOP / "tools", self.place / "tools")
        shutil.copy(bin / "abi", self.place / "tools" / "abi")
        for name in ("meson.build", "CHANGELOG.md", "include/osier/types.h"):
            (self.place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(TOP / name, self.place / name)
        (self.place / "packaging" / "abi").mkdir(parents=True)
        (self.place / "packaging" / "abi" / "old").write_text("old\n")
        (self.place / "CHANGELOG.md").write_text("# Changes\n\n## 0.1.0 (unreleased)\n\n- It begins.\n- #hashes stay.\n\n## 0.0.9 (2001-02-03)\n\n- Old.\n")
        self.git("add", "--all", cwd=self.place)
        self.git("commit", "--quiet", "--message", "tests: begin", cwd=self.place)

    def git(self, *words, **options):
        done = subprocess.run(["git", *words], env=self.environment, check=True, text=True, stdout=subprocess.PIPE, **options)
        return done.stdout

    def release(self, version, **environment):
        return subprocess.run([self.place / "tools" / "release", version], env={**self.environment, **environment},
                              text=True, capture_output=True)  # fmt: skip

    def text(self, name):
        return (self.place / name).read_text()

    def is_as_before(self):
        return self.git("log", "--format=%s", cwd=self.place) == "tests: begin\n" and not (
            self.git("tag", cwd=self.place) + self.git("status", "--porcelain", cwd=self.place)
        )


@pytest.fixture
def clone(tmp_path):
    return Clone(tmp_path)


def test_versions_and_notes_are_written(clone):
    done = clone.release("1.20.3")
    assert done.returncode == 0, done.stderr
    assert "  version: '1.20.3'," in clone.text("meson.build")
    defined = dict(re.findall(r"#define OSIER_(VERSION\w*) +(\S+)", clone.text("include/osier/types.h")))
    assert defined == {"VERSION": '"1.20.3"', "VERSION_MAJOR": "1", "VERSION_MINOR": "20", "VERSION_PATCH": "3"}
    assert re.search(r"^## 1\.20\.3 \(\d{4}-\d\d-\d\d\)$", clone.text("CHANGELOG.md"), re.M)
    assert clone.git("log", "--format=%s", cwd=clone.place) == "release: 1.20.3\ntests: begin\n"
    assert clone.git("status", "--porcelain", cwd=clone.place) == ""
    notes = clone.git("for-each-ref", "--format=%(contents)", "refs/tags/v1.20.3", cwd=clone.place)
    assert re.fullmatch(r"osier 1\.20\.3 \([-\d]+\)\n\n- It begins\.\n- #hashes stay\.\n\n+", notes)
    assert clone.text("packaging/abi/new") == "new\n"


def test_all_is_checked_before_and_packed_after(clone):
    clone.release("0.1.0")
    made = clone.made.read_text().splitlines()
    assert [line.split()[-1] for line in made] == ["build/with-debug", "all", "check", "distcheck", "check-cpython", "amalgamation", "distcheck"]
    assert "packages" in made[5] and "PARTS=debian" in made[6]


@pytest.mark.parametrize("target", ["all", "check", "distcheck"])
def test_a_check_that_fails_leaves_nothing(clone, target):
    assert clone.release("0.2.0", FAILS=target).returncode != 0
    assert clone.is_as_before()


@pytest.mark.parametrize("target", ["packages", "PARTS=debian"])
def test_packages_that_fail_take_the_commit_back(clone, target):
    """So that it can be made again when what failed is repaired."""
    assert clone.release("0.2.0", FAILS=target).returncode != 0
    assert clone.is_as_before()
    assert clone.release("0.2.0").returncode == 0


def test_nothing_is_left_where_nobody_can_commit(clone):
    nobody = {name: "" for name in clone.environment if name.startswith(("GIT_AUTHOR", "GIT_COMMITTER"))}
    assert clone.release("0.2.0", **nobody).returncode != 0
    assert clone.is_as_before()


def test_an_interrupt_leaves_nothing(clone):
    done = clone.release("0.2.0", INTERRUPTS="check")
    assert done.returncode != 0
    assert clone.is_as_before()


@pytest.mark.parametrize(
    "version, problem",
    [
        ("", "a version is MAJOR.MINOR.PATCH, not ''"),
        ("1.2", "a version is MAJOR.MINOR.PATCH, not '1.2'"),
        ("v1.2.3", "a version is MAJOR.MINOR.PATCH, not 'v1.2.3'"),
        ("1.02.3", "a version is MAJOR.MINOR.PATCH, not '1.02.3'"),
        ("0.0.9", "0.0.9 is older than"),
    ],
)
def test_versions_that_are_refused(clone, version, problem):
    done = clone.release(version)
    assert done.returncode != 0 and f"release: {problem}" in done.stderr
    assert clone.is_as_before()


def test_nothing_is_released_that_is_not_committed(clone):
    (clone.place / "new").write_text("")
    done = clone.release("0.2.0")
    assert (done.returncode, done.stderr) == (1, "release: there is something that isn't committed\n")
    assert not clone.made.exists()


def test_a_release_needs_notes_and_is_made_once(clone):
    assert clone.release("0.2.0").returncode == 0
    again = clone.release("0.2.0")
    assert again.stderr == "release: v0.2.0 is there already\n"
    assert clone.release("0.3.0").stderr == "release: CHANGELOG.md has no part that is unreleased\n"
