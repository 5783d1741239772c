# SPDX-License-Identifier: MIT
"""A transaction under power cuts, deaths, failing calls, full disks, foreign changes and editors: before or after,
nothing between, and nothing of anybody's lost. OSIER_CRASH=full is the long form, `make check-crash`."""

import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest

import deaths
import rig

FULL = os.environ.get("OSIER_CRASH") == "full"
TOOLS = os.environ.get("CRASH_TOOLS") or str(pathlib.Path(os.environ.get("OSIER_BUILD", "build")) / "tests" / "crash")

#: (file systems, verb, how the rig is asked), the first ones in the short form too. `whole` has whole file systems synced
#: (1), or each thing for itself (-1), whatever the machine has to write; with neither it is as that says.
CUTS = [
    ("ext4", "run", {"whole": -1}),
    ("ext4", "run", {"whole": 1}),
    ("ext4", "undo", {"whole": -1}),
    ("ext4", "redo", {"whole": 1}),
    ("ext4", "undo", {"whole": 1}),
    ("ext4", "redo", {"whole": -1}),
    ("ext4", "run", {"agitate": True, "slow": 1000, "samples": 1, "whole": -1}),
    ("ext4", "undo", {"agitate": True, "slow": 1000, "samples": 1, "whole": -1}),
    ("ext4", "run", {"samples": 8, "nested": 4, "seed": 2, "whole": -1}),
    ("ext4", "run", {"samples": 8, "nested": 4, "seed": 3, "whole": 1}),
    ("ext4", "undo", {"samples": 8, "nested": 4, "seed": 2, "whole": -1}),
    ("ext4", "run", {"plain": True, "whole": -1}),
    ("ext4", "undo", {"plain": True, "whole": 1}),
    ("ext4", "run", {"plain": True, "agitate": True, "slow": 1000, "samples": 1, "whole": -1}),
    ("xfs", "run", {"samples": 4, "nested": 2, "whole": -1}),
    ("xfs", "run", {"samples": 4, "nested": 2, "whole": 1}),
    ("xfs", "run", {"agitate": True, "slow": 1000, "samples": 1, "whole": -1}),
    ("xfs", "undo", {"samples": 4, "nested": 2, "whole": -1}),
    ("xfs", "undo", {"samples": 4, "nested": 2, "whole": 1}),
    ("btrfs", "run", {"samples": 2, "nested": 1, "whole": -1}),
    ("btrfs", "run", {"samples": 2, "nested": 1, "whole": 1}),
    ("btrfs", "run", {"agitate": True, "slow": 1000, "samples": 1, "stride": 3, "whole": -1}),
    ("btrfs", "undo", {"samples": 2, "nested": 1, "whole": -1}),
    ("btrfs", "undo", {"samples": 2, "nested": 1, "whole": 1}),
    ("ext4+ext4", "run", {"samples": 2, "nested": 2, "whole": -1}),
    ("ext4+ext4", "run", {"samples": 2, "nested": 2, "whole": 1}),
    ("ext4+ext4", "run", {"agitate": True, "slow": 1000, "samples": 1, "whole": -1}),
    ("ext4+ext4", "undo", {}),
    ("ext4+xfs", "run", {}),
    ("ext4+btrfs", "run", {}),
]
SHORT = 4
TRIES = 5  # for a control: what it finds is a matter of the kernel's timing


