# SPDX-License-Identifier: MIT
"""osier.state(): read, planned, applied, checked and undone, from a file and from a dict."""

import errno
import os
import threading

import pytest

import osier


@pytest.fixture(autouse=True)
def place(tmp_path_factory, tmp_path, monkeypatch):
    monkeypatch.setenv("OSIER_STATE", str(tmp_path_factory.mktemp("journal")))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_from_a_file_there_and_back(place):
    (place / "site.toml").write_text('[vars]\nport = 80\n[file."{{place}}/a"]\ncontent = "port {{port}}\\n"\n[link."{{place}}/l"]\nto = "a"\n')
    state = osier.state("site.toml", vars={"port": 8080, "place": place})
    assert state.fits and state.vars["port"] == ("8080", "--var") and state.vars["arch"].origin == "fact"
    plan = state.plan()
    assert "+port 8080" in str(plan) and not (place / "a").exists() and state.commands == []
    assert [verdict.right for verdict in state.check()] == [False, False]
    (done,) = state.apply(plan)
    assert done.kind == "done" and done.id > 0
    assert (place / "a").read_text() == "port 8080\n" and os.readlink(place / "l") == "a"
    assert all(verdict.right and verdict.what is None for verdict in state.check())
    assert [event.id for event in state.apply()] == [0]  # nothing to do
    osier.undo(done.id)
    assert not (place / "a").exists()


def test_from_a_dict_and_beside_a_path(place):
    (place / "d").mkdir()
    (place / "d/source").write_text("x")
    state = osier.state({"file": {str(place / "a"): {"source": "source"}}}, path="d/x")
    assert state.check()[0][:4] == ("file", str(place / "a"), "d/x:1", False)
    state.apply()
    assert (place / "a").read_text() == "x"


def test_mistakes_have_their_places():
    with pytest.raises(osier.StateError) as caught:
        osier.state({"files": {}, "file": {"/x": {"mode": 644}, "y": {}}})
    problems = caught.value.problems
    assert len(problems) == 3 and all(problem.path == "state.json" and problem.line == 1 for problem in problems)
    assert "there is no kind 'files'" in str(caught.value) and 'mode = "0644"' in str(caught.value)
    with pytest.raises(FileNotFoundError) as missing:
        osier.state("none.toml")
    assert missing.value.errno == errno.ENOENT and missing.value.filename == "none.toml"
    with pytest.raises(ValueError):
        osier.state({"vars": {"a": float("nan")}})
    with pytest.raises(OSError):
        osier.state({}, vars={"": 1})


def test_what_is_in_the_way_is_told_by_plan(place):
    (place / "a").mkdir()
    state = osier.state({"file": {str(place / "a"): {"content": "x"}}})
    with pytest.raises(osier.StateError, match="there is a directory"):
        state.plan()
    with pytest.raises(osier.StateError, match="there is a directory"):
        state.apply()
    assert "there is a directory" in state.check()[0].what


def test_commands_and_those_that_fail(place):
    state = osier.state({"file": {str(place / "a"): {"content": "x"}},
                         "run": {"bad": {"command": "echo why; exit 3", "creates": str(place / "b")}}})
    plan = state.plan()
    assert [(command.name, command.perhaps) for command in state.commands] == [("bad", False)] or state.commands[0].name == "bad"
    with pytest.raises(osier.StateFailed, match="bad: why") as caught:
        state.apply(plan)
    assert [event.kind for event in caught.value.events] == ["done", "runs", "failed", "undone"]
    assert not (place / "a").exists()


def test_names_that_are_not_utf_8(place):
    name = os.fsdecode(os.fsencode(place) + b"/\xff")
    (place / "x.conf").write_bytes(b"f " + os.fsencode(name) + b" 0644 - - - text\n")
    state = osier.state("x.conf")
    assert state.check()[0].name == name
    state.apply()
    assert open(os.fsencode(name), "rb").read() == b"text"


def test_threads_share_a_state(place):
    state = osier.state({"file": {str(place / f"f{i}"): {"content": "x"} for i in range(50)}})
    seen = []
    threads = [threading.Thread(target=lambda: seen.append(len(state.check()))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [50] * 4
