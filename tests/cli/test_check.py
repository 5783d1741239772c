# SPDX-License-Identifier: MIT
"""osier check: whether all is as a state has it, in the forms of those who ask."""

import json
import threading
import time
import xml.etree.ElementTree

import pytest


@pytest.fixture
def site(tmp_path):
    """Three resources, of which one isn't so."""
    (tmp_path / "d").mkdir(mode=0o755)
    (tmp_path / "s.toml").write_text(
        f'[dir."{tmp_path}/d"]\n[file."{tmp_path}/d/a<b"]\ncontent = "x"\n[run.it]\ncommand = "false"\nunless = "true"\n')
    return tmp_path / "d/a<b"


def test_people(osier, site):
    done = osier("check", "s.toml")
    assert done.status == 1 and done.out == f"not so: file {site}: write_file {site}  (s.toml:2)\n1 of 3 are not so\n"
    assert not site.exists()
    site.write_text("x")
    assert (osier("check", "s.toml").status, osier("check", "s.toml").out) == (0, "all 3 are so\n")


def test_json(osier, site):
    done = osier("check", "s.toml", "--json")
    assert done.status == 1
    assert [(entry["kind"], entry["right"]) for entry in json.loads(done.out)] == [("dir", True), ("file", False), ("run", True)]


def test_tap(osier, site):
    done = osier("check", "s.toml", "--format=tap")
    assert done.status == 1
    lines = [line for line in done.out.splitlines() if not line.startswith("#")]
    assert lines[:2] == ["TAP version 13", "1..3"] and [line.split(" - ")[0] for line in lines[2:]] == ["ok 1", "not ok 2", "ok 3"]


def test_junit(osier, site):
    done = osier("check", "s.toml", "--format=junit")
    suite = xml.etree.ElementTree.fromstring(done.out)
    assert done.status == 1 and (suite.get("tests"), suite.get("failures")) == ("3", "1")
    assert [case.get("name") for case in suite if case.find("failure") is not None] == [str(site)]


def test_nagios(osier, site, tmp_path):
    done = osier("check", "s.toml", "--format=nagios")
    assert (done.status, done.out) == (2, f"STATE CRITICAL: 1 of 3 are not so: file {site} | wrong=1;;0;0;3\n")
    site.write_text("x")
    done = osier("check", "s.toml", "--format=nagios")
    assert (done.status, done.out) == (0, "STATE OK: all 3 are so | wrong=0;;0;0;3\n")
    (tmp_path / "s.toml").write_text("[")
    assert osier("check", "s.toml", "--format=nagios").status == 3


def test_what_is_in_the_way_is_told_once(osier, tmp_path):
    (tmp_path / "s.toml").write_text(f'[file."{tmp_path}/none/f"]\n')
    done = osier("check", "s.toml")
    assert done.err == "" and "there is no directory for" in done.out and done.status == 1


def test_it_waits(osier, site):
    threading.Timer(0.5, site.write_text, ["x"]).start()
    began = time.monotonic()
    assert osier("check", "s.toml", "--wait=60s").status == 0
    assert time.monotonic() - began < 50
    site.unlink()
    assert osier("check", "s.toml", "--wait=10ms").status == 1


def test_mistakes(osier, site):
    assert osier("check", "s.toml", "--format=odd").status == 64
    assert osier("check", "s.toml", "--wait=soon").status == 64
    assert osier("check", "none.toml").status == 1
