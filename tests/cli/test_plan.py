# SPDX-License-Identifier: MIT
"""osier plan and osier show: what would change, told and saved."""

import hashlib
import json
import os

import pytest


@pytest.fixture(autouse=True)
def journal(tmp_path, monkeypatch):
    """The state directory is the test's own, outside of the directory that it looks at."""
    state = tmp_path.with_name(tmp_path.name + "-state")
    state.mkdir(mode=0o700)
    monkeypatch.setenv("OSIER_STATE", str(state))


def test_it_shows_and_changes_nothing(osier, tmp_path):
    (tmp_path / "conf").write_text("one\ntwo\n")
    (tmp_path / "old").mkdir()
    done = osier(
        "plan", "--", "os.makedirs", "srv/app", ";", "os.write_file", "srv/app/a", "port=80\n", ";",
        "os.write_file", "conf", "one\n2\n", ";", "os.rmtree", "old",
    )  # fmt: skip
    assert done.status == 0 and done.err == ""
    lines = done.out.splitlines()
    assert lines[0].split()[:3] == ["+", "create", f"{tmp_path}/srv"] and "with 2 in it" in lines[0]
    assert lines[1].split()[:3] == ["±", "replace", f"{tmp_path}/conf"] and "8 bytes -> file 6 bytes" in lines[1]
    assert lines[2].split()[:3] == ["-", "remove", f"{tmp_path}/old"] and "with all in it" in lines[2]
    assert "\n one\n-two\n+2\n" in done.out
    assert lines[-1] == "1 created (3 objects), 1 replaced, 1 removed"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["conf", "old"]


def test_statuses(osier):
    assert osier("plan", "--detailed-exitcode", "--", "os.mkdir", "a").status == 2
    assert osier("plan", "--detailed-exitcode", "--", "os.mkdir", "a", ";", "os.rmdir", "a").status == 0
    done = osier("plan", "--", "os.mkdir", "a", ";", "os.mkdir", "a")
    assert done.status == 1 and done.out == ""
    assert "File exists: 'a'" in done.err and "step 2 would fail; no plan was made: 'os.mkdir'" in done.err
    for words in (["os.listdir", "a"], ["os.none"], ["os.mkdir"], ["os.mkdir", "a", "--dir-fd=3"]):
        assert osier("plan", "--", *words).status == 64


def test_saved_shown_and_checked(osier, tmp_path):
    (tmp_path / "f").write_text("old\n")
    assert osier("plan", "-o", "p", "--title=deploy", "--", "os.write_file", "f", "new\n").status == 0
    first = json.loads((tmp_path / "p").read_text().splitlines()[0])
    assert first["osier"] == "plan" and first["version"] == 1 and first["title"] == "deploy"
    assert osier("show", "p", "--digest").out.strip() == hashlib.sha256((tmp_path / "p").read_bytes()).hexdigest()
    assert "\n-old\n+new\n" in osier("show", "p").out
    assert osier("show", "p", "--json").raw == (tmp_path / "p").read_bytes()
    assert osier("show", "p", "--check").status == 0
    (tmp_path / "f").write_text("odd\n")
    done = osier("show", "p", "--check")
    assert done.status == 3 and "the plan expects a file" in done.err
    (tmp_path / "p").write_bytes((tmp_path / "p").read_bytes()[:-1])
    done = osier("show", "p")
    assert done.status == 1 and "no plan, or not a whole one: 'p'" in done.err


def test_a_page_for_review(osier, tmp_path):
    assert osier("plan", "-o", "p", "--", "os.write_file", "a<b>", "x & y\n").status == 0
    page = osier("show", "p", "--html").out
    assert page.startswith("<!DOCTYPE html>") and page.endswith("</html>\n")
    assert "a&lt;b&gt;" in page and "x &amp; y" in page and "<b>" not in page
    assert "http" not in page.replace("http-equiv", "")


def names(tmp_path):
    return sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*"))


