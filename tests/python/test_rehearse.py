# SPDX-License-Identifier: MIT
"""osier.rehearse(): a command that runs for real, and nothing has changed."""

import errno
import os
import subprocess
import sys

import pytest

import osier
from osier import _plan


@pytest.fixture(autouse=True)
def scratch(planning):
    try:
        osier.rehearse(["true"]).close()
    except OSError as error:
        if error.errno != errno.EOPNOTSUPP:
            raise
        pytest.skip(f"no rehearsals here: {error}")
    return planning


def shell(line, **options):
    return osier.rehearse(["sh", "-c", line], **options)


def test_dropped_unless_it_is_kept(scratch):
    (scratch / "f").write_text("old\n")
    with shell("echo new > f; mkdir d; exit 4") as rehearsal:
        assert (rehearsal.returncode, rehearsal.timed_out) == (4, False)
        assert [entry[0] for entry in rehearsal.plan.entries()] == ["create", "replace"]
        assert "+new\n" in str(rehearsal.plan) and rehearsal.conflicts == []
    assert os.listdir() == ["f"] and (scratch / "f").read_text() == "old\n"
    with pytest.raises(ValueError, match="closed"):
        rehearsal.keep()
    with shell("echo new > f; mkdir d") as rehearsal:
        number = rehearsal.keep()
    assert sorted(os.listdir()) == ["d", "f"] and (scratch / "f").read_text() == "new\n"
    osier.undo(number)
    assert os.listdir() == ["f"] and (scratch / "f").read_text() == "old\n"


def test_what_somebody_else_changed_is_a_conflict(scratch):
    (scratch / "f").write_text("old\n")
    with shell("echo new > f") as rehearsal:
        (scratch / "f").write_text("theirs\n")
        with pytest.raises(_plan.Conflict) as caught:
            rehearsal.keep()
    assert caught.value.errno == errno.ESTALE and caught.value.conflicts[0][0] == str(scratch / "f")
    assert (scratch / "f").read_text() == "theirs\n"


def test_on_top_of_one_that_was_held(scratch):
    with shell("echo 1 > f") as rehearsal:
        rehearsal.hold()
    with shell("echo 2 >> f; rm -f none", again=rehearsal.id, env={**os.environ, "A": "b"}, ignore=["*.log"]) as second:
        second.keep()
    assert (scratch / "f").read_text() == "1\n2\n"


def test_errors(scratch):
    with pytest.raises(FileNotFoundError, match="no-such-program"):
        osier.rehearse("no-such-program")
    with pytest.raises(FileNotFoundError):
        osier.rehearse(["true"], again=99)
    for wrong in ([], ["true", 1]):
        with pytest.raises((ValueError, TypeError)):
            osier.rehearse(wrong)
    with pytest.raises(ValueError, match="positive"):
        osier.rehearse(["true"], timeout=0)
    with shell("sleep 50", timeout=0.2) as rehearsal:
        assert rehearsal.timed_out and rehearsal.returncode == -9


def test_a_plan_outlives_the_rehearsal_s_object(scratch):
    plan = shell("echo 1 > f").plan
    assert "create" in str(plan)


def test_ctrl_c_ends_it(scratch):
    script = "import osier, os, signal; signal.alarm(1); signal.signal(signal.SIGALRM, signal.default_int_handler)\n"
    script += "try: osier.rehearse(['sleep', '100'])\nexcept KeyboardInterrupt: print('ended')"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.stdout == "ended\n", done.stderr
    assert os.listdir(scratch.with_name(scratch.name + "-state") / "try") == []