def in_namespace(code):
    """What Python code prints, line by line, in a process of its own, as a mount namespace is for good."""
    lacks = rig.missing_namespace()
    if lacks:
        pytest.skip(lacks)
    head = f"import sys; sys.path.insert(0, {str(pathlib.Path(__file__).parent)!r}); import deaths, rig; rig.enter_namespace()\n"
    done = subprocess.run(["/usr/bin/python3", "-c", head + code], capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, done.stderr
    return [line for line in done.stdout.split("\n") if line]


def cuts(fs, verb, **how):
    """The defects that the rig finds."""
    lacks = rig.missing(fs.split("+"))
    if lacks:
        pytest.skip(lacks)
    first, *defects = in_namespace(
        f"with rig.Rig({TOOLS!r}, {fs!r}, {verb!r}, **{how!r}) as r: r.run(); print(r); print(*r.defects, sep='\\n')"
    )
    print(first)
    return defects


@pytest.mark.parametrize("fs, verb, how", CUTS if FULL else CUTS[:SHORT], ids=lambda v: str(v).replace(" ", ""))
def test_power_cuts(fs, verb, how):
    defects = cuts(fs, verb, **how)
    assert not defects, "\n".join(defects[:5])


@pytest.mark.parametrize("fs", ["ext4", "xfs", "btrfs"] if FULL else ["ext4"])
@pytest.mark.parametrize("sync", [1, 2, 3, 4] if FULL else [1, 2, 3])
def test_each_missing_sync_is_caught(fs, sync):
    """The rig finds what is wrong without one: otherwise finding nothing would mean nothing."""
    assert any(cuts(fs, "run", skip=sync, seed=seed, whole=-1) for seed in range(1, TRIES + 1))


@pytest.fixture
def memory():
    """A directory of its own in memory."""
    place = tempfile.mkdtemp(prefix="osier-crash-", dir=rig.MEMORY if os.access(rig.MEMORY, os.W_OK) else None)
    yield place
    shutil.rmtree(place)


@pytest.mark.parametrize("verb", deaths.VERBS)
def test_killed_before_each_call(memory, verb):
    case = deaths.Deaths(TOOLS, memory)
    case.kill(verb, first=1 if FULL else 3, stride=1 if FULL else 13)
    assert case.cases > (100 if FULL else 8) and not case.defects, "\n".join(case.defects[:5])


@pytest.mark.parametrize("verb", deaths.SETTINGS)
def test_settings_are_all_set_or_none(memory, verb):
    """Killed before each call, and each call fails: the files have every value or none."""
    case = deaths.Settings(TOOLS, memory)
    case.kill(verb, first=1 if FULL else 2, stride=1 if FULL else 11)
    killed = case.cases
    for error in deaths.ERRORS if FULL else deaths.ERRORS[:1]:
        case.fail(verb, error, first=1 if FULL else 3, stride=1 if FULL else 17)
    assert case.cases > killed > (100 if FULL else 5) and not case.defects, "\n".join(case.defects[:5])


@pytest.mark.parametrize("verb", deaths.PROGRAMS if FULL else ["programs", "undo"])
def test_killed_around_programs(memory, verb):
    """A program may outlive who has started it: recovery waits for its end, and takes it back."""
    case = deaths.Programs(TOOLS, memory)
    case.kill(verb, first=1 if FULL else 5, stride=1 if FULL else 29)
    assert case.cases > (100 if FULL else 5) and not case.defects, "\n".join(case.defects[:5])


@pytest.mark.skipif(os.geteuid() != 0, reason="it takes root to be somebody else")
@pytest.mark.parametrize("verb", deaths.CLOSED if FULL else ["closed", "undo"])
def test_directories_that_their_owner_may_not_enter(memory, verb):
    os.chmod(memory, 0o755)
    case = deaths.Deaths(TOOLS, memory, closed=True)
    case.kill(verb, first=1 if FULL else 5, stride=1 if FULL else 47)
    assert case.cases > (60 if FULL else 2) and not case.defects, "\n".join(case.defects[:5])
    case.fail(verb, "EIO", first=1 if FULL else 5, stride=1 if FULL else 97)
    assert not case.defects, "\n".join(case.defects[:5])


@pytest.mark.parametrize("verb", deaths.VERBS)
def test_without_exchanges(memory, verb):
    """NFS, most of FUSE and exFAT exchange no names: three renames do it, any of which may be the last."""
    case = deaths.Deaths(TOOLS, memory, plain=True)
    case.kill(verb, first=1 if FULL else 9, stride=1 if FULL else 29)
    assert case.cases > (100 if FULL else 6) and not case.defects, "\n".join(case.defects[:5])
    case.fail(verb, "EIO", first=1 if FULL else 9, stride=1 if FULL else 41)
    assert not case.defects, "\n".join(case.defects[:5])


@pytest.mark.parametrize("error", deaths.ERRORS if FULL else deaths.ERRORS[:1])
@pytest.mark.parametrize("verb", deaths.VERBS if FULL else ["run", "undo"])
def test_each_call_fails(memory, verb, error):
    case = deaths.Deaths(TOOLS, memory)
    case.fail(verb, error, first=1 if FULL else 7, stride=1 if FULL else 23)
    assert case.cases > (100 if FULL else 8) and not case.defects, "\n".join(case.defects[:5])


@pytest.mark.parametrize("verb", ["run", "undo"])
def test_others_change_something_before_recovery(memory, verb):
    case = deaths.Deaths(TOOLS, memory)
    case.foreign(verb, deaths.PLACES if FULL else ["conf/a.conf"])
    assert case.cases and not case.defects, "\n".join(case.defects[:5])


@pytest.mark.parametrize("fs", ["ext4", "xfs", "btrfs"] if FULL else ["ext4"])
def test_full_disk(fs):
    lacks = rig.missing([fs])
    if lacks:
        pytest.skip(lacks)
    less = "" if FULL else ", verbs=['run'], renames=[5, 9]"
    cases, *defects = in_namespace(
        f"cases, defects = deaths.full({TOOLS!r}, {fs!r}{less}); print(cases); print(*defects, sep='\\n')"
    )
    assert int(cases) > 1 and not defects, "\n".join(defects[:5])


def test_in_doubt_without_the_coordinator():
    lacks = rig.missing()
    if lacks:
        pytest.skip(lacks)
    assert in_namespace(f"print(*deaths.in_doubt({TOOLS!r}), sep='\\n')") == []


def test_three_file_systems(memory):
    cases, *defects = in_namespace(
        f"cases, defects = deaths.three({TOOLS!r}, {memory!r}, {list(deaths.VERBS) if FULL else ['run']!r}, {'1, 1' if FULL else '5, 29'});"
        "print(cases); print(*defects, sep='\\n')"
    )
    assert int(cases) > (300 if FULL else 10) and not defects, "\n".join(defects[:5])


def test_lower_directories_of_an_overlay(memory):
    cases, *defects = in_namespace(
        f"cases, defects = deaths.overlay({TOOLS!r}, {memory!r}, {['lower', 'undo', 'redo'] if FULL else ['lower']!r}, {1 if FULL else 11});"
        "print(cases); print(*defects, sep='\\n')"
    )
    assert int(cases) > (300 if FULL else 20) and not defects, "\n".join(defects[:5])


@pytest.mark.parametrize("style", ["rename-over", "in-place", "truncate-write", "delete-create"])
def test_editors_lose_nothing(memory, style):
    seconds = "60" if FULL else "2"
    command = [f"{TOOLS}/editors", style, seconds, memory]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