def test_applied_and_undone(osier, tmp_path):
    (tmp_path / "f").write_text("old\n")
    (tmp_path / "d").mkdir()
    (tmp_path / "d/x").touch()
    before, inode = names(tmp_path), os.stat(tmp_path / "f").st_ino
    words = ["os.write_file", "f", "new\n", ";", "os.rmtree", "d", ";", "os.makedirs", "n/o"]
    assert osier("plan", "-o", str(tmp_path) + "-p", "--", *words).status == 0
    done = osier("apply", str(tmp_path) + "-p", "--yes")
    assert (done.status, done.out, done.err) == (0, "done as 1: `osier undo 1` takes it back\n", "")
    assert (tmp_path / "f").read_text() == "new\n" and names(tmp_path) == ["f", "n", "n/o"]
    again = osier("apply", str(tmp_path) + "-p", "--yes")
    assert again.status == 3 and again.err.count("the plan expects") == 3
    assert osier("undo").status == 0
    assert names(tmp_path) == before and os.stat(tmp_path / "f").st_ino == inode
    assert osier("undo", "2").status == 0  # which makes the changes again
    assert (tmp_path / "f").read_text() == "new\n" and names(tmp_path) == ["f", "n", "n/o"]
    assert [line.split()[0] for line in osier("log").out.splitlines()] == ["3", "2", "1"]
    assert [(one["id"], one["undoes"], one["undone_by"]) for one in osier.json("log")] == [(3, 2, 0), (2, 1, 3), (1, 0, 0)]
    assert "replace" in osier("log", "1").out
    assert osier("recover").status == 0
    assert osier("forget", "--all", "--now").out == "3 forgotten\n"
    assert osier("undo", "1").status == 1


def test_only_what_was_approved(osier, tmp_path):
    assert osier("plan", "-o", "p", "--", "os.mkdir", "n").status == 0
    assert osier("apply", "p").status == 3  # nobody can be asked
    assert osier("apply", "p", "--digest=" + "0" * 64).status == 3
    assert not (tmp_path / "n").exists()
    assert osier("apply", "p", "--digest=" + osier("show", "p", "--digest").out.strip()).status == 0
    assert (tmp_path / "n").is_dir()


def test_an_undo_that_would_lose_something(osier, tmp_path):
    (tmp_path / "f").write_text("old\n")
    assert osier("rm", "--undoable", "f").status == 0
    (tmp_path / "f").write_text("somebody's\n")
    done = osier("undo")
    assert done.status == 3 and "nothing was changed" in done.err
    assert (tmp_path / "f").read_text() == "somebody's\n"
    assert osier("undo", "99").status == 1


def test_undoable(osier, tmp_path):
    (tmp_path / "t/u").mkdir(parents=True)
    (tmp_path / "t/u/f").write_text("leaf")
    (tmp_path / "g").write_text("g")
    (tmp_path / "h").write_text("h")
    before = names(tmp_path)
    assert osier("rm", "-r", "--undoable", "t", "g").status == 0
    assert names(tmp_path) == ["h"]
    assert osier("undo").status == 0 and names(tmp_path) == before
    assert osier("mv", "--undoable", "g", "h").status == 0
    assert (tmp_path / "h").read_text() == "g" and not (tmp_path / "g").exists()
    assert osier("undo").status == 0
    assert (tmp_path / "h").read_text() == "h" and names(tmp_path) == before
    assert osier("cp", "--undoable", "t", "copy").status == 0
    assert (tmp_path / "copy/u/f").read_text() == "leaf"
    assert osier("undo").status == 0 and names(tmp_path) == before
    done = osier("rm", "--undoable", "g", "none")
    assert done.status == 1 and names(tmp_path) == before  # all or nothing


def test_a_further_name(osier, tmp_path):
    (tmp_path / "f").write_text("x")
    assert osier("plan", "-o", "p", "--", "os.link", "f", "g", ";", "os.chmod", "f", "600").status == 0
    assert osier("apply", "p", "--yes").status == 0
    first, second = os.stat(tmp_path / "f"), os.stat(tmp_path / "g")
    assert first.st_ino == second.st_ino and first.st_mode & 0o777 == 0o600
    assert osier("undo").status == 0
    assert not (tmp_path / "g").exists() and os.stat(tmp_path / "f").st_mode & 0o777 == 0o644
