# SPDX-License-Identifier: MIT
"""osier.plan(): os's calls, planned, and made at the end or not at all."""

import errno
import os as real

import pytest

import osier
from osier import _plan


@pytest.fixture(autouse=True)
def scratch(planning):
    return planning


def test_leaving_applies_and_undo_takes_it_back(scratch):
    (scratch / "f").write_text("old")
    inode = real.stat("f").st_ino
    with osier.plan(title="deploy") as os:
        os.makedirs("srv/app", exist_ok=True)
        os.write_file("f", "new")
        os.symlink("f", "link")
        assert os.path.isfile("link") and os.read_file("link") == b"new"
        assert os.listdir() == ["f", "link", "srv"] and list(real.listdir()) == ["f"]
    assert os.id > 0
    assert sorted(real.listdir()) == ["f", "link", "srv"] and (scratch / "f").read_text() == "new"
    osier.undo(os.id)
    assert real.listdir() == ["f"] and real.stat("f").st_ino == inode


def test_an_exception_drops_it(scratch):
    with pytest.raises(ZeroDivisionError), osier.plan() as os:
        os.mkdir("d")
        1 / 0
    assert real.listdir() == []


def test_secrets_are_neither_shown_nor_saved(scratch):
    (scratch / "source").write_text("pass-word\n")
    os = osier.plan()
    os.write_file("db", "pass-word\n", mode=0o600, secret="file:%s/source" % scratch)
    os.save("p")
    assert "pass-word" not in os.diff() and b"pass-word" not in os.text() and "pass-word" not in (scratch / "p").read_text()
    (scratch / "source").write_text("other-word\n")
    with pytest.raises(_plan.Conflict) as refused:
        _plan.load("p").apply()
    assert [path for path, _, _ in refused.value.conflicts] == [str(scratch / "db")] and "other-word" not in str(refused.value.conflicts)
    (scratch / "source").write_text("pass-word\n")
    _plan.load("p").apply()
    assert (scratch / "db").read_text() == "pass-word\n" and (scratch / "db").stat().st_mode & 0o777 == 0o600
    os = osier.plan()
    os.write_file("other", "pass-word", secret=True)
    assert "pass-word" not in os.diff()
    with pytest.raises(OSError):
        os.save("q")
    with pytest.raises(OSError) as wrong:
        osier.plan().write_file("f", "x", secret="nowhere:x")
    assert wrong.value.errno == errno.EINVAL


def test_errors_are_those_of_os(scratch):
    os = osier.plan()
    os.mkdir("d")
    for call, words in ((real.mkdir, ("d",)), (real.rename, ("none", "x")), (real.rmdir, ("d/none",))):
        with pytest.raises(OSError) as planned:
            getattr(os, call.__name__)(*words)
        (scratch / "d").mkdir(exist_ok=True)
        with pytest.raises(OSError) as done:
            call(*words)
        (scratch / "d").rmdir()
        assert type(planned.value) is type(done.value) and str(planned.value) == str(done.value)


def test_what_has_no_plan_is_refused():
    os = osier.plan()
    for name in ("open", "system", "chroot", "fork"):
        with pytest.raises(AttributeError, match="can't be planned"):
            getattr(os, name)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        os.nothing
    assert os.sep == "/" and os.O_RDONLY == real.O_RDONLY and os.getpid() == real.getpid()
    assert not hasattr(os.path, "realpath") and os.path.join("a", "b") == "a/b"


def test_told_saved_and_loaded(scratch):
    (scratch / "old").touch()
    os = osier.plan()
    os.rename("old", b"new\xff")
    os.write_file("a", "text\n")
    assert os.entries() == [
        ("move", str(scratch / "old"), str(scratch) + "/new\udcff", "exact"),
        ("create", str(scratch / "a"), None, "exact"),
    ]
    assert "+text" in str(os) and "+text" not in os.diff(list_only=True)
    assert list(os.walk(".")) == [(".", [], ["a", "new\udcff"])]
    file = str(scratch) + "-p"  # not in the directory that was listed
    os.save(file)
    loaded = _plan.load(file)
    assert loaded.entries() == os.entries() and loaded.text() == os.text()
    with pytest.raises(PermissionError):
        loaded.mkdir("x")
    loaded.apply()
    assert (scratch / "a").read_text() == "text\n"


def test_a_conflict_says_what(scratch):
    (scratch / "f").write_text("old")
    os = osier.plan()
    os.remove("f")
    (scratch / "f").write_text("odd, and longer")
    with pytest.raises(_plan.Conflict) as refused:
        os.apply()
    assert refused.value.errno == errno.ESTALE
    [(path, expected, found)] = refused.value.conflicts
    assert path == str(scratch / "f") and "3 bytes" in expected and "15 bytes" in found
    assert (scratch / "f").read_text() == "odd, and longer"
