# SPDX-License-Identifier: MIT
"""osier plan and osier show: what would change, told and saved."""

import hashlib
import json


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
